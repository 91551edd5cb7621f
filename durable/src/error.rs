//! What can go wrong, in words that name the file and the place in it.

use std::fmt;
use std::io;

use bytes::Bytes;

/// Bytes that are not what was written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// How many bytes from there to what is sound again; none where that is not known.
    pub len: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at byte {}", self.file, self.what, self.offset)?;
        match self.len {
            Some(len) => write!(f, ", {len} bytes before what is sound again"),
            None => Ok(()),
        }
    }
}

/// Why a queue was not opened. Nothing in its directory was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another handle of this one, has it.
    #[error("{path}: the queue is open{}", held_by(*.pid))]
    Locked {
        /// The lock's file.
        path: String,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// The directory has files, and is no queue.
    #[error("{path}: not of a queue, and there is no queue beside it; nothing was touched")]
    Foreign {
        /// The first file that is not a queue's.
        path: String,
    },
    /// The queue was written by a newer version.
    #[error(
        "{path}: written in format {found}, and this version reads up to {known}; nothing was touched"
    )]
    Newer {
        /// The file that says so.
        path: String,
        /// The version found.
        found: u32,
        /// The newest version that is known here.
        known: u32,
    },
    /// What was acknowledged may be lost: opening would make that final. See `repair`.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// The options ask for what cannot be.
    #[error("{0}")]
    Options(String),
    /// Its files could be read, and not be made ready to be written.
    #[error("{0}")]
    Failed(String),
    /// What the system said.
    #[error("{path}: cannot {doing}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Who has it.
fn held_by(pid: Option<u32>) -> String {
    pid.map_or_else(|| " elsewhere".into(), |pid| format!(" in process {pid}"))
}

/// Why a message was not taken. The message, or those that were to be published together, is in it.
#[derive(Debug, thiserror::Error)]
#[error("not published: {why}")]
pub struct PublishError<M = Bytes> {
    /// What was to be published.
    pub message: M,
    /// Why it was not.
    pub why: Refusal,
}

/// Why a message is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no room for it now.
    #[error("there is no room now")]
    Full,
    /// The disk has no space for another file.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// It is larger than messages may be, or there is nothing to publish.
    #[error("{len} bytes, and at most {max} can be published at once")]
    TooLarge {
        /// How large it is.
        len: usize,
        /// How large it may be.
        max: usize,
    },
    /// This producer has published later numbers, and this one is older than those remembered.
    #[error("number {number} of producer {producer} comes after {last}")]
    OldNumber {
        /// The producer.
        producer: u64,
        /// The number of this message.
        number: u64,
        /// The last number of this producer.
        last: u64,
    },
    /// The queue was closed.
    #[error("the queue is closed")]
    Closed,
    /// A write or a sync has failed: reopening tells what is there.
    #[error("the queue has failed: {0}")]
    Failed(String),
}

/// Why a ticket resolved to no sequence.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// Nothing was written, and here it is again.
    #[error("not published: {why}")]
    Refused {
        /// What was to be published.
        messages: Vec<Bytes>,
        /// Why it was not.
        why: Refusal,
    },
    /// A write or a sync has failed, or the queue ended: the message may be there or not when the queue is opened again. Published
    /// [with a number](crate::Queue::publish_once) it can be repeated.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
}

/// Why nothing was received, or a delivery not settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsumeError {
    /// There is no message now, or the consumer has as many deliveries as it may have.
    #[error("there is no message now")]
    Empty,
    /// The time is over.
    #[error("no message in that time")]
    Timeout,
    /// The queue was closed.
    #[error("the queue is closed")]
    Closed,
    /// A write, a sync or a read has failed: reopening tells what is there.
    #[error("the queue has failed: {0}")]
    Failed(String),
    /// All consumers together would have more deliveries than [the options](crate::Options::max_in_flight) allow.
    #[error("{asked} more deliveries, and {left} are left for all consumers")]
    TooMany {
        /// How many were asked for.
        asked: usize,
        /// How many are left.
        left: usize,
    },
}
