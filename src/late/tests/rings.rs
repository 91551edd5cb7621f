//! Each operation of the rings beside threads that are stopped anywhere in others, fewer than slots,
//! drawn from a seed.

use super::*;
use crate::ring::{self, Consumer, Link, Producer, Shared, Solo, Staged};

/// The most slots that an operation owns.
const BATCH: usize = 2;

/// Moves values in by one of the ways of all producers; those that went in.
pub(super) fn put<L: Link<Item = u64>>(
    producer: &mut Producer<L>,
    way: usize,
    first: u64,
) -> Vec<u64> {
    let two = [first, first + 1];
    let mut vector = Vec::from(two);
    let moved = match way {
        0 => usize::from(producer.push(first).is_ok()),
        1 => producer.push_slice(&two),
        2 => producer.push_vec(&mut vector),
        3 => producer.push_iter(&mut Staged::<_, BATCH>::new(two)),
        4 => producer.push_slice_exact(&two).map_or_else(|few| few.moved(), |()| BATCH),
        5 => producer.push_vec_exact(&mut vector).map_or_else(|few| few.moved(), |()| BATCH),
        _ => {
            // All others stand.
            let (len, capacity) = (producer.len(), producer.capacity());
            assert!(len <= capacity && !producer.is_disconnected());
            assert_eq!((producer.is_empty(), producer.is_full()), (len == 0, len == capacity));
            0
        }
    };
    two[..moved].into()
}

/// Moves values out by one of the ways of all consumers.
pub(super) fn take<L: Link<Item = u64>>(consumer: &mut Consumer<L>, way: usize) -> Vec<u64> {
    let mut values = std::vec![0; BATCH];
    match way {
        0 | 1 => return Vec::from_iter(consumer.pop()),
        2 => {
            let n = consumer.pop_slice(&mut values);
            values.truncate(n);
        }
        3 => {
            values.clear();
            consumer.pop_vec(&mut values, BATCH);
        }
        4 => {
            let n = consumer.pop_slice_exact(&mut values).map_or(0, |()| BATCH);
            values.truncate(n);
        }
        5 => {
            values.clear();
            let all = consumer.pop_vec_exact(&mut values, BATCH).is_ok();
            assert_eq!(values.len(), if all { BATCH } else { 0 });
        }
        _ => {
            let (len, capacity) = (consumer.len(), consumer.capacity());
            assert!(len <= capacity && !consumer.is_disconnected());
            assert_eq!((consumer.is_empty(), consumer.is_full()), (len == 0, len == capacity));
            values.clear();
        }
    }
    values
}

/// All that is in a ring, in order.
pub(super) fn drain_ring<L: Link<Item = u64>>(consumer: &mut Consumer<L>) -> Vec<u64> {
    let most = consumer.capacity() + 1;
    let all = Vec::from_iter(std::iter::from_fn(|| consumer.pop()).take(most));
    assert!(all.len() < most, "more than fit: {all:?}");
    all
}

/// Writes in place and commits, or gives up what was written.
fn write<L>(producer: &mut Producer<L>, first: u64) -> Vec<u64>
where
    L: Link<Item = u64, Producers = Solo>,
{
    drop(producer.reserve(1));
    let mut slots = producer.reserve(BATCH);
    slots.fill([first, first + 1]);
    (first..first + slots.commit() as u64).collect()
}

/// Looks in place, and releases the first.
fn release<L: Link<Item = u64, Consumers = Solo>>(consumer: &mut Consumer<L>) -> Vec<u64> {
    let values = consumer.peek(BATCH);
    let first = Vec::from_iter(values.iter().next().copied());
    assert_eq!(values.release(1), first.len());
    first
}

/// The ends of a ring.
type Ends<L> = (Producer<L>, Consumer<L>);

/// Makes another handle.
type Another<H> = fn(&H) -> H;

/// Moves values from this one on into a ring: those that were moved.
type Writes<H> = fn(&mut H, u64) -> Vec<u64>;

/// Moves values out of a ring.
type Releases<H> = fn(&mut H) -> Vec<u64>;

/// What the kinds of the sides of a ring are for: another handle of a side that may have many, and
/// what only a lone one can do.
struct Kind<L: Link<Item = u64>> {
    make: fn(usize, u64) -> Ends<L>,
    another_producer: Option<Another<Producer<L>>>,
    another_consumer: Option<Another<Consumer<L>>>,
    write: Option<Writes<Producer<L>>>,
    release: Option<Releases<Consumer<L>>>,
}

/// The values that went in and that came out.
type Moved = (Vec<u64>, Vec<u64>);

/// Stops another handle of one of the shared sides somewhere in one of its operations.
fn stop<L: Link<Item = u64> + Send + 'static>(
    kind: &Kind<L>,
    (producer, consumer): (&Producer<L>, &Consumer<L>),
    dice: &mut Dice,
    value: u64,
) -> Stopped<Moved> {
    let (way, nth) = (dice.below(6), 1 + dice.below(14));
    let is_there = move |seen: &[Point]| seen.len() == nth;
    let fills = match (kind.another_producer, kind.another_consumer) {
        (Some(_), Some(_)) => dice.below(2) == 0,
        (producers, _) => producers.is_some(),
    };
    if fills {
        let mut other = kind.another_producer.expect("it is shared")(producer);
        Stopped::if_ever(is_there, move || (put(&mut other, way, value), Vec::new())).0
    } else {
        let mut other = kind.another_consumer.expect("it is shared")(consumer);
        Stopped::if_ever(is_there, move || (Vec::new(), take(&mut other, way))).0
    }
}

/// Does operations beside threads that are stopped in others; each ends soon, and each value that
/// went in comes out once, those of each operation in order.
fn beside_stopped<L: Link<Item = u64> + Send + 'static>(seed: usize, kind: &Kind<L>) {
    let dice = &mut Dice(seed as u64);
    let capacity = [3, 4, 5, 8][dice.below(4)];
    let start = if seed % 2 == 0 { 0 } else { u64::MAX - 3 };
    let (mut producer, mut consumer) = (kind.make)(capacity, start);
    let (mut inside, mut outside, mut stopped) = (Vec::new(), Vec::new(), Vec::new());
    let most = bound(capacity);
    for round in 0..40 {
        let value = 10 * round;
        if round % 5 == 0 && BATCH * (stopped.len() + 1) < capacity {
            stopped.push(stop(kind, (&producer, &consumer), dice, value));
            continue;
        }
        let way = dice.below(8);
        if dice.below(2) == 0 {
            inside.extend(bounded(most, || match (way, kind.write, kind.another_producer) {
                (7, Some(write), _) => write(&mut producer, value),
                (7, _, Some(another)) => {
                    producer = another(&producer);
                    Vec::new()
                }
                _ => put(&mut producer, way, value),
            }));
        } else {
            outside.extend(bounded(most, || match (way, kind.release, kind.another_consumer) {
                (7, Some(release), _) => release(&mut consumer),
                (7, _, Some(another)) => {
                    consumer = another(&consumer);
                    Vec::new()
                }
                _ => take(&mut consumer, way),
            }));
        }
    }
    for thread in stopped {
        let (pushed, popped) = thread.release();
        inside.extend(pushed);
        outside.extend(popped);
    }
    outside.extend(drain_ring(&mut consumer));
    inside.sort_unstable();
    outside.sort_unstable();
    assert_eq!(inside, outside, "seed {seed}, capacity {capacity}");
    for lap in 0..2 {
        let fit = (0..2 * capacity as u64).take_while(|value| producer.push(*value).is_ok());
        assert_eq!(fit.count(), capacity, "whole again: seed {seed}, lap {lap}");
        assert!(drain_ring(&mut consumer).into_iter().eq(0..capacity as u64));
    }
}

fn another_producer<L: Link<Producers = Shared>>(producer: &Producer<L>) -> Producer<L> {
    producer.clone()
}

fn another_consumer<L: Link<Consumers = Shared>>(consumer: &Consumer<L>) -> Consumer<L> {
    consumer.clone()
}

/// How many seeds there are for each ring.
const SEEDS: usize = crate::effort::times(400);

#[test]
fn operations_of_mpsc_beside_stopped_producers() {
    let kind = Kind {
        make: ring::mpsc_at,
        another_producer: Some(another_producer),
        another_consumer: None,
        write: None,
        release: Some(release),
    };
    (0..SEEDS).for_each(|seed| beside_stopped(seed, &kind));
}

#[test]
fn operations_of_spmc_beside_stopped_consumers() {
    let kind = Kind {
        make: ring::spmc_at,
        another_producer: None,
        another_consumer: Some(another_consumer),
        write: Some(write),
        release: None,
    };
    (0..SEEDS).for_each(|seed| beside_stopped(seed, &kind));
}

#[test]
fn operations_of_mpmc_beside_stopped_producers_and_consumers() {
    let kind = Kind {
        make: ring::mpmc_at,
        another_producer: Some(another_producer),
        another_consumer: Some(another_consumer),
        write: None,
        release: None,
    };
    (0..SEEDS).for_each(|seed| beside_stopped(seed, &kind));
}
