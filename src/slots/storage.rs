//! Where the slots of a ring are: on the heap, or inside the ring.

#[cfg(feature = "alloc")]
use core::marker::PhantomData;

#[cfg(feature = "alloc")]
use super::Four;
use super::{Block, Group, One, Slots};
#[cfg(not(ringway_loom))]
use crate::marks::Marks;
use crate::position::Geometry;
#[cfg(feature = "alloc")]
use crate::position::Position;
use crate::sync::Atomic;
#[cfg(not(ringway_loom))]
use crate::sync::Cell;

/// Where the slots of a ring are.
pub trait Storage {
    /// The type of the values.
    type Item;
    /// What the slots are grouped in.
    type Group: Group<Item = Self::Item>;

    /// The slots.
    fn slots(&self) -> Slots<'_, Self::Group>;

    /// The late word of each slot; none if no side of the ring can be late.
    fn late_words(&self) -> &[Atomic];
}

/// What lies on the heap.
#[cfg(all(feature = "alloc", not(ringway_modelled)))]
type Slice<T> = super::zeroed::Zeroed<T>;

/// What lies on the heap.
#[cfg(all(feature = "alloc", ringway_modelled))]
type Slice<T> = alloc::boxed::Box<[T]>;

/// Slots on the heap, for a capacity known when the ring is made.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct Heap<T, G = Four<T>> {
    geometry: Geometry,
    groups: Slice<G>,
    late: Slice<Atomic>,
    values: PhantomData<fn() -> T>,
}

#[cfg(feature = "alloc")]
impl<T, G: Group<Item = T>> Heap<T, G> {
    /// The geometry for so many slots, or `None` if the address space is too small for them.
    pub(crate) fn geometry(capacity: usize) -> Option<Geometry> {
        let layout = core::alloc::Layout::array::<G>(Self::groups(capacity));
        layout.ok().and_then(|_| Geometry::new(capacity))
    }

    /// How many groups it takes for so many slots.
    fn groups(capacity: usize) -> usize {
        capacity.div_ceil(G::LEN)
    }

    /// How many late words it takes: one for each slot, or none.
    fn lates(geometry: Geometry, can_be_late: bool) -> usize {
        if can_be_late { geometry.capacity() } else { 0 }
    }

    /// Slots without values, whose turn is the producers' in the lap of `start`.
    ///
    /// In lap 0 they are all zeroes, so that none of the memory is written before it is used.
    #[cfg(not(ringway_modelled))]
    pub(crate) fn new(geometry: Geometry, start: Position, can_be_late: bool) -> Self {
        // SAFETY: zeroes are marks, which are words, and cells, which are `UnsafeCell`s of a
        // `MaybeUninit`.
        let groups = unsafe { Slice::<G>::new(Self::groups(geometry.capacity())) };
        // SAFETY: late words are words.
        let late = unsafe { Slice::<Atomic>::new(Self::lates(geometry, can_be_late)) };
        if geometry.lap_of(start) != 0 {
            groups.iter().for_each(|group| group.begin(geometry, start));
        }
        Self { geometry, groups, late, values: PhantomData }
    }

    /// Slots without values, one by one: in models a cell has a state besides.
    #[cfg(ringway_modelled)]
    pub(crate) fn new(geometry: Geometry, start: Position, can_be_late: bool) -> Self {
        let groups = 0..Self::groups(geometry.capacity());
        let groups = groups.map(|_| G::empty(geometry, start)).collect();
        let late = 0..Self::lates(geometry, can_be_late);
        Self { geometry, groups, late: late.map(|_| Atomic::new(0)).collect(), values: PhantomData }
    }
}

#[cfg(feature = "alloc")]
impl<T, G: Group<Item = T>> Storage for Heap<T, G> {
    type Item = T;
    type Group = G;

    #[inline(always)]
    fn slots(&self) -> Slots<'_, G> {
        Slots { geometry: self.geometry, groups: &self.groups }
    }

    #[inline(always)]
    fn late_words(&self) -> &[Atomic] {
        &self.late
    }
}

/// Slots inside the ring itself, for a capacity known when the program is compiled, with late
/// words for the first `L`: all of them, or none in a ring that needs none.
#[derive(Debug)]
pub struct Array<T, const N: usize, const L: usize = N> {
    slots: [One<T>; N],
    late: [Atomic; L],
}

impl<T, const N: usize, const L: usize> Array<T, N, L> {
    const GEOMETRY: Geometry = match Geometry::new(N) {
        Some(geometry) => geometry,
        None => panic!("the capacity of a ring is at least 1"),
    };

    /// Slots without values, whose turn is the producers' in lap 0.
    #[cfg(not(ringway_loom))]
    pub(crate) const fn new() -> Self {
        let _checked = Self::GEOMETRY;
        let slots =
            [const { Block { alignment: [], marks: Marks::zero(), cells: [Cell::empty()] } }; N];
        Self { slots, late: [const { Atomic::new(0) }; L] }
    }

    /// Slots without values, whose turn is the producers' in lap 0.
    #[cfg(ringway_loom)]
    pub(crate) fn new() -> Self {
        let slots = core::array::from_fn(|_| Block::empty(Self::GEOMETRY, Position(0)));
        Self { slots, late: core::array::from_fn(|_| Atomic::new(0)) }
    }
}

impl<T, const N: usize, const L: usize> Storage for Array<T, N, L> {
    type Item = T;
    type Group = One<T>;

    #[inline(always)]
    fn slots(&self) -> Slots<'_, One<T>> {
        Slots { geometry: Self::GEOMETRY, groups: &self.slots }
    }

    #[inline(always)]
    fn late_words(&self) -> &[Atomic] {
        &self.late
    }
}
