//! A queue on a simulated disk, driven by one publisher and one consumer, whose every call an [`Oracle`] is told.

mod recover;
mod step;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ringway_durable::storage::Storage;
use ringway_durable::{Consumer, Delivery, OpenError, Options, PublishError, Queue, Ticket};

pub use self::step::{Step, Stopped};
use super::oracle::Oracle;
use super::sim::SimDisk;

/// What is to come comes in this time, or the test fails.
pub const LONG: Duration = Duration::from_secs(60);

/// The smallest segments, and channels that are made fast.
pub fn options() -> Options {
    Options::new().segment_size(64 << 10).room(64).max_in_flight(1100).cache_bytes(1 << 16)
}

/// A queue that is open, and who uses it.
#[derive(Debug)]
pub struct Run {
    pub disk: SimDisk,
    pub oracle: Oracle,
    storage: Arc<dyn Storage>,
    options: Options,
    open: Option<Open>,
    /// The position of the disk when it was opened for the first time.
    pub opened: usize,
    /// How many messages can be received.
    waiting: usize,
    dead: usize,
    /// Tickets that nobody waited for.
    tickets: Vec<(Vec<Bytes>, Ticket)>,
    /// The messages that had numbers.
    numbered: Vec<Bytes>,
}

#[derive(Debug)]
struct Open {
    // Dropped in this order: what is held does not count as given back.
    queue: Queue,
    consumer: Consumer,
    held: VecDeque<Delivery>,
}

impl Open {
    fn new(storage: &Arc<dyn Storage>, options: &Options) -> Result<Self, OpenError> {
        let queue = Queue::open_in(Arc::clone(storage), options.clone())?;
        let consumer = queue.consumer(1024).expect("it is the only one");
        Ok(Self { queue, consumer, held: VecDeque::new() })
    }

    /// Ends it, without giving back what is held.
    fn close(self) -> Result<(), PublishError<()>> {
        let closed = self.queue.close();
        drop(self.held);
        closed
    }
}

impl Run {
    /// Opens a queue that lies on this disk, behind `storage`.
    ///
    /// # Errors
    ///
    /// It is not opened.
    pub fn open(
        disk: &SimDisk,
        storage: Arc<dyn Storage>,
        options: &Options,
        oracle: Oracle,
    ) -> Result<Self, OpenError> {
        let open = Some(Open::new(&storage, options)?);
        Ok(Self {
            opened: disk.position(),
            disk: disk.clone(),
            oracle,
            storage,
            options: options.clone(),
            open,
            waiting: 0,
            dead: 0,
            tickets: Vec::new(),
            numbered: Vec::new(),
        })
    }

    /// Opens it on the disk itself.
    ///
    /// # Errors
    ///
    /// It is not opened.
    pub fn on(disk: &SimDisk, options: &Options, oracle: Oracle) -> Result<Self, OpenError> {
        Self::open(disk, Arc::new(disk.clone()), options, oracle)
    }

    /// The queue.
    pub fn queue(&self) -> &Queue {
        &self.open.as_ref().expect("it is open").queue
    }

    /// Whether it is open, failed or not.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How many deliveries are held.
    pub fn held(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.held.len())
    }

    pub(super) fn sync(&mut self) -> Result<(), Stopped> {
        let ticket = self.queue().sync().map_err(Stopped::by)?;
        let synced = ticket.wait_timeout(LONG).expect("a ticket resolves");
        synced.map_err(Stopped::by)?;
        for (messages, ticket) in std::mem::take(&mut self.tickets) {
            self.wait(&messages, ticket)?;
        }
        self.oracle.synced(self.disk.position());
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), Stopped> {
        self.close()?;
        self.open = Some(Open::new(&self.storage, &self.options).map_err(Stopped::by)?);
        Ok(())
    }

    /// Closes it; all is safe then.
    ///
    /// # Errors
    ///
    /// The queue has failed.
    pub fn close(&mut self) -> Result<(), Stopped> {
        self.waiting += self.held();
        let closed = self.open.take().map_or(Ok(()), Open::close);
        for (messages, ticket) in std::mem::take(&mut self.tickets) {
            self.wait(&messages, ticket)?;
        }
        closed.map_err(Stopped::by)?;
        self.oracle.synced(self.disk.position());
        Ok(())
    }

    /// These had the first numbers of the producer.
    pub fn with_numbered(mut self, numbered: Vec<Bytes>) -> Self {
        self.numbered = numbered;
        self
    }

    /// The messages that had numbers.
    pub fn numbered(&self) -> &[Bytes] {
        &self.numbered
    }
}
