//! A send that was chosen, and what goes on until it has its message.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use std::thread;

use ringway::channel::{
    Receiver, Select, SelectedOperation, SendError, Sender, TryRecvError, TrySendError, bounded,
    select,
};

use crate::common::End;
use crate::watch::{asleep, finishes};

/// A send of this sender, chosen.
fn chosen<'a, T, P: End, C: End>(sender: &'a Sender<T, P, C>) -> SelectedOperation<'a> {
    let mut select = Select::new();
    select.send(sender);
    select.try_select().expect("there is room")
}

on_channels!(a_place_is_kept_in_order, a_place_that_is_given_up_is_free_again);

fn a_place_is_kept_in_order<P: End, C: End>(sender: Sender<u64, P, C>, receiver: Receiver<u64, C>) {
    let capacity = sender.capacity().unwrap() as u64;
    for message in 0..3 * capacity {
        let operation = chosen(&sender);
        assert_eq!((receiver.try_recv(), sender.len()), (Err(TryRecvError::Empty), 1));
        operation.send(&sender, message).unwrap();
        assert_eq!(receiver.try_recv(), Ok(message));
    }
    let all: Vec<_> = (0..capacity).map(|_| chosen(&sender)).collect();
    assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)));
    // Completed in another order than chosen.
    for (place, operation) in all.into_iter().enumerate().rev() {
        operation.send(&sender, place as u64).unwrap();
    }
    let expected: Vec<_> = (0..capacity).collect();
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), expected);
}

fn a_place_that_is_given_up_is_free_again<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap() as u64;
    for round in 0..3 * capacity {
        drop(chosen(&sender).may_be_left());
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        (0..capacity).for_each(|n| sender.try_send(round + n).unwrap());
        let expected: Vec<_> = (round..round + capacity).collect();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), expected);
        assert!(receiver.is_empty());
    }
    // Without a receiver that comes by.
    (0..100).for_each(|_| drop(chosen(&sender).may_be_left()));
    sender.try_send(7).unwrap();
    assert_eq!(receiver.try_recv(), Ok(7));
}

on_channels!(a_place_that_others_pass_is_skipped);

/// Others send behind it and are received: it does not hold them up, and the message is sent all the same.
fn a_place_that_others_pass_is_skipped<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap() as u64;
    if capacity == 1 {
        return;
    }
    for laps in [0, 1, 2] {
        let operation = chosen(&sender);
        let behind = 1 + laps * capacity;
        for message in 0..behind {
            sender.try_send(message).unwrap();
            assert_eq!(receiver.try_recv(), Ok(message));
        }
        assert_eq!(operation.send(&sender, 100), Ok(()));
        assert_eq!(receiver.try_recv(), Ok(100));
        sender.try_send(101).unwrap();
        assert_eq!(receiver.try_recv(), Ok(101));
    }
}

on_channels!(a_message_comes_back_from_a_channel_that_is_closed_meanwhile);

fn a_message_comes_back_from_a_channel_that_is_closed_meanwhile<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let operation = chosen(&sender);
    sender.close();
    // Who learns that it is disconnected has skipped it.
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(operation.send(&sender, 7), Err(SendError(7)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn what_was_promised_before_the_close_may_be_in() {
    let (sender, receiver) = bounded(2);
    let operation = chosen(&sender);
    sender.close();
    assert_eq!(operation.send(&sender, 7), Ok(()), "nobody has looked meanwhile");
    assert_eq!((receiver.recv().ok(), receiver.recv().ok()), (Some(7), None));
}

#[test]
fn the_last_receiver_goes_beside_a_promise() {
    finishes(|| {
        let (sender, receiver) = bounded(2);
        let operation = chosen(&sender);
        drop(receiver);
        assert_eq!(operation.send(&sender, 7), Err(SendError(7)));
        let (sender, receiver) = bounded(2);
        let operation = chosen(&sender);
        drop(receiver);
        drop(operation.may_be_left());
        assert_eq!(sender.send(7), Err(SendError(7)));
    });
}

#[test]
fn one_that_is_forgotten_costs_a_slot() {
    let (sender, receiver) = bounded(3);
    std::mem::forget(chosen(&sender));
    for message in 0..20 {
        sender.try_send(message).unwrap();
        assert_eq!(receiver.try_recv(), Ok(message));
    }
}

#[test]
fn a_receiver_that_sleeps_is_woken_by_the_message() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let operation = chosen(&sender);
        let receives = asleep(move || receiver.recv());
        operation.send(&sender, 7).unwrap();
        assert_eq!(receives.join().unwrap(), Ok(7));
    });
}

#[test]
fn a_sender_that_sleeps_is_woken_by_a_place_that_is_given_up() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let operation = chosen(&sender);
        let another = sender.clone();
        let sends = asleep(move || another.send(7));
        drop(operation.may_be_left());
        assert_eq!(sends.join().unwrap(), Ok(()));
        assert_eq!(receiver.recv(), Ok(7));
    });
}

/// The room that was skipped is room for another: the message waits for some.
#[test]
fn a_message_that_was_too_late_waits_for_room() {
    finishes(|| {
        let (sender, receiver) = bounded(2);
        let (tell, told) = bounded(1);
        let late = sender.clone();
        let waits = asleep(move || {
            let operation = chosen(&late);
            tell.send(()).unwrap();
            // It sleeps here until the others have sent and received behind it, and filled the channel.
            tell.send(()).unwrap();
            operation.send(&late, 7)
        });
        sender.send(1).unwrap();
        assert_eq!(receiver.recv(), Ok(1));
        while sender.try_send(2).is_ok() {}
        told.recv().unwrap();
        told.recv().unwrap();
        while receiver.recv() != Ok(7) {}
        assert_eq!(waits.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_message_whose_making_panics_gives_its_place_up() {
    fn none() -> u8 {
        panic!("no message")
    }

    let (sender, receiver) = bounded(1);
    for _ in 0..3 {
        let made = thread::scope(|scope| {
            let select = || select! { send(sender, none()) -> _ => () };
            scope.spawn(select).join()
        });
        assert_eq!(*made.unwrap_err().downcast::<&str>().unwrap(), "no message");
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    }
    sender.try_send(7).unwrap();
    assert_eq!(receiver.recv(), Ok(7));
}

/// Counts how often it is woken, and panics by that.
#[derive(Default)]
struct Breaks(AtomicUsize);

impl Wake for Breaks {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("a waker");
    }
}

/// It is woken when the promise is broken; and where it panics, nothing is lost by that.
#[test]
fn a_waker_that_panics_keeps_no_place() {
    let (sender, receiver) = bounded(1);
    let breaks = Arc::new(Breaks::default());
    {
        let operation = chosen(&sender);
        let mut sends = pin!(sender.send_async(1));
        let waker = Waker::from(Arc::clone(&breaks));
        assert!(sends.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            drop(operation.may_be_left());
        }));
        assert!(dropped.is_err());
    }
    assert_eq!(breaks.0.load(Ordering::Relaxed), 1);
    sender.try_send(7).unwrap();
    assert_eq!(receiver.recv(), Ok(7));
}
