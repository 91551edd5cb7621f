//! What those who wait do with the outcomes of their looks: the first there is ends the wait.

use core::task::{Context, Poll, Waker};
use std::vec;
use std::vec::Vec;

#[cfg(feature = "metrics")]
use super::room::Stopped;
use super::{Channel, LONG, after, finishes};
use crate::channel::batches::{Unsent, attempt_many, attempt_slice};
use crate::channel::bounded;
use crate::channel::core::End;
use crate::channel::error::{RecvError, SendError, TryRecvError, TrySendError};
use crate::channel::pace::{Pace, WaitStrategy};
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

/// The outcome is told by the attempt that sends the last, or finds the channel full.
#[test]
fn an_attempt_to_send_a_batch_sends_what_there_is_room_for() {
    finishes(|| {
        let channel = Channel::new(4, 0);
        let mut slice = &[1, 2, 3][..];
        assert_eq!(attempt_slice(&channel, &mut slice), Some(Ok(())));
        assert!(slice.is_empty());
        let mut home = vec![4, 5, 6];
        let mut unsent = Unsent::of(&mut home);
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
        assert_eq!(Unsent::of(&mut home).attempt(&channel), Some(Err(SendError(()))));
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
