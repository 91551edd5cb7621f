//! Futures and pollers that hold their handle: 'static, used again and again, and what they give back.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ringway::channel::{Receiver, RecvError, SendError, Sender, bounded, mpsc};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use ringway::channel::{Closed, RecvOwned, RecvPolling, SendOwned, Until};
use ringway::ring::{Shared, Solo};
use std::cell::Cell;
use std::rc::Rc;

use crate::common::End;
use crate::executors::Task;
use crate::polls::{Bell, poll, poll_once};

assert_impl_all!(SendOwned<Cell<u8>>: Send, Unpin);
assert_impl_all!(SendOwned<Cell<u8>, Solo, Solo>: Send, Unpin);
assert_impl_all!(RecvOwned<Cell<u8>>: Send, Unpin);
assert_impl_all!(RecvOwned<Cell<u8>, Solo>: Send, Unpin);
assert_impl_all!(RecvPolling<Box<Receiver<Cell<u8>, Solo>>>: Send, Unpin);
assert_impl_all!(RecvPolling<&'static Receiver<Cell<u8>>>: Send, Sync, Unpin);
assert_impl_all!(Closed<'static, Cell<u8>>: Send, Sync, Unpin);
assert_impl_all!(Closed<'static, Cell<u8>, Solo>: Send, Sync, Unpin);
assert_impl_all!(Until<SendOwned<Cell<u8>>, std::future::Pending<()>>: Send, Unpin);
assert_not_impl_any!(SendOwned<Rc<u8>>: Send);
assert_not_impl_any!(RecvOwned<Rc<u8>, Shared>: Send);
assert_not_impl_any!(RecvOwned<u8, Solo>: Sync);
assert_not_impl_any!(RecvPolling<Box<Receiver<u8, Solo>>>: Sync, Clone);
assert_not_impl_any!(Closed<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(Until<SendOwned<u8>, std::marker::PhantomPinned>: Unpin);

/// Each end keeps one boxed future after the other, as those do who write a `Stream` or a `Sink` of their own.
fn futures_that_hold_their_handles_pass_them_on<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u32, P, C>, Receiver<u32, C>),
) {
    let (sender, receiver) = make(1, 0);
    let mut sending: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(sender.into_send_async(0));
    let mut receiving: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(receiver.into_recv_async());
    let (mut sent, mut received) = (1, 0);
    while received < 20 {
        if let Poll::Ready((sender, outcome)) = poll_once(&mut sending) {
            assert_eq!(outcome, Ok(()));
            sending = Box::pin(sender.into_send_async(sent));
            sent += 1;
        }
        if let Poll::Ready((receiver, outcome)) = poll_once(&mut receiving) {
            assert_eq!(outcome, Ok(received));
            receiving = Box::pin(receiver.into_recv_async());
            received += 1;
        }
    }
}

on_kinds!(futures_that_hold_their_handles_pass_them_on);

/// They are spawned as they are.
fn futures_that_hold_their_handles_are_tasks(run: crate::executors::Run) {
    let (sender, receiver) = mpsc::bounded(1);
    let sends = (0..10).map(|n| {
        let sending = sender.clone().into_send_async(n);
        Box::pin(async { sending.await.1.unwrap() }) as Task
    });
    let mut tasks = Vec::from_iter(sends);
    drop(sender);
    tasks.push(Box::pin(async move {
        let (mut receiver, mut sum) = (receiver, 0);
        while let (back, Ok(message)) = receiver.into_recv_async().await {
            (receiver, sum) = (back, sum + message);
        }
        assert_eq!(sum, 45);
    }));
    run(tasks);
}

on_executors!(futures_that_hold_their_handles_are_tasks);

#[test]
fn a_future_gives_its_handle_back_with_an_error_too() {
    let (sender, receiver) = bounded(1);
    receiver.close();
    let (sender, refused) = unwrap(poll_once(&mut sender.into_send_async(1)));
    assert_eq!((refused, sender.sender_count()), (Err(SendError(1)), 1));
    let (receiver, refused) = unwrap(poll_once(&mut receiver.into_recv_async()));
    assert_eq!((refused, receiver.receiver_count()), (Err(RecvError), 1));
}

fn unwrap<R>(polled: Poll<R>) -> R {
    match polled {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}

/// One that gives up passes its notification on; one that is done has nothing left.
#[test]
fn what_a_future_holds_can_be_taken_back() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let mut first = sender.clone().into_send_async(2);
    assert!(poll_once(&mut first).is_pending());
    let (bell, ring) = Bell::new();
    let mut second = sender.clone().into_send_async(3);
    assert!(poll(&mut second, &ring).is_pending());
    assert_eq!((receiver.try_recv(), bell.rings()), (Ok(1), 0));
    let (taken, unsent) = first.into_inner();
    assert_eq!((taken.is_some(), unsent, bell.rings()), (true, Some(2), 1));
    drop(unwrap(poll(&mut second, &ring)));
    let (taken, unsent) = second.into_inner();
    assert_eq!((taken.is_none(), unsent), (true, None));

    let mut first = receiver.clone().into_recv_async();
    assert_eq!(unwrap(poll_once(&mut first)).1, Ok(3));
    assert!(first.into_inner().is_none());
    let mut first = receiver.clone().into_recv_async();
    assert!(poll_once(&mut first).is_pending());
    let mut second = receiver.into_recv_async();
    assert!(poll(&mut second, &ring).is_pending());
    sender.send(4).unwrap();
    assert_eq!((first.into_inner().is_some(), bell.rings()), (true, 2));
    assert_eq!(unwrap(poll(&mut second, &ring)).1, Ok(4));
}

/// The handle goes with a future that is dropped, and it may be the last.
#[test]
fn the_last_handles_go_with_their_futures() {
    let (sender, receiver) = bounded(1);
    let message = Arc::new(());
    sender.send(message.clone()).unwrap();
    let mut sending = sender.into_send_async(message.clone());
    assert!(poll_once(&mut sending).is_pending());
    drop(sending);
    assert!(receiver.is_closed() && Arc::strong_count(&message) == 2);
    let receiving = receiver.into_recv_async();
    drop(receiving);
    assert_eq!(Arc::strong_count(&message), 1, "what was queued is dropped");
}

/// Two who poll by hand have a place each, and none has one that does not wait.
#[test]
fn each_who_polls_by_hand_has_a_place() {
    let (sender, receiver) = bounded(4);
    let ((first_bell, first_ring), (bell, ring)) = (Bell::new(), Bell::new());
    let mut first = receiver.polling();
    let mut second = first.clone();
    assert!(first.poll_recv(&mut Context::from_waker(&first_ring)).is_pending());
    assert!(second.poll_recv(&mut Context::from_waker(&ring)).is_pending());
    let third = second.clone();
    sender.send(1).unwrap();
    assert_eq!((first_bell.rings(), bell.rings()), (1, 0), "the first has come first");
    drop(first);
    assert_eq!(bell.rings(), 1, "it passes on what it was told");
    let received = second.poll_recv(&mut Context::from_waker(&ring));
    assert_eq!(received, Poll::Ready(Ok(1)));
    // Nobody waits any more: neither one that has received nor one that was never polled.
    sender.send(2).unwrap();
    assert_eq!(bell.rings(), 1);
    drop((second, third));
    assert_eq!(receiver.try_recv(), Ok(2));
}

/// The waker of the last poll is the one that is woken, for a message or for many.
#[test]
fn c5_the_last_poll_by_hand_names_the_task() {
    let (sender, mut receiver) = mpsc::bounded(4);
    let ((before, first), (bell, ring)) = (Bell::new(), Bell::new());
    let mut polling = receiver.polling();
    let mut messages = vec![0];
    assert!(polling.poll_recv(&mut Context::from_waker(&first)).is_pending());
    let mut context = Context::from_waker(&ring);
    assert!(polling.poll_recv_many(&mut context, &mut messages, 2).is_pending());
    sender.send_slice(&[1, 2, 3]).unwrap();
    assert_eq!((before.rings(), bell.rings()), (0, 1));
    let many = polling.poll_recv_many(&mut context, &mut messages, 2);
    assert_eq!((many, &messages[..]), (Poll::Ready(Ok(2)), &[0, 1, 2][..]));
    assert_eq!(polling.poll_recv_many(&mut context, &mut messages, 0), Poll::Ready(Ok(0)));
    drop(sender);
    assert_eq!(polling.poll_recv(&mut context), Poll::Ready(Ok(3)));
    for _ in 0..2 {
        assert_eq!(polling.poll_recv(&mut context), Poll::Ready(Err(RecvError)));
        let many = polling.poll_recv_many(&mut context, &mut messages, 2);
        assert_eq!(many, Poll::Ready(Err(RecvError)));
    }
    assert_eq!((polling.len(), polling.capacity(), polling.is_closed()), (0, Some(4), true));
}

/// One that was polled once and is kept stops nobody: it is a future like others (L2).
#[test]
fn b7_a_kept_poller_does_not_stop_the_one_behind_it() {
    let (sender, receiver) = bounded(1);
    let mut kept = receiver.polling();
    assert!(kept.poll_recv(&mut Context::from_waker(Waker::noop())).is_pending());
    let (bell, ring) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &ring).is_pending());
    sender.try_send(1).unwrap();
    let tries = (0..1000).take_while(|_| sender.try_send(2).is_err());
    tries.take_while(|_| bell.rings() == 0).count();
    assert_eq!(poll(&mut receiving, &ring), Poll::Ready(Ok(1)));
}

/// A future by hand that has a receiver of its own, and gives it back.
fn a_future_by_hand_receives_all(run: crate::executors::Run) {
    let (sender, receiver) = mpsc::bounded(2);
    let sends = async move {
        for n in 0..100 {
            sender.send_async(n).await.unwrap();
        }
    };
    let receives = async move {
        let mut polling = receiver.into_polling();
        for n in 0..50 {
            assert_eq!(poll_fn(|context| polling.poll_recv(context)).await, Ok(n));
        }
        let (mut receiver, mut messages) = (polling.into_inner(), Vec::new());
        while receiver.recv_many_async(&mut messages, 7).await.is_ok() {}
        assert!(messages.into_iter().eq(50..100));
    };
    run(vec![Box::pin(sends), Box::pin(receives)]);
}

on_executors!(a_future_by_hand_receives_all);
