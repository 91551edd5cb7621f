//! Threads that are killed in the midst of an operation, and the queue that goes after that: what they had
//! there, which may lie half moved, is dropped by nobody, and all else once.

use std::boxed::Box;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use super::*;

std::thread_local! {
    static DROPPED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A value that notes when it is dropped.
struct Noted(u64);

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

/// Begins an operation of which nothing is done from this point on.
fn killed_at(point: Point, operation: impl FnOnce()) {
    hook::set(move |at| {
        if at == point {
            resume_unwind(Box::new(()));
        }
    });
    let ends = catch_unwind(AssertUnwindSafe(operation));
    assert!(ends.is_err(), "the operation passes the point");
}

/// Nobody shares the queue any more, and the slot of the killed thread is skipped all the same.
#[test]
fn who_has_the_queue_alone_after_that_pushes_and_pops_around_it() {
    for (is_push, point) in
        [Point::Claimed, Point::Moved].into_iter().flat_map(|point| [(true, point), (false, point)])
    {
        let mut queue = Queue::new(4);
        assert!(queue.push_mut(Noted(900)).is_ok());
        killed_at(point, || {
            if is_push {
                drop(queue.push(Noted(500)));
            } else {
                drop(queue.pop());
            }
        });
        hook::set(|_| ());
        let mut wanted = Vec::from_iter(is_push.then_some(900));
        for lap in 0..4 {
            let values = [10 * lap, 10 * lap + 1];
            for value in values {
                assert!(queue.push_mut(Noted(value)).is_ok(), "{point:?}");
            }
            wanted.extend(values);
            let popped = core::iter::from_fn(|| queue.pop_mut()).map(|noted| noted.0);
            assert_eq!(Vec::from_iter(popped), wanted, "{point:?}");
            wanted.clear();
        }
    }
}

/// What a queue drops that goes.
fn dropped_with(queue: Queue<Noted>) -> Vec<u64> {
    DROPPED.take();
    drop(queue);
    DROPPED.take()
}

#[test]
fn what_a_killed_thread_had_is_not_dropped_with_the_queue() {
    type Operation = fn(&Queue<Noted>);
    // With how many slots free, and values gone.
    let operations: [(usize, usize, Operation); 3] = [
        (1, 0, |queue| drop(queue.push(Noted(500)))),
        (0, 1, |queue| drop(queue.pop())),
        (0, 1, |queue| drop(queue.force_push(Noted(500)))),
    ];
    let points = [Point::Claimed, Point::Moved];
    let cases = operations.into_iter().flat_map(|operation| points.map(|point| (operation, point)));
    for (capacity, ((free, gone, operation), point)) in
        affordable([1, 2, 3, 64]).flat_map(|c| cases.clone().map(move |case| (c, case)))
    {
        for laps in 0..4 {
            let queue = Queue::new(capacity);
            let mut inside = Vec::from_iter(0..(capacity - free) as u64);
            inside.iter().for_each(|value| assert!(queue.push(Noted(*value)).is_ok()));
            killed_at(point, || operation(&queue));
            inside.drain(..gone);
            for value in (1000..).take(laps * capacity) {
                if queue.push(Noted(value)).is_ok() {
                    inside.push(value);
                }
                if value % 3 > 0 && queue.pop().is_some() {
                    inside.remove(0);
                }
            }
            assert_eq!(dropped_with(queue), inside, "{point:?}, {laps} laps of {capacity}");
        }
    }
}

/// One who evicts is killed when it has reserved a position, and others fill what comes after: with that
/// there are more positions than slots.
#[test]
fn what_comes_after_a_place_that_a_killed_thread_had_reserved_is_dropped_in_turn() {
    let queue = Rc::new(Queue::new(3));
    let push = |value| assert!(queue.push(Noted(value)).is_ok());
    let pop = |queue: &Queue<Noted>| queue.pop().map(|value| value.0);
    push(0);
    assert_eq!(pop(&queue), Some(0));
    push(1);
    let others = Rc::clone(&queue);
    hook::set(move |point| {
        if point == Point::Claimed {
            assert!(others.push(Noted(2)).is_ok());
            assert_eq!(pop(&others), Some(2));
            // The slot of 1 is skipped between these two, and is for the next lap.
            assert!(others.push(Noted(3)).is_ok() && others.push(Noted(4)).is_ok());
        }
    });
    assert_eq!(pop(&queue), Some(1));
    killed_at(Point::Reserved, || drop(queue.force_push(Noted(5))));
    push(6);
    let queue = Rc::into_inner(queue).expect("the other one is gone");
    assert_eq!(dropped_with(queue), [3, 4, 6]);
}
