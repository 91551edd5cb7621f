//! Peers that threads share by reference.

use concurrent_queue::{ConcurrentQueue, PushError};
use crossbeam_queue::ArrayQueue;
use lfqueue::AllocBoundedQueue;
use parkring::{LockFreeQueue, ScqQueue, TryPushError};
use sync_wrapper::SyncWrapper;

use crate::contender::{Info, Kind, Progress, Role};
use crate::shared_queue;

/// What these have in common.
const fn shared(name: &'static str, progress: Progress) -> Info {
    Info { name, package: name, kind: Kind::Mpmc, role: Role::Peer, fifo: true, progress }
}

/// Vyukov's bounded queue, a stamp in each slot.
const fn stamped(name: &'static str) -> Info {
    shared(name, Progress::ClaimPublish)
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

shared_queue!(
    /// `LockFreeQueue` of parkring, by its operations that do not wait: Vyukov's queue, which is not lock-free, as
    /// its authors say too.
    ///
    /// Capacities are rounded up to powers of two, from 2.
    pub Parkring, LockFreeQueue, stamped("parkring"),
    new: LockFreeQueue::new,
    push: |queue: &LockFreeQueue<T>, message| queue
        .try_push(message)
        .map_err(TryPushError::into_inner),
    pop: |queue: &LockFreeQueue<T>| queue.try_pop().ok(),
);

shared_queue!(
    /// `ScqQueue` of parkring: the SCQ of Nikolaev, as lfqueue has it. Capacities are rounded up to powers of two. A
    /// push may find it full while a pop is on its way to give the place of its message back.
    pub ParkringScq, ScqQueue,
    Info { package: "parkring", ..shared("parkring-scq", Progress::LockFree) },
    new: ScqQueue::new,
    push: |queue: &ScqQueue<T>, message| queue.try_push(message).map_err(TryPushError::into_inner),
    pop: |queue: &ScqQueue<T>| queue.try_pop().ok(),
);

/// A queue of lfqueue. It asks for messages that are `Sync`, though it never shares one by reference; in
/// the wrapper all are, at no cost.
type Scq<T> = AllocBoundedQueue<SyncWrapper<T>>;

shared_queue!(
    /// `AllocBoundedQueue` of lfqueue: the SCQ of Nikolaev, two rings of indices beside the messages.
    ///
    /// It is exact for powers of two alone and rounds others down, which would give less than was asked for;
    /// so they are rounded up here.
    pub Lfqueue, Scq, shared("lfqueue", Progress::LockFree),
    new: |capacity: usize| Scq::new(capacity.next_power_of_two()),
    push: |queue: &Scq<T>, message| queue
        .enqueue(SyncWrapper::new(message))
        .map_err(SyncWrapper::into_inner),
    pop: |queue: &Scq<T>| queue.dequeue().map(SyncWrapper::into_inner),
);
