//! A cell that finds out whether two threads touch it at once, as loom's does.

use shuttle::sync::atomic::{AtomicBool, Ordering};

/// A value that one thread at a time may touch.
#[derive(Debug)]
pub(super) struct UnsafeCell<T> {
    value: core::cell::UnsafeCell<T>,
    is_touched: AtomicBool,
}

impl<T> UnsafeCell<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value: core::cell::UnsafeCell::new(value), is_touched: AtomicBool::new(false) }
    }

    /// Touches the value. Before it is done another thread may be scheduled, which must not come
    /// here.
    pub(super) fn with_mut<R>(&self, touch: impl FnOnce(*mut T) -> R) -> R {
        let is_touched = self.is_touched.swap(true, Ordering::SeqCst);
        assert!(!is_touched, "two threads touch one cell");
        let outcome = touch(self.value.get());
        self.is_touched.store(false, Ordering::SeqCst);
        outcome
    }
}
