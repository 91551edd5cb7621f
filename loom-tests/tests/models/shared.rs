//! Many handles on one side or on both.
//!
//! Nobody tries for ever here: of three threads two could wait for each other's turn while the
//! third is never scheduled. Each tries as often as its model says, and what was refused or not
//! received is part of what is checked.

use loom_tests::thread;
use loom_tests::{
    Bounds, Ledger, Make, Value, assert_exactly, assert_in_order, drain, explore, near_wrap, settle,
};
use ringway::ring::{self, Consumer, Link, Producer, Shared};

/// Tries to push each of the values once; those that were taken.
fn try_all<L>(
    ledger: &'static Ledger,
    producer: &mut Producer<L>,
    ids: impl IntoIterator<Item = u64>,
) -> Vec<u64>
where
    L: Link<Item = Value>,
{
    ids.into_iter().filter(|id| producer.push(ledger.value(*id)).is_ok()).collect()
}

/// Tries to pop so many times; what was received.
fn try_pops<L: Link<Item = Value>>(consumer: &mut Consumer<L>, tries: usize) -> Vec<u64> {
    (0..tries).filter_map(|_| consumer.pop()).map(|value| value.id()).collect()
}

/// Two producers, of which one pushes twice, and a consumer.
fn two_producers<L>(name: &str, make: Make<L>, bounds: [Bounds; 3])
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    for (capacity, bounds) in (1..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}, two producers");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            let mut other = producer.clone();
            let first = thread::spawn(move || {
                let taken = try_all(ledger, &mut producer, [0, 1]);
                (producer, taken)
            });
            let second = thread::spawn(move || try_all(ledger, &mut other, [10]));
            let mut received = try_pops(&mut consumer, 2);
            let mut taken = second.join().unwrap();
            let (producer, mut firsts) = first.join().unwrap();
            taken.append(&mut firsts);
            assert!(taken.len() >= capacity.min(3), "full with {taken:?}");
            received.append(&mut drain(&mut consumer));
            assert_in_order(&received);
            assert_exactly(received, taken);
            settle(ledger, producer, consumer);
        });
    }
}

/// A producer that fills the ring and tries twice more, and two consumers, of which one pops twice.
fn two_consumers<L>(name: &str, make: Make<L>, bounds: [Bounds; 3])
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    for (capacity, bounds) in (1..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}, two consumers");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            let count = capacity as u64;
            let mut taken = try_all(ledger, &mut producer, 0..count);
            let mut other = consumer.clone();
            let first = thread::spawn(move || {
                let received = try_pops(&mut consumer, 2);
                (consumer, received)
            });
            let second = thread::spawn(move || try_pops(&mut other, 1));
            taken.append(&mut try_all(ledger, &mut producer, count..count + 2));
            let others = second.join().unwrap();
            let (mut consumer, mut received) = first.join().unwrap();
            assert!(received.len() + others.len() >= capacity.min(3), "empty too early");
            received.append(&mut drain(&mut consumer));
            assert_in_order(&received);
            received.extend(others);
            assert_exactly(received, taken);
            settle(ledger, producer, consumer);
        });
    }
}

#[test]
fn mpsc_two_producers_and_a_consumer() {
    two_producers("mpsc", ring::mpsc_at, [(2, 4000), (2, 5000), (2, 400)]);
}

#[test]
fn mpmc_two_producers_and_a_consumer() {
    two_producers("mpmc", ring::mpmc_at, [(3, 4000), (2, 600), (2, 500)]);
}

#[test]
fn spmc_two_consumers_and_a_producer() {
    two_consumers("spmc", ring::spmc_at, [(2, 4000), (2, 5000), (2, 400)]);
}

#[test]
fn mpmc_two_consumers_and_a_producer() {
    two_consumers("mpmc", ring::mpmc_at, [(2, 4000), (2, 600), (2, 500)]);
}

/// Two of each, once each: the fourth thread is a producer and then a consumer.
#[test]
fn mpmc_two_producers_and_two_consumers() {
    for (capacity, bounds) in (1..).zip([(2, 4000), (2, 3000)]) {
        let name = format!("mpmc of capacity {capacity}, two of each");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) =
                near_wrap(ledger, ring::mpmc_at, capacity, capacity - 1);
            let (mut other_producer, mut other_consumer) = (producer.clone(), consumer.clone());
            let filler = thread::spawn(move || try_all(ledger, &mut other_producer, [10]));
            let emptier = thread::spawn(move || try_pops(&mut other_consumer, 1));
            let mut taken = try_all(ledger, &mut producer, [0]);
            let mut received = try_pops(&mut consumer, 1);
            taken.append(&mut filler.join().unwrap());
            received.append(&mut emptier.join().unwrap());
            received.append(&mut drain(&mut consumer));
            assert!(taken.len() >= capacity, "full with {taken:?}");
            assert_exactly(received, taken);
            settle(ledger, producer, consumer);
        });
    }
}

/// Two of each, once each, on four threads.
#[test]
fn mpmc_four_threads() {
    for (capacity, bounds) in (1..).zip([(1, 1000), (1, 900)]) {
        let name = format!("mpmc of capacity {capacity}, four threads");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) =
                near_wrap(ledger, ring::mpmc_at, capacity, capacity - 1);
            let (mut other_producer, mut other_consumer) = (producer.clone(), consumer.clone());
            let filler = thread::spawn(move || try_all(ledger, &mut other_producer, [10]));
            let emptier = thread::spawn(move || try_pops(&mut other_consumer, 1));
            let other_emptier = thread::spawn(move || {
                let received = try_pops(&mut consumer, 1);
                (consumer, received)
            });
            let mut taken = try_all(ledger, &mut producer, [0]);
            taken.append(&mut filler.join().unwrap());
            let (mut consumer, mut received) = other_emptier.join().unwrap();
            received.append(&mut emptier.join().unwrap());
            received.append(&mut drain(&mut consumer));
            assert!(taken.len() >= capacity, "full with {taken:?}");
            assert_exactly(received, taken);
            settle(ledger, producer, consumer);
        });
    }
}
