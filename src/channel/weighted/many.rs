//! Several permits at once.

use core::fmt;
use core::iter::FusedIterator;

use super::error::{SendError, TrySendError};
use super::hold::Held;
use super::permit::{Permit, take, try_take, wanted};
use super::{Sender, Weighed};
use crate::channel::budget::weights::Load;

/// Permits that were reserved together, made by [`Sender::reserve_many`]. Those that are not asked of it are given
/// back when it is dropped.
#[must_use = "dropped, it gives the room back"]
pub struct Permits<'a, T> {
    sender: &'a Sender<T>,
    left: Held<&'a Weighed<T>>,
    each: Load,
}

impl<T> Sender<T> {
    /// Reserves room for `n` messages of this weight each, or waits until there is room for all of them.
    ///
    /// It blocks the thread.
    ///
    /// # Errors
    ///
    /// Fails if they are more than the capacity, or weigh more than the limit, or if the channel is closed or all receivers
    /// are gone, also while it waits.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::reserving(8);
    /// for (permit, message) in sender.reserve_many(3, 1).unwrap().zip(["a", "b"]) {
    ///     permit.send(message).unwrap();
    /// }
    /// assert_eq!((receiver.len(), receiver.weight()), (2, 2));
    /// ```
    pub fn reserve_many(&self, n: usize, weight: usize) -> Result<Permits<'_, T>, SendError<()>> {
        let all = wanted(self.core(), n, weight).ok_or(SendError::TooHeavy(()))?;
        take(self, all)?;
        Ok(self.permits(all, weight))
    }

    /// The same if there is room now. It does not wait for room.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(2);
    /// assert!(sender.try_reserve_many(3, 1).unwrap_err().is_too_heavy());
    /// assert_eq!(sender.try_reserve_many(2, 1).unwrap().len(), 2);
    /// ```
    pub fn try_reserve_many(
        &self,
        n: usize,
        weight: usize,
    ) -> Result<Permits<'_, T>, TrySendError<()>> {
        let all = wanted(self.core(), n, weight).ok_or(TrySendError::TooHeavy(()))?;
        try_take(self, all)?;
        Ok(self.permits(all, weight))
    }

    fn permits(&self, all: Load, weight: usize) -> Permits<'_, T> {
        let left = Held { core: self.core(), load: all };
        Permits { sender: self, left, each: Load::of(1, weight) }
    }
}

impl<'a, T> Iterator for Permits<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Permit<'a, T>> {
        if self.left.load == Load::NONE {
            return None;
        }
        self.left.load = self.left.load.less(self.each);
        Some(self.sender.permit(self.each))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left.load.number();
        (left, Some(left))
    }
}

impl<T> ExactSizeIterator for Permits<'_, T> {}
impl<T> FusedIterator for Permits<'_, T> {}

impl<T> fmt::Debug for Permits<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").field("len", &self.len()).finish_non_exhaustive()
    }
}
