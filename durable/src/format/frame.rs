//! Frames: a batch of records, written by one write and made durable by one sync.

use bytes::{Buf, BufMut};

use super::record::kind;
use super::{BLOCK, Chain, Fault};

/// What a frame begins with.
const MAGIC: [u8; 4] = *b"RWF1";

/// How long the header of a frame is.
pub(crate) const FRAME_HEADER: usize = 64;

/// Where the bytes begin that the header's checksum is over.
const COVERED: usize = 8;

/// What stands before the records of a batch.
///
/// Its checksum is over the lengths too, and the next batch holds it, so that batches can neither be left out nor change
/// places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// The epoch it was written in.
    pub(crate) epoch: u64,
    /// Its number: dense over the life of the queue, from 1.
    pub(crate) batch: u64,
    /// The sequence of the first message that is published in it, or of the next one where it has none.
    pub(crate) first_sequence: u64,
    /// How many bytes of records.
    pub(crate) body_len: u32,
    /// The checksum of all that follows the header, to the end of the last block.
    pub(crate) body_crc: u32,
    /// How many records.
    pub(crate) records: u32,
    /// How many of them publish, and take a sequence.
    pub(crate) publishes: u32,
    /// The checksum of the header of the batch before; 0 if there is none.
    pub(crate) chain: u32,
    /// How many of the batches just before it were not synced when it was written: after a loss of power it may be there, and they
    /// may not.
    pub(crate) unsynced: u32,
}

impl FrameHeader {
    /// As it is written.
    pub(crate) fn encode(&self) -> [u8; FRAME_HEADER] {
        let mut bytes = [0; FRAME_HEADER];
        let mut fields = &mut bytes[COVERED..];
        fields.put_u64_le(self.epoch);
        fields.put_u64_le(self.batch);
        fields.put_u64_le(self.first_sequence);
        fields.put_u32_le(self.body_len);
        fields.put_u32_le(self.body_crc);
        fields.put_u32_le(self.records);
        fields.put_u32_le(self.publishes);
        fields.put_u32_le(self.chain);
        fields.put_u32_le(self.unsynced);
        let checksum = crc32c::crc32c(&bytes[COVERED..]);
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..COVERED].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads one. What it says of the body is not looked at.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let bad = |offset, what| Err(Fault::Bad { offset, what });
        let Some(header) = bytes.get(..FRAME_HEADER) else {
            return bad(bytes.len() as u64, "header of a frame cut short");
        };
        if header[..4] != MAGIC {
            return bad(0, "no frame");
        }
        if crc32c::crc32c(&header[COVERED..]).to_le_bytes() != header[4..COVERED] {
            return bad(0, "wrong checksum of the header of a frame");
        }
        let mut fields = &header[COVERED..];
        let header = Self {
            epoch: fields.get_u64_le(),
            batch: fields.get_u64_le(),
            first_sequence: fields.get_u64_le(),
            body_len: fields.get_u32_le(),
            body_crc: fields.get_u32_le(),
            records: fields.get_u32_le(),
            publishes: fields.get_u32_le(),
            chain: fields.get_u32_le(),
            unsynced: fields.get_u32_le(),
        };
        if header.batch <= u64::from(header.unsynced)
            || header.first_sequence.checked_add(header.publishes.into()).is_none()
        {
            return bad(0, "no such batch");
        }
        Ok(header)
    }

    /// How long the frame is, with what fills its last block.
    pub(crate) fn padded_len(&self) -> u64 {
        (FRAME_HEADER as u64 + u64::from(self.body_len)).next_multiple_of(BLOCK as u64)
    }

    /// The last batch that was durable before it was written.
    pub(crate) fn durable(&self) -> u64 {
        self.batch - 1 - u64::from(self.unsynced)
    }

    /// What the next batch is chained to.
    pub(crate) fn checksum(&self) -> u32 {
        crc32c::crc32c(&self.encode()[COVERED..])
    }

    /// The records of the frame whose bytes these are, if they are as they were written: all to the end of the last block.
    pub(crate) fn body<'a>(&self, frame: &'a [u8]) -> Result<&'a [u8], Fault> {
        let Some(frame) = usize::try_from(self.padded_len()).ok().and_then(|len| frame.get(..len))
        else {
            return Err(Fault::Bad { offset: frame.len() as u64, what: "frame cut short" });
        };
        if crc32c::crc32c(&frame[FRAME_HEADER..]) != self.body_crc {
            return Err(Fault::Bad {
                offset: FRAME_HEADER as u64,
                what: "wrong checksum of a frame",
            });
        }
        Ok(&frame[FRAME_HEADER..][..self.body_len as usize])
    }
}

/// Writes frames into one buffer, which is used again and again.
#[derive(Debug, Default)]
pub(crate) struct FrameWriter {
    /// Room for the header, and the records so far.
    bytes: Vec<u8>,
    /// How many records.
    records: u32,
    /// How many of them publish.
    publishes: u32,
    /// How many of the batches before are not synced.
    unsynced: u32,
}

/// A frame that can be written.
#[derive(Debug)]
pub(crate) struct Finished<'a> {
    /// All of it: a multiple of a block.
    pub(crate) bytes: &'a [u8],
    /// What the next batch is chained to.
    pub(crate) chain: Chain,
}

impl FrameWriter {
    /// Begins a frame without records; what was there before is forgotten.
    pub(crate) fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.resize(FRAME_HEADER, 0);
        (self.records, self.publishes, self.unsynced) = (0, 0, 0);
    }

    /// So many of the batches just before it are not synced.
    pub(crate) fn after_unsynced(&mut self, batches: u32) {
        self.unsynced = batches;
    }

    /// A message is published, and takes the next sequence.
    pub(crate) fn publish(&mut self, message: &[u8]) {
        self.record(kind::PUBLISH);
        self.message(message);
        self.publishes += 1;
    }

    /// A message is published by a producer that numbers its messages, and takes the next sequence.
    pub(crate) fn publish_once(&mut self, producer: u64, number: u64, message: &[u8]) {
        self.record(kind::PUBLISH_ONCE);
        self.bytes.put_u64_le(producer);
        self.bytes.put_u64_le(number);
        self.message(message);
        self.publishes += 1;
    }

    /// A message that was published before is written once more, so that its old segment can go.
    pub(crate) fn copied(&mut self, sequence: u64, attempts: u32, dead: bool, message: &[u8]) {
        self.record(kind::COPIED);
        self.bytes.put_u64_le(sequence);
        self.bytes.put_u32_le(attempts);
        self.bytes.put_u8(dead.into());
        self.message(message);
    }

    /// So many messages from this one on are acknowledged.
    pub(crate) fn acked(&mut self, first: u64, count: u64) {
        self.pair(kind::ACKED, first, count);
    }

    /// A message came back, after so many attempts.
    pub(crate) fn attempts(&mut self, sequence: u64, attempts: u32) {
        self.record(kind::ATTEMPTS);
        self.bytes.put_u64_le(sequence);
        self.bytes.put_u32_le(attempts);
    }

    /// A message is a dead letter from now on.
    pub(crate) fn dead(&mut self, sequence: u64) {
        self.single(kind::DEAD, sequence);
    }

    /// A dead letter is a message again.
    pub(crate) fn revived(&mut self, sequence: u64) {
        self.single(kind::REVIVED, sequence);
    }

    /// A dead letter is gone.
    pub(crate) fn removed(&mut self, sequence: u64) {
        self.single(kind::REMOVED, sequence);
    }

    /// Where a segment begins: the next sequence, and the last that was delivered.
    pub(crate) fn checkpoint(&mut self, next_sequence: u64, delivered_through: u64) {
        self.pair(kind::CHECKPOINT, next_sequence, delivered_through);
    }

    /// All messages through this one were delivered.
    pub(crate) fn delivered(&mut self, through: u64) {
        self.single(kind::DELIVERED, through);
    }

    /// The last messages of a producer: its numbers, and the sequences they took. At most 255.
    pub(crate) fn producer(&mut self, id: u64, last: &[(u64, u64)]) {
        let count = u8::try_from(last.len()).expect("at most 255 messages of a producer");
        self.record(kind::PRODUCER);
        self.bytes.put_u64_le(id);
        self.bytes.put_u8(count);
        for &(number, sequence) in last {
            self.bytes.put_u64_le(number);
            self.bytes.put_u64_le(sequence);
        }
    }

    /// How long the frame is if it is finished now.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len().max(FRAME_HEADER).next_multiple_of(BLOCK)
    }

    /// How long the frame is if so many bytes come to it.
    pub(crate) fn len_with(&self, more: usize) -> usize {
        (self.bytes.len().max(FRAME_HEADER) + more).next_multiple_of(BLOCK)
    }

    /// How many records it has.
    pub(crate) fn records(&self) -> u32 {
        self.records
    }

    /// Whether it has no records.
    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Fills the last block and writes the header: the batch after `chain`.
    pub(crate) fn finish(&mut self, epoch: u64, chain: Chain, first_sequence: u64) -> Finished<'_> {
        let body_len = self.bytes.len() - FRAME_HEADER;
        self.bytes.resize(self.len(), 0);
        let header = FrameHeader {
            epoch,
            batch: chain.batch + 1,
            first_sequence,
            body_len: u32::try_from(body_len).expect("a frame is shorter than a segment"),
            body_crc: crc32c::crc32c(&self.bytes[FRAME_HEADER..]),
            records: self.records,
            publishes: self.publishes,
            chain: chain.checksum,
            unsynced: self.unsynced,
        };
        let encoded = header.encode();
        self.bytes[..FRAME_HEADER].copy_from_slice(&encoded);
        let checksum = u32::from_le_bytes([encoded[4], encoded[5], encoded[6], encoded[7]]);
        Finished { bytes: &self.bytes, chain: Chain { batch: header.batch, checksum } }
    }

    /// Begins a record.
    fn record(&mut self, kind: u8) {
        self.bytes.put_u8(kind);
        self.records += 1;
    }

    /// A record of one number.
    fn single(&mut self, kind: u8, number: u64) {
        self.record(kind);
        self.bytes.put_u64_le(number);
    }

    /// A record of two numbers.
    fn pair(&mut self, kind: u8, first: u64, second: u64) {
        self.single(kind, first);
        self.bytes.put_u64_le(second);
    }

    /// The bytes of a message, after their length.
    fn message(&mut self, message: &[u8]) {
        let len = u32::try_from(message.len()).expect("a message is shorter than a segment");
        self.bytes.put_u32_le(len);
        self.bytes.put_slice(message);
    }
}
