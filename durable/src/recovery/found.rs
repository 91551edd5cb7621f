//! What is found in the files of a queue, apart from the records.

use super::next::After;
use super::{Report, TornTail};
use crate::format::{Chain, Manifest};

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    /// The segment.
    pub(crate) segment: u64,
    /// Where its frame begins in the segment.
    pub(crate) frame_offset: u64,
    /// How long the frame is, with what fills its last block.
    pub(crate) frame_len: u64,
    /// The epoch of the frame.
    pub(crate) epoch: u64,
    /// The number of the frame.
    pub(crate) batch: u64,
    /// Where the record begins in the frame.
    pub(crate) record: usize,
    /// The sequence of a message that is published; 0 for all other records.
    pub(crate) sequence: u64,
}

/// What a queue's files hold.
#[derive(Debug)]
pub(crate) struct Found {
    /// The manifest.
    pub(crate) manifest: Manifest,
    /// The last batch.
    pub(crate) chain: Chain,
    /// The sequence of the next message.
    pub(crate) next_sequence: u64,
    /// The segments, from the oldest.
    pub(crate) segments: Vec<FoundSegment>,
    /// What is to be cut off the newest segment: it is cut at its [`FoundSegment::end`].
    pub(crate) torn: Option<TornTail>,
    /// Segments that do not belong to the queue yet or any more, and a manifest that was not finished.
    pub(crate) leftovers: Vec<String>,
    /// Files that are kept to become segments.
    pub(crate) spares: Vec<String>,
    /// In figures.
    pub(crate) report: Report,
}

/// What a walk found, apart from the records.
#[derive(Debug)]
pub(crate) struct Walked {
    /// What comes before the next frame.
    pub(crate) after: After,
    /// The segments that there are, in the order in which they were written.
    pub(crate) segments: Vec<FoundSegment>,
    /// A batch that was being written.
    pub(crate) torn: Option<TornTail>,
    /// How many bytes are damaged at the end of all, which may have held more messages.
    pub(crate) damaged_tail: u64,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundSegment {
    /// Its file.
    pub(crate) name: String,
    /// Its number.
    pub(crate) number: u64,
    /// The epoch of its frames; 0 where that is not known.
    pub(crate) epoch: u64,
    /// The sequence of the first message that is published in it.
    pub(crate) first_sequence: u64,
    /// Where its frames end.
    pub(crate) end: u64,
    /// Where the first of them begins of which its frames do not say that it is durable.
    pub(crate) unsynced: u64,
    /// How long its file is.
    pub(crate) len: u64,
    /// How many frames it has.
    pub(crate) frames: u64,
    /// How many bytes they take.
    pub(crate) bytes: u64,
    /// How many records are in them.
    pub(crate) records: u64,
    /// How many messages they publish.
    pub(crate) published: u64,
}

impl Walked {
    /// In figures.
    pub(crate) fn report(&self) -> Report {
        let mut report = Report { torn: self.torn.clone(), ..Report::default() };
        for segment in &self.segments {
            report.segments += 1;
            report.frames += segment.frames;
            report.bytes += segment.bytes;
            report.records += segment.records;
            report.published += segment.published;
        }
        report
    }
}
