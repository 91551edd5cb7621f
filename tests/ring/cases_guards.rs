//! Cases of guards and handles that are dropped, forgotten or held for long.

use std::mem::{ManuallyDrop, forget};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ringway::ring::{self, Consumer, Link, Producer, Solo};

use crate::effort::times;
use crate::threads::Crew;
use crate::values::{Counted, Tally};
use crate::ways::{Consuming, Producing, some_consumers, some_producers};

on_rings!([spsc, spmc]:
    b5_a_dropped_reservation_drops_what_was_written,
    b5_a_forgotten_reservation_leaks_what_was_written_and_no_slot,
    b5_a_reservation_held_while_the_consumers_go,
);
on_rings!([spsc, mpsc]:
    b5_a_dropped_or_forgotten_peek_releases_nothing,
    b5_a_peek_held_while_the_producers_go,
);
on_kinds!([spsc, spmc]: b5_a_reservation_held_while_consumers_look_for_a_lap);
on_kinds!([spsc, mpsc]: b5_a_peek_held_while_producers_try_for_a_lap);
on_rings!([spsc, mpsc, spmc, mpmc]: b6_a_forgotten_producer_costs_no_value);
on_kinds!([spsc, mpsc, spmc, mpmc]: b6_a_forgotten_consumer_leaves_the_ring_as_it_is);

/// The numbers of the values that a consumer still gets.
fn ids<L: Link<Item = Counted>>(consumer: &mut Consumer<L>) -> Vec<usize> {
    std::iter::from_fn(|| consumer.pop()).map(|value| value.id).collect()
}

// jamesmunns/bbqueue#26, hawkw/thingbuf#83
fn b5_a_dropped_reservation_drops_what_was_written<L: Link<Item = Counted, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    for written in [0, 1, capacity / 2, capacity] {
        let tally = Tally::of(written + 1);
        let mut slots = producer.reserve(capacity);
        slots.fill(tally.values(0..written));
        tally.assert_each(0);
        drop(slots);
        tally.assert_dropped(0..written);
        producer.push(tally.value(written)).unwrap();
        assert_eq!(ids(&mut consumer), [written]);
        tally.assert_each(1);
    }
}

// jamesmunns/bbqueue#26, hawkw/thingbuf#83
fn b5_a_forgotten_reservation_leaks_what_was_written_and_no_slot<
    L: Link<Item = Counted, Producers = Solo>,
>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    for _ in 0..3 {
        let tally = Tally::of(2 * capacity);
        let mut slots = producer.reserve(capacity);
        slots.fill(tally.values(0..capacity));
        forget(slots);
        assert!(producer.is_empty() && consumer.pop().is_none());
        producer.push_vec_exact(&mut tally.values(capacity..2 * capacity).collect()).unwrap();
        assert!(ids(&mut consumer).into_iter().eq(capacity..2 * capacity));
        tally.assert_dropped(capacity..2 * capacity);
    }
}

// hawkw/thingbuf#100
fn b5_a_reservation_held_while_the_consumers_go<L: Link<Item = Counted, Producers = Solo>>(
    mut producer: Producer<L>,
    consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let tally = Tally::of(2 * capacity + 1);
    let mut slots = producer.reserve(capacity);
    slots.write(tally.value(0)).unwrap();
    drop(consumer);
    slots.fill(tally.values(1..capacity));
    assert_eq!(slots.commit(), capacity);
    tally.assert_each(0);
    assert!(producer.is_disconnected() && producer.is_full());
    let given_back = producer.push(tally.value(capacity)).unwrap_err();
    assert_eq!(given_back.id, capacity);
    assert!(producer.reserve(1).write(given_back).is_err());
    tally.assert_dropped(capacity..capacity + 1);
}

// jamesmunns/bbqueue#26, hawkw/thingbuf#83
fn b5_a_dropped_or_forgotten_peek_releases_nothing<L: Link<Item = Counted, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    for _ in 0..3 {
        let tally = Tally::of(capacity + 1);
        producer.push_vec_exact(&mut tally.values(0..capacity).collect()).unwrap();
        let _ = consumer.peek(capacity);
        let _ = ManuallyDrop::new(consumer.peek(capacity));
        assert!(producer.push(tally.value(capacity)).is_err());
        tally.assert_dropped(capacity..capacity + 1);
        assert!(ids(&mut consumer).into_iter().eq(0..capacity));
        tally.assert_each(1);
    }
}

// hawkw/thingbuf#100
fn b5_a_peek_held_while_the_producers_go<L: Link<Item = Counted, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let tally = Tally::of(capacity);
    producer.push_vec_exact(&mut tally.values(0..capacity).collect()).unwrap();
    let values = consumer.peek(capacity);
    drop(producer);
    tally.assert_each(0);
    assert!(values.iter().map(|value| value.id).eq(0..capacity));
    assert_eq!(values.release(1), 1);
    assert!(consumer.is_disconnected());
    tally.assert_dropped(0..1);
    assert!(ids(&mut consumer).into_iter().eq(1..capacity));
    tally.assert_each(1);
}

/// So many failures of the other side are a lap and more.
const FAILURES: usize = times(300);

// jamesmunns/bbqueue#26
fn b5_a_reservation_held_while_consumers_look_for_a_lap<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = Counted, Producers = Solo, Consumers: Consuming> + Send,
{
    for capacity in [1, 4, 7] {
        let crew = Crew::default();
        let tally = Tally::of(capacity);
        let (mut producer, consumer) = make(capacity, u64::MAX - 2);
        let consumers = some_consumers(consumer, 3);
        let threads = consumers.len() + 1;
        thread::scope(|scope| {
            for mut consumer in consumers {
                let (crew, tally) = (&crew, &tally);
                crew.start(scope, move || {
                    for _ in 0..FAILURES {
                        assert!(consumer.pop().is_none(), "nothing is committed yet");
                    }
                    crew.meet(threads);
                    crew.until(|| {
                        consumer.pop();
                        tally.drops().into_iter().all(|times| times == 1).then_some(())
                    });
                });
            }
            crew.start(scope, || {
                let mut slots = producer.reserve(capacity);
                slots.fill(tally.values(0..capacity));
                crew.meet(threads);
                slots.commit();
            });
        });
        tally.assert_each(1);
    }
}

// jamesmunns/bbqueue#26
fn b5_a_peek_held_while_producers_try_for_a_lap<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = u64, Producers: Producing, Consumers = Solo> + Send,
{
    for capacity in [2, 4, 7] {
        let crew = Crew::default();
        let (mut producer, mut consumer) = make(capacity, u64::MAX - 2);
        producer.push_slice_exact(&[1, 2]).unwrap();
        let producers = some_producers(producer, 3);
        let late = producers.len() * capacity;
        let failures = AtomicUsize::new(0);
        thread::scope(|scope| {
            for mut producer in producers {
                let (crew, failures) = (&crew, &failures);
                crew.start(scope, move || {
                    for _ in 0..capacity {
                        crew.until(|| {
                            let pushed = producer.push(9).ok();
                            failures.fetch_add(usize::from(pushed.is_none()), Ordering::Relaxed);
                            pushed
                        });
                    }
                });
            }
            crew.start(scope, || {
                let values = consumer.peek(2);
                crew.until(|| {
                    assert!(values.iter().eq(&[1, 2]), "written over");
                    (failures.load(Ordering::Relaxed) >= FAILURES).then_some(())
                });
                assert_eq!(values.release(2), 2);
                for _ in 0..late {
                    assert_eq!(crew.until(|| consumer.pop()), 9);
                }
            });
        });
        assert_eq!(consumer.pop(), None);
    }
}

// jamesmunns/bbqueue#131
fn b6_a_forgotten_producer_costs_no_value<L: Link<Item = Counted>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let tally = Tally::of(capacity);
    producer.push_vec_exact(&mut tally.values(0..capacity).collect()).unwrap();
    forget(producer);
    assert!(!consumer.is_disconnected());
    assert_eq!(consumer.pop().map(|value| value.id), Some(0));
    drop(consumer);
    tally.assert_each(1);
}

// jamesmunns/bbqueue#131
fn b6_a_forgotten_consumer_leaves_the_ring_as_it_is<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    let tally = Tally::of(4);
    let (mut producer, consumer) = make(3, u64::MAX);
    forget(consumer);
    assert!(!producer.is_disconnected());
    producer.push_vec_exact(&mut tally.values(0..3).collect()).unwrap();
    drop(producer.push(tally.value(3)).unwrap_err());
    drop(producer);
    tally.assert_dropped(3..4);
}

/// Forgets the handles of an inline ring of a kind.
macro_rules! forget_handles {
    ($($kind:ident)+) => {$(
        #[test]
        fn $kind() {
            let tally = Tally::of(2);
            let ring = ring::$kind::Inline::<_, 3>::new();
            let (mut producer, consumer) = ring.split().unwrap();
            producer.push_vec_exact(&mut tally.values(0..2).collect()).unwrap();
            forget((producer, consumer));
            assert!(ring.split().is_none(), "a forgotten handle is there for ever");
            tally.assert_each(0);
            drop(ring);
            tally.assert_each(1);
        }
    )+};
}

// jamesmunns/bbqueue#131
mod b6_an_inline_ring_whose_handles_are_forgotten_drops_its_values {
    use super::*;
    forget_handles!(spsc mpsc spmc mpmc);
}
