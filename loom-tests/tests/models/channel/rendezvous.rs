//! A rendezvous: whoever waits is met once, by one, or has its message back.

use loom_tests::{Bounds, Way, assert_exactly, explore, thread};
use ringway::channel::{SendError, TryRecvError, TrySendError};

use super::channel;

/// One sends and one receives, each in some way; who gave up does it again as a thread.
fn hand_over(sends: Way, receives: Way, bounds: Bounds) {
    explore(&format!("{sends:?} meets {receives:?}"), bounds, move |ledger| {
        let (sender, receiver) = channel(0);
        let rival = thread::spawn(move || {
            assert!(sends.send(&sender, || ledger.value(0)).is_ok());
            sender
        });
        assert_eq!(receives.recv(&receiver).unwrap().id(), 0);
        drop(rival.join().unwrap());
    });
}

#[test]
fn one_meets_one() {
    for sends in [Way::Thread, Way::Task, Way::Timed] {
        for receives in Way::ALL {
            // A task that receives is told besides, which takes turns.
            let preemptions = if matches!(receives, Way::Thread | Way::Timed) { 2 } else { 1 };
            hand_over(sends, receives, (preemptions, 100));
        }
    }
}

/// Exactly once, or given back: what becomes of a message on both ends agrees.
#[test]
fn one_that_gives_up_was_met_or_was_not() {
    for (sends, receives) in
        [(Way::Timed, Way::Timed), (Way::Timed, Way::Dropped), (Way::Dropped, Way::Timed)]
    {
        explore(&format!("{sends:?} may meet {receives:?}"), (2, 100), move |ledger| {
            let (sender, receiver) = channel(0);
            let rival = thread::spawn(move || {
                (sends.send_or_quit(&sender, ledger.value(0)).is_some(), sender)
            });
            let received = receives.recv_or_quit(&receiver).is_some();
            let (sent, _sender) = rival.join().unwrap();
            // A future that is dropped when it was met does not learn of it.
            assert!(sent == received || sends == Way::Dropped && received);
        });
    }
}

/// A try beside one who waits and may give up.
#[test]
fn a_try_meets_one_who_waits_or_nobody() {
    for way in Way::ALL {
        explore(&format!("a try to receive beside {way:?}"), (2, 50), move |ledger| {
            let (sender, receiver) = channel(0);
            let rival = thread::spawn(move || {
                let sent = way.send_or_quit(&sender, ledger.value(0));
                (sent.map(|sent| sent.is_ok()), sender)
            });
            let received = receiver.try_recv();
            assert!(!matches!(received, Err(TryRecvError::Disconnected)));
            receiver.close();
            let (sent, _sender) = rival.join().unwrap();
            match sent {
                Some(is_sent) => assert_eq!(is_sent, received.is_ok()),
                None => assert!(received.is_err() || way == Way::Dropped),
            }
        });
    }
    for way in [Way::Thread, Way::Timed] {
        explore(&format!("a try to send beside {way:?}"), (2, 50), move |ledger| {
            let (sender, receiver) = channel(0);
            let rival = thread::spawn(move || {
                (way.recv_or_quit(&receiver).is_some_and(|received| received.is_ok()), receiver)
            });
            let sent = sender.try_send(ledger.value(0));
            assert!(!matches!(sent, Err(TrySendError::Disconnected(_))));
            sender.close();
            let (received, _receiver) = rival.join().unwrap();
            assert_eq!(received, sent.is_ok());
        });
    }
}

/// The end while one waits.
#[test]
fn the_end_beside_one_who_waits() {
    for way in Way::ALL {
        explore(&format!("{way:?} sends beside the end"), (2, 50), move |ledger| {
            let (sender, receiver) = channel(0);
            let rival = thread::spawn(move || drop(receiver));
            let sent = way.send(&sender, || ledger.value(0));
            assert!(matches!(sent, Err(SendError(message)) if message.id() == 0));
            rival.join().unwrap();
        });
        explore(&format!("{way:?} receives beside the end"), (2, 50), move |_| {
            let (sender, receiver) = channel(0);
            let rival = thread::spawn(move || drop(sender));
            assert!(way.recv(&receiver).is_err());
            rival.join().unwrap();
        });
    }
}

/// Two senders and one receiver, which meets both.
#[test]
fn two_meet_one() {
    for (one, other) in
        [(Way::Thread, Way::Thread), (Way::Thread, Way::Task), (Way::Task, Way::Timed)]
    {
        for receives in [Way::Thread, Way::Timed] {
            let name = format!("{one:?} and {other:?} meet {receives:?}");
            explore(&name, (1, 100), move |ledger| {
                let (sender, receiver) = channel(0);
                let another = sender.clone();
                let first = thread::spawn(move || one.send(&sender, || ledger.value(0)).is_ok());
                let second =
                    thread::spawn(move || other.send(&another, || ledger.value(1)).is_ok());
                let received = (0..2).map(|_| receives.recv(&receiver).unwrap().id()).collect();
                assert!(first.join().unwrap() && second.join().unwrap());
                assert_exactly(received, vec![0, 1]);
            });
        }
    }
}
