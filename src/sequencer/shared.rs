//! A side with many handles: the record is a mark for each slot.

use super::{Claim, Cursor, Protocol, Sequencer, Side, Track};
use crate::position::Position;
use crate::sync::edge::Edge;

/// A side of a ring with any number of handles, which are `Send` and `Clone`.
///
/// A claim is one compare-and-swap of the counter; it fails only because another handle of the
/// side has claimed. A commit is one store for each slot.
#[derive(Debug)]
pub enum Shared {}

impl Sequencer for Shared {}

impl Protocol for Shared {
    const MARKS: bool = true;

    #[inline(always)]
    fn next<S: Side>(track: Track<'_>, _: &Cursor) -> Position {
        Position(S::counter(track).load(Edge::RELAXED))
    }

    #[inline(always)]
    fn ready<S: Side>(track: Track<'_>, _: &mut Cursor, from: Position, want: usize) -> usize {
        let geometry = track.geometry;
        let is_ready = |position| {
            let mark = track.mark(position).load(S::MARK_READY);
            mark == S::turn(geometry, position)
        };
        let mut position = from;
        for ready in 0..want {
            if !is_ready(position) {
                return ready;
            }
            position = geometry.next(position);
        }
        want
    }

    #[inline(always)]
    fn claim<S: Side>(track: Track<'_>, claim: &Claim) -> Result<(), Position> {
        let to = track.geometry.advance(claim.from, claim.len);
        S::counter(track)
            .compare_exchange(claim.from.0, to.0, Edge::RELAXED)
            .map(|_| ())
            .map_err(Position)
    }

    #[inline(always)]
    fn commit<S: Side>(track: Track<'_>, _: &mut Cursor, claim: Claim) {
        let geometry = track.geometry;
        let mut position = claim.from;
        for _ in 0..claim.len {
            let turn = S::Other::turn(geometry, S::passed(geometry, position));
            track.mark(position).store(turn, S::MARK_COMMIT);
            position = geometry.next(position);
        }
    }
}
