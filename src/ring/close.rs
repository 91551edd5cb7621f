//! A ring that takes no more values.

use super::Store;
use super::core::Ring;
use crate::position::Position;
use crate::sequencer::{Sequencer, Shared};
use crate::sync::edge::Edge;
#[cfg(feature = "std")]
use crate::sync::hook;

impl<C: Sequencer, S: Store> Ring<Shared, C, S> {
    /// Takes no more values: what is claimed before this is in, and no claim succeeds after it.
    /// False if it was closed before.
    ///
    /// The producers' counter goes to the far half of its range. That needs producers who claim
    /// by compare-and-swap.
    #[cfg(feature = "std")]
    pub(crate) fn close(&self) -> bool {
        let mut filled = self.filled_position();
        while !self.is_closed_at(filled) {
            hook::at(hook::Point::Looked);
            match self.filled.compare_exchange(filled.0, filled.closed().0, Edge::RELAXED) {
                Ok(_) => return true,
                Err(latest) => filled = Position(latest),
            }
        }
        false
    }

    /// Whether the ring takes no more values.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed_at(self.filled_position())
    }

    /// Where the producers' counter stands.
    fn filled_position(&self) -> Position {
        Position(self.filled.load(Edge::RELAXED))
    }

    /// Whether that is where a closed counter stands.
    fn is_closed_at(&self, filled: Position) -> bool {
        !filled.is_near(Position(self.emptied.load(Edge::RELAXED)))
    }
}
