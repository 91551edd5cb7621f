//! A side with one handle: the handle itself knows what is claimed.

use super::{Protocol, Sequencer, Side, Track};
use crate::position::Position;
use crate::sync::edge;

/// A side of a ring that has a single handle, which is `Send` and not `Clone`.
///
/// Its operations are wait-free: nobody else claims, so the handle keeps its own position, and a
/// claim that is let go without a commit never was.
#[derive(Debug)]
pub enum Solo {}

impl Sequencer for Solo {}

impl Protocol for Solo {
    const SHARED: bool = false;

    #[inline(always)]
    fn latest<D: Side, G>(_: &Track<'_, G>, guess: Position) -> Position {
        guess
    }

    #[inline(always)]
    fn claim<D: Side, G>(_: &Track<'_, G>, _: Position, _: Position) -> Result<(), Position> {
        Ok(())
    }

    /// The counter of a solo side only serves those who ask for the length: what they count they find by
    /// its turns too.
    #[inline(always)]
    fn committed<D: Side, G>(track: &Track<'_, G>, to: Position) {
        D::counter(track).store(to.0, edge::COUNTER_CLAIM);
    }
}
