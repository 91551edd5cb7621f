//! The two sides: what filling and emptying do differently, and nothing else does.

use super::{Counter, Track};
use crate::position::{Geometry, Position, Word};
use crate::sync::edge::{self, Edge};

/// A side of a ring, as a type.
pub trait Side {
    /// The side across the ring.
    type Other: Side;
    /// The side as a number, 0 or 1: what the record of a slot says when it is its turn.
    const TURN: Word;
    /// How a handle of this side commits.
    const COMMIT: Edge;
    /// How a handle of this side asks what the other side has committed.
    const READY: Edge;

    /// The counter of this side.
    fn counter<'a, G>(track: &Track<'a, G>) -> &'a Counter;

    /// The position at which the other side meets the slot that this side leaves at `position`.
    fn across(geometry: Geometry, position: Position) -> Position;
}

/// The side of the producers: they fill slots of their lap.
#[derive(Debug)]
pub struct Filling;

/// The side of the consumers: they empty slots of their lap.
#[derive(Debug)]
pub struct Emptying;

impl Side for Filling {
    type Other = Emptying;
    const TURN: Word = 0;
    const COMMIT: Edge = edge::FILLED_COMMIT;
    const READY: Edge = edge::EMPTIED_READY;

    #[inline(always)]
    fn counter<'a, G>(track: &Track<'a, G>) -> &'a Counter {
        track.filled
    }

    #[inline(always)]
    fn across(_: Geometry, position: Position) -> Position {
        position
    }
}

impl Side for Emptying {
    type Other = Filling;
    const TURN: Word = 1;
    const COMMIT: Edge = edge::EMPTIED_COMMIT;
    const READY: Edge = edge::FILLED_READY;

    #[inline(always)]
    fn counter<'a, G>(track: &Track<'a, G>) -> &'a Counter {
        track.emptied
    }

    #[inline(always)]
    fn across(geometry: Geometry, position: Position) -> Position {
        geometry.next_lap(position)
    }
}
