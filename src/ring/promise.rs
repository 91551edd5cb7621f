//! A position that is promised to somebody who has no value for it yet.
//!
//! A promise is a claim that is not committed yet, as that of a thread that is suspended: nobody waits for it, and who comes by
//! skips it as soon as it is in the way (`late`). Then what was to be put there is given back. It holds no value, so
//! that code of others may run until it is kept (R3 of `buffer`): where that panics the promise is broken, and
//! the position is skipped by its own owner. One that is neither kept nor broken costs a slot, as a thread that was
//! killed does.

use core::mem::ManuallyDrop;

use super::Store;
use super::core::Ring;
use crate::late::give_up;
use crate::position::Position;
use crate::sequencer::{
    AtSlot, Calm, Filling, One, Sequencer, Shared, Tracked, Uncounted, acquire_guessed, acquire_one,
};

/// A position of a ring, promised to who has this: to be kept or broken, once.
#[derive(Debug)]
#[must_use]
pub(crate) struct Promise(Position);

impl<C: Sequencer, S: Store> Ring<Shared, C, S> {
    /// Promises the next position, or none if the ring is full or closed.
    pub(crate) fn promise(&self) -> Option<Promise> {
        let cursor = &mut self.filling::<Uncounted>();
        let one = acquire_guessed::<Filling, Shared, C, _, Calm>(self, cursor)
            .or_else(|| acquire_guessed::<Filling, Shared, C, _, AtSlot>(self, cursor))
            .or_else(|| acquire_one::<Filling, Shared, C, _>(self, cursor))?;
        Some(Promise(one.slot.position()))
    }

    /// Moves a value to where it was promised room in this ring, or gives it back if that was skipped meanwhile.
    pub(crate) fn keep(&self, Promise(position): Promise, value: S::Item) -> Result<(), S::Item> {
        let slots = self.track().slots;
        let next = slots.geometry.advance(position, 1);
        let one = One::of::<Filling>(slots.geometry, slots.only(position), next);
        let value = ManuallyDrop::new(value);
        // SAFETY: the slot is ours from the promise to the commit. The value is not used again if it was moved.
        if unsafe { self.fill::<AtSlot>(one, (&raw const value).cast()) } {
            Ok(())
        } else {
            Err(ManuallyDrop::into_inner(value))
        }
    }

    /// Gives a promised position of this ring up.
    pub(crate) fn break_promise(&self, Promise(position): Promise) {
        let track = &self.track();
        give_up(track, &track.slots.only(position), position);
    }
}
