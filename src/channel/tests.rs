//! What the core of a channel does where nobody would be woken any more.

mod classes;
mod ends;
mod force;
mod full;
mod held;
mod kept;
mod looks;
mod permits;
mod places;
pub(super) mod room;
mod selects;
mod vain;

use core::task::{Context, Poll};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use self::room::Bell;
use super::bounded;
use super::core::{Core, End};
use super::list::{Patience, Rest, Who};
use super::pace::{Pace, WaitStrategy};
use super::selector::Selector;
use crate::ring::Shared;
use crate::sync::now;

type Channel = Core<u64, Shared>;

/// Longer than anything takes: a wait that ends by it was asleep.
const LONG: Duration = Duration::from_secs(30);

/// Runs what would hang where it is wrong, on a thread of its own, and fails if it does.
#[track_caller]
fn finishes<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, end) = mpsc::channel();
    let worker = thread::spawn(move || {
        let result = work();
        let _ = done.send(());
        result
    });
    assert!(end.recv_timeout(LONG) != Err(RecvTimeoutError::Timeout), "it hangs");
    worker.join().unwrap_or_else(|why| resume_unwind(why))
}

/// Waits for what other threads do. It is asked so often that it fails only if that never comes.
#[track_caller]
fn until(is_so: impl Fn() -> bool, why_not: &str) {
    let mut looks = 0..1 << 22;
    while !is_so() {
        assert!(looks.next().is_some(), "{why_not}");
        thread::yield_now();
    }
}

/// An attempt that finds nothing for so many times, as where a sender is late that had its place
/// before the close.
fn after(mut times: usize) -> impl FnMut() -> Option<()> {
    move || {
        times = times.saturating_sub(1);
        (times == 0).then_some(())
    }
}

#[test]
fn a_receiver_of_a_closed_channel_may_not_sleep() {
    let channel = Channel::new(2, 0);
    assert_eq!(
        [End::Receiving, End::Sending].map(|end| channel.rest(end, &mut Patience::of(Who::Thread))),
        [Rest::Sleep; 2]
    );
    assert!(channel.close());
    assert_eq!(
        channel.rest(End::Receiving, &mut Patience::of(Who::Thread)),
        Rest::No,
        "whoever closed it has woken all, and is gone"
    );
}

#[test]
fn a_thread_that_finds_nothing_in_a_closed_channel_looks_again_and_does_not_sleep() {
    let channel = Channel::new(2, 0);
    channel.close();
    let pace = Pace::new(WaitStrategy::Park);
    let done = channel.wait(End::Receiving, &pace, Some(now() + LONG), after(9));
    assert_eq!(done, Some(()), "it slept until its time was over");
}

#[test]
fn a_task_that_finds_nothing_in_a_closed_channel_is_polled_again() {
    for is_closed in [false, true] {
        let channel = Channel::new(2, 0);
        if is_closed {
            channel.close();
        }
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        let (pace, mut waiting) = (Pace::new(WaitStrategy::Park), None);
        let mut context = Context::from_waker(&waker);
        let polled = channel.poll(End::Receiving, &pace, &mut waiting, &mut context, || None::<()>);
        assert_eq!(polled, Poll::Pending);
        assert_eq!(bell.rings(), usize::from(is_closed), "closed: {is_closed}");
    }
}

/// Runs a select with a deadline that never comes, and calls `wake` when it waits: it must end by
/// that.
fn ends_by(is_waiting: impl Fn() -> bool, wake: impl FnOnce(), select: thread::JoinHandle<bool>) {
    let waits = || {
        assert!(!select.is_finished(), "there is nothing to choose yet");
        is_waiting()
    };
    until(waits, "the select does not join those who wait");
    wake();
    until(|| select.is_finished(), "the select sleeps beside what it waits for");
    assert!(select.join().unwrap());
}

/// Past all tests.
const NEVER: Duration = Duration::from_secs(1 << 20);

#[test]
fn a_select_that_sleeps_is_woken_by_each_of_its_choices() {
    for which in 0..2 {
        let (sender, receiver) = bounded(1);
        let (full, other) = bounded(1);
        full.send(0).unwrap();
        let waits = [receiver.core.waiters(End::Receiving), full.core.waiters(End::Sending)];
        let (to_receive, to_send) = (receiver.clone(), full.clone());
        let select = thread::spawn(move || {
            let mut message = Some(1);
            let select = Selector::new().recv(&to_receive, |one| one == Ok(7));
            let select = select.send(&to_send, &mut message, |sent| sent.is_ok());
            select.wait_timeout(NEVER) == Ok(true)
        });
        let is_waiting = || waits.iter().all(|waiters| waiters.has_any());
        let wake = || match which {
            0 => sender.send(7).unwrap(),
            _ => assert_eq!(other.recv(), Ok(0)),
        };
        ends_by(is_waiting, wake, select);
    }
}
