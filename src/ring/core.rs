//! The ring itself: two counters, the slots between them, and the count of its handles.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::Store;
use super::handles::Handles;
use crate::buffer;
use crate::late::{Lates, Watch};
use crate::position::Position;
use crate::sequencer::{Claim, Counter, Cursor, Sequencer, Side, Tally, Track, Tracked, are_lone};
use crate::sync::{const_unless_loom, edge, edge::Edge, hook};

/// A ring whose producers are `P` and whose consumers are `C` ([`Solo`](super::Solo) or
/// [`Shared`](super::Shared)), with its slots in `S` ([`Array`](super::Array) or
/// [`Heap`](super::Heap)).
///
/// It is worked with through its handles, [`Producer`](super::Producer) and
/// [`Consumer`](super::Consumer).
#[repr(C)]
pub struct Ring<P: Sequencer, C: Sequencer, S: Store> {
    pub(super) filled: Counter,
    // What is read and seldom written lies between the counters, in a line where the slots are elsewhere: so
    // those are not side by side, wherever the ring begins.
    watch: Watch,
    store: S,
    pub(super) emptied: Counter,
    sides: PhantomData<fn() -> (P, C)>,
}

impl<P: Sequencer, C: Sequencer, S: Store> Ring<P, C, S> {
    const_unless_loom! {
        /// An empty ring whose sides both stand at `start`, for which `store` is ready.
        pub(super) fn with(store: S, start: Position) -> Self {
            Self {
                filled: Counter::new(start),
                emptied: Counter::new(start),
                watch: Watch::new(),
                store,
                sides: PhantomData,
            }
        }
    }

    /// How many handles there are.
    pub(crate) fn handles(&self) -> Handles<'_> {
        Handles::counted_by(self.store.spare())
    }

    /// Whether both sides have one handle.
    pub(super) const IS_LONE: bool = are_lone::<P, C>();

    /// A cursor to move values into the ring, for those who hold none. It says afterwards what was freed
    /// ([`Cursor::freed`]) if `F` counts it.
    #[inline(always)]
    pub(crate) fn filling<F: Tally>(&self) -> Cursor<F> {
        self.filled.guessed::<P, F>()
    }

    /// A cursor to move values out of the ring, for those who hold none, as [`Ring::filling`].
    #[inline(always)]
    pub(crate) fn emptying<F: Tally>(&self) -> Cursor<F> {
        self.emptied.guessed::<C, F>()
    }

    /// A cursor where the counter of side `D` stands.
    #[inline(always)]
    pub(crate) fn cursor<D: Side>(&self) -> Cursor {
        D::counter(&self.track()).cursor()
    }

    /// Whether the slot at which side `D` stands is marked as ready for it: one look at what the
    /// other side writes last, which holds up nobody.
    #[cfg(feature = "std")]
    #[inline(always)]
    pub(crate) fn seems_ready<D: Side>(&self) -> bool {
        let Track { slots, .. } = self.track();
        slots.only(self.cursor::<D>().next).ready::<D>(slots.geometry) == 1
    }

    /// How many positions lie between the two counters, as seen one after the other.
    pub(crate) fn len(&self) -> usize {
        // Whoever has taken values out saw them go in: so does who sees that they are out.
        let emptied = Position(self.emptied.load(edge::COUNTER_LOOK));
        hook::at(hook::Point::Looked);
        // And whoever counts values sees what was done before they went in: a lone handle finds them by their
        // turns.
        let look = if Self::IS_LONE { edge::LONE_LOOK } else { edge::COUNTER_LOOK };
        let filled = Position(self.filled.load(look)).opened_near(emptied);
        let geometry = self.store.slots().geometry;
        // Between the two looks either counter may have moved, so that the distance can be more
        // than was ever in the ring.
        geometry.distance(emptied, filled).clamp(0, geometry.capacity() as isize) as usize
    }

    /// How many values the ring holds at most.
    pub(crate) fn capacity(&self) -> usize {
        self.store.slots().geometry.capacity()
    }
}

impl<P: Sequencer, C: Sequencer, S: Store> Tracked for Ring<P, C, S> {
    type Group = S::Group;

    #[inline(always)]
    fn track(&self) -> Track<'_, S::Group> {
        let (sectors, words) = (self.store.sectors(), self.store.late_words());
        let lates = Lates { watch: &self.watch, sectors, words };
        Track { filled: &self.filled, emptied: &self.emptied, slots: self.store.slots(), lates }
    }
}

impl<P: Sequencer, C: Sequencer, S: Store> Drop for Ring<P, C, S> {
    /// Drops the values that are left.
    fn drop(&mut self) {
        let slots = self.store.slots();
        let from = Position(self.emptied.load(Edge::RELAXED));
        if Self::IS_LONE {
            let len = self.len();
            let to = slots.geometry.advance(from, len);
            // SAFETY: nobody else has the ring any more, so that whatever was claimed is committed
            // (R3) and the slots are ours. Where both sides are solo, none was skipped.
            unsafe { buffer::drop_values(slots, &Claim { from, to, len }) }
        } else {
            let to = Position(self.filled.load(Edge::RELAXED)).opened_near(from);
            // More than a lap where a batch has given up its rest, whose slots are ready in the next one, or a
            // thread was killed when it had reserved a position (`replace`) and others filled what comes after.
            let n = slots.geometry.distance(from, to).max(0) as usize;
            // SAFETY: nobody else has the ring any more, so that the slots are ours.
            unsafe { buffer::drop_filled(slots, from, n) }
        }
    }
}

impl<P: Sequencer, C: Sequencer, S: Store> fmt::Debug for Ring<P, C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

// A panic leaves a ring as it was or with the operation complete: no code of a `T` or of the
// caller runs between a claim and its commit (R3 of `buffer`).
impl<P: Sequencer, C: Sequencer, S: Store> UnwindSafe for Ring<P, C, S> {}
impl<P: Sequencer, C: Sequencer, S: Store> RefUnwindSafe for Ring<P, C, S> {}
