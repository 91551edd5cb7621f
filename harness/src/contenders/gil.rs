//! The queues of gil: `spsc`, with batches by its buffers, and `mpmc`.
//!
//! gil 0.9.0 is unsound in places that nothing here uses. Its receivers wait for ever once no sender is left, so
//! that these take part as queues that do not wait by themselves.

use std::num::NonZeroUsize;

use gil::{mpmc, spsc};

use crate::contender::{
    BatchSink, BatchSource, Contender, Handles, Info, Kind, Progress, Role, Sink, Source, clones,
    only,
};

/// What both have in common.
const fn of_gil(name: &'static str, kind: Kind, progress: Progress) -> Info {
    Info { name, package: "gil", kind, role: Role::Peer, fifo: true, progress }
}

/// The capacity as gil asks for it.
fn nonzero(capacity: usize) -> NonZeroUsize {
    NonZeroUsize::new(capacity).expect("the plan holds no capacity of 0")
}

/// `spsc::channel` of gil. Batches go through its buffers, which end at the end of the ring: around it, a batch
/// is two.
#[derive(Debug)]
pub struct Spsc;

impl Contender for Spsc {
    const INFO: Info = of_gil("gil-spsc", Kind::Spsc, Progress::WaitFree);
    type Producer<T: Send + 'static> = spsc::Sender<T>;
    type Consumer<T: Send + 'static> = spsc::Receiver<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (sender, receiver) = spsc::channel(nonzero(capacity));
        (only(sender, producers), only(receiver, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for spsc::Sender<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        self.try_send(message)
    }
}

impl<T: Send + 'static> Source<T> for spsc::Receiver<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.try_recv()
    }
}

impl<T: Copy + Send + 'static> BatchSink<T> for spsc::Sender<T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        let mut rest = messages;
        while !rest.is_empty() {
            let room = self.write_buffer();
            let count = room.len().min(rest.len());
            if count == 0 {
                break;
            }
            room[..count].write_copy_of_slice(&rest[..count]);
            // SAFETY: the buffer is the last that was given out, it has at least `count` places, and the first
            // `count` of them were written.
            unsafe { self.commit(count) };
            rest = &rest[count..];
        }
        messages.len() - rest.len()
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for spsc::Receiver<T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        let mut popped = 0;
        while popped < room.len() {
            let copied = self.read_guard().copy_into(&mut room[popped..]);
            if copied == 0 {
                break;
            }
            popped += copied;
        }
        popped
    }
}

/// `mpmc::channel` of gil: Vyukov's queue, a stamp in each slot, a line for each slot; each handle remembers
/// where it was.
///
/// Capacities are rounded up to powers of two. With a single slot it takes more messages than fit: so it has two
/// at least here.
#[derive(Debug)]
pub struct Mpmc;

impl Contender for Mpmc {
    const INFO: Info = of_gil("gil-mpmc", Kind::Mpmc, Progress::ClaimPublish);
    const LEAST_CAPACITY: usize = 2;
    type Producer<T: Send + 'static> = mpmc::Sender<Uncloned<T>>;
    type Consumer<T: Send + 'static> = mpmc::Receiver<Uncloned<T>>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (sender, receiver) = mpmc::channel(nonzero(capacity.max(Self::LEAST_CAPACITY)));
        (clones(sender, producers), clones(receiver, consumers))
    }
}

/// A message of [`Mpmc`]. It asks for messages that are `Clone` before it lets a handle be cloned, though it
/// clones none; in the wrapper all are, at no cost.
#[derive(Debug)]
pub struct Uncloned<T>(T);

impl<T> Clone for Uncloned<T> {
    fn clone(&self) -> Self {
        unreachable!("a handle is cloned without messages")
    }
}

impl<T: Send + 'static> Sink<T> for mpmc::Sender<Uncloned<T>> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        self.try_send(Uncloned(message)).map_err(|Uncloned(message)| message)
    }
}

impl<T: Send + 'static> Source<T> for mpmc::Receiver<Uncloned<T>> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.try_recv().map(|Uncloned(message)| message)
    }
}
