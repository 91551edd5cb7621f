//! A message that was received, and is to be settled.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;

use crate::consumer::Inner;
use crate::error::ConsumeError;
use crate::shared::{Item, Settle};

/// A message that was received. It is acknowledged, given back, or comes back by itself when it is dropped.
///
/// Settling takes effect in this process at once, and is written with the next batch: what was acknowledged just before a
/// crash may be delivered once more.
#[must_use = "dropped it comes back"]
#[derive(Debug)]
pub struct Delivery {
    /// None once it is settled.
    item: Option<Item>,
    inner: Arc<Inner>,
}

impl Delivery {
    /// A delivery of this message.
    pub(crate) fn new(item: Item, inner: Arc<Inner>) -> Self {
        Self { item: Some(item), inner }
    }

    /// The message.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// let delivery = queue.consumer(1)?.recv()?;
    /// assert_eq!(delivery.message(), "a");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn message(&self) -> &Bytes {
        &self.item().message
    }

    /// Its sequence, which is what its ticket has resolved to.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// let sequence = queue.publish("a")?.wait()?;
    /// assert_eq!(queue.consumer(1)?.recv()?.sequence(), sequence);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.item().sequence
    }

    /// The number of this attempt, from 1. After a crash it may be one too many, and attempts that were
    /// interrupted a moment after they had begun may not be counted.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// let consumer = queue.consumer(1)?;
    /// drop(consumer.recv()?);
    /// assert_eq!(consumer.recv()?.attempt(), 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.item().attempts.saturating_add(1)
    }

    /// Whether somebody may have received it before.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// assert!(!queue.consumer(1)?.recv()?.is_redelivered());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_redelivered(&self) -> bool {
        self.item().attempts > 0
    }

    /// It is done, and is not delivered again. Waits where very many acknowledgements are to be written yet.
    ///
    /// # Errors
    ///
    /// The queue was closed or has failed: the message is delivered again when it is opened.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// queue.consumer(1)?.recv()?.ack()?;
    /// queue.sync()?.wait()?;
    /// assert_eq!(queue.stats().unacknowledged, 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn ack(mut self) -> Result<(), ConsumeError> {
        let item = self.item.take().expect("it is not settled");
        self.settle(Settle::Done(item.sequence))
    }

    /// It failed: with `requeue` it comes back, to whoever receives next, until it has had [as many
    /// attempts](crate::Options::max_attempts) as it may have; without, it is a [dead letter](crate::Queue::dead_letters) at once.
    ///
    /// # Errors
    ///
    /// The queue was closed or has failed: the message is delivered again when it is opened.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// let consumer = queue.consumer(1)?;
    /// consumer.recv()?.nack(true)?;
    /// consumer.recv()?.nack(false)?;
    /// queue.sync()?.wait()?;
    /// assert_eq!(queue.stats().dead, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn nack(mut self, requeue: bool) -> Result<(), ConsumeError> {
        let item = self.item.take().expect("it is not settled");
        self.give_back(item, requeue)
    }

    /// The message, without settling it: it comes back.
    fn item(&self) -> &Item {
        self.item.as_ref().expect("it is not settled")
    }

    /// Gives it back, or buries it.
    fn give_back(&self, mut item: Item, requeue: bool) -> Result<(), ConsumeError> {
        let shared = &self.inner.shared;
        let (sequence, attempts) = (item.sequence, item.attempts.saturating_add(1));
        if !requeue || shared.options.max_attempts.is_some_and(|most| attempts >= most) {
            return self.settle(Settle::Dead { sequence, attempts });
        }
        self.settle(Settle::Back { sequence, attempts })?;
        item.attempts = attempts;
        shared.returned.push(item);
        Ok(())
    }

    /// Tells the journal.
    fn settle(&self, settle: Settle) -> Result<(), ConsumeError> {
        self.inner.shared.settles.send(settle).map_err(|_| self.ended())
    }

    /// Why it cannot be settled.
    fn ended(&self) -> ConsumeError {
        self.inner.shared.end_reason().unwrap_or(ConsumeError::Closed)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(item) = mem::take(&mut self.item) {
            // Where the queue has ended it is delivered when it is opened again.
            let _ = self.give_back(item, true);
        }
        self.inner.give_back();
    }
}
