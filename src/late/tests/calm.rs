//! Where nobody is late any more and single messages go both ways, the ring is found calm again.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::ring::{Heap, Ring, Shared, Solo};
use crate::sequencer::{Sequencer, Tracked, Uncounted};

type Slots<P, C> = Ring<P, C, Heap<u64>>;

fn push<P: Sequencer, C: Sequencer>(slots: &Slots<P, C>, value: u64) -> bool {
    slots.push(&mut slots.filling::<Uncounted>(), value).is_ok()
}

fn pop<P: Sequencer, C: Sequencer>(slots: &Slots<P, C>) -> Option<u64> {
    slots.pop(&mut slots.emptying::<Uncounted>())
}

/// A thread of a shared side is late for some laps and comes back.
fn is_calm_after<P, C>(operation: fn(&Slots<P, C>), laps: usize)
where
    P: Sequencer + 'static,
    C: Sequencer + 'static,
    Slots<P, C>: Send + Sync,
{
    let slots = Arc::new(Slots::<P, C>::on_heap(3, 0));
    assert!(push(&slots, 1));
    let theirs = Arc::clone(&slots);
    let late = Stopped::at(Point::Moved, 1, move || operation(&theirs));
    for _ in 0..laps {
        while push(&slots, 2) {}
        while pop(&slots).is_some() {}
    }
    late.release();
    for _ in 0..2 {
        push(&slots, 3);
        pop(&slots);
    }
    let lates = slots.track().lates;
    assert_eq!(lates.calm().is_after_commit(), fence::is_free(), "after {laps} laps");
}

#[test]
fn a_ring_is_calm_again_when_who_was_late_is_back() {
    for laps in 0..4 {
        is_calm_after::<Shared, Shared>(|slots| assert!(push(slots, 5)), laps);
        is_calm_after::<Shared, Shared>(|slots| assert_eq!(pop(slots), Some(1)), laps);
        is_calm_after::<Shared, Solo>(|slots| assert!(push(slots, 5)), laps);
        is_calm_after::<Solo, Shared>(|slots| assert_eq!(pop(slots), Some(1)), laps);
    }
}

/// A push has found the ring calm when it asked, and positions are skipped before it has committed.
#[test]
fn a_push_renews_the_budget_where_it_finds_the_ring_disturbed_after_its_commit() {
    for point in POINTS {
        let slots = Arc::new(Slots::<Shared, Shared>::on_heap(3, 0));
        let is_calm = |slots: &Slots<Shared, Shared>| slots.track().lates.calm().is_after_commit();
        assert!(push(&slots, 1) && pop(&slots) == Some(1));
        assert_eq!(is_calm(&slots), fence::is_free());
        let theirs = Arc::clone(&slots);
        hook::set(move |at| {
            if at == point {
                theirs.track().lates.calm().spend();
            }
        });
        assert!(push(&slots, 2));
        hook::set(|_| ());
        assert!(!is_calm(&slots));
        assert_eq!(slots.track().lates.calm().note(), fence::is_free(), "spent at {point:?}");
    }
}

/// The points that an operation passes.
fn points(operation: impl FnOnce()) -> Vec<Point> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let theirs = Rc::clone(&seen);
    hook::set(move |point| theirs.borrow_mut().push(point));
    operation();
    hook::set(|_| ());
    seen.take()
}

/// With a handle that keeps its cursor and without one: the next operation begins where the last one ended.
#[test]
fn while_the_ring_is_calm_an_operation_tries_once() {
    let queue = Queue::new(3);
    let (mut producer, mut consumer) = ring::mpmc(3);
    let (mut lone_producer, mut consumers) = ring::spmc(3);
    let (mut producers, mut lone_consumer) = ring::mpsc(3);
    let mut operations: [[&mut dyn FnMut(); 2]; 4] = [
        [&mut || queue.push(1).unwrap(), &mut || assert_eq!(queue.pop(), Some(1))],
        [&mut || producer.push(1).unwrap(), &mut || assert_eq!(consumer.pop(), Some(1))],
        [&mut || lone_producer.push(1).unwrap(), &mut || assert_eq!(consumers.pop(), Some(1))],
        [&mut || producers.push(1).unwrap(), &mut || assert_eq!(lone_consumer.pop(), Some(1))],
    ];
    for (i, [push, pop]) in operations.iter_mut().enumerate() {
        // The first one asks whether the light fence is free.
        push();
        pop();
        for _ in 0..7 {
            for operation in [&mut **push, &mut **pop] {
                let asked = points(operation).into_iter().filter(|at| *at == Point::Asking).count();
                assert!(asked == 1 || !fence::is_free(), "{asked} times in ring {i}");
            }
        }
    }
}
