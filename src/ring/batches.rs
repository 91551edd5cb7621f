//! Batches: values that move between a ring and a slice, a vector or a stage, for whoever holds a
//! cursor into the ring.

use super::Store;
use super::core::Ring;
use super::error::{TooFew, exactly};
#[cfg(feature = "std")]
use super::left::Left;
use super::staged::Staged;
use crate::sequencer::{Cursor, Sequencer, Tally};

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

impl<P: Sequencer, C: Sequencer, S: Store> Ring<P, C, S> {
    /// Copies as many values as fit from the beginning of a slice.
    #[inline(always)]
    pub(crate) fn push_slice(&self, cursor: &mut Cursor<impl Tally>, values: &[S::Item]) -> usize
    where
        S::Item: Copy,
    {
        // SAFETY: the values are `Copy`: those in the slice stay values.
        unsafe { self.push_from(cursor, values.as_ptr(), 1, values.len()) }
    }

    /// Copies all values of a slice, or none.
    #[inline(always)]
    pub(crate) fn push_slice_exact(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &[S::Item],
    ) -> Result<(), TooFew>
    where
        S::Item: Copy,
    {
        let wanted = values.len();
        // SAFETY: as in `push_slice`.
        exactly(wanted, unsafe { self.push_from(cursor, values.as_ptr(), wanted, wanted) })
    }

    /// Moves as many values as fit from the front of a vector.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn push_vec(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
    ) -> usize {
        self.push_front(cursor, values, 1)
    }

    /// Moves all values of a vector, or none.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn push_vec_exact(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
    ) -> Result<(), TooFew> {
        let wanted = values.len();
        exactly(wanted, self.push_front(cursor, values, wanted))
    }

    /// Moves at least `least` values from the front of a vector, or none.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    fn push_front(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
        least: usize,
    ) -> usize {
        let len = values.len();
        // SAFETY: the vector holds `len` values; those that are moved are let go below, before
        // anything else can happen to them.
        let moved = unsafe { self.push_from(cursor, values.as_ptr(), least, len) };
        // SAFETY: the first `moved` values are gone, so the others move to the front, and their
        // number is the new length.
        unsafe {
            core::ptr::copy(values.as_ptr().add(moved), values.as_mut_ptr(), len - moved);
            values.set_len(len - moved);
        }
        moved
    }

    /// Moves as many values as fit from what is left of a vector, at most `limit`.
    #[cfg(feature = "std")]
    #[inline(always)]
    pub(crate) fn push_left(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Left<'_, S::Item>,
        limit: usize,
    ) -> usize {
        // SAFETY: there are as many values; those that are moved are let go below, before anything
        // else can happen to them.
        let moved = unsafe { self.push_from(cursor, values.first(), 1, values.len().min(limit)) };
        // SAFETY: the first `moved` values were moved into the ring.
        unsafe { values.forget_first(moved) };
        moved
    }

    /// Moves as many values as fit from a stage.
    #[inline(always)]
    pub(crate) fn push_iter<I, const N: usize>(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Staged<I, N>,
    ) -> usize
    where
        I: Iterator<Item = S::Item>,
    {
        let staged = values.stage();
        // SAFETY: the stage holds as many values, and lets those go that were moved.
        let moved = unsafe { self.push_from(cursor, staged.as_ptr(), 1, staged.len()) };
        // SAFETY: the first `moved` values of the stage were moved into the ring.
        unsafe { values.forget_first(moved) };
        moved
    }

    /// Copies as many values in a row as are ready to the beginning of a slice.
    #[inline(always)]
    pub(crate) fn pop_slice(&self, cursor: &mut Cursor<impl Tally>, values: &mut [S::Item]) -> usize
    where
        S::Item: Copy,
    {
        // SAFETY: the slice has room for as many values as it is long; those it held are `Copy`
        // and need no drop.
        unsafe { self.pop_to(cursor, values.as_mut_ptr(), 1, values.len()) }
    }

    /// Fills a whole slice, or leaves it as it was.
    #[inline(always)]
    pub(crate) fn pop_slice_exact(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut [S::Item],
    ) -> Result<(), TooFew>
    where
        S::Item: Copy,
    {
        let wanted = values.len();
        // SAFETY: as in `pop_slice`.
        exactly(wanted, unsafe { self.pop_to(cursor, values.as_mut_ptr(), wanted, wanted) })
    }

    /// Moves the values that are ready, at most `limit`, to the end of a vector.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn pop_vec(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
        limit: usize,
    ) -> usize {
        let mut limit = limit.min(self.capacity());
        if values.capacity() - values.len() < limit {
            limit = limit.min(self.len());
            values.reserve(limit);
        }
        // SAFETY: the vector has room for `limit` values behind its last.
        unsafe { self.pop_to_end(cursor, values, 1, limit) }
    }

    /// Moves exactly `n` values to the end of a vector, or none.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn pop_vec_exact(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
        n: usize,
    ) -> Result<(), TooFew> {
        if n > self.capacity() {
            return exactly(n, 0);
        }
        values.reserve(n);
        // SAFETY: the vector has room for `n` values behind its last.
        exactly(n, unsafe { self.pop_to_end(cursor, values, n, n) })
    }

    /// Moves at least `least` and at most `most` values to the end of a vector, or none.
    ///
    /// # Safety
    ///
    /// The vector has room for `most` values more.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    unsafe fn pop_to_end(
        &self,
        cursor: &mut Cursor<impl Tally>,
        values: &mut Vec<S::Item>,
        least: usize,
        most: usize,
    ) -> usize {
        let len = values.len();
        debug_assert!(values.capacity() - len >= most);
        // SAFETY: behind the last value there is room for `most` (the caller says so), and as
        // many of them as are moved hold values afterwards.
        unsafe {
            let moved = self.pop_to(cursor, values.as_mut_ptr().add(len), least, most);
            values.set_len(len + moved);
            moved
        }
    }
}
