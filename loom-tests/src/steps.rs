//! What the threads of many models do.

use ringway::ring::{Consumer, Link, Producer};

use crate::thread::yield_now;
use crate::{Ledger, Value};

/// Makes a ring of some kind, from its capacity and a position in the lap where it begins.
pub type Make<L> = fn(usize, u64) -> (Producer<L>, Consumer<L>);

/// A ring at this index of the last lap before the word of a position overflows.
pub fn near_wrap<L: Link<Item = Value>>(
    ledger: &'static Ledger,
    make: Make<L>,
    capacity: usize,
    index: usize,
) -> (Producer<L>, Consumer<L>) {
    let (mut producer, mut consumer) = make(capacity, u64::MAX);
    for _ in 0..index {
        assert!(producer.push(ledger.value(0)).is_ok());
        assert!(consumer.pop().is_some());
    }
    ledger.open();
    (producer, consumer)
}

/// Pushes a value, again and again until there is room.
pub fn push<T, L: Link<Item = T>>(producer: &mut Producer<L>, mut value: T) {
    while let Err(back) = producer.push(value) {
        value = back;
        yield_now();
    }
}

/// Pops a value, again and again until there is one.
pub fn pop<T, L: Link<Item = T>>(consumer: &mut Consumer<L>) -> T {
    loop {
        if let Some(value) = consumer.pop() {
            return value;
        }
        yield_now();
    }
}

/// Pops one value after another until there is none.
pub fn drain<L: Link<Item = Value>>(consumer: &mut Consumer<L>) -> Vec<u64> {
    std::iter::from_fn(|| consumer.pop()).map(|value| value.id()).collect()
}

/// Checks what one consumer received: values are numbered by producer, ten for each, and those of
/// one producer come in their order.
///
/// # Panics
///
/// Panics if two values of a producer come in the wrong order.
pub fn assert_in_order(received: &[u64]) {
    for producer in 0..10 {
        let own: Vec<_> = received.iter().filter(|id| **id / 10 == producer).collect();
        assert!(own.is_sorted_by(|a, b| a < b), "order of producer {producer} in {received:?}");
    }
}

/// Checks what all consumers received together, in any order.
///
/// # Panics
///
/// Panics if a value is missing or there twice.
pub fn assert_exactly(mut received: Vec<u64>, mut sent: Vec<u64>) {
    received.sort_unstable();
    sent.sort_unstable();
    assert_eq!(received, sent, "received and sent differ");
}

/// Checks that an empty ring takes exactly its capacity again, twice round.
///
/// # Panics
///
/// Panics if that is not so.
pub fn refill<T, L>(
    producer: &mut Producer<L>,
    consumer: &mut Consumer<L>,
    value: impl Fn(u64) -> T,
    id: impl Fn(T) -> u64,
) where
    L: Link<Item = T>,
{
    let capacity = producer.capacity() as u64;
    assert!(consumer.pop().is_none(), "a value is left");
    assert!(consumer.is_empty());
    for first in [1000, 2000] {
        for number in first..first + capacity {
            assert!(producer.push(value(number)).is_ok(), "{number} does not fit");
        }
        assert!(producer.is_full());
        assert_eq!(producer.push(value(3000)).map_err(&id), Err(3000));
        for number in first..first + capacity {
            assert_eq!(consumer.pop().map(&id), Some(number));
        }
        assert!(consumer.pop().is_none());
    }
}

/// Ends a model with the last handle of each side: the ring is empty and takes exactly its
/// capacity again, the last consumer drops what is in it, and the ring drops what came later.
///
/// # Panics
///
/// Panics if any of that is not so.
pub fn settle<L>(ledger: &'static Ledger, mut producer: Producer<L>, mut consumer: Consumer<L>)
where
    L: Link<Item = Value>,
{
    refill(&mut producer, &mut consumer, |id| ledger.value(id), |value| value.id());
    let last = 4000..4000 + producer.capacity() as u64;
    for id in last.clone() {
        assert!(producer.push(ledger.value(id)).is_ok());
    }
    assert!(!producer.is_disconnected());
    let before = ledger.dropped().len();
    drop(consumer);
    assert!(ledger.dropped()[before..].iter().copied().eq(last), "not dropped at once");
    assert!(producer.is_disconnected());
    assert!(producer.push(ledger.value(5000)).is_ok());
    drop(producer);
    assert_eq!(ledger.dropped().last(), Some(&5000), "not dropped with the ring");
}
