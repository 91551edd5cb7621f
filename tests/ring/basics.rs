//! One value after the other: filling, draining, order, and what can be observed.

use ringway::ring::{Consumer, Link, Producer};

on_rings!([spsc, mpsc, spmc, mpmc]:
    a12_exactly_as_many_pushes_succeed_as_the_capacity_says,
    a_drained_ring_is_empty,
    values_leave_in_the_order_they_came_over_many_laps,
    each_side_sees_the_length,
    debug_shows_the_state_and_no_value,
);

// atomic_queue#28
fn a12_exactly_as_many_pushes_succeed_as_the_capacity_says<L: Link<Item = u64>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity() as u64;
    for lap in 0..3 {
        for i in 0..capacity {
            assert_eq!(producer.push(lap + i), Ok(()));
        }
        assert_eq!(producer.push(99), Err(99));
        assert_eq!(producer.push(99), Err(99));
        for i in 0..capacity {
            assert_eq!(consumer.pop(), Some(lap + i));
        }
        assert_eq!(consumer.pop(), None);
    }
}

fn a_drained_ring_is_empty<L: Link<Item = u64>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    assert_eq!(consumer.pop(), None);
    for held in 0..=producer.capacity() {
        (0..held).for_each(|i| producer.push(i as u64).unwrap());
        let drained: Vec<_> = std::iter::from_fn(|| consumer.pop()).collect();
        assert!(drained.into_iter().eq(0..held as u64));
        assert!(producer.is_empty() && consumer.is_empty());
        assert_eq!(consumer.pop(), None);
        if held > 10 && held < producer.capacity() - 1 {
            break;
        }
    }
}

fn values_leave_in_the_order_they_came_over_many_laps<L: Link<Item = u64>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let mut pushed = 0..;
    let mut popped = 0..;
    let held = producer.capacity() / 2;
    for _ in 0..held {
        producer.push(pushed.next().unwrap()).unwrap();
    }
    for _ in 0..5 * producer.capacity() + 20 {
        producer.push(pushed.next().unwrap()).unwrap();
        assert_eq!(consumer.pop(), popped.next());
    }
    for _ in 0..held {
        assert_eq!(consumer.pop(), popped.next());
    }
    assert_eq!(consumer.pop(), None);
}

fn each_side_sees_the_length<L: Link<Item = u64>>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    assert_eq!(consumer.capacity(), capacity);
    let check = |producer: &Producer<L>, consumer: &Consumer<L>, len: usize| {
        assert_eq!((producer.len(), consumer.len()), (len, len));
        assert_eq!((producer.is_empty(), consumer.is_empty()), (len == 0, len == 0));
        assert_eq!((producer.is_full(), consumer.is_full()), (len == capacity, len == capacity));
    };
    for _ in 0..3 {
        check(&producer, &consumer, 0);
        for len in 1..=capacity {
            producer.push(0).unwrap();
            check(&producer, &consumer, len);
        }
        producer.push(0).unwrap_err();
        check(&producer, &consumer, capacity);
        for len in (0..capacity).rev() {
            consumer.pop().unwrap();
            check(&producer, &consumer, len);
        }
        assert_eq!(consumer.pop(), None);
    }
}

/// Without `Debug`.
struct Secret;

fn debug_shows_the_state_and_no_value<L: Link<Item = Secret>>(
    mut producer: Producer<L>,
    consumer: Consumer<L>,
) {
    assert!(producer.push(Secret).is_ok());
    let capacity = producer.capacity();
    let shown = format!("len: 1, capacity: {capacity}, is_disconnected: false, ..");
    assert_eq!(format!("{producer:?}"), format!("Producer {{ {shown} }}"));
    assert_eq!(format!("{consumer:?}"), format!("Consumer {{ {shown} }}"));
    drop(consumer);
    assert!(format!("{producer:?}").contains("len: 0"));
    assert!(format!("{producer:?}").contains("is_disconnected: true"));
}
