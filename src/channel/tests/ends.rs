//! The last receiver goes beside senders that are stopped anywhere.

use std::sync::Arc;
use std::vec;

use super::finishes;
use super::room::{Stopped, poll};
use crate::channel::{Sender, bounded_at};
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
