//! One thread on each side, over each of the four rings.

use loom_tests::thread;
use loom_tests::{Bounds, Make, Value, explore, near_wrap, pop, push, settle};
use ringway::ring::{self, Link};

/// A producer fills a ring over its brim while a consumer empties it, across the wrap.
fn hand_over<L>(name: &str, make: Make<L>, bounds: [Bounds; 3])
where
    L: Link<Item = Value> + Send + 'static,
{
    for (capacity, bounds) in (1..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            let count = capacity as u64 + 1;
            let filler = thread::spawn(move || {
                for id in 0..count {
                    push(&mut producer, ledger.value(id));
                }
                producer
            });
            for id in 0..count {
                assert_eq!(pop(&mut consumer).id(), id);
            }
            settle(ledger, filler.join().unwrap(), consumer);
        });
    }
}

#[test]
fn spsc_hands_over_in_order() {
    hand_over("spsc", ring::spsc_at, [(3, 400), (3, 1500), (2, 3000)]);
}

#[test]
fn mpsc_hands_over_in_order() {
    hand_over("mpsc", ring::mpsc_at, [(3, 500), (3, 1500), (3, 3000)]);
}

#[test]
fn spmc_hands_over_in_order() {
    hand_over("spmc", ring::spmc_at, [(3, 500), (3, 1500), (3, 3000)]);
}

#[test]
fn mpmc_hands_over_in_order() {
    hand_over("mpmc", ring::mpmc_at, [(3, 500), (3, 1500), (3, 3000)]);
}
