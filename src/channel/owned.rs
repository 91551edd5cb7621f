//! Futures that hold the handle itself, and give it back.
//!
//! They borrow nothing, so that they can be kept in a struct beside nothing else, spawned, or boxed and used
//! again. A handle of which there is one only cannot be cloned for such a future; so each comes back with
//! the outcome, as who waits for one message after the other needs it.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;

use super::error::{RecvError, SendError, SendTimeoutError};
use super::future::{DONE, future, poll_recv, poll_send};
use super::kind::Kind;
use super::meeting::Offer;
use super::waiters::Waiting;
use super::{Receiver, Sender};
use crate::ring::Shared;

/// The future of [`Sender::into_send_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct SendOwned<T, P: Kind = Shared, C: Kind = Shared> {
    // Dropped before the message, whose drop may wait for the same, and before the sender, which may be the
    // last and wake all who wait.
    waiting: Option<Waiting>,
    /// In a rendezvous it waits with its message.
    offer: Option<Box<Offer<T>>>,
    unsent: Option<T>,
    /// None when it is done.
    sender: Option<Sender<T, P, C>>,
}

/// The future of [`Receiver::into_recv_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvOwned<T, C: Kind = Shared> {
    // As above.
    waiting: Option<Waiting>,
    receiver: Option<Receiver<T, C>>,
}

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// Sends a message, or waits for room first: [`send_async`](Self::send_async) with the sender inside of
    /// the future, which gives it back.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has not sent its message, which is dropped with it, and so is the
    /// sender; [`SendOwned::into_inner`] gives both back.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or all receivers are gone, also while it
    /// waits.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::bounded(2);
    /// let (sender, sent) = sender.into_send_async("hello").await;
    /// assert_eq!((sent, receiver.len()), (Ok(()), 1));
    /// let spawned = Box::pin(sender.clone().into_send_async("world"));
    /// spawned.await.1.unwrap();
    /// # }).unwrap();
    /// ```
    pub fn into_send_async(self, message: T) -> SendOwned<T, P, C> {
        SendOwned { waiting: None, offer: None, unsent: Some(message), sender: Some(self) }
    }
}

impl<T, C: Kind> Receiver<T, C> {
    /// Receives a message, or waits for one first: `recv_async` with the receiver inside of the future, which
    /// gives it back.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing; the receiver is dropped with it.
    /// [`RecvOwned::into_inner`] gives it back.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty, and is closed or has no sender left, also while it waits.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::bounded(2);
    /// sender.send_slice(&[1, 2]).unwrap();
    /// let (receiver, first) = receiver.into_recv_async().await;
    /// let (_receiver, second) = receiver.into_recv_async().await;
    /// assert_eq!((first, second), (Ok(1), Ok(2)));
    /// # }).unwrap();
    /// ```
    pub fn into_recv_async(self) -> RecvOwned<T, C> {
        RecvOwned { waiting: None, receiver: Some(self) }
    }
}

/// What became of a message that was withdrawn from a rendezvous, if it was there.
type Withdrawn<T> = Option<Result<(), SendTimeoutError<T>>>;

impl<T, P: Kind, C: Kind> SendOwned<T, P, C> {
    /// Gives up, before it is done: the sender, what became of the message where it waited in a rendezvous with it,
    /// and else the message.
    pub(super) fn take(&mut self) -> (Sender<T, P, C>, Withdrawn<T>, Option<T>) {
        // First: where a waker panics that it wakes, the others are still here, and dropped with this.
        self.waiting = None;
        let sender = self.sender.take().expect("it is not done");
        let withdrawn = sender.core.withdraw(&mut self.offer);
        (sender, withdrawn, self.unsent.take())
    }

    /// Gives up: the sender, unless it was given back, and the message, unless it was sent.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::bounded(1);
    /// let sending = sender.into_send_async(1);
    /// let (sender, unsent) = sending.into_inner();
    /// assert_eq!((sender.unwrap().len(), unsent), (0, Some(1)));
    /// ```
    #[must_use]
    pub fn into_inner(mut self) -> (Option<Sender<T, P, C>>, Option<T>) {
        self.waiting = None;
        let withdraw = |sender: &Sender<T, P, C>| sender.core.withdraw(&mut self.offer);
        let unsent = match self.sender.as_ref().and_then(withdraw) {
            Some(Err(refused)) => Some(refused.into_inner()),
            _ => self.unsent.take(),
        };
        (self.sender.take(), unsent)
    }
}

impl<T, C: Kind> RecvOwned<T, C> {
    /// Gives up, before it is done: the receiver.
    pub(super) fn take(&mut self) -> Receiver<T, C> {
        self.waiting = None;
        self.receiver.take().expect("it is not done")
    }

    /// Gives up: the receiver, unless it was given back.
    ///
    /// ```
    /// let (_sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let receiving = receiver.into_recv_async();
    /// assert!(receiving.into_inner().unwrap().is_empty());
    /// ```
    #[must_use]
    pub fn into_inner(mut self) -> Option<Receiver<T, C>> {
        self.waiting = None;
        self.receiver.take()
    }
}

future! {
    SendOwned<T, P, C>, [T, P: Kind, C: Kind];
    this: this.sender.is_none() => (Sender<T, P, C>, Result<(), SendError<T>>), |context| {
        let sender = this.sender.as_ref().expect("it is not done");
        let sent = ready!(poll_send(sender, &mut this.waiting, &mut this.offer, &mut this.unsent, context));
        Poll::Ready((this.sender.take().expect("it is not done"), sent))
    }
}

future! {
    RecvOwned<T, C>, [T, C: Kind];
    this: this.receiver.is_none() => (Receiver<T, C>, Result<T, RecvError>), |context| {
        let receiver = this.receiver.as_ref().expect("it is not done");
        let received = ready!(poll_recv(receiver, &mut this.waiting, context));
        Poll::Ready((this.receiver.take().expect("it is not done"), received))
    }
}
