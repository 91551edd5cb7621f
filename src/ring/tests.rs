//! In-place slots, call by call: each call returns, and says what there is.

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::Vec;

use super::{mpsc, spmc, spsc};
use crate::sync::hook::{self, Point};

mod batches;
#[cfg(feature = "std")]
mod promise;

/// Does something that asks for slots a few times at most. One that asks on and on fails here.
fn bounded<R>(operation: impl FnOnce() -> R) -> R {
    let mut asked = 0;
    hook::set(move |point| {
        asked += usize::from(point == Point::Asking);
        assert!(asked <= 8, "it asks again and again");
    });
    let result = operation();
    hook::set(|_| ());
    result
}

/// With slots that are ready and without: who asks for none has none, and disturbs nothing.
#[test]
fn no_slots_are_asked_for() {
    for held in 0..=2 {
        let (mut producer, mut consumer) = spmc(2);
        let values = Vec::from_iter(0..held);
        assert_eq!(producer.push_slice(&values), held);
        let slots = bounded(|| producer.reserve(0));
        assert_eq!((slots.room(), slots.written()), (0, 0));
        assert_eq!(slots.commit(), 0);
        assert_eq!(bounded(|| producer.reserve(2)).room(), 2 - held);
        assert!(std::iter::from_fn(|| consumer.pop()).eq(values.iter().copied()));

        let (mut producer, mut consumer) = mpsc(2);
        assert_eq!(producer.push_slice(&values), held);
        let peeked = bounded(|| consumer.peek(0));
        assert_eq!((peeked.len(), peeked.is_empty(), peeked.pieces().count()), (0, true, 0));
        assert_eq!(peeked.release(1), 0);
        assert_eq!(bounded(|| consumer.peek(2)).len(), held);
        assert!(std::iter::from_fn(|| consumer.pop()).eq(values));
    }
}

#[test]
fn slots_that_are_written_count_from_room_to_written_and_go_out_in_order() {
    let (mut producer, mut consumer) = spmc(6);
    for lap in 0..3 {
        let mut slots = bounded(|| producer.reserve(9));
        assert_eq!((slots.room(), slots.written()), (6, 0));
        for i in 1..=2 {
            assert_eq!(slots.write(10 * lap + i), Ok(()));
            assert_eq!((slots.room(), slots.written()), (6 - i, i));
        }
        assert_eq!(slots.fill([10 * lap + 3]), 1);
        assert_eq!((slots.room(), slots.written()), (3, 3));
        let places = slots.places().flatten();
        assert_eq!(places.map(|place| place.write(10 * lap + 4)).count(), 3);
        // SAFETY: all places were written.
        unsafe { slots.assume_written(1) };
        assert_eq!((slots.room(), slots.written()), (2, 4));
        assert_eq!(slots.fill(10 * lap + 5..10 * lap + 20), 2);
        assert_eq!(slots.write(7), Err(7));
        assert_eq!((slots.room(), slots.written()), (0, 6));
        assert_eq!(slots.commit(), 6);
        assert_eq!(bounded(|| producer.reserve(1)).room(), 0);
        let popped = (0..6).map(|_| consumer.pop());
        assert!(popped.eq((1..=6).map(|i| Some(10 * lap + i))));
        assert_eq!(consumer.pop(), None);
    }
}

#[test]
fn what_was_written_and_not_committed_is_dropped_once() {
    let (mut producer, mut consumer) = spmc(3);
    let value = Rc::new(());
    let mut slots = bounded(|| producer.reserve(3));
    assert!(slots.write(Rc::clone(&value)).is_ok() && slots.write(Rc::clone(&value)).is_ok());
    assert_eq!(Rc::strong_count(&value), 3);
    drop(slots);
    assert_eq!(Rc::strong_count(&value), 1);
    assert_eq!(consumer.pop(), None);
}

#[test]
fn what_is_looked_at_stays_until_it_is_released() {
    let (mut producer, mut consumer) = mpsc(6);
    for lap in 0..3 {
        // Not at the beginning of a group, and across the end of the slots.
        assert_eq!(
            producer.push_slice(&[10 * lap + 1, 10 * lap + 2, 10 * lap + 3, 10 * lap + 4]),
            4
        );
        for _ in 0..2 {
            let mut peeked = bounded(|| consumer.peek(3));
            assert_eq!((peeked.len(), peeked.is_empty()), (3, false));
            let pieces = peeked.pieces().collect::<Vec<_>>().concat();
            assert_eq!(pieces, [10 * lap + 1, 10 * lap + 2, 10 * lap + 3]);
            assert!(peeked.iter().eq(&pieces));
            assert!(peeked.iter_mut().eq(&pieces));
        }
        assert_eq!(bounded(|| consumer.peek(9)).len(), 4);
        assert_eq!(bounded(|| consumer.peek(3)).release(0), 0);
        assert_eq!(bounded(|| consumer.peek(3)).release(2), 2);
        assert_eq!((consumer.len(), consumer.pop()), (2, Some(10 * lap + 3)));
        bounded(|| consumer.peek(3)).iter_mut().for_each(|value| *value += 5);
        assert_eq!((consumer.pop(), consumer.pop()), (Some(10 * lap + 9), None));
        let peeked = bounded(|| consumer.peek(3));
        assert_eq!((peeked.len(), peeked.is_empty(), peeked.release(3)), (0, true, 0));
    }
}

/// Beside a batch of a lone side, at each point of it: a lone handle that finds the ring not empty, or not full,
/// moves a value by itself, and at the last point before the counter it can do so already.
#[test]
fn what_is_counted_of_a_batch_can_be_had_by_itself() {
    for n in 1..=7 {
        let (mut producer, consumer) = spsc(7);
        let consumer = Rc::new(RefCell::new(consumer));
        let other = Rc::clone(&consumer);
        hook::set(move |point| {
            let mut consumer = other.borrow_mut();
            let is_empty = consumer.is_empty();
            let is_some = consumer.pop().is_some();
            assert!(is_empty || is_some, "a value is counted and not there at {point:?}");
            assert!(is_some || point != Point::Committed, "it is not there when it is committed");
        });
        assert_eq!(producer.push_slice(&[0; 7][..n]), n);
        hook::set(|_| ());
        assert!(consumer.borrow().len() < n, "none was popped of {n}");

        let (producer, mut consumer) = spsc(n);
        let producer = Rc::new(RefCell::new(producer));
        assert_eq!(producer.borrow_mut().push_slice(&[0; 7][..n]), n);
        let other = Rc::clone(&producer);
        hook::set(move |point| {
            let mut producer = other.borrow_mut();
            let is_full = producer.is_full();
            let is_ok = producer.push(1).is_ok();
            assert!(is_full || is_ok, "a slot is counted and not there at {point:?}");
            assert!(is_ok || point != Point::Committed, "it is not there when it is committed");
        });
        assert_eq!(consumer.pop_slice(&mut [0; 7][..n]), n);
        hook::set(|_| ());
        assert!(!producer.borrow().is_empty(), "none was pushed beside {n}");
    }
}
