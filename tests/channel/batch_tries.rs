//! Batches that wait for nothing.

use std::sync::Arc;

use ringway::channel::{Receiver, Sender, TryRecvError, TrySendError, bounded};

use crate::common::End;
use crate::polls::{Bell, poll};
use crate::watch::{asleep, finishes};

/// As much as fits goes, in order, and the rest comes back.
fn what_fits_goes_and_the_rest_comes_back<P: End, C: End>(
    sender: Sender<u32, P, C>,
    receiver: Receiver<u32, C>,
) {
    let capacity = sender.capacity().unwrap() as u32;
    let mut received = Vec::new();
    let empty = receiver.try_recv_many(&mut received, 1);
    assert_eq!(empty, Err(TryRecvError::Empty));
    let all = Vec::from_iter(0..capacity + 2);
    let rest = &all[capacity as usize..];
    assert_eq!(sender.try_send_slice(&all), Err(TrySendError::Full(rest)));
    assert_eq!(sender.try_send_slice(rest), Err(TrySendError::Full(rest)));
    assert_eq!(sender.try_send_slice(&[]), Ok(()));
    let mut messages = rest.to_vec();
    assert_eq!(sender.try_send_all(&mut messages), Err(TrySendError::Full(())));
    assert_eq!(messages, rest);
    assert_eq!(receiver.try_recv_many(&mut received, 0), Ok(0));
    assert_eq!(receiver.try_recv_many(&mut received, 1), Ok(1));
    assert_eq!(sender.try_send_all(&mut messages), Err(TrySendError::Full(())));
    assert_eq!(messages, [capacity + 1]);
    while receiver.try_recv_many(&mut received, usize::MAX).is_ok() {}
    assert_eq!(sender.try_send_all(&mut messages), Ok(()));
    receiver.close();
    assert_eq!(sender.try_send_slice(&[9]), Err(TrySendError::Disconnected(&[9][..])));
    messages.push(9);
    assert_eq!(sender.try_send_all(&mut messages), Err(TrySendError::Disconnected(())));
    assert_eq!(messages, [9]);
    assert_eq!(receiver.try_recv_many(&mut received, 2), Ok(1));
    let over = receiver.try_recv_many(&mut received, 2);
    assert_eq!(over, Err(TryRecvError::Disconnected));
    assert_eq!(received, all);
}

on_channels!(what_fits_goes_and_the_rest_comes_back);

/// As many are told as there is something for.
#[test]
fn those_who_wait_are_told_of_a_batch() {
    let (sender, receiver) = bounded(2);
    let message = Arc::new(());
    let (bell, ring) = Bell::new();
    let mut waiting = [(); 3].map(|()| receiver.recv_async());
    assert!(waiting.iter_mut().all(|receiving| poll(receiving, &ring).is_pending()));
    let mut messages = vec![message.clone(); 3];
    assert!(sender.try_send_all(&mut messages).unwrap_err().is_full());
    assert_eq!((bell.rings(), messages.len()), (2, 1));
    drop(waiting);
    let mut sending = [(); 3].map(|()| sender.send_async(message.clone()));
    assert!(sending.iter_mut().all(|sending| poll(sending, &ring).is_pending()));
    let before = bell.rings();
    assert_eq!(receiver.try_recv_many(&mut messages, 9), Ok(2));
    assert_eq!(bell.rings() - before, 2);
    drop((sending, messages));
    assert_eq!(Arc::strong_count(&message), 1);
}

/// Each goes alone there.
#[test]
fn at_a_rendezvous_as_many_go_as_threads_wait_for_them() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let wait = || {
            [(); 2].map(|()| {
                let receiver = receiver.clone();
                asleep(move || receiver.recv().unwrap())
            })
        };
        let waits = wait();
        assert_eq!(sender.try_send_slice(&[1, 2, 3]), Err(TrySendError::Full(&[3][..])));
        assert_eq!(waits.map(|waits| waits.join().unwrap()), [1, 2]);
        let (waits, mut messages) = (wait(), vec![4, 5, 6]);
        assert_eq!(sender.try_send_all(&mut messages), Err(TrySendError::Full(())));
        assert_eq!((waits.map(|waits| waits.join().unwrap()), &messages[..]), ([4, 5], &[6][..]));
        receiver.close();
        assert_eq!(sender.try_send_slice(&[7]), Err(TrySendError::Disconnected(&[7][..])));
    });
}

#[cfg(feature = "metrics")]
#[test]
fn what_did_not_fit_is_counted_as_refused() {
    let (sender, _receiver) = bounded(1);
    assert!(sender.try_send_slice(&[1, 2, 3]).is_err());
    assert!(sender.try_send_all(&mut vec![4]).is_err());
    assert_eq!((sender.metrics().refused, sender.metrics().sent), (3, 1));
}
