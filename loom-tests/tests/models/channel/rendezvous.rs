//! A rendezvous: whoever waits is met once, by one, or has its message back.

use std::time::Duration;

use loom_tests::{Bounds, Value, Way, assert_exactly, explore, thread};
use ringway::channel::{Receiver, Selector, SendError, Sender, TryRecvError, TrySendError};

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

/// A select that waits at one of two.
fn select_recv(one: &Receiver<Value>, other: &Receiver<Value>) -> u64 {
    Selector::new().recv(one, |one| one).recv(other, |one| one).wait().unwrap().id()
}

/// A select that sends one of two messages; the other one stays.
fn select_send(
    one: &Sender<Value>,
    other: &Sender<Value>,
    mut messages: [Option<Value>; 2],
) -> usize {
    let [first, second] = &mut messages;
    let sent =
        Selector::new().send(one, first, |sent| sent).send(other, second, |sent| sent).wait();
    assert!(sent.is_ok());
    messages.iter().flatten().count()
}

#[test]
fn a_select_is_met_or_meets() {
    explore("a select receives from a thread", (2, 50), |ledger| {
        let ((sender, receiver), (_idle, silent)) = (channel(0), channel(0));
        let rival = thread::spawn(move || {
            assert!(sender.send(ledger.value(0)).is_ok());
            sender
        });
        assert_eq!(select_recv(&silent, &receiver), 0);
        drop(rival.join().unwrap());
    });
    explore("a select sends to a thread", (2, 50), |ledger| {
        let ((sender, receiver), (idle, _silent)) = (channel(0), channel(0));
        let rival = thread::spawn(move || receiver.recv().unwrap().id());
        let messages = [Some(ledger.value(0)), Some(ledger.value(1))];
        assert_eq!(select_send(&idle, &sender, messages), 1);
        assert_eq!(rival.join().unwrap(), 1);
    });
}

/// Of two messages that a select may send one goes, to one of two who take it, the other of whom learns of the end.
#[test]
fn a_select_is_met_once() {
    explore("two meet a select", (1, 50), |ledger| {
        let ((s1, r1), (s2, r2)) = (channel(0), channel(0));
        let first = thread::spawn(move || r1.recv().is_ok());
        let second = thread::spawn(move || r2.recv().is_ok());
        assert_eq!(select_send(&s1, &s2, [Some(ledger.value(0)), Some(ledger.value(1))]), 1);
        drop((s1, s2));
        assert!(first.join().unwrap() != second.join().unwrap());
    });
}

#[test]
fn two_selects_meet_each_other_once() {
    explore("a select sends to a select", (1, 50), |ledger| {
        let ((s1, r1), (s2, r2)) = (channel(0), channel(0));
        let rival = thread::spawn(move || {
            let left = select_send(&s1, &s2, [Some(ledger.value(0)), Some(ledger.value(1))]);
            (left, s1, s2)
        });
        assert!(select_recv(&r2, &r1) < 2);
        assert_eq!(rival.join().unwrap().0, 1);
        assert!(r1.try_recv().is_err() && r2.try_recv().is_err());
    });
}

/// One that was met while its time ran out sends, or has its message.
#[test]
fn a_select_that_gives_up_was_met_or_was_not() {
    explore("a select with a deadline may be met", (2, 50), |ledger| {
        let (sender, receiver) = channel(0);
        let rival = thread::spawn(move || (receiver.recv().is_ok(), receiver));
        let mut message = Some(ledger.value(0));
        let select = Selector::new().send(&sender, &mut message, |sent| sent.is_ok());
        let sent = select.wait_timeout(Duration::from_secs(1)).is_ok();
        assert_eq!(message.is_none(), sent);
        drop(sender);
        assert_eq!(rival.join().unwrap().0, sent);
    });
}
