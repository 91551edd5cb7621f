//! Many messages in one call: one claim for as many as there is room for.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::vec::Vec;

use super::error::SendError;
use super::hold::give_back;
use super::want::{Hold, Want};
use super::{Sender, Weighed};
use crate::channel::budget::weights::Load;
use crate::channel::core::End;
use crate::channel::future::{DONE, besides};
use crate::channel::waiters::Waiting;
use crate::ring::Left;
use crate::sync::Panics;

impl<T> Sender<T> {
    /// Sends copies of all messages of a slice, in order; waits for room where there is none.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`send_slice_async`](Self::send_slice_async) for that.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Gives back those that were not sent if the first of them weighs more than the limit, or if the channel is closed or all
    /// receivers are gone.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(8, 10, |n: &usize| *n);
    /// let refused = sender.send_slice(&[1, 2, 11, 3]).unwrap_err();
    /// assert!(refused.is_too_heavy());
    /// assert_eq!(refused.into_inner(), [11, 3]);
    /// assert_eq!(receiver.drain().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn send_slice<'v>(&self, messages: &'v [T]) -> Result<(), SendError<&'v [T]>>
    where
        T: Copy,
    {
        let mut unsent = messages;
        let mut want = Want::of(self.core(), Load::NONE);
        let attempt = want.trying(|want: &mut Want<_>| attempt_slice(want, &mut unsent));
        let sent = self.core().wait(End::Sending, &self.inner.pace, None, attempt);
        sent.expect("without a deadline the wait ends with an outcome")
    }

    /// Sends all messages of a vector, in order, and leaves it empty, with the capacity it had; waits for room where
    /// there is none.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`send_all_async`](Self::send_all_async) for that.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Leaves those in the vector that were not sent if the first of them weighs more than the limit, or if the channel is
    /// closed or all receivers are gone.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(8, 10, |text: &String| text.len());
    /// let mut messages = vec!["a".to_string(), "b".to_string()];
    /// sender.send_all(&mut messages).unwrap();
    /// assert!(messages.is_empty());
    /// assert_eq!(receiver.try_iter().collect::<String>(), "ab");
    /// ```
    pub fn send_all(&self, messages: &mut Vec<T>) -> Result<(), SendError<()>> {
        let mut unsent = Left::of(messages);
        let mut want = Want::of(self.core(), Load::NONE);
        let attempt = want.trying(|want: &mut Want<_>| attempt_all(want, &mut unsent));
        let sent = self.core().wait(End::Sending, &self.inner.pace, None, attempt);
        sent.expect("without a deadline the wait ends with an outcome")
    }

    /// Sends copies of all messages of a slice: [`send_slice`](Self::send_slice) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it may have sent some: [`SendSliceAsync::unsent`] tells which not.
    ///
    /// # Errors
    ///
    /// As [`send_slice`](Self::send_slice).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::weighted(8, 10, |n: &usize| *n);
    /// sender.send_slice_async(&[1, 2, 3]).await.unwrap();
    /// assert_eq!((receiver.len(), receiver.weight()), (3, 6));
    /// # }).unwrap();
    /// ```
    pub fn send_slice_async<'a>(&'a self, messages: &'a [T]) -> SendSliceAsync<'a, T>
    where
        T: Copy,
    {
        let want = Want::of(self.core(), Load::NONE);
        SendSliceAsync { sender: self, waiting: None, want, unsent: messages, is_done: false }
    }

    /// Sends all messages of a vector: [`send_all`](Self::send_all) for tasks. The vector is borrowed until the
    /// future is dropped, also when it is done.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it leaves those in the vector that were not sent. Forgotten (`core::mem::forget`), it
    /// loses them.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::weighted(8, 10, |n: &usize| *n);
    /// let mut messages = vec![1, 2, 3];
    /// sender.send_all_async(&mut messages).await.unwrap();
    /// assert_eq!((messages.len(), receiver.len()), (0, 3));
    /// # }).unwrap();
    /// ```
    pub fn send_all_async<'a>(&'a self, messages: &'a mut Vec<T>) -> SendAllAsync<'a, T> {
        let want = Want::of(self.core(), Load::NONE);
        let unsent = Left::of(messages);
        SendAllAsync { sender: self, waiting: None, want, unsent, is_done: false }
    }
}

/// Takes for as many of these in a row as there is room for; how many, unless it has to wait.
fn take_some<H: Hold>(
    want: &mut Want<H>,
    unsent: &[H::Message],
) -> Option<Result<usize, SendError<()>>> {
    let core = want.core.clone();
    if core.budget.weigh(unsent.first()?).is_none() {
        return Some(Err(SendError::TooHeavy(())));
    }
    // No more than fit in any case.
    let unsent = &unsent[..unsent.len().min(core.capacity())];
    match want.take_most(unsent.iter().map_while(|message| core.budget.weigh(message))) {
        Some(n) => Some(Ok(n)),
        None => core.is_over().then_some(Err(SendError::Disconnected(()))),
    }
}

/// Of those that were taken for, so many were sent and these not; whether it has to wait, or learns of the end.
fn sent_some<T>(
    core: &Weighed<T>,
    sent: usize,
    freed: usize,
    unsent: &[T],
) -> Option<Result<(), SendError<()>>> {
    let mut panics = Panics::default();
    if sent > 0 {
        panics.catch(|| core.went_in(sent, freed));
    }
    panics.catch(|| {
        let left = unsent.iter().fold(Load::NONE, |all, one| all.plus(core.budget.counted(one)));
        give_back(core, left);
    });
    panics.resume();
    if sent > 0 { Some(Ok(())) } else { core.is_over().then_some(Err(SendError::Disconnected(()))) }
}

/// Tries to send what is left; the outcome, unless it has to wait.
fn attempt_slice<'v, H: Hold<Message: Copy>>(
    want: &mut Want<H>,
    unsent: &mut &'v [H::Message],
) -> Option<Result<(), SendError<&'v [H::Message]>>> {
    while !unsent.is_empty() {
        let sent = take_some(want, unsent)?.map(|n| {
            let mut cursor = want.core.ring.filling::<usize>();
            let sent = want.core.ring.push_slice(&mut cursor, &unsent[..n]);
            let left = &unsent[sent..n];
            // Before anybody is woken, whose waker may panic.
            *unsent = &unsent[sent..];
            (sent, cursor.freed, left)
        });
        let sent = match sent {
            Ok((sent, freed, left)) => sent_some(&want.core, sent, freed, left)?,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return Some(Err(error.with(*unsent)));
        }
    }
    Some(Ok(()))
}

/// The same of a vector.
fn attempt_all<H: Hold>(
    want: &mut Want<H>,
    unsent: &mut Left<'_, H::Message>,
) -> Option<Result<(), SendError<()>>> {
    while unsent.len() > 0 {
        let n = match take_some(want, unsent.as_slice())? {
            Ok(n) => n,
            Err(error) => return Some(Err(error)),
        };
        let mut cursor = want.core.ring.filling::<usize>();
        let sent = want.core.ring.push_left(&mut cursor, unsent, n);
        let left = &unsent.as_slice()[..n - sent];
        if let Err(error) = sent_some(&want.core, sent, cursor.freed, left)? {
            return Some(Err(error));
        }
    }
    Some(Ok(()))
}

/// The future of [`Sender::send_slice_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendSliceAsync<'a, T> {
    sender: &'a Sender<T>,
    waiting: Option<Waiting>,
    want: Want<&'a Weighed<T>>,
    unsent: &'a [T],
    is_done: bool,
}

/// The future of [`Sender::send_all_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendAllAsync<'a, T> {
    sender: &'a Sender<T>,
    waiting: Option<Waiting>,
    want: Want<&'a Weighed<T>>,
    unsent: Left<'a, T>,
    is_done: bool,
}

impl<T> SendSliceAsync<'_, T> {
    /// The messages that are not sent yet.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::weighted(8, 10, |n: &usize| *n);
    /// let mut sending = sender.send_slice_async(&[7, 8]);
    /// assert!(futures_util::FutureExt::now_or_never(&mut sending).is_none());
    /// assert_eq!(sending.unsent(), [8]);
    /// ```
    #[must_use]
    pub fn unsent(&self) -> &[T] {
        self.unsent
    }
}

/// What the two have in common.
macro_rules! future {
    ($future:ident<$($copy:ident)?>, $output:ty, $attempt:ident) => {
        impl<'a, T $(: $copy)?> Future for $future<'a, T> {
            type Output = Result<(), SendError<$output>>;

            /// # Panics
            ///
            /// Panics if the future was done before.
            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                let this = self.get_mut();
                assert!(!this.is_done, "{DONE}");
                let Self { sender, want, unsent, waiting, .. } = this;
                let end = want.end();
                let attempt = want.trying(|want: &mut Want<_>| $attempt(want, unsent));
                let pace = &sender.inner.pace;
                let polled = sender.core().poll(end, pace, waiting, context, attempt);
                this.is_done = polled.is_ready();
                polled
            }
        }
    };
}

future! { SendSliceAsync<Copy>, &'a [T], attempt_slice }
future! { SendAllAsync<>, (), attempt_all }
besides! { SendSliceAsync<'a, T>, ['a, T: Copy]; this: this.is_done, this.waiting }
besides! { SendAllAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }
