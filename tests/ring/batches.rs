//! Batches: how much each way moves, across the end of the array and over many laps.

use ringway::ring::{Consumer, Producer};

use crate::ways::{Consuming, Producing, Tested, WayIn, WayOut};

on_rings!([spsc, mpsc, spmc, mpmc]:
    every_way_in_moves_what_it_says,
    every_way_out_moves_what_it_says,
    a_batch_of_the_whole_ring_fits_from_every_slot,
    all_ways_together_keep_the_order,
);

/// Numbers of values to hold and to ask for, as far as they tell something and there is time.
fn sizes(capacity: usize) -> Vec<usize> {
    let mut sizes = vec![0, 1, 2, capacity / 2, capacity - 1, capacity];
    sizes.extend([capacity + 1, 2 * capacity + 3]);
    if cfg!(miri) {
        sizes.retain(|n| [0, capacity / 2, capacity, capacity + 1].contains(n));
    }
    sizes
}

fn ways_in<L: Tested>() -> Vec<WayIn<L>> {
    L::Producers::ways_in()
}

fn ways_out<L: Tested>() -> Vec<WayOut<L>> {
    L::Consumers::ways_out()
}

/// The next `n` numbers.
fn take(numbers: &mut impl Iterator<Item = u64>, n: usize) -> Vec<u64> {
    numbers.take(n).collect()
}

fn every_way_in_moves_what_it_says<L: Tested>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let mut numbers = 0..;
    for (name, amount, push) in ways_in() {
        for held in sizes(capacity).into_iter().filter(|&held| held <= capacity) {
            for wanted in sizes(capacity) {
                let mut expected = take(&mut numbers, held);
                assert_eq!(producer.push_slice(&expected), held);
                let values = take(&mut numbers, wanted);
                let moved = push(&mut producer, &values);
                assert_eq!(moved, amount.of(wanted, capacity - held), "{name}: {held}, {wanted}");
                expected.extend(&values[..moved]);
                assert_eq!(producer.len(), expected.len());
                let mut received = Vec::new();
                consumer.pop_vec(&mut received, usize::MAX);
                assert_eq!(received, expected, "{name}");
            }
        }
    }
}

fn every_way_out_moves_what_it_says<L: Tested>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let mut numbers = 0..;
    for (name, amount, pop) in ways_out() {
        for held in sizes(capacity).into_iter().filter(|&held| held <= capacity) {
            for wanted in sizes(capacity) {
                let values = take(&mut numbers, held);
                producer.push_slice_exact(&values).unwrap();
                let received = pop(&mut consumer, wanted);
                let moved = amount.of(wanted, held);
                assert_eq!(received, values[..moved], "{name}: {held}, {wanted}");
                assert_eq!(consumer.len(), held - moved);
                let mut rest = Vec::new();
                consumer.pop_vec(&mut rest, usize::MAX);
                assert_eq!(rest, values[moved..], "{name}");
            }
        }
    }
}

fn a_batch_of_the_whole_ring_fits_from_every_slot<L: Tested>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let capacity = producer.capacity();
    let values: Vec<u64> = (0..capacity as u64).collect();
    let step = 1 + capacity / 20;
    for _ in (0..=capacity).step_by(step) {
        producer.push_slice_exact(&values).unwrap();
        assert!(producer.is_full());
        let mut received = vec![0; capacity];
        consumer.pop_slice_exact(&mut received).unwrap();
        assert_eq!(received, values);
        for _ in 0..step {
            producer.push(0).unwrap();
            assert_eq!(consumer.pop(), Some(0));
        }
    }
}

fn all_ways_together_keep_the_order<L: Tested>(
    mut producer: Producer<L>,
    mut consumer: Consumer<L>,
) {
    let most = producer.capacity() + 2;
    let (mut pushed, mut popped) = (0, 0);
    let mut sizes = (0..).map(|i| i * 7 % most);
    for _ in 0..3 {
        for (_, _, push) in ways_in() {
            for (name, _, pop) in ways_out() {
                let wanted = sizes.next().unwrap() as u64;
                let values: Vec<_> = (pushed..pushed + wanted).collect();
                pushed += push(&mut producer, &values) as u64;
                for value in pop(&mut consumer, sizes.next().unwrap()) {
                    assert_eq!(value, popped, "{name}");
                    popped += 1;
                }
                assert_eq!(producer.len() as u64, pushed - popped);
            }
        }
    }
    assert!(pushed >= producer.capacity() as u64);
}
