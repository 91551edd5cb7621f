//! Slots of a ring whose sides both have one handle, with a word of each side.
//!
//! Nobody is late there, and each side passes the turn in order. So a group needs no mark for each
//! slot: it is enough to say how far each side has come, and a line has room for six words and not four.

use super::{CacheLine, Group};
use crate::position::{Geometry, Position};
use crate::sequencer::{Emptying, Side};
#[cfg(not(ringway_modelled))]
use crate::sync::edge::Edge;
use crate::sync::{Atomic, Cell};

/// `N` slots: their cells, then a word of each side; aligned as an `A`.
///
/// A word is the position after the last that its side has passed in the group. One of an earlier lap
/// tells the other side nothing, one of a later lap that all slots are ready. Zeroes are a group that is
/// free in lap 0.
#[derive(Debug)]
#[repr(C)]
pub struct Sided<T, A, const N: usize> {
    alignment: [A; 0],
    cells: [Cell<T>; N],
    filled: Atomic,
    emptied: Atomic,
}

impl<T, A, const N: usize> Sided<T, A, N> {
    /// The word of side `D`.
    #[inline(always)]
    fn word<D: Side>(&self) -> &Atomic {
        if D::TURN == Emptying::TURN { &self.emptied } else { &self.filled }
    }
}

/// Groups of six, a cache line each if the values are words.
pub type Six<T> = Sided<T, CacheLine, 6>;

impl<T, A, const N: usize> Group for Sided<T, A, N> {
    type Item = T;
    const LEN: usize = N;
    /// A batch is told of by a word elsewhere.
    const IS_WRITTEN: bool = false;
    const CAN_BE_LATE: bool = false;

    #[inline(always)]
    fn ready<D: Side>(
        &self,
        geometry: Geometry,
        position: Position,
        _: usize,
        most: usize,
    ) -> usize {
        let passed = Position(self.word::<D::Other>().load(D::READY));
        let ready = D::Other::across(geometry, passed).beyond(position);
        ready.clamp(0, most as isize) as usize
    }

    #[inline(always)]
    fn pass<D: Side>(&self, _: Geometry, position: Position, _: usize, len: usize) {
        self.word::<D>().store(position.beside(len).0, D::COMMIT);
    }

    /// Nobody is late here, so nobody asks.
    #[inline(always)]
    fn mark(&self, _: usize) -> &Atomic {
        &self.filled
    }

    #[inline(always)]
    fn cells(&self) -> &[Cell<T>] {
        &self.cells
    }

    #[cfg(not(ringway_modelled))]
    fn begin(&self, geometry: Geometry, start: Position) {
        self.filled.store(geometry.lap_of(start), Edge::RELAXED);
        self.emptied.store(geometry.lap_of(start), Edge::RELAXED);
    }

    #[cfg(ringway_modelled)]
    fn empty(geometry: Geometry, start: Position) -> Self {
        let cells = core::array::from_fn(|_| Cell::empty());
        let word = || Atomic::new(geometry.lap_of(start));
        Self { alignment: [], cells, filled: word(), emptied: word() }
    }
}
