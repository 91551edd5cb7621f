//! A thread that sleeps until a waker wakes it.

use std::sync::Arc;
#[cfg(not(ringway_modelled))]
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::time::Instant;

/// A thread, as what wakes it.
///
/// Whether it was woken is kept here too: the thread may run foreign wakers before it sleeps, and what
/// these do can use up what `unpark` leaves behind.
#[cfg(not(ringway_modelled))]
#[derive(Debug)]
pub(crate) struct Sleeper {
    thread: std::thread::Thread,
    is_woken: AtomicBool,
}

#[cfg(not(ringway_modelled))]
impl Sleeper {
    /// This thread, which alone may sleep by it.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { thread: std::thread::current(), is_woken: AtomicBool::new(false) })
    }

    /// Sleeps until it is woken, or was before, or until the deadline.
    pub(crate) fn sleep(&self, deadline: Option<Instant>) {
        // Acquire, with the Release of `wake`: what was done before it is seen.
        while !self.is_woken.swap(false, Ordering::Acquire) {
            match deadline.map(|deadline| deadline.saturating_duration_since(super::now())) {
                None => std::thread::park(),
                Some(left) if left.is_zero() => return,
                Some(left) => std::thread::park_timeout(left),
            }
        }
    }
}

#[cfg(not(ringway_modelled))]
impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// The same in models. loom's own `unpark` is lost where the thread waits for a lock just then.
#[cfg(ringway_modelled)]
#[derive(Debug)]
pub(crate) struct Sleeper {
    is_woken: super::explorer::sync::Mutex<bool>,
    changed: super::explorer::sync::Condvar,
}

#[cfg(ringway_modelled)]
impl Sleeper {
    pub(crate) fn new() -> Arc<Self> {
        let is_woken = super::explorer::sync::Mutex::new(false);
        Arc::new(Self { is_woken, changed: super::explorer::sync::Condvar::new() })
    }

    /// A deadline is over at once: what came before it and what comes after is up to the explorer.
    pub(crate) fn sleep(&self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            return super::clock::sleep_until(deadline);
        }
        let mut is_woken = self.is_woken.lock().unwrap();
        while !*is_woken {
            is_woken = self.changed.wait(is_woken).unwrap();
        }
        *is_woken = false;
    }
}

#[cfg(ringway_modelled)]
impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        *self.is_woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_was_woken_does_not_sleep_whatever_it_did_meanwhile() {
        let sleeper = Sleeper::new();
        Arc::clone(&sleeper).wake();
        // As a foreign waker may do: it uses up what `unpark` left.
        std::thread::park();
        let deadline = Instant::now() + Duration::from_secs(30);
        sleeper.sleep(Some(deadline));
        assert!(Instant::now() < deadline);
    }
}
