//! Messages whose weight is free when they are dropped.

use core::fmt;
use core::future::Future;
use core::ops::{Deref, DerefMut};
use core::pin::Pin;
use core::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::hold::Held;
use super::{Receiver, Weighed};
use crate::channel::budget::weights::Load;
use crate::channel::core::End;
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::future::{DONE, besides};
use crate::channel::waiters::Waiting;
use crate::sync::{Arc, now};

/// A message that was received, with its weight: that is free when this is dropped, also in a panic. Its place is free since it
/// was received.
///
/// It keeps the memory of the channel, and not the channel open. Forgotten (`core::mem::forget`), its weight
/// stays taken.
///
/// ```
/// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
/// sender.send(7).unwrap();
/// let envelope = receiver.recv_envelope().unwrap();
/// assert_eq!((*envelope, receiver.len(), receiver.weight()), (7, 0, 7));
/// assert!(sender.try_send(4).is_err());
/// drop(envelope);
/// assert!(sender.try_send(4).is_ok());
/// ```
pub struct Envelope<T> {
    // Dropped before its weight is free, and that is free whatever its drop does.
    message: T,
    held: Held<Arc<Weighed<T>>>,
}

impl<T> Envelope<T> {
    /// The message. Its weight is free from here on.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.recv_envelope().unwrap().into_inner(), 7);
    /// assert_eq!(sender.weight(), 0);
    /// ```
    pub fn into_inner(self) -> T {
        let Self { message, held } = self;
        drop(held);
        message
    }

    /// How much it keeps of the limit, whatever becomes of the message.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.recv_envelope().unwrap().weight(), 7);
    /// ```
    #[must_use]
    pub fn weight(&self) -> usize {
        self.held.load.weight()
    }
}

impl<T> Deref for Envelope<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.message
    }
}

impl<T> DerefMut for Envelope<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.message
    }
}

impl<T: fmt::Debug> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("message", &self.message)
            .field("weight", &self.weight())
            .finish()
    }
}

/// Takes the oldest message out, and leaves its weight where it is.
fn attempt<T>(core: &Arc<Weighed<T>>) -> Option<Result<Envelope<T>, RecvError>> {
    core.take(|| {
        let mut cursor = core.ring.emptying::<usize>();
        let envelope = core.ring.pop(&mut cursor).map(|message| {
            let load = Load::weight_of(core.budget.counted(&message).weight());
            core.budget.let_go(Load::of(1, 0));
            Envelope { message, held: Held { core: Arc::clone(core), load } }
        });
        core.came_out(usize::from(envelope.is_some()), cursor.freed);
        envelope
    })
}

impl<T> Receiver<T> {
    /// Receives a message whose weight stays taken until the envelope is dropped, or waits for one first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_envelope_async`](Self::recv_envelope_async) for that.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |text: &String| text.len());
    /// sender.send("hello".to_string()).unwrap();
    /// let envelope = receiver.recv_envelope().unwrap();
    /// assert_eq!((envelope.as_str(), sender.weight()), ("hello", 5));
    /// ```
    pub fn recv_envelope(&self) -> Result<Envelope<T>, RecvError> {
        let received = self.core.wait(End::Receiving, &self.pace, None, || attempt(&self.core));
        received.expect("without a deadline the wait ends with an outcome")
    }

    /// The same if there is a message now. It does not wait for one.
    ///
    /// # Errors
    ///
    /// As [`try_recv`](Self::try_recv).
    ///
    /// ```
    /// let (_sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// assert!(receiver.try_recv_envelope().unwrap_err().is_empty());
    /// ```
    pub fn try_recv_envelope(&self) -> Result<Envelope<T>, TryRecvError> {
        attempt(&self.core).map_or(Err(TryRecvError::Empty), |received| Ok(received?))
    }

    /// The same, or waits for a message for so long at most; a time past all clocks is for ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_envelope_async`](Self::recv_envelope_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    ///
    /// ```
    /// let (_sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// let late = receiver.recv_envelope_timeout(std::time::Duration::from_millis(1));
    /// assert!(late.unwrap_err().is_timeout());
    /// ```
    pub fn recv_envelope_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Envelope<T>, RecvTimeoutError> {
        self.recv_envelope_until(now().checked_add(timeout))
    }

    /// The same, or waits for a message until the deadline. A deadline that is over still receives what is there.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_envelope_async`](Self::recv_envelope_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// sender.send(7).unwrap();
    /// let envelope = receiver.recv_envelope_deadline(std::time::Instant::now());
    /// assert_eq!(*envelope.unwrap(), 7);
    /// ```
    pub fn recv_envelope_deadline(
        &self,
        deadline: Instant,
    ) -> Result<Envelope<T>, RecvTimeoutError> {
        self.recv_envelope_until(Some(deadline))
    }

    fn recv_envelope_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Envelope<T>, RecvTimeoutError> {
        match self.core.wait(End::Receiving, &self.pace, deadline, || attempt(&self.core)) {
            Some(received) => Ok(received?),
            None => Err(RecvTimeoutError::Timeout),
        }
    }

    /// Receives a message whose weight stays taken until the envelope is dropped, or waits for one first:
    /// [`recv_envelope`](Self::recv_envelope) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// sender.send_async(7).await.unwrap();
    /// assert_eq!(*receiver.recv_envelope_async().await.unwrap(), 7);
    /// # }).unwrap();
    /// ```
    pub fn recv_envelope_async(&self) -> RecvEnvelopeAsync<'_, T> {
        RecvEnvelopeAsync { receiver: self, waiting: None, is_done: false }
    }
}

/// The future of [`Receiver::recv_envelope_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct RecvEnvelopeAsync<'a, T> {
    receiver: &'a Receiver<T>,
    waiting: Option<Waiting>,
    is_done: bool,
}

impl<T> Future for RecvEnvelopeAsync<'_, T> {
    type Output = Result<Envelope<T>, RecvError>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.is_done, "{DONE}");
        let Receiver { core, pace, .. } = this.receiver;
        let attempt = || attempt(core);
        let polled = core.poll(End::Receiving, pace, &mut this.waiting, context, attempt);
        this.is_done = polled.is_ready();
        polled
    }
}

besides! { RecvEnvelopeAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }
