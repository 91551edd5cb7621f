//! A thread that waits to receive, with a slot for its message.

use super::line::Who;
use super::{Meeting, Taken};
use crate::sync::{Arc, Lock};

/// Where the message of one receiver is put. It is the receiver's alone by then: nobody waits for this lock.
#[derive(Debug)]
pub(super) struct Slot<T>(Lock<Option<T>>);

impl<T> Slot<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Lock::new(None)))
    }

    pub(super) fn put(&self, message: T) {
        *self.0.lock() = Some(message);
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().take()
    }
}

/// A place in the line of the receivers. Dropped, it leaves the line.
pub(super) struct Seat<'a, T> {
    meeting: &'a Meeting<T>,
    /// None when it has left.
    number: Option<u64>,
    slot: Arc<Slot<T>>,
}

/// What became of one who was to wait.
pub(super) enum Begun<'a, T> {
    Waits(Seat<'a, T>),
    Met(Taken<T>),
    Closed,
}

impl<'a, T> Begun<'a, T> {
    /// Joins the line, unless a sender is met first, or the channel is closed.
    pub(super) fn of(meeting: &'a Meeting<T>, who: Who) -> Self {
        let slot = Slot::new();
        let mut ends = meeting.ends.lock();
        if ends.is_closed {
            return Self::Closed;
        }
        if let Some(taken) = ends.take() {
            return Self::Met(taken);
        }
        let number = Some(ends.receivers.join(Arc::clone(&slot), who));
        drop(ends);
        Self::Waits(Seat { meeting, number, slot })
    }
}

impl<T> Seat<'_, T> {
    /// Leaves the line with the message that it was given, if it was; and whether the channel is closed.
    pub(super) fn leave(&mut self) -> (Option<T>, bool) {
        let Some(number) = self.number.take() else { return (None, false) };
        if let Some(message) = self.slot.take() {
            return (Some(message), false);
        }
        let mut ends = self.meeting.ends.lock();
        let place = ends.receivers.leave(number);
        let is_closed = ends.is_closed;
        drop(ends);
        // Its waker is dropped when nothing is held.
        drop(place);
        (self.slot.take(), is_closed)
    }
}

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        drop(self.leave());
    }
}
