//! Models for random executions alone: of three to eight threads, with capacities to eight, and with
//! any number of threads that are late at once.

mod channel;
mod faults;
mod priorities;
mod queue;
mod rings;
mod weights;

use loom_tests::{Ledger, Value};
use ringway::Queue;
use shuttle::rand::{Rng, thread_rng};

/// All that is in the queue, in order.
fn drain(queue: &Queue<Value>) -> Vec<u64> {
    std::iter::from_fn(|| queue.pop()).map(|value| value.id()).collect()
}

/// Checks that a queue that is empty takes exactly its capacity, twice round.
fn whole_again(ledger: &'static Ledger, queue: &Queue<Value>) {
    assert!(queue.pop().is_none(), "a value is left");
    let capacity = queue.capacity() as u64;
    for first in [1000, 2000] {
        for id in first..first + capacity {
            assert!(queue.push(ledger.value(id)).is_ok(), "{id} does not fit");
        }
        assert!(queue.push(ledger.value(3000)).is_err());
        assert_eq!(drain(queue), Vec::from_iter(first..first + capacity));
    }
}

/// A capacity to eight, half of the time to three.
fn any_capacity() -> usize {
    let most = if thread_rng().gen_range(0..2) == 0 { 3 } else { 8 };
    thread_rng().gen_range(1..=most)
}

/// The numbers of the values of one thread.
fn own(thread: u64) -> std::ops::Range<u64> {
    100 * thread..100 * (thread + 1)
}

/// Checks that the values of each thread come in its order.
fn assert_own_order(received: &[u64]) {
    for thread in 0..8 {
        let values = received.iter().filter(|id| own(thread).contains(id));
        assert!(values.is_sorted_by(|a, b| a < b), "order of thread {thread} in {received:?}");
    }
}
