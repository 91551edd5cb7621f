//! A pool of workers that dies and is replaced, while messages come back: nothing is lost.
//!
//! Workers fail in two ways. A thread panics in the middle of a job: its delivery comes back by itself, and another thread
//! takes its place. The whole process is killed: whoever opens the queue next gets what was not acknowledged. The example
//! starts itself as that process, reads from it which jobs were done, and kills it again and again.
//!
//! A job that was done and not acknowledged in time is done twice: that is what *at least once* means, and it is counted here.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::panic;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use ringway_durable::{ConsumeError, Consumer, Options, Queue};

const JOBS: u64 = 600;

/// How long a job takes.
const JOB: Duration = Duration::from_millis(2);

/// So many jobs are done before the process is killed.
const KILLED_AFTER: usize = 150;

/// Workers of a process.
const WORKERS: usize = 4;

/// Deliveries that a worker has at once.
const PREFETCH: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1) {
        Some(path) => work(Path::new(&path)),
        None => supervise(),
    }
}

/// Publishes the jobs, and starts processes until all of them are done.
fn supervise() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let queue = Queue::open(directory.path(), options())?;
    let jobs = (1..=JOBS).map(|job| queue.publish(job.to_string()));
    let tickets = jobs.collect::<Result<Vec<_>, _>>()?;
    tickets.into_iter().try_for_each(|ticket| ticket.wait().map(drop))?;
    queue.close()?;
    println!("{JOBS} jobs are published");

    let mut done = BTreeMap::<u64, u32>::new();
    let mut killed = 0;
    loop {
        let mut process = start(directory.path())?;
        let output = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut count = 0;
        for line in output.lines() {
            let job = line?.parse()?;
            *done.entry(job).or_default() += 1;
            count += 1;
            if count == KILLED_AFTER {
                process.kill()?;
            }
        }
        let status = process.wait()?;
        println!(
            "a process has done {count} jobs, and {}",
            if status.success() { "is done" } else { "was killed" }
        );
        if status.success() {
            break;
        }
        killed += 1;
        assert!(killed < 100, "it goes on");
    }

    let twice = done.values().filter(|&&times| times > 1).count();
    println!(
        "all {} jobs are done, {twice} of them more than once; {killed} processes were killed",
        done.len()
    );
    assert!(done.keys().copied().eq(1..=JOBS), "every job is done, and no other");
    assert!(killed >= 1, "some processes were killed");
    let queue = Queue::open(directory.path(), options())?;
    assert_eq!(queue.stats().unacknowledged, 0);
    Ok(())
}

/// Starts a process that works.
fn start(path: &Path) -> std::io::Result<Child> {
    Command::new(env::current_exe()?).arg(path).stdout(Stdio::piped()).spawn()
}

/// Works until nothing is left to do: each worker that dies is replaced.
fn work(path: &Path) -> Result<(), Box<dyn Error>> {
    panic::set_hook(Box::new(|_| {}));
    let queue = Queue::open(path, options())?;
    let ends = thread::scope(|scope| {
        let posts: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| post(&queue))).collect();
        posts
            .into_iter()
            .map(|post| post.join().expect("it outlives its workers"))
            .collect::<Vec<_>>()
    });
    ends.into_iter().collect::<Result<(), _>>()?;
    Ok(queue.close()?)
}

/// The post of a worker.
fn post(queue: &Queue) -> Result<(), ConsumeError> {
    loop {
        let (queue, consumer) = (queue.clone(), queue.consumer(PREFETCH)?);
        match thread::spawn(move || jobs(&queue, &consumer)).join() {
            Ok(ended) => return ended,
            Err(_) => eprintln!("  a worker has died, and is replaced"),
        }
    }
}

/// Does jobs until there are none.
fn jobs(queue: &Queue, consumer: &Consumer) -> Result<(), ConsumeError> {
    loop {
        let delivery = match consumer.recv_timeout(Duration::from_millis(20)) {
            Ok(delivery) => delivery,
            Err(ConsumeError::Timeout) if queue.stats().unacknowledged > 0 => continue,
            Err(ConsumeError::Timeout) => return Ok(()),
            Err(error) => return Err(error),
        };
        let job: u64 = str::from_utf8(delivery.message())
            .expect("it is text")
            .parse()
            .expect("it is a number");
        // Every fiftieth job is too much for the worker that has it first.
        assert!(!job.is_multiple_of(50) || delivery.is_redelivered(), "a worker dies of job {job}");
        thread::sleep(JOB);
        // Done is a job as soon as this line is out.
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{job}").and_then(|()| out.flush()).is_err() {
            return Ok(());
        }
        drop(out);
        delivery.ack()?;
    }
}

fn options() -> Options {
    Options::new().segment_size(64 << 10)
}
