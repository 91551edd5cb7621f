//! The slots of a ring, in groups: a few cells, then as many marks.
//!
//! The mark of a slot and its value change hands together, so they lie together: with the marks
//! in an array of their own a single message waits for two cache lines instead of one. Yet the
//! values of a batch should lie in one piece. A group of four is both, and a cache line if the
//! values are words. Where both sides have one handle a group of six is a line. (Figures: docs/DESIGN.md.)

#[cfg(all(feature = "alloc", ringway_modelled))]
mod pieces;
mod prefetch;
#[cfg(feature = "alloc")]
mod sided;
mod storage;
#[cfg(all(feature = "alloc", not(ringway_modelled)))]
mod zeroed;

#[cfg(feature = "alloc")]
pub use sided::Six;
#[cfg(any(feature = "std", all(feature = "alloc", test)))]
pub use storage::Apart;
pub use storage::{Array, Storage};
#[cfg(feature = "alloc")]
pub use storage::{Heap, Sectors};

use crate::marks::Marks;
use crate::position::{Geometry, Position};
use crate::sequencer::Side;
use crate::sync::{Atomic, Cell};

/// The bytes of a cache line.
pub const LINE: usize = 64;

/// A few slots that lie together.
pub trait Group {
    /// The type of the values.
    type Item;
    /// How many slots it has.
    const LEN: usize;
    /// Whether a consumer that commits slots writes to all lines in which their values lay.
    const IS_WRITTEN: bool;
    /// Whether anybody can be late in a ring of such groups.
    const CAN_BE_LATE: bool;

    /// How many slots, of at most `most` from `place` on, it is the turn of side `D` at, in the
    /// lap of `position`.
    fn ready<D: Side>(
        &self,
        geometry: Geometry,
        position: Position,
        place: usize,
        most: usize,
    ) -> usize;

    /// Passes the turn at `len` slots from `place` on, in the lap of `position`, from side `D` to
    /// the other.
    fn pass<D: Side>(&self, geometry: Geometry, position: Position, place: usize, len: usize);

    /// The word that the slot at this place has for itself, of a ring in which threads can be late.
    fn mark(&self, place: usize) -> &Atomic;

    /// The cell of each slot.
    fn cells(&self) -> &[Cell<Self::Item>];

    /// It becomes the producers' turn in the lap of `start`, before anybody else has the slots.
    #[cfg(all(feature = "alloc", not(ringway_modelled)))]
    fn begin(&self, geometry: Geometry, start: Position);

    /// A group without values, whose turn is the producers' in the lap of `start`.
    #[cfg(ringway_modelled)]
    fn empty(geometry: Geometry, start: Position) -> Self;
}

/// `N` slots: their cells, then their marks; aligned as an `A`. Values of whole cache lines lie in as many
/// lines, and the marks in one of their own.
#[derive(Debug)]
#[repr(C)]
pub struct Block<T, A, const N: usize> {
    alignment: [A; 0],
    cells: [Cell<T>; N],
    marks: Marks<N>,
}

/// The alignment of a cache line.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct CacheLine;

/// Groups of four, a cache line each if the values are words.
#[cfg(feature = "alloc")]
pub type Four<T> = Block<T, CacheLine, 4>;

/// Slots by themselves, as close as they can lie.
pub type One<T> = Block<T, (), 1>;

impl<T, A, const N: usize> Group for Block<T, A, N> {
    type Item = T;
    const LEN: usize = N;
    /// The marks are there.
    const IS_WRITTEN: bool = size_of::<Self>() <= LINE;
    const CAN_BE_LATE: bool = true;

    #[inline(always)]
    fn ready<D: Side>(
        &self,
        geometry: Geometry,
        position: Position,
        place: usize,
        most: usize,
    ) -> usize {
        self.marks.ready::<D>(geometry, position, place, most)
    }

    #[inline(always)]
    fn pass<D: Side>(&self, geometry: Geometry, position: Position, place: usize, len: usize) {
        self.marks.pass::<D>(geometry, position, place, len);
    }

    #[inline(always)]
    fn mark(&self, place: usize) -> &Atomic {
        self.marks.mark(place)
    }

    #[inline(always)]
    fn cells(&self) -> &[Cell<T>] {
        &self.cells
    }

    #[cfg(all(feature = "alloc", not(ringway_modelled)))]
    fn begin(&self, geometry: Geometry, start: Position) {
        self.marks.begin(geometry, start);
    }

    #[cfg(ringway_modelled)]
    fn empty(geometry: Geometry, start: Position) -> Self {
        let cells = core::array::from_fn(|_| Cell::empty());
        Self { alignment: [], marks: Marks::empty(geometry, start), cells }
    }
}

/// The slots of a ring, in order.
///
/// - **L1** There are as many groups as it takes for the capacity, so that the index of a position
///   names a slot of one of them. The last group may have some in excess, which nobody uses.
/// - **L2** A run stays within one group and one lap.
#[derive(Debug)]
pub struct Slots<'a, G> {
    /// The shape of the ring.
    pub geometry: Geometry,
    groups: &'a [G],
}

impl<G> Clone for Slots<'_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Slots<'_, G> {}

impl<'a, G: Group> Slots<'a, G> {
    /// The group that has the slot of this index, and the slot's place in it.
    #[inline(always)]
    fn locate(self, index: usize) -> (&'a G, usize) {
        debug_assert!(index < self.geometry.capacity());
        // SAFETY: the index is below the capacity, as that of every position is, so there is
        // such a group (L1).
        (unsafe { self.groups.get_unchecked(index / G::LEN) }, index % G::LEN)
    }

    /// The slot of a position, as a run of one, for side `D`.
    #[inline(always)]
    pub fn at<D: Side>(self, position: Position) -> Run<'a, G> {
        let slot = self.only(position);
        self.ask_ahead::<D>(&slot, 2);
        slot
    }

    /// The same, looked up again.
    #[inline(always)]
    pub fn only(self, position: Position) -> Run<'a, G> {
        let (group, place) = self.locate(self.geometry.index(position));
        Run { group, position, place, len: 1 }
    }

    /// The slots of `n` positions from `from` on in stretches of one lap that stay within one of the
    /// stripes of so many slots, a multiple of those of a group.
    #[inline(always)]
    pub fn stretches(
        self,
        from: Position,
        n: usize,
        stripe: usize,
    ) -> impl Iterator<Item = Stretch<'a, G>> {
        let geometry = self.geometry;
        let (mut next, mut left) = (from, n);
        core::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let (position, index) = (next, geometry.index(next));
            let len = left.min(stripe - index % stripe).min(geometry.capacity() - index);
            next = geometry.advance(next, len);
            left -= len;
            Some(Stretch { slots: self, position, len })
        })
    }

    /// The slots from `place` on of the group with this number, at most `most`, for side `D`.
    #[inline(always)]
    fn run<D: Side>(
        self,
        group: usize,
        place: usize,
        position: Position,
        most: usize,
    ) -> Run<'a, G> {
        debug_assert!(group < self.groups.len());
        // SAFETY: the group is that of the index of a position (L1).
        let group = unsafe { self.groups.get_unchecked(group) };
        let len = most.min(G::LEN - place);
        let run = Run { group, position, place, len };
        self.ask_ahead::<D>(&run, 2);
        run
    }

    /// The slots of `n` positions from `from` on, in runs that lie together.
    #[inline(always)]
    pub fn runs(self, from: Position, n: usize) -> Runs<'a, G> {
        Runs { slots: self, next: from, left: n }
    }

    /// Asks for the lines that side `D` will need of the group that is so many groups on: see [`prefetch`].
    #[inline(always)]
    pub fn ask_ahead<D: Side>(self, run: &Run<'_, G>, groups: usize) {
        if self.geometry.capacity() > prefetch::FEW * G::LEN {
            prefetch::ahead::<D, G>(run.group, run.place, run.len, groups);
        }
    }
}

/// Slots side by side, in the same lap.
#[derive(Debug)]
pub struct Stretch<'a, G> {
    slots: Slots<'a, G>,
    /// The position of the first.
    pub position: Position,
    /// How many there are, at least one.
    pub len: usize,
}

impl<'a, G: Group> Stretch<'a, G> {
    /// The same slots, in runs, for side `D`.
    #[inline(always)]
    pub fn runs<D: Side>(&self) -> impl Iterator<Item = Run<'a, G>> + use<'a, D, G> {
        let Self { slots, mut position, len: mut left } = *self;
        let index = slots.geometry.index(position);
        let (mut group, mut place) = (index / G::LEN, index % G::LEN);
        core::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let run = slots.run::<D>(group, place, position, left);
            position = position.beside(run.len);
            left -= run.len;
            (group, place) = (group + 1, 0);
            Some(run)
        })
    }
}

/// Slots that lie together, in the same lap.
#[derive(Debug)]
pub struct Run<'a, G> {
    group: &'a G,
    /// The position of the first.
    position: Position,
    /// Its place in the group.
    place: usize,
    len: usize,
}

impl<G> Clone for Run<'_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Run<'_, G> {}

impl<'a, G: Group> Run<'a, G> {
    /// The cells.
    #[inline(always)]
    pub fn cells(&self) -> &'a [Cell<G::Item>] {
        debug_assert!(self.place + self.len <= G::LEN);
        // SAFETY: a run stays within its group (L2).
        unsafe { self.group.cells().get_unchecked(self.place..self.place + self.len) }
    }

    /// The position of the first slot.
    #[inline(always)]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The mark of the first slot.
    #[inline(always)]
    pub fn mark(&self) -> &'a Atomic {
        self.group.mark(self.place)
    }

    /// The same, with a length that the compiler knows, if it is that of a whole group.
    #[inline(always)]
    pub fn whole(self) -> Option<Self> {
        (self.len == G::LEN).then_some(Self { place: 0, len: G::LEN, ..self })
    }

    /// How many slots there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Passes the turn at the slot with this number in the run from side `D` to the other.
    #[inline(always)]
    pub fn pass_one<D: Side>(&self, geometry: Geometry, i: usize) {
        self.group.pass::<D>(geometry, self.position, self.place + i, 1);
    }

    /// The slots, one by one.
    #[inline(always)]
    pub fn each(&self) -> impl Iterator<Item = Run<'a, G>> + use<'a, G> {
        let Self { group, position, place, len } = *self;
        (0..len).map(move |i| Run { group, position: position.beside(i), place: place + i, len: 1 })
    }

    /// How many of the slots, from the first on, it is the turn of side `D` at.
    #[inline(always)]
    pub fn ready<D: Side>(&self, geometry: Geometry) -> usize {
        self.group.ready::<D>(geometry, self.position, self.place, self.len)
    }

    /// Whether it is the turn of side `D` at the first slot, read in turn with its late word.
    #[inline(always)]
    pub fn is_ready_in_turn<D: Side>(&self, geometry: Geometry) -> bool {
        self.mark().load_in_turn(D::READY) == geometry.lap_of(self.position) | D::TURN
    }

    /// Passes the turn at the slots from side `D` to the other.
    #[inline(always)]
    pub fn pass<D: Side>(&self, geometry: Geometry) {
        self.group.pass::<D>(geometry, self.position, self.place, self.len);
    }
}

/// Slots in order, as runs.
#[derive(Debug)]
pub struct Runs<'a, G> {
    slots: Slots<'a, G>,
    next: Position,
    left: usize,
}

impl<'a, G: Group> Iterator for Runs<'a, G> {
    type Item = Run<'a, G>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let geometry = self.slots.geometry;
        let position = self.next;
        let index = geometry.index(position);
        let (group, place) = self.slots.locate(index);
        let len = self.left.min(G::LEN - place).min(geometry.capacity() - index);
        self.next = geometry.advance(position, len);
        self.left -= len;
        Some(Run { group, position, place, len })
    }
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
