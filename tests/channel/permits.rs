//! Room that is promised.

use std::mem::forget;
use std::task::Poll;

use ringway::channel::weighted::{SendError, TrySendError};
use ringway::channel::{WaitStrategy, reserving, weighted};

use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

#[test]
fn who_has_a_permit_sends_whatever_others_do() {
    let (sender, receiver) = reserving(2);
    for lap in 0..50 {
        let permit = sender.reserve(1).unwrap();
        sender.try_send(lap).unwrap();
        assert_eq!(sender.try_send(lap), Err(TrySendError::Full(lap)));
        assert_eq!((sender.len(), sender.weight()), (1, 2));
        permit.send(lap + 1000).unwrap();
        assert_eq!(receiver.drain().collect::<Vec<_>>(), [lap, lap + 1000]);
    }
}

#[test]
fn permits_are_no_slots_that_others_skip() {
    let (sender, receiver) = reserving(4);
    let permits: Vec<_> = (0..3).map(|_| sender.try_reserve(1).unwrap()).collect();
    for n in 0..100 {
        sender.try_send(n).unwrap();
        assert_eq!(receiver.try_recv(), Ok(n));
    }
    permits.into_iter().rev().enumerate().for_each(|(n, permit)| permit.send(n).unwrap());
    assert_eq!(receiver.drain().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_permit_that_is_dropped_tells_who_waits() {
    let (sender, _receiver) = reserving::<u8>(1);
    for how in 0..3 {
        let permit = sender.clone().reserve_owned(1).unwrap();
        let (bell, ring) = Bell::new();
        let mut waits = sender.reserve_async(1);
        assert!(poll(&mut waits, &ring).is_pending());
        match how {
            0 => drop(permit),
            1 => drop(permit.release()),
            _ => drop(std::thread::spawn(move || drop(permit)).join()),
        }
        assert_eq!(bell.rings(), 1);
        let Poll::Ready(Ok(permit)) = poll(&mut waits, &ring) else { panic!("it is its turn") };
        assert_eq!(permit.weight(), 1);
    }
    assert_eq!(sender.weight(), 0);
    finishes(|| {
        let (sender, receiver) = reserving(1);
        let permit = sender.reserve(1).unwrap();
        let waits = sender.clone().with_wait_strategy(WaitStrategy::Park);
        let sends = asleep(move || waits.send(7));
        drop(permit);
        assert_eq!(receiver.recv(), Ok(7));
        sends.join().unwrap().unwrap();
    });
}

#[test]
fn what_a_message_does_not_weigh_is_given_back() {
    let (sender, receiver) = weighted(4, 10, |n: &usize| *n);
    let permit = sender.reserve(10).unwrap();
    let (bell, ring) = Bell::new();
    let mut sending = sender.send_async(4);
    assert!(poll(&mut sending, &ring).is_pending());
    permit.send(6).unwrap();
    assert_eq!((bell.rings(), poll(&mut sending, &ring)), (1, Poll::Ready(Ok(()))));
    assert_eq!((sender.weight(), receiver.drain().sum::<usize>()), (10, 10));
}

#[test]
fn a_message_heavier_than_its_permit_comes_back_and_the_room_is_free() {
    let (sender, receiver) = weighted(4, 10, |n: &usize| *n);
    let permit = sender.reserve(5).unwrap();
    assert_eq!(permit.send(6), Err(SendError::TooHeavy(6)));
    assert_eq!((sender.weight(), receiver.len()), (0, 0));
    assert_eq!(sender.reserve(11).unwrap_err(), SendError::TooHeavy(()));
    assert_eq!(sender.try_reserve_many(2, 6).unwrap_err(), TrySendError::TooHeavy(()));
    assert_eq!(sender.try_reserve_many(5, 1).unwrap_err(), TrySendError::TooHeavy(()));
    assert!(sender.try_reserve_many(2, usize::MAX).is_err());
}

#[test]
fn a_permit_of_a_closed_channel_gives_the_message_back() {
    let (sender, receiver) = reserving(2);
    let (permit, owned) = (sender.reserve(1).unwrap(), sender.clone().reserve_owned(1).unwrap());
    let mut waits = sender.reserve_async(1);
    assert!(poll_once(&mut waits).is_pending());
    drop(receiver);
    assert_eq!(
        poll_once(&mut waits).map(|done| done.unwrap_err()),
        Poll::Ready(SendError::Disconnected(()))
    );
    assert_eq!(permit.send(1), Err(SendError::Disconnected(1)));
    assert_eq!(owned.send(2).unwrap_err(), SendError::Disconnected(2));
    assert_eq!(sender.try_reserve(1).unwrap_err(), TrySendError::Disconnected(()));
    assert_eq!(sender.weight(), 0);
}

#[test]
fn a_task_waits_for_several_at_once() {
    let (sender, receiver) = reserving(3);
    sender.send('a').unwrap();
    let mut reserving = sender.reserve_many_async(3, 1);
    assert!(poll_once(&mut reserving).is_pending());
    assert_eq!(receiver.recv(), Ok('a'));
    let Poll::Ready(Ok(permits)) = poll_once(&mut reserving) else { panic!("there is room") };
    assert_eq!((permits.len(), sender.weight()), (3, 3));
    let mut given_up = sender.reserve_many_async(2, 1);
    assert!(poll_once(&mut given_up).is_pending());
    drop((permits, given_up));
    assert_eq!(sender.weight(), 0);
    let too_many = poll_once(&mut sender.reserve_many_async(4, 1));
    assert!(matches!(too_many, Poll::Ready(Err(SendError::TooHeavy(())))));
    sender.close();
    let closed = poll_once(&mut sender.reserve_many_async(2, 1));
    assert!(matches!(closed, Poll::Ready(Err(SendError::Disconnected(())))));
}

#[test]
fn several_at_once_are_all_or_none() {
    let (sender, receiver) = reserving(4);
    let mut permits = sender.reserve_many(3, 1).unwrap();
    assert_eq!((permits.len(), sender.weight()), (3, 3));
    assert_eq!(sender.try_reserve_many(2, 1).unwrap_err(), TrySendError::Full(()));
    permits.next().unwrap().send('a').unwrap();
    let one = permits.next().unwrap();
    assert_eq!(sender.weight(), 3);
    drop(permits);
    assert_eq!(sender.weight(), 2);
    one.send('b').unwrap();
    assert_eq!(receiver.drain().collect::<String>(), "ab");
    assert_eq!(sender.try_reserve_many(0, 1).unwrap().len(), 0);
}

/// No permits need no room, whatever others claim.
#[test]
fn none_are_never_refused() {
    let (sender, receiver) = reserving::<u8>(2);
    let permits = [sender.reserve(1).unwrap(), sender.reserve(1).unwrap()];
    let mut claims = sender.reserve_async(2);
    assert!(poll_once(&mut claims).is_pending());
    let [one, _another] = permits;
    drop(one);
    assert!(poll_once(&mut claims).is_pending(), "it claims");
    assert_eq!(sender.try_reserve_many(0, 1).unwrap().len(), 0);
    assert_eq!(sender.reserve_many(0, 1).unwrap().len(), 0);
    receiver.close();
    assert!(sender.try_reserve_many(0, 1).unwrap_err().is_disconnected());
}

#[test]
fn a_permit_that_is_forgotten_keeps_its_room() {
    let (sender, receiver) = reserving(2);
    forget(sender.reserve(1).unwrap());
    for n in 0..10 {
        sender.try_send(n).unwrap();
        assert!(sender.try_send(n).is_err());
        assert_eq!(receiver.recv(), Ok(n));
    }
    assert_eq!((sender.len(), sender.weight()), (0, 1));
}

#[test]
fn an_owned_permit_is_a_sender_until_it_is_used() {
    let (sender, receiver) = reserving(2);
    let Poll::Ready(Ok(permit)) = poll_once(&mut sender.reserve_owned_async(1)) else {
        panic!("there is room");
    };
    assert_eq!((receiver.sender_count(), receiver.is_closed()), (1, false));
    let sender = permit.send(1).unwrap();
    let full = (sender.clone().reserve_owned(1).unwrap(), sender.clone());
    let refused = full.1.try_reserve_owned(1).unwrap_err();
    assert!(refused.is_full());
    drop((refused, sender));
    assert_eq!((receiver.sender_count(), receiver.recv()), (1, Ok(1)));
    drop(full.0);
    assert!(receiver.is_closed() && receiver.recv().is_err());
}
