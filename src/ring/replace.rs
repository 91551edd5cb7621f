//! One value in the place of another: the oldest goes, the new one takes its slot.

use core::mem::{ManuallyDrop, MaybeUninit};

use super::Store;
use super::core::Ring;
use crate::buffer;
use crate::late::settle_at;
use crate::position::Position;
use crate::sequencer::{
    Emptying, Filling, Protocol, Shared, Side, Tracked, acquire_one, commit_one,
};
use crate::sync::{hook, retry};

/// What became of a value that was to replace the oldest.
enum Replaced<T> {
    /// It took the slot of the oldest.
    Oldest(T),
    /// The oldest went, but others were faster with its slot.
    Popped {
        /// What was the oldest.
        oldest: T,
        /// What was to replace it.
        value: T,
    },
    /// There was no oldest.
    Nothing(T),
}

impl<S: Store> Ring<Shared, Shared, S> {
    /// Moves a value into the ring; if it is full, the oldest is moved out and returned. Gives the
    /// value back if the ring is closed; then what was evicted for it is dropped.
    pub(crate) fn force_push(&self, mut value: S::Item) -> Result<Option<S::Item>, S::Item> {
        let mut evicted = None;
        loop {
            value = match self.filling(|cursor| self.push(cursor, value)) {
                Ok(()) => return Ok(evicted),
                Err(back) if self.is_closed() => return Err(back),
                Err(back) => back,
            };
            value = match self.replace_oldest(value) {
                Replaced::Oldest(oldest) => return Ok(Some(oldest)),
                Replaced::Popped { oldest, value } => {
                    evicted = Some(oldest);
                    value
                }
                Replaced::Nothing(value) => value,
            };
            retry();
        }
    }

    /// Puts a value in the place of the oldest, if the ring is full.
    ///
    /// The consumer that owns the slot of the oldest claims the position that fills the slot one
    /// lap later as well, before it commits. The mark goes from full to full of the next lap, by
    /// the same owner (S3). If it is late, it is skipped as a consumer of the old position, and
    /// through the new one too.
    fn replace_oldest(&self, value: S::Item) -> Replaced<S::Item> {
        let oldest =
            self.emptying(|cursor| acquire_one::<Emptying, Shared, Shared, _>(self, cursor));
        let Some(one) = oldest else {
            return Replaced::Nothing(value);
        };
        let track = self.track();
        let geometry = track.slots.geometry;
        let slot = one.slot;
        let (old, new) = (slot.position(), geometry.next_lap(slot.position()));
        let value = ManuallyDrop::new(value);
        let mut oldest = MaybeUninit::uninit();
        // SAFETY: we own the slot until we commit the claim, and it holds a value.
        unsafe { buffer::copy_out::<S::Group>(slot.cells(), oldest.as_mut_ptr()) };
        // SAFETY: the value was moved there.
        let oldest = unsafe { oldest.assume_init() };
        if !self.claim_to_fill(new) {
            // Late or not, the oldest is ours.
            let _ = commit_one::<Emptying, Shared, _, true>(self, one);
            return Replaced::Popped { oldest, value: ManuallyDrop::into_inner(value) };
        }
        // SAFETY: we own the slot still, and it is empty now; once it is committed in time the
        // value is the slot's, and before that it is ours.
        unsafe { buffer::copy_in::<S::Group>(slot.cells(), (&raw const value).cast()) };
        let filled = Filling::turn_passed(geometry, new);
        hook::at(hook::Point::Moved);
        slot.mark().store_and_fence(filled, Filling::COMMIT);
        hook::at(hook::Point::Committed);
        if settle_at::<Emptying, _>(self, old, filled) {
            track.lates.renew_budget();
            Replaced::Oldest(oldest)
        } else {
            Replaced::Popped { oldest, value: ManuallyDrop::into_inner(value) }
        }
    }

    /// Claims a position whose slot is the caller's already.
    fn claim_to_fill(&self, position: Position) -> bool {
        let track = &self.track();
        let next = track.slots.geometry.advance(position, 1);
        self.filling(|cursor| {
            let is_claimed = Shared::claim::<Filling, _>(track, position, next).is_ok();
            if is_claimed {
                cursor.next = next;
            }
            is_claimed
        })
    }
}
