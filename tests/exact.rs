//! `Queue` and channels between threads: what they say is so. Empty is empty, and what is evicted is
//! returned, one for one.
#![cfg(feature = "alloc")]

#[path = "ring/threads.rs"]
#[expect(dead_code, reason = "nobody meets here")]
mod threads;

use std::iter;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use ringway::Queue;

use crate::threads::Crew;

/// How many pairs each thread does; with `RINGWAY_PAIRS` in the environment so many of all threads.
fn pairs(threads: usize) -> usize {
    let wanted = std::env::var("RINGWAY_PAIRS").ok().and_then(|pairs| pairs.parse().ok());
    let all = wanted.unwrap_or(if cfg!(miri) { 100 } else { 1_000_000 });
    all / threads
}

/// Each of some threads puts one in and takes one out, again and again: one is always there for it.
fn one_in_one_out(put: impl Fn() -> bool + Sync, take: impl Fn() -> bool + Sync) {
    for threads in 2..=4 {
        let crew = Crew::default();
        thread::scope(|scope| {
            for _ in 0..threads {
                crew.start(scope, || {
                    for pair in 0..pairs(threads) {
                        crew.until(|| put().then_some(()));
                        assert!(take(), "Empty at pair {pair} of one of {threads} threads");
                    }
                });
            }
        });
        assert!(!take(), "as many came out as went in");
    }
}

// crossbeam-queue's own test `linearizable` looks for the same.
#[test]
fn d2_a_queue_is_not_empty_for_who_has_pushed() {
    for capacity in [4, 64] {
        let queue = Queue::new(capacity);
        one_in_one_out(|| queue.push(0).is_ok(), || queue.pop().is_some());
    }
}

#[test]
fn d2_a_batch_is_there_for_who_has_pushed() {
    let queue = Queue::new(64);
    one_in_one_out(
        || queue.push_slice(&[0]) == 1,
        || {
            let mut value = [0];
            queue.pop_slice(&mut value) == 1
        },
    );
}

#[cfg(feature = "std")]
#[test]
fn d2_a_channel_is_not_empty_for_who_has_sent() {
    let (sender, receiver) = ringway::channel::bounded(64);
    one_in_one_out(|| sender.try_send(0).is_ok(), || receiver.try_recv().is_ok());
}

/// A queue of some capacity with room for each thread: no push of it is refused.
#[test]
fn d2_a_queue_with_room_for_all_is_not_full() {
    let queue = Queue::new(64);
    let refused = AtomicUsize::new(0);
    let put = || {
        let is_in = queue.push(0).is_ok();
        refused.fetch_add(usize::from(!is_in), Ordering::Relaxed);
        is_in
    };
    one_in_one_out(put, || queue.pop().is_some());
    assert_eq!(refused.into_inner(), 0);
}

// crossbeam-queue's own test `mpmc_ring_buffer` looks for the same.
#[test]
fn d3_what_is_evicted_is_returned_one_for_one() {
    const EACH: usize = if cfg!(miri) { 50 } else { 20_000 };
    for capacity in [1, 2, 3, 64] {
        for (evicting, popping) in [(2, 0), (2, 2), (4, 4), (4, 0)] {
            let queue = Queue::new(capacity);
            let seen = Vec::from_iter((0..evicting * EACH).map(|_| AtomicUsize::new(0)));
            let see = |value: usize| {
                seen[value].fetch_add(1, Ordering::Relaxed);
            };
            let left = AtomicUsize::new(evicting);
            let crew = Crew::default();
            thread::scope(|scope| {
                for id in 0..evicting {
                    let (queue, left) = (&queue, &left);
                    crew.start(scope, move || {
                        for value in id * EACH..(id + 1) * EACH {
                            queue.force_push_with(value, see);
                        }
                        left.fetch_sub(1, Ordering::Release);
                    });
                }
                for _ in 0..popping {
                    crew.start(scope, || {
                        while left.load(Ordering::Acquire) > 0 {
                            queue.pop().map_or_else(thread::yield_now, see);
                        }
                    });
                }
            });
            iter::from_fn(|| queue.pop()).for_each(see);
            for (value, times) in seen.iter().enumerate() {
                let times = times.load(Ordering::Relaxed);
                assert_eq!(times, 1, "{value} of {evicting} x {EACH}, capacity {capacity}");
            }
        }
    }
}

/// With one thread that evicts and one that pops, what either sees is in order, and nothing is lost.
#[test]
fn d3_evictions_and_pops_are_in_order() {
    const VALUES: usize = if cfg!(miri) { 100 } else { 200_000 };
    for capacity in [1, 2, 3, 64] {
        let queue = Queue::new(capacity);
        let is_done = AtomicBool::new(false);
        let crew = Crew::default();
        thread::scope(|scope| {
            let pops = crew.start(scope, || {
                let mut values = Vec::new();
                while !is_done.load(Ordering::Acquire) {
                    match queue.pop() {
                        Some(value) => values.push(value),
                        None => thread::yield_now(),
                    }
                }
                values
            });
            let (queue, is_done) = (&queue, &is_done);
            let evicts = crew.start(scope, move || {
                let mut values = Vec::new();
                for value in 0..VALUES {
                    queue.force_push_with(value, |value| values.push(value));
                }
                is_done.store(true, Ordering::Release);
                values
            });
            let (evicted, popped) = (evicts.join().unwrap(), pops.join().unwrap());
            assert!(evicted.is_sorted() && popped.is_sorted());
            let left = Vec::from_iter(iter::from_fn(|| queue.pop()));
            let mut all = [evicted, popped, left].concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..VALUES));
        });
    }
}
