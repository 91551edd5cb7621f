//! Cases of futures that are forgotten while they wait.

use std::mem::forget;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use ringway::channel::{TryRecvError, bounded};

use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::watch::finishes;

// tachyonix#1, oneshot#87
#[test]
fn b7_a_forgotten_future_leaves_nothing_behind_that_is_used() {
    finishes(|| {
        let message = Arc::new(());
        let (sender, receiver) = bounded(1);
        let (bell, ring) = Bell::new();
        sender.send(message.clone()).unwrap();
        let mut sending = sender.send_async(message.clone());
        assert!(poll(&mut sending, &ring).is_pending());
        forget(sending);
        drop(sender);
        assert_eq!(bell.rings(), 1, "the close wakes all");
        assert_eq!(receiver.recv(), Ok(message.clone()));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        drop(receiver);
        assert_eq!(Arc::strong_count(&message), 2, "of the two there, one was forgotten");
    });
}

// tachyonix#1, oneshot#87
#[test]
fn b7_a_forgotten_receiver_takes_no_message() {
    let (sender, receiver) = bounded(2);
    let mut receiving = receiver.recv_async();
    assert!(poll_once(&mut receiving).is_pending());
    forget(receiving);
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    let mut messages = Vec::new();
    let mut batch = receiver.recv_many_async(&mut messages, 2);
    assert!(poll_once(&mut batch).is_pending());
    forget(batch);
    sender.send_slice(&[2, 3]).unwrap();
    assert_eq!(receiver.drain().collect::<Vec<_>>(), [2, 3]);
}

// What the documentation says: it loses what was not sent.
#[test]
fn b7_a_forgotten_batch_leaves_its_vector_empty() {
    let (sender, receiver) = bounded(2);
    let message = Arc::new(());
    let mut messages = vec![message.clone(); 5];
    let mut sending = sender.send_all_async(&mut messages);
    assert!(poll_once(&mut sending).is_pending());
    forget(sending);
    assert!(messages.is_empty());
    messages.push(message.clone());
    assert_eq!(receiver.try_iter().count(), 2);
    assert_eq!(Arc::strong_count(&message), 5, "of the five there, three were forgotten");
    drop((messages, receiver));
    assert_eq!(Arc::strong_count(&message), 4);
}

// What the documentation says: one notification goes to whoever was forgotten, and no more.
#[test]
fn b7_a_forgotten_future_is_notified_once_in_its_turn() {
    let (sender, receiver) = bounded(4);
    let (bell, ring) = Bell::new();
    let mut forgotten = receiver.recv_async();
    assert!(poll_once(&mut forgotten).is_pending());
    forget(forgotten);
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &ring).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bell.rings(), 0);
    sender.send(2).unwrap();
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut receiving, &ring), Poll::Ready(Ok(1)));
    assert_eq!(receiver.try_recv(), Ok(2));
}

// tachyonix#1, oneshot#87
#[test]
fn b7_forgotten_futures_of_a_channel_that_goes_first() {
    finishes(|| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                thread::spawn(|| {
                    for message in 0..times(100) {
                        let (sender, receiver) = bounded(1);
                        let mut receiving = receiver.recv_async();
                        assert!(poll_once(&mut receiving).is_pending());
                        forget(receiving);
                        sender.send(message).unwrap();
                        let mut sending = sender.send_async(message);
                        assert!(poll_once(&mut sending).is_pending());
                        forget(sending);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
