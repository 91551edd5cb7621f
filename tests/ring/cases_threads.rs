//! Cases of threads at work: who is gone, how long the ring is, what a value looks like.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use ringway::ring::{Consumer, Link, Producer};

use crate::effort::times;
use crate::threads::Crew;
use crate::ways::{Consuming, Producing, Tested, some_consumers, some_producers};

on_kinds!([spsc, mpsc, spmc, mpmc]:
    a4_nothing_is_missing_when_the_producers_are_gone,
    a7_the_length_stays_from_zero_to_the_capacity,
    a7_a_push_with_no_pop_running_leaves_the_ring_not_empty,
    a10_a_value_is_seen_as_it_was_written,
    a9_a_batch_looks_at_each_of_its_slots,
);

// frostyplanet/crossfire-rs#70, zesterer/flume#120
fn a4_nothing_is_missing_when_the_producers_are_gone<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for round in 0..times(150) {
        let crew = Crew::default();
        let (producer, consumer) = make(1 + round % 4, 0);
        let producers = some_producers(producer, 4);
        let received: Vec<_> = (0..2 * producers.len()).map(|_| AtomicUsize::new(0)).collect();
        thread::scope(|scope| {
            for (id, mut producer) in producers.into_iter().enumerate() {
                let crew = &crew;
                crew.start(scope, move || {
                    for message in [2 * id, 2 * id + 1] {
                        crew.until(|| producer.push(message as u64).ok());
                    }
                });
            }
            for mut consumer in some_consumers(consumer, 2) {
                let (crew, received) = (&crew, &received);
                crew.start(scope, move || {
                    crew.until(|| {
                        let gone = consumer.is_disconnected();
                        let message = consumer.pop();
                        if let Some(message) = message {
                            received[message as usize].fetch_add(1, Ordering::Relaxed);
                        }
                        (gone && message.is_none()).then_some(())
                    });
                });
            }
        });
        assert!(received.into_iter().all(|times| times.into_inner() == 1));
    }
}

// tokio-rs/tokio#6602, tokio-rs/tokio#8062, agrona#88, JCTools#297
fn a7_the_length_stays_from_zero_to_the_capacity<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    const MESSAGES: usize = times(10_000);
    for capacity in [1, 3] {
        let crew = Crew::default();
        let (mut producer, mut consumer) = make(capacity, u64::MAX - MESSAGES as u64);
        let (watching, looking) =
            (L::Producers::another(&producer), L::Consumers::another(&consumer));
        let done = AtomicBool::new(false);
        // These move neither counter, and see the two at any two moments.
        let observe = |len: &dyn Fn() -> usize| {
            crew.until(|| {
                (0..100).for_each(|_| assert!(len() <= capacity));
                done.load(Ordering::Relaxed).then_some(())
            });
        };
        thread::scope(|scope| {
            crew.start(scope, || {
                for _ in 0..MESSAGES {
                    crew.until(|| producer.push(0).ok());
                    assert!(producer.len() <= capacity);
                }
            });
            crew.start(scope, || {
                for _ in 0..MESSAGES {
                    crew.until(|| consumer.pop());
                    assert!(consumer.len() <= capacity);
                }
                done.store(true, Ordering::Relaxed);
            });
            crew.start(scope, || watching.inspect(|handle| observe(&|| handle.len())));
            crew.start(scope, || looking.inspect(|handle| observe(&|| handle.len())));
        });
    }
}

// JCTools#297
fn a7_a_push_with_no_pop_running_leaves_the_ring_not_empty<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    let crew = Crew::default();
    let (producer, mut consumer) = make(3, u64::MAX - 100);
    let producers = some_producers(producer, 3);
    let all = producers.len() + 1;
    thread::scope(|scope| {
        for mut producer in producers {
            let crew = &crew;
            crew.start(scope, move || {
                for _ in 0..times(200) {
                    producer.push(0).unwrap();
                    assert!(!producer.is_empty() && producer.len() <= producer.capacity());
                    crew.meet(all);
                    crew.meet(all);
                }
            });
        }
        crew.start(scope, || {
            for _ in 0..times(200) {
                crew.meet(all);
                assert_eq!(consumer.len(), all - 1);
                while consumer.pop().is_some() {}
                assert!(consumer.is_empty());
                crew.meet(all);
            }
        });
    });
}

/// A message of several cache lines, each word the same.
type Wide = [u64; 40];

/// Moves wide messages from up to four producers to up to two consumers, which take them by `pop`,
/// and checks that each is whole and none comes twice.
fn move_wide<L>(
    (producer, consumer): (Producer<L>, Consumer<L>),
    pop: impl Fn(&mut Consumer<L>) -> Vec<Wide> + Sync,
) where
    L: Link<Item = Wide, Producers: Producing, Consumers: Consuming> + Send,
{
    const EACH: usize = times(1500);
    let crew = Crew::default();
    let producers = some_producers(producer, 4);
    let noted: Vec<_> = (0..producers.len() * EACH).map(|_| AtomicBool::new(false)).collect();
    thread::scope(|scope| {
        for (id, mut producer) in producers.into_iter().enumerate() {
            let crew = &crew;
            crew.start(scope, move || {
                for message in id * EACH..(id + 1) * EACH {
                    crew.until(|| producer.push([message as u64; 40]).ok());
                }
            });
        }
        for mut consumer in some_consumers(consumer, 2) {
            let (crew, noted, pop) = (&crew, &noted, &pop);
            crew.start(scope, move || {
                crew.until(|| {
                    let gone = consumer.is_disconnected();
                    let received = pop(&mut consumer);
                    for message in &received {
                        assert_eq!(*message, [message[0]; 40], "torn");
                        assert!(!noted[message[0] as usize].swap(true, Ordering::Relaxed), "twice");
                    }
                    (gone && received.is_empty()).then_some(())
                });
            });
        }
    });
    assert!(noted.into_iter().all(|noted| noted.into_inner()), "missing");
}

// oneTBB#782, frostyplanet/crossfire-rs#35, frostyplanet/crossfire-rs#39
fn a10_a_value_is_seen_as_it_was_written<L>(make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>))
where
    L: Link<Item = Wide, Producers: Producing, Consumers: Consuming> + Send,
{
    for capacity in [1, 2, 5] {
        move_wide(make(capacity, u64::MAX - 1000), |consumer| consumer.pop().into_iter().collect());
    }
}

// crossbeam-rs/crossbeam#272
fn a9_a_batch_looks_at_each_of_its_slots<L>(make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>))
where
    L: Link<Item = Wide, Producers: Producing, Consumers: Consuming> + Send,
{
    for capacity in [3, 8, 32] {
        move_wide(make(capacity, u64::MAX - 1000), |consumer| {
            let mut received = Vec::new();
            consumer.pop_vec(&mut received, usize::MAX);
            received
        });
    }
}
