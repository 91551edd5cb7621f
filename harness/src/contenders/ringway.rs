//! The four rings of ringway, and its queue.

use ringway::ring;

use crate::contender::{
    BatchSink, BatchSource, Contender, Handles, Info, Kind, Progress, Role, Shared, Sink, Source,
    clones, only,
};
use crate::shared_queue;

/// Makes a contender of a ring. `only` for a side of one thread, `clones` for a shared one.
macro_rules! ring {
    (
        $(#[$doc:meta])*
        $name:ident, $ring:ident, $key:literal, $kind:ident, $progress:ident,
        $producers:expr, $consumers:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Contender for $name {
            const INFO: Info = Info {
                name: $key,
                package: "ringway",
                kind: Kind::$kind,
                role: Role::Ringway,
                fifo: true,
                progress: Progress::$progress,
            };
            type Producer<T: Send + 'static> = ring::$ring::Producer<T>;
            type Consumer<T: Send + 'static> = ring::$ring::Consumer<T>;

            fn create<T: Send + 'static>(
                capacity: usize,
                producers: usize,
                consumers: usize,
            ) -> Handles<Self, T> {
                let (producer, consumer) = ring::$ring(capacity);
                ($producers(producer, producers), $consumers(consumer, consumers))
            }
        }

        impl<T: Send + 'static> Sink<T> for ring::$ring::Producer<T> {
            #[inline]
            fn push(&mut self, message: T) -> Result<(), T> {
                Self::push(self, message)
            }
        }

        impl<T: Send + 'static> Source<T> for ring::$ring::Consumer<T> {
            #[inline]
            fn pop(&mut self) -> Option<T> {
                Self::pop(self)
            }
        }

        impl<T: Copy + Send + 'static> BatchSink<T> for ring::$ring::Producer<T> {
            #[inline]
            fn push_batch(&mut self, messages: &[T]) -> usize {
                self.push_slice(messages)
            }
        }

        impl<T: Copy + Send + 'static> BatchSource<T> for ring::$ring::Consumer<T> {
            #[inline]
            fn pop_batch(&mut self, room: &mut [T]) -> usize {
                self.pop_slice(room)
            }
        }
    };
}

ring!(
    /// One producer, one consumer.
    Spsc, spsc, "ringway-spsc", Spsc, WaitFree, only, only,
);

ring!(
    /// Many producers, one consumer.
    Mpsc, mpsc, "ringway-mpsc", Mpsc, LockFree, clones, only,
);

ring!(
    /// One producer, many consumers.
    Spmc, spmc, "ringway-spmc", Spmc, LockFree, only, clones,
);

ring!(
    /// Many of both: the reference of the contest.
    Mpmc, mpmc, "ringway-mpmc", Mpmc, LockFree, clones, clones,
);

/// What threads share by reference.
type SharedRing<T> = ringway::Queue<T>;

shared_queue!(
    /// The mpmc ring shared by reference: no handles.
    pub Queue, SharedRing,
    Info {
        name: "ringway-queue",
        package: "ringway",
        kind: Kind::Mpmc,
        role: Role::Ringway,
        fifo: true,
        progress: Progress::LockFree,
    },
    new: SharedRing::new, push: SharedRing::push, pop: SharedRing::pop,
);

impl<T: Copy + Send + 'static> BatchSink<T> for Shared<Queue, T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        self.0.push_slice(messages)
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for Shared<Queue, T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        self.0.pop_slice(room)
    }
}
