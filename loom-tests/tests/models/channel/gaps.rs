//! Positions that were skipped, in a channel where somebody sleeps: only receivers pass them, so
//! room may come without a message being received.

use loom_tests::thread;
use loom_tests::{Value, assert_exactly, explore_skipping};
use ringway::channel::{Receiver, Sender, TryRecvError, TrySendError};
use ringway::hook::{self, Point};

use super::{channel, drain};

/// Sends a message; when its slot is claimed the thread does something else first, as long as it
/// takes.
fn send_suspended(
    sender: &Sender<Value>,
    message: Value,
    meanwhile: impl FnOnce() + 'static,
) -> bool {
    let mut meanwhile = Some(meanwhile);
    hook::set(move |point| {
        if point == Point::Claimed {
            meanwhile.take().into_iter().for_each(|act| act());
        }
    });
    sender.send(message).is_ok()
}

/// Passes what is skipped, for both ends.
fn pass_skipped(sender: &Sender<Value>, receiver: &Receiver<Value>, message: Value) {
    let received = receiver.try_recv().map(|message| message.id());
    assert_eq!(received, Err(TryRecvError::Empty));
    assert!(matches!(sender.try_send(message), Err(TrySendError::Full(_))));
}

/// One sender is suspended for good and costs a slot. Another is late, with a third behind it, finds its
/// slot taken back and the channel full of skipped positions, and waits for room: for a receiver that waits
/// for a message. One preemption takes minutes; shuttle has as many as it likes.
#[test]
fn both_ends_wait_beside_skipped_positions() {
    explore_skipping("both wait beside gaps", (0, 50), |ledger| {
        let (sender, receiver) = channel(3);
        let (suspended, last) = (sender.clone(), receiver.clone());
        let sends = send_suspended(&suspended, ledger.value(0), move || {
            let others = receiver.clone();
            let late = thread::spawn(move || {
                let (another, third) = (sender.clone(), sender.clone());
                let pass = move || pass_skipped(&another, &others, ledger.value(3));
                let follow = move || assert!(send_suspended(&third, ledger.value(2), pass));
                assert!(send_suspended(&sender, ledger.value(1), follow));
            });
            let received = [(); 2].map(|()| receiver.recv().unwrap().id());
            assert_exactly(Vec::from(received), vec![1, 2]);
            late.join().unwrap();
        });
        assert!(sends);
        assert_eq!(drain(&last), [0]);
    });
}

/// A batch is late somewhere in its middle and gives up what follows, while a receiver waits.
#[test]
fn a_batch_that_gives_up_positions_wakes_the_receiver() {
    for capacity in 1..=2 {
        explore_skipping(
            &format!("a batch gives up, capacity {capacity}"),
            (1, 1),
            move |ledger| {
                let (sender, receiver) = channel(capacity);
                let batch = thread::spawn(move || {
                    let mut messages = vec![ledger.value(0), ledger.value(1)];
                    assert_eq!(sender.send_all(&mut messages), Ok(()));
                    sender
                });
                for id in 0..2 {
                    assert_eq!(receiver.recv().unwrap().id(), id);
                }
                drop(batch.join().unwrap());
            },
        );
    }
}

/// Two senders and a receiver, each of which may be skipped or sleep.
#[test]
fn two_senders_skip_each_other() {
    explore_skipping("two senders skip", (1, 600), |ledger| {
        let (sender, receiver) = channel(2);
        let another = sender.clone();
        let first = thread::spawn(move || sender.send(ledger.value(0)).is_ok());
        let second = thread::spawn(move || {
            assert!(another.send(ledger.value(10)).is_ok());
            another
        });
        let received = (0..2).map(|_| receiver.recv().unwrap().id()).collect();
        assert!(first.join().unwrap());
        drop(second.join().unwrap());
        assert_exactly(received, vec![0, 10]);
        assert!(drain(&receiver).is_empty());
    });
}
