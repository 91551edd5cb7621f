//! What is left of a queue while a thread is suspended in the middle of an operation.
//!
//! Two producers and two consumers work on a queue, and a fifth thread, the *victim*, pushes as well. Again
//! and again the victim is stopped by a signal ([`stop`]) that lands at whatever instruction of `push` it has
//! come to, sometimes between a claim and its publication or with a lock held. A controller looks at how many
//! messages the consumers have popped ([`windows`]): as long as the victim is stopped, and for as long before
//! every stop. In a lock-free queue the others go on, wherever the stop landed. In the others it depends; the
//! worst of many stops shows it.
//!
//! Five threads share few cores, so the rates are noisy and say little beside those of `quick`. The victim
//! takes no time from the others while it is stopped, so that they can be faster meanwhile.
//!
//! At the end everything that was pushed must have been popped: a queue that gets on by losing the victim's
//! message fails.

pub mod command;
pub mod stop;
pub mod windows;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::contender::{Contender, Sink, Source};
use crate::gate::{Finish, Gate};
use crate::message::{Checksum, Share, Tally};
use crate::plan::Topology;
use crate::platform;
use crate::wait::{self, FailedLooks, Looks};
use stop::Victim;
use windows::{Look, Stop, Window};

/// The threads, the victim included: it is the last of the producers.
pub const TOPOLOGY: Topology = Topology::new(3, 2);

/// The victim's number among the producers.
const VICTIM: usize = TOPOLOGY.producers - 1;

/// How often the controller looks at what was popped, at most.
const LOOK: Duration = Duration::from_millis(1);

/// How often it looks in a window, at least.
const LOOKS: u32 = 20;

/// The victim must have been found inside an operation after so long, and the threads must have ended so
/// long after they were told to.
const LIMIT: Duration = Duration::from_secs(20);

/// What is to be done with one contender.
#[derive(Debug, Clone)]
pub struct Job {
    /// How long to go on, about; one stop happens in any case.
    pub time: Duration,
    /// How long the victim is stopped each time, and how long it runs before.
    pub stop: Duration,
    /// The capacity that the queue is asked for.
    pub capacity: usize,
    /// The cores that threads are pinned to.
    pub cores: Arc<[usize]>,
    /// Set by Ctrl-C: no further stop begins.
    pub interrupted: &'static AtomicBool,
}

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// It does not pass the checks that come before any number.
    Conformance(String),
    /// The threads did not end in time, and still run.
    Hang,
    /// A thread panicked.
    Panic,
    /// A thread could not be started.
    Start(io::Error),
    /// The victim could not be stopped.
    Stop(io::Error),
    /// Not everything that was pushed was popped, or not once.
    Checksum,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conformance(reason) => f.write_str(reason),
            Self::Hang => f.write_str("hang: its threads do not end"),
            Self::Panic => f.write_str("a thread panicked"),
            Self::Start(error) => write!(f, "cannot start a thread: {error}"),
            Self::Stop(error) => write!(f, "cannot stop the victim: {error}"),
            Self::Checksum => f.write_str("wrong checksum"),
        }
    }
}

/// Stops the victim of a fresh queue `C` again and again, and tells what the others did.
///
/// # Errors
///
/// See [`Failure`].
pub fn run<C: Contender>(job: &Job) -> Result<Vec<Stop>, Failure> {
    // A signal handler has no arguments, so there is one victim at a time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _only = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);

    let (receipts, all) = mpsc::channel();
    let (shared, threads) = start::<C>(job, receipts)?;
    let stops = control(&shared, &threads[VICTIM], job).map_err(Failure::Stop);
    shared.quit.store(true, Ordering::Relaxed);
    let mut sent = Vec::new();
    let mut received = Checksum::default();
    for _ in &threads {
        match all.recv_timeout(LIMIT) {
            Ok(Receipt::Sent(share)) => sent.push(share),
            Ok(Receipt::Received(some)) => received = [received, some].into_iter().sum(),
            Err(RecvTimeoutError::Timeout) => return Err(Failure::Hang),
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::Panic),
        }
    }
    for thread in threads {
        thread.join().map_err(|_| Failure::Panic)?;
    }
    if received == Checksum::expected(&sent) { stops } else { Err(Failure::Checksum) }
}

/// What the threads share, apart from the queue.
#[derive(Debug)]
struct Shared {
    gate: Gate,
    finish: Finish,
    /// Tells the producers to end, and thereby the consumers.
    quit: CachePadded<AtomicBool>,
    /// How many messages each consumer has popped; nobody else writes there.
    popped: [CachePadded<AtomicU64>; TOPOLOGY.consumers],
    begin: Instant,
}

impl Shared {
    /// A look at what all consumers have popped.
    fn look(&self) -> Look {
        let popped = self.popped.iter().map(|popped| popped.load(Ordering::Relaxed)).sum();
        Look { at: self.begin.elapsed(), popped }
    }

    /// Watches the consumers for so long.
    fn watch(&self, length: Duration) -> Window {
        let mut window = Window::open(self.look());
        let pause = LOOK.min(length / LOOKS);
        while let Some(left) = length.checked_sub(window.elapsed()).filter(|left| !left.is_zero()) {
            thread::sleep(pause.min(left));
            window.see(self.look());
        }
        window
    }
}

/// What a thread has done when it ends.
#[derive(Debug)]
enum Receipt {
    Sent(Share),
    Received(Checksum),
}

/// Stops the victim until the time is up.
fn control(shared: &Shared, victim: &JoinHandle<()>, job: &Job) -> io::Result<Vec<Stop>> {
    let victim = Victim::of(victim)?;
    let mut stops = Vec::new();
    while stops.is_empty() || shared.begin.elapsed() < job.time {
        if job.interrupted.load(Ordering::Relaxed) {
            break;
        }
        let free = shared.watch(job.stop);
        let stopped = victim.stop(LIMIT)?;
        let suspended = shared.watch(job.stop);
        drop(stopped);
        stops.push(Stop { free, suspended });
    }
    Ok(stops)
}

/// Builds the queue and starts all threads, the producers first.
fn start<C: Contender>(
    job: &Job,
    receipts: mpsc::Sender<Receipt>,
) -> Result<(Arc<Shared>, Vec<JoinHandle<()>>), Failure> {
    let shared = Arc::new(Shared {
        gate: Gate::new(TOPOLOGY.threads()),
        finish: Finish::new(TOPOLOGY.producers),
        quit: CachePadded::default(),
        popped: Default::default(),
        begin: Instant::now(),
    });
    let (sinks, sources) = C::create(job.capacity, TOPOLOGY.producers, TOPOLOGY.consumers);
    let core = |number: usize| job.cores[number % job.cores.len()];
    let mut threads = Vec::with_capacity(TOPOLOGY.threads());
    for (number, sink) in sinks.into_iter().enumerate() {
        threads.push(spawn(&shared, core(number), &receipts, move |shared| {
            let share = match number {
                VICTIM => produce(sink, number, shared, |sink, message| {
                    stop::inside(|| sink.push(message))
                }),
                _ => produce(sink, number, shared, |sink, message| sink.push(message)),
            };
            Receipt::Sent(share)
        })?);
    }
    for (number, source) in sources.into_iter().enumerate() {
        threads.push(spawn(&shared, core(number + 1), &receipts, move |shared| {
            Receipt::Received(consume(source, &shared.finish, &shared.popped[number]))
        })?);
    }
    Ok((shared, threads))
}

/// Starts one thread, which pins itself, waits at the gate, works and hands in its receipt.
fn spawn(
    shared: &Arc<Shared>,
    core: usize,
    receipts: &mpsc::Sender<Receipt>,
    work: impl FnOnce(&Shared) -> Receipt + Send + 'static,
) -> Result<JoinHandle<()>, Failure> {
    let in_thread = Arc::clone(shared);
    let receipts = receipts.clone();
    let run = move || {
        platform::pin(core);
        if in_thread.gate.pass() {
            // Nobody listens any more if this already counts as hung.
            let _ = receipts.send(work(&in_thread));
        }
    };
    thread::Builder::new().spawn(run).map_err(|error| {
        shared.gate.call_off();
        Failure::Start(error)
    })
}

/// Pushes, by `push`, until it is time to quit; the common wait. What was sent.
fn produce<S>(
    mut sink: S,
    number: usize,
    shared: &Shared,
    push: impl Fn(&mut S, u64) -> Result<(), u64>,
) -> Share {
    let mut share = Share::of(number);
    let mut failed = FailedLooks::new(wait::PAUSES);
    while !shared.quit.load(Ordering::Relaxed) {
        if push(&mut sink, share.message(share.messages)).is_ok() {
            share.messages += 1;
            failed = FailedLooks::new(wait::PAUSES);
        } else {
            failed.pause();
        }
    }
    drop(sink);
    shared.finish.producer_done();
    share
}

/// Pops until the producers have finished and nothing is left, and counts along.
fn consume(mut source: impl Source<u64>, finish: &Finish, popped: &AtomicU64) -> Checksum {
    let mut checksum = Checksum::default();
    let mut looks = Looks::new(wait::PAUSES);
    while let Some(message) = wait::until_finished(finish, &mut looks, || source.pop()) {
        checksum.take(message);
        popped.store(checksum.count(), Ordering::Relaxed);
    }
    checksum
}
