//! The most that was ever in a ring, as far as those looked who pushed.

use super::Store;
use super::core::Ring;
use crate::position::{Position, Word};
use crate::sequencer::{Sequencer, Tracked};
use crate::sync::{
    Atomic,
    edge::{self, Edge},
};

/// The most positions that lay between the counters of a ring.
///
/// To look takes a read of the consumers' counter, which holds them up. So whoever has pushed first
/// asks whether there can be more than was noted: only if the producers' counter is further than
/// that from where the consumers' counter stood at an earlier look.
#[derive(Debug)]
pub(crate) struct HighWater {
    most: Atomic,
    /// A position up to which the producers' counter is no further than `most` from the consumers'.
    ///
    /// It is where the consumers' counter stood at some look, and as many positions on as were noted
    /// then. Either only grows, so that an old word here is true as well.
    until: Atomic,
}

impl HighWater {
    /// Nothing was in the ring yet.
    pub(crate) fn of<P: Sequencer, C: Sequencer, S: Store>(ring: &Ring<P, C, S>) -> Self {
        Self { most: Atomic::new(0), until: Atomic::new(ring.emptied.load(Edge::RELAXED)) }
    }

    /// How many that were.
    pub(crate) fn get(&self) -> usize {
        self.most.load(Edge::RELAXED) as usize
    }

    /// Notes how many there are.
    pub(crate) fn note<P: Sequencer, C: Sequencer, S: Store>(&self, ring: &Ring<P, C, S>) {
        let geometry = ring.track().slots.geometry;
        if self.get() == geometry.capacity() {
            return;
        }
        let until = Position(self.until.load(Edge::RELAXED));
        // Before the other counter, so that there were as many at least, also on a machine that
        // reads out of turn.
        let filled = Position(ring.filled.load(edge::COUNTER_LOOK)).opened_near(until);
        if geometry.distance(until, filled) <= 0 {
            return;
        }
        let emptied = Position(ring.emptied.load(Edge::RELAXED));
        let len = geometry.distance(emptied, filled).clamp(0, geometry.capacity() as isize);
        let most = self.raise(len as Word);
        self.until.store(geometry.advance(emptied, most as usize).0, Edge::RELAXED);
    }

    /// Notes that the ring was full.
    pub(crate) fn note_full<P: Sequencer, C: Sequencer, S: Store>(&self, ring: &Ring<P, C, S>) {
        self.raise(ring.capacity() as Word);
    }

    /// Notes that there were so many; how many there were at most.
    fn raise(&self, len: Word) -> Word {
        let mut most = self.most.load(Edge::RELAXED);
        while most < len {
            match self.most.compare_exchange(most, len, Edge::RELAXED) {
                Ok(_) => return len,
                Err(latest) => most = latest,
            }
        }
        most
    }
}
