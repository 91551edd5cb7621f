//! The producers' handle.

use core::fmt;

use crossbeam_utils::CachePadded;

use super::Shared;
use super::error::TooFew;
use super::handles::Count;
use super::link::Link;
use super::staged::Staged;
use crate::sequencer::{Cursor, Filling};

/// A handle that fills slots of a ring.
///
/// One of a [`Solo`](super::Solo) side is `Send` and not `Clone`; those of a [`Shared`] side are both. The
/// modules [`spsc`](mod@super::spsc), [`mpsc`](mod@super::mpsc), [`spmc`](mod@super::spmc) and
/// [`mpmc`](mod@super::mpmc) name the types that a program writes down.
pub struct Producer<L: Link> {
    pub(super) link: L,
    /// Padded, since handles of two threads often lie side by side.
    pub(super) cursor: CachePadded<Cursor>,
}

impl<L: Link> Producer<L> {
    /// The first producer of a ring, which is already counted.
    pub(super) fn first(link: L) -> Self {
        let cursor = link.ring().cursor::<Filling>();
        Self { link, cursor: CachePadded::new(cursor) }
    }

    /// Moves a value into the ring.
    ///
    /// # Errors
    ///
    /// Gives the value back if the ring is full. On a ring with a shared side a slot counts until
    /// its consumer is done with it, and for up to a lap more if a thread was late there.
    ///
    /// A ring without consumers can still be filled; [`is_disconnected`](Self::is_disconnected)
    /// tells.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(1);
    /// assert_eq!(producer.push("first"), Ok(()));
    /// assert_eq!(producer.push("second"), Err("second"));
    /// assert_eq!(consumer.pop(), Some("first"));
    /// ```
    #[inline]
    pub fn push(&mut self, value: L::Item) -> Result<(), L::Item> {
        self.link.ring().push(&mut self.cursor, value)
    }

    /// Copies as many values as fit from the beginning of a slice, with one claim, and returns
    /// how many; the rest was not touched.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpmc(3);
    /// assert_eq!(producer.push_slice(&[1, 2, 3, 4, 5]), 3);
    /// assert_eq!(consumer.pop(), Some(1));
    /// ```
    #[inline]
    pub fn push_slice(&mut self, values: &[L::Item]) -> usize
    where
        L::Item: Copy,
    {
        self.link.ring().push_slice(&mut self.cursor, values)
    }

    /// Copies all values of a slice, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer slots are ready than the slice has values; a slice longer than the capacity
    /// never fits.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::mpsc(3);
    /// assert!(producer.push_slice_exact(&[1, 2]).is_ok());
    /// assert!(producer.push_slice_exact(&[3, 4]).is_err());
    /// assert_eq!(producer.len(), 2);
    /// ```
    #[inline]
    pub fn push_slice_exact(&mut self, values: &[L::Item]) -> Result<(), TooFew>
    where
        L::Item: Copy,
    {
        self.link.ring().push_slice_exact(&mut self.cursor, values)
    }

    /// Moves as many values as fit from the front of a vector, with one claim, and returns how
    /// many; the rest stays in the vector, moved up.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spmc(2);
    /// let mut names = vec!["ada".to_string(), "bob".to_string(), "eve".to_string()];
    /// assert_eq!(producer.push_vec(&mut names), 2);
    /// assert_eq!(names, ["eve"]);
    /// assert_eq!(consumer.pop().as_deref(), Some("ada"));
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn push_vec(&mut self, values: &mut alloc::vec::Vec<L::Item>) -> usize {
        self.link.ring().push_vec(&mut self.cursor, values)
    }

    /// Moves all values of a vector, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer slots are ready than the vector has values, which stay in it, all but those
    /// of [`TooFew::moved`]; more than the capacity never fit.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc(2);
    /// let mut values = vec![1, 2, 3];
    /// assert!(producer.push_vec_exact(&mut values).is_err());
    /// assert_eq!(values.pop(), Some(3));
    /// assert!(producer.push_vec_exact(&mut values).is_ok());
    /// assert!(values.is_empty());
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn push_vec_exact(&mut self, values: &mut alloc::vec::Vec<L::Item>) -> Result<(), TooFew> {
        self.link.ring().push_vec_exact(&mut self.cursor, values)
    }

    /// Moves as many values as fit of up to `N` from an iterator, with one claim, and returns
    /// how many.
    ///
    /// The iterator runs first, into the stage of [`Staged`]; what does not fit stays there. So
    /// a panic of the iterator leaves the ring as it was.
    ///
    /// ```
    /// use ringway::ring::{self, Staged};
    ///
    /// let (mut producer, mut consumer) = ring::mpmc(4);
    /// let mut names = Staged::<_, 8>::new((0..6).map(|i| format!("message {i}")));
    /// assert_eq!(producer.push_iter(&mut names), 4);
    /// assert_eq!(consumer.pop().as_deref(), Some("message 0"));
    /// assert_eq!(names.next().as_deref(), Some("message 4"));
    /// ```
    #[inline]
    pub fn push_iter<I, const N: usize>(&mut self, values: &mut Staged<I, N>) -> usize
    where
        I: Iterator<Item = L::Item>,
    {
        self.link.ring().push_iter(&mut self.cursor, values)
    }

    /// How many values are in the ring, from 0 to the capacity.
    ///
    /// With other handles at work this is a number of the past when it is returned, and may be more
    /// than there were at any moment. A value counts from the moment its slot is claimed until another
    /// handle claims it; so does a position that was skipped because a thread was late there, until a
    /// consumer passes it.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::mpsc(8);
    /// producer.push('a').unwrap();
    /// assert_eq!(producer.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.link.ring().len()
    }

    /// How many values the ring holds at most: the capacity it was made with.
    ///
    /// ```
    /// let (producer, _consumer) = ringway::ring::mpmc::<u8>(10);
    /// assert_eq!(producer.capacity(), 10);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.link.ring().capacity()
    }

    /// Whether the ring holds no value.
    ///
    /// If it is empty, and this is the only producer, nobody else can change that.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc(8);
    /// assert!(producer.is_empty());
    /// producer.push(1).unwrap();
    /// assert!(!producer.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ring holds as many values as it can.
    ///
    /// If it is not full, and this is the only producer, nobody else can change that. It may be
    /// full no longer when the caller looks at the answer. A push may find no room all the same while a pop
    /// is not done, whose slot is not free yet: with shared consumers, for as long as that thread is
    /// suspended and nobody else pops.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc(1);
    /// producer.push(1).unwrap();
    /// assert!(producer.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Whether all consumers are gone. Once true it stays so, and nobody will pop what is pushed.
    ///
    /// ```
    /// let (producer, consumer) = ringway::ring::spsc::<u8>(1);
    /// assert!(!producer.is_disconnected());
    /// drop(consumer);
    /// assert!(producer.is_disconnected());
    /// ```
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        self.link.ring().handles().are_gone(Count::Consumers)
    }
}

impl<L: Link<Producers = Shared>> Clone for Producer<L> {
    /// Another producer for the same ring.
    fn clone(&self) -> Self {
        let link = self.link.clone();
        link.ring().handles().add(Count::Producers);
        Self { link, cursor: self.cursor.clone() }
    }
}

impl<L: Link> Drop for Producer<L> {
    fn drop(&mut self) {
        drop(self.link.ring().handles().leave(Count::Producers));
    }
}

impl<L: Link> fmt::Debug for Producer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_disconnected", &self.is_disconnected())
            .finish_non_exhaustive()
    }
}
