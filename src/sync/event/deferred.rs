//! Wakers that are called after the list has been left.
//!
//! `event-listener` calls and drops wakers under the lock of its list. A waker is the code of
//! others: one that panics would leave the list torn, and one that drops a future of the same
//! list, or blocks, would hold the lock for ever. So the list is given a waker of ours, which
//! notes the task for the thread that notifies; it wakes those it has noted when it has let the
//! list go.
//!
//! A waker may be dropped wherever a place in the list is left. One that panics then would keep what
//! is to be done there from being done, so that its panic goes nowhere.

use core::cell::RefCell;
use core::mem::{self, ManuallyDrop};
use core::task::Waker;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Wake;
use std::vec::Vec;

use crate::sync::Panics;

std::thread_local! {
    /// The tasks that this thread has notified and not woken yet.
    ///
    /// It has no destructor, so that it is there also when a thread ends; it is left empty.
    static NOTED: ManuallyDrop<RefCell<Vec<Arc<Task>>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// A task.
#[derive(Debug)]
struct Task(Option<Waker>);

impl Task {
    /// What wakes it.
    fn waker(&self) -> &Waker {
        self.0.as_ref().expect("it is there until the task is dropped")
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        NOTED.with(|tasks| tasks.borrow_mut().push(self));
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(self.0.take()))) {
            // What it says may panic in its turn.
            mem::forget(panic);
        }
    }
}

/// A waker for the list, and the task behind it. It outlives what the list has of it.
#[derive(Debug)]
pub(super) struct Deferred {
    waker: Waker,
    task: Arc<Task>,
}

impl Deferred {
    /// For the task of a waker.
    pub(super) fn new(waker: &Waker) -> Self {
        let task = Arc::new(Task(Some(waker.clone())));
        Self { waker: Waker::from(Arc::clone(&task)), task }
    }

    /// What the list is given.
    pub(super) const fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Whether it is for the task of this waker.
    pub(super) fn will_wake(&self, waker: &Waker) -> bool {
        self.task.waker().will_wake(waker)
    }
}

/// Wakes all tasks that this thread has notified. If a waker panics, so does this when all are
/// woken.
///
/// A waker may notify others in its turn, and wakes those and no more: one that were called in the midst
/// of another could wait for what that holds, and its panic would end what that does.
pub(super) fn wake_all() {
    let noted = NOTED.with(|tasks| tasks.take());
    let mut panics = Panics::default();
    for task in noted {
        panics.catch(|| task.waker().wake_by_ref());
    }
    panics.resume();
}
