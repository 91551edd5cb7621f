//! What operations leave behind besides values: a budget that is renewed, and the mark of a slot
//! that a late owner leaves.

use std::cell::Cell;
use std::rc::Rc;
use std::vec::Vec;

use super::{Filling, Side, Tracked, Uncounted};
use crate::late::Lates;
use crate::position::{Geometry, Position, Word};
use crate::ring::{Heap, Ring, Shared};
use crate::sync::edge::Edge;
use crate::sync::hook::{self, Point};

type Queue = Ring<Shared, Shared, Heap<u64>>;

fn push(queue: &Queue, value: u64) -> bool {
    queue.push(&mut queue.filling::<Uncounted>(), value).is_ok()
}

fn pop(queue: &Queue) -> Option<u64> {
    queue.pop(&mut queue.emptying::<Uncounted>())
}

fn push_batch(queue: &Queue, n: usize) -> usize {
    queue.push_slice(&mut queue.filling::<Uncounted>(), &Vec::from_iter(0..n as u64))
}

fn pop_batch(queue: &Queue, n: usize) -> usize {
    queue.pop_slice(&mut queue.emptying::<Uncounted>(), &mut std::vec![0; n])
}

/// Lets consumers spend all of the budget.
fn spend_all(lates: Lates<'_>, geometry: Geometry) {
    (0..3 * geometry.capacity() + 512).for_each(|_| lates.calm().spend());
    assert!(lates.calm().is_spent(geometry));
}

/// A queue in which one value went through, so that the fence is known; beside a late thread of its
/// sector, or not.
fn used_queue(beside: bool) -> Queue {
    let queue = Queue::on_heap(64, 0);
    assert!(push(&queue, 1) && pop(&queue).is_some());
    let (lates, last) = (queue.track().lates, 63);
    if beside {
        let late = lates.word(last);
        assert!(lates.raise(last, late, late.intent(tag())).is_some());
    }
    queue
}

/// That of an owner that is no one's.
fn tag() -> crate::late::Tag {
    crate::late::Tag::of(Geometry::new(64).unwrap(), Word::MAX)
}

#[test]
fn a_push_and_a_batch_that_commit_renew_the_budget_and_a_pop_does_not() {
    for beside in [false, true] {
        let queue = used_queue(beside);
        let (lates, geometry) = (queue.track().lates, queue.track().slots.geometry);
        // Shorter than a group of slots, whole groups, and both.
        for n in [1, 2, 8, 11] {
            spend_all(lates, geometry);
            assert_eq!(push_batch(&queue, n), n);
            assert!(
                !lates.calm().is_spent(geometry),
                "a batch of {n}, beside a late one: {beside}"
            );
            spend_all(lates, geometry);
            assert!(pop(&queue).is_some());
            assert_eq!(pop_batch(&queue, n), n - 1);
            assert!(lates.calm().is_spent(geometry), "a pop gives others nothing to find");
        }
        assert!(push(&queue, 1));
        assert!(!lates.calm().is_spent(geometry), "a push, beside a late one: {beside}");
    }
}

/// Does `work` while an owner, in `operation`, has moved its value and not stored the mark.
fn beside_late(queue: &Rc<Queue>, work: impl Fn(&Queue) + 'static, operation: fn(&Queue)) {
    let (others, mut has_stopped) = (Rc::clone(queue), false);
    hook::set(move |point| {
        if point == Point::Moved && !has_stopped {
            has_stopped = true;
            work(&others);
        }
    });
    operation(queue);
    hook::set(|_| ());
}

#[test]
fn an_exact_batch_counts_what_it_passed_as_room_and_renews_the_budget() {
    let queue = Rc::new(Queue::on_heap(8, u64::MAX));
    let values = [1, 2, 3, 4, 5, 6, 7];
    assert!(push(&queue, 0));
    let work = move |queue: &Queue| {
        let track = queue.track();
        assert_eq!(push_batch(queue, 5), 5);
        spend_all(track.lates, track.slots.geometry);
        let mut cursor = queue.emptying::<usize>();
        queue.pop_slice_exact(&mut cursor, &mut [0; 6]).unwrap();
        assert_eq!(cursor.freed, 2, "of eight positions two have no value");
        assert!(
            track.lates.calm().is_spent(track.slots.geometry),
            "a pop gives others nothing to find"
        );
    };
    let others = Rc::clone(&queue);
    let beside_two = move |_: &Queue| beside_late(&others, work, |queue| assert!(push(queue, 11)));
    beside_late(&queue, beside_two, |queue| assert!(push(queue, 10)));
    assert_eq!((pop(&queue), pop(&queue)), (Some(11), Some(10)));
    assert_eq!(push_batch(&queue, 8), 8);
    assert_eq!(pop(&queue), Some(0));
    let work = move |queue: &Queue| {
        let track = queue.track();
        (1..7).for_each(|_| assert!(pop(queue).is_some()));
        spend_all(track.lates, track.slots.geometry);
        let mut cursor = queue.filling::<usize>();
        queue.push_slice_exact(&mut cursor, &values).unwrap();
        assert_eq!(cursor.freed, 0, "producers make no room");
        assert!(!track.lates.calm().is_spent(track.slots.geometry));
    };
    beside_late(&queue, work, |queue| assert!(pop(queue).is_some()));
    assert!((0..7).all(|i| pop(&queue) == Some(values[i])));
}

/// A producer that is late with the first of a batch gives up all of it, and begins again.
#[test]
fn a_batch_that_is_given_up_renews_nothing() {
    for is_exact in [false, true] {
        let queue = Rc::new(Queue::on_heap(8, 0));
        assert_eq!(push_batch(&queue, 8), 8);
        assert_eq!(pop(&queue), Some(0));
        let work = move |queue: &Rc<Queue>| {
            // Of the consumer that is late an exact batch goes round, and the other begins behind it.
            assert_eq!(pop_batch(queue, 8), 6);
            if !is_exact {
                assert!(push(queue, 0) && push(queue, 0));
                assert_eq!((pop(queue), pop(queue)), (Some(0), Some(0)));
            }
            let (others, mut is_spent) = (Rc::clone(queue), None);
            let given_up = Rc::new(Cell::new(0));
            let count = Rc::clone(&given_up);
            hook::set(move |point| {
                let track = others.track();
                let (lates, geometry) = (track.lates, track.slots.geometry);
                match point {
                    Point::Moved if is_spent.is_none() => {
                        // All of the batch is skipped but its last.
                        assert_eq!(pop(&others), None);
                        spend_all(lates, geometry);
                        is_spent = Some(true);
                    }
                    Point::Asking if is_spent == Some(true) => {
                        assert!(lates.calm().is_spent(geometry), "nothing is there to be found");
                        count.set(count.get() + 1);
                        is_spent = Some(false);
                    }
                    _ => (),
                }
            });
            let (mut cursor, values) = (queue.filling::<Uncounted>(), [1, 2, 3, 4, 5]);
            let moved = if is_exact {
                queue.push_slice_exact(&mut cursor, &values).map_or(0, |()| 5)
            } else {
                queue.push_slice(&mut cursor, &values)
            };
            hook::set(|_| ());
            assert_eq!(given_up.get(), 1);
            assert!(moved > 0 && (1..=moved).all(|value| pop(queue) == Some(value as u64)));
            assert_eq!(pop(queue), None);
        };
        let others = Rc::clone(&queue);
        beside_late(&queue, move |_| work(&others), |queue| assert_eq!(pop(queue), Some(1)));
    }
}

/// The mark that tells the producer who comes to the slot of index `index` next that it is its turn.
fn next_turn(queue: &Queue, index: usize) -> Word {
    let track = queue.track();
    let geometry = track.slots.geometry;
    let filled = Position(track.filled.load(Edge::RELAXED));
    let is_passed = index < geometry.index(filled);
    let next = if is_passed { geometry.next_lap(filled) } else { filled };
    geometry.lap_of(next) | Filling::TURN
}

/// An owner that was skipped reads how far, and is stopped, while others skip its slot for more
/// laps: the slot is left to the producer who comes next, never to one of a lap that was skipped.
#[test]
fn a_late_owner_leaves_its_slot_for_the_lap_after_the_last_that_was_skipped() {
    for capacity in [2, 3, 7] {
        let queue = Rc::new(Queue::on_heap(capacity, u64::MAX - 20));
        let (others, left) = (Rc::clone(&queue), Rc::new(Cell::new(0)));
        let index = queue.track().slots.geometry.index(queue.cursor::<Filling>().next);
        let (count, mut has_waited) = (Rc::clone(&left), false);
        hook::set(move |point| {
            let is_stopped =
                point == Point::Moved && count.get() == 0 || point == Point::Leaving && !has_waited;
            if is_stopped {
                has_waited |= point == Point::Leaving;
                for _ in 0..2 {
                    let fit = (0..capacity).take_while(|_| push(&others, 1)).count();
                    assert_eq!(fit, capacity - 1, "one is late");
                    assert!((0..fit).all(|_| pop(&others) == Some(1)));
                    assert_eq!(pop(&others), None);
                }
            }
            if point == Point::Left {
                count.set(count.get() + 1);
                let track = others.track();
                let mark = track.slots.only(Position(index as Word)).mark().load(Edge::RELAXED);
                assert_eq!(mark, next_turn(&others, index), "the mark of a lap that was skipped");
            }
        });
        assert!(push(&queue, 7));
        hook::set(|_| ());
        assert_eq!(left.get(), 1, "it was late once");
        assert_eq!((pop(&queue), pop(&queue)), (Some(7), None));
    }
}
