//! The queue of heapless, whose capacity is a part of its type.

use std::sync::Arc;

use heapless::mpmc::{Queue, QueueView};

use crate::contender::{Contender, Handles, Info, Kind, Progress, Sink, Source, clones};

/// `mpmc::Queue` of heapless with `mpmc_large`: Vyukov's queue, a stamp in each slot, on the heap here.
///
/// Capacities are powers of two from 2; others are rounded up here. It is made on the stack, so those above
/// 1024 are left out. Its authors have deprecated it for not being lock-free, which holds for every queue of
/// that kind.
#[derive(Debug)]
pub struct Heapless;

impl Contender for Heapless {
    const INFO: Info =
        Info { progress: Progress::ClaimPublish, ..Info::peer("heapless", Kind::Mpmc) };
    const MOST_CAPACITY: usize = 1024;
    type Producer<T: Send + 'static> = Arc<QueueView<T>>;
    type Consumer<T: Send + 'static> = Arc<QueueView<T>>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        /// A queue of the first of these capacities that is enough.
        macro_rules! least {
            ($($size:literal)*) => {
                match capacity {
                    $(..=$size => Arc::<Queue<T, $size>>::default(),)*
                    _ => panic!("the plan holds no capacity above {}", Self::MOST_CAPACITY),
                }
            };
        }
        let queue: Arc<QueueView<T>> = least!(2 4 8 16 32 64 128 256 512 1024);
        (clones(Arc::clone(&queue), producers), clones(queue, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for Arc<QueueView<T>> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        self.enqueue(message)
    }
}

impl<T: Send + 'static> Source<T> for Arc<QueueView<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.dequeue()
    }
}
