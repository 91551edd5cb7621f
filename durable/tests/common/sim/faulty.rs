//! A storage that fails when told to.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringway_durable::storage::{LockError, Storage, StorageFile};

/// What may be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Names,
    Open,
    Create,
    Rename,
    Remove,
    SyncNames,
    Len,
    Read,
    Write,
    Sync,
    Allocate,
    SetLen,
}

impl Call {
    /// Those that change the disk, or make changes durable.
    pub const CHANGES: [Self; 8] = [
        Self::Create,
        Self::Rename,
        Self::Remove,
        Self::SyncNames,
        Self::Write,
        Self::Sync,
        Self::Allocate,
        Self::SetLen,
    ];

    /// All others.
    pub const LOOKS: [Self; 4] = [Self::Names, Self::Open, Self::Len, Self::Read];
}

/// Which calls fail, and how.
#[derive(Clone, Debug)]
pub struct Fault {
    calls: Vec<Call>,
    number: u64,
    kind: ErrorKind,
    is_for_ever: bool,
    is_done: bool,
}

impl Fault {
    /// The call of this number fails, from 1, counting those of these kinds that come after the fault was planned; nothing
    /// is done then, and the next one does not fail.
    pub fn at(number: u64, calls: &[Call], kind: ErrorKind) -> Self {
        Self { calls: calls.to_vec(), number, kind, is_for_ever: false, is_done: false }
    }

    /// All such calls that come later fail too.
    pub fn for_ever(mut self) -> Self {
        self.is_for_ever = true;
        self
    }

    /// What fails is done nevertheless, where it can be.
    pub fn done(mut self) -> Self {
        self.is_done = true;
        self
    }

    /// Counts the call down; whether it fails.
    fn strikes(&mut self, call: Call) -> bool {
        if !self.calls.contains(&call) {
            return false;
        }
        let is_its_turn = self.number == 1;
        self.number =
            if is_its_turn && self.is_for_ever { 1 } else { self.number.saturating_sub(1) };
        is_its_turn
    }
}

/// A storage before another one, which fails chosen calls. Clones have the same plan.
///
/// To fail each call once, one after the other, until there are no more:
///
/// ```ignore
/// for number in 1.. {
///     let disk = SimDisk::new();
///     let faulty = FaultyStorage::new(disk.clone());
///     faulty.fail(Fault::at(number, &Call::CHANGES, ErrorKind::Other));
///     // drive a queue over faulty.clone(), and check; then recover over disk, or over what a crash leaves of it
///     if faulty.failed() == 0 {
///         break;
///     }
/// }
/// ```
///
/// A sync that fails may have lost what it should have written. For a disk that does so:
/// `faulty.when_failing(move |call| if call == Call::Sync { disk.forget_unsynced() })`.
///
/// The lock does not fail and is not counted.
#[derive(Clone)]
pub struct FaultyStorage {
    inner: Arc<dyn Storage>,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Default)]
struct Plan {
    faults: Vec<Fault>,
    done: Vec<Call>,
    failed: u64,
    longest_write: Option<usize>,
    when_failing: Option<Arc<dyn Fn(Call) + Send + Sync>>,
}

impl FaultyStorage {
    /// Fails nothing yet.
    pub fn new(inner: impl Storage + 'static) -> Self {
        Self { inner: Arc::new(inner), plan: Arc::default() }
    }

    /// Plans a fault, beside those that are planned. Of two that strike at once, the first counts.
    pub fn fail(&self, fault: Fault) {
        self.plan().faults.push(fault);
    }

    /// Forgets all faults. What was counted stays.
    pub fn fail_no_more(&self) {
        self.plan().faults.clear();
    }

    /// A write takes at most so many bytes; none: all.
    pub fn write_at_most(&self, bytes: Option<usize>) {
        self.plan().longest_write = bytes;
    }

    /// What else happens when a call fails: before that, in the thread that called.
    pub fn when_failing(&self, then: impl Fn(Call) + Send + Sync + 'static) {
        self.plan().when_failing = Some(Arc::new(then));
    }

    /// How many calls failed by plan.
    pub fn failed(&self) -> u64 {
        self.plan().failed
    }

    /// All calls so far, those that failed too, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.plan().done.clone()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the call, if it does not fail.
    fn call<T>(&self, call: Call, run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut plan = self.plan();
        plan.done.push(call);
        let mut fault = None;
        for planned in &mut plan.faults {
            if planned.strikes(call) && fault.is_none() {
                fault = Some((planned.kind, planned.is_done));
            }
        }
        let Some((kind, is_done)) = fault else {
            drop(plan);
            return run();
        };
        plan.failed += 1;
        let when_failing = plan.when_failing.clone();
        drop(plan);
        if is_done {
            run()?;
        }
        if let Some(then) = when_failing {
            then(call);
        }
        Err(io::Error::new(kind, format!("planned: {call:?}")))
    }

    fn file(&self, inner: Arc<dyn StorageFile>) -> Arc<dyn StorageFile> {
        Arc::new(FaultyFile { inner, storage: self.clone() })
    }
}

impl fmt::Debug for FaultyStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStorage")
            .field("inner", &self.inner)
            .field("faults", &self.plan().faults)
            .finish()
    }
}

impl Storage for FaultyStorage {
    fn names(&self) -> io::Result<Vec<String>> {
        self.call(Call::Names, || self.inner.names())
    }

    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>> {
        self.call(Call::Open, || self.inner.open(name, writable)).map(|file| self.file(file))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.call(Call::Create, || self.inner.create(name)).map(|file| self.file(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call(Call::Rename, || self.inner.rename(from, to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.call(Call::Remove, || self.inner.remove(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        self.call(Call::SyncNames, || self.inner.sync_names())
    }

    fn lock(&self) -> Result<Box<dyn fmt::Debug + Send + Sync>, LockError> {
        self.inner.lock()
    }

    fn path(&self, name: &str) -> String {
        self.inner.path(name)
    }
}

/// A file of a [`FaultyStorage`].
#[derive(Debug)]
struct FaultyFile {
    inner: Arc<dyn StorageFile>,
    storage: FaultyStorage,
}

impl StorageFile for FaultyFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.storage.call(Call::Read, || self.inner.read_at(bytes, offset))
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let longest = self.storage.plan().longest_write.unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(longest)];
        self.storage.call(Call::Write, || self.inner.write_at(bytes, offset))
    }

    fn sync(&self) -> io::Result<()> {
        self.storage.call(Call::Sync, || self.inner.sync())
    }

    fn len(&self) -> io::Result<u64> {
        self.storage.call(Call::Len, || self.inner.len())
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.storage.call(Call::Allocate, || self.inner.allocate(len))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.storage.call(Call::SetLen, || self.inner.set_len(len))
    }
}
