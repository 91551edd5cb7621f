//! The end that receives.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};
use std::vec::Vec;

use crossbeam_utils::CachePadded;

use super::turns::Turns;
use crate::channel;
use crate::channel::batches::Drain;
use crate::channel::core::Core;
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::pace::{Pace, WaitStrategy};
use crate::channel::several;
use crate::ring::Shared;
use crate::sync::{Panics, now};

/// So many messages go by urgency between two that go by turn, unless a handle says otherwise.
const EVERY: u16 = 16;

/// Receives messages of several classes, by reference, the most urgent first: see [`priorities`](super).
///
/// Each message is received by one receiver. Threads may share a receiver by reference; a clone for each counts
/// the turns of its own. The last receiver closes all classes and drops what is queued, all of it, whatever panics.
///
/// ```
/// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
/// normal.send("news").unwrap();
/// urgent.send("fire").unwrap();
/// assert_eq!((receiver.recv(), receiver.recv()), (Ok("fire"), Ok("news")));
/// ```
pub struct Receiver<T> {
    pub(super) classes: Vec<channel::Receiver<T>>,
    pub(super) pace: Pace,
    pub(super) turns: CachePadded<Turns>,
}

impl<T> Receiver<T> {
    /// Receives from channels that are there already, of which the first is the most urgent.
    ///
    /// Each is a channel as any other: it may have senders and receivers besides. Receivers that are of its own
    /// get its messages by no turn, and count for nobody's.
    ///
    /// # Panics
    ///
    /// Panics if there is none, or more than 65,535, or if one of them keeps no messages: a rendezvous, or a channel of
    /// time.
    ///
    /// ```
    /// use ringway::channel::{bounded, priorities};
    ///
    /// let ((orders, to_do), (stop, stopped)) = (bounded(4), bounded(1));
    /// let receiver = priorities::Receiver::over([stopped, to_do]);
    /// orders.send("tea").unwrap();
    /// stop.send("stop").unwrap();
    /// assert_eq!(receiver.recv(), Ok("stop"));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn over(classes: impl IntoIterator<Item = channel::Receiver<T>>) -> Self {
        let classes: Vec<_> = classes.into_iter().collect();
        assert!(!classes.is_empty(), "a receiver of no class would wait for ever");
        assert!(u16::try_from(classes.len()).is_ok(), "too many classes");
        let have_messages = classes.iter().all(|class| class.core.special.is_none());
        assert!(
            have_messages,
            "a class is no rendezvous and no channel of time: its capacity is at least 1"
        );
        let turns = CachePadded::new(Turns::new(classes.len(), EVERY));
        Self { classes, pace: Pace::new(WaitStrategy::default()), turns }
    }

    /// The same handle with another number of messages that go by urgency between two that go by turn, which its
    /// clones inherit; 16 at first. See [how classes take turns](super#nothing-starves).
    ///
    /// # Panics
    ///
    /// Panics if it is 0: then the most urgent class would starve.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// let receiver = receiver.with_turns(2);
    /// urgent.send_slice(&[1, 2, 3]).unwrap();
    /// normal.send_slice(&[10, 20]).unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 10, 3, 20]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_turns(mut self, every: u16) -> Self {
        assert!(every > 0, "the most urgent class would starve");
        self.turns = CachePadded::new(self.turns.with(every));
        self
    }

    /// The same handle without turns: as long as a class has a message no less urgent one is received, and a class
    /// may starve. Its clones inherit that.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([100, 1]);
    /// let receiver = receiver.strict();
    /// urgent.send_slice(&[1; 100]).unwrap();
    /// normal.send(2).unwrap();
    /// assert_eq!(receiver.iter().take(101).last(), Some(2));
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.turns = CachePadded::new(self.turns.with(0));
        self
    }

    /// The same handle with another way to wait, which its clones inherit.
    ///
    /// ```
    /// use ringway::channel::{WaitStrategy, priorities};
    ///
    /// let ([sender], receiver) = priorities([1]);
    /// let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    #[must_use]
    pub fn with_wait_strategy(mut self, strategy: WaitStrategy) -> Self {
        self.pace = Pace::new(strategy);
        self
    }

    /// Receives the message that is next, or waits for one first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_async`](Self::recv_async) for that.
    ///
    /// # Errors
    ///
    /// Fails if all classes are empty, and closed or without senders, also while it waits.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// drop(urgent);
    /// normal.send(1).unwrap();
    /// drop(normal);
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(ringway::channel::RecvError));
    /// ```
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        Ok(self.recv_with_class()?.1)
    }

    /// Receives the message that is next, and says of which class it is; 0 is the most urgent one.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_with_class_async`](Self::recv_with_class_async) for that.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send("news").unwrap();
    /// assert_eq!(receiver.recv_with_class(), Ok((1, "news")));
    /// ```
    #[inline]
    pub fn recv_with_class(&self) -> Result<(usize, T), RecvError> {
        match self.at_once() {
            Some(received) => Ok(received),
            None => self.recv_until(None).map_err(|_| RecvError),
        }
    }

    /// Receives the message that is next if there is one now. It does not wait for one.
    ///
    /// # Errors
    ///
    /// Fails if all classes are empty. It looks at one after the other.
    ///
    /// ```
    /// use ringway::channel::{TryRecvError, priorities};
    ///
    /// let ([urgent, normal], receiver) = priorities::<u8, 2>([1, 1]);
    /// drop(urgent);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// drop(normal);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        Ok(self.try_recv_with_class()?.1)
    }

    /// Receives the message that is next if there is one now, and says of which class it is. It does not wait for
    /// one.
    ///
    /// # Errors
    ///
    /// As [`try_recv`](Self::try_recv).
    ///
    /// ```
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send("news").unwrap();
    /// assert_eq!(receiver.try_recv_with_class(), Ok((1, "news")));
    /// ```
    #[inline]
    pub fn try_recv_with_class(&self) -> Result<(usize, T), TryRecvError> {
        match self.at_once() {
            Some(received) => Ok(received),
            None => match self.look(None, take_one) {
                Some(received) => Ok(received?),
                None => Err(TryRecvError::Empty),
            },
        }
    }

    /// Receives the message that is next, or waits for one for so long at most; a time past all clocks is for ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_async`](Self::recv_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// Fails if the time is over, or if all classes are empty, and closed or without senders.
    ///
    /// ```
    /// use ringway::channel::{RecvTimeoutError, priorities};
    /// use std::time::Duration;
    ///
    /// let ([_urgent, _normal], receiver) = priorities::<u8, 2>([1, 1]);
    /// let late = receiver.recv_timeout(Duration::from_millis(1));
    /// assert_eq!(late, Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match self.at_once() {
            Some((_, message)) => Ok(message),
            None => Ok(self.recv_until(now().checked_add(timeout))?.1),
        }
    }

    /// Receives the message that is next, or waits for one until the deadline. A deadline that is over still
    /// receives what is there.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_async`](Self::recv_async) for that, with the time-out of the executor.
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    ///
    /// ```
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send(1).unwrap();
    /// assert_eq!(receiver.recv_deadline(std::time::Instant::now()), Ok(1));
    /// ```
    #[inline]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        match self.at_once() {
            Some((_, message)) => Ok(message),
            None => Ok(self.recv_until(Some(deadline))?.1),
        }
    }

    /// Waits for a message.
    #[cold]
    fn recv_until(&self, deadline: Option<Instant>) -> Result<(usize, T), RecvTimeoutError> {
        let attempt = |before: several::Before<'_>| self.look(before, take_one);
        match several::wait(self, &self.pace, deadline, attempt) {
            Some(received) => Ok(received?),
            None => Err(RecvTimeoutError::Timeout),
        }
    }

    /// Moves the messages that are there to the end of a vector, at most `limit`, in the order in which they would
    /// be received one by one, and returns how many; waits for one if there is none. A limit of 0 returns at once.
    ///
    /// One claim takes as many of a class as go by urgency before the next turn.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`recv_many_async`](Self::recv_many_async) for that.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send_slice(&[4, 5]).unwrap();
    /// urgent.send_slice(&[1, 2, 3]).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut messages, 4), Ok(4));
    /// assert_eq!(messages, [1, 2, 3, 4]);
    /// ```
    pub fn recv_many(&self, messages: &mut Vec<T>, limit: usize) -> Result<usize, RecvError> {
        let mut attempt = |before: several::Before<'_>| self.attempt_many(before, messages, limit);
        attempt(None)
            .or_else(|| several::wait(self, &self.pace, None, attempt))
            .expect("without a deadline the wait ends with an outcome")
    }

    /// Takes the messages out that are there now, in the order in which they would be received one by one; it
    /// waits for none.
    ///
    /// Those that are not asked of the iterator are dropped with it.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send_slice(&[4, 5]).unwrap();
    /// urgent.send_slice(&[1, 2, 3]).unwrap();
    /// let messages = receiver.drain();
    /// assert!(receiver.is_empty());
    /// assert_eq!(messages.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    /// ```
    pub fn drain(&self) -> Drain<T> {
        Drain::of(self.len(), |messages, left| self.attempt_many(None, messages, left))
    }

    /// Tries to receive up to `limit` messages; the outcome, unless it has to wait.
    pub(super) fn attempt_many(
        &self,
        mut before: several::Before<'_>,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> Option<Result<usize, RecvError>> {
        let mut left = limit;
        while left > 0 {
            let outcome = self.look(before.take(), |core, most| {
                let mut cursor = core.ring.emptying::<usize>();
                let received = core.ring.pop_vec(&mut cursor, messages, most.min(left));
                core.came_out(received, cursor.freed);
                (received > 0).then_some((received, received))
            });
            match outcome {
                Some(Ok((_, received))) => left -= received,
                _ if left < limit => break,
                Some(Err(RecvError)) => return Some(Err(RecvError)),
                None => return None,
            }
        }
        Some(Ok(limit - left))
    }

    /// Closes all classes: nothing more is sent, and receivers take what was sent before. False if all were closed
    /// already. A sender closes its own class alone.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send(1).unwrap();
    /// assert!(receiver.close());
    /// assert!(urgent.send(2).is_err() && !receiver.close());
    /// assert_eq!((receiver.recv().ok(), receiver.recv().ok()), (Some(1), None));
    /// ```
    pub fn close(&self) -> bool {
        let mut panics = Panics::default();
        let mut closes = false;
        for class in &self.classes {
            panics.catch(|| closes |= class.close());
        }
        panics.resume();
        closes
    }

    /// Whether no class takes any more messages. Once true it stays so; messages may be left to receive.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities::<u8, 2>([1, 1]);
    /// drop(urgent);
    /// assert!(!receiver.is_closed());
    /// drop(normal);
    /// assert!(receiver.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.classes.iter().all(channel::Receiver::is_closed)
    }

    /// How many messages are queued in all classes; a number of the past, of slightly different moments. Of each class
    /// as [`channel::Receiver::len`](crate::channel::Receiver::len).
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// urgent.send(1).unwrap();
    /// normal.send(2).unwrap();
    /// assert_eq!(receiver.len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.classes.iter().map(channel::Receiver::len).sum()
    }

    /// Whether [`len`](Self::len) is 0.
    ///
    /// ```
    /// let ([_urgent, _normal], receiver) = ringway::channel::priorities::<u8, 2>([1, 1]);
    /// assert!(receiver.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(channel::Receiver::is_empty)
    }

    /// How many messages can be queued in all classes; always `Some`.
    ///
    /// ```
    /// let ([_urgent, _normal], receiver) = ringway::channel::priorities::<u8, 2>([16, 64]);
    /// assert_eq!(receiver.capacity(), Some(80));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.classes.iter().map(channel::Receiver::capacity).sum()
    }

    /// The receivers of the classes, each of the messages of one, the most urgent first. By these a class is looked
    /// at, closed, or received from alone, in a [`Select`](crate::channel::Select) too; they have its counts, and its
    /// metrics with the feature `metrics`.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// normal.send(1).unwrap();
    /// let classes = receiver.classes();
    /// assert!(classes[0].is_empty() && classes[1].is_full());
    /// assert_eq!(classes[1].try_recv(), Ok(1));
    /// # drop(urgent);
    /// ```
    #[must_use]
    pub fn classes(&self) -> &[channel::Receiver<T>] {
        &self.classes
    }

    /// Whether both are of the same channels, in the same order.
    ///
    /// ```
    /// let ([_urgent, _normal], receiver) = ringway::channel::priorities::<u8, 2>([1, 1]);
    /// assert!(receiver.same_channel(&receiver.clone()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.classes.len() == other.classes.len()
            && self.classes.iter().zip(&other.classes).all(|(one, two)| one.same_channel(two))
    }
}

/// Takes the oldest message of a class out.
pub(super) fn take_one<T>(core: &Core<T, Shared>, _: usize) -> Option<(usize, T)> {
    core.pop().map(|message| (1, message))
}

impl<T> Clone for Receiver<T> {
    /// Another receiver for the same channels. Its count of the turns goes on where that of this one stands, and this
    /// one's after it.
    ///
    /// # Panics
    ///
    /// Panics if a class has `2^20` receivers (`2^9` on targets without 64-bit atomics).
    fn clone(&self) -> Self {
        Self {
            classes: self.classes.clone(),
            pace: self.pace.clone(),
            turns: CachePadded::new(self.turns.share()),
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("classes", &self.classes).finish_non_exhaustive()
    }
}

impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}
