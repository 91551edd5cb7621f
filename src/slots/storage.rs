//! Where the slots of a ring are: on the heap, or inside the ring.

#[cfg(feature = "alloc")]
use core::marker::PhantomData;

#[cfg(feature = "alloc")]
use super::Four;
use super::{Block, Group, One, Slots};
use crate::late::{SECTORS, has_sectors};
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

    /// The watch of each sector, if there are several.
    fn sectors(&self) -> Option<&[Atomic; SECTORS]>;

    /// A word for the ring, which begins as 0 and is away from what others look at.
    fn spare(&self) -> &Atomic;
}

/// What lies on the heap.
#[cfg(all(feature = "alloc", not(ringway_modelled)))]
type Memory<G, W> = super::zeroed::Zeroed<G, W>;

/// What lies on the heap.
#[cfg(all(feature = "alloc", ringway_modelled))]
type Memory<G, W> = super::pieces::Pieces<G, W>;

/// Where the watches of the sectors are.
#[cfg(feature = "alloc")]
pub trait Sectors {
    /// Whether they are beside the slots, and only where there are several.
    const ARE_APART: bool;

    /// They are quiet.
    fn quiet() -> Self;

    /// Those that are here.
    fn here(&self) -> Option<&[Atomic; SECTORS]>;
}

/// They are inside the ring, where batches find them at once.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct Inside([Atomic; SECTORS]);

#[cfg(feature = "alloc")]
impl Sectors for Inside {
    const ARE_APART: bool = false;

    fn quiet() -> Self {
        Self(core::array::from_fn(|_| Atomic::new(0)))
    }

    #[inline(always)]
    fn here(&self) -> Option<&[Atomic; SECTORS]> {
        Some(&self.0)
    }
}

/// They are beside the slots: a ring of few slots is smaller, and a batch takes some more instructions.
#[cfg(any(feature = "std", all(feature = "alloc", test)))]
#[derive(Debug)]
pub struct Apart;

#[cfg(any(feature = "std", all(feature = "alloc", test)))]
impl Sectors for Apart {
    const ARE_APART: bool = true;

    fn quiet() -> Self {
        Self
    }

    #[inline(always)]
    fn here(&self) -> Option<&[Atomic; SECTORS]> {
        None
    }
}

/// Slots on the heap, for a capacity known when the ring is made.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct Heap<T, G: Group<Item = T> = Four<T>, W: Sectors = Inside> {
    sectors: W,
    memory: Memory<G, W>,
    values: PhantomData<fn() -> T>,
}

#[cfg(feature = "alloc")]
impl<T, G: Group<Item = T>, W: Sectors> Heap<T, G, W> {
    /// The geometry for so many slots, or `None` if the address space is too small for them.
    pub(crate) fn geometry(capacity: usize) -> Option<Geometry> {
        Geometry::new(capacity).filter(|&geometry| Memory::<G, W>::fits(geometry))
    }

    /// Slots without values, whose turn is the producers' in the lap of `start`.
    ///
    /// In lap 0 they are all zeroes, so that none of the memory is written before it is used.
    #[cfg(not(ringway_modelled))]
    pub(crate) fn new(geometry: Geometry, start: Position) -> Self {
        // SAFETY: zeroes are marks, which are words, and cells, which are `UnsafeCell`s of a
        // `MaybeUninit`.
        let memory = unsafe { Memory::<G, W>::new(geometry) };
        if geometry.lap_of(start) != 0 {
            memory.groups().iter().for_each(|group| group.begin(geometry, start));
        }
        Self { sectors: W::quiet(), memory, values: PhantomData }
    }

    /// Slots without values, one by one: in models a cell has a state besides.
    #[cfg(ringway_modelled)]
    pub(crate) fn new(geometry: Geometry, start: Position) -> Self {
        let memory = Memory::new(geometry, start);
        Self { sectors: W::quiet(), memory, values: PhantomData }
    }
}

#[cfg(feature = "alloc")]
impl<T, G: Group<Item = T>, W: Sectors> Storage for Heap<T, G, W> {
    type Item = T;
    type Group = G;

    #[inline(always)]
    fn slots(&self) -> Slots<'_, G> {
        Slots { geometry: self.memory.geometry, groups: self.memory.groups() }
    }

    #[inline(always)]
    fn late_words(&self) -> &[Atomic] {
        self.memory.lates()
    }

    #[inline(always)]
    fn sectors(&self) -> Option<&[Atomic; SECTORS]> {
        self.sectors.here().or_else(|| self.memory.sectors())
    }

    fn spare(&self) -> &Atomic {
        self.memory.word()
    }
}

/// Slots inside the ring itself, for a capacity known when the program is compiled, with late
/// words for the first `L`: all of them, or none in a ring that needs none.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Array<T, const N: usize, const L: usize = N> {
    slots: [One<T>; N],
    late: [Atomic; L],
    sectors: [Atomic; SECTORS],
    spare: Atomic,
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
        let late = [const { Atomic::new(0) }; L];
        let sectors = [const { Atomic::new(0) }; SECTORS];
        Self { slots, late, sectors, spare: Atomic::new(0) }
    }

    /// Slots without values, whose turn is the producers' in lap 0.
    #[cfg(ringway_loom)]
    pub(crate) fn new() -> Self {
        let slots = core::array::from_fn(|_| Block::empty(Self::GEOMETRY, Position(0)));
        let late = core::array::from_fn(|_| Atomic::new(0));
        let sectors = core::array::from_fn(|_| Atomic::new(0));
        Self { slots, late, sectors, spare: Atomic::new(0) }
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

    #[inline(always)]
    fn sectors(&self) -> Option<&[Atomic; SECTORS]> {
        has_sectors(N).then_some(&self.sectors)
    }

    fn spare(&self) -> &Atomic {
        &self.spare
    }
}
