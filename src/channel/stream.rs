//! `Stream` of the crate `futures-core` (feature `futures`).

use core::fmt;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;

use futures_core::{FusedStream, Stream};

use super::Receiver;
use super::core::End;
use super::kind::Kind;
use super::observed::observed;
use super::waiters::Waiting;

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

impl<T, C: Kind<Sharing = ()>> Receiver<T, C> {
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

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_done { (0, Some(0)) } else { self.receiver.core.left() }
    }
}

impl<T, C: Kind, R: Deref<Target = Receiver<T, C>>> FusedStream for RecvStream<R> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

observed! {
    RecvStream<R>, [T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    this: Some(&*this.receiver), "let held = receiver.stream();"
}

impl<T, C: Kind> RecvStream<Box<Receiver<T, C>>> {
    /// The receiver.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let stream = receiver.into_stream();
    /// sender.send(1).unwrap();
    /// assert_eq!(stream.into_inner().recv(), Ok(1));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> Receiver<T, C> {
        drop(self.waiting);
        *self.receiver
    }
}

impl<R: Clone> Clone for RecvStream<R> {
    /// Another stream of the same channel, which waits for nothing yet.
    fn clone(&self) -> Self {
        Self { receiver: self.receiver.clone(), waiting: None, is_done: self.is_done }
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
