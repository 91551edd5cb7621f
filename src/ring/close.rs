//! A ring that takes no more values.

use super::Store;
use super::core::Ring;
use crate::position::Position;
use crate::sequencer::{Sequencer, Shared, Tracked};
use crate::sync::{edge, edge::Edge, hook};

impl<C: Sequencer, S: Store> Ring<Shared, C, S> {
    /// Takes no more values: what is claimed before this is in, and no claim succeeds after it.
    /// False if it was closed before.
    ///
    /// The producers' counter goes to the far half of its range. That needs producers who claim
    /// by compare-and-swap.
    #[cfg(feature = "std")]
    pub(crate) fn close(&self) -> bool {
        let mut filled = self.filled_position();
        if self.is_closed_at(filled) {
            return false;
        }
        // The ring is not calm any more, for ever. Nobody comes behind a producer that is late, whom consumers
        // that go by the marks alone would never skip.
        let calm = self.track().lates.calm();
        calm.raise();
        hook::at(hook::Point::Looked);
        while !self.is_closed_at(filled) {
            hook::at(hook::Point::Looked);
            match self.filled.compare_exchange(filled.0, filled.closed().0, edge::CLOSE) {
                Ok(_) => return true,
                Err(latest) => filled = Position(latest),
            }
        }
        calm.lower();
        false
    }

    /// Whether the ring takes no more values.
    ///
    /// One that is calm is not closed, which needs no look at the counters: that would take their lines away
    /// from those who claim by them.
    pub(crate) fn is_closed(&self) -> bool {
        !self.track().lates.calm().is_known() && self.is_closed_at(self.filled_position())
    }

    /// Where the producers' counter stands.
    fn filled_position(&self) -> Position {
        Position(self.filled.load(edge::CLOSED))
    }

    /// Whether that is where a closed counter stands.
    ///
    /// A closed counter stands still. One that does not was seen so long ago that the consumers' is
    /// half a range away by now, as can be where positions have 32 bits.
    fn is_closed_at(&self, filled: Position) -> bool {
        hook::at(hook::Point::Looked);
        let is_far = !filled.is_near(Position(self.emptied.load(Edge::RELAXED)));
        is_far && self.filled_position() == filled
    }
}

#[cfg(all(test, feature = "std", not(ringway_modelled)))]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::position::Word;
    use crate::ring::Heap;

    /// While a thread sleeps between two looks, as many positions go by as it takes to be far away.
    #[test]
    fn a_ring_that_has_gone_far_meanwhile_is_not_closed() {
        let ring = Rc::new(Ring::<Shared, Shared, Heap<u8>>::on_heap(4, 0));
        let others = Rc::clone(&ring);
        let far: Word = 3 << (Word::BITS - 3);
        let mut looks = 0;
        hook::set(move |point| {
            looks += usize::from(point == hook::Point::Looked);
            if looks % 2 == 1 {
                for counter in [&others.filled, &others.emptied] {
                    counter.store(counter.load(Edge::RELAXED).wrapping_add(far), Edge::RELAXED);
                }
            }
        });
        assert!(!ring.is_closed());
        hook::set(|_| ());
        assert!(ring.close() && ring.is_closed() && !ring.close());
    }
}
