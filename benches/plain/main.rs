//! The plain loop: `mpmc` and `Queue` beside `ArrayQueue`, outside the contest.
//!
//! A new queue of 1024 slots, and 4 Mi messages of eight bytes from the producers to the consumers; whoever finds
//! the queue full or empty makes 64 pauses and looks again. On one thread, a push and a pop by turns. This is
//! what one writes in order to see for oneself.
//!
//! Nobody yields, so that two threads on one core would wait for the end of each other's time, 1024 messages at
//! a time. Hence the threads are pinned, producers and consumers by turns: on two cores, one has the producers
//! and one the consumers.
//!
//! It is compiled with the harness, since no peer is a dependency of the library: `cargo bench-plain`.

use std::hint::{black_box, spin_loop};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group};
use crossbeam_queue::ArrayQueue;
use ringway::{Queue, ring};
use ringway_harness::platform;

/// The slots of each queue.
const CAPACITY: usize = 1024;

/// The messages of an iteration.
const MESSAGES: u64 = 1 << 22;

/// The same where a rough figure is enough.
const FEW_MESSAGES: u64 = 1 << 16;

/// Pauses between two looks.
const PAUSES: u32 = 64;

/// The end of a queue that takes a message, unless the queue is full.
trait Push: FnMut(u64) -> bool + Clone + Send {}
impl<F: FnMut(u64) -> bool + Clone + Send> Push for F {}

/// The end of a queue that gives the oldest message, unless the queue is empty.
trait Pop: FnMut() -> Option<u64> + Clone + Send {}
impl<F: FnMut() -> Option<u64> + Clone + Send> Pop for F {}

/// A ring by its handles.
fn mpmc() -> (impl Push, impl Pop) {
    let (mut producer, mut consumer) = ring::mpmc(CAPACITY);
    (move |message| producer.push(message).is_ok(), move || consumer.pop())
}

/// A `Queue` by reference.
fn queue() -> (impl Push, impl Pop) {
    let queue = Arc::new(Queue::new(CAPACITY));
    let other = Arc::clone(&queue);
    (move |message| queue.push(message).is_ok(), move || other.pop())
}

/// An `ArrayQueue` by reference.
fn array_queue() -> (impl Push, impl Pop) {
    let queue = Arc::new(ArrayQueue::new(CAPACITY));
    let other = Arc::clone(&queue);
    (move |message| queue.push(message).is_ok(), move || other.pop())
}

/// Looks until there is something.
fn until<R>(mut look: impl FnMut() -> Option<R>) -> R {
    loop {
        if let Some(found) = look() {
            return found;
        }
        (0..PAUSES).for_each(|_| spin_loop());
    }
}

/// How long `messages` take from `pairs` producers to as many consumers: from the first of them that begins to the
/// last that ends.
fn across((push, pop): (impl Push, impl Pop), pairs: u64, messages: u64) -> Duration {
    let each = messages / pairs;
    let gate = Barrier::new(2 * pairs as usize);
    let cores = platform::allowed_cores();
    let timed = |thread: u64, work: &mut dyn FnMut() -> u64| {
        platform::pin(cores[thread as usize % cores.len()]);
        gate.wait();
        let begin = Instant::now();
        let sum = work();
        (begin, Instant::now(), sum)
    };
    let timed = &timed;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..pairs)
            .flat_map(|pair| {
                let (mut push, mut pop) = (push.clone(), pop.clone());
                let producer = scope.spawn(move || {
                    timed(2 * pair, &mut || {
                        (0..each).for_each(|n| until(|| push(n).then_some(())));
                        0
                    })
                });
                let consumer = scope.spawn(move || {
                    timed(2 * pair + 1, &mut || (0..each).map(|_| until(&mut pop)).sum())
                });
                [producer, consumer]
            })
            .collect();
        let times: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let sum: u64 = times.iter().map(|(.., sum)| sum).sum();
        assert_eq!(sum, pairs * (each * (each - 1) / 2), "some other messages arrived");
        let begin = times.iter().map(|(begin, ..)| *begin).min();
        let end = times.iter().map(|(_, end, _)| *end).max();
        end.zip(begin).map_or(Duration::ZERO, |(end, begin)| end - begin)
    })
}

/// How long one thread takes to push and pop so many messages, by turns.
fn alone((mut push, mut pop): (impl Push, impl Pop), messages: u64) -> Duration {
    let begin = Instant::now();
    for message in 0..messages {
        assert!(push(black_box(message)));
        assert_eq!(pop(), Some(message));
    }
    begin.elapsed()
}

/// Measures one queue with so many producers and as many consumers, or on one thread if there are none.
fn measure<P: Push, C: Pop>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    pairs: u64,
    messages: u64,
    ends: impl Fn() -> (P, C),
) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let round = |_| match pairs {
                0 => alone(ends(), messages),
                _ => across(ends(), pairs, messages),
            };
            (0..iterations).map(round).sum()
        });
    });
}

/// All queues, place by place.
fn loops(criterion: &mut Criterion) {
    let rough = std::env::args().any(|argument| argument == "--quick" || argument == "--test");
    let messages = if rough { FEW_MESSAGES } else { MESSAGES };
    for (place, pairs) in [("1x1", 1), ("2x2", 2), ("one thread", 0)] {
        let mut group = criterion.benchmark_group(format!("plain loop, {place}"));
        group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(messages));
        measure(&mut group, "mpmc", pairs, messages, mpmc);
        measure(&mut group, "Queue", pairs, messages, queue);
        measure(&mut group, "ArrayQueue", pairs, messages, array_queue);
    }
}

criterion_group!(benches, loops);
criterion::criterion_main!(benches);
