//! Each operation of rings and of the queue beside a thread that is late in another.
//!
//! Everybody skips at once (see `late`): wherever the other thread stands, what is done beside it
//! ends, and each value comes once.

use std::sync::Arc;

use loom_tests::thread;
use loom_tests::{
    Bounds, Ledger, Make, Value, assert_exactly, assert_in_order, drain, explore_skipping,
    near_wrap, settle,
};
use ringway::Queue;
use ringway::ring::{self, Link, Producer, Shared, Solo, Staged};

/// A way to move values in.
#[derive(Clone, Copy, Debug)]
enum In {
    Push,
    Batch,
    Exact,
    Staged,
}

/// A way to move values out.
#[derive(Clone, Copy, Debug)]
enum Out {
    Pop,
    Batch,
    Exact,
}

/// Each of them beside one of the other side.
const WAYS: [(In, Out); 4] = [
    (In::Push, Out::Pop),
    (In::Batch, Out::Batch),
    (In::Exact, Out::Exact),
    (In::Staged, Out::Pop),
];

/// The values of two numbers.
fn two(ledger: &'static Ledger, first: u64) -> Vec<Value> {
    (first..first + 2).map(|id| ledger.value(id)).collect()
}

/// Moves values in; how many went in, the first of them first.
macro_rules! put {
    ($own:expr, $way:expr, $values:expr) => {{
        let mut values: Vec<Value> = $values;
        let n = values.len();
        match $way {
            In::Push => {
                values.into_iter().map(|value| $own.push(value)).take_while(Result::is_ok).count()
            }
            In::Batch => $own.push_vec(&mut values),
            In::Exact => {
                let is_in = $own.push_vec_exact(&mut values).is_ok();
                assert_eq!(is_in, values.is_empty());
                n - values.len()
            }
            In::Staged => $own.push_iter(&mut Staged::<_, 2>::new(values)),
        }
    }};
}

/// Moves up to two values out; their numbers.
macro_rules! take {
    ($own:expr, $way:expr) => {{
        let mut values: Vec<Value> = Vec::with_capacity(2);
        match $way {
            Out::Pop => values.extend($own.pop()),
            Out::Batch => drop($own.pop_vec(&mut values, 2)),
            Out::Exact => {
                let is_out = $own.pop_vec_exact(&mut values, 2).is_ok();
                assert_eq!(values.len(), if is_out { 2 } else { 0 });
            }
        }
        Vec::from_iter(values.iter().map(Value::id))
    }};
}

/// What a handle says while somebody else moves a value: that it is not empty, or not full.
macro_rules! look {
    ($own:expr, not empty: $is_not:expr) => {
        assert!($own.len() <= $own.capacity());
        assert!(!$is_not || !$own.is_empty(), "empty after a push that nobody has popped");
    };
    ($own:expr, not full) => {
        assert!($own.len() < $own.capacity() && !$own.is_full(), "full with a value less");
    };
}

/// What all sides do beside a late producer of a ring.
fn beside_a_producer<L>(name: &str, make: Make<L>, (put, take): (In, Out), bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    explore_skipping(&format!("{name} beside a late producer"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        let mut theirs = producer.clone();
        let late = thread::spawn(move || theirs.push(ledger.value(10)).is_ok());
        look!(consumer, not full);
        let sent = put!(producer, put, two(ledger, 0)) as u64;
        look!(producer, not empty: sent > 0);
        let mut received = take!(consumer, take);
        let mut sent = Vec::from_iter(0..sent);
        sent.extend(Some(10).filter(|_| late.join().unwrap()));
        received.append(&mut drain(&mut consumer));
        assert_in_order(&received);
        assert_exactly(received, sent);
        settle(ledger, producer, consumer);
    });
}

#[test]
fn operations_of_rings_beside_a_late_producer() {
    let bounds = (2, 100);
    for (put, take) in WAYS {
        let name = |kind| format!("{kind}, {put:?} and {take:?}");
        beside_a_producer(&name("mpsc"), ring::mpsc_at, (put, take), bounds);
        beside_a_producer(&name("mpmc"), ring::mpmc_at, (put, take), bounds);
    }
}

/// A consumer releases the first of what it sees in place, beside a late producer.
#[test]
fn slots_in_place_beside_a_late_producer() {
    explore_skipping("mpsc, released beside a late producer", (2, 100), |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, ring::mpsc_at, 2, 1);
        let mut theirs = producer.clone();
        let late = thread::spawn(move || theirs.push(ledger.value(10)).is_ok());
        assert!(producer.push(ledger.value(0)).is_ok(), "there is room for two");
        let values = consumer.peek(2);
        let seen = values.len();
        assert!(seen > 0, "a push has completed");
        // In models nobody sees which values they are.
        assert_eq!(values.release(1), 1);
        let sent = 1 + usize::from(late.join().unwrap());
        let left = drain(&mut consumer);
        assert!(left.len() + 1 == sent && left != [0, 10] && left != [10, 0], "left {left:?}");
        settle(ledger, producer, consumer);
    });
}

/// What all sides do beside a late consumer of a ring.
fn beside_a_consumer<L>(
    name: &str,
    make: Make<L>,
    put: impl Fn(&'static Ledger, &mut Producer<L>) -> usize + Copy + Send + Sync + 'static,
    (take, bounds): (Out, Bounds),
) where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    explore_skipping(&format!("{name} beside a late consumer"), bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, 2, 1);
        assert!(producer.push(ledger.value(0)).is_ok());
        let mut theirs = consumer.clone();
        let late = thread::spawn(move || theirs.pop().map(|value| value.id()));
        look!(producer, not full);
        let sent = 1 + put(ledger, &mut producer) as u64;
        look!(consumer, not empty: sent > 1);
        let mut received = take!(consumer, take);
        received.append(&mut drain(&mut consumer));
        assert_in_order(&received);
        received.extend(late.join().unwrap());
        assert_exactly(received, Vec::from_iter(0..sent));
        settle(ledger, producer, consumer);
    });
}

#[test]
fn operations_of_rings_beside_a_late_consumer() {
    let bounds = (2, 100);
    for (put, take) in WAYS {
        let name = |kind| format!("{kind}, {put:?} and {take:?}");
        let act = move |ledger, own: &mut Producer<_>| put!(own, put, two(ledger, 1));
        beside_a_consumer(&name("spmc"), ring::spmc_at, act, (take, bounds));
        let act = move |ledger, own: &mut Producer<_>| put!(own, put, two(ledger, 1));
        beside_a_consumer(&name("mpmc"), ring::mpmc_at, act, (take, bounds));
    }
}

/// Reserves slots, gives them up, reserves them again, writes and commits; how many.
fn write<L>(ledger: &'static Ledger, producer: &mut Producer<L>) -> usize
where
    L: Link<Item = Value, Producers = Solo>,
{
    drop(producer.reserve(1));
    let mut slots = producer.reserve(2);
    let n = two(ledger, 1).into_iter().map_while(|value| slots.write(value).ok()).count();
    assert_eq!(slots.commit(), n);
    n
}

#[test]
fn slots_in_place_beside_a_late_consumer() {
    beside_a_consumer("spmc, committed", ring::spmc_at, write, (Out::Pop, (2, 100)));
}

/// Who is late in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    Producer,
    Consumer,
    Evictor,
}

/// Evicts for a value; the numbers of those that came out, of which one may be its own.
fn evict(queue: &Queue<Value>, value: Value) -> Vec<u64> {
    let mut evicted = Vec::new();
    queue.force_push_with(value, |value| evicted.push(value.id()));
    evicted
}

impl Late {
    /// What it does: the numbers of the values that went in, and of those that came out.
    fn act(self, ledger: &'static Ledger, queue: &Queue<Value>) -> (Vec<u64>, Vec<u64>) {
        match self {
            Self::Producer => {
                (Vec::from_iter(queue.push(ledger.value(10)).is_ok().then_some(10)), Vec::new())
            }
            Self::Consumer => (Vec::new(), queue.pop().iter().map(Value::id).collect()),
            Self::Evictor => (vec![10], evict(queue, ledger.value(10))),
        }
    }
}

/// What is done to the queue beside somebody who is late, after the queue was filled up to `n`.
fn on_the_queue(
    name: &str,
    (late, n): (Late, u64),
    act: impl Fn(&'static Ledger, &Queue<Value>) -> (Vec<u64>, Vec<u64>) + Copy + Send + Sync + 'static,
) {
    explore_skipping(&format!("{name} beside a late {late:?}"), (2, 100), move |ledger| {
        let queue = Arc::new(Queue::new_at(2, u64::MAX));
        for id in 20..20 + n {
            assert!(queue.push(ledger.value(id)).is_ok());
        }
        let theirs = Arc::clone(&queue);
        let other = thread::spawn(move || late.act(ledger, &theirs));
        let adds = u64::from(late == Late::Producer);
        let takes = u64::from(late == Late::Consumer);
        if n + adds < 2 {
            look!(queue, not full);
        }
        look!(queue, not empty: n > takes);
        let (mut sent, mut received) = act(ledger, &queue);
        sent.extend(20..20 + n);
        let (some, others) = other.join().unwrap();
        sent.extend(some);
        received.extend(others);
        received.extend(std::iter::from_fn(|| queue.pop()).map(|value| value.id()));
        assert_exactly(received, sent);
        for id in 0..4 {
            assert_eq!(queue.push(ledger.value(1000 + id)).is_ok(), id < 2, "not whole again");
        }
    });
}

#[test]
fn operations_of_the_queue_beside_a_late_producer_consumer_or_evictor() {
    for late in [(Late::Producer, 0), (Late::Consumer, 1), (Late::Evictor, 2)] {
        for (put, take) in WAYS {
            on_the_queue(&format!("{put:?} and {take:?}"), late, move |ledger, queue| {
                let sent = put!(queue, put, two(ledger, 0)) as u64;
                (Vec::from_iter(0..sent), take!(queue, take))
            });
        }
    }
}

#[test]
fn an_eviction_beside_a_late_producer_or_consumer() {
    for late in [(Late::Producer, 1), (Late::Consumer, 2)] {
        on_the_queue("an eviction", late, |ledger, queue| {
            let evicted = queue.force_push(ledger.value(0));
            (vec![0], Vec::from_iter(evicted.map(|value| value.id())))
        });
    }
}
