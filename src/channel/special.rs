//! Channels that keep no messages: a rendezvous, and the channels of time.
//!
//! Each has a ring like any other, of one slot, which is closed from the beginning: every try of the straight paths
//! fails there, and those know of nothing else. Whoever then finds the ring closed asks here, what the channel is.

use std::boxed::Box;
use std::time::Instant;
use std::vec::Vec;

use super::budget::Budget;
use super::clock::Clock;
use super::core::{Core, End};
use super::error::{RecvError, TryRecvError, TrySendError};
use super::kind::Kind;
use super::list::Rest;
use super::meeting::{Given, Meeting};
use super::metrics::Metric;
use super::pace::Pace;
use crate::sync::Arc;

/// What a channel is that keeps no messages.
#[derive(Debug)]
#[cfg_attr(
    ringway_modelled,
    allow(clippy::large_enum_variant, reason = "a lock is large in a model")
)]
pub(super) enum Special<T> {
    /// Whoever sends meets whoever receives.
    Meeting(Arc<Meeting<T>>),
    /// Its messages are instants, which come by themselves.
    Clock(Clock<T>),
}

impl<T> Special<T> {
    /// A rendezvous, if a channel of this capacity is one.
    pub(super) fn of_capacity(capacity: usize) -> Option<Box<Self>> {
        (capacity == 0).then(|| Box::new(Self::Meeting(Meeting::new())))
    }

    fn is_closed(&self) -> bool {
        match self {
            Self::Meeting(meeting) => meeting.is_closed(),
            Self::Clock(clock) => clock.is_closed(),
        }
    }
}

impl<T, C: Kind> Core<T, C> {
    /// The rendezvous, if it is one.
    pub(super) fn meeting(&self) -> Option<&Arc<Meeting<T>>> {
        match self.special.as_deref() {
            Some(Special::Meeting(meeting)) => Some(meeting),
            _ => None,
        }
    }

    /// How many messages are queued.
    pub(super) fn len(&self) -> usize {
        match self.special.as_deref() {
            None => self.ring.len().min(self.room_of_ring()),
            Some(Special::Meeting(_)) => 0,
            Some(Special::Clock(clock)) => clock.len(),
        }
    }

    /// How many can be.
    pub(super) fn capacity(&self) -> usize {
        match self.special.as_deref() {
            None => self.room_of_ring(),
            Some(Special::Meeting(_)) => 0,
            Some(Special::Clock(clock)) => clock.capacity(),
        }
    }

    /// How many messages its ring is for; there may be slots besides, for late threads.
    fn room_of_ring(&self) -> usize {
        self.ring.capacity() - C::Budget::<T>::SPARE
    }

    /// Whether it takes no more messages.
    pub(super) fn is_closed(&self) -> bool {
        self.ring.is_closed() && self.special.as_ref().is_none_or(|special| special.is_closed())
    }

    /// Takes no more messages from here on, and wakes nobody. False if it was closed before.
    pub(super) fn shut(&self) -> bool {
        match self.special.as_deref() {
            None => self.ring.close(),
            Some(Special::Meeting(meeting)) => meeting.shut(),
            Some(Special::Clock(clock)) => clock.shut(),
        }
    }

    /// Sends where the ring is closed, if somebody waits to receive.
    #[cold]
    pub(super) fn try_send_otherwise(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.meeting() {
            Some(meeting) => self.give(meeting.give(message)),
            None => Err(TrySendError::Disconnected(message)),
        }
    }

    /// What became of a message, of which its receiver is told, if it has one.
    pub(super) fn give(&self, given: Given<T>) -> Result<(), TrySendError<T>> {
        match given {
            Given::Met(waker) => {
                self.meter.count(Metric::Sent, 1);
                waker.wake();
                Ok(())
            }
            Given::Full(message) => Err(TrySendError::Full(message)),
            Given::Closed(message) => Err(TrySendError::Disconnected(message)),
        }
    }

    /// Receives where nothing is in the ring: what is due, or what somebody waits to send. `put` has the message before
    /// anybody is woken. Whether there was one.
    #[cold]
    pub(super) fn pop_otherwise(&self, put: impl FnOnce(T)) -> bool {
        let put = |message| {
            self.meter.count(Metric::Received, 1);
            put(message);
        };
        match self.special.as_deref() {
            None => false,
            Some(Special::Clock(clock)) => clock.take().map(put).is_some(),
            Some(Special::Meeting(meeting)) => self.take_in(meeting, put),
        }
    }

    /// The same as often as there are messages, and at most so often; how often.
    #[cold]
    pub(super) fn pop_many_otherwise(&self, messages: &mut Vec<T>, limit: usize) -> usize {
        // A channel of time keeps no more than that, but the next may be due by the time that one is taken.
        let limit = if self.meeting().is_some() { limit } else { limit.min(self.capacity()) };
        (0..limit).take_while(|_| self.pop_otherwise(|message| messages.push(message))).count()
    }

    /// Why nothing was received where the ring is closed, and empty.
    pub(super) fn why_empty(&self) -> TryRecvError {
        let is_open = match self.special.as_deref() {
            None => false,
            Some(Special::Meeting(meeting)) => !meeting.is_closed(),
            Some(Special::Clock(clock)) => clock.is_open(),
        };
        if is_open { TryRecvError::Empty } else { TryRecvError::Disconnected }
    }

    /// Whether an operation would not wait, where the ring is not asked.
    pub(super) fn is_ready_otherwise(&self, end: End) -> Option<bool> {
        match self.special.as_deref()? {
            Special::Meeting(meeting) => Some(meeting.is_ready(end)),
            Special::Clock(clock) => Some(clock.len() > 0 || !clock.is_open()),
        }
    }

    /// When the next message comes by itself.
    pub(super) fn next_instant(&self) -> Option<Instant> {
        match self.special.as_deref()? {
            Special::Meeting(_) => None,
            Special::Clock(clock) => clock.next(),
        }
    }

    /// What a receiver does where the ring is closed, as [`Core::rest`].
    pub(super) fn rest_otherwise(&self) -> Rest {
        if self.is_closed() { Rest::No } else { Rest::Sleep }
    }

    /// Receives as a thread, and waits for a message until the deadline, if the channel keeps none.
    pub(super) fn recv_otherwise(
        &self,
        special: &Special<T>,
        pace: &Pace,
        deadline: Option<Instant>,
    ) -> Option<Result<T, RecvError>> {
        match special {
            Special::Meeting(meeting) => self.recv_in(meeting, pace, deadline),
            Special::Clock(clock) => self.recv_from(clock, deadline),
        }
    }

    /// Waits for one message, and moves it to the end of a vector; how many that were.
    pub(super) fn recv_many_otherwise(
        &self,
        special: &Special<T>,
        messages: &mut Vec<T>,
        pace: &Pace,
    ) -> Result<usize, RecvError> {
        let received = self.recv_otherwise(special, pace, None);
        messages.push(received.expect("without a deadline the wait ends with an outcome")?);
        Ok(1)
    }

    /// A task is to wait for a message.
    #[track_caller]
    pub(super) fn before_pending(&self) {
        if let Some(Special::Clock(clock)) = self.special.as_deref() {
            assert!(
                clock.next().is_none(),
                "nobody wakes a task at the instant of a channel of time: use the timers of its executor"
            );
        }
    }

    /// Drops what is due.
    pub(super) fn forget_due(&self) {
        if let Some(Special::Clock(clock)) = self.special.as_deref() {
            clock.clear();
        }
    }
}
