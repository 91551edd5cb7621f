//! What lies in one block of memory elsewhere, for models: there a cell has a state besides.

use alloc::boxed::Box;
use core::marker::PhantomData;

use super::Group;
use crate::late::SECTORS;
use crate::position::{Geometry, Position};
use crate::sync::Atomic;

/// What a ring has on the heap.
#[derive(Debug)]
pub struct Pieces<G, W> {
    pub(super) geometry: Geometry,
    groups: Box<[G]>,
    lates: Box<[Atomic]>,
    word: Atomic,
    sectors: PhantomData<W>,
}

impl<G: Group, W> Pieces<G, W> {
    /// Whether the address space has room for it.
    pub(super) fn fits(_: Geometry) -> bool {
        true
    }

    /// All of it, in the lap of `start`.
    pub(super) fn new(geometry: Geometry, start: Position) -> Self {
        let capacity = geometry.capacity();
        let groups = (0..capacity.div_ceil(G::LEN)).map(|_| G::empty(geometry, start)).collect();
        let lates = (0..capacity).filter(|_| G::CAN_BE_LATE).map(|_| Atomic::new(0)).collect();
        Self { geometry, groups, lates, word: Atomic::new(0), sectors: PhantomData }
    }

    /// The groups.
    pub(super) fn groups(&self) -> &[G] {
        &self.groups
    }

    /// In models there is one sector.
    pub(super) fn sectors(&self) -> Option<&[Atomic; SECTORS]> {
        None
    }

    /// The late words.
    pub(super) fn lates(&self) -> &[Atomic] {
        &self.lates
    }

    /// A word.
    pub(super) fn word(&self) -> &Atomic {
        &self.word
    }
}
