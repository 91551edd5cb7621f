//! Batches, as those of the rings: one claim for many values.

use super::Queue;
use crate::ring::{Staged, Store, TooFew};
use crate::sequencer::Uncounted;

impl<T, S: Store<Item = T>> Queue<T, S> {
    /// Copies as many values as fit from the beginning of a slice, with one claim, and returns
    /// how many; the rest was not touched.
    ///
    /// ```
    /// let queue = ringway::Queue::new(3);
    /// assert_eq!(queue.push_slice(&[1, 2, 3, 4, 5]), 3);
    /// assert_eq!(queue.pop(), Some(1));
    /// ```
    #[inline]
    pub fn push_slice(&self, values: &[T]) -> usize
    where
        T: Copy,
    {
        self.ring.push_slice(&mut self.ring.filling::<Uncounted>(), values)
    }

    /// Copies all values of a slice, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer slots are ready than the slice has values; a slice longer than the capacity
    /// never fits.
    ///
    /// ```
    /// let queue = ringway::Queue::new(3);
    /// assert!(queue.push_slice_exact(&[1, 2]).is_ok());
    /// assert!(queue.push_slice_exact(&[3, 4]).is_err());
    /// assert_eq!(queue.len(), 2);
    /// ```
    #[inline]
    pub fn push_slice_exact(&self, values: &[T]) -> Result<(), TooFew>
    where
        T: Copy,
    {
        self.ring.push_slice_exact(&mut self.ring.filling::<Uncounted>(), values)
    }

    /// Moves as many values as fit from the front of a vector, with one claim, and returns how
    /// many; the rest stays in the vector, moved up.
    ///
    /// ```
    /// let queue = ringway::Queue::new(2);
    /// let mut names = vec!["ada".to_string(), "bob".to_string(), "eve".to_string()];
    /// assert_eq!(queue.push_vec(&mut names), 2);
    /// assert_eq!(names, ["eve"]);
    /// assert_eq!(queue.pop().as_deref(), Some("ada"));
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn push_vec(&self, values: &mut alloc::vec::Vec<T>) -> usize {
        self.ring.push_vec(&mut self.ring.filling::<Uncounted>(), values)
    }

    /// Moves all values of a vector, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer slots are ready than the vector has values, which stay in it, all but those
    /// of [`TooFew::moved`]; more than the capacity never fit.
    ///
    /// ```
    /// let queue = ringway::Queue::new(2);
    /// let mut values = vec![1, 2, 3];
    /// assert!(queue.push_vec_exact(&mut values).is_err());
    /// assert_eq!(values.pop(), Some(3));
    /// assert!(queue.push_vec_exact(&mut values).is_ok());
    /// assert!(values.is_empty());
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn push_vec_exact(&self, values: &mut alloc::vec::Vec<T>) -> Result<(), TooFew> {
        self.ring.push_vec_exact(&mut self.ring.filling::<Uncounted>(), values)
    }

    /// Moves as many values as fit of up to `N` from an iterator, with one claim, and returns
    /// how many.
    ///
    /// The iterator runs first, into the stage of [`Staged`]; what does not fit stays there. So
    /// a panic of the iterator leaves the ring as it was.
    ///
    /// ```
    /// use ringway::ring::Staged;
    ///
    /// let queue = ringway::Queue::new(4);
    /// let mut names = Staged::<_, 8>::new((0..6).map(|i| format!("message {i}")));
    /// assert_eq!(queue.push_iter(&mut names), 4);
    /// assert_eq!(queue.pop().as_deref(), Some("message 0"));
    /// assert_eq!(names.next().as_deref(), Some("message 4"));
    /// ```
    #[inline]
    pub fn push_iter<I, const N: usize>(&self, values: &mut Staged<I, N>) -> usize
    where
        I: Iterator<Item = T>,
    {
        self.ring.push_iter(&mut self.ring.filling::<Uncounted>(), values)
    }

    /// Copies as many values in a row as are ready to the beginning of a slice, with one claim, and
    /// returns how many; the rest of the slice stays as it was.
    ///
    /// ```
    /// let queue = ringway::Queue::new(4);
    /// queue.push_slice(&[1, 2, 3]);
    /// let mut values = [0; 8];
    /// assert_eq!(queue.pop_slice(&mut values), 3);
    /// assert_eq!(values, [1, 2, 3, 0, 0, 0, 0, 0]);
    /// ```
    #[inline]
    pub fn pop_slice(&self, values: &mut [T]) -> usize
    where
        T: Copy,
    {
        self.ring.pop_slice(&mut self.ring.emptying::<Uncounted>(), values)
    }

    /// Fills a whole slice with one claim, or leaves it as it was.
    ///
    /// # Errors
    ///
    /// Fails if fewer values are ready than the slice has room for; more than the capacity never
    /// are.
    ///
    /// ```
    /// let queue = ringway::Queue::new(4);
    /// queue.push_slice(&[1, 2, 3]);
    /// let mut pair = [0; 2];
    /// assert!(queue.pop_slice_exact(&mut pair).is_ok());
    /// assert!(queue.pop_slice_exact(&mut pair).is_err());
    /// assert_eq!(pair, [1, 2]);
    /// ```
    #[inline]
    pub fn pop_slice_exact(&self, values: &mut [T]) -> Result<(), TooFew>
    where
        T: Copy,
    {
        self.ring.pop_slice_exact(&mut self.ring.emptying::<Uncounted>(), values)
    }

    /// Moves the values that are ready, at most `limit`, to the end of a vector, with one claim,
    /// and returns how many.
    ///
    /// Memory is reserved before the claim. A vector with room for `limit` or for the capacity of
    /// the ring is not reallocated.
    ///
    /// ```
    /// let queue = ringway::Queue::new(8);
    /// queue.push_slice(&[1, 2, 3, 4]);
    /// let mut values = vec![0];
    /// assert_eq!(queue.pop_vec(&mut values, 3), 3);
    /// assert_eq!(values, [0, 1, 2, 3]);
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn pop_vec(&self, values: &mut alloc::vec::Vec<T>, limit: usize) -> usize {
        self.ring.pop_vec(&mut self.ring.emptying::<Uncounted>(), values, limit)
    }

    /// Moves exactly `n` values to the end of a vector, with one claim, or none.
    ///
    /// # Errors
    ///
    /// Fails if fewer than `n` values are ready; more than the capacity never are.
    ///
    /// ```
    /// let queue = ringway::Queue::new(8);
    /// queue.push_slice(&[1, 2, 3, 4]);
    /// let mut values = Vec::new();
    /// assert!(queue.pop_vec_exact(&mut values, 5).is_err());
    /// assert!(queue.pop_vec_exact(&mut values, 4).is_ok());
    /// assert_eq!(values, [1, 2, 3, 4]);
    /// ```
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn pop_vec_exact(&self, values: &mut alloc::vec::Vec<T>, n: usize) -> Result<(), TooFew> {
        self.ring.pop_vec_exact(&mut self.ring.emptying::<Uncounted>(), values, n)
    }
}
