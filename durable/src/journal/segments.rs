//! The files that the journal writes to: the one that grows, one that is ready to follow it, and those that are done with.

use std::io;
use std::sync::Arc;

use super::spares::{Spare, Spares};
use crate::failure::Failure;
use crate::format::{BLOCK, Chain, MANIFEST, MANIFEST_NEW, Manifest, SegmentHeader, segment_name};
use crate::storage::{Storage, StorageFile, write_all_at};

/// The files.
#[derive(Debug)]
pub(crate) struct Segments {
    storage: Arc<dyn Storage>,
    manifest: Manifest,
    /// The file that grows, and up to where it is written.
    file: Arc<dyn StorageFile>,
    offset: u64,
    /// A file of full length that will be the next segment.
    next: Option<Spare>,
    /// Files that are done with.
    spares: Spares,
    max_bytes: Option<u64>,
}

/// Why there is no further file.
#[derive(Debug)]
pub(crate) enum NoSegment {
    /// The queue has as many bytes as it may have.
    Limit,
    /// The disk has no more.
    DiskFull(io::Error),
    /// Something that is no such answer.
    Failed(Failure),
}

impl From<Failure> for NoSegment {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Segments {
    /// Begins the segment after those of a manifest, in a new epoch.
    pub(crate) fn begin(
        storage: Arc<dyn Storage>,
        mut manifest: Manifest,
        mut spares: Spares,
        max_bytes: Option<u64>,
        chain: Chain,
        next_sequence: u64,
    ) -> Result<Self, NoSegment> {
        manifest.epoch += 1;
        manifest.closed = None;
        manifest.newest += 1;
        manifest.oldest = manifest.oldest.max(1);
        let spare = spares.take_or_allocate()?;
        let file = spare.become_segment(&*storage, &header(&manifest, chain, next_sequence))?;
        write_manifest(&*storage, &manifest)?;
        let offset = BLOCK as u64;
        Ok(Self { storage, manifest, file, offset, next: None, spares, max_bytes })
    }

    /// The epoch in which is written.
    pub(crate) fn epoch(&self) -> u64 {
        self.manifest.epoch
    }

    /// How long each file is.
    pub(crate) fn size(&self) -> u64 {
        self.manifest.segment_size
    }

    /// The number of the file that grows.
    pub(crate) fn number(&self) -> u64 {
        self.manifest.newest
    }

    /// The oldest file.
    pub(crate) fn oldest(&self) -> u64 {
        self.manifest.oldest
    }

    /// Up to where the file is written that grows.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes are left in it.
    pub(crate) fn left(&self) -> u64 {
        self.manifest.segment_size - self.offset
    }

    /// How many bytes of it are kept for what is no message.
    pub(crate) fn reserve(&self) -> u64 {
        self.manifest.segment_size / 8
    }

    /// How many bytes all files take.
    pub(crate) fn bytes(&self) -> u64 {
        let segments = self.manifest.newest + 1 - self.manifest.oldest;
        let spares = u64::from(self.next.is_some()) + self.spares.len() as u64;
        (segments + spares) * self.manifest.segment_size
    }

    /// Whether a file is ready to follow.
    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Makes sure that a file is ready to follow the one that grows.
    pub(crate) fn prepare(&mut self) -> Result<(), NoSegment> {
        if self.next.is_some() {
            return Ok(());
        }
        let more = if self.spares.is_empty() { self.manifest.segment_size } else { 0 };
        if self.max_bytes.is_some_and(|most| self.bytes() + more > most) {
            return Err(NoSegment::Limit);
        }
        self.next = Some(self.spares.take_or_allocate()?);
        Ok(())
    }

    /// Begins the file that is ready.
    pub(crate) fn switch(&mut self, chain: Chain, next_sequence: u64) -> Result<(), Failure> {
        let next = self.next.take().expect("a file is ready");
        let mut manifest = self.manifest.clone();
        manifest.newest += 1;
        let file = next.become_segment(&*self.storage, &header(&manifest, chain, next_sequence))?;
        write_manifest(&*self.storage, &manifest)?;
        self.manifest = manifest;
        self.file = file;
        self.offset = BLOCK as u64;
        Ok(())
    }

    /// Writes behind what was written.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        write_all_at(&*self.file, bytes, self.offset)
            .map_err(|error| self.failure("write", &error))?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Makes durable what was written.
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        self.file.sync().map_err(|error| self.failure("sync", &error))
    }

    /// Gives up all files before this one.
    pub(crate) fn release(&mut self, oldest: u64) -> Result<(), Failure> {
        let mut manifest = self.manifest.clone();
        manifest.oldest = oldest;
        write_manifest(&*self.storage, &manifest)?;
        let gone = self.manifest.oldest..oldest;
        self.manifest = manifest;
        for number in gone {
            self.spares.give_up(&segment_name(number))?;
        }
        Ok(())
    }

    /// Notes that nothing was written after this batch.
    pub(crate) fn close(&mut self, last: Chain) -> Result<(), Failure> {
        self.manifest.closed = Some(last);
        write_manifest(&*self.storage, &self.manifest)
    }

    /// What the system said of the file that grows.
    fn failure(&self, doing: &'static str, error: &io::Error) -> Failure {
        Failure::of(&self.storage.path(&segment_name(self.number())), doing, error)
    }
}

/// The header of the newest segment.
fn header(manifest: &Manifest, chain: Chain, next_sequence: u64) -> SegmentHeader {
    SegmentHeader {
        id: manifest.id,
        epoch: manifest.epoch,
        number: manifest.newest,
        first_batch: chain.batch + 1,
        first_sequence: next_sequence,
        chain: chain.checksum,
        segment_size: manifest.segment_size,
    }
}

/// Puts a manifest in the place of the one before. It is written to a file that was made before, if it could be: so it has
/// space where the disk is full.
pub(crate) fn write_manifest(storage: &dyn Storage, manifest: &Manifest) -> Result<(), Failure> {
    let failed = |doing| {
        let path = storage.path(MANIFEST_NEW);
        move |error: io::Error| Failure::of(&path, doing, &error)
    };
    let file = match storage.open(MANIFEST_NEW, true) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => storage.create(MANIFEST_NEW),
        opened => opened,
    };
    let file = file.map_err(failed("create"))?;
    write_all_at(&*file, &manifest.encode(), 0).map_err(failed("write"))?;
    file.sync().map_err(failed("sync"))?;
    storage.rename(MANIFEST_NEW, MANIFEST).map_err(failed("rename"))?;
    storage.sync_names().map_err(failed("sync the directory of"))?;
    match reserve_manifest(storage) {
        Err(error) if !is_full(&error) => Err(failed("write")(error)),
        _ => Ok(()),
    }
}

/// Takes the space for the next manifest.
fn reserve_manifest(storage: &dyn Storage) -> io::Result<()> {
    let file = storage.create(MANIFEST_NEW)?;
    write_all_at(&*file, &[0; BLOCK], 0)?;
    file.sync()
}

/// Whether the disk has no more.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
