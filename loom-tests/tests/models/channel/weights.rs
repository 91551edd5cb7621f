//! Channels that are bounded by weight: the limit holds, and who waits is told when weight is freed.

#[cfg(ringway_shuttle)]
use core::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use loom_tests::future::block_on;
use loom_tests::{Value, explore, poll_once, thread};
use ringway::channel::weighted::{Receiver, Sender};
use ringway::channel::weighted_at;

/// A channel of values that weigh the last two digits of their numbers.
fn channel(capacity: usize, limit: usize) -> (Sender<Value>, Receiver<Value>) {
    weighted_at(capacity, limit, weight, u64::MAX)
}

fn weight(value: &Value) -> usize {
    value.id() as usize % 100
}

/// What is left to receive weighs together.
fn drain(receiver: &Receiver<Value>) -> usize {
    receiver.try_iter().map(|value| weight(&value)).sum()
}

#[test]
fn b1_what_is_queued_never_weighs_more_than_the_limit() {
    explore("two senders and a receiver", (1, 300), |ledger| {
        let (sender, receiver) = channel(4, 3);
        assert!(sender.try_send(ledger.value(2)).is_ok());
        let another = sender.clone();
        let first = thread::spawn(move || another.try_send(ledger.value(102)).is_ok());
        let second = thread::spawn(move || {
            let is_sent = sender.try_send(ledger.value(201)).is_ok();
            (sender, is_sent)
        });
        let received = receiver.try_recv().map_or(0, |value| weight(&value));
        let sent = 2 * usize::from(first.join().unwrap());
        let (sender, is_sent) = second.join().unwrap();
        let left = 2 + sent + usize::from(is_sent) - received;
        assert!(left <= 3, "{left} are queued");
        assert!(is_sent || left == 3 || received == 1, "there was room for one");
        assert_eq!((sender.weight(), drain(&receiver), sender.weight()), (left, left, 0));
    });
}

/// One that sees an old view of what is freed beside a new total of what is taken would find that it runs over.
#[test]
fn b2_what_was_seen_of_what_is_freed_is_no_older_than_what_is_taken() {
    explore("a sender beside one that fills the channel five times", (0, 10), |ledger| {
        let (sender, receiver) = channel(8, 64);
        let another = sender.clone();
        // It begins when the other waits for it, and what it reads may be of any time before.
        let sends = thread::spawn(move || drop(poll_once(another.send_async(ledger.value(564)))));
        for n in 0..5 {
            if sender.try_send(ledger.value(100 * n + 64)).is_err() || n == 4 {
                break;
            }
            drop(receiver.try_recv());
        }
        sends.join().unwrap();
        assert!(drain(&receiver) <= 64);
    });
}

#[test]
fn who_sees_that_weight_is_free_finds_a_slot() {
    explore("a sender that has seen what is freed", (2, 100), |ledger| {
        let (sender, receiver) = channel(1, 1);
        assert!(sender.try_send(ledger.value(1)).is_ok());
        let receives = thread::spawn(move || {
            assert!(receiver.try_recv().is_ok());
            receiver
        });
        let is_free = sender.weight() == 0;
        let is_sent = sender.try_send(ledger.value(101)).is_ok();
        assert!(is_sent || !is_free, "there was no slot");
        drop(receives.join().unwrap());
    });
}

/// How weight is freed.
#[derive(Clone, Copy, Debug)]
enum Free {
    Recv,
    Envelope,
    Permit,
}

#[test]
fn freed_weight_wakes_a_sender() {
    for free in [Free::Recv, Free::Envelope, Free::Permit] {
        for is_task in [false, true] {
            let name = format!("{free:?} wakes a sender, a task: {is_task}");
            explore(&name, (1, 10), move |ledger| {
                let (sender, receiver) = channel(2, 2);
                let permit = match free {
                    Free::Permit => Some(sender.clone().reserve_owned(2).unwrap()),
                    _ => {
                        assert!(sender.try_send(ledger.value(2)).is_ok());
                        None
                    }
                };
                let frees = receiver.clone();
                let rival = thread::spawn(move || match free {
                    Free::Recv => drop(frees.try_recv().unwrap()),
                    Free::Envelope => drop(frees.try_recv_envelope().unwrap()),
                    Free::Permit => drop(permit),
                });
                if is_task {
                    block_on(sender.send_async(ledger.value(101))).unwrap();
                } else {
                    sender.send(ledger.value(101)).unwrap();
                }
                rival.join().unwrap();
                assert_eq!((sender.weight(), drain(&receiver)), (1, 1));
            });
        }
    }
}

/// A large one and a small one wait, and what is freed is room for either. loom would take minutes for it.
#[cfg(ringway_shuttle)]
#[test]
fn a_large_and_a_small_one_wait() {
    for is_task in [false, true] {
        let name = format!("a large and a small one wait, tasks: {is_task}");
        explore(&name, (1, 100), move |ledger| {
            let (sender, receiver) = channel(3, 2);
            assert!(sender.try_send(ledger.value(1)).is_ok());
            assert!(sender.try_send(ledger.value(101)).is_ok());
            let send = move |sender: Sender<Value>, id| {
                if is_task {
                    block_on(sender.send_async(ledger.value(id))).unwrap();
                } else {
                    sender.send(ledger.value(id)).unwrap();
                }
            };
            let another = sender.clone();
            let large = thread::spawn(move || send(another, 202));
            let small = thread::spawn(move || send(sender, 301));
            let all: usize = (0..4).map(|_| weight(&receiver.recv().unwrap())).sum();
            assert_eq!(all, 5);
            large.join().unwrap();
            small.join().unwrap();
        });
    }
}

/// A large one has laid a claim and is never polled again. loom would take a minute for it.
#[cfg(ringway_shuttle)]
#[test]
fn a_kept_claim_does_not_stop_the_one_behind_it() {
    for is_task in [false, true] {
        let name = format!("one behind a kept claim, a task: {is_task}");
        explore(&name, (1, 20), move |ledger| {
            let (sender, receiver) = channel(3, 2);
            assert!(sender.try_send(ledger.value(1)).is_ok());
            assert!(sender.try_send(ledger.value(101)).is_ok());
            let mut large = pin!(sender.send_async(ledger.value(202)));
            let mut context = Context::from_waker(Waker::noop());
            assert!(large.as_mut().poll(&mut context).is_pending());
            drop(receiver.try_recv().unwrap());
            assert!(large.as_mut().poll(&mut context).is_pending(), "it claims both");
            let another = sender.clone();
            let small = thread::spawn(move || {
                if is_task {
                    block_on(another.send_async(ledger.value(301))).unwrap();
                } else {
                    another.send(ledger.value(301)).unwrap();
                }
            });
            assert_eq!(receiver.recv().unwrap().id(), 101);
            assert_eq!(receiver.recv().unwrap().id(), 301);
            small.join().unwrap();
        });
    }
}
