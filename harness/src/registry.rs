//! A contender with its type erased, as far as one slice: everything inside a slice is dispatched
//! statically.

use crate::conformance::{self, Conformance};
use crate::contender::{BatchSink, BatchSource, Contender, Info, WaitingSink, WaitingSource};
use crate::environment;
use crate::message::Checksum;
use crate::mode::{Batched, Single, Waiting};
use crate::slice::{self, Failure, Job, Outcome};
use crate::wait::Wait;

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
            conform: conformance::of_waiting::<C>,
        }
    }

    /// The same contender under another key.
    pub const fn under(mut self, key: &'static str) -> Self {
        self.key = key;
        self
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

    /// Runs the checks that come before any number.
    pub fn conform(&self) -> Conformance {
        (self.conform)()
    }
}
