//! What a queue on disk must bring in order to take part.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;

/// A queue on disk. Many threads publish by reference.
pub trait Durable: Sized + Send + Sync + 'static {
    /// What is waited for until a message is as safe as the queue makes it.
    type Ticket: Send;

    /// Opens the queue in a directory that is there, or makes one in it.
    fn open(directory: &Path) -> Result<Self>;

    /// Publishes a message.
    fn publish(&self, message: Bytes) -> Result<Self::Ticket>;

    /// Waits until a message is safe.
    fn wait(ticket: Self::Ticket) -> Result<()>;

    /// What it has counted so far.
    fn counts(&self) -> Counts;

    /// Ends it. All that it has begun is done when this returns.
    fn close(self) -> Result<()>;

    /// The messages that a queue that was closed has left in its directory, in order.
    fn left(directory: &Path) -> Result<Vec<Bytes>>;
}

/// One whose messages are received and acknowledged as well.
pub trait Consumes: Durable {
    /// One of those who receive.
    type Consumer: Send;

    /// A further consumer.
    fn consumer(&self) -> Result<Self::Consumer>;

    /// Receives a message and acknowledges it; none if there is none in that time.
    fn take(consumer: &Self::Consumer, timeout: Duration) -> Result<Option<Bytes>>;

    /// Waits until all that was published and acknowledged before is safe.
    fn sync(&self) -> Result<()>;
}

/// What a queue counts of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Batches, or transactions, that were written.
    pub commits: u64,
    /// Bytes that were written in them, where it is known.
    pub written: Option<u64>,
    /// Syncs, where they are known.
    pub syncs: Option<u64>,
}
