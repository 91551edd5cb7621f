//! Each operation of a channel beside threads that are stopped anywhere in others, fewer than slots,
//! drawn from a seed.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;
use crate::channel::{Receiver, Select, Selector, Sender, bounded_at};

/// What a future that is polled once, and then dropped, has given.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// The messages that went in and that came out.
type Moved = (Vec<u64>, Vec<u64>);

/// How many ways there are to send.
const SENDS: usize = 9;

/// Sends by one of the ways, none of which waits.
fn send(sender: &mut Sender<u64>, way: usize, first: u64) -> Moved {
    let two = [first, first + 1];
    let mut vector = Vec::from(two);
    let mut message = Some(first);
    let mut evicted = Vec::new();
    let sent = match way {
        0 => usize::from(sender.try_send(first).is_ok()),
        1 => usize::from(sender.send_timeout(first, Duration::ZERO).is_ok()),
        2 => usize::from(matches!(once(sender.send_async(first)), Some(Ok(())))),
        3 => {
            let select = Selector::new().send(sender, &mut message, |sent| sent.is_ok());
            usize::from(select.try_wait() == Some(true))
        }
        4 => {
            *sender = sender.downgrade().upgrade().expect("the one that is replaced is there");
            usize::from(sender.clone().try_send(first).is_ok())
        }
        5 => {
            let _ = once(sender.send_all_async(&mut vector));
            two.len() - vector.len()
        }
        6 => {
            let mut sending = pin!(sender.send_slice_async(&two));
            let _ = sending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            two.len() - sending.unsent().len()
        }
        // `force_send` drops what it has evicted from a channel that is closed in its midst.
        7 => usize::from(sender.force_send_with(first, |other| evicted.push(other)).is_ok()),
        _ => {
            // All others stand.
            let (len, capacity) = (sender.len(), sender.capacity().expect("it is bounded"));
            assert!(len <= capacity && sender.receiver_count() > 0);
            assert_eq!((sender.is_empty(), sender.is_full()), (len == 0, len == capacity));
            #[cfg(feature = "metrics")]
            look_at_metrics(sender.metrics(), capacity);
            0
        }
    };
    (two[..sent].into(), evicted)
}

/// Checks the counts, all others standing.
#[cfg(feature = "metrics")]
fn look_at_metrics(metrics: crate::channel::Metrics, capacity: usize) {
    let queued = metrics.sent.checked_sub(metrics.received).expect("what came out went in");
    assert!(queued <= capacity && metrics.high_water <= capacity, "{metrics:?}");
}

/// How many ways there are to receive.
const RECEIVES: usize = 10;

/// Receives by one of the ways, none of which waits.
fn receive(receiver: &mut Receiver<u64>, way: usize) -> Vec<u64> {
    let one = match way {
        0 => receiver.try_recv().ok(),
        1 => receiver.recv_timeout(Duration::ZERO).ok(),
        2 => once(receiver.recv_async()).and_then(Result::ok),
        3 => Selector::new().recv(receiver, Result::ok).try_wait().flatten(),
        8 => {
            let mut select = Select::new();
            select.recv(receiver);
            let is_ready = select.try_ready().is_ok();
            let operation = select.try_select().ok();
            assert_eq!(operation.is_some(), is_ready, "all others stand");
            operation.and_then(|operation| operation.recv(receiver).ok())
        }
        4 => {
            *receiver = receiver.downgrade().upgrade().expect("the one that is replaced is there");
            receiver.clone().try_recv().ok()
        }
        5 => {
            let mut messages = Vec::new();
            let _ = once(receiver.recv_many_async(&mut messages, 2));
            return messages;
        }
        6 => return receiver.drain().collect(),
        7 => return receiver.try_iter().take(2).collect(),
        _ => {
            let (len, capacity) = (receiver.len(), receiver.capacity().expect("it is bounded"));
            assert!(len <= capacity && receiver.sender_count() > 0);
            assert_eq!((receiver.is_empty(), receiver.is_full()), (len == 0, len == capacity));
            #[cfg(feature = "metrics")]
            look_at_metrics(receiver.metrics(), capacity);
            None
        }
    };
    Vec::from_iter(one)
}

/// Does operations beside threads that are stopped in others, and closes the channel in the midst of
/// them; each operation ends soon, and each message that was accepted comes out once.
fn beside_stopped(seed: usize) {
    let dice = &mut Dice(seed as u64);
    let capacity = [3, 4, 5, 8][dice.below(4)];
    let start = if seed % 2 == 0 { 0 } else { u64::MAX - 3 };
    let (mut sender, mut receiver) = bounded_at(capacity, start);
    let (mut inside, mut outside, mut stopped) = (Vec::new(), Vec::new(), Vec::new());
    let close_at = 30 + dice.below(20) as u64;
    // An operation that would wait looks more than once.
    let most = 16 * bound(capacity);
    for round in 0..40 {
        let message = 10 * round;
        let is_sending = dice.below(2) == 0;
        if round == close_at {
            let closes = if is_sending { sender.close() } else { receiver.close() };
            assert!(closes && sender.is_closed() && receiver.is_closed());
        }
        // Any operation owns two slots at most, but a drain, which owns what it finds.
        // With one seed of four nobody is late.
        if round % 5 == 0 && seed % 4 > 0 && 2 * (stopped.len() + 1) < capacity {
            let nth = 1 + dice.below(14);
            let is_there = move |seen: &[Point]| seen.len() == nth;
            let way = [dice.below(SENDS - 1), dice.below(6)][usize::from(!is_sending)];
            let (mut sends, mut receives) = (sender.clone(), receiver.clone());
            let work = move || match is_sending {
                true => send(&mut sends, way, message),
                false => (Vec::new(), receive(&mut receives, way)),
            };
            stopped.push(Stopped::if_ever(is_there, work).0);
        } else if is_sending {
            let way = dice.below(SENDS);
            let (sent, evicted) = bounded(most, || send(&mut sender, way, message));
            inside.extend(sent);
            outside.extend(evicted);
        } else {
            let way = dice.below(RECEIVES);
            outside.extend(bounded(most, || receive(&mut receiver, way)));
        }
    }
    for thread in stopped {
        let (sent, received) = thread.release();
        inside.extend(sent);
        outside.extend(received);
    }
    outside.extend(receiver.try_iter());
    assert!(receiver.is_empty());
    inside.sort_unstable();
    outside.sort_unstable();
    assert_eq!(inside, outside, "seed {seed}, capacity {capacity}, closed at {close_at}");
}

#[test]
fn operations_of_a_channel_beside_stopped_threads() {
    (0..crate::effort::times(1000)).for_each(beside_stopped);
}

/// A sender has filled the channel and is stopped before it notes how many there are. Whoever is refused
/// meanwhile says that it was full.
#[test]
#[cfg(feature = "metrics")]
fn who_is_refused_beside_a_late_sender_notes_that_the_channel_was_full() {
    let (sender, receiver) = bounded_at(2, 0);
    sender.try_send(1).unwrap();
    let theirs = sender.clone();
    let late = Stopped::at(Point::Committed, 1, move || theirs.try_send(2));
    assert_eq!(sender.metrics().high_water, 1);
    assert!(sender.try_send(3).is_err());
    assert_eq!(sender.metrics().high_water, 2);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
    late.release().unwrap();
    assert_eq!(sender.metrics().high_water, 2);
}
