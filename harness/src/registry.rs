//! A contender with its type erased, as far as one slice: everything inside a slice is dispatched
//! statically.

use std::sync::OnceLock;

use crate::axes::Policy;
use crate::conformance::{self, Conformance};
use crate::contender::{
    BatchSink, BatchSource, Contender, Info, Kind, Role, WaitingSink, WaitingSource,
};
use crate::contenders::ENTRIES;
use crate::contenders::bounds::{self, Bound};
use crate::environment;
use crate::message::Checksum;
use crate::mode::Waiting;
use crate::slice::{self, Failure, Job, Outcome};
use crate::suspended::{self, windows::Stop};
use crate::wait::Wait;
use crate::work;

/// Everyone who takes part, once somebody has asked.
static ALL: OnceLock<Vec<Entry>> = OnceLock::new();

/// Everyone who takes part: the contenders of this crate, and those of the program that was
/// [started](crate::main_with) with further ones.
pub fn entries() -> &'static [Entry] {
    ALL.get_or_init(|| ENTRIES.to_vec())
}

/// Has further contenders take part. It must come before anybody asks who does, and once.
///
/// # Errors
///
/// The key that two of them have, or an empty text if it came too late.
pub(crate) fn enter(further: impl IntoIterator<Item = Entry>) -> Result<(), String> {
    let mut all = ENTRIES.to_vec();
    for entry in further {
        if all.iter().any(|known| known.key == entry.key) {
            return Err(entry.key.to_owned());
        }
        all.push(entry);
    }
    ALL.set(all).map_err(|_| String::new())
}

/// How to stop a thread of a contender again and again.
type Suspend = fn(&suspended::Job) -> Result<Vec<Stop>, suspended::Failure>;

/// A contender and what it can do.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key in tables, filters and results.
    pub key: &'static str,
    /// Who it is.
    pub info: Info,
    /// Who waits in its slices.
    pub wait: Wait,
    /// Whether it has batch operations.
    pub batches: bool,
    /// Whether it hands messages over, so that somebody can free those that are boxes.
    pub hands_over: bool,
    /// The smallest capacity that it can have.
    pub least_capacity: usize,
    /// The largest capacity that it can be asked for.
    pub most_capacity: usize,
    /// Whether it is a reference for the second time, and so has no place but beside the first.
    pub again: bool,
    version: Option<&'static str>,
    time: fn(&Job) -> Result<Outcome<Checksum>, Failure>,
    suspend: Option<Suspend>,
    conform: fn() -> Conformance,
}

impl Entry {
    /// A queue without batches that does not wait.
    pub const fn single<C: Contender>() -> Self {
        Self {
            key: C::INFO.name,
            info: C::INFO,
            wait: Wait::Common,
            batches: false,
            hands_over: true,
            least_capacity: C::LEAST_CAPACITY,
            most_capacity: C::MOST_CAPACITY,
            again: false,
            version: None,
            time: work::polled::<C>,
            suspend: suspend::<C>(),
            conform: conformance::of_single::<C>,
        }
    }

    /// A queue with batches that does not wait.
    pub const fn batching<C: Contender>() -> Self
    where
        C::Producer<u64>: BatchSink<u64>,
        C::Consumer<u64>: BatchSource<u64>,
    {
        Self {
            key: C::INFO.name,
            info: C::INFO,
            wait: Wait::Common,
            batches: true,
            hands_over: true,
            least_capacity: C::LEAST_CAPACITY,
            most_capacity: C::MOST_CAPACITY,
            again: false,
            version: None,
            time: |job| match job.group.batch {
                1 => work::polled::<C>(job),
                _ => slice::run(job, job.topology().producers, work::batches::bodies::<C, _>(job)),
            },
            suspend: suspend::<C>(),
            conform: conformance::of_batching::<C>,
        }
    }

    /// A queue that waits by itself.
    pub const fn waiting<C: Contender>() -> Self
    where
        C::Producer<u64>: WaitingSink<u64>,
        C::Consumer<u64>: WaitingSource<u64>,
    {
        Self {
            key: C::INFO.name,
            info: C::INFO,
            wait: Wait::Own,
            batches: false,
            hands_over: true,
            least_capacity: C::LEAST_CAPACITY,
            most_capacity: C::MOST_CAPACITY,
            again: false,
            version: None,
            time: |job| match job.group.policy {
                Policy::Common => work::polled::<C>(job),
                Policy::Each | Policy::Own => work::own_or_common::<C, Waiting>(job),
            },
            suspend: None,
            conform: conformance::of_waiting::<C>,
        }
    }

    /// A bound that hands no message over.
    pub const fn bound<B: Bound>() -> Self {
        Self {
            key: B::INFO.name,
            info: B::INFO,
            wait: Wait::Common,
            batches: true,
            hands_over: false,
            least_capacity: 1,
            most_capacity: usize::MAX,
            again: false,
            version: None,
            time: |job| slice::run(job, job.topology().producers, bounds::bodies::<B, _>(job)),
            suspend: None,
            conform: conformance::of_bound::<B>,
        }
    }

    /// The same contender under another key, to show what a reference differs from itself by.
    pub const fn again_as(mut self, key: &'static str) -> Self {
        self.key = key;
        self.again = true;
        self
    }

    /// The same contender with the version of its crate, if that is no dependency of the harness.
    pub const fn of_version(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self
    }

    /// Whether it has that role and takes that many threads.
    pub fn is(&self, role: Role, kind: Kind) -> bool {
        self.info.role == role && self.info.kind == kind
    }

    /// The version of the crate that it comes from, if the build knew it.
    pub fn version(&self) -> Option<&'static str> {
        self.version.or_else(|| environment::version_of(self.info.package))
    }

    /// Runs one timed slice.
    ///
    /// # Errors
    ///
    /// See [`Failure`].
    pub fn time(&self, job: &Job) -> Result<Outcome<Checksum>, Failure> {
        (self.time)(job)
    }

    /// Whether a thread of it can be stopped while others go on: it takes enough threads, and does not wait
    /// by itself.
    pub fn can_be_suspended(&self) -> bool {
        self.suspend.is_some()
    }

    /// Stops a thread again and again while others go on. No stops of a contender that cannot be suspended.
    ///
    /// # Errors
    ///
    /// See [`suspended::Failure`].
    pub fn suspend(&self, job: &suspended::Job) -> Result<Vec<Stop>, suspended::Failure> {
        self.suspend.map_or(Ok(Vec::new()), |suspend| suspend(job))
    }

    /// Runs the checks that come before any number. A contender that panics has failed.
    pub fn conform(&self) -> Conformance {
        std::panic::catch_unwind(self.conform).unwrap_or_else(|_| Conformance {
            failure: Some("panicked".to_owned()),
            ..Conformance::default()
        })
    }
}

/// How to stop a thread of `C`, if it takes threads enough.
const fn suspend<C: Contender>() -> Option<Suspend> {
    match C::INFO.kind {
        Kind::Mpmc => Some(suspended::run::<C>),
        _ => None,
    }
}
