//! `Stream` and `Sink` of the crates `futures-core` and `futures-sink` (feature `futures`).

use core::fmt;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;

use futures_core::{FusedStream, Stream};
use futures_sink::Sink;

use super::core::End;
use super::error::SendError;
use super::kind::Kind;
use super::sender::attempt_send;
use super::waiters::Waiting;
use super::{Receiver, Sender};
use crate::ring::Shared;

/// The messages of a channel as a `Stream`, until the channel is closed and empty. `R` is how it
/// holds the receiver: the receiver itself, boxed, or a reference.
///
/// One that has waited keeps its place among those who wait until it is polled again or dropped, also
/// where the future of a `next` is dropped before it is done. If a message comes to it meanwhile another
/// receiver may be woken for that only by the next operation of a sender: poll the stream on, or drop it.
#[must_use = "a stream does nothing unless it is polled"]
pub struct RecvStream<R> {
    // Dropped before the receiver, which may be the last and wake all who wait.
    waiting: Option<Waiting>,
    receiver: R,
    is_done: bool,
}

impl<T, C: Kind> Receiver<T, C> {
    /// The messages as a `Stream`, with the receiver inside.
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    ///
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// drop(sender);
    /// let all = receiver.into_stream().collect::<Vec<_>>().now_or_never();
    /// assert_eq!(all.unwrap(), [1, 2, 3]);
    /// ```
    pub fn into_stream(self) -> RecvStream<Box<Self>> {
        RecvStream { receiver: Box::new(self), waiting: None, is_done: false }
    }
}

impl<T> Receiver<T, Shared> {
    /// The messages as a `Stream`, by reference.
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    ///
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.stream().next().now_or_never(), Some(Some(1)));
    /// ```
    pub fn stream(&self) -> RecvStream<&Self> {
        RecvStream { receiver: self, waiting: None, is_done: false }
    }
}

impl<T, C: Kind, R: Deref<Target = Receiver<T, C>>> Stream for RecvStream<R> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let Receiver { core, pace, .. } = &*this.receiver;
        let attempt = || core.take(|| core.pop());
        let received = ready!(core.poll(End::Receiving, pace, &mut this.waiting, context, attempt));
        this.is_done = received.is_err();
        Poll::Ready(received.ok())
    }
}

impl<T, C: Kind, R: Deref<Target = Receiver<T, C>>> FusedStream for RecvStream<R> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

// Nothing of it is pinned.
impl<R> Unpin for RecvStream<R> {}

impl<R> fmt::Debug for RecvStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvStream")
            .field("is_waiting", &self.waiting.is_some())
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}

/// A sender as a `Sink`, which holds one message until there is room for it.
///
/// Flush it before it is dropped: a message that it holds is dropped with it. One that has waited keeps its
/// place among those who wait, as a [`RecvStream`] does: poll it on, or drop it.
#[must_use = "a sink does nothing unless it is polled"]
pub struct SendSink<T, P: Kind = Shared, C: Kind = Shared> {
    // Dropped before the message, whose drop may wait for the same.
    waiting: Option<Waiting>,
    sender: Sender<T, P, C>,
    unsent: Option<T>,
}

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// The sender as a `Sink`.
    ///
    /// ```
    /// use futures_util::{FutureExt, SinkExt};
    ///
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// let mut sink = sender.into_sink();
    /// sink.send(1).now_or_never().unwrap().unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    pub fn into_sink(self) -> SendSink<T, P, C> {
        SendSink { sender: self, unsent: None, waiting: None }
    }
}

impl<T, P: Kind, C: Kind> SendSink<T, P, C> {
    /// Sends what it holds.
    fn poll_empty(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        if self.unsent.is_none() {
            return Poll::Ready(Ok(()));
        }
        let Sender { core, pace, .. } = &self.sender;
        let attempt = || attempt_send(core, &mut self.unsent);
        core.poll(End::Sending, pace, &mut self.waiting, context, attempt)
    }
}

impl<T, P: Kind, C: Kind> Sink<T> for SendSink<T, P, C> {
    /// It gives back the message that it could not send, which may be one of a former call.
    type Error = SendError<T>;

    fn poll_ready(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        self.get_mut().poll_empty(context)
    }

    /// # Panics
    ///
    /// Panics if the sink was not ready: it holds a message.
    fn start_send(self: Pin<&mut Self>, message: T) -> Result<(), SendError<T>> {
        let this = self.get_mut();
        assert!(this.unsent.is_none(), "start_send before poll_ready was ready");
        this.unsent = Some(message);
        match attempt_send(&this.sender.core, &mut this.unsent) {
            Some(sent) => sent,
            None => Ok(()),
        }
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        self.get_mut().poll_empty(context)
    }

    /// Flushes. The channel is closed when the last sender is dropped, as always.
    fn poll_close(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        self.get_mut().poll_empty(context)
    }
}

// Nothing of it is pinned.
impl<T, P: Kind, C: Kind> Unpin for SendSink<T, P, C> {}

impl<T, P: Kind, C: Kind> fmt::Debug for SendSink<T, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSink")
            .field("sender", &self.sender)
            .field("holds_message", &self.unsent.is_some())
            .finish_non_exhaustive()
    }
}
