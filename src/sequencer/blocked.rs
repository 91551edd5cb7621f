//! Full or Empty by the marks alone, without a look at the counter of the other side.
//!
//! A look at that counter takes its cache line away from whoever is about to claim by it. The marks lie where
//! the values do, and who finds its slot not ready has that line already.
//!
//! All positions from the counter on, as many as there are slots, are looked at: if it is this side's turn at none
//! of them, the other side had done nothing from there on when the first look was taken, since a mark
//! only grows. A side of one handle commits in order, so that the first mark speaks for all. While somebody is
//! late nobody looks so: who is in the way is to be skipped.

use super::{Protocol, Side, Track};
use crate::position::Position;
use crate::slots::Group;
use crate::sync::hook;

/// In a ring of more slots a shared side would look at more marks than is worth while (docs/DESIGN.md, section 8).
/// Models have rings of either kind.
const MOST: usize = if cfg!(ringway_modelled) { 2 } else { 16 };

/// Whether side `D` of kind `K` can get no further at some moment of this call, as the marks alone say: its
/// counter is at `from`, across from a side of kind `O`, and nobody is late.
///
/// The counter comes first: who has claimed what was before `from` had done things besides, of which the
/// marks tell.
#[inline(always)]
pub fn is_blocked<D: Side, K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    from: Position,
) -> bool {
    let geometry = track.slots.geometry;
    if (O::SHARED && geometry.capacity() > MOST) || K::latest::<D, _>(track, from) != from {
        return false;
    }
    let since = track.lates.calm().since();
    let mut at = from;
    for _ in 0..if O::SHARED { geometry.capacity() } else { 1 } {
        hook::at(hook::Point::Looked);
        if D::has_come(geometry, at, track.slots.only(at).mark().load(D::READY)) {
            return false;
        }
        at = geometry.advance(at, 1);
    }
    hook::at(hook::Point::Looked);
    track.lates.calm().is_still(since)
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
