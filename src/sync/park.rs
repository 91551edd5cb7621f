//! A thread that sleeps until a waker wakes it.

use std::sync::Arc;
use std::task::Wake;
use std::time::Instant;

/// A thread, as what wakes it.
#[cfg(not(ringway_loom))]
#[derive(Debug)]
pub(crate) struct Sleeper(std::thread::Thread);

#[cfg(not(ringway_loom))]
impl Sleeper {
    /// This thread, which alone may sleep by it.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(std::thread::current()))
    }

    /// Sleeps until it is woken, or was before, or until the deadline; or for no reason.
    pub(crate) fn sleep(&self, deadline: Option<Instant>) {
        match deadline {
            None => std::thread::park(),
            Some(deadline) => {
                std::thread::park_timeout(deadline.saturating_duration_since(super::now()));
            }
        }
    }
}

#[cfg(not(ringway_loom))]
impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The same in models. loom's own `unpark` is lost where the thread waits for a lock just then.
#[cfg(ringway_loom)]
#[derive(Debug)]
pub(crate) struct Sleeper {
    is_woken: loom::sync::Mutex<bool>,
    changed: loom::sync::Condvar,
}

#[cfg(ringway_loom)]
impl Sleeper {
    pub(crate) fn new() -> Arc<Self> {
        let is_woken = loom::sync::Mutex::new(false);
        Arc::new(Self { is_woken, changed: loom::sync::Condvar::new() })
    }

    /// A deadline is over at once: what came before it and what comes after is up to loom.
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

#[cfg(ringway_loom)]
impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        *self.is_woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}
