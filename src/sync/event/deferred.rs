//! Wakers that are called after the list has been left.
//!
//! `event-listener` calls and drops wakers under the lock of its list. A waker is the code of
//! others: one that panics would leave the list torn, and one that drops a future of the same
//! list, or blocks, would hold the lock for ever. So the list is given a waker of ours, which
//! notes the task for the thread that notifies; it wakes those it has noted when it has let the
//! list go.

use core::cell::RefCell;
use core::mem::ManuallyDrop;
use core::task::Waker;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Wake;

use crate::sync::Panics;

std::thread_local! {
    /// The tasks that this thread has notified and not woken yet.
    ///
    /// It has no destructor, so that it is there also when a thread ends; it is left empty.
    static NOTED: ManuallyDrop<RefCell<VecDeque<Arc<Task>>>> =
        const { ManuallyDrop::new(RefCell::new(VecDeque::new())) };
}

/// A task.
#[derive(Debug)]
struct Task(Waker);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        NOTED.with(|tasks| tasks.borrow_mut().push_back(self));
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
        let task = Arc::new(Task(waker.clone()));
        Self { waker: Waker::from(Arc::clone(&task)), task }
    }

    /// What the list is given.
    pub(super) const fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Whether it is for the task of this waker.
    pub(super) fn will_wake(&self, waker: &Waker) -> bool {
        self.task.0.will_wake(waker)
    }
}

/// Wakes all tasks that this thread has notified. If a waker panics, so does this when all are
/// woken.
pub(super) fn wake_all() {
    let mut panics = Panics::default();
    let next = || NOTED.with(|tasks| tasks.borrow_mut().pop_front());
    while let Some(task) = next() {
        panics.catch(|| task.0.wake_by_ref());
        // Dropped here, it may be the last of its waker, which is the code of others too.
        panics.catch(|| drop(task));
    }
    NOTED.with(|tasks| drop(tasks.take()));
    panics.resume();
}
