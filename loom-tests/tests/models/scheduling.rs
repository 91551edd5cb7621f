//! The exploration itself.

use loom_tests::thread;
use loom_tests::{explore, settle};
use ringway::ring;

/// Two threads that each do one compare-and-swap loop on one atomic and nothing else. loom by
/// itself explores a single execution of that; the scheduling point of the library's atomics makes
/// it branch.
#[test]
fn a_compare_and_swap_loop_is_explored() {
    explore("two claims", (2, 20), |ledger| {
        let (mut producer, mut consumer) = ring::mpmc_at(2, 0);
        let mut other = producer.clone();
        let rival = thread::spawn(move || other.push(ledger.value(10)).is_ok());
        assert!(producer.push(ledger.value(0)).is_ok());
        assert!(rival.join().unwrap());
        drop((consumer.pop(), consumer.pop()));
        settle(ledger, producer, consumer);
    });
}

#[test]
#[should_panic(expected = "1 executions explored, at least 2 expected")]
fn an_exploration_that_does_not_branch_fails() {
    explore("one thread", (2, 2), |ledger| {
        let (producer, consumer) = ring::spsc_at(1, 0);
        settle(ledger, producer, consumer);
    });
}
