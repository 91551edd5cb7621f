//! How the length of a queue goes with the rates of those who send and receive.
//!
//! The length grows by the difference of the rates, between 0 and the capacity:
//!
//! ```text
//! d len / d t = λ − μ        0 ≤ len ≤ capacity
//! ```
//!
//! where λ is how many messages are sent in a second, and μ how many are received. With λ > μ the
//! queue fills up and stays full: then `send` waits, and λ comes down to μ (back-pressure). With
//! λ < μ it empties, and `recv` waits. Over a long time Little's law ties length, rate and waiting
//! time together, whatever the distributions: `len = λ · W`, so a message waits in a queue that
//! is full for `W = capacity / μ`. A longer queue does not make a slow receiver faster; it makes
//! every message later.
//!
//! ```text
//! cargo run --example flow --features metrics
//! ```

use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{Receiver, Sender, bounded};

const CAPACITY: usize = 40;

/// How long a message is on its way to be made or used.
const FAST: Duration = Duration::from_micros(500);
const SLOW: Duration = Duration::from_millis(2);

/// Sends for some time, a message each `gap`, and says how many.
fn produce(sender: Sender<Instant>, gap: Duration, end: Instant) -> u32 {
    let mut sent = 0;
    while Instant::now() < end && sender.send(Instant::now()).is_ok() {
        sent += 1;
        thread::sleep(gap);
    }
    sent
}

/// Receives until the end, a message each `gap`, and says how long messages waited on average.
fn consume(receiver: Receiver<Instant>, gap: Duration) -> Duration {
    let (mut waited, mut received) = (Duration::ZERO, 0);
    for sent in receiver {
        waited += sent.elapsed();
        received += 1;
        thread::sleep(gap);
    }
    waited / received.max(1)
}

/// Prints the length over time, as a bar.
fn watch(title: &str, make: Duration, take: Duration) {
    println!("{title}: one is made each {make:?}, one is taken each {take:?}");
    let (sender, receiver) = bounded(CAPACITY);
    let (seen, begun) = (sender.downgrade(), Instant::now());
    let counts = receiver.clone();
    let producer = thread::spawn(move || produce(sender, make, begun + Duration::from_millis(250)));
    let consumer = thread::spawn(move || consume(receiver, take));
    while let Some(sender) = seen.upgrade() {
        println!(
            "{:>5} ms {:>3} {}",
            begun.elapsed().as_millis(),
            sender.len(),
            "#".repeat(sender.len())
        );
        drop(sender);
        thread::sleep(Duration::from_millis(25));
    }
    let (sent, waited) = (producer.join().unwrap(), consumer.join().unwrap());
    let metrics = counts.metrics();
    println!(
        "{sent} sent; at most {} of {CAPACITY} queued; a message waited {waited:.1?}; \
         senders waited {} times, receivers {}\n",
        metrics.high_water, metrics.send_waits, metrics.recv_waits
    );
}

fn main() {
    watch("Producers are faster, and held back at the capacity", FAST, SLOW);
    watch("Consumers are faster, and the queue stays empty", SLOW, FAST);
}
