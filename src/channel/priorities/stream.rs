//! `Stream` of the crate `futures-core` (feature `futures`).

use core::fmt;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;

use futures_core::{FusedStream, Stream};

use super::Receiver;
use crate::channel::several::Places;

/// The messages of all classes as a `Stream`, until all are closed and empty. `R` is how it holds the receiver: the
/// receiver itself, boxed, or a reference.
///
/// One that has waited keeps its places among those who wait until it is polled again or dropped, as
/// [`channel::RecvStream`](crate::channel::RecvStream) does.
#[must_use = "a stream does nothing unless it is polled"]
pub struct RecvStream<R> {
    // Dropped before the receiver, which may be the last and wake all who wait.
    waiting: Option<Places>,
    receiver: R,
    is_done: bool,
}

impl<T> Receiver<T> {
    /// The messages as a `Stream`, with the receiver inside.
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    ///
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send(2).unwrap();
    /// urgent.send(1).unwrap();
    /// drop((urgent, normal));
    /// let all = receiver.into_stream().collect::<Vec<_>>().now_or_never();
    /// assert_eq!(all.unwrap(), [1, 2]);
    /// ```
    pub fn into_stream(self) -> RecvStream<Box<Self>> {
        RecvStream { receiver: Box::new(self), waiting: None, is_done: false }
    }

    /// The messages as a `Stream`, by reference.
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    ///
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send(1).unwrap();
    /// assert_eq!(receiver.stream().next().now_or_never(), Some(Some(1)));
    /// ```
    pub fn stream(&self) -> RecvStream<&Self> {
        RecvStream { receiver: self, waiting: None, is_done: false }
    }
}

impl<T, R: Deref<Target = Receiver<T>>> Stream for RecvStream<R> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let received = ready!(this.receiver.poll_recv(&mut this.waiting, context));
        this.is_done = received.is_err();
        Poll::Ready(received.ok().map(|(_, message)| message))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_done { (0, Some(0)) } else { self.receiver.left() }
    }
}

impl<T, R: Deref<Target = Receiver<T>>> FusedStream for RecvStream<R> {
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
