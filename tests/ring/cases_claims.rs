//! Cases of slots that are claimed and not yet committed, as far as they are seen from outside.
//!
//! A thread cannot be stopped here in the middle of a push or a pop; a guard of a solo side that
//! is held can. The loom models stop threads everywhere.

use std::sync::mpsc;
use std::thread;

use ringway::ring::{Consumer, Link, Producer, Solo};

use crate::effort::times;
use crate::threads::Crew;
use crate::ways::{Consuming, End, Producing, Tested, some_producers};

on_rings!([spsc, spmc]:
    a1_a_held_reservation_stops_no_consumer,
    a8_an_abandoned_reservation_leaves_no_hole,
);
on_rings!([spsc, mpsc]: a1_a_held_peek_stops_no_producer);
on_rings!([spsc, mpsc, spmc, mpmc]: a2_full_means_full_if_no_pop_is_running);
on_kinds!([spsc, mpsc]: a2_returned_tokens_never_meet_full_with_one_consumer);
on_kinds!([spsc, mpsc, spmc, mpmc]:
    a2_returned_tokens_all_find_their_place,
    a3_a_completed_push_is_not_missed,
);

// freenet-core#3959
fn a1_a_held_reservation_stops_no_consumer<L>(mut producer: Producer<L>, mut consumer: Consumer<L>)
where
    L: Link<Item = u64, Producers = Solo, Consumers: Consuming>,
{
    for _ in 0..3 {
        let mut slots = producer.reserve(3);
        let written = slots.fill(1..100);
        for (name, _, pop) in L::Consumers::ways_out() {
            assert!(pop(&mut consumer, 2).is_empty(), "{name}");
        }
        slots.commit();
        let received: Vec<_> = std::iter::from_fn(|| consumer.pop()).collect();
        assert!(received.into_iter().eq(1..=written as u64));
    }
}

// freenet-core#3959
fn a1_a_held_peek_stops_no_producer<L>(mut producer: Producer<L>, mut consumer: Consumer<L>)
where
    L: Link<Item = u64, Consumers = Solo, Producers: Producing>,
{
    let capacity = producer.capacity();
    for _ in 0..3 {
        producer.push(1).unwrap();
        let peeked = consumer.peek(1);
        assert_eq!(producer.push_slice(&vec![2; capacity]), capacity - 1);
        for (name, _, push) in L::Producers::ways_in() {
            assert_eq!(push(&mut producer, &[3]), 0, "{name}");
        }
        assert!(peeked.iter().eq(&[1]));
        peeked.release(1);
        producer.push(2).unwrap();
        assert!((0..capacity).all(|_| consumer.pop() == Some(2)));
        assert_eq!(consumer.pop(), None);
    }
}

// JCTools#253
fn a8_an_abandoned_reservation_leaves_no_hole<L: Link<Item = u64, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity() as u64;
    for i in 0..2 * capacity + 3 {
        Solo::abandon(&mut producer, if i % 2 == 0 { End::Dropped } else { End::Forgotten });
        producer.push(i).unwrap();
        Solo::abandon(&mut producer, End::Dropped);
        if i >= capacity - 1 {
            assert_eq!(consumer.pop(), Some(i - (capacity - 1)));
        }
    }
}

// rust-embedded/heapless#583, JCTools#21
fn a2_full_means_full_if_no_pop_is_running<L: Tested>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    while producer.push(0).is_ok() {}
    for popped in (0..=capacity).step_by(1 + capacity / 30) {
        for _ in 0..popped {
            consumer.pop().unwrap();
        }
        for _ in 0..popped {
            producer.push(0).unwrap();
        }
        assert_eq!((producer.push(1), producer.len()), (Err(1), capacity));
    }
}

// rust-embedded/heapless#583, JCTools#21
fn a2_returned_tokens_never_meet_full_with_one_consumer<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = u64, Producers: Producing, Consumers = Solo> + Send,
{
    for capacity in [1, 2, 5] {
        let crew = Crew::default();
        let (mut producer, mut consumer) = make(capacity, u64::MAX - 2000);
        (0..capacity as u64).for_each(|token| producer.push(token).unwrap());
        thread::scope(|scope| {
            let mut workers = Vec::new();
            for mut producer in some_producers(producer, 3) {
                let (worker, tokens) = mpsc::channel();
                workers.push(worker);
                crew.start(scope, move || {
                    for token in tokens {
                        assert_eq!(producer.push(token), Ok(()), "there is room for each token");
                    }
                });
            }
            for round in 0..times(2000) {
                let token = crew.until(|| consumer.pop());
                workers[round % workers.len()].send(token).unwrap();
            }
        });
    }
}

// rust-embedded/heapless#583, JCTools#21: with many consumers a push may have to be repeated
// while a pop of the slot is not done
fn a2_returned_tokens_all_find_their_place<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for capacity in [1, 2, 5] {
        let crew = Crew::default();
        let (mut producer, consumer) = make(capacity, u64::MAX - 1000);
        (0..capacity as u64).for_each(|token| producer.push(token).unwrap());
        let mut pairs = vec![(producer, consumer)];
        for _ in 0..4 {
            let (producer, consumer) = &pairs[0];
            let (producer, consumer) =
                (L::Producers::another(producer), L::Consumers::another(consumer));
            pairs.extend(producer.zip(consumer));
        }
        let pairs = thread::scope(|scope| {
            let work = |(mut producer, mut consumer): (Producer<L>, Consumer<L>)| {
                let crew = &crew;
                crew.start(scope, move || {
                    for _ in 0..times(1000) {
                        let mut held = vec![crew.until(|| consumer.pop())];
                        crew.until(|| {
                            while let Some(&token) = held.last() {
                                if producer.push(token).is_err() {
                                    // A position that was skipped counts until somebody pops.
                                    held.extend(consumer.pop());
                                    return None;
                                }
                                held.pop();
                            }
                            Some(())
                        });
                    }
                    (producer, consumer)
                })
            };
            let workers: Vec<_> = pairs.into_iter().map(work).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
        });
        let (_, mut consumer) = pairs.into_iter().next().unwrap();
        let mut seen = vec![0; capacity];
        std::iter::from_fn(|| consumer.pop()).for_each(|token| seen[token as usize] += 1);
        assert_eq!(seen, vec![1; capacity]);
    }
}

// tokio-rs/tokio#2020, .NET#132736
fn a3_a_completed_push_is_not_missed<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    let crew = Crew::default();
    let (producer, mut consumer) = make(3, u64::MAX - 500);
    let producers = some_producers(producer, 3);
    let n = producers.len();
    thread::scope(|scope| {
        for mut producer in producers {
            let crew = &crew;
            crew.start(scope, move || {
                for _ in 0..times(300) {
                    producer.push(1).unwrap();
                    crew.meet(n + 1);
                    crew.meet(n + 1);
                }
            });
        }
        crew.start(scope, || {
            for _ in 0..times(300) {
                crew.meet(n + 1);
                (0..n).for_each(|_| assert_eq!(consumer.pop(), Some(1)));
                assert_eq!(consumer.pop(), None);
                crew.meet(n + 1);
            }
        });
    });
}
