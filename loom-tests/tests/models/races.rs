//! Full and empty: who loses a race, and what a thread that is stalled between claim and commit
//! does to the others.

use std::sync::Arc;

use loom_tests::sync::atomic::{AtomicBool, Ordering};
use loom_tests::thread;
use loom_tests::{
    ALL, Bounds, Make, Value, Witness, assert_exactly, drain, explore, near_wrap, settle,
};
use ringway::ring::{self, Link, Shared};

/// A signal from one thread of a model to another, beside the ring.
#[derive(Clone, Debug)]
struct Signal(Arc<AtomicBool>);

impl Signal {
    fn new() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    fn give(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn was_given(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// One try to push into a ring that is full but for a pop that may have completed.
fn full_race<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    let (some, taken) = Witness::pair();
    let (others, refused) = Witness::pair();
    explore(&format!("{name}, full race"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 1, 0);
        assert!(producer.push(ledger.value(0)).is_ok());
        let popped = Signal::new();
        let signal = popped.clone();
        let emptier = thread::spawn(move || {
            assert_eq!(consumer.pop().map(|value| value.id()), Some(0));
            signal.give();
            consumer
        });
        let room = popped.was_given();
        let left = match producer.push(ledger.value(1)) {
            Ok(()) => {
                taken.see();
                vec![1]
            }
            Err(value) => {
                assert!(!room, "full after a pop has completed");
                assert_eq!(value.id(), 1);
                refused.see();
                vec![]
            }
        };
        let mut consumer = emptier.join().unwrap();
        assert_eq!(drain(&mut consumer), left);
        settle(ledger, producer, consumer);
    });
    assert!(some.was_seen() && others.was_seen());
}

/// One try to pop from a ring that is empty but for a push that may have completed.
fn empty_race<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    let (some, found) = Witness::pair();
    let (others, missed) = Witness::pair();
    explore(&format!("{name}, empty race"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 1, 0);
        let pushed = Signal::new();
        let signal = pushed.clone();
        let filler = thread::spawn(move || {
            assert!(producer.push(ledger.value(0)).is_ok());
            signal.give();
            producer
        });
        let there = pushed.was_given();
        if let Some(value) = consumer.pop() {
            assert_eq!(value.id(), 0);
            found.see();
        } else {
            assert!(!there, "empty after a push has completed");
            missed.see();
        }
        let producer = filler.join().unwrap();
        drain(&mut consumer);
        settle(ledger, producer, consumer);
    });
    assert!(some.was_seen() && others.was_seen());
}

#[test]
fn full_race_on_each_ring() {
    full_race("spsc", ring::spsc_at, (ALL, 200));
    full_race("mpsc", ring::mpsc_at, (ALL, 400));
    full_race("spmc", ring::spmc_at, (ALL, 400));
    full_race("mpmc", ring::mpmc_at, (ALL, 400));
}

#[test]
fn empty_race_on_each_ring() {
    empty_race("spsc", ring::spsc_at, (ALL, 200));
    empty_race("mpsc", ring::mpsc_at, (ALL, 400));
    empty_race("spmc", ring::spmc_at, (ALL, 400));
    empty_race("mpmc", ring::mpmc_at, (ALL, 400));
}

/// Two producers try for one slot: one of them gets it.
fn last_slot<L>(name: &str, make: Make<L>, capacity: usize, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    explore(&format!("{name} of capacity {capacity}, last slot"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
        for id in 1..capacity as u64 {
            assert!(producer.push(ledger.value(id)).is_ok());
        }
        let mut other = producer.clone();
        let rival = thread::spawn(move || other.push(ledger.value(10)).is_ok());
        let own = producer.push(ledger.value(20)).is_ok();
        assert!(!producer.is_empty(), "empty after a push that nobody has popped");
        let others = rival.join().unwrap();
        assert_ne!(own, others, "one slot, and not one winner");
        let mut expected: Vec<_> = (1..capacity as u64).collect();
        expected.push(if own { 20 } else { 10 });
        assert_eq!(drain(&mut consumer), expected);
        settle(ledger, producer, consumer);
    });
}

/// Two consumers try for one value: one of them gets it.
fn last_value<L>(name: &str, make: Make<L>, capacity: usize, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    explore(&format!("{name} of capacity {capacity}, last value"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
        assert!(producer.push(ledger.value(0)).is_ok());
        let mut other = consumer.clone();
        let rival = thread::spawn(move || drain(&mut other));
        let mut received = drain(&mut consumer);
        received.append(&mut rival.join().unwrap());
        assert_eq!(received, [0]);
        settle(ledger, producer, consumer);
    });
}

#[test]
fn two_producers_race_for_the_last_slot() {
    last_slot("mpsc", ring::mpsc_at, 1, (3, 90));
    last_slot("mpsc", ring::mpsc_at, 2, (ALL, 8000));
    last_slot("mpmc", ring::mpmc_at, 1, (3, 90));
    last_slot("mpmc", ring::mpmc_at, 2, (ALL, 8000));
}

#[test]
fn two_consumers_race_for_the_last_value() {
    last_value("spmc", ring::spmc_at, 1, (3, 90));
    last_value("spmc", ring::spmc_at, 2, (3, 90));
    last_value("mpmc", ring::mpmc_at, 1, (3, 90));
    last_value("mpmc", ring::mpmc_at, 2, (3, 90));
}

/// A3 and A8: a pop misses a push that has completed, because another producer has claimed the
/// slot before it and is stalled. That is so only behind such a slot, and nothing is lost.
fn stalled_producer<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    let (witness, hole) = Witness::pair();
    explore(&format!("{name}, stalled producer"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let mut other = producer.clone();
        let pushed = Signal::new();
        let signal = pushed.clone();
        let stalled = thread::spawn(move || {
            assert!(other.push(ledger.value(0)).is_ok());
            signal.give();
        });
        assert!(producer.push(ledger.value(10)).is_ok());
        let both = pushed.was_given();
        let mut values = Vec::with_capacity(2);
        let first = consumer.pop_vec(&mut values, 2);
        stalled.join().unwrap();
        consumer.pop_vec(&mut values, 2);
        let received: Vec<_> = values.iter().map(Value::id).collect();
        assert!(received == [0, 10] || received == [10, 0], "received {received:?}");
        if first == 0 {
            assert!(!both && received == [0, 10], "a value that nobody is before was missed");
            hole.see();
        }
        settle(ledger, producer, consumer);
    });
    assert!(witness.was_seen(), "the documented hole was not explored");
}

/// A2: a push finds the ring full though a pop has completed, because another consumer has
/// claimed the value before it and is stalled. That is so only behind such a slot.
fn stalled_consumer<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    let (witness, hole) = Witness::pair();
    explore(&format!("{name}, stalled consumer"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        assert!(producer.push(ledger.value(0)).is_ok());
        assert!(producer.push(ledger.value(1)).is_ok());
        let mut other = consumer.clone();
        let popped = Signal::new();
        let signal = popped.clone();
        let stalled = thread::spawn(move || {
            let value = other.pop().expect("there is one for each");
            signal.give();
            value.id()
        });
        let own = consumer.pop().expect("there is one for each").id();
        let both = popped.was_given();
        let taken = producer.push(ledger.value(2)).is_ok();
        let others = stalled.join().unwrap();
        assert_exactly(vec![own, others], vec![0, 1]);
        if !taken {
            assert!(!both && own == 1, "full though the next slot is emptied");
            hole.see();
        }
        assert_eq!(drain(&mut consumer), if taken { vec![2] } else { vec![] });
        settle(ledger, producer, consumer);
    });
    assert!(witness.was_seen(), "the documented hole was not explored");
}

#[test]
fn a_stalled_producer_hides_what_is_behind_it() {
    stalled_producer("mpsc", ring::mpsc_at, (3, 150));
    stalled_producer("mpmc", ring::mpmc_at, (3, 150));
}

#[test]
fn a_stalled_consumer_keeps_the_ring_full() {
    stalled_consumer("spmc", ring::spmc_at, (3, 150));
    stalled_consumer("mpmc", ring::mpmc_at, (3, 150));
}
