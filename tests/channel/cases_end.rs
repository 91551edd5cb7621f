//! Cases of the end of a channel: the last handles go, and nothing is lost, kept or dropped twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ringway::channel::{Receiver, Sender, TryRecvError, bounded};

use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::polls::poll_once;
use crate::threads::Crew;
use crate::watch::{asleep, finishes};

on_kinds!(
    a4_nothing_is_missing_when_short_lived_senders_are_gone,
    b1_the_last_handles_go_at_once,
    b2_what_is_queued_goes_with_the_last_receiver,
    c9_waiting_senders_get_their_messages_back,
    c10_what_was_accepted_is_delivered_or_returned,
);

/// Counts what is alive.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let before = self.0.fetch_sub(1, Ordering::Relaxed);
        assert_ne!(before, 0, "dropped twice");
    }
}

// frostyplanet/crossfire-rs#70, zesterer/flume#120
fn a4_nothing_is_missing_when_short_lived_senders_are_gone<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<usize, P, C>, Receiver<usize, C>),
) {
    for round in 0..times(200) {
        let (sender, receiver) = make(1 + round % 9, 0);
        finishes(move || {
            let senders = senders(sender, 4);
            let all = 2 * senders.len();
            let sending = senders.into_iter().enumerate().map(|(id, sender)| {
                thread::spawn(move || {
                    sender.send(2 * id).unwrap();
                    sender.send(2 * id + 1).unwrap();
                })
            });
            let sending: Vec<_> = sending.collect();
            let mut received = Vec::new();
            loop {
                match receiver.try_recv() {
                    Ok(message) => received.push(message),
                    Err(TryRecvError::Empty) => thread::yield_now(),
                    Err(TryRecvError::Disconnected) => break,
                }
            }
            received.sort_unstable();
            assert!(received.into_iter().eq(0..all));
            sending.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }
}

// RUSTSEC-2025-0024, rust-lang/rust#110001
fn b1_the_last_handles_go_at_once<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    let alive = Arc::new(AtomicUsize::new(0));
    for round in 0..times(300) {
        let (sender, receiver) = make(4, 0);
        (0..round % 5).for_each(|_| sender.try_send(Counted::new(&alive)).unwrap());
        let crew = Crew::default();
        let (senders, receivers) = (senders(sender, 2), receivers(receiver, 2));
        let all = senders.len() + receivers.len();
        thread::scope(|scope| {
            for sender in senders {
                let (crew, alive) = (&crew, &alive);
                crew.start(scope, move || {
                    crew.meet(all);
                    let _ = sender.try_send(Counted::new(alive));
                    drop(sender);
                });
            }
            for receiver in receivers {
                let crew = &crew;
                crew.start(scope, move || {
                    crew.meet(all);
                    drop(receiver);
                });
            }
        });
        assert_eq!(alive.load(Ordering::Relaxed), 0, "round {round}");
    }
}

// crossbeam-rs/crossbeam#1102, rust-lang/rust#108164
fn b2_what_is_queued_goes_with_the_last_receiver<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Sender<u8>, P, C>, Receiver<Sender<u8>, C>),
) {
    let (requests, server) = make(3, 0);
    let (reply, replies) = bounded(1);
    requests.try_send(reply.clone()).unwrap();
    requests.try_send(reply).unwrap();
    assert_eq!(replies.try_recv(), Err(TryRecvError::Empty));
    drop(server);
    let end = replies.try_recv();
    assert_eq!(end, Err(TryRecvError::Disconnected), "the sender of requests is still there");
    let (reply, replies) = bounded(1);
    drop(requests.try_send(reply).unwrap_err());
    assert_eq!(replies.try_recv(), Err(TryRecvError::Disconnected));
}

// crossbeam-rs/crossbeam#1102, rust-lang/rust#108164
#[test]
fn b2_what_is_sent_while_the_last_receiver_goes_does_not_stay() {
    for _ in 0..times(500) {
        let (requests, server) = bounded(2);
        let (reply, replies) = bounded::<u8>(1);
        let crew = Crew::default();
        thread::scope(|scope| {
            crew.start(scope, || {
                crew.meet(2);
                drop(server);
            });
            crew.meet(2);
            let _ = requests.try_send(reply);
        });
        assert_eq!(replies.try_recv(), Err(TryRecvError::Disconnected));
    }
}

// rust-lang/rust#76220, LMAX-Exchange/disruptor#182
fn c9_waiting_senders_get_their_messages_back<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    let (sender, receiver) = make(1, 0);
    sender.try_send(0).unwrap();
    finishes(move || {
        let senders = senders(sender, 6);
        let waiting = senders.into_iter().zip(1..).map(|(sender, message)| {
            asleep(move || {
                let refused = match message % 3 {
                    0 => sender.send(message).unwrap_err(),
                    1 => futures_executor::block_on(sender.send_async(message)).unwrap_err(),
                    _ => {
                        let mut messages = vec![message];
                        sender.send_all(&mut messages).unwrap_err();
                        assert_eq!(
                            sender.send_slice(&messages).unwrap_err().into_inner(),
                            [message]
                        );
                        sender.send(message).unwrap_err()
                    }
                };
                assert_eq!(refused.into_inner(), message);
            })
        });
        let waiting: Vec<_> = waiting.collect();
        let mut receivers = receivers(receiver, 3);
        receivers.truncate(1);
        drop(receivers);
        waiting.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

// LMAX-Exchange/disruptor#517
fn c10_what_was_accepted_is_delivered_or_returned<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for round in 0..times(100) {
        let (sender, receiver) = make(1 + round % 8, 0);
        finishes(move || {
            let crew = Arc::new(Crew::default());
            let (senders, receivers) = (senders(sender, 3), receivers(receiver, 2));
            let all = senders.len() + receivers.len();
            let sending = senders.into_iter().map(|sender| {
                let crew = Arc::clone(&crew);
                thread::spawn(move || {
                    crew.meet(all);
                    let sent = (0..).take_while(|&n| sender.send(n).is_ok()).count();
                    assert!(sender.is_closed() && sender.try_send(0).is_err());
                    sent
                })
            });
            let receiving = receivers.into_iter().enumerate().map(|(id, mut receiver)| {
                let crew = Arc::clone(&crew);
                thread::spawn(move || {
                    crew.meet(all);
                    let before = (0..round % 50).map_while(|_| receiver.recv().ok()).count();
                    if id == 0 {
                        assert!(receiver.close(), "it was open");
                    }
                    let after = receiver.iter().count();
                    assert!(poll_once(&mut C::recv_async(&mut receiver)).is_ready());
                    before + after
                })
            });
            let (sending, receiving): (Vec<_>, Vec<_>) = (sending.collect(), receiving.collect());
            let sent: usize = sending.into_iter().map(|thread| thread.join().unwrap()).sum();
            let received: usize = receiving.into_iter().map(|thread| thread.join().unwrap()).sum();
            assert_eq!(sent, received);
        });
    }
}
