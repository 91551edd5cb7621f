//! Consumers compete for messages; each has so many deliveries at most that it has not settled.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ringway::channel::priorities::Receiver as Ready;
use ringway::channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError};

use crate::delivery::Delivery;
use crate::error::ConsumeError;
use crate::queue::Handle;
use crate::shared::{Item, Settle, Shared};
use crate::stats::Counters;

/// Receives messages. Made by [`Queue::consumer`](crate::Queue::consumer).
///
/// Each message goes to one consumer. It is shared by reference among threads and tasks that then have the deliveries
/// together that it prefetches. A delivery that comes back goes first to whoever receives next.
#[derive(Debug)]
pub struct Consumer {
    inner: Arc<Inner>,
    ready: Ready<Item>,
    /// The queue is open as long as somebody may receive.
    _handle: Arc<Handle>,
}

/// What a consumer and its deliveries have in common.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    /// A token for each delivery.
    tokens: Sender<()>,
    returned: Receiver<()>,
    prefetch: usize,
}

impl Inner {
    /// One delivery less.
    pub(crate) fn give_back(&self) {
        let _ = self.returned.try_recv();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.prefetched.fetch_sub(self.prefetch, Ordering::Relaxed);
    }
}

/// A token that was taken for a delivery that is not there yet.
struct Token<'a>(&'a Arc<Inner>);

impl Token<'_> {
    /// It is one for this message.
    fn deliver(self, item: Item) -> Delivery {
        let inner = Arc::clone(self.0);
        std::mem::forget(self);
        let delivered = &inner.shared.delivered;
        if item.sequence >= delivered.load(Ordering::Relaxed) {
            delivered.fetch_max(item.sequence + 1, Ordering::Relaxed);
        }
        if item.attempts > 0 {
            // That an attempt has begun is known of the first by how far messages were delivered.
            let Item { sequence, attempts, .. } = item;
            let begun = Settle::Begun { sequence, attempts: attempts.saturating_add(1) };
            let _ = inner.shared.settles.try_send(begun);
        }
        inner.shared.returned.follow();
        Counters::add(&inner.shared.counters.delivered, 1);
        Delivery::new(item, inner)
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Consumer {
    /// A consumer of so many deliveries.
    pub(crate) fn new(
        shared: Arc<Shared>,
        ready: Ready<Item>,
        prefetch: usize,
        handle: Arc<Handle>,
    ) -> Result<Self, ConsumeError> {
        let most = shared.options.max_in_flight;
        let taken = shared.prefetched.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            taken.checked_add(prefetch).filter(|sum| *sum <= most && prefetch > 0)
        });
        if let Err(taken) = taken {
            return Err(ConsumeError::TooMany { asked: prefetch, left: most - taken });
        }
        let (tokens, returned) = ringway::channel::bounded(prefetch);
        let inner = Arc::new(Inner { shared, tokens, returned, prefetch });
        Ok(Self { inner, ready, _handle: handle })
    }

    /// Receives a message; waits for one, and until this consumer has fewer deliveries than it prefetches. It blocks the
    /// thread.
    ///
    /// # Errors
    ///
    /// [`ConsumeError::Closed`] or [`ConsumeError::Failed`], also while it waits.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// queue.publish("a")?.wait()?;
    /// let delivery = queue.consumer(10)?.recv()?;
    /// assert_eq!((&delivery.message()[..], delivery.attempt()), (&b"a"[..], 1));
    /// delivery.ack()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn recv(&self) -> Result<Delivery, ConsumeError> {
        self.check()?;
        self.inner.tokens.send(()).map_err(|_| self.ended())?;
        let token = Token(&self.inner);
        let item = self.ready.recv().map_err(|_| self.ended())?;
        self.check()?;
        Ok(token.deliver(item))
    }

    /// Receives a message if there is one now.
    ///
    /// # Errors
    ///
    /// [`ConsumeError::Empty`] if there is none, or this consumer has as many deliveries as it prefetches; and as
    /// [`recv`](Self::recv).
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// use ringway_durable::ConsumeError;
    ///
    /// assert_eq!(queue.consumer(10)?.try_recv().unwrap_err(), ConsumeError::Empty);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_recv(&self) -> Result<Delivery, ConsumeError> {
        self.check()?;
        self.inner.tokens.try_send(()).map_err(|_| ConsumeError::Empty)?;
        let token = Token(&self.inner);
        match self.ready.try_recv() {
            Ok(item) => Ok(token.deliver(item)),
            Err(TryRecvError::Empty) => Err(ConsumeError::Empty),
            Err(TryRecvError::Disconnected) => Err(self.ended()),
        }
    }

    /// The same for so long at most.
    ///
    /// # Errors
    ///
    /// [`ConsumeError::Timeout`], and as [`recv`](Self::recv).
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// use ringway_durable::ConsumeError;
    /// use std::time::Duration;
    ///
    /// let consumer = queue.consumer(10)?;
    /// assert_eq!(consumer.recv_timeout(Duration::ZERO).unwrap_err(), ConsumeError::Timeout);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Delivery, ConsumeError> {
        let Some(deadline) = Instant::now().checked_add(timeout) else { return self.recv() };
        self.check()?;
        match self.inner.tokens.send_deadline((), deadline) {
            Ok(()) => {}
            Err(SendTimeoutError::Timeout(())) => return Err(ConsumeError::Timeout),
            Err(SendTimeoutError::Disconnected(())) => return Err(self.ended()),
        }
        let token = Token(&self.inner);
        match self.ready.recv_deadline(deadline) {
            Ok(item) => Ok(token.deliver(item)),
            Err(RecvTimeoutError::Timeout) => Err(ConsumeError::Timeout),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    /// Receives a message in a task, of any executor. Dropped before it is done it has received nothing.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// # futures_executor::block_on(async {
    /// queue.publish("a")?.await?;
    /// let consumer = queue.consumer(10)?;
    /// consumer.recv_async().await?.ack()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub async fn recv_async(&self) -> Result<Delivery, ConsumeError> {
        self.check()?;
        self.inner.tokens.send_async(()).await.map_err(|_| self.ended())?;
        let token = Token(&self.inner);
        let item = self.ready.recv_async().await.map_err(|_| self.ended())?;
        self.check()?;
        Ok(token.deliver(item))
    }

    /// How many deliveries it may have that are not settled.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// assert_eq!(queue.consumer(10)?.prefetch(), 10);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prefetch(&self) -> usize {
        self.inner.prefetch
    }

    /// An error if the queue has ended.
    fn check(&self) -> Result<(), ConsumeError> {
        self.inner.shared.end_reason().map_or(Ok(()), Err)
    }

    /// Why nothing is received any more.
    fn ended(&self) -> ConsumeError {
        self.inner.shared.end_reason().unwrap_or(ConsumeError::Closed)
    }
}
