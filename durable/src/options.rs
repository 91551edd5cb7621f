//! How a queue is kept.

use std::time::Duration;

use crate::error::OpenError;
use crate::format::BLOCK;
use crate::storage::Storage;

/// What a ticket that has resolved says about its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// It was synced: it outlives a crash of the machine, as far as the disk keeps what it has synced.
    #[default]
    Durable,
    /// It was handed to the system: it outlives the end of the process, however that comes, and is lost with the machine's
    /// power until the next sync, which comes at an [interval](Options::sync_interval).
    OsBuffered,
    /// The queue has it in memory, and writes it behind: it may be lost with the process.
    Memory,
}

/// The options of a queue, with defaults that fit most.
///
/// ```
/// use std::time::Duration;
///
/// use ringway_durable::{Level, Options};
///
/// // A small queue of large messages, which gives up on poison.
/// let options = Options::new()
///     .name("thumbnails")
///     .segment_size(8 << 20)
///     .max_bytes(256 << 20)
///     .max_message(2 << 20)
///     .max_attempts(5);
/// // One for many small messages that can be had again.
/// let options = Options::new()
///     .level(Level::OsBuffered)
///     .sync_interval(Duration::from_millis(200))
///     .batch_bytes(4 << 20)
///     .room(100_000)
///     .cache_bytes(256 << 20);
/// // And what else there is, with its defaults.
/// let options = options.spares(2).max_in_flight(64 << 10).producers(1024);
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) level: Level,
    pub(crate) segment_size: u64,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_message: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) room: usize,
    pub(crate) cache_bytes: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) spares: usize,
    pub(crate) sync_interval: Duration,
    pub(crate) producers: usize,
    pub(crate) name: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: Level::Durable,
            segment_size: 64 << 20,
            max_bytes: None,
            max_message: 16 << 20,
            batch_bytes: 1 << 20,
            room: 16 << 10,
            cache_bytes: 64 << 20,
            max_in_flight: 64 << 10,
            max_attempts: None,
            spares: 2,
            sync_interval: Duration::from_secs(1),
            producers: 1024,
            name: None,
        }
    }
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a resolved ticket promises. Default: [`Level::Durable`].
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// How large a file is, in bytes: a multiple of 4096, at least 64 KiB. Files are removed, or used again, as a whole. A queue
    /// that is there keeps the size that it was made with. Default: 64 MiB.
    #[must_use]
    pub fn segment_size(mut self, bytes: u64) -> Self {
        self.segment_size = bytes;
        self
    }

    /// How many bytes of files the queue takes at most, at least four segments. When they are full publishers wait, and
    /// consumers go on. Default: as much as the disk has.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The largest message, in bytes. Default: 16 MiB, or half a segment where that is less.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// About how many bytes are written and synced at once, at most. Default: 1 MiB.
    #[must_use]
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.batch_bytes = bytes;
        self
    }

    /// How many messages wait for the journal, at most; then publishers wait. About as many again it may have taken for the next
    /// batch. Default: 16,384.
    #[must_use]
    pub fn room(mut self, messages: usize) -> Self {
        self.room = messages;
        self
    }

    /// How many bytes of messages that were written are kept in memory for consumers; others are read from the files. Default: 64 MiB.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// The most deliveries that all consumers together may have, the sum of what they prefetch. Default: 65,536.
    #[must_use]
    pub fn max_in_flight(mut self, deliveries: usize) -> Self {
        self.max_in_flight = deliveries;
        self
    }

    /// After so many attempts a message that comes back becomes a [dead letter](crate::Queue::dead_letters). Default: never.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// How many files that are done with are kept to be written again. Default: 2.
    #[must_use]
    pub fn spares(mut self, files: usize) -> Self {
        self.spares = files;
        self
    }

    /// How long what was handed to the system waits for its sync at most, where the level is not [`Level::Durable`]. Default: one second.
    #[must_use]
    pub fn sync_interval(mut self, interval: Duration) -> Self {
        self.sync_interval = interval;
        self
    }

    /// Of how many producers it is remembered which numbers they have published, those of whom was heard last; no more than fit in an
    /// eighth of a segment, at half a KiB each. Default: 1024.
    #[must_use]
    pub fn producers(mut self, producers: usize) -> Self {
        self.producers = producers;
        self
    }

    /// What the queue is called in `tracing` events and by recorders of metrics. Default: the path of its directory.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The name of the queue, which is in this storage.
    pub(crate) fn name_in(&self, storage: &dyn Storage) -> String {
        let path = || storage.path("").trim_end_matches(['/', '\\']).to_owned();
        self.name.clone().unwrap_or_else(path)
    }

    /// These, if they can be.
    pub(crate) fn checked(mut self) -> Result<Self, OpenError> {
        let refuse = |why: &str| Err(OpenError::Options(why.into()));
        let block = BLOCK as u64;
        if !self.segment_size.is_multiple_of(block)
            || self.segment_size < 16 * block
            || self.segment_size > 1 << 31
        {
            return refuse("a segment is a multiple of 4096 bytes, from 64 KiB to 2 GiB");
        }
        if self.max_bytes.is_some_and(|bytes| bytes / 4 < self.segment_size) {
            return refuse("the files of a queue are at least four segments");
        }
        if self.room == 0 || self.max_in_flight == 0 || self.max_attempts == Some(0) {
            return refuse("the room, the deliveries and the attempts are at least 1");
        }
        // What is remembered of producers is at the beginning of each segment.
        let most = self.segment_size / 8 / crate::ledger::PRODUCER_BYTES;
        self.producers = self.producers.min(most as usize);
        self.max_message = self.max_message.min((self.segment_size / 2) as usize);
        self.batch_bytes = self.batch_bytes.clamp(BLOCK, (self.segment_size / 2) as usize);
        Ok(self)
    }
}
