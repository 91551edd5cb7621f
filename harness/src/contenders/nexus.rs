//! The queues of nexus-queue for one consumer, with one producer and with many.
//!
//! Capacities are rounded up to powers of two. They have no batches, and do not wait.

use nexus_queue::{Full, mpsc, spsc};

use crate::contender::{
    Contender, Handles, Info, Kind, Progress, Role, Sink, Source, clones, only,
};

/// Makes a contender of a queue. `only` for producers of one thread, `clones` for shared ones.
macro_rules! queue {
    (
        $(#[$doc:meta])*
        $name:ident, $queue:ident, $key:literal, $kind:ident, $progress:ident, $producers:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Contender for $name {
            const INFO: Info = Info {
                name: $key,
                package: "nexus-queue",
                kind: Kind::$kind,
                role: Role::Peer,
                fifo: true,
                progress: Progress::$progress,
            };
            type Producer<T: Send + 'static> = $queue::Producer<T>;
            type Consumer<T: Send + 'static> = $queue::Consumer<T>;

            fn create<T: Send + 'static>(
                capacity: usize,
                producers: usize,
                consumers: usize,
            ) -> Handles<Self, T> {
                let (producer, consumer) = $queue::ring_buffer(capacity);
                ($producers(producer, producers), only(consumer, consumers))
            }
        }

        impl<T: Send + 'static> Sink<T> for $queue::Producer<T> {
            #[inline]
            fn push(&mut self, message: T) -> Result<(), T> {
                Self::push(self, message).map_err(Full::into_inner)
            }
        }

        impl<T: Send + 'static> Source<T> for $queue::Consumer<T> {
            #[inline]
            fn pop(&mut self) -> Option<T> {
                Self::pop(self)
            }
        }
    };
}

queue!(
    /// `spsc::ring_buffer` of nexus-queue: each side remembers where the other was.
    Spsc, spsc, "nexus-spsc", Spsc, WaitFree, only,
);
queue!(
    /// `mpsc::ring_buffer` of nexus-queue: Vyukov's queue, a stamp in each slot.
    Mpsc, mpsc, "nexus-mpsc", Mpsc, ClaimPublish, clones,
);
