//! A thread that waits for the first of several channels.

use std::time::Duration;

use loom_tests::thread;
use loom_tests::{Bounds, Value, assert_exactly, explore, explore_skipping};
use ringway::channel::{Select, SelectedOperation, Selector, Sender};

use super::{channel, drain};

/// A select between two channels, of which one of the two has a message.
#[test]
fn a_message_in_either_wakes_a_select() {
    for which in 0..2 {
        explore(&format!("a message in channel {which} of two"), (2, 1000), move |ledger| {
            let channels = [channel(1), channel(1)];
            let senders = [0, 1].map(|i| channels[i].0.clone());
            let rival = thread::spawn(move || {
                assert!(senders[which].try_send(ledger.value(7)).is_ok());
                senders
            });
            let [(_, first), (_, second)] = &channels;
            let received =
                Selector::new().recv(first, |one| one).recv(second, |one| one).wait().unwrap();
            assert_eq!(received.id(), 7);
            drop(rival.join().unwrap());
        });
    }
}

/// A select between a message and room, of which a rival makes room.
#[test]
fn room_wakes_a_select() {
    explore("room beside a channel without messages", (2, 1000), |ledger| {
        let (sender, receiver) = channel(1);
        let (_idle, silent) = channel(1);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        let rival = thread::spawn(move || {
            assert_eq!(receiver.try_recv().unwrap().id(), 0);
            receiver
        });
        let mut message = Some(ledger.value(1));
        let sent = Selector::new()
            .recv(&silent, |_| false)
            .send(&sender, &mut message, |outcome| outcome.is_ok())
            .wait();
        assert!(sent);
        assert_eq!(drain(&rival.join().unwrap()), [1]);
    });
}

/// The first message is gone before the select gets to it: it waits for the second.
#[test]
fn a_select_that_was_notified_in_vain_waits_again() {
    explore("a message that is gone", (2, 1000), |ledger| {
        let (sender, receiver) = channel(1);
        let (_idle, silent) = channel(1);
        let takes = receiver.clone();
        let rival = thread::spawn(move || {
            assert!(sender.try_send(ledger.value(0)).is_ok());
            let taken = takes.try_recv().map(|message| message.id());
            assert!(sender.send(ledger.value(1)).is_ok());
            (sender, takes, taken.ok())
        });
        let received = Selector::new().recv(&silent, |one| one).recv(&receiver, |one| one).wait();
        let (_sender, _takes, taken) = rival.join().unwrap();
        let received = received.unwrap().id();
        assert_eq!(taken, (received == 1).then_some(0));
    });
}

/// Another receiver waits for one of the channels: a notification that the select does not use goes
/// to it. Each of the two gets a message, or one of them would sleep for ever.
fn beside_a_receiver(bounds: Bounds, in_time: bool) {
    let name = if in_time { "a select with a deadline" } else { "a select" };
    explore(&format!("{name} beside a receiver"), bounds, move |ledger| {
        let (sender, shared) = channel(2);
        let (other, own) = channel(1);
        let waits = shared.clone();
        let waiter = thread::spawn(move || waits.recv().unwrap().id());
        let rival = thread::spawn(move || {
            assert!(other.try_send(ledger.value(0)).is_ok());
            assert!(sender.try_send(ledger.value(1)).is_ok());
            (other, sender)
        });
        let select = Selector::new().recv(&shared, |one| one).recv(&own, |one| one);
        let taken = if in_time {
            select.wait_timeout(Duration::from_secs(1)).ok()
        } else {
            Some(select.wait())
        };
        let mut received: Vec<_> = taken.map(|one| one.unwrap().id()).into_iter().collect();
        let senders = rival.join().unwrap();
        if received == [1] {
            // The select was faster than the waiter, which gets another.
            assert!(senders.1.try_send(ledger.value(2)).is_ok());
            assert_eq!(waiter.join().unwrap(), 2);
        } else {
            received.push(waiter.join().unwrap());
            received.extend(drain(&own));
            assert_exactly(received, vec![0, 1]);
        }
    });
}

#[test]
fn a_select_passes_a_notification_on_that_it_does_not_use() {
    beside_a_receiver((1, 1000), false);
}

#[test]
fn a_select_that_gives_up_passes_its_notification_on() {
    beside_a_receiver((1, 1000), true);
}

/// The end of one channel, which is an outcome too.
#[test]
fn the_end_wakes_a_select() {
    explore("a channel is closed", (2, 1000), |_| {
        let (sender, receiver) = channel(1);
        let (_idle, silent) = channel(1);
        let rival = thread::spawn(move || assert!(sender.close()));
        let over = Selector::new()
            .recv(&silent, |_| false)
            .recv(&receiver, |received| received.is_err())
            .wait();
        assert!(over);
        rival.join().unwrap();
    });
}

/// A send that is chosen, of a sender that has room.
fn chosen(sender: &Sender<Value>) -> SelectedOperation<'_> {
    let mut select = Select::new();
    select.send(sender);
    select.try_select().expect("there is room").may_be_left()
}

/// A place that is kept for a message is given up, and another sender sleeps that has found none.
#[test]
fn a_promise_that_is_broken_is_room_for_another() {
    explore_skipping("a promise is broken beside a sender", (1, 100), |ledger| {
        let (sender, receiver) = channel(1);
        let operation = chosen(&sender);
        let another = sender.clone();
        let rival = thread::spawn(move || assert!(another.send(ledger.value(1)).is_ok()));
        drop(operation);
        rival.join().unwrap();
        assert_eq!(drain(&receiver), [1]);
    });
}

/// Another sends behind the place and receives, so that it may skip it; the message arrives all the same, once.
#[test]
fn a_promise_beside_a_sender_and_a_receiver() {
    explore_skipping("a promise is kept beside others", (2, 1000), |ledger| {
        let (sender, receiver) = channel(2);
        let operation = chosen(&sender);
        let (another, takes) = (sender.clone(), receiver.clone());
        let rival = thread::spawn(move || {
            assert!(another.send(ledger.value(1)).is_ok());
            takes.recv().unwrap().id()
        });
        assert!(operation.send(&sender, ledger.value(0)).is_ok());
        let mut received = vec![rival.join().unwrap()];
        received.append(&mut drain(&receiver));
        assert_exactly(received, vec![0, 1]);
    });
}

/// A receiver waits while a place is kept, and gets the message, or the channel is closed first, and it comes back.
#[test]
fn a_promise_that_is_kept_at_the_close() {
    explore_skipping("a promise is kept at the close", (2, 500), |ledger| {
        let (sender, receiver) = channel(1);
        let operation = chosen(&sender);
        let rival = thread::spawn(move || {
            receiver.close();
            receiver.recv().map(|message| message.id())
        });
        let is_sent = operation.send(&sender, ledger.value(0)).is_ok();
        assert_eq!(rival.join().unwrap().is_ok(), is_sent);
    });
}

/// Who waits to be ready takes nothing, and tells another that waits to receive: that one waits for nothing else.
#[test]
fn a_select_that_is_ready_tells_the_next() {
    explore("ready beside a receiver", (1, 100), |ledger| {
        let (sender, receiver) = channel(1);
        let receives = receiver.clone();
        let rival = thread::spawn(move || receives.recv().unwrap().id());
        let sends = thread::spawn(move || {
            assert!(sender.try_send(ledger.value(7)).is_ok());
            sender
        });
        let mut select = Select::new();
        select.recv(&receiver);
        // It is never ready where the other is faster.
        let is_ready = select.ready_timeout(Duration::from_secs(1));
        assert!(is_ready.is_err() || is_ready == Ok(0));
        assert_eq!(rival.join().unwrap(), 7);
        drop(sends.join().unwrap());
    });
}
