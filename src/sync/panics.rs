//! Code of others that is called several times: each call is made though one before it panicked.

use core::any::Any;
use core::mem;
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// The first panic of several calls.
#[derive(Debug, Default)]
pub(crate) struct Panics(Option<Box<dyn Any + Send>>);

impl Panics {
    /// Makes a call, and keeps the panic that it may end with, if it is the first.
    pub(crate) fn catch(&mut self, call: impl FnOnce()) {
        let Err(panic) = catch_unwind(AssertUnwindSafe(call)) else { return };
        if self.0.is_none() {
            self.0 = Some(panic);
        } else {
            // What it says may panic in its turn when it is dropped.
            mem::forget(panic);
        }
    }

    /// Whether a call ended with a panic.
    pub(crate) fn is_any(&self) -> bool {
        self.0.is_some()
    }

    /// Goes on with the first panic. Not where the thread panics already: a second one would end
    /// the process.
    pub(crate) fn resume(self) {
        if let Some(panic) = self.0 {
            if thread::panicking() {
                mem::forget(panic);
            } else {
                resume_unwind(panic);
            }
        }
    }
}
