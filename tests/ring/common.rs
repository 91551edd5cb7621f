//! The rings that a check runs over, and the macros that make tests of it.

use ringway::ring::{Consumer, Link, Producer};

/// The capacities that every check meets.
pub const CAPACITIES: [usize; 7] = [1, 2, 3, 7, 8, 64, 1000];

/// Words to start a ring of this capacity from: 0, and the beginning of the last and of the third
/// last lap before positions overflow.
pub fn starts(capacity: usize) -> [u64; 3] {
    let lap = capacity.next_power_of_two().max(2) as u64;
    [0, lap.wrapping_neg(), (3 * lap).wrapping_neg()]
}

/// Moves the sides of an empty ring on by `n` slots.
pub fn rotate<L: Link>(
    producer: &mut Producer<L>,
    consumer: &mut Consumer<L>,
    n: usize,
    mut value: impl FnMut() -> L::Item,
) {
    for _ in 0..n {
        assert!(producer.push(value()).is_ok());
        assert!(consumer.pop().is_some());
    }
}

/// A ring on the heap, of the kind with this name.
macro_rules! ring_at {
    (spsc, $capacity:expr, $start:expr) => {
        ringway::ring::spsc_at($capacity, $start)
    };
    (mpsc, $capacity:expr, $start:expr) => {
        ringway::ring::mpsc_at($capacity, $start)
    };
    (spmc, $capacity:expr, $start:expr) => {
        ringway::ring::spmc_at($capacity, $start)
    };
    (mpmc, $capacity:expr, $start:expr) => {
        ringway::ring::mpmc_at($capacity, $start)
    };
}

/// Makes tests of checks: each is run on a ring of each of the kinds, of every capacity, on the
/// heap from every start, and inline.
macro_rules! on_rings {
    ($kinds:tt: $($check:ident),+ $(,)?) => {
        $(mod $check { on_rings!(@kinds $kinds $check); })+
    };
    (@kinds [$($kind:ident),+] $check:ident) => {
        $(mod $kind {
            #[test]
            fn on_the_heap() {
                for capacity in crate::effort::affordable(crate::common::CAPACITIES) {
                    for start in crate::effort::some(crate::common::starts(capacity)) {
                        println!("capacity {capacity} from {start:#x}");
                        let (producer, consumer) = ring_at!($kind, capacity, start);
                        super::super::$check(producer, consumer);
                    }
                }
            }

            #[test]
            fn inline() {
                on_rings!(@inline $kind $check 1 2 3 7 8 64 1000);
            }
        })+
    };
    (@inline $kind:ident $check:ident $($capacity:literal)+) => {
        $(if crate::effort::is_affordable($capacity) {
            println!("capacity {}", $capacity);
            let ring = ringway::ring::$kind::Inline::<_, $capacity>::new();
            let (producer, consumer) = ring.split().expect("a new ring has no handles");
            super::super::$check(producer, consumer);
        })+
    };
}

/// Makes tests of checks that make rings of a kind themselves: each is given a function of a
/// capacity and a start.
macro_rules! on_kinds {
    ($kinds:tt: $($check:ident),+ $(,)?) => {
        $(mod $check { on_kinds!(@kinds $kinds $check); })+
    };
    (@kinds [$($kind:ident),+] $check:ident) => {
        $(#[test]
        fn $kind() {
            super::$check(|capacity, start| ring_at!($kind, capacity, start));
        })+
    };
}
