//! Faults that were in the library, with the threads that show them.

use std::sync::Arc;

use loom_tests::thread;
use loom_tests::{Ledger, Others, Value, assert_exactly, explore_random};
use ringway::Queue;
use ringway::hook::Point;

use super::{drain, whole_again};

/// One evicts and is late with its mark stored, another pops and is late with its claim, and a
/// third comes round: a value came twice, or with room for one everybody hung.
fn eviction_beside_a_late_consumer(ledger: &'static Ledger, capacity: usize) {
    let queue = Arc::new(Queue::new_at(capacity, u64::MAX));
    let full = capacity as u64;
    for id in 0..full {
        assert!(queue.push(ledger.value(id)).is_ok());
    }
    let others = Others::default();
    let evictor = {
        let (queue, others) = (Arc::clone(&queue), others.clone());
        thread::spawn(move || {
            let work = others.begin_late(|point| point == Point::Committed);
            let mut evicted = Vec::new();
            queue.force_push_with(ledger.value(100), |value| evicted.push(value.id()));
            work.done();
            evicted
        })
    };
    let consumer = {
        let (queue, others) = (Arc::clone(&queue), others.clone());
        thread::spawn(move || {
            let work = others.begin_late(|point| point == Point::Claimed);
            let pops = (0..full).filter_map(|_| {
                let value = queue.pop();
                work.done();
                value
            });
            Vec::from_iter(pops.map(|value| value.id()))
        })
    };
    let work = others.begin_late(|_| false);
    let mut sent = Vec::from_iter((0..full).chain([100]));
    let mut received = Vec::new();
    for id in 200..200 + 2 * full {
        if queue.push(ledger.value(id)).is_ok() {
            sent.push(id);
        }
        work.done();
        received.extend(queue.pop().map(|value| value.id()));
        work.done();
    }
    drop(work);
    received.extend(evictor.join().unwrap());
    received.extend(consumer.join().unwrap());
    received.append(&mut drain(&queue));
    assert_exactly(received, sent);
    whole_again(ledger, &queue);
}

#[test]
fn a_consumer_that_is_late_after_an_eviction_has_its_value_alone() {
    for capacity in 1..=3 {
        let name = format!("an eviction beside a late consumer, capacity {capacity}");
        explore_random(&name, 10, move |ledger| eviction_beside_a_late_consumer(ledger, capacity));
    }
}

/// Each thread pushes a value and takes one: there is always one for it.
fn one_for_each(ledger: &'static Ledger, threads: u64, take: fn(&Queue<Value>) -> Option<Value>) {
    let queue = Arc::new(Queue::new_at(8, u64::MAX));
    let takes = (0..threads).map(|thread| {
        let queue = Arc::clone(&queue);
        thread::spawn(move || {
            let ids = [10 * thread, 10 * thread + 1];
            ids.map(|id| {
                assert!(queue.push(ledger.value(id)).is_ok());
                take(&queue).expect("there is one for each").id()
            })
        })
    });
    let takes = Vec::from_iter(takes);
    let received = takes.into_iter().flat_map(|takes| takes.join().unwrap()).collect();
    assert_exactly(
        received,
        (0..threads).flat_map(|thread| [10 * thread, 10 * thread + 1]).collect(),
    );
    whole_again(ledger, &queue);
}

#[test]
fn a_pop_finds_a_value_though_another_was_faster() {
    for threads in 2..=4 {
        let name = format!("one for each of {threads} threads");
        explore_random(&name, 5, move |ledger| one_for_each(ledger, threads, Queue::pop));
    }
}

#[test]
fn a_batch_finds_a_value_though_another_was_faster() {
    for threads in 2..=4 {
        let name = format!("one in a batch for each of {threads} threads");
        explore_random(&name, 5, move |ledger| {
            one_for_each(ledger, threads, |queue| {
                let mut values = Vec::with_capacity(1);
                queue.pop_vec(&mut values, 1);
                values.pop()
            });
        });
    }
}
