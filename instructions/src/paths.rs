//! The paths that are counted: what one thread does, again and again, with nobody in its way.

use std::hint::black_box;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use ringway::channel::{Receiver, Sender, bounded};
use ringway::{Queue, ring};

/// How many operations a path is counted over; it can do twice as many.
pub const LOT: usize = 4096;

/// The capacity where messages go round and round.
const CAPACITY: usize = 1024;

/// The capacity where they only go in, or only out.
const ROOM: usize = 2 * LOT;

/// Something to count.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// The queue and what is done to it, such as `spsc/push`.
    pub name: &'static str,
    /// Does so, this many times.
    pub run: fn(usize),
}

/// Both ends of a queue.
trait Ends {
    /// An empty queue.
    fn new(capacity: usize) -> Self;

    /// Takes a message, unless the queue is full.
    fn push(&mut self, message: u64) -> bool;

    /// The oldest message, unless the queue is empty.
    fn pop(&mut self) -> Option<u64>;
}

/// Those that move many messages at once.
trait Batches: Ends {
    /// Takes what fits; how many.
    fn push_slice(&mut self, messages: &[u64]) -> usize;

    /// Gives what there is; how many.
    fn pop_slice(&mut self, room: &mut [u64]) -> usize;
}

/// What goes through.
trait Message: Copy {
    /// One of this word.
    fn of(word: u64) -> Self;

    /// All of it, read.
    fn read(self) -> u64;
}

impl Message for u64 {
    fn of(word: u64) -> Self {
        word
    }

    fn read(self) -> u64 {
        self
    }
}

/// As long as a cache line: a copy more on its way costs as many instructions as can be seen.
type Line = [u64; 8];

impl Message for Line {
    fn of(word: u64) -> Self {
        [word; 8]
    }

    fn read(self) -> u64 {
        self.iter().fold(0, |all, word| all | word)
    }
}

/// Implements the ends for the handles of a ring.
macro_rules! ring {
    ($($kind:ident)+) => { $(
        impl<M: Message> Ends for (ring::$kind::Producer<M>, ring::$kind::Consumer<M>) {
            fn new(capacity: usize) -> Self {
                ring::$kind(capacity)
            }

            fn push(&mut self, message: u64) -> bool {
                self.0.push(M::of(message)).is_ok()
            }

            fn pop(&mut self) -> Option<u64> {
                self.1.pop().map(M::read)
            }
        }

        impl Batches for (ring::$kind::Producer<u64>, ring::$kind::Consumer<u64>) {
            fn push_slice(&mut self, messages: &[u64]) -> usize {
                self.0.push_slice(messages)
            }

            fn pop_slice(&mut self, room: &mut [u64]) -> usize {
                self.1.pop_slice(room)
            }
        }
    )+ };
}

ring!(spsc mpsc spmc mpmc);

impl<M: Message> Ends for Queue<M> {
    fn new(capacity: usize) -> Self {
        Self::new(capacity)
    }

    fn push(&mut self, message: u64) -> bool {
        Self::push(self, M::of(message)).is_ok()
    }

    fn pop(&mut self) -> Option<u64> {
        Self::pop(self).map(M::read)
    }
}

/// A channel by the operations that never wait.
struct Trying<M>(Sender<M>, Receiver<M>);

impl<M: Message> Ends for Trying<M> {
    fn new(capacity: usize) -> Self {
        let (sender, receiver) = bounded(capacity);
        Self(sender, receiver)
    }

    fn push(&mut self, message: u64) -> bool {
        self.0.try_send(M::of(message)).is_ok()
    }

    fn pop(&mut self) -> Option<u64> {
        self.1.try_recv().ok().map(M::read)
    }
}

/// A channel by the operations that would wait.
struct Waiting<M>(Sender<M>, Receiver<M>);

impl<M: Message> Ends for Waiting<M> {
    fn new(capacity: usize) -> Self {
        let (sender, receiver) = bounded(capacity);
        Self(sender, receiver)
    }

    fn push(&mut self, message: u64) -> bool {
        self.0.send(M::of(message)).is_ok()
    }

    fn pop(&mut self) -> Option<u64> {
        self.1.recv().ok().map(M::read)
    }
}

/// Pushes into a queue that has room.
fn push<E: Ends>(count: usize) {
    let mut ends = E::new(ROOM);
    (0..count).for_each(|_| assert!(ends.push(black_box(7))));
    // To drop it takes the longer the more there is in it.
    mem::forget(ends);
}

/// Pops from a queue that has messages.
fn pop<E: Ends>(count: usize) {
    let mut ends = E::new(ROOM);
    (0..ROOM).for_each(|_| assert!(ends.push(black_box(7))));
    (0..count).for_each(|_| assert!(black_box(ends.pop()).is_some()));
    mem::forget(ends);
}

/// A push and a pop in turn: the queue is nearly empty.
fn pairs<E: Ends>(count: usize) {
    let mut ends = E::new(CAPACITY);
    for _ in 0..count {
        assert!(ends.push(black_box(7)));
        assert!(black_box(ends.pop()).is_some());
    }
}

/// Fills the queue and drains it, in turn. An operation is a message in and out.
fn laps<E: Ends>(count: usize) {
    let mut ends = E::new(CAPACITY);
    for _ in 0..count / CAPACITY {
        (0..CAPACITY).for_each(|_| assert!(ends.push(black_box(7))));
        (0..CAPACITY).for_each(|_| assert!(black_box(ends.pop()).is_some()));
    }
}

/// Pushes that a full queue refuses.
fn full<E: Ends>(count: usize) {
    is_full::<E>(CAPACITY, count);
}

/// Pops from an empty queue.
fn empty<E: Ends>(count: usize) {
    is_empty::<E>(CAPACITY, count);
}

/// Pushes that a full queue of two slots refuses.
fn full_of_two<E: Ends>(count: usize) {
    is_full::<E>(2, count);
}

/// Pops from an empty queue of two slots.
fn empty_of_two<E: Ends>(count: usize) {
    is_empty::<E>(2, count);
}

fn is_full<E: Ends>(capacity: usize, count: usize) {
    let mut ends = E::new(capacity);
    (0..capacity).for_each(|_| assert!(ends.push(black_box(7))));
    (0..count).for_each(|_| assert!(!ends.push(black_box(7))));
}

fn is_empty<E: Ends>(capacity: usize, count: usize) {
    let mut ends = E::new(capacity);
    (0..count).for_each(|_| assert!(black_box(ends.pop()).is_none()));
}

/// A batch in and out, in turn.
fn batches<E: Batches, const N: usize>(count: usize) {
    let mut ends = E::new(CAPACITY);
    let mut room = [0; N];
    for _ in 0..count {
        assert_eq!(ends.push_slice(black_box(&[7; N])), N);
        assert_eq!(ends.pop_slice(black_box(&mut room)), N);
    }
}

/// How many instructions of [`control`] are locked.
pub const CONTROL_LOCKED: f64 = 2.0;

/// The path of [`control`].
pub const CONTROL: &str = "control/two-locked";

/// No queue: two instructions that are known to be locked.
fn control(count: usize) {
    let word = AtomicU64::new(0);
    for _ in 0..count {
        black_box(word.fetch_add(black_box(3), Ordering::Relaxed));
        black_box(word.swap(black_box(5), Ordering::Relaxed));
    }
}

/// The paths of one queue, each by the function of its name.
macro_rules! of {
    ($queue:literal, $ends:ty: $($path:ident)+ $(; $size:literal)*) => {
        [
            $(Path { name: concat!($queue, "/", stringify!($path)), run: $path::<$ends> },)+
            $(Path { name: concat!($queue, "/batch-", $size), run: batches::<$ends, $size> },)*
        ]
    };
}

/// Both ends of a ring.
macro_rules! ends {
    ($kind:ident) => { ends!($kind, u64) };
    ($kind:ident, $message:ty) => {
        (ring::$kind::Producer<$message>, ring::$kind::Consumer<$message>)
    };
}

/// All of them.
pub fn all() -> Vec<Path> {
    [
        &[Path { name: CONTROL, run: control }][..],
        &of!("spsc", ends!(spsc): push pop pairs laps full empty; 8; 64),
        &of!("mpsc", ends!(mpsc): push pop pairs laps full empty),
        &of!("spmc", ends!(spmc): push pop pairs laps full empty),
        &of!("mpmc", ends!(mpmc): push pop pairs laps full empty full_of_two empty_of_two; 8; 64),
        &of!("queue", Queue<u64>: push pop pairs laps full empty full_of_two empty_of_two),
        &of!("channel-try", Trying<u64>: push pop pairs laps full empty full_of_two empty_of_two),
        &of!("channel-wait", Waiting<u64>: push pop pairs laps),
        &of!("spsc-64B", ends!(spsc, Line): push pop),
        &of!("mpmc-64B", ends!(mpmc, Line): push pop),
        &of!("queue-64B", Queue<Line>: push pop),
        &of!("channel-try-64B", Trying<Line>: push pop),
        &of!("channel-wait-64B", Waiting<Line>: push pop),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_path_can_be_run_and_has_a_name_of_its_own() {
        let paths = all();
        let names: BTreeSet<_> = paths.iter().map(|path| path.name).collect();
        assert_eq!(names.len(), paths.len());
        for path in paths {
            (path.run)(LOT);
            (path.run)(2 * LOT);
        }
    }

    #[test]
    fn whole_laps_go_into_a_lot() {
        assert_eq!(LOT % CAPACITY, 0);
    }
}
