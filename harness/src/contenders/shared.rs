//! Peers that threads share by reference.

use concurrent_queue::{ConcurrentQueue, PushError};
use crossbeam_queue::ArrayQueue;

use crate::contender::{Info, Kind, Progress, Role};
use crate::shared_queue;

/// What these two have in common: Vyukov's bounded queue, a stamp in each slot.
const fn stamped(name: &'static str) -> Info {
    Info {
        name,
        package: name,
        kind: Kind::Mpmc,
        role: Role::Peer,
        fifo: true,
        progress: Progress::ClaimPublish,
    }
}

shared_queue!(
    /// `ArrayQueue` of crossbeam-queue.
    pub CrossbeamQueue, ArrayQueue, stamped("crossbeam-queue"),
    new: ArrayQueue::new, push: ArrayQueue::push, pop: ArrayQueue::pop,
);

shared_queue!(
    /// `ConcurrentQueue::bounded` of concurrent-queue.
    pub Concurrent, ConcurrentQueue, stamped("concurrent-queue"),
    new: ConcurrentQueue::bounded,
    push: |queue: &ConcurrentQueue<T>, message| queue.push(message).map_err(PushError::into_inner),
    pop: |queue: &ConcurrentQueue<T>| queue.pop().ok(),
);
