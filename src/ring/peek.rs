//! In-place slots of a lone consumer: peek, look, release.

use core::fmt;
use core::marker::PhantomData;

use super::Solo;
use super::consumer::Consumer;
use super::link::Link;
use super::release::release;
#[cfg(not(ringway_modelled))]
use crate::buffer;
use crate::position::Position;
use crate::sequencer::{Claim, Emptying, Tracked, acquire_many};

impl<L: Link<Consumers = Solo>> Consumer<L> {
    /// Looks at up to `n` values where they lie, as many in a row as are ready.
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
        let claim =
            acquire_many::<Emptying, Solo, L::Producers, _>(&ring.track(), &mut self.cursor, 1, n);
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

    /// The values in order, in pieces that lie together.
    ///
    /// How long the pieces are depends on the kind of ring and on the size of a value.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push_slice(&[1, 2]);
    /// let values = consumer.peek(8);
    /// assert_eq!(values.pieces().map(<[i32]>::len).sum::<usize>(), 2);
    /// ```
    #[cfg(not(ringway_modelled))]
    ///
    /// Who is sent them shares the values, which takes `T: Sync`:
    ///
    /// ```compile_fail,E0277
    /// let (_producer, mut consumer) = ringway::ring::spsc::<std::cell::Cell<u8>>(4);
    /// let peeked = consumer.peek(4);
    /// let pieces = peeked.pieces();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(move || pieces.count());
    /// });
    /// ```
    #[inline]
    pub fn pieces(&self) -> impl Iterator<Item = &[L::Item]> {
        let slots = self.consumer.link.ring().track().slots;
        let shared = PhantomData::<&L::Item>;
        slots.runs(self.next(), self.len).map(move |run| {
            let _ = &shared;
            // SAFETY: the slots are ours and hold values, and they stay borrowed with us.
            unsafe { buffer::values(run.cells()) }
        })
    }

    /// The values in order, one by one.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push_slice(&[1, 2]);
    /// assert!(consumer.peek(8).iter().eq(&[1, 2]));
    /// ```
    #[cfg(not(ringway_modelled))]
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &L::Item> {
        self.pieces().flatten()
    }

    /// The values in order, to be changed in place.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// producer.push(1).unwrap();
    /// for value in consumer.peek(1).iter_mut() {
    ///     *value += 1;
    /// }
    /// assert_eq!(consumer.pop(), Some(2));
    /// ```
    #[cfg(not(ringway_modelled))]
    #[inline]
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut L::Item> {
        let slots = self.consumer.link.ring().track().slots;
        // SAFETY: the slots are ours and hold values, and they stay borrowed with us, mutably.
        slots.runs(self.next(), self.len).flat_map(|run| unsafe { buffer::values_mut(run.cells()) })
    }

    /// Drops the first `n` values, or all if there are fewer, then gives their slots back to the
    /// producers, and returns how many.
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
            let from = self.next();
            let Consumer { link, cursor } = &mut *self.consumer;
            let track = link.ring().track();
            let to = track.slots.geometry.advance(from, n);
            // SAFETY: the slots are ours and hold values, and we are the only consumer.
            unsafe { release::<Solo, L::Producers, _>(&track, cursor, Claim { from, to, len: n }) };
        }
        n
    }

    /// The position of the first of the slots.
    #[inline]
    fn next(&self) -> Position {
        self.consumer.cursor.next
    }
}

impl<L: Link<Consumers = Solo>> fmt::Debug for Peeked<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peeked").field("len", &self.len).finish_non_exhaustive()
    }
}
