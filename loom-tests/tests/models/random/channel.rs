//! Channels with several threads on each end that wait in any way, give up, evict, select, come and
//! go, and close, some of them late.

use loom_tests::thread;
use loom_tests::{Ledger, Others, Value, Way, assert_exactly, explore_random};
use ringway::channel::{Receiver, Select, Selector, Sender, TryRecvError, bounded_at};
use shuttle::rand::{Rng, thread_rng};

use super::{any_capacity, assert_own_order, own};

/// What became of the messages of a sender.
#[derive(Default)]
struct Sent {
    accepted: Vec<u64>,
    evicted: Vec<u64>,
}

/// Any of the ways to wait.
fn any_way() -> Way {
    Way::ALL[thread_rng().gen_range(0..Way::ALL.len())]
}

/// Sends in one of the ways; false if the channel is closed.
fn send(
    sender: &mut Sender<Value>,
    ledger: &'static Ledger,
    ids: &mut std::ops::Range<u64>,
    sent: &mut Sent,
) -> bool {
    let mut chance = thread_rng();
    let id = ids.next().expect("enough");
    let message = ledger.value(id);
    let is_open = match chance.gen_range(0..20) {
        0..8 => match any_way().send_or_quit(sender, message) {
            Some(Ok(())) => {
                sent.accepted.push(id);
                true
            }
            Some(Err(_)) => false,
            None => true,
        },
        8..10 => {
            if sender.try_send(message).is_ok() {
                sent.accepted.push(id);
            }
            true
        }
        10..13 => {
            let mut evicted = Vec::new();
            let outcome = sender.force_send_with(message, |message| evicted.push(message.id()));
            // Where every slot is held by a late thread it is the message itself that goes.
            if outcome.is_ok() && !evicted.contains(&id) {
                sent.accepted.push(id);
            }
            sent.evicted.extend(evicted.into_iter().filter(|other| *other != id));
            outcome.is_ok()
        }
        13..15 => {
            let mut messages = vec![message];
            messages.extend(ids.take(2).map(|id| ledger.value(id)));
            let outcome = sender.send_all(&mut messages);
            let n = 3 - messages.len() as u64;
            sent.accepted.extend(id..id + n);
            outcome.is_ok()
        }
        15 => {
            let (_sender, silent) = bounded_at::<Value>(1, u64::MAX);
            let mut select = Select::new();
            select.recv(&silent);
            select.send(sender);
            let outcome = select.select().send(sender, message).is_ok();
            if outcome {
                sent.accepted.push(id);
            }
            outcome
        }
        16 => {
            let (_sender, silent) = bounded_at::<Value>(1, u64::MAX);
            let mut message = Some(message);
            let outcome = Selector::new()
                .recv(&silent, |_| unreachable!("nobody sends there"))
                .send(sender, &mut message, |outcome| outcome.is_ok())
                .wait();
            if outcome {
                sent.accepted.push(id);
            }
            outcome
        }
        17 => {
            *sender = sender.clone();
            true
        }
        18 => {
            let weak = sender.downgrade();
            *sender = weak.upgrade().expect("this one is there");
            true
        }
        _ => {
            sender.close();
            true
        }
    };
    assert!(is_open || sender.is_closed());
    is_open
}

/// Receives in one of the ways; false if there is no more to come.
fn receive(receiver: &mut Receiver<Value>, received: &mut Vec<u64>) -> bool {
    let mut chance = thread_rng();
    let outcome = match chance.gen_range(0..16) {
        0..8 => any_way().recv_or_quit(receiver).map(|received| received.ok()),
        8 | 9 => match receiver.try_recv() {
            Err(TryRecvError::Empty) => None,
            received => Some(received.ok()),
        },
        10 | 11 => {
            let mut messages = Vec::new();
            let outcome = receiver.recv_many(&mut messages, 3);
            received.extend(messages.iter().map(Value::id));
            outcome.is_err().then_some(None)
        }
        12 => {
            let (_sender, silent) = bounded_at::<Value>(1, u64::MAX);
            let mut select = Select::new();
            select.recv(&silent);
            select.recv(receiver);
            Some(select.select().recv(receiver).ok())
        }
        13 => {
            let (_sender, silent) = bounded_at::<Value>(1, u64::MAX);
            let select = Selector::new().recv(&silent, |_| None).recv(receiver, Result::ok);
            Some(select.wait())
        }
        14 => {
            *receiver = receiver.clone();
            None
        }
        _ => {
            let weak = receiver.downgrade();
            *receiver = weak.upgrade().expect("this one is there");
            None
        }
    };
    match outcome {
        Some(Some(message)) => received.push(message.id()),
        Some(None) => return false,
        None => {}
    }
    true
}

fn anything(ledger: &'static Ledger) {
    let mut chance = thread_rng();
    let (sender, receiver) = bounded_at(any_capacity(), u64::MAX);
    let others = Others::default();
    let senders = (0..chance.gen_range(1..=4)).map(|thread| {
        let (others, operations) = (others.clone(), chance.gen_range(1..=6));
        let mut sender = sender.clone();
        thread::spawn(move || {
            let work = others.begin();
            let (mut ids, mut sent) = (own(thread), Sent::default());
            for _ in 0..operations {
                if !send(&mut sender, ledger, &mut ids, &mut sent) {
                    break;
                }
                work.done();
            }
            sent
        })
    });
    let senders = Vec::from_iter(senders);
    let receivers = (0..chance.gen_range(2..=4)).map(|_| {
        // One that stays learns of the end.
        let others = others.clone();
        let operations = if chance.gen_ratio(1, 2) { 100 } else { chance.gen_range(1..=4) };
        let mut receiver = receiver.clone();
        thread::spawn(move || {
            let work = others.begin();
            let (mut received, mut is_over) = (Vec::new(), false);
            for _ in 0..operations {
                is_over = !receive(&mut receiver, &mut received);
                if is_over {
                    break;
                }
                work.done();
            }
            assert_own_order(&received);
            (received, is_over)
        })
    });
    let receivers = Vec::from_iter(receivers);
    drop((sender, receiver));

    let (mut accepted, mut received) = (Vec::new(), Vec::new());
    for sender in senders {
        let mut sent = sender.join().unwrap();
        accepted.append(&mut sent.accepted);
        received.append(&mut sent.evicted);
    }
    let mut is_over = false;
    for receiver in receivers {
        let (mut some, learned) = receiver.join().unwrap();
        received.append(&mut some);
        is_over |= learned;
    }
    if is_over {
        return assert_exactly(received, accepted);
    }
    received.sort_unstable();
    assert!(received.is_sorted_by(|a, b| a < b), "a message twice: {received:?}");
    assert!(received.iter().all(|id| accepted.contains(id)), "{received:?} of {accepted:?}");
}

#[test]
fn anything_on_a_channel() {
    explore_random("anything on a channel", 8, anything);
}
