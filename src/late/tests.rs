//! Threads that are stopped at each step inside an operation, and what that costs the others.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::vec::Vec;

use crate::Queue;
use crate::effort::{affordable, times};
use crate::late::fence;
use crate::ring::{self, Consumer, Link, Producer};
use crate::sync::hook::{self, Point, fences_passed_by};

mod batches;
mod calm;
#[cfg(feature = "std")]
mod channels;
mod evictions;
mod exact;
mod killed;
mod pool;
mod progress;
mod rings;
mod scan;
mod steps;
mod turns;
mod useful;
#[cfg(feature = "std")]
mod waits;

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    not(miri),
    not(ringway_portable)
))]
mod refused;

/// Numbers without a pattern.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % n
    }
}

/// A thread that is stopped inside an operation until it is let go.
struct Stopped<R> {
    go: Sender<()>,
    thread: JoinHandle<R>,
}

impl<R: Send + 'static> Stopped<R> {
    /// Runs `operation` on a thread and stops it when it is at `point` for the `nth` time.
    /// Returns when the thread stands there.
    fn at(point: Point, nth: usize, operation: impl FnOnce() -> R + Send + 'static) -> Self {
        let is_there = move |seen: &[Point]| {
            seen.ends_with(&[point]) && seen.iter().filter(|at| **at == point).count() == nth
        };
        Self::when(is_there, operation)
    }

    /// Runs `operation` on a thread and stops it once, when `is_there` says so of the points that
    /// it has seen. Returns when the thread stands there.
    fn when(
        is_there: impl Fn(&[Point]) -> bool + Send + 'static,
        operation: impl FnOnce() -> R + Send + 'static,
    ) -> Self {
        let (stopped, has_stopped) = Self::if_ever(is_there, operation);
        assert!(has_stopped, "the operation passes the point");
        stopped
    }

    /// The same for an operation that may end before; whether it has stopped.
    fn if_ever(
        is_there: impl Fn(&[Point]) -> bool + Send + 'static,
        operation: impl FnOnce() -> R + Send + 'static,
    ) -> (Self, bool) {
        let (go, wait): (Sender<()>, Receiver<()>) = channel();
        let (reached, there) = channel();
        let thread = thread::spawn(move || {
            let mut seen = Vec::new();
            let mut has_stopped = false;
            hook::set(move |at| {
                // Nobody could join the list, or leave it, beside one that is stopped there.
                if at == Point::Holds {
                    return;
                }
                seen.push(at);
                assert!(seen.len() < 1_000_000, "the operation does not end");
                if !has_stopped && is_there(&seen) {
                    has_stopped = true;
                    reached.send(()).expect("the test waits");
                    wait.recv().expect("the test lets the thread go");
                }
            });
            operation()
        });
        let has_stopped = there.recv().is_ok();
        (Self { go, thread }, has_stopped)
    }

    /// Lets the thread go on to the end of its operation.
    fn release(self) -> R {
        // One that has not stopped has ended, and does not wait.
        let _ = self.go.send(());
        self.thread.join().expect("the operation does not panic")
    }
}

/// A thread that is stopped again and again inside an operation.
struct Steps<R> {
    go: Sender<()>,
    there: Receiver<Point>,
    thread: JoinHandle<R>,
}

impl<R: Send + 'static> Steps<R> {
    /// Runs `operation` on a thread and stops it whenever `is_there` says so of the points that it
    /// has seen. Returns when the thread stands there for the first time.
    fn of(
        is_there: impl Fn(&[Point]) -> bool + Send + 'static,
        operation: impl FnOnce() -> R + Send + 'static,
    ) -> Self {
        let (go, wait) = channel();
        let (reached, there) = channel();
        let thread = thread::spawn(move || {
            let mut seen = Vec::new();
            hook::set(move |point| {
                seen.push(point);
                if is_there(&seen) {
                    // After the test has gone nobody waits.
                    let _ = reached.send(point);
                    let _ = wait.recv();
                }
            });
            operation()
        });
        assert!(there.recv().is_ok(), "the operation passes the point");
        Self { go, there, thread }
    }

    /// Lets it go on to where it is stopped next, which is a point like this.
    fn goes_on_to(&self, point: Point) {
        self.go.send(()).expect("it is stopped");
        assert_eq!(self.there.recv(), Ok(point));
    }

    /// Lets it go to its end.
    fn release(self) -> R {
        drop(self.go);
        self.thread.join().expect("the operation does not panic")
    }
}

/// Runs an operation of this thread and checks that it asks no more often than `bound`.
fn bounded<R>(bound: usize, operation: impl FnOnce() -> R) -> R {
    let mut steps = 0;
    hook::set(move |point| {
        if point == Point::Asking {
            steps += 1;
            assert!(steps <= bound, "more than {bound} steps");
        }
    });
    let result = operation();
    hook::set(|_| ());
    result
}

/// The bound on the steps of an operation that nobody else disturbs: it passes each position of a
/// lap, in a few steps, or spends the budget.
fn bound(capacity: usize) -> usize {
    8 * (4 * capacity + 300)
}

/// All that is in the queue, in order.
fn drain(queue: &Queue<u64>) -> Vec<u64> {
    let pop = || bounded(bound(queue.capacity()), || queue.pop());
    let all = Vec::from_iter(std::iter::from_fn(pop).take(queue.capacity() + 1));
    assert!(all.len() <= queue.capacity(), "more than fit: {all:?}");
    all
}

const POINTS: [Point; 3] = [Point::Claimed, Point::Moved, Point::Committed];

/// Fills and empties the queue for some laps; how many values it takes each time.
fn laps(queue: &Queue<u64>, laps: usize) -> usize {
    let bound = bound(queue.capacity());
    let mut least = usize::MAX;
    for lap in 0..laps as u64 {
        let mut count = 0;
        while bounded(bound, || queue.push(1000 * lap + count)).is_ok() {
            count += 1;
            assert!(count <= queue.capacity() as u64, "more than fit");
        }
        for value in 0..count {
            assert_eq!(bounded(bound, || queue.pop()), Some(1000 * lap + value));
        }
        assert_eq!(bounded(bound, || queue.pop()), None);
        if lap > 0 {
            least = least.min(count as usize);
        }
    }
    least
}

// freenet-core#3959
#[test]
fn a1_a_producer_stopped_at_each_step_costs_one_slot_and_delays_nobody() {
    for capacity in affordable([2, 3, 4, 7, 64]) {
        for point in POINTS {
            for start in [0, u64::MAX - 200] {
                let queue = Arc::new(Queue::new_at(capacity, start));
                let theirs = Arc::clone(&queue);
                let stopped = Stopped::at(point, 1, move || theirs.push(7));
                if point == Point::Committed {
                    // The value is there, and the thread has nothing left to hold up.
                    assert_eq!(queue.pop(), Some(7));
                    assert_eq!(laps(&queue, 5), capacity);
                    assert_eq!(stopped.release(), Ok(()));
                } else {
                    assert_eq!(laps(&queue, 5), capacity - 1, "{point:?} of {capacity}");
                    // Skipped, it begins again.
                    assert_eq!(stopped.release(), Ok(()));
                    assert_eq!(bounded(bound(capacity), || queue.pop()), Some(7));
                }
                assert_eq!(queue.pop(), None);
                assert_eq!(laps(&queue, 5), capacity, "whole again");
            }
        }
    }
}

// heapless#583
#[test]
fn a2_a_consumer_stopped_at_each_step_costs_one_slot_and_delays_nobody() {
    for capacity in affordable([2, 3, 4, 7, 64]) {
        for point in POINTS {
            for start in [0, u64::MAX - 200] {
                let queue = Arc::new(Queue::new_at(capacity, start));
                queue.push(7).unwrap();
                let theirs = Arc::clone(&queue);
                let stopped = Stopped::at(point, 1, move || theirs.pop());
                let lost = usize::from(point != Point::Committed);
                assert_eq!(laps(&queue, 5), capacity - lost, "{point:?} of {capacity}");
                assert_eq!(stopped.release(), Some(7));
                assert_eq!(queue.pop(), None);
                assert_eq!(laps(&queue, 5), capacity, "whole again");
            }
        }
    }
}

#[test]
fn as_many_threads_stopped_as_there_are_slots_but_one() {
    let capacity = 5;
    let queue = Arc::new(Queue::new(capacity));
    let producers: Vec<_> = (0..2)
        .map(|i| {
            let theirs = Arc::clone(&queue);
            Stopped::at(Point::Moved, 1, move || theirs.push(100 + i))
        })
        .collect();
    for value in 0..2 {
        queue.push(value).unwrap();
    }
    let consumers: Vec<_> = (0..2)
        .map(|_| {
            let theirs = Arc::clone(&queue);
            Stopped::at(Point::Moved, 1, move || theirs.pop())
        })
        .collect();
    assert_eq!(laps(&queue, 6), capacity - 4);
    let popped: Vec<_> = consumers.into_iter().map(Stopped::release).collect();
    assert_eq!(popped, [Some(0), Some(1)]);
    for producer in producers {
        assert_eq!(producer.release(), Ok(()));
    }
    assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(100), Some(101), None));
    assert_eq!(laps(&queue, 6), capacity);
}

/// How many fences a push and a pop pass to commit.
fn fences<L: Link<Item = u64>>(
    (producer, consumer): &mut (Producer<L>, Consumer<L>),
) -> [usize; 2] {
    [
        fences_passed_by(|| producer.push(1).unwrap()),
        fences_passed_by(|| assert_eq!(consumer.pop(), Some(1))),
    ]
}

/// The same for batches of three.
fn fences_of_batches<L>((producer, consumer): &mut (Producer<L>, Consumer<L>)) -> [usize; 2]
where
    L: Link<Item = u64>,
{
    [
        fences_passed_by(|| assert_eq!(producer.push_slice(&[1, 2, 3]), 3)),
        fences_passed_by(|| assert_eq!(consumer.pop_slice(&mut [0; 3]), 3)),
    ]
}

/// A shared side passes a fence with each slot that it commits where the light fence is not free, and
/// none where it is, beside late threads too. A lone side has nobody who would skip it.
#[test]
fn a_shared_side_passes_a_fence_to_commit_unless_the_light_one_is_free() {
    let costs = |shared: [usize; 2]| shared.map(|n| if fence::is_free() { 0 } else { n });
    assert_eq!(fences(&mut ring::spsc(2)), [0, 0]);
    assert_eq!(fences(&mut ring::mpsc(2)), costs([1, 0]));
    assert_eq!(fences(&mut ring::spmc(2)), costs([0, 1]));
    assert_eq!(fences_of_batches(&mut ring::spsc(3)), [0, 0]);
    assert_eq!(fences_of_batches(&mut ring::mpsc(3)), costs([3, 0]));
    assert_eq!(fences_of_batches(&mut ring::spmc(3)), costs([0, 3]));
    let mut mpmc = ring::mpmc(3);
    assert_eq!(fences_of_batches(&mut mpmc), costs([3, 3]));
    let mut theirs = mpmc.0.clone();
    for _ in 0..3 {
        assert_eq!(fences(&mut mpmc), costs([1, 1]));
    }
    let late = Stopped::at(Point::Moved, 1, move || theirs.push(7));
    // This one skips it.
    mpmc.0.push(1).unwrap();
    assert_eq!(mpmc.1.pop(), Some(1));
    for _ in 0..5 {
        assert_eq!(fences(&mut mpmc), costs([1, 1]), "beside a late thread");
    }
    assert_eq!(late.release(), Ok(()));
    assert_eq!(mpmc.1.pop(), Some(7));
}

#[test]
fn a_skipper_that_is_stopped_delays_nobody() {
    let queue = Arc::new(Queue::new(4));
    let theirs = Arc::clone(&queue);
    let producer = Stopped::at(Point::Moved, 1, move || theirs.push(7));
    queue.push(8).unwrap();
    let theirs = Arc::clone(&queue);
    let skipper = Stopped::at(Point::Intended, 1, move || theirs.pop());
    assert_eq!(queue.pop(), Some(8));
    assert_eq!(laps(&queue, 5), 3);
    assert_eq!(producer.release(), Ok(()));
    assert_eq!(skipper.release(), Some(7));
    assert_eq!(laps(&queue, 5), 4);
}

/// Before the skipper looks at the mark, or when it has seen that the owner has not committed.
#[test]
fn an_owner_that_is_in_time_clears_the_intent() {
    for points in [[Point::Looked, Point::Intended], [Point::Intended, Point::Looked]] {
        let queue = Arc::new(Queue::new(4));
        let theirs = Arc::clone(&queue);
        let producer = Stopped::at(Point::Moved, 1, move || theirs.push(7));
        queue.push(8).unwrap();
        let theirs = Arc::clone(&queue);
        let skipper = Stopped::when(move |seen| seen.ends_with(&points), move || theirs.pop());
        assert_eq!(producer.release(), Ok(()));
        assert_eq!(skipper.release(), Some(7));
        assert_eq!(queue.pop(), Some(8));
        assert_eq!(laps(&queue, 5), 4);
    }
}

#[test]
fn a_late_owner_that_is_stopped_while_it_leaves_is_skipped_on() {
    for capacity in [2, 5] {
        let queue = Arc::new(Queue::new(capacity));
        let theirs = Arc::clone(&queue);
        let (go, wait) = channel();
        let (reached, there) = channel();
        let thread = thread::spawn(move || {
            hook::set(move |point| {
                if point == Point::Moved || point == Point::Leaving {
                    // After the test has gone nobody waits.
                    let _ = reached.send(point);
                    let _ = wait.recv();
                }
            });
            theirs.push(7)
        });
        assert_eq!(there.recv(), Ok(Point::Moved));
        assert_eq!(laps(&queue, 3), capacity - 1);
        go.send(()).unwrap();
        assert_eq!(there.recv(), Ok(Point::Leaving));
        assert_eq!(laps(&queue, 7), capacity - 1);
        drop(go);
        assert_eq!(thread.join().unwrap(), Ok(()));
        assert_eq!(queue.pop(), Some(7));
        assert_eq!(laps(&queue, 5), capacity);
    }
}

#[test]
fn an_eviction_stopped_at_each_step_costs_one_slot_and_delays_nobody() {
    for capacity in affordable([2, 3, 64]) {
        for point in POINTS {
            let queue = Arc::new(Queue::new(capacity));
            for value in 0..capacity as u64 {
                queue.push(value).unwrap();
            }
            let theirs = Arc::clone(&queue);
            let stopped = Stopped::at(point, 1, move || theirs.force_push(500));
            let mut left = drain(&queue);
            if point == Point::Committed {
                assert_eq!(left.pop(), Some(500), "it is in the place of the oldest");
            }
            assert!(left.into_iter().eq(1..capacity as u64));
            let lost = usize::from(point != Point::Committed);
            assert_eq!(laps(&queue, 5), capacity - lost, "{point:?} of {capacity}");
            assert_eq!(stopped.release(), Some(0));
            if point != Point::Committed {
                // Skipped, it began again and found room.
                assert_eq!(queue.pop(), Some(500));
            }
            assert_eq!(queue.pop(), None);
            assert_eq!(laps(&queue, 5), capacity, "whole again");
        }
    }
}

#[test]
fn a_spent_budget_does_not_stop_the_queue_for_ever() {
    for capacity in affordable([2, 3, 5]) {
        let queue = Arc::new(Queue::new(capacity));
        for value in 0..capacity as u64 {
            queue.push(value).unwrap();
        }
        let mut consumers = Vec::from_iter((0..capacity).map(|_| {
            let theirs = Arc::clone(&queue);
            Stopped::at(Point::Claimed, 1, move || theirs.pop())
        }));
        for _ in 0..600 {
            assert!(queue.push(1).is_err());
            assert_eq!(queue.pop(), None);
        }
        assert!(consumers.remove(0).release().is_some());
        let theirs = Arc::clone(&queue);
        let producer = Stopped::at(Point::Claimed, 1, move || theirs.push(7));
        let _ = queue.push(8);
        for consumer in consumers {
            assert!(consumer.release().is_some());
        }
        drain(&queue);
        assert_eq!(laps(&queue, 5), capacity - 1, "one thread is stopped");
        assert_eq!(producer.release(), Ok(()));
        assert_eq!(queue.pop(), Some(7));
        assert_eq!(laps(&queue, 5), capacity);
    }
}

#[test]
fn producers_do_not_run_away_from_the_consumers_while_an_owner_leaves() {
    let queue = Arc::new(Queue::new(1));
    queue.push(7).unwrap();
    let theirs = Arc::clone(&queue);
    let (go, wait) = channel();
    let (reached, there) = channel();
    let thread = thread::spawn(move || {
        hook::set(move |point| {
            if point == Point::Moved || point == Point::Left {
                // After the test has gone nobody waits.
                let _ = reached.send(point);
                let _ = wait.recv();
            }
        });
        theirs.pop()
    });
    assert_eq!(there.recv(), Ok(Point::Moved));
    // The one skips it, though it is the last, and the other passes it.
    assert_eq!((queue.force_push(1), queue.pop()), (Some(1), None));
    go.send(()).unwrap();
    let mut times = 0;
    while there.recv() == Ok(Point::Left) {
        times += 1;
        assert!(times <= 3, "each push carries the late owner on");
        assert!(queue.push(1).is_err());
        go.send(()).unwrap();
    }
    assert!(times > 0, "it was skipped");
    drop(go);
    assert_eq!(thread.join().unwrap(), Some(7));
    assert_eq!(queue.pop(), None);
    assert_eq!(laps(&queue, 5), 1);
}
