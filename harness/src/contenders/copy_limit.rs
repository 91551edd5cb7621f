//! The limit: a plain copy through a shared buffer of the same size.
//!
//! The buffer has a few parts. The producer copies messages into one part, hands the whole of it over by one
//! store, and goes on with the next; the consumer copies them out and gives the part back by one store.
//! Nothing is synchronised for single messages or batches, so this is about the most that any queue in that
//! buffer can do. It is no queue: a message can be received only when its part is full or its producer has
//! been dropped.
//!
//! # Invariants
//!
//! - **Owner.** While `filled[p]` is 0, only the producer touches the cells of part `p`; while it is not,
//!   only the consumer. There is one producer and one consumer; each side changes `filled[p]` only while
//!   it owns the part, by a Release store that the Acquire load of the other side reads.
//! - **Filled.** While `filled[p]` is *n* > 0, the first *n* cells of part `p` hold messages, except those
//!   that the consumer has copied out since.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;

use crate::contender::{
    BatchSink, BatchSource, Contender, Handles, Info, Kind, Progress, Role, Sink, Source, only,
};

/// How many parts the buffer has. A limit should be the highest that one finds: on two cores of a virtual
/// machine, 1024 `u64` in batches of 64, medians in M messages/s: 2 parts 144, 4 parts 199, 8 parts 203,
/// 16 parts 201; of the fastest tenth: 192, 255, 338, 264. With two parts one side waits for the other
/// longer than either copies.
const PARTS: usize = 8;

/// The upper limit. The capacity is rounded up to a multiple of the parts; that of the contest is one.
#[derive(Debug)]
pub struct CopyLimit;

impl Contender for CopyLimit {
    const INFO: Info = Info {
        name: "copy-limit",
        package: "std",
        kind: Kind::Spsc,
        role: Role::Limit,
        fifo: true,
        progress: Progress::WaitFree,
    };
    type Producer<T: Send + 'static> = Producer<T>;
    type Consumer<T: Send + 'static> = Consumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let size = capacity.div_ceil(PARTS);
        let cells = (0..PARTS * size).map(|_| UnsafeCell::new(MaybeUninit::uninit())).collect();
        let buffer = Arc::new(Buffer { cells, size, filled: Default::default() });
        let producer = Producer { buffer: Arc::clone(&buffer), part: 0, open: true, written: 0 };
        let consumer = Consumer { buffer, part: 0, filled: 0, taken: 0 };
        (only(producer, producers), only(consumer, consumers))
    }
}

/// The shared buffer. Messages left in it are forgotten, not dropped: it is no queue.
struct Buffer<T> {
    cells: Box<[UnsafeCell<MaybeUninit<T>>]>,
    /// The cells of one part.
    size: usize,
    /// How many messages each part holds; 0: it is the producer's.
    filled: [CachePadded<AtomicUsize>; PARTS],
}

// SAFETY: by **Owner** no cell is touched by two threads at a time, and messages only move from one thread
// to the other, which `T: Send` allows.
unsafe impl<T: Send> Sync for Buffer<T> {}

impl<T> Buffer<T> {
    /// The cell at `offset` in a part, and those after it up to the end of the part.
    #[inline]
    fn cells(&self, part: usize, offset: usize) -> &[UnsafeCell<MaybeUninit<T>>] {
        &self.cells[part * self.size + offset..(part + 1) * self.size]
    }
}

/// The producing side.
pub struct Producer<T> {
    buffer: Arc<Buffer<T>>,
    part: usize,
    /// Whether this side has seen that it owns the part.
    open: bool,
    /// How many cells of the part hold messages.
    written: usize,
}

impl<T> Producer<T> {
    /// The cells of the part that are still to be written, if the part is this side's.
    #[inline]
    fn room(&mut self) -> &[UnsafeCell<MaybeUninit<T>>] {
        // Acquire: the consumer has copied its messages out before it gave the part back.
        self.open = self.open || self.buffer.filled[self.part].load(Ordering::Acquire) == 0;
        if self.open { self.buffer.cells(self.part, self.written) } else { &[] }
    }

    /// So many more cells hold messages; a full part goes to the consumer.
    #[inline]
    fn advance(&mut self, written: usize) {
        self.written += written;
        if self.written == self.buffer.size {
            self.hand_over();
        }
    }

    /// Hands the part over.
    fn hand_over(&mut self) {
        // Release: the messages are in the cells before the consumer sees their number.
        self.buffer.filled[self.part].store(self.written, Ordering::Release);
        self.part = (self.part + 1) % PARTS;
        self.open = false;
        self.written = 0;
    }
}

impl<T> Drop for Producer<T> {
    /// Hands over the last part as far as it got.
    fn drop(&mut self) {
        if self.written > 0 {
            self.hand_over();
        }
    }
}

impl<T> fmt::Debug for Producer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").field("written", &self.written).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Sink<T> for Producer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        let Some(cell) = self.room().first() else { return Err(message) };
        // SAFETY: **Owner**: `room` gives cells only of a part that is this side's.
        unsafe { (*cell.get()).write(message) };
        self.advance(1);
        Ok(())
    }
}

impl<T: Copy + Send + 'static> BatchSink<T> for Producer<T> {
    #[inline]
    fn push_batch(&mut self, messages: &[T]) -> usize {
        let room = self.room();
        let fitting = messages.len().min(room.len());
        // SAFETY: **Owner**, as in `push`. `fitting` is within both slices, which are different memory;
        // `UnsafeCell` and `MaybeUninit` have the layout of what they hold.
        unsafe {
            let cells = UnsafeCell::raw_get(room.as_ptr()).cast::<T>();
            cells.copy_from_nonoverlapping(messages.as_ptr(), fitting);
        }
        self.advance(fitting);
        fitting
    }
}

/// The consuming side.
pub struct Consumer<T> {
    buffer: Arc<Buffer<T>>,
    part: usize,
    /// How many messages the part held when this side saw that it owns it; 0: not seen yet.
    filled: usize,
    /// How many of them are copied out.
    taken: usize,
}

impl<T> Consumer<T> {
    /// The cells of the part that hold messages, if the part is this side's.
    #[inline]
    fn messages(&mut self) -> &[UnsafeCell<MaybeUninit<T>>] {
        if self.filled == 0 {
            // Acquire: the producer has written that many messages before it handed the part over.
            self.filled = self.buffer.filled[self.part].load(Ordering::Acquire);
        }
        &self.buffer.cells(self.part, self.taken)[..self.filled - self.taken]
    }

    /// So many more messages are copied out; an empty part goes back to the producer.
    #[inline]
    fn advance(&mut self, taken: usize) {
        self.taken += taken;
        if self.filled > 0 && self.taken == self.filled {
            // Release: the messages are copied out before the producer sees that the part is its own.
            self.buffer.filled[self.part].store(0, Ordering::Release);
            self.part = (self.part + 1) % PARTS;
            self.filled = 0;
            self.taken = 0;
        }
    }
}

impl<T> fmt::Debug for Consumer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer").field("taken", &self.taken).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Source<T> for Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let cell = self.messages().first()?;
        // SAFETY: **Owner** and **Filled**: `messages` gives cells only of a part that is this side's, and
        // only those that hold a message; `advance` then counts this one as copied out.
        let message = unsafe { (*cell.get()).assume_init_read() };
        self.advance(1);
        Some(message)
    }
}

impl<T: Copy + Send + 'static> BatchSource<T> for Consumer<T> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [T]) -> usize {
        let messages = self.messages();
        let taken = room.len().min(messages.len());
        // SAFETY: **Owner** and **Filled**, as in `pop`. `taken` is within both slices, which are different
        // memory; `UnsafeCell` and `MaybeUninit` have the layout of what they hold.
        unsafe {
            let cells = UnsafeCell::raw_get(messages.as_ptr()).cast::<T>();
            cells.copy_to_nonoverlapping(room.as_mut_ptr(), taken);
        }
        self.advance(taken);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_change_hands_when_full_and_the_last_one_when_its_producer_goes() {
        let (mut sinks, mut sources) = CopyLimit::create::<u64>(PARTS * 4, 1, 1);
        let (mut sink, mut source) = (sinks.remove(0), sources.remove(0));
        let mut room = [0; 8];

        assert_eq!(sink.push_batch(&[1, 2, 3]), 3);
        assert_eq!(source.pop_batch(&mut room), 0, "the first part is not full");
        assert_eq!(sink.push_batch(&[4, 5]), 1, "up to the end of the part");
        assert_eq!(source.pop_batch(&mut room[..3]), 3);
        for part in 1..PARTS {
            assert_eq!(sink.push_batch(&[5, 6, 7, 8]), 4, "part {part}");
        }
        assert_eq!(sink.push(9), Err(9), "the first part is not empty");
        assert_eq!(source.pop(), Some(4));
        assert_eq!(sink.push(9), Ok(()));
        for part in 1..PARTS {
            assert_eq!(source.pop_batch(&mut room), 4, "part {part}");
            assert_eq!(room, [5, 6, 7, 8, 0, 0, 0, 0]);
        }
        assert_eq!(source.pop(), None, "the first part is not full again");
        drop(sink);
        assert_eq!(source.pop(), Some(9));
        assert_eq!(source.pop(), None);
    }
}
