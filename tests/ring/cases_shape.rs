//! Cases of shape: capacities at their edges, positions that wrap, unusual types.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ringway::ring::{self, Consumer, Link, Producer, Solo};

use crate::common::{rotate, starts};
use crate::effort::affordable;

on_kinds!([spsc, mpsc, spmc, mpmc]:
    a5_positions_wrap_at_every_capacity,
    a6_a_capacity_of_zero_is_a_clear_error,
    a6_a_capacity_beyond_memory_is_a_clear_error,
    a6_a_capacity_beside_a_power_of_two_is_exact,
);
on_rings!([spsc, mpsc, spmc, mpmc]:
    a6_values_without_size_are_counted_and_dropped,
    a6_values_with_a_large_alignment_arrive,
);
on_rings!([spsc]: a6_slots_have_the_alignment_of_the_value);

/// Fills and drains a ring lap by lap, singly and in batches of odd sizes.
fn fill_and_drain<L: Link<Item = u64>>(producer: &mut Producer<L>, consumer: &mut Consumer<L>) {
    let capacity = producer.capacity();
    assert_eq!((producer.len(), consumer.pop()), (0, None));
    for lap in 0..4 {
        let values: Vec<u64> = (lap..lap + capacity as u64).collect();
        let batch = 1 + (lap as usize * 5) % capacity;
        assert!(values.chunks(batch).all(|batch| producer.push_slice(batch) == batch.len()));
        assert_eq!((producer.len(), producer.push(0)), (capacity, Err(0)));
        let (first, rest) = values.split_first().unwrap();
        assert_eq!(consumer.pop(), Some(*first));
        producer.push(99).unwrap();
        assert_eq!((producer.len(), producer.push(0)), (capacity, Err(0)));
        let mut received = vec![0; capacity];
        assert_eq!(consumer.pop_slice(&mut received), capacity);
        assert_eq!(received, [rest, &[99]].concat());
        assert_eq!((consumer.len(), consumer.pop()), (0, None));
    }
}

// rust-embedded/heapless#144, rust-embedded/heapless#461, waitfree-mpsc-queue#11,
// rigtorp/MPMCQueue#40
fn a5_positions_wrap_at_every_capacity<L: Link<Item = u64>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for capacity in affordable(1..=65) {
        for start in starts(capacity) {
            for slot in [0, 1, capacity / 2, capacity - 1] {
                let (mut producer, mut consumer) = make(capacity, start);
                rotate(&mut producer, &mut consumer, slot, || 0);
                fill_and_drain(&mut producer, &mut consumer);
            }
        }
    }
}

/// What a panic of `work` says.
fn message_of<T>(work: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).map(|_| ()).expect_err("it panics");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_string(),
    }
}

// rust-embedded/heapless#243
fn a6_a_capacity_of_zero_is_a_clear_error<L: Link<Item = u64>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    assert_eq!(message_of(|| make(0, 0)), "the capacity of a ring is at least 1");
    assert_eq!(message_of(|| make(0, u64::MAX)), "the capacity of a ring is at least 1");
}

// crossbeam-rs/crossbeam#1301, SPSCQueue#49
fn a6_a_capacity_beyond_memory_is_a_clear_error<L: Link<Item = u64>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    let most = isize::MAX as usize;
    for capacity in [usize::MAX, usize::MAX - 1, most + 1, most, most / 2, most / 4, most / 8] {
        let expected = format!("a ring of capacity {capacity} exceeds the address space");
        assert_eq!(message_of(|| make(capacity, 0)), expected);
        assert_eq!(message_of(|| make(capacity, u64::MAX)), expected);
    }
}

// crossbeam-rs/crossbeam#1301: also where the values themselves take no memory
#[test]
fn a6_a_capacity_beyond_the_positions_is_a_clear_error_without_size_too() {
    for capacity in [usize::MAX, isize::MAX as usize, isize::MAX as usize / 4] {
        let expected = format!("a ring of capacity {capacity} exceeds the address space");
        assert_eq!(message_of(|| ring::spsc::<()>(capacity)), expected);
        assert_eq!(message_of(|| ring::mpmc::<()>(capacity)), expected);
    }
}

// rust-embedded/heapless#243, rust-embedded/heapless#214, LMAX-Exchange/disruptor#84
fn a6_a_capacity_beside_a_power_of_two_is_exact<L: Link<Item = u64>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for power in (0..12).map(|bits| 1_usize << bits) {
        for capacity in [power - 1, power, power + 1] {
            if capacity > 0 {
                let (mut producer, mut consumer) = make(capacity, 0);
                assert_eq!((producer.capacity(), consumer.capacity()), (capacity, capacity));
                fill_and_drain(&mut producer, &mut consumer);
            }
        }
    }
}

thread_local! {
    /// How many values without size were dropped in this thread.
    static DROPPED: Cell<usize> = const { Cell::new(0) };
}

/// A value without size that counts its drop.
#[derive(Debug)]
struct Nothing;

impl Drop for Nothing {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

// cases A6: zero-sized values
fn a6_values_without_size_are_counted_and_dropped<L: Link<Item = Nothing>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let before = DROPPED.get();
    for _ in 0..2 {
        for _ in 0..capacity {
            producer.push(Nothing).unwrap();
        }
        std::mem::forget(producer.push(Nothing).unwrap_err());
        let mut received = Vec::new();
        assert_eq!(consumer.pop_vec(&mut received, capacity / 2), capacity / 2);
        assert!(std::iter::from_fn(|| consumer.pop()).count() == capacity - capacity / 2);
        assert_eq!(received.len(), capacity / 2);
    }
    assert_eq!(DROPPED.get() - before, 2 * capacity);
    let mut values: Vec<_> = (0..capacity + 1).map(|_| Nothing).collect();
    assert_eq!(producer.push_vec(&mut values), capacity);
    assert_eq!((values.len(), DROPPED.get() - before), (1, 2 * capacity));
    drop(consumer);
    assert_eq!(DROPPED.get() - before, 3 * capacity);
}

/// A value that a cache line does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(256))]
struct Aligned(u8);

// cases A6: over-aligned values
fn a6_values_with_a_large_alignment_arrive<L: Link<Item = Aligned>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for lap in 0..3 {
        let values: Vec<_> = (lap..).map(Aligned).take(producer.capacity().min(100)).collect();
        assert_eq!(producer.push_slice(&values), values.len());
        let mut received = Vec::new();
        assert_eq!(consumer.pop().as_ref(), values.first());
        assert_eq!(consumer.pop_vec(&mut received, usize::MAX), values.len() - 1);
        assert_eq!(received, values[1..]);
    }
}

// cases A6: over-aligned values
fn a6_slots_have_the_alignment_of_the_value<
    L: Link<Item = Aligned, Producers = Solo, Consumers = Solo>,
>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let mut slots = producer.reserve(usize::MAX);
    assert!(slots.places().flatten().all(|place| place.as_ptr().is_aligned()));
    slots.fill((0..).map(Aligned).take(10));
    slots.commit();
    let values = consumer.peek(10);
    assert!(values.iter().all(|value| std::ptr::from_ref(value).is_aligned()));
    assert!(values.iter().zip(0..).all(|(value, i)| value.0 == i));
}
