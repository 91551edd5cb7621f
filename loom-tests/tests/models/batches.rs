//! Batches: claimed at once, committed in any order.

use loom_tests::thread;
use loom_tests::thread::yield_now;
use loom_tests::{
    ALL, Bounds, Ledger, Make, Value, assert_exactly, assert_in_order, drain, explore, near_wrap,
    pop, push, refill, settle,
};
use ringway::ring::{self, Consumer, Link, Producer, Shared, Staged};

use crate::{IN_TWO_GROUPS, IN_TWO_SIXES, OVER_THE_END, Place, WHOLE_GROUP};

/// The values of a batch.
fn batch(ledger: &'static Ledger, ids: impl IntoIterator<Item = u64>) -> Vec<Value> {
    ids.into_iter().map(|id| ledger.value(id)).collect()
}

/// The numbers of values, which are dropped.
fn ids(values: Vec<Value>) -> Vec<u64> {
    values.iter().map(Value::id).collect()
}

/// Pushes all values, in as many batches as it takes.
fn push_all<L: Link<Item = Value>>(producer: &mut Producer<L>, mut values: Vec<Value>) {
    loop {
        producer.push_vec(&mut values);
        if values.is_empty() {
            return;
        }
        yield_now();
    }
}

/// Pops in batches of up to `limit` until there are `n` values.
fn pop_all<L: Link<Item = Value>>(consumer: &mut Consumer<L>, limit: usize, n: usize) -> Vec<u64> {
    let mut values = Vec::new();
    loop {
        assert!(consumer.pop_vec(&mut values, limit) <= limit);
        if values.len() >= n {
            return ids(values);
        }
        yield_now();
    }
}

/// Batches over the brim of a ring with one thread on each side, across the wrap.
fn hand_over<L>(name: &str, make: Make<L>, bounds: [Bounds; 2])
where
    L: Link<Item = Value> + Send + 'static,
{
    for (capacity, bounds) in (2..).zip(bounds) {
        let name = format!("{name} of capacity {capacity}, batches");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, capacity - 1);
            let count = capacity as u64 + 2;
            let filler = thread::spawn(move || {
                push_all(&mut producer, batch(ledger, 0..count));
                producer
            });
            let received = pop_all(&mut consumer, 2, count as usize);
            assert!(received.into_iter().eq(0..count));
            settle(ledger, filler.join().unwrap(), consumer);
        });
    }
}

#[test]
fn batches_on_each_ring() {
    hand_over("spsc", ring::spsc_at, [(3, 1000), (3, 1000)]);
    hand_over("mpsc", ring::mpsc_at, [(3, 2500), (3, 4000)]);
    hand_over("spmc", ring::spmc_at, [(3, 2000), (3, 2500)]);
    hand_over("mpmc", ring::mpmc_at, [(3, 3000), (3, 4000)]);
}

/// A batch that lies in one group of slots, in two, or over the end.
fn one_batch<L>(name: &str, make: Make<L>, (capacity, index, n): Place, bounds: Bounds)
where
    L: Link<Item = Value> + Send + 'static,
{
    let name = format!("{name} of capacity {capacity}, one batch");
    explore(&name, bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, index);
        let filler = thread::spawn(move || {
            assert!(producer.push_vec_exact(&mut batch(ledger, 0..n as u64)).is_ok());
            producer
        });
        let mut values = Vec::new();
        consumer.pop_vec(&mut values, n);
        let producer = filler.join().unwrap();
        consumer.pop_vec(&mut values, n);
        assert!(ids(values).into_iter().eq(0..n as u64));
        settle(ledger, producer, consumer);
    });
}

#[test]
fn a_batch_anywhere_in_the_slots() {
    // A batch between lone sides is told of by two words, wherever it lies.
    for place in [OVER_THE_END, IN_TWO_SIXES] {
        one_batch("spsc", ring::spsc_at, place, (ALL, 100));
    }
    for (place, all, bounds) in
        [(IN_TWO_GROUPS, (ALL, 200), (3, 50)), (WHOLE_GROUP, (ALL, 300), (3, 150))]
    {
        one_batch("mpsc", ring::mpsc_at, place, bounds);
        one_batch("spmc", ring::spmc_at, place, all);
        one_batch("mpmc", ring::mpmc_at, place, bounds);
    }
}

/// Each side of a ring whose sides are both alone moves values one by one and in batches, over the brim: each way in
/// meets each way out.
#[test]
fn one_by_one_and_in_batches_between_lone_sides() {
    for (capacity, bounds) in [(1, (2, 1000)), (2, (2, 1000)), (3, (2, 1000))] {
        let name = format!("spsc of capacity {capacity}, one by one and in batches");
        explore(&name, bounds, move |ledger| {
            let (mut producer, mut consumer) = near_wrap(ledger, ring::spsc_at, capacity, 0);
            let filler = thread::spawn(move || {
                push_all(&mut producer, batch(ledger, 0..2));
                push(&mut producer, ledger.value(2));
                push_all(&mut producer, batch(ledger, 3..5));
                producer
            });
            let mut received = vec![pop(&mut consumer).id()];
            received.extend(pop_all(&mut consumer, 2, 3));
            while received.len() < 5 {
                received.push(pop(&mut consumer).id());
            }
            assert!(received.into_iter().eq(0..5));
            settle(ledger, filler.join().unwrap(), consumer);
        });
    }
}

/// A9: two batches are claimed in one order and committed in another, and the consumer asks for
/// all there is: it finds no slot that is not filled, and what one claim took stays together.
fn committed_out_of_order<L>(name: &str, make: Make<L>, place: Place, bounds: Bounds)
where
    L: Link<Item = Value, Producers = Shared> + Send + 'static,
{
    let (capacity, index, n) = place;
    let name = format!("{name} of capacity {capacity}, batches committed out of order");
    explore(&name, bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, index);
        let mut other = producer.clone();
        let pair = 0..2;
        let rest = 10..10 + n as u64 - 2;
        let (mut values, mut others) = (batch(ledger, pair.clone()), batch(ledger, rest.clone()));
        let first = thread::spawn(move || {
            assert!(producer.push_vec_exact(&mut values).is_ok());
            producer
        });
        let second = thread::spawn(move || assert!(other.push_vec_exact(&mut others).is_ok()));
        let mut values = Vec::with_capacity(2 * capacity);
        consumer.pop_vec(&mut values, capacity);
        second.join().unwrap();
        let producer = first.join().unwrap();
        consumer.pop_vec(&mut values, capacity);
        let received = ids(values);
        let in_order = pair.clone().chain(rest.clone()).eq(received.iter().copied());
        let reversed = rest.chain(pair).eq(received.iter().copied());
        assert!(in_order || reversed, "received {received:?}");
        settle(ledger, producer, consumer);
    });
}

#[test]
fn producers_commit_batches_out_of_order() {
    committed_out_of_order("mpsc", ring::mpsc_at, OVER_THE_END, (3, 1000));
    committed_out_of_order("mpsc", ring::mpsc_at, IN_TWO_GROUPS, (3, 1000));
    committed_out_of_order("mpsc", ring::mpsc_at, WHOLE_GROUP, (2, 500));
    committed_out_of_order("mpmc", ring::mpmc_at, OVER_THE_END, (3, 1200));
}

/// A9 on the other side: two consumers take three values of a full ring, one of them two in a
/// batch, and give the slots back in any order, while the producer pushes as much as there was.
fn emptied_out_of_order<L>(name: &str, make: Make<L>, place: Place, bounds: Bounds)
where
    L: Link<Item = Value, Consumers = Shared> + Send + 'static,
{
    let (capacity, index, _) = place;
    let name = format!("{name} of capacity {capacity}, batches emptied out of order");
    explore(&name, bounds, move |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, make, capacity, index);
        let full = capacity as u64;
        assert!(producer.push_vec_exact(&mut batch(ledger, 0..full)).is_ok());
        let mut other = consumer.clone();
        let first = thread::spawn(move || {
            let mut pair = Vec::with_capacity(2);
            assert!(consumer.pop_vec_exact(&mut pair, 2).is_ok());
            let pair = ids(pair);
            assert_eq!(pair[0] + 1, pair[1], "a batch came apart");
            (consumer, pair)
        });
        let second = thread::spawn(move || other.pop().expect("there is one for each").id());
        let mut next = batch(ledger, full..2 * full);
        let taken = producer.push_vec(&mut next) as u64;
        assert!(taken <= 3, "{taken} pushed over three");
        assert_eq!(next.first().map(Value::id), Some(full + taken).filter(|id| *id < 2 * full));
        drop(next);
        let (mut consumer, mut received) = first.join().unwrap();
        received.push(second.join().unwrap());
        received.append(&mut drain(&mut consumer));
        assert_exactly(received, (0..full + taken).collect());
        settle(ledger, producer, consumer);
    });
}

#[test]
fn consumers_empty_batches_out_of_order() {
    emptied_out_of_order("spmc", ring::spmc_at, OVER_THE_END, (3, 1000));
    emptied_out_of_order("spmc", ring::spmc_at, WHOLE_GROUP, (3, 3000));
    emptied_out_of_order("mpmc", ring::mpmc_at, OVER_THE_END, (3, 1200));
}

/// Two producers and two consumers: on each side a batch of up to two and a single value, on a
/// ring that holds two.
#[test]
fn mpmc_batches_among_single_values() {
    explore("mpmc, batches among single values", (2, 6000), |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, ring::mpmc_at, 2, 1);
        let (mut other_producer, mut other_consumer) = (producer.clone(), consumer.clone());
        let filler = thread::spawn(move || {
            let mut values = batch(ledger, 10..12);
            10..10 + other_producer.push_vec(&mut values) as u64
        });
        let emptier = thread::spawn(move || {
            let mut values = Vec::with_capacity(2);
            other_consumer.pop_vec(&mut values, 2);
            ids(values)
        });
        let own = u64::from(producer.push(ledger.value(0)).is_ok());
        let mut received: Vec<_> = consumer.pop().iter().map(Value::id).collect();
        let taken: Vec<_> = (0..own).chain(filler.join().unwrap()).collect();
        assert!(taken.len() >= 2, "full with {taken:?}");
        let others = emptier.join().unwrap();
        assert_in_order(&others);
        received.append(&mut drain(&mut consumer));
        assert_in_order(&received);
        received.extend(others);
        assert_exactly(received, taken);
        settle(ledger, producer, consumer);
    });
}

/// Values that are copied from and to slices, the batches of an exact size as a whole or not at
/// all.
#[test]
fn slices_move_as_a_whole() {
    explore("mpmc, slices", (3, 1000), |_| {
        let (mut producer, mut consumer) = ring::mpmc_at(3, u64::MAX);
        assert_eq!(producer.push_slice(&[90, 91]), 2);
        assert_eq!(consumer.pop_slice(&mut [0; 2]), 2);
        let mut other = producer.clone();
        let first = thread::spawn(move || {
            assert_eq!(producer.push_slice(&[0, 1]), 2);
            producer
        });
        let second = thread::spawn(move || assert!(other.push_slice_exact(&[10]).is_ok()));
        let mut values = [99; 3];
        let n = if consumer.pop_slice_exact(&mut values[..2]).is_ok() { 2 } else { 0 };
        assert!(values[n..].iter().all(|value| *value == 99), "moved in part: {values:?}");
        second.join().unwrap();
        let mut producer = first.join().unwrap();
        assert_eq!(consumer.pop_slice(&mut values[n..]), 3 - n);
        assert!(values == [0, 1, 10] || values == [10, 0, 1], "received {values:?}");
        refill(&mut producer, &mut consumer, |id| id, |id| id);
    });
}

/// Values from an iterator: what does not fit stays staged and comes first the next time.
#[test]
fn staged_values_keep_their_order() {
    explore("mpmc, staged values", (3, 4000), |ledger| {
        let (mut producer, mut consumer) = near_wrap(ledger, ring::mpmc_at, 2, 1);
        let filler = thread::spawn(move || {
            let mut values = Staged::<_, 3>::new((0..4).map(|id| ledger.value(id)));
            while !values.is_done() {
                if producer.push_iter(&mut values) == 0 {
                    yield_now();
                }
            }
            producer
        });
        for id in 0..4 {
            assert_eq!(pop(&mut consumer).id(), id);
        }
        settle(ledger, filler.join().unwrap(), consumer);
    });
}
