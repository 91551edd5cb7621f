//! One process at a time: the file `LOCK`.
//!
//! The system's lock of the file is what counts: it goes with the process, however that ends. The file says the holder's
//! process id, for whoever is refused. It is never removed: two processes could then hold locks of two files of one name.
//! Should somebody else remove it, the one who locks notices, for the name is then not that of the file it has locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process;
use std::thread;
use std::time::Duration;

use super::super::LockError;
use super::{Holder, sync_directory};
use crate::format::LOCK;

/// How often the file may be replaced between opening and locking it, or be held by somebody who only looks.
const ATTEMPTS: usize = 8;

/// Longer than who only looks holds the file.
const MOMENT: Duration = Duration::from_millis(2);

/// Longer than any process id.
const LONGEST_PID: u64 = 32;

/// A directory that is taken.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing does not suffice: a process that is just being started may have the file open yet. Where unlocking fails,
        // closing is what there is.
        let _ = self.file.unlock();
    }
}

/// Makes the directory where it is missing, and takes it.
pub(super) fn take(directory: &Path) -> Result<Lock, LockError> {
    make(directory).map_err(LockError::Io)?;
    let path = directory.join(LOCK);
    for attempt in 1..=ATTEMPTS {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(LockError::Io)?;
        match take_file(file, &path) {
            Ok(None) => {}
            Ok(Some(lock)) => return Ok(lock),
            Err(LockError::Held(_)) if attempt < ATTEMPTS => thread::sleep(MOMENT),
            Err(error) => return Err(error),
        }
    }
    Err(LockError::Io(io::Error::other("the file of the lock was replaced whenever it was locked")))
}

/// Who has the directory. It is not taken for that: the file is locked as readers do, and left at once.
pub(super) fn look(directory: &Path) -> io::Result<Holder> {
    let file = match File::open(directory.join(LOCK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Holder::Nobody),
        opened => opened?,
    };
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| Holder::Nobody),
        Err(TryLockError::WouldBlock) => Ok(Holder::Process(holder(&file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Locks the file; nothing if the path names another by then.
pub(super) fn take_file(file: File, path: &Path) -> Result<Option<Lock>, LockError> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&file))),
        Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
    }
    let mut lock = Lock { file };
    if !is_named(&lock.file, path).map_err(LockError::Io)? {
        return Ok(None);
    }
    // What is there of the holder before goes after the new one is there: the first line is always a whole number.
    let pid = format!("{}\n", process::id());
    lock.file.write_all(pid.as_bytes()).map_err(LockError::Io)?;
    lock.file.set_len(pid.len() as u64).map_err(LockError::Io)?;
    Ok(Some(lock))
}

/// The process id in the file. Where another has just taken it, that of the holder before, or none. On Windows none: what is
/// locked cannot be read there.
fn holder(file: &File) -> Option<u32> {
    let mut text = String::new();
    file.take(LONGEST_PID).read_to_string(&mut text).ok()?;
    text.lines().next()?.parse().ok()
}

/// Whether the path names this file.
#[cfg(unix)]
fn is_named(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let of_file = file.metadata()?;
    match fs::metadata(path) {
        Ok(of_path) => Ok((of_file.dev(), of_file.ino()) == (of_path.dev(), of_path.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What tells files apart is not in the standard library here. A file that is gone is noticed.
#[cfg(not(unix))]
fn is_named(_file: &File, path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

/// Makes the directory and what is missing above it, from the top, each durable before the next.
///
/// So of those that are there, only the last one may have been left without a sync by a process that was killed. It is
/// synced again. Where the file `LOCK` exists, all that is done.
fn make(directory: &Path) -> io::Result<()> {
    if fs::exists(directory.join(LOCK))? {
        return Ok(());
    }
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let missing: Vec<&Path> = directory.ancestors().take_while(is_missing).collect();
    if let Some(parent) = directory.ancestors().nth(missing.len()).and_then(parent_of) {
        match sync_directory(parent) {
            // Then no process of ours made anything in it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            synced => synced?,
        }
    }
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
        if let Some(parent) = parent_of(path) {
            sync_directory(parent)?;
        }
    }
    Ok(())
}

/// The directory in which the path's last name is.
fn parent_of(path: &Path) -> Option<&Path> {
    let parent = path.parent()?;
    Some(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}
