//! What those who wait do with the outcomes of their looks: the first there is ends the wait.

use core::task::{Context, Poll, Waker};
#[cfg(feature = "metrics")]
use std::sync::Arc;
use std::vec;
use std::vec::Vec;

#[cfg(feature = "metrics")]
use super::room::{Stopped, poll};
use super::{Channel, LONG, after, finishes};
use crate::channel::batches::{Unsent, attempt_many, attempt_slice};
use crate::channel::bounded;
use crate::channel::core::End;
use crate::channel::error::{RecvError, SendError, TryRecvError, TrySendError};
use crate::channel::pace::{Pace, WaitStrategy};
use crate::channel::sender::attempt_send;
use crate::sync::hook::{self, Point};
use crate::sync::now;

/// An attempt that succeeds at so many looks, and must not be made again.
fn once_after(times: usize) -> impl FnMut() -> Option<()> {
    let mut after = after(times);
    let mut is_done = false;
    move || {
        assert!(!is_done, "it was done, and the outcome is lost");
        is_done = after().is_some();
        is_done.then_some(())
    }
}

#[test]
fn why_there_is_nothing_is_said_at_once() {
    let channel = Channel::new(2, 0);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(channel.try_send(1), Ok(()));
    assert_eq!(channel.try_send(2), Ok(()));
    assert_eq!(channel.try_send(3), Err(TrySendError::Full(3)));
    assert!(channel.close());
    assert_eq!(channel.try_send(3), Err(TrySendError::Disconnected(3)));
    assert_eq!([channel.try_recv(), channel.try_recv()], [Ok(1), Ok(2)]);
    assert_eq!(channel.try_recv(), Err(TryRecvError::Disconnected));
}

/// Whoever spins or yields looks at one word only, most of the time. The close is not seen there, nor
/// is a late thread.
#[test]
fn who_never_sleeps_looks_again_though_nothing_seems_to_be_there() {
    for strategy in [WaitStrategy::BusySpin, WaitStrategy::Yield] {
        let channel = Channel::new(2, 0);
        let deadline = Some(now() + LONG);
        let done = channel.wait(End::Receiving, &Pace::new(strategy), deadline, once_after(3));
        assert_eq!(done, Some(()), "{strategy:?}: it did nothing until its time was over");
    }
}

#[test]
fn the_first_look_that_succeeds_ends_the_wait() {
    for strategy in [WaitStrategy::Adaptive, WaitStrategy::Yield, WaitStrategy::Park] {
        for times in 1..4 {
            let channel = Channel::new(2, 0);
            let pace = Pace::new(strategy);
            let deadline = Some(now() + LONG);
            // There seems to be room, and no message.
            let sent = channel.wait(End::Sending, &pace, deadline, once_after(times));
            assert_eq!(sent, Some(()));
            channel.close();
            let received = channel.wait(End::Receiving, &pace, deadline, once_after(times));
            assert_eq!(received, Some(()));
        }
    }
}

#[test]
fn a_wait_whose_time_is_over_looks_once() {
    let channel = Channel::new(2, 0);
    let pace = Pace::new(WaitStrategy::Park);
    let mut looks = 0;
    let look = || {
        looks += 1;
        None::<()>
    };
    assert_eq!(channel.wait(End::Receiving, &pace, Some(now()), look), None);
    assert_eq!(looks, 1);
}

/// Also where nothing was ever sent: a sender that is late counts.
#[test]
#[cfg(feature = "metrics")]
fn who_finds_the_channel_full_marks_the_high_water() {
    let (sender, receiver) = bounded(1);
    let theirs = sender.clone();
    let away = Stopped::of(move || theirs.send(1));
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!((sender.metrics().high_water, sender.metrics().sent), (1, 0));
    assert_eq!(away.release(), Ok(()));
    assert_eq!(receiver.recv(), Ok(1));
}

#[test]
fn a_task_that_finds_nothing_has_looked_twice_and_is_pending() {
    finishes(|| {
        let channel = Channel::new(2, 0);
        let (pace, mut waiting) = (Pace::new(WaitStrategy::Adaptive), None);
        let mut context = Context::from_waker(Waker::noop());
        let mut looks = 0;
        for expected in [2, 3, 4] {
            let polled = channel.poll(End::Receiving, &pace, &mut waiting, &mut context, || {
                looks += 1;
                assert!(looks <= expected, "a poll goes on looking");
                None::<()>
            });
            assert_eq!((polled, looks, waiting.is_some()), (Poll::Pending, expected, true));
        }
    });
}

/// As a task waits: it looks twice, and sleeps when both looks were in vain.
#[test]
#[cfg(feature = "metrics")]
fn who_waits_is_counted_and_so_is_who_sleeps() {
    let (sender, receiver) = bounded(1);
    let waits = |metrics: crate::channel::Metrics| {
        [metrics.send_waits, metrics.send_parks, metrics.recv_waits, metrics.recv_parks]
    };
    assert!(poll(&mut receiver.recv_async(), &Arc::default()).is_pending());
    assert_eq!(waits(sender.metrics()), [0, 0, 1, 1]);
    sender.send(1).unwrap();
    assert!(poll(&mut sender.send_async(2), &Arc::default()).is_pending());
    assert_eq!(waits(sender.metrics()), [1, 1, 1, 1]);
}

/// How much has passed since the last wait is what the next one adapts to.
#[test]
fn a_wait_begins_where_the_counter_of_its_side_stands() {
    let channel = Channel::new(4, 0);
    let begin = [End::Sending, End::Receiving].map(|end| channel.position(end));
    (0..3).for_each(|message| assert_eq!(channel.try_send(message), Ok(())));
    assert_eq!([channel.try_recv(), channel.try_recv()], [Ok(0), Ok(1)]);
    assert_eq!(channel.position(End::Sending).wrapping_sub(begin[0]), 3);
    assert_eq!(channel.position(End::Receiving).wrapping_sub(begin[1]), 2);
}

#[test]
fn an_attempt_to_send_keeps_the_message_only_where_it_is_full() {
    let channel = Channel::new(1, 0);
    let mut unsent = Some(1);
    assert_eq!((attempt_send(&channel, &mut unsent), unsent), (Some(Ok(())), None));
    unsent = Some(2);
    assert_eq!((attempt_send(&channel, &mut unsent), unsent), (None, Some(2)));
    channel.close();
    assert_eq!(attempt_send(&channel, &mut unsent), Some(Err(SendError(2))));
    assert_eq!(unsent, None, "it is in the error");
}

/// The outcome is told by the attempt that sends the last, or finds the channel full.
#[test]
fn an_attempt_to_send_a_batch_sends_what_there_is_room_for() {
    finishes(|| {
        let channel = Channel::new(4, 0);
        let mut slice = &[1, 2, 3][..];
        assert_eq!(attempt_slice(&channel, &mut slice), Some(Ok(())));
        assert!(slice.is_empty());
        let mut home = vec![4, 5, 6];
        let mut unsent = Unsent::of(&channel, &mut home);
        assert_eq!(unsent.attempt(&channel), None, "it is full");
        assert_eq!(attempt_slice(&channel, &mut &[5][..]), None);
        assert_eq!([channel.try_recv(), channel.try_recv()], [Ok(1), Ok(2)]);
        assert_eq!(unsent.attempt(&channel), Some(Ok(())));
        drop(unsent);
        assert_eq!(home, []);
        channel.close();
        let mut slice = &[7, 8][..];
        assert_eq!(attempt_slice(&channel, &mut slice), Some(Err(SendError(&[7, 8][..]))));
        let mut home = vec![9];
        assert_eq!(Unsent::of(&channel, &mut home).attempt(&channel), Some(Err(SendError(()))));
        assert_eq!(home, [9]);
        let mut messages = Vec::new();
        assert_eq!(attempt_many(&channel, &mut messages, 3), Some(Ok(3)));
        assert_eq!(attempt_many(&channel, &mut messages, 3), Some(Ok(1)));
        assert_eq!(messages, [3, 4, 5, 6]);
        assert_eq!(attempt_many(&channel, &mut messages, 3), Some(Err(RecvError)));
    });
}

/// Also where others go on sending: it comes to an end.
#[test]
fn a_drain_takes_what_was_there_when_it_began() {
    finishes(|| {
        let (sender, receiver) = bounded(16);
        sender.send_slice(&[1, 2, 3]).unwrap();
        let theirs = sender.clone();
        hook::set(move |point| {
            if point == Point::Claimed {
                let _ = theirs.try_send(4);
            }
        });
        let drained: Vec<_> = receiver.drain().collect();
        hook::set(|_| ());
        assert_eq!(drained, [1, 2, 3]);
        assert!(receiver.try_iter().eq([4]));
        assert_eq!(receiver.drain().count(), 0);
    });
}

/// Whether a slice or a vector: another that sends meanwhile comes before or after.
#[test]
fn a_batch_that_need_not_wait_is_sent_by_one_claim() {
    let send: [fn(&crate::channel::Sender<u64>); 2] = [
        |sender| sender.send_slice(&Vec::from_iter(0..100)).unwrap(),
        |sender| sender.send_all(&mut Vec::from_iter(0..100)).unwrap(),
    ];
    for send in send {
        let (sender, receiver) = bounded(200);
        let theirs = sender.clone();
        hook::set(move |point| {
            if point == Point::Claimed {
                let _ = theirs.try_send(1000);
            }
        });
        send(&sender);
        hook::set(|_| ());
        let received = receiver.try_iter().skip_while(|message| *message == 1000);
        assert!(received.take(100).eq(0..100), "another message is in its midst");
    }
}
