//! What a disk holds, and the log of what was done to it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use super::file_states::Bytes;
use super::names::{FileId, NameChange, Names};

/// Space is taken in pieces of so many bytes.
const PAGE: u64 = 4096;

/// No file is longer: a test that asks for more is wrong.
const LONGEST: u64 = 1 << 30;

/// What is on a disk, what was before, and what was done in between.
pub(super) struct State {
    /// What was there before the log, durable.
    pub(super) base: Arc<Image>,
    pub(super) log: Vec<Operation>,
    pub(super) names: Names,
    pub(super) files: Vec<Bytes>,
    pub(super) limits: Limits,
    pub(super) is_locked: bool,
}

/// What a disk hands on to those that a loss of power leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    pub(super) capacity: Option<u64>,
    pub(super) has_lock_file: bool,
}

/// The names and bytes of a disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    pub(super) names: Names,
    pub(super) files: Vec<Bytes>,
}

impl Image {
    pub(super) fn new(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut image = Self::default();
        for (name, bytes) in files {
            image.names.insert(name, image.files.len());
            image.files.push(bytes);
        }
        image
    }
}

/// A call that changed the disk, or made a change durable. `allocate` is a `SetLen`; calls that failed are not there.
#[derive(Clone, PartialEq, Eq)]
pub enum Operation {
    Write { file: FileId, offset: usize, bytes: Arc<[u8]> },
    SetLen { file: FileId, len: usize },
    Sync { file: FileId },
    Name(NameChange),
    SyncNames,
    ForgetUnsynced,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { file, offset, bytes } => {
                write!(f, "write {} bytes at {offset} of #{file}", bytes.len())
            }
            Self::SetLen { file, len } => write!(f, "set length {len} of #{file}"),
            Self::Sync { file } => write!(f, "sync #{file}"),
            Self::Name(NameChange::Create { name, file }) => write!(f, "create {name} as #{file}"),
            Self::Name(NameChange::Rename { from, to }) => write!(f, "rename {from} to {to}"),
            Self::Name(NameChange::Remove { name }) => write!(f, "remove {name}"),
            Self::SyncNames => write!(f, "sync names"),
            Self::ForgetUnsynced => write!(f, "forget what is not synced"),
        }
    }
}

impl State {
    pub(super) fn new(image: Image, limits: Limits) -> Self {
        let (names, files) = (image.names.clone(), image.files.clone());
        Self { base: image.into(), log: Vec::new(), names, files, limits, is_locked: false }
    }

    pub(super) fn change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.log.push(Operation::Name(change));
    }

    pub(super) fn must_have(&self, name: &str) -> io::Result<FileId> {
        self.names.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// The longest that this file may be beside the others.
    fn room(&self, file: FileId) -> u64 {
        let Some(capacity) = self.limits.capacity else { return LONGEST };
        let others = self.names.values().filter(|&&other| other != file);
        let taken: u64 =
            others.map(|&other| (self.files[other].len() as u64).next_multiple_of(PAGE)).sum();
        capacity.saturating_sub(taken) / PAGE * PAGE
    }

    pub(super) fn write(&mut self, file: FileId, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let len = self.files[file].len() as u64;
        let fits = len.max(self.room(file)).saturating_sub(offset).min(bytes.len() as u64) as usize;
        let bytes = &bytes[..fits];
        if bytes.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        let latest = Arc::make_mut(&mut self.files[file]);
        resize(latest, latest.len().max(end));
        latest[start..end].copy_from_slice(bytes);
        self.log.push(Operation::Write { file, offset: start, bytes: bytes.into() });
        Ok(bytes.len())
    }

    pub(super) fn set_len(&mut self, file: FileId, len: u64) -> io::Result<()> {
        let before = self.files[file].len() as u64;
        if len > before.max(self.room(file)) {
            return Err(ErrorKind::StorageFull.into());
        }
        if len != before {
            resize(Arc::make_mut(&mut self.files[file]), len as usize);
            self.log.push(Operation::SetLen { file, len: len as usize });
        }
        Ok(())
    }
}

/// Cuts these bytes, or makes them longer by zeroes: faster than `Vec::resize` where nothing is optimized.
pub(super) fn resize(bytes: &mut Vec<u8>, len: usize) {
    if len > bytes.len() {
        let mut longer = vec![0; len];
        longer[..bytes.len()].copy_from_slice(bytes);
        *bytes = longer;
    }
    bytes.truncate(len);
}
