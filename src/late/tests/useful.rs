//! What operations get done beside threads that are stopped anywhere in others: with fewer slots taken by those
//! than there are, values go through, all other slots are of use, and an eviction lets the oldest go and not its
//! own value. So there is no state in which producers say Full and consumers Empty for ever.

use std::format;

use super::progress::{OPERATIONS, Operation, counted, most};
use super::*;

/// Stops threads in operations at random, which own fewer slots than there are; does operations beside them.
fn is_of_use(seed: usize) {
    let mut dice = Dice(seed as u64);
    let capacity = 2 + dice.below(4);
    let start = if seed % 2 == 0 { 0 } else { u64::MAX - 3 };
    let queue = Arc::new(Queue::new_at(capacity, start));
    (0..dice.below(capacity + 1) as u64).for_each(|value| queue.push(value).unwrap());
    let limit = 1 + dice.below(capacity - 1);
    let (mut owned, mut stopped, mut who) = (0, Vec::new(), Vec::new());
    for round in 0..dice.below(30) {
        let operation = OPERATIONS[dice.below(OPERATIONS.len())];
        let value = 1000 + 10 * round as u64;
        let may_stop = operation != Operation::Look && owned + operation.owns() <= limit;
        if dice.below(3) > 0 || !may_stop {
            operation.perform(&queue, value);
            continue;
        }
        let nth = 1 + dice.below(24);
        who.push((round, operation, nth));
        let theirs = Arc::clone(&queue);
        let is_there = move |seen: &[Point]| seen.len() == nth;
        let work = move || operation.perform(&theirs, value);
        let (thread, has_stopped) = Stopped::if_ever(is_there, work);
        if has_stopped {
            owned += operation.owns();
            stopped.push(thread);
        } else {
            thread.release();
        }
    }
    let what = format!("seed {seed}, capacity {capacity}, {owned} owned, {who:?}");
    let most = most(capacity);
    // One each by turns.
    let mut values = 10_000..;
    for _ in 0..4 {
        let goes_through = || {
            let value = values.next().unwrap();
            let is_in = counted(most, &what, || queue.push(value)).is_ok();
            counted(most, &what, || queue.pop()).is_some() && is_in
        };
        let mut rounds = core::iter::repeat_with(goes_through).take(2 * capacity + 4);
        assert!(rounds.any(|goes_through| goes_through), "nothing goes through: {what}");
    }
    while counted(most, &what, || queue.pop()).is_some() {}
    for lap in 0..4 {
        let room = (0..).take_while(|value| counted(most, &what, || queue.push(*value)).is_ok());
        let room = room.count() as u64;
        let next = || counted(most, &what, || queue.pop());
        assert!(core::iter::from_fn(next).eq(0..room), "not what went in: {what}");
        let least = if lap < 2 { 0 } else { capacity - owned };
        assert!(room as usize >= least, "room for {room} in lap {lap}: {what}");
    }
    if owned + 2 <= capacity {
        for value in 0..2 * capacity as u64 {
            let (two, mut out) = ([value, value + 1], [0; 2]);
            assert_eq!(counted(most, &what, || queue.push_slice_exact(&two)), Ok(()), "{what}");
            assert_eq!(counted(most, &what, || queue.pop_slice_exact(&mut out)), Ok(()), "{what}");
            assert_eq!(out, two, "{what}");
        }
    }
    for value in 20_000..20_000 + 3 * capacity as u64 {
        let mut evicted = Vec::new();
        counted(most, &what, || queue.force_push_with(value, |oldest| evicted.push(oldest)));
        assert!(!evicted.contains(&value) && evicted.len() <= 1, "{evicted:?} go: {what}");
    }
    stopped.into_iter().for_each(|thread| drop(thread.release()));
    drain(&queue);
    assert_eq!(laps(&queue, 4), capacity, "whole again: {what}");
}

#[test]
fn values_go_through_beside_fewer_stopped_threads_than_slots() {
    (0..times(3000)).for_each(is_of_use);
}
