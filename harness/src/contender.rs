//! What the contest asks of a queue.
//!
//! A contender is a type that creates handles: a [`Sink`] for each producer thread and a [`Source`] for
//! each consumer thread. That is all a queue needs in order to take part. Two further pairs of traits say
//! what else it can do, and so decide in which cells it runs:
//!
//! - [`BatchSink`] and [`BatchSource`]: moves many messages by one operation;
//! - [`WaitingSink`] and [`WaitingSource`]: waits by itself, and notices when the other side is gone.
//!
//! Everything is dispatched statically. The handles are generic over the message, so that conformance can
//! send messages that count their drops through the very adapter that is timed with `u64`.

use std::fmt;
use std::sync::Arc;

use crate::axes::Topology;

/// A queue that takes part in the contest.
pub trait Contender: Sized + 'static {
    /// Who it is and what it promises.
    const INFO: Info;
    /// The smallest capacity that it can have; it gives as much if it is asked for less.
    const LEAST_CAPACITY: usize = 1;
    /// The largest capacity that it can be asked for.
    const MOST_CAPACITY: usize = usize::MAX;
    /// The handle of one producer thread.
    type Producer<T: Send + 'static>: Sink<T>;
    /// The handle of one consumer thread.
    type Consumer<T: Send + 'static>: Source<T>;

    /// A new queue of `capacity` messages with so many handles on each side. The counts are those of a
    /// topology that [`Kind::permits`].
    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T>;
}

/// The handles of a queue of `T`: those of the producers and those of the consumers.
pub type Handles<C, T> = (Vec<<C as Contender>::Producer<T>>, Vec<<C as Contender>::Consumer<T>>);

/// The producing side of a queue, as one thread holds it. Never waits.
pub trait Sink<T>: Send + 'static {
    /// Puts a message in, or gives it back if the queue is full.
    ///
    /// # Errors
    ///
    /// The message, if the queue is full.
    fn push(&mut self, message: T) -> Result<(), T>;
}

/// The consuming side of a queue, as one thread holds it. Never waits.
pub trait Source<T>: Send + 'static {
    /// Takes the oldest message out, or nothing if the queue is empty.
    fn pop(&mut self) -> Option<T>;
}

/// A [`Sink`] with batches.
pub trait BatchSink<T: Copy>: Sink<T> {
    /// Puts in as many of `messages` as fit, from the front, and says how many did.
    fn push_batch(&mut self, messages: &[T]) -> usize;
}

/// A [`Source`] with batches.
pub trait BatchSource<T: Copy>: Source<T> {
    /// Takes out as many messages as there are and `room` holds, and says how many it wrote there.
    fn pop_batch(&mut self, room: &mut [T]) -> usize;
}

/// A [`Sink`] that waits by itself.
pub trait WaitingSink<T>: Sink<T> {
    /// Puts a message in and waits while the queue is full.
    ///
    /// # Errors
    ///
    /// [`Disconnected`] if no consumer is left.
    fn send(&mut self, message: T) -> Result<(), Disconnected>;
}

/// A [`Source`] that waits by itself.
pub trait WaitingSource<T>: Source<T> {
    /// Takes a message out and waits while there is none. `None` if no producer is left either.
    fn recv(&mut self) -> Option<T>;
}

/// Nobody is left on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnected;

/// Who a contender is and what it promises.
#[derive(Debug, Clone, Copy)]
pub struct Info {
    /// Its key in tables, filters and results.
    pub name: &'static str,
    /// The crate that it comes from, `std` for the standard library.
    pub package: &'static str,
    /// How many threads each side takes.
    pub kind: Kind,
    /// What it is in the contest.
    pub role: Role,
    /// Whether messages leave in the order in which they came.
    pub fifo: bool,
    /// What its operations that never wait promise when a thread is suspended in the middle of one.
    pub progress: Progress,
}

impl Info {
    /// A queue of the crate of that name, of which nothing is known but that it is a FIFO.
    pub const fn peer(name: &'static str, kind: Kind) -> Self {
        Self { name, package: name, kind, role: Role::Peer, fifo: true, progress: Progress::Lock }
    }
}

/// How many threads each side of a queue takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One producer, one consumer.
    Spsc,
    /// Many producers, one consumer.
    Mpsc,
    /// One producer, many consumers.
    Spmc,
    /// Many of both.
    Mpmc,
}

impl Kind {
    /// Whether a queue of this kind runs in that topology.
    pub fn permits(self, topology: Topology) -> bool {
        let (many_producers, many_consumers) = match self {
            Self::Spsc => (false, false),
            Self::Mpsc => (true, false),
            Self::Spmc => (false, true),
            Self::Mpmc => (true, true),
        };
        (many_producers || topology.producers == 1) && (many_consumers || topology.consumers == 1)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spsc => "SPSC",
            Self::Mpsc => "MPSC",
            Self::Spmc => "SPMC",
            Self::Mpmc => "MPMC",
        })
    }
}

/// What a contender is in the contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A queue of this project: held to its own promises, such as the exact capacity.
    Ringway,
    /// A queue of another project.
    Peer,
    /// What one writes without a library.
    Baseline,
    /// A queue that is here only so that another can be held against it: it has the exact capacity, and the
    /// plainest protocol in the same layout.
    Control,
    /// Not a queue: the least that queues of one kind do.
    Limit,
    /// Not a queue: the loop that measures, alone.
    Overhead,
}

impl Role {
    /// What it tells about queues, if it is none: the word that stands in place of a verdict.
    pub const fn bound(self) -> Option<&'static str> {
        match self {
            Self::Limit => Some("ceiling"),
            Self::Overhead => Some("overhead"),
            Self::Ringway | Self::Peer | Self::Baseline | Self::Control => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ringway => "ringway",
            Self::Peer => "peer",
            Self::Baseline => "baseline",
            Self::Control => "control",
            Self::Limit => "ceiling, no queue",
            Self::Overhead => "overhead, no queue",
        })
    }
}

/// What operations that never wait promise when a thread is suspended in the middle of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Every operation ends in a bounded number of its own steps.
    WaitFree,
    /// Some operation ends in a bounded number of the steps of all threads, whoever is suspended.
    LockFree,
    /// No lock, but a thread suspended between claim and publication stops those behind it.
    ClaimPublish,
    /// A thread suspended with the lock stops all others; or nothing is known.
    Lock,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WaitFree => "wait-free",
            Self::LockFree => "lock-free",
            Self::ClaimPublish => "claim, publish",
            Self::Lock => "lock",
        })
    }
}

/// The only handle of a side with one thread.
///
/// # Panics
///
/// If `count` is not 1: the plan holds only cells that fit the kind of the contender.
pub fn only<H>(handle: H, count: usize) -> Vec<H> {
    assert_eq!(count, 1, "this side of the queue takes one thread");
    vec![handle]
}

/// `count` handles of a side that many threads share; none is left over that would keep it connected.
pub fn clones<H: Clone>(handle: H, count: usize) -> Vec<H> {
    std::iter::repeat_n(handle, count).collect()
}

/// A queue that threads share by reference: how to make one, to push and to pop. [`shared_queue!`] makes a
/// contender of that.
///
/// [`shared_queue!`]: crate::shared_queue
pub trait SharedQueue: Sized + 'static {
    /// The queue.
    type Queue<T: Send + 'static>: Send + Sync + 'static;

    /// A new one.
    fn create<T: Send + 'static>(capacity: usize) -> Self::Queue<T>;

    /// See [`Sink::push`].
    ///
    /// # Errors
    ///
    /// The message, if the queue is full.
    fn push<T: Send + 'static>(queue: &Self::Queue<T>, message: T) -> Result<(), T>;

    /// See [`Source::pop`].
    fn pop<T: Send + 'static>(queue: &Self::Queue<T>) -> Option<T>;
}

/// The handle of a queue that threads share by reference, for either side.
pub struct Shared<C: SharedQueue, T: Send + 'static>(pub Arc<C::Queue<T>>);

impl<C: SharedQueue, T: Send + 'static> Clone for Shared<C, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: SharedQueue, T: Send + 'static> fmt::Debug for Shared<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl<C: SharedQueue, T: Send + 'static> Sink<T> for Shared<C, T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        C::push(&self.0, message)
    }
}

impl<C: SharedQueue, T: Send + 'static> Source<T> for Shared<C, T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        C::pop(&self.0)
    }
}

/// Makes a contender of a queue that threads share by reference, by how to make one, to push and to pop.
///
/// ```
/// use crossbeam_queue::ArrayQueue;
/// use ringway_harness::contender::{Info, Kind};
/// use ringway_harness::shared_queue;
///
/// shared_queue!(
///     /// The queue of crossbeam, under another name.
///     pub Mine, ArrayQueue, Info::peer("mine", Kind::Mpmc),
///     new: ArrayQueue::new, push: ArrayQueue::push, pop: ArrayQueue::pop,
/// );
/// # fn main() {
/// assert_eq!(ringway_harness::conformance::of_single::<Mine>().failure, None);
/// # }
/// ```
#[macro_export]
macro_rules! shared_queue {
    (
        $(#[$doc:meta])*
        $vis:vis $name:ident, $queue:ident, $info:expr,
        new: $new:expr, push: $push:expr, pop: $pop:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        $vis struct $name;

        impl $crate::contender::SharedQueue for $name {
            type Queue<T: Send + 'static> = $queue<T>;

            fn create<T: Send + 'static>(capacity: usize) -> $queue<T> {
                $new(capacity)
            }

            #[inline]
            fn push<T: Send + 'static>(queue: &$queue<T>, message: T) -> Result<(), T> {
                $push(queue, message)
            }

            #[inline]
            fn pop<T: Send + 'static>(queue: &$queue<T>) -> Option<T> {
                $pop(queue)
            }
        }

        impl $crate::contender::Contender for $name {
            const INFO: $crate::contender::Info = $info;
            type Producer<T: Send + 'static> = $crate::contender::Shared<Self, T>;
            type Consumer<T: Send + 'static> = $crate::contender::Shared<Self, T>;

            fn create<T: Send + 'static>(
                capacity: usize,
                producers: usize,
                consumers: usize,
            ) -> $crate::contender::Handles<Self, T> {
                let queue = <Self as $crate::contender::SharedQueue>::create(capacity);
                let handle = $crate::contender::Shared(::std::sync::Arc::new(queue));
                let sources = $crate::contender::clones(handle.clone(), consumers);
                ($crate::contender::clones(handle, producers), sources)
            }
        }
    };
}
