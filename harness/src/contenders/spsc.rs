//! Peers for one producer and one consumer, with batches.

use fq::FastQueue;
use ringbuf::traits::{Consumer as _, Producer as _, Split as _};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::contender::{
    BatchSink, BatchSource, Contender, Handles, Info, Kind, Progress, Role, Sink, Source, only,
};

/// What these have in common.
const fn spsc(name: &'static str) -> Info {
    Info {
        name,
        package: name,
        kind: Kind::Spsc,
        role: Role::Peer,
        fifo: true,
        progress: Progress::WaitFree,
    }
}

/// `RingBuffer` of rtrb; batches by its slices.
#[derive(Debug)]
pub struct Rtrb;

impl Contender for Rtrb {
    const INFO: Info = spsc("rtrb");
    type Producer<T: Send + 'static> = rtrb::Producer<T>;
    type Consumer<T: Send + 'static> = rtrb::Consumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (producer, consumer) = rtrb::RingBuffer::new(capacity);
        (only(producer, producers), only(consumer, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for rtrb::Producer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        Self::push(self, message).map_err(|rtrb::PushError::Full(message)| message)
    }
}

impl<T: Send + 'static> Source<T> for rtrb::Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        Self::pop(self).ok()
    }
}

impl<T: Copy + Send + 'static> BatchSink<T> for rtrb::Producer<T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        self.push_partial_slice(messages).0.len()
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for rtrb::Consumer<T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        self.pop_partial_slice(room).0.len()
    }
}

/// `HeapRb` of ringbuf, split into its caching halves; batches by its slices.
#[derive(Debug)]
pub struct Ringbuf;

impl Contender for Ringbuf {
    const INFO: Info = spsc("ringbuf");
    type Producer<T: Send + 'static> = HeapProd<T>;
    type Consumer<T: Send + 'static> = HeapCons<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (producer, consumer) = HeapRb::new(capacity).split();
        (only(producer, producers), only(consumer, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for HeapProd<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        self.try_push(message)
    }
}

impl<T: Send + 'static> Source<T> for HeapCons<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.try_pop()
    }
}

impl<T: Copy + Send + 'static> BatchSink<T> for HeapProd<T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        self.push_slice(messages)
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for HeapCons<T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        self.pop_slice(room)
    }
}

/// `FastQueue` of fq; batches by its slices. Capacities are rounded up to powers of two, from 2.
#[derive(Debug)]
pub struct Fq;

impl Contender for Fq {
    const INFO: Info = spsc("fq");
    type Producer<T: Send + 'static> = fq::Producer<T>;
    type Consumer<T: Send + 'static> = fq::Consumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (producer, consumer) = FastQueue::new(capacity);
        (only(producer, producers), only(consumer, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for fq::Producer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        Self::push(self, message)
    }
}

impl<T: Send + 'static> Source<T> for fq::Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        Self::pop(self)
    }
}

impl<T: Copy + Send + 'static> BatchSink<T> for fq::Producer<T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        self.push_slice(messages)
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for fq::Consumer<T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        self.pop_slice(room)
    }
}
