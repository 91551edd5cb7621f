//! One value in the place of another: the oldest goes, the new one takes its slot.
//!
//! An eviction is a pop and a push by one thread, of two positions a lap apart that share a slot. The
//! ring is full at that moment, nobody else's value can come between, and the value that goes is
//! handed to the caller. In turn:
//!
//! 1. The producers' counter being a lap ahead of the consumers', the thread *reserves* the new
//!    position, whose slot still holds the oldest value: so nobody can push before it.
//! 2. It claims the oldest position, as every consumer does. If it is the first, the slot is its own
//!    for both positions, whoever has reserved the new one: it goes from full to full.
//! 3. If a consumer was faster there is room now, and nothing has to go: who has reserved the new
//!    position fills it when its slot is free, like any producer.
//!
//! A thread that is stopped after its first step stops nobody: others do the second in its place.

use core::mem::{ManuallyDrop, MaybeUninit};

use super::Store;
use super::core::Ring;
use crate::buffer;
use crate::late::{Step, await_turn, give_up, is_patient, next_step, settle_at};
use crate::position::Position;
use crate::sequencer::{
    AtSlot, Emptying, Filling, One, Protocol, Shared, Side, Tracked, Uncounted,
    is_ready_beside_late,
};
use crate::sync::{edge::Edge, hook, retry};

/// What became of a value that was to replace the oldest.
enum Replaced<T> {
    /// It took the slot of the oldest.
    Oldest(T),
    /// It took a slot that a consumer had emptied meanwhile.
    Filled,
    /// The oldest went, but the value could not take its slot: this thread, or one that had
    /// reserved the slot, was late.
    Popped {
        /// What was the oldest.
        oldest: T,
        /// What was to replace it.
        value: T,
    },
    /// Others were faster, or there is room.
    Taken(T),
    /// The ring is not full, or its oldest position is not ready.
    Nothing(T),
}

/// How many times in a row a thread finds that there is neither room nor an oldest value, before it gives up.
///
/// While others move the ring on that can be so a few times, though hardly by chance as many as this.
const ATTEMPTS: usize = if cfg!(any(ringway_modelled, miri)) { 8 } else { 256 };

impl<S: Store> Ring<Shared, Shared, S> {
    /// Moves a value into the ring; if it is full, the oldest is moved out and returned. Gives the
    /// value back if the ring is closed.
    ///
    /// A thread that was late with the value begins again, and may have to evict once more: `before`
    /// is given what is not returned, and learns whether the new value is in by then. Where all slots are
    /// held by threads that are late, there is neither room nor an oldest value: then the value itself is
    /// evicted.
    pub(crate) fn force_push(
        &self,
        mut value: S::Item,
        mut before: impl FnMut(S::Item, bool),
    ) -> Result<Option<S::Item>, S::Item> {
        let mut evicted = None;
        // The code of a `T` or of the caller runs while nothing is claimed (R3).
        let mut evict = |evicted: &mut Option<_>, oldest, is_in| {
            if let Some(earlier) = evicted.replace(oldest) {
                before(earlier, is_in);
            }
        };
        let mut in_vain = 0;
        while in_vain < ATTEMPTS {
            value = match self.push(&mut self.filling::<Uncounted>(), value) {
                Ok(()) => return Ok(evicted),
                Err(back) if self.is_closed() => {
                    if let Some(earlier) = evicted {
                        before(earlier, false);
                    }
                    return Err(back);
                }
                Err(back) => back,
            };
            value = match self.replace_oldest(value) {
                Replaced::Oldest(oldest) => {
                    evict(&mut evicted, oldest, true);
                    return Ok(evicted);
                }
                Replaced::Filled => return Ok(evicted),
                Replaced::Popped { oldest, value } => {
                    evict(&mut evicted, oldest, false);
                    value
                }
                Replaced::Taken(value) => {
                    in_vain = 0;
                    value
                }
                Replaced::Nothing(value) => {
                    in_vain += 1;
                    value
                }
            };
            retry();
        }
        evict(&mut evicted, value, false);
        Ok(evicted)
    }

    /// Puts a value in the place of the oldest, if the ring is full.
    ///
    /// The slot goes from full to full of the next lap, by the same owner (S3). If that is late, it is
    /// skipped as a consumer of the old position, and through the new one too.
    fn replace_oldest(&self, value: S::Item) -> Replaced<S::Item> {
        let track = &self.track();
        let geometry = track.slots.geometry;
        let old = Position(self.emptied.load(Edge::RELAXED));
        let new = geometry.next_lap(old);
        let filled = Position(self.filled.load(Edge::RELAXED));
        let beyond = geometry.distance(new, filled);
        if !filled.is_near(old) {
            return Replaced::Nothing(value);
        }
        // Where all slots are full but those of late consumers, the counters are not a lap apart until the
        // producers' is past theirs.
        if beyond < 0 {
            // There is room: who finds none after this has lost it to another.
            let is_room = self.pass_late::<Filling>(filled);
            return if is_room { Replaced::Taken(value) } else { Replaced::Nothing(value) };
        }
        let slot = track.slots.only(old);
        if !is_ready_beside_late::<Emptying, _>(track, &slot) {
            self.pass_late::<Emptying>(old);
            return Replaced::Nothing(value);
        }
        // The counter can be past the new position of a slot that is full in the old one only because
        // that was reserved. Where others have filled what comes after it, it is too early for us.
        if beyond > 1 {
            return if self.claim_one::<Emptying>(old) {
                let one = One::of::<Emptying>(geometry, slot, geometry.advance(old, 1));
                let mut oldest = MaybeUninit::uninit();
                self.empty::<AtSlot>(one, &mut oldest);
                // SAFETY: it was moved there.
                Replaced::Popped { oldest: unsafe { oldest.assume_init() }, value }
            } else {
                Replaced::Taken(value)
            };
        }
        let reserves = beyond == 0;
        if reserves && !self.claim_one::<Filling>(new) {
            return Replaced::Taken(value);
        }
        hook::at(hook::Point::Reserved);
        if !self.claim_one::<Emptying>(old) {
            return if reserves { self.fill_in_turn(new, value) } else { Replaced::Taken(value) };
        }
        hook::at(hook::Point::Claimed);
        let value = ManuallyDrop::new(value);
        let mut oldest = MaybeUninit::uninit();
        // SAFETY: we own the slot until we commit the claim, and it holds a value.
        unsafe { buffer::copy_out::<S::Group>(slot.cells(), oldest.as_mut_ptr()) };
        // SAFETY: the value was moved there.
        let oldest = unsafe { oldest.assume_init() };
        // SAFETY: we own the slot still, and it is empty now; once it is committed in time the
        // value is the slot's, and before that it is ours.
        unsafe { buffer::copy_in::<S::Group>(slot.cells(), (&raw const value).cast()) };
        let left = Filling::turn_passed(geometry, new);
        hook::at(hook::Point::Moved);
        slot.mark().store_and_fence(left, Filling::COMMIT);
        hook::at(hook::Point::Committed);
        if settle_at::<Emptying, _>(self, old, left) {
            track.lates.calm().renew_budget();
            Replaced::Oldest(oldest)
        } else {
            Replaced::Popped { oldest, value: ManuallyDrop::into_inner(value) }
        }
    }

    /// Moves the counter of side `D` from `head` past all positions that are skipped or late, however many,
    /// to one that is ready, if there is one: as a pop or a push does, and past the last claimed too.
    /// Whether there is.
    #[cold]
    fn pass_late<D: Side>(&self, mut head: Position) -> bool {
        let track = &self.track();
        let mut passed = 0;
        while !is_ready_beside_late::<D, _>(track, &track.slots.only(head)) {
            if is_patient() {
                return false;
            }
            match next_step::<D, Shared, Shared, _>(self, head, &mut passed, &mut (), true) {
                Step::Again(next) => head = next,
                Step::Blocked => return false,
            }
            retry();
        }
        true
    }

    /// Puts a value into the slot of a position that this thread has reserved and whose old value went
    /// to a consumer.
    ///
    /// Others may fill what comes after it while the old value is still there, if the slot behind that was
    /// skipped: with one more before theirs there would be more than fit. Then the position is given up. Not
    /// where the slot behind is full by now, when the old value is taken: nobody fills it before it is
    /// emptied, and so before there was room for this one.
    #[cold]
    fn fill_in_turn(&self, position: Position, value: S::Item) -> Replaced<S::Item> {
        let track = &self.track();
        let (slots, next) = (track.slots, track.slots.geometry.advance(position, 1));
        let behind = slots.only(slots.geometry.offset_laps(next, -1));
        let is_first = is_ready_beside_late::<Emptying, _>(track, &behind);
        if !await_turn(self, position) {
            return Replaced::Taken(value);
        }
        let slot = slots.only(position);
        let filled = Position(self.filled.load(Edge::RELAXED)).opened_near(position);
        if !is_first && filled != next {
            give_up(track, &slot, position);
            return Replaced::Taken(value);
        }
        let one = One::of::<Filling>(slots.geometry, slot, next);
        let value = ManuallyDrop::new(value);
        // SAFETY: the slot is ours from here to the commit. The value is not used again if it was moved.
        if unsafe { self.fill::<AtSlot>(one, (&raw const value).cast()) } {
            Replaced::Filled
        } else {
            Replaced::Taken(ManuallyDrop::into_inner(value))
        }
    }

    /// Claims a position, if the counter of side `D` stands there.
    fn claim_one<D: Side>(&self, position: Position) -> bool {
        let track = &self.track();
        let next = track.slots.geometry.advance(position, 1);
        let is_claimed = Shared::claim::<D, _>(track, position, next).is_ok();
        if is_claimed {
            D::counter(track).note(next);
        }
        is_claimed
    }
}
