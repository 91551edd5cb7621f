//! Where a ring keeps its slots: on the heap, or inline in the ring itself.

use crate::position::Geometry;
#[cfg(feature = "alloc")]
use crate::position::Position;
#[cfg(feature = "alloc")]
use crate::sequencer::{Filling, Side};
use crate::sync::{Atomic, Cell};

/// The slots of a ring: a cell for each, and a mark for each if a side is shared.
pub trait Store: Slots {}

/// What the ring asks of its [`Store`].
pub trait Slots {
    /// The type of the values.
    type Item;

    /// The shape of the ring.
    fn geometry(&self) -> Geometry;

    /// One cell for each slot.
    fn cells(&self) -> &[Cell<Self::Item>];

    /// One mark for each slot, or none if both sides are solo.
    fn marks(&self) -> &[Atomic];
}

/// Slots on the heap, for a capacity known when the ring is made.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct Heap<T> {
    geometry: Geometry,
    cells: alloc::boxed::Box<[Cell<T>]>,
    marks: alloc::boxed::Box<[Atomic]>,
}

#[cfg(feature = "alloc")]
impl<T> Heap<T> {
    /// Empty slots. The marks, if any, say that the producers are at `start`.
    ///
    /// Memory that cannot be had is handled as by every collection: `handle_alloc_error`.
    pub(crate) fn new(geometry: Geometry, start: Position, marked: bool) -> Self {
        let capacity = geometry.capacity();
        let mark = |index| {
            let lap = if index < geometry.index(start) { geometry.next_lap(start) } else { start };
            Atomic::new(Filling::turn(geometry, lap))
        };
        Self {
            geometry,
            cells: Cell::boxed(capacity),
            marks: (0..if marked { capacity } else { 0 }).map(mark).collect(),
        }
    }
}

#[cfg(feature = "alloc")]
impl<T> Store for Heap<T> {}

#[cfg(feature = "alloc")]
impl<T> Slots for Heap<T> {
    type Item = T;

    #[inline(always)]
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    #[inline(always)]
    fn cells(&self) -> &[Cell<T>] {
        &self.cells
    }

    #[inline(always)]
    fn marks(&self) -> &[Atomic] {
        &self.marks
    }
}

/// Slots inside the ring itself, for a capacity known when the program is compiled.
#[derive(Debug)]
pub struct Array<T, const N: usize> {
    cells: [Cell<T>; N],
    marks: [Atomic; N],
}

impl<T, const N: usize> Array<T, N> {
    const GEOMETRY: Geometry = match Geometry::new(N) {
        Some(geometry) => geometry,
        None => panic!("the capacity of a ring is at least 1 and at most a quarter of the words"),
    };

    /// Empty slots. The marks say that the producers are at the beginning of lap 0.
    #[cfg(not(ringway_loom))]
    pub(crate) const fn new() -> Self {
        let _checked = Self::GEOMETRY;
        Self { cells: [const { Cell::empty() }; N], marks: [const { Atomic::new(0) }; N] }
    }

    /// Empty slots. The marks say that the producers are at the beginning of lap 0.
    #[cfg(ringway_loom)]
    pub(crate) fn new() -> Self {
        let _checked = Self::GEOMETRY;
        Self {
            cells: core::array::from_fn(|_| Cell::empty()),
            marks: core::array::from_fn(|_| Atomic::new(0)),
        }
    }
}

impl<T, const N: usize> Store for Array<T, N> {}

impl<T, const N: usize> Slots for Array<T, N> {
    type Item = T;

    #[inline(always)]
    fn geometry(&self) -> Geometry {
        Self::GEOMETRY
    }

    #[inline(always)]
    fn cells(&self) -> &[Cell<T>] {
        &self.cells
    }

    #[inline(always)]
    fn marks(&self) -> &[Atomic] {
        &self.marks
    }
}
