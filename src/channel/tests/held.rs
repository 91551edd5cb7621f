//! A thread that is stopped while it holds the list of those who wait: nobody who tries waits for it.

use std::sync::Arc;

use super::finishes;
use super::room::{Bell, Stopped, poll};
use crate::channel::{Receiver, Sender, TryRecvError, TrySendError, bounded};
use crate::sync::hook::Point;

/// Lets a thread act on a channel of two until it holds a list, and others try meanwhile.
fn beside(
    messages: &'static [u64],
    act: impl FnOnce(&Sender<u64>, &Receiver<u64>) + Send + 'static,
    tries: impl FnOnce(&Sender<u64>, &Receiver<u64>) + Send + 'static,
) {
    finishes(move || {
        let (sender, receiver) = bounded(2);
        sender.send_slice(messages).unwrap();
        let (sends, receives) = (sender.clone(), receiver.clone());
        let stopped = Stopped::at(Point::Holds, move || act(&sends, &receives));
        tries(&sender, &receiver);
        stopped.release();
    });
}

#[test]
fn beside_one_who_joins() {
    beside(
        &[],
        |_, receiver| assert_eq!(receiver.recv(), Ok(1)),
        |sender, receiver| {
            assert_eq!([1, 2].map(|message| sender.try_send(message)), [Ok(()); 2]);
            assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
            assert_eq!((receiver.len(), receiver.drain().len()), (2, 2));
            assert_eq!(sender.force_send(1), Ok(None));
        },
    );
    beside(
        &[1, 2],
        |sender, _| sender.send(3).unwrap(),
        |_, receiver| {
            assert_eq!([(); 2].map(|()| receiver.try_recv()), [Ok(1), Ok(2)]);
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        },
    );
}

/// Whom it would have woken is woken by the one that is stopped, when it goes on.
#[test]
fn beside_one_who_notifies() {
    finishes(|| {
        let (sender, receiver) = bounded(2);
        let mut receiving = [(); 3].map(|()| receiver.recv_async());
        let bells: [Arc<Bell>; 3] = Default::default();
        for (future, bell) in receiving.iter_mut().zip(&bells) {
            assert!(poll(future, bell).is_pending());
        }
        let rings = || bells.each_ref().map(|bell| bell.rings());
        let sends = sender.clone();
        let stopped = Stopped::at(Point::Holds, move || sends.try_send(1));
        assert_eq!(sender.try_send(2), Ok(()));
        assert_eq!(rings(), [0; 3]);
        assert!(sender.close(), "nor does it wait");
        assert_eq!(rings(), [0; 3]);
        assert_eq!(stopped.release(), Ok(()));
        assert_eq!(rings(), [1; 3]);
        drop(receiving);
    });
}
