//! What a select has chosen.

use core::fmt;
use std::thread;

use super::channel::Chosen;
use super::entry::Entry;
use crate::channel::core::End;
use crate::channel::error::{RecvError, SendError};
use crate::channel::kind::Kind;
use crate::channel::promise::Kept;
use crate::channel::{Receiver, Sender};
use crate::sync::Panics;

/// An operation that a [`Select`](super::Select) has chosen: to be completed.
///
/// What it receives is nobody else's by now. Where it sends, a place is kept for the message, behind all that were sent
/// before the choice; receivers do not wait for it. Forgotten ([`core::mem::forget`]), it takes that place away for good.
/// At a [rendezvous](crate::channel#rendezvous) a receiver was met, and waits for it.
///
/// # Panics
///
/// Its drop panics if it was not completed, unless the thread panics already. The message that it was to receive is dropped
/// then (it leaks where the [`Select`](super::Select) came from another thread), and the place for the one that it was to send
/// is given up.
///
/// ```
/// use ringway::channel::{Select, bounded};
///
/// let (sender, receiver) = bounded(1);
/// let mut select = Select::new();
/// let sends = select.send(&sender);
/// let operation = select.select();
/// assert_eq!(operation.index(), sends);
/// operation.send(&sender, "hello").unwrap();
/// assert_eq!(receiver.recv(), Ok("hello"));
/// ```
#[must_use = "what was chosen has to be completed"]
pub struct SelectedOperation<'a> {
    entry: Entry<'a>,
    /// Nothing when it was completed.
    chosen: Option<Chosen<'a>>,
    /// Whether its drop does not panic.
    may_be_left: bool,
}

impl<'a> SelectedOperation<'a> {
    pub(super) fn of(entry: Entry<'a>, chosen: Chosen<'a>) -> Self {
        Self { entry, chosen: Some(chosen), may_be_left: false }
    }

    /// The index of the operation in its [`Select`](super::Select).
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// let mut select = Select::new();
    /// let receives = select.recv(&receiver);
    /// let operation = select.select();
    /// assert_eq!(operation.index(), receives);
    /// assert_eq!(operation.recv(&receiver), Ok(1));
    /// ```
    #[must_use]
    pub fn index(&self) -> usize {
        self.entry.index
    }

    /// Completes it by a message, if it was to send.
    ///
    /// It does not wait, but where it took so long to find the message that the place for it was skipped: others have
    /// sent and received behind it, or the channel was closed. Then the message is sent as [`Sender::send`] does
    /// it, and waits for room.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed, also since it was chosen, or all receivers are gone.
    ///
    /// # Panics
    ///
    /// Panics if it was not to send, or not by a sender of this channel.
    ///
    /// ```
    /// # use ringway::channel::{Select, SendError, bounded};
    /// let (sender, receiver) = bounded(1);
    /// drop(receiver);
    /// let mut select = Select::new();
    /// select.send(&sender);
    /// assert_eq!(select.select().send(&sender, 1), Err(SendError(1)));
    /// ```
    #[track_caller]
    pub fn send<T, P: Kind, C: Kind>(
        mut self,
        sender: &Sender<T, P, C>,
        message: T,
    ) -> Result<(), SendError<T>> {
        assert!(
            self.entry.end == End::Sending && self.entry.channel.is(&sender.core),
            "passed a sender that wasn't selected"
        );
        let promise = match self.chosen.take() {
            Some(Chosen::ToSend(Ok(promised))) => promised.take(),
            _ => None,
        };
        let Some(promise) = promise else { return Err(SendError(message)) };
        match sender.core.keep(promise, message) {
            Kept::Sent => Ok(()),
            Kept::Disconnected(refused) => Err(refused),
            Kept::Skipped(message) => sender.send(message),
        }
    }

    /// Completes it, if it was to receive: the message that was there when it was chosen.
    ///
    /// # Errors
    ///
    /// Fails if the channel was empty by then, and closed or without senders.
    ///
    /// # Panics
    ///
    /// Panics if it was not to receive, or not by a receiver of this channel.
    ///
    /// ```
    /// # use ringway::channel::{RecvError, Select, bounded};
    /// let (sender, receiver) = bounded::<u8>(1);
    /// drop(sender);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.select().recv(&receiver), Err(RecvError));
    /// ```
    #[track_caller]
    pub fn recv<T, C: Kind>(mut self, receiver: &Receiver<T, C>) -> Result<T, RecvError> {
        const OTHER: &str = "passed a receiver that wasn't selected";
        assert!(
            self.entry.end == End::Receiving && self.entry.channel.is(&receiver.core),
            "{OTHER}"
        );
        match self.chosen.take() {
            Some(Chosen::ToRecv(Ok(kept))) => Ok(kept.take(&receiver.core).expect(OTHER)),
            _ => Err(RecvError),
        }
    }

    /// The same operation, whose drop does not panic: for `select!`, whose message may leave by `?` or `return`.
    #[doc(hidden)]
    pub fn may_be_left(mut self) -> Self {
        self.may_be_left = true;
        self
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        let Some(chosen) = self.chosen.take() else { return };
        let mut panics = Panics::default();
        panics.catch(|| drop(chosen));
        panics.resume();
        if !self.may_be_left && !thread::panicking() {
            panic!("dropped `SelectedOperation` without completing the operation");
        }
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelectedOperation").field("index", &self.index()).finish_non_exhaustive()
    }
}
