//! The ways in which the ends of a channel wait.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::time::Duration;

use ringway::channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender,
};

use crate::future::block_on;

/// Any time: in a model it passes for a thread while that sleeps, and never else.
const WHILE: Duration = Duration::from_secs(1);

/// How a thread of a model waits for room or for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As a thread, for as long as it takes.
    Thread,
    /// As a task, for as long as it takes.
    Task,
    /// As a thread with a deadline, which passes while it sleeps.
    Timed,
    /// As a task that is polled once and dropped, when it may be notified.
    Dropped,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Thread, Self::Task, Self::Timed, Self::Dropped];

    /// Each pair of them, in one order.
    pub fn pairs() -> impl Iterator<Item = (Self, Self)> {
        let with_others = |(n, one)| Self::ALL.into_iter().skip(n).map(move |other| (one, other));
        Self::ALL.into_iter().enumerate().flat_map(with_others)
    }

    /// Receives a message, or learns that there is none to come; nothing if it gave up before.
    pub fn recv_or_quit<T>(self, receiver: &Receiver<T>) -> Option<Result<T, RecvError>> {
        match self {
            Self::Thread => Some(receiver.recv()),
            Self::Task => Some(block_on(receiver.recv_async())),
            Self::Timed => match receiver.recv_timeout(WHILE) {
                Err(RecvTimeoutError::Timeout) => None,
                received => Some(received.map_err(|_| RecvError)),
            },
            Self::Dropped => poll_once(receiver.recv_async()),
        }
    }

    /// Sends a message, or gets it back from a channel that is closed; nothing if it gave up
    /// before.
    pub fn send_or_quit<T>(
        self,
        sender: &Sender<T>,
        message: T,
    ) -> Option<Result<(), SendError<T>>> {
        match self {
            Self::Thread => Some(sender.send(message)),
            Self::Task => Some(block_on(sender.send_async(message))),
            Self::Timed => match sender.send_timeout(message, WHILE) {
                Err(SendTimeoutError::Timeout(_)) => None,
                Err(SendTimeoutError::Disconnected(message)) => Some(Err(SendError(message))),
                Ok(()) => Some(Ok(())),
            },
            Self::Dropped => poll_once(sender.send_async(message)),
        }
    }

    /// Receives a message, or learns that there is none to come; one that gave up waits again, as
    /// a thread.
    pub fn recv<T>(self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        self.recv_or_quit(receiver).unwrap_or_else(|| receiver.recv())
    }

    /// Sends a message, or gets it back from a channel that is closed; one that gave up waits
    /// again, as a thread.
    pub fn send<T>(self, sender: &Sender<T>, message: impl Fn() -> T) -> Result<(), SendError<T>> {
        self.send_or_quit(sender, message()).unwrap_or_else(|| sender.send(message()))
    }
}

/// What becomes of a future with one poll, after which it is dropped.
pub fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
