//! Handles that come and go while others work.

use loom_tests::sync::Arc;
use loom_tests::thread;
use loom_tests::thread::yield_now;
use loom_tests::{
    Bounds, Make, Value, Witness, assert_exactly, drain, explore, near_wrap, pop, push, refill,
};
use ringway::ring::{self, Link, Shared};

/// B1: the last handles of both sides are dropped at the same time, with values in the ring.
fn last_handles<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    explore(&format!("{name}, last handles"), bounds, move |ledger| {
        let (mut producer, consumer) = near_wrap(ledger, make, 2, 1);
        assert!(producer.push(ledger.value(0)).is_ok());
        let filler = thread::spawn(move || {
            assert!(producer.push(ledger.value(1)).is_ok());
            drop(producer);
        });
        drop(consumer);
        filler.join().unwrap();
        assert_eq!(ledger.dropped(), [0, 1]);
    });
}

#[test]
fn last_handles_of_both_sides_drop_together() {
    last_handles("spsc", ring::spsc_at, (3, 250));
    last_handles("mpsc", ring::mpsc_at, (3, 250));
    last_handles("spmc", ring::spmc_at, (3, 250));
    last_handles("mpmc", ring::mpmc_at, (3, 250));
}

/// The last consumer goes while the producer pushes, until it sees that.
fn consumer_goes<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    explore(&format!("{name}, consumer goes"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 1, 0);
        let emptier = thread::spawn(move || {
            let first = consumer.pop().map(|value| value.id());
            assert!(matches!(first, None | Some(0)));
        });
        let mut next = 0;
        while !producer.is_disconnected() {
            if producer.push(ledger.value(next)).is_ok() {
                next += 1;
            }
            yield_now();
        }
        emptier.join().unwrap();
    });
}

#[test]
fn consumer_drops_while_the_producer_pushes() {
    consumer_goes("spsc", ring::spsc_at, (3, 1000));
    consumer_goes("mpsc", ring::mpsc_at, (3, 1000));
    consumer_goes("spmc", ring::spmc_at, (3, 1000));
    consumer_goes("mpmc", ring::mpmc_at, (3, 1000));
}

/// Two consumers go while the producer pushes; the last of them empties the ring.
fn consumers_go<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    explore(&format!("{name}, two consumers go"), bounds, move |ledger| {
        let (mut producer, consumer) = near_wrap(ledger, make, 2, 1);
        let mut other = consumer.clone();
        assert!(producer.push(ledger.value(0)).is_ok());
        let first = thread::spawn(move || drop(consumer));
        let second = thread::spawn(move || drop(other.pop()));
        assert!(producer.push(ledger.value(1)).is_ok());
        first.join().unwrap();
        second.join().unwrap();
        assert!(producer.is_disconnected());
        drop(producer);
    });
}

#[test]
fn two_consumers_drop_while_the_producer_pushes() {
    consumers_go("spmc", ring::spmc_at, (3, 2500));
    consumers_go("mpmc", ring::mpmc_at, (3, 2500));
}

/// A4: once the producer is gone, whatever it pushed is there to be received.
fn producer_goes<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    let (witness, gone) = Witness::pair();
    explore(&format!("{name}, producer goes"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let filler = thread::spawn(move || {
            assert!(producer.push(ledger.value(0)).is_ok());
            assert!(producer.push(ledger.value(1)).is_ok());
        });
        let is_last = consumer.is_disconnected();
        let mut values = Vec::new();
        let found = consumer.pop_vec(&mut values, 2);
        if is_last {
            assert_eq!(found, 2, "disconnected before the end");
            gone.see();
        }
        filler.join().unwrap();
        assert!(consumer.is_disconnected());
        let mut received: Vec<_> = values.iter().map(Value::id).collect();
        received.append(&mut drain(&mut consumer));
        assert_eq!(received, [0, 1]);
    });
    assert!(witness.was_seen());
}

/// A4 with two producers, of which one is made from the other while it is at work.
fn producers_go<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    let (witness, gone) = Witness::pair();
    explore(&format!("{name}, two producers go"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let filler = thread::spawn(move || {
            let mut other = producer.clone();
            let second = thread::spawn(move || assert!(other.push(ledger.value(10)).is_ok()));
            assert!(producer.push(ledger.value(0)).is_ok());
            drop(producer);
            second.join().unwrap();
        });
        let is_last = consumer.is_disconnected();
        let mut received = drain(&mut consumer);
        if is_last {
            assert_eq!(received.len(), 2, "disconnected before the end");
            gone.see();
        }
        filler.join().unwrap();
        assert!(consumer.is_disconnected());
        received.append(&mut drain(&mut consumer));
        assert_exactly(received, vec![0, 10]);
    });
    assert!(witness.was_seen());
}

#[test]
fn disconnected_only_when_nothing_is_left() {
    producer_goes("spsc", ring::spsc_at, (3, 350));
    producer_goes("mpsc", ring::mpsc_at, (3, 350));
    producer_goes("spmc", ring::spmc_at, (3, 350));
    producer_goes("mpmc", ring::mpmc_at, (3, 350));
}

#[test]
fn disconnected_only_when_the_last_of_two_producers_is_gone() {
    producers_go("mpsc", ring::mpsc_at, (3, 4000));
    producers_go("mpmc", ring::mpmc_at, (3, 5000));
}

/// Splits a ring as soon as nobody has it, and leaves a value in it for the last consumer to drop.
macro_rules! split_and_use {
    ($ring:expr, $ledger:expr, $first:expr) => {{
        let (mut producer, mut consumer) = loop {
            match $ring.split() {
                Some(handles) => break handles,
                None => yield_now(),
            }
        };
        assert!(consumer.pop().is_none(), "a value of the handles before is left");
        push(&mut producer, $ledger.value($first));
        push(&mut producer, $ledger.value($first + 1));
        assert_eq!(pop(&mut consumer).id(), $first);
        drop(producer);
        drop(consumer);
    }};
}

/// A ring that stands elsewhere is split by one thread after another. Each finds it as the
/// handles before left it.
macro_rules! split_again {
    ($kind:ident, $bounds:expr) => {
        explore(concat!(stringify!($kind), ", split again"), $bounds, |ledger| {
            let ring = Arc::new(ring::$kind::Inline::<Value, 2>::new());
            let shared = ring.clone();
            let other = thread::spawn(move || split_and_use!(shared, ledger, 0));
            split_and_use!(ring, ledger, 10);
            other.join().unwrap();
            let (mut producer, mut consumer) = ring.split().expect("all handles are gone");
            refill(&mut producer, &mut consumer, |id| ledger.value(id), |value| value.id());
            push(&mut producer, ledger.value(20));
            drop(consumer);
            push(&mut producer, ledger.value(21));
        });
    };
}

#[test]
fn a_ring_is_split_again_by_another_thread() {
    split_again!(spsc, (3, 1200));
    split_again!(mpsc, (3, 1200));
    split_again!(spmc, (3, 1200));
    split_again!(mpmc, (3, 1200));
}
