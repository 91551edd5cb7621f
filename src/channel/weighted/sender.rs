//! The end that sends.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

use super::error::{SendError, SendTimeoutError, TrySendError};
use super::hold::give_back;
use super::want::{Hold, Want};
use super::{Weighed, Weighted};
use crate::channel::budget::weights::Load;
use crate::channel::error as plain;
use crate::ring::Shared;
use crate::sync::now;

/// Sends messages into a channel that is bounded by weight, by reference. When the last sender goes, the channel is
/// closed.
///
/// ```
/// let (sender, receiver) = ringway::channel::weighted(8, 100, |text: &String| text.len());
/// let another = sender.clone();
/// std::thread::spawn(move || another.send("hello".to_string()).unwrap()).join().unwrap();
/// assert_eq!(sender.weight(), 5);
/// assert_eq!(receiver.recv().unwrap(), "hello");
/// ```
pub struct Sender<T> {
    pub(in crate::channel) inner: crate::channel::Sender<T, Shared, Weighted>,
}

/// A sender that does not keep the channel open, made by [`Sender::downgrade`].
pub struct WeakSender<T> {
    inner: crate::channel::WeakSender<T, Weighted>,
}

impl<T> Sender<T> {
    /// A handle that is counted already.
    pub(super) fn of(inner: crate::channel::Sender<T, Shared, Weighted>) -> Self {
        Self { inner }
    }

    #[inline(always)]
    pub(super) fn core(&self) -> &Weighed<T> {
        &self.inner.core
    }

    /// Sends a message, or waits for room first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`send_async`](Self::send_async) for that.
    ///
    /// # Errors
    ///
    /// Gives the message back if it weighs more than the limit, or if the channel is closed or all receivers are gone, also
    /// while it waits.
    ///
    /// ```
    /// use ringway::channel::{weighted, weighted::SendError};
    ///
    /// let (sender, receiver) = weighted(4, 10, |n: &usize| *n);
    /// assert_eq!(sender.send(10), Ok(()));
    /// assert_eq!(sender.send(11), Err(SendError::TooHeavy(11)));
    /// drop(receiver);
    /// assert_eq!(sender.send(1), Err(SendError::Disconnected(1)));
    /// ```
    #[inline]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match send_at_once(self.core(), message) {
            Ok(()) => Ok(()),
            Err((message, Some(load))) => {
                self.send_until(&mut Some(message), load, None).map_err(|refused| match refused {
                    SendTimeoutError::TooHeavy(message) => SendError::TooHeavy(message),
                    refused => SendError::Disconnected(refused.into_inner()),
                })
            }
            Err((message, None)) => Err(SendError::TooHeavy(message)),
        }
    }

    /// Sends a message if there is room now. It does not wait for room.
    ///
    /// # Errors
    ///
    /// Gives the message back if there is no room for it, also where that is left for another that waits, if it weighs
    /// more than the limit, or if the channel is closed or has no receiver.
    ///
    /// ```
    /// use ringway::channel::{weighted, weighted::TrySendError};
    ///
    /// let (sender, _receiver) = weighted(4, 10, |n: &usize| *n);
    /// assert_eq!(sender.try_send(7), Ok(()));
    /// assert_eq!(sender.try_send(4), Err(TrySendError::Full(4)));
    /// assert_eq!(sender.try_send(3), Ok(()));
    /// ```
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let core = self.core();
        let Some(load) = core.budget.weigh(&message) else {
            return Err(TrySendError::TooHeavy(message));
        };
        let mut unsent = Some(message);
        match attempt_send(&mut Want::of(core, load), &mut unsent) {
            Some(sent) => Ok(sent?),
            None => {
                self.refused();
                Err(TrySendError::Full(unsent.take().expect("it was not sent")))
            }
        }
    }

    /// Sends a message, or waits for room for so long at most; a time past all clocks is for ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`send_async`](Self::send_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// Gives the message back if the time is over, if it weighs more than the limit, or if the channel is closed or
    /// without receivers.
    ///
    /// ```
    /// use ringway::channel::{weighted, weighted::SendTimeoutError};
    /// use std::time::Duration;
    ///
    /// let (sender, _receiver) = weighted(4, 10, |n: &usize| *n);
    /// assert_eq!(sender.send_timeout(7, Duration::from_millis(1)), Ok(()));
    /// let late = sender.send_timeout(4, Duration::from_millis(1));
    /// assert_eq!(late, Err(SendTimeoutError::Timeout(4)));
    /// ```
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        match send_at_once(self.core(), message) {
            Ok(()) => Ok(()),
            Err((message, Some(load))) => {
                self.send_until(&mut Some(message), load, now().checked_add(timeout))
            }
            Err((message, None)) => Err(SendTimeoutError::TooHeavy(message)),
        }
    }

    /// Sends a message, or waits for room until the deadline. A deadline that is over still sends if there is room.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`send_async`](Self::send_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout).
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// assert_eq!(sender.send_deadline(7, std::time::Instant::now()), Ok(()));
    /// assert!(sender.send_deadline(7, std::time::Instant::now()).unwrap_err().is_timeout());
    /// ```
    pub fn send_deadline(&self, message: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        match send_at_once(self.core(), message) {
            Ok(()) => Ok(()),
            Err((message, Some(load))) => self.send_until(&mut Some(message), load, Some(deadline)),
            Err((message, None)) => Err(SendTimeoutError::TooHeavy(message)),
        }
    }

    /// Waits for room and sends.
    #[cold]
    #[inline(never)]
    fn send_until(
        &self,
        unsent: &mut Option<T>,
        load: Load,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        let core = self.core();
        let mut want = Want::of(core, load);
        let end = want.end();
        let attempt = want.trying(|want: &mut Want<_>| attempt_send(want, unsent));
        let sent = core.wait(end, &self.inner.pace, deadline, attempt);
        // Before anybody is called: it may have laid a claim, for which others wait.
        drop(want);
        match sent {
            Some(sent) => Ok(sent?),
            None => {
                self.refused();
                Err(SendTimeoutError::Timeout(unsent.take().expect("it was not sent")))
            }
        }
    }

    /// Counts what was given back because there was no room.
    #[cold]
    pub(super) fn refused(&self) {
        self.inner.refused(1);
    }

    /// A handle that does not keep the channel open.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::weighted(1, 1, |_: &u8| 1);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.upgrade().unwrap().send(1), Ok(()));
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender { inner: self.inner.downgrade() }
    }
}

impl<T> WeakSender<T> {
    /// How many senders there are; a number of the past. Where it is 0 the channel is closed, and there is none to be had.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(1);
    /// let weak = sender.downgrade();
    /// assert_eq!((weak.strong_count(), weak.weak_count()), (1, 1));
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.inner.strong_count()
    }

    /// How many weak senders there are; a number of the past.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(1);
    /// assert_eq!(sender.downgrade().weak_count(), 1);
    /// ```
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.inner.weak_count()
    }

    /// A sender, unless all are gone: then the channel is closed.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` senders (`2^9` on targets without 64-bit atomics).
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::weighted(1, 1, |_: &u8| 1);
    /// assert!(sender.downgrade().upgrade().is_some());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.inner.upgrade().map(Sender::of)
    }
}

/// Sends, if there is room at the first look; else the message, and what it counts for unless that is too much.
#[inline(always)]
pub(super) fn send_at_once<T>(core: &Weighed<T>, message: T) -> Result<(), (T, Option<Load>)> {
    let Some(load) = core.budget.weigh(&message) else { return Err((message, None)) };
    if !core.budget.take_at_once(load) {
        return Err((message, Some(load)));
    }
    core.try_send(message).map_err(|refused| {
        give_back(core, load);
        (refused.into_inner(), Some(load))
    })
}

/// Tries to send what is there to be sent; the outcome, unless there is no room.
pub(super) fn attempt_send<H: Hold>(
    want: &mut Want<H>,
    unsent: &mut Option<H::Message>,
) -> Option<Result<(), SendError<H::Message>>> {
    if !want.take() {
        if want.core.is_over() {
            return Some(Err(SendError::Disconnected(unsent.take()?)));
        }
        return None;
    }
    match want.core.try_send(unsent.take()?) {
        Ok(()) => Some(Ok(())),
        Err(plain::TrySendError::Disconnected(message)) => {
            want.give_back();
            Some(Err(SendError::Disconnected(message)))
        }
        Err(plain::TrySendError::Full(message)) => {
            *unsent = Some(message);
            want.give_back();
            want.core.found_full();
            None
        }
    }
}

impl<T> Clone for Sender<T> {
    /// Another sender for the same channel.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` senders (`2^9` on targets without 64-bit atomics).
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
