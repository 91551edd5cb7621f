//! Ending a wait of a task by a timer, which the caller brings: no executor is assumed.

use core::fmt;
use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError};
use super::future::{DONE, RecvAsync, RecvManyAsync, SendAllAsync, SendAsync, SendSliceAsync};
use super::kind::Kind;
use super::owned::{RecvOwned, SendOwned};
use super::{Receiver, Sender};

/// What waits, and can give up.
pub trait Limited: Future + Unpin {
    /// What becomes of it within the time, or after that.
    type Outcome;

    /// It was done within the time.
    fn outcome(done: Self::Output) -> Self::Outcome;

    /// It waits no more, and passes on what it was told and has not used. It is not polled again.
    fn give_up(&mut self) -> Self::Outcome;
}

pin_project! {
    /// An operation that gives up when its timer is done, made by `until` of its future, such as
    /// [`SendAsync::until`].
    #[must_use = "a future does nothing unless it is polled"]
    pub struct Until<F, W> {
        operation: F,
        #[pin]
        timer: W,
        is_done: bool,
    }
}

impl<F: Limited, W: Future> Until<F, W> {
    fn new(operation: F, timer: W) -> Self {
        Self { operation, timer, is_done: false }
    }
}

impl<F: Limited, W: Future> Future for Until<F, W> {
    type Output = F::Outcome;

    /// Polls the operation, then the timer, and when that is done the operation once more.
    ///
    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Outcome> {
        let this = self.project();
        assert!(!*this.is_done, "{DONE}");
        let mut done = Pin::new(&mut *this.operation).poll(context);
        if done.is_pending() {
            if this.timer.poll(context).is_pending() {
                return Poll::Pending;
            }
            done = Pin::new(&mut *this.operation).poll(context);
        }
        *this.is_done = true;
        Poll::Ready(match done {
            Poll::Ready(done) => F::outcome(done),
            Poll::Pending => this.operation.give_up(),
        })
    }
}

#[cfg(feature = "futures")]
impl<F: Limited, W: Future> futures_core::FusedFuture for Until<F, W> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

impl<F: fmt::Debug, W> fmt::Debug for Until<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until")
            .field("operation", &self.operation)
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}

/// What becomes of a message whose sender gives up: it waits with it in a rendezvous, or it is in `unsent`.
fn given_up<T, P: Kind, C: Kind>(
    sender: &Sender<T, P, C>,
    withdrawn: Option<Result<(), SendTimeoutError<T>>>,
    unsent: &mut Option<T>,
) -> Result<(), SendTimeoutError<T>> {
    let unsent = || Err(SendTimeoutError::Timeout(unsent.take().expect("it was not sent")));
    withdrawn.unwrap_or_else(unsent).inspect_err(|refused| {
        if refused.is_timeout() {
            sender.refused(1);
        }
    })
}

impl<'a, T, P: Kind, C: Kind> Limited for SendAsync<'a, T, P, C> {
    type Outcome = Result<(), SendTimeoutError<T>>;

    fn outcome(done: Result<(), SendError<T>>) -> Self::Outcome {
        Ok(done?)
    }

    fn give_up(&mut self) -> Self::Outcome {
        // First: where a waker panics that it wakes, the message is still here, and dropped with this.
        self.waiting = None;
        let Self { sender, offer, unsent, .. } = self;
        given_up(sender, sender.core.withdraw(offer), unsent)
    }
}

impl<'a, T: Copy, P: Kind, C: Kind> Limited for SendSliceAsync<'a, T, P, C> {
    type Outcome = Result<(), SendTimeoutError<&'a [T]>>;

    fn outcome(done: Result<(), SendError<&'a [T]>>) -> Self::Outcome {
        Ok(done?)
    }

    fn give_up(&mut self) -> Self::Outcome {
        self.waiting = None;
        match self.sender.core.withdraw(&mut self.offer) {
            Some(Ok(())) => self.unsent = &self.unsent[1..],
            Some(Err(refused)) if refused.is_disconnected() => {
                return Err(SendTimeoutError::Disconnected(self.unsent));
            }
            _ => {}
        }
        if self.unsent.is_empty() {
            return Ok(());
        }
        self.sender.refused(self.unsent.len());
        Err(SendTimeoutError::Timeout(self.unsent))
    }
}

impl<'a, T, P: Kind, C: Kind> Limited for SendAllAsync<'a, T, P, C> {
    type Outcome = Result<(), SendTimeoutError<()>>;

    fn outcome(done: Result<(), SendError<()>>) -> Self::Outcome {
        Ok(done?)
    }

    fn give_up(&mut self) -> Self::Outcome {
        self.waiting = None;
        if let Some(done) = self.unsent.give_up(&self.sender.core) {
            return Ok(done?);
        }
        self.sender.refused(self.unsent.len());
        Err(SendTimeoutError::Timeout(()))
    }
}

impl<T, P: Kind, C: Kind> Limited for SendOwned<T, P, C> {
    type Outcome = (Sender<T, P, C>, Result<(), SendTimeoutError<T>>);

    fn outcome((sender, done): (Sender<T, P, C>, Result<(), SendError<T>>)) -> Self::Outcome {
        (sender, done.map_err(SendTimeoutError::from))
    }

    fn give_up(&mut self) -> Self::Outcome {
        let (sender, withdrawn, mut unsent) = self.take();
        let outcome = given_up(&sender, withdrawn, &mut unsent);
        (sender, outcome)
    }
}

impl<T, C: Kind, R: Deref<Target = Receiver<T, C>>> Limited for RecvAsync<R> {
    type Outcome = Result<T, RecvTimeoutError>;

    fn outcome(done: Result<T, RecvError>) -> Self::Outcome {
        Ok(done?)
    }

    fn give_up(&mut self) -> Self::Outcome {
        self.waiting = None;
        Err(RecvTimeoutError::Timeout)
    }
}

impl<'a, T, C: Kind, R: Deref<Target = Receiver<T, C>>> Limited for RecvManyAsync<'a, T, R> {
    type Outcome = Result<usize, RecvTimeoutError>;

    fn outcome(done: Result<usize, RecvError>) -> Self::Outcome {
        Ok(done?)
    }

    fn give_up(&mut self) -> Self::Outcome {
        self.waiting = None;
        Err(RecvTimeoutError::Timeout)
    }
}

impl<T, C: Kind> Limited for RecvOwned<T, C> {
    type Outcome = (Receiver<T, C>, Result<T, RecvTimeoutError>);

    fn outcome((receiver, done): (Receiver<T, C>, Result<T, RecvError>)) -> Self::Outcome {
        (receiver, done.map_err(RecvTimeoutError::from))
    }

    fn give_up(&mut self) -> Self::Outcome {
        (self.take(), Err(RecvTimeoutError::Timeout))
    }
}

/// The method of a future, with what its outcome is and an example.
macro_rules! until {
    (
        $future:ident<$($lifetime:lifetime,)? $($parameter:ident),+>,
        [$($given:tt)*]; $outcome:literal, [$($example:literal)+]
    ) => {
        impl<$($given)*> $future<$($lifetime,)? $($parameter),+> {
            /// Gives up when a timer is done, which may be any future: the sleep of an executor, or the
            /// word of somebody to stop.
            ///
            #[doc = $outcome]
            ///
            /// The operation comes first, then the timer, and then the operation once more: a timer that is
            /// done already still lets it do what it can at once. What the timer says is dropped.
            ///
            /// # Cancel safety
            ///
            /// As that of the future itself.
            ///
            /// ```
            /// # futures_util::FutureExt::now_or_never(async {
            /// use core::future::ready;
            /// use ringway::channel::{RecvTimeoutError, SendTimeoutError, bounded};
            ///
            $(#[doc = $example])+
            /// # let _ = (RecvTimeoutError::Timeout, SendTimeoutError::Timeout(()));
            /// # }).unwrap();
            /// ```
            pub fn until<W: Future>(self, timer: W) -> Until<Self, W> {
                Until::new(self, timer)
            }
        }
    };
}

until! {
    SendAsync<'a, T, P, C>, ['a, T, P: Kind, C: Kind];
    "The message comes back with the error. That is what this is for: the time-out that an executor puts \
     around `send_async` drops the message with the future.",
    ["let (sender, _receiver) = bounded(1);"
     "assert_eq!(sender.send_async(1).until(ready(())).await, Ok(()));"
     "let late = sender.send_async(2).until(ready(())).await;"
     "assert_eq!(late, Err(SendTimeoutError::Timeout(2)));"]
}

until! {
    SendSliceAsync<'a, T, P, C>, ['a, T: Copy, P: Kind, C: Kind];
    "The error has those that were not sent.",
    ["let (sender, _receiver) = bounded(1);"
     "let late = sender.send_slice_async(&[1, 2, 3]).until(ready(())).await;"
     "assert_eq!(late, Err(SendTimeoutError::Timeout(&[2, 3][..])));"]
}

until! {
    SendAllAsync<'a, T, P, C>, ['a, T, P: Kind, C: Kind];
    "Those that were not sent are in the vector again when this future is dropped.",
    ["let (sender, _receiver) = bounded(1);"
     "let mut messages = vec![1, 2, 3];"
     "let late = sender.send_all_async(&mut messages).until(ready(())).await;"
     "assert!(late.unwrap_err().is_timeout());"
     "assert_eq!(messages, [2, 3]);"]
}

until! {
    SendOwned<T, P, C>, [T, P: Kind, C: Kind];
    "The sender comes back, and with the error the message.",
    ["let (sender, _receiver) = bounded(1);"
     "let (sender, sent) = sender.into_send_async(1).until(ready(())).await;"
     "assert_eq!(sent, Ok(()));"
     "let (_sender, late) = sender.into_send_async(2).until(ready(())).await;"
     "assert_eq!(late, Err(SendTimeoutError::Timeout(2)));"]
}

until! {
    RecvAsync<R>, [T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    "No message is lost, neither here nor by the time-out of an executor around `recv_async`.",
    ["let (_sender, receiver) = bounded::<u8>(1);"
     "let late = receiver.recv_async().until(ready(())).await;"
     "assert_eq!(late, Err(RecvTimeoutError::Timeout));"]
}

until! {
    RecvManyAsync<'a, T, R>, ['a, T, C: Kind, R: Deref<Target = Receiver<T, C>>];
    "No message is lost, neither here nor by the time-out of an executor around `recv_many_async`.",
    ["let (_sender, receiver) = bounded::<u8>(1);"
     "let mut messages = Vec::new();"
     "let late = receiver.recv_many_async(&mut messages, 10).until(ready(())).await;"
     "assert_eq!(late, Err(RecvTimeoutError::Timeout));"]
}

until! {
    RecvOwned<T, C>, [T, C: Kind];
    "The receiver comes back.",
    ["let (_sender, receiver) = bounded::<u8>(1);"
     "let (_receiver, late) = receiver.into_recv_async().until(ready(())).await;"
     "assert_eq!(late, Err(RecvTimeoutError::Timeout));"]
}
