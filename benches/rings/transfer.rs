//! Threads on both sides: how many messages get across.
//!
//! The threads of a benchmark live as long as it does; a measurement begins when all of them are
//! ready and ends when the last is done. Whoever waits does so in the same way for every queue:
//! some pauses between looks, and a yield before each after a number of looks in vain.

use std::hint::{black_box, spin_loop};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::queues::{Condvars, Ends, ParkingLot, Shared, Sink, Source, StdMutex};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group};
use ringway::ring;

/// How often a measurement goes round the ring.
const LAPS: usize = 10;

/// Pauses between two looks.
const PAUSES: u32 = 64;

/// Looks without a yield.
const PATIENCE: u32 = 8;

/// Looks until there is something.
fn until<R>(mut look: impl FnMut() -> Option<R>) -> R {
    for failed in 0_u32.. {
        if let Some(found) = look() {
            return found;
        }
        (0..PAUSES).for_each(|_| spin_loop());
        if failed >= PATIENCE {
            thread::yield_now();
        }
    }
    unreachable!("a wait ends with what it waits for")
}

/// Threads that push and pop as often as they are told, again and again.
struct Crew {
    /// For each thread, how many messages to move next; without it the thread ends.
    orders: Vec<Sender<usize>>,
    /// Passed by all threads and the measurer, before the work and after it.
    gate: Arc<Barrier>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// A thread for each end.
    fn new<P: Sink, C: Source>((producers, consumers): Ends<P, C>) -> Self {
        let gate = Arc::new(Barrier::new(producers.len() + consumers.len() + 1));
        let mut crew = Self { orders: Vec::new(), gate, threads: Vec::new() };
        for mut producer in producers {
            crew.hire(move |n| {
                for message in 0..n as u64 {
                    until(|| producer.push(message).then_some(()));
                }
            });
        }
        for mut consumer in consumers {
            crew.hire(move |n| {
                let sum = (0..n).fold(0_u64, |sum, _| sum.wrapping_add(until(|| consumer.pop())));
                black_box(sum);
            });
        }
        crew
    }

    /// Starts a thread that does `work` for each order.
    fn hire(&mut self, mut work: impl FnMut(usize) + Send + 'static) {
        let (order, orders): (_, Receiver<usize>) = channel();
        let gate = Arc::clone(&self.gate);
        self.orders.push(order);
        self.threads.push(thread::spawn(move || {
            for n in orders {
                gate.wait();
                work(n);
                gate.wait();
            }
        }));
    }

    /// How long it takes that each thread moves `n` messages.
    fn time(&self, n: usize) -> Duration {
        for order in &self.orders {
            order.send(n).expect("a thread of the crew has ended");
        }
        self.gate.wait();
        let begin = Instant::now();
        self.gate.wait();
        begin.elapsed()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.orders.clear();
        for thread in self.threads.drain(..) {
            thread.join().expect("a thread of the crew has panicked");
        }
    }
}

/// Measures the way through a queue with `pairs` producers and as many consumers.
fn transfer<P: Sink, C: Source>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    capacity: usize,
    pairs: usize,
    ends: Ends<P, C>,
) {
    let per_thread = LAPS * capacity / pairs;
    group.throughput(Throughput::Elements((per_thread * pairs) as u64));
    let crew = Crew::new(ends);
    group.bench_function(format!("{name}/capacity {capacity}/{pairs}x{pairs}"), |bencher| {
        bencher.iter_custom(|iterations| crew.time(per_thread * iterations as usize));
    });
}

/// Every queue at every number of threads that it can serve.
fn transfers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transfer");
    for capacity in [64, 1024] {
        let (producer, consumer) = ring::spsc(capacity);
        transfer(&mut group, "spsc", capacity, 1, (vec![producer], vec![consumer]));
        let (producer, consumer) = ring::mpsc(capacity);
        transfer(&mut group, "mpsc", capacity, 1, (vec![producer], vec![consumer]));
        let (producer, consumer) = ring::spmc(capacity);
        transfer(&mut group, "spmc", capacity, 1, (vec![producer], vec![consumer]));
        for pairs in [1, 2, 4] {
            let (producer, consumer) = ring::mpmc(capacity);
            let ends = (vec![producer; pairs], vec![consumer; pairs]);
            transfer(&mut group, "mpmc", capacity, pairs, ends);
            let ends = Shared::ends(StdMutex::new(capacity), pairs, pairs);
            transfer(&mut group, "mutex", capacity, pairs, ends);
            let ends = Shared::ends(ParkingLot::new(capacity), pairs, pairs);
            transfer(&mut group, "parking_lot", capacity, pairs, ends);
            let ends = Shared::ends(Condvars::new(capacity), pairs, pairs);
            transfer(&mut group, "mutex with condvars", capacity, pairs, ends);
        }
    }
}

criterion_group!(benches, transfers);
