//! Sending and receiving for tasks, with no executor assumed.
//!
//! All futures here can be dropped at any time: no message is lost that is not theirs, and a
//! notification that one has not used is passed on. Each keeps its place in the list of those who
//! wait, under the waker of its last poll, until it is done or dropped.
//!
//! One that is kept and not polled, or forgotten (`core::mem::forget`), takes no message, but keeps its
//! place: the notification that comes to it in its turn, one at most, is used by nobody. It stops nobody for
//! good: see [Waiting](super#waiting).

use core::fmt;
use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::boxed::Box;
use std::vec::Vec;

use super::batches::{Unsent, attempt_many, attempt_slice};
use super::core::End;
use super::error::{RecvError, SendError};
use super::kind::{Kind, Weighted};
use super::meeting::{Offer, poll_slice};
use super::sender::attempt_send;
use super::waiters::Waiting;
use super::{Receiver, Sender};
use crate::ring::{Shared, Solo};

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// Sends a message, or waits for room first: [`send`](Self::send) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has not sent its message, which is dropped with it. In a
    /// [rendezvous](super#rendezvous) it may have been received since the last poll.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or all receivers are gone, also while it
    /// waits.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// sender.send_async("hello").await.unwrap();
    /// assert_eq!(receiver.recv_async().await, Ok("hello"));
    /// # }).unwrap();
    /// ```
    pub fn send_async(&self, message: T) -> SendAsync<'_, T, P, C> {
        SendAsync { sender: self, unsent: Some(message), offer: None, waiting: None }
    }

    /// Sends copies of all messages of a slice: [`send_slice`](Self::send_slice) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it may have sent some: [`SendSliceAsync::unsent`] tells which
    /// not.
    ///
    /// # Errors
    ///
    /// Gives back those that were not sent if the channel is closed or all receivers are gone.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// sender.send_slice_async(&[1, 2, 3]).await.unwrap();
    /// assert_eq!(receiver.len(), 3);
    /// # }).unwrap();
    /// ```
    pub fn send_slice_async<'a>(&'a self, messages: &'a [T]) -> SendSliceAsync<'a, T, P, C>
    where
        T: Copy,
    {
        SendSliceAsync {
            sender: self,
            unsent: messages,
            offer: None,
            waiting: None,
            is_done: false,
        }
    }

    /// Sends all messages of a vector: [`send_all`](Self::send_all) for tasks. The vector is borrowed until
    /// the future is dropped, also when it is done.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it leaves those in the vector that were not sent. Forgotten
    /// (`core::mem::forget`), it loses them.
    ///
    /// # Errors
    ///
    /// Leaves those in the vector that were not sent if the channel is closed or all receivers
    /// are gone.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// let mut messages = vec![1, 2, 3];
    /// sender.send_all_async(&mut messages).await.unwrap();
    /// assert_eq!((messages.len(), receiver.len()), (0, 3));
    /// # }).unwrap();
    /// ```
    pub fn send_all_async<'a>(&'a self, messages: &'a mut Vec<T>) -> SendAllAsync<'a, T, P, C> {
        let unsent = Unsent::of(&self.core, messages);
        SendAllAsync { sender: self, unsent, waiting: None, is_done: false }
    }
}

/// The asynchronous methods of a receiver, by the way in which it can be shared.
macro_rules! receives {
    ($kind:ty, ($($reference:tt)+), $module:literal) => {
        impl<T> Receiver<T, $kind> {
            /// Receives a message, or waits for one first: [`recv`](Self::recv) for tasks.
            ///
            /// # Cancel safety
            ///
            /// Dropped before it is done, it has received nothing.
            ///
            /// # Errors
            ///
            /// Fails if the channel is empty, and is closed or has no sender left, also while it
            /// waits.
            ///
            /// ```
            /// # #[allow(unused_mut)]
            /// # futures_util::FutureExt::now_or_never(async {
            #[doc = concat!("let (sender, mut receiver) = ringway::channel::", $module, "bounded(1);")]
            /// sender.send_async(1).await.unwrap();
            /// assert_eq!(receiver.recv_async().await, Ok(1));
            /// # }).unwrap();
            /// ```
            pub fn recv_async($($reference)+ self) -> RecvAsync<$($reference)+ Self> {
                RecvAsync { receiver: self, waiting: None, is_done: false }
            }

            /// Moves the messages that are there to the end of a vector, at most `limit`, or
            /// waits for one: [`recv_many`](Self::recv_many) for tasks.
            ///
            /// # Cancel safety
            ///
            /// Dropped before it is done, it has received nothing.
            ///
            /// # Errors
            ///
            /// As [`recv_many`](Self::recv_many).
            ///
            /// ```
            /// # #[allow(unused_mut)]
            /// # futures_util::FutureExt::now_or_never(async {
            #[doc = concat!("let (sender, mut receiver) = ringway::channel::", $module, "bounded(4);")]
            /// sender.send_slice(&[1, 2, 3]).unwrap();
            /// let mut messages = Vec::new();
            /// assert_eq!(receiver.recv_many_async(&mut messages, 10).await, Ok(3));
            /// # }).unwrap();
            /// ```
            pub fn recv_many_async<'a>(
                $($reference)+ self,
                messages: &'a mut Vec<T>,
                limit: usize,
            ) -> RecvManyAsync<'a, T, $($reference)+ Self> {
                RecvManyAsync { receiver: self, messages, limit, waiting: None, is_done: false }
            }
        }
    };
}

receives!(Shared, (&), "");
receives!(Solo, (&mut), "mpsc::");
receives!(Weighted, (&), "");

/// The future of [`Sender::send_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendAsync<'a, T, P: Kind = Shared, C: Kind = Shared> {
    pub(super) sender: &'a Sender<T, P, C>,
    // Dropped before the message, whose drop may wait for the same.
    pub(super) waiting: Option<Waiting>,
    /// In a rendezvous it waits with its message.
    pub(super) offer: Option<Box<Offer<T>>>,
    pub(super) unsent: Option<T>,
}

/// The future of [`Sender::send_slice_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendSliceAsync<'a, T, P: Kind = Shared, C: Kind = Shared> {
    pub(super) sender: &'a Sender<T, P, C>,
    pub(super) unsent: &'a [T],
    /// In a rendezvous the first of them waits.
    pub(super) offer: Option<Box<Offer<T>>>,
    pub(super) waiting: Option<Waiting>,
    is_done: bool,
}

/// The future of [`Sender::send_all_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendAllAsync<'a, T, P: Kind = Shared, C: Kind = Shared> {
    pub(super) sender: &'a Sender<T, P, C>,
    pub(super) unsent: Unsent<'a, T>,
    pub(super) waiting: Option<Waiting>,
    is_done: bool,
}

/// The future of `recv_async` of a [`Receiver`]. `R` is how it holds the receiver: `&Receiver`
/// where threads may share it, `&mut Receiver` where it is alone.
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvAsync<R> {
    receiver: R,
    pub(super) waiting: Option<Waiting>,
    is_done: bool,
}

/// The future of `recv_many_async` of a [`Receiver`], which it holds by `R`.
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvManyAsync<'a, T, R> {
    receiver: R,
    messages: &'a mut Vec<T>,
    limit: usize,
    pub(super) waiting: Option<Waiting>,
    is_done: bool,
}

impl<T, P: Kind, C: Kind> SendSliceAsync<'_, T, P, C> {
    /// The messages that are not sent yet.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::bounded(1);
    /// let mut sending = sender.send_slice_async(&[1, 2]);
    /// assert!(futures_util::FutureExt::now_or_never(&mut sending).is_none());
    /// assert_eq!(sending.unsent(), [2]);
    /// ```
    #[must_use]
    pub fn unsent(&self) -> &[T] {
        // It may have been received since the last poll.
        let is_sent = self.offer.as_ref().is_some_and(|offer| offer.is_sent());
        &self.unsent[usize::from(is_sent)..]
    }
}

/// Says that a future which is polled again has been done before.
pub(super) const DONE: &str = "a future must not be polled after it is done";

/// What the futures have in common. None of them is pinned: a waker is kept elsewhere.
macro_rules! future {
    (
        $future:ident<$($lifetime:lifetime,)? $($parameter:ident),+>,
        [$($given:tt)*] $(where $($bound:tt)+)?;
        $this:ident: $is_done:expr => $output:ty, $poll:expr
    ) => {
        impl<$($given)*> Future for $future<$($lifetime,)? $($parameter),+>
        $(where $($bound)+)?
        {
            type Output = $output;

            /// # Panics
            ///
            /// Panics if the future was done before.
            #[inline]
            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                let $this = self.get_mut();
                assert!(!$is_done, "{DONE}");
                ($poll)(context)
            }
        }

        $crate::channel::future::besides! { $future<$($lifetime,)? $($parameter),+>, [$($given)*] $(where $($bound)+)?; $this: $is_done, $this.waiting }
    };
}

/// What a future is besides, with where it waits.
macro_rules! besides {
    (
        $future:ident<$($lifetime:lifetime,)? $($parameter:ident),+>,
        [$($given:tt)*] $(where $($bound:tt)+)?;
        $this:ident: $is_done:expr, $waiting:expr
    ) => {
        #[cfg(feature = "futures")]
        impl<$($given)*> futures_core::FusedFuture for $future<$($lifetime,)? $($parameter),+>
        $(where $($bound)+)?
        {
            fn is_terminated(&self) -> bool {
                let $this = self;
                $is_done
            }
        }

        impl<$($given)*> Unpin for $future<$($lifetime,)? $($parameter),+>
        $(where $($bound)+)?
        {}

        impl<$($given)*> fmt::Debug for $future<$($lifetime,)? $($parameter),+>
        $(where $($bound)+)?
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $this = self;
                f.debug_struct(stringify!($future))
                    .field("is_waiting", &$waiting.is_some())
                    .field("is_done", &$is_done)
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use {besides, future};

/// Sends what is to be sent, or waits by what is kept in `waiting`.
#[inline(always)]
pub(super) fn poll_send<T, P: Kind, C: Kind>(
    Sender { core, pace, .. }: &Sender<T, P, C>,
    waiting: &mut Option<Waiting>,
    offer: &mut Option<Box<Offer<T>>>,
    unsent: &mut Option<T>,
    context: &mut Context<'_>,
) -> Poll<Result<(), SendError<T>>> {
    if waiting.is_none() && offer.is_none() {
        match unsent.take().map(|message| core.send_at_once(message)) {
            Some(Err(message)) => *unsent = Some(message),
            _ => return Poll::Ready(Ok(())),
        }
    }
    if let Some(meeting) = core.meeting() {
        return core.poll_in(meeting, unsent, offer, context);
    }
    let attempt = || attempt_send(core, unsent);
    core.poll(End::Sending, pace, waiting, context, attempt)
}

/// Receives, or waits by what is kept in `waiting`.
#[inline(always)]
pub(super) fn poll_recv<T, C: Kind>(
    Receiver { core, pace, .. }: &Receiver<T, C>,
    waiting: &mut Option<Waiting>,
    context: &mut Context<'_>,
) -> Poll<Result<T, RecvError>> {
    if waiting.is_none() {
        if let Some(message) = core.recv_at_once() {
            return Poll::Ready(Ok(message));
        }
    }
    let attempt = || core.take(|| core.pop());
    core.poll(End::Receiving, pace, waiting, context, attempt)
}

future! {
    SendAsync<'a, T, P, C>, ['a, T, P: Kind, C: Kind];
    this: this.unsent.is_none() && this.offer.is_none() => Result<(), SendError<T>>, |context| {
        let SendAsync { sender, waiting, offer, unsent } = this;
        poll_send(sender, waiting, offer, unsent, context)
    }
}

future! {
    SendSliceAsync<'a, T, P, C>, ['a, T: Copy, P: Kind, C: Kind];
    this: this.is_done => Result<(), SendError<&'a [T]>>, |context| {
        let Sender { core, pace, .. } = this.sender;
        let polled = if let Some(meeting) = core.meeting() {
            poll_slice(core, meeting, &mut this.unsent, &mut this.offer, context)
        } else {
            let attempt = || attempt_slice(core, &mut this.unsent);
            core.poll(End::Sending, pace, &mut this.waiting, context, attempt)
        };
        this.is_done = polled.is_ready();
        polled
    }
}

future! {
    SendAllAsync<'a, T, P, C>, ['a, T, P: Kind, C: Kind];
    this: this.is_done => Result<(), SendError<()>>, |context| {
        let Sender { core, pace, .. } = this.sender;
        let polled = match (&mut this.unsent, core.meeting()) {
            (Unsent::Each(each), Some(meeting)) => each.poll(core, meeting, context),
            (unsent, _) => {
                let attempt = || unsent.attempt(core);
                core.poll(End::Sending, pace, &mut this.waiting, context, attempt)
            }
        };
        this.is_done = polled.is_ready();
        polled
    }
}

future! {
    RecvAsync<R>, [T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    this: this.is_done => Result<T, RecvError>, |context| {
        let polled = poll_recv(&this.receiver, &mut this.waiting, context);
        this.is_done = polled.is_ready();
        polled
    }
}

future! {
    RecvManyAsync<'a, T, R>, ['a, T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    this: this.is_done => Result<usize, RecvError>, |context| {
        let Receiver { core, pace, .. } = &*this.receiver;
        let attempt = || attempt_many(core, this.messages, this.limit);
        let polled = core.poll(End::Receiving, pace, &mut this.waiting, context, attempt);
        this.is_done = polled.is_ready();
        polled
    }
}
