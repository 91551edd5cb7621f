//! Where a ring stands, for those who look from outside.

use super::Store;
use super::core::Ring;
use crate::position::{Geometry, Position};
use crate::sequencer::{Sequencer, Tracked};
use crate::sync::edge;

impl<P: Sequencer, C: Sequencer, S: Store> Ring<P, C, S> {
    /// Where the counters of the consumers and of the producers stand, read in this order. The latter is as it
    /// was before the ring was closed.
    pub(crate) fn stands(&self) -> (Position, Position) {
        let emptied = Position(self.emptied.load(edge::COUNTER_LOOK));
        (emptied, Position(self.filled.load(edge::COUNTER_LOOK)).opened_near(emptied))
    }

    /// The shape of the ring.
    pub(crate) fn geometry(&self) -> Geometry {
        self.track().slots.geometry
    }
}
