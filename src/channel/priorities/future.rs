//! Receiving for tasks. Each future keeps its places in the lists of all classes until it is done or dropped; what
//! has come there and was not used is passed on.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::vec::Vec;

use super::Receiver;
use super::receiver::take_one;
use crate::channel::error::RecvError;
use crate::channel::future::{DONE, besides};
use crate::channel::several::{self, Before, Places};

impl<T> Receiver<T> {
    /// Receives the message that is next, or waits for one first: [`recv`](Self::recv) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    ///
    /// # Errors
    ///
    /// Fails if all classes are empty, and closed or without senders, also while it waits.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send_async(1).await.unwrap();
    /// assert_eq!(receiver.recv_async().await, Ok(1));
    /// # }).unwrap();
    /// ```
    pub fn recv_async(&self) -> RecvAsync<'_, T> {
        RecvAsync(self.recv_with_class_async())
    }

    /// Receives the message that is next, or waits for one first, and says of which class it is:
    /// [`recv_with_class`](Self::recv_with_class) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    ///
    /// # Errors
    ///
    /// As [`recv_async`](Self::recv_async).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send_async("news").await.unwrap();
    /// assert_eq!(receiver.recv_with_class_async().await, Ok((1, "news")));
    /// # }).unwrap();
    /// ```
    pub fn recv_with_class_async(&self) -> RecvWithClassAsync<'_, T> {
        RecvWithClassAsync { receiver: self, waiting: None, is_done: false }
    }

    /// Moves the messages that are there to the end of a vector, at most `limit`, or waits for one:
    /// [`recv_many`](Self::recv_many) for tasks.
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
    /// # futures_util::FutureExt::now_or_never(async {
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send_slice(&[2, 3]).unwrap();
    /// urgent.send(1).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_many_async(&mut messages, 10).await, Ok(3));
    /// # }).unwrap();
    /// ```
    pub fn recv_many_async<'a>(
        &'a self,
        messages: &'a mut Vec<T>,
        limit: usize,
    ) -> RecvManyAsync<'a, T> {
        RecvManyAsync { receiver: self, messages, limit, waiting: None, is_done: false }
    }

    /// Receives for a task that keeps its places in `waiting`.
    #[inline]
    pub(super) fn poll_recv(
        &self,
        waiting: &mut Option<Places>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(usize, T), RecvError>> {
        if waiting.is_none() {
            if let Some(received) = self.at_once() {
                return Poll::Ready(Ok(received));
            }
        }
        let attempt = |before: Before<'_>| self.look(before, take_one);
        several::poll(self, &self.pace, waiting, context, attempt)
    }
}

/// The future of [`Receiver::recv_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvAsync<'a, T>(RecvWithClassAsync<'a, T>);

/// The future of [`Receiver::recv_with_class_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvWithClassAsync<'a, T> {
    receiver: &'a Receiver<T>,
    waiting: Option<Places>,
    is_done: bool,
}

/// The future of [`Receiver::recv_many_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvManyAsync<'a, T> {
    receiver: &'a Receiver<T>,
    messages: &'a mut Vec<T>,
    limit: usize,
    waiting: Option<Places>,
    is_done: bool,
}

impl<T> Future for RecvWithClassAsync<'_, T> {
    type Output = Result<(usize, T), RecvError>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.is_done, "{DONE}");
        let polled = this.receiver.poll_recv(&mut this.waiting, context);
        this.is_done = polled.is_ready();
        polled
    }
}

impl<T> Future for RecvAsync<'_, T> {
    type Output = Result<T, RecvError>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let received = Pin::new(&mut self.get_mut().0).poll(context);
        received.map_ok(|(_, message)| message)
    }
}

impl<T> Future for RecvManyAsync<'_, T> {
    type Output = Result<usize, RecvError>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { receiver, messages, limit, waiting, is_done } = self.get_mut();
        assert!(!*is_done, "{DONE}");
        let attempt = |before: Before<'_>| receiver.attempt_many(before, messages, *limit);
        let polled = several::poll(*receiver, &receiver.pace, waiting, context, attempt);
        *is_done = polled.is_ready();
        polled
    }
}

besides! { RecvAsync<'a, T>, ['a, T]; this: this.0.is_done, this.0.waiting }
besides! { RecvWithClassAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }
besides! { RecvManyAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }
