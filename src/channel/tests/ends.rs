//! The last receiver goes beside senders that are stopped anywhere; the last of an end is stopped itself.

use core::task::Poll;
use std::sync::Arc;
use std::vec;

use super::finishes;
use super::room::{Bell, Stopped, poll};
use crate::channel::{
    Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError, WeakReceiver, bounded,
    bounded_at,
};
use crate::sync::hook::Point;

type Message = Arc<()>;

/// Drops the last receiver of a channel beside a thread that stands in `send`, or never comes there. That
/// does not wait, and each message is dropped once.
fn goes_beside(send: fn(&Sender<Message>, Message), point: Point, capacity: usize, queued: usize) {
    let message = Message::new(());
    let (sender, receiver) = bounded_at(capacity, u64::MAX);
    (0..queued).for_each(|_| sender.try_send(message.clone()).unwrap());
    let (theirs, its) = (sender.clone(), message.clone());
    let away = Stopped::if_ever(point, move || send(&theirs, its));
    finishes(move || drop(receiver));
    assert!(sender.is_closed() && sender.is_empty(), "{point:?} {capacity} {queued}");
    away.release();
    assert_eq!(Arc::strong_count(&message), 1, "{point:?} {capacity} {queued}");
    #[cfg(feature = "metrics")]
    assert_eq!(sender.metrics().sent, sender.metrics().received, "{point:?} {capacity} {queued}");
    assert!(sender.try_send(message).is_err());
}

#[test]
fn the_last_receiver_goes_beside_a_sender_that_is_stopped() {
    let sends: [fn(&Sender<Message>, Message); 3] = [
        |sender, message| drop(sender.try_send(message)),
        |sender, message| drop(sender.force_send(message)),
        |sender, message| {
            let mut two = vec![message.clone(), message];
            let _ = poll(&mut sender.send_all_async(&mut two), &Arc::default());
        },
    ];
    let points = [
        Point::Asking,
        Point::Reserved,
        Point::Looked,
        Point::Claimed,
        Point::Moved,
        Point::Committed,
    ];
    for send in sends {
        for point in points {
            for capacity in 1..4 {
                for queued in 0..=capacity {
                    goes_beside(send, point, capacity, queued);
                }
            }
        }
    }
}

/// A sender that is stopped with its position claimed, the last, when the channel is closed: nobody waits for
/// it, and it gets its message back.
#[test]
fn who_receives_from_a_closed_channel_goes_on_beside_a_sender_that_is_stopped() {
    type Receives = fn(&Receiver<u8>) -> bool;
    let receives: [Receives; 4] = [
        |receiver| receiver.try_recv() == Err(TryRecvError::Disconnected),
        |receiver| receiver.recv() == Err(RecvError),
        |receiver| receiver.recv_many(&mut vec![], 2) == Err(RecvError),
        |receiver| poll(&mut receiver.recv_async(), &Arc::default()) == Poll::Ready(Err(RecvError)),
    ];
    for receives in receives {
        let (sender, receiver) = bounded(2);
        let theirs = sender.clone();
        let away = Stopped::of(move || theirs.send(1));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert!(sender.close());
        assert!(finishes(move || receives(&receiver)), "it waits for the sender");
        assert_eq!(away.release(), Err(SendError(1)));
    }
}

/// The last sender stands between that it no longer counts and the close. Who learns that no sender is left
/// finds the channel closed, and who sleeps is woken when the sender goes on.
#[test]
fn who_learns_that_the_senders_are_gone_finds_the_channel_closed() {
    for asks_for_the_count in [true, false] {
        let (sender, receiver) = bounded::<u8>(1);
        let weak = sender.downgrade();
        let (sleeper, bell) = (receiver.clone(), Arc::new(Bell::default()));
        let mut sleeps = sleeper.recv_async();
        assert!(poll(&mut sleeps, &bell).is_pending());
        let last = Stopped::at(Point::Looked, move || drop(sender));
        if asks_for_the_count {
            assert_eq!(receiver.sender_count(), 0);
        } else {
            assert!(weak.upgrade().is_none());
        }
        assert!(receiver.is_closed(), "no sender is left, counted: {asks_for_the_count}");
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        last.release();
        assert_eq!(bell.rings(), 1, "nobody has woken who sleeps");
        assert_eq!(poll(&mut sleeps, &bell), Poll::Ready(Err(RecvError)));
    }
}

/// Finds out that no receiver is left.
type Learns = fn(&Sender<u8>, &WeakReceiver<u8>);

/// The same of the last receiver: what is sent then comes back.
#[test]
fn who_learns_that_the_receivers_are_gone_gets_its_message_back() {
    let learns: [Learns; 2] = [
        |sender, _| assert_eq!(sender.receiver_count(), 0),
        |_, weak| assert!(weak.upgrade().is_none()),
    ];
    for learns in learns {
        let (sender, receiver) = bounded(2);
        let weak = receiver.downgrade();
        sender.send(0).unwrap();
        let (sleeper, bell) = (sender.clone(), Arc::new(Bell::default()));
        let mut two = vec![1, 2];
        let mut sleeps = sleeper.send_all_async(&mut two);
        assert!(poll(&mut sleeps, &bell).is_pending());
        let last = Stopped::at(Point::Looked, move || drop(receiver));
        learns(&sender, &weak);
        assert!(sender.is_closed(), "no receiver is left");
        assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
        last.release();
        assert!(sender.is_empty() && bell.rings() == 1, "nobody has woken who sleeps");
        assert_eq!(poll(&mut sleeps, &bell), Poll::Ready(Err(SendError(()))));
    }
}
