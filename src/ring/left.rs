//! The values of a vector that have not gone into a ring yet.

use alloc::vec::Vec;
use core::ops::Range;

/// Values that go from the front, by their bytes: those that have gone are no longer looked at. Whoever
/// took one out of the ring may have dropped it by then, and a box, say, is not to be moved after that.
#[derive(Debug)]
pub(crate) struct Left<T> {
    /// Where they lie. It counts none of them: if this is forgotten, so are they.
    memory: Vec<T>,
    /// Which places of the memory hold those that are left.
    places: Range<usize>,
}

impl<T> Left<T> {
    /// All of a vector.
    pub(crate) fn of(mut values: Vec<T>) -> Self {
        let places = 0..values.len();
        // SAFETY: none is fewer than there are; the values are ours by `places`.
        unsafe { values.set_len(0) };
        Self { memory: values, places }
    }

    /// How many are left.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Where the first of those lies that are left.
    pub(super) fn first(&self) -> *const T {
        // SAFETY: the places are within the memory.
        unsafe { self.memory.as_ptr().add(self.places.start) }
    }

    /// Lets the first `n` go.
    ///
    /// # Safety
    ///
    /// There are as many, and they were moved out of their places.
    pub(super) unsafe fn forget_first(&mut self, n: usize) {
        self.places.start += n;
    }

    /// Those that are left, in a vector, in the memory in which they were.
    pub(crate) fn take(&mut self) -> Vec<T> {
        let mut values = core::mem::take(&mut self.memory);
        let Range { start, end } = core::mem::take(&mut self.places);
        let front = values.as_mut_ptr();
        // SAFETY: the values at these places are ours alone, and from now on the vector's.
        unsafe {
            core::ptr::copy(front.add(start), front, end - start);
            values.set_len(end - start);
        }
        values
    }
}

impl<T> Drop for Left<T> {
    /// Drops those that are left.
    fn drop(&mut self) {
        drop(self.take());
    }
}
