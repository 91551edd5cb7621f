//! The end of a channel, against those who wait and against the other end of it.

use loom_tests::thread;
use loom_tests::{ALL, Value, Way, explore};
use ringway::channel::{Receiver, Sender};

use super::channel;

/// Ways to close a channel.
#[derive(Clone, Copy, Debug)]
enum Closing {
    FromSender,
    FromReceiver,
    /// The last handle of the end for which nobody waits goes.
    LastDrop,
}

const CLOSINGS: [Closing; 3] = [Closing::FromSender, Closing::FromReceiver, Closing::LastDrop];

#[test]
fn receivers_that_wait_learn_of_the_end() {
    for closing in CLOSINGS {
        for way in Way::ALL {
            explore(&format!("closed {closing:?}, {way:?} receives"), (2, 200), move |_| {
                let (sender, receiver) = channel(1);
                let waits = receiver.clone();
                let waiter = thread::spawn(move || way.recv(&waits).is_err());
                match closing {
                    Closing::FromSender => assert!(sender.close()),
                    Closing::FromReceiver => assert!(receiver.close()),
                    Closing::LastDrop => drop(sender),
                }
                assert!(waiter.join().unwrap());
            });
        }
    }
}

#[test]
fn c9_senders_that_wait_get_their_messages_back() {
    for closing in CLOSINGS {
        for way in Way::ALL {
            explore(&format!("closed {closing:?}, {way:?} sends"), (2, 200), move |ledger| {
                let (sender, receiver) = channel(1);
                assert!(sender.try_send(ledger.value(0)).is_ok());
                let waits = sender.clone();
                let waiter = thread::spawn(move || {
                    way.send(&waits, || ledger.value(1)).unwrap_err().into_inner().id()
                });
                match closing {
                    Closing::FromSender => assert!(sender.close()),
                    Closing::FromReceiver => assert!(receiver.close()),
                    Closing::LastDrop => {
                        drop(receiver);
                        assert!(ledger.dropped().contains(&0), "not dropped at once");
                    }
                }
                assert_eq!(waiter.join().unwrap(), 1);
            });
        }
    }
}

/// One close wakes all, and both ends.
#[test]
fn all_who_wait_learn_of_the_end() {
    explore("closed with two receivers", (2, 1000), |_| {
        let (sender, receiver) = channel(1);
        let waits = [receiver.clone(), receiver];
        let waiters = waits.map(|receiver| thread::spawn(move || receiver.recv().is_err()));
        assert!(sender.close());
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    });
    explore("closed with two senders", (1, 500), |ledger| {
        let (sender, receiver) = channel(1);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        let waits = [(1, sender.clone()), (2, sender)];
        let waiters = waits.map(|(id, sender)| {
            thread::spawn(move || sender.send(ledger.value(id)).unwrap_err().into_inner().id())
        });
        assert!(receiver.close());
        assert_eq!(waiters.map(|waiter| waiter.join().unwrap()), [1, 2]);
    });
}

/// Sends one message more, and goes.
fn send_and_go(sender: Sender<Value>, message: Value) -> bool {
    sender.try_send(message).is_ok()
}

/// The last sender, which still sends, and the last receiver go at once (RUSTSEC-2025-0024).
#[test]
fn b1_the_last_of_both_ends_go_at_once() {
    for capacity in 1..=2 {
        explore(&format!("both ends go, capacity {capacity}"), (2, 2000), move |ledger| {
            let (sender, receiver) = channel(capacity);
            assert!(sender.try_send(ledger.value(0)).is_ok());
            let weak = sender.downgrade();
            let rival = thread::spawn(move || send_and_go(sender, ledger.value(1)));
            drop(receiver);
            assert!(ledger.dropped().contains(&0), "not dropped at once");
            rival.join().unwrap();
            // The memory is still there, and nothing in it.
            assert!(ledger.dropped().contains(&1), "left in the channel");
            assert!(weak.upgrade().is_none());
        });
    }
}

/// Two receivers go at once, and one of them is the last.
#[test]
fn two_receivers_go_at_once() {
    explore("two receivers go", (ALL, 3000), |ledger| {
        let (sender, receiver) = channel(2);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        assert!(sender.try_send(ledger.value(1)).is_ok());
        let another = receiver.clone();
        let rival = thread::spawn(move || drop::<Receiver<Value>>(another));
        drop(receiver);
        rival.join().unwrap();
        assert_eq!(ledger.dropped(), [0, 1]);
        assert!(sender.is_closed());
    });
}
