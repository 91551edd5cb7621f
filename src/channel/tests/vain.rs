//! Room that cannot be used yet when senders are told of it.
//!
//! A receiver that is late has its slot skipped by the senders, and is back: the slot is free, but
//! for a position behind others that are full. Whoever is told of it looks in vain and sleeps
//! again. The next receive makes room for two then, and tells one.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::vec::Vec;

use super::room::{Bell, Panics, Stopped, poll, receives_late};
use super::until;
use crate::channel::{Receiver, RecvError, Selector, SendAsync, Sender, WaitStrategy, bounded};
use crate::sync::hook::{self, Point};

/// A channel with two messages, the first behind so many slots whose positions were skipped.
fn behind_skipped(skipped: u64) -> (Sender<u64>, Receiver<u64>, Vec<Stopped<Option<u64>>>) {
    let (sender, receiver) = bounded(skipped as usize + 2);
    let away = fill(&sender, &receiver, skipped);
    (sender, receiver, away)
}

/// Fills an empty channel so: with the message after `skipped`, and 9.
fn fill(sender: &Sender<u64>, receiver: &Receiver<u64>, skipped: u64) -> Vec<Stopped<Option<u64>>> {
    (0..=skipped + 1).for_each(|message| sender.send(message).unwrap());
    let receive = |_| {
        let theirs = receiver.clone();
        Stopped::of(move || theirs.recv().ok())
    };
    let away = (0..skipped).map(receive).collect();
    // Behind them: the last that has claimed is not skipped.
    assert_eq!(receiver.recv(), Ok(skipped));
    sender.send(9).unwrap();
    away
}

/// One who waits for room has been told of that of one who was away in vain; `wait` waits behind it.
fn told_in_vain<'a>(
    sender: &'a Sender<u64>,
    away: Vec<Stopped<Option<u64>>>,
    wait: impl FnOnce(&Sender<u64>) + Send + 'static,
) -> (SendAsync<'a, u64>, Arc<Bell>, JoinHandle<()>) {
    let (mut first, bell) = (sender.send_async(10), Arc::<Bell>::default());
    assert!(poll(&mut first, &bell).is_pending());
    let theirs = sender.clone().with_wait_strategy(WaitStrategy::Park);
    let second = thread::spawn(move || wait(&theirs));
    until(|| sender.core.not_full.places() == 2, "it does not wait");
    for away in away {
        assert_eq!(away.release(), Some(0));
    }
    assert_eq!(bell.rings(), 1);
    assert!(poll(&mut first, &bell).is_pending(), "its slot comes behind the one that is full");
    (first, bell, second)
}

/// Lets `wait` wait for room behind one who has been told of a slot in vain: when the next slot is
/// free it sends, and the other is woken too.
fn tells_the_next(wait: impl FnOnce(&Sender<u64>) + Send + 'static) {
    let (sender, receiver, away) = behind_skipped(1);
    let (mut first, bell, second) = told_in_vain(&sender, away, wait);
    assert_eq!(receiver.recv(), Ok(2));
    second.join().unwrap();
    assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut first, &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([9, 11, 10]));
}

#[test]
fn a_thread_that_has_waited_to_send_tells_the_next() {
    tells_the_next(|sender| sender.send(11).unwrap());
    tells_the_next(|sender| sender.send_slice(&[11]).unwrap());
}

#[test]
fn a_select_that_has_waited_to_send_tells_the_next() {
    tells_the_next(|sender| {
        let mut message = Some(11);
        Selector::new().send(sender, &mut message, |sent| sent.unwrap()).wait();
    });
}

/// Each task tells one more, as long as there is room.
#[test]
fn tasks_that_have_waited_to_send_tell_one_another() {
    for skipped in [1, 2, 5] {
        let (sender, receiver, away) = behind_skipped(skipped);
        let numbers = 10..=10 + skipped;
        let mut waiting: Vec<_> = numbers
            .clone()
            .map(|message| (sender.send_async(message), Arc::<Bell>::default()))
            .collect();
        for (sending, bell) in &mut waiting {
            assert!(poll(sending, bell).is_pending());
        }
        assert_eq!(away.into_iter().filter_map(Stopped::release).count() as u64, skipped);
        for (sending, bell) in &mut waiting[..skipped as usize] {
            assert_eq!(bell.rings(), 1);
            assert!(poll(sending, bell).is_pending(), "it was told of room that is none yet");
        }
        assert_eq!(receiver.recv(), Ok(skipped + 1));
        // Only who is woken is polled.
        let (last, others) = waiting.split_last_mut().unwrap();
        assert_eq!(last.1.rings(), 1);
        assert_eq!(poll(&mut last.0, &last.1), Poll::Ready(Ok(())));
        for (sending, bell) in others {
            assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
            assert_eq!(poll(sending, bell), Poll::Ready(Ok(())));
        }
        assert_eq!(receiver.try_iter().count() as u64, skipped + 2);
    }
}

/// The same where a receiver waits, whose waker panics: who sends wakes that first.
fn tells_the_next_though_a_waker_panics(wait: impl FnOnce(&Sender<u64>) + Send + 'static) {
    let (sender, receiver) = bounded(3);
    // Of five who wait four are told of the messages that fill the channel.
    let told = receives_late(&receiver);
    let mut receiving = [(); 4].map(|()| receiver.recv_async());
    let last = Waker::from(Arc::new(Panics));
    let wakers = [Waker::noop(); 3].into_iter().chain([&last]);
    for (future, waker) in receiving.iter_mut().zip(wakers) {
        assert!(Pin::new(future).poll(&mut Context::from_waker(waker)).is_pending());
    }
    let away = fill(&sender, &receiver, 1);
    let (mut first, bell, second) = told_in_vain(&sender, away, wait);
    assert_eq!(poll(&mut receiving[0], &Arc::default()), Poll::Ready(Ok(2)));
    assert!(second.join().is_err(), "the waker panics");
    assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut first, &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([9, 11, 10]));
    drop(receiving);
    sender.close();
    assert_eq!(told.release(), Err(RecvError));
}

#[test]
fn who_has_waited_to_send_tells_the_next_though_a_waker_panics() {
    tells_the_next_though_a_waker_panics(|sender| sender.send(11).unwrap());
    tells_the_next_though_a_waker_panics(|sender| {
        let mut message = Some(11);
        Selector::new().send(sender, &mut message, |sent| sent.unwrap()).wait();
    });
    tells_the_next_though_a_waker_panics(|sender| {
        futures_executor::block_on(sender.send_async(11)).unwrap();
    });
}

/// An eviction fills the position that was in the way.
#[test]
fn who_evicts_tells_those_whose_room_is_behind_the_evicted() {
    let (sender, receiver, away) = behind_skipped(1);
    let (mut sending, bell) = (sender.send_async(10), Arc::<Bell>::default());
    assert!(poll(&mut sending, &bell).is_pending());
    for away in away {
        assert_eq!(away.release(), Some(0));
    }
    assert!(poll(&mut sending, &bell).is_pending());
    assert_eq!(sender.force_send(11), Ok(Some(2)));
    assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut sending, &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([9, 11, 10]));
}

/// The same where it was late with an eviction before: what is given the first may take long, and wait for
/// those who wait here.
#[test]
fn who_evicts_two_tells_those_who_wait_before_it_gives_the_first_away() {
    let (sender, receiver) = bounded(3);
    (0..3).for_each(|message| sender.send(message).unwrap());
    let (mut sending, bell) = (sender.send_async(10), Arc::<Bell>::default());
    let (go, wait) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let (theirs, seen) = (sender.clone(), Arc::clone(&bell));
    let evicts = thread::spawn(move || {
        let mut points = [Point::Claimed, Point::Left, Point::Asking].into_iter().peekable();
        hook::set(move |point| {
            if points.next_if_eq(&point).is_some() {
                tell.send(()).expect("the test waits");
                wait.recv().expect("the test lets it go");
            }
        });
        let mut evicted = Vec::new();
        theirs.force_send_with(11, |message| evicted.push((message, seen.rings()))).unwrap();
        evicted
    });
    told.recv().expect("it has taken the oldest");
    assert_eq!([receiver.recv(), receiver.recv()], [Ok(1), Ok(2)]);
    sender.send(3).unwrap();
    assert!(receiver.try_iter().eq([3]), "and is skipped");
    for _ in 0..2 {
        go.send(()).expect("it waits");
        told.recv().expect("it has left the slot and begins again");
    }
    let away = fill(&sender, &receiver, 1);
    assert!(poll(&mut sending, &bell).is_pending());
    for away in away {
        assert_eq!(away.release(), Some(0));
    }
    assert_eq!(bell.rings(), 1);
    assert!(poll(&mut sending, &bell).is_pending(), "its slot comes behind the one that is full");
    go.send(()).expect("it waits");
    assert_eq!(evicts.join().unwrap(), [(0, 2), (2, 2)], "nobody had told of the room");
    assert_eq!(poll(&mut sending, &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([9, 11, 10]));
}
