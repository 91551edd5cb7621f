//! What was accepted is received, and after the end nothing is accepted: accepted messages are
//! those that were delivered, and the others went back.

use loom_tests::thread;
use loom_tests::{
    Bounds, Ledger, Value, Witness, assert_exactly, assert_in_order, explore, explore_skipping,
};
use ringway::channel::{Receiver, Sender, TryRecvError};

use super::channel;

/// Receives until there is no more to come: nothing comes after that.
fn receive_all(receiver: &Receiver<Value>) -> Vec<u64> {
    let received = receiver.iter().map(|message| message.id()).collect();
    assert_eq!(receiver.try_recv().map(|message| message.id()), Err(TryRecvError::Disconnected));
    assert!(receiver.is_empty() && receiver.is_closed());
    received
}

/// Sends messages in turn, of which the channel accepts some.
fn send_each(ledger: &'static Ledger, sender: &Sender<Value>, ids: [u64; 2]) -> Vec<u64> {
    let accepts = |id: &u64| match sender.send(ledger.value(*id)) {
        Ok(()) => true,
        Err(refused) => {
            assert_eq!(refused.into_inner().id(), *id);
            false
        }
    };
    ids.into_iter().filter(accepts).collect()
}

/// A receiver closes while a sender sends.
fn receiver_closes(ledger: &'static Ledger, capacity: usize) -> usize {
    let (sender, receiver) = channel(capacity);
    let sends = thread::spawn(move || (send_each(ledger, &sender, [0, 1]), sender));
    assert!(receiver.close());
    let received = receive_all(&receiver);
    let (accepted, _sender) = sends.join().unwrap();
    assert_eq!(received, accepted);
    accepted.len()
}

/// One sender closes while another sends and a receiver waits.
fn sender_closes(ledger: &'static Ledger, capacity: usize) {
    let (sender, receiver) = channel(capacity);
    let another = sender.clone();
    let sends = thread::spawn(move || send_each(ledger, &sender, [0, 1]));
    let closes = thread::spawn(move || assert!(another.close()));
    let received = receive_all(&receiver);
    closes.join().unwrap();
    assert_eq!(received, sends.join().unwrap());
}

#[test]
fn c10_a_close_by_the_receiver_loses_nothing() {
    for capacity in 1..=2 {
        let (some, sees) = Witness::pair();
        let name = format!("the receiver closes, capacity {capacity}");
        explore(&name, (2, 1000), move |ledger| {
            if receiver_closes(ledger, capacity) == 1 {
                sees.see();
            }
        });
        assert!(some.was_seen(), "no close came between two messages");
    }
}

#[test]
fn c10_a_close_by_the_receiver_loses_nothing_past_late_threads() {
    for capacity in 1..=2 {
        let name = format!("the receiver closes and skips, capacity {capacity}");
        explore_skipping(&name, (2, 4000), move |ledger| {
            receiver_closes(ledger, capacity);
        });
    }
}

#[test]
fn c10_a_close_by_a_sender_loses_nothing() {
    for capacity in 1..=2 {
        let name = format!("a sender closes, capacity {capacity}");
        explore(&name, (1, 3000), move |ledger| sender_closes(ledger, capacity));
    }
}

#[test]
fn c10_a_close_by_a_sender_loses_nothing_past_late_threads() {
    // With one slot, where all wait for each other, one preemption takes minutes; shuttle has as many as it likes.
    for (capacity, bounds) in [(1, (0, 100)), (2, (1, 3000))] {
        let name = format!("a sender closes, others skip, capacity {capacity}");
        explore_skipping(&name, bounds, move |ledger| sender_closes(ledger, capacity));
    }
}

/// What became of a message that was sent by force.
fn send_by_force(sender: &Sender<Value>, message: Value) -> Vec<u64> {
    match sender.force_send(message) {
        Ok(evicted) => evicted.iter().map(Value::id).collect(),
        Err(refused) => vec![refused.into_inner().id()],
    }
}

/// A sender that evicts, and a receiver that waits for a message and then closes.
fn eviction(name: &str, bounds: Bounds, skipping: bool) {
    let explore = |model: fn(&'static Ledger)| match skipping {
        true => explore_skipping(name, bounds, model),
        false => explore(name, bounds, model),
    };
    explore(|ledger| {
        let (sender, receiver) = channel(1);
        let rival = thread::spawn(move || {
            let mut back = send_by_force(&sender, ledger.value(0));
            back.append(&mut send_by_force(&sender, ledger.value(1)));
            (back, sender)
        });
        let mut received = vec![receiver.recv().unwrap().id()];
        receiver.close();
        received.append(&mut receive_all(&receiver));
        assert_in_order(&received);
        let (mut back, _sender) = rival.join().unwrap();
        received.append(&mut back);
        assert_exactly(received, vec![0, 1]);
    });
}

#[test]
fn force_send_against_recv_and_close() {
    eviction("eviction and the end", (2, 15_000), false);
}

#[test]
fn force_send_against_recv_and_close_past_late_threads() {
    eviction("eviction, skipping, and the end", (1, 500), true);
}
