//! The two sides: what filling and emptying do differently, and nothing else does.

use super::{Counter, Track};
use crate::position::{Geometry, Position, Word};
use crate::sync::edge::{self, Edge};

/// A side of a ring, as a type.
pub trait Side {
    /// The side across the ring.
    type Other: Side;
    /// The low bits of a mark that says that it is this side's turn.
    const TURN: Word;
    /// How a solo handle of this side commits.
    const COUNT_COMMIT: Edge;
    /// How this side reads the counter of a solo handle across the ring.
    const COUNT_READY: Edge;
    /// How a shared handle of this side commits.
    const MARK_COMMIT: Edge;
    /// How this side reads the marks of shared handles across the ring.
    const MARK_READY: Edge;

    /// The counter of this side.
    fn counter(track: Track<'_>) -> &Counter;

    /// Where the ready positions of this side end, if the other side has come to `other`.
    fn limit(geometry: Geometry, other: Position) -> Position;

    /// The position at which the other side meets the slot that this side leaves at `position`.
    fn passed(geometry: Geometry, position: Position) -> Position;

    /// The mark that says that it is this side's turn at `position`.
    #[inline(always)]
    fn turn(geometry: Geometry, position: Position) -> Word {
        geometry.lap_of(position) | Self::TURN
    }
}

/// The side of the producers: a slot is theirs while its mark says their lap, empty.
#[derive(Debug)]
pub struct Filling;

/// The side of the consumers: a slot is theirs while its mark says their lap, full.
#[derive(Debug)]
pub struct Emptying;

impl Side for Filling {
    type Other = Emptying;
    const TURN: Word = 0;
    const COUNT_COMMIT: Edge = edge::FILLED_COUNT_COMMIT;
    const COUNT_READY: Edge = edge::EMPTIED_COUNT_READY;
    const MARK_COMMIT: Edge = edge::FILLED_MARK_COMMIT;
    const MARK_READY: Edge = edge::EMPTIED_MARK_READY;

    #[inline(always)]
    fn counter(track: Track<'_>) -> &Counter {
        track.filled
    }

    #[inline(always)]
    fn limit(geometry: Geometry, other: Position) -> Position {
        geometry.next_lap(other)
    }

    #[inline(always)]
    fn passed(_: Geometry, position: Position) -> Position {
        position
    }
}

impl Side for Emptying {
    type Other = Filling;
    const TURN: Word = 1;
    const COUNT_COMMIT: Edge = edge::EMPTIED_COUNT_COMMIT;
    const COUNT_READY: Edge = edge::FILLED_COUNT_READY;
    const MARK_COMMIT: Edge = edge::EMPTIED_MARK_COMMIT;
    const MARK_READY: Edge = edge::FILLED_MARK_READY;

    #[inline(always)]
    fn counter(track: Track<'_>) -> &Counter {
        track.emptied
    }

    #[inline(always)]
    fn limit(_: Geometry, other: Position) -> Position {
        other
    }

    #[inline(always)]
    fn passed(geometry: Geometry, position: Position) -> Position {
        geometry.next_lap(position)
    }
}
