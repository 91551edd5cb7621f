//! What a child does with the handles that it has from its parent, whose other threads it does not
//! have: for it they are suspended for ever, wherever they were.

use super::*;
use crate::channel::{TryRecvError, TrySendError, bounded};

/// Plays a part in a child, which must not fail.
fn fork(part: impl FnOnce()) {
    // SAFETY: the child calls what is in this crate and the harness does, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    assert_ne!(child, -1);
    if child == 0 {
        let result = catch_unwind(AssertUnwindSafe(part));
        // SAFETY: it ends the process, without what the harness would do.
        unsafe { libc::_exit(result.is_err().into()) }
    }
    let mut status = 0;
    // SAFETY: the pointer is to a place for the status.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
}

// crossbeam-rs/crossbeam#909
#[test]
fn d16_a_thread_inside_an_operation_at_the_fork_costs_the_child_a_slot() {
    alone("forked::d16_a_thread_inside_an_operation_at_the_fork_costs_the_child_a_slot", || {
        for point in POINTS {
            let queue = Arc::new(Queue::new(5));
            queue.push(7).unwrap();
            let theirs = Arc::clone(&queue);
            let producer = Stopped::at(point, 1, move || theirs.push(100));
            let theirs = Arc::clone(&queue);
            let consumer = Stopped::at(point, 1, move || theirs.pop());
            let lost = if point == Point::Committed { 0 } else { 2 };
            fork(|| {
                drain(&queue);
                assert_eq!(laps(&queue, 5), 5 - lost, "{point:?}");
                transfer_through(&queue);
            });
            assert_eq!((consumer.release(), producer.release()), (Some(7), Ok(())));
            assert_eq!(drain(&queue), [100], "the parent has what it had");
            assert_eq!(laps(&queue, 5), 5);
        }
    });
}

// crossbeam-rs/crossbeam#909
#[test]
fn d16_a_channel_in_which_no_other_thread_was_is_the_childs_own() {
    alone("forked::d16_a_channel_in_which_no_other_thread_was_is_the_childs_own", || {
        let (sender, receiver) = bounded(2);
        // Somebody has slept in it, and does not any more.
        let theirs = receiver.clone();
        let slept = thread::spawn(move || theirs.recv());
        sender.send(1).unwrap();
        assert_eq!(slept.join().unwrap(), Ok(1));
        sender.send(2).unwrap();
        fork(|| {
            assert_eq!(receiver.recv(), Ok(2));
            thread::scope(|scope| {
                scope.spawn(|| (0..1000).for_each(|number| sender.send(number).unwrap()));
                assert!(receiver.iter().take(1000).eq(0..1000));
            });
            drop(sender.clone());
            assert!(sender.close());
            assert!(receiver.recv().is_err());
        });
        assert_eq!(receiver.try_recv(), Ok(2));
        assert!(sender.send(3).is_ok(), "the child has closed its own");
    });
}

// crossbeam-rs/crossbeam#909
#[test]
fn d16_beside_threads_that_sleep_in_a_channel_a_child_looks_and_makes_its_own() {
    alone(
        "forked::d16_beside_threads_that_sleep_in_a_channel_a_child_looks_and_makes_its_own",
        || {
            let (sender, receiver) = bounded::<u64>(2);
            let (tell, told) = channel();
            let sleeping = Vec::from_iter((0..3).map(|_| {
                let (receiver, tell) = (receiver.clone(), tell.clone());
                thread::spawn(move || {
                    // SAFETY: the call takes nothing and cannot fail.
                    tell.send(unsafe { libc::gettid() }).unwrap();
                    receiver.recv()
                })
            }));
            for thread in told.into_iter().take(3) {
                let stat = format!("/proc/self/task/{thread}/stat");
                let is_asleep = || std::fs::read_to_string(&stat).unwrap().contains(") S ");
                while !is_asleep() {
                    thread::yield_now();
                }
            }
            fork(|| {
                assert_eq!(
                    (sender.len(), sender.capacity(), sender.is_closed()),
                    (0, Some(2), false)
                );
                assert_eq!((sender.receiver_count(), sender.sender_count()), (4, 1));
                assert!(!format!("{sender:?}{receiver:?}").is_empty());
                let (sender, receiver) = bounded(1);
                thread::scope(|scope| {
                    scope.spawn(move || (0..1000).for_each(|number| sender.send(number).unwrap()));
                    assert!(receiver.iter().eq(0..1000));
                });
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
            });
            (0..3).for_each(|number| sender.send(number).unwrap());
            let mut received =
                Vec::from_iter(sleeping.into_iter().map(|thread| thread.join().unwrap()));
            received.sort_unstable_by_key(|received| received.unwrap());
            assert_eq!(received, [Ok(0), Ok(1), Ok(2)], "the parent has what it had");
            assert_eq!(sender.try_send(1), Ok(()));
            assert_eq!(
                (sender.try_send(2), sender.try_send(3)),
                (Ok(()), Err(TrySendError::Full(3)))
            );
        },
    );
}
