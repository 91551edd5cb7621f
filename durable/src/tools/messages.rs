//! The messages of a queue that are not acknowledged, in the order in which they were published.

use std::io;
use std::sync::Arc;

use super::survey::{Known, Survey};
use crate::OpenError;
use crate::format::{FRAME_HEADER, FrameHeader, Record};
use crate::recovery::{At, FoundSegment, Gap, Visit, io_error, walk};
use crate::storage::{Storage, StorageFile, read_exact_at};

/// A message that is not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message<'a> {
    /// Its sequence.
    pub sequence: u64,
    /// How many times it has come back.
    pub attempts: u32,
    /// Whether it was delivered before.
    pub delivered: bool,
    /// Whether it is a dead letter.
    pub dead: bool,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Reads them once more after a survey, and hands them out.
///
/// Those that were published are read as they come; those that were copied forward are fetched when it is their turn.
pub(super) fn messages<E: From<OpenError>>(
    storage: &dyn Storage,
    survey: &Survey,
    visit: impl FnMut(Message<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let known = &survey.known;
    let copies = Copies {
        storage,
        segments: &survey.walked.segments,
        file: None,
        frame: Vec::new(),
        at: None,
    };
    let mut reading = Reading { known, visit, copies, copied: 0, count: 0 };
    walk(storage, &survey.names, &survey.manifest, &mut reading)?;
    reading.copies_before(u64::MAX)?;
    if reading.count == known.live_count() {
        return Ok(());
    }
    // A file was changed, or could be read only once.
    let changed = io::Error::other("what was read before is not found again");
    Err(io_error(storage, "", "read the messages of")(changed).into())
}

/// A second reading.
struct Reading<'a, F> {
    /// What the first one found.
    known: &'a Known,
    /// Who gets the messages.
    visit: F,
    /// To fetch those that were copied forward.
    copies: Copies<'a>,
    /// How many of these were handed out.
    copied: usize,
    /// How many messages were handed out.
    count: u64,
}

impl<F, E> Reading<'_, F>
where
    F: FnMut(Message<'_>) -> Result<(), E>,
    E: From<OpenError>,
{
    /// Hands out those that were copied forward and come before this one.
    fn copies_before(&mut self, sequence: u64) -> Result<(), E> {
        while let Some(&(next, at)) = self.known.copies.get(self.copied)
            && next < sequence
        {
            let bytes = self.copies.fetch(at)?;
            (self.visit)(message(self.known, next, bytes))?;
            self.copied += 1;
            self.count += 1;
        }
        Ok(())
    }
}

/// A message with all that is known of it.
fn message<'a>(known: &Known, sequence: u64, bytes: &'a [u8]) -> Message<'a> {
    Message {
        sequence,
        attempts: known.attempts.get(&sequence).copied().unwrap_or(0),
        delivered: sequence <= known.delivered_through,
        dead: known.dead.contains(&sequence),
        bytes,
    }
}

impl<F, E> Visit for Reading<'_, F>
where
    F: FnMut(Message<'_>) -> Result<(), E>,
    E: From<OpenError>,
{
    type Error = E;

    const LENIENT: bool = true;

    fn record(&mut self, at: At, record: Record<'_>) -> Result<(), E> {
        let (Record::Publish { message: bytes } | Record::PublishOnce { message: bytes, .. }) =
            record
        else {
            return Ok(());
        };
        let sequence = at.sequence;
        self.copies_before(sequence)?;
        let is_copied = self.known.copies.get(self.copied).is_some_and(|copy| copy.0 == sequence);
        if self.known.is_live(sequence) && !is_copied {
            (self.visit)(message(self.known, sequence, bytes))?;
            self.count += 1;
        }
        Ok(())
    }

    /// The first reading has told of it.
    fn gap(&mut self, _: Gap) -> Result<(), E> {
        Ok(())
    }
}

/// Fetches messages that were copied forward. Many of them lie in one frame.
struct Copies<'a> {
    /// The files.
    storage: &'a dyn Storage,
    /// The segments.
    segments: &'a [FoundSegment],
    /// The segment that was read last.
    file: Option<(u64, Arc<dyn StorageFile>)>,
    /// The frame that was read last, with its header.
    frame: Vec<u8>,
    /// Where it is.
    at: Option<(u64, u64)>,
}

impl Copies<'_> {
    /// The bytes of a message.
    fn fetch(&mut self, at: At) -> Result<&[u8], OpenError> {
        let name = self.segments.iter().find(|segment| segment.number == at.segment);
        let name = name.map_or("", |segment| &segment.name);
        let failed = |error| io_error(self.storage, name, "read")(error);
        if self.at != Some((at.segment, at.frame_offset)) {
            self.at = None;
            let file = match &self.file {
                Some((segment, file)) if *segment == at.segment => Arc::clone(file),
                _ => self.storage.open(name, false).map_err(failed)?,
            };
            self.frame.resize(at.frame_len as usize, 0);
            read_exact_at(&*file, &mut self.frame, at.frame_offset).map_err(failed)?;
            self.file = Some((at.segment, file));
            self.at = Some((at.segment, at.frame_offset));
        }
        let changed = |_| failed(io::Error::other("a frame has changed"));
        let header = FrameHeader::decode(&self.frame).map_err(changed)?;
        let body = header.body(&self.frame).map_err(changed)?;
        match Record::decode(&mut &body[at.record - FRAME_HEADER..]) {
            Ok(Record::Copied { message, .. }) => Ok(message),
            _ => Err(failed(io::Error::other("a frame has changed"))),
        }
    }
}
