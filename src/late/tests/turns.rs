//! Owners that were skipped and come back: their marks tell others a turn while the slots are theirs.

use super::exact::that_has_not_left;
use super::rings::{drain_ring, put, take};
use super::*;
use crate::ring::{self, Consumer, Link, Producer, Shared};

/// Where sides begin: once the word of a position overflows soon.
const STARTS: [u64; 2] = [0, u64::MAX - 3];

/// The ways to move values in, and out.
const WAYS: usize = 6;

const CAPACITY: usize = 5;

/// Whether a thread has skipped an owner, and its counter is not past the position.
fn has_skipped(seen: &[Point]) -> bool {
    seen.contains(&Point::Intended) && seen.ends_with(&[Point::Asking])
}

/// Whether all slots of a ring that is empty can be filled, and are emptied.
fn is_whole<L: Link<Item = u64>>(producer: &mut Producer<L>, consumer: &mut Consumer<L>) -> bool {
    (0..2).all(|_| {
        let values = 0..CAPACITY as u64;
        values.clone().all(|value| producer.push(value).is_ok())
            && producer.push(0).is_err()
            && drain_ring(consumer).into_iter().eq(values)
    })
}

/// A producer is skipped, stores its mark all the same, and is stopped; the consumer that has skipped
/// it is stopped too, before the counter is past the position. The value is its producer's.
#[test]
fn a_value_that_is_late_is_not_taken_beside_its_producer() {
    for (start, way) in STARTS.into_iter().flat_map(|s| (0..WAYS).map(move |way| (s, way))) {
        let (mut producer, mut consumer) = ring::mpmc_at(CAPACITY, start);
        let (mut theirs, others) = (producer.clone(), (producer.clone(), consumer.clone()));
        let passer = move || {
            let (mut producer, mut consumer) = others.clone();
            assert_eq!(producer.push_slice(&[1, 2]), 2);
            Stopped::when(has_skipped, move || consumer.pop())
        };
        let (late, skipper) = that_has_not_left(move || theirs.push(500), passer);
        let mut popped = take(&mut consumer, way);
        assert!(!popped.contains(&500), "way {way}");
        assert_eq!(late.release(), Ok(()));
        popped.extend(skipper.release());
        popped.extend(drain_ring(&mut consumer));
        popped.sort_unstable();
        assert_eq!(popped, [1, 2, 500], "way {way}");
        assert!(is_whole(&mut producer, &mut consumer));
    }
}

/// The same for a consumer whose slot producers come to: it leaves the slot to the next lap, and what
/// they put there meanwhile would be lost.
#[test]
fn a_slot_that_is_late_is_not_filled_beside_its_consumer() {
    for (start, way) in STARTS.into_iter().flat_map(|s| (0..WAYS).map(move |way| (s, way))) {
        let (mut producer, mut consumer) = ring::mpmc_at(CAPACITY, start);
        assert_eq!(producer.push_slice(&[0, 1, 2, 3, 4]), CAPACITY);
        let (mut theirs, others) = (consumer.clone(), (producer.clone(), consumer.clone()));
        let passer = move || {
            let (mut producer, mut consumer) = others.clone();
            assert_eq!(drain_ring(&mut consumer), [1, 2, 3, 4]);
            Stopped::when(has_skipped, move || producer.push(7))
        };
        let (late, skipper) = that_has_not_left(move || theirs.pop(), passer);
        let mut pushed = put(&mut producer, way, 100);
        assert!(!pushed.is_empty());
        assert_eq!(late.release(), Some(0));
        assert_eq!(skipper.release(), Ok(()));
        pushed.push(7);
        let mut popped = drain_ring(&mut consumer);
        popped.sort_unstable();
        pushed.sort_unstable();
        assert_eq!(popped, pushed, "way {way}");
        assert!(is_whole(&mut producer, &mut consumer));
    }
}

/// A thread that is stopped when it has moved its value, and when it was skipped and has stored the mark
/// of the lap after.
fn leaving(operation: impl FnOnce() + Send + 'static) -> Steps<()> {
    Steps::of(|seen| matches!(seen.last(), Some(Point::Moved | Point::Left)), operation)
}

/// Producers come to the slot of an owner that has stored their mark and not left, one of them has seen
/// that and is stopped before it carries the owner on, past this lap. What another one puts there
/// would be lost.
fn a_slot_that_is_held_is_not_filled<L>(
    way: usize,
    (mut producer, mut consumer): (Producer<L>, Consumer<L>),
    owner: impl FnOnce(&mut Producer<L>, &mut Consumer<L>) -> (Steps<()>, usize),
) where
    L: Link<Item = u64, Producers = Shared> + Send + 'static,
{
    let (late, rest) = owner(&mut producer, &mut consumer);
    late.goes_on_to(Point::Left);
    pass(rest, &mut producer, &mut consumer);
    let mut theirs = producer.clone();
    let has_looked = |seen: &[Point]| seen.ends_with(&[Point::Looked; 4]);
    let second = Stopped::when(has_looked, move || theirs.push(7));
    let mut pushed = put(&mut producer, way, 100);
    assert!(!pushed.is_empty());
    assert_eq!(second.release(), Ok(()));
    pushed.push(7);
    late.release();
    let mut popped = drain_ring(&mut consumer);
    // That of a late producer, which has begun again.
    popped.retain(|value| *value != 500);
    popped.sort_unstable();
    pushed.sort_unstable();
    assert_eq!(popped, pushed, "way {way}");
    assert!(is_whole(&mut producer, &mut consumer));
}

/// Moves some values through.
fn pass<L: Link<Item = u64>>(n: usize, producer: &mut Producer<L>, consumer: &mut Consumer<L>) {
    for value in 0..n as u64 {
        assert_eq!((producer.push(value), consumer.pop()), (Ok(()), Some(value)));
    }
}

/// A producer that a consumer has skipped, and how many positions later producers come to its slot.
fn late_push<L>(producer: &mut Producer<L>, consumer: &mut Consumer<L>) -> (Steps<()>, usize)
where
    L: Link<Item = u64, Producers = Shared> + Send + 'static,
{
    let mut theirs = producer.clone();
    let late = leaving(move || theirs.push(500).expect("there is room"));
    assert_eq!((producer.push(0), consumer.pop()), (Ok(()), Some(0)));
    (late, CAPACITY - 2)
}

/// A consumer that a producer has skipped and gone on to the next slot, and the same.
fn late_pop<L>(producer: &mut Producer<L>, consumer: &mut Consumer<L>) -> (Steps<()>, usize)
where
    L: Link<Item = u64, Producers = Shared, Consumers = Shared> + Send + 'static,
{
    producer.push(0).unwrap();
    let mut theirs = consumer.clone();
    let late = leaving(move || assert_eq!(theirs.pop(), Some(0)));
    pass(CAPACITY, producer, consumer);
    (late, CAPACITY - 2)
}

#[test]
fn a_slot_that_is_held_is_not_filled_beside_its_producer_of_mpsc() {
    for (start, way) in STARTS.into_iter().flat_map(|s| (0..WAYS).map(move |way| (s, way))) {
        a_slot_that_is_held_is_not_filled(way, ring::mpsc_at(CAPACITY, start), late_push);
    }
}

#[test]
fn a_slot_that_is_held_is_not_filled_beside_its_owner_of_mpmc() {
    for (start, way) in STARTS.into_iter().flat_map(|s| (0..WAYS).map(move |way| (s, way))) {
        a_slot_that_is_held_is_not_filled(way, ring::mpmc_at(CAPACITY, start), late_push);
        a_slot_that_is_held_is_not_filled(way, ring::mpmc_at(CAPACITY, start), late_pop);
    }
}

/// A producer gives up the rest of a batch and is stopped before it leaves the slot. The mark is there, of
/// the lap in which an exact batch of others goes around the slot: it is not theirs.
#[test]
fn a_slot_that_was_given_up_and_not_left_is_none_of_the_batch_that_goes_around_it() {
    for lap in 0..4 {
        let (mut producer, mut consumer) = ring::mpmc_at(CAPACITY, u64::MAX - 8);
        pass(lap * CAPACITY, &mut producer, &mut consumer);
        let mut theirs = producer.clone();
        let stops = |seen: &[Point]| {
            let left = seen.iter().filter(|point| **point == Point::Left).count();
            seen.ends_with(&[Point::Moved]) || left == 2 && seen.ends_with(&[Point::Left])
        };
        let late = Steps::of(stops, move || theirs.push_slice(&[500, 501]));
        let mut theirs = consumer.clone();
        let skips_one = [Point::Intended, Point::Looked, Point::Asking];
        // By a batch: a single pop goes by the marks in a ring of so few slots.
        let pops = move || theirs.pop_slice(&mut [0]);
        let skipper = Stopped::when(move |seen| seen.ends_with(&skips_one), pops);
        late.goes_on_to(Point::Left);
        assert_eq!(skipper.release(), 0);
        pass(CAPACITY - 2, &mut producer, &mut consumer);
        let values = [10, 11, 12, 13];
        producer.push_slice_exact(&values).expect("there are as many slots beside that one");
        assert_eq!(drain_ring(&mut consumer), values, "in lap {lap}");
        assert_eq!(late.release(), 2);
        assert_eq!(drain_ring(&mut consumer), [500, 501]);
        assert!(is_whole(&mut producer, &mut consumer));
    }
}
