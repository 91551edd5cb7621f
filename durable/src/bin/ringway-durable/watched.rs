//! Files that tell how much of them was read.

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

use indicatif::ProgressBar;
use ringway_durable::storage::{Directory, LockError, Storage, StorageFile};

use crate::progress;

/// A directory whose files tell a bar what was read of them.
#[derive(Debug)]
pub(crate) struct Watched {
    directory: Directory,
    bar: ProgressBar,
}

impl Watched {
    /// This one, of which all files are read so many times.
    pub(crate) fn new(directory: Directory, dir: &Path, doing: &'static str, times: u64) -> Self {
        let lens = dir.read_dir().into_iter().flatten().flatten().filter_map(|entry| {
            entry.file_name().to_str()?.starts_with("segment-").then(|| entry.metadata().ok())?
        });
        let bar = progress::of_bytes(times * lens.map(|about| about.len()).sum::<u64>());
        bar.set_message(doing);
        Self { directory, bar }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watched {
    fn file(&self, file: Arc<dyn StorageFile>) -> Arc<dyn StorageFile> {
        Arc::new(WatchedFile { file, bar: self.bar.clone() })
    }
}

impl Storage for Watched {
    fn names(&self) -> io::Result<Vec<String>> {
        self.directory.names()
    }

    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>> {
        self.directory.open(name, writable).map(|file| self.file(file))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.directory.create(name).map(|file| self.file(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.directory.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.directory.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.directory.sync_names()
    }

    fn lock(&self) -> Result<Box<dyn Debug + Send + Sync>, LockError> {
        self.directory.lock()
    }

    fn path(&self, name: &str) -> String {
        self.directory.path(name)
    }
}

/// A file that tells how much of it was read.
#[derive(Debug)]
struct WatchedFile {
    file: Arc<dyn StorageFile>,
    bar: ProgressBar,
}

impl StorageFile for WatchedFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = self.file.read_at(bytes, offset)?;
        self.bar.inc(read as u64);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.file.allocate(len)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}
