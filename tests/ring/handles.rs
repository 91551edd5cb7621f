//! Handles: clones, who is gone, and an inline ring that is split again.

use std::panic::{RefUnwindSafe, UnwindSafe};

use ringway::ring::{self, Consumer, Link, Producer, Shared};

use crate::values::assert_panics;

on_rings!([spsc, mpsc, spmc, mpmc]: each_side_sees_when_the_other_is_gone);
on_rings!([mpsc, mpmc]: clones_of_a_producer_fill_one_ring);
on_rings!([spmc, mpmc]: clones_of_a_consumer_empty_one_ring);

fn each_side_sees_when_the_other_is_gone<L: Link<Item = u64>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    assert!(!producer.is_disconnected() && !consumer.is_disconnected());
    producer.push(1).unwrap();
    drop(producer);
    assert!(consumer.is_disconnected());
    assert_eq!(consumer.pop(), Some(1));
    assert_eq!(consumer.pop(), None);
    assert!(consumer.is_disconnected());
}

fn clones_of_a_producer_fill_one_ring<L: Link<Item = u64, Producers = Shared>>(
    producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let mut producers = vec![producer.clone(), producer.clone(), producer];
    let capacity = consumer.capacity();
    for lap in 0..3 {
        for i in 0..capacity {
            producers[(lap + i) % 3].push(i as u64).unwrap();
        }
        for producer in &mut producers {
            assert_eq!((producer.len(), producer.push(9)), (capacity, Err(9)));
        }
        for i in 0..capacity {
            assert_eq!(consumer.pop(), Some(i as u64));
        }
    }
    while let Some(producer) = producers.pop() {
        assert!(!consumer.is_disconnected());
        drop(producer);
    }
    assert!(consumer.is_disconnected());
}

fn clones_of_a_consumer_empty_one_ring<L: Link<Item = u64, Consumers = Shared>>(
    mut producer: Producer<L>,
    consumer: Consumer<L>,
) {
    let mut consumers = vec![consumer.clone(), consumer.clone(), consumer];
    let capacity = producer.capacity();
    for lap in 0..3 {
        for i in 0..capacity {
            producer.push(i as u64).unwrap();
        }
        for i in 0..capacity {
            assert_eq!(consumers[(lap + i) % 3].pop(), Some(i as u64));
        }
        for consumer in &mut consumers {
            assert_eq!((consumer.len(), consumer.pop()), (0, None));
        }
    }
    producer.push(5).unwrap();
    while let Some(consumer) = consumers.pop() {
        assert!(!producer.is_disconnected());
        assert_eq!(producer.len(), 1, "only the last consumer drops what is queued");
        drop(consumer);
    }
    assert!(producer.is_disconnected() && producer.is_empty());
}

/// Splits an inline ring of a kind again and again.
macro_rules! split_again {
    ($($kind:ident)+) => {$(
        #[test]
        fn $kind() {
            let ring = ring::$kind::Inline::<u64, 3>::default();
            for round in 0..10 {
                let (mut producer, mut consumer) = ring.split().expect("nobody has the ring");
                assert!(!producer.is_disconnected() && !consumer.is_disconnected());
                if round > 0 {
                    assert_eq!(consumer.pop(), Some(round), "pushed when no consumer was left");
                }
                assert_eq!(consumer.pop(), None);
                assert!(ring.split().is_none());
                producer.push_slice_exact(&[1, 2, 3]).unwrap();
                assert_eq!(consumer.pop(), Some(1));
                drop(consumer);
                assert!(ring.split().is_none());
                assert!(producer.is_empty(), "the last consumer drops what is queued");
                producer.push(round + 1).unwrap();
                assert_eq!(producer.len(), 1);
            }
        }
    )+};
}

mod an_inline_ring_is_split_again_and_goes_on {
    use super::*;
    split_again!(spsc mpsc spmc mpmc);
}

#[test]
fn an_inline_ring_with_clones_is_not_split_again() {
    let ring = ring::mpmc::Inline::<u64, 2>::new();
    let (producer, consumer) = ring.split().unwrap();
    let clones = (producer.clone(), consumer.clone());
    drop((producer, consumer));
    assert!(ring.split().is_none());
    drop(clones.1);
    assert!(ring.split().is_none());
    assert!(clones.0.is_disconnected());
    drop(clones.0);
    assert!(ring.split().is_some());
}

#[test]
#[cfg_attr(miri, ignore = "so many handles take hours")]
fn there_is_a_limit_to_handles_and_it_is_clear() {
    let (mut producer, mut consumer) = ring::mpsc(1);
    for _ in 1..1 << 20 {
        std::mem::forget(producer.clone());
    }
    assert_panics(|| drop(producer.clone()));
    producer.push(1).unwrap();
    assert!(!producer.is_disconnected() && !consumer.is_disconnected());
    assert_eq!(consumer.pop(), Some(1));
}

#[test]
fn a_ring_can_be_used_after_a_panic_of_its_user() {
    fn check<T: UnwindSafe + RefUnwindSafe>(_: &T) {}
    check(&ring::spsc::Inline::<std::cell::Cell<u8>, 1>::new());
    check(&ring::mpmc::<u8>(1));
}
