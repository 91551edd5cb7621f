//! Processes to which the system refuses `membarrier`, from the start or later, and those that
//! were forked.
//!
//! A filter of system calls stays with its process, so each test here starts its own executable
//! anew and plays its part there.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::string::String;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{format, vec};

use rustix::thread::{MembarrierCommand, membarrier_query};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter_all_threads};

use super::*;
use crate::late::fence;
use crate::ring;

#[cfg(feature = "std")]
mod forked;
mod killed;
#[cfg(feature = "std")]
mod waiting;

/// Set in a process that was started for the part of one test.
const ALONE: &str = "RINGWAY_TEST_ALONE";

/// Plays the part of the test `name` of this module in a process of its own.
fn alone(name: &str, part: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return part();
    }
    let (_crate, module) = module_path!().split_once("::").unwrap();
    pass(this().args([&format!("{module}::{name}"), "--exact", "--nocapture"]).env(ALONE, ""));
}

/// The executable of these tests.
fn this() -> Command {
    Command::new(env::current_exe().unwrap())
}

/// Runs tests, of which there is one at least and all must pass.
fn pass(tests: &mut Command) {
    let output = tests.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !text.contains(" 0 passed"), "{text}{errors}");
}

/// From now on `membarrier` fails with this error, in all threads of this process and in the
/// processes that it starts.
fn refuse(error: i32) {
    answer(SeccompAction::Errno(error as u32));
}

/// From now on the system answers `membarrier` so.
fn answer(action: SeccompAction) {
    let filter = SeccompFilter::new(
        [(libc::SYS_membarrier, Vec::new())].into(),
        SeccompAction::Allow,
        action,
        env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter_all_threads(&program).unwrap();
}

/// Whether the system grants the fence. One that never did cannot take it back.
fn is_granted() -> bool {
    let granted = membarrier_query().contains_command(MembarrierCommand::PrivateExpedited);
    assert_eq!(fence::is_free(), granted);
    granted
}

/// Moves numbers from handle to handle, each in a thread of its own: each number arrives once, and
/// those of a producer in order at each consumer.
fn transfer(
    producers: Vec<impl FnMut(u64) -> bool + Send>,
    consumers: Vec<impl FnMut() -> Option<u64> + Send>,
) {
    const EACH: usize = 1000;
    let total = EACH * producers.len();
    let received = AtomicUsize::new(0);
    let mut all = Vec::new();
    thread::scope(|scope| {
        for (id, mut push) in producers.into_iter().enumerate() {
            scope.spawn(move || {
                for number in id * EACH..(id + 1) * EACH {
                    while !push(number as u64) {
                        thread::yield_now();
                    }
                }
            });
        }
        let received = &received;
        let threads = consumers.into_iter().map(|mut pop| {
            scope.spawn(move || {
                let mut own = Vec::new();
                while received.load(Ordering::Relaxed) < total {
                    match pop() {
                        Some(number) => {
                            received.fetch_add(1, Ordering::Relaxed);
                            own.push(number);
                        }
                        None => thread::yield_now(),
                    }
                }
                own
            })
        });
        for thread in Vec::from_iter(threads) {
            let own = thread.join().unwrap();
            for producer in 0..total / EACH {
                let numbers = own.iter().filter(|&&number| number as usize / EACH == producer);
                assert!(numbers.is_sorted_by(|a, b| a < b));
            }
            all.extend(own);
        }
    });
    all.sort_unstable();
    assert!(all.into_iter().eq(0..total as u64));
}

/// Moves numbers through a queue with more threads than cores.
fn transfer_through(queue: &Queue<u64>) {
    transfer(vec![|number| queue.push(number).is_ok(); 8], vec![|| queue.pop(); 8]);
}

/// Moves numbers through a queue and a ring, while a producer and a consumer of each are stopped.
fn transfer_beside_stopped() {
    let queue = Arc::new(Queue::new(5));
    queue.push(100).unwrap();
    let theirs = Arc::clone(&queue);
    let consumer = Stopped::at(Point::Moved, 1, move || theirs.pop());
    let theirs = Arc::clone(&queue);
    let producer = Stopped::at(Point::Moved, 1, move || theirs.push(101));
    transfer_through(&queue);
    assert_eq!((consumer.release(), producer.release()), (Some(100), Ok(())));
    assert_eq!((queue.pop(), queue.pop()), (Some(101), None));

    let (mut producer, mut consumer) = ring::mpmc(5);
    producer.push(100).unwrap();
    let (mut pushing, mut popping) = (producer.clone(), consumer.clone());
    let late_consumer = Stopped::at(Point::Moved, 1, move || popping.pop());
    let late_producer = Stopped::at(Point::Moved, 1, move || pushing.push(101));
    let pushes = (0..8).map(|_| {
        let mut producer = producer.clone();
        move |number| producer.push(number).is_ok()
    });
    let pops = (0..8).map(|_| {
        let mut consumer = consumer.clone();
        move || consumer.pop()
    });
    transfer(pushes.collect(), pops.collect());
    assert_eq!((late_consumer.release(), late_producer.release()), (Some(100), Ok(())));
    assert_eq!((consumer.pop(), consumer.pop()), (Some(101), None));
}

/// The system refuses the fence before anybody asks: late threads are skipped all the same.
fn refused_from_the_start(error: i32) {
    refuse(error);
    assert!(!fence::is_free());
    assert!(fence::heavy());
    transfer_beside_stopped();
    // The filter stays with the processes that this one starts.
    pass(this().args(["late::tests::", "--skip", "refused"]).env_remove(ALONE));
}

#[test]
fn a_system_without_membarrier() {
    alone("a_system_without_membarrier", || refused_from_the_start(libc::ENOSYS));
}

#[test]
fn a_sandbox_that_forbids_membarrier() {
    alone("a_sandbox_that_forbids_membarrier", || refused_from_the_start(libc::EPERM));
}

/// Pushes until the queue says Full.
fn fill(queue: &Queue<u64>) -> Vec<u64> {
    let is_pushed = |&value: &u64| bounded(bound(queue.capacity()), || queue.push(value)).is_ok();
    (0..=queue.capacity() as u64).take_while(is_pushed).collect()
}

/// Nobody is skipped: a thread that is stopped at this point holds up the others, who are told Full
/// and Empty, and nothing is lost.
fn nobody_is_skipped(queue: &Arc<Queue<u64>>, point: Point) {
    let theirs = Arc::clone(queue);
    let producer = Stopped::at(point, 1, move || theirs.push(100));
    let pushed = fill(queue);
    assert!(!pushed.is_empty());
    assert!(drain(queue).is_empty());
    assert_eq!(producer.release(), Ok(()));
    assert_eq!(queue.pop(), Some(100));
    assert_eq!(drain(queue), pushed);

    queue.push(100).unwrap();
    let theirs = Arc::clone(queue);
    let consumer = Stopped::at(point, 1, move || theirs.pop());
    let pushed = fill(queue);
    assert_eq!(drain(queue), pushed);
    assert!(fill(queue).is_empty());
    assert_eq!(consumer.release(), Some(100));
    assert!(drain(queue).is_empty());
}

#[test]
fn a_sandbox_that_comes_before_anybody_was_late() {
    alone("a_sandbox_that_comes_before_anybody_was_late", || {
        if !is_granted() {
            return;
        }
        refuse(libc::EPERM);
        assert!(!fence::heavy());
        for point in [Point::Claimed, Point::Moved] {
            let queue = Arc::new(Queue::new(5));
            nobody_is_skipped(&queue, point);
            assert_eq!(laps(&queue, 5), 5);
        }
        transfer_through(&Queue::new(3));
    });
}

#[test]
fn a_sandbox_that_comes_while_threads_are_late() {
    alone("a_sandbox_that_comes_while_threads_are_late", || {
        if !is_granted() {
            return;
        }
        let queue = Arc::new(Queue::new(5));
        let theirs = Arc::clone(&queue);
        let skipped = Stopped::at(Point::Moved, 1, move || theirs.push(100));
        assert_eq!(laps(&queue, 3), 4);
        let theirs = Arc::clone(&queue);
        let late = Stopped::at(Point::Moved, 1, move || theirs.push(101));
        queue.push(102).unwrap();
        let theirs = Arc::clone(&queue);
        let skipper = Stopped::at(Point::Intended, 1, move || theirs.pop());
        refuse(libc::ENOSYS);
        assert!(!fence::heavy());

        assert_eq!(skipper.release(), None);
        assert_eq!(late.release(), Ok(()));
        assert_eq!(drain(&queue), [101, 102]);
        // Who was skipped before stays so, lap after lap.
        assert_eq!(laps(&queue, 5), 4);
        nobody_is_skipped(&queue, Point::Moved);
        assert_eq!(skipped.release(), Ok(()));
        assert_eq!(drain(&queue), [100]);
        assert_eq!(laps(&queue, 5), 5);
        transfer_through(&queue);
    });
}

/// Nobody is skipped, so that behind a thread that is stopped there is neither room nor a value that could go.
#[test]
fn an_eviction_in_a_sandbox_that_comes_later_gives_its_own_value_back() {
    alone("an_eviction_in_a_sandbox_that_comes_later_gives_its_own_value_back", || {
        if !is_granted() {
            return;
        }
        let queue = Arc::new(Queue::new(3));
        let evict = |value| {
            let mut evicted = Vec::new();
            queue.force_push_with(value, |value| evicted.push(value));
            evicted
        };
        assert_eq!(fill(&queue), [0, 1, 2]);
        refuse(libc::EPERM);
        assert_eq!(evict(3), [0]);
        let theirs = Arc::clone(&queue);
        let consumer = Stopped::at(Point::Claimed, 1, move || theirs.pop());
        assert_eq!(evict(4), [4]);
        assert_eq!(consumer.release(), Some(1));
        assert_eq!(evict(5), []);
        assert_eq!(drain(&queue), [2, 3, 5]);
        assert_eq!(laps(&queue, 5), 3);
    });
}

#[test]
fn a_process_that_was_forked() {
    alone("a_process_that_was_forked", || {
        let queue = Arc::new(Queue::new(5));
        let beside_late = |queue: &Arc<Queue<u64>>| {
            let theirs = Arc::clone(queue);
            let late = Stopped::at(Point::Moved, 1, move || theirs.push(100));
            assert_eq!(laps(queue, 5), 4);
            assert_eq!(late.release(), Ok(()));
        };
        beside_late(&queue);
        // SAFETY: the only other thread is that of the harness, which waits for this one.
        let child = unsafe { libc::fork() };
        assert_ne!(child, -1);
        if child == 0 {
            let result = catch_unwind(AssertUnwindSafe(|| {
                assert_eq!(queue.pop(), Some(100));
                beside_late(&queue);
                assert_eq!(drain(&queue), [100]);
                transfer_through(&queue);
            }));
            // SAFETY: it ends the process, without what the harness would do.
            unsafe { libc::_exit(result.is_err().into()) }
        }
        let mut status = 0;
        // SAFETY: the pointer is to a place for the status.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    });
}
