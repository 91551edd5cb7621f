//! The first of several that can be done: for threads.

mod choice;

use core::fmt;
use core::task::{Context, Waker};
use std::boxed::Box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::vec::Vec;

use self::choice::{Choice, ToRecv, ToSend};
use super::error::{RecvError, SendError};
use super::kind::Kind;
use super::list::Rest;
use super::pace::{Pace, Pauses, WaitStrategy};
use super::{Receiver, Sender};
#[cfg(not(ringway_modelled))]
use crate::sync::{Atomic, edge::Edge};
use crate::sync::{Sleeper, before_blocking, now};

/// Waits for the first of several things that channels can do, does it, and calls what was given
/// for it.
///
/// Where several can be done at once, each comes first as often as the others, in the long run. For
/// tasks there is `futures::select!`.
///
/// ```
/// use ringway::channel::{Select, bounded};
/// use std::time::Duration;
///
/// let (orders, incoming) = bounded(4);
/// let (_stop, stopped) = bounded::<()>(1);
/// orders.send("tea").unwrap();
///
/// let what = Select::new()
///     .recv(&incoming, |order| format!("order: {}", order.unwrap()))
///     .recv(&stopped, |_| "stop".to_string())
///     .select_timeout(Duration::from_secs(1));
/// assert_eq!(what.unwrap(), "order: tea");
/// ```
#[must_use = "nothing is done before one of the `select` methods is called"]
pub struct Select<'a, R> {
    choices: Vec<Box<dyn Choice<R> + 'a>>,
}

/// Nothing could be done until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectTimeoutError;

impl fmt::Display for SelectTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("timed out waiting on select")
    }
}

impl core::error::Error for SelectTimeoutError {}

impl<'a, R> Select<'a, R> {
    /// Nothing to choose from yet.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let select = Select::new().recv(&receiver, |received| received.is_ok());
    /// assert_eq!(select.try_select(), None);
    /// ```
    pub fn new() -> Self {
        Self { choices: Vec::new() }
    }

    /// To receive a message, or to learn that the channel is disconnected.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(Select::new().recv(&receiver, |received| received).select(), Ok(1));
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
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let mut message = Some("hello");
    /// Select::new().send(&sender, &mut message, |sent| sent.unwrap()).select();
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
    /// # use ringway::channel::{Select, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// assert!(Select::new().recv(&receiver, |received| received).try_select().is_none());
    /// ```
    pub fn try_select(mut self) -> Option<R> {
        self.open();
        let done = self.attempt();
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
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let (other, others) = bounded(1);
    /// std::thread::spawn(move || other.send(2).unwrap());
    /// let first = Select::new().recv(&receiver, |one| one).recv(&others, |one| one).select();
    /// assert_eq!(first, Ok(2));
    /// # drop(sender);
    /// ```
    #[track_caller]
    pub fn select(self) -> R {
        assert!(
            self.choices.iter().any(|choice| choice.is_open()),
            "a select without a choice would wait for ever"
        );
        self.select_until(None).expect("without a deadline the wait ends with a choice")
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
    /// # use ringway::channel::{Select, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let select = Select::new().recv(&receiver, |received| received);
    /// assert!(select.select_timeout(std::time::Duration::from_millis(1)).is_err());
    /// ```
    pub fn select_timeout(self, timeout: Duration) -> Result<R, SelectTimeoutError> {
        self.select_until(now().checked_add(timeout)).ok_or(SelectTimeoutError)
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
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// let select = Select::new().recv(&receiver, |received| received);
    /// assert_eq!(select.select_deadline(std::time::Instant::now()), Ok(Ok(1)));
    /// ```
    pub fn select_deadline(self, deadline: Instant) -> Result<R, SelectTimeoutError> {
        self.select_until(Some(deadline)).ok_or(SelectTimeoutError)
    }

    /// Does the first that can be done before the deadline.
    fn select_until(mut self, deadline: Option<Instant>) -> Option<R> {
        self.open();
        let done = self.wait(deadline);
        self.finish(done)
    }

    /// Waits until one of them is done; which.
    fn wait(&mut self, deadline: Option<Instant>) -> Option<usize> {
        let is_over = || deadline.is_some_and(|deadline| now() >= deadline);
        let mut turns = Pace::new(WaitStrategy::Adaptive).begin(0, Pauses::between(1, 1));
        loop {
            let done = self.attempt();
            if done.is_some() || is_over() {
                return done;
            }
            if !turns.take() {
                break;
            }
        }
        before_blocking();
        let sleeper = Sleeper::new();
        let waker = Waker::from(Arc::clone(&sleeper));
        let mut context = Context::from_waker(&waker);
        let mut places: Vec<_> = self.choices.iter().map(|_| None).collect();
        loop {
            let mut rest = Rest::Sleep;
            for (i, (choice, place)) in self.choices.iter_mut().zip(&mut places).enumerate() {
                // A notification is used up by the attempt that follows; one for a choice that is
                // not attempted is passed on.
                let waiting = place.get_or_insert_with(|| choice.begin(waker.clone()));
                if waiting.poll(&mut context).is_ready() {
                    *place = None;
                }
                if choice.attempt_waited() {
                    return Some(i);
                }
                match place {
                    Some(waiting) => rest = rest.min(choice.rest(&mut waiting.patience)),
                    None => rest = Rest::No,
                }
            }
            if is_over() {
                return None;
            }
            if rest != Rest::No {
                sleeper.sleep(rest.until(deadline));
            }
        }
    }

    /// Does one of them if it can be done; which.
    fn attempt(&mut self) -> Option<usize> {
        self.choices.iter_mut().position(|choice| choice.attempt())
    }

    /// Calls what was given for the one that was done. By then this thread waits for none of them
    /// any more: what is called may take long, and others wait for the same.
    fn finish(mut self, done: Option<usize>) -> Option<R> {
        let outcome = self.choices.swap_remove(done?).finish();
        // Before the return, as in `Core::wait`: what the others were given may panic when it is dropped.
        drop(self);
        outcome
    }

    /// Leaves those out that cannot be done, and shuffles the others: each comes first as often as they do, also
    /// among some of them while the rest have nothing to do.
    fn open(&mut self) {
        self.choices.retain(|choice| choice.is_open());
        let mut turn = next_turn();
        for i in 0..self.choices.len() {
            let left = (self.choices.len() - i) as u64;
            self.choices.swap(i, i + ((u64::from(turn) * left) >> 32) as usize);
            turn = (turn ^ (turn >> 16)).wrapping_mul(0x85eb_ca6b);
        }
    }
}

/// A number for each select of a thread. The steps are those of the golden ratio, so that each
/// choice is the first as often as the others also where a thread selects from several sets by
/// turns; and from thread to thread, each of which may select once.
#[cfg(not(ringway_modelled))]
fn next_turn() -> u32 {
    const STEP: u32 = 0x9e37_79b9;
    static THREADS: Atomic = Atomic::new(0);
    std::thread_local! {
        static TURN: core::cell::Cell<Option<u32>> = const { core::cell::Cell::new(None) };
    }
    let begin = || (THREADS.fetch_add(1, Edge::RELAXED) as u32).wrapping_mul(STEP);
    let turn = TURN.get().unwrap_or_else(begin);
    TURN.set(Some(turn.wrapping_add(STEP)));
    turn
}

/// In a model the first choice is the first.
#[cfg(ringway_modelled)]
fn next_turn() -> u32 {
    0
}

impl<R> Default for Select<'_, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Select<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("choices", &self.choices.len()).finish()
    }
}
