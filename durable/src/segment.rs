//! A segment of an open queue, read from its file.

use crate::failure::Failure;
use crate::format::{BLOCK, FrameHeader, Record, Records, SegmentHeader, segment_name};
use crate::recovery::{After, Expected, Scan};
use crate::storage::{Storage, read_exact_at};

/// A segment that is read.
#[derive(Debug)]
pub(crate) struct Segment {
    path: String,
    scan: Scan,
}

/// A batch of it.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) path: &'a str,
    pub(crate) offset: u64,
    pub(crate) header: FrameHeader,
    pub(crate) body: &'a [u8],
}

/// A message of a batch.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) sequence: u64,
    /// Whether it was published before, and copied forward.
    pub(crate) is_copy: bool,
    pub(crate) bytes: &'a [u8],
}

impl Segment {
    /// Opens a segment, to be read from the beginning.
    pub(crate) fn open(storage: &dyn Storage, number: u64) -> Result<Self, Failure> {
        let name = segment_name(number);
        let path = storage.path(&name);
        let failed = |error| Failure::of(&path, "read", &error);
        let file = storage.open(&name, false).map_err(failed)?;
        let mut block = [0; BLOCK];
        read_exact_at(&*file, &mut block, 0).map_err(failed)?;
        let header = SegmentHeader::decode(&block)
            .map_err(|fault| Failure::damaged(&path, fault.what(), 0))?;
        let scan = Scan::new(file, Expected::in_segment(&header), false).map_err(failed)?;
        Ok(Self { path, scan })
    }

    /// Goes on at a frame before which there is this.
    pub(crate) fn resume(&mut self, offset: u64, after: After) {
        let epoch = self.scan.expected().epoch;
        self.scan.resume(offset, Expected { epoch, after: Some(after) });
    }

    /// The next batch; inside, what is there instead.
    pub(crate) fn next(&mut self) -> Result<Result<Batch<'_>, Failure>, Failure> {
        let path = &self.path;
        match self.scan.next() {
            Ok(Ok(frame)) => {
                Ok(Ok(Batch { path, offset: frame.offset, header: frame.header, body: frame.body }))
            }
            Ok(Err(stop)) => Ok(Err(Failure::damaged(path, stop.cause.what(), stop.offset))),
            Err(error) => Err(Failure::of(path, "read", &error)),
        }
    }
}

impl<'a> Batch<'a> {
    /// Its messages, in order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Result<Message<'a>, Failure>> {
        let mut next = self.header.first_sequence;
        let (path, offset) = (self.path, self.offset);
        Records::new(self.body).filter_map(move |record| match record {
            Ok((_, Record::Publish { message } | Record::PublishOnce { message, .. })) => {
                next += 1;
                Some(Ok(Message { sequence: next - 1, is_copy: false, bytes: message }))
            }
            Ok((_, Record::Copied { sequence, message, .. })) => {
                Some(Ok(Message { sequence, is_copy: true, bytes: message }))
            }
            Ok(_) => None,
            Err(fault) => Some(Err(Failure::damaged(path, fault.what(), offset))),
        })
    }
}
