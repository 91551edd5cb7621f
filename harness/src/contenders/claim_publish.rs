//! A control: what ringway's mpmc ring would be if nobody had to pass a late thread.
//!
//! The layout is that of the ring: a 64-bit position with the lap above the index, groups of four marks and
//! four cells on a cache line, a guess of its counter in each handle, a prefetch of the group after the next.
//! The protocol is the plain one: *claim* a position by one compare-and-swap of the side's counter, move the
//! message, *publish* it by one store into its mark. A thread that is suspended in between stops those behind
//! it. What the ring pays so that they need not stop is the difference between the two.
//!
//! # Invariants
//!
//! - **Turn.** The mark of a slot holds a lap and, in the lowest bit, whose turn it is in that lap:
//!   `FILL` or `EMPTY`. Only the owner of the slot stores it.
//! - **Owner.** Whoever moves the counter of a side past a position after it saw in the mark that it is the
//!   side's turn in that lap owns the slot, until it passes the turn on by a Release store that the Acquire
//!   load of the other side reads. A counter passes a position once: it only grows, and no ring lives long
//!   enough for 64 bits to overflow.
//! - **Filled.** A slot whose turn is `EMPTY` holds a message; one whose turn is `FILL` holds none.
//! - **Group.** There are as many groups as it takes for the capacity, and the index of every position is
//!   below the capacity.

use std::array;
use std::cell::UnsafeCell;
use std::fmt;
use std::hint;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::contender::{Contender, Handles, Info, Kind, Progress, Role, Sink, Source, clones};

/// The slots of a group: with words as messages, marks and cells are a cache line.
const GROUP: usize = 4;

/// It is the turn of a producer.
const FILL: u64 = 0;

/// It is the turn of a consumer.
const EMPTY: u64 = 1;

/// A ring that claims and publishes.
#[derive(Debug)]
pub struct ClaimPublish;

impl Contender for ClaimPublish {
    const INFO: Info = Info {
        name: "claim-publish",
        package: "std",
        kind: Kind::Mpmc,
        role: Role::Control,
        fifo: true,
        progress: Progress::ClaimPublish,
    };
    type Producer<T: Send + 'static> = Producer<T>;
    type Consumer<T: Send + 'static> = Consumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let ring = Arc::new(Ring::new(capacity));
        let producer = Producer { ring: Arc::clone(&ring), guess: 0 };
        let consumer = Consumer { ring, guess: 0 };
        (clones(producer, producers), clones(consumer, consumers))
    }
}

/// What positions mean: the index of a slot in the low bits, the lap above them.
#[derive(Debug, Clone, Copy)]
struct Geometry {
    capacity: usize,
    /// The bits of the index, at least one, so that the lowest bit of a lap is free for the turn.
    mask: u64,
}

impl Geometry {
    /// The slot that a position names.
    #[inline]
    fn index(self, position: u64) -> usize {
        (position & self.mask) as usize
    }

    /// What the mark of a position's slot holds when it is that side's turn in that position's lap.
    #[inline]
    fn mark(self, position: u64, turn: u64) -> u64 {
        position & !self.mask | turn
    }

    /// The same slot, one lap later.
    #[inline]
    fn next_lap(self, position: u64) -> u64 {
        position.wrapping_add(self.mask + 1)
    }

    /// The position after this one.
    #[inline]
    fn next(self, position: u64) -> u64 {
        if self.index(position) + 1 < self.capacity {
            position + 1
        } else {
            self.next_lap(position) & !self.mask
        }
    }
}

/// Slots that lie together.
#[repr(C, align(64))]
struct Group<T> {
    marks: [AtomicU64; GROUP],
    cells: [UnsafeCell<MaybeUninit<T>>; GROUP],
}

/// The ring, which all handles share.
struct Ring<T> {
    /// The next position to fill.
    filled: CachePadded<AtomicU64>,
    /// The next position to empty.
    emptied: CachePadded<AtomicU64>,
    geometry: Geometry,
    groups: Box<[Group<T>]>,
}

// SAFETY: by **Owner** no cell is touched by two threads at a time, and messages only move from one thread
// to another, which `T: Send` allows.
unsafe impl<T: Send> Sync for Ring<T> {}

impl<T> Ring<T> {
    /// An empty ring of exactly that capacity.
    fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a ring has at least one slot");
        let group = |_| Group {
            marks: array::from_fn(|_| AtomicU64::new(FILL)),
            cells: array::from_fn(|_| UnsafeCell::new(MaybeUninit::uninit())),
        };
        Self {
            filled: CachePadded::default(),
            emptied: CachePadded::default(),
            geometry: Geometry { capacity, mask: capacity.next_power_of_two().max(2) as u64 - 1 },
            groups: (0..capacity.div_ceil(GROUP)).map(group).collect(),
        }
    }

    /// The mark and the cell of a position's slot.
    #[inline]
    fn slot(&self, position: u64) -> (&AtomicU64, &UnsafeCell<MaybeUninit<T>>) {
        let index = self.geometry.index(position);
        // SAFETY: **Group**: the index is below the capacity.
        let group = unsafe { self.groups.get_unchecked(index / GROUP) };
        prefetch(group);
        (&group.marks[index % GROUP], &group.cells[index % GROUP])
    }

    /// Claims the next position of the side whose counter and turn these are, or none if it is not the
    /// side's turn at its slot. `guess` is where the counter may stand.
    #[inline]
    fn claim(&self, counter: &AtomicU64, guess: &mut u64, turn: u64) -> Option<Claim<'_, T>> {
        let geometry = self.geometry;
        let mut position = *guess;
        loop {
            let (mark, cell) = self.slot(position);
            // Acquire: what the other side did with the cell before it passed the turn has happened.
            let latest = if mark.load(Ordering::Acquire) == geometry.mark(position, turn) {
                let next = geometry.next(position);
                // Relaxed: **Owner** needs no more than that one handle gets the position.
                match counter.compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed)
                {
                    Ok(_) => {
                        *guess = next;
                        return Some(Claim { position, mark, cell });
                    }
                    Err(latest) => latest,
                }
            } else {
                // Relaxed: an old value says full or empty as of then, or costs one more turn of the loop.
                let latest = counter.load(Ordering::Relaxed);
                if latest == position {
                    *guess = position;
                    return None;
                }
                latest
            };
            position = latest;
            hint::spin_loop();
        }
    }
}

impl<T> Drop for Ring<T> {
    /// Drops the messages that are left.
    fn drop(&mut self) {
        let mut position = *self.emptied.get_mut();
        while position != *self.filled.get_mut() {
            let (_, cell) = self.slot(position);
            // SAFETY: no handle is left, so that every claim is published, and by **Filled** the slots
            // between the two counters hold messages, of which the loop meets each once.
            unsafe { (*cell.get()).assume_init_drop() };
            position = self.geometry.next(position);
        }
    }
}

/// A slot between claim and publication.
struct Claim<'a, T> {
    position: u64,
    mark: &'a AtomicU64,
    cell: &'a UnsafeCell<MaybeUninit<T>>,
}

/// Asks the processor to have the group after the next at hand, to be written. Behind the last group this
/// names memory that is not ours, which is neither read nor written.
#[inline]
fn prefetch<T>(group: &Group<T>) {
    #[cfg(target_arch = "x86_64")]
    {
        let ahead = (&raw const *group).wrapping_add(2);
        // SAFETY: a prefetch is a hint: it has no effect on memory and cannot fault.
        unsafe {
            std::arch::asm!(
                "prefetchw [{}]", in(reg) ahead, options(readonly, nostack, preserves_flags),
            );
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = group;
}

/// A producer: a handle with its guess of the counter.
pub struct Producer<T> {
    ring: Arc<Ring<T>>,
    guess: u64,
}

impl<T: Send + 'static> Sink<T> for Producer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        let ring = &*self.ring;
        let Some(Claim { position, mark, cell }) = ring.claim(&ring.filled, &mut self.guess, FILL)
        else {
            return Err(message);
        };
        // SAFETY: **Owner**: the slot is this handle's; by **Filled** no message is overwritten.
        unsafe { (*cell.get()).write(message) };
        // Release: the message is in the cell before a consumer sees that it is its turn.
        mark.store(ring.geometry.mark(position, EMPTY), Ordering::Release);
        Ok(())
    }
}

/// A consumer: a handle with its guess of the counter.
pub struct Consumer<T> {
    ring: Arc<Ring<T>>,
    guess: u64,
}

impl<T: Send + 'static> Source<T> for Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let ring = &*self.ring;
        let Claim { position, mark, cell } = ring.claim(&ring.emptied, &mut self.guess, EMPTY)?;
        // SAFETY: **Owner** and **Filled**: the slot is this handle's and holds a message, which moves out.
        let message = unsafe { (*cell.get()).assume_init_read() };
        // Release: the message is out of the cell before a producer sees that it is its turn.
        mark.store(ring.geometry.mark(ring.geometry.next_lap(position), FILL), Ordering::Release);
        Some(message)
    }
}

/// What every handle has apart from its side.
macro_rules! handle {
    ($($name:ident),*) => {$(
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self { ring: Arc::clone(&self.ring), guess: self.guess }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("guess", &self.guess).finish_non_exhaustive()
            }
        }
    )*};
}

handle!(Producer, Consumer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_words_is_a_cache_line() {
        assert_eq!((size_of::<Group<u64>>(), align_of::<Group<u64>>()), (64, 64));
    }

    #[test]
    fn positions_go_through_every_slot_and_on_to_the_next_lap() {
        for (capacity, lap) in [(1, 2), (3, 4), (4, 4), (5, 8)] {
            let geometry = Ring::<u64>::new(capacity).geometry;
            let mut position = 0;
            for expected in (0..3 * lap).filter(|position| position % lap < capacity as u64) {
                assert_eq!(position, expected, "capacity {capacity}");
                position = geometry.next(position);
            }
        }
    }
}
