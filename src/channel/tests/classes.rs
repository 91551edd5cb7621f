//! Receivers of several classes beside threads that are stopped, and the places that they have.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use std::vec::Vec;

use super::room::{Bell, Stopped, poll};
use super::{finishes, until};
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::pace::{Pace, WaitStrategy};
use crate::channel::{Sender, priorities, several};
use crate::position::Word;

/// How many wait for each class.
fn waiting<T>(senders: &[Sender<T>]) -> Vec<Word> {
    senders.iter().map(|sender| sender.core.not_empty.len()).collect()
}

/// The slot of a late sender is the first, and seems to be empty; behind it another has sent.
#[test]
fn a_message_behind_a_late_sender_is_received_before_those_of_less_urgent_classes() {
    for ways in 0..3 {
        let ([urgent, normal], receiver) = priorities([4, 4]);
        let theirs = urgent.clone();
        let away = Stopped::of(move || theirs.send(1));
        normal.send(3).unwrap();
        urgent.send(2).unwrap();
        let received = match ways {
            0 => receiver.recv_with_class().unwrap(),
            1 => receiver.try_recv_with_class().unwrap(),
            _ => {
                let mut messages = Vec::new();
                assert_eq!(receiver.recv_many(&mut messages, 1), Ok(1));
                (0, messages[0])
            }
        };
        assert_eq!(received, (0, 2));
        assert_eq!(away.release(), Ok(()));
        assert_eq!(receiver.drain().collect::<Vec<_>>(), [1, 3]);
    }
}

/// The turn of a class is that of its message behind a late sender too.
#[test]
fn a_message_behind_a_late_sender_is_received_by_turn() {
    let ([urgent, normal], receiver) = priorities([4, 4]);
    let receiver = receiver.with_turns(1);
    let theirs = normal.clone();
    let away = Stopped::of(move || theirs.send(1));
    normal.send(2).unwrap();
    urgent.send_slice(&[3, 4, 5]).unwrap();
    let received = [(); 3].map(|()| receiver.recv_with_class().unwrap());
    assert_eq!(received, [(0, 3), (1, 2), (0, 4)]);
    assert_eq!(away.release(), Ok(()));
    assert_eq!(receiver.recv_with_class(), Ok((1, 1)));
}

#[test]
fn a_class_that_is_closed_beside_a_late_sender_keeps_nobody_awake() {
    finishes(|| {
        let ([urgent, normal], receiver) = priorities([4, 4]);
        let theirs = urgent.clone();
        let away = Stopped::of(move || theirs.send(1));
        urgent.close();
        let bell = Arc::new(Bell::default());
        let mut receiving = receiver.recv_async();
        for _ in 0..3 {
            assert!(poll(&mut receiving, &bell).is_pending());
        }
        assert_eq!(bell.rings(), 0, "nothing will ever come of it");
        normal.send(2).unwrap();
        assert_eq!((bell.rings(), poll(&mut receiving, &bell)), (1, Poll::Ready(Ok(2))));
        drop(normal);
        assert_eq!(receiver.recv(), Err(RecvError));
        assert!(away.release().is_err());
    });
}

#[test]
fn who_waits_has_a_place_for_each_class_and_leaves_them_all() {
    finishes(|| {
        let (senders, receiver) = priorities::of::<u8>(&[1; 3]);
        let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
        let timeout = Duration::from_millis(1);
        assert_eq!(receiver.recv_timeout(timeout), Err(RecvTimeoutError::Timeout));
        assert_eq!(waiting(&senders), [0; 3]);

        let bell = Arc::new(Bell::default());
        let mut receiving = receiver.recv_async();
        for _ in 0..3 {
            assert!(poll(&mut receiving, &bell).is_pending());
            assert_eq!(waiting(&senders), [1; 3], "however often it is polled");
        }
        drop(receiving);
        assert_eq!(waiting(&senders), [0; 3]);

        let mut receiving = receiver.recv_async();
        assert!(poll(&mut receiving, &bell).is_pending());
        senders[1].send(1).unwrap();
        assert_eq!(waiting(&senders), [1, 0, 1]);
        // Somebody was faster: it waits for that class again.
        assert_eq!(receiver.try_recv(), Ok(1));
        assert!(poll(&mut receiving, &bell).is_pending());
        assert_eq!(waiting(&senders), [1; 3]);
        senders[0].close();
        assert!(poll(&mut receiving, &bell).is_pending());
        assert_eq!(waiting(&senders), [0, 1, 1], "nothing comes of the first any more");
        senders[2].send(2).unwrap();
        assert_eq!(poll(&mut receiving, &bell), Poll::Ready(Ok(2)));
        assert_eq!(waiting(&senders), [0; 3]);

        let theirs = receiver.clone();
        let thread = thread::spawn(move || theirs.recv());
        until(|| waiting(&senders) == [0, 1, 1], "it does not wait");
        senders[2].send(3).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(3));
        assert_eq!(waiting(&senders), [0; 3]);
    });
}

/// Its place in the last list is used up by a message that was received by another; then, while it looks, the end comes.
#[test]
fn an_end_that_comes_after_a_look_for_a_message_that_is_gone_is_seen() {
    let ([urgent, normal], receiver) = priorities([1, 1]);
    drop(urgent);
    let (bell, pace) = (Arc::new(Bell::default()), Pace::new(WaitStrategy::Park));
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    let (mut waiting, mut looks) = (None, 0);
    let attempt = |before: several::Before<'_>| {
        looks += 1;
        if let Some(before) = before {
            before(1);
        }
        match looks {
            1 | 2 => None,
            3 => {
                assert!(normal.close());
                None
            }
            _ => Some(()),
        }
    };
    let mut poll = several_poll(&receiver, &pace, attempt);
    assert!(poll(&mut waiting, &mut context).is_pending());
    normal.send(1).unwrap();
    assert_eq!((receiver.try_recv(), bell.rings()), (Ok(1), 1));
    assert_eq!(poll(&mut waiting, &mut context), Poll::Ready(()), "nobody would wake it");
}

/// A class is closed when it is waited for, beside a late sender, and empty after the look.
#[test]
fn an_end_that_comes_after_a_look_beside_a_late_sender_is_seen() {
    let ([urgent], receiver) = priorities([4]);
    let theirs = urgent.clone();
    let away = Stopped::of(move || theirs.send(1));
    assert!(urgent.close());
    let (bell, pace) = (Arc::new(Bell::default()), Pace::new(WaitStrategy::Park));
    let waker = Waker::from(Arc::clone(&bell));
    let mut waiting = None;
    let attempt = |before: several::Before<'_>| {
        if before.is_some() {
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        }
        None::<()>
    };
    let mut poll = several_poll(&receiver, &pace, attempt);
    assert!(poll(&mut waiting, &mut Context::from_waker(&waker)).is_pending());
    assert_eq!(bell.rings(), 1, "nobody else would wake it");
    assert!(away.release().is_err());
}

/// Polls by these attempts.
fn several_poll<'a, R>(
    receiver: &'a priorities::Receiver<u64>,
    pace: &'a Pace,
    mut attempt: impl FnMut(several::Before<'_>) -> Option<R> + 'a,
) -> impl FnMut(&mut Option<several::Places>, &mut Context<'_>) -> Poll<R> + 'a {
    move |waiting, context| several::poll(receiver, pace, waiting, context, &mut attempt)
}
