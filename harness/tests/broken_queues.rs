//! Queues that are none: conformance and the contest must find each of them out.

use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ringway_harness::axes::{CAPACITY, Group, Topology};
use ringway_harness::conformance::of_single;
use ringway_harness::contender::{Info, Kind, Progress, Role};
use ringway_harness::contest::{Before, Contest, End, Schedule};
use ringway_harness::plan::Cell;
use ringway_harness::platform;
use ringway_harness::registry::{Entry, entries};
use ringway_harness::shared_queue;
use ringway_harness::slice::{Failure, Job};

const ONE_TO_ONE: Topology = Topology::new(1, 1);

/// An honest queue, to spoil in different ways.
#[derive(Debug)]
struct Plain<T> {
    messages: Mutex<ManuallyDrop<VecDeque<T>>>,
    capacity: usize,
    pops: AtomicU64,
}

impl<T> Plain<T> {
    fn new(capacity: usize) -> Self {
        Self { messages: Mutex::default(), capacity, pops: AtomicU64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, ManuallyDrop<VecDeque<T>>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: T) -> Result<(), T> {
        let mut messages = self.lock();
        if messages.len() == self.capacity {
            return Err(message);
        }
        messages.push_back(message);
        Ok(())
    }

    fn pop(&self) -> Option<T> {
        self.lock().pop_front()
    }
}

const fn info(name: &'static str, role: Role) -> Info {
    Info { name, package: "std", kind: Kind::Mpmc, role, fifo: true, progress: Progress::Lock }
}

/// Declares a queue that wraps [`Plain`], and the contender for it.
macro_rules! spoiled {
    ($name:ident, $queue:ident, $role:expr, $capacity:expr, $push:expr, $pop:expr $(,)?) => {
        #[derive(Debug)]
        struct $queue<T>(Plain<T>);

        shared_queue!($name, $queue, info(stringify!($name), $role),
            new: |capacity| $queue(Plain::new($capacity(capacity))),
            push: |queue: &$queue<T>, message| $push(&queue.0, message),
            pop: |queue: &$queue<T>| $pop(&queue.0));
    };
}

/// What `Drop` owes to the messages that are left.
macro_rules! drops_messages {
    ($($queue:ident),*) => {$(
        impl<T> Drop for $queue<T> {
            fn drop(&mut self) {
                while self.0.pop().is_some() {}
            }
        }
    )*};
}

spoiled!(Stack, StackQueue, Role::Peer, |n| n, Plain::push, |queue: &Plain<T>| queue
    .lock()
    .pop_back());
spoiled!(Leaking, LeakingQueue, Role::Peer, |n| n, Plain::push, Plain::pop);
spoiled!(RoundsUp, RoundsUpQueue, Role::Peer, usize::next_power_of_two, Plain::push, Plain::pop);
spoiled!(OwnRoundsUp, OwnQueue, Role::Ringway, usize::next_power_of_two, Plain::push, Plain::pop);
spoiled!(TooSmall, TooSmallQueue, Role::Peer, |n| n - 1, Plain::push, Plain::pop);
spoiled!(Endless, EndlessQueue, Role::Peer, |_| usize::MAX, Plain::push, Plain::pop);
spoiled!(Losing, LosingQueue, Role::Peer, |n| n, Plain::push, |queue: &Plain<T>| {
    // Every thousand messages one is lost, but none of those that a check on one thread sees.
    let message = queue.pop()?;
    let pops = queue.pops.fetch_add(1, Ordering::Relaxed);
    if pops % 5_000 == 4_999 { queue.pop() } else { Some(message) }
});
spoiled!(
    Overwriting,
    OverwritingQueue,
    Role::Peer,
    |n| n,
    |queue: &Plain<T>, message| {
        // With a single slot, that of a message counts as free.
        if queue.capacity == 1 {
            drop(queue.pop());
        }
        queue.push(message)
    },
    Plain::pop,
);
spoiled!(LosingIfSmall, LosingIfSmallQueue, Role::Peer, |n| n, Plain::push, |queue: &Plain<T>| {
    let message = queue.pop()?;
    let pops = queue.pops.fetch_add(1, Ordering::Relaxed);
    if queue.capacity == 1 && pops % 500 == 499 { queue.pop() } else { Some(message) }
});
drops_messages!(
    StackQueue,
    RoundsUpQueue,
    OwnQueue,
    TooSmallQueue,
    EndlessQueue,
    LosingQueue,
    OverwritingQueue,
    LosingIfSmallQueue,
    StuckQueue,
    FaultyQueue
);

/// While set, [`Stuck`] moves nothing.
static STUCK: AtomicBool = AtomicBool::new(true);

spoiled!(
    Stuck,
    StuckQueue,
    Role::Peer,
    |n| n,
    |queue: &Plain<T>, message| if STUCK.load(Ordering::Relaxed) {
        Err(message)
    } else {
        queue.push(message)
    },
    Plain::pop,
);

spoiled!(Faulty, FaultyQueue, Role::Peer, |n| n, Plain::push, |queue: &Plain<T>| {
    let message = queue.pop();
    assert!(message.is_none(), "a fault in a queue, on purpose");
    message
});

spoiled!(
    Fragile,
    FragileQueue,
    Role::Peer,
    |_| panic!("a queue that cannot be made, on purpose"),
    Plain::push,
    Plain::pop,
);

#[test]
fn a_panic_in_the_checks_is_a_failure() {
    assert_eq!(Entry::single::<Fragile>().conform().failure.as_deref(), Some("panicked"));
}

/// What conformance says against `C`.
macro_rules! objection {
    ($contender:ty) => {
        of_single::<$contender>().failure.expect("this queue is broken")
    };
}

#[test]
fn a_stack_is_found_out() {
    assert!(objection!(Stack).contains("in order"));
}

#[test]
fn a_leak_is_found_out() {
    assert_eq!(objection!(Leaking), "drops: a message was dropped 0 times");
}

#[test]
fn a_lost_message_is_found_out() {
    let objection = objection!(Losing);
    assert!(objection.starts_with("threads") && objection.contains("arrived 0 times"));
}

#[test]
fn a_wrong_capacity_is_found_out() {
    assert_eq!(objection!(TooSmall), "capacity: asked 4, given 3");
    assert!(objection!(Endless).contains("not full"));
    assert_eq!(objection!(OwnRoundsUp), "capacity: asked 10, given 16");
}

#[test]
fn a_queue_that_fails_at_the_least_capacity_is_found_out() {
    assert_eq!(objection!(Overwriting), "capacity: asked 1, not full after 68 pushes");
    let objection = objection!(LosingIfSmall);
    let known = objection.starts_with("threads, least capacity") && objection.contains("arrived 0");
    assert!(known, "{objection}");
}

#[test]
fn a_peer_that_rounds_up_passes_and_the_real_capacity_is_told() {
    let found = of_single::<RoundsUp>();
    assert_eq!(found.failure, None);
    assert_eq!(found.rounded(), "asked 10, given 16");
}

static STUCK_ENTRY: Entry = Entry::single::<Stuck>();
static FAULTY_ENTRY: Entry = Entry::single::<Faulty>();

fn job(messages: u64, limit: Duration) -> Job {
    let cores = platform::allowed_cores().into();
    Job { group: Group::new(ONE_TO_ONE, 1), messages, cores, limit, planted: 0.0 }
}

#[test]
fn a_hang_ends_in_a_failure() {
    let limit = Duration::from_millis(50);
    let outcome = STUCK_ENTRY.time(&job(10, limit));
    STUCK.store(false, Ordering::Relaxed);
    assert!(matches!(outcome, Err(Failure::Hang(_))), "{outcome:?}");
}

#[test]
fn a_panic_ends_in_a_failure() {
    // Few enough messages for the producer to end by itself.
    let outcome = FAULTY_ENTRY.time(&job(10, Duration::from_secs(20)));
    assert!(matches!(outcome, Err(Failure::Panic)), "{outcome:?}");
}

#[test]
fn a_wrong_checksum_gives_a_failure_and_the_contest_goes_on() {
    static LOSING: Entry = Entry::single::<Losing>();
    let honest = entries().iter().find(|entry| entry.key == "mutex-vecdeque").unwrap();
    let group = Group::new(ONE_TO_ONE, 1);
    let cells = [Cell { entry: &LOSING, group }, Cell { entry: honest, group }];
    let contest = Contest {
        cells: &cells,
        schedule: Schedule { rounds: 3, slice: Duration::from_millis(2) },
        seed: 1,
        cores: platform::allowed_cores().into(),
        deadline: Instant::now() + Duration::from_secs(60),
        interrupted: &AtomicBool::new(false),
        rounds: 0..3,
        before: Before::default(),
        planted: 0.0,
    };
    let results = contest.run();
    assert_eq!(results.end, End::Complete);
    let of = |name| results.samples.iter().filter(move |sample| sample.cell.contender == name);
    let failures: Vec<_> = of("Losing").map(|sample| sample.failure.as_deref()).collect();
    assert_eq!(failures, [Some("failed: wrong checksum")]);
    assert_eq!(of("mutex-vecdeque").filter_map(|sample| sample.mmsg_s()).count(), 3);
}

#[test]
fn what_was_measured_before_an_interruption_is_kept() {
    let honest = entries().iter().find(|entry| entry.key == "mutex-vecdeque").unwrap();
    let group = Group::new(ONE_TO_ONE, 1);
    let mut contest = Contest {
        cells: &[Cell { entry: honest, group }],
        schedule: Schedule { rounds: 3, slice: Duration::from_millis(2) },
        seed: 1,
        cores: platform::allowed_cores().into(),
        deadline: Instant::now() + Duration::from_secs(60),
        interrupted: &AtomicBool::new(true),
        rounds: 0..3,
        before: Before::default(),
        planted: 0.0,
    };
    assert_eq!(contest.run().end, End::Interrupted);
    let not_interrupted = AtomicBool::new(false);
    contest.interrupted = &not_interrupted;
    contest.deadline = Instant::now();
    assert_eq!(contest.run().end, End::OutOfTime);
}

#[cfg(target_os = "linux")]
mod stopped {
    use std::hint;

    use ringway_harness::suspended;

    use super::*;

    spoiled!(
        Tenacious,
        TenaciousQueue,
        Role::Peer,
        |n| n,
        |queue: &Plain<T>, message| {
            let mut messages = queue.lock();
            // The lock is held nearly all the time by one of the producers.
            (0..2_000).for_each(|_| hint::spin_loop());
            messages.push_back(message);
            Ok(())
        },
        Plain::pop,
    );
    drops_messages!(TenaciousQueue);

    /// A few dozen short stops.
    fn job() -> suspended::Job {
        static NOT_INTERRUPTED: AtomicBool = AtomicBool::new(false);
        suspended::Job {
            time: Duration::from_millis(300),
            stop: Duration::from_millis(5),
            capacity: CAPACITY,
            cores: platform::allowed_cores().into(),
            interrupted: &NOT_INTERRUPTED,
        }
    }

    #[test]
    fn a_lock_that_is_always_held_is_seen_to_stall_the_others() {
        let stops = suspended::run::<Tenacious>(&job()).unwrap();
        assert!(stops.iter().any(|stop| stop.suspended.stalled()), "{stops:?}");
        assert!(stops.iter().any(|stop| stop.free.mmsg_s() > 0.0), "{stops:?}");
    }

    #[test]
    fn a_lost_message_is_found_out_after_the_stops() {
        let outcome = suspended::run::<Losing>(&job());
        assert!(matches!(outcome, Err(suspended::Failure::Checksum)), "{outcome:?}");
    }

    #[test]
    fn an_interruption_ends_the_stops() {
        static INTERRUPTED: AtomicBool = AtomicBool::new(true);
        let job = suspended::Job { interrupted: &INTERRUPTED, ..job() };
        assert_eq!(suspended::run::<RoundsUp>(&job).unwrap(), []);
    }
}
