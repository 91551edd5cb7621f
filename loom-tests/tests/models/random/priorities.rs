//! Classes with several senders each, and receivers of all of them or of one, that wait in any way, give up, come and
//! go, and close, some of them late.

use loom_tests::future::block_on;
use loom_tests::thread;
use loom_tests::{AtWork, Ledger, Others, Value, assert_exactly, explore_random, poll_once};
use ringway::channel::{Receiver, Sender, bounded_at, priorities};
use shuttle::rand::{Rng, thread_rng};

use super::{any_capacity, assert_own_order, own};

/// Sends all of its messages, as far as the class is open; those that were accepted.
fn send(
    sender: &Sender<Value>,
    ledger: &'static Ledger,
    ids: impl Iterator<Item = u64>,
    work: &AtWork,
) -> Vec<u64> {
    let mut accepted = Vec::new();
    for id in ids {
        let message = ledger.value(id);
        let sent = match thread_rng().gen_range(0..8) {
            0..4 => sender.send(message).is_ok(),
            4..6 => block_on(sender.send_async(message)).is_ok(),
            6 => sender.try_send(message).is_ok(),
            _ => sender.close() && sender.try_send(message).is_ok(),
        };
        accepted.extend(sent.then_some(id));
        work.done();
    }
    accepted
}

/// Receives in one of the ways; false if there is no more to come.
fn receive(receiver: &mut priorities::Receiver<Value>, received: &mut Vec<u64>) -> bool {
    let mut messages = Vec::new();
    let is_over = match thread_rng().gen_range(0..12) {
        0..4 => receiver.recv().map(|message| messages.push(message)).is_err(),
        4..6 => block_on(receiver.recv_async()).map(|message| messages.push(message)).is_err(),
        6 => receiver.recv_many(&mut messages, 3).is_err(),
        7 => {
            messages.extend(receiver.try_recv());
            false
        }
        8 | 9 => {
            // Dropped when it may have been told of something.
            messages.extend(poll_once(receiver.recv_async()).and_then(Result::ok));
            false
        }
        10 => {
            *receiver = receiver.clone();
            false
        }
        _ => {
            *receiver = receiver.downgrade().upgrade().expect("this one is there");
            false
        }
    };
    received.extend(messages.iter().map(Value::id));
    !is_over
}

fn anything(ledger: &'static Ledger) {
    let mut chance = thread_rng();
    let classes = chance.gen_range(1..=3);
    let (senders, receivers): (Vec<Sender<_>>, Vec<Receiver<_>>) =
        (0..classes).map(|_| bounded_at(any_capacity(), u64::MAX)).unzip();
    let receiver = priorities::Receiver::over(receivers);
    let receiver = match chance.gen_range(0..3) {
        0 => receiver.strict(),
        every => receiver.with_turns(every),
    };
    let others = Others::default();
    let sending = (0..chance.gen_range(1..=4)).map(|thread| {
        let sender = senders[chance.gen_range(0..classes)].clone();
        let (others, n) = (others.clone(), chance.gen_range(1..=4));
        thread::spawn(move || {
            let work = others.begin();
            send(&sender, ledger, own(thread).take(n), &work)
        })
    });
    let sending = Vec::from_iter(sending);
    // One that is for a class alone, by times.
    let alone = chance.gen_ratio(1, 3).then(|| {
        let own = receiver.classes()[chance.gen_range(0..classes)].clone();
        let others = others.clone();
        thread::spawn(move || {
            let _work = others.begin();
            own.iter().map(|message| message.id()).collect::<Vec<_>>()
        })
    });
    let receiving = (0..chance.gen_range(1..=3)).map(|number| {
        let (others, mut receiver) = (others.clone(), receiver.clone());
        // The first stays until the end.
        let operations = if number == 0 { 100 } else { chance.gen_range(1..=4) };
        thread::spawn(move || {
            let work = others.begin();
            let mut received = Vec::new();
            let is_over = (0..operations).any(|_| {
                work.done();
                !receive(&mut receiver, &mut received)
            });
            assert!(is_over || operations < 100, "the first learns of the end");
            received
        })
    });
    let receiving = Vec::from_iter(receiving);
    drop((senders, receiver));

    let accepted = sending.into_iter().flat_map(|sender| sender.join().unwrap()).collect();
    let mut received = Vec::new();
    for some in alone.into_iter().chain(receiving) {
        let some = some.join().unwrap();
        assert_own_order(&some);
        received.extend(some);
    }
    assert_exactly(received, accepted);
}

#[test]
fn anything_on_classes() {
    explore_random("anything on classes", 1, anything);
}
