//! What moves values in and out of a ring, for whoever holds a cursor into it.

use core::mem::{ManuallyDrop, MaybeUninit};

use super::Store;
use super::core::Ring;
use crate::buffer;
use crate::sequencer::{
    AtSlot, Calm, Care, Cursor, Emptying, Filling, InSector, One, Protocol, Sequencer, Side, Tally,
    Tracked, acquire_guessed, acquire_one, commit_one, is_blocked, move_many,
};

/// A value that is not in the ring yet, on the paths out of line.
///
/// It is written there, so that the compiler cannot take the place of the value itself for it, which then had to be
/// in memory on the straight path too.
struct Unsent<T> {
    /// It is the ring's once it was moved.
    value: ManuallyDrop<T>,
    is_moved: bool,
}

impl<P: Sequencer, C: Sequencer, S: Store> Ring<P, C, S> {
    /// Moves a value into the ring, or gives it back if the ring is full.
    #[inline(always)]
    pub(crate) fn push(
        &self,
        cursor: &mut Cursor<impl Tally>,
        value: S::Item,
    ) -> Result<(), S::Item> {
        self.push_or_else(cursor, value, |cursor, unsent| self.push_beside_late(cursor, unsent))
    }

    /// As [`Ring::push`] by its first try alone, which says that the ring is full where the slot
    /// is not ready, another producer was faster, the guess was old, or somebody is late.
    #[cfg(feature = "std")]
    #[inline(always)]
    pub(crate) fn push_at_once(
        &self,
        cursor: &mut Cursor<impl Tally>,
        value: S::Item,
    ) -> Result<(), S::Item> {
        self.push_or_else(cursor, value, |_, _| {})
    }

    /// As [`Ring::push`]; where the first try fails, `otherwise` moves the value or leaves it.
    ///
    /// No pointer to the value itself leaves the straight path, so that the compiler need not keep it in memory on
    /// its way to the slot.
    #[inline(always)]
    fn push_or_else<F: Tally>(
        &self,
        cursor: &mut Cursor<F>,
        value: S::Item,
        otherwise: impl FnOnce(&mut Cursor<F>, &mut Unsent<S::Item>),
    ) -> Result<(), S::Item> {
        let value = ManuallyDrop::new(value);
        let one = acquire_guessed::<Filling, P, C, _, Calm>(self, cursor);
        let is_late = one.is_some();
        if let Some(one) = one {
            // SAFETY: it is a value, which is the ring's if it was moved, and else still ours.
            if unsafe { self.fill::<Calm>(one, (&raw const value).cast()) } {
                return Ok(());
            }
        }
        let mut unsent = Unsent { value, is_moved: false };
        F::aside(cursor, |cursor| {
            if is_late {
                self.push_though_late(cursor, &mut unsent);
            } else {
                otherwise(cursor, &mut unsent);
            }
        });
        if unsent.is_moved { Ok(()) } else { Err(ManuallyDrop::into_inner(unsent.value)) }
    }

    /// As [`Ring::push`], where the first try has failed; notes whether the value was moved.
    #[inline(never)]
    fn push_beside_late(&self, cursor: &mut Cursor<impl Tally>, unsent: &mut Unsent<S::Item>) {
        if self.is_disturbed() {
            if let Some(one) = acquire_guessed::<Filling, P, C, _, InSector>(self, cursor) {
                if !self.fill_from::<InSector>(one, unsent) {
                    self.push_though_late(cursor, unsent);
                }
                return;
            }
        } else if self.is_blocked::<Filling, P, C>(cursor) {
            return;
        }
        if let Some(one) = acquire_guessed::<Filling, P, C, _, AtSlot>(self, cursor) {
            if !self.fill_from::<AtSlot>(one, unsent) {
                self.push_though_late(cursor, unsent);
            }
            return;
        }
        self.push_after_all(cursor, unsent);
    }

    /// As [`Ring::push`], where we were late and have left a slot, which was in the way of others that may
    /// be free; notes whether the value was moved.
    #[cold]
    #[inline(never)]
    fn push_though_late(&self, cursor: &mut Cursor<impl Tally>, unsent: &mut Unsent<S::Item>) {
        cursor.freed.add(1);
        self.push_after_all(cursor, unsent);
    }

    /// As [`Ring::push`], where the slot was not ready, the guess was wrong, or we were late; notes
    /// whether the value was moved.
    #[inline(never)]
    fn push_after_all(&self, cursor: &mut Cursor<impl Tally>, unsent: &mut Unsent<S::Item>) {
        while let Some(one) = acquire_one::<Filling, P, C, _>(self, cursor) {
            if self.fill_from::<AtSlot>(one, unsent) {
                return;
            }
            cursor.freed.add(1);
        }
    }

    /// As [`Ring::fill`] with a value that is not in the ring yet, and notes whether it was moved.
    #[inline(always)]
    fn fill_from<W: Care>(&self, one: One<'_, S::Group>, unsent: &mut Unsent<S::Item>) -> bool {
        let source = (&raw const unsent.value).cast();
        // SAFETY: it is a value; once it was moved, that is noted.
        unsent.is_moved = unsafe { self.fill::<W>(one, source) };
        unsent.is_moved
    }

    /// Moves a value into a slot that is ours and commits it, or does not if we were late.
    ///
    /// # Safety
    ///
    /// `source` is a value. If it was moved, nobody uses or drops it afterwards.
    #[inline(always)]
    pub(super) unsafe fn fill<W: Care>(
        &self,
        one: One<'_, S::Group>,
        source: *const S::Item,
    ) -> bool {
        // SAFETY: we own the slot until we commit the claim; once it is committed in time the
        // value is the slot's, and before that it is still the caller's.
        unsafe { buffer::copy_in::<S::Group>(one.slot.cells(), source) };
        commit_one::<Filling, P, C, _, W>(self, one)
    }

    /// Moves the oldest value out of the ring, or nothing if it is empty.
    #[inline(always)]
    pub(crate) fn pop(&self, cursor: &mut Cursor<impl Tally>) -> Option<S::Item> {
        if let Some(value) = self.pop_at_once(cursor) {
            return Some(value);
        }
        let mut value = MaybeUninit::uninit();
        // SAFETY: it was moved there.
        self.pop_beside_late(cursor, &mut value).then(|| unsafe { value.assume_init() })
    }

    /// As [`Ring::pop`] by its first try alone: if the slot of the cursor is ready, nobody was faster and nobody
    /// is late.
    #[inline(always)]
    pub(crate) fn pop_at_once(&self, cursor: &mut Cursor<impl Tally>) -> Option<S::Item> {
        let mut value = MaybeUninit::uninit();
        if !self.pop_guessed::<Calm>(cursor, &mut value) {
            return None;
        }
        // SAFETY: it was moved there.
        Some(unsafe { value.assume_init() })
    }

    /// As [`Ring::pop`], where the first try has failed.
    #[cfg(feature = "std")]
    #[inline(always)]
    pub(crate) fn pop_otherwise(&self, cursor: &mut Cursor<impl Tally>) -> Option<S::Item> {
        let mut value = MaybeUninit::uninit();
        // SAFETY: it was moved there.
        self.pop_otherwise_to(cursor, &mut value).then(|| unsafe { value.assume_init() })
    }

    /// Whether somebody is late, so that the word of a sector may say more than the watch of the ring.
    #[inline(always)]
    fn is_disturbed(&self) -> bool {
        !Self::IS_LONE && !self.track().lates.calm().note()
    }

    /// Whether side `D`, of kind `K` and across from one of kind `O`, can get no further, as the marks say.
    #[inline(always)]
    fn is_blocked<D: Side, K: Protocol, O: Protocol>(&self, cursor: &Cursor<impl Tally>) -> bool {
        !Self::IS_LONE && is_blocked::<D, K, O, _>(&self.track(), cursor.next)
    }

    /// As [`Ring::pop`], where the first try has failed; whether there is a value, to `target`. An option that is
    /// returned would have its place in memory on the straight path too.
    #[inline(never)]
    fn pop_beside_late(
        &self,
        cursor: &mut Cursor<impl Tally>,
        target: &mut MaybeUninit<S::Item>,
    ) -> bool {
        self.pop_otherwise_to(cursor, target)
    }

    /// The same, in line.
    #[inline(always)]
    fn pop_otherwise_to(
        &self,
        cursor: &mut Cursor<impl Tally>,
        target: &mut MaybeUninit<S::Item>,
    ) -> bool {
        if self.is_disturbed() {
            if self.pop_guessed::<InSector>(cursor, target) {
                return true;
            }
        } else if self.is_blocked::<Emptying, C, P>(cursor) {
            return false;
        }
        self.pop_guessed::<AtSlot>(cursor, target) || self.pop_after_all(cursor, target)
    }

    /// As [`Ring::pop`], if the slot of the cursor is ready, nobody was faster and nobody is late
    /// where `W` looks; whether there is a value, to `target`.
    #[inline(always)]
    fn pop_guessed<W: Care>(
        &self,
        cursor: &mut Cursor<impl Tally>,
        target: &mut MaybeUninit<S::Item>,
    ) -> bool {
        let Some(one) = acquire_guessed::<Emptying, C, P, _, W>(self, cursor) else { return false };
        self.empty::<W>(one, target);
        true
    }

    /// As [`Ring::pop`], where the slot was not ready or the guess was wrong; whether there is a value, to
    /// `target`.
    #[inline(never)]
    fn pop_after_all(
        &self,
        cursor: &mut Cursor<impl Tally>,
        target: &mut MaybeUninit<S::Item>,
    ) -> bool {
        let Some(one) = acquire_one::<Emptying, C, P, _>(self, cursor) else { return false };
        self.empty::<AtSlot>(one, target);
        true
    }

    /// Moves the value out of a slot that is ours to `target`, and commits it.
    #[inline(always)]
    pub(super) fn empty<W: Care>(&self, one: One<'_, S::Group>, target: &mut MaybeUninit<S::Item>) {
        // SAFETY: we own the slot until we commit the claim.
        unsafe { buffer::copy_out::<S::Group>(one.slot.cells(), target.as_mut_ptr()) };
        // Late or not, the value is ours.
        let _ = commit_one::<Emptying, C, P, _, W>(self, one);
    }

    /// Moves at least `least` and at most `most` values from `source`, with one claim, or none;
    /// returns how many. They are fewer than `least` only if this thread was late.
    ///
    /// # Safety
    ///
    /// `source` holds `most` values. As many as are returned have been moved: nobody uses or
    /// drops them afterwards, unless they are `Copy`.
    #[inline(always)]
    pub(crate) unsafe fn push_from(
        &self,
        cursor: &mut Cursor<impl Tally>,
        source: *const S::Item,
        least: usize,
        most: usize,
    ) -> usize {
        if most == 0 || least > self.capacity() {
            return 0;
        }
        let most = most.min(self.capacity());
        loop {
            let cells = move |first, cells: &[_]| {
                // SAFETY: we own the cells until they are committed; their numbers are below the
                // length of the claim, which is no longer than `source` has values.
                unsafe { buffer::copy_in::<S::Group>(cells, source.add(first)) };
            };
            let moved = move_many::<Filling, P, C, _>(self, cursor, (least, most), cells);
            let Some(moved) = moved else { return 0 };
            if moved > 0 {
                return moved;
            }
        }
    }

    /// Moves at least `least` and at most `most` values to `target`, with one claim, or none;
    /// returns how many.
    ///
    /// # Safety
    ///
    /// `target` has room for `most` values.
    #[inline(always)]
    pub(crate) unsafe fn pop_to(
        &self,
        cursor: &mut Cursor<impl Tally>,
        target: *mut S::Item,
        least: usize,
        most: usize,
    ) -> usize {
        if most == 0 || least > self.capacity() {
            return 0;
        }
        let most = most.min(self.capacity());
        let cells = move |first, cells: &[_]| {
            // SAFETY: we own the cells until they are committed; their numbers are below the
            // length of the claim, for which `target` has room.
            unsafe { buffer::copy_out::<S::Group>(cells, target.add(first)) };
        };
        move_many::<Emptying, C, P, _>(self, cursor, (least, most), cells).unwrap_or(0)
    }
}
