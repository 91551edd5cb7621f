//! The values: the only place that reads and writes a `T`.
//!
//! - **R1** From claim to commit a slot belongs to the handle that claimed it (S1 of
//!   `sequencer`), and nobody else touches its cell; the other side's last touch happened
//!   before (S2).
//! - **R2** A slot that is ready for a consumer holds a value; one that is ready for a producer
//!   holds none.
//! - **R3** Between claim and commit of a shared side only bytes are copied: no code of `T`'s or
//!   of the caller runs, so nothing can panic there and leave the slot without an owner.

use core::mem::{ManuallyDrop, MaybeUninit};

use crate::position::Geometry;
use crate::sequencer::Claim;
use crate::sync::{Cell, DropValues};

/// Consecutive places, each for one value.
#[cfg(not(ringway_loom))]
type Places<'a, T> = &'a mut [MaybeUninit<T>];

/// The cells of a ring.
#[derive(Debug)]
pub(crate) struct Buffer<'a, T> {
    geometry: Geometry,
    cells: &'a [Cell<T>],
}

impl<T> Clone for Buffer<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Buffer<'_, T> {}

impl<'a, T> Buffer<'a, T> {
    /// The buffer of a ring of this geometry over its cells.
    #[inline(always)]
    pub(crate) fn new(geometry: Geometry, cells: &'a [Cell<T>]) -> Self {
        debug_assert_eq!(geometry.capacity(), cells.len());
        Self { geometry, cells }
    }

    /// The cells of a claim: those up to the end of the array, and those from its beginning.
    #[inline(always)]
    pub(crate) fn run(self, claim: &Claim) -> (&'a [Cell<T>], &'a [Cell<T>]) {
        let index = self.geometry.index(claim.from);
        let first = self.geometry.before_end(claim.from, claim.len);
        (&self.cells[index..index + first], &self.cells[..claim.len - first])
    }

    /// The cell of a claim of one position.
    #[inline(always)]
    fn one(self, claim: &Claim) -> &'a [Cell<T>] {
        debug_assert_eq!(claim.len, 1);
        core::slice::from_ref(&self.cells[self.geometry.index(claim.from)])
    }

    /// Moves one value into the slot of a claim.
    ///
    /// # Safety
    ///
    /// The caller owns `claim`, of one position, as a producer.
    #[inline(always)]
    pub(crate) unsafe fn write(self, claim: &Claim, value: T) {
        let value = ManuallyDrop::new(value);
        // SAFETY: the slot is the caller's (R1) and empty (R2); the value is not used again.
        unsafe { Cell::fill(self.one(claim), (&raw const value).cast()) };
    }

    /// Moves the value out of the slot of a claim.
    ///
    /// # Safety
    ///
    /// The caller owns `claim`, of one position, as a consumer.
    #[inline(always)]
    pub(crate) unsafe fn read(self, claim: &Claim) -> T {
        let mut value = MaybeUninit::uninit();
        // SAFETY: the slot is the caller's (R1) and holds a value (R2), which moves to `value`.
        unsafe {
            Cell::empty_into(self.one(claim), value.as_mut_ptr());
            value.assume_init()
        }
    }

    /// Moves `claim.len` values from `source` into the slots of a claim.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a producer. `source` holds as many values, which nobody uses
    /// or drops afterwards.
    #[inline(always)]
    pub(crate) unsafe fn copy_in(self, claim: &Claim, source: *const T) {
        let (first, second) = self.run(claim);
        // SAFETY: the slots are the caller's (R1); `source` has `first.len() + second.len()`
        // values.
        unsafe {
            Cell::fill(first, source);
            Cell::fill(second, source.add(first.len()));
        }
    }

    /// Moves the values out of the slots of a claim to `target`.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a consumer. `target` has room for `claim.len` values.
    #[inline(always)]
    pub(crate) unsafe fn copy_out(self, claim: &Claim, target: *mut T) {
        let (first, second) = self.run(claim);
        // SAFETY: the slots are the caller's (R1) and hold values (R2); `target` has room for
        // `first.len() + second.len()` of them.
        unsafe {
            Cell::empty_into(first, target);
            Cell::empty_into(second, target.add(first.len()));
        }
    }

    /// Drops the values in the slots of a claim, each once even if one of them panics.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a consumer, with no side shared that could wait for it.
    pub(crate) unsafe fn drop_values(self, claim: &Claim) {
        let (first, second) = self.run(claim);
        // SAFETY: the slots are the caller's (R1) and hold values (R2).
        let _values = unsafe { (DropValues::new(second), DropValues::new(first)) };
    }

    /// The slots of a claim, as places to write.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a producer for as long as the slices live, and has no others.
    #[cfg(not(ringway_loom))]
    #[inline(always)]
    pub(crate) unsafe fn as_uninit(self, claim: &Claim) -> (Places<'a, T>, Places<'a, T>) {
        let slice = |cells: &[Cell<T>]| {
            let places = Cell::values(cells).cast::<MaybeUninit<T>>();
            // SAFETY: the slots are the caller's alone (R1), and any bytes are a `MaybeUninit`.
            unsafe { core::slice::from_raw_parts_mut(places, cells.len()) }
        };
        let (first, second) = self.run(claim);
        (slice(first), slice(second))
    }

    /// The values in the slots of a claim.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a consumer for as long as the slices live, and has no slices
    /// of it that can be changed.
    #[cfg(not(ringway_loom))]
    #[inline(always)]
    pub(crate) unsafe fn as_slices(self, claim: &Claim) -> (&'a [T], &'a [T]) {
        let slice = |cells: &[Cell<T>]| {
            // SAFETY: the slots are the caller's (R1) and hold values (R2).
            unsafe { core::slice::from_raw_parts(Cell::values(cells), cells.len()) }
        };
        let (first, second) = self.run(claim);
        (slice(first), slice(second))
    }

    /// The values in the slots of a claim, to be changed.
    ///
    /// # Safety
    ///
    /// The caller owns `claim` as a consumer for as long as the slices live, and has no others.
    #[cfg(not(ringway_loom))]
    #[inline(always)]
    pub(crate) unsafe fn as_mut_slices(self, claim: &Claim) -> (&'a mut [T], &'a mut [T]) {
        let slice = |cells: &[Cell<T>]| {
            // SAFETY: the slots are the caller's alone (R1) and hold values (R2).
            unsafe { core::slice::from_raw_parts_mut(Cell::values(cells), cells.len()) }
        };
        let (first, second) = self.run(claim);
        (slice(first), slice(second))
    }
}
