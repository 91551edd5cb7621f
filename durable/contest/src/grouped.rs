//! A queue on a store that knows no group commit: one thread writes for all.
//!
//! It receives what was published and acknowledged from a channel of ringway, writes what is there as one transaction,
//! then tells all who wait. So each store gets the grouping that ringway-durable has, and a transaction is for many.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use bytes::Bytes;
use crossbeam_channel::{Receiver as Ready, RecvTimeoutError, Sender as Hand};
use ringway::channel::{Receiver, Sender, bounded};

use crate::durable::{Consumes, Counts, Durable};

/// So many messages and acknowledgements wait to be written, as with ringway-durable.
const ROOM: usize = 16 << 10;

/// So many of them are written at once, as with ringway-durable: about 1 MiB of 256 bytes each.
pub const SAME: usize = 4096;

/// All of them are.
pub const LARGE: usize = ROOM;

/// At most this part of the time that a transaction takes is waited for those who were told of the last one, as with
/// ringway-durable.
const LINGER: u32 = 4;

/// A store of messages by number, with transactions.
pub trait Store: Sized + Send + 'static {
    /// Opens the store in a directory that is there, or makes one in it.
    fn open(directory: &Path) -> Result<Self>;

    /// Inserts messages and removes others, as one transaction that is synced when this returns.
    fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()>;

    /// All messages that are there, by number.
    fn load(&mut self) -> Result<Vec<(u64, Bytes)>>;

    /// Ends it.
    fn close(self) -> Result<()> {
        Ok(())
    }
}

/// A queue on a store, with transactions of so many messages and acknowledgements at most.
#[derive(Debug)]
pub struct Grouped<S, const MOST: usize = SAME> {
    requests: Sender<Request>,
    ready: Ready<(u64, Bytes)>,
    commits: Arc<AtomicU64>,
    writer: JoinHandle<Result<()>>,
    _store: std::marker::PhantomData<fn() -> S>,
}

/// What the writer is asked for.
#[derive(Debug)]
enum Request {
    Publish(Bytes, Resolver),
    Acknowledge(u64),
    Sync(Resolver),
}

/// The other end of a ticket. Dropped, it says that the message is lost.
#[derive(Debug)]
struct Resolver(Arc<Outcome>);

/// What one waits for.
#[derive(Debug)]
pub struct Ticket(Arc<Outcome>);

/// What the two share.
#[derive(Debug)]
struct Outcome {
    is_safe: OnceLock<bool>,
    waits: Thread,
}

impl Ticket {
    /// A ticket of the current thread.
    fn new() -> (Self, Resolver) {
        let outcome = Arc::new(Outcome { is_safe: OnceLock::new(), waits: thread::current() });
        (Self(Arc::clone(&outcome)), Resolver(outcome))
    }

    /// Waits for the outcome.
    fn wait(self) -> Result<()> {
        loop {
            match self.0.is_safe.get() {
                Some(is_safe) => {
                    ensure!(is_safe, "the writer has failed");
                    return Ok(());
                }
                None => thread::park(),
            }
        }
    }
}

impl Resolver {
    /// The message is safe.
    fn resolve(self) {
        let _ = self.0.is_safe.set(true);
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        let _ = self.0.is_safe.set(false);
        self.0.waits.unpark();
    }
}

impl<S: Store, const MOST: usize> Durable for Grouped<S, MOST> {
    type Ticket = Ticket;

    fn open(directory: &Path) -> Result<Self> {
        let mut store = S::open(directory)?;
        let (requests, received) = bounded(ROOM);
        let (hand, ready) = crossbeam_channel::unbounded();
        let mut next = 1;
        for (number, message) in store.load()? {
            next = number + 1;
            hand.send((number, message)).expect("its other end is here");
        }
        let commits = Arc::new(AtomicU64::new(0));
        let counts = Arc::clone(&commits);
        let writer = thread::spawn(move || write(store, MOST, &received, &hand, next, &counts));
        Ok(Self { requests, ready, commits, writer, _store: std::marker::PhantomData })
    }

    fn publish(&self, message: Bytes) -> Result<Ticket> {
        let (ticket, resolver) = Ticket::new();
        self.requests.send(Request::Publish(message, resolver)).map_err(|_| ended())?;
        Ok(ticket)
    }

    fn wait(ticket: Ticket) -> Result<()> {
        ticket.wait()
    }

    fn counts(&self) -> Counts {
        Counts { commits: self.commits.load(Ordering::Relaxed), ..Counts::default() }
    }

    fn close(self) -> Result<()> {
        let Self { requests, writer, .. } = self;
        drop(requests);
        writer.join().map_err(|_| anyhow!("the writer has panicked"))?
    }

    fn left(directory: &Path) -> Result<Vec<Bytes>> {
        let mut store = S::open(directory)?;
        let messages = store.load()?.into_iter().map(|(_, message)| message).collect();
        store.close()?;
        Ok(messages)
    }
}

/// What consumers need.
#[derive(Debug)]
pub struct Consumer {
    requests: Sender<Request>,
    ready: Ready<(u64, Bytes)>,
}

impl<S: Store, const MOST: usize> Consumes for Grouped<S, MOST> {
    type Consumer = Consumer;

    fn consumer(&self) -> Result<Consumer> {
        Ok(Consumer { requests: self.requests.clone(), ready: self.ready.clone() })
    }

    fn take(consumer: &Consumer, timeout: Duration) -> Result<Option<Bytes>> {
        match consumer.ready.recv_timeout(timeout) {
            Ok((number, message)) => {
                consumer.requests.send(Request::Acknowledge(number)).map_err(|_| ended())?;
                Ok(Some(message))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }

    fn sync(&self) -> Result<()> {
        let (ticket, resolver) = Ticket::new();
        self.requests.send(Request::Sync(resolver)).map_err(|_| ended())?;
        ticket.wait()
    }
}

/// Nothing is written any more.
fn ended() -> anyhow::Error {
    anyhow!("the writer has ended")
}

/// Writes until nobody publishes any more.
fn write<S: Store>(
    mut store: S,
    most: usize,
    requests: &Receiver<Request>,
    hand: &Hand<(u64, Bytes)>,
    mut next: u64,
    commits: &AtomicU64,
) -> Result<()> {
    let (mut taken, mut messages, mut acknowledged) = (Vec::new(), Vec::new(), Vec::new());
    let (mut resolvers, mut told, mut took) = (Vec::new(), 0, Duration::ZERO);
    while requests.recv_many(&mut taken, most).is_ok() {
        let begun = Instant::now();
        while told > 1 && taken.len() < told.min(most) && begun.elapsed() < took / LINGER {
            thread::yield_now();
            let room = most - taken.len();
            let _ = requests.try_recv_many(&mut taken, room);
        }
        for request in taken.drain(..) {
            match request {
                Request::Publish(message, resolver) => {
                    messages.push((next, message));
                    resolvers.push(resolver);
                    next += 1;
                }
                Request::Acknowledge(number) => acknowledged.push(number),
                Request::Sync(resolver) => resolvers.push(resolver),
            }
        }
        if !messages.is_empty() || !acknowledged.is_empty() {
            let begun = Instant::now();
            store.commit(&messages, &acknowledged).context("a transaction failed")?;
            took = begun.elapsed();
            commits.fetch_add(1, Ordering::Relaxed);
        }
        told = resolvers.len();
        resolvers.drain(..).for_each(Resolver::resolve);
        acknowledged.clear();
        for message in messages.drain(..) {
            // Where nobody consumes, nobody has to.
            let _ = hand.send(message);
        }
    }
    store.close()
}
