//! Files that are kept to become segments: those that are done with, so that their space need not be taken again.

use std::io;
use std::sync::Arc;

use super::segments::{NoSegment, is_full};
use crate::failure::Failure;
use crate::format::{SegmentHeader, parse_spare_name, segment_name, spare_name};
use crate::storage::{Storage, StorageFile, write_all_at};

/// The files.
#[derive(Debug)]
pub(crate) struct Spares {
    storage: Arc<dyn Storage>,
    files: Vec<Spare>,
    /// How many are kept at most, and how long they are.
    most: usize,
    size: u64,
    /// The number of the next one.
    number: u64,
}

/// A file that is kept to become a segment.
#[derive(Debug)]
pub(crate) struct Spare {
    name: String,
    file: Arc<dyn StorageFile>,
}

impl Spares {
    /// Keeps of these files as many as may be kept, if they are as long as a segment.
    pub(crate) fn of(
        storage: Arc<dyn Storage>,
        names: &[String],
        most: usize,
        size: u64,
    ) -> Result<Self, Failure> {
        let last = names.iter().filter_map(|name| parse_spare_name(name)).max();
        let number = last.map_or(1, |last| last + 1);
        let mut spares = Self { storage, files: Vec::new(), most: most.max(1), size, number };
        names.iter().try_for_each(|name| spares.give_up(name))?;
        spares.most = most;
        Ok(spares)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Takes one, or makes one.
    pub(crate) fn take_or_allocate(&mut self) -> Result<Spare, NoSegment> {
        match self.files.pop() {
            Some(spare) => Ok(spare),
            None => Spare::allocate(&*self.storage, &mut self.number, self.size),
        }
    }

    /// Keeps a file that is no segment any more, or removes it.
    pub(crate) fn give_up(&mut self, name: &str) -> Result<(), Failure> {
        let storage = &*self.storage;
        let failed = |doing| {
            let path = storage.path(name);
            move |error: io::Error| Failure::of(&path, doing, &error)
        };
        if self.files.len() < self.most {
            let file = storage.open(name, true).map_err(failed("open"))?;
            if file.len().map_err(failed("look at"))? == self.size {
                let spare = spare_name(self.number);
                self.number += 1;
                storage.rename(name, &spare).map_err(failed("rename"))?;
                self.files.push(Spare { name: spare, file });
                return Ok(());
            }
        }
        storage.remove(name).map_err(failed("remove"))
    }
}

impl Spare {
    /// Makes a file whose space is taken.
    fn allocate(storage: &dyn Storage, number: &mut u64, size: u64) -> Result<Self, NoSegment> {
        let name = spare_name(*number);
        let failed = |doing, error: &io::Error| Failure::of(&storage.path(&name), doing, error);
        let file = match storage.create(&name) {
            Ok(file) => file,
            Err(error) if is_full(&error) => return Err(NoSegment::DiskFull(error)),
            Err(error) => return Err(failed("create", &error).into()),
        };
        *number += 1;
        match file.allocate(size) {
            Ok(()) => Ok(Self { name, file }),
            Err(error) if is_full(&error) => {
                drop(file);
                storage.remove(&name).map_err(|error| failed("remove", &error))?;
                Err(NoSegment::DiskFull(error))
            }
            Err(error) => Err(failed("allocate", &error).into()),
        }
    }

    /// Becomes a segment: its header is durable before its name is, and nothing in it can be taken for a frame of it.
    pub(super) fn become_segment(
        self,
        storage: &dyn Storage,
        header: &SegmentHeader,
    ) -> Result<Arc<dyn StorageFile>, Failure> {
        let name = segment_name(header.number);
        let failed = |doing| {
            let path = storage.path(&name);
            move |error: io::Error| Failure::of(&path, doing, &error)
        };
        write_all_at(&*self.file, &header.encode(), 0).map_err(failed("write"))?;
        self.file.sync().map_err(failed("sync"))?;
        storage.rename(&self.name, &name).map_err(failed("rename"))?;
        storage.sync_names().map_err(failed("sync the directory of"))?;
        Ok(self.file)
    }
}
