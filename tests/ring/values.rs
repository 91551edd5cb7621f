//! Values that tell how often each was dropped, and may panic when they are.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the drops of values, each by its number.
#[derive(Clone, Debug)]
pub struct Tally(Arc<[AtomicUsize]>);

impl Tally {
    /// A tally of values with numbers below `n`.
    pub fn of(n: usize) -> Self {
        Self((0..n).map(|_| AtomicUsize::new(0)).collect())
    }

    /// The value with this number.
    pub fn value(&self, id: usize) -> Counted {
        self.value_that(false, id)
    }

    fn value_that(&self, breaks: bool, id: usize) -> Counted {
        Counted { tally: self.clone(), id, breaks }
    }

    /// The values with these numbers.
    pub fn values(&self, ids: Range<usize>) -> impl Iterator<Item = Counted> {
        ids.map(|id| self.value(id))
    }

    /// The values with these numbers, of which the drop of one panics.
    pub fn values_but(&self, broken: usize, ids: Range<usize>) -> impl Iterator<Item = Counted> {
        ids.map(move |id| self.value_that(id == broken, id))
    }

    /// How often each value was dropped, in the order of their numbers.
    pub fn drops(&self) -> Vec<usize> {
        self.0.iter().map(|drops| drops.load(Ordering::Relaxed)).collect()
    }

    /// Asserts that each value was dropped so many times.
    #[track_caller]
    pub fn assert_each(&self, times: usize) {
        assert_eq!(self.drops(), vec![times; self.0.len()]);
    }

    /// Asserts that the values with these numbers were dropped once, and no others at all.
    #[track_caller]
    pub fn assert_dropped(&self, ids: impl IntoIterator<Item = usize>) {
        let mut expected = vec![0; self.0.len()];
        ids.into_iter().for_each(|id| expected[id] = 1);
        assert_eq!(self.drops(), expected);
    }
}

/// A value whose drops are counted.
#[derive(Debug)]
pub struct Counted {
    tally: Tally,
    /// Its number.
    pub id: usize,
    breaks: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.tally.0[self.id].fetch_add(1, Ordering::Relaxed);
        assert!(!self.breaks, "the drop of value {} panics", self.id);
    }
}

/// Asserts that `work` panics, and gets on.
#[track_caller]
pub fn assert_panics(work: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "it should have panicked");
}
