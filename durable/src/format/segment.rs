//! The first block of a segment.

use bytes::{Buf, BufMut};

use super::{BLOCK, CHECKSUM, Fault, PREFIX, begin_block, open_block, seal_block};

/// What a segment begins with.
const MAGIC: [u8; 8] = *b"RINGWAYS";

/// Whose segment it is, and what comes before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// The queue's own number.
    pub(crate) id: [u8; 16],
    /// The epoch of all its frames.
    pub(crate) epoch: u64,
    /// Its place among the segments, from 1.
    pub(crate) number: u64,
    /// The batch of its first frame.
    pub(crate) first_batch: u64,
    /// The sequence of the first message that is published in it.
    pub(crate) first_sequence: u64,
    /// The checksum of the header of the batch before; 0 if there is none.
    pub(crate) chain: u32,
    /// How long the file was made.
    pub(crate) segment_size: u64,
}

impl SegmentHeader {
    /// As it is written.
    pub(crate) fn encode(&self) -> [u8; BLOCK] {
        let mut block = begin_block(MAGIC, 0);
        let mut fields = &mut block[PREFIX..CHECKSUM];
        fields.put_slice(&self.id);
        fields.put_u64_le(self.epoch);
        fields.put_u64_le(self.number);
        fields.put_u64_le(self.first_batch);
        fields.put_u64_le(self.first_sequence);
        fields.put_u32_le(self.chain);
        fields.put_u64_le(self.segment_size);
        seal_block(&mut block);
        block
    }

    /// Reads one.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let (_, mut fields) = open_block(bytes, MAGIC, 0)?;
        let mut id = [0; 16];
        fields.copy_to_slice(&mut id);
        let header = Self {
            id,
            epoch: fields.get_u64_le(),
            number: fields.get_u64_le(),
            first_batch: fields.get_u64_le(),
            first_sequence: fields.get_u64_le(),
            chain: fields.get_u32_le(),
            segment_size: fields.get_u64_le(),
        };
        if header.number == 0 || header.first_batch == 0 || header.first_sequence == 0 {
            return Err(Fault::Bad { offset: 40, what: "no such segment" });
        }
        Ok(header)
    }
}
