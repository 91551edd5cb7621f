//! The four rings, each with as many handles as it may have, some of whose threads are late.

use loom_tests::thread;
use loom_tests::{Ledger, Make, Others, Value, drain, explore_random, near_wrap, settle};
use ringway::ring::{self, Consumer, Link, Producer, Solo, Staged};
use shuttle::rand::{Rng, thread_rng};

use super::{any_capacity, assert_own_order, own};

/// The most values of a batch.
const BATCH: usize = 3;

/// The handles of a side that has one.
fn alone<H>(handle: H, _: u64) -> Vec<H> {
    vec![handle]
}

/// The handles of a side that may have many.
fn many<H: Clone>(handle: H, n: u64) -> Vec<H> {
    let mut handles = vec![handle.clone(); n as usize - 1];
    handles.push(handle);
    handles
}

/// Pushes by a handle that is made for it and goes again; how many values went in.
fn push_by_another<L: Link<Item = Value>>(
    producer: &mut Producer<L>,
    mut values: Vec<Value>,
) -> usize
where
    Producer<L>: Clone,
{
    producer.clone().push_vec(&mut values)
}

/// Writes in place and commits, or gives up what was written; how many values went in.
fn push_in_place<L>(producer: &mut Producer<L>, values: Vec<Value>) -> usize
where
    L: Link<Item = Value, Producers = Solo>,
{
    let mut slots = producer.reserve(BATCH);
    for value in values {
        drop(slots.write(value));
    }
    if thread_rng().gen_ratio(1, 4) {
        drop(slots);
        return 0;
    }
    slots.commit()
}

/// Pops by a handle that is made for it and goes again; how many values were dropped unseen.
fn pop_by_another<L: Link<Item = Value>>(consumer: &mut Consumer<L>) -> usize
where
    Consumer<L>: Clone,
{
    usize::from(consumer.clone().pop().is_some())
}

/// Releases in place; how many values were dropped unseen.
fn release<L>(consumer: &mut Consumer<L>) -> usize
where
    L: Link<Item = Value, Consumers = Solo>,
{
    let values = consumer.peek(BATCH);
    let seen = values.len();
    let n = thread_rng().gen_range(0..=BATCH);
    let released = values.release(n);
    assert_eq!(released, n.min(seen));
    released
}

/// One of the rings, with what is special to the kinds of its sides.
struct Kind<L: Link<Item = Value>> {
    make: Make<L>,
    producers: fn(Producer<L>, u64) -> Vec<Producer<L>>,
    push: fn(&mut Producer<L>, Vec<Value>) -> usize,
    consumers: fn(Consumer<L>, u64) -> Vec<Consumer<L>>,
    pop: fn(&mut Consumer<L>) -> usize,
}

/// Pushes in one of the ways; the numbers of the values that went in.
fn push<L: Link<Item = Value>>(
    kind: &Kind<L>,
    producer: &mut Producer<L>,
    ledger: &'static Ledger,
    next: &mut u64,
) -> std::ops::Range<u64> {
    let mut chance = thread_rng();
    let first = *next;
    let n = chance.gen_range(1..=BATCH as u64);
    *next += n;
    let mut values = Vec::from_iter((first..*next).map(|id| ledger.value(id)));
    let taken = match chance.gen_range(0..6) {
        0 => {
            let each = values.drain(..).map(|value| producer.push(value));
            each.take_while(Result::is_ok).count()
        }
        1 => producer.push_vec(&mut values),
        2 => {
            let outcome = producer.push_vec_exact(&mut values);
            let taken = n as usize - values.len();
            assert!(taken == n as usize || outcome.is_err());
            taken
        }
        3 => {
            let mut staged = Staged::<_, 2>::new(values);
            producer.push_iter(&mut staged)
        }
        4 => {
            assert!(producer.len() <= producer.capacity() && !producer.is_disconnected());
            0
        }
        _ => (kind.push)(producer, values),
    };
    first..first + taken as u64
}

/// Pops in one of the ways; the numbers of the values, and how many more were dropped unseen.
fn pop<L: Link<Item = Value>>(kind: &Kind<L>, consumer: &mut Consumer<L>) -> (Vec<u64>, usize) {
    let mut values = Vec::with_capacity(BATCH);
    let mut unseen = 0;
    match thread_rng().gen_range(0..6) {
        0 | 1 => values.extend(consumer.pop()),
        2 => {
            consumer.pop_vec(&mut values, BATCH);
        }
        3 => {
            let outcome = consumer.pop_vec_exact(&mut values, 2);
            assert_eq!(values.len(), if outcome.is_ok() { 2 } else { 0 });
        }
        4 => assert!(consumer.len() <= consumer.capacity()),
        _ => unseen = (kind.pop)(consumer),
    }
    (values.iter().map(Value::id).collect(), unseen)
}

fn anything<L>(kind: &'static Kind<L>, ledger: &'static Ledger)
where
    L: Link<Item = Value> + Send + 'static,
{
    let mut chance = thread_rng();
    let capacity = any_capacity();
    let index = chance.gen_range(0..capacity);
    let (producer, consumer) = near_wrap(ledger, kind.make, capacity, index);
    let others = Others::default();
    let producers = (kind.producers)(producer, chance.gen_range(1..=4));
    let producers = producers.into_iter().zip(0..).map(|(mut producer, thread)| {
        let (others, operations) = (others.clone(), chance.gen_range(1..=6));
        thread::spawn(move || {
            let work = others.begin();
            let mut next = own(thread).start;
            let mut sent = Vec::new();
            for _ in 0..operations {
                sent.extend(push(kind, &mut producer, ledger, &mut next));
                work.done();
            }
            (producer, sent)
        })
    });
    let producers = Vec::from_iter(producers);
    let consumers = (kind.consumers)(consumer, chance.gen_range(1..=4));
    let consumers = consumers.into_iter().map(|mut consumer| {
        let (others, operations) = (others.clone(), chance.gen_range(1..=8));
        thread::spawn(move || {
            let work = others.begin();
            let (mut received, mut unseen) = (Vec::new(), 0);
            for _ in 0..operations {
                let (some, more) = pop(kind, &mut consumer);
                received.extend(some);
                unseen += more;
                work.done();
            }
            assert_own_order(&received);
            (consumer, received, unseen)
        })
    });
    let consumers = Vec::from_iter(consumers);

    let mut sent = Vec::new();
    let producers = producers.into_iter().map(|producer| {
        let (producer, some) = producer.join().unwrap();
        sent.extend(some);
        producer
    });
    let producer = Vec::from_iter(producers).pop().expect("there is one");
    let (mut received, mut unseen) = (Vec::new(), 0);
    let consumers = consumers.into_iter().map(|consumer| {
        let (consumer, some, more) = consumer.join().unwrap();
        received.extend(some);
        unseen += more;
        consumer
    });
    let mut consumer = Vec::from_iter(consumers).pop().expect("there is one");
    let left = drain(&mut consumer);
    assert_own_order(&left);
    received.extend(left);
    received.sort_unstable();
    assert!(received.is_sorted_by(|a, b| a < b), "a value twice: {received:?}");
    assert!(received.iter().all(|id| sent.contains(id)), "received {received:?} of {sent:?}");
    assert_eq!(received.len() + unseen, sent.len(), "received {received:?} of {sent:?}");
    settle(ledger, producer, consumer);
}

/// Explores one of the rings.
macro_rules! anything_on {
    ($test:ident, $kind:ident, $make:path, $producers:ident, $push:ident, $consumers:ident, $pop:ident) => {
        #[test]
        fn $test() {
            explore_random(concat!("anything on ", stringify!($kind)), 4, |ledger| {
                let kind = const {
                    &Kind {
                        make: $make,
                        producers: $producers,
                        push: $push,
                        consumers: $consumers,
                        pop: $pop,
                    }
                };
                anything(kind, ledger);
            });
        }
    };
}

anything_on!(anything_on_spsc, spsc, ring::spsc_at, alone, push_in_place, alone, release);
anything_on!(anything_on_mpsc, mpsc, ring::mpsc_at, many, push_by_another, alone, release);
anything_on!(anything_on_spmc, spmc, ring::spmc_at, alone, push_in_place, many, pop_by_another);
anything_on!(anything_on_mpmc, mpmc, ring::mpmc_at, many, push_by_another, many, pop_by_another);
