//! What bounds a channel besides its number of slots.
//!
//! An ordinary channel has no such bound: all of this is nothing there ([`Unbudgeted`]). One that is bounded by
//! weight has [`Weights`](weights::Weights).

pub(super) mod weights;

use core::fmt;

use super::waiters::{Ends, Waiters};
use crate::sync::Arc;

/// The budget of a channel of `T`.
pub trait Budget<T>: fmt::Debug + Send + Sync {
    /// So many slots more than messages.
    const SPARE: usize = 0;

    /// Whether code of others sees the messages that come out.
    const SEES: bool = false;

    /// These came out.
    #[inline(always)]
    fn free(&self, _messages: &[T]) {}

    /// There is more room than before, for so many of those who wait for it.
    #[doc(hidden)]
    #[inline(always)]
    fn tell(&self, not_full: &Waiters, n: usize) {
        not_full.notify(n);
    }

    /// Whether it seems that a message may go in.
    #[inline(always)]
    fn seems_free(&self) -> bool {
        true
    }

    /// How many messages may go in at most, if the slots are free.
    fn room(&self) -> usize {
        usize::MAX
    }

    /// What is in use weighs so much, and may weigh so much, if messages are weighed.
    #[cfg(feature = "metrics")]
    fn weight_and_limit(&self) -> Option<(usize, usize)> {
        None
    }

    /// Those who wait for room before all others, if there can be such.
    #[doc(hidden)]
    fn claimants(&self) -> Option<&Arc<Ends>> {
        None
    }
}

/// None.
#[derive(Debug, Default)]
pub struct Unbudgeted;

impl<T> Budget<T> for Unbudgeted {}
