//! In-place slots: reserve, write and commit; peek and release.

use loom_tests::thread;
use loom_tests::{Bounds, Make, Value, drain, explore, near_wrap, settle};
use ringway::ring::{self, Link, Solo};

use crate::{IN_TWO_GROUPS, OVER_THE_END, Place, WHOLE_GROUP};

/// A producer that writes in place into a ring that a consumer empties. What it reserves and does
/// not commit is never seen.
fn reserve<L>(name: &str, make: Make<L>, bounds: [Bounds; 2])
where
    L: Link<Item = Value, Producers = Solo> + Send + 'static,
{
    for (capacity, bounds) in (2..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}, reserved slots");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            assert!(producer.push(ledger.value(0)).is_ok());
            let filler = thread::spawn(move || {
                let mut given_up = producer.reserve(2);
                assert!(given_up.write(ledger.value(100)).is_ok());
                drop(given_up);
                std::mem::forget(producer.reserve(1));

                let mut slots = producer.reserve(2);
                assert!(slots.write(ledger.value(1)).is_ok());
                assert_eq!(slots.commit(), 1);

                let mut slots = producer.reserve(2);
                let filled = slots.fill((2..).map(|id| ledger.value(id)));
                assert_eq!((slots.written(), slots.room()), (filled, 0));
                let next = 2 + slots.commit() as u64;
                (producer, next)
            });
            let mut received: Vec<_> = (0..2).filter_map(|_| consumer.pop()).collect();
            let (producer, next) = filler.join().unwrap();
            received.extend(std::iter::from_fn(|| consumer.pop()));
            assert!(next >= capacity as u64, "full with {next}");
            assert!(received.iter().map(Value::id).eq(0..next));
            drop(received);
            settle(ledger, producer, consumer);
        });
    }
}

#[test]
fn reserved_slots_are_seen_when_they_are_committed() {
    reserve("spsc", ring::spsc_at, [(3, 300), (3, 250)]);
    reserve("spmc", ring::spmc_at, [(3, 300), (3, 250)]);
}

/// Of a commit of some slots a consumer may see the first alone, and never a later one without
/// those before it.
fn commit<L>(name: &str, make: Make<L>, (capacity, index, n): Place, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Solo> + Send + 'static,
{
    let name = format!("{name} of capacity {capacity}, one commit");
    explore(&name, bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, index);
        let filler = thread::spawn(move || {
            let mut slots = producer.reserve(n);
            assert_eq!(slots.fill((0..n as u64).map(|id| ledger.value(id))), n);
            assert_eq!(slots.commit(), n);
            producer
        });
        let mut received = drain(&mut consumer);
        let producer = filler.join().unwrap();
        received.append(&mut drain(&mut consumer));
        assert!(received.into_iter().eq(0..n as u64));
        settle(ledger, producer, consumer);
    });
}

#[test]
fn committed_slots_are_seen_in_order() {
    for (place, bounds) in
        [(OVER_THE_END, (3, 40)), (IN_TWO_GROUPS, (3, 40)), (WHOLE_GROUP, (3, 40))]
    {
        commit("spsc", ring::spsc_at, place, bounds);
        commit("spmc", ring::spmc_at, place, bounds);
    }
}

/// Of a release of some slots a producer may fill the first alone, and never a later one without
/// those before it.
fn release<L>(name: &str, make: Make<L>, (capacity, index, n): Place, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Solo> + Send + 'static,
{
    let name = format!("{name} of capacity {capacity}, one release");
    explore(&name, bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, index);
        let full = capacity as u64;
        for id in 0..full {
            assert!(producer.push(ledger.value(id)).is_ok());
        }
        let emptier = thread::spawn(move || {
            assert_eq!(consumer.peek(n).release(n), n);
            consumer
        });
        let taken = (full..2 * full).take_while(|id| producer.push(ledger.value(*id)).is_ok());
        let taken = taken.count() as u64;
        assert!(taken <= n as u64);
        let mut consumer = emptier.join().unwrap();
        assert!(drain(&mut consumer).into_iter().eq(n as u64..full + taken));
        settle(ledger, producer, consumer);
    });
}

#[test]
fn released_slots_are_free_in_order() {
    for (place, bounds) in
        [(OVER_THE_END, (3, 40)), (IN_TWO_GROUPS, (3, 40)), (WHOLE_GROUP, (3, 40))]
    {
        release("spsc", ring::spsc_at, place, bounds);
        release("mpsc", ring::mpsc_at, place, bounds);
    }
}

/// A consumer that releases in place from a full ring, which a producer goes on to fill.
fn peek<L>(name: &str, make: Make<L>, bounds: [Bounds; 2])
where
    L: Link<Item = Value, Consumers = Solo> + Send + 'static,
{
    for (capacity, bounds) in (2..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}, peeked slots");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            for id in 0..capacity as u64 {
                assert!(producer.push(ledger.value(id)).is_ok());
            }
            let filler = thread::spawn(move || {
                let ids = capacity as u64..capacity as u64 + 2;
                let taken = ids.take_while(|id| producer.push(ledger.value(*id)).is_ok()).count();
                (producer, taken)
            });
            assert_eq!(consumer.peek(1).len(), 1);
            assert_eq!(consumer.peek(2).release(1), 1);
            assert_eq!(consumer.peek(1).len(), 1);
            let values = consumer.peek(capacity);
            let seen = values.len();
            assert!(seen >= capacity - 1, "{seen} seen");
            assert_eq!(values.release(capacity), seen);
            let (producer, taken) = filler.join().unwrap();
            assert_eq!(consumer.peek(3).release(3), capacity + taken - 1 - seen);
            settle(ledger, producer, consumer);
        });
    }
}

#[test]
fn peeked_slots_stay_until_they_are_released() {
    peek("spsc", ring::spsc_at, [(3, 200), (3, 300)]);
    peek("mpsc", ring::mpsc_at, [(3, 200), (3, 300)]);
}
