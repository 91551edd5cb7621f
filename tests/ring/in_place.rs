//! In-place slots of solo sides: partial commits and releases, and where the slots lie.

use std::collections::HashSet;

use ringway::ring::{Consumer, Link, Producer, Solo};

on_rings!([spsc, spmc]:
    a_reservation_commits_what_was_written,
    a_reservation_writes_in_turns,
    a_reservation_shows_the_places_of_its_slots,
);

on_rings!([spsc, mpsc]:
    a_peek_releases_the_oldest_first,
    a_peek_shows_its_values_in_pieces,
    what_a_peek_changes_stays_changed,
);

fn a_reservation_commits_what_was_written<L: Link<Item = u64, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    for written in 0..=capacity.min(70) {
        let mut slots = producer.reserve(usize::MAX);
        assert_eq!((slots.room(), slots.written()), (capacity, 0));
        assert_eq!(slots.fill(0..written as u64), written);
        assert_eq!((slots.room(), slots.written()), (capacity - written, written));
        assert!(consumer.is_empty());
        assert_eq!(consumer.pop(), None);
        assert_eq!(slots.commit(), written);
        assert_eq!(consumer.len(), written);
        for value in 0..written as u64 {
            assert_eq!(consumer.pop(), Some(value));
        }
        assert_eq!(consumer.pop(), None);
    }
}

fn a_reservation_writes_in_turns<L: Link<Item = u64, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let mut slots = producer.reserve(6);
    let room = slots.room();
    assert_eq!(slots.fill([]), 0);
    slots.write(0).unwrap();
    assert_eq!(slots.places().flatten().count(), room - 1);
    let written = slots.places().flatten().take(1).map(|place| place.write(1)).count();
    // SAFETY: so many places were written, at most one.
    unsafe { slots.assume_written(written) };
    slots.fill(2..100);
    assert_eq!((slots.room(), slots.written()), (0, room));
    assert_eq!(slots.write(9), Err(9));
    assert_eq!(slots.fill(std::iter::once_with(|| panic!("nothing is asked of it"))), 0);
    assert_eq!(slots.commit(), room);
    for value in 0..room as u64 {
        assert_eq!(consumer.pop(), Some(value));
    }
}

/// Checks that the same slots come again in every lap: `addresses` tells where those of the whole
/// ring stand, each time one slot further on.
fn assert_rotates(capacity: usize, mut addresses: impl FnMut() -> Vec<usize>) {
    let mut expected = addresses();
    let distinct: HashSet<_> = expected.iter().collect();
    assert_eq!(distinct.len(), capacity);
    for _ in 0..capacity.min(100) {
        expected.rotate_left(1);
        assert_eq!(addresses(), expected);
    }
}

fn a_reservation_shows_the_places_of_its_slots<L: Link<Item = u64, Producers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    assert_rotates(capacity, || {
        let mut slots = producer.reserve(capacity);
        assert!(slots.places().all(|piece| !piece.is_empty()));
        let addresses = slots.places().flatten().map(|place| place.as_ptr().addr()).collect();
        slots.write(7).unwrap();
        slots.commit();
        consumer.pop().unwrap();
        addresses
    });
}

fn a_peek_releases_the_oldest_first<L: Link<Item = u64, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let values: Vec<u64> = (0..capacity as u64).collect();
    for released in 0..=capacity.min(70) {
        assert!(consumer.peek(usize::MAX).is_empty());
        producer.push_slice(&values);
        let peeked = consumer.peek(usize::MAX);
        assert!(peeked.iter().eq(&values));
        assert_eq!(peeked.release(released), released);
        assert_eq!(producer.push_slice(&values), released);
        let mut left = Vec::new();
        consumer.pop_vec(&mut left, capacity);
        assert_eq!(left, [&values[released..], &values[..released]].concat());
    }
}

fn a_peek_shows_its_values_in_pieces<L: Link<Item = u64, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    assert_rotates(capacity, || {
        while producer.push(7).is_ok() {}
        let peeked = consumer.peek(capacity);
        assert!(peeked.pieces().all(|piece| !piece.is_empty()));
        assert!(peeked.pieces().flatten().zip(peeked.iter()).all(|(a, b)| std::ptr::eq(a, b)));
        let addresses = peeked.iter().map(|value| std::ptr::from_ref(value).addr()).collect();
        peeked.release(1);
        addresses
    });
}

fn what_a_peek_changes_stays_changed<L: Link<Item = u64, Consumers = Solo>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    for lap in 0..4 {
        while producer.push(lap).is_ok() {}
        let mut peeked = consumer.peek(usize::MAX);
        peeked.iter_mut().zip(100..).for_each(|(value, i)| *value += i);
        assert!(peeked.iter().copied().eq((100..).map(|i| lap + i).take(peeked.len())));
        drop(peeked);
        for i in 100..100 + producer.capacity() as u64 {
            assert_eq!(consumer.pop(), Some(lap + i));
        }
    }
}
