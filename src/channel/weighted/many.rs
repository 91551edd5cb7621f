//! Several permits at once.

use core::fmt;
use core::future::Future;
use core::iter::FusedIterator;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::{SendError, TrySendError};
use super::hold::Held;
use super::permit::{Permit, poll_take, take, try_take, wanted};
use super::want::Want;
use super::{Sender, Weighed};
use crate::channel::budget::weights::Load;
use crate::channel::future::besides;
use crate::channel::waiters::Waiting;

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
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`reserve_many_async`](Self::reserve_many_async) for that.
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

    /// The same for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has reserved nothing.
    ///
    /// # Errors
    ///
    /// As [`reserve_many`](Self::reserve_many).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::reserving(8);
    /// for (permit, message) in sender.reserve_many_async(3, 1).await.unwrap().zip(["a", "b"]) {
    ///     permit.send(message).unwrap();
    /// }
    /// assert_eq!((receiver.len(), receiver.weight()), (2, 2));
    /// # }).unwrap();
    /// ```
    pub fn reserve_many_async(&self, n: usize, weight: usize) -> ReserveManyAsync<'_, T> {
        let core = self.core();
        let want = wanted(core, n, weight).map(|load| (load, Want::of(core, load)));
        ReserveManyAsync { waiting: None, want, sender: self, weight, is_done: false }
    }

    fn permits(&self, all: Load, weight: usize) -> Permits<'_, T> {
        let left = Held { core: self.core(), load: all };
        Permits { sender: self, left, each: Load::of(1, weight) }
    }
}

/// The future of [`Sender::reserve_many_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct ReserveManyAsync<'a, T> {
    waiting: Option<Waiting>,
    want: Option<(Load, Want<&'a Weighed<T>>)>,
    sender: &'a Sender<T>,
    /// Of each.
    weight: usize,
    is_done: bool,
}

impl<'a, T> Future for ReserveManyAsync<'a, T> {
    type Output = Result<Permits<'a, T>, SendError<()>>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { waiting, want, sender, weight, is_done } = self.get_mut();
        let polled = poll_take(want, waiting, &sender.inner.pace, is_done, context);
        polled.map_ok(|all| sender.permits(all, *weight))
    }
}

besides! { ReserveManyAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }

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
