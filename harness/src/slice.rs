//! One slice: a fresh queue, a fixed number of messages, one measurement.
//!
//! A workload makes a [`Body`] for every thread. The queue is built and the threads are started and pinned
//! before anything is timed; they meet at a gate, and then each notes its own begin and end. The slice lasts
//! from the first begin to the last end.
//!
//! The calling thread sleeps meanwhile, and wakes when the last thread has ended, or when the slice has
//! lasted so long that it counts as hung. Threads of a hung slice cannot be stopped, only reported: no
//! other measurement is worth anything after that in the same process.

use std::fmt;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::axes::{Group, Topology};
use crate::gate::{Finish, Gate};
use crate::message::{Share, Tally};
use crate::platform;
use crate::stats::jain;
use crate::wait::Looks;

/// What is to be done in a slice.
#[derive(Debug, Clone)]
pub struct Job {
    /// Topology, batch, payload, capacity, workload and who waits.
    pub group: Group,
    /// How many messages the producers send together.
    pub messages: u64,
    /// The cores that threads are pinned to.
    pub cores: Arc<[usize]>,
    /// After so long the slice counts as hung.
    pub limit: Duration,
    /// By which part the slice is made longer than it is, to see whether that is found: 0, except to test a
    /// comparison.
    pub planted: f64,
}

impl Job {
    /// What each producer sends.
    pub fn shares(&self) -> Vec<Share> {
        Share::divide(self.messages, self.group.topology.producers)
    }

    /// How many threads on each side.
    pub fn topology(&self) -> Topology {
        self.group.topology
    }
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
    /// Operations that moved nothing, where they are seen.
    pub failures: Option<u64>,
    /// How often a thread left its core, by itself or not, where the system tells it.
    pub switches: Option<u64>,
    /// Jain's index of what the threads of a side with several of them got done, of the less fair side.
    pub fairness: Option<f64>,
    /// How long after their intended times messages arrived, in nanoseconds, if the workload has such.
    pub latencies: Option<Histogram<u64>>,
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

/// What the threads of a slice see of it, apart from the queue.
#[derive(Debug)]
pub struct Line {
    /// The finish that the producers reach.
    pub finish: Finish,
    gate: Gate,
    begin: OnceLock<Instant>,
    pauses: u32,
}

impl Line {
    /// The looks of a thread, none so far.
    pub fn looks(&self) -> Looks {
        Looks::new(self.pauses)
    }

    /// When the slice began: the same for all threads.
    pub fn begin(&self) -> Instant {
        *self.begin.get_or_init(Instant::now)
    }
}

/// What one thread does.
pub struct Body<T> {
    core: usize,
    work: Box<Work<T>>,
}

/// What one thread does, from the gate on.
type Work<T> = dyn FnOnce(&Line) -> Done<T> + Send;

impl<T> fmt::Debug for Body<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<T> Body<T> {
    /// A thread that does this on the allowed core of that number, modulo their count.
    pub fn new(
        job: &Job,
        number: usize,
        work: impl FnOnce(&Line) -> Done<T> + Send + 'static,
    ) -> Self {
        Self { core: job.cores[number % job.cores.len()], work: Box::new(work) }
    }
}

/// What one thread has done.
#[derive(Debug)]
pub struct Done<T> {
    /// When, and at what cost.
    pub timing: Timing,
    /// How many messages it has sent, if it is a producer.
    pub sent: Option<u64>,
    /// What it received, if it is a consumer.
    pub tally: Option<T>,
    /// Operations that moved nothing, where they are seen.
    pub failures: Option<u64>,
    /// How long after their intended times messages arrived, in nanoseconds.
    pub latencies: Option<Histogram<u64>>,
}

impl<T> Done<T> {
    /// Done in that time, with nothing else to tell.
    pub fn in_time(timing: Timing) -> Self {
        Self { timing, sent: None, tally: None, failures: None, latencies: None }
    }

    /// Done by a thread that has sent so many messages and received those of the tally.
    pub fn of_both_sides(timing: Timing, sent: u64, tally: T, failures: Option<u64>) -> Self {
        Self { sent: Some(sent), tally: Some(tally), failures, ..Self::in_time(timing) }
    }
}

/// When a thread worked, and how long its core worked for it.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    begin: Instant,
    end: Instant,
    cpu: Option<Duration>,
    switches: Option<u64>,
}

/// Does the work and times it. The clock of the wall is read inside of that of the CPU.
pub fn timed(work: impl FnOnce()) -> Timing {
    let switches_begin = platform::thread_switches();
    let cpu_begin = platform::thread_cpu_time();
    let begin = Instant::now();
    work();
    let end = Instant::now();
    let cpu = platform::thread_cpu_time().zip(cpu_begin).map(|(end, begin)| end - begin);
    let switches = platform::thread_switches().zip(switches_begin).map(|(end, begin)| end - begin);
    Timing { begin, end, cpu, switches }
}

/// Runs a slice of these threads, so many of which are producers that reach the finish.
///
/// # Errors
///
/// See [`Failure`].
pub fn run<T: Tally>(
    job: &Job,
    producers: usize,
    bodies: Vec<Body<T>>,
) -> Result<Outcome<T>, Failure> {
    let stolen_before = platform::stolen_ticks();
    let (done, all_done) = mpsc::channel();
    let shared = Arc::new(Shared {
        line: Line {
            gate: Gate::new(bodies.len()),
            finish: Finish::new(producers),
            begin: OnceLock::new(),
            pauses: job.group.pauses(),
        },
        threads: bodies.len(),
        laps: Mutex::new(Vec::with_capacity(bodies.len())),
        done,
    });
    let started: Result<Vec<_>, _> = bodies.into_iter().map(|body| spawn(&shared, body)).collect();
    drop(shared);
    let threads = started?;
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
    Ok(outcome(laps, stolen_ticks, job.planted))
}

/// What the threads share, apart from the queue.
struct Shared<T> {
    line: Line,
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
    done: Done<T>,
    pinned: bool,
    migrated: bool,
}

/// Starts one thread, which pins itself, waits at the gate, works and hands in its lap.
fn spawn<T: Tally>(shared: &Arc<Shared<T>>, body: Body<T>) -> Result<JoinHandle<()>, Failure> {
    let in_thread = Arc::clone(shared);
    let Body { core, work } = body;
    let run = move || {
        let pinned = platform::pin(core);
        if !in_thread.line.gate.pass() {
            return;
        }
        let done = work(&in_thread.line);
        let migrated = pinned && platform::current_core().is_some_and(|now| now != core);
        in_thread.hand_in(Lap { done, pinned, migrated });
    };
    thread::Builder::new().spawn(run).map_err(|error| {
        shared.line.gate.call_off();
        Failure::Start(error)
    })
}

/// Puts the laps of all threads together.
fn outcome<T: Tally>(laps: Vec<Lap<T>>, stolen_ticks: Option<u64>, planted: f64) -> Outcome<T> {
    let timings = || laps.iter().map(|lap| lap.done.timing);
    let begin = timings().map(|timing| timing.begin).min();
    let end = timings().map(|timing| timing.end).max();
    let elapsed = end.zip(begin).map_or(Duration::ZERO, |(end, begin)| end - begin);
    let mut latencies: Option<Histogram<u64>> = None;
    for some in laps.iter().filter_map(|lap| lap.done.latencies.as_ref()) {
        match &mut latencies {
            // Both have the same bounds, so nothing is out of them.
            Some(all) => all.add(some).unwrap_or_default(),
            None => latencies = Some(some.clone()),
        }
    }
    Outcome {
        elapsed: elapsed.mul_f64(1.0 + planted),
        cpu: timings().map(|timing| timing.cpu).sum(),
        unpinned: laps.iter().filter(|lap| !lap.pinned).count(),
        migrated: laps.iter().filter(|lap| lap.migrated).count(),
        off_core: timings().filter_map(off_core).reduce(f64::max),
        stolen_ticks,
        failures: laps.iter().map(|lap| lap.done.failures).sum(),
        switches: timings().map(|timing| timing.switches).sum(),
        fairness: fairness(&laps),
        latencies,
        tallies: laps.into_iter().filter_map(|lap| lap.done.tally).collect(),
    }
}

/// Jain's index of the less fair side: producers by their speed, since each sends a fixed share; consumers by
/// what they got of the slice.
fn fairness<T: Tally>(laps: &[Lap<T>]) -> Option<f64> {
    let speed = |lap: &Lap<T>| {
        let lasted = (lap.done.timing.end - lap.done.timing.begin).as_secs_f64();
        Some(lap.done.sent? as f64 / lasted.max(1e-9))
    };
    let sending: Vec<f64> = laps.iter().filter_map(speed).collect();
    let received = |lap: &Lap<T>| Some(lap.done.tally.as_ref()?.count() as f64);
    let receiving: Vec<f64> = laps.iter().filter_map(received).collect();
    let sides = [sending, receiving];
    sides.iter().filter(|side| side.len() > 1).filter_map(|side| jain(side)).reduce(f64::min)
}

/// The part of its time that a thread did not have its core.
fn off_core(timing: Timing) -> Option<f64> {
    let lasted = (timing.end - timing.begin).as_secs_f64();
    (lasted > 0.0).then_some(1.0 - timing.cpu?.as_secs_f64() / lasted)
}
