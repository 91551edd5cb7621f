//! Rings in a `static`, without the standard library and without an allocator.
#![no_std]

extern crate std;

#[path = "../src/effort.rs"]
mod effort;

use core::sync::atomic::{AtomicU64, Ordering};

use ringway::ring::{Consumer, Link, Producer, mpmc, mpsc, spmc, spsc};
use std::thread;

/// More messages than fit, by far.
const MESSAGES: u64 = effort::times(3000) as u64;

/// Repeats an attempt until it gives something, and lets other threads run in between.
fn until<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1 << 25 {
        if let Some(result) = attempt() {
            return result;
        }
        thread::yield_now();
    }
    panic!("waited for what never comes");
}

/// The first handles of a ring, or nothing if it has some.
type Split<L> = Option<(Producer<L>, Consumer<L>)>;

/// Moves messages from one thread to another through a ring in a `static`, and splits it again.
fn check<L: Link<Item = u64> + Send + 'static>(split: fn() -> Split<L>) {
    for _ in 0..2 {
        let (mut producer, mut consumer) = split().expect("nobody has the ring");
        assert!(split().is_none());
        assert_eq!((producer.capacity(), consumer.len()), (5, 0));
        let producing = thread::spawn(move || {
            for message in 0..MESSAGES {
                until(|| producer.push(message).ok());
            }
        });
        for message in 0..MESSAGES {
            assert_eq!(until(|| consumer.pop()), message);
        }
        producing.join().unwrap();
        assert!(consumer.is_disconnected() && consumer.pop().is_none());
    }
}

/// Makes a test of a ring of each kind in a `static`.
macro_rules! in_a_static {
    ($($kind:ident)+) => {$(
        #[test]
        fn $kind() {
            static RING: $kind::Inline<u64, 5> = $kind::Inline::new();
            check(|| RING.split());
        }
    )+};
}

mod a_ring_in_a_static_moves_messages {
    use super::*;
    in_a_static!(spsc mpsc spmc mpmc);
}

#[test]
fn many_threads_share_a_ring_in_a_static() {
    static RING: mpmc::Inline<u64, 3> = mpmc::Inline::new();
    static SUM: AtomicU64 = AtomicU64::new(0);
    let (producer, consumer) = RING.split().unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            let (mut producer, mut consumer) = (producer.clone(), consumer.clone());
            scope.spawn(move || {
                for message in 1..=MESSAGES {
                    until(|| producer.push(message).ok());
                }
            });
            scope.spawn(move || {
                for _ in 0..MESSAGES {
                    SUM.fetch_add(until(|| consumer.pop()), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(SUM.load(Ordering::Relaxed), 4 * MESSAGES * (MESSAGES + 1) / 2);
    assert!(consumer.is_empty());
}
