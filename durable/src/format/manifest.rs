//! The manifest: which segments there are.

use bytes::{Buf, BufMut};

use super::{BLOCK, CHECKSUM, Fault, PREFIX, begin_block, open_block, seal_block};

/// What a manifest begins with.
const MAGIC: [u8; 8] = *b"RINGWAYQ";

/// The queue was closed, and nothing was written after.
const CLOSED: u32 = 1;

/// Which segments belong to a queue, and who wrote last. One block in a file of its own, replaced as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The queue's own number, drawn when it was made: files of another queue are told from this one's.
    pub(crate) id: [u8; 16],
    /// How many times it was opened to be written.
    pub(crate) epoch: u64,
    /// The first segment that is still needed.
    pub(crate) oldest: u64,
    /// The last segment.
    pub(crate) newest: u64,
    /// How long segments are made, in bytes.
    pub(crate) segment_size: u64,
    /// The last batch, if the queue was closed in order.
    pub(crate) closed: Option<Chain>,
}

/// The last batch, to which the next is chained. The default is that of a queue without batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Its number.
    pub(crate) batch: u64,
    /// The checksum of its header.
    pub(crate) checksum: u32,
}

impl Manifest {
    /// As it is written.
    pub(crate) fn encode(&self) -> [u8; BLOCK] {
        let mut block = begin_block(MAGIC, if self.closed.is_some() { CLOSED } else { 0 });
        let mut fields = &mut block[PREFIX..CHECKSUM];
        let Chain { batch, checksum } = self.closed.unwrap_or_default();
        fields.put_slice(&self.id);
        fields.put_u64_le(self.epoch);
        fields.put_u64_le(self.oldest);
        fields.put_u64_le(self.newest);
        fields.put_u64_le(self.segment_size);
        fields.put_u64_le(batch);
        fields.put_u32_le(checksum);
        seal_block(&mut block);
        block
    }

    /// Reads one.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let (flags, mut fields) = open_block(bytes, MAGIC, CLOSED)?;
        let mut id = [0; 16];
        fields.copy_to_slice(&mut id);
        let manifest = Self {
            id,
            epoch: fields.get_u64_le(),
            oldest: fields.get_u64_le(),
            newest: fields.get_u64_le(),
            segment_size: fields.get_u64_le(),
            closed: {
                let chain = Chain { batch: fields.get_u64_le(), checksum: fields.get_u32_le() };
                (flags & CLOSED != 0).then_some(chain)
            },
        };
        if manifest.oldest == 0 || manifest.oldest > manifest.newest {
            return Err(Fault::Bad { offset: 40, what: "no such segments" });
        }
        Ok(manifest)
    }
}
