//! Many messages in one call: one claim for as many as fit, or are there.

use core::fmt;
use core::iter::FusedIterator;
use std::boxed::Box;
use std::collections::VecDeque;
use std::vec::Vec;

use super::budget::Budget;
use super::core::{Core, End};
use super::error::{RecvError, SendError};
use super::kind::Kind;
use super::meeting::{Each, attempt_each, send_slice};
use super::{Receiver, Sender};
use crate::ring::Left;
use crate::sync::Panics;

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// Sends copies of all messages of a slice, in order; waits for room where there is none.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is [`send_slice_async`](Self::send_slice_async) for that.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Gives back those that were not sent if the channel is closed or all receivers are gone.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(8);
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// receiver.close();
    /// assert_eq!(sender.send_slice(&[4, 5]), Err(ringway::channel::SendError(&[4, 5][..])));
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn send_slice<'v>(&self, messages: &'v [T]) -> Result<(), SendError<&'v [T]>>
    where
        T: Copy,
    {
        if let Some(meeting) = self.core.meeting() {
            return send_slice(&self.core, meeting, &self.pace, messages);
        }
        let mut unsent = messages;
        let mut attempt = || attempt_slice(&self.core, &mut unsent);
        attempt()
            .or_else(|| self.core.wait(End::Sending, &self.pace, None, attempt))
            .expect("without a deadline the wait ends with an outcome")
    }

    /// Sends all messages of a vector, in order, and leaves it empty, with the capacity it had;
    /// waits for room where there is none.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is [`send_all_async`](Self::send_all_async) for that.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Leaves those in the vector that were not sent if the channel is closed or all receivers
    /// are gone.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(8);
    /// let mut messages = vec!["a".to_string(), "b".to_string()];
    /// sender.send_all(&mut messages).unwrap();
    /// assert!(messages.is_empty());
    /// assert_eq!(receiver.try_iter().collect::<String>(), "ab");
    /// ```
    pub fn send_all(&self, messages: &mut Vec<T>) -> Result<(), SendError<()>> {
        let mut unsent = Unsent::of(&self.core, messages);
        if let (Unsent::Each(each), Some(meeting)) = (&mut unsent, self.core.meeting()) {
            return each.send(&self.core, meeting, &self.pace);
        }
        let mut attempt = || unsent.attempt(&self.core);
        attempt()
            .or_else(|| self.core.wait(End::Sending, &self.pace, None, attempt))
            .expect("without a deadline the wait ends with an outcome")
    }
}

/// Tries to send what is left; the outcome, unless it has to wait.
pub(super) fn attempt_slice<'v, T: Copy, C: Kind>(
    core: &Core<T, C>,
    unsent: &mut &'v [T],
) -> Option<Result<(), SendError<&'v [T]>>> {
    while !unsent.is_empty() {
        let mut cursor = core.ring.filling::<usize>();
        let sent = core.ring.push_slice(&mut cursor, unsent);
        if sent == 0 {
            if core.meeting().is_some() {
                return attempt_each(core, unsent);
            }
            return core.is_over().then_some(Err(SendError(*unsent)));
        }
        // Before anybody is woken, whose waker may panic.
        *unsent = &unsent[sent..];
        core.went_in(sent, cursor.freed);
    }
    Some(Ok(()))
}

/// The messages of a vector that are not sent yet. Dropped, it puts them back.
#[derive(Debug)]
pub(super) enum Unsent<'v, T> {
    /// They go together.
    Left(Left<'v, T>),
    /// They go one by one.
    Each(Box<Each<'v, T>>),
}

impl<'v, T> Unsent<'v, T> {
    /// All of a vector.
    pub(super) fn of<C: Kind>(core: &Core<T, C>, messages: &'v mut Vec<T>) -> Self {
        match core.meeting() {
            None => Self::Left(Left::of(messages)),
            Some(_) => Self::Each(Each::of(messages)),
        }
    }

    /// How many are left.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Left(left) => left.len(),
            Self::Each(each) => each.len(),
        }
    }

    /// Gives up as a task; the outcome, unless some are not sent and might yet have been.
    pub(super) fn give_up<C: Kind>(
        &mut self,
        core: &Core<T, C>,
    ) -> Option<Result<(), SendError<()>>> {
        match self {
            Self::Left(_) => None,
            Self::Each(each) => each.give_up(core),
        }
    }

    /// Tries to send what is left; the outcome, unless it has to wait.
    pub(super) fn attempt<C: Kind>(
        &mut self,
        core: &Core<T, C>,
    ) -> Option<Result<(), SendError<()>>> {
        let left = match self {
            Self::Left(left) => left,
            Self::Each(each) => return each.attempt(core),
        };
        while left.len() > 0 {
            let mut cursor = core.ring.filling::<usize>();
            let sent = core.ring.push_left(&mut cursor, left, usize::MAX);
            if sent == 0 {
                return core.is_over().then_some(Err(SendError(())));
            }
            core.went_in(sent, cursor.freed);
        }
        Some(Ok(()))
    }
}

impl<T, C: Kind> Receiver<T, C> {
    /// Moves the messages that are there to the end of a vector, at most `limit`, and returns how
    /// many; waits for one if there is none. A limit of 0 returns at once.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `recv_many_async` for that.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty, and is closed or has no sender left, also while it waits.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(8);
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut messages, 2), Ok(2));
    /// assert_eq!(receiver.recv_many(&mut messages, 2), Ok(1));
    /// assert_eq!(messages, [1, 2, 3]);
    /// ```
    pub fn recv_many(&self, messages: &mut Vec<T>, limit: usize) -> Result<usize, RecvError> {
        if let Some(special) = self.core.special.as_deref() {
            return match attempt_many(&self.core, messages, limit) {
                Some(received) => received,
                None => self.core.recv_many_otherwise(special, messages, &self.pace),
            };
        }
        let mut attempt = || attempt_many(&self.core, messages, limit);
        attempt()
            .or_else(|| self.core.wait(End::Receiving, &self.pace, None, attempt))
            .expect("without a deadline the wait ends with an outcome")
    }

    /// Takes the messages out that are there now, with one claim or few; it waits for none.
    ///
    /// Those that are not asked of the iterator are dropped with it.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(8);
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// let messages = receiver.drain();
    /// assert!(receiver.is_empty());
    /// assert_eq!(messages.collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn drain(&self) -> Drain<T> {
        Drain::of(self.len(), |messages, left| attempt_many(&self.core, messages, left))
    }
}

/// Tries to receive up to `limit` messages; the outcome, unless it has to wait.
pub(super) fn attempt_many<T, C: Kind>(
    core: &Core<T, C>,
    messages: &mut Vec<T>,
    limit: usize,
) -> Option<Result<usize, RecvError>> {
    if limit == 0 {
        return Some(Ok(0));
    }
    core.take(|| {
        let mut cursor = core.ring.emptying::<usize>();
        let before = messages.len();
        let mut received = core.ring.pop_vec(&mut cursor, messages, limit);
        let mut panics = Panics::default();
        panics.catch(|| core.budget.free(&messages[before..]));
        core.came_out(received, cursor.freed);
        panics.resume();
        if received == 0 {
            received = core.pop_many_otherwise(messages, limit);
        }
        (received > 0).then_some(received)
    })
}

/// Messages that were taken out together, made by [`Receiver::drain`].
pub struct Drain<T>(VecDeque<T>);

impl<T> Drain<T> {
    /// So many messages, or as many of them as `attempt` receives, which learns how many are left.
    pub(super) fn of(
        mut left: usize,
        mut attempt: impl FnMut(&mut Vec<T>, usize) -> Option<Result<usize, RecvError>>,
    ) -> Self {
        let mut messages = Vec::with_capacity(left);
        let mut panics = Panics::default();
        while left > 0 {
            let mut found = None;
            panics.catch(|| found = attempt(&mut messages, left));
            match found {
                Some(Ok(received)) => left -= received,
                Some(Err(RecvError)) | None => break,
            }
        }
        let drain = Self(messages.into());
        // Where a waker has panicked it drops them, whatever they do then.
        panics.resume();
        drain
    }
}

impl<T> Iterator for Drain<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl<T> Drop for Drain<T> {
    /// Drops all that are left, also where the drop of some panics.
    fn drop(&mut self) {
        let mut panics = Panics::default();
        // One after the other where they lie: a stack that never held one of them may be too small.
        while !self.0.is_empty() {
            panics.catch(|| drop(self.0.drain(..1)));
        }
        panics.resume();
    }
}

impl<T> fmt::Debug for Drain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("len", &self.0.len()).finish_non_exhaustive()
    }
}

impl<T> ExactSizeIterator for Drain<T> {}
impl<T> FusedIterator for Drain<T> {}
