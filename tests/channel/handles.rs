//! Handles: weak ones, counts of them, and how many there may be.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use ringway::channel::{TryRecvError, bounded, mpsc, spmc};

use crate::effort::times;
use crate::threads::Crew;

#[test]
fn a_weak_handle_does_not_keep_a_channel_open() {
    let (sender, receiver) = bounded(2);
    let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
    assert_eq!((sender.sender_count(), sender.receiver_count()), (1, 1));
    let again = weak_sender.upgrade().unwrap();
    assert!(again.same_channel(&sender));
    assert_eq!(sender.sender_count(), 2);
    drop(sender);
    assert!(!receiver.is_closed());
    again.send(1).unwrap();
    drop(again);
    assert!(receiver.is_closed() && weak_sender.upgrade().is_none());
    assert_eq!(weak_receiver.upgrade().unwrap().recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    drop(receiver);
    assert!(weak_receiver.upgrade().is_none() && weak_sender.upgrade().is_none());
}

#[test]
fn a_weak_receiver_does_not_keep_messages() {
    let (sender, receiver) = bounded(2);
    let weak = receiver.downgrade();
    let message = Arc::new(());
    sender.send(message.clone()).unwrap();
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 1);
    assert!(weak.upgrade().is_none());
    assert!(sender.send(message).is_err());
}

#[test]
fn weak_handles_are_cloned_and_shown() {
    let (sender, receiver) = bounded::<u8>(2);
    let (weak_sender, weak_receiver) = (sender.downgrade().clone(), receiver.downgrade().clone());
    assert!(weak_receiver.upgrade().unwrap().same_channel(&receiver));
    drop((sender, receiver));
    assert!(weak_sender.upgrade().is_none() && weak_receiver.upgrade().is_none());
    let shown = "{ len: 0, capacity: 2, is_closed: true, .. }";
    assert_eq!(format!("{weak_sender:?}"), format!("WeakSender {shown}"));
    assert_eq!(format!("{weak_receiver:?}"), format!("WeakReceiver {shown}"));
}

#[test]
fn the_kinds_have_weak_handles_of_their_shared_ends() {
    let (sender, receiver) = mpsc::bounded(1);
    sender.downgrade().upgrade().unwrap().send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
    let (sender, receiver) = spmc::bounded(1);
    sender.send(2).unwrap();
    assert_eq!(receiver.downgrade().upgrade().unwrap().recv(), Ok(2));
}

#[test]
fn a_weak_handle_of_a_closed_channel_is_upgraded_while_handles_are_there() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    sender.close();
    assert!(sender.downgrade().upgrade().unwrap().send(2).is_err());
    assert_eq!(receiver.downgrade().upgrade().unwrap().recv(), Ok(1));
}

#[test]
fn upgrades_race_the_last_drop() {
    for _ in 0..times(500) {
        let (sender, receiver) = bounded(1);
        let weak = sender.downgrade();
        let crew = Crew::default();
        thread::scope(|scope| {
            crew.start(scope, || {
                crew.meet(2);
                drop(sender);
            });
            crew.meet(2);
            if let Some(sender) = weak.upgrade() {
                assert!(!sender.is_closed(), "a sender is there, so it was never closed");
                sender.send(1).unwrap();
            }
        });
        assert!(weak.upgrade().is_none() && receiver.is_closed());
        assert!(receiver.iter().count() <= 1);
    }
}

/// The most handles of an end.
const MOST: usize = 1 << 20;

/// Whether it panics, and says why.
#[track_caller]
fn is_refused<R>(make: impl FnOnce() -> R) {
    let why = catch_unwind(AssertUnwindSafe(|| drop(make()))).unwrap_err();
    assert!(why.downcast::<String>().unwrap().contains("more than 1048576 handles"));
}

#[test]
#[cfg_attr(miri, ignore = "so many handles take hours")]
fn there_is_a_limit_to_senders_however_they_are_made() {
    let (sender, receiver) = bounded::<u8>(1);
    let weak = sender.downgrade();
    (1..MOST).for_each(|_| forget(weak.upgrade()));
    assert_eq!((sender.sender_count(), sender.receiver_count()), (MOST, 1));
    is_refused(|| weak.upgrade());
    is_refused(|| sender.clone());
    assert_eq!((sender.sender_count(), sender.receiver_count()), (MOST, 1));
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
}

#[test]
#[cfg_attr(miri, ignore = "so many handles take hours")]
fn there_is_a_limit_to_receivers_however_they_are_made() {
    let (sender, receiver) = bounded::<u8>(1);
    let weak = receiver.downgrade();
    (1..MOST).for_each(|_| forget(receiver.clone()));
    is_refused(|| weak.upgrade());
    is_refused(|| receiver.clone());
    assert_eq!((sender.sender_count(), sender.receiver_count()), (1, MOST));
    drop(receiver);
    assert!(sender.send(1).is_ok(), "the forgotten are there for ever");
}
