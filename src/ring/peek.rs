//! In-place slots of a lone consumer: peek, look, release.

use core::fmt;
use core::marker::PhantomData;

use super::Solo;
use super::consumer::Consumer;
use super::link::Link;
use crate::sequencer::{Claim, Cursor, Emptying, Protocol, Track, acquire};

impl<L: Link<Consumers = Solo>> Consumer<L> {
    /// Looks at up to `n` values where they lie, as many as are ready.
    ///
    /// They stay in the ring until [`Peeked::release`]; a guard that is dropped or forgotten
    /// releases nothing.
    ///
    /// Only a ring with one consumer has this: with more, another could take the values.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpsc(4);
    /// producer.push_slice(&[1, 2, 3]);
    /// let values = consumer.peek(2);
    /// assert_eq!(values.iter().sum::<i32>(), 3);
    /// assert_eq!(values.release(1), 1);
    /// assert_eq!(consumer.pop(), Some(2));
    /// ```
    #[inline]
    pub fn peek(&mut self, n: usize) -> Peeked<'_, L> {
        let ring = self.link.ring();
        let n = n.min(ring.capacity());
        let cursor = &mut self.cursor;
        let claim = acquire::<Emptying, Solo, L::Producers>(ring.track(), cursor, 0, n);
        let len = claim.map_or(0, |claim| claim.len);
        Peeked { consumer: self, len, values: PhantomData }
    }
}

/// Filled slots that a lone consumer looks at in place. See [`Consumer::peek`].
#[must_use = "values that are not released stay in the ring"]
pub struct Peeked<'a, L: Link<Consumers = Solo>> {
    consumer: &'a mut Consumer<L>,
    /// How many slots from the consumer's position on are filled.
    len: usize,
    /// Whoever shares this shares the values, which takes `T: Sync`.
    values: PhantomData<L::Item>,
}

impl<L: Link<Consumers = Solo>> Peeked<'_, L> {
    /// How many values there are to look at.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push_slice(&[1, 2, 3]);
    /// assert_eq!(consumer.peek(8).len(), 3);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    ///
    /// ```
    /// let (_producer, mut consumer) = ringway::ring::spsc::<u8>(4);
    /// assert!(consumer.peek(8).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The values in order: up to the end of the ring's memory, then from its beginning.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push_slice(&[1, 2]);
    /// assert_eq!(consumer.peek(8).as_slices(), (&[1, 2][..], &[][..]));
    /// ```
    #[cfg(not(ringway_loom))]
    #[must_use]
    #[inline]
    pub fn as_slices(&self) -> (&[L::Item], &[L::Item]) {
        // SAFETY: the slots are ours and hold values, and they stay borrowed with us.
        unsafe { self.consumer.link.ring().buffer().as_slices(&self.run(self.len)) }
    }

    /// The values in order, to be changed in place.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push(1).unwrap();
    /// consumer.peek(1).as_mut_slices().0[0] += 1;
    /// assert_eq!(consumer.pop(), Some(2));
    /// ```
    #[cfg(not(ringway_loom))]
    #[must_use]
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [L::Item], &mut [L::Item]) {
        // SAFETY: the slots are ours and hold values, and they stay borrowed with us, mutably.
        unsafe { self.consumer.link.ring().buffer().as_mut_slices(&self.run(self.len)) }
    }

    /// The values in order, one by one.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push_slice(&[1, 2]);
    /// assert!(consumer.peek(8).iter().eq(&[1, 2]));
    /// ```
    #[cfg(not(ringway_loom))]
    pub fn iter(&self) -> impl Iterator<Item = &L::Item> {
        let (first, second) = self.as_slices();
        first.iter().chain(second)
    }

    /// Drops the first `n` values, or all if there are fewer, gives their slots back to the
    /// producers in one step, and returns how many.
    ///
    /// Should the drop of a value panic, the others are dropped all the same, and the slots are
    /// given back.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(2);
    /// producer.push_slice(&[1, 2]);
    /// assert!(producer.push(3).is_err());
    /// assert_eq!(consumer.peek(2).release(5), 2);
    /// assert!(producer.push(3).is_ok());
    /// ```
    #[inline]
    pub fn release(self, n: usize) -> usize {
        let n = n.min(self.len);
        if n > 0 {
            let slots = self.run(n);
            let Consumer { link, cursor } = &mut *self.consumer;
            let ring = link.ring();
            let values = Claim { from: slots.from, len: n };
            let _release = Release { track: ring.track(), cursor, slots: Some(slots) };
            // SAFETY: the slots are ours and hold values; whether or not a drop panics, they
            // are given back as empty.
            unsafe { ring.buffer().drop_values(&values) };
        }
        n
    }

    /// The first `len` of the slots.
    #[inline]
    fn run(&self, len: usize) -> Claim {
        Claim { from: self.consumer.cursor.next, len }
    }
}

/// Commits emptied slots when it is dropped, also on the way of a panic.
struct Release<'a> {
    track: Track<'a>,
    cursor: &'a mut Cursor,
    slots: Option<Claim>,
}

impl Drop for Release<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slots) = self.slots.take() {
            Solo::commit::<Emptying>(self.track, self.cursor, slots);
        }
    }
}

impl<L: Link<Consumers = Solo>> fmt::Debug for Peeked<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peeked").field("len", &self.len).finish_non_exhaustive()
    }
}
