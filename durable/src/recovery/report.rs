//! What a reading of a queue says, in figures and places.

use std::fmt;
use std::ops::Range;

use crate::Damage;

/// What was read of a queue when it was opened or verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many segments there are.
    pub segments: u64,
    /// How many frames are in them: each is one batch, which was written and synced as one.
    pub frames: u64,
    /// How many records are in the frames.
    pub records: u64,
    /// How many of the records publish a message.
    pub published: u64,
    /// How many bytes the frames take, with what fills their blocks.
    pub bytes: u64,
    /// A batch that was being written when the queue ended, if there is one.
    pub torn: Option<TornTail>,
}

/// A batch that was being written when the power went or the process died: it is not whole, and nothing was written
/// after it.
///
/// Nobody was told that its messages are durable, and opening cuts it off. It is reported whenever something stands where
/// the next batch would be: where a segment is made of an older file, that may also be what the file held before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TornTail {
    /// The file.
    pub file: String,
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// How many bytes from there to the end of the file.
    pub len: u64,
}

/// Damage, and the messages that are missing because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Where it is, and what.
    pub damage: Damage,
    /// The sequences of the messages that were published in what is damaged; none where that is not known. Many of them may
    /// have been acknowledged.
    pub lost: Option<Range<u64>>,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.damage)?;
        match &self.lost {
            None => Ok(()),
            Some(lost) if lost.is_empty() => f.write_str("; no message was in it"),
            Some(lost) => write!(f, "; messages {} to {} were in it", lost.start, lost.end - 1),
        }
    }
}
