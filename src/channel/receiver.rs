//! The end that receives.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

use super::core::{Core, End};
use super::error::{RecvError, RecvTimeoutError, TryRecvError};
use super::kind::Kind;
use super::pace::Pace;
use super::trace::Event;
use super::weak::WeakReceiver;
use crate::ring::{Count, Shared};
use crate::sync::{Arc, now};

/// Receives messages from a channel, by reference. Each message is received by one receiver. When
/// the last receiver goes, the channel is closed, and what is queued is dropped.
///
/// Threads may share a receiver by reference where there may be many (`C` is [`Shared`]); one that
/// is alone ([`Solo`](crate::ring::Solo)) may move from thread to thread.
///
/// ```
/// let (sender, receiver) = ringway::channel::bounded(4);
/// let worker = receiver.clone();
/// let worker = std::thread::spawn(move || worker.recv().unwrap());
/// sender.send("work").unwrap();
/// assert_eq!(worker.join().unwrap(), "work");
/// ```
pub struct Receiver<T, C: Kind = Shared> {
    pub(super) core: Arc<Core<T, C>>,
    pub(super) pace: Pace,
    sharing: PhantomData<C::Sharing>,
}

impl<T, C: Kind> Receiver<T, C> {
    /// A handle that is counted already.
    pub(super) fn counted(core: Arc<Core<T, C>>, pace: Pace) -> Self {
        Self { core, pace, sharing: PhantomData }
    }

    /// Receives a message, or waits for one first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `recv_async` for that.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty, and is closed or has no sender left, also while it waits.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(ringway::channel::RecvError));
    /// ```
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        match self.core.recv_at_once() {
            Some(message) => Ok(message),
            None => self.recv_until(None).map_err(|_| RecvError),
        }
    }

    /// Receives a message if there is one now. It does not wait for one.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty.
    ///
    /// ```
    /// use ringway::channel::{TryRecvError, bounded};
    ///
    /// let (sender, receiver) = bounded::<u8>(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.core.try_recv()
    }

    /// Receives a message, or waits for one for so long at most; a time past all clocks is for
    /// ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `recv_async` for that, and
    /// [`until`](super::RecvAsync::until).
    ///
    /// # Errors
    ///
    /// Fails if the time is over, or if the channel is empty and is closed or has no sender left.
    ///
    /// ```
    /// use ringway::channel::{RecvTimeoutError, bounded};
    /// use std::time::Duration;
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let late = receiver.recv_timeout(Duration::from_millis(1));
    /// assert_eq!(late, Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match self.core.recv_at_once() {
            Some(message) => Ok(message),
            None => self.recv_until(now().checked_add(timeout)),
        }
    }

    /// Receives a message, or waits for one until the deadline. A deadline that is over still
    /// receives what is there.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `recv_async` for that, and
    /// [`until`](super::RecvAsync::until).
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_deadline(std::time::Instant::now()), Ok(1));
    /// ```
    #[inline]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        match self.core.recv_at_once() {
            Some(message) => Ok(message),
            None => self.recv_until(Some(deadline)),
        }
    }

    /// Waits for a message.
    #[cold]
    fn recv_until(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        let received = match self.core.special.as_deref() {
            Some(special) => self.core.recv_otherwise(special, &self.pace, deadline),
            None => {
                let attempt = || self.core.take(|| self.core.pop());
                self.core.wait(End::Receiving, &self.pace, deadline, attempt)
            }
        };
        match received {
            Some(received) => Ok(received?),
            None => Err(RecvTimeoutError::Timeout),
        }
    }
}

impl<T, C: Kind<Sharing = ()>> Receiver<T, C> {
    /// A handle that does not keep the channel open.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let weak = receiver.downgrade();
    /// sender.send(1).unwrap();
    /// assert_eq!(weak.upgrade().unwrap().recv(), Ok(1));
    /// drop(receiver);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakReceiver<T, C> {
        WeakReceiver::of(&self.core, &self.pace)
    }
}

impl<T, C: Kind<Sharing = ()>> Clone for Receiver<T, C> {
    /// Another receiver for the same channel.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` receivers (`2^9` on targets without 64-bit atomics).
    fn clone(&self) -> Self {
        let core = Arc::clone(&self.core);
        core.ring.handles().add(Count::Consumers);
        Self::counted(core, self.pace.clone())
    }
}

impl<T, C: Kind> Drop for Receiver<T, C> {
    /// The last receiver closes the channel and drops what is queued.
    fn drop(&mut self) {
        let leaving = self.core.ring.handles().leave(Count::Consumers);
        if leaving.was_last {
            self.core.end();
            self.core.tell(Event::Gone(End::Receiving));
        }
    }
}

impl<T, C: Kind> fmt::Debug for Receiver<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.describe(f.debug_struct("Receiver"))
    }
}

impl<T, C: Kind> UnwindSafe for Receiver<T, C> {}
impl<T, C: Kind> RefUnwindSafe for Receiver<T, C> {}
