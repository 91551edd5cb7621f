//! What there is to see of a slot from the side that comes to it next.

use super::watch::Lates;
use super::word::{Late, LateWord, Owner};
use crate::position::{Geometry, Position, Word};
use crate::sequencer::{Filling, Protocol, Side, Track};
use crate::slots::{Group, Run};
use crate::sync::{edge::Edge, hook};

/// What there is to see of one slot at one moment.
pub(super) struct Sight {
    pub(super) late: LateWord,
    /// The mark, which tells its owner, if it has one, its turn.
    pub(super) mark: Word,
}

impl Sight {
    /// The mark and the late word as they stood together at some moment, or nothing.
    pub(super) fn of<D: Side, G: Group>(
        lates: Lates<'_>,
        slot: &Run<'_, G>,
        index: usize,
    ) -> Option<Self> {
        let late = lates.word(index);
        let mark = slot.mark().load_in_turn(D::READY);
        lates.is_still(index, late).then_some(Self { late, mark })
    }

    /// Whether the slot is skipped in the lap of `position`, for ever (T4).
    pub(super) fn is_skipped_at(&self, geometry: Geometry, position: Position) -> bool {
        let is_held = match self.late.says() {
            Late::Held(through, _) => through.laps_after(geometry, position) >= 0,
            _ => false,
        };
        is_held || geometry.laps_ahead(self.mark, position) > 0
    }
}

/// How a position stands to a side whose counter is not past it.
pub(super) enum Standing {
    /// It is skipped, and stays so: the counter may pass it.
    Skipped,
    /// Its slot is held by this owner, skipped in a lap before: producers skip it in this one too.
    Held(Owner),
    /// An owner of the other side has not committed, and is to be skipped.
    Late,
    /// The other side has not come to it, or its owner there is late and has claimed the last position.
    Blocked,
    /// The counter is here by now.
    Moved(Position),
    /// It is ready, or about to change: ask again.
    Changing,
}

/// How position `at`, which was not ready and of whose slot there is this to see, stands to side `D` of
/// kind `K`, across from a side of kind `O`. The counter of `D` is at `from`, less than a lap before.
///
/// An owner that is late is in nobody's way where its position is the last that the other side has claimed: when
/// the mark was read nothing was done from `at` on. It is [`Late`](Standing::Late) all the same if the
/// caller `insists`, or where the ring is closed and nobody comes after it any more.
#[inline(always)]
pub(super) fn standing<D: Side, K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    &Sight { late, mark }: &Sight,
    from: Position,
    at: Position,
    insists: bool,
) -> Standing {
    let geometry = track.slots.geometry;
    hook::at(hook::Point::Looked);
    let other = Position(D::Other::counter(track).load(Edge::RELAXED));
    hook::at(hook::Point::Looked);
    let latest = K::latest::<D, _>(track, from);
    if latest != from {
        return Standing::Moved(latest);
    }
    let in_lap = geometry.laps_ahead(mark, at) == 0;
    let held = match late.says() {
        Late::Held(_, owner) => Some(owner),
        _ => None,
    };
    if D::is_blocked_at(geometry, at, other, in_lap && held.is_none()) {
        return Standing::Blocked;
    }
    if (Sight { late, mark }).is_skipped_at(geometry, at) {
        return Standing::Skipped;
    }
    match held {
        Some(owner) if D::TURN == Filling::TURN => return Standing::Held(owner),
        Some(_) => return Standing::Changing,
        None => (),
    }
    if mark & 1 == D::TURN && in_lap {
        // Ready by now; an intent would be about an owner who was in time.
        if !late.is_clear() {
            track.lates.clear(geometry.index(at), late);
        }
        return Standing::Changing;
    }
    if !O::SHARED {
        return Standing::Blocked;
    }
    if !D::owner_is_late(geometry, at, mark) {
        return Standing::Changing;
    }
    let is_last = D::is_blocked_at(geometry, geometry.advance(at, 1), other, false);
    if is_last && !insists && at.is_near(other) { Standing::Blocked } else { Standing::Late }
}

/// Whether the slot is that of the handle of side `D` that has claimed positions up to beyond this one:
/// ready when it did, and not skipped. The handle has not committed it.
pub(crate) fn is_ours<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>) -> bool {
    let geometry = track.slots.geometry;
    let position = slot.position();
    let index = geometry.index(position);
    let told = geometry.lap_of(position) | D::TURN;
    loop {
        if let Some(Sight { late, mark }) = Sight::of::<D, _>(track.lates, slot, index) {
            // One who was skipped may have stored the mark that tells us our turn, late, and not left:
            // the consumer of the lap before, or whoever is leaving.
            return mark == told
                && match late.says() {
                    Late::Held(_, owner) => owner == Owner::told(geometry, told),
                    _ => true,
                };
        }
        crate::sync::retry();
    }
}
