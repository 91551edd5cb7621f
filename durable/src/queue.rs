//! The queue: publishers and consumers come from here.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::{fmt, mem};

use bytes::Bytes;
use ringway::channel::priorities::Receiver as Ready;
use ringway::channel::{Sender, TrySendError};

use crate::consumer::Consumer;
use crate::error::{ConsumeError, OpenError, PublishError, Refusal};
use crate::failure::Failure;
use crate::options::Options;
use crate::recovery::Report;
use crate::shared::{Item, Publish, Shared, What};
use crate::stats::Stats;
use crate::storage::{Directory, Storage};
use crate::ticket::Ticket;

/// A queue on disk.
///
/// Clones are handles of the same queue. It is open as long as there is one of them, or a [`Consumer`]; the last that goes
/// waits until all that was published and settled is written. In one process it is opened once.
///
/// ```
/// use ringway_durable::{Options, Queue};
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path();
/// let queue = Queue::open(path, Options::new())?;
/// queue.publish("to be done")?.wait()?;
/// drop(queue);
///
/// // Later, perhaps after a crash.
/// let queue = Queue::open(path, Options::new())?;
/// let delivery = queue.consumer(1)?.recv()?;
/// assert_eq!(delivery.message(), "to be done");
/// delivery.ack()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Queue {
    handle: Arc<Handle>,
}

/// What the handles share. The last that goes ends the threads.
pub(crate) struct Handle {
    pub(crate) shared: Arc<Shared>,
    publishes: Sender<Publish>,
    ready: Ready<Item>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    report: Report,
    /// The queue is this process's until the threads have ended.
    _lock: Box<dyn fmt::Debug + Send + Sync>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("storage", &self.shared.storage).finish_non_exhaustive()
    }
}

/// The ends that a queue keeps of what connects its threads.
pub(crate) struct Parts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) publishes: Sender<Publish>,
    pub(crate) ready: Ready<Item>,
    pub(crate) threads: Vec<JoinHandle<()>>,
    pub(crate) report: Report,
    pub(crate) lock: Box<dyn fmt::Debug + Send + Sync>,
}

impl Queue {
    /// Opens the queue in a directory, or makes one there; recovers what is in it.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]. Where it says damaged, foreign or newer nothing was changed.
    ///
    /// ```
    /// use ringway_durable::{OpenError, Options, Queue};
    ///
    /// # let directory = tempfile::tempdir().unwrap();
    /// let path = directory.path().join("jobs");
    /// let queue = Queue::open(&path, Options::new())?;
    /// assert!(matches!(Queue::open(&path, Options::new()), Err(OpenError::Locked { .. })));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        Self::open_in(Arc::new(Directory::new(path.as_ref())), options)
    }

    /// The same in any [`Storage`].
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use ringway_durable::{Options, Queue, storage::Directory};
    ///
    /// # let directory = tempfile::tempdir().unwrap();
    /// let queue = Queue::open_in(Arc::new(Directory::new(directory.path())), Options::new())?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_in(storage: Arc<dyn Storage>, options: Options) -> Result<Self, OpenError> {
        let Parts { shared, publishes, ready, threads, report, lock } =
            crate::open::open(storage, options.checked()?)?;
        let threads = Mutex::new(threads);
        let handle = Handle { shared, publishes, ready, threads, report, _lock: lock };
        Ok(Self { handle: Arc::new(handle) })
    }

    /// What was found when it was opened.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// assert!(queue.report().torn.is_none());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.handle.report
    }

    /// Publishes a message; waits for room among those that are to be written. The [`Ticket`] tells when it is safe.
    ///
    /// # Errors
    ///
    /// See [`Refusal`]; the message is in the error.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// assert_eq!(queue.publish("a")?.wait()?, 1);
    /// assert_eq!(queue.publish(vec![1, 2, 3])?.wait()?, 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish(&self, message: impl Into<Bytes>) -> Result<Ticket, PublishError> {
        let message = self.fitting(message.into())?;
        self.send(What::One(message)).map_err(single)
    }

    /// The same, and does not wait for room.
    ///
    /// # Errors
    ///
    /// [`Refusal::Full`], and as [`publish`](Self::publish).
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.try_publish("a")?.wait()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_publish(&self, message: impl Into<Bytes>) -> Result<Ticket, PublishError> {
        let message = self.fitting(message.into())?;
        let (ticket, resolver) = Ticket::new();
        match self.handle.publishes.try_send(Publish { what: What::One(message), resolver }) {
            Ok(()) => Ok(ticket),
            Err(TrySendError::Full(publish)) => Err(single((publish.what, Refusal::Full))),
            Err(TrySendError::Disconnected(publish)) => Err(single((publish.what, self.refusal()))),
        }
    }

    /// The same in a task, of any executor: it waits for room. Dropped before it is done it has published nothing.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// # futures_executor::block_on(async {
    /// assert_eq!(queue.publish_async("a").await?.await?, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub async fn publish_async(&self, message: impl Into<Bytes>) -> Result<Ticket, PublishError> {
        let message = self.fitting(message.into())?;
        let (ticket, resolver) = Ticket::new();
        let sent =
            self.handle.publishes.send_async(Publish { what: What::One(message), resolver }).await;
        sent.map_err(|refused| single((refused.into_inner().what, self.refusal())))?;
        Ok(ticket)
    }

    /// Publishes messages that stay together: all of them are there after a crash, or none. Their sequences follow each other;
    /// the ticket resolves to the first.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish); together they are no larger than half a segment.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// assert_eq!(queue.publish_batch(vec!["debit".into(), "credit".into()])?.wait()?, 1);
    /// assert_eq!(queue.publish("next")?.wait()?, 3);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish_batch(&self, messages: Vec<Bytes>) -> Result<Ticket, PublishError<Vec<Bytes>>> {
        let what = What::Many(messages);
        let max = (self.handle.shared.options.segment_size / 2) as usize;
        let len = what.len() as usize;
        let several =
            |(what, why): (What, Refusal)| PublishError { message: what.into_messages(), why };
        if len > max || len == 0 {
            return Err(several((what, Refusal::TooLarge { len, max })));
        }
        self.send(what).map_err(several)
    }

    /// Publishes a message with a number that its producer gave it. Each producer numbers its messages upwards; one that it
    /// repeats, because the outcome of the first time is not known, is not published again, and its ticket
    /// resolves to the sequence that it had. The last 32 numbers of a producer are known; so many [producers](Options::producers) are
    /// remembered.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish); the ticket says [`Refusal::OldNumber`] where a number is older than those that are known.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// let producer = 17;
    /// assert_eq!(queue.publish_once(producer, 1, "a")?.wait()?, 1);
    /// assert_eq!(queue.publish_once(producer, 2, "b")?.wait()?, 2);
    /// assert_eq!(queue.publish_once(producer, 1, "a")?.wait()?, 1);
    /// assert_eq!(queue.stats().published, 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish_once(
        &self,
        producer: u64,
        number: u64,
        message: impl Into<Bytes>,
    ) -> Result<Ticket, PublishError> {
        let message = self.fitting(message.into())?;
        self.send(What::Once { producer, number, message }).map_err(single)
    }

    /// The ticket resolves when all that was published and settled before is safe, also where the [level](crate::Level) is one that
    /// does not sync each batch. It resolves to the sequence of the next message.
    ///
    /// # Errors
    ///
    /// The queue was closed or has failed.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.sync()?.wait()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn sync(&self) -> Result<Ticket, PublishError<()>> {
        self.send(What::Sync).map_err(|(_, why)| PublishError { message: (), why })
    }

    /// A consumer that has at most so many deliveries that it has not settled.
    ///
    /// # Errors
    ///
    /// [`ConsumeError::TooMany`] if all consumers together would have more than [the options](Options::max_in_flight) allow, or it is 0.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// let workers = [queue.consumer(10)?, queue.consumer(10)?];
    /// # drop(workers);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn consumer(&self, prefetch: usize) -> Result<Consumer, ConsumeError> {
        let Handle { shared, ready, .. } = &*self.handle;
        Consumer::new(Arc::clone(shared), ready.clone(), prefetch, Arc::clone(&self.handle))
    }

    /// How it stands.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// assert_eq!(queue.stats().unacknowledged, 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.handle.shared.stats()
    }

    /// Ends the queue: publishes nothing more, writes what was published and settled before, and waits for that. Other handles,
    /// and consumers, get errors from then on.
    ///
    /// # Errors
    ///
    /// The queue has failed, now or before: what of the last messages is there is known when it is opened again.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// let ticket = queue.publish("a")?;
    /// let other = queue.clone();
    /// queue.close()?;
    /// assert_eq!(ticket.wait()?, 1);
    /// assert!(other.publish("b").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn close(self) -> Result<(), PublishError<()>> {
        self.handle.end();
        match self.handle.shared.failure() {
            None => Ok(()),
            Some(Failure(why)) => {
                Err(PublishError { message: (), why: Refusal::Failed(why.clone()) })
            }
        }
    }

    /// What the parts of this crate need.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    /// A message, if it is no larger than messages may be.
    fn fitting(&self, message: Bytes) -> Result<Bytes, PublishError> {
        let (len, max) = (message.len(), self.handle.shared.options.max_message);
        if len > max {
            return Err(PublishError { message, why: Refusal::TooLarge { len, max } });
        }
        Ok(message)
    }

    /// Sends it to the journal; waits for room.
    fn send(&self, what: What) -> Result<Ticket, (What, Refusal)> {
        let (ticket, resolver) = Ticket::new();
        match self.handle.publishes.send(Publish { what, resolver }) {
            Ok(()) => Ok(ticket),
            Err(refused) => Err((refused.into_inner().what, self.refusal())),
        }
    }

    /// Why nothing is published.
    fn refusal(&self) -> Refusal {
        self.handle.shared.refusal().unwrap_or(Refusal::Closed)
    }
}

/// The one message that was not published.
fn single((what, why): (What, Refusal)) -> PublishError {
    let message = what.into_messages().pop().expect("it is one message");
    PublishError { message, why }
}

impl Handle {
    /// Ends the threads, and waits for them.
    fn end(&self) {
        self.publishes.close();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in mem::take(&mut *threads) {
            // What it panicked with was printed, and the queue has ended.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end();
    }
}
