//! Places in the list: who is told there looks, or another is told.

use std::boxed::Box;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use std::vec::Vec;

use core::future::Future;
use core::pin::Pin;

use super::room::{Bell, Panics, Stopped, poll, receives_late};
use crate::channel::{Receiver, RecvError, Sender, bounded};
use crate::sync::hook::{self, Point};

/// It is told between its two looks, and has used that when it sends.
#[test]
fn a_task_that_is_told_in_its_first_poll_tells_the_next() {
    let (sender, receiver) = bounded(3);
    (0..3).for_each(|message| sender.send(message).unwrap());
    let theirs = receiver.clone();
    let away = Stopped::of(move || theirs.recv());
    assert_eq!(receiver.recv(), Ok(1));
    sender.send(3).unwrap();
    let theirs = sender.clone();
    let mut told = Box::pin(async move { theirs.send_async(10).await });
    let bell = Arc::<Bell>::default();
    assert!(poll(&mut told, &bell).is_pending());
    assert_eq!(away.release(), Ok(0));
    assert_eq!(bell.rings(), 1);
    let told = Rc::new(RefCell::new(told));
    let (again, ring, theirs) = (Rc::clone(&told), Arc::clone(&bell), receiver.clone());
    let mut has_acted = false;
    hook::set(move |point| {
        if point == Point::Listed && !has_acted {
            has_acted = true;
            assert!(poll(&mut *again.borrow_mut(), &ring).is_pending(), "its slot comes behind");
            assert_eq!(theirs.recv(), Ok(2));
        }
    });
    let mut new = sender.send_async(11);
    assert_eq!(poll(&mut new, &Arc::default()), Poll::Ready(Ok(())));
    hook::set(|_| ());
    assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut *told.borrow_mut(), &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([3, 11, 10]));
}

/// One who waits for room beside others, and is polled before it is told, sends and ends with the panic
/// of a receiver's waker. It waits for nothing any more: the next room is for the one behind it.
fn leaves_the_list<F: Future + Unpin>(
    (sender, receiver): (&Sender<u64>, &Receiver<u64>),
    mut sending: F,
) {
    // Of two who wait to receive the second is not told of the first message.
    let told = receives_late(receiver);
    let (mut receiving, panics) = (receiver.recv_async(), Waker::from(Arc::new(Panics)));
    assert!(Pin::new(&mut receiving).poll(&mut Context::from_waker(&panics)).is_pending());
    sender.try_send(0).unwrap();
    let (mut before, mut behind) = (sender.send_async(1), sender.send_async(3));
    let bells: [Arc<Bell>; 3] = Default::default();
    assert!(poll(&mut before, &bells[0]).is_pending());
    assert!(poll(&mut sending, &bells[1]).is_pending());
    assert!(poll(&mut behind, &bells[2]).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut sending, &bells[1]))).is_err());
    assert_eq!(receiver.try_recv(), Ok(2));
    let rings = bells.map(|bell| bell.rings());
    assert_eq!(rings, [1, 0, 1], "there is room, and one was told that has nothing to send");
    sender.close();
    assert_eq!(told.release(), Err(RecvError));
}

#[test]
fn a_future_that_has_sent_when_a_waker_panics_leaves_the_list() {
    let (sender, receiver) = bounded(1);
    leaves_the_list((&sender, &receiver), sender.send_async(2));
}

#[test]
#[cfg(feature = "futures")]
fn a_sink_that_has_sent_when_a_waker_panics_leaves_the_list() {
    use futures_util::SinkExt;
    let (sender, receiver) = bounded(1);
    let mut sink = sender.clone().into_sink();
    leaves_the_list((&sender, &receiver), sink.send(2));
}

/// A message whose drop waits for room.
struct Waits(Option<(Sender<Waits>, Receiver<Waits>, Arc<Bell>)>);

impl Drop for Waits {
    fn drop(&mut self) {
        if let Some((sender, receiver, bell)) = self.0.take() {
            let mut sending = sender.send_async(Waits(None));
            assert!(poll(&mut sending, &bell).is_pending());
            drop(receiver.try_recv());
            assert!(poll(&mut sending, &Arc::default()).is_ready());
        }
    }
}

/// A full channel, and a message for it whose drop waits, by a bell.
fn full() -> (Sender<Waits>, Waits, Arc<Bell>) {
    let (sender, receiver) = bounded(1);
    assert!(sender.try_send(Waits(None)).is_ok());
    let bell = Arc::<Bell>::default();
    (sender.clone(), Waits(Some((sender, receiver, Arc::clone(&bell)))), bell)
}

#[test]
fn a_future_leaves_the_list_before_its_message_is_dropped() {
    let (sender, message, bell) = full();
    let mut sending = sender.send_async(message);
    assert!(poll(&mut sending, &Arc::default()).is_pending());
    drop(sending);
    assert_eq!(bell.rings(), 1, "there is room, and the one that is dropped was told of it");
}

#[test]
#[cfg(feature = "futures")]
fn a_sink_leaves_the_list_before_its_message_is_dropped() {
    use futures_util::SinkExt;
    let (sender, message, bell) = full();
    let receiver = message.0.as_ref().unwrap().1.clone();
    let mut sink = sender.clone().into_sink();
    // Another takes the room that it is ready by.
    drop(receiver.try_recv());
    assert!(sink.poll_ready_unpin(&mut Context::from_waker(Waker::noop())).is_ready());
    assert!(sender.try_send(Waits(None)).is_ok());
    assert!(sink.start_send_unpin(message).is_ok());
    assert!(poll(&mut sink.flush(), &Arc::default()).is_pending());
    drop(receiver);
    drop(sink);
    assert_eq!(bell.rings(), 1, "there is room, and the one that is dropped was told of it");
}

/// Lets one wait that is told twice, the second time for one behind it whose waker panics, and whether the
/// message that it received by then is dropped.
fn drops_its_message(receive: impl FnOnce(&Receiver<Arc<()>>)) {
    let (sender, receiver) = bounded(2);
    let (message, theirs, mut behind) = (Arc::new(()), receiver.clone(), None);
    let (sent, sends) = (Arc::clone(&message), sender.clone());
    hook::set(move |point| {
        if point == Point::Listed && behind.is_none() {
            let theirs = theirs.clone();
            let mut receiving = Box::pin(async move { theirs.recv_async().await });
            let waker = Waker::from(Arc::new(Panics));
            assert!(receiving.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            behind = Some(receiving);
            sends.send(Arc::clone(&sent)).unwrap();
        }
    });
    let received = catch_unwind(AssertUnwindSafe(|| receive(&receiver)));
    hook::set(|_| ());
    assert!(received.is_err(), "the one behind it is told");
    drop((sender, receiver));
    assert_eq!(Arc::strong_count(&message), 1, "what was received is dropped with the panic");
}

#[test]
fn what_was_received_is_dropped_where_the_waker_of_the_next_panics() {
    drops_its_message(|receiver| _ = receiver.recv());
    drops_its_message(|receiver| _ = receiver.recv_timeout(Duration::MAX));
    drops_its_message(|receiver| _ = receiver.recv_many(&mut Vec::new(), 2));
    drops_its_message(|receiver| _ = receiver.iter().next());
}

/// One that is dropped with the last receiver, which closes the channel and wakes all who wait, waits no
/// more by then.
#[test]
#[cfg(feature = "futures")]
fn a_stream_leaves_the_list_before_its_receiver_closes_the_channel() {
    use futures_util::StreamExt;
    let (_sender, receiver) = bounded::<u64>(1);
    let (mut stream, bell) = (receiver.into_stream(), Arc::<Bell>::default());
    assert!(poll(&mut stream.next(), &bell).is_pending());
    drop(stream);
    assert_eq!(bell.rings(), 0, "it wakes the task that drops it");
}

/// It may be polled on, though the future of a `next` is dropped: what it is told of is for it.
#[test]
#[cfg(feature = "futures")]
fn a_stream_keeps_its_place_until_it_is_dropped() {
    use futures_util::StreamExt;
    let (sender, receiver) = bounded::<u64>(1);
    let (mut stream, mut behind) = (receiver.stream(), receiver.recv_async());
    let bells: [Arc<Bell>; 2] = Default::default();
    assert!(poll(&mut stream.next(), &bells[0]).is_pending());
    assert!(poll(&mut behind, &bells[1]).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bells.each_ref().map(|bell| bell.rings()), [1, 0]);
    drop(stream);
    assert_eq!(bells[1].rings(), 1, "it sleeps beside a message");
    assert_eq!(poll(&mut behind, &bells[1]), Poll::Ready(Ok(1)));
}
