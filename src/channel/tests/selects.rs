//! What those who wait do for one another, where they were told in vain or would not be told at all.

use core::future::Future;
use core::task::Poll;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::vec::Vec;

use super::room::{Bell, poll};
use super::{NEVER, ends_by, finishes, until};
use crate::channel::core::End;
use crate::channel::{Receiver, Select, Selector, WaitStrategy, bounded};
use crate::sequencer::Uncounted;

/// Another has taken what the notification was for: the select joins those who wait again.
#[test]
fn a_select_that_was_told_in_vain_is_told_again() {
    let (sender, receiver) = bounded(1);
    let waiters = sender.core.waiters(End::Receiving);
    let select = thread::spawn(move || {
        Selector::new().recv(&receiver, |one| one == Ok(7)).wait_timeout(NEVER) == Ok(true)
    });
    let is_waiting = || waiters.has_any();
    let tell_in_vain = || {
        // Once at least it is asleep by then.
        for _ in 0..300 {
            waiters.notify(1);
            until(|| waiters.has_any(), "it sleeps, and nobody would wake it");
        }
        sender.send(7).unwrap();
    };
    ends_by(is_waiting, tell_in_vain, select);
}

/// Two messages come, and the one who waits first is told: when it has received it tells the next.
fn tells_the_next(receive: impl FnOnce(&Receiver<u64>) -> u64 + Send + 'static) {
    let (sender, receiver) = bounded(2);
    let core = &sender.core;
    let theirs = receiver.clone().with_wait_strategy(WaitStrategy::Park);
    let first = thread::spawn(move || receive(&theirs));
    until(|| core.not_empty.places() == 1, "it does not wait");
    let (mut second, bell) = (receiver.recv_async(), Arc::<Bell>::default());
    assert!(poll(&mut second, &bell).is_pending());
    // As where the first sender is late and nobody can be skipped.
    for message in [1, 2] {
        assert_eq!(core.ring.push(&mut core.ring.filling::<Uncounted>(), message), Ok(()));
    }
    core.not_empty.notify(1);
    assert_eq!(finishes(move || first.join().unwrap()), 1);
    assert_eq!(bell.rings(), 1, "there is a message, and nobody has told of it");
    assert_eq!(poll(&mut second, &bell), Poll::Ready(Ok(2)));
}

#[test]
fn who_has_waited_to_receive_tells_the_next() {
    tells_the_next(|receiver| receiver.recv().unwrap());
    tells_the_next(|receiver| Selector::new().recv(receiver, |one| one.unwrap()).wait());
}

/// Panics when it is dropped.
struct Breaks;

impl Drop for Breaks {
    fn drop(&mut self) {
        panic!("the drop panics");
    }
}

#[test]
fn what_a_select_gives_is_dropped_where_the_drop_of_another_choice_panics() {
    let (sender, receiver) = bounded(1);
    let (_other, others) = bounded::<u64>(1);
    let message = Arc::new(());
    sender.send(Arc::clone(&message)).unwrap();
    let breaks = Breaks;
    let select = Selector::new().recv(&receiver, Result::ok).recv(&others, move |_| {
        let _breaks = breaks;
        None
    });
    assert!(catch_unwind(AssertUnwindSafe(|| select.wait())).is_err());
    assert_eq!(Arc::strong_count(&message), 1, "what was received is dropped with the panic");
}

/// A select that has chosen tells the next that waits for room; where the waker of that panics, what was chosen is
/// given up on the way.
#[test]
fn a_choice_that_a_panic_takes_away_is_given_up() {
    struct Shouts;

    impl std::task::Wake for Shouts {
        fn wake(self: Arc<Self>) {
            panic!("a waker");
        }
    }

    let (sender, receiver) = bounded(2);
    sender.send_slice(&[1, 2]).unwrap();
    let core = &sender.core;
    let theirs = sender.clone();
    let selects = thread::spawn(move || {
        let mut select = Select::new();
        select.send(&theirs);
        select.select().send(&theirs, 3)
    });
    until(|| core.not_full.places() == 1, "it does not wait");
    let mut second = sender.send_async(4);
    let waker = core::task::Waker::from(Arc::new(Shouts));
    let mut context = core::task::Context::from_waker(&waker);
    assert!(core::pin::Pin::new(&mut second).poll(&mut context).is_pending());
    // Both take their time, and so far the first is told.
    for message in [1, 2] {
        assert_eq!(core.ring.pop(&mut core.ring.emptying::<Uncounted>()), Some(message));
    }
    core.not_full.notify(1);
    assert!(finishes(move || selects.join().is_err()), "it tells nobody");
    drop(second);
    sender.send_slice(&[5, 6]).unwrap();
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [5, 6]);
}
