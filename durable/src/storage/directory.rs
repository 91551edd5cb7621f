//! A directory of a file system.

mod lock;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{LockError, Storage, StorageFile};

/// How many zeroes one write takes, where space is taken by writing them.
const PIECE: usize = 1 << 20;

/// The files of a queue, in a directory of a file system.
///
/// The directory is made by [`lock`](Storage::lock); until then it may be missing. Its [`names`](Storage::names) are those
/// of all that lies in it, directories too, in order: who asks wants to know what there is that is not the queue's.
///
/// ```
/// use ringway_durable::storage::{Directory, LockError, Storage};
///
/// # let place = tempfile::tempdir()?;
/// # let path = place.path().join("orders");
/// let directory = Directory::new(&path);
/// let taken = directory.lock().expect("nobody else has it");
/// assert!(matches!(directory.lock(), Err(LockError::Held(_))));
///
/// let file = directory.create("new")?;
/// assert_eq!(file.write_at(b"paid", 0)?, 4);
/// file.sync()?;
/// directory.rename("new", "bill")?;
/// directory.sync_names()?;
/// assert_eq!(directory.names()?, ["LOCK", "bill"]);
/// # drop(taken);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory of this path. Nothing is looked at, and nothing made.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Who has the queue open. Nothing is changed, and nobody hindered; it may be another a moment later.
    ///
    /// # Errors
    ///
    /// What the system says.
    ///
    /// ```
    /// use ringway_durable::Queue;
    /// use ringway_durable::storage::{Directory, Holder};
    ///
    /// # let place = tempfile::tempdir()?;
    /// let directory = Directory::new(place.path());
    /// assert_eq!(directory.holder()?, Holder::Nobody);
    /// let queue = Queue::open(place.path(), Default::default())?;
    /// assert!(matches!(directory.holder()?, Holder::Process(_)));
    /// # drop(queue);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn holder(&self) -> io::Result<Holder> {
        lock::look(&self.path)
    }

    fn open_with(&self, name: &str, options: &OpenOptions) -> io::Result<Arc<dyn StorageFile>> {
        let file = options.open(self.path.join(name))?;
        Ok(Arc::new(DirectoryFile { file }))
    }
}

/// Who has a queue open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// A process; which, where that could be read.
    Process(Option<u32>),
}

impl Storage for Directory {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = fs::read_dir(&self.path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>> {
        self.open_with(name, OpenOptions::new().read(true).write(writable))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.open_with(name, OpenOptions::new().read(true).write(true).create_new(true))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        sync_directory(&self.path)
    }

    fn lock(&self) -> Result<Box<dyn Debug + Send + Sync>, LockError> {
        Ok(Box::new(lock::take(&self.path)?))
    }

    fn path(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

/// Makes the names in a directory durable. On Windows there is no such call, and the file system sees to it by itself.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(path)?.sync_all()
}

/// A file of a [`Directory`].
#[derive(Debug)]
struct DirectoryFile {
    file: File,
}

impl DirectoryFile {
    /// Makes the file so long by writing zeroes behind its end.
    fn write_zeroes(&self, len: u64) -> io::Result<()> {
        let mut offset = self.len()?;
        let zeroes = vec![0; len.saturating_sub(offset).min(PIECE as u64) as usize];
        while offset < len {
            let piece = (len - offset).min(PIECE as u64) as usize;
            super::write_all_at(self, &zeroes[..piece], offset)?;
            offset += piece as u64;
        }
        Ok(())
    }

    /// Takes the space from the file system without writing it; false where the file system cannot.
    #[cfg(target_os = "linux")]
    fn reserve(&self, len: u64) -> io::Result<bool> {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::{Errno, retry_on_intr};

        match retry_on_intr(|| fallocate(&self.file, FallocateFlags::empty(), 0, len)) {
            Ok(()) => Ok(true),
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// There is no call for it that could be relied on.
    #[cfg(not(target_os = "linux"))]
    fn reserve(&self, _len: u64) -> io::Result<bool> {
        Ok(false)
    }
}

impl StorageFile for DirectoryFile {
    #[cfg(unix)]
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, bytes, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, bytes, offset)
    }

    #[cfg(unix)]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::write_at(&self.file, bytes, offset)
    }

    #[cfg(windows)]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_write(&self.file, bytes, offset)
    }

    /// The times of the file may be old afterwards. Its length is not: without it the bytes could not be read again, and
    /// what is needed for that is synced with them.
    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Where the file system cannot set space aside, zeroes are written behind the end; holes before it stay holes.
    fn allocate(&self, len: u64) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        let before = self.len()?;
        let allocated = self.reserve(len).and_then(|reserved| match reserved {
            true => Ok(()),
            false => self.write_zeroes(len),
        });
        if allocated.is_err() {
            // A disk that is full should not be fuller for having been asked. What is told is why it was refused, also
            // where this fails too.
            let _ = self.file.set_len(before);
        }
        allocated
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}
