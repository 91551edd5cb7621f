//! A sender that waits with its message.

use core::fmt;
use core::task::Waker;

use super::line::{Place, Who};
use super::{Given, Meeting, Offered};
use crate::channel::list::{self, Patience, Quiet};
use crate::sync::Arc;

/// A message in the line of the senders. Dropped, it leaves the line, and is dropped unless it was received.
pub(in crate::channel) struct Offer<T> {
    meeting: Arc<Meeting<T>>,
    /// None when it has left.
    number: Option<u64>,
    /// With those who were told of it.
    pub(super) patience: Patience,
}

impl<T> Offer<T> {
    /// Joins the line with a message, unless a receiver is met first, or the channel is closed.
    pub(super) fn begin(
        meeting: &Arc<Meeting<T>>,
        message: T,
        who: Who,
        kind: list::Who,
    ) -> Result<Self, Given<T>> {
        let mut ends = meeting.ends.lock();
        let message = match ends.give(message) {
            Given::Full(message) => message,
            given => return Err(given),
        };
        let number = Some(ends.senders.join(Offered::Message(message), who));
        drop(ends);
        Ok(Self { meeting: Arc::clone(meeting), number, patience: Patience::of(kind) })
    }

    /// Whether the message was received, which it may be at any time.
    pub(in crate::channel) fn is_sent(&self) -> bool {
        self.number.is_some_and(|number| !self.meeting.ends.lock().senders.has(number))
    }

    /// Takes the message back, unless it was received; and whether the channel is closed.
    pub(in crate::channel) fn take_back(&mut self) -> (Option<T>, bool) {
        let Some(number) = self.number.take() else { return (None, false) };
        let mut ends = self.meeting.ends.lock();
        let place = ends.senders.leave(number);
        let is_closed = ends.is_closed;
        drop(ends);
        // Its waker is dropped when nothing is held.
        (place.and_then(|Place { with, .. }| with.message()), is_closed)
    }

    /// Whether it is to wait longer: then this waker is woken when it is not.
    pub(super) fn waits(&mut self, waker: &Waker) -> bool {
        let Some(number) = self.number else { return false };
        // What is dropped is so when nothing is held.
        let mut other = None;
        loop {
            let mut ends = self.meeting.ends.lock();
            if ends.is_closed || !ends.senders.has(number) {
                return false;
            }
            if ends.senders.renew(number, waker, &mut other) {
                return true;
            }
            drop(ends);
            other = Some(Quiet::of(waker.clone()));
        }
    }
}

impl<T> Drop for Offer<T> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        drop(self.take_back());
    }
}

impl<T> fmt::Debug for Offer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer").finish_non_exhaustive()
    }
}
