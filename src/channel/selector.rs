//! The first of several that can be done, as closures: for threads.

mod choice;

use core::fmt;
use std::boxed::Box;
use std::time::{Duration, Instant};
use std::vec::Vec;

use self::choice::{Choice, ToRecv, ToSend};
use super::error::{RecvError, SendError};
use super::kind::Kind;
use super::select::{SelectTimeoutError, attempt_last, shuffle, wait};
use super::{Receiver, Sender};
use crate::sync::now;

/// Waits for the first of several things that channels can do, does it, and calls what was given
/// for it.
///
/// Where several can be done at once, each comes first as often as the others, in the long run. For
/// tasks there is `futures::select!`. The names are those of flume's `Selector`; [`Select`](super::Select) and
/// [`select!`](super::select!) are those of crossbeam-channel.
///
/// A message to send is there before anything is chosen, so that this gives it back where it is not sent, and never
/// waits once it has chosen.
///
/// ```
/// use ringway::channel::{Selector, bounded};
/// use std::time::Duration;
///
/// let (orders, incoming) = bounded(4);
/// let (_stop, stopped) = bounded::<()>(1);
/// orders.send("tea").unwrap();
///
/// let what = Selector::new()
///     .recv(&incoming, |order| format!("order: {}", order.unwrap()))
///     .recv(&stopped, |_| "stop".to_string())
///     .wait_timeout(Duration::from_secs(1));
/// assert_eq!(what.unwrap(), "order: tea");
/// ```
#[must_use = "nothing is done before one of the `wait` methods is called"]
pub struct Selector<'a, R> {
    choices: Vec<Box<dyn Choice<R> + 'a>>,
    is_biased: bool,
}

impl<'a, R> Selector<'a, R> {
    /// Nothing to choose from yet.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let select = Selector::new().recv(&receiver, |received| received.is_ok());
    /// assert_eq!(select.try_wait(), None);
    /// ```
    pub fn new() -> Self {
        Self { choices: Vec::new(), is_biased: false }
    }

    /// The same, but for where several can be done at once: then the first of them is, in the order in which they
    /// are given. Those behind one that can always be done are never done.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (sender, urgent) = bounded(1);
    /// let (other, others) = bounded(1);
    /// (sender.send("urgent").unwrap(), other.send("other").unwrap());
    /// let first = Selector::new_biased().recv(&urgent, |one| one).recv(&others, |one| one).wait();
    /// assert_eq!(first, Ok("urgent"));
    /// ```
    pub fn new_biased() -> Self {
        Self { choices: Vec::new(), is_biased: true }
    }

    /// To receive a message, or to learn that the channel is disconnected.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(Selector::new().recv(&receiver, |received| received).wait(), Ok(1));
    /// ```
    pub fn recv<T: 'a, C: Kind + 'a>(
        mut self,
        receiver: &'a Receiver<T, C>,
        then: impl FnOnce(Result<T, RecvError>) -> R + 'a,
    ) -> Self {
        self.choices.push(Box::new(ToRecv { core: &receiver.core, received: None, then }));
        self
    }

    /// To send the message that is in `message`, or to learn that the channel is disconnected,
    /// which gives the message to `then`. If another is chosen the message stays where it is; if
    /// there is none, this is never chosen.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let mut message = Some("hello");
    /// Selector::new().send(&sender, &mut message, |sent| sent.unwrap()).wait();
    /// assert_eq!((message, receiver.recv()), (None, Ok("hello")));
    /// ```
    pub fn send<T: 'a, P: Kind + 'a, C: Kind + 'a>(
        mut self,
        sender: &'a Sender<T, P, C>,
        message: &'a mut Option<T>,
        then: impl FnOnce(Result<(), SendError<T>>) -> R + 'a,
    ) -> Self {
        let core = &*sender.core;
        self.choices.push(Box::new(ToSend { core, message, sent: None, then }));
        self
    }

    /// Does one of them if it can be done now. It does not wait until one can.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// assert!(Selector::new().recv(&receiver, |received| received).try_wait().is_none());
    /// ```
    pub fn try_wait(mut self) -> Option<R> {
        self.open();
        let done = attempt_last(&mut self.choices);
        self.finish(done)
    }

    /// Does the first that can be done, however long it takes.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Panics
    ///
    /// Panics if there is nothing to choose from, or only to send where there is no message.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let (other, others) = bounded(1);
    /// std::thread::spawn(move || other.send(2).unwrap());
    /// let first = Selector::new().recv(&receiver, |one| one).recv(&others, |one| one).wait();
    /// assert_eq!(first, Ok(2));
    /// # drop(sender);
    /// ```
    #[track_caller]
    pub fn wait(self) -> R {
        assert!(
            self.choices.iter().any(|choice| choice.is_open()),
            "a select without a choice would wait for ever"
        );
        self.wait_until(None).expect("without a deadline the wait ends with a choice")
    }

    /// Does the first that can be done within some time; a time past all clocks is for ever. With
    /// nothing to choose from it waits until the time is over.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Errors
    ///
    /// Fails if the time is over.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let select = Selector::new().recv(&receiver, |received| received);
    /// assert!(select.wait_timeout(std::time::Duration::from_millis(1)).is_err());
    /// ```
    pub fn wait_timeout(self, timeout: Duration) -> Result<R, SelectTimeoutError> {
        self.wait_until(now().checked_add(timeout)).ok_or(SelectTimeoutError)
    }

    /// Does the first that can be done before the deadline, or at once if that is over. With nothing to
    /// choose from it waits for the deadline.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Errors
    ///
    /// Fails if the deadline is over.
    ///
    /// ```
    /// # use ringway::channel::{Selector, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// let select = Selector::new().recv(&receiver, |received| received);
    /// assert_eq!(select.wait_deadline(std::time::Instant::now()), Ok(Ok(1)));
    /// ```
    pub fn wait_deadline(self, deadline: Instant) -> Result<R, SelectTimeoutError> {
        self.wait_until(Some(deadline)).ok_or(SelectTimeoutError)
    }

    /// Does the first that can be done before the deadline.
    fn wait_until(mut self, deadline: Option<Instant>) -> Option<R> {
        self.open();
        let done = wait(&mut self.choices, deadline);
        self.finish(done)
    }

    /// Calls what was given for the one that was done. By then this thread waits for none of them
    /// any more: what is called may take long, and others wait for the same.
    fn finish(mut self, done: Option<(usize, ())>) -> Option<R> {
        let (chosen, ()) = done?;
        let outcome = self.choices.swap_remove(chosen).finish();
        // Before the return, as in `Core::wait`: what the others were given may panic when it is dropped.
        drop(self);
        outcome
    }

    /// Leaves those out that cannot be done, and shuffles the others unless it is biased.
    fn open(&mut self) {
        self.choices.retain(|choice| choice.is_open());
        if !self.is_biased {
            shuffle(&mut self.choices);
        }
    }
}

impl<R> Default for Selector<'_, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Selector<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selector").field("choices", &self.choices.len()).finish()
    }
}
