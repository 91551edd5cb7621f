//! Closing from either end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use ringway::channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError,
    TrySendError, WaitStrategy, bounded,
};

use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::threads::Crew;
use crate::watch::{asleep, finishes};

on_channels!(
    a_sender_closes_and_receivers_drain,
    a_receiver_closes_and_receivers_drain,
    a_closed_channel_refuses_all_ways_in,
);

on_kinds!(all_who_wait_are_woken_by_a_close, a_channel_is_closed_once);

/// Fills the channel from some lap on, closes it, and takes what is there.
fn drains<P: End, C: End>(
    sender: &Sender<u64, P, C>,
    receiver: &Receiver<u64, C>,
    close: impl FnOnce() -> bool,
) {
    let capacity = sender.capacity().unwrap() as u64;
    (0..3 * capacity).for_each(|n| {
        sender.try_send(n).unwrap();
        receiver.try_recv().unwrap();
    });
    (0..capacity).for_each(|n| sender.try_send(n).unwrap());
    assert!(!sender.is_closed() && !receiver.is_closed());
    assert!(close(), "it was open");
    assert!(sender.is_closed() && receiver.is_closed());
    assert!(!sender.close() && !receiver.close());
    assert_eq!((sender.len(), receiver.len()), (capacity as usize, capacity as usize));
    assert_eq!(sender.try_send(9), Err(TrySendError::Disconnected(9)));
    for n in 0..capacity {
        assert_eq!(receiver.try_recv(), Ok(n));
        assert_eq!(sender.try_send(9), Err(TrySendError::Disconnected(9)), "room does not matter");
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert!(sender.is_empty() && receiver.is_empty() && sender.is_closed());
}

fn a_sender_closes_and_receivers_drain<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    drains(&sender, &receiver, || sender.close());
}

fn a_receiver_closes_and_receivers_drain<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    drains(&sender, &receiver, || receiver.close());
}

fn a_closed_channel_refuses_all_ways_in<P: End, C: End>(
    sender: Sender<u64, P, C>,
    mut receiver: Receiver<u64, C>,
) {
    sender.try_send(7).unwrap();
    receiver.close();
    let mut messages = vec![1, 2];
    assert_eq!(sender.send(1), Err(SendError(1)));
    assert_eq!(sender.send_timeout(1, Duration::MAX), Err(SendTimeoutError::Disconnected(1)));
    assert_eq!(sender.send_slice(&[1, 2]), Err(SendError(&[1, 2][..])));
    assert_eq!(sender.send_all(&mut messages), Err(SendError(())));
    assert!(poll_once(&mut sender.send_all_async(&mut messages)).is_ready());
    assert_eq!(messages, [1, 2]);
    assert_eq!(C::force_send(&sender, 1).unwrap_or(Err(SendError(1))), Err(SendError(1)));
    assert_eq!(poll_once(&mut sender.send_async(1)), Poll::Ready(Err(SendError(1))));
    assert_eq!(receiver.recv_many(&mut messages, 9), Ok(1));
    assert_eq!(messages, [1, 2, 7]);
    assert_eq!(receiver.recv(), Err(RecvError));
    assert_eq!(receiver.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
    assert_eq!(receiver.recv_many(&mut messages, 9), Err(RecvError));
    assert_eq!(receiver.recv_many(&mut messages, 0), Ok(0));
    assert_eq!(receiver.drain().len(), 0);
    let mut receiving = C::recv_async(&mut receiver);
    assert_eq!(poll_once(&mut receiving), Poll::Ready(Err(RecvError)));
}

fn all_who_wait_are_woken_by_a_close<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    use WaitStrategy::{Adaptive, BusySpin, Park, Yield};
    for strategy in [Adaptive, Park, BusySpin, Yield] {
        let (sender, receiver) = make(2, u64::MAX);
        let receiver = receiver.with_wait_strategy(strategy);
        finishes(move || {
            let receiving = receivers(receiver, 4).into_iter().map(|receiver| match strategy {
                Adaptive | Park => asleep(move || receiver.recv()),
                _ => thread::spawn(move || receiver.recv()),
            });
            let receiving: Vec<_> = receiving.collect();
            assert!(sender.close());
            for thread in receiving {
                assert_eq!(thread.join().unwrap(), Err(RecvError));
            }
        });
        let (sender, receiver) = make(1, u64::MAX);
        let sender = sender.with_wait_strategy(strategy);
        sender.try_send(0).unwrap();
        finishes(move || {
            let sending = senders(sender, 4).into_iter().map(|sender| match strategy {
                Adaptive | Park => asleep(move || sender.send(1)),
                _ => thread::spawn(move || sender.send(1)),
            });
            let sending: Vec<_> = sending.collect();
            assert!(receiver.close());
            for thread in sending {
                assert_eq!(thread.join().unwrap(), Err(SendError(1)));
            }
            assert_eq!((receiver.recv(), receiver.recv()), (Ok(0), Err(RecvError)));
        });
    }
}

fn a_channel_is_closed_once<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for _ in 0..times(200) {
        let (sender, receiver) = make(1, 0);
        let crew = Crew::default();
        let closes = thread::scope(|scope| {
            let sender = crew.start(scope, || {
                crew.meet(2);
                sender.close()
            });
            let receiver = crew.start(scope, {
                let crew = &crew;
                move || {
                    crew.meet(2);
                    receiver.close()
                }
            });
            [sender.join().unwrap(), receiver.join().unwrap()]
        });
        assert_eq!(closes.iter().filter(|closes| **closes).count(), 1);
    }
}

#[test]
fn a_task_that_waits_is_woken_by_a_close() {
    let (sender, receiver) = bounded(1);
    let (bell, ring) = Bell::new();
    sender.send(Arc::new(0)).unwrap();
    let message = Arc::new(1);
    let mut sending = sender.send_async(message.clone());
    assert!(poll(&mut sending, &ring).is_pending());
    receiver.close();
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut sending, &ring), Poll::Ready(Err(SendError(message))));
    assert_eq!(receiver.recv(), Ok(Arc::new(0)));
    assert_eq!(receiver.recv(), Err(RecvError));
}

/// Two handles of an end go, and each does something before: who waits until it learns of that, or looks and
/// never sleeps, sees both.
fn is_seen_at_the_end<H: Send>(handles: [H; 2], mut is_over: impl FnMut() -> bool) {
    let done = [const { AtomicBool::new(false) }; 2];
    let crew = Crew::default();
    thread::scope(|scope| {
        for (handle, done) in handles.into_iter().zip(&done) {
            crew.start(scope, move || {
                done.store(true, Ordering::Relaxed);
                drop(handle);
            });
        }
        crew.until(|| is_over().then_some(()));
        let seen = done.each_ref().map(|done| done.load(Ordering::Relaxed));
        assert_eq!(seen, [true; 2], "what was done before is not seen");
    });
}

#[test]
fn who_learns_of_the_end_sees_what_was_done_before_it() {
    for _ in 0..times(500) {
        let (sender, receiver) = bounded::<u8>(1);
        is_seen_at_the_end([sender.clone(), sender], || {
            receiver.try_recv() == Err(TryRecvError::Disconnected)
        });
        let (sender, receiver) = bounded(1);
        sender.send(1).unwrap();
        is_seen_at_the_end([receiver.clone(), receiver], || {
            sender.try_send(2) == Err(TrySendError::Disconnected(2))
        });
        let (sender, receiver) = bounded::<u8>(1);
        is_seen_at_the_end([sender.clone(), sender], || receiver.is_closed());
        let (sender, receiver) = bounded::<u8>(1);
        is_seen_at_the_end([sender.clone(), sender], || receiver.recv() == Err(RecvError));
        let (sender, receiver) = bounded::<u8>(1);
        is_seen_at_the_end([sender.clone(), sender], || receiver.sender_count() == 0);
        let (sender, receiver) = bounded::<u8>(1);
        is_seen_at_the_end([receiver.clone(), receiver], || sender.receiver_count() == 0);
        let (sender, _receiver) = bounded::<u8>(1);
        let weak = sender.downgrade();
        is_seen_at_the_end([sender.clone(), sender], || weak.upgrade().is_none());
        let (_sender, receiver) = bounded::<u8>(1);
        let weak = receiver.downgrade();
        is_seen_at_the_end([receiver.clone(), receiver], || weak.upgrade().is_none());
    }
}
