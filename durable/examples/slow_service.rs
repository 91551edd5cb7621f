//! A queue in front of a slow service: producers are faster than it, and are held back when the queue is full.
//!
//! The queue takes a burst: while there is room nobody waits for the service. Then [`Options::max_bytes`] and
//! [`Options::room`] hold publishers back, so that neither the disk nor the memory is filled. The service gets every message,
//! at its own pace.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ringway_durable::{Options, Queue, Refusal};

const MESSAGES: u64 = 1500;
const PRODUCERS: u64 = 3;
const SIZE: usize = 1000;

/// What the service takes for a request.
const SERVICE: Duration = Duration::from_millis(1);

const SEGMENT: u64 = 64 << 10;
const MAX_BYTES: u64 = 6 * SEGMENT;
const ROOM: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let options = Options::new().segment_size(SEGMENT).max_bytes(MAX_BYTES).room(ROOM);
    let queue = Queue::open(directory.path(), options)?;
    let (served, full) = (AtomicU64::new(0), AtomicU64::new(0));
    let begin = Instant::now();

    let (longest, published_in) = thread::scope(|scope| {
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                scope.spawn({
                    let (queue, full) = (&queue, &full);
                    move || {
                        let messages = MESSAGES / PRODUCERS;
                        (0..messages).for_each(|n| publish(queue, producer * messages + n, full));
                        begin.elapsed()
                    }
                })
            })
            .collect();
        let service = scope.spawn(|| serve(&queue, &served));
        let longest = watch(&queue, &served, begin);
        service.join().expect("the service ends");
        let ends = producers.into_iter().map(|producer| producer.join().expect("producers end"));
        (longest, ends.max().unwrap_or_default())
    });

    let served_in = begin.elapsed();
    let full = full.into_inner();
    println!(
        "{MESSAGES} messages: the last was published after {published_in:.2?} and served after {served_in:.2?}"
    );
    println!(
        "{full} times there was no room at once; the queue was {longest} messages long at most"
    );
    assert_eq!(served.into_inner(), MESSAGES);
    assert!(full > 0, "producers were held back");
    let fit = MAX_BYTES / SIZE as u64 + ROOM as u64;
    assert!(longest <= fit, "no more messages are there than fit");
    assert!(published_in >= served_in / 2, "producers went on at the pace of the service");
    queue.sync()?.wait()?;
    assert_eq!(queue.stats().unacknowledged, 0);
    Ok(())
}

/// Publishes a message: at once where there is room, and else when there is some.
fn publish(queue: &Queue, number: u64, full: &AtomicU64) {
    let mut message = number.to_le_bytes().to_vec();
    message.resize(SIZE, 0);
    let held_back = match queue.try_publish(message) {
        // It is written all the same when nobody waits for the ticket.
        Ok(_) => return,
        Err(held_back) => held_back,
    };
    assert_eq!(held_back.why, Refusal::Full);
    full.fetch_add(1, Ordering::Relaxed);
    // A service of requests would say "come later" here. This one waits.
    drop(queue.publish(held_back.message).expect("the queue is open"));
}

/// The slow service: one request after the other.
fn serve(queue: &Queue, served: &AtomicU64) {
    let consumer = queue.consumer(1).expect("there may be one");
    let mut seen = vec![false; MESSAGES as usize];
    for _ in 0..MESSAGES {
        let delivery = consumer.recv().expect("the queue is open");
        let number = delivery.message()[..8]
            .try_into()
            .map(u64::from_le_bytes)
            .expect("it begins with a number");
        assert!(!std::mem::replace(&mut seen[number as usize], true), "{number} came twice");
        thread::sleep(SERVICE);
        delivery.ack().expect("the queue is open");
        served.fetch_add(1, Ordering::Relaxed);
    }
}

/// Prints how long the queue is, until all is served; the longest.
fn watch(queue: &Queue, served: &AtomicU64, begin: Instant) -> u64 {
    let mut longest = 0;
    while served.load(Ordering::Relaxed) < MESSAGES {
        let stats = queue.stats();
        longest = longest.max(stats.unacknowledged);
        assert!(stats.file_bytes <= MAX_BYTES, "{stats:?}");
        let bar = "#".repeat(stats.unacknowledged as usize / 8);
        println!(
            "{:5} ms {:4} messages in {:3} KiB {bar}",
            begin.elapsed().as_millis(),
            stats.unacknowledged,
            stats.file_bytes >> 10
        );
        thread::sleep(Duration::from_millis(100));
    }
    longest
}
