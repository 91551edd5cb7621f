//! What a channel of time knows: when its next message is due.

use std::time::{Duration, Instant};

use super::core::{Core, End};
use super::error::RecvError;
use super::kind::Kind;
use super::list::Who;
use super::trace::Event;
use super::waiters::Waiting;
use crate::sync::{Lock, Sleeper, before_blocking, is_over, now};

/// Instants that come by themselves, once or again and again. Nobody puts them into the channel: whoever looks for one
/// takes it if it is due.
#[derive(Debug)]
pub(super) struct Clock<T> {
    due: Lock<Due>,
    /// From one message to the next; none if there is no more than one.
    period: Option<Duration>,
    /// The message of an instant; none of a channel without messages.
    message: Option<fn(Instant) -> T>,
}

/// What changes.
#[derive(Debug)]
struct Due {
    /// The instant of the next message, if one is to come.
    next: Option<Instant>,
    /// How many threads wait for it.
    waiting: usize,
    /// Whether no more come than what was due then.
    is_closed: bool,
}

impl<T> Clock<T> {
    /// The first message is of this instant, and the others come so long one after the other.
    pub(super) fn new(first: Instant, period: Option<Duration>, message: fn(Instant) -> T) -> Self {
        let due = Due { next: Some(first), waiting: 0, is_closed: false };
        Self { due: Lock::new(due), period, message: Some(message) }
    }

    /// There are no messages.
    pub(super) fn never() -> Self {
        let due = Due { next: None, waiting: 0, is_closed: false };
        Self { due: Lock::new(due), period: None, message: None }
    }

    /// Takes the message that is due.
    ///
    /// The next one is due a period after that, if somebody has waited for it, so that none comes late because that
    /// one wakes up late; else a period from now on.
    pub(super) fn take(&self) -> Option<T> {
        let message = self.message?;
        let now = now();
        let mut due = self.due.lock();
        let taken = due.next.filter(|&next| next <= now)?;
        let from = if due.waiting > 0 { taken } else { now };
        due.next = match self.period {
            Some(period) if !due.is_closed => {
                let next = from.checked_add(period).filter(|&next| next > now);
                next.or_else(|| now.checked_add(period))
            }
            _ => None,
        };
        drop(due);
        Some(message(taken))
    }

    /// When the next message is due, if one is to come.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.lock().next
    }

    /// Whether a message is due.
    pub(super) fn len(&self) -> usize {
        usize::from(self.next().is_some_and(|next| next <= now()))
    }

    pub(super) fn capacity(&self) -> usize {
        usize::from(self.message.is_some())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.due.lock().is_closed
    }

    /// Whether a message may come, or is there.
    pub(super) fn is_open(&self) -> bool {
        let due = self.due.lock();
        !due.is_closed || due.next.is_some()
    }

    /// No message comes after those that are due. False if it was so before.
    pub(super) fn shut(&self) -> bool {
        let now = now();
        let mut due = self.due.lock();
        if due.is_closed {
            return false;
        }
        due.is_closed = true;
        due.next = due.next.filter(|&next| next <= now);
        true
    }

    /// None is due any more.
    pub(super) fn clear(&self) {
        self.due.lock().next = None;
    }

    /// One thread more waits, until that is dropped.
    fn begin(&self) -> Waits<'_, T> {
        self.due.lock().waiting += 1;
        Waits(self)
    }
}

/// A thread that waits for the next message.
struct Waits<'a, T>(&'a Clock<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.due.lock().waiting -= 1;
    }
}

impl<T, C: Kind> Core<T, C> {
    /// Receives the next message of a channel of time, or waits until it is due, or the deadline.
    pub(super) fn recv_from(
        &self,
        clock: &Clock<T>,
        deadline: Option<Instant>,
    ) -> Option<Result<T, RecvError>> {
        let attempt = || self.take(|| self.pop());
        let done = attempt();
        if done.is_some() || is_over(deadline) {
            return done;
        }
        before_blocking();
        self.count_wait(End::Receiving, false);
        self.tell(Event::Sleeps(End::Receiving));
        let _waits = clock.begin();
        let sleeper = Sleeper::new();
        loop {
            // Whoever closes the channel wakes those in the list.
            let waiting =
                Waiting::begin(self.waiters(End::Receiving), sleeper.clone().into(), Who::Thread);
            let done = attempt();
            if done.is_some() || is_over(deadline) {
                return done;
            }
            self.count_wait(End::Receiving, true);
            let next = clock.next();
            waiting.sleep(&sleeper, deadline.into_iter().chain(next).min());
        }
    }
}
