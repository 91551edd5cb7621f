//! The end that sends.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

use super::core::{Core, End};
use super::error::{SendError, SendTimeoutError, TrySendError};
use super::kind::Kind;
use super::list::Asks;
use super::metrics::Metric;
use super::pace::Pace;
use super::trace::Event;
use super::weak::WeakSender;
use crate::ring::{Count, Shared};
use crate::sync::{Arc, Panics, now};

/// Sends messages into a channel, by reference. When the last sender goes, the channel is closed.
///
/// `P` and `C` say whether there may be more senders and receivers ([`Shared`]) or not
/// ([`Solo`](crate::ring::Solo)).
///
/// ```
/// let (sender, receiver) = ringway::channel::bounded(4);
/// let another = sender.clone();
/// std::thread::spawn(move || another.send(1).unwrap()).join().unwrap();
/// sender.send(2).unwrap();
/// drop(sender);
/// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2]);
/// ```
pub struct Sender<T, P: Kind = Shared, C: Kind = Shared> {
    pub(super) core: Arc<Core<T, C>>,
    pub(super) pace: Pace,
    kind: PhantomData<P>,
}

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// A handle that is counted already.
    pub(super) fn counted(core: Arc<Core<T, C>>, pace: Pace) -> Self {
        Self { core, pace, kind: PhantomData }
    }

    /// Sends a message, or waits for room first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is [`send_async`](Self::send_async) for that.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or all receivers are gone, also while it
    /// waits.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// assert_eq!(sender.send(1), Ok(()));
    /// drop(receiver);
    /// assert_eq!(sender.send(2), Err(ringway::channel::SendError(2)));
    /// ```
    #[inline]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match self.core.send_at_once(message) {
            Ok(()) => Ok(()),
            Err(message) => self
                .send_until(&mut Some(message), None)
                .map_err(|refused| SendError(refused.into_inner())),
        }
    }

    /// Sends a message if there is room now. It does not wait for room. In a [rendezvous](super#rendezvous) there is
    /// room if a thread waits to receive.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is full, closed, or has no receiver.
    ///
    /// ```
    /// use ringway::channel::{TrySendError, bounded};
    ///
    /// let (sender, _receiver) = bounded(1);
    /// assert_eq!(sender.try_send(1), Ok(()));
    /// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.core.try_send(message).inspect_err(|refused| {
            if refused.is_full() {
                self.count_refused(1);
                self.core.found_full();
                self.core.tell(Event::Refused);
            }
        })
    }

    /// Sends a message, or waits for room for so long at most; a time past all clocks is for
    /// ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is [`send_async`](Self::send_async) for that, and
    /// [`until`](super::SendAsync::until).
    ///
    /// # Errors
    ///
    /// Gives the message back if the time is over, or the channel closed or without receivers.
    ///
    /// ```
    /// use ringway::channel::{SendTimeoutError, bounded};
    /// use std::time::Duration;
    ///
    /// let (sender, _receiver) = bounded(1);
    /// assert_eq!(sender.send_timeout(1, Duration::from_millis(1)), Ok(()));
    /// let late = sender.send_timeout(2, Duration::from_millis(1));
    /// assert_eq!(late, Err(SendTimeoutError::Timeout(2)));
    /// ```
    #[inline]
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        match self.core.send_at_once(message) {
            Ok(()) => Ok(()),
            Err(message) => self.send_until(&mut Some(message), now().checked_add(timeout)),
        }
    }

    /// Sends a message, or waits for room until the deadline. A deadline that is over still sends
    /// if there is room.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is [`send_async`](Self::send_async) for that, and
    /// [`until`](super::SendAsync::until).
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout).
    ///
    /// ```
    /// use ringway::channel::bounded;
    /// use std::time::Instant;
    ///
    /// let (sender, _receiver) = bounded(1);
    /// assert_eq!(sender.send_deadline(1, Instant::now()), Ok(()));
    /// assert!(sender.send_deadline(2, Instant::now()).unwrap_err().is_timeout());
    /// ```
    #[inline]
    pub fn send_deadline(&self, message: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        match self.core.send_at_once(message) {
            Ok(()) => Ok(()),
            Err(message) => self.send_until(&mut Some(message), Some(deadline)),
        }
    }

    /// Waits for room and sends. An option, since a pointer to the message itself would keep it in memory on the
    /// straight path too.
    #[cold]
    #[inline(never)]
    fn send_until(
        &self,
        unsent: &mut Option<T>,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        let sent = match self.core.meeting() {
            Some(meeting) => self.core.send_in(meeting, unsent, &self.pace, deadline),
            None => {
                let attempt = || attempt_send(&self.core, unsent);
                self.core.wait(End::Sending, &self.pace, deadline, attempt)
            }
        };
        match sent {
            Some(sent) => Ok(sent?),
            None => {
                self.refused(1);
                Err(SendTimeoutError::Timeout(unsent.take().expect("it was not sent")))
            }
        }
    }

    /// Counts so many messages that were given back because the channel was full.
    #[cold]
    fn count_refused(&self, n: usize) {
        self.core.meter.count(Metric::Refused, n);
    }

    /// The same, and tells of it.
    pub(super) fn refused(&self, n: usize) {
        self.count_refused(n);
        self.core.tell(Event::Refused);
    }
}

/// Tries to send what is there to be sent; the outcome, unless the channel is full.
pub(super) fn attempt_send<T, C: Kind>(
    core: &Core<T, C>,
    unsent: &mut Option<T>,
) -> Option<Result<(), SendError<T>>> {
    match core.try_send(unsent.take()?) {
        Ok(()) => Some(Ok(())),
        Err(TrySendError::Disconnected(message)) => Some(Err(SendError(message))),
        Err(TrySendError::Full(message)) => {
            *unsent = Some(message);
            core.found_full();
            None
        }
    }
}

impl<T, P: Kind> Sender<T, P, Shared> {
    /// Sends a message; if the channel is full, the oldest is taken out and returned. It never
    /// waits for room.
    ///
    /// One message goes, or none, unless a thread is suspended in the midst of an eviction. Where that is
    /// this thread, for so long that others receive all that came after the oldest and skip it, and the
    /// channel is full again when it is back, a second one goes; so it may where it is another thread, and
    /// its new message has a place before that of this one. Then the last is returned and the one before
    /// it dropped; [`force_send_with`](Self::force_send_with) gives both.
    ///
    /// In a [rendezvous](super#rendezvous) where no thread waits to receive it returns the message itself.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or all receivers are gone.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// assert_eq!(sender.force_send(1), Ok(None));
    /// assert_eq!(sender.force_send(2), Ok(Some(1)));
    /// assert_eq!(receiver.recv(), Ok(2));
    /// ```
    pub fn force_send(&self, message: T) -> Result<Option<T>, SendError<T>> {
        self.force(message, drop)
    }

    /// Sends a message; each message that has to go for it is given to `evicted`.
    ///
    /// As [`force_send`](Self::force_send), for those who may not lose a message. If every slot is held
    /// by a suspended thread, so that the channel has neither room nor a message that could go, the new
    /// one itself is given to `evicted`. Where `evicted` panics before the last, the rest is done all the
    /// same, and the last is dropped on the way of the panic.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or all receivers are gone. Where it is closed in
    /// the midst, `evicted` may have been given the oldest.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// let mut evicted = Vec::new();
    /// for message in 0..3 {
    ///     sender.force_send_with(message, |message| evicted.push(message)).unwrap();
    /// }
    /// assert_eq!(evicted, [0, 1]);
    /// assert_eq!(receiver.recv(), Ok(2));
    /// ```
    pub fn force_send_with(
        &self,
        message: T,
        mut evicted: impl FnMut(T),
    ) -> Result<(), SendError<T>> {
        if let Some(last) = self.force(message, &mut evicted)? {
            evicted(last);
        }
        Ok(())
    }

    /// Sends a message; the last message that has to go for it is returned, and those before are given
    /// to `before`.
    fn force(&self, message: T, mut before: impl FnMut(T)) -> Result<Option<T>, SendError<T>> {
        // Whatever panics, a waker or what is given the messages that go: they are counted, and who
        // waits is told.
        let mut panics = Panics::default();
        let mut is_told = false;
        let received = |evicted, is_in| {
            self.core.meter.note_full(&self.core.ring);
            self.core.meter.count(Metric::Received, 1);
            if is_in {
                self.sent_by_force(true, &mut panics);
                is_told = true;
            }
            // Before the message is given away: that may take long, and wait for those who wait here.
            panics.catch(|| self.core.not_full.notify(1));
            panics.catch(|| before(evicted));
        };
        let forced = self.core.ring.force_push(message, received);
        if let Ok(last) = &forced {
            if !is_told {
                self.sent_by_force(last.is_some(), &mut panics);
            }
        }
        panics.resume();
        forced.or_else(|message| self.force_otherwise(message))
    }

    /// The same where the ring is closed: if the channel is open, there is nobody who waits to receive, and nothing
    /// that could go but the message itself.
    #[cold]
    fn force_otherwise(&self, message: T) -> Result<Option<T>, SendError<T>> {
        match self.core.try_send_otherwise(message) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(message)) => Ok(Some(message)),
            Err(TrySendError::Disconnected(message)) => Err(SendError(message)),
        }
    }

    /// A message went in, in the place of one that it has evicted, or not.
    fn sent_by_force(&self, evicts: bool, panics: &mut Panics) {
        if evicts {
            self.core.meter.note_full(&self.core.ring);
            // The message that was sent is where the last was: there is no more room than before.
            self.core.meter.count(Metric::Received, 1);
        }
        panics.catch(|| self.core.sent(1));
        // It may have moved the consumers' counter past positions that were skipped.
        panics.catch(|| _ = self.core.let_senders_look(usize::MAX, Asks::Passing));
    }
}

impl<T, C: Kind> Sender<T, Shared, C> {
    /// A handle that does not keep the channel open.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::bounded(1);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.upgrade().unwrap().send(1), Ok(()));
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<T, C> {
        WeakSender::of(&self.core, &self.pace)
    }
}

impl<T, C: Kind> Clone for Sender<T, Shared, C> {
    /// Another sender for the same channel.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` senders (`2^9` on targets without 64-bit atomics).
    fn clone(&self) -> Self {
        let core = Arc::clone(&self.core);
        core.ring.handles().add(Count::Producers);
        Self::counted(core, self.pace.clone())
    }
}

impl<T, P: Kind, C: Kind> Drop for Sender<T, P, C> {
    /// The last sender closes the channel.
    fn drop(&mut self) {
        if self.core.ring.handles().leave(Count::Producers).was_last {
            self.core.close();
            self.core.tell(Event::Gone(End::Sending));
        }
    }
}

impl<T, P: Kind, C: Kind> fmt::Debug for Sender<T, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.describe(f.debug_struct("Sender"))
    }
}

impl<T, P: Kind, C: Kind> UnwindSafe for Sender<T, P, C> {}
impl<T, P: Kind, C: Kind> RefUnwindSafe for Sender<T, P, C> {}
