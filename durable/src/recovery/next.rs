//! What the next frame has to be, and what may stand there instead.

use crate::format::{Chain, FrameHeader, SegmentHeader};

/// What the next frame has to be; nothing where that is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expected {
    /// Its epoch.
    pub(crate) epoch: Option<u64>,
    /// What comes before it.
    pub(crate) after: Option<After>,
}

/// What comes before a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct After {
    /// The batch before.
    pub(crate) chain: Chain,
    /// The next sequence.
    pub(crate) next_sequence: u64,
}

impl After {
    /// What the first frame of a segment comes after.
    pub(crate) fn begin(header: &SegmentHeader) -> Self {
        Self {
            chain: Chain { batch: header.first_batch - 1, checksum: header.chain },
            next_sequence: header.first_sequence,
        }
    }
}

impl Expected {
    /// What the first frame of a segment has to be.
    pub(crate) fn in_segment(header: &SegmentHeader) -> Self {
        Self { epoch: Some(header.epoch), after: Some(After::begin(header)) }
    }

    /// What follows a frame.
    pub(super) fn behind(header: &FrameHeader) -> Self {
        let chain = Chain { batch: header.batch, checksum: header.checksum() };
        let next_sequence = header.first_sequence + u64::from(header.publishes);
        Self { epoch: Some(header.epoch), after: Some(After { chain, next_sequence }) }
    }

    /// What a frame expects to be behind.
    pub(crate) fn before(header: &FrameHeader) -> Self {
        let chain = Chain { batch: header.batch - 1, checksum: header.chain };
        let next_sequence = header.first_sequence;
        Self { epoch: Some(header.epoch), after: Some(After { chain, next_sequence }) }
    }

    /// Whether a frame can be one of those that are still to come.
    pub(crate) fn may_come(&self, header: &FrameHeader) -> bool {
        self.epoch.is_none_or(|epoch| epoch == header.epoch)
            && self.after.is_none_or(|after| header.batch > after.chain.batch)
    }

    /// Whether the next one was durable before this later one was written; or, where this has its number, the one before that.
    pub(crate) fn was_durable_before(&self, header: &FrameHeader) -> bool {
        self.after.is_none_or(|After { chain, .. }| {
            header.durable() >= (chain.batch + 1).min(header.batch - 1)
        })
    }

    /// Why a frame is not the next.
    pub(super) fn refuse(&self, header: &FrameHeader) -> Option<Cause> {
        if !self.may_come(header) {
            return Some(Cause::Stale);
        }
        let After { chain, next_sequence } = self.after?;
        if header.batch != chain.batch + 1 {
            Some(Cause::Bad("batches are missing before it"))
        } else if header.chain != chain.checksum {
            Some(Cause::Bad("not chained to the batch before"))
        } else if header.first_sequence != next_sequence {
            Some(Cause::Bad("messages are missing before it"))
        } else {
            None
        }
    }
}

/// Where the frames end, at least these.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// Where the next frame would begin.
    pub(crate) offset: u64,
    /// What is there.
    pub(crate) cause: Cause,
    /// What it says about itself, if it is the next batch by its header.
    pub(crate) header: Option<FrameHeader>,
    /// Where another frame may begin.
    pub(crate) from: u64,
}

/// What is there instead of the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The end of the file.
    End,
    /// Zeroes.
    Empty,
    /// A frame that the file had before it became this segment.
    Stale,
    /// Something that the system cannot read.
    Unreadable,
    /// Something else.
    Bad(&'static str),
}

impl Cause {
    /// In words.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::End => "the file ends before the next batch",
            Self::Empty => "zeroes where the next batch should be",
            Self::Stale => "an older frame where the next batch should be",
            Self::Unreadable => "cannot be read",
            Self::Bad(what) => what,
        }
    }
}
