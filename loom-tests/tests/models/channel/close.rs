//! The end of a channel, against those who wait and against the other end of it.

use loom_tests::sync::Arc;
use loom_tests::sync::atomic::{AtomicBool, Ordering};
use loom_tests::thread;
use loom_tests::{ALL, Value, Way, Witness, explore, explore_careful};
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

/// A receiver waits, and the channel closes.
fn closed_beside_one_who_waits(closing: Closing, way: Way) {
    let (sender, receiver) = channel(1);
    let waits = receiver.clone();
    let waiter = thread::spawn(move || way.recv(&waits).is_err());
    match closing {
        Closing::FromSender => assert!(sender.close()),
        Closing::FromReceiver => assert!(receiver.close()),
        Closing::LastDrop => drop(sender),
    }
    assert!(waiter.join().unwrap());
}

#[test]
fn receivers_that_wait_learn_of_the_end() {
    for closing in CLOSINGS {
        for way in Way::ALL {
            explore(&format!("closed {closing:?}, {way:?} receives"), (2, 200), move |_| {
                closed_beside_one_who_waits(closing, way);
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
        explore(&format!("both ends go, capacity {capacity}"), (2, 1500), move |ledger| {
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

/// Two handles of an end go, and each does something before: who learns of that without having slept sees
/// both.
fn end_is_seen<H: Send + 'static>(handles: [H; 2], is_over: impl FnOnce() -> bool) -> bool {
    let done = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
    let theirs = done.clone();
    let goes = |(handle, done): (H, Arc<AtomicBool>)| {
        thread::spawn(move || {
            done.store(true, Ordering::Relaxed);
            drop(handle);
        })
    };
    let threads: Vec<_> = handles.into_iter().zip(theirs).map(goes).collect();
    let is_over = is_over();
    if is_over {
        let seen = done.map(|done| done.load(Ordering::Relaxed));
        assert_eq!(seen, [true; 2], "what was done before is not seen");
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    is_over
}

#[test]
fn who_learns_of_the_end_sees_what_was_done_before() {
    let (witness, over) = Witness::pair();
    explore("two senders go, and a receiver looks", (3, 1000), move |_| {
        let (sender, receiver) = channel(1);
        if end_is_seen([sender.clone(), sender], || {
            receiver.try_recv().is_err_and(|why| why.is_disconnected())
        }) {
            over.see();
        }
    });
    assert!(witness.was_seen());
    let (witness, over) = Witness::pair();
    explore("two receivers go, and a sender looks", (3, 1000), move |ledger| {
        let (sender, receiver) = channel(1);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        if end_is_seen([receiver.clone(), receiver], || {
            sender.try_send(ledger.value(1)).is_err_and(|why| why.is_disconnected())
        }) {
            over.see();
        }
    });
    assert!(witness.was_seen());
}

#[test]
fn who_finds_that_nobody_is_left_sees_what_was_done_before() {
    let (witness, over) = Witness::pair();
    explore("two senders go, and one counts them", (3, 1000), move |_| {
        let (sender, receiver) = channel(1);
        if end_is_seen([sender.clone(), sender], || receiver.sender_count() == 0) {
            over.see();
        }
    });
    assert!(witness.was_seen());
    let (witness, over) = Witness::pair();
    explore("two senders go, and a weak one asks for another", (3, 1000), move |_| {
        let (sender, _receiver) = channel(1);
        let weak = sender.downgrade();
        if end_is_seen([sender.clone(), sender], || weak.upgrade().is_none()) {
            over.see();
        }
    });
    assert!(witness.was_seen());
}

/// The last sender goes while a receiver sleeps: it is woken by the sender, or by whoever counted the
/// senders before that one came to close the channel, and closed it then.
fn somebody_wakes_who_sleeps() -> bool {
    let (sender, receiver) = channel(1);
    let waits = receiver.clone();
    let waiter = thread::spawn(move || waits.recv().is_err());
    let last = thread::spawn(move || drop(sender));
    let is_over = receiver.sender_count() == 0;
    if is_over {
        assert!(receiver.is_closed());
        assert!(receiver.try_recv().is_err_and(|why| why.is_disconnected()));
    }
    last.join().unwrap();
    assert!(waiter.join().unwrap());
    is_over
}

#[test]
fn who_sleeps_is_woken_whoever_closes() {
    let (witness, over) = Witness::pair();
    explore("the last sender goes, and one counts", (2, 500), move |_| {
        if somebody_wakes_who_sleeps() {
            over.see();
        }
    });
    assert!(witness.was_seen());
    let (witness, over) = Witness::pair();
    explore_careful("the last sender goes, and one counts, with care", (2, 500), move |_| {
        if somebody_wakes_who_sleeps() {
            over.see();
        }
    });
    assert!(witness.was_seen());
}

#[test]
fn receivers_that_have_asked_for_care_learn_of_the_end() {
    for closing in CLOSINGS {
        explore_careful(&format!("closed {closing:?}, with care"), (2, 100), move |_| {
            closed_beside_one_who_waits(closing, Way::Thread);
        });
    }
}
