//! What is left of a vector whose values are moved away from its front.

use alloc::vec::Vec;
use core::{ptr, slice};

/// The values of a vector that are not moved away yet, where they lie. Dropped, it puts them to the front
/// of the vector; forgotten, it leaves the vector empty.
///
/// Those that went did so by their bytes, and are no longer looked at: whoever took one out of the ring may
/// have dropped it by then, and a box, say, is not to be moved after that.
#[derive(Debug)]
pub(crate) struct Left<'v, T> {
    /// Its length is 0 meanwhile: nobody else has what it holds.
    home: &'v mut Vec<T>,
    /// So many values are moved away.
    moved: usize,
    /// So many there were; those behind the moved ones are ours.
    all: usize,
}

impl<'v, T> Left<'v, T> {
    /// All of a vector.
    pub(crate) fn of(home: &'v mut Vec<T>) -> Self {
        let all = home.len();
        // SAFETY: a vector of no values has as many.
        unsafe { home.set_len(0) };
        Self { home, moved: 0, all }
    }

    /// How many are left.
    pub(crate) const fn len(&self) -> usize {
        self.all - self.moved
    }

    /// Where the first of those lies that are left.
    pub(super) fn first(&self) -> *const T {
        // SAFETY: the memory of the vector holds at least as many as are moved away.
        unsafe { self.home.as_ptr().add(self.moved) }
    }

    /// Those that are left.
    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: those behind the moved ones are ours, where they always lay.
        unsafe { slice::from_raw_parts(self.first(), self.len()) }
    }

    /// Lets the first `n` values go, which are no longer there.
    ///
    /// # Safety
    ///
    /// There are as many, and they were moved away.
    pub(super) unsafe fn forget_first(&mut self, n: usize) {
        debug_assert!(n <= self.len());
        self.moved += n;
    }
}

impl<T> Drop for Left<'_, T> {
    fn drop(&mut self) {
        let (front, left) = (self.home.as_mut_ptr(), self.len());
        // SAFETY: the values that are left move to the front, where nothing is any more, and their number
        // is the new length.
        unsafe {
            ptr::copy(front.add(self.moved), front, left);
            self.home.set_len(left);
        }
    }
}
