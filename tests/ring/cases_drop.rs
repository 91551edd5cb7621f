//! Cases of drop: last handles, what is queued then, and in which order it goes.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ringway::ring::{self, Consumer, Link, Producer, Solo, Staged};

use crate::common::{CAPACITIES, rotate, starts};
use crate::effort::{affordable, some, times};
use crate::threads::Crew;
use crate::values::{Counted, Tally};
use crate::ways::{Consuming, Producing, some_consumers, some_producers};

on_kinds!([spsc, mpsc, spmc, mpmc]:
    b1_handles_dropped_together_drop_each_value_once,
    b2_the_last_consumer_drops_what_is_queued_at_once,
    every_value_is_dropped_once_whichever_way_it_went,
    a_ring_drops_the_oldest_value_first,
    the_last_consumer_drops_the_oldest_value_first,
);
on_kinds!([spsc, mpsc]: a_release_drops_the_oldest_value_first);
on_kinds!([spsc, spmc]: a_reservation_drops_its_first_value_first);

// RUSTSEC-2025-0024, rust-lang/rust#110001
fn b1_handles_dropped_together_drop_each_value_once<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = Counted, Producers: Producing, Consumers: Consuming> + Send,
{
    const ROUNDS: usize = times(600);
    let crew = Crew::default();
    let mut producers = [Vec::new(), Vec::new()];
    let mut consumers = [Vec::new(), Vec::new()];
    let tally = Tally::of(ROUNDS * 5);
    for round in 0..ROUNDS {
        let (mut producer, consumer) = make(5, u64::MAX - 2);
        producer.push_vec(&mut tally.values(round * 5..round * 5 + 3).collect());
        for (id, producer) in some_producers(producer, 2).into_iter().enumerate() {
            producers[id].push(producer);
        }
        for (id, consumer) in some_consumers(consumer, 2).into_iter().enumerate() {
            consumers[id].push(consumer);
        }
    }
    thread::scope(|scope| {
        for (id, producers) in producers.into_iter().enumerate() {
            let (crew, tally) = (&crew, &tally);
            crew.start(scope, move || {
                let mut producers = producers.into_iter();
                for round in 0..ROUNDS {
                    crew.meet(4);
                    let late = tally.value(round * 5 + 3 + id);
                    if let Some(mut producer) = producers.next() {
                        producer.push(late).expect("there is room for it");
                    }
                }
            });
        }
        for consumers in consumers {
            let crew = &crew;
            crew.start(scope, move || {
                let mut consumers = consumers.into_iter();
                for _ in 0..ROUNDS {
                    crew.meet(4);
                    drop(consumers.next());
                }
            });
        }
    });
    tally.assert_each(1);
}

/// Splits an inline ring of a kind from three threads, as soon as nobody has it.
macro_rules! split_at_once {
    ($($kind:ident)+) => {$(
        #[test]
        fn $kind() {
            const ROUNDS: usize = times(1000);
            let crew = Crew::default();
            let tally = Tally::of(3 * 3 * ROUNDS);
            let ring = ring::$kind::Inline::<Counted, 3>::new();
            let taken = AtomicBool::new(false);
            let work = |ids: std::ops::Range<usize>| {
                for id in ids.step_by(3) {
                    let (mut producer, consumer) = crew.until(|| ring.split());
                    assert!(!taken.swap(true, Ordering::Relaxed), "split twice");
                    producer.push_vec_exact(&mut tally.values(id..id + 3).collect()).unwrap();
                    taken.store(false, Ordering::Relaxed);
                    drop(producer);
                    drop(consumer);
                }
            };
            thread::scope(|scope| {
                let each = 3 * ROUNDS;
                for id in 0..3 {
                    let work = &work;
                    crew.start(scope, move || work(id * each..(id + 1) * each));
                }
            });
            tally.assert_each(1);
        }
    )+};
}

// rust-lang/rust#110001
mod b1_an_inline_ring_split_at_once_by_others_drops_each_value_once {
    use super::*;
    split_at_once!(spsc mpsc spmc mpmc);
}

// crossbeam-rs/crossbeam#1102, rust-lang/rust#108164
fn b2_the_last_consumer_drops_what_is_queued_at_once<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = ring::spsc::Producer<u8>, Producers: Producing, Consumers: Consuming>,
{
    for capacity in affordable(CAPACITIES) {
        for start in some(starts(capacity)) {
            let (mut requests, consumer) = make(capacity, start);
            let (mut reply_producers, mut replies): (Vec<_>, Vec<_>) =
                (0..capacity).map(|_| ring::spsc::<u8>(1)).unzip();
            reply_producers[0].push(7).unwrap();
            requests.push_vec_exact(&mut reply_producers).unwrap();
            assert!(replies.iter().all(|reply| !reply.is_disconnected()));
            drop(some_consumers(consumer, 3));
            assert!(replies.iter().all(|reply| reply.is_disconnected()));
            assert_eq!(replies[0].pop(), Some(7));
            assert!(requests.is_disconnected() && requests.is_empty());

            let (late, reply) = ring::spsc::<u8>(1);
            requests.push(late).unwrap();
            assert!(!reply.is_disconnected());
            drop(requests);
            assert!(reply.is_disconnected(), "pushed after that, dropped with the ring");
        }
    }
}

fn every_value_is_dropped_once_whichever_way_it_went<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for start in starts(8) {
        let tally = Tally::of(24);
        let (mut producer, mut consumer) = make(8, start);
        for id in 0..3 {
            producer.push(tally.value(id)).unwrap();
        }
        let mut batch: Vec<_> = tally.values(3..10).collect();
        assert_eq!(producer.push_vec(&mut batch), 5);
        drop(producer.push(tally.value(10)).unwrap_err());
        drop(consumer.pop());
        assert_eq!(tally.drops().into_iter().sum::<usize>(), 2);
        let mut received = Vec::new();
        assert_eq!(consumer.pop_vec(&mut received, 5), 5);
        let mut staged = Staged::<_, 4>::new(batch.into_iter().chain(tally.values(11..20)));
        assert_eq!(producer.push_iter(&mut staged), 4);
        assert_eq!(producer.push_iter(&mut staged), 2);
        assert_eq!(tally.drops().into_iter().sum::<usize>(), 2);
        drop((received, staged));
        // Those on the stage were dropped, those behind it never made.
        assert_eq!(tally.drops().into_iter().sum::<usize>(), 2 + 5 + 2);
        drop(consumer);
        assert_eq!(tally.drops().into_iter().sum::<usize>(), 2 + 5 + 2 + 8);
        assert!(producer.push_vec_exact(&mut tally.values(20..24).collect()).is_ok());
        drop(producer);
        tally.assert_dropped((0..17).chain(20..24));
    }
}

/// A value that writes its number down when it is dropped.
struct Noted(u64, Rc<RefCell<Vec<u64>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// Checks that `run` drops the values that it is given in the order of their numbers.
fn assert_oldest_first<L: Link<Item = Noted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
    run: impl Fn(Producer<L>, Consumer<L>, &mut Vec<Noted>),
) {
    for capacity in affordable(CAPACITIES) {
        for slot in [0, capacity / 2, capacity - 1] {
            let noted = Rc::new(RefCell::new(Vec::new()));
            let numbers = 0..capacity as u64;
            let (mut producer, mut consumer) = make(capacity, u64::MAX);
            rotate(&mut producer, &mut consumer, slot, || Noted(0, Rc::default()));
            let mut values = numbers.clone().map(|number| Noted(number, noted.clone())).collect();
            run(producer, consumer, &mut values);
            assert!(noted.borrow().iter().copied().eq(numbers), "{:?}", noted.borrow());
        }
    }
}

fn a_ring_drops_the_oldest_value_first<L: Link<Item = Noted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    assert_oldest_first(make, |mut producer, consumer, values| {
        drop(consumer);
        producer.push_vec_exact(values).unwrap();
    });
}

fn the_last_consumer_drops_the_oldest_value_first<L: Link<Item = Noted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    assert_oldest_first(make, |mut producer, consumer, values| {
        producer.push_vec_exact(values).unwrap();
        drop(consumer);
    });
}

fn a_release_drops_the_oldest_value_first<L: Link<Item = Noted, Consumers = Solo>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    assert_oldest_first(make, |mut producer, mut consumer, values| {
        producer.push_vec_exact(values).unwrap();
        consumer.peek(usize::MAX).release(usize::MAX);
    });
}

fn a_reservation_drops_its_first_value_first<L: Link<Item = Noted, Producers = Solo>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    assert_oldest_first(make, |mut producer, _consumer, values| {
        producer.reserve(usize::MAX).fill(values.drain(..));
    });
}

/// A value whose drop pushes another into the ring it came from, so many times.
struct Echo {
    home: Weak<RefCell<ring::mpmc::Producer<Echo>>>,
    left: usize,
}

impl Drop for Echo {
    fn drop(&mut self) {
        if let (Some(left), Some(home)) = (self.left.checked_sub(1), self.home.upgrade()) {
            let echo = Self { home: self.home.clone(), left };
            std::mem::forget(home.borrow_mut().push(echo));
        }
    }
}

#[test]
fn the_last_consumer_leaves_what_is_pushed_after_it_to_the_ring() {
    let (producer, consumer) = ring::mpmc(4);
    let home = Rc::new(RefCell::new(producer));
    for left in [100, 200] {
        let echo = Echo { home: Rc::downgrade(&home), left };
        assert!(home.borrow_mut().push(echo).is_ok());
    }
    drop(consumer);
    assert_eq!(home.borrow().len(), 2, "each of the two dropped values pushed one");
}
