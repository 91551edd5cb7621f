//! The most that was ever in a ring, as far as those looked who pushed.

use super::Store;
use super::core::Ring;
use crate::position::{Position, Word};
use crate::sequencer::{Sequencer, Tracked};
use crate::sync::{Atomic, edge, edge::Edge};

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
        let filled = Position(ring.filled.load(edge::COUNTER_LOOK)).opened_near(until);
        if geometry.distance(until, filled) <= 0 {
            return;
        }
        // Read after the other counter, and no older than whoever has claimed saw it: there can have been as
        // many at once.
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

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;
    use crate::ring::{Heap, Shared};
    use crate::sequencer::Uncounted;

    /// One thread has no more than one value in the ring at a time; another, which knows nothing of that,
    /// pushes some. No look may say that more were there than can have been. Under Miri, where a look may
    /// see an old word.
    #[test]
    fn what_is_noted_can_have_been_there_at_once() {
        const SOME: usize = 2;
        for _ in 0..8 {
            let ring = Ring::<Shared, Shared, Heap<u8>>::on_heap(64, 0);
            let (high, turns) = (HighWater::of(&ring), AtomicUsize::new(0));
            let push = |value| {
                assert!(ring.push(&mut ring.filling::<Uncounted>(), value).is_ok());
                high.note(&ring);
            };
            thread::scope(|scope| {
                scope.spawn(|| {
                    for turn in 1..16 {
                        push(1);
                        assert!(ring.pop(&mut ring.emptying::<Uncounted>()).is_some());
                        turns.store(turn, Ordering::Relaxed);
                    }
                });
                while turns.load(Ordering::Relaxed) < 10 {
                    thread::yield_now();
                }
                (0..SOME).for_each(|_| push(2));
            });
            assert!(high.get() <= SOME + 1, "{} were never there", high.get());
        }
    }
}
