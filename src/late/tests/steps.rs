//! What a handle does that meets late threads, one step after the other.

use super::*;
use crate::position::{Position, Word};
use crate::ring::{Heap, Ring, Shared};
use crate::sequencer::{Filling, Tracked, Uncounted};

type Slots = Ring<Shared, Shared, Heap<u64>>;

fn slots(capacity: usize) -> Arc<Slots> {
    Arc::new(Slots::on_heap(capacity, 0))
}

fn push(slots: &Slots, value: u64) -> bool {
    slots.push(&mut slots.filling::<Uncounted>(), value).is_ok()
}

fn pop(slots: &Slots) -> Option<u64> {
    slots.pop(&mut slots.emptying::<Uncounted>())
}

/// How many positions can be skipped until a budget is spent.
fn budget(slots: &Slots) -> usize {
    3 * slots.capacity() + 512
}

/// Fills and empties the slots twice.
fn is_whole(slots: &Slots) -> bool {
    let values = 0..slots.capacity() as u64;
    (0..2).all(|_| {
        values.clone().all(|value| push(slots, value))
            && !push(slots, 0)
            && values.clone().all(|value| pop(slots) == Some(value))
            && pop(slots).is_none()
    })
}

/// A thread that pushes and is stopped whenever it stands at a point like this.
fn producer(slots: &Arc<Slots>, value: u64, point: Point) -> Steps<bool> {
    let theirs = Arc::clone(slots);
    Steps::of(move |seen| seen.ends_with(&[point]), move || push(&theirs, value))
}

/// A thread that pops this value, which is there, and is stopped whenever it stands at a point like this.
fn consumer(slots: &Arc<Slots>, value: u64, point: Point) -> Steps<bool> {
    let theirs = Arc::clone(slots);
    Steps::of(move |seen| seen.ends_with(&[point]), move || pop(&theirs) == Some(value))
}

/// An operation that says at once that it cannot be done, again and again, and skips nobody.
fn is_blocked_at_once(slots: &Slots, operation: impl Fn() -> bool) {
    for _ in 0..3 {
        let mut passed = 0;
        hook::set(move |point| {
            passed += 1;
            assert!(passed <= 10 && point != Point::Intended, "{point:?}");
        });
        assert!(operation());
        hook::set(|_| ());
    }
    let lates = slots.track().lates;
    assert!((0..slots.track().slots.geometry.capacity()).all(|index| lates.word(index).0 == 0));
}

/// Behind a late producer that is the last nothing is done: a pop says Empty at once, and skips nobody.
#[test]
fn a_pop_beside_a_late_producer_that_is_the_last_says_empty_and_does_not_skip_it() {
    for capacity in affordable([1, 2, 3, 7, 17]) {
        for (point, popped) in [(Point::Claimed, 0), (Point::Moved, 0), (Point::Moved, 1)] {
            let slots = slots(capacity);
            assert!((0..popped).all(|value| push(&slots, value) && pop(&slots) == Some(value)));
            let late = producer(&slots, 7, point);
            let end = slots.cursor::<Filling>().next;
            is_blocked_at_once(&slots, || pop(&slots).is_none());
            assert!(late.release());
            assert_eq!(slots.cursor::<Filling>().next, end, "its value is where it was");
            assert_eq!(pop(&slots), Some(7));
            assert!(is_whole(&slots));
        }
    }
}

/// Behind a late consumer that is the last all slots are full: a push says so at once, and skips nobody.
#[test]
fn a_push_beside_a_late_consumer_that_is_the_last_says_full_and_does_not_skip_it() {
    for capacity in affordable([1, 2, 3, 7, 17]) {
        for point in [Point::Claimed, Point::Moved] {
            let slots = slots(capacity);
            assert!((0..capacity).all(|_| push(&slots, 7)));
            let late = consumer(&slots, 7, point);
            is_blocked_at_once(&slots, || !push(&slots, 8));
            assert!(late.release());
            assert!(push(&slots, 7), "there is room");
            assert!((0..capacity).all(|_| pop(&slots) == Some(7)));
            assert!(is_whole(&slots));
        }
    }
}

/// A push that meets late threads alone, while consumers pass them as well, says Full when it has passed
/// more than a lap, and no later.
#[test]
fn a_push_beside_as_many_late_threads_as_slots_passes_more_than_a_lap() {
    // In a ring of fewer slots a pop goes by the marks, and skips nobody.
    for capacity in affordable([17, 18, 23]) {
        let slots = slots(capacity);
        let late = Vec::from_iter((0..capacity).map(|_| producer(&slots, 7, Point::Moved)));
        assert_eq!(pop(&slots), None);
        let filled = |slots: &Slots| slots.cursor::<Filling>().next;
        let (others, before, mut asked) = (Arc::clone(&slots), filled(&slots), 0);
        hook::set(move |point| {
            if point == Point::Asking {
                asked += 1;
                assert!(asked < 100, "the push does not end");
                assert_eq!(pop(&others), None);
            }
        });
        assert!(!push(&slots, 8));
        hook::set(|_| ());
        let geometry = slots.track().slots.geometry;
        assert_eq!(geometry.distance(before, filled(&slots)), capacity as isize + 1);
        assert!(late.into_iter().all(Steps::release));
        assert!((0..capacity).all(|_| pop(&slots) == Some(7)));
        assert!(is_whole(&slots));
    }
}

/// A producer is late in each position that a consumer comes to, and begins again behind another one, to which
/// the consumer comes next: the three would never end.
#[test]
fn a_pop_that_meets_a_late_producer_at_each_position_says_empty_when_the_budget_is_spent() {
    // In a ring of fewer slots a pop goes by the marks.
    let slots = slots(17);
    let (threads, mut ends): (Vec<_>, Vec<_>) = (0..2)
        .map(|_| producer(&slots, 7, Point::Moved))
        .map(|late| (late.thread, (late.go, late.there)))
        .unzip();
    let most = 8 * budget(&slots);
    let (mut asked, mut is_skipped) = (0, false);
    hook::set(move |point| match point {
        Point::Intended => is_skipped = true,
        Point::Asking => {
            asked += 1;
            assert!(asked < most, "the pop does not end");
            if core::mem::take(&mut is_skipped) {
                let (go, there) = &ends[0];
                go.send(()).unwrap();
                assert_eq!(there.recv(), Ok(Point::Moved));
                ends.rotate_left(1);
            }
        }
        _ => (),
    });
    assert_eq!(pop(&slots), None);
    // Who comes next has a budget of its own.
    let first = slots.cursor::<Filling>().next;
    assert_eq!(pop(&slots), None);
    let geometry = slots.track().slots.geometry;
    assert_eq!(geometry.distance(first, slots.cursor::<Filling>().next), budget(&slots) as isize);
    // With this they are let go.
    hook::set(|_| ());
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    assert_eq!([pop(&slots), pop(&slots)], [Some(7); 2]);
    assert!(is_whole(&slots));
}

/// A consumer has found the budget spent, and before it says Empty a push returns, or the producer that
/// it stands at commits; another one behind that is late too.
#[test]
fn a_pop_that_has_spent_the_budget_looks_again_before_it_says_empty() {
    for pushes in [true, false] {
        let slots = slots(3);
        let theirs = Arc::clone(&slots);
        let stops = |seen: &[Point]| matches!(seen.last(), Some(Point::Moved | Point::Committed));
        let late = Steps::of(stops, move || push(&theirs, 1));
        let last = producer(&slots, 2, Point::Moved);
        (0..budget(&slots)).for_each(|_| slots.track().lates.calm().spend());
        let (others, mut in_a_row, mut is_done) = (Arc::clone(&slots), 0, false);
        let (go, wait) = (late.go.clone(), late.there);
        hook::set(move |point| {
            in_a_row = if point == Point::Looked { in_a_row + 1 } else { 0 };
            if in_a_row < 4 || core::mem::replace(&mut is_done, true) {
                return;
            }
            if pushes {
                assert!(push(&others, 5));
            } else {
                go.send(()).unwrap();
                // Its value is there, and the budget not renewed.
                assert_eq!(wait.recv(), Ok(Point::Committed));
            }
        });
        assert_eq!(pop(&slots), Some(if pushes { 5 } else { 1 }));
        hook::set(|_| ());
        drop(late.go);
        assert!(late.thread.join().unwrap() && last.release());
        assert_eq!(pop(&slots), Some(if pushes { 1 } else { 2 }));
        assert_eq!(pop(&slots), pushes.then_some(2));
        assert!(is_whole(&slots));
    }
}

/// Who finds the intent of another, about the same owner, goes on from it.
#[test]
fn a_skipper_goes_on_from_the_intent_of_another() {
    let slots = slots(2);
    let late = producer(&slots, 7, Point::Moved);
    assert!(push(&slots, 8));
    let theirs = Arc::clone(&slots);
    let first = Stopped::at(Point::Intended, 1, move || pop(&theirs));
    assert_eq!(pop(&slots), Some(8));
    let changes = slots.track().lates.word(0).0 >> (Word::BITS / 2);
    assert_eq!(changes, 2, "the intent, and that the slot is held");
    assert!(late.release());
    assert_eq!(first.release().or_else(|| pop(&slots)), Some(7));
    assert!(is_whole(&slots));
}

/// A skipper is late itself: its intent is about an owner before. The next one does not take that for an
/// intent about the owner that it means, who would not know of it.
#[test]
fn the_intent_about_an_owner_before_is_not_about_this_one() {
    let slots = slots(3);
    let before = producer(&slots, 7, Point::Moved);
    assert!(push(&slots, 1) && push(&slots, 3));
    let theirs = Arc::clone(&slots);
    let is_there =
        |seen: &[Point]| seen.ends_with(&[Point::Looked; 4]) || seen.ends_with(&[Point::Intended]);
    let first = Steps::of(is_there, move || pop(&theirs));
    assert!(before.release());
    let theirs = Arc::clone(&slots);
    let owner = Stopped::at(Point::Moved, 1, move || pop(&theirs));
    first.goes_on_to(Point::Intended);
    assert_eq!(pop(&slots), Some(1));
    // The slot of the owner comes next. Its mark was seen, and it commits.
    let theirs = Arc::clone(&slots);
    let has_seen = |seen: &[Point]| seen.ends_with(&[Point::Intended, Point::Looked]);
    let second = Stopped::when(has_seen, move || push(&theirs, 2));
    assert_eq!(owner.release(), Some(7));
    assert!(second.release());
    assert_eq!(first.release(), Some(3));
    assert_eq!(pop(&slots), Some(2));
    let Position(next) = slots.cursor::<Filling>().next;
    assert!(is_whole(&slots), "at {next:#x}");
}
