//! Late threads of the queue: skipped wherever they stand, and back again.
//!
//! Here nobody is patient: whoever meets an owner that has not committed skips it at once,
//! so that every model explores the skipping at every point of an operation.

use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;
use std::sync::Arc;

use loom_tests::thread;
use loom_tests::{
    Bounds, Ledger, Value, assert_exactly, assert_in_order, explore, explore_skipping,
    explore_unfenced,
};
use ringway::hook::{self, Point};
use ringway::{Queue, ring};

/// A queue of this capacity, shortly before the word of a position overflows.
fn queue(capacity: usize) -> Arc<Queue<Value>> {
    Arc::new(Queue::new_at(capacity, u64::MAX))
}

/// All that is in the queue, in order.
fn drain(queue: &Queue<Value>) -> Vec<u64> {
    std::iter::from_fn(|| queue.pop()).map(|value| value.id()).collect()
}

/// Checks that everybody is back: the queue takes exactly its capacity, twice round.
///
/// A position that was skipped counts until the consumers have passed it, which the drain before
/// this has done.
fn whole_again(ledger: &'static Ledger, queue: &Queue<Value>) {
    assert!(queue.pop().is_none(), "a value is left");
    let capacity = queue.capacity() as u64;
    for first in [1000, 2000] {
        for id in first..first + capacity {
            assert!(queue.push(ledger.value(id)).is_ok(), "{id} does not fit");
        }
        assert!(queue.push(ledger.value(3000)).is_err());
        assert_eq!(drain(queue), Vec::from_iter(first..first + capacity));
    }
}

/// A push that has returned is never missed, wherever another producer stands (tokio#2020,
/// dotnet/runtime#132736).
#[test]
fn a3_a_completed_push_is_popped_past_a_late_producer() {
    let bounds: [Bounds; 2] = [(3, 1000), (3, 1000)];
    for (capacity, bounds) in (2..).zip(bounds) {
        explore_skipping(
            &format!("a completed push, capacity {capacity}"),
            bounds,
            move |ledger| {
                let queue = queue(capacity);
                let theirs = Arc::clone(&queue);
                let late = thread::spawn(move || theirs.push(ledger.value(10)).is_ok());
                assert!(queue.push(ledger.value(0)).is_ok());
                let first = queue.pop().expect("a push has completed").id();
                assert!(late.join().unwrap(), "there was room");
                let mut received = vec![first];
                received.append(&mut drain(&queue));
                assert_exactly(received, vec![0, 10]);
                whole_again(ledger, &queue);
            },
        );
    }
}

/// A producer is skipped for several laps, and returns at any moment.
#[test]
fn a_late_producer_is_skipped_lap_after_lap() {
    let bounds: [Bounds; 2] = [(2, 300), (2, 300)];
    for (capacity, bounds) in (1..).zip(bounds) {
        explore_skipping(&format!("a late producer, capacity {capacity}"), bounds, move |ledger| {
            let queue = queue(capacity);
            let theirs = Arc::clone(&queue);
            let late = thread::spawn(move || theirs.push(ledger.value(10)).is_ok());
            let mut sent = Vec::new();
            let mut received = Vec::new();
            for id in 0..2 {
                if queue.push(ledger.value(id)).is_ok() {
                    sent.push(id);
                    let popped = queue.pop().expect("a push has completed");
                    received.push(popped.id());
                }
            }
            if late.join().unwrap() {
                sent.push(10);
            }
            received.append(&mut drain(&queue));
            assert_in_order(&received);
            assert_exactly(received, sent);
            whole_again(ledger, &queue);
        });
    }
}

/// A consumer is skipped for several laps, and returns at any moment.
#[test]
fn a_late_consumer_is_skipped_lap_after_lap() {
    let bounds: [Bounds; 2] = [(2, 300), (2, 300)];
    for (capacity, bounds) in (1..).zip(bounds) {
        explore_skipping(&format!("a late consumer, capacity {capacity}"), bounds, move |ledger| {
            let queue = queue(capacity);
            assert!(queue.push(ledger.value(0)).is_ok());
            let theirs = Arc::clone(&queue);
            let late = thread::spawn(move || theirs.pop().map(|value| value.id()));
            let mut sent = vec![0];
            let mut received = Vec::new();
            for id in 1..3 {
                if queue.push(ledger.value(id)).is_ok() {
                    sent.push(id);
                }
                received.extend(queue.pop().map(|value| value.id()));
            }
            received.append(&mut drain(&queue));
            assert_in_order(&received);
            received.extend(late.join().unwrap());
            assert_exactly(received, sent);
            whole_again(ledger, &queue);
        });
    }
}

/// A producer and a consumer are late at once.
#[test]
fn a_producer_and_a_consumer_are_late_at_once() {
    let bounds: [Bounds; 2] = [(1, 300), (1, 300)];
    for (capacity, bounds) in (1..).zip(bounds) {
        explore_skipping(&format!("both late, capacity {capacity}"), bounds, move |ledger| {
            let queue = queue(capacity);
            assert!(queue.push(ledger.value(0)).is_ok());
            let (one, other) = (Arc::clone(&queue), Arc::clone(&queue));
            let producer = thread::spawn(move || one.push(ledger.value(10)).is_ok());
            let consumer = thread::spawn(move || other.pop().map(|value| value.id()));
            let mut sent = vec![0];
            let mut received = Vec::new();
            if queue.push(ledger.value(1)).is_ok() {
                sent.push(1);
            }
            received.extend(queue.pop().map(|value| value.id()));
            if producer.join().unwrap() {
                sent.push(10);
            }
            received.extend(consumer.join().unwrap());
            received.append(&mut drain(&queue));
            assert_exactly(received, sent);
            whole_again(ledger, &queue);
        });
    }
}

/// Two consumers and a producer that may be late, with a value behind it: none comes twice.
#[test]
fn two_consumers_race_past_a_late_producer() {
    race_past_a_late_producer(2, (1, 5000));
}

/// The same with room for one more.
#[test]
fn two_consumers_race_past_a_late_producer_with_room_for_three() {
    race_past_a_late_producer(3, (1, 5000));
}

fn race_past_a_late_producer(capacity: usize, bounds: Bounds) {
    explore_skipping(&format!("two consumers, capacity {capacity}"), bounds, move |ledger| {
        let queue = queue(capacity);
        let (one, other) = (Arc::clone(&queue), Arc::clone(&queue));
        let producer = thread::spawn(move || {
            let (behind, mut is_last) = (Arc::clone(&one), true);
            hook::set(move |point| {
                if point == Point::Claimed && take(&mut is_last) {
                    assert!(behind.push(ledger.value(20)).is_ok(), "there was room");
                }
            });
            one.push(ledger.value(10)).is_ok()
        });
        let consumer = thread::spawn(move || other.pop().map(|value| value.id()));
        let mut received = Vec::from_iter(queue.pop().map(|value| value.id()));
        assert!(producer.join().unwrap(), "there was room");
        received.extend(consumer.join().unwrap());
        received.append(&mut drain(&queue));
        assert_exactly(received, vec![10, 20]);
        whole_again(ledger, &queue);
    });
}

/// A producer comes back that was skipped, and nobody has passed the slot yet: a consumer is stopped
/// before it does, and another looks whether anybody is late. Before its sixth point the first one has skipped
/// nobody.
#[test]
fn a_consumer_looks_beside_a_late_producer_that_comes_back() {
    for stopped_at in 6..14 {
        let name = format!("a late producer comes back, stopped at {stopped_at}");
        explore_skipping(&name, (2, 10), move |ledger| {
            let queue = queue(2);
            let (one, other) = (Arc::clone(&queue), Arc::clone(&queue));
            let producer = thread::spawn(move || one.push(ledger.value(10)).is_ok());
            assert!(queue.push(ledger.value(20)).is_ok(), "there was room");
            let others = Rc::new(RefCell::new(Vec::new()));
            let received = Rc::clone(&others);
            let mut points = 0;
            hook::set(move |_| {
                points += 1;
                if points == stopped_at {
                    received.borrow_mut().extend(other.pop().map(|value| value.id()));
                }
            });
            let mut all = Vec::from_iter(queue.pop().map(|value| value.id()));
            hook::set(|_| ());
            assert!(producer.join().unwrap(), "there was room");
            all.append(&mut others.take());
            all.append(&mut drain(&queue));
            assert_exactly(all, vec![10, 20]);
            whole_again(ledger, &queue);
        });
    }
}

/// A batch whose producer is late somewhere in its middle keeps its order.
#[test]
fn a_late_batch_keeps_its_order() {
    explore_skipping("a late batch", (2, 300), move |ledger| {
        let queue = Arc::new(Queue::new_at(3, u64::MAX));
        let theirs = Arc::clone(&queue);
        let batch = thread::spawn(move || {
            let mut rest: &[u64] = &[10, 11];
            while !rest.is_empty() {
                rest = &rest[theirs.push_slice(rest)..];
            }
        });
        assert!(queue.push(0).is_ok());
        let mut received = Vec::from_iter(queue.pop());
        received.extend(queue.pop());
        batch.join().unwrap();
        received.extend(std::iter::from_fn(|| queue.pop()));
        assert_in_order(&received);
        assert_exactly(received, vec![0, 10, 11]);
        for id in 0..3 {
            assert!(queue.push(id).is_ok());
        }
        assert_eq!(queue.push(3), Err(3));
        drop(ledger.value(0));
    });
}

/// Two threads that evict: each value is evicted, popped or left, once.
#[test]
fn force_push_races() {
    for (capacity, bounds) in (1..).zip([(2, 300), (2, 300)]) {
        explore_skipping(&format!("eviction, capacity {capacity}"), bounds, move |ledger| {
            let queue = queue(capacity);
            let theirs = Arc::clone(&queue);
            let rival = thread::spawn(move || theirs.force_push(ledger.value(10)));
            for id in 0..2 {
                drop(queue.force_push(ledger.value(id)));
            }
            drop(rival.join().unwrap());
            assert_in_order(&drain(&queue));
            whole_again(ledger, &queue);
        });
    }
}

/// One thread that evicts lets exactly the value go that it returns, while another pushes and
/// pops.
#[test]
fn force_push_evicts_no_more_than_it_returns() {
    for capacity in 1..=2 {
        explore(&format!("one evicts, capacity {capacity}"), (2, 300), move |ledger| {
            let queue = queue(capacity);
            for id in 0..capacity as u64 {
                assert!(queue.push(ledger.value(id)).is_ok());
            }
            let theirs = Arc::clone(&queue);
            let rival = thread::spawn(move || {
                let refused = theirs.push(ledger.value(10)).err();
                (refused, theirs.pop())
            });
            let mut seen = Vec::from_iter(queue.force_push(ledger.value(20)));
            let (refused, popped) = rival.join().unwrap();
            seen.extend(refused);
            seen.extend(popped);
            let mut seen = Vec::from_iter(seen.iter().map(Value::id));
            seen.append(&mut drain(&queue));
            seen.sort_unstable();
            let all = Vec::from_iter((0..capacity as u64).chain([10, 20]));
            assert_eq!(seen, all);
            whole_again(ledger, &queue);
        });
    }
}

/// There is always a value in the queue, since each thread but one puts one in before it takes one
/// out: the counters alone tell so, without the help of the light fence.
#[test]
fn d2_empty_is_not_said_of_a_queue_that_is_never_empty() {
    for (way, capacity) in [("marks", 2), ("counters", 3)] {
        explore_unfenced(&format!("never empty, by {way}"), (3, 700), move |ledger| {
            let queue = queue(capacity);
            assert!(queue.push(ledger.value(0)).is_ok());
            let theirs = Arc::clone(&queue);
            let thread = thread::spawn(move || {
                assert!(theirs.push(ledger.value(1)).is_ok());
                theirs.pop().map(|value| value.id())
            });
            let own = queue.pop().map(|value| value.id());
            let received = [own, thread.join().unwrap()];
            assert_exactly(Vec::from_iter(received.into_iter().flatten()), vec![0, 1]);
        });
    }
}

/// The same for who looks how many there are: `is_empty`, and a batch for which memory is to be reserved.
#[test]
fn d2_nor_is_it_by_who_counts_what_is_there() {
    let count: [fn(&Queue<Value>) -> usize; 2] =
        [|queue| queue.len(), |queue| queue.pop_vec(&mut Vec::new(), 1)];
    for count in count {
        explore_unfenced("never empty, counted", (3, 100), move |ledger| {
            let queue = queue(3);
            assert!(queue.push(ledger.value(0)).is_ok());
            let theirs = Arc::clone(&queue);
            let thread = thread::spawn(move || {
                assert!(theirs.push(ledger.value(1)).is_ok());
                drop(theirs.pop());
            });
            assert_ne!(count(&queue), 0, "it is said to be empty");
            thread.join().unwrap();
        });
    }
}

/// A lone consumer takes the value out, and does not claim it.
#[test]
fn d2_a_ring_that_is_never_empty_does_not_seem_so() {
    explore_unfenced("never seems empty to a producer", (3, 100), |ledger| {
        let (mut producer, mut consumer) = ring::mpsc_at(3, u64::MAX);
        assert!(producer.push(ledger.value(0)).is_ok());
        let mut theirs = producer.clone();
        let thread = thread::spawn(move || {
            assert!(theirs.push(ledger.value(1)).is_ok());
            assert_eq!(consumer.pop().unwrap().id(), 0);
            (theirs, consumer)
        });
        assert!(!producer.is_empty());
        let (_theirs, mut consumer) = thread.join().unwrap();
        assert_eq!(consumer.pop().unwrap().id(), 1);
    });
}

/// There is always room in the queue, since each thread but one takes a value out before it puts one in.
#[test]
fn d2_full_is_not_said_of_a_queue_that_is_never_full() {
    for (way, capacity) in [("marks", 2), ("counters", 3)] {
        explore_unfenced(&format!("never full, by {way}"), (3, 700), move |ledger| {
            let queue = queue(capacity);
            let full = capacity as u64 - 1;
            assert!((0..full).all(|id| queue.push(ledger.value(id)).is_ok()));
            let theirs = Arc::clone(&queue);
            let thread = thread::spawn(move || {
                let popped = theirs.pop().map(|value| value.id());
                (popped, theirs.push(ledger.value(full)).is_ok())
            });
            let is_pushed = queue.push(ledger.value(full + 1)).is_ok();
            let (popped, others_is_pushed) = thread.join().unwrap();
            assert!(is_pushed && others_is_pushed, "{is_pushed} {others_is_pushed}");
            let mut received = drain(&queue);
            received.extend(popped);
            assert_exactly(received, Vec::from_iter(0..=full + 1));
        });
    }
}
