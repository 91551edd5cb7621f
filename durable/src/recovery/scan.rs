//! Reading the frames of one segment, one after the other.

use std::io;
use std::mem;
use std::sync::Arc;

use super::next::{Cause, Expected, Stop};
use crate::format::{BLOCK, FRAME_HEADER, FrameHeader};
use crate::storage::StorageFile;

/// How many bytes are read at once, and more where a frame is longer.
const CHUNK: usize = 1 << 20;

/// Reads a segment from a block on. Frames are checked where they were read, and are not copied.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The segment.
    file: Arc<dyn StorageFile>,
    /// How long it is.
    len: u64,
    /// Where the next frame begins, if there is one.
    at: u64,
    /// What was read last.
    buffer: Vec<u8>,
    /// How many bytes of the buffer were read.
    filled: usize,
    /// Where they begin in the file.
    start: u64,
    /// Whether they were read since the last frame was asked for.
    is_fresh: bool,
    /// What the next frame has to be.
    expected: Expected,
    /// Blocks that the system cannot read, if these are passed over: they read as zeroes.
    unreadable: Option<Vec<u64>>,
}

/// A frame that is as it was written.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// Its header.
    pub(crate) header: FrameHeader,
    /// Its records.
    pub(crate) body: &'a [u8],
}

impl Scan {
    /// Reads the frames of this file after its first block. A block that cannot be read is an error, or, if `lenient`, taken
    /// for damaged.
    pub(crate) fn new(
        file: Arc<dyn StorageFile>,
        expected: Expected,
        lenient: bool,
    ) -> io::Result<Self> {
        let mut scan = Self {
            len: file.len()?,
            file,
            at: 0,
            buffer: Vec::new(),
            filled: 0,
            start: 0,
            is_fresh: false,
            expected,
            unreadable: lenient.then(Vec::new),
        };
        scan.resume(BLOCK as u64, expected);
        Ok(scan)
    }

    /// Reads another file, with the same buffer.
    pub(crate) fn reuse(
        &mut self,
        file: Arc<dyn StorageFile>,
        expected: Expected,
    ) -> io::Result<()> {
        self.len = file.len()?;
        self.file = file;
        (self.filled, self.start) = (0, 0);
        if let Some(unreadable) = &mut self.unreadable {
            unreadable.clear();
        }
        self.resume(BLOCK as u64, expected);
        Ok(())
    }

    /// Goes on at another block.
    pub(crate) fn resume(&mut self, at: u64, expected: Expected) {
        (self.at, self.expected) = (at, expected);
    }

    /// What the next frame has to be.
    pub(crate) fn expected(&self) -> Expected {
        self.expected
    }

    /// How long the file is.
    pub(crate) fn file_len(&self) -> u64 {
        self.len
    }

    /// The next frame, or what is there instead.
    ///
    /// It may be asked again: what is written meanwhile is found.
    pub(crate) fn next(&mut self) -> io::Result<Result<Frame<'_>, Stop>> {
        self.is_fresh = false;
        let mut checked = self.check()?;
        if checked.is_err() && !self.is_fresh {
            // It was read before, with the frames in front of it, and may be older than they are.
            self.filled = 0;
            checked = self.check()?;
        }
        let header = match checked {
            Ok(header) => header,
            Err(stop) => return Ok(Err(stop)),
        };
        let offset = self.at;
        self.at = offset + header.padded_len();
        self.expected = Expected::behind(&header);
        let body = &self.bytes(offset, FRAME_HEADER + header.body_len as usize)[FRAME_HEADER..];
        Ok(Ok(Frame { offset, header, body }))
    }

    /// Reads the next frame whole into the buffer, if it is one.
    fn check(&mut self) -> io::Result<Result<FrameHeader, Stop>> {
        let offset = self.at;
        let filled = self.fill(offset, BLOCK)?;
        let after = offset + BLOCK as u64;
        let stop = |cause, from| Ok(Err(Stop { offset, cause, header: None, from }));
        let bytes = self.bytes(offset, filled);
        let header = match FrameHeader::decode(bytes) {
            _ if filled == 0 => return stop(Cause::End, after),
            Ok(header) => header,
            Err(_) if self.is_unreadable(offset, after) => return stop(Cause::Unreadable, after),
            Err(_) if *bytes == [0; BLOCK][..filled] => return stop(Cause::Empty, after),
            Err(fault) => return stop(Cause::Bad(fault.what()), after),
        };
        match self.expected.refuse(&header) {
            None => {}
            Some(Cause::Stale) => return stop(Cause::Stale, after),
            // Not the next, but perhaps one that comes later.
            Some(cause) => return stop(cause, offset),
        }
        let end = offset + header.padded_len();
        let stop = |cause| Ok(Err(Stop { offset, cause, header: Some(header), from: end }));
        if end > self.len {
            return stop(Cause::Bad("a frame that goes on where the file does not"));
        }
        let len = usize::try_from(header.padded_len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let filled = self.fill(offset, len)?;
        match header.body(self.bytes(offset, filled)) {
            Ok(_) => Ok(Ok(header)),
            Err(_) if self.is_unreadable(offset, end) => stop(Cause::Unreadable),
            Err(fault) => stop(Cause::Bad(fault.what())),
        }
    }

    /// Looks for the header of a frame that is accepted, at this block and all later ones.
    pub(crate) fn find(
        &mut self,
        from: u64,
        accept: impl Fn(&FrameHeader) -> bool,
    ) -> io::Result<Option<(u64, FrameHeader)>> {
        let mut offset = from;
        while offset < self.len {
            let filled = self.fill(offset, BLOCK)?;
            match FrameHeader::decode(self.bytes(offset, filled)) {
                Ok(header) if accept(&header) => return Ok(Some((offset, header))),
                _ => offset += BLOCK as u64,
            }
        }
        Ok(None)
    }

    /// So many bytes of the buffer, from an offset of the file.
    fn bytes(&self, offset: u64, len: usize) -> &[u8] {
        &self.buffer[(offset - self.start) as usize..][..len]
    }

    /// Whether a block from here to there could not be read.
    fn is_unreadable(&self, from: u64, to: u64) -> bool {
        self.unreadable.iter().flatten().any(|block| (from..to).contains(block))
    }

    /// Sees to it that these bytes are in the buffer; how many there are, which is less only at the end of the file.
    fn fill(&mut self, offset: u64, len: usize) -> io::Result<usize> {
        let kept = match offset.checked_sub(self.start) {
            Some(skipped) if skipped <= self.filled as u64 => self.filled - skipped as usize,
            _ => 0,
        };
        if kept < len {
            self.is_fresh |= kept == 0;
            let kept = self.filled - kept..self.filled;
            (self.start, self.filled) = (offset, kept.len());
            let chunk = usize::try_from(self.len).map_or(CHUNK, |len| len.min(CHUNK)).max(len);
            if self.buffer.len() < chunk {
                let before = mem::replace(&mut self.buffer, vec![0; chunk]);
                self.buffer[..kept.len()].copy_from_slice(&before[kept]);
            } else {
                self.buffer.copy_within(kept, 0);
            }
            while self.filled < len {
                match self.read()? {
                    0 => break,
                    read => self.filled += read,
                }
            }
        }
        Ok(len.min(self.filled - (offset - self.start) as usize))
    }

    /// Reads into the rest of the buffer.
    fn read(&mut self) -> io::Result<usize> {
        let at = self.start + self.filled as u64;
        let error = loop {
            match self.file.read_at(&mut self.buffer[self.filled..], at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break error,
                Ok(read) => return Ok(read),
            }
        };
        let Some(unreadable) = &mut self.unreadable else { return Err(error) };
        // One block, so that no other is lost with it.
        let block = at - at % BLOCK as u64;
        let rest = usize::try_from((block + BLOCK as u64).min(self.len).saturating_sub(at))
            .map_or(0, |rest| rest.min(self.buffer.len() - self.filled));
        let bytes = &mut self.buffer[self.filled..][..rest];
        match self.file.read_at(bytes, at) {
            Ok(read) => Ok(read),
            Err(_) => {
                bytes.fill(0);
                unreadable.push(block);
                Ok(rest)
            }
        }
    }
}
