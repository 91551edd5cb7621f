//! Channels that are bounded by weight.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway::channel::weighted::{Envelope, Receiver, SendError, Sender, TrySendError};
use ringway::channel::{
    RecvError, RecvTimeoutError, Selector, TryRecvError, WaitStrategy, weighted,
    weighted_admitting, weighted_at,
};

use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

/// A channel of numbers that weigh what they are.
fn channel(capacity: usize, limit: usize) -> (Sender<usize>, Receiver<usize>) {
    weighted(capacity, limit, |n| *n)
}

#[test]
fn both_the_number_and_the_weight_are_bounded() {
    let (sender, receiver) = channel(3, 10);
    assert_eq!((sender.capacity(), sender.limit(), receiver.limit()), (Some(3), 10, 10));
    for lap in 0..100 {
        sender.try_send(4).unwrap();
        sender.try_send(6).unwrap();
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)), "by weight");
        assert_eq!((sender.len(), sender.weight(), receiver.weight()), (2, 10, 10));
        sender.try_send(0).unwrap();
        assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)), "by number");
        assert_eq!(receiver.recv(), Ok(4), "lap {lap}");
        assert_eq!((receiver.len(), receiver.weight()), (2, 6));
        assert_eq!(receiver.drain().collect::<Vec<_>>(), [6, 0]);
        assert_eq!((receiver.len(), receiver.weight()), (0, 0));
    }
}

#[test]
fn every_way_in_and_out_counts() {
    let (sender, receiver) = channel(8, 100);
    for lap in 0..20 {
        sender.try_send(1).unwrap();
        sender.send(2).unwrap();
        sender.send_timeout(3, Duration::MAX).unwrap();
        sender.send_slice(&[4, 5]).unwrap();
        sender.send_all(&mut vec![6]).unwrap();
        assert_eq!(poll_once(&mut sender.send_async(7)), Poll::Ready(Ok(())));
        assert_eq!(poll_once(&mut sender.send_slice_async(&[8])), Poll::Ready(Ok(())));
        assert_eq!((sender.len(), sender.weight()), (8, 36), "lap {lap}");
        assert_eq!(receiver.try_recv(), Ok(1));
        assert_eq!(receiver.recv(), Ok(2));
        assert_eq!(receiver.recv_timeout(Duration::MAX), Ok(3));
        assert_eq!(poll_once(&mut receiver.recv_async()), Poll::Ready(Ok(4)));
        assert_eq!(receiver.weight(), 26);
        let mut messages = Vec::new();
        assert_eq!(receiver.recv_many(&mut messages, 2), Ok(2));
        assert_eq!((messages, receiver.weight()), (vec![5, 6], 15));
        assert_eq!(Selector::new().recv(&receiver, |message| message).wait(), Ok(7));
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [8]);
        assert_eq!((sender.weight(), receiver.try_recv()), (0, Err(TryRecvError::Empty)));
    }
}

#[test]
fn what_weighs_too_much_is_refused_and_comes_back() {
    let (sender, receiver) = channel(8, 10);
    assert_eq!(sender.send(11), Err(SendError::TooHeavy(11)));
    assert_eq!(sender.try_send(usize::MAX), Err(TrySendError::TooHeavy(usize::MAX)));
    assert!(sender.send_timeout(11, Duration::ZERO).unwrap_err().is_too_heavy());
    assert_eq!(poll_once(&mut sender.send_async(11)), Poll::Ready(Err(SendError::TooHeavy(11))));
    assert_eq!(sender.send_slice(&[1, 2, 11, 3]), Err(SendError::TooHeavy(&[11, 3][..])));
    let mut messages = vec![3, 11, 4];
    assert_eq!(sender.send_all(&mut messages), Err(SendError::TooHeavy(())));
    assert_eq!((messages, sender.weight()), (vec![11, 4], 6));
    assert_eq!(receiver.drain().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn what_is_admitted_though_it_weighs_too_much_is_alone() {
    let (sender, receiver) = weighted_admitting(8, 10, |n: &usize| *n);
    sender.try_send(1).unwrap();
    assert_eq!(sender.try_send(11), Err(TrySendError::Full(11)));
    assert_eq!(receiver.recv(), Ok(1));
    sender.try_send(1000).unwrap();
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    assert_eq!((receiver.recv(), sender.weight()), (Ok(1000), 0));
    sender.send_slice(&[5, 5]).unwrap();
}

#[test]
fn a_closed_channel_gives_messages_back_whatever_room_there_is() {
    let (sender, receiver) = channel(8, 10);
    sender.try_send(10).unwrap();
    assert!(sender.close());
    assert_eq!(sender.try_send(1), Err(TrySendError::Disconnected(1)), "where it is full");
    assert_eq!(receiver.recv(), Ok(10));
    assert_eq!(sender.send(1), Err(SendError::Disconnected(1)), "where it is empty");
    assert_eq!(sender.send_slice(&[1, 2]), Err(SendError::Disconnected(&[1, 2][..])));
    assert_eq!((sender.weight(), receiver.recv()), (0, Err(RecvError)));
}

#[test]
fn what_is_left_is_dropped_with_the_last_receiver_and_its_weight_is_free() {
    let message = Arc::new(());
    let (sender, receiver) = weighted(4, 10, |_: &Arc<()>| 3);
    (0..3).for_each(|_| sender.send(message.clone()).unwrap());
    drop(receiver);
    assert_eq!((Arc::strong_count(&message), sender.weight()), (1, 0));
}

#[test]
fn limits_that_cannot_be_counted_are_refused() {
    let why = |capacity, limit| {
        let why = catch_unwind(|| drop(channel(capacity, limit))).unwrap_err();
        why.downcast::<String>()
            .map_or_else(|why| why.downcast::<&str>().unwrap().to_string(), |s| *s)
    };
    assert!(why(1, 0).contains("a limit of 0"));
    assert!(why(0, 1).contains("capacity 0"));
    assert!(why(1, usize::MAX).contains("too large"));
    assert!(why(usize::MAX, 1).contains("too large"));
}

/// Senders that wait, in each way, are told when there is room for them.
#[test]
fn who_waits_is_told_when_there_is_room() {
    for free in [
        |receiver: &Receiver<usize>| assert_eq!(receiver.recv(), Ok(10)),
        |receiver: &Receiver<usize>| assert_eq!(receiver.drain().len(), 1),
        |receiver: &Receiver<usize>| drop(receiver.recv_envelope().unwrap()),
        |receiver: &Receiver<usize>| assert_eq!(receiver.recv_many(&mut vec![], 9), Ok(1)),
    ] {
        let (sender, receiver) = channel(8, 10);
        sender.try_send(10).unwrap();
        let (bell, ring) = Bell::new();
        let mut sending = sender.send_async(7);
        assert!(poll(&mut sending, &ring).is_pending());
        free(&receiver);
        assert_eq!((bell.rings(), poll(&mut sending, &ring)), (1, Poll::Ready(Ok(()))));
        assert_eq!(receiver.try_recv(), Ok(7));
    }
    finishes(|| {
        let (sender, receiver) = channel(8, 10);
        sender.try_send(10).unwrap();
        let waits = sender.with_wait_strategy(WaitStrategy::Park);
        let sends = asleep(move || waits.send(7));
        assert_eq!((receiver.recv(), receiver.recv()), (Ok(10), Ok(7)));
        sends.join().unwrap().unwrap();
    });
}

/// One large message out is room for many small ones.
#[test]
fn all_are_told_for_whom_there_is_room() {
    let (sender, receiver) = channel(100, 10);
    sender.try_send(10).unwrap();
    let (bell, ring) = Bell::new();
    let mut sendings: Vec<_> = (0..10).map(|_| sender.send_async(1)).collect();
    for sending in &mut sendings {
        assert!(poll(sending, &ring).is_pending());
    }
    assert_eq!(receiver.recv(), Ok(10));
    for told in 1..=10 {
        assert_eq!(bell.rings(), told);
        assert_eq!(poll(&mut sendings[told - 1], &ring), Poll::Ready(Ok(())));
    }
    assert_eq!(receiver.weight(), 10);
}

/// The first that waits wants more than becomes free at once: it claims it, and the others leave it.
#[test]
fn a_large_one_that_waits_is_not_overtaken_for_ever() {
    let (sender, receiver) = channel(100, 10);
    (0..10).for_each(|_| sender.try_send(1).unwrap());
    let (bell, ring) = Bell::new();
    let mut large = sender.send_async(10);
    assert!(poll(&mut large, &ring).is_pending());
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(bell.rings(), 1);
    assert!(poll(&mut large, &ring).is_pending(), "it has claimed what it needs");
    for _ in 0..9 {
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
        assert_eq!(bell.rings(), 1, "it is not told before there is room");
        assert_eq!(receiver.recv(), Ok(1));
    }
    assert_eq!(bell.rings(), 2);
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)), "it is its turn");
    assert_eq!(poll(&mut large, &ring), Poll::Ready(Ok(())));
    assert_eq!(receiver.recv(), Ok(10));
    assert_eq!(sender.try_send(1), Ok(()), "nothing is claimed any more");
}

#[test]
fn who_has_claimed_and_goes_lets_the_others_in() {
    let (sender, receiver) = channel(100, 10);
    (0..10).for_each(|_| sender.try_send(1).unwrap());
    let (_, ring) = Bell::new();
    let mut large = sender.send_async(10);
    assert!(poll(&mut large, &ring).is_pending());
    receiver.recv().unwrap();
    assert!(poll(&mut large, &ring).is_pending());
    let (bell, ring) = Bell::new();
    let mut small = sender.send_async(1);
    assert!(poll(&mut small, &ring).is_pending(), "there is room, and it is claimed");
    let rings = bell.rings();
    drop(large);
    assert_eq!(bell.rings(), rings + 1);
    assert_eq!(poll(&mut small, &ring), Poll::Ready(Ok(())));
}

#[test]
fn who_has_claimed_is_told_of_the_end() {
    let (sender, receiver) = channel(100, 10);
    (0..10).for_each(|_| sender.try_send(1).unwrap());
    let (bell, ring) = Bell::new();
    let mut large = sender.send_async(10);
    assert!(poll(&mut large, &ring).is_pending());
    receiver.recv().unwrap();
    assert!(poll(&mut large, &ring).is_pending());
    let rings = bell.rings();
    receiver.close();
    assert_eq!(bell.rings(), rings + 1);
    let refused = Poll::Ready(Err(SendError::Disconnected(10)));
    assert_eq!(poll(&mut large, &ring), refused);
}

/// Large messages of one thread beside small ones of two that are always faster.
#[test]
fn a_large_one_gets_through_beside_hot_small_ones() {
    finishes(|| {
        let (sender, receiver) = channel(1000, 64);
        let is_over = Arc::new(AtomicBool::new(false));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (sender, is_over) = (sender.clone(), is_over.clone());
                thread::spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        sender.send(1).unwrap();
                    }
                })
            })
            .collect();
        let receives = thread::spawn(move || receiver.iter().filter(|n| *n == 64).count());
        for _ in 0..20 {
            sender.send(64).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        others.into_iter().for_each(|other| other.join().unwrap());
        drop(sender);
        assert_eq!(receives.join().unwrap(), 20);
    });
}

/// A large one has claimed what it needs, and is kept.
#[test]
fn b7_a_kept_claim_does_not_stop_others() {
    let kept = |sender: &'static Sender<usize>, receiver: &Receiver<usize>| {
        (0..10).for_each(|_| sender.try_send(1).unwrap());
        let mut large = sender.send_async(10);
        assert!(poll_once(&mut large).is_pending());
        receiver.recv().unwrap();
        assert!(poll_once(&mut large).is_pending());
        assert!(sender.try_send(1).is_err(), "it has claimed");
        large
    };
    let leak = || {
        let (sender, receiver) = channel(100, 10);
        (&*Box::leak(Box::new(sender)), receiver)
    };
    // A task: it polls itself until the claim is broken.
    let (sender, receiver) = leak();
    let large = kept(sender, &receiver);
    assert_eq!(receiver.drain().len(), 9);
    let (bell, ring) = Bell::new();
    let mut small = sender.send_async(1);
    let polls = (0..10_000).take_while(|_| poll(&mut small, &ring).is_pending());
    let pending = polls.inspect(|poll| assert!(bell.rings() > *poll, "it sleeps")).count();
    assert!(pending < 10_000 && pending > 10, "{pending}");
    drop(large);
    // Threads on both ends, and one that is forgotten.
    let (sender, receiver) = leak();
    core::mem::forget(kept(sender, &receiver));
    finishes(move || {
        let sends = thread::spawn(|| (0..100).for_each(|_| sender.send(1).unwrap()));
        (0..109).for_each(|_| assert_eq!(receiver.recv(), Ok(1)));
        sends.join().unwrap();
    });
}

/// The same where the one whose claim is broken is polled before the one that has broken it.
#[test]
fn who_breaks_a_claim_that_cannot_be_met_goes_first() {
    let (sender, receiver) = channel(100, 10);
    let permit = sender.reserve(1).unwrap();
    (0..9).for_each(|_| sender.try_send(1).unwrap());
    let (bell, ring) = Bell::new();
    let mut large = sender.send_async(10);
    assert!(poll(&mut large, &ring).is_pending());
    receiver.recv().unwrap();
    assert!(poll(&mut large, &ring).is_pending(), "it claims all");
    assert_eq!(receiver.drain().len(), 8);
    let mut small = sender.send_async(1);
    let rings = bell.rings();
    let polls = (0..10_000).take_while(|_| bell.rings() == rings);
    polls.for_each(|_| assert!(poll_once(&mut small).is_pending()));
    assert!(poll(&mut large, &ring).is_pending());
    assert_eq!(poll_once(&mut small), Poll::Ready(Ok(())));
    assert!(poll(&mut large, &ring).is_pending());
    drop(permit);
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(poll(&mut large, &ring), Poll::Ready(Ok(())));
}

/// What a permit keeps is not freed by anybody, so that a claim to all can never be met.
#[test]
fn a_claim_to_what_a_permit_keeps_does_not_stop_others() {
    finishes(|| {
        let (sender, receiver) = channel(100, 10);
        core::mem::forget(sender.reserve(1).unwrap());
        sender.try_send(9).unwrap();
        let large = sender.clone().with_wait_strategy(WaitStrategy::Park);
        let waits = asleep(move || large.send(10));
        let sends = thread::spawn(move || {
            (0..50).for_each(|_| sender.send(9).unwrap());
            sender.close();
        });
        assert_eq!(receiver.iter().sum::<usize>(), 51 * 9);
        sends.join().unwrap();
        assert_eq!(waits.join().unwrap(), Err(SendError::Disconnected(10)));
    });
}

/// The claim of one was broken, and the next claims as much, so that it believes it has that claim still. Both are told when
/// there is room, since the one that comes first may be kept.
#[test]
fn b7_one_that_is_kept_does_not_stop_another_with_the_same_claim() {
    let (sender, _receiver) = channel(100, 10);
    let [large, one, another] = [7, 1, 1].map(|weight| sender.reserve(weight).unwrap());
    let (bell, ring) = Bell::new();
    let mut first = sender.send_async(3);
    assert!(poll(&mut first, &ring).is_pending());
    drop(one);
    assert!(poll(&mut first, &ring).is_pending(), "it claims");
    let rings = bell.rings();
    let mut small = sender.send_async(1);
    let polls = (0..10_000).take_while(|_| bell.rings() == rings);
    polls.for_each(|_| assert!(poll_once(&mut small).is_pending()));
    assert_eq!(poll_once(&mut small), Poll::Ready(Ok(())), "it has broken the claim");
    let mut kept = sender.send_async(3);
    assert!(poll_once(&mut kept).is_pending());
    drop(another);
    assert!(poll_once(&mut kept).is_pending(), "it claims as much");
    assert!(poll(&mut first, &ring).is_pending(), "it was told of the end of its claim");
    let rings = bell.rings();
    drop(large);
    assert!(bell.rings() > rings, "there is room for both");
    assert_eq!(poll(&mut first, &ring), Poll::Ready(Ok(())));
    assert_eq!(poll_once(&mut kept), Poll::Ready(Ok(())));
}

/// One that has claimed was told of its room before another came, and is kept.
#[test]
fn b7_room_beside_a_claim_is_told_though_its_claimant_was_told_before() {
    let (sender, _receiver) = channel(100, 10);
    let [large, one, another] = [7, 1, 1].map(|weight| sender.reserve(weight).unwrap());
    let mut kept = sender.send_async(3);
    assert!(poll_once(&mut kept).is_pending());
    drop(one);
    assert!(poll_once(&mut kept).is_pending(), "it claims");
    drop(another);
    let (bell, ring) = Bell::new();
    let mut next = sender.send_async(5);
    assert!(poll(&mut next, &ring).is_pending());
    let rings = bell.rings();
    drop(large);
    assert!(bell.rings() > rings, "there is room for both");
    assert_eq!(poll(&mut next, &ring), Poll::Ready(Ok(())));
    assert_eq!(poll_once(&mut kept), Poll::Ready(Ok(())));
}

/// One breaks a claim that cannot be met, and is dropped before it is polled again.
#[test]
fn who_breaks_a_claim_and_goes_forgets_nobody() {
    let (sender, receiver) = channel(100, 10);
    let _permit = sender.reserve(8).unwrap();
    (0..2).for_each(|_| sender.try_send(1).unwrap());
    let (claims, ring) = Bell::new();
    let mut large = sender.send_async(3);
    assert!(poll(&mut large, &ring).is_pending());
    let (bell, small_ring) = Bell::new();
    let mut small = sender.send_async(1);
    assert!(poll(&mut small, &small_ring).is_pending());
    receiver.recv().unwrap();
    assert!(poll(&mut large, &ring).is_pending(), "it claims");
    receiver.recv().unwrap();
    let rings = claims.rings();
    let mut breaks = sender.send_async(1);
    let polls = (0..10_000).take_while(|_| claims.rings() == rings);
    polls.for_each(|_| assert!(poll_once(&mut breaks).is_pending()));
    assert_eq!(bell.rings(), 0);
    drop(breaks);
    assert!(poll(&mut large, &ring).is_pending(), "its claim is broken, and there is no room");
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut small, &small_ring), Poll::Ready(Ok(())));
}

/// The first is told of room that is enough for the second alone, which weighs nothing.
#[test]
fn room_for_a_message_without_weight_is_told_though_another_looks_first() {
    let (sender, _receiver) = channel(2, 10);
    let (_all, none) = (sender.reserve(10).unwrap(), sender.reserve(0).unwrap());
    let mut heavy = sender.send_async(1);
    assert!(poll_once(&mut heavy).is_pending());
    let (bell, ring) = Bell::new();
    let mut weightless = sender.send_async(0);
    assert!(poll(&mut weightless, &ring).is_pending());
    drop(none);
    assert!(poll_once(&mut heavy).is_pending());
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut weightless, &ring), Poll::Ready(Ok(())));
}

/// One that has claimed is kept, the next is told of room that is too little for it, and cannot claim it.
#[test]
fn b7_room_that_is_too_little_for_one_is_told_to_the_next() {
    let (sender, _receiver) = channel(100, 10);
    let [_large, some, one, another] = [5, 3, 1, 1].map(|weight| sender.reserve(weight).unwrap());
    let mut kept = sender.send_async(2);
    assert!(poll_once(&mut kept).is_pending());
    drop(one);
    assert!(poll_once(&mut kept).is_pending(), "it claims");
    drop(another);
    let (told, told_ring) = Bell::new();
    let mut more = sender.send_async(6);
    assert!(poll(&mut more, &told_ring).is_pending());
    let (bell, ring) = Bell::new();
    let mut less = sender.send_async(3);
    assert!(poll(&mut less, &ring).is_pending());
    drop(some);
    assert_eq!(told.rings(), 1);
    assert!(poll(&mut more, &told_ring).is_pending());
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut less, &ring), Poll::Ready(Ok(())));
}

/// Two permits stop a claim from being met, and one is dropped while nothing is queued: who waits breaks the claim.
#[test]
fn what_a_permit_gives_back_is_told_beside_a_claim_that_cannot_be_met() {
    let (sender, _receiver) = channel(100, 10);
    let [_large, one, another] = [8, 1, 1].map(|weight| sender.reserve(weight).unwrap());
    let mut claims = sender.send_async(3);
    assert!(poll_once(&mut claims).is_pending());
    let (bell, ring) = Bell::new();
    let mut small = sender.send_async(1);
    assert!(poll(&mut small, &ring).is_pending());
    drop(one);
    assert!(poll_once(&mut claims).is_pending(), "it claims");
    drop(another);
    assert!(bell.rings() > 0, "only what is told of looks");
    let polls = (0..10_000).take_while(|_| poll(&mut small, &ring).is_pending()).count();
    assert!(polls < 10_000);
}

/// The function panics for one of several messages that are received at once: the weight of the others is free, and who waits
/// is told.
#[test]
fn one_that_cannot_be_weighed_keeps_its_own_weight_alone() {
    for drains in [false, true] {
        let fails = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&fails);
        let (sender, receiver) = weighted(8, 10, move |n: &usize| {
            assert!(*n != 3 || !asks.load(Ordering::SeqCst), "it is not weighed");
            *n
        });
        sender.send_slice(&[2, 3, 4]).unwrap();
        let (bell, ring) = Bell::new();
        let mut waits = sender.send_async(7);
        assert!(poll(&mut waits, &ring).is_pending());
        fails.store(true, Ordering::SeqCst);
        let mut messages = Vec::new();
        let received = catch_unwind(AssertUnwindSafe(|| {
            if drains { drop(receiver.drain()) } else { _ = receiver.recv_many(&mut messages, 8) }
        }));
        assert!(received.is_err());
        assert_eq!((receiver.len(), receiver.weight(), bell.rings()), (0, 3, 1));
        assert_eq!(poll(&mut waits, &ring), Poll::Ready(Ok(())));
        assert_eq!((receiver.recv(), receiver.weight()), (Ok(7), 3));
    }
}

/// Threads and tasks that send messages of all sizes: each arrives, and never do they weigh more than the limit.
#[test]
fn no_wake_up_is_lost_beside_messages_of_all_sizes() {
    finishes(|| {
        let weight = Arc::new(AtomicUsize::new(0));
        let count = times(2000);
        let (sender, receiver) = channel(5, 20);
        let sends = |first: usize| {
            let sender = sender.clone().with_wait_strategy(WaitStrategy::Park);
            thread::spawn(move || {
                for n in 0..count {
                    let size = 1 + (first + 7 * n) % 20;
                    match n % 3 {
                        0 => sender.send(size).unwrap(),
                        1 => futures_executor::block_on(sender.send_async(size)).unwrap(),
                        _ => sender.reserve(size).unwrap().send(size).unwrap(),
                    }
                }
            })
        };
        let senders = [sends(0), sends(9), sends(14)];
        let receives = |receiver: Receiver<usize>| {
            let weight = weight.clone();
            thread::spawn(move || {
                let mut kept = Vec::<Envelope<usize>>::new();
                let mut received = 0;
                while let Ok(envelope) = receiver.recv_envelope() {
                    let before = weight.fetch_add(*envelope, Ordering::SeqCst);
                    assert!(before + *envelope <= 20, "{before} and {}", *envelope);
                    received += 1;
                    kept.push(envelope);
                    if received % 2 == 0 {
                        for envelope in kept.drain(..) {
                            weight.fetch_sub(*envelope, Ordering::SeqCst);
                        }
                    }
                    // With two receivers that keep one each there may be no room for more.
                    if let Some(envelope) = kept.pop() {
                        weight.fetch_sub(*envelope, Ordering::SeqCst);
                    }
                }
                received
            })
        };
        let receivers = [receives(receiver.clone()), receives(receiver)];
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        sender.close();
        let received: usize = receivers.into_iter().map(|one| one.join().unwrap()).sum();
        assert_eq!((received, sender.weight()), (3 * count, 0));
    });
}

#[test]
fn an_envelope_keeps_its_weight_until_it_is_dropped() {
    let (sender, receiver) = channel(2, 10);
    sender.send_slice(&[4, 6]).unwrap();
    let one = receiver.recv_envelope().unwrap();
    let two = poll_once(&mut receiver.recv_envelope_async());
    let Poll::Ready(Ok(two)) = two else { panic!("it is there") };
    assert_eq!((*one, two.weight(), sender.len(), sender.weight()), (4, 6, 0, 10));
    sender.try_send(0).unwrap();
    sender.try_send(0).unwrap();
    assert!(sender.try_send(1).is_err());
    assert_eq!((two.into_inner(), sender.weight()), (6, 4));
    drop(one);
    assert_eq!(sender.weight(), 0);
    assert_eq!(receiver.drain().len(), 2);
    assert_eq!(receiver.try_recv_envelope().unwrap_err(), TryRecvError::Empty);
    let late = receiver.recv_envelope_timeout(Duration::ZERO);
    assert_eq!(late.unwrap_err(), RecvTimeoutError::Timeout);
    drop(sender);
    assert_eq!(receiver.try_recv_envelope().unwrap_err(), TryRecvError::Disconnected);
    assert_eq!(receiver.recv_envelope().unwrap_err(), RecvError);
}

#[test]
fn an_envelope_that_is_dropped_in_a_panic_tells_who_waits() {
    let (sender, receiver) = channel(2, 10);
    sender.try_send(10).unwrap();
    let mut envelope = receiver.recv_envelope().unwrap();
    *envelope += 1;
    let (bell, ring) = Bell::new();
    let mut sending = sender.send_async(10);
    assert!(poll(&mut sending, &ring).is_pending());
    let panics = catch_unwind(AssertUnwindSafe(move || {
        let _envelope = envelope;
        panic!("as it may");
    }));
    assert!(panics.is_err());
    assert_eq!((bell.rings(), poll(&mut sending, &ring)), (1, Poll::Ready(Ok(()))));
}

/// One operation.
#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    SendMany(Vec<usize>),
    Recv,
    RecvMany(usize),
    Keep,
    Drop(usize),
    Reserve(usize),
    Redeem(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let size = || prop_oneof![5 => 0..8usize, 1 => 0..40usize];
    prop_oneof![
        4 => size().prop_map(Step::Send),
        2 => vec(size(), 0..5).prop_map(Step::SendMany),
        3 => Just(Step::Recv),
        1 => (0..4usize).prop_map(Step::RecvMany),
        2 => Just(Step::Keep),
        2 => (0..4usize).prop_map(Step::Drop),
        2 => size().prop_map(Step::Reserve),
        2 => (0..4usize, size()).prop_map(|(which, size)| Step::Redeem(which, size)),
    ]
}

/// Against a queue, a list of what is kept and one of what is reserved.
#[test]
fn any_steps_agree_with_a_queue_of_weights() {
    let bounds = || (1..8usize, 1..30usize, any::<u64>());
    let all = (bounds(), vec(step(), 0..80));
    let config = ProptestConfig { cases: times(300) as u32, ..ProptestConfig::default() };
    let run = TestRunner::new(config).run(&all, |((capacity, limit, start), steps)| {
        let (sender, receiver) = weighted_at(capacity, limit, |n: &usize| *n, start);
        let mut queue = VecDeque::new();
        let (mut kept, mut permits) = (Vec::new(), Vec::new());
        for step in steps {
            let reserved: usize = permits.iter().map(|permit: &_| weight_of(permit)).sum();
            let used: usize =
                queue.iter().sum::<usize>() + kept.iter().map(Envelope::weight).sum::<usize>();
            let used = used + reserved;
            let number = queue.len() + permits.len();
            assert_eq!((sender.weight(), sender.len()), (used, queue.len()));
            let fits = |size: usize, used: usize, number: usize| match size {
                size if size > limit => Err(TrySendError::TooHeavy(())),
                size if number == capacity || used + size > limit => Err(TrySendError::Full(())),
                _ => Ok(()),
            };
            match step {
                Step::Send(size) => {
                    let sent = sender.try_send(size);
                    assert_eq!(sent.map_err(forget), fits(size, used, number));
                    queue.extend(sent.is_ok().then_some(size));
                }
                Step::SendMany(sizes) => {
                    let (mut used, mut number) = (used, number);
                    let mut sending = sender.send_slice_async(&sizes);
                    let sent = poll_once(&mut sending);
                    let left = sending.unsent().len();
                    for &size in &sizes[..sizes.len() - left] {
                        assert_eq!(fits(size, used, number), Ok(()));
                        (used, number) = (used + size, number + 1);
                        queue.push_back(size);
                    }
                    let first = sizes.get(sizes.len() - left);
                    let why = first.map_or(Ok(()), |&size| fits(size, used, number));
                    match sent {
                        Poll::Ready(Ok(())) => assert_eq!(left, 0),
                        Poll::Ready(Err(_)) => assert_eq!(why, Err(TrySendError::TooHeavy(()))),
                        Poll::Pending => assert_eq!(why, Err(TrySendError::Full(()))),
                    }
                }
                Step::Recv => assert_eq!(receiver.try_recv().ok(), queue.pop_front()),
                Step::RecvMany(n) => {
                    let mut messages = Vec::new();
                    let received = poll_once(&mut receiver.recv_many_async(&mut messages, n));
                    assert_eq!(received.is_ready(), n == 0 || !queue.is_empty());
                    assert_eq!(messages, queue.drain(..n.min(queue.len())).collect::<Vec<_>>());
                }
                Step::Keep => {
                    let envelope = receiver.try_recv_envelope().ok();
                    assert_eq!(envelope.as_deref().copied(), queue.pop_front());
                    kept.extend(envelope);
                }
                Step::Drop(n) => drop(kept.drain(..n.min(kept.len()))),
                Step::Reserve(size) => {
                    let permit = sender.try_reserve(size);
                    let reserved = permit.as_ref().map(|_| ()).map_err(|error| *error);
                    assert_eq!(reserved, fits(size, used, number));
                    permits.extend(permit);
                }
                Step::Redeem(which, size) if which < permits.len() => {
                    let permit = permits.swap_remove(which);
                    let is_light = size <= permit.weight();
                    assert_eq!(permit.send(size).is_ok(), is_light);
                    queue.extend(is_light.then_some(size));
                }
                Step::Redeem(..) => drop(permits.pop()),
            }
        }
        Ok(())
    });
    run.unwrap();
}

fn weight_of(permit: &ringway::channel::weighted::Permit<'_, usize>) -> usize {
    permit.weight()
}

/// The error without its message.
fn forget(error: TrySendError<usize>) -> TrySendError<()> {
    match error {
        TrySendError::Full(_) => TrySendError::Full(()),
        TrySendError::TooHeavy(_) => TrySendError::TooHeavy(()),
        TrySendError::Disconnected(_) => TrySendError::Disconnected(()),
    }
}
