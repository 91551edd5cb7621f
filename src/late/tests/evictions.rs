//! Evictions whose thread is stopped in their midst, beside other threads that are late.

use super::*;

/// A full queue of the values from 0 on.
fn full(capacity: usize) -> Arc<Queue<u64>> {
    let queue = Arc::new(Queue::new(capacity));
    (0..capacity as u64).for_each(|value| queue.push(value).unwrap());
    queue
}

/// What a thread evicts for this value.
fn evict(queue: &Queue<u64>, value: u64) -> Vec<u64> {
    let mut evicted = Vec::new();
    queue.force_push_with(value, |value| evicted.push(value));
    evicted
}

/// The same on a thread that is stopped at this point.
fn evict_stopped(queue: &Arc<Queue<u64>>, value: u64, point: Point) -> Stopped<Vec<u64>> {
    let theirs = Arc::clone(queue);
    Stopped::at(point, 1, move || evict(&theirs, value))
}

/// Two owners in a row are consumers: who evicts has left its mark, and the next consumer is late.
/// The evictor does not take that one's lateness for its own.
#[test]
fn d1_an_evictor_and_the_consumer_after_it_are_late_at_once() {
    for capacity in affordable([1, 2, 3, 64]) {
        let queue = full(capacity);
        let evictor = evict_stopped(&queue, 500, Point::Committed);
        // Those in between, and then the value in the place of the oldest.
        for value in 1..capacity as u64 {
            assert_eq!(queue.pop(), Some(value));
        }
        let theirs = Arc::clone(&queue);
        let consumer = Stopped::at(Point::Claimed, 1, move || theirs.pop());
        // Producers come round and skip the consumer.
        assert_eq!(laps(&queue, 3), capacity - 1);
        assert_eq!(evictor.release(), [0]);
        assert_eq!(laps(&queue, 3), capacity - 1, "the slot is the consumer's");
        assert_eq!(consumer.release(), Some(500), "capacity {capacity}");
        assert_eq!(drain(&queue), []);
        assert_eq!(laps(&queue, 5), capacity, "whole again");
    }
}

/// A late consumer is the last, and all other slots are full, so that the counters are less than a lap apart: a
/// push says Full, and the oldest goes for the new value all the same.
#[test]
fn the_oldest_goes_beside_a_late_consumer_that_is_the_last() {
    for capacity in affordable([2, 3, 64]) {
        let cases =
            [Point::Claimed, Point::Moved].map(|point| [false, true].map(|push| (point, push)));
        for (point, push) in cases.into_iter().flatten() {
            let queue = full(capacity);
            let theirs = Arc::clone(&queue);
            let consumer = Stopped::at(point, 1, move || theirs.pop());
            assert!(!push || bounded(bound(capacity), || queue.push(7)).is_err());
            assert_eq!(bounded(bound(capacity), || evict(&queue, 500)), [1]);
            assert_eq!(consumer.release(), Some(0));
            assert!(drain(&queue).into_iter().eq((2..capacity as u64).chain([500])));
            assert_eq!(laps(&queue, 5), capacity, "there is room again");
        }
    }
}

/// How often a push looks that finds a consumer late and the last.
const LOOKS_OF_FULL: usize = 4;

/// Whenever a push has found no room beside a consumer that is the last, that is done, and another has filled its
/// slot before the evictor comes there, and a consumer stands in the midst of the next: so often that the evictor
/// would give up, if it took that for a ring without room and without an oldest value.
#[test]
fn who_finds_room_that_others_fill_does_not_give_up() {
    let queue = full(2);
    let take = |queue: &Arc<Queue<u64>>| {
        let theirs = Arc::clone(queue);
        Stopped::at(Point::Moved, 1, move || theirs.pop())
    };
    let (theirs, mut late) = (Arc::clone(&queue), Some(take(&queue)));
    let (mut looks, mut fed) = (0, 0);
    hook::set(move |point| match point {
        Point::Looked => {
            looks += 1;
            // In the midst of the push: it has seen all that it looks at.
            if looks == LOOKS_OF_FULL {
                late.take().map(Stopped::release);
            }
        }
        Point::Asking => {
            looks = 0;
            if late.is_none() && fed < 300 {
                fed += 1;
                theirs.push(fed + 10).unwrap();
                late = Some(take(&theirs));
            }
        }
        _ => (),
    });
    let evicted = queue.force_push(1000);
    hook::set(|_| ());
    assert_ne!(evicted, Some(1000), "it goes itself though nobody is away");
    assert!(drain(&queue).contains(&1000));
}

/// Who has reserved the place of the oldest and stops there leaves it to the next who evicts.
#[test]
fn a_reserved_place_goes_to_whoever_evicts() {
    for capacity in affordable([1, 2, 3, 64]) {
        let queue = full(capacity);
        let all = |evicted: Vec<u64>| Vec::from_iter(evicted.into_iter().chain(drain(&queue)));
        let first = evict_stopped(&queue, 500, Point::Reserved);
        assert_eq!(queue.len(), capacity);
        assert!(queue.push(1000).is_err(), "it is full");
        assert_eq!(evict(&queue, 501), [0]);
        let evicted = first.release();
        assert_eq!(evicted.len(), 1);
        assert!(all(evicted).into_iter().eq((1..capacity as u64).chain([501, 500])));
        assert_eq!(laps(&queue, 5), capacity);
    }
}

/// Where a consumer takes the oldest nothing has to go, wherever the evictor stands before it has
/// claimed the oldest itself.
#[test]
fn what_a_consumer_takes_is_not_evicted() {
    let looks = (1..=5).flat_map(|nth| [(Point::Asking, nth), (Point::Looked, nth)]);
    let stops = looks.chain([(Point::Reserved, 1)]);
    for (capacity, (point, nth)) in
        affordable([1, 2, 3, 64]).flat_map(|c| stops.clone().map(move |s| (c, s)))
    {
        for popped in 1..=capacity.min(5) as u64 {
            let queue = full(capacity);
            let theirs = Arc::clone(&queue);
            let is_there = move |seen: &[Point]| {
                seen.ends_with(&[point]) && seen.iter().filter(|at| **at == point).count() == nth
            };
            let (evictor, has_stopped) = Stopped::if_ever(is_there, move || evict(&theirs, 500));
            if !has_stopped {
                assert_eq!(evictor.release(), [0]);
                continue;
            }
            for value in 0..popped {
                assert_eq!(queue.pop(), Some(value));
            }
            assert_eq!(evictor.release(), [], "{point:?}, {nth}");
            assert!(drain(&queue).into_iter().eq((popped..capacity as u64).chain([500])));
            assert_eq!(laps(&queue, 5), capacity);
        }
    }
}

/// The consumer that takes the oldest is late in its turn: others pass it before the evictor comes back,
/// or before it is back itself, or nobody does.
#[test]
fn the_consumer_that_takes_the_oldest_is_late() {
    for capacity in affordable([1, 2, 3, 64]) {
        for point in POINTS {
            for passed in [Some(1), Some(2), None] {
                let queue = full(capacity);
                let evictor = evict_stopped(&queue, 500, Point::Reserved);
                let theirs = Arc::clone(&queue);
                let consumer = Stopped::at(point, 1, move || theirs.pop());
                let (mut seen, mut last) = (Vec::new(), None);
                let mut pass = |when| {
                    if passed == Some(when) {
                        seen.append(&mut drain(&queue));
                        // Behind what comes next it is passed too, if it was late and the last.
                        last = queue.push(501).is_ok().then_some(501);
                        seen.append(&mut drain(&queue));
                    }
                };
                pass(1);
                let evicted = evictor.release();
                pass(2);
                let popped = consumer.release();
                seen.append(&mut drain(&queue));
                assert_eq!(popped, Some(0));
                let mut all = Vec::from_iter(seen.into_iter().chain(evicted).chain(popped));
                all.sort_unstable();
                let expected = (0..capacity as u64).chain([500]).chain(last);
                assert!(all.into_iter().eq(expected), "{point:?}");
                assert_eq!(laps(&queue, 5), capacity);
            }
        }
    }
}

/// An evictor that has reserved the place of the oldest is stopped where it waits for its turn, since
/// what `others` did when it had reserved took the oldest.
fn awaiting<T: Send + 'static>(
    queue: &Arc<Queue<u64>>,
    others: impl Fn() -> T + Send + 'static,
) -> (Stopped<Vec<u64>>, T) {
    awaiting_after(&[Point::Asking], queue, others)
}

/// The same, when it has passed these points.
fn awaiting_after<T: Send + 'static>(
    points: &'static [Point],
    queue: &Arc<Queue<u64>>,
    others: impl Fn() -> T + Send + 'static,
) -> (Stopped<Vec<u64>>, T) {
    let (did, done) = channel();
    let is_there = move |seen: &[Point]| {
        if seen.ends_with(&[Point::Reserved]) {
            did.send(others()).expect("the test waits");
        }
        seen.contains(&Point::Reserved) && seen.ends_with(points)
    };
    let theirs = Arc::clone(queue);
    let evictor = Stopped::when(is_there, move || evict(&theirs, 500));
    (evictor, done.recv().expect("it has reserved"))
}

/// The consumer that took the oldest has stored its mark in time, while the intent to skip it is still
/// there: the place is the evictor's, and it takes it. With one slot nothing can stand behind that place, and
/// nobody means to skip who is late there.
#[test]
fn an_intent_about_the_consumer_before_is_not_about_the_evictor() {
    for capacity in affordable([2, 3, 64]) {
        let queue = full(capacity);
        let theirs = Arc::clone(&queue);
        let stops = |seen: &[Point]| matches!(seen.last(), Some(Point::Moved | Point::Committed));
        let (evictor, consumer) = awaiting(&queue, move || {
            let theirs = Arc::clone(&theirs);
            Steps::of(stops, move || theirs.pop())
        });
        assert!((1..capacity as u64).all(|value| queue.pop() == Some(value)));
        queue.push(501).unwrap();
        let theirs = Arc::clone(&queue);
        let skipper = Stopped::at(Point::Intended, 1, move || theirs.pop());
        consumer.goes_on_to(Point::Committed);
        assert_eq!(evictor.release(), []);
        assert_eq!(consumer.release(), Some(0));
        assert_eq!(skipper.release(), Some(500));
        assert_eq!(drain(&queue), [501]);
        assert_eq!(laps(&queue, 5), capacity, "whole again");
    }
}

/// The consumer that took the oldest was skipped, in the place that is reserved too, by the evictor or by a
/// consumer that comes there, and stores its mark, which tells the evictor its turn. It leaves the place to the
/// next lap.
#[test]
fn the_mark_of_a_skipped_consumer_is_no_turn_of_the_evictor() {
    let kinds = affordable([1, 2, 3, 64]).flat_map(|c| [true, false].map(|own| (c, own)));
    // With one slot nothing can stand behind the place that is reserved, and no consumer skips it.
    for (capacity, own) in kinds.filter(|kind| *kind != (1, false)) {
        let queue = full(capacity);
        let theirs = Arc::clone(&queue);
        let stops = |seen: &[Point]| matches!(seen.last(), Some(Point::Moved | Point::Leaving));
        let skips: &[_] = &[Point::Intended, Point::Looked, Point::Asking];
        let points = if own { skips } else { &skips[2..] };
        let (evictor, consumer) = awaiting_after(points, &queue, move || {
            let theirs = Arc::clone(&theirs);
            Steps::of(stops, move || theirs.pop())
        });
        assert!((1..capacity as u64).all(|value| queue.pop() == Some(value)));
        let behind = Vec::from_iter((!own).then_some(501));
        assert_eq!(queue.push_slice(&behind), behind.len());
        assert_eq!(drain(&queue), behind);
        consumer.goes_on_to(Point::Leaving);
        // Beside the late one it finds the next slot, if there is one.
        assert_eq!(evictor.release(), Vec::from_iter((capacity == 1).then_some(500)));
        assert_eq!(consumer.release(), Some(0));
        assert_eq!(drain(&queue), Vec::from_iter((capacity > 1).then_some(500)));
        assert_eq!(laps(&queue, 5), capacity, "whole again");
    }
}

/// While an evictor waits for the consumer that took the oldest, another evicts what comes after. It finds
/// the queue full with the place of the first, which that one takes: one value goes, and no slot is lost.
#[test]
fn a_reserved_place_is_taken_though_others_evict_what_comes_after() {
    for capacity in affordable([2, 3, 64]) {
        let queue = full(capacity);
        let theirs = Arc::clone(&queue);
        let (evictor, consumer) = awaiting(&queue, move || {
            let theirs = Arc::clone(&theirs);
            Stopped::at(Point::Moved, 1, move || theirs.pop())
        });
        assert_eq!(evict(&queue, 501), [1]);
        assert_eq!(consumer.release(), Some(0));
        assert_eq!(evictor.release(), [], "there was room when the oldest was taken");
        assert!(drain(&queue).into_iter().eq((2..capacity as u64).chain([500, 501])));
        assert_eq!(laps(&queue, 5), capacity, "whole again");
    }
}

/// A reserved place that others have passed by is no place for a later value: it would come before
/// theirs. Who evicts then has to evict once more, and gives both.
#[test]
fn a_reserved_place_that_others_have_passed_is_not_taken() {
    let queue = Arc::new(Queue::new(3));
    let push = |value| queue.push(value).unwrap();
    push(0);
    assert_eq!(queue.pop(), Some(0));
    push(1);
    let theirs = Arc::clone(&queue);
    let consumer = Stopped::at(Point::Claimed, 1, move || theirs.pop());
    push(2);
    assert_eq!(queue.pop(), Some(2));
    // The slot of 1 is skipped between these two, and is for the next lap.
    push(3);
    push(4);
    assert_eq!(consumer.release(), Some(1));
    let first = evict_stopped(&queue, 5, Point::Reserved);
    push(6);
    assert_eq!(evict(&queue, 7), [3, 4]);
    assert_eq!(first.release(), []);
    // When the first comes back there is room, but not before the 6, which came when there was none.
    assert_eq!(drain(&queue), [6, 7, 5]);
    assert_eq!(laps(&queue, 5), 3);
}

/// One thread has taken all that there was in one batch, and holds all slots.
#[test]
fn an_eviction_returns_beside_a_late_batch_of_all_slots() {
    for capacity in affordable([1, 3, 8, 500]) {
        let queue = full(capacity);
        let theirs = Arc::clone(&queue);
        let consumer = Stopped::at(Point::Claimed, 1, move || {
            let mut values = std::vec![0; theirs.capacity()];
            theirs.pop_slice(&mut values)
        });
        // Each attempt passes a lap.
        assert_eq!(bounded(256 * 8 * (capacity + 8), || evict(&queue, 500)), [500]);
        assert_eq!(consumer.release(), capacity);
        assert_eq!(drain(&queue), []);
        assert_eq!(laps(&queue, 3), capacity);
    }
}

/// A thread is stopped in a batch of more slots than an eviction makes attempts, and the others are full: the
/// oldest value behind them goes, and not the new one.
#[test]
fn an_eviction_passes_any_number_of_late_positions() {
    // Of so many as the last not all are passed by attempts that give up after some dozens of steps each.
    let cases = [(20, 15), (500, 300), (12_000, 10_000)];
    for (capacity, late) in cases.into_iter().take(if cfg!(miri) { 2 } else { 3 }) {
        let queue = Arc::new(Queue::new(capacity));
        let theirs = Arc::clone(&queue);
        let producer = Stopped::at(Point::Claimed, 1, move || {
            theirs.push_slice(&Vec::from_iter(10_000..10_000 + late))
        });
        let left = capacity as u64 - late;
        (0..left).for_each(|value| queue.push(value).unwrap());
        assert!(queue.push(left).is_err(), "it is full");
        assert_eq!(evict(&queue, left), [0], "capacity {capacity}");
        assert!(drain(&queue).into_iter().eq(1..=left));
        let sent = producer.release() as u64;
        assert!(drain(&queue).into_iter().eq(10_000..10_000 + sent));
        assert_eq!(laps(&queue, 3), capacity, "whole again");
    }
}

/// With as many threads stopped as there are slots there is neither room nor a value that could go.
#[test]
fn an_eviction_returns_beside_any_number_of_late_threads() {
    for capacity in affordable([1, 2, 3]) {
        let queue = full(capacity);
        let consumers = Vec::from_iter((0..capacity).map(|_| {
            let theirs = Arc::clone(&queue);
            Stopped::at(Point::Claimed, 1, move || theirs.pop())
        }));
        assert_eq!(evict(&queue, 500), [500]);
        for (value, consumer) in consumers.into_iter().enumerate() {
            assert_eq!(consumer.release(), Some(value as u64));
        }
        assert_eq!(drain(&queue), []);
        assert_eq!(laps(&queue, 5), capacity);
    }
}
