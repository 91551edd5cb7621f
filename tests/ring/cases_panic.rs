//! Cases of panics: in the drop of a value, and in an iterator that feeds the ring.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ringway::ring::{self, Consumer, Link, Producer, Solo, Staged};

use crate::common::{rotate, starts};
use crate::effort::{some, times};
use crate::values::{Counted, Tally, assert_panics};

on_kinds!([spsc, mpsc, spmc, mpmc]:
    b3_a_panicking_drop_in_a_ring_that_is_dropped,
    b3_a_panicking_drop_in_the_last_consumer,
    b3_a_panicking_drop_in_the_last_handle,
    b3_a_panicking_drop_of_a_batch,
    b3_a_panicking_drop_on_a_stage,
    b4_a_panicking_iterator_leaves_the_ring_as_it_was,
);
on_kinds!([spsc, mpsc]: b3_a_panicking_drop_in_a_release);
on_kinds!([spsc, spmc]:
    b3_a_panicking_drop_in_a_reservation,
    b4_a_panicking_iterator_in_a_reservation,
);

/// Runs a check with a fresh ring of 5 slots, from every start and from slots apart, and with each
/// number of 0 to 4.
fn for_each_number<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
    check: impl Fn(usize, Producer<L>, Consumer<L>),
) {
    for start in some(starts(5)) {
        for (number, slot) in (0..25).step_by(25 / times(25)).map(|i| (i / 5, i % 5)) {
            println!("value {number}, from {start:#x} and slot {slot}");
            let (mut producer, mut consumer) = make(5, start);
            let spare = Tally::of(1);
            rotate(&mut producer, &mut consumer, slot, || spare.value(0));
            check(number, producer, consumer);
        }
    }
}

/// Fills a ring of 5 slots with values, of which the drop of one panics.
fn fill<L: Link<Item = Counted>>(producer: &mut Producer<L>, tally: &Tally, broken: usize) {
    producer.push_vec_exact(&mut tally.values_but(broken, 0..5).collect()).unwrap();
}

/// Checks that five more values go through a ring, in order, and are dropped once.
fn assert_usable<L: Link<Item = Counted>>(producer: &mut Producer<L>, consumer: &mut Consumer<L>) {
    let tally = Tally::of(5);
    for value in tally.values(0..5) {
        producer.push(value).unwrap();
    }
    for id in 0..5 {
        assert_eq!(consumer.pop().unwrap().id, id);
    }
    assert!(consumer.pop().is_none());
    tally.assert_each(1);
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_in_a_ring_that_is_dropped<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, consumer| {
        let tally = Tally::of(5);
        drop(consumer);
        fill(&mut producer, &tally, broken);
        assert_panics(|| drop(producer));
        tally.assert_each(1);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_in_the_last_consumer<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, consumer| {
        let tally = Tally::of(5);
        fill(&mut producer, &tally, broken);
        assert_panics(|| drop(consumer));
        assert!(producer.is_disconnected());
        assert!(tally.drops().into_iter().all(|times| times <= 1));
        assert_eq!(tally.drops()[broken], 1);
        drop(producer);
        tally.assert_each(1);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_in_the_last_handle<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, consumer| {
        let tally = Tally::of(5);
        fill(&mut producer, &tally, broken);
        drop(producer);
        assert_panics(|| drop(consumer));
        tally.assert_each(1);
    });
}

/// Drops an inline ring of a kind that holds a value whose drop panics.
macro_rules! drop_inline {
    ($($kind:ident)+) => {$(
        #[test]
        fn $kind() {
            for broken in 0..5 {
                let tally = Tally::of(7);
                let ring = ring::$kind::Inline::<Counted, 5>::new();
                let (mut producer, mut consumer) = ring.split().unwrap();
                producer.push_vec_exact(&mut tally.values(5..7).collect()).unwrap();
                assert!(consumer.pop().is_some() && consumer.pop().is_some());
                drop(consumer);
                fill(&mut producer, &tally, broken);
                drop(producer);
                tally.assert_dropped(5..7);
                assert_panics(|| drop(ring));
                tally.assert_each(1);
            }
        }
    )+};
}

// agerasev/ringbuf#59, mgeier/rtrb#185
mod b3_a_panicking_drop_in_an_inline_ring_that_is_dropped {
    use super::*;
    drop_inline!(spsc mpsc spmc mpmc);
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_in_a_release<L: Link<Item = Counted, Consumers = Solo>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, mut consumer| {
        let tally = Tally::of(5);
        fill(&mut producer, &tally, broken);
        assert_panics(|| _ = consumer.peek(5).release(broken + 1));
        tally.assert_dropped(0..broken + 1);
        assert_eq!(producer.len(), 4 - broken);
        assert_eq!(consumer.peek(5).release(5), 4 - broken);
        tally.assert_each(1);
        assert_usable(&mut producer, &mut consumer);

        let tally = Tally::of(5);
        fill(&mut producer, &tally, broken);
        assert_panics(|| _ = consumer.peek(5).release(5));
        tally.assert_each(1);
        assert_usable(&mut producer, &mut consumer);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_in_a_reservation<L: Link<Item = Counted, Producers = Solo>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, mut consumer| {
        let tally = Tally::of(5);
        let mut slots = producer.reserve(5);
        slots.fill(tally.values_but(broken, 0..5));
        assert_panics(|| drop(slots));
        tally.assert_each(1);
        assert!(consumer.pop().is_none());
        assert_usable(&mut producer, &mut consumer);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_of_a_batch<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, mut consumer| {
        let tally = Tally::of(7);
        let mut values: Vec<_> = tally.values_but(broken + 2, 0..7).collect();
        assert_eq!(producer.push_vec(&mut values), 5);
        let mut received = Vec::new();
        assert_eq!(consumer.pop_vec(&mut received, 5), 5);
        if broken + 2 < 5 {
            drop(values);
            assert_panics(|| drop(received));
        } else {
            drop(received);
            assert_panics(|| drop(values));
        }
        tally.assert_each(1);
        assert_usable(&mut producer, &mut consumer);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_a_panicking_drop_on_a_stage<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |broken, mut producer, mut consumer| {
        let tally = Tally::of(10);
        let mut staged = Staged::<_, 10>::new(tally.values_but(broken + 5, 0..10));
        assert_eq!(producer.push_iter(&mut staged), 5);
        assert_panics(|| drop(staged));
        tally.assert_dropped(5..10);
        assert!((0..5).all(|id| consumer.pop().is_some_and(|value| value.id == id)));
        tally.assert_each(1);
        assert_usable(&mut producer, &mut consumer);
    });
}

/// The values of a tally, with a panic in place of one.
fn breaking(tally: &Tally, at: usize) -> impl Iterator<Item = Counted> {
    (0..5).map(move |id| {
        assert!(id != at, "the iterator panics at {at}");
        tally.value(id)
    })
}

// ringbuffer#150, LMAX-Exchange/disruptor#223
fn b4_a_panicking_iterator_leaves_the_ring_as_it_was<L: Link<Item = Counted>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |at, mut producer, mut consumer| {
        let tally = Tally::of(5);
        let mut staged = Staged::<_, 5>::new(breaking(&tally, at));
        assert_panics(|| _ = producer.push_iter(&mut staged));
        assert_eq!((producer.len(), consumer.pop().map(|value| value.id)), (0, None));
        assert!(staged.staged().iter().map(|value| value.id).eq(0..at));
        tally.assert_each(0);
        assert_usable(&mut producer, &mut consumer);

        assert_eq!(producer.push_iter(&mut staged), 4);
        for id in (0..5).filter(|&id| id != at) {
            assert_eq!(consumer.pop().unwrap().id, id);
        }
        drop(staged);
        tally.assert_dropped((0..at).chain(at + 1..5));
    });
}

// ringbuffer#150, LMAX-Exchange/disruptor#223
fn b4_a_panicking_iterator_in_a_reservation<L: Link<Item = Counted, Producers = Solo>>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    for_each_number(make, |at, mut producer, mut consumer| {
        let tally = Tally::of(5);
        assert_panics(|| _ = producer.reserve(5).fill(breaking(&tally, at)));
        assert!(consumer.pop().is_none());
        tally.assert_dropped(0..at);
        assert_usable(&mut producer, &mut consumer);

        let tally = Tally::of(6);
        let mut slots = producer.reserve(5);
        let fill = AssertUnwindSafe(|| slots.fill(breaking(&tally, at)));
        assert!(catch_unwind(fill).is_err());
        assert_eq!((slots.written(), slots.room()), (at, 5 - at));
        slots.write(tally.value(5)).unwrap();
        assert_eq!(slots.commit(), at + 1);
        for id in (0..at).chain([5]) {
            assert_eq!(consumer.pop().unwrap().id, id);
        }
        assert!(consumer.pop().is_none());
        tally.assert_dropped((0..at).chain(5..6));
        assert_usable(&mut producer, &mut consumer);
    });
}
