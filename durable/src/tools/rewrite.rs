//! Writing the messages of a queue anew.

use std::sync::Arc;

use super::messages::{Message, messages};
use super::survey::Survey;
use crate::OpenError;
use crate::format::{BLOCK, Chain, FrameWriter, SegmentHeader, segment_name, spare_name};
use crate::recovery::io_error;
use crate::storage::{Storage, StorageFile, write_all_at};

/// About how long a frame is.
const FRAME: usize = 1 << 20;

/// How long a copy is, without the message.
const COPY: usize = 18;

/// The shortest record that publishes a message.
const SHORTEST: u64 = 5;

/// Writes all messages to segments after the newest; the number of the last one, and the last batch.
pub(super) fn rewrite(
    storage: &dyn Storage,
    survey: &Survey,
    epoch: u64,
) -> Result<(u64, Chain), OpenError> {
    let mut rewriter = Rewriter::begin(storage, survey, epoch)?;
    messages(storage, survey, |message| rewriter.copy(message))?;
    rewriter.end_segment()?;
    Ok((rewriter.number, rewriter.chain))
}

/// The segments that are written.
struct Rewriter<'a> {
    /// The files.
    storage: &'a dyn Storage,
    /// What is written anew.
    survey: &'a Survey,
    /// The epoch of what is written.
    epoch: u64,
    /// The sequence of the next message: no message that was lost has it, or a later one.
    next_sequence: u64,
    /// The last batch.
    chain: Chain,
    /// The frame that is written.
    frame: FrameWriter,
    /// How many copies are in it.
    copies: u64,
    /// The segment that is written.
    file: Arc<dyn StorageFile>,
    /// Its number.
    number: u64,
    /// What came before it.
    before: Chain,
    /// Where the frame will be in it.
    offset: u64,
}

impl<'a> Rewriter<'a> {
    /// Begins the first segment.
    fn begin(storage: &'a dyn Storage, survey: &'a Survey, epoch: u64) -> Result<Self, OpenError> {
        let number = survey.manifest.newest + 1;
        let chain = survey.walked.after.chain;
        let lost = survey.walked.damaged_tail / SHORTEST;
        let mut rewriter = Self {
            storage,
            survey,
            epoch,
            next_sequence: survey.known.next_sequence.saturating_add(lost),
            chain,
            frame: FrameWriter::default(),
            copies: 0,
            file: create(storage, number)?,
            number,
            before: chain,
            offset: BLOCK as u64,
        };
        rewriter.begin_frame();
        Ok(rewriter)
    }

    /// Writes a message.
    fn copy(&mut self, message: Message<'_>) -> Result<(), OpenError> {
        let len = self.frame.len_with(COPY + message.bytes.len());
        if self.offset + len as u64 > self.survey.manifest.segment_size && self.has_copies() {
            self.end_segment()?;
            self.number += 1;
            self.file = create(self.storage, self.number)?;
            (self.before, self.offset) = (self.chain, BLOCK as u64);
            self.begin_frame();
        } else if len > FRAME && self.copies > 0 {
            self.end_frame()?;
        }
        self.frame.copied(message.sequence, message.attempts, message.dead, message.bytes);
        self.copies += 1;
        Ok(())
    }

    /// Whether the segment has a message.
    fn has_copies(&self) -> bool {
        self.copies > 0 || self.offset > BLOCK as u64
    }

    /// Begins the first frame of a segment, with what is not about single messages.
    fn begin_frame(&mut self) {
        self.frame.begin();
        self.frame.checkpoint(self.next_sequence, self.survey.known.delivered_through);
        for (producer, numbers) in self.survey.known.producers.all() {
            let numbers: Vec<_> = numbers.iter().copied().collect();
            self.frame.producer(producer, &numbers);
        }
    }

    /// Writes the frame.
    fn end_frame(&mut self) -> Result<(), OpenError> {
        let finished = self.frame.finish(self.epoch, self.chain, self.next_sequence);
        let written = write_all_at(&*self.file, finished.bytes, self.offset);
        self.chain = finished.chain;
        self.offset += finished.bytes.len() as u64;
        self.copies = 0;
        self.frame.begin();
        written.map_err(io_error(self.storage, &spare_name(self.number), "write"))
    }

    /// Writes what is left of the segment, and gives it its name when all of it is durable.
    fn end_segment(&mut self) -> Result<(), OpenError> {
        if !self.frame.is_empty() {
            self.end_frame()?;
        }
        let header = SegmentHeader {
            id: self.survey.manifest.id,
            epoch: self.epoch,
            number: self.number,
            first_batch: self.before.batch + 1,
            first_sequence: self.next_sequence,
            chain: self.before.checksum,
            segment_size: self.offset,
        };
        let name = spare_name(self.number);
        let failed = |doing| io_error(self.storage, &name, doing);
        write_all_at(&*self.file, &header.encode(), 0).map_err(failed("write"))?;
        self.file.sync().map_err(failed("sync"))?;
        self.storage.rename(&name, &segment_name(self.number)).map_err(failed("rename"))
    }
}

/// Makes an empty file for a segment, in place of what may be left of one.
fn create(storage: &dyn Storage, number: u64) -> Result<Arc<dyn StorageFile>, OpenError> {
    let name = spare_name(number);
    match storage.remove(&name) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(io_error(storage, &name, "remove")(error));
        }
        _ => {}
    }
    storage.create(&name).map_err(io_error(storage, &name, "create"))
}
