//! Where the files of a queue lie.
//!
//! The journal asks for little: flat names, files that are read and written at offsets, a sync of a file and one of the
//! directory. [`Directory`] is a directory of a file system. A test puts another in its place, which loses what was not
//! synced or fails at a chosen call.

mod directory;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

pub use self::directory::{Directory, Holder};

/// A flat set of files, of one queue.
///
/// What a call did to a name ([`create`](Self::create), [`rename`](Self::rename), [`remove`](Self::remove)) outlives a loss
/// of power only after [`sync_names`](Self::sync_names).
pub trait Storage: Debug + Send + Sync {
    /// The names of all files.
    ///
    /// # Errors
    ///
    /// What the system says; `NotFound` if there is no directory.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Opens a file to read it, and to write to it if `writable`.
    ///
    /// # Errors
    ///
    /// What the system says; `NotFound` if there is none of that name.
    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>>;

    /// Makes an empty file, to be read and written.
    ///
    /// # Errors
    ///
    /// What the system says; `AlreadyExists` if there is one of that name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>>;

    /// Gives a file another name, at once, in place of the file that has it.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Handles that are open stay usable.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes names durable.
    ///
    /// # Errors
    ///
    /// What the system says. What is durable then is unknown.
    fn sync_names(&self) -> io::Result<()>;

    /// Makes the directory where it is missing, and takes the queue for this process; it is free again when the guard is
    /// dropped.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] if another holds it, and what the system says.
    fn lock(&self) -> Result<Box<dyn Debug + Send + Sync>, LockError>;

    /// How an error calls a file: its path, or what stands for that.
    fn path(&self, name: &str) -> String;
}

/// A file of a [`Storage`].
#[allow(clippy::len_without_is_empty, reason = "asking may fail, and nobody asks for that")]
pub trait StorageFile: Debug + Send + Sync {
    /// Reads up to so many bytes from an offset; 0 at the end.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes some of the bytes at an offset; how many.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Makes durable what was written.
    ///
    /// # Errors
    ///
    /// What the system says. It must not be called again after that: the system may have forgotten what it could not write.
    fn sync(&self) -> io::Result<()>;

    /// The length of the file.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn len(&self) -> io::Result<u64>;

    /// Makes the file at least so long, by zeroes, and takes the space for all of it from the disk. A file that is longer
    /// stays so.
    ///
    /// # Errors
    ///
    /// What the system says; `StorageFull` if there is not that much.
    fn allocate(&self, len: u64) -> io::Result<()>;

    /// Cuts the file, or makes it longer by zeroes.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn set_len(&self, len: u64) -> io::Result<()>;
}

/// Why a queue could not be taken.
#[derive(Debug)]
pub enum LockError {
    /// Another process, or another handle of this one, has it. What the holder wrote about itself: its process id.
    Held(Option<u32>),
    /// The system says so.
    Io(io::Error),
}

/// Reads all of these bytes.
///
/// # Errors
///
/// `UnexpectedEof` where the file ends before.
pub(crate) fn read_exact_at(
    file: &dyn StorageFile,
    mut bytes: &mut [u8],
    mut offset: u64,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.read_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of these bytes.
///
/// # Errors
///
/// What the system says; `WriteZero` where it takes none.
pub(crate) fn write_all_at(
    file: &dyn StorageFile,
    mut bytes: &[u8],
    mut offset: u64,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                offset += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
