//! Positions that are promised: kept, broken, or skipped.

use std::vec::Vec;

use crate::ring::{Heap, Promise, Ring, Sequencer, Shared, Solo};
use crate::sequencer::Uncounted;

/// A ring of this capacity, shortly before the word of a position overflows.
fn ring<C: Sequencer>(capacity: usize) -> Ring<Shared, C, Heap<u64>> {
    Ring::on_heap(capacity, (3 * capacity.next_power_of_two().max(2) as u64).wrapping_neg())
}

fn push<C: Sequencer>(ring: &Ring<Shared, C, Heap<u64>>, value: u64) -> bool {
    ring.push(&mut ring.filling::<Uncounted>(), value).is_ok()
}

fn pop<C: Sequencer>(ring: &Ring<Shared, C, Heap<u64>>) -> Option<u64> {
    ring.pop(&mut ring.emptying::<Uncounted>())
}

fn on_both(check: fn(&dyn Fn(usize) -> Checked)) {
    check(&|capacity| Checked::Shared(ring(capacity)));
    check(&|capacity| Checked::Solo(ring(capacity)));
}

/// A ring of either kind.
enum Checked {
    Shared(Ring<Shared, Shared, Heap<u64>>),
    Solo(Ring<Shared, Solo, Heap<u64>>),
}

impl Checked {
    fn push(&self, value: u64) -> bool {
        match self {
            Self::Shared(ring) => push(ring, value),
            Self::Solo(ring) => push(ring, value),
        }
    }

    fn pop(&self) -> Option<u64> {
        match self {
            Self::Shared(ring) => pop(ring),
            Self::Solo(ring) => pop(ring),
        }
    }

    fn promise(&self) -> Option<Promise> {
        match self {
            Self::Shared(ring) => ring.promise(),
            Self::Solo(ring) => ring.promise(),
        }
    }

    fn keep(&self, promise: Promise, value: u64) -> Result<(), u64> {
        match self {
            Self::Shared(ring) => ring.keep(promise, value),
            Self::Solo(ring) => ring.keep(promise, value),
        }
    }

    fn break_promise(&self, promise: Promise) {
        match self {
            Self::Shared(ring) => ring.break_promise(promise),
            Self::Solo(ring) => ring.break_promise(promise),
        }
    }
}

#[test]
fn as_many_are_promised_as_there_are_slots_and_kept_in_any_order() {
    on_both(|ring| {
        for capacity in [1, 2, 3, 8] {
            let ring = ring(capacity);
            for turned in 0..4 * capacity {
                let mut all = Vec::from_iter((0..capacity).map_while(|_| ring.promise()));
                assert!(all.len() == capacity && ring.promise().is_none() && !ring.push(0));
                all.rotate_left(turned % capacity);
                for (n, promise) in all.into_iter().enumerate() {
                    assert_eq!(ring.keep(promise, ((n + turned) % capacity) as u64), Ok(()));
                }
                let values = Vec::from_iter((0..capacity).map_while(|_| ring.pop()));
                assert_eq!(values, Vec::from_iter(0..capacity as u64));
            }
        }
    });
}

#[test]
fn one_that_is_broken_is_skipped_and_its_slot_is_free_again() {
    on_both(|ring| {
        for capacity in [1, 2, 3, 8] {
            let ring = ring(capacity);
            for broken in 0..4 * capacity {
                // Between others, before and behind it.
                let before = broken % capacity;
                let promises = Vec::from_iter((0..capacity).map_while(|_| ring.promise()));
                for (n, promise) in promises.into_iter().enumerate() {
                    if n == before {
                        ring.break_promise(promise);
                    } else {
                        assert_eq!(ring.keep(promise, n as u64), Ok(()));
                    }
                }
                let values = Vec::from_iter((0..capacity).map_while(|_| ring.pop()));
                let rest = (0..capacity as u64).filter(|n| *n != before as u64);
                assert_eq!(values, Vec::from_iter(rest));
                assert!((0..capacity as u64).all(|n| ring.push(n)));
                assert!((0..capacity as u64).all(|n| ring.pop() == Some(n)));
            }
        }
    });
}

/// However many laps go by, the value comes back, and the slot to the ring.
#[test]
fn one_that_others_have_passed_gives_its_value_back() {
    on_both(|ring| {
        for capacity in [2, 3, 8] {
            for others in [1, capacity as u64, 5 * capacity as u64] {
                let ring = ring(capacity);
                for keeps in [true, false] {
                    let promise = ring.promise().expect("there is room");
                    for n in 0..others {
                        assert!(ring.push(n) && ring.pop() == Some(n), "it costs one slot");
                    }
                    if keeps {
                        assert_eq!(ring.keep(promise, 100), Err(100));
                    } else {
                        ring.break_promise(promise);
                    }
                    // The slot is free within a lap.
                    for n in 0..capacity as u64 {
                        assert!(ring.push(n) && ring.pop() == Some(n));
                    }
                    assert!((0..capacity as u64).all(|n| ring.push(n)));
                    assert!((0..capacity as u64).all(|n| ring.pop() == Some(n)));
                }
            }
        }
    });
}

#[test]
fn nothing_is_promised_by_a_ring_that_is_closed() {
    let ring = ring::<Shared>(2);
    let promise = ring.promise().expect("there is room");
    assert!(ring.close() && ring.promise().is_none());
    assert_eq!((pop(&ring), ring.len()), (None, 0), "it is skipped");
    assert_eq!(ring.keep(promise, 7), Err(7));
}

/// It costs a slot, and is no value when the ring is dropped.
#[test]
fn one_that_is_forgotten_is_skipped_for_ever() {
    let ring = Ring::<Shared, Shared, Heap<std::boxed::Box<u64>>>::on_heap(2, 0);
    let _ = ring.promise();
    for n in 0..9 {
        assert!(ring.push(&mut ring.filling::<Uncounted>(), n.into()).is_ok());
        assert_eq!(ring.pop(&mut ring.emptying::<Uncounted>()), Some(n.into()));
    }
    let _ = ring.promise();
}
