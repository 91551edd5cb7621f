//! Memory: what a ring takes when it is made, and that nothing is allocated after that.
#![cfg(feature = "alloc")]

#[path = "../src/effort.rs"]
mod effort;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::mem::{ManuallyDrop, forget};

use ringway::ring::{self, Consumer, Link, Producer, Solo, Staged};

use crate::effort::{affordable, times};

/// The system's allocator, with a count for each thread.
struct Counting;

thread_local! {
    /// How often this thread has allocated.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// How many bytes this thread has allocated and not given back.
    static BYTES: Cell<isize> = const { Cell::new(0) };
    /// How many bytes this thread has allocated that were written, or will be.
    static WRITTEN: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is the system's allocator; the counts allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get() + layout.size() as isize);
        WRITTEN.set(WRITTEN.get() + layout.size());
        // SAFETY: the caller keeps the conditions of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get() + layout.size() as isize);
        // What is to be aligned to more is written by the standard library.
        if layout.align() > 16 {
            WRITTEN.set(WRITTEN.get() + layout.size());
        }
        // SAFETY: the caller keeps the conditions of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        // SAFETY: the caller keeps the conditions of `dealloc`.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// By how many bytes `work` changes what is allocated.
fn bytes<T>(work: impl FnOnce() -> T) -> (isize, T) {
    let before = BYTES.get();
    let result = work();
    (BYTES.get() - before, result)
}

#[test]
fn the_count_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1);
    assert_eq!(bytes(|| black_box(vec![0_u64; 100])).0, 800);
}

/// Makes a test of each check for each of the kinds, with a function that makes a ring.
macro_rules! on_kinds {
    ($kinds:tt: $($check:ident),+ $(,)?) => {
        $(mod $check { on_kinds!(@kinds $kinds $check); })+
    };
    (@kinds [$($kind:ident),+] $check:ident) => {
        $(#[test]
        fn $kind() {
            super::$check(ringway::ring::$kind);
        })+
    };
}

on_kinds!([spsc, mpsc, spmc, mpmc]:
    a_ring_takes_at_most_24_bytes_for_a_word,
    the_slots_of_a_new_ring_are_not_written,
    a_ring_gives_all_its_memory_back,
    moving_values_allocates_nothing,
);
on_kinds!([spsc, spmc]:
    a_reservation_allocates_nothing,
    b6_a_forgotten_reservation_leaks_no_memory,
);
on_kinds!([spsc, mpsc]:
    a_peek_allocates_nothing,
    b6_a_forgotten_peek_leaks_no_memory,
);

/// More than the counters and the reference counts take, with their padding.
const CONSTANT: isize = 1024;

#[test]
fn a_ring_whose_sides_are_never_late_takes_at_most_16_bytes_for_a_word() {
    takes_at_most(16, ring::spsc::<u64>);
}

// A mark and the word, and a late word that is not touched while nobody is late.
fn a_ring_takes_at_most_24_bytes_for_a_word<L: Link<Item = u64>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    takes_at_most(24, make);
}

// The system has the memory ready when it is used for the first time.
fn the_slots_of_a_new_ring_are_not_written<L: Link<Item = u64>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let before = WRITTEN.get();
    drop(black_box(make(100_000)));
    assert!(WRITTEN.get() - before <= CONSTANT as usize);
}

#[test]
fn a_queue_takes_at_most_24_bytes_for_a_word_and_allocates_nothing_later() {
    takes_at_most(24, ringway::Queue::<u64>::new);
    let queue = ringway::Queue::new(5);
    let moved = allocations(|| {
        for value in 0..20_u64 {
            black_box(queue.force_push(value));
            black_box(queue.push_slice(&[value; 3]));
            black_box(queue.pop());
        }
    });
    assert_eq!(moved, 0);
}

fn takes_at_most<R>(bytes_of_a_slot: isize, make: fn(usize) -> R) {
    for capacity in affordable([1, 7, 64, 1000, 1024, 1025]) {
        let (taken, ring) = bytes(|| make(capacity));
        let slots = bytes_of_a_slot * capacity as isize;
        assert!(taken <= slots + CONSTANT, "{taken} bytes for {capacity} words");
        assert!(taken >= 8 * capacity as isize);
        drop(ring);
    }
}

fn a_ring_gives_all_its_memory_back<L: Link<Item = Box<u64>>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (kept, ()) = bytes(|| {
        let (mut producer, mut consumer) = make(5);
        for lap in 0..4 {
            while producer.push(Box::new(lap)).is_ok() {}
            consumer.pop();
            consumer.pop_vec(&mut Vec::new(), 2);
        }
        drop(consumer);
        while producer.push(Box::new(9)).is_ok() {}
    });
    assert_eq!(kept, 0);
}

/// More than a lap of rounds for a ring of this capacity, with fewer slots than are pushed.
const CAPACITY: usize = 40;

fn moving_values_allocates_nothing<L: Link<Item = u64>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (mut producer, mut consumer) = make(CAPACITY);
    let mut slice = [0; CAPACITY];
    let mut vec = Vec::with_capacity(2 * CAPACITY);
    let mut staged = Staged::<_, 8>::new(0..);
    let count = allocations(|| {
        for round in 0..times(200) as u64 {
            let _ = producer.push(round);
            assert!(producer.push_slice(&[round; 7]) <= 7);
            let _ = producer.push_slice_exact(&[round; 9]);
            producer.push_iter(&mut staged);
            producer.push_vec(&mut vec);
            vec.clear();
            consumer.pop();
            consumer.pop_slice(&mut slice[..5]);
            let _ = consumer.pop_slice_exact(&mut slice[..11]);
            consumer.pop_vec(&mut vec, usize::MAX);
            let room = CAPACITY - vec.len();
            let _ = consumer.pop_vec_exact(&mut vec, room);
            let _ = producer.push_vec_exact(&mut vec);
            vec.truncate(CAPACITY);
            assert!(producer.len() == consumer.len() && !consumer.is_disconnected());
        }
        while consumer.pop().is_some() {}
        drop((producer, consumer));
    });
    assert_eq!(count, 0);
}

fn a_reservation_allocates_nothing<L: Link<Item = u64, Producers = Solo>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (mut producer, mut consumer) = make(CAPACITY);
    let count = allocations(|| {
        for round in 0..times(200) as u64 {
            let mut slots = producer.reserve(7);
            let _ = slots.write(round);
            slots.fill([1, 2, 3]);
            let written = slots.places().flatten().map(|place| place.write(4)).count();
            // SAFETY: so many places were written.
            unsafe { slots.assume_written(written) };
            assert_eq!(slots.commit(), 7);
            drop(producer.reserve(3));
            forget(producer.reserve(3));
            (0..7).for_each(|_| assert!(consumer.pop().is_some()));
        }
    });
    assert_eq!(count, 0);
}

fn a_peek_allocates_nothing<L: Link<Item = u64, Consumers = Solo>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (mut producer, mut consumer) = make(CAPACITY);
    let count = allocations(|| {
        for round in 0..times(200) as u64 {
            producer.push_slice(&[round; 7]);
            let mut values = consumer.peek(usize::MAX);
            values.iter_mut().for_each(|value| *value += 1);
            assert!(values.iter().chain(values.pieces().flatten()).all(|&value| value > round));
            assert_eq!(values.release(7), 7);
            let _ = ManuallyDrop::new(consumer.peek(3));
        }
    });
    assert_eq!(count, 0);
}

// jamesmunns/bbqueue#131
fn b6_a_forgotten_reservation_leaks_no_memory<L: Link<Item = u64, Producers = Solo>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (kept, ()) = bytes(|| {
        let (mut producer, consumer) = make(5);
        let mut slots = producer.reserve(3);
        slots.fill(0..2);
        forget(slots);
        drop((producer, consumer));
    });
    assert_eq!(kept, 0);
}

// jamesmunns/bbqueue#131
fn b6_a_forgotten_peek_leaks_no_memory<L: Link<Item = Box<u64>, Consumers = Solo>>(
    make: fn(usize) -> (Producer<L>, Consumer<L>),
) {
    let (kept, ()) = bytes(|| {
        let (mut producer, mut consumer) = make(5);
        producer.push(Box::new(1)).unwrap();
        let _ = ManuallyDrop::new(consumer.peek(3));
        drop((producer, consumer));
    });
    assert_eq!(kept, 0);
}

#[test]
fn clones_allocate_nothing() {
    let (producer, consumer) = ring::mpmc::<u64>(4);
    assert_eq!(allocations(|| drop((producer.clone(), consumer.clone()))), 0);
}

#[test]
fn an_inline_ring_allocates_nothing() {
    let count = allocations(|| {
        let ring = ring::mpmc::Inline::<u64, 4>::new();
        for _ in 0..3 {
            let (mut producer, mut consumer) = ring.split().unwrap();
            let (mut other, mut another) = (producer.clone(), consumer.clone());
            producer.push_slice(&[1, 2]);
            other.push(3).unwrap();
            assert_eq!((another.pop(), consumer.pop()), (Some(1), Some(2)));
        }
    });
    assert_eq!(count, 0);
}

/// A vector of a channel's batch keeps its memory: sending allocates nothing, and neither does who
/// fills the vector again.
#[cfg(feature = "std")]
#[test]
fn a_vector_that_was_sent_keeps_its_memory() {
    let (sender, receiver) = ringway::channel::bounded(8);
    let mut messages = Vec::with_capacity(20);
    let count = allocations(|| {
        for round in 0..times(20) as u64 {
            messages.extend([round; 7]);
            sender.send_all(&mut messages).unwrap();
            assert!(messages.is_empty() && receiver.try_iter().eq([round; 7]));
        }
        messages.extend(0..7);
        let mut sending = core::pin::pin!(sender.send_all_async(&mut messages));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(sending.as_mut().poll(&mut context).is_ready());
    });
    drop(receiver);
    assert_eq!((count, messages.capacity()), (0, 20));
    messages.extend(0..7);
    let count = allocations(|| assert!(sender.send_all(&mut messages).is_err()));
    assert_eq!((count, messages.len(), messages.capacity()), (0, 7, 20));
}

/// Also where a part of it was sent.
#[cfg(feature = "std")]
#[test]
fn a_vector_that_was_sent_in_part_keeps_its_memory() {
    let (sender, receiver) = ringway::channel::bounded(3);
    let mut messages = Vec::with_capacity(20);
    messages.extend(0..5);
    let mut sending = Box::pin(sender.send_all_async(&mut messages));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(sending.as_mut().poll(&mut context).is_pending());
    drop(sending);
    assert_eq!((&messages[..], messages.capacity()), (&[3, 4][..], 20));
    assert!(receiver.try_iter().eq(0..3));
}

/// They are in a list that is made for the first of them.
#[cfg(feature = "std")]
#[test]
fn a_channel_takes_nothing_for_those_who_wait_for_its_end_before_one_does() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};
    fn poll(closed: impl Future) {
        assert!(pin!(closed).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let (sender, receiver) = ringway::channel::bounded::<u64>(1);
    assert_eq!(allocations(|| drop(sender.closed())), 0, "it was not polled");
    let (list, ()) = bytes(|| poll(sender.closed()));
    assert!((1..=512).contains(&list), "{list} bytes");
    // The place of one who waits is given back with it.
    assert_eq!(bytes(|| (0..10).for_each(|_| poll(receiver.closed()))).0, 0);
    let (sender, _receiver) = ringway::channel::bounded::<u64>(1);
    assert_eq!(allocations(|| _ = sender.close()), 0);
}

/// What it takes today, and no more: less where a counter is not padded to two cache lines.
#[cfg(feature = "std")]
#[test]
fn an_idle_channel_takes_so_much_at_most() {
    let is_padded = cfg!(target_pointer_width = "64") && !cfg!(target_arch = "x86_64");
    let most = match (cfg!(feature = "metrics"), is_padded) {
        (false, false) => 656,
        (true, false) => 912,
        (false, true) => 900,
        (true, true) => 1000,
    };
    let (taken, channel) = bytes(|| ringway::channel::bounded::<u64>(1));
    assert!(taken <= most, "{taken} bytes");
    assert_eq!(bytes(|| drop(channel)).0, -taken, "all of it is given back");
}

/// The list has nothing of a channel that is gone, and a channel without a name has nothing of one that has.
#[cfg(feature = "metrics")]
#[test]
fn a_channel_with_a_name_gives_all_its_memory_back() {
    let make = |name: &str| {
        let (sender, receiver) = ringway::channel::bounded::<u64>(4);
        assert!(name.is_empty() || sender.register(name));
        sender.send(1).unwrap();
        (sender, receiver)
    };
    let (warm, _) = (make("warm"), ringway::channel::registered());
    let (plain, _channel) = bytes(|| make(""));
    let (named, channel) = bytes(|| make("a name"));
    assert!(
        (plain + 1..plain + 1024).contains(&named),
        "{named} bytes, and {plain} without a name"
    );
    assert_eq!(bytes(|| drop(channel)).0, -named);
    let kept = bytes(|| (0..times(200)).for_each(|_| drop((make("more"), make("others"))))).0;
    assert_eq!(kept, 0);
    drop(warm);
}
