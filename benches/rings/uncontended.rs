//! One thread alone: what an operation costs when nobody is in the way.

use std::hint::black_box;

use crate::queues::{Condvars, Ends, ParkingLot, Shared, Sink, Source, StdMutex};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group};
use ringway::ring;

/// The capacities that everything is measured at.
const CAPACITIES: [usize; 2] = [64, 1024];

/// How often a measurement goes round the ring.
const LAPS: usize = 10;

/// A group of benchmarks, named after what they do.
type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Pushes and pops `LAPS` laps of messages in batches of `batch`; batches of 1 are singles.
fn pass<P: Sink, C: Source>(
    group: &mut Group<'_>,
    name: &str,
    capacity: usize,
    batch: usize,
    ends: impl Fn(usize) -> Ends<P, C>,
) {
    group.throughput(Throughput::Elements((LAPS * capacity) as u64));
    group.bench_function(format!("{name}/capacity {capacity}/batch {batch}"), |bencher| {
        let (mut producers, mut consumers) = ends(capacity);
        let (producer, consumer) = (&mut producers[0], &mut consumers[0]);
        let messages = vec![7; batch];
        let mut room = vec![0; batch];
        bencher.iter(|| {
            for _ in 0..LAPS * capacity / batch {
                if batch == 1 {
                    assert!(producer.push(black_box(7)));
                    black_box(consumer.pop());
                } else {
                    assert_eq!(producer.push_batch(black_box(&messages)), batch);
                    assert_eq!(consumer.pop_batch(black_box(&mut room)), batch);
                }
            }
        });
    });
}

/// Tries what cannot be: a push into a full queue, a pop from an empty one.
fn refusals<P: Sink, C: Source>(
    group: &mut Group<'_>,
    name: &str,
    capacity: usize,
    ends: impl Fn(usize) -> Ends<P, C>,
) {
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("{name}/failed push/capacity {capacity}"), |bencher| {
        let (mut producers, _consumers) = ends(capacity);
        while producers[0].push(7) {}
        bencher.iter(|| assert!(!producers[0].push(black_box(7))));
    });
    group.bench_function(format!("{name}/failed pop/capacity {capacity}"), |bencher| {
        let (_producers, mut consumers) = ends(capacity);
        bencher.iter(|| assert!(consumers[0].pop().is_none()));
    });
}

/// Both ends of a pair, as the only ones.
fn one<P, C>((producer, consumer): (P, C)) -> Ends<P, C> {
    (vec![producer], vec![consumer])
}

/// Evaluates an expression for every queue that refuses, with its name and what makes its ends.
macro_rules! for_each_queue {
    (|$name:ident, $ends:ident| $measure:expr) => {
        for_each_queue!(@ $name, $ends, $measure;
            "spsc" => |n| one(ring::spsc(n)),
            "mpsc" => |n| one(ring::mpsc(n)),
            "spmc" => |n| one(ring::spmc(n)),
            "mpmc" => |n| one(ring::mpmc(n)),
            "mutex" => |n| Shared::ends(StdMutex::new(n), 1, 1),
            "parking_lot" => |n| Shared::ends(ParkingLot::new(n), 1, 1),
        )
    };
    (@ $name:ident, $ends:ident, $measure:expr; $($key:literal => $make:expr,)+) => {
        $({
            let $name = $key;
            let $ends = $make;
            $measure;
        })+
    };
}

/// Push and pop, one at a time and in batches.
fn passing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("push and pop");
    for capacity in CAPACITIES {
        for batch in [1, 8, 64] {
            for_each_queue!(|name, ends| pass(&mut group, name, capacity, batch, ends));
        }
        let condvars = |n| Shared::ends(Condvars::new(n), 1, 1);
        pass(&mut group, "mutex with condvars", capacity, 1, condvars);
    }
}

/// Failed pushes and pops. A mutex with condition variables does not refuse, it waits.
fn refusing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refusals");
    for capacity in CAPACITIES {
        for_each_queue!(|name, ends| refusals(&mut group, name, capacity, ends));
    }
}

criterion_group!(benches, passing, refusing);
