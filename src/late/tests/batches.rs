//! Batches whose thread is stopped in their midst.

use super::*;

/// Pushes all values, in as many batches as it takes.
fn push_all(queue: &Queue<u64>, mut values: &[u64]) {
    while !values.is_empty() {
        values = &values[queue.push_slice(values)..];
    }
}

#[test]
fn a_batch_that_was_skipped_in_the_middle_keeps_its_order() {
    for nth in 1..=6 {
        for point in [Point::Moved, Point::Committed] {
            let queue = Arc::new(Queue::new(8));
            let theirs = Arc::clone(&queue);
            let stopped = Stopped::at(point, nth, move || {
                push_all(&theirs, &[1, 2, 3, 4, 5, 6]);
            });
            let mut received = Vec::new();
            for other in 100..130 {
                while bounded(bound(8), || queue.push(other)).is_err() {
                    received.push(bounded(bound(8), || queue.pop()).expect("it is full"));
                }
                received.extend(bounded(bound(8), || queue.pop()));
            }
            received.extend(drain(&queue));
            stopped.release();
            received.extend(drain(&queue));
            let (batch, others): (Vec<u64>, Vec<u64>) = received.iter().partition(|v| **v < 100);
            assert_eq!(batch, [1, 2, 3, 4, 5, 6], "{point:?} for the {nth}th time");
            assert!(others.into_iter().eq(100..130));
            assert_eq!(laps(&queue, 5), 8);
        }
    }
}

#[test]
fn a_batch_that_a_stopped_consumer_took_is_its_own() {
    for point in [Point::Claimed, Point::Moved] {
        let queue = Arc::new(Queue::new(8));
        assert_eq!(queue.push_slice(&[1, 2, 3, 4, 5]), 5);
        let theirs = Arc::clone(&queue);
        let stopped = Stopped::at(point, 1, move || {
            let mut values = [0; 5];
            let count = theirs.pop_slice(&mut values);
            (count, values)
        });
        assert_eq!(laps(&queue, 6), 3);
        assert_eq!(stopped.release(), (5, [1, 2, 3, 4, 5]));
        assert_eq!(laps(&queue, 6), 8);
    }
}

/// Pops all there is on a thread that stops when it has skipped the first late owner that it meets:
/// what comes after that is not skipped yet.
fn pop_past_one(queue: &Arc<Queue<u64>>) -> Stopped<Vec<u64>> {
    let theirs = Arc::clone(queue);
    Stopped::when(
        |seen| seen.ends_with(&[Point::Intended, Point::Looked, Point::Asking]),
        move || Vec::from_iter(std::iter::from_fn(|| theirs.pop()).take(theirs.capacity())),
    )
}

#[test]
fn what_follows_a_skipped_position_of_a_batch_is_not_there_before_it() {
    let values = [1, 2, 3, 4, 5, 6, 7, 8];
    // From the first slot on the batch is two groups; from the second on it begins and ends inside one.
    for first in 0..2 {
        for nth in 1..=values.len() {
            let queue = Arc::new(Queue::new(32));
            for _ in 0..first {
                queue.push(0).unwrap();
                assert_eq!(queue.pop(), Some(0));
            }
            let theirs = Arc::clone(&queue);
            let producer = Stopped::at(Point::Moved, nth, move || push_all(&theirs, &values));
            // Behind the last of the batch.
            queue.push(100).unwrap();
            let consumer = pop_past_one(&queue);
            producer.release();
            let mut received = consumer.release();
            received.extend(drain(&queue));
            let (before, after) = values.split_at(nth - 1);
            let expected = [before, &[100], after].concat();
            assert_eq!(received, expected, "stopped at the {nth}th from {first} on");
            assert_eq!(laps(&queue, 3), 32);
        }
    }
}
