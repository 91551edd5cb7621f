//! Receiving in futures that are written by hand.
//!
//! Who polls needs a place among those who wait, which is left when somebody else is to have the message.
//! A receiver has none: it is used by reference, also by several at once. So the place is in an object of its
//! own, one for each that polls, and dropped when it polls no more.

use core::fmt;
use core::ops::Deref;
use core::task::{Context, Poll};
use std::boxed::Box;
use std::vec::Vec;

use super::Receiver;
use super::batches::attempt_many;
use super::core::End;
use super::error::RecvError;
use super::future::poll_recv;
use super::kind::{Kind, Weighted};
use super::observed::observed;
use super::waiters::Waiting;
use crate::ring::{Shared, Solo};

/// A receiver for futures that are written by hand, made by `polling` of a [`Receiver`], or by
/// [`Receiver::into_polling`]. `R` is how it holds the receiver: a reference, or the receiver itself, boxed.
///
/// One that has waited keeps its place among those who wait, under the waker of its last poll, until it has
/// received or is dropped. If a message comes to it meanwhile another receiver may be woken for that only by
/// the next operation of a sender: poll on, or drop it.
///
/// ```
/// use core::future::poll_fn;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let (sender, receiver) = ringway::channel::bounded(4);
/// sender.send_slice(&[1, 2, 3]).unwrap();
/// let mut polling = receiver.into_polling();
/// assert_eq!(poll_fn(|context| polling.poll_recv(context)).await, Ok(1));
/// let mut others = Vec::new();
/// let many = poll_fn(|context| polling.poll_recv_many(context, &mut others, 10)).await;
/// assert_eq!((many, others), (Ok(2), vec![2, 3]));
/// # }).unwrap();
/// ```
#[must_use = "it does nothing unless it is polled"]
pub struct RecvPolling<R> {
    // Dropped before the receiver, which may be the last and wake all who wait.
    waiting: Option<Waiting>,
    receiver: R,
}

impl<T, C: Kind> Receiver<T, C> {
    /// For futures that are written by hand, with the receiver inside.
    ///
    /// ```
    /// use core::task::{Context, Poll, Waker};
    ///
    /// let (sender, receiver) = ringway::channel::spsc::bounded(1);
    /// let mut polling = receiver.into_polling();
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(polling.poll_recv(&mut context).is_pending());
    /// sender.send(1).unwrap();
    /// assert_eq!(polling.poll_recv(&mut context), Poll::Ready(Ok(1)));
    /// ```
    pub fn into_polling(self) -> RecvPolling<Box<Self>> {
        RecvPolling { waiting: None, receiver: Box::new(self) }
    }
}

/// The same by reference, by the way in which a receiver can be shared.
macro_rules! polling {
    ($kind:ty, ($($reference:tt)+), $module:literal) => {
        impl<T> Receiver<T, $kind> {
            /// For futures that are written by hand.
            ///
            /// ```
            /// # #[allow(unused_mut)]
            /// # futures_util::FutureExt::now_or_never(async {
            #[doc = concat!("let (sender, mut receiver) = ringway::channel::", $module, "bounded(1);")]
            /// sender.send(1).unwrap();
            /// let mut polling = receiver.polling();
            /// let received = core::future::poll_fn(|context| polling.poll_recv(context));
            /// assert_eq!(received.await, Ok(1));
            /// # }).unwrap();
            /// ```
            pub fn polling($($reference)+ self) -> RecvPolling<$($reference)+ Self> {
                RecvPolling { waiting: None, receiver: self }
            }
        }
    };
}

polling!(Shared, (&), "");
polling!(Weighted, (&), "");
polling!(Solo, (&mut), "mpsc::");

impl<T, C: Kind, R: Deref<Target = Receiver<T, C>>> RecvPolling<R> {
    /// Receives a message if there is one; else the task of the last poll is woken when there may be one.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty, and is closed or has no sender left. It may be polled again.
    ///
    /// ```
    /// use core::task::{Context, Poll, Waker};
    ///
    /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let mut polling = receiver.polling();
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(polling.poll_recv(&mut context).is_pending());
    /// drop(sender);
    /// assert!(matches!(polling.poll_recv(&mut context), Poll::Ready(Err(_))));
    /// ```
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        poll_recv(&self.receiver, &mut self.waiting, context)
    }

    /// Moves the messages that are there to the end of a vector, at most `limit`, and says how many; if there
    /// is none, the task of the last poll is woken when there may be one. A limit of 0 is done at once.
    ///
    /// # Errors
    ///
    /// As [`poll_recv`](Self::poll_recv).
    ///
    /// ```
    /// use core::task::{Context, Poll, Waker};
    ///
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// let mut polling = receiver.polling();
    /// let (mut context, mut messages) = (Context::from_waker(Waker::noop()), Vec::new());
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// let polled = polling.poll_recv_many(&mut context, &mut messages, 2);
    /// assert_eq!((polled, messages), (Poll::Ready(Ok(2)), vec![1, 2]));
    /// ```
    pub fn poll_recv_many(
        &mut self,
        context: &mut Context<'_>,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> Poll<Result<usize, RecvError>> {
        let Receiver { core, pace, .. } = &*self.receiver;
        let attempt = || attempt_many(core, messages, limit);
        core.poll(End::Receiving, pace, &mut self.waiting, context, attempt)
    }
}

observed! {
    RecvPolling<R>, [T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    this: Some(&*this.receiver), "let held = receiver.polling();"
}

impl<T, C: Kind> RecvPolling<Box<Receiver<T, C>>> {
    /// The receiver.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let polling = receiver.into_polling();
    /// sender.send(1).unwrap();
    /// assert_eq!(polling.into_inner().recv(), Ok(1));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> Receiver<T, C> {
        drop(self.waiting);
        *self.receiver
    }
}

impl<R: Clone> Clone for RecvPolling<R> {
    /// Another for the same channel, which waits for nothing yet.
    fn clone(&self) -> Self {
        Self { waiting: None, receiver: self.receiver.clone() }
    }
}

impl<R> fmt::Debug for RecvPolling<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvPolling")
            .field("is_waiting", &self.waiting.is_some())
            .finish_non_exhaustive()
    }
}
