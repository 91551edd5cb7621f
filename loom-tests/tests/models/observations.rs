//! What a handle may say of the ring while others work on it.

use loom_tests::sync::Arc;
use loom_tests::sync::atomic::{AtomicBool, Ordering};
use loom_tests::thread;
use loom_tests::{Bounds, Make, Value, Witness, drain, explore, near_wrap, settle};
use ringway::ring::{self, Link, Producer, Shared, Solo};

/// The only consumer looks on while the producer fills the ring: the length only grows.
fn filling<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    explore(&format!("{name}, length while filling"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let filler = thread::spawn(move || {
            assert!(producer.push(ledger.value(0)).is_ok());
            assert!(!producer.is_empty(), "empty after a push that nobody has popped");
            assert!(producer.push(ledger.value(1)).is_ok());
            assert!(producer.is_full());
            producer
        });
        let lengths = [consumer.len(), consumer.len()];
        assert!(lengths.is_sorted() && lengths[1] <= 2, "lengths {lengths:?}");
        let producer = filler.join().unwrap();
        assert!(consumer.is_full());
        assert_eq!(drain(&mut consumer), [0, 1]);
        settle(ledger, producer, consumer);
    });
}

/// The only producer looks on while the consumer empties the ring: the length only shrinks.
fn emptying<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    explore(&format!("{name}, length while emptying"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        assert!(producer.push(ledger.value(0)).is_ok());
        assert!(producer.push(ledger.value(1)).is_ok());
        let emptier = thread::spawn(move || {
            assert!(consumer.pop().is_some());
            assert!(!consumer.is_full(), "full after a pop that no push followed");
            assert!(consumer.pop().is_some());
            assert!(consumer.is_empty());
            consumer
        });
        let lengths = [producer.len(), producer.len()];
        assert!(lengths.is_sorted_by(|a, b| a >= b) && lengths[0] <= 2, "lengths {lengths:?}");
        let consumer = emptier.join().unwrap();
        assert!(producer.is_empty());
        settle(ledger, producer, consumer);
    });
}

#[test]
fn the_length_grows_while_a_producer_fills() {
    filling("spsc", ring::spsc_at, (3, 250));
    filling("mpsc", ring::mpsc_at, (3, 250));
    filling("spmc", ring::spmc_at, (3, 250));
    filling("mpmc", ring::mpmc_at, (3, 250));
}

#[test]
fn the_length_shrinks_while_a_consumer_empties() {
    emptying("spsc", ring::spsc_at, (3, 250));
    emptying("mpsc", ring::mpsc_at, (3, 250));
    emptying("spmc", ring::spmc_at, (3, 250));
    emptying("mpmc", ring::mpmc_at, (3, 250));
}

/// The only consumer finds that it has values while a lone producer, which is never late, moves some in, one by
/// one or in a batch: nobody else can take them, so that it has one by itself at once.
fn counted_by_the_only_consumer<L>(name: &str, make: Make<L>, in_batch: bool, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Solo> + Send + 'static,
{
    let how = if in_batch { "in a batch" } else { "one by one" };
    explore(&format!("{name}, had when counted, filled {how}"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let filler = thread::spawn(move || {
            let mut values = vec![ledger.value(0), ledger.value(1)];
            if in_batch {
                assert_eq!(producer.push_vec(&mut values), 2);
            } else {
                assert!(values.into_iter().all(|value| producer.push(value).is_ok()));
            }
            producer
        });
        let had = (!consumer.is_empty()).then(|| consumer.pop().expect("one is counted"));
        let producer = filler.join().unwrap();
        assert_eq!(drain(&mut consumer).len(), 2 - had.iter().len());
        drop(had);
        settle(ledger, producer, consumer);
    });
}

/// The only producer finds that there is room while a lone consumer, which is never late, makes some, one by one
/// or in a batch: it has room by itself at once.
fn room_for_the_only_producer<L>(name: &str, make: Make<L>, in_batch: bool, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Solo> + Send + 'static,
{
    let how = if in_batch { "in a batch" } else { "one by one" };
    explore(&format!("{name}, had room when counted, emptied {how}"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        assert_eq!(producer.push_vec(&mut vec![ledger.value(0), ledger.value(1)]), 2);
        let emptier = thread::spawn(move || {
            if in_batch {
                assert_eq!(consumer.pop_vec(&mut Vec::new(), 2), 2);
            } else {
                assert!(consumer.pop().is_some() && consumer.pop().is_some());
            }
            consumer
        });
        let fits = !producer.is_full();
        if fits {
            assert!(producer.push(ledger.value(2)).is_ok(), "there is room for one");
        }
        let mut consumer = emptier.join().unwrap();
        assert_eq!(drain(&mut consumer).len(), usize::from(fits));
        settle(ledger, producer, consumer);
    });
}

#[test]
fn what_a_lone_handle_counts_it_has() {
    for in_batch in [false, true] {
        counted_by_the_only_consumer("spsc", ring::spsc_at, in_batch, (3, 20));
        room_for_the_only_producer("spsc", ring::spsc_at, in_batch, (3, 20));
    }
}

#[test]
fn what_the_only_handle_of_a_side_counts_it_has() {
    counted_by_the_only_consumer("spmc", ring::spmc_at, true, (3, 20));
    room_for_the_only_producer("mpsc", ring::mpsc_at, true, (3, 20));
}

/// Two producers push, and each does something before: whoever counts both values sees both.
fn done_before<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    let (witness, full) = Witness::pair();
    explore(&format!("{name}, done before it was counted"), bounds, move |ledger| {
        let (producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let done = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let pushes = |(id, mut producer): (u64, Producer<L>)| {
            let done = Arc::clone(&done[id as usize]);
            thread::spawn(move || {
                done.store(true, Ordering::Relaxed);
                assert!(producer.push(ledger.value(id)).is_ok());
            })
        };
        let threads = [(0, producer.clone()), (1, producer.clone())].map(pushes);
        if consumer.is_full() {
            let seen = done.each_ref().map(|done| done.load(Ordering::Relaxed));
            assert_eq!(seen, [true; 2], "what was done before is not seen");
            full.see();
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(drain(&mut consumer).len(), 2);
        settle(ledger, producer, consumer);
    });
    assert!(witness.was_seen());
}

#[test]
fn who_counts_values_sees_what_was_done_before_they_went_in() {
    done_before("mpsc", ring::mpsc_at, (3, 250));
    done_before("mpmc", ring::mpmc_at, (3, 250));
}

/// A7: somebody else looks on while a producer and a consumer pass values through a ring.
fn passing<L>(name: &str, make: Make<L>, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    explore(&format!("{name}, length while passing"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 1, 0);
        let observer = consumer.clone();
        let filler = thread::spawn(move || {
            for id in 0..2 {
                drop(producer.push(ledger.value(id)));
            }
            producer
        });
        let emptier = thread::spawn(move || {
            drop(consumer.pop());
            consumer
        });
        assert!(observer.len() <= 1);
        let producer = filler.join().unwrap();
        let mut consumer = emptier.join().unwrap();
        assert_eq!(observer.len(), drain(&mut consumer).len());
        drop(observer);
        settle(ledger, producer, consumer);
    });
}

#[test]
fn the_length_stays_within_the_capacity() {
    passing("spmc", ring::spmc_at, (3, 1000));
    passing("mpmc", ring::mpmc_at, (3, 1000));
}
