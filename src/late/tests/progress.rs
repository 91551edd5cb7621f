//! The claims of progress: any threads stopped anywhere, in any operation, and what the operations
//! of the others cost then, counted at every point that they pass.
//!
//! With fewer slots taken by stopped threads than there are, an operation of another thread that
//! nobody disturbs meanwhile, evictions and exact batches too, passes at most [`most`] points: eight
//! for each slot and eight times eight for what it does once. That is beside threads that have been
//! stopped for a lap or a few; where a budget is spent (three laps and 512 positions) it can be more.
//! With as many or more taken, each operation still returns within the same bound, but for an eviction
//! that finds neither room nor an oldest value: that gives up after 256 attempts.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// The most points of an operation, while a slot is left to the others.
pub(super) fn most(capacity: usize) -> usize {
    8 * (capacity + 8)
}

/// An operation of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Push,
    Pop,
    PushSlice,
    PopSlice,
    PushExact,
    PopExact,
    Evict,
    Look,
}

pub(super) const OPERATIONS: [Operation; 8] = [
    Operation::Push,
    Operation::Pop,
    Operation::PushSlice,
    Operation::PopSlice,
    Operation::PushExact,
    Operation::PopExact,
    Operation::Evict,
    Operation::Look,
];

impl Operation {
    /// How many slots it can own.
    pub(super) fn owns(self) -> usize {
        match self {
            Self::Push | Self::Pop | Self::Evict => 1,
            _ => 2,
        }
    }

    /// Does it with the values `first` and the one after it: those that went in, and came out.
    pub(super) fn perform(self, queue: &Queue<u64>, first: u64) -> (Vec<u64>, Vec<u64>) {
        let two = [first, first + 1];
        let mut out = [0; 2];
        match self {
            Self::Push => (Vec::from_iter(queue.push(first).is_ok().then_some(first)), Vec::new()),
            Self::Pop => (Vec::new(), Vec::from_iter(queue.pop())),
            Self::PushSlice => (two[..queue.push_slice(&two)].into(), Vec::new()),
            Self::PopSlice => {
                let n = queue.pop_slice(&mut out);
                (Vec::new(), out[..n].into())
            }
            Self::PushExact => {
                let moved = queue.push_slice_exact(&two).map_or_else(|few| few.moved(), |()| 2);
                (two[..moved].into(), Vec::new())
            }
            Self::PopExact => {
                let n = queue.pop_slice_exact(&mut out).map_or(0, |()| 2);
                (Vec::new(), out[..n].into())
            }
            Self::Evict => {
                let mut out = Vec::new();
                queue.force_push_with(first, |oldest| out.push(oldest));
                (Vec::from([first]), out)
            }
            Self::Look => {
                let len = queue.len();
                assert!(len <= queue.capacity());
                // All others stand.
                assert_eq!(
                    (queue.is_empty(), queue.is_full()),
                    (len == 0, len == queue.capacity())
                );
                (Vec::new(), Vec::new())
            }
        }
    }
}

/// Runs an operation of this thread and checks that it passes no more points than `most`.
pub(super) fn counted<R>(
    most: usize,
    what: impl core::fmt::Debug,
    operation: impl FnOnce() -> R,
) -> R {
    let steps = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&steps);
    hook::set(move |_| {
        let steps = own.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(steps <= most, "more than {most} points");
    });
    let result = operation();
    hook::set(|_| ());
    let steps = steps.load(Ordering::Relaxed);
    assert!(steps <= most, "{what:?} passed {steps} points, and not {most}");
    result
}

/// Stops threads in operations at random until so many slots may be theirs; does operations beside them,
/// none of which passes more points than it may; lets them go, and finds each value once.
fn beside_stopped(seed: usize, capacity: usize, slots: usize, evictions: usize) {
    let mut dice = Dice(seed as u64);
    let start = if seed % 2 == 0 { 0 } else { u64::MAX - 3 };
    let queue = Arc::new(Queue::new_at(capacity, start));
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for value in 0..dice.below(capacity + 1) as u64 {
        queue.push(value).unwrap();
        inside.push(value);
    }
    let mut stopped = Vec::new();
    let mut owned = 0;
    let mut value = 100;
    // Who stopped where is for the message alone.
    let mut who = Vec::new();
    for round in 0..40 {
        value += 10;
        let operation = OPERATIONS[dice.below(OPERATIONS.len())];
        // Who only looks is never late.
        let may_stop = operation != Operation::Look && owned + operation.owns() <= slots;
        if round % 4 == 0 && may_stop {
            owned += operation.owns();
            let nth = 1 + dice.below(14);
            let theirs = Arc::clone(&queue);
            who.push((operation, nth));
            let is_there = move |seen: &[Point]| seen.len() == nth;
            let work = move || operation.perform(&theirs, value);
            stopped.push(Stopped::if_ever(is_there, work).0);
            continue;
        }
        let is_eviction = operation == Operation::Evict;
        let most = if is_eviction { evictions } else { most(capacity) };
        let what = (seed, capacity, operation, &who);
        let (pushed, popped) = counted(most, what, || operation.perform(&queue, value));
        inside.extend(pushed);
        outside.extend(popped);
    }
    for thread in stopped {
        let (pushed, popped) = thread.release();
        inside.extend(pushed);
        outside.extend(popped);
    }
    outside.extend(drain(&queue));
    inside.sort_unstable();
    outside.sort_unstable();
    assert_eq!(inside, outside, "seed {seed}, capacity {capacity}, {who:?}");
    assert_eq!(laps(&queue, 4), capacity, "whole again: seed {seed}, {who:?}");
}

#[test]
fn beside_fewer_stopped_threads_than_slots_each_operation_ends_soon() {
    for capacity in affordable([2, 3, 4, 5, 8]) {
        for seed in 0..times(400) {
            let slots = 1 + seed % (capacity - 1);
            beside_stopped(seed, capacity, slots, most(capacity));
        }
    }
}

#[test]
fn beside_as_many_stopped_threads_as_slots_each_operation_returns() {
    for capacity in affordable([1, 2, 3, 5]) {
        for seed in 0..times(100) {
            let evictions = 256 * most(capacity);
            beside_stopped(seed, capacity, capacity + 2, evictions);
        }
    }
}
