//! More threads than cores on small rings: every message arrives once, and in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ringway::ring::{Consumer, Link, Producer, Staged};

use crate::effort::{affordable, can_start, times};
use crate::threads::Crew;
use crate::ways::{Amount, Consuming, Producing, Tested, all_consumers, all_producers};

on_kinds!([spsc, mpsc, spmc, mpmc]:
    a11_every_message_arrives_once_and_in_order,
    a11_every_boxed_message_arrives_once_and_in_order,
);

/// How many producers and consumers; a kind runs those that it allows.
const CREWS: [(usize, usize); 9] =
    [(1, 1), (2, 1), (5, 1), (8, 1), (1, 2), (1, 8), (2, 2), (3, 5), (8, 8)];

/// Capacities that are small or odd.
const TIGHT: [usize; 5] = [1, 2, 3, 7, 64];

/// The messages of one run, from all producers together.
const MESSAGES: usize = times(6000);

/// A start from which the laps overflow in the middle of a run.
const START: u64 = u64::MAX - MESSAGES as u64 / 2;

// moodycamel#157
fn a11_every_message_arrives_once_and_in_order<L: Tested + Send>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for capacity in affordable(TIGHT) {
        for_each_crew(
            || make(capacity, START),
            |producers, consumers| {
                transfer(producers, consumers, push_somehow, pop_somehow);
            },
        );
    }
}

// moodycamel#157
fn a11_every_boxed_message_arrives_once_and_in_order<L>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) where
    L: Link<Item = Box<u64>, Producers: Producing, Consumers: Consuming> + Send,
{
    for capacity in [1, 5] {
        for_each_crew(
            || make(capacity, START),
            |producers, consumers| {
                transfer(producers, consumers, push_boxes, pop_boxes);
            },
        );
    }
}

/// Runs a check with the handles of each crew that the ring allows.
fn for_each_crew<L: Link<Producers: Producing, Consumers: Consuming>>(
    make: impl Fn() -> (Producer<L>, Consumer<L>),
    check: impl Fn(Vec<Producer<L>>, Vec<Consumer<L>>),
) {
    for (producers, consumers) in CREWS {
        if !can_start(producers + consumers) {
            continue;
        }
        let ring = make();
        let capacity = ring.0.capacity();
        if let (Some(producers), Some(consumers)) =
            (all_producers(ring.0, producers), all_consumers(ring.1, consumers))
        {
            println!("capacity {capacity}, {} to {}", producers.len(), consumers.len());
            check(producers, consumers);
        }
    }
}

/// Moves all messages through the ring, each thread with its handle, and checks what arrives.
fn transfer<L: Link + Send>(
    producers: Vec<Producer<L>>,
    consumers: Vec<Consumer<L>>,
    push: fn(&mut Producer<L>, &[u64], &mut Dice) -> usize,
    pop: fn(&mut Consumer<L>, &mut Dice) -> Vec<u64>,
) {
    let crew = Crew::default();
    let arrivals = Arrivals::of(producers.len());
    thread::scope(|scope| {
        for (id, mut producer) in producers.into_iter().enumerate() {
            let (crew, arrivals) = (&crew, &arrivals);
            crew.start(scope, move || {
                let mut dice = Dice::seeded(id);
                let messages: Vec<_> = arrivals.messages(id).collect();
                let mut rest = &messages[..];
                while !rest.is_empty() {
                    let moved = crew.until(|| match push(&mut producer, rest, &mut dice) {
                        0 => None,
                        moved => Some(moved),
                    });
                    rest = &rest[moved..];
                }
            });
        }
        for (id, mut consumer) in consumers.into_iter().enumerate() {
            let (crew, arrivals) = (&crew, &arrivals);
            crew.start(scope, move || {
                let mut dice = Dice::seeded(100 + id);
                let mut order = arrivals.order();
                crew.until(|| {
                    let gone = consumer.is_disconnected();
                    let received = pop(&mut consumer, &mut dice);
                    received.iter().for_each(|&message| arrivals.note(message, &mut order));
                    (received.is_empty() && gone && consumer.is_empty()).then_some(())
                });
            });
        }
    });
    arrivals.assert_all();
}

/// Pushes some messages and returns how many were said to go: [`Arrivals`] finds out if that is not
/// what went. A push of an exact number moves fewer only if its thread was late, which the thread
/// of a lone producer never is.
fn push_somehow<L: Tested>(producer: &mut Producer<L>, rest: &[u64], dice: &mut Dice) -> usize {
    let ways = L::Producers::ways_in();
    let (name, amount, push) = ways[dice.below(ways.len())];
    let n = dice.below(2 + producer.capacity()).min(rest.len());
    let moved = push(producer, &rest[..n]);
    let is_shared = || L::Producers::another(producer).is_some();
    let whole = moved == 0 || moved == n;
    assert!(matches!(amount, Amount::UpTo(_)) || whole || is_shared(), "{name}: {moved} of {n}");
    moved
}

fn pop_somehow<L: Tested>(consumer: &mut Consumer<L>, dice: &mut Dice) -> Vec<u64> {
    let ways = L::Consumers::ways_out();
    let (name, amount, pop) = ways[dice.below(ways.len())];
    let n = dice.below(2 + consumer.capacity());
    let received = pop(consumer, n);
    let moved = received.len();
    assert!(matches!(amount, Amount::UpTo(_)) || moved == 0 || moved == n, "{name}: {moved}");
    received
}

fn push_boxes<L: Link<Item = Box<u64>>>(
    producer: &mut Producer<L>,
    rest: &[u64],
    dice: &mut Dice,
) -> usize {
    let mut boxes = rest.iter().map(|&message| Box::new(message));
    match dice.below(3) {
        0 => producer.push(boxes.next().unwrap()).map_or(0, |()| 1),
        1 => producer.push_vec(&mut boxes.take(dice.below(6)).collect()),
        _ => producer.push_iter(&mut Staged::<_, 4>::new(boxes)),
    }
}

fn pop_boxes<L: Link<Item = Box<u64>>>(consumer: &mut Consumer<L>, dice: &mut Dice) -> Vec<u64> {
    let mut boxes = Vec::new();
    match dice.below(2) {
        0 => boxes.extend(consumer.pop()),
        _ => _ = consumer.pop_vec(&mut boxes, dice.below(6)),
    }
    boxes.into_iter().map(|message| *message).collect()
}

/// Which messages arrived. A message is the number of its producer and its own number there.
struct Arrivals {
    each: usize,
    noted: Vec<AtomicBool>,
}

impl Arrivals {
    fn of(producers: usize) -> Self {
        let each = MESSAGES / producers;
        Self { each, noted: (0..producers * each).map(|_| AtomicBool::new(false)).collect() }
    }

    fn messages(&self, producer: usize) -> impl Iterator<Item = u64> {
        (0..self.each as u64).map(move |number| (producer as u64) << 32 | number)
    }

    /// For each producer, the least number that a consumer may still see.
    fn order(&self) -> Vec<usize> {
        vec![0; self.noted.len() / self.each]
    }

    fn note(&self, message: u64, order: &mut [usize]) {
        let (producer, number) = ((message >> 32) as usize, message as u32 as usize);
        assert!(order[producer] <= number, "{number} of {producer} came late");
        order[producer] = number + 1;
        let again = self.noted[producer * self.each + number].swap(true, Ordering::Relaxed);
        assert!(!again, "{number} of {producer} came twice");
    }

    fn assert_all(&self) {
        let missing = self.noted.iter().filter(|noted| !noted.load(Ordering::Relaxed)).count();
        assert_eq!(missing, 0, "messages are missing");
    }
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn seeded(seed: usize) -> Self {
        Self(seed as u64 + 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % n
    }
}
