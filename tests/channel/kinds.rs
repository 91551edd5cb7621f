//! What each channel of each kind does, on one thread.

use ringway::channel::{
    Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded, spsc,
};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::common::{End, receivers, senders};
use crate::polls::poll_once;

on_channels!(
    it_fills_and_empties_for_many_laps,
    every_way_in_and_out_keeps_the_order,
    it_is_shown_by_its_state,
    handles_are_counted_and_the_last_closes,
    what_is_left_is_dropped,
);

fn it_fills_and_empties_for_many_laps<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap();
    let mut numbers = 0..;
    let mut expected = 0..;
    for lap in 0..5 {
        while !sender.is_full() {
            assert!(sender.len() < capacity);
            sender.try_send(numbers.next().unwrap()).unwrap();
        }
        assert_eq!((sender.len(), receiver.len()), (capacity, capacity));
        assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
        assert_eq!(sender.send_timeout(9, Duration::ZERO), Err(SendTimeoutError::Timeout(9)));
        for _ in 0..capacity - lap % capacity {
            assert_eq!(receiver.try_recv().ok(), expected.next());
        }
        assert_eq!(receiver.len(), lap % capacity);
        while let Ok(message) = receiver.try_recv() {
            assert_eq!(Some(message), expected.next());
        }
        assert!(sender.is_empty() && receiver.is_empty());
        assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
    }
}

fn every_way_in_and_out_keeps_the_order<P: End, C: End>(
    sender: Sender<u64, P, C>,
    mut receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap() as u64;
    let mut many = Vec::new();
    for lap in 0..24 {
        for n in 0..capacity {
            let message = lap * capacity + n;
            match (lap + n) % 6 {
                0 => sender.try_send(message).unwrap(),
                1 => sender.send(message).unwrap(),
                2 => sender.send_slice(&[message]).unwrap(),
                3 => sender.send_all(&mut vec![message]).unwrap(),
                4 => assert_eq!(poll_once(&mut sender.send_async(message)), Poll::Ready(Ok(()))),
                _ => sender.send_timeout(message, Duration::MAX).unwrap(),
            }
        }
        for n in 0..capacity {
            let received = match (lap + 2 * n) % 6 {
                0 => receiver.try_recv().ok(),
                1 => receiver.recv().ok(),
                2 => receiver.recv_timeout(Duration::MAX).ok(),
                3 => receiver.iter().next(),
                4 => match poll_once(&mut C::recv_async(&mut receiver)) {
                    Poll::Ready(received) => received.ok(),
                    Poll::Pending => None,
                },
                _ => receiver.recv_many(&mut many, 1).ok().and_then(|_| many.pop()),
            };
            assert_eq!(received, Some(lap * capacity + n));
        }
        assert!(poll_once(&mut C::recv_async(&mut receiver)).is_pending());
    }
}

fn it_is_shown_by_its_state<P: End, C: End>(sender: Sender<u64, P, C>, receiver: Receiver<u64, C>) {
    let capacity = sender.capacity().unwrap();
    sender.try_send(7).unwrap();
    let shown = format!("{{ len: 1, capacity: {capacity}, is_closed: false, .. }}");
    assert_eq!(format!("{sender:?}"), format!("Sender {shown}"));
    assert_eq!(format!("{receiver:?}"), format!("Receiver {shown}"));
    sender.close();
    assert!(format!("{receiver:?}").contains("len: 1"), "closed, and the message is there");
    assert!(format!("{receiver:?}").contains("is_closed: true"));
}

fn handles_are_counted_and_the_last_closes<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let (mut senders, mut receivers) = (senders(sender, 3), receivers(receiver, 3));
    receivers[0].try_recv().unwrap_err();
    for left in (1..=senders.len()).rev() {
        assert_eq!((senders[0].sender_count(), receivers[0].sender_count()), (left, left));
        assert!(!receivers[0].is_closed());
        assert_eq!(receivers[0].try_recv(), Err(TryRecvError::Empty));
        senders.truncate(left.max(2) - 1);
    }
    for left in (1..=receivers.len()).rev() {
        assert_eq!((senders[0].receiver_count(), receivers[0].receiver_count()), (left, left));
        assert!(!senders[0].is_closed());
        receivers.truncate(left.max(2) - 1);
    }
    drop(senders);
    assert!(receivers[0].is_closed());
    assert_eq!((receivers[0].sender_count(), receivers[0].receiver_count()), (0, 1));
    assert_eq!(receivers[0].try_recv(), Err(TryRecvError::Disconnected));
}

fn what_is_left_is_dropped<P: End, C: End>(
    sender: Sender<Arc<()>, P, C>,
    receiver: Receiver<Arc<()>, C>,
) {
    let message = Arc::new(());
    let capacity = sender.capacity().unwrap();
    (0..capacity).for_each(|_| sender.send(message.clone()).unwrap());
    assert_eq!(Arc::strong_count(&message), 1 + capacity);
    drop(receiver.try_recv());
    assert_eq!(Arc::strong_count(&message), capacity);
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 1, "the sender is still there");
    assert!(sender.send(message.clone()).is_err());
    assert_eq!((sender.len(), Arc::strong_count(&message)), (0, 1));
}

/// What a panic says.
fn panics<R>(make: fn() -> R) -> String {
    let why = catch_unwind(|| drop(make())).unwrap_err();
    match why.downcast::<String>() {
        Ok(why) => *why,
        Err(why) => (*why.downcast::<&str>().unwrap()).to_string(),
    }
}

#[test]
fn a_capacity_past_the_address_space_is_refused() {
    for why in [panics(|| bounded::<u64>(usize::MAX)), panics(|| spsc::bounded::<()>(usize::MAX))] {
        assert!(why.contains("capacity"), "{why}");
    }
}
