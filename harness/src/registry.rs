//! A contender with its type erased, as far as one slice: everything inside a slice is dispatched
//! statically.

use crate::conformance::{self, Conformance};
use crate::contender::{
    BatchSink, BatchSource, Contender, Info, Kind, Role, WaitingSink, WaitingSource,
};
use crate::environment;
use crate::message::Checksum;
use crate::mode::{Batched, Single, Waiting};
use crate::slice::{self, Failure, Job, Outcome};
use crate::suspended::{self, windows::Stop};
use crate::wait::Wait;

/// How to stop a thread of a contender again and again.
type Suspend = fn(&suspended::Job) -> Result<Vec<Stop>, suspended::Failure>;

/// A contender and what it can do.
#[derive(Debug)]
pub struct Entry {
    /// Its key in tables, filters and results.
    pub key: &'static str,
    /// Who it is.
    pub info: Info,
    /// Who waits in its slices.
    pub wait: Wait,
    /// Whether it has batch operations.
    pub batches: bool,
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
            time: slice::run::<C, Single, Checksum>,
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
            time: |job| match job.batch {
                1 => slice::run::<C, Single, Checksum>(job),
                _ => slice::run::<C, Batched, Checksum>(job),
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
            time: slice::run::<C, Waiting, Checksum>,
            suspend: None,
            conform: conformance::of_waiting::<C>,
        }
    }

    /// The same contender under another key.
    pub const fn under(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }

    /// Whether it has that role and takes that many threads.
    pub fn is(&self, role: Role, kind: Kind) -> bool {
        self.info.role == role && self.info.kind == kind
    }

    /// The version of the crate that it comes from, if the build knew it.
    pub fn version(&self) -> Option<&'static str> {
        environment::version_of(self.info.package)
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

    /// Runs the checks that come before any number.
    pub fn conform(&self) -> Conformance {
        (self.conform)()
    }
}

/// How to stop a thread of `C`, if it takes threads enough.
const fn suspend<C: Contender>() -> Option<Suspend> {
    match C::INFO.kind {
        Kind::Mpmc => Some(suspended::run::<C>),
        _ => None,
    }
}
