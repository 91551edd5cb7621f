//! The workloads, and what a slice of one gives.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::durable::{Consumes, Counts, Durable};
use crate::message::{LEN, message};
use crate::proc::written_bytes;

/// So many messages all producers together have published at most that are not safe yet, where they do not wait for each.
const WINDOW: usize = 16 << 10;

/// How long a consumer waits before it looks whether it is done.
const LOOK: Duration = Duration::from_millis(5);

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// So many producers, each of which waits until its message is safe.
    Waiting(usize),
    /// So many producers that go on publishing meanwhile.
    Pipelined(usize),
    /// The same beside as many consumers, who receive and acknowledge all.
    Together(usize),
}

/// All workloads, in the order of the report; those of a group are compared with each other.
pub const GROUPS: [&[Workload]; 3] = [
    &[Workload::Waiting(1), Workload::Waiting(16)],
    &[Workload::Pipelined(1)],
    &[Workload::Pipelined(4), Workload::Together(4)],
];

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting(producers) => write!(f, "waiting-{producers}"),
            Self::Pipelined(producers) => write!(f, "pipelined-{producers}"),
            Self::Together(each) => write!(f, "together-{each}x{each}"),
        }
    }
}

/// What a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The median time from a publish to its being safe, in microseconds.
    P50,
    /// The time that one in a hundred exceeds.
    P99,
    /// Messages in a second; where there are consumers, those that were acknowledged.
    Messages,
    /// Bytes of messages in a second, in millions.
    Megabytes,
    /// Messages that were written at once.
    Batch,
    /// Syncs for each message, by the contender's own count.
    SyncsPerMessage,
    /// Bytes that the process wrote to files for each byte of a message, by the count of the system.
    WrittenPerByte,
    /// The same by the contender's own count.
    OwnWrittenPerByte,
    /// Bytes that were read in a second, in millions.
    Read,
    /// Bytes of memory for each message, when the queue is open.
    Memory,
    /// The most bytes of memory for each message meanwhile.
    MostMemory,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P50 => "p50, µs",
            Self::P99 => "p99, µs",
            Self::Messages => "msg/s",
            Self::Megabytes => "payload MB/s",
            Self::Batch => "messages a commit",
            Self::SyncsPerMessage => "syncs a message",
            Self::WrittenPerByte => "written/payload",
            Self::OwnWrittenPerByte => "the same, own count",
            Self::Read => "MB/s read",
            Self::Memory => "bytes of memory a message",
            Self::MostMemory => "at most meanwhile",
        })
    }
}

/// What one slice gave.
pub type Figures = Vec<(Figure, f64)>;

/// A histogram of nanoseconds, up to a minute.
pub fn new_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("three digits are few enough")
}

/// What is told of latencies.
pub fn latencies(histogram: &Histogram<u64>) -> Figures {
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1e3;
    vec![(Figure::P50, at(0.5)), (Figure::P99, at(0.99))]
}

/// Runs a slice of a workload without consumers.
pub fn publish<D: Durable>(
    workload: Workload,
    directory: &Path,
    time: Duration,
) -> Result<Figures> {
    match workload {
        Workload::Waiting(producers) => waiting::<D>(producers, directory, time),
        Workload::Pipelined(producers) => pipelined::<D>(producers, directory, time),
        Workload::Together(_) => Err(anyhow!("it has no consumers")),
    }
}

/// Runs a slice of any workload.
pub fn consume<D: Consumes>(
    workload: Workload,
    directory: &Path,
    time: Duration,
) -> Result<Figures> {
    match workload {
        Workload::Together(each) => together::<D>(each, directory, time),
        _ => publish::<D>(workload, directory, time),
    }
}

/// A queue in a new directory that has taken its first message: what is done once is done.
fn begin<D: Durable>(directory: &Path) -> Result<D> {
    let queue = D::open(directory)?;
    D::wait(queue.publish(message(0, LEN))?)?;
    Ok(queue)
}

/// Each producer publishes and waits.
fn waiting<D: Durable>(producers: usize, directory: &Path, time: Duration) -> Result<Figures> {
    let queue = begin::<D>(directory)?;
    let before = queue.counts();
    let begun = Instant::now();
    let each = |producer: usize| -> Result<Histogram<u64>> {
        let mut histogram = new_histogram();
        for number in numbers(producer) {
            let asked = Instant::now();
            D::wait(queue.publish(message(number, LEN))?)?;
            histogram.saturating_record(asked.elapsed().as_nanos() as u64);
            if begun.elapsed() >= time {
                break;
            }
        }
        Ok(histogram)
    };
    let mut histogram = new_histogram();
    for one in on_threads(producers, each) {
        histogram.add(one?)?;
    }
    let (elapsed, messages) = (begun.elapsed(), histogram.len());
    let after = queue.counts();
    queue.close()?;
    let mut figures = latencies(&histogram);
    figures.push((Figure::Messages, messages as f64 / elapsed.as_secs_f64()));
    figures.extend(counted(before, after, messages));
    Ok(figures)
}

/// Producers go on while their messages are written. What was written is counted up to the end of the queue.
fn pipelined<D: Durable>(producers: usize, directory: &Path, time: Duration) -> Result<Figures> {
    let queue = begin::<D>(directory)?;
    let (before, written) = (queue.counts(), written_bytes());
    let begun = Instant::now();
    let counts = on_threads(producers, |producer| {
        produce(&queue, producer, WINDOW / producers, begun, time)
    });
    let elapsed = begun.elapsed();
    let messages = counts.into_iter().sum::<Result<u64>>()?;
    let after = queue.counts();
    queue.close()?;
    let mut figures = rates(messages, elapsed);
    figures.extend(counted(before, after, messages));
    let per_byte = |bytes: u64| bytes as f64 / (messages * LEN as u64) as f64;
    if let (Some(before), Some(after)) = (written, written_bytes()) {
        figures.push((Figure::WrittenPerByte, per_byte(after - before)));
    }
    if let (Some(before), Some(after)) = (before.written, after.written) {
        figures.push((Figure::OwnWrittenPerByte, per_byte(after - before)));
    }
    Ok(figures)
}

/// The same beside consumers. It ends when all is acknowledged, and that is safe.
fn together<D: Consumes>(each: usize, directory: &Path, time: Duration) -> Result<Figures> {
    let queue = begin::<D>(directory)?;
    let consumers = (0..each).map(|_| queue.consumer()).collect::<Result<Vec<_>>>()?;
    // The first message is there already.
    let (published, producing) = (AtomicU64::new(1), AtomicUsize::new(each));
    let received = AtomicU64::new(0);
    let before = queue.counts();
    let begun = Instant::now();
    let consume = |consumer: D::Consumer| -> Result<()> {
        loop {
            let ended = producing.load(Ordering::Acquire) == 0;
            if D::take(&consumer, LOOK)?.is_some() {
                received.fetch_add(1, Ordering::Relaxed);
            } else if ended && received.load(Ordering::Relaxed) >= published.load(Ordering::Acquire)
            {
                return Ok(());
            }
        }
    };
    thread::scope(|scope| {
        let consume = &consume;
        let consuming: Vec<_> =
            consumers.into_iter().map(|consumer| scope.spawn(move || consume(consumer))).collect();
        let produced = on_threads(each, |producer| {
            let count = produce(&queue, producer, WINDOW / each, begun, time);
            published.fetch_add(*count.as_ref().unwrap_or(&0), Ordering::AcqRel);
            producing.fetch_sub(1, Ordering::AcqRel);
            count
        });
        produced.into_iter().try_for_each(|count| count.map(drop))?;
        consuming.into_iter().try_for_each(|one| one.join().expect("it does not panic"))
    })?;
    queue.sync()?;
    let (elapsed, messages) = (begun.elapsed(), received.load(Ordering::Relaxed));
    let after = queue.counts();
    queue.close()?;
    let mut figures = rates(messages, elapsed);
    figures.extend(counted(before, after, messages));
    Ok(figures)
}

/// Publishes for so long, with at most so many messages that are not safe; waits for all of them at the end, and counts them.
fn produce<D: Durable>(
    queue: &D,
    producer: usize,
    window: usize,
    begun: Instant,
    time: Duration,
) -> Result<u64> {
    let (mut open, mut count) = (VecDeque::with_capacity(window), 0);
    for number in numbers(producer) {
        if open.len() == window {
            D::wait(open.pop_front().expect("it is not empty"))?;
        }
        open.push_back(queue.publish(message(number, LEN))?);
        count += 1;
        if count % 64 == 0 && begun.elapsed() >= time {
            break;
        }
    }
    open.into_iter().try_for_each(D::wait)?;
    Ok(count)
}

/// The numbers of a producer's messages.
fn numbers(producer: usize) -> impl Iterator<Item = u64> {
    (producer as u64) << 32..
}

/// Runs something on so many threads.
fn on_threads<T: Send>(threads: usize, run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let run = &run;
        let running: Vec<_> = (0..threads).map(|number| scope.spawn(move || run(number))).collect();
        running.into_iter().map(|one| one.join().expect("it does not panic")).collect()
    })
}

/// Messages and bytes in a second.
fn rates(messages: u64, elapsed: Duration) -> Figures {
    let rate = messages as f64 / elapsed.as_secs_f64();
    vec![(Figure::Messages, rate), (Figure::Megabytes, rate * LEN as f64 / 1e6)]
}

/// What the queue's counts say.
fn counted(before: Counts, after: Counts, messages: u64) -> Figures {
    let mut figures = Figures::new();
    let commits = after.commits - before.commits;
    if commits > 0 {
        figures.push((Figure::Batch, messages as f64 / commits as f64));
    }
    if let (Some(before), Some(after)) = (before.syncs, after.syncs) {
        figures.push((Figure::SyncsPerMessage, (after - before) as f64 / messages as f64));
    }
    figures
}
