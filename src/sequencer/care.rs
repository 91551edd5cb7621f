//! How an operation on one slot looks out for late threads: at the watch of the whole ring, while nobody is
//! late; at that of the sector, while somebody is late elsewhere; at the late word of the slot.
//!
//! Each is a straight path of its own through steps 1 and 4, and tried before the next.

use super::{Cursor, One, Side, Tally, Track, lone};
use crate::late::is_patient;
use crate::slots::{Group, Run};
use crate::sync::hook;

/// Where an operation on one slot looks whether somebody is late.
pub trait Care {
    /// Asks: whether the slot is ready for side `D` and nobody is late there.
    fn is_ready<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool;

    /// Commits: passes the turn at the slot from side `D` to the other, whether it can be late or not.
    #[inline(always)]
    fn pass<D: Side, G: Group>(_: &Track<'_, G>, one: &One<'_, G>, _can_be_late: bool) {
        one.slot.mark().store(one.passed, D::COMMIT);
    }

    /// Looks after the commit: whether nobody means to skip the owner of the slot.
    fn is_clear<G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool;

    /// Whether the look after the commit says too that nothing of the budget is spent.
    const KNOWS_BUDGET: bool = false;

    /// Steps 1 and 2 where both sides have one handle.
    fn acquire_lone<'a, D: Side, G: Group>(
        track: &Track<'a, G>,
        cursor: &mut Cursor<impl Tally>,
    ) -> Option<One<'a, G>>;
}

/// Looks at the watch of the whole ring.
#[derive(Debug)]
pub enum Calm {}

/// Looks at the watch of the slot's sector.
#[derive(Debug)]
pub enum InSector {}

/// Looks at the late word of the slot.
#[derive(Debug)]
pub enum AtSlot {}

impl Care for Calm {
    const KNOWS_BUDGET: bool = true;

    #[inline(always)]
    fn is_ready<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
        let since = track.lates.calm().since();
        let is_ready = slot.ready::<D>(track.slots.geometry) == 1;
        hook::at(hook::Point::Looked);
        is_ready && track.lates.calm().is_still(since)
    }

    #[inline(always)]
    fn is_clear<G: Group>(track: &Track<'_, G>, _: &Run<'_, G>) -> bool {
        track.lates.calm().is_after_commit()
    }

    /// By what is known, or the turn at its slot.
    #[inline(always)]
    fn acquire_lone<'a, D: Side, G: Group>(
        track: &Track<'a, G>,
        cursor: &mut Cursor<impl Tally>,
    ) -> Option<One<'a, G>> {
        lone::acquire_one::<D, G>(track, cursor)
    }
}

impl Care for InSector {
    #[inline(always)]
    fn is_ready<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
        let geometry = track.slots.geometry;
        let index = geometry.index(slot.position());
        let sector = track.lates.sector(index);
        let look = sector.look();
        look.is_quiet() && slot.ready::<D>(geometry) == 1 && sector.is_unchanged(look)
    }

    #[inline(always)]
    fn is_clear<G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
        track.lates.sector(track.slots.geometry.index(slot.position())).is_quiet_after_commit()
    }

    /// Nobody is late there.
    #[inline(always)]
    fn acquire_lone<'a, D: Side, G: Group>(
        _: &Track<'a, G>,
        _: &mut Cursor<impl Tally>,
    ) -> Option<One<'a, G>> {
        None
    }
}

impl Care for AtSlot {
    #[inline(always)]
    fn is_ready<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
        if is_patient() {
            return false;
        }
        track.lates.note_fence(track.slots.geometry.index(slot.position()));
        is_ready_beside_late::<D, _>(track, slot)
    }

    #[inline(always)]
    fn pass<D: Side, G: Group>(track: &Track<'_, G>, one: &One<'_, G>, can_be_late: bool) {
        let index = track.slots.geometry.index(one.slot.position());
        if can_be_late && !is_patient() && !track.lates.is_fence_free(index) {
            one.slot.mark().store_and_fence(one.passed, D::COMMIT);
        } else {
            one.slot.mark().store(one.passed, D::COMMIT);
        }
    }

    #[inline(always)]
    fn is_clear<G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
        let index = track.slots.geometry.index(slot.position());
        if is_patient() {
            track.lates.sector(index).is_quiet_after_commit()
        } else {
            track.lates.is_clear_after_commit(index)
        }
    }

    /// By the last batch of the other side.
    #[inline(always)]
    fn acquire_lone<'a, D: Side, G: Group>(
        track: &Track<'a, G>,
        cursor: &mut Cursor<impl Tally>,
    ) -> Option<One<'a, G>> {
        lone::acquire_one_of_batch::<D, G, { lone::LEAVE_TURNS }>(track, cursor)
    }
}

/// Whether a slot is ready for side `D`, some thread being late.
#[inline(always)]
pub fn is_ready_beside_late<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
    let geometry = track.slots.geometry;
    let index = geometry.index(slot.position());
    let late = track.lates.word(index);
    late.is_clear() && slot.is_ready_in_turn::<D>(geometry) && track.lates.is_still(index, late)
}
