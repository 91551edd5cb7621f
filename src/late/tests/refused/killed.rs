//! Processes that the system kills if they call `membarrier`.

use std::os::unix::process::ExitStatusExt;

use super::*;
use crate::fences;

/// Set in a process that dies of the call.
const DOOMED: &str = "RINGWAY_TEST_DOOMED";

/// The filter is what it says: a process that has not chosen dies of its first push.
#[test]
fn d13_a_process_that_does_not_choose_is_killed() {
    if env::var_os(DOOMED).is_some() {
        answer(SeccompAction::KillProcess);
        let _ = Queue::new(1).push(1);
        return;
    }
    let name = "late::tests::refused::killed::d13_a_process_that_does_not_choose_is_killed";
    let output = this().args([name, "--exact"]).env(DOOMED, "").output().unwrap();
    assert_eq!(output.status.signal(), Some(libc::SIGSYS), "{:?}", output.status);
}

/// Pushes, pops, batches and evictions, threads that are skipped and back, and all of it again with
/// what the fence was asked for.
// dotnet/coreclr#24298
#[test]
fn d13_a_sandbox_that_kills_whoever_calls_membarrier() {
    alone("killed::d13_a_sandbox_that_kills_whoever_calls_membarrier", || {
        answer(SeccompAction::KillProcess);
        assert!(fences::use_portable());
        assert!(!fence::is_free() && fence::heavy());
        let queue = Arc::new(Queue::new(5));
        assert_eq!(queue.push_slice(&[1, 2, 3]), 3);
        assert_eq!((queue.force_push(4), queue.pop()), (None, Some(1)));
        assert_eq!(drain(&queue), [2, 3, 4]);
        let theirs = Arc::clone(&queue);
        let late = Stopped::at(Point::Moved, 1, move || theirs.push(100));
        assert_eq!(laps(&queue, 5), 4, "it was skipped");
        assert_eq!(late.release(), Ok(()));
        assert_eq!(queue.pop(), Some(100));
        assert_eq!(laps(&queue, 5), 5);
        transfer_beside_stopped();
        assert!(fences::use_portable(), "it was chosen before");
    });
}

/// The same for channels, whose threads sleep for each message.
#[cfg(feature = "std")]
#[test]
fn d13_channels_in_a_sandbox_that_kills_whoever_calls_membarrier() {
    use crate::channel::{Selector, WaitStrategy, bounded};

    alone("killed::d13_channels_in_a_sandbox_that_kills_whoever_calls_membarrier", || {
        answer(SeccompAction::KillProcess);
        assert!(fences::use_portable());
        let (sender, receiver) = bounded(1);
        let (sender, receiver) = (
            sender.with_wait_strategy(WaitStrategy::Park),
            receiver.with_wait_strategy(WaitStrategy::Park),
        );
        let theirs = sender.clone();
        let late = Stopped::at(Point::Moved, 1, move || theirs.try_send(0));
        assert!(receiver.try_recv().is_err(), "it was skipped");
        assert_eq!(late.release(), Ok(()));
        assert_eq!(receiver.recv(), Ok(0));
        thread::scope(|scope| {
            scope.spawn(move || (0..1000).for_each(|number| sender.send(number).unwrap()));
            let select = || Selector::new().recv(&receiver, |received| received).wait();
            (0..10).for_each(|number| assert_eq!(select(), Ok(number)));
            assert!(receiver.iter().eq(10..1000));
        });
    });
}

/// Who comes too late is told so.
#[test]
fn the_choice_that_was_made_holds() {
    alone("killed::the_choice_that_was_made_holds", || {
        Queue::new(1).push(1).unwrap();
        assert_eq!(fences::use_portable(), !is_granted());
    });
}
