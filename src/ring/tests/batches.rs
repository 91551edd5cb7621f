//! Batches and observations, call by call: each says what it did, and no more than that was done.

use std::boxed::Box;
use std::cell::RefCell;
use std::rc::Rc;
use std::string::ToString;
use std::vec::Vec;

use crate::Queue;
use crate::ring::{
    self, Consumer, Heap, Left, Link, Producer, Ring, Shared, Staged, TooFew, mpmc::Inline,
};
use crate::sequencer::Uncounted;
use crate::sync::hook::{self, Point};

/// The calls that a queue has in common with the handles of a ring.
trait Calls {
    fn push_slice(&mut self, values: &[u32]) -> usize;
    fn push_slice_exact(&mut self, values: &[u32]) -> Result<(), TooFew>;
    fn push_vec(&mut self, values: &mut Vec<u32>) -> usize;
    fn push_vec_exact(&mut self, values: &mut Vec<u32>) -> Result<(), TooFew>;
    fn push_iter<I: Iterator<Item = u32>>(&mut self, values: &mut Staged<I, 4>) -> usize;
    fn pop_slice(&mut self, values: &mut [u32]) -> usize;
    fn pop_slice_exact(&mut self, values: &mut [u32]) -> Result<(), TooFew>;
    fn pop_vec(&mut self, values: &mut Vec<u32>, limit: usize) -> usize;
    fn pop_vec_exact(&mut self, values: &mut Vec<u32>, n: usize) -> Result<(), TooFew>;
    /// The length, and whether that is none or all, as everybody sees them.
    fn seen(&self) -> (usize, bool, bool);
}

/// The calls of a pair of handles, or of a queue: the first field moves values in, the second out.
macro_rules! calls {
    ($of:ty, $into:tt, $from:tt $(, $parameter:ident: $bound:path)?) => {
        impl$(<$parameter: $bound>)? Calls for $of {
            fn push_slice(&mut self, values: &[u32]) -> usize {
                self.$into.push_slice(values)
            }
            fn push_slice_exact(&mut self, values: &[u32]) -> Result<(), TooFew> {
                self.$into.push_slice_exact(values)
            }
            fn push_vec(&mut self, values: &mut Vec<u32>) -> usize {
                self.$into.push_vec(values)
            }
            fn push_vec_exact(&mut self, values: &mut Vec<u32>) -> Result<(), TooFew> {
                self.$into.push_vec_exact(values)
            }
            fn push_iter<I: Iterator<Item = u32>>(&mut self, values: &mut Staged<I, 4>) -> usize {
                self.$into.push_iter(values)
            }
            fn pop_slice(&mut self, values: &mut [u32]) -> usize {
                self.$from.pop_slice(values)
            }
            fn pop_slice_exact(&mut self, values: &mut [u32]) -> Result<(), TooFew> {
                self.$from.pop_slice_exact(values)
            }
            fn pop_vec(&mut self, values: &mut Vec<u32>, limit: usize) -> usize {
                self.$from.pop_vec(values, limit)
            }
            fn pop_vec_exact(&mut self, values: &mut Vec<u32>, n: usize) -> Result<(), TooFew> {
                self.$from.pop_vec_exact(values, n)
            }
            fn seen(&self) -> (usize, bool, bool) {
                let (into, from) = (&self.$into, &self.$from);
                let seen = (into.len(), into.is_empty(), into.is_full());
                assert_eq!((from.len(), from.is_empty(), from.is_full()), seen);
                assert_eq!((into.capacity(), from.capacity()), (CAPACITY, CAPACITY));
                seen
            }
        }
    };
}
calls!((Queue<u32>,), 0, 0);
calls!((Producer<L>, Consumer<L>), 0, 1, L: Link<Item = u32>);

const CAPACITY: usize = 5;

/// An exact batch was refused, and nothing moved.
fn refused(result: Result<(), TooFew>, wanted: usize) {
    let few = result.expect_err("it is refused");
    assert_eq!((few.wanted(), few.moved()), (wanted, 0));
    assert!(few.to_string().contains(&wanted.to_string()));
}

/// In laps that begin at each slot.
fn every_batch_says_what_it_moved(calls: &mut impl Calls) {
    let all = [1, 2, 3, 4, 5, 6, 7];
    for _ in 0..CAPACITY {
        let mut values = [0; 7];
        assert_eq!(calls.seen(), (0, true, false));
        assert_eq!(calls.push_slice(&all), 5);
        assert_eq!(calls.seen(), (5, false, true));
        assert_eq!(calls.push_slice(&all), 0);
        assert_eq!(calls.pop_slice(&mut values[..2]), 2);
        assert_eq!(calls.seen(), (3, false, false));
        refused(calls.push_slice_exact(&all[..3]), 3);
        assert_eq!(calls.push_slice_exact(&all[5..]), Ok(()));
        refused(calls.pop_slice_exact(&mut values[..6]), 6);
        assert_eq!(values, [1, 2, 0, 0, 0, 0, 0]);
        assert_eq!(calls.pop_slice_exact(&mut values[2..]), Ok(()));
        assert_eq!(values, all);
        refused(calls.pop_slice_exact(&mut values[..1]), 1);
        assert_eq!(calls.pop_slice(&mut values), 0);

        let mut vec = Vec::from(all);
        refused(calls.push_vec_exact(&mut vec), 7);
        assert_eq!(calls.push_vec(&mut vec), 5);
        assert_eq!(vec, [6, 7]);
        refused(calls.push_vec_exact(&mut vec), 2);
        // There is no room behind its last.
        let mut popped = Vec::from([0; 3]);
        refused(calls.pop_vec_exact(&mut popped, 6), 6);
        assert_eq!(calls.pop_vec(&mut popped, 3), 3);
        assert_eq!(popped, [0, 0, 0, 1, 2, 3]);
        assert_eq!(calls.push_vec_exact(&mut vec), Ok(()));
        assert_eq!((vec.len(), calls.push_vec(&mut vec)), (0, 0));
        refused(calls.pop_vec_exact(&mut popped, 5), 5);
        assert_eq!(calls.pop_vec_exact(&mut popped, 4), Ok(()));
        assert_eq!(popped, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(calls.pop_vec(&mut popped, 3), 0);

        let mut staged = Staged::new(1..9);
        assert_eq!(calls.push_iter(&mut staged), 4);
        assert!(!staged.is_done(), "there are four more");
        assert_eq!((staged.staged(), staged.size_hint()), (&[5][..], (4, Some(4))));
        assert_eq!(calls.push_iter(&mut staged), 1);
        assert_eq!((staged.staged(), staged.size_hint()), (&[6, 7, 8][..], (3, Some(3))));
        assert_eq!(calls.push_iter(&mut staged), 0);
        // All that fits, exactly.
        popped.clear();
        assert_eq!(calls.pop_vec_exact(&mut popped, CAPACITY), Ok(()));
        assert_eq!(popped, [1, 2, 3, 4, 5]);
        assert!(staged.by_ref().eq(6..9) && staged.is_done());
        // The next lap begins at the next slot.
        assert_eq!(calls.push_slice(&all[..1]), 1);
        assert_eq!(calls.pop_slice(&mut values), 1);
    }
}

#[test]
fn every_batch_of_a_ring_says_what_it_moved() {
    every_batch_says_what_it_moved(&mut ring::spsc(CAPACITY));
    every_batch_says_what_it_moved(&mut ring::mpmc(CAPACITY));
}

#[test]
fn every_batch_of_a_queue_says_what_it_moved() {
    every_batch_says_what_it_moved(&mut (Queue::new(CAPACITY),));
}

#[test]
fn a_queue_that_ends_gives_what_it_holds_in_order() {
    let queue = Queue::new(CAPACITY);
    assert_eq!(queue.push_slice(&[1, 2, 3]), 3);
    assert!(queue.into_iter().eq([1, 2, 3]));
}

#[test]
fn a_ring_is_split_again_when_all_handles_are_gone() {
    let ring = Inline::<u32, CAPACITY>::new();
    for lap in 0..3 {
        let (mut producer, mut consumer) = ring.split().expect("nobody has it");
        let another = producer.clone();
        assert!(ring.split().is_none() && !consumer.is_disconnected());
        assert_eq!(producer.push(lap), Ok(()));
        drop(producer);
        assert!(ring.split().is_none() && !consumer.is_disconnected());
        drop(another);
        assert!(ring.split().is_none() && consumer.is_disconnected());
        assert_eq!((consumer.pop(), consumer.pop()), (Some(lap), None));
    }
}

/// Who has taken a value may have dropped it before the batch that it came with is done: Miri knows that a
/// box is not to be moved then.
#[cfg(feature = "std")]
#[test]
fn a_value_that_has_gone_in_is_not_touched_where_it_lay() {
    for fit in 1..=CAPACITY {
        let ring = Rc::new(Ring::<Shared, Shared, Heap<Box<u32>>>::on_heap(fit, 0));
        let taken = Rc::new(RefCell::new(Vec::new()));
        let (others, seen) = (Rc::clone(&ring), Rc::clone(&taken));
        hook::set(move |point| {
            if point == Point::Committed {
                let value =
                    others.pop(&mut others.emptying::<Uncounted>()).expect("it is committed");
                seen.borrow_mut().push(*value);
            }
        });
        let mut six = Vec::from_iter((0..6).map(Box::new));
        let mut left = Left::of(&mut six);
        assert_eq!(ring.push_left(&mut ring.filling::<Uncounted>(), &mut left, usize::MAX), fit);
        hook::set(|_| ());
        assert!(taken.borrow().iter().copied().eq(0..fit as u32));
        assert_eq!((left.len(), ring.len()), (6 - fit, 0));
        drop(left);
        assert!(six.into_iter().map(|value| *value).eq(fit as u32..6));
    }
}

#[cfg(feature = "std")]
#[test]
fn values_that_are_left_are_in_their_vector_again_or_in_none() {
    let value = Rc::new(());
    let mut values = std::vec![Rc::clone(&value); 3];
    drop(Left::of(&mut values));
    assert_eq!((values.len(), Rc::strong_count(&value)), (3, 4));
    std::mem::forget(Left::of(&mut values));
    drop(values);
    assert_eq!(Rc::strong_count(&value), 4);
    // SAFETY: the three that were forgotten are counted still.
    (0..3).for_each(|_| unsafe { Rc::decrement_strong_count(Rc::as_ptr(&value)) });
}
