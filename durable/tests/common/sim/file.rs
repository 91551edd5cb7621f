//! An open file of a simulated disk.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::MutexGuard;

use ringway_durable::storage::StorageFile;

use super::disk::SimDisk;
use super::names::FileId;
use super::state::{Operation, State};

/// A file of a [`SimDisk`].
pub(super) struct SimFile {
    disk: SimDisk,
    file: FileId,
    writable: bool,
}

impl fmt::Debug for SimFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimFile(#{})", self.file)
    }
}

impl SimFile {
    pub(super) fn new(disk: SimDisk, file: FileId, writable: bool) -> Self {
        Self { disk, file, writable }
    }

    fn to_write(&self) -> io::Result<MutexGuard<'_, State>> {
        if !self.writable {
            return Err(ErrorKind::PermissionDenied.into());
        }
        Ok(self.disk.state())
    }
}

impl StorageFile for SimFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        let file = &state.files[self.file];
        let there = &file[offset.min(file.len() as u64) as usize..];
        let read = there.len().min(bytes.len());
        bytes[..read].copy_from_slice(&there[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.to_write()?;
        if bytes.is_empty() {
            return Ok(0);
        }
        state.write(self.file, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.state().log.push(Operation::Sync { file: self.file });
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().files[self.file].len() as u64)
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        let mut state = self.to_write()?;
        let before = state.files[self.file].len() as u64;
        state.set_len(self.file, len.max(before))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.to_write()?.set_len(self.file, len)
    }
}
