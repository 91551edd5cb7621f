//! Room that is promised to a sender that has no message yet.

use super::core::{Core, End};
use super::error::SendError;
use super::kind::Kind;
use super::list::Asks;
use super::meeting::Room;
use crate::sync::Panics;

/// What became of a message for which room was promised.
pub(super) enum Kept<T> {
    /// It is in the channel.
    Sent,
    /// The channel was closed before it was.
    Disconnected(SendError<T>),
    /// The room went to others: this thread was away for too long.
    Skipped(T),
}

impl<T, C: Kind> Core<T, C> {
    /// Promises room for a message, or tells that the channel is closed; nothing if it is full.
    ///
    /// Receivers find nothing there and do not wait for it: they skip it when others have sent behind it.
    pub(super) fn promise(&self) -> Option<Result<Room, SendError<()>>> {
        if let Some(meeting) = self.meeting() {
            return self.promise_in(meeting);
        }
        match self.ring.promise() {
            Some(promise) => Some(Ok(Room::Place(promise))),
            None => self.is_over().then_some(Err(SendError(()))),
        }
    }

    /// Sends a message to where room was promised.
    pub(super) fn keep(&self, room: Room, message: T) -> Kept<T> {
        let promise = match room {
            Room::Place(promise) => promise,
            Room::Met(number) => {
                self.keep_in(number, message);
                return Kept::Sent;
            }
        };
        match self.ring.keep(promise, message) {
            Ok(()) => {
                self.sent(1);
                Kept::Sent
            }
            Err(message) => {
                // As `Core::sent_late`. The message is dropped where a waker panics.
                _ = self.let_senders_look(1, Asks::Passing);
                if self.ring.is_closed() {
                    Kept::Disconnected(SendError(message))
                } else {
                    Kept::Skipped(message)
                }
            }
        }
    }

    /// Breaks a promise, and tells those who wait: the slot may be free for the next sender, and where nobody can be
    /// skipped there may be messages behind it.
    pub(super) fn break_promise(&self, room: Room) {
        let promise = match room {
            Room::Place(promise) => promise,
            Room::Met(number) => return drop(self.leave(End::Sending, number)),
        };
        self.ring.break_promise(promise);
        let mut panics = Panics::default();
        panics.catch(|| _ = self.let_senders_look(1, Asks::Passing));
        panics.catch(|| _ = self.not_empty.ask(1, Asks::Passing));
        panics.resume();
    }
}
