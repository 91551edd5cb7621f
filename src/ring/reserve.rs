//! In-place slots of a lone producer: reserve, write, commit.

use core::fmt;
#[cfg(not(ringway_modelled))]
use core::mem::MaybeUninit;

use super::Solo;
use super::link::Link;
use super::producer::Producer;
use crate::buffer;
use crate::sequencer::{Claim, Filling, Tracked, acquire_many, commit_many};

impl<L: Link<Producers = Solo>> Producer<L> {
    /// Reserves up to `n` empty slots, as many in a row as are ready, to be written in place.
    ///
    /// Nothing is seen by consumers before [`Reserved::commit`]. A reservation that is dropped
    /// drops what was written and leaves the slots empty; one that is forgotten leaks it.
    ///
    /// Only a ring with one producer has this: there, slots that are never committed were simply
    /// never filled.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spmc(8);
    /// let mut slots = producer.reserve(3);
    /// assert_eq!(slots.room(), 3);
    /// slots.write("a".to_string()).unwrap();
    /// slots.write("b".to_string()).unwrap();
    /// assert_eq!(slots.commit(), 2);
    /// assert_eq!(consumer.pop().as_deref(), Some("a"));
    /// ```
    #[inline]
    pub fn reserve(&mut self, n: usize) -> Reserved<'_, L> {
        let ring = self.link.ring();
        let n = n.min(ring.capacity());
        let claim =
            acquire_many::<Filling, Solo, L::Consumers, _>(&ring.track(), &mut self.cursor, 1, n);
        let room = claim.map_or(0, |claim| claim.len);
        Reserved { producer: self, room, written: 0 }
    }
}

/// Empty slots that a lone producer writes in place. See [`Producer::reserve`].
#[must_use = "slots that are not committed stay empty"]
pub struct Reserved<'a, L: Link<Producers = Solo>> {
    producer: &'a mut Producer<L>,
    /// How many slots from the producer's position on are ready.
    room: usize,
    /// How many of them hold values that are not committed yet.
    written: usize,
}

impl<L: Link<Producers = Solo>> Reserved<'_, L> {
    /// How many slots are left to write.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc::<u8>(8);
    /// assert_eq!(producer.reserve(3).room(), 3);
    /// assert_eq!(producer.reserve(30).room(), 8);
    /// ```
    #[must_use]
    pub fn room(&self) -> usize {
        self.room - self.written
    }

    /// How many slots are written.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc(8);
    /// let mut slots = producer.reserve(3);
    /// slots.write(1).unwrap();
    /// assert_eq!(slots.written(), 1);
    /// ```
    #[must_use]
    pub fn written(&self) -> usize {
        self.written
    }

    /// Writes the next slot.
    ///
    /// # Errors
    ///
    /// Gives the value back if all reserved slots are written.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc(8);
    /// let mut slots = producer.reserve(1);
    /// assert_eq!(slots.write(1), Ok(()));
    /// assert_eq!(slots.write(2), Err(2));
    /// ```
    #[inline]
    pub fn write(&mut self, value: L::Item) -> Result<(), L::Item> {
        if self.room() == 0 {
            return Err(value);
        }
        let slots = self.producer.link.ring().track().slots;
        let slot = slots.at::<Filling>(self.run(self.written, 1).from);
        // SAFETY: the slot is ours: reserved, and not written yet.
        unsafe { buffer::write(slot.cells(), value) };
        self.written += 1;
        Ok(())
    }

    /// Writes slots from an iterator until either ends, and returns how many were written.
    ///
    /// If the iterator panics, what it gave before stays written and uncommitted.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(8);
    /// let mut slots = producer.reserve(4);
    /// assert_eq!(slots.fill(10..), 4);
    /// slots.commit();
    /// assert_eq!(consumer.pop(), Some(10));
    /// ```
    pub fn fill(&mut self, values: impl IntoIterator<Item = L::Item>) -> usize {
        let before = self.written;
        for value in values.into_iter().take(self.room()) {
            // The iterator gives no more than there is room.
            let _ = self.write(value);
        }
        self.written - before
    }

    /// The places of the slots that are left to write, in order, in pieces that lie together.
    ///
    /// How long the pieces are depends on the kind of ring and on the size of a value. A later
    /// call begins with the same places, unless [`assume_written`](Self::assume_written) has counted them.
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// let mut slots = producer.reserve(2);
    /// for (place, value) in slots.places().flatten().zip([7, 8]) {
    ///     place.write(value);
    /// }
    /// // SAFETY: the first two slots were written.
    /// unsafe { slots.assume_written(2) };
    /// slots.commit();
    /// assert_eq!(consumer.pop(), Some(7));
    /// ```
    #[cfg(not(ringway_modelled))]
    #[inline]
    pub fn places(&mut self) -> impl Iterator<Item = &mut [MaybeUninit<L::Item>]> {
        let claim = self.run(self.written, self.room());
        let slots = self.producer.link.ring().track().slots;
        // SAFETY: the slots are ours and not written yet, and they stay borrowed with us, so
        // that nobody has another slice of them.
        slots.runs(claim.from, claim.len).map(|run| unsafe { buffer::places(run.cells()) })
    }

    /// Counts the next `n` slots as written.
    ///
    /// # Safety
    ///
    /// The first `n` slots of [`places`](Self::places) hold values.
    ///
    /// # Panics
    ///
    /// Panics if fewer slots are left.
    ///
    /// See [`places`](Self::places) for an example.
    #[cfg(not(ringway_modelled))]
    #[inline]
    pub unsafe fn assume_written(&mut self, n: usize) {
        assert!(n <= self.room(), "{n} slots written of {} reserved", self.room());
        self.written += n;
    }

    /// Makes the written slots ready for the consumers, in order, and returns how many. Who looks
    /// meanwhile may find the first of them and not the last.
    ///
    /// ```
    /// let (mut producer, consumer) = ringway::ring::spsc(4);
    /// let mut slots = producer.reserve(4);
    /// slots.fill([1, 2, 3]);
    /// assert_eq!(consumer.len(), 0);
    /// assert_eq!(slots.commit(), 3);
    /// assert_eq!(consumer.len(), 3);
    /// ```
    #[inline]
    pub fn commit(mut self) -> usize {
        let written = core::mem::take(&mut self.written);
        if written > 0 {
            let slots = self.run(0, written);
            let Producer { link, cursor } = &mut *self.producer;
            commit_many::<Filling, Solo, L::Consumers, _>(
                &link.ring().track(),
                cursor,
                slots,
                |_, _| (),
            );
        }
        written
    }

    /// A run of `len` of the reserved slots, from the one with this number on.
    #[inline]
    fn run(&self, skip: usize, len: usize) -> Claim {
        let geometry = self.producer.link.ring().track().slots.geometry;
        let from = geometry.advance(self.producer.cursor.next, skip);
        Claim { from, to: geometry.advance(from, len), len }
    }
}

impl<L: Link<Producers = Solo>> Drop for Reserved<'_, L> {
    /// Drops what was written and not committed.
    fn drop(&mut self) {
        let written = core::mem::take(&mut self.written);
        if written > 0 {
            let slots = self.run(0, written);
            // SAFETY: the slots are ours and hold values, which no consumer sees.
            unsafe { buffer::drop_values(self.producer.link.ring().track().slots, &slots) };
        }
    }
}

impl<L: Link<Producers = Solo>> fmt::Debug for Reserved<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserved")
            .field("written", &self.written)
            .field("room", &self.room())
            .finish_non_exhaustive()
    }
}
