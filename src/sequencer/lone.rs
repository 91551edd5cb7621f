//! The steps where both sides have one handle: nobody is late, and each side goes on in order.
//!
//! What a handle looks at depends on how the other side moves its values:
//!
//! - One by one: each passes the turn at its slot, in the cache line in which the value lies. So a
//!   message between two threads takes one line and not two.
//! - In batches: these leave the turns as they are and say in one word how far they have come, so that
//!   a batch is moved by plain copies. Whoever finds that it is not its turn looks at this word too.
//!
//! A batch itself looks at the counter of the other side, which both keep. What a look at either of these
//! says is remembered, and nobody looks again before it is used up.

use super::{Claim, Cursor, One, Protocol, Side, Tally, Track};
use crate::position::{Position, Word};
use crate::slots::Group;
use crate::sync::{Atomic, Cell, edge, hook};

/// Whether a side of kind `K` and the other of kind `O` have one handle each.
pub const fn are_lone<K: Protocol, O: Protocol>() -> bool {
    !K::SHARED && !O::SHARED
}

/// Whether batches leave the turns as they are. A turn that was passed half the range of a position ago
/// would be taken for one of today; only a word of 64 bits never comes there.
pub(super) const LEAVE_TURNS: bool = Word::BITS == 64;

/// How many groups ahead of it a batch of producers asks for a line to write.
const AHEAD: usize = 10;

/// Steps 1 and 2 for one position: by what is known, or the turn at its slot.
#[inline(always)]
pub(super) fn acquire_one<'a, D: Side, G: Group>(
    track: &Track<'a, G>,
    cursor: &mut Cursor<impl Tally>,
) -> Option<One<'a, G>> {
    let geometry = track.slots.geometry;
    let position = cursor.next;
    let slot = track.slots.at::<D>(position);
    if cursor.ready > 0 {
        cursor.ready -= 1;
    } else if slot.ready::<D>(geometry) == 0 {
        return None;
    }
    cursor.next = geometry.advance(position, 1);
    Some(One::of::<D>(geometry, slot, cursor.next))
}

/// The same, where the turn has not come: by the last batch of the other side.
#[inline(always)]
pub(super) fn acquire_one_of_batch<'a, D: Side, G: Group, const LEAVE: bool>(
    track: &Track<'a, G>,
    cursor: &mut Cursor<impl Tally>,
) -> Option<One<'a, G>> {
    if LEAVE {
        cursor.ready = until::<D, G>(track, cursor.next, D::Other::counter(track).batched());
        if cursor.ready > 0 {
            return acquire_one::<D, G>(track, cursor);
        }
    }
    None
}

/// How many slots are ready from a position on if the other side has come to where `counter` is, which may be
/// before that.
#[inline(always)]
fn until<D: Side, G: Group>(track: &Track<'_, G>, from: Position, counter: &Atomic) -> usize {
    let geometry = track.slots.geometry;
    let limit = D::Other::across(geometry, Position(counter.load(edge::LONE_LOOK)));
    geometry.distance(from, limit).max(0) as usize
}

/// Step 4 for one position.
#[inline(always)]
pub(super) fn commit_one<D: Side, G: Group>(
    track: &Track<'_, G>,
    One { slot, next, .. }: One<'_, G>,
) {
    hook::at(hook::Point::Moved);
    slot.pass::<D>(track.slots.geometry);
    hook::at(hook::Point::Committed);
    D::counter(track).store(next.0, edge::LONE_COMMIT);
}

/// Steps 1 and 2 for at least `least` and at most `most` positions.
#[inline(always)]
pub(super) fn acquire_many<D: Side, G: Group>(
    track: &Track<'_, G>,
    cursor: &mut Cursor<impl Tally>,
    least: usize,
    most: usize,
) -> Option<Claim> {
    let geometry = track.slots.geometry;
    let from = cursor.next;
    if cursor.ready < most {
        // The counter follows the turn that tells of a single position.
        cursor.ready = cursor.ready.max(until::<D, G>(track, from, D::Other::counter(track)));
    }
    let len = cursor.ready.min(most);
    (len >= least).then(|| Claim { from, to: geometry.advance(from, len), len })
}

/// Steps 3 and 4 for a claim; returns its length.
#[inline(always)]
pub(super) fn commit_many<D: Side, G: Group, const LEAVE: bool>(
    track: &Track<'_, G>,
    cursor: &mut Cursor<impl Tally>,
    claim: Claim,
    cells: impl Fn(usize, &[Cell<G::Item>]),
) -> usize {
    let mut moved = 0;
    for run in track.slots.runs(claim.from, claim.len) {
        if D::FILLS {
            track.slots.ask_ahead::<D>(&run, AHEAD);
        }
        cells(moved, run.cells());
        hook::at(hook::Point::Moved);
        if !LEAVE {
            run.pass::<D>(track.slots.geometry);
        }
        moved += run.len();
    }
    if LEAVE {
        D::counter(track).batched().store(claim.to.0, edge::LONE_COMMIT);
    }
    hook::at(hook::Point::Committed);
    // Last, as after a single position: whoever counts the values finds each of them by itself too.
    D::counter(track).store(claim.to.0, edge::LONE_COMMIT);
    cursor.next = claim.to;
    cursor.ready -= claim.len;
    moved
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
