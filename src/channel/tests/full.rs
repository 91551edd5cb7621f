//! A channel that is full of positions that were skipped, beside a receiver that sleeps: only
//! receivers pass them, so whoever finds it full has to tell it, whether it goes to sleep or not.

use core::task::Poll;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::vec::Vec;

use super::room::{Bell, Stopped, poll};
use crate::channel::{Receiver, Selector, SendTimeoutError, Sender, WaitStrategy, bounded};
use crate::sync::now;

/// One who sends, and is stopped with its position claimed.
type Away = Stopped<Result<(), SendTimeoutError<u64>>>;

/// A channel of two slots, each of them held by a sender that is away.
fn held() -> (Sender<u64>, Receiver<u64>, [Away; 2]) {
    let (sender, receiver) = bounded(2);
    let away = [0, 1].map(|message| {
        let theirs = sender.clone();
        Stopped::of(move || theirs.send_timeout(message, Duration::ZERO))
    });
    (sender, receiver, away)
}

/// Lets `send` find the channel full: the receiver is told, and whoever is back first has room.
fn tells_the_receiver(send: impl FnOnce(&Sender<u64>)) {
    let (sender, receiver, [away, late]) = held();
    let (mut receiving, bell) = (receiver.recv_async(), Arc::<Bell>::default());
    assert!(poll(&mut receiving, &bell).is_pending());
    send(&sender);
    assert_eq!(bell.rings(), 1, "the channel is full of skipped positions, and nobody has told");
    assert!(poll(&mut receiving, &bell).is_pending(), "it passes them");
    assert_eq!(late.release(), Ok(()), "its slot is free");
    assert_eq!(poll(&mut receiving, &bell), Poll::Ready(Ok(1)));
    assert_eq!(away.release(), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(0));
}

#[test]
fn whoever_is_refused_tells_a_receiver_that_sleeps() {
    tells_the_receiver(|sender| assert!(sender.try_send(2).unwrap_err().is_full()));
    tells_the_receiver(|sender| {
        assert!(sender.send_timeout(2, Duration::ZERO).unwrap_err().is_timeout());
    });
    tells_the_receiver(|sender| assert!(sender.send_deadline(2, now()).unwrap_err().is_timeout()));
    tells_the_receiver(|sender| {
        let mut message = Some(2);
        assert!(Selector::new().send(sender, &mut message, |_| ()).try_wait().is_none());
    });
    tells_the_receiver(|sender| {
        assert!(poll(&mut sender.send_slice_async(&[2]), &Arc::default()).is_pending());
    });
    tells_the_receiver(|sender| {
        assert!(
            poll(&mut sender.send_all_async(&mut Vec::from([2])), &Arc::default()).is_pending()
        );
    });
}

/// A slot is free, and behind a position that was skipped.
#[test]
fn a_sender_that_never_sleeps_tells_a_receiver_that_does() {
    for strategy in [WaitStrategy::BusySpin, WaitStrategy::Yield] {
        let (sender, receiver, [away, late]) = held();
        let (mut receiving, bell) = (receiver.recv_async(), Arc::<Bell>::default());
        assert!(poll(&mut receiving, &bell).is_pending());
        let theirs = sender.clone().with_wait_strategy(strategy);
        let sending = thread::spawn(move || theirs.send(2));
        let mut sent = Vec::from([2]);
        sent.extend(late.release().is_ok().then_some(1));
        let (mut received, mut looks, mut seen) = (Vec::new(), 0..1 << 20, 0);
        while !sending.is_finished() {
            assert!(looks.next().is_some(), "{strategy:?}: it looks for ever beside a sleeper");
            thread::yield_now();
            if bell.rings() > seen {
                seen = bell.rings();
                if let Poll::Ready(message) = poll(&mut receiving, &bell) {
                    received.push(message.unwrap());
                    receiving = receiver.recv_async();
                }
            }
        }
        assert_eq!(sending.join().unwrap(), Ok(()));
        drop(receiving);
        received.extend(receiver.try_iter());
        assert_eq!(away.release(), Ok(()));
        sent.push(0);
        received.extend(receiver.try_iter());
        received.sort_unstable();
        sent.sort_unstable();
        assert_eq!(received, sent);
    }
}
