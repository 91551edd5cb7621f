//! `bench`: how fast messages are published, received and acknowledged on a disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use hdrhistogram::Histogram;
use ringway_durable::{Consumer, Level, Options, Queue, Stats};

use crate::Outcome;
use crate::figures::{self, micros};
use crate::progress;

/// What is measured.
#[derive(Args)]
pub(crate) struct Arguments {
    /// A directory on the disk: a queue is made in a folder of it, and removed at the end
    dir: PathBuf,
    /// How long
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,
    /// Bytes of a message
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u64).range(..=16 << 20))]
    size: u64,
    /// Threads that publish
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1024))]
    producers: u64,
    /// Threads that receive and acknowledge
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1024))]
    consumers: u64,
    /// What a ticket promises
    #[arg(long, value_enum, default_value_t = Promise::Durable)]
    level: Promise,
    /// Each producer waits for the ticket of a message before it publishes the next
    #[arg(long)]
    wait: bool,
}

/// The levels.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Promise {
    /// It is synced
    Durable,
    /// The system has it
    OsBuffered,
    /// It is in memory
    Memory,
}

/// A time that can be measured.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) && seconds > 0.0 => Ok(seconds),
        Ok(_) => Err("more than 0, and a day at most".into()),
        Err(_) => Err("not a number".into()),
    }
}

/// How many bytes the queue takes on the disk at most.
const MAX_BYTES: u64 = 1 << 30;

/// Deliveries that a consumer has at once.
const PREFETCH: usize = 512;

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let folder = Folder::make(&arguments.dir)?;
    let level = match arguments.level {
        Promise::Durable => Level::Durable,
        Promise::OsBuffered => Level::OsBuffered,
        Promise::Memory => Level::Memory,
    };
    let in_flight = PREFETCH * arguments.consumers as usize;
    let options = Options::new().level(level).max_bytes(MAX_BYTES).max_in_flight(in_flight);
    let queue = Queue::open(&folder.0, options)?;
    let stop = AtomicBool::new(false);
    let begin = Instant::now();
    let (waits, took) = thread::scope(|scope| {
        for _ in 0..arguments.consumers {
            let consumer = queue.consumer(PREFETCH)?;
            scope.spawn(move || consume(&consumer));
        }
        let publish = || publish(&queue, arguments, &stop);
        let producers: Vec<_> = (0..arguments.producers).map(|_| scope.spawn(publish)).collect();
        wait(arguments, &producers);
        stop.store(true, Ordering::Relaxed);
        let waits =
            producers.into_iter().map(|producer| producer.join().expect("it does not panic"));
        let waits = waits.collect::<anyhow::Result<Vec<_>>>();
        let took = begin.elapsed();
        // Consumers end with the queue.
        queue.clone().close()?;
        Ok::<_, anyhow::Error>((waits?, took))
    })?;
    print(arguments, took, &queue.stats(), waits);
    Ok(Outcome::Well)
}

/// Waits until the time is over, or a producer has ended.
fn wait<T>(arguments: &Arguments, producers: &[ScopedJoinHandle<'_, T>]) {
    let time = Duration::from_secs_f64(arguments.seconds);
    let bar = progress::of_time(time);
    bar.set_message("measuring");
    let begin = Instant::now();
    while !producers.iter().any(ScopedJoinHandle::is_finished)
        && let Some(left) = time.checked_sub(begin.elapsed())
    {
        bar.set_position(begin.elapsed().as_millis() as u64);
        thread::sleep(left.min(Duration::from_millis(100)));
    }
    bar.finish_and_clear();
}

/// Publishes until it is to stop; how long tickets took that it waited for, in microseconds.
fn publish(
    queue: &Queue,
    arguments: &Arguments,
    stop: &AtomicBool,
) -> anyhow::Result<Histogram<u64>> {
    let message = Bytes::from(vec![b'm'; arguments.size as usize]);
    let mut waits = Histogram::new(3)?;
    let mut last = None;
    while !stop.load(Ordering::Relaxed) {
        let begin = Instant::now();
        let ticket = queue.publish(message.clone())?;
        if arguments.wait {
            ticket.wait()?;
            waits.record(begin.elapsed().as_micros() as u64)?;
        } else {
            last = Some(ticket);
        }
    }
    last.map(|ticket| ticket.wait()).transpose()?;
    Ok(waits)
}

/// Receives and acknowledges until the queue ends.
fn consume(consumer: &Consumer) {
    while let Ok(delivery) = consumer.recv() {
        if delivery.ack().is_err() {
            return;
        }
    }
}

/// Prints what was measured.
fn print(arguments: &Arguments, took: Duration, stats: &Stats, waits: Vec<Histogram<u64>>) {
    let Arguments { size, producers, consumers, .. } = arguments;
    let level = arguments.level.to_possible_value().expect("none is hidden");
    let rate = |count: u64| count as f64 / took.as_secs_f64();
    println!(
        "producers {producers}, consumers {consumers}, {size} B, level {}, {took:.1?}",
        level.get_name()
    );
    let bytes = figures::Bytes(rate(stats.published * size) as u64);
    println!(
        "published      {} messages, {:.0} in a second, {bytes} in a second",
        stats.published,
        rate(stats.published)
    );
    println!(
        "acknowledged   {} messages, {:.0} in a second",
        stats.acknowledged,
        rate(stats.acknowledged)
    );
    let mut all = waits.into_iter().reduce(|mut all, one| {
        all += one;
        all
    });
    if let Some(waits) = all.take_if(|waits| !waits.is_empty()) {
        let at = |quantile| micros(waits.value_at_quantile(quantile));
        println!(
            "a ticket took  {} at the median, {} at the 99th percentile, {} at most",
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    if let Some(syncs) = stats.syncs {
        let [p50, p99, max] = [syncs.p50, syncs.p99, syncs.max].map(micros);
        println!(
            "a sync took    {p50} at the median, {p99} at the 99th percentile, {max} at most; {} syncs",
            syncs.count
        );
    }
    if let Some(batch) = stats.batch_messages {
        println!(
            "a batch had    {} messages at the median, {} at most; {} batches",
            batch.p50, batch.max, stats.batches
        );
    }
    let payload = (stats.published * size).max(1);
    println!(
        "written        {:.2} bytes for a byte of a message",
        stats.written_bytes as f64 / payload as f64
    );
}

/// The folder of the queue. It goes when this does.
struct Folder(PathBuf);

impl Folder {
    /// Makes it in a directory.
    fn make(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.display();
        if dir.join("QUEUE").exists() {
            bail!("{path}: this is a queue; name the directory in which it lies");
        }
        let folder = dir.join(format!("ringway-durable-bench-{}", process::id()));
        fs::create_dir(&folder)
            .with_context(|| format!("{}: cannot make this folder", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: cannot remove it: {error}", self.0.display());
        }
    }
}
