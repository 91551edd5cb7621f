//! A disk in memory that logs what is done to it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringway_durable::storage::{LockError, Storage, StorageFile};

use super::Unit;
use super::crash::Crashes;
use super::file::SimFile;
use super::file_states::Bytes;
use super::names::{FileId, NameChange, NameOrder};
use super::state::{Image, Limits, Operation, State};

/// The file of the lock. It is listed once the disk was locked, and cannot be changed.
const LOCK: &str = "LOCK";

/// A disk in memory, which may lose power. Clones are the same disk.
#[derive(Clone)]
pub struct SimDisk {
    shared: Arc<Mutex<State>>,
}

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::with_image(Image::default(), Limits::default())
    }

    /// A disk with these files, all durable. A file of the lock among them is left out.
    pub fn with_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let files = files.into_iter().filter(|(name, _)| name != LOCK);
        let files = files.map(|(name, bytes)| (name, bytes.into()));
        Self::with_image(Image::new(files), Limits::default())
    }

    pub(super) fn with_image(image: Image, limits: Limits) -> Self {
        Self { shared: Arc::new(Mutex::new(State::new(image, limits))) }
    }

    /// The files as the processes see them.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        state.names.iter().map(|(name, &file)| (name.clone(), state.files[file].to_vec())).collect()
    }

    /// From now on the disk is full at so many bytes; none: never. What is there stays.
    pub fn set_capacity(&self, capacity: Option<u64>) {
        self.state().limits.capacity = capacity;
    }

    /// How many calls were logged.
    pub fn position(&self) -> usize {
        self.state().log.len()
    }

    /// What was done, for whoever looks for why a test failed.
    pub fn log(&self) -> Vec<Operation> {
        self.state().log.clone()
    }

    /// A sync failed, and the system takes as written what was not: no later sync of the file writes it, only another write
    /// does. What is kept of it is open as before. This is so for the bytes of all files; names are not forgotten.
    pub fn forget_unsynced(&self) {
        self.state().log.push(Operation::ForgetUnsynced);
    }

    /// What a loss of power may leave, at each position so far.
    pub fn crashes(&self, unit: Unit, order: NameOrder) -> Crashes {
        let state = self.state();
        Crashes {
            base: state.base.clone(),
            log: state.log.clone(),
            unit,
            order,
            limits: state.limits,
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, file: FileId, writable: bool) -> Arc<dyn StorageFile> {
        Arc::new(SimFile::new(self.clone(), file, writable))
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let lengths = state.names.iter().map(|(name, &file)| (name, state.files[file].len()));
        f.debug_map().entries(lengths).finish()
    }
}

impl Storage for SimDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        let state = self.state();
        let lock = state.limits.has_lock_file.then(|| LOCK.to_owned());
        Ok(lock.into_iter().chain(state.names.keys().cloned()).collect())
    }

    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>> {
        let file = self.state().must_have(name)?;
        Ok(self.file(file, writable))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        assert_ne!(name, LOCK, "the lock's file was created");
        let mut state = self.state();
        if state.names.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let file = state.files.len();
        state.files.push(Bytes::default());
        state.change(NameChange::Create { name: name.to_owned(), file });
        Ok(self.file(file, true))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        assert!(from != LOCK && to != LOCK, "the lock's file was renamed");
        let mut state = self.state();
        state.must_have(from)?;
        state.change(NameChange::Rename { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        assert_ne!(name, LOCK, "the lock's file was removed");
        let mut state = self.state();
        state.must_have(name)?;
        state.change(NameChange::Remove { name: name.to_owned() });
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        self.state().log.push(Operation::SyncNames);
        Ok(())
    }

    fn lock(&self) -> Result<Box<dyn fmt::Debug + Send + Sync>, LockError> {
        let mut state = self.state();
        if state.is_locked {
            return Err(LockError::Held(Some(process::id())));
        }
        state.is_locked = true;
        state.limits.has_lock_file = true;
        Ok(Box::new(SimLock { disk: self.clone() }))
    }

    fn path(&self, name: &str) -> String {
        format!("simulated/{name}")
    }
}

/// A disk that is taken.
#[derive(Debug)]
struct SimLock {
    disk: SimDisk,
}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state().is_locked = false;
    }
}
