//! An iterator with a stage: the values that it gave and no ring has taken yet.

use core::fmt;
use core::iter::Fuse;

use arrayvec::ArrayVec;

/// An iterator that feeds a ring, with a stage for up to `N` of its values.
///
/// [`Producer::push_iter`](super::Producer::push_iter) first runs the iterator until the stage is
/// full or the iterator ends, then moves what fits from the stage into the ring. What does not fit
/// stays in the stage and comes first the next time. `Staged` is an iterator itself: it yields
/// what is staged, then the rest.
///
/// The stage is part of the value: `N` places for a `T`, no allocation.
///
/// ```
/// use ringway::ring::{self, Staged};
///
/// let (mut producer, mut consumer) = ring::spsc(2);
/// let mut numbers = Staged::<_, 64>::new(0..5);
/// let mut received = Vec::new();
/// while !numbers.is_done() {
///     producer.push_iter(&mut numbers);
///     consumer.pop_vec(&mut received, 2);
/// }
/// assert_eq!(received, [0, 1, 2, 3, 4]);
/// ```
pub struct Staged<I: Iterator, const N: usize> {
    stage: ArrayVec<I::Item, N>,
    values: Fuse<I>,
}

impl<I: Iterator, const N: usize> Staged<I, N> {
    /// Puts a stage before an iterator, which is not run yet.
    ///
    /// ```
    /// let staged = ringway::ring::Staged::<_, 4>::new("abc".chars());
    /// assert!(staged.eq("abc".chars()));
    /// ```
    pub fn new(values: impl IntoIterator<IntoIter = I>) -> Self {
        const { assert!(N > 0, "a stage has room for at least one value") };
        Self { stage: ArrayVec::new(), values: values.into_iter().fuse() }
    }

    /// The values on the stage, oldest first.
    ///
    /// ```
    /// use ringway::ring::{self, Staged};
    ///
    /// let (mut producer, _consumer) = ring::spsc(1);
    /// let mut staged = Staged::<_, 2>::new(1..);
    /// producer.push_iter(&mut staged);
    /// assert_eq!(staged.staged(), [2]);
    /// ```
    #[must_use]
    pub fn staged(&self) -> &[I::Item] {
        &self.stage
    }

    /// Whether the stage is empty and the iterator has nothing more to give. This may run the
    /// iterator by one value, which goes on the stage.
    ///
    /// ```
    /// let mut staged = ringway::ring::Staged::<_, 4>::new(Some(1));
    /// assert!(!staged.is_done());
    /// assert_eq!(staged.next(), Some(1));
    /// assert!(staged.is_done());
    /// ```
    #[must_use]
    pub fn is_done(&mut self) -> bool {
        if self.stage.is_empty() {
            self.stage.extend(self.values.next());
        }
        self.stage.is_empty()
    }

    /// Runs the iterator until the stage is full or it ends; the staged values.
    pub(super) fn stage(&mut self) -> &[I::Item] {
        let room = self.stage.remaining_capacity();
        // One value at a time: those that came before a panic of the iterator are on the stage.
        for value in self.values.by_ref().take(room) {
            self.stage.push(value);
        }
        &self.stage
    }

    /// Lets the first `n` staged values go, which are no longer there.
    ///
    /// # Safety
    ///
    /// There are as many, and they were moved out of the stage.
    pub(super) unsafe fn forget_first(&mut self, n: usize) {
        let left = self.stage.len() - n;
        // Both places by one pointer: another look at the stage would end the rights of the first.
        let front = self.stage.as_mut_ptr();
        // SAFETY: the first `n` values are gone, so the others move to the front, and their
        // number is the new length.
        unsafe {
            core::ptr::copy(front.add(n), front, left);
            self.stage.set_len(left);
        }
    }
}

impl<I: Iterator, const N: usize> Iterator for Staged<I, N> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.stage.pop_at(0).or_else(|| self.values.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.values.size_hint();
        let staged = self.stage.len();
        (least.saturating_add(staged), most.and_then(|most| most.checked_add(staged)))
    }
}

impl<I: Iterator, const N: usize> fmt::Debug for Staged<I, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staged")
            .field("staged", &self.stage.len())
            .field("size", &N)
            .finish_non_exhaustive()
    }
}
