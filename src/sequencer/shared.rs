//! A side with many handles: the counter says what is claimed.

use super::{Protocol, Sequencer, Side, Track};
use crate::position::Position;
use crate::sync::edge;

/// A side of a ring that has any number of handles, which are `Send` and `Clone`.
///
/// A claim is one compare-and-swap of the counter; it fails only because another handle of the
/// side has claimed.
#[derive(Debug)]
pub enum Shared {}

impl Sequencer for Shared {}

impl Protocol for Shared {
    const SHARED: bool = true;

    #[inline(always)]
    fn latest<D: Side, G>(track: &Track<'_, G>, _: Position) -> Position {
        Position(D::counter(track).load(edge::COUNTER_LOOK))
    }

    #[inline(always)]
    fn claim<D: Side, G>(
        track: &Track<'_, G>,
        from: Position,
        to: Position,
    ) -> Result<(), Position> {
        let claimed = D::counter(track).compare_exchange(from.0, to.0, edge::COUNTER_CLAIM);
        claimed.map(|_| ()).map_err(Position)
    }

    #[inline(always)]
    fn committed<D: Side, G>(_: &Track<'_, G>, _: Position) {}
}
