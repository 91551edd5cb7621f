//! Batches of an exact size around positions that are late or were skipped, and threads that are
//! stopped in the midst of one.

use super::*;
use crate::ring;

/// Where sides begin: once the word of a position overflows soon.
const STARTS: [u64; 2] = [0, u64::MAX - 200];

const CAPACITIES: [usize; 4] = [3, 5, 8, 130];

fn queues() -> impl Iterator<Item = Arc<Queue<u64>>> {
    let capacities = affordable(CAPACITIES);
    capacities.flat_map(|c| STARTS.map(|start| Arc::new(Queue::new_at(c, start))))
}

fn push_exact(queue: &Queue<u64>, values: impl IntoIterator<Item = u64>) -> bool {
    queue.push_slice_exact(&Vec::from_iter(values)).is_ok()
}

/// Exactly so many values, or none.
fn pop_exact(queue: &Queue<u64>, n: usize) -> Option<Vec<u64>> {
    let mut values = Vec::new();
    let is_popped = queue.pop_vec_exact(&mut values, n).is_ok();
    assert_eq!(values.len(), if is_popped { n } else { 0 });
    is_popped.then_some(values)
}

/// A thread that pushes this value and is stopped before the mark.
fn late_push(queue: &Arc<Queue<u64>>, value: u64, point: Point) -> Stopped<Result<(), u64>> {
    let theirs = Arc::clone(queue);
    Stopped::at(point, 1, move || theirs.push(value))
}

/// A thread that pops and is stopped before the mark.
fn late_pop(queue: &Arc<Queue<u64>>, point: Point) -> Stopped<Option<u64>> {
    let theirs = Arc::clone(queue);
    Stopped::at(point, 1, move || theirs.pop())
}

/// A full queue, emptied but for the value 1, whose consumer is stopped: producers come to its slot
/// as the second of the lap.
fn beside_late_pop(queue: &Arc<Queue<u64>>, point: Point) -> Stopped<Option<u64>> {
    let capacity = queue.capacity();
    assert!(push_exact(queue, 0..capacity as u64));
    assert_eq!(queue.pop(), Some(0));
    let late = late_pop(queue, point);
    assert_eq!(pop_exact(queue, capacity - 2).map(|values| values[0]), Some(2));
    late
}

/// Pushes and pops by turns for some laps: what went in, which is 1000 and more, and what came out.
fn others(queue: &Queue<u64>) -> (Vec<u64>, Vec<u64>) {
    let (capacity, mut sent, mut received) = (queue.capacity(), Vec::new(), Vec::new());
    for value in 1000..1000 + 3 * capacity as u64 {
        received.extend(bounded(bound(capacity), || queue.pop()));
        if bounded(bound(capacity), || queue.push(value)).is_ok() {
            sent.push(value);
        }
    }
    received.extend(drain(queue));
    (sent, received)
}

/// Each way in which a thread may stop: at which point, and for how many times it comes there.
fn stops() -> impl Iterator<Item = (Point, usize)> {
    let points = [Point::Claimed, Point::Moved, Point::Committed, Point::Asking, Point::Looked];
    // Under Miri there is time for the first alone.
    let most = if cfg!(miri) { 2 } else { 9 };
    points.into_iter().flat_map(move |point| (1..most).map(move |nth| (point, nth)))
}

/// Whether a thread is at a point for so many times.
fn is_at((point, nth): (Point, usize)) -> impl Fn(&[Point]) -> bool + Send + 'static {
    move |seen| seen.ends_with(&[point]) && seen.iter().filter(|at| **at == point).count() == nth
}

#[test]
fn an_exact_pop_passes_late_producers() {
    for queue in queues() {
        for point in [Point::Claimed, Point::Moved] {
            let capacity = queue.capacity();
            queue.push(0).unwrap();
            let first = late_push(&queue, 500, point);
            let after = 1..capacity as u64 - 1;
            assert!(push_exact(&queue, after));
            assert_eq!(pop_exact(&queue, capacity), None, "there are not so many");
            let popped = bounded(bound(capacity), || pop_exact(&queue, capacity - 1));
            assert!(popped.unwrap().into_iter().eq(0..capacity as u64 - 1), "{point:?}");
            assert_eq!(queue.pop(), None);
            assert_eq!(laps(&queue, 3), capacity - 1);
            assert_eq!(first.release(), Ok(()));
            assert_eq!(drain(&queue), [500]);
            assert_eq!(laps(&queue, 3), capacity, "whole again");
        }
    }
}

#[test]
fn an_exact_pop_passes_more_late_producers_than_it_takes_values() {
    let queue = Arc::new(Queue::new_at(8, u64::MAX - 3));
    queue.push(0).unwrap();
    let late = Vec::from_iter((100..106).map(|value| late_push(&queue, value, Point::Moved)));
    queue.push(1).unwrap();
    assert_eq!(pop_exact(&queue, 2), Some([0, 1].into()));
    assert_eq!(laps(&queue, 4), 2);
    for late in late {
        assert_eq!(late.release(), Ok(()));
    }
    assert!(drain(&queue).into_iter().eq(100..106));
    assert_eq!(laps(&queue, 4), 8);
}

/// A batch that is refused skips nobody: who was late is in time.
#[test]
fn an_exact_pop_that_is_refused_skips_nobody() {
    for queue in queues() {
        queue.push(0).unwrap();
        let late = late_push(&queue, 1, Point::Moved);
        queue.push(2).unwrap();
        assert_eq!(pop_exact(&queue, 3), None);
        assert_eq!(late.release(), Ok(()));
        assert_eq!(pop_exact(&queue, 3), Some([0, 1, 2].into()), "it kept its place");
        assert_eq!(laps(&queue, 3), queue.capacity());
    }
}

#[test]
fn an_exact_push_passes_a_late_consumer() {
    for queue in queues() {
        for point in [Point::Claimed, Point::Moved] {
            for is_back in [false, true] {
                let capacity = queue.capacity();
                let late = beside_late_pop(&queue, point);
                let (values, one) = (100..99 + capacity as u64, [100]);
                let mut all = Vec::from_iter(values.clone().chain(one));
                assert!(queue.push_vec_exact(&mut all).is_err(), "a slot is not ours");
                assert_eq!(all.len(), capacity, "all are given back");
                assert_eq!(queue.len(), 0);
                assert!(bounded(bound(capacity), || push_exact(&queue, values.clone())));
                assert!(queue.push(7).is_err());
                let mut late = Some(late);
                if is_back {
                    assert_eq!(late.take().and_then(Stopped::release), Some(1));
                }
                // The slot is skipped in this lap whether its owner is back or not.
                assert!(pop_exact(&queue, capacity - 1).unwrap().into_iter().eq(values));
                assert_eq!(laps(&queue, 3), capacity - usize::from(!is_back));
                assert!(late.is_none_or(|late| late.release() == Some(1)));
                assert_eq!(laps(&queue, 3), capacity, "whole again");
            }
        }
    }
}

/// A position that was skipped and whose thread is back is passed by both sides, and is the one thing
/// that a batch of the capacity cannot have, until it is behind.
#[test]
fn an_exact_batch_passes_a_position_whose_thread_is_back() {
    for queue in queues() {
        let capacity = queue.capacity();
        let late = beside_late_pop(&queue, Point::Moved);
        // Producers skip it, and one of them is late as well.
        queue.push(10).unwrap();
        queue.push(11).unwrap();
        assert_eq!(late.release(), Some(1));
        let rest = 12..8 + capacity as u64 + 1;
        assert!(push_exact(&queue, rest.clone()));
        assert_eq!(pop_exact(&queue, 2), Some([10, 11].into()));
        assert_eq!(drain(&queue), Vec::from_iter(rest));
        assert_eq!(laps(&queue, 3), capacity);
    }
}

/// As many slots as wanted are there, but not in one lap: that with a skipped position in its midst.
#[test]
fn an_exact_push_of_the_capacity_fits_when_the_skipped_position_is_first() {
    for queue in queues() {
        let capacity = queue.capacity() as u64;
        let late = beside_late_pop(&queue, Point::Moved);
        // Behind these two no position of the lap is left to pass.
        assert!(push_exact(&queue, [10, 11]));
        assert_eq!(late.release(), Some(1));
        assert_eq!(pop_exact(&queue, 2), Some([10, 11].into()));
        assert!(push_exact(&queue, 0..capacity));
        assert!(drain(&queue).into_iter().eq(0..capacity));
        assert_eq!(laps(&queue, 3), queue.capacity());
    }
}

#[test]
fn exact_batches_pass_a_late_evictor() {
    for queue in queues() {
        for point in [Point::Reserved, Point::Claimed, Point::Moved] {
            let capacity = queue.capacity();
            let end = capacity as u64;
            assert!(push_exact(&queue, 0..end));
            let theirs = Arc::clone(&queue);
            let evict = move || {
                let mut evicted = Vec::new();
                theirs.force_push_with(500, |value| evicted.push(value));
                evicted
            };
            let evictor = Stopped::at(point, 1, evict);
            // Who has only reserved has not taken the oldest: a consumer does, and is skipped on.
            let oldest = (point == Point::Reserved).then(|| queue.pop().unwrap());
            assert_eq!(queue.pop(), Some(1));
            queue.push(end).unwrap();
            // The evictor's position is behind the last of the lap and before the last of all.
            let popped = bounded(bound(capacity), || pop_exact(&queue, capacity - 1));
            assert!(popped.unwrap().into_iter().eq(2..end + 1), "{point:?}");
            let values = Vec::from_iter(100..99 + end);
            let is_pushed = push_exact(&queue, values.iter().copied());
            let mut seen =
                Vec::from_iter(is_pushed.then(|| pop_exact(&queue, capacity - 1).unwrap()));
            if point != Point::Reserved {
                // In the next lap, too, which ends beside its slot.
                assert_eq!(seen.pop().as_ref(), Some(&values));
            }
            let evicted = evictor.release();
            assert_eq!(evicted, Vec::from_iter(oldest.is_none().then_some(0)));
            assert_eq!(drain(&queue), [500]);
            assert_eq!(laps(&queue, 3), capacity, "whole again");
        }
    }
}

/// A thread is stopped at each point of an exact push around a late consumer. The others pass it by; in
/// the end what it pushed is there, in order, once.
#[test]
fn an_exact_push_that_is_stopped_in_its_midst_keeps_its_order() {
    for queue in queues().filter(|queue| queue.capacity() <= 8) {
        for (stop, is_back) in stops().flat_map(|stop| [(stop, false), (stop, true)]) {
            let capacity = queue.capacity();
            let mut late = Some(beside_late_pop(&queue, Point::Moved));
            let values = Vec::from_iter(500..499 + capacity as u64);
            let (theirs, own) = (Arc::clone(&queue), values.clone());
            let push = move || match theirs.push_slice_exact(&own) {
                Ok(()) => own.len(),
                Err(few) => few.moved(),
            };
            let (pusher, _) = Stopped::if_ever(is_at(stop), push);
            if is_back {
                assert_eq!(late.take().and_then(Stopped::release), Some(1));
            }
            let (sent, mut received) = others(&queue);
            let moved = pusher.release();
            received.extend(drain(&queue));
            assert!(late.is_none_or(|late| late.release() == Some(1)));
            let (batch, others): (Vec<u64>, Vec<u64>) = received.iter().partition(|v| **v < 1000);
            assert_eq!(batch, values[..moved], "{stop:?}");
            assert_eq!(others, sent, "{stop:?}");
            assert_eq!(laps(&queue, 3), capacity, "whole again: {stop:?}");
        }
    }
}

/// The same for an exact pop around a late producer. Its values are its own, however late it is.
#[test]
fn an_exact_pop_that_is_stopped_in_its_midst_has_its_values() {
    for queue in queues().filter(|queue| queue.capacity() <= 8) {
        for (stop, is_back) in stops().flat_map(|stop| [(stop, false), (stop, true)]) {
            let capacity = queue.capacity();
            queue.push(0).unwrap();
            let mut late = Some(late_push(&queue, 500, Point::Moved));
            assert!(push_exact(&queue, 1..capacity as u64 - 1));
            let theirs = Arc::clone(&queue);
            let pop = move || pop_exact(&theirs, capacity - 1).unwrap_or_default();
            let (popper, _) = Stopped::if_ever(is_at(stop), pop);
            // Where the popper has the other slots it is refused and given back.
            let mut refused = Vec::new();
            if is_back {
                refused.extend(late.take().and_then(|late| late.release().err()));
            }
            let (sent, mut received) = others(&queue);
            let batch = popper.release();
            refused.extend(late.and_then(|late| late.release().err()));
            received.extend(drain(&queue));
            received.append(&mut refused);
            // The late value may come at any time.
            let is_ordered = |of: &[u64]| of.iter().filter(|v| **v != 500).is_sorted();
            assert!(is_ordered(&batch) && is_ordered(&received), "{stop:?}");
            let mut all = [batch, received].concat();
            all.sort_unstable();
            let expected = (0..capacity as u64 - 1).chain([500]).chain(sent);
            assert!(all.into_iter().eq(expected), "each comes once: {stop:?}");
            assert_eq!(laps(&queue, 3), capacity, "whole again: {stop:?}");
        }
    }
}

/// Others claim positions of the batch while it is asked for them: it goes on from where they stop, since
/// there are enough at any moment.
#[test]
fn an_exact_batch_is_not_refused_because_others_were_faster() {
    let stops = || stops().flat_map(|stop| [1, 2, 3].map(|times| (stop, times)));
    for ((stop, times), start) in stops().flat_map(|stop| STARTS.map(|start| (stop, start))) {
        let queue = Arc::new(Queue::new_at(12, start));
        assert!(push_exact(&queue, [0, 1]));
        let late = late_push(&queue, 500, Point::Moved);
        assert!(push_exact(&queue, 2..10));
        let theirs = Arc::clone(&queue);
        let (popper, _) = Stopped::if_ever(is_at(stop), move || pop_exact(&theirs, 4));
        let mut popped = Vec::from_iter((0..times).map(|_| queue.pop().unwrap()));
        popped.extend(popper.release().unwrap_or_else(|| panic!("{stop:?}, {times} others")));
        popped.extend(drain(&queue));
        assert_eq!(late.release(), Ok(()));
        popped.sort_unstable();
        assert!(popped.into_iter().eq(0..10));
        assert_eq!(drain(&queue), [500]);

        let late = beside_late_pop(&queue, Point::Moved);
        let theirs = Arc::clone(&queue);
        let (pusher, _) =
            Stopped::if_ever(is_at(stop), move || push_exact(&theirs, [100, 101, 102, 103]));
        (0..times as u64).for_each(|value| queue.push(value).unwrap());
        assert!(pusher.release(), "{stop:?}, {times} others");
        let mut popped = drain(&queue);
        popped.sort_unstable();
        assert!(popped.into_iter().eq((0..times as u64).chain(100..104)));
        assert_eq!(late.release(), Some(1));
        assert_eq!(laps(&queue, 3), 12);
    }
}

/// A batch of the capacity has seen a late consumer among its slots. Before it is refused that one comes
/// back and others move the ring on: now there are as many, and were since then.
#[test]
fn an_exact_batch_of_the_capacity_looks_again_where_others_were_faster() {
    for (stop, start) in stops().flat_map(|stop| STARTS.map(|start| (stop, start))) {
        let queue = Arc::new(Queue::new_at(5, start));
        let late = beside_late_pop(&queue, Point::Moved);
        let theirs = Arc::clone(&queue);
        let (pusher, has_stopped) =
            Stopped::if_ever(is_at(stop), move || push_exact(&theirs, 100..105));
        assert_eq!(late.release(), Some(1));
        if !has_stopped {
            assert!(!pusher.release(), "a slot was not free");
            continue;
        }
        queue.push(7).unwrap();
        assert_eq!(queue.pop(), Some(7));
        assert!(pusher.release(), "{stop:?}");
        assert!(drain(&queue).into_iter().eq(100..105));
        assert_eq!(laps(&queue, 3), 5);
    }
}

/// A thread that stands at its last step before its mark when `passer` skips its position, which is
/// stopped when it has claimed what lies around; then the thread stores its mark, which tells the
/// passer its turn, and is stopped before it leaves the slot.
pub(super) fn that_has_not_left<R, B>(
    operation: impl FnOnce() -> R + Send + 'static,
    passer: impl Fn() -> Stopped<B> + Send + 'static,
) -> (Stopped<R>, Stopped<B>)
where
    R: Send + 'static,
    B: Send + 'static,
{
    let (passes, passing) = channel();
    let is_there = move |seen: &[Point]| {
        if seen.ends_with(&[Point::Moved])
            && seen.iter().filter(|at| **at == Point::Moved).count() == 1
        {
            passes.send(passer()).expect("the test waits");
        }
        seen.ends_with(&[Point::Leaving])
    };
    let late = Stopped::when(is_there, operation);
    (late, passing.recv().expect("the operation has moved a value"))
}

#[test]
fn the_mark_of_a_skipped_owner_is_no_turn_of_the_batch_that_passes_it() {
    for queue in queues() {
        let end = queue.capacity() as u64;
        queue.push(0).unwrap();
        let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
        let passer = move || {
            assert!(push_exact(&others, 1..end - 1));
            let others = Arc::clone(&others);
            Stopped::at(Point::Claimed, 1, move || pop_exact(&others, end as usize - 1))
        };
        let (late, popper) = that_has_not_left(move || theirs.push(500), passer);
        assert!(popper.release().expect("there are as many").into_iter().eq(0..end - 1));
        assert_eq!(late.release(), Ok(()));
        assert_eq!(drain(&queue), [500]);
        assert_eq!(laps(&queue, 3), queue.capacity());

        assert!(push_exact(&queue, 0..end));
        assert_eq!(queue.pop(), Some(0));
        let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
        let passer = move || {
            assert_eq!(pop_exact(&others, end as usize - 2).map(|values| values[0]), Some(2));
            let others = Arc::clone(&others);
            Stopped::at(Point::Claimed, 1, move || push_exact(&others, 100..99 + end))
        };
        let (late, pusher) = that_has_not_left(move || theirs.pop(), passer);
        assert!(pusher.release());
        assert!(drain(&queue).into_iter().eq(100..99 + end));
        assert_eq!(late.release(), Some(1));
        assert_eq!(laps(&queue, 3), queue.capacity());
    }
}

/// A late owner has stored the mark of the lap that comes next, and not left the slot yet, when a batch
/// carries it on: the mark is no turn of the batch, also where the owner was told its own turn in a lap
/// that is as odd as this one.
#[test]
fn the_mark_of_an_owner_that_leaves_is_no_turn_of_the_batch_that_carries_it_on() {
    for (queue, times) in queues().flat_map(|queue| (1..5).map(move |n| (Arc::clone(&queue), n))) {
        let capacity = queue.capacity();
        queue.push(0).unwrap();
        let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
        let is_there = move |seen: &[Point]| {
            if seen.ends_with(&[Point::Moved]) && !seen.contains(&Point::Left) {
                // It is skipped in its lap, which is filled to the end, and in those after.
                assert!(push_exact(&others, 2..capacity as u64));
                assert_eq!(drain(&others).len(), capacity - 1);
                (0..times).for_each(|_| {
                    assert!(push_exact(&others, 1..capacity as u64));
                    assert_eq!(drain(&others).len(), capacity - 1);
                });
            }
            seen.ends_with(&[Point::Left])
        };
        let late = Stopped::when(is_there, move || theirs.push(500));
        let values = Vec::from_iter(100..99 + capacity as u64);
        assert!(push_exact(&queue, values.iter().copied()), "{times} laps");
        assert_eq!(drain(&queue), values);
        assert_eq!(late.release(), Ok(()));
        assert_eq!(drain(&queue), [500]);
        assert_eq!(laps(&queue, 3), capacity, "whole again");
    }
}

/// The lone side of a ring passes late threads of the other side.
#[test]
fn the_lone_side_passes_late_threads_too() {
    for start in STARTS {
        for point in [Point::Claimed, Point::Moved] {
            let (mut producer, mut consumer) = ring::mpsc_at(5, start);
            producer.push(0).unwrap();
            let mut theirs = producer.clone();
            let late = Stopped::at(point, 1, move || theirs.push(500));
            producer.push_slice_exact(&[1, 2, 3]).unwrap();
            let mut values = [9; 5];
            assert!(consumer.pop_slice_exact(&mut values).is_err());
            assert_eq!(values, [9; 5]);
            consumer.pop_slice_exact(&mut values[..4]).unwrap();
            assert_eq!(values, [0, 1, 2, 3, 9]);
            assert_eq!(consumer.pop(), None);
            producer.push_slice_exact(&[4, 5, 6, 7]).unwrap();
            assert!(producer.push(8).is_err());
            consumer.pop_slice_exact(&mut values[..4]).unwrap();
            assert_eq!(values, [4, 5, 6, 7, 9]);
            assert_eq!(late.release(), Ok(()));
            assert_eq!((consumer.pop(), consumer.pop()), (Some(500), None));
            producer.push_slice_exact(&[1, 2, 3, 4, 5]).unwrap();

            let (mut producer, mut consumer) = ring::spmc_at(5, start);
            producer.push_slice_exact(&[0, 1, 2, 3, 4]).unwrap();
            assert_eq!(consumer.pop(), Some(0));
            let mut theirs = consumer.clone();
            let late = Stopped::at(point, 1, move || theirs.pop());
            consumer.pop_slice_exact(&mut values[..3]).unwrap();
            assert!(producer.push_slice_exact(&[5, 6, 7, 8, 9]).is_err());
            assert_eq!((producer.len(), consumer.pop()), (0, None));
            producer.push_slice_exact(&[5, 6, 7, 8]).unwrap();
            assert!(producer.push(9).is_err());
            consumer.pop_slice_exact(&mut values[..4]).unwrap();
            assert_eq!(values, [5, 6, 7, 8, 9]);
            producer.push_slice_exact(&[5, 6, 7, 8]).unwrap();
            assert_eq!(late.release(), Some(1));
            consumer.pop_slice_exact(&mut values[..4]).unwrap();
            assert_eq!(consumer.pop(), None);
            producer.push_slice_exact(&[5, 6, 7, 8, 9]).unwrap();
            consumer.pop_slice_exact(&mut values).unwrap();
        }
    }
}
