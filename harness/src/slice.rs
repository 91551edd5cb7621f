//! One slice: a fresh queue, a fixed number of messages, one measurement.
//!
//! The queue is built and the threads are started and pinned before anything is timed; they meet at a
//! gate, and then each notes its own begin and end. The slice lasts from the first begin to the last end.
//! Producer *i* runs on the allowed core *i* mod *n* and consumer *i* on core *i + 1* mod *n*, so that a
//! producer and the consumer of the same number are on different cores.
//!
//! The calling thread sleeps meanwhile, and wakes when the last thread has ended, or when the slice has
//! lasted so long that it counts as hung. Threads of a hung slice cannot be stopped, only reported: no
//! other measurement is worth anything after that in the same process.

use std::fmt;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::contender::Contender;
use crate::gate::{Finish, Gate};
use crate::message::{Share, Tally};
use crate::mode::Mode;
use crate::plan::Topology;
use crate::platform;

/// What is to be done in a slice.
#[derive(Debug, Clone)]
pub struct Job {
    /// How many threads on each side.
    pub topology: Topology,
    /// Messages for each operation.
    pub batch: usize,
    /// The capacity that the queue is asked for.
    pub capacity: usize,
    /// How many messages the producers send together.
    pub messages: u64,
    /// The cores that threads are pinned to.
    pub cores: Arc<[usize]>,
    /// After so long the slice counts as hung.
    pub limit: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What each consumer received.
    pub tallies: Vec<T>,
    /// From the first begin to the last end.
    pub elapsed: Duration,
    /// The CPU time of all threads together, where the system tells it.
    pub cpu: Option<Duration>,
    /// How many threads could not be pinned.
    pub unpinned: usize,
    /// How many threads ended on another core than theirs.
    pub migrated: usize,
    /// The largest part of its time that any thread was not on its core.
    pub off_core: Option<f64>,
    /// Ticks that the hypervisor took meanwhile, where the system tells them.
    pub stolen_ticks: Option<u64>,
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Failure {
    /// The slice did not end in time. Its threads still run.
    Hang(Duration),
    /// A thread panicked, and the others ended all the same (else it is a hang).
    Panic,
    /// A thread could not be started.
    Start(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hang(limit) => write!(f, "hang: not done after {} s", limit.as_secs()),
            Self::Panic => f.write_str("a thread panicked"),
            Self::Start(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

/// Runs one slice of `C` in mode `M`; consumers keep a `T`.
///
/// # Errors
///
/// See [`Failure`].
pub fn run<C: Contender, M: Mode<C>, T: Tally>(job: &Job) -> Result<Outcome<T>, Failure> {
    let stolen_before = platform::stolen_ticks();
    let (done, all_done) = mpsc::channel();
    let threads = start::<C, M, T>(job, done)?;
    let laps = match all_done.recv_timeout(job.limit) {
        Ok(laps) => laps,
        Err(RecvTimeoutError::Timeout) => return Err(Failure::Hang(job.limit)),
        // All threads are gone without a word from the last of them.
        Err(RecvTimeoutError::Disconnected) => return Err(Failure::Panic),
    };
    for thread in threads {
        // So that no queue is freed and no thread torn down during the next slice.
        thread.join().map_err(|_| Failure::Panic)?;
    }
    let stolen_ticks = platform::stolen_ticks()
        .zip(stolen_before)
        .map(|(after, before)| after.saturating_sub(before));
    Ok(outcome(laps, stolen_ticks))
}

/// What the threads of a slice share, apart from the queue.
struct Shared<T> {
    gate: Gate,
    finish: Finish,
    threads: usize,
    laps: Mutex<Vec<Lap<T>>>,
    done: mpsc::Sender<Vec<Lap<T>>>,
}

impl<T> Shared<T> {
    /// Hands in a thread's lap; the last one wakes whoever waits for the slice.
    fn hand_in(&self, lap: Lap<T>) {
        let mut laps = self.laps.lock().unwrap_or_else(PoisonError::into_inner);
        laps.push(lap);
        if laps.len() == self.threads {
            // Nobody listens any more if the slice already counts as hung.
            let _ = self.done.send(std::mem::take(&mut *laps));
        }
    }
}

/// The part of a slice that one thread sees.
struct Lap<T> {
    timing: Timing,
    pinned: bool,
    migrated: bool,
    /// What it received, if it is a consumer.
    tally: Option<T>,
}

/// When a thread worked, and how long its core worked for it.
struct Timing {
    begin: Instant,
    end: Instant,
    cpu: Option<Duration>,
}

/// Does the work and times it. The clock of the wall is read inside of that of the CPU.
fn timed(work: impl FnOnce()) -> Timing {
    let cpu_begin = platform::thread_cpu_time();
    let begin = Instant::now();
    work();
    let end = Instant::now();
    let cpu = platform::thread_cpu_time().zip(cpu_begin).map(|(end, begin)| end - begin);
    Timing { begin, end, cpu }
}

/// Builds the queue and starts all threads. They begin when the last one has come to the gate.
fn start<C: Contender, M: Mode<C>, T: Tally>(
    job: &Job,
    done: mpsc::Sender<Vec<Lap<T>>>,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let Topology { producers, consumers } = job.topology;
    let threads = producers + consumers;
    let shared = Arc::new(Shared {
        gate: Gate::new(threads),
        finish: Finish::new(producers),
        threads,
        laps: Mutex::new(Vec::with_capacity(threads)),
        done,
    });
    let core = |number: usize| job.cores[number % job.cores.len()];
    let batch = job.batch;
    let (sinks, sources) = C::create::<u64>(job.capacity, producers, consumers);
    let shares = Share::divide(job.messages, producers);

    let mut started = Vec::with_capacity(threads);
    for (number, (mut producer, share)) in sinks.into_iter().zip(shares).enumerate() {
        started.push(spawn(&shared, core(number), move |shared| {
            let timing = timed(|| {
                M::produce(&mut producer, &share, batch);
                // Disconnects, and hands over what a handle may still hold back.
                drop(producer);
                shared.finish.producer_done();
            });
            (timing, None)
        })?);
    }
    for (number, mut consumer) in sources.into_iter().enumerate() {
        started.push(spawn(&shared, core(number + 1), move |shared| {
            let mut tally = T::default();
            let timing = timed(|| M::consume(&mut consumer, batch, &shared.finish, &mut tally));
            (timing, Some(tally))
        })?);
    }
    Ok(started)
}

/// Starts one thread, which pins itself, waits at the gate, works and hands in its lap.
fn spawn<T: Tally>(
    shared: &Arc<Shared<T>>,
    core: usize,
    work: impl FnOnce(&Shared<T>) -> (Timing, Option<T>) + Send + 'static,
) -> Result<JoinHandle<()>, Failure> {
    let in_thread = Arc::clone(shared);
    let run = move || {
        let pinned = platform::pin(core);
        if !in_thread.gate.pass() {
            return;
        }
        let (timing, tally) = work(&in_thread);
        let migrated = pinned && platform::current_core().is_some_and(|now| now != core);
        in_thread.hand_in(Lap { timing, pinned, migrated, tally });
    };
    thread::Builder::new().spawn(run).map_err(|error| {
        shared.gate.call_off();
        Failure::Start(error)
    })
}

/// Puts the laps of all threads together.
fn outcome<T>(laps: Vec<Lap<T>>, stolen_ticks: Option<u64>) -> Outcome<T> {
    let begin = laps.iter().map(|lap| lap.timing.begin).min();
    let end = laps.iter().map(|lap| lap.timing.end).max();
    Outcome {
        elapsed: end.zip(begin).map_or(Duration::ZERO, |(end, begin)| end - begin),
        cpu: laps.iter().map(|lap| lap.timing.cpu).sum(),
        unpinned: laps.iter().filter(|lap| !lap.pinned).count(),
        migrated: laps.iter().filter(|lap| lap.migrated).count(),
        off_core: laps.iter().filter_map(|lap| off_core(&lap.timing)).reduce(f64::max),
        stolen_ticks,
        tallies: laps.into_iter().filter_map(|lap| lap.tally).collect(),
    }
}

/// The part of its time that a thread did not have its core.
fn off_core(timing: &Timing) -> Option<f64> {
    let lasted = (timing.end - timing.begin).as_secs_f64();
    (lasted > 0.0).then_some(1.0 - timing.cpu?.as_secs_f64() / lasted)
}
