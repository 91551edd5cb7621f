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
    /// Whether it moves values in. So what it commits is something to find, and renews the budget.
    const FILLS: bool;
    /// How a handle of this side commits.
    const COMMIT: Edge;
    /// How a handle of this side asks what the other side has committed.
    const READY: Edge;

    /// The counter of this side.
    fn counter<'a, G>(track: &Track<'a, G>) -> &'a Counter;

    /// The position at which the other side meets the slot that this side leaves at `position`.
    fn across(geometry: Geometry, position: Position) -> Position;

    /// The mark that this side leaves at the slot of `position`: the other side's turn.
    #[inline(always)]
    fn turn_passed(geometry: Geometry, position: Position) -> Word {
        geometry.lap_of(Self::across(geometry, position)) | Self::Other::TURN
    }

    /// Whether a mark says that at the slot of `position` the turn of this side has come, or has passed.
    #[inline(always)]
    fn has_come(geometry: Geometry, position: Position, mark: Word) -> bool {
        let ahead = geometry.laps_ahead(mark, position);
        ahead > 0 || (ahead == 0 && mark & 1 >= Self::TURN)
    }

    /// Whether this side can get no further than `from`, the other side's counter being at
    /// `other`: full, or empty. `in_lap` says that the mark of the slot is of the lap of `from`
    /// and that nobody is held there.
    fn is_blocked_at(geometry: Geometry, from: Position, other: Position, in_lap: bool) -> bool;

    /// Whether `mark` says that the owner of the other side, which holds up this side at `from`,
    /// has not committed.
    fn owner_is_late(geometry: Geometry, from: Position, mark: Word) -> bool;
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
    const FILLS: bool = true;
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

    /// Full: the consumers' counter is not past the position of the lap before. Producers who pass
    /// positions stay within a capacity of the consumers too. Or the ring is closed.
    fn is_blocked_at(geometry: Geometry, from: Position, other: Position, in_lap: bool) -> bool {
        let is_full = !in_lap && geometry.distance(other, from) >= geometry.capacity() as isize;
        is_full || !from.is_near(other)
    }

    /// The slot holds the value of the lap before.
    fn owner_is_late(geometry: Geometry, from: Position, mark: Word) -> bool {
        mark == geometry.lap_of(geometry.offset_laps(from, -1)) | Emptying::TURN
    }
}

impl Side for Emptying {
    type Other = Filling;
    const TURN: Word = 1;
    const FILLS: bool = false;
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

    /// Empty: the producers' counter is not past the position.
    fn is_blocked_at(geometry: Geometry, from: Position, other: Position, _: bool) -> bool {
        geometry.distance(other.opened_near(from), from) >= 0
    }

    /// The slot waits for the value of this lap: from its producer, or from a consumer that owns
    /// the slot since the lap before and puts a value in the place of the one that it took.
    fn owner_is_late(geometry: Geometry, from: Position, mark: Word) -> bool {
        mark == geometry.lap_of(from) | Filling::TURN
            || mark == geometry.lap_of(geometry.offset_laps(from, -1)) | Emptying::TURN
    }
}
