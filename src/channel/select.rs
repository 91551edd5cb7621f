//! The first of several that can be done, by the names of `crossbeam_channel`: for threads.

mod channel;
mod entry;
mod error;
mod kept;
mod macros;
mod selected;
mod turn;
mod wait;

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};
use std::vec::Vec;

pub(super) use self::channel::Channel;
use self::entry::{Entry, ToBeReady};
pub use self::error::{ReadyTimeoutError, SelectTimeoutError, TryReadyError, TrySelectError};
use self::kept::Added;
pub use self::selected::SelectedOperation;
pub(super) use self::turn::shuffle;
pub(super) use self::wait::{Operation, attempt_last, wait};
use super::core::End;
use super::kind::Kind;
use super::{Receiver, Sender};
use crate::sync::now;

/// Waits for the first of several operations that can be done.
///
/// Operations are added by [`recv`](Self::recv) and [`send`](Self::send), which give each an index. One of
/// the `select` methods chooses one of them, which is then completed; or one of the `ready` methods tells which could be
/// done, and does nothing. It can be used again after that, with operations added or removed.
///
/// An operation can be done if it needs not wait, also where all it does is to learn that its channel is disconnected. Where
/// several can be done at once, each comes first as often as the others, in the long run.
///
/// Where the operations are known to the program, [`select!`](super::select!) is shorter, and so is
/// [`Selector`](super::Selector), which takes messages and closures. For tasks there is `futures::select!`.
///
/// Other threads may have it, or a clone of it; but with a receiver that is alone ([`mpsc`](super::mpsc),
/// [`spsc`](super::spsc)), or of a channel that is bounded by weight ([`weighted`](fn@super::weighted)), it panics on another
/// thread than that which has added the receiver.
///
/// ```
/// use ringway::channel::{Select, bounded};
///
/// let (sender, receiver) = bounded(1);
/// let (other, others) = bounded(1);
/// other.send(2).unwrap();
///
/// let receivers = [receiver, others];
/// let mut select = Select::new();
/// for receiver in &receivers {
///     select.recv(receiver);
/// }
/// let operation = select.select();
/// let index = operation.index();
/// assert_eq!(operation.recv(&receivers[index]), Ok(2));
/// # drop(sender);
/// ```
#[derive(Clone)]
pub struct Select<'a> {
    /// In the order of their indices, unless they were shuffled since.
    entries: Vec<Entry<'a>>,
    next_index: usize,
    is_biased: bool,
}

impl<'a> Select<'a> {
    /// Nothing to choose from yet.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// assert_eq!(select.recv(&receiver), 0);
    /// assert!(select.try_select().is_err());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), next_index: 0, is_biased: false }
    }

    /// The same, but for where several can be done at once: then the first of them is chosen, in the order in which they
    /// were added. Those behind one that can always be done are never chosen.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let (other, others) = bounded(1);
    /// (sender.send(1).unwrap(), other.send(2).unwrap());
    /// let mut select = Select::new_biased();
    /// (select.recv(&receiver), select.recv(&others));
    /// assert_eq!(select.ready(), 0);
    /// ```
    #[must_use]
    pub const fn new_biased() -> Self {
        Self { entries: Vec::new(), next_index: 0, is_biased: true }
    }

    /// Adds: to send by this sender, or to learn that its channel is disconnected. Its index.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let mut select = Select::new();
    /// select.send(&sender);
    /// select.select().send(&sender, 1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    pub fn send<T, P: Kind, C: Kind>(&mut self, sender: &'a Sender<T, P, C>) -> usize {
        self.add(Added::by_sender(&sender.core), End::Sending)
    }

    /// Adds: to receive by this receiver, or to learn that its channel is disconnected. Its index.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.select().recv(&receiver), Ok(1));
    /// ```
    pub fn recv<T, C: Kind>(&mut self, receiver: &'a Receiver<T, C>) -> usize {
        self.add(Added::by_receiver(&receiver.core), End::Receiving)
    }

    fn add(&mut self, channel: Added<'a>, end: End) -> usize {
        let index = self.next_index;
        self.next_index += 1;
        self.entries.push(Entry { index, channel, end });
        index
    }

    /// Removes an operation; the others keep their indices.
    ///
    /// # Panics
    ///
    /// Panics if there is none of this index.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded::<u8>(1);
    /// drop(sender);
    /// let mut select = Select::new();
    /// let receives = select.recv(&receiver);
    /// assert_eq!(select.try_ready(), Ok(receives));
    /// select.remove(receives);
    /// assert!(select.try_ready().is_err());
    /// ```
    #[track_caller]
    pub fn remove(&mut self, index: usize) {
        assert!(index < self.next_index, "index out of bounds; {index} >= {}", self.next_index);
        let at = self.entries.iter().position(|entry| entry.index == index);
        self.entries.remove(at.expect("no operation with this index"));
    }

    /// Chooses one that can be done now. It does not wait until one can.
    ///
    /// # Errors
    ///
    /// Fails if none can.
    ///
    /// ```
    /// # use ringway::channel::{Select, TrySelectError, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.try_select().unwrap_err(), TrySelectError);
    /// sender.send(1).unwrap();
    /// assert_eq!(select.try_select().unwrap().recv(&receiver), Ok(1));
    /// ```
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.order();
        let (at, chosen) = attempt_last(&mut self.entries).ok_or(TrySelectError)?;
        Ok(SelectedOperation::of(self.entries[at], chosen))
    }

    /// Chooses the first that can be done, however long it takes.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Panics
    ///
    /// Panics if there is nothing to choose from.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// std::thread::spawn(move || sender.send(1).unwrap());
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.select().recv(&receiver), Ok(1));
    /// ```
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        self.assert_any();
        self.select_until(None).expect("without a deadline the wait ends with a choice")
    }

    /// Chooses the first that can be done within some time; a time past all clocks is for ever. With nothing to
    /// choose from it waits until the time is over.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Errors
    ///
    /// Fails if the time is over.
    ///
    /// ```
    /// # use ringway::channel::{Select, SelectTimeoutError, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// let late = select.select_timeout(std::time::Duration::from_millis(1));
    /// assert_eq!(late.unwrap_err(), SelectTimeoutError);
    /// ```
    pub fn select_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.select_until(now().checked_add(timeout)).ok_or(SelectTimeoutError)
    }

    /// Chooses the first that can be done before the deadline, or at once if that is over. With nothing to choose
    /// from it waits for the deadline.
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
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// let operation = select.select_deadline(std::time::Instant::now()).unwrap();
    /// assert_eq!(operation.recv(&receiver), Ok(1));
    /// ```
    pub fn select_deadline(
        &mut self,
        deadline: Instant,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.select_until(Some(deadline)).ok_or(SelectTimeoutError)
    }

    /// The index of one that could be done now; it is not done. It does not wait until one could.
    ///
    /// Others may be faster than whoever does it then.
    ///
    /// # Errors
    ///
    /// Fails if none could.
    ///
    /// ```
    /// # use ringway::channel::{Select, TryReadyError, bounded};
    /// let (sender, receiver) = bounded(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.try_ready(), Err(TryReadyError));
    /// sender.send(1).unwrap();
    /// assert_eq!((select.try_ready(), receiver.try_recv()), (Ok(0), Ok(1)));
    /// ```
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.order();
        let (at, ()) = attempt_last(&mut ToBeReady::all(&self.entries)).ok_or(TryReadyError)?;
        Ok(self.entries[at].index)
    }

    /// The index of the first that could be done, however long it takes; it is not done.
    ///
    /// Others may be faster than whoever does it then: where they may be, it is tried, and this is called again.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Panics
    ///
    /// Panics if there is nothing to choose from.
    ///
    /// ```
    /// # use ringway::channel::{Select, bounded};
    /// let (sender, receiver) = bounded(1);
    /// std::thread::spawn(move || sender.send(1).unwrap());
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!((select.ready(), receiver.try_recv()), (0, Ok(1)));
    /// ```
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        self.assert_any();
        self.ready_until(None).expect("without a deadline the wait ends with a choice")
    }

    /// The index of the first that could be done within some time, as [`ready`](Self::ready); a time past all clocks is for
    /// ever.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// `futures::select!` for that.
    ///
    /// # Errors
    ///
    /// Fails if the time is over.
    ///
    /// ```
    /// # use ringway::channel::{ReadyTimeoutError, Select, bounded};
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// let late = select.ready_timeout(std::time::Duration::from_millis(1));
    /// assert_eq!(late, Err(ReadyTimeoutError));
    /// ```
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        self.ready_until(now().checked_add(timeout)).ok_or(ReadyTimeoutError)
    }

    /// The index of the first that could be done before the deadline, as [`ready`](Self::ready), or at once if that is
    /// over.
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
    /// let (sender, _receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// let sends = select.send(&sender);
    /// assert_eq!(select.ready_deadline(std::time::Instant::now()), Ok(sends));
    /// ```
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.ready_until(Some(deadline)).ok_or(ReadyTimeoutError)
    }

    #[track_caller]
    fn assert_any(&self) {
        assert!(!self.entries.is_empty(), "no operations have been added to `Select`");
    }

    fn select_until(&mut self, deadline: Option<Instant>) -> Option<SelectedOperation<'a>> {
        self.order();
        let (at, chosen) = wait(&mut self.entries, deadline)?;
        Some(SelectedOperation::of(self.entries[at], chosen))
    }

    fn ready_until(&mut self, deadline: Option<Instant>) -> Option<usize> {
        self.order();
        let (at, ()) = wait(&mut ToBeReady::all(&self.entries), deadline)?;
        Some(self.entries[at].index)
    }

    /// Sees to it that this thread may do the operations, and shuffles them unless it is biased: from the order of
    /// their indices, whatever was shuffled last.
    #[track_caller]
    fn order(&mut self) {
        self.entries.iter().for_each(|entry| entry.channel.assert_may_be_used());
        if !self.is_biased {
            self.entries.sort_unstable_by_key(|entry| entry.index);
            shuffle(&mut self.entries);
        }
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("operations", &self.entries.len()).finish_non_exhaustive()
    }
}

impl UnwindSafe for Select<'_> {}
impl RefUnwindSafe for Select<'_> {}
