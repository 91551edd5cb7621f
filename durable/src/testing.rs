//! Queues for tests, written by hand as the journal writes them.

use std::ops::Range;
use std::sync::Arc;

use crate::format::{
    BLOCK, Chain, FrameHeader, FrameWriter, MANIFEST, MANIFEST_NEW, Manifest, SegmentHeader,
    segment_name, spare_name,
};
use crate::storage::{Storage, StorageFile, write_all_at};

#[allow(dead_code, unused_imports, reason = "the tests here take less of it")]
#[path = "../tests/common/sim/mod.rs"]
pub(crate) mod sim;

pub(crate) use self::sim::SimDisk;

/// A queue that is written.
pub(crate) struct Builder {
    pub(crate) disk: SimDisk,
    pub(crate) manifest: Manifest,
    pub(crate) chain: Chain,
    pub(crate) next_sequence: u64,
    file: Arc<dyn StorageFile>,
    offset: u64,
    writer: FrameWriter,
}

impl Builder {
    /// A queue with segments of so many blocks.
    pub(crate) fn new(blocks: usize) -> Self {
        let manifest = Manifest {
            id: *b"the queue's own!",
            epoch: 1,
            oldest: 1,
            newest: 1,
            segment_size: (blocks * BLOCK) as u64,
            closed: None,
        };
        let disk = SimDisk::new();
        let file = begin_segment(&disk, &manifest, Chain::default(), 1);
        write_manifest(&disk, &manifest);
        Self {
            disk,
            manifest,
            chain: Chain::default(),
            next_sequence: 1,
            file,
            offset: BLOCK as u64,
            writer: FrameWriter::default(),
        }
    }

    /// Writes a frame; where it is.
    pub(crate) fn frame(&mut self, fill: impl FnOnce(&mut FrameWriter)) -> Range<u64> {
        self.unsynced(fill, |file, bytes, offset| {
            write_all_at(file, bytes, offset).unwrap();
            file.sync().unwrap();
        })
    }

    /// Writes a frame with this.
    pub(crate) fn unsynced(
        &mut self,
        fill: impl FnOnce(&mut FrameWriter),
        write: impl FnOnce(&dyn StorageFile, &[u8], u64),
    ) -> Range<u64> {
        self.writer.begin();
        fill(&mut self.writer);
        let finished = self.writer.finish(self.manifest.epoch, self.chain, self.next_sequence);
        let publishes = FrameHeader::decode(finished.bytes).unwrap().publishes;
        let range = self.offset..self.offset + finished.bytes.len() as u64;
        assert!(range.end <= self.manifest.segment_size, "the segment is full");
        write(&*self.file, finished.bytes, range.start);
        self.chain = finished.chain;
        self.next_sequence += u64::from(publishes);
        self.offset = range.end;
        range
    }

    /// Where the next frame will be.
    pub(crate) fn end(&self) -> u64 {
        self.offset
    }

    /// Publishes these in one frame.
    pub(crate) fn publish(&mut self, messages: &[&[u8]]) -> Range<u64> {
        self.frame(|frame| messages.iter().for_each(|message| frame.publish(message)))
    }

    /// Goes on in another segment.
    pub(crate) fn roll(&mut self) {
        self.manifest.newest += 1;
        self.file = begin_segment(&self.disk, &self.manifest, self.chain, self.next_sequence);
        write_manifest(&self.disk, &self.manifest);
        self.offset = BLOCK as u64;
    }

    /// Gives up the oldest segment, whose file becomes the next but one, with all that is in it.
    pub(crate) fn recycle(&mut self) {
        let old = segment_name(self.manifest.oldest);
        self.manifest.oldest += 1;
        write_manifest(&self.disk, &self.manifest);
        self.disk.rename(&old, &spare_name(self.manifest.newest + 1)).unwrap();
    }

    /// Closes the queue in order.
    pub(crate) fn close(&mut self) {
        self.manifest.closed = Some(self.chain);
        write_manifest(&self.disk, &self.manifest);
    }

    /// Opens the queue again.
    pub(crate) fn reopen(&mut self) {
        self.manifest.closed = None;
        self.manifest.epoch += 1;
        self.roll();
    }
}

/// Makes a segment, of a spare file if there is one.
fn begin_segment(
    disk: &SimDisk,
    manifest: &Manifest,
    chain: Chain,
    first_sequence: u64,
) -> Arc<dyn StorageFile> {
    let spare = spare_name(manifest.newest);
    let file = disk.open(&spare, true).or_else(|_| disk.create(&spare)).unwrap();
    file.allocate(manifest.segment_size).unwrap();
    let header = SegmentHeader {
        id: manifest.id,
        epoch: manifest.epoch,
        number: manifest.newest,
        first_batch: chain.batch + 1,
        first_sequence,
        chain: chain.checksum,
        segment_size: manifest.segment_size,
    };
    write_all_at(&*file, &header.encode(), 0).unwrap();
    file.sync().unwrap();
    disk.rename(&spare, &segment_name(manifest.newest)).unwrap();
    disk.sync_names().unwrap();
    file
}

/// Puts a manifest in the place of the one before.
pub(crate) fn write_manifest(disk: &SimDisk, manifest: &Manifest) {
    let file = disk.create(MANIFEST_NEW).unwrap();
    write_all_at(&*file, &manifest.encode(), 0).unwrap();
    file.sync().unwrap();
    disk.rename(MANIFEST_NEW, MANIFEST).unwrap();
    disk.sync_names().unwrap();
}
