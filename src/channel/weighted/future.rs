//! Sending for tasks. As all futures of channels these can be dropped at any time.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::SendError;
use super::sender::{attempt_send, send_at_once};
use super::want::Want;
use super::{Sender, Weighed};
use crate::channel::future::{DONE, besides};
use crate::channel::waiters::Waiting;

/// The future of [`Sender::send_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendAsync<'a, T> {
    sender: &'a Sender<T>,
    // Dropped before what is wanted, which tells others, and both before the message, whose drop may wait for the same.
    waiting: Option<Waiting>,
    want: Option<Want<&'a Weighed<T>>>,
    unsent: Option<T>,
}

impl<T> Sender<T> {
    /// Sends a message, or waits for room first: [`send`](Self::send) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has not sent its message, which is dropped with it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// sender.send_async(7).await.unwrap();
    /// assert!(sender.send_async(11).await.unwrap_err().is_too_heavy());
    /// assert_eq!(receiver.recv_async().await, Ok(7));
    /// # }).unwrap();
    /// ```
    pub fn send_async(&self, message: T) -> SendAsync<'_, T> {
        SendAsync { sender: self, waiting: None, want: None, unsent: Some(message) }
    }
}

impl<T> Future for SendAsync<'_, T> {
    type Output = Result<(), SendError<T>>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let core = this.sender.core();
        if this.want.is_none() {
            let message = this.unsent.take().expect(DONE);
            match send_at_once(core, message) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err((message, None)) => return Poll::Ready(Err(SendError::TooHeavy(message))),
                Err((message, Some(load))) => {
                    this.unsent = Some(message);
                    this.want = Some(Want::of(core, load));
                }
            }
        }
        let Self { want, unsent, waiting, .. } = this;
        let want = want.as_mut().expect("it was told");
        assert!(unsent.is_some(), "{DONE}");
        let end = want.end();
        let attempt = want.trying(|want: &mut Want<_>| attempt_send(want, unsent));
        core.poll(end, &this.sender.inner.pace, waiting, context, attempt)
    }
}

besides! { SendAsync<'a, T>, ['a, T]; this: this.unsent.is_none(), this.waiting }
