//! Lines of their own.

use core::ops::Deref;

/// A value in cache lines in which nothing else lies.
#[derive(Debug)]
#[repr(align(64))]
pub struct Line<T>(pub(crate) T);

impl<T> Line<T> {
    /// This value.
    #[cfg(target_arch = "x86_64")]
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Line<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A value that is written all the time, beside others that are.
///
/// Where a processor fetches two lines at a time they are to be two lines apart. That is what crossbeam-utils does, and
/// on x86-64 by an alignment of two lines, which a block of memory takes four times at its ends. There what is side by
/// side is ordered so that no two of them fall into a pair.
#[cfg(target_arch = "x86_64")]
pub type Padded<T> = Line<T>;

/// A value that is written all the time, beside others that are.
#[cfg(not(target_arch = "x86_64"))]
pub type Padded<T> = crossbeam_utils::CachePadded<T>;
