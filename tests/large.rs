//! Large values: rings of them are made, filled, emptied and dropped on a small stack, also
//! without optimisation.
//!
//! A stack that overflows ends the whole process, so these tests have one of their own.
#![cfg(feature = "alloc")]

#[path = "../src/effort.rs"]
mod effort;

use std::thread;

use ringway::ring::{self, Consumer, Link, Producer, Solo};

use crate::effort::times;

/// A value half the size of the stack.
type Page = [u8; times(1 << 20)];

/// A value that a small stack holds a few times.
type Leaf = [u8; times(1 << 17)];

/// Runs in a thread with as much stack as the standard library gives by default.
fn on_a_small_stack(work: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(2 << 20);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

/// Values on the heap that never were on the stack.
fn on_the_heap<const SIZE: usize>(n: usize, byte: u8) -> Box<[[u8; SIZE]]> {
    let mut values = Box::<[[u8; SIZE]]>::new_uninit_slice(n);
    for value in &mut values {
        // SAFETY: the pointer is to the memory of one value.
        unsafe { value.as_mut_ptr().write_bytes(byte, 1) };
    }
    // SAFETY: every value was written.
    unsafe { values.assume_init() }
}

/// Pages on the heap.
fn pages(n: usize, byte: u8) -> Box<[Page]> {
    on_the_heap(n, byte)
}

/// Makes a test of each check for each of the kinds, with a ring of three slots.
macro_rules! on_kinds {
    ($kinds:tt: $($check:ident),+ $(,)?) => {
        $(mod $check { on_kinds!(@kinds $kinds $check); })+
    };
    (@kinds [$($kind:ident),+] $check:ident) => {
        $(#[test]
        fn $kind() {
            super::on_a_small_stack(|| {
                let (producer, consumer) = ringway::ring::$kind(3);
                super::$check(producer, consumer);
            });
        })+
    };
}

on_kinds!([spsc, mpsc, spmc, mpmc]:
    b10_large_values_move_in_batches,
    b10_large_values_are_dropped_in_place,
    b10_values_of_a_sixteenth_of_the_stack_move_singly,
);
on_kinds!([spsc, spmc]: b10_large_values_are_written_in_place);
on_kinds!([spsc, mpsc]: b10_large_values_are_read_in_place);

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
fn b10_large_values_move_in_batches<L: Link<Item = Page>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for byte in 1..5 {
        assert_eq!(producer.push_slice(&pages(4, byte)), 3);
        let mut page = pages(1, 0);
        assert_eq!(consumer.pop_slice(&mut page), 1);
        assert!(page.as_flattened().iter().all(|&found| found == byte));
        let mut received = Vec::new();
        assert_eq!(consumer.pop_vec(&mut received, 9), 2);
        assert_eq!(producer.push_vec(&mut received), 2);
        assert!(received.is_empty());
        consumer.pop_vec_exact(&mut received, 2).unwrap();
        assert!(received.as_flattened().iter().all(|&found| found == byte));
    }
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
fn b10_large_values_are_dropped_in_place<L: Link<Item = Page>>(
    mut producer: Producer<L>,
    consumer: Consumer<L>,
) {
    assert_eq!(producer.push_slice(&pages(3, 1)), 3);
    drop(consumer);
    assert!(producer.is_empty());
    assert_eq!(producer.push_slice(&pages(2, 1)), 2);
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
fn b10_values_of_a_sixteenth_of_the_stack_move_singly<L: Link<Item = Leaf>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for byte in 1..5 {
        producer.push([byte; size_of::<Leaf>()]).unwrap();
        assert!(consumer.pop().unwrap().iter().all(|&found| found == byte));
    }
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
fn b10_large_values_are_written_in_place<L: Link<Item = Page, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for byte in 1..5 {
        let mut slots = producer.reserve(2);
        for place in slots.places().flatten() {
            // SAFETY: the pointer is to the memory of one page.
            unsafe { place.as_mut_ptr().write_bytes(byte, 1) };
        }
        // SAFETY: both places were written.
        unsafe { slots.assume_written(2) };
        assert_eq!(slots.commit(), 2);
        let mut received = pages(2, 0);
        consumer.pop_slice_exact(&mut received).unwrap();
        assert!(received.as_flattened().iter().all(|&found| found == byte));
    }
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
fn b10_large_values_are_read_in_place<L: Link<Item = Page, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for byte in 1..5 {
        assert_eq!(producer.push_slice(&pages(2, byte)), 2);
        let values = consumer.peek(3);
        assert!(values.iter().flatten().all(|&found| found == byte));
        assert_eq!(values.release(2), 2);
    }
}

/// A ring that no stack here could hold.
static PAGES: ring::mpmc::Inline<Page, 4> = ring::mpmc::Inline::new();

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
#[test]
fn b10_a_static_ring_of_large_values_is_never_on_the_stack() {
    on_a_small_stack(|| {
        let (mut producer, mut consumer) = PAGES.split().unwrap();
        assert_eq!(producer.push_slice(&pages(5, 7)), 4);
        let mut received = pages(4, 0);
        assert_eq!(consumer.pop_slice(&mut received), 4);
        assert!(received.as_flattened().iter().all(|&found| found == 7));
    });
}

/// How many leaves are more than a small stack holds.
#[cfg(feature = "std")]
const MANY: usize = 64;

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
#[cfg(feature = "std")]
#[test]
fn b10_a_vector_of_large_messages_is_sent_from_where_it_lies() {
    use core::task::{Context, Poll, Waker};
    use std::pin::pin;

    on_a_small_stack(|| {
        let (sender, receiver) = ringway::channel::bounded(MANY);
        for byte in [1, 3] {
            let mut messages: Vec<Leaf> = on_the_heap(MANY, byte).into_vec();
            let mut received = Vec::new();
            assert_eq!(sender.send_all(&mut messages), Ok(()));
            assert_eq!((messages.len(), receiver.recv_many(&mut received, MANY)), (0, Ok(MANY)));
            assert!(received.as_flattened().iter().all(|&found| found == byte));
            let mut sending = pin!(sender.send_all_async(&mut received));
            let polled = sending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(Ok(())));
            assert_eq!(receiver.recv_many(&mut messages, MANY), Ok(MANY));
            assert!(messages.as_flattened().iter().all(|&found| found == byte));
        }
    });
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
#[cfg(feature = "std")]
#[test]
fn b10_messages_half_the_size_of_the_stack_are_sent_from_where_they_lie() {
    on_a_small_stack(|| {
        let (sender, receiver) = ringway::channel::bounded(3);
        let mut messages: Vec<Page> = pages(3, 7).into_vec();
        assert_eq!(sender.send_all(&mut messages), Ok(()));
        assert_eq!(receiver.recv_many(&mut messages, 3), Ok(3));
        assert!(messages.as_flattened().iter().all(|&found| found == 7));
    });
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
#[cfg(feature = "std")]
#[test]
fn b10_a_drain_drops_large_messages_in_place() {
    on_a_small_stack(|| {
        let (sender, receiver) = ringway::channel::bounded(3);
        sender.send_slice(&pages(3, 1)).unwrap();
        let messages = receiver.drain();
        assert_eq!((messages.len(), sender.len()), (3, 0));
        drop(messages);
    });
}

// rust-lang/rust#102246, crossbeam-rs/crossbeam#1146
#[cfg(feature = "std")]
#[test]
fn b10_the_last_receiver_drops_large_messages_in_place() {
    on_a_small_stack(|| {
        for n in [0, 3] {
            let (sender, receiver) = ringway::channel::bounded(3);
            sender.send_slice(&pages(n, 1)).unwrap();
            drop(receiver);
            assert!(sender.is_closed() && sender.is_empty());
        }
    });
}
