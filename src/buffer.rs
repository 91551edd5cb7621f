//! The values: the only place that reads and writes a `T`.
//!
//! - **R1** From claim to commit a slot belongs to the handle that claimed it (S1 of
//!   `sequencer`), and nobody else touches its cell; the other side's last touch happened
//!   before (S2).
//! - **R2** A slot that is ready for a consumer holds a value; one that is ready for a producer
//!   holds none.
//! - **R3** Between claim and commit of a shared side only bytes are copied: no code of `T`'s or
//!   of the caller runs, so nothing can panic there and leave the slot without an owner. But for a position that
//!   is promised (`ring::promise`): it holds no value until it is kept, and whatever happens before gives it up.

use core::mem::ManuallyDrop;
#[cfg(not(ringway_modelled))]
use core::mem::MaybeUninit;

use crate::position::Position;
use crate::sequencer::{Claim, Emptying};
#[cfg(not(ringway_modelled))]
use crate::slots::LINE;
use crate::slots::{Group, Run, Slots};
use crate::sync::{Cell, DropValues};

/// Moves a value into a slot.
///
/// # Safety
///
/// The caller owns the slot, which is one, as a producer.
#[inline(always)]
pub(crate) unsafe fn write<T>(slot: &[Cell<T>], value: T) {
    let value = ManuallyDrop::new(value);
    // SAFETY: the slot is the caller's (R1) and empty (R2); the value is not used again.
    unsafe { Cell::fill(slot, (&raw const value).cast()) };
}

/// Moves values from `source` into slots that lie together in a group `G`.
///
/// # Safety
///
/// The caller owns the slots as a producer. `source` holds as many values, which nobody uses or
/// drops afterwards.
#[inline(always)]
pub(crate) unsafe fn copy_in<G: Group>(slots: &[Cell<G::Item>], source: *const G::Item) {
    // SAFETY: the slots are the caller's (R1) and empty (R2), and `source` has as many values.
    unsafe {
        // A whole group has a length that the compiler knows, and is not worth a call.
        if let Some(group) = slots.get(..G::LEN) {
            Cell::fill(group, source);
        } else {
            Cell::fill(slots, source);
        }
    }
}

/// Moves values out of slots that lie together in a group `G` to `target`.
///
/// # Safety
///
/// The caller owns the slots as a consumer. `target` has room for as many values.
#[inline(always)]
pub(crate) unsafe fn copy_out<G: Group>(slots: &[Cell<G::Item>], target: *mut G::Item) {
    // SAFETY: the slots are the caller's (R1) and hold values (R2), and `target` has room.
    unsafe {
        if let Some(group) = slots.get(..G::LEN) {
            Cell::empty_into(group, target);
        } else {
            Cell::empty_into(slots, target);
        }
        take_lines::<G>(slots);
    }
}

/// Makes the lines of slots in a group `G` the own of this processor's cache.
///
/// Else a consumer would only read lines of values in which it writes no mark, and the producer that writes them
/// next would wait until all other caches have let go of what they share: for longer than it takes to move a
/// line that one of them has to itself (docs/DESIGN.md, section 8).
///
/// # Safety
///
/// The caller owns the slots as a consumer, and has moved the values out.
#[inline(always)]
unsafe fn take_lines<G: Group>(slots: &[Cell<G::Item>]) {
    #[cfg(not(ringway_modelled))]
    if !G::IS_WRITTEN {
        // SAFETY: the slots are the caller's (R1) and empty.
        unsafe { Cell::touch::<LINE>(slots) };
    }
    #[cfg(ringway_modelled)]
    let _ = slots;
}

/// Drops the values in the slots of a claim, each once even if one of them panics.
///
/// # Safety
///
/// The caller owns `claim` as a consumer. The drop of a value may panic or run for long, so that
/// a shared side may not do this between claim and commit (R3).
pub(crate) unsafe fn drop_values<G: Group>(slots: Slots<'_, G>, claim: &Claim) {
    // SAFETY: the slots are the caller's (R1) and hold values (R2), and then none.
    unsafe {
        drop_each(slots.runs(claim.from, claim.len));
        slots.runs(claim.from, claim.len).for_each(|run| take_lines::<G>(run.cells()));
    }
}

/// Drops the values of a ring that nobody else has, at `n` positions from `from` on, each once even
/// if one of them panics. Where a thread was killed in the midst of an operation it is no consumer's turn in
/// that lap: what it had there stays.
///
/// # Safety
///
/// The caller owns all the slots.
pub(crate) unsafe fn drop_filled<G: Group>(slots: Slots<'_, G>, from: Position, n: usize) {
    let all = slots.runs(from, n).flat_map(|run| run.each());
    // SAFETY: the slots are the caller's (R1), and those that are ready for a consumer hold
    // values (R2).
    unsafe { drop_each(all.filter(|slot| slot.ready::<Emptying>(slots.geometry) == 1)) }
}

/// Drops the values of runs, each once even if one of them panics.
///
/// # Safety
///
/// The caller owns the slots, which hold values and count as empty afterwards; the iterator
/// yields each of them once.
unsafe fn drop_each<'a, G: Group + 'a>(runs: impl Iterator<Item = Run<'a, G>>) {
    /// Drops what is left when it is dropped itself, which is on the way of a panic.
    struct Rest<'a, G: Group + 'a, I: Iterator<Item = Run<'a, G>>>(I);

    impl<'a, G: Group + 'a, I: Iterator<Item = Run<'a, G>>> Drop for Rest<'a, G, I> {
        fn drop(&mut self) {
            for run in &mut self.0 {
                // SAFETY: the slots are the caller's (R1) and hold values (R2), and the iterator
                // yields each of them once.
                drop(unsafe { DropValues::new(run.cells()) });
            }
        }
    }

    let mut rest = Rest(runs);
    for run in &mut rest.0 {
        // SAFETY: as above.
        drop(unsafe { DropValues::new(run.cells()) });
    }
}

/// The places of slots that lie together.
///
/// # Safety
///
/// The caller owns the slots as a producer for as long as the slice lives, and has no other.
#[cfg(not(ringway_modelled))]
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "the cells are shared, their owner is one (R1)")]
pub(crate) unsafe fn places<T>(cells: &[Cell<T>]) -> &mut [MaybeUninit<T>] {
    // SAFETY: the slots are the caller's alone (R1), and any bytes are a `MaybeUninit`.
    unsafe { core::slice::from_raw_parts_mut(Cell::values(cells).cast(), cells.len()) }
}

/// The values in slots that lie together.
///
/// # Safety
///
/// The caller owns the slots as a consumer for as long as the slice lives, and has none of them
/// that can be changed.
#[cfg(not(ringway_modelled))]
#[inline(always)]
pub(crate) unsafe fn values<T>(cells: &[Cell<T>]) -> &[T] {
    // SAFETY: the slots are the caller's (R1) and hold values (R2).
    unsafe { core::slice::from_raw_parts(Cell::values(cells), cells.len()) }
}

/// The values in slots that lie together, to be changed.
///
/// # Safety
///
/// The caller owns the slots as a consumer for as long as the slice lives, and has no other.
#[cfg(not(ringway_modelled))]
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "the cells are shared, their owner is one (R1)")]
pub(crate) unsafe fn values_mut<T>(cells: &[Cell<T>]) -> &mut [T] {
    // SAFETY: the slots are the caller's alone (R1) and hold values (R2).
    unsafe { core::slice::from_raw_parts_mut(Cell::values(cells), cells.len()) }
}
