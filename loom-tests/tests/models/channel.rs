//! Channels: nobody sleeps for ever for whom there is a message, or room, or the end.
//!
//! A wake-up that is lost is a deadlock, which loom finds. So these models end only if each waiter
//! is woken for what it waits for; nothing else wakes it, since no handle goes before.

mod accepted;
mod beside;
mod cancel;
mod close;
mod closed;
mod gaps;
mod kept;
mod priorities;
mod rendezvous;
mod select;
mod weights;

use loom_tests::thread;
use loom_tests::{Bounds, Ledger, Value, Way, assert_exactly, explore, explore_careful};
use ringway::channel::{Receiver, Sender, bounded_at};

/// A channel of this capacity, shortly before the word of a position overflows.
fn channel(capacity: usize) -> (Sender<Value>, Receiver<Value>) {
    bounded_at(capacity, u64::MAX)
}

/// What is left to receive, in order.
fn drain(receiver: &Receiver<Value>) -> Vec<u64> {
    receiver.try_iter().map(|message| message.id()).collect()
}

/// One waits for a message, and another thread sends it.
fn wakes_a_receiver(way: Way, ledger: &'static Ledger) {
    let (sender, receiver) = channel(1);
    let rival = thread::spawn(move || {
        assert!(sender.try_send(ledger.value(0)).is_ok());
        sender
    });
    assert_eq!(way.recv(&receiver).unwrap().id(), 0);
    drop(rival.join().unwrap());
}

/// One waits for room, and another thread makes it.
fn wakes_a_sender(way: Way, ledger: &'static Ledger) {
    let (sender, receiver) = channel(1);
    assert!(sender.try_send(ledger.value(0)).is_ok());
    let rival = thread::spawn(move || {
        assert_eq!(receiver.try_recv().unwrap().id(), 0);
        receiver
    });
    assert!(way.send(&sender, || ledger.value(1)).is_ok());
    assert_eq!(drain(&rival.join().unwrap()), [1]);
}

#[test]
fn a_message_wakes_a_receiver() {
    for (way, bounds) in Way::ALL.into_iter().zip([(3, 7000), (2, 1000), (2, 3000), (2, 2000)]) {
        let name = format!("{way:?} waits for a message");
        explore(&name, bounds, move |ledger| wakes_a_receiver(way, ledger));
    }
}

#[test]
fn room_wakes_a_sender() {
    for (way, bounds) in Way::ALL.into_iter().zip([(3, 4000), (2, 1000), (2, 1000), (2, 1000)]) {
        let name = format!("{way:?} waits for room");
        explore(&name, bounds, move |ledger| wakes_a_sender(way, ledger));
    }
}

/// The same where those who commit pass a fence only because they were asked to.
#[test]
fn a_message_wakes_a_receiver_that_has_asked_for_care() {
    for (way, bounds) in [(Way::Thread, (2, 500)), (Way::Task, (2, 500))] {
        let name = format!("{way:?} waits for a message with care");
        explore_careful(&name, bounds, move |ledger| wakes_a_receiver(way, ledger));
    }
}

#[test]
fn room_wakes_a_sender_that_has_asked_for_care() {
    let name = "a thread waits for room with care";
    explore_careful(name, (2, 500), |ledger| wakes_a_sender(Way::Thread, ledger));
}

/// A sender and a receiver hand over two messages through one place: either may have to wait.
fn hand_over(sends: Way, receives: Way, bounds: Bounds) {
    explore(&format!("{sends:?} sends to {receives:?}"), bounds, move |ledger| {
        let (sender, receiver) = channel(1);
        let rival = thread::spawn(move || {
            for id in 0..2 {
                assert!(sends.send(&sender, || ledger.value(id)).is_ok());
            }
            sender
        });
        for id in 0..2 {
            assert_eq!(receives.recv(&receiver).unwrap().id(), id);
        }
        drop(rival.join().unwrap());
    });
}

#[test]
fn both_ends_wait() {
    for sends in Way::ALL {
        for receives in Way::ALL {
            hand_over(sends, receives, (1, 500));
        }
    }
}

#[test]
fn both_ends_wait_and_are_preempted() {
    hand_over(Way::Thread, Way::Thread, (2, 50_000));
}

/// Two receivers wait and each message notifies one of them.
#[test]
fn two_receivers_wait() {
    for (one, other) in Way::pairs() {
        explore(&format!("{one:?} and {other:?} receive"), (1, 7000), move |ledger| {
            let (sender, receiver) = channel(2);
            let another = receiver.clone();
            let first = thread::spawn(move || one.recv(&receiver).unwrap().id());
            let second = thread::spawn(move || other.recv(&another).unwrap().id());
            for id in 0..2 {
                assert!(sender.try_send(ledger.value(id)).is_ok());
            }
            assert_exactly(vec![first.join().unwrap(), second.join().unwrap()], vec![0, 1]);
        });
    }
}

/// Two senders wait and each place notifies one of them.
#[test]
fn two_senders_wait() {
    for (one, other) in Way::pairs() {
        explore(&format!("{one:?} and {other:?} send"), (1, 5000), move |ledger| {
            let (sender, receiver) = channel(2);
            for id in 0..2 {
                assert!(sender.try_send(ledger.value(id)).is_ok());
            }
            let another = sender.clone();
            let first = thread::spawn(move || one.send(&sender, || ledger.value(2)).is_ok());
            let second = thread::spawn(move || other.send(&another, || ledger.value(3)).is_ok());
            let mut received: Vec<_> = (0..2).map(|_| receiver.try_recv().unwrap().id()).collect();
            assert!(first.join().unwrap() && second.join().unwrap());
            received.append(&mut drain(&receiver));
            assert_exactly(received, vec![0, 1, 2, 3]);
        });
    }
}
