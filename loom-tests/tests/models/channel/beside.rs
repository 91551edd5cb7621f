//! Each operation of a channel beside a thread that is late in another, and is skipped at once.

use loom_tests::thread;
use loom_tests::{Ledger, Value, Way, assert_exactly, explore_skipping, poll_once};
use ringway::channel::{Receiver, Selector, Sender};

use super::{channel, drain};

/// Who is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    Sender,
    Receiver,
    Evictor,
}

/// The numbers of messages that went in, and of those that came out.
type Moved = (Vec<u64>, Vec<u64>);

impl Late {
    const ALL: [Self; 3] = [Self::Sender, Self::Receiver, Self::Evictor];

    /// How many messages there are before: as many as make it possible and leave room for one.
    fn filled(self) -> u64 {
        match self {
            Self::Sender => 1,
            Self::Receiver => 1,
            Self::Evictor => 2,
        }
    }

    /// What it does.
    fn act(self, ledger: &'static Ledger, (sender, receiver): &Ends) -> Moved {
        match self {
            Self::Sender => (sent(10, sender.try_send(ledger.value(10)).is_ok()), Vec::new()),
            Self::Receiver => (Vec::new(), ids(receiver.try_recv())),
            Self::Evictor => force(ledger, sender, 10),
        }
    }
}

/// Both ends, of which each thread has its own.
type Ends = (Sender<Value>, Receiver<Value>);

fn ids(messages: impl IntoIterator<Item = Value>) -> Vec<u64> {
    messages.into_iter().map(|message| message.id()).collect()
}

fn sent(id: u64, is_in: bool) -> Vec<u64> {
    Vec::from_iter(is_in.then_some(id))
}

/// Sends by force.
fn force(ledger: &'static Ledger, sender: &Sender<Value>, id: u64) -> Moved {
    let mut evicted = Vec::new();
    let outcome = sender.force_send_with(ledger.value(id), |message| evicted.push(message.id()));
    (sent(id, outcome.is_ok()), evicted)
}

/// An operation beside each of those who are late; what was accepted is received once.
fn beside(
    name: &str,
    lates: &[Late],
    preemptions: usize,
    act: impl Fn(&'static Ledger, &mut Ends) -> Moved + Copy + Send + Sync + 'static,
) {
    for &late in lates {
        let name = format!("{name} beside a late {late:?}");
        explore_skipping(&name, (preemptions, 20), move |ledger| {
            let mut ends = channel(2);
            for id in 20..20 + late.filled() {
                assert!(ends.0.try_send(ledger.value(id)).is_ok());
            }
            let theirs = ends.clone();
            let other = thread::spawn(move || late.act(ledger, &theirs));
            let (mut accepted, mut received) = act(ledger, &mut ends);
            accepted.extend(20..20 + late.filled());
            let (some, others) = other.join().unwrap();
            accepted.extend(some);
            received.extend(others);
            received.append(&mut drain(&ends.1));
            assert_exactly(received, accepted);
        });
    }
}

#[test]
fn a_send_and_a_receive_beside_one_who_is_late() {
    beside("try", &Late::ALL, 2, |ledger, (sender, receiver)| {
        let accepted = sent(0, sender.try_send(ledger.value(0)).is_ok());
        (accepted, ids(receiver.try_recv()))
    });
}

/// A sender and a receiver that wait, either of which may be late.
#[test]
fn a_wait_beside_one_who_is_late() {
    for (sends, receives) in Way::pairs() {
        let name = format!("{sends:?} sends to {receives:?} past late threads");
        explore_skipping(&name, (1, 100), move |ledger| {
            let (sender, receiver) = channel(2);
            let sending = thread::spawn(move || {
                for id in 0..3 {
                    assert!(sends.send(&sender, || ledger.value(id)).is_ok());
                }
                sender
            });
            for id in 0..3 {
                assert_eq!(receives.recv(&receiver).unwrap().id(), id);
            }
            drop(sending.join().unwrap());
        });
    }
}

#[test]
fn futures_that_are_cancelled_beside_one_who_is_late() {
    beside("cancelled", &Late::ALL, 2, |ledger, (sender, receiver)| {
        let is_in = matches!(poll_once(sender.send_async(ledger.value(0))), Some(Ok(())));
        let received = poll_once(receiver.recv_async()).map(Result::unwrap);
        (sent(0, is_in), ids(received))
    });
}

#[test]
fn batches_beside_one_who_is_late() {
    beside("a batch", &Late::ALL, 2, |ledger, (sender, receiver)| {
        let mut messages = vec![ledger.value(0), ledger.value(1)];
        let _ = poll_once(sender.send_all_async(&mut messages));
        let accepted = Vec::from_iter(0..2 - messages.len() as u64);
        let mut received = Vec::new();
        let _ = poll_once(receiver.recv_many_async(&mut received, 2));
        (accepted, ids(received))
    });
    beside("a drain", &Late::ALL, 2, |_, (_, receiver)| (Vec::new(), ids(receiver.drain())));
}

#[test]
fn a_select_beside_one_who_is_late() {
    beside("a select", &Late::ALL, 2, |ledger, (sender, receiver)| {
        let mut message = Some(ledger.value(0));
        let select = Selector::new().send(sender, &mut message, |outcome| outcome.is_ok());
        let is_in = select.try_wait().is_some_and(|is_in| is_in);
        let select = Selector::new().recv(receiver, |received| received.unwrap());
        let received = ids(select.try_wait());
        (sent(0, is_in), received)
    });
    beside("a select that waits", &[Late::Evictor], 2, |_, (_, receiver)| {
        let select = || Selector::new().recv(receiver, |received| received.unwrap()).wait();
        (Vec::new(), ids([select(), select()]))
    });
}

#[test]
fn an_eviction_beside_one_who_is_late() {
    beside("an eviction", &Late::ALL, 2, |ledger, (sender, _)| {
        let evicted = sender.force_send(ledger.value(0)).unwrap();
        (vec![0], ids(evicted))
    });
}

#[test]
fn a_close_beside_one_who_is_late() {
    beside("a close", &Late::ALL, 2, |ledger, (sender, receiver)| {
        assert!(receiver.close() && sender.is_closed());
        assert!(sender.try_send(ledger.value(0)).is_err());
        (Vec::new(), ids(receiver.iter()))
    });
}

#[test]
fn handles_come_and_go_beside_one_who_is_late() {
    beside("handles", &Late::ALL, 2, |ledger, (sender, receiver)| {
        let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
        *sender = weak_sender.upgrade().expect("the one that is replaced is there");
        *receiver = weak_receiver.upgrade().expect("the one that is replaced is there");
        let another = sender.clone();
        let accepted = sent(0, another.try_send(ledger.value(0)).is_ok());
        drop(another);
        (accepted, ids(receiver.clone().try_iter().take(1)))
    });
}

#[test]
fn what_a_channel_says_beside_one_who_is_late() {
    for late in Late::ALL {
        beside("a look", &[late], 2, move |_, (sender, receiver)| {
            // Nobody takes but the receiver, and nobody adds but the sender.
            let (may_be_empty, may_be_full) = (late == Late::Receiver, late != Late::Receiver);
            assert!(sender.len() <= 2 && (may_be_empty || !sender.is_empty()));
            assert!(receiver.len() <= 2 && (may_be_full || !receiver.is_full()));
            assert!(!receiver.is_closed() && (1..=2).contains(&sender.receiver_count()));
            (Vec::new(), Vec::new())
        });
    }
}
