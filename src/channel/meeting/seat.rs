//! A thread that waits to receive, with a slot for its message.

use core::task::Waker;
use std::sync::Arc as StdArc;

use super::line::Who;
use super::{Meeting, Wake};
use crate::channel::list::Quiet;
use crate::sync::{Arc, Lock, Sleeper};

/// Where the message of one receiver is put.
#[derive(Debug)]
pub(super) struct Slot<T>(Lock<Content<T>>);

#[derive(Debug)]
struct Content<T> {
    message: Option<T>,
    /// Whether none comes.
    is_broken: bool,
    /// One that was promised a message, and waits for it.
    waiting: Option<Quiet>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Lock::new(Content { message: None, is_broken: false, waiting: None })))
    }

    /// It has a message, for the one who is to be woken.
    pub(super) fn put(&self, message: T) -> Wake {
        let mut content = self.0.lock();
        content.message = Some(message);
        Wake(content.waiting.take())
    }

    /// No message comes that was promised; who is to be woken.
    pub(super) fn give_up(&self) -> Wake {
        let mut content = self.0.lock();
        content.is_broken = true;
        Wake(content.waiting.take())
    }

    /// The message that is there.
    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().message.take()
    }

    /// The message that it was promised, when it has come; none if it does not (M4).
    pub(super) fn wait(&self) -> Option<T> {
        let mut sleeper: Option<StdArc<Sleeper>> = None;
        loop {
            let mut content = self.0.lock();
            if content.message.is_some() || content.is_broken {
                return content.message.take();
            }
            if let Some(sleeper) = &sleeper {
                content.waiting = Some(Quiet::of(Waker::from(StdArc::clone(sleeper))));
            }
            drop(content);
            match &sleeper {
                Some(sleeper) => sleeper.sleep(None),
                None => sleeper = Some(Sleeper::new()),
            }
        }
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
    /// A sender waits.
    Ready,
    Closed,
}

impl<'a, T> Begun<'a, T> {
    /// Joins the line, unless a sender waits, or the channel is closed.
    pub(super) fn of(meeting: &'a Meeting<T>, who: Who) -> Self {
        let slot = Slot::new();
        let mut ends = meeting.ends.lock();
        if ends.is_closed {
            return Self::Closed;
        }
        if ends.senders.has_any(None) {
            return Self::Ready;
        }
        let number = Some(ends.receivers.join(Arc::clone(&slot), who));
        drop(ends);
        Self::Waits(Seat { meeting, number, slot })
    }
}

impl<T> Seat<'_, T> {
    /// Leaves the line, with its message if it was met; and whether the channel is closed, if it was not.
    pub(super) fn leave(&mut self) -> (Option<T>, bool) {
        let Some(number) = self.number.take() else { return (None, false) };
        let mut ends = self.meeting.ends.lock();
        let place = ends.receivers.leave(number);
        let is_closed = ends.is_closed;
        drop(ends);
        // Its waker is dropped when nothing is held.
        match place {
            Some(_) => (None, is_closed),
            None => (self.slot.wait(), false),
        }
    }
}

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        drop(self.leave());
    }
}
