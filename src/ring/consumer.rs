//! The consumers' handle.

use core::fmt;

use crossbeam_utils::CachePadded;

use super::Shared;
use super::error::TooFew;
use super::handles::Count;
use super::link::Link;
use super::release::release;
use crate::sequencer::{Cursor, Emptying, Tracked, acquire_many};

/// A handle that empties slots of a ring.
///
/// One of a [`Solo`](super::Solo) side is `Send` and not `Clone`; those of a [`Shared`] side are both. The
/// modules [`spsc`](mod@super::spsc), [`mpsc`](mod@super::mpsc), [`spmc`](mod@super::spmc) and
/// [`mpmc`](mod@super::mpmc) name the types that a program writes down.
///
/// When the last consumer goes, the values that are ready are dropped at once. Values pushed
/// after that are dropped with the ring, or received when it is split again.
pub struct Consumer<L: Link> {
    pub(super) link: L,
    /// Padded, since handles of two threads often lie side by side.
    pub(super) cursor: CachePadded<Cursor>,
}

impl<L: Link> Consumer<L> {
    /// The first consumer of a ring, which is already counted.
    pub(super) fn first(link: L) -> Self {
        let cursor = link.ring().cursor::<Emptying>();
        Self { link, cursor: CachePadded::new(cursor) }
    }

    /// Moves the oldest value out of the ring, or returns `None` if it is empty: a push that has
    /// returned is never missed.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(2);
    /// producer.push(1).unwrap();
    /// assert_eq!(consumer.pop(), Some(1));
    /// assert_eq!(consumer.pop(), None);
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<L::Item> {
        self.link.ring().pop(&mut self.cursor)
    }

    /// Copies as many values in a row as are ready to the beginning of a slice, with one claim, and
    /// returns how many; the rest of the slice stays as it was.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpmc(4);
    /// producer.push_slice(&[1, 2, 3]);
    /// let mut values = [0; 8];
    /// assert_eq!(consumer.pop_slice(&mut values), 3);
    /// assert_eq!(values, [1, 2, 3, 0, 0, 0, 0, 0]);
    /// ```
    #[inline]
    pub fn pop_slice(&mut self, values: &mut [L::Item]) -> usize
    where
        L::Item: Copy,
    {
        self.link.ring().pop_slice(&mut self.cursor, values)
    }

    /// Fills a whole slice with one claim, or leaves it as it was.
    ///
    /// # Errors
    ///
    /// Fails if fewer values are ready than the slice has room for; more than the capacity never
    /// are.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spmc(4);
    /// producer.push_slice(&[1, 2, 3]);
    /// let mut pair = [0; 2];
    /// assert!(consumer.pop_slice_exact(&mut pair).is_ok());
    /// assert!(consumer.pop_slice_exact(&mut pair).is_err());
    /// assert_eq!(pair, [1, 2]);
    /// ```
    #[inline]
    pub fn pop_slice_exact(&mut self, values: &mut [L::Item]) -> Result<(), TooFew>
    where
        L::Item: Copy,
    {
        self.link.ring().pop_slice_exact(&mut self.cursor, values)
    }

    /// Moves the values that are ready, at most `limit`, to the end of a vector, with one claim,
    /// and returns how many.
    ///
    /// Memory is reserved before the claim. A vector with room for `limit` or for the capacity of
    /// the ring is not reallocated.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpsc(8);
    /// producer.push_slice(&[1, 2, 3, 4]);
    /// let mut values = vec![0];
    /// assert_eq!(consumer.pop_vec(&mut values, 3), 3);
    /// assert_eq!(values, [0, 1, 2, 3]);
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn pop_vec(&mut self, values: &mut alloc::vec::Vec<L::Item>, limit: usize) -> usize {
        self.link.ring().pop_vec(&mut self.cursor, values, limit)
    }

    /// Moves exactly `n` values to the end of a vector, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer than `n` values are ready; more than the capacity never are.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpsc(8);
    /// producer.push_slice(&[1, 2, 3, 4]);
    /// let mut values = Vec::new();
    /// assert!(consumer.pop_vec_exact(&mut values, 5).is_err());
    /// assert!(consumer.pop_vec_exact(&mut values, 4).is_ok());
    /// assert_eq!(values, [1, 2, 3, 4]);
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn pop_vec_exact(
        &mut self,
        values: &mut alloc::vec::Vec<L::Item>,
        n: usize,
    ) -> Result<(), TooFew> {
        self.link.ring().pop_vec_exact(&mut self.cursor, values, n)
    }

    /// How many values are in the ring, from 0 to the capacity.
    ///
    /// With other handles at work this is a number of the past when it is returned, and may be more
    /// than there were at any moment. A value counts from the moment its slot is claimed until another
    /// handle claims it, and so does a position that was skipped because a thread was late there, until
    /// a consumer passes it: a `pop` may find none though one was counted, and does so each time for as long
    /// as the producer that has claimed it is suspended before its value is there and nobody has pushed behind.
    ///
    /// ```
    /// let (mut producer, consumer) = ringway::ring::mpsc(8);
    /// producer.push('a').unwrap();
    /// assert_eq!(consumer.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.link.ring().len()
    }

    /// How many values the ring holds at most: the capacity it was made with.
    ///
    /// ```
    /// let (_producer, consumer) = ringway::ring::mpmc::<u8>(10);
    /// assert_eq!(consumer.capacity(), 10);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.link.ring().capacity()
    }

    /// Whether [`len`](Self::len) is 0: then the ring holds no value.
    ///
    /// If it is not 0, and this is the only consumer, nobody else can change that. It may be 0 no longer
    /// when the caller looks at the answer.
    ///
    /// ```
    /// let (_producer, consumer) = ringway::ring::spsc::<u8>(8);
    /// assert!(consumer.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ring holds as many values as it can.
    ///
    /// If it is full, and this is the only consumer, nobody else can change that.
    ///
    /// ```
    /// let (mut producer, consumer) = ringway::ring::spsc(1);
    /// producer.push(1).unwrap();
    /// assert!(consumer.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Whether all producers are gone. Once true it stays so, and whatever they pushed is there:
    /// a `pop` after that returns `None` only if nothing is left for this handle.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(1);
    /// producer.push("last").unwrap();
    /// drop(producer);
    /// assert!(consumer.is_disconnected());
    /// assert_eq!(consumer.pop(), Some("last"));
    /// assert_eq!(consumer.pop(), None);
    /// ```
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        self.link.ring().handles().are_gone(Count::Producers)
    }
}

impl<L: Link<Consumers = Shared>> Clone for Consumer<L> {
    /// Another consumer for the same ring.
    fn clone(&self) -> Self {
        let link = self.link.clone();
        link.ring().handles().add(Count::Consumers);
        Self { link, cursor: self.cursor.clone() }
    }
}

impl<L: Link> Drop for Consumer<L> {
    /// The last consumer drops the values that are ready, with one claim, so that producers who
    /// go on cannot keep it here.
    fn drop(&mut self) {
        let link = self.link.clone();
        let leaving = link.ring().handles().leave(Count::Consumers);
        if leaving.was_last {
            let most = link.ring().capacity();
            Rest { link: &link, cursor: &mut self.cursor, most }.release();
        }
    }
}

/// What the last consumer drops. Dropped itself, on the way of a panic, it goes on with that.
struct Rest<'a, L: Link> {
    link: &'a L,
    cursor: &'a mut Cursor,
    /// At most so many values.
    most: usize,
}

impl<L: Link> Rest<'_, L> {
    /// Drops the values that are ready.
    fn release(&mut self) {
        let track = self.link.ring().track();
        // More than one claim only where positions were skipped.
        while self.most > 0 {
            let claim = acquire_many::<Emptying, L::Consumers, L::Producers, _>(
                &track,
                self.cursor,
                1,
                self.most,
            );
            let Some(claim) = claim else { break };
            self.most -= claim.len;
            // SAFETY: the claim is ours, and no other consumer is there or can come.
            unsafe { release::<L::Consumers, L::Producers, _>(&track, self.cursor, claim) };
        }
        self.most = 0;
    }
}

impl<L: Link> Drop for Rest<'_, L> {
    fn drop(&mut self) {
        self.release();
    }
}

impl<L: Link> fmt::Debug for Consumer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_disconnected", &self.is_disconnected())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use crate::ring;
    use crate::sync::hook::{self, Point};

    /// A value that is counted, and may panic when it is dropped.
    #[derive(Debug)]
    struct Counted {
        _alive: Arc<()>,
        breaks: bool,
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            assert!(!self.breaks, "the drop panics");
        }
    }

    /// The values lie on both sides of a position that is skipped, so that one claim does not do.
    #[test]
    fn the_last_consumer_drops_what_is_ready_though_a_drop_before_it_panics() {
        let alive = Arc::new(());
        let value = |breaks| Counted { _alive: Arc::clone(&alive), breaks };
        let (mut producer, consumer) = ring::mpmc(8);
        producer.push(value(true)).unwrap();
        let (mut another, behind) = (producer.clone(), [value(false), value(false)]);
        let (mut consumer, mut behind) = (Some(consumer), Some(behind));
        hook::set(move |point| {
            if point == Point::Claimed {
                for value in behind.take().into_iter().flatten() {
                    another.push(value).unwrap();
                }
                // Once, when it has claimed.
                if let Some(last) = consumer.take() {
                    assert!(catch_unwind(AssertUnwindSafe(|| drop(last))).is_err());
                    assert!(another.is_empty());
                }
            }
        });
        producer.push(value(false)).unwrap();
        hook::set(|_| ());
        assert!(producer.is_disconnected());
        assert_eq!(Arc::strong_count(&alive), 2, "the one that was late is there, and no other");
    }

    /// Producers who go on while it drops what is there do not keep it.
    #[test]
    fn the_last_consumer_drops_no_more_than_the_ring_holds() {
        let (mut producer, consumer) = ring::mpmc(4);
        let mut another = producer.clone();
        assert_eq!(producer.push_slice(&[1, 2]), 2);
        let mut pushed = 0;
        hook::set(move |point| {
            if point == Point::Claimed && pushed < 20 {
                pushed += 1;
                another.push(3).unwrap();
            }
        });
        drop(consumer);
        hook::set(|_| ());
        assert_eq!(producer.len(), 1, "it drops two, and one that came meanwhile, and another");
    }
}
