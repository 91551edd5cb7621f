//! Threads that work on one test: they meet, wait for each other, and fail together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};

/// So many attempts fail only if what is waited for never comes.
const PATIENCE: usize = 1 << 25;

/// What the threads of one test share.
#[derive(Debug, Default)]
pub struct Crew {
    failed: AtomicBool,
    arrived: AtomicUsize,
}

impl Crew {
    /// Starts a thread. If it panics, the waiting of the others ends in a panic too.
    pub fn start<'scope, T: Send + 'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        scope.spawn(move || {
            let _alarm = Alarm(&self.failed);
            work()
        })
    }

    /// Repeats an attempt until it gives something, and lets other threads run in between.
    #[track_caller]
    pub fn until<T>(&self, mut attempt: impl FnMut() -> Option<T>) -> T {
        for _ in 0..PATIENCE {
            if let Some(result) = attempt() {
                return result;
            }
            assert!(!self.failed.load(Ordering::Relaxed), "another thread failed");
            thread::yield_now();
        }
        panic!("waited for what never comes");
    }

    /// Waits until `n` threads have come here, as often as they like.
    #[track_caller]
    pub fn meet(&self, n: usize) {
        let ticket = self.arrived.fetch_add(1, Ordering::AcqRel);
        let all = (ticket / n + 1) * n;
        self.until(|| (self.arrived.load(Ordering::Acquire) >= all).then_some(()));
    }
}

/// Tells the crew when its thread panics.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
