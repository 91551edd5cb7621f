//! Channels bounded by weight with several threads on each end: messages of all sizes, permits, envelopes, claims, and
//! those that go away, some of them late.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use loom_tests::future::block_on;
use loom_tests::{Ledger, Others, Value, assert_exactly, explore_random, poll_once, thread};
use ringway::channel::weighted::{SendError, SendTimeoutError, Sender};
use ringway::channel::weighted_at;
use shuttle::rand::{Rng, thread_rng};

use super::{any_capacity, assert_own_order, own};

/// A value weighs so much more for each of its last digit, up to the limit.
fn weight(value: &Value) -> usize {
    value.id() as usize % 7
}

/// Sends in one of the ways; whether it did.
fn send(sender: &Sender<Value>, ledger: &'static Ledger, id: u64) -> bool {
    let message = ledger.value(id);
    let size = weight(&message);
    let sent = match thread_rng().gen_range(0..8) {
        0..2 => sender.send(message),
        2..4 => block_on(sender.send_async(message)),
        4 => match sender.send_timeout(message, Duration::from_secs(1)) {
            Err(SendTimeoutError::Timeout(_)) => return false,
            sent => sent.map_err(|refused| SendError::Disconnected(refused.into_inner())),
        },
        5 => return poll_once(sender.send_async(message)).is_some(),
        6 => sender.reserve(size).unwrap().send(message),
        _ => return sender.try_send(message).is_ok(),
    };
    sent.unwrap();
    true
}

fn anything(ledger: &'static Ledger) {
    let mut chance = thread_rng();
    let limit = chance.gen_range(6..=12);
    let (sender, receiver) = weighted_at(any_capacity(), limit, weight, u64::MAX);
    let others = Others::default();
    let senders = (0..chance.gen_range(1..=3)).map(|thread| {
        let (sender, others, operations) =
            (sender.clone(), others.clone(), chance.gen_range(1..=6));
        thread::spawn(move || {
            let work = others.begin();
            let mut sent = Vec::new();
            for id in own(thread).take(operations) {
                if send(&sender, ledger, id) {
                    sent.push(id);
                }
                work.done();
            }
            sent
        })
    });
    let senders: Vec<_> = senders.collect();
    let kept = Arc::new(AtomicUsize::new(0));
    let receivers = (0..chance.gen_range(1..=2)).map(|_| {
        let (receiver, kept) = (receiver.clone(), kept.clone());
        thread::spawn(move || {
            let mut received = Vec::new();
            loop {
                if thread_rng().gen_range(0..2) == 0 {
                    let Ok(message) = receiver.recv() else { break };
                    received.push(message.id());
                } else {
                    let Ok(envelope) = receiver.recv_envelope() else { break };
                    let size = envelope.weight();
                    let before = kept.fetch_add(size, Ordering::SeqCst);
                    assert!(before + size <= limit, "{before} and {size}");
                    received.push(envelope.id());
                    thread::yield_now();
                    kept.fetch_sub(size, Ordering::SeqCst);
                }
            }
            received
        })
    });
    let receivers: Vec<_> = receivers.collect();
    let sent: Vec<_> = senders.into_iter().flat_map(|one| one.join().unwrap()).collect();
    let weak = sender.downgrade();
    assert!(sender.close());
    let received: Vec<Vec<_>> = receivers.into_iter().map(|one| one.join().unwrap()).collect();
    received.iter().for_each(|received| assert_own_order(received));
    assert_exactly(received.concat(), sent);
    assert_eq!(weak.upgrade().unwrap().weight(), 0);
}

#[test]
fn threads_send_messages_of_all_sizes() {
    explore_random("messages of all sizes", 1, anything);
}
