//! Histories of real threads on the queues, checked for linearizability: every operation must seem
//! to happen at one moment between its call and its return, and a push is Full and a pop Empty
//! only where the queue is full or empty at that moment.
//!
//! Many small histories go through an exact search (`small`) and, with the long ones, through a
//! test of bad patterns (`patterns`). Both must reject the histories of queues that are broken
//! (`broken`), decide drawn histories as they should (`cases`), and agree with each other
//! (`agree`).
#![cfg(feature = "alloc")]

#[path = "../../src/effort.rs"]
mod effort;
#[path = "../ring/threads.rs"]
mod threads;

mod patterns;
mod record;
mod small;

mod agree;
mod broken;
mod cases;

use ringway::Queue;
use ringway::ring::{self, Consumer, Link, Producer};

use crate::effort::{affordable, some, times};
use crate::record::{Ends, Op, Plan, Pop, Push, record, shared, team};
use crate::small::{Full, Spec};

/// The capacities that every queue is recorded with.
const CAPACITIES: [usize; 5] = [1, 2, 3, 8, 64];

/// How many handles push and how many pop, and whether a thread has one of each.
const SHAPES: [(usize, usize, bool); 3] = [(1, 1, false), (2, 2, true), (4, 4, false)];

/// Makes the tests of a queue: of a function from its capacity, and from how many handles are
/// wanted that push and that pop, to the handles.
macro_rules! on_queue {
    ($name:ident, $full:expr, $ends:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn small_histories_are_linearizable() {
                small_histories($full, $ends);
            }

            #[test]
            fn long_histories_have_no_bad_pattern() {
                long_histories($full, $ends);
            }
        }
    };
}

#[cfg(feature = "std")]
mod channels;

on_queue!(spsc, Full::Exact, |capacity, _, _| {
    let (producer, consumer) = ring::spsc(capacity);
    ends(vec![producer], vec![consumer])
});
on_queue!(mpsc, Full::Weak, |capacity, pushing, _| {
    let (producer, consumer) = ring::mpsc(capacity);
    ends(vec![producer; pushing], vec![consumer])
});
on_queue!(spmc, Full::Weak, |capacity, _, popping| {
    let (producer, consumer) = ring::spmc(capacity);
    ends(vec![producer], vec![consumer; popping])
});
on_queue!(mpmc, Full::Weak, |capacity, pushing, popping| {
    let (producer, consumer) = ring::mpmc(capacity);
    ends(vec![producer; pushing], vec![consumer; popping])
});
on_queue!(queue, Full::Weak, |capacity, pushing, popping| {
    let push = |queue: &Queue<u64>, value| queue.push(value).is_ok();
    shared(Queue::new(capacity), push, Queue::pop, (pushing, popping))
});

/// The handles of a ring, as the recorder calls them.
fn ends<L>(producers: Vec<Producer<L>>, consumers: Vec<Consumer<L>>) -> Ends
where
    L: Link<Item = u64> + Send + 'static,
{
    let push =
        |mut producer: Producer<L>| Box::new(move |value| producer.push(value).is_ok()) as Push;
    let pop = |mut consumer: Consumer<L>| Box::new(move || consumer.pop()) as Pop;
    (producers.into_iter().map(push).collect(), consumers.into_iter().map(pop).collect())
}

/// Records many small histories of a queue and checks each in both ways.
fn small_histories(full: Full, ends: impl Fn(usize, usize, usize) -> Ends) {
    for capacity in affordable(CAPACITIES) {
        for (pushing, popping, mixed) in some(SHAPES) {
            let workers = team(ends(capacity, pushing, popping), mixed);
            let plan =
                Plan { rounds: times(70), ops: 24 / workers.len(), prefill: capacity.min(8) };
            for history in record(workers, plan) {
                let spec = Spec { capacity, full };
                let found = patterns::check(&history, spec);
                let good = small::is_linearizable(&history, spec);
                assert!(
                    good && found.is_ok(),
                    "{spec:?}, linearizable: {good}, patterns: {found:?}, in\n{}",
                    list(&history)
                );
            }
        }
    }
}

/// Records long histories of a queue and looks for bad patterns in them.
fn long_histories(full: Full, ends: impl Fn(usize, usize, usize) -> Ends) {
    for capacity in affordable(CAPACITIES) {
        for (pushing, popping, mixed) in some(SHAPES) {
            let workers = team(ends(capacity, pushing, popping), mixed);
            let ops = times(if cfg!(miri) { 20_000 } else { 80_000 }) / workers.len();
            let plan = Plan { rounds: 1, ops, prefill: capacity };
            let history = record(workers, plan).concat();
            let spec = Spec { capacity, full };
            assert_eq!(patterns::check(&history, spec), Ok(()), "{spec:?}");
        }
    }
}

/// A history, an operation a line, in the order of the calls.
fn list(history: &[Op]) -> String {
    let mut ops = history.to_vec();
    ops.sort_by_key(|op| op.invoked);
    ops.iter().map(|op| format!("{op:x?}\n")).collect()
}
