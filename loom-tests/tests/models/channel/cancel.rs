//! Waiters that go away, maybe when they are notified: the other one is woken instead.

use loom_tests::thread;
use loom_tests::{Bounds, Way, explore};

use super::{channel, drain};

/// Those who go, because they give up or because they succeed when they look again, each beside
/// those who stay. One preemption does not show a notification that is lost by a drop; two take
/// minutes, and tests/channel shows it by hand (`c1_…`).
const GOERS: [(Way, Way, Bounds); 4] = [
    (Way::Timed, Way::Thread, (1, 1000)),
    (Way::Timed, Way::Task, (1, 1000)),
    (Way::Dropped, Way::Task, (1, 1000)),
    (Way::Dropped, Way::Thread, (1, 1000)),
];

/// Two receivers, of which one goes, and one message (iroh#2536, tokio#4618).
#[test]
fn c1_a_receiver_that_goes_passes_its_notification_on() {
    for (goes, stays, bounds) in GOERS {
        explore(&format!("{goes:?} goes beside {stays:?}, receiving"), bounds, move |ledger| {
            let (sender, receiver) = channel(1);
            let (another, sends) = (receiver.clone(), sender.clone());
            let other = thread::spawn(move || stays.recv(&another).is_ok());
            let rival = thread::spawn(move || assert!(sends.try_send(ledger.value(0)).is_ok()));
            if goes.recv_or_quit(&receiver).is_some() {
                assert!(sender.try_send(ledger.value(1)).is_ok());
            }
            assert!(other.join().unwrap());
            rival.join().unwrap();
        });
    }
}

/// Two senders, of which one goes, and one place (cf#23).
#[test]
fn c3_a_sender_that_goes_passes_its_notification_on() {
    for (goes, stays, _) in GOERS {
        explore(&format!("{goes:?} goes beside {stays:?}, sending"), (1, 1000), move |ledger| {
            let (sender, receiver) = channel(1);
            assert!(sender.try_send(ledger.value(0)).is_ok());
            let (another, receives) = (sender.clone(), receiver.clone());
            let other = thread::spawn(move || stays.send(&another, || ledger.value(2)).is_ok());
            let rival = thread::spawn(move || receives.try_recv().unwrap().id());
            let sent = goes.send_or_quit(&sender, ledger.value(1)).is_some();
            let mut received = Vec::new();
            if sent {
                received.push(receiver.recv().unwrap().id());
            }
            assert!(other.join().unwrap());
            received.push(rival.join().unwrap());
            received.append(&mut drain(&receiver));
            received.sort_unstable();
            assert_eq!(received, if sent { vec![0, 1, 2] } else { vec![0, 2] });
        });
    }
}
