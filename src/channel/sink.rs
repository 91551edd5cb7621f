//! `Sink` of the crate `futures-sink` (feature `futures`).

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;

use futures_sink::Sink;

use super::Sender;
use super::core::End;
use super::error::{SendError, SinkError};
use super::kind::Kind;
use super::meeting::Offer;
use super::observed::observed;
use super::sender::attempt_send;
use super::waiters::Waiting;
use crate::ring::Shared;

/// A sender as a `Sink`. It is ready when there is room; where others take that before its message is there, it
/// holds the message until there is room again.
///
/// Flush it before it is dropped: a message that it holds is dropped with it, unless it is taken back
/// ([`take_unsent`](Self::take_unsent)). To close it is to drop the sender, when all is sent: the channel is
/// closed with the last one. One that has waited keeps its place among those who wait, as a
/// [`RecvStream`](super::RecvStream) does: poll it on, or drop it.
#[must_use = "a sink does nothing unless it is polled"]
pub struct SendSink<T, P: Kind = Shared, C: Kind = Shared> {
    // Dropped before the message, whose drop may wait for the same.
    waiting: Option<Waiting>,
    /// None when it is closed.
    sender: Option<Sender<T, P, C>>,
    unsent: Option<T>,
    /// In a rendezvous it waits with the message that it holds.
    offer: Option<Box<Offer<T>>>,
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
        SendSink { sender: Some(self), unsent: None, offer: None, waiting: None }
    }
}

impl<T, P: Kind, C: Kind> SendSink<T, P, C> {
    /// Takes the message back that it holds, which is not sent then.
    ///
    /// ```
    /// use futures_util::{FutureExt, SinkExt, task::noop_waker_ref};
    /// use std::{pin::Pin, task::Context};
    ///
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let (another, mut sink) = (sender.clone(), sender.into_sink());
    /// let mut context = Context::from_waker(noop_waker_ref());
    /// assert!(sink.poll_ready_unpin(&mut context).is_ready());
    /// another.send("first").unwrap();
    /// sink.start_send_unpin("second").unwrap();
    /// assert_eq!(sink.take_unsent(), Some("second"));
    /// assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), ["first"]);
    /// ```
    pub fn take_unsent(&mut self) -> Option<T> {
        // It waits for room no more: what it was told goes to the next.
        self.waiting = None;
        let unsent = self.offer.take().and_then(|mut offer| offer.take_back().0);
        unsent.or_else(|| self.unsent.take())
    }

    fn holds_message(&self) -> bool {
        self.unsent.is_some() || self.offer.is_some()
    }

    /// The sender, unless the sink was closed, and the message that it holds, which is not sent then.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let (sender, unsent) = sender.into_sink().into_inner();
    /// sender.unwrap().send(1).unwrap();
    /// assert_eq!((receiver.recv(), unsent), (Ok(1), None));
    /// ```
    #[must_use]
    pub fn into_inner(mut self) -> (Option<Sender<T, P, C>>, Option<T>) {
        let unsent = self.take_unsent();
        (self.sender, unsent)
    }

    /// Sends what it holds.
    fn poll_empty(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SinkError<T>>> {
        let Some(Sender { core, pace, .. }) = &self.sender else { return Poll::Ready(Ok(())) };
        if self.unsent.is_none() && self.offer.is_none() {
            return Poll::Ready(Ok(()));
        }
        if let Some(meeting) = core.meeting() {
            let polled = core.poll_in(meeting, &mut self.unsent, &mut self.offer, context);
            return polled.map_err(Into::into);
        }
        let attempt = || attempt_send(core, &mut self.unsent);
        core.poll(End::Sending, pace, &mut self.waiting, context, attempt).map_err(Into::into)
    }
}

impl<T, P: Kind, C: Kind> Sink<T> for SendSink<T, P, C> {
    type Error = SinkError<T>;

    /// Sends what it holds, and waits for room for one message more.
    fn poll_ready(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SinkError<T>>> {
        let this = self.get_mut();
        ready!(this.poll_empty(context))?;
        let Some(Sender { core, pace, .. }) = &this.sender else {
            return Poll::Ready(Err(SinkError::nothing()));
        };
        let has_waited = this.waiting.is_some();
        let attempt = || core.has_room();
        let polled = core.poll(End::Sending, pace, &mut this.waiting, context, attempt);
        if has_waited && polled.is_ready() {
            // It was told of room that it does not take yet.
            core.not_full.notify(1);
        }
        polled.map(|has_room| if has_room { Ok(()) } else { Err(SinkError::nothing()) })
    }

    /// # Panics
    ///
    /// Panics if the sink was not ready, and holds a message.
    fn start_send(self: Pin<&mut Self>, message: T) -> Result<(), SinkError<T>> {
        let this = self.get_mut();
        assert!(!this.holds_message(), "start_send before poll_ready was ready");
        let Some(sender) = &this.sender else { return Err(SendError(message).into()) };
        this.unsent = Some(message);
        match attempt_send(&sender.core, &mut this.unsent) {
            Some(sent) => Ok(sent?),
            None => Ok(()),
        }
    }

    /// Sends what it holds, or waits for room for it.
    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SinkError<T>>> {
        self.get_mut().poll_empty(context)
    }

    /// Flushes, and drops the sender, also where it gives a message back.
    fn poll_close(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SinkError<T>>> {
        let this = self.get_mut();
        let flushed = ready!(this.poll_empty(context));
        // It may still wait from a time when it was not ready.
        this.waiting = None;
        drop(this.sender.take());
        Poll::Ready(flushed)
    }
}

observed! {
    SendSink<T, P, C>, [T, P: Kind, C: Kind];
    this: this.sender.as_ref(), "let held = sender.clone().into_sink();"
}

impl<T, C: Kind> Clone for SendSink<T, Shared, C> {
    /// Another sink of the same channel, which holds no message and waits for nothing yet.
    ///
    /// # Panics
    ///
    /// As the clone of its sender.
    fn clone(&self) -> Self {
        Self { waiting: None, sender: self.sender.clone(), unsent: None, offer: None }
    }
}

// Nothing of it is pinned.
impl<T, P: Kind, C: Kind> Unpin for SendSink<T, P, C> {}

impl<T, P: Kind, C: Kind> fmt::Debug for SendSink<T, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSink")
            .field("sender", &self.sender)
            .field("holds_message", &self.holds_message())
            .finish_non_exhaustive()
    }
}
