//! What the threads of a queue and its handles have in common.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use bytes::Bytes;
use ringway::channel::Sender;

use crate::error::{ConsumeError, Refusal};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::options::Options;
use crate::returned::Returned;
use crate::stats::Counters;
use crate::storage::Storage;
use crate::ticket::Resolver;

/// A message on its way to a consumer.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) sequence: u64,
    /// How many attempts it has had before.
    pub(crate) attempts: u32,
    pub(crate) message: Bytes,
}

/// What is to be published.
#[derive(Debug)]
pub(crate) struct Publish {
    pub(crate) what: What,
    pub(crate) resolver: Resolver,
}

/// What a publisher asks for.
#[derive(Debug)]
pub(crate) enum What {
    /// A message.
    One(Bytes),
    /// Messages that stay together.
    Many(Vec<Bytes>),
    /// A message with the number that its producer gave it.
    Once { producer: u64, number: u64, message: Bytes },
    /// No message: that all before it is safe.
    Sync,
}

impl What {
    /// The messages, given back.
    pub(crate) fn into_messages(self) -> Vec<Bytes> {
        match self {
            Self::One(message) | Self::Once { message, .. } => vec![message],
            Self::Many(messages) => messages,
            Self::Sync => Vec::new(),
        }
    }

    /// About how many bytes it takes in a frame.
    pub(crate) fn len(&self) -> u64 {
        let len = |message: &Bytes| message.len() as u64 + 24;
        match self {
            Self::One(message) | Self::Once { message, .. } => len(message),
            Self::Many(messages) => messages.iter().map(len).sum(),
            Self::Sync => 0,
        }
    }
}

/// What became of a delivery, or of a dead letter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Settle {
    /// It is done.
    Done(u64),
    /// It was received again, and so many attempts have begun.
    Begun { sequence: u64, attempts: u32 },
    /// It came back after so many attempts, and is delivered again.
    Back { sequence: u64, attempts: u32 },
    /// It is delivered no more.
    Dead { sequence: u64, attempts: u32 },
    /// A dead letter is delivered again.
    Revived(u64),
    /// A dead letter is gone.
    Removed(u64),
}

/// What all parts see.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) storage: Arc<dyn Storage>,
    ledger: Mutex<Ledger>,
    failure: OnceLock<Failure>,
    is_closed: AtomicBool,
    /// One after the last sequence that may be delivered.
    pub(crate) written: AtomicU64,
    /// One after the highest sequence that was delivered.
    pub(crate) delivered: AtomicU64,
    /// The segment that is written.
    pub(crate) newest: AtomicU64,
    /// The segment that is read; those before it are read no more.
    pub(crate) reading: AtomicU64,
    /// What all consumers together prefetch.
    pub(crate) prefetched: AtomicUsize,
    pub(crate) counters: Counters,
    pub(crate) settles: Sender<Settle>,
    /// For what comes back.
    pub(crate) returned: Returned,
    /// For dead letters that are delivered again.
    pub(crate) revived: Sender<Item>,
    /// For what is delivered for the first time.
    pub(crate) fresh: Sender<Item>,
}

/// The channels to the journal and to the consumers.
pub(crate) struct Senders {
    pub(crate) settles: Sender<Settle>,
    pub(crate) returned: Sender<Item>,
    pub(crate) revived: Sender<Item>,
    pub(crate) fresh: Sender<Item>,
}

impl Shared {
    /// What is known at the beginning.
    pub(crate) fn new(
        options: Options,
        storage: Arc<dyn Storage>,
        ledger: Ledger,
        reading: u64,
        senders: Senders,
    ) -> Self {
        let Senders { settles, returned, revived, fresh } = senders;
        let counters = Counters::new(&options.name_in(&*storage));
        Self {
            written: AtomicU64::new(ledger.next()),
            delivered: AtomicU64::new(ledger.delivered_before()),
            options,
            storage,
            ledger: Mutex::new(ledger),
            failure: OnceLock::new(),
            is_closed: AtomicBool::new(false),
            newest: AtomicU64::new(reading),
            reading: AtomicU64::new(reading),
            prefetched: AtomicUsize::new(0),
            counters,
            settles,
            returned: Returned::new(returned),
            revived,
            fresh,
        }
    }

    /// The ledger. Nothing that panics is done with it, so that a thread that has panicked left it whole.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is received from now on, and nothing settled.
    pub(crate) fn end(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.fresh.close();
        self.returned.close();
        self.revived.close();
    }

    /// The queue has failed.
    pub(crate) fn fail(&self, failure: &Failure) {
        if self.failure.set(failure.clone()).is_ok() {
            tracing::error!(target: "ringway_durable", %failure, "the queue has failed");
        }
        self.end();
    }

    /// What went wrong, if something did.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.get()
    }

    /// Why nothing is published.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        if let Some(failure) = self.failure() {
            return Some(Refusal::Failed(failure.to_string()));
        }
        self.is_closed.load(Ordering::Acquire).then_some(Refusal::Closed)
    }

    /// Why nothing is received, or settled.
    pub(crate) fn end_reason(&self) -> Option<ConsumeError> {
        if let Some(failure) = self.failure() {
            return Some(ConsumeError::Failed(failure.to_string()));
        }
        self.is_closed.load(Ordering::Acquire).then_some(ConsumeError::Closed)
    }
}

/// The end of a thread of the queue. One that panics takes the queue along, so that nobody waits for it.
#[derive(Debug)]
pub(crate) struct EndsWith(pub(crate) Arc<Shared>);

impl Drop for EndsWith {
    fn drop(&mut self) {
        if thread::panicking() {
            let name = thread::current().name().unwrap_or("a thread").to_owned();
            self.0.fail(&Failure(format!("{name} has panicked")));
        }
    }
}
