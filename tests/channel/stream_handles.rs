//! Streams and sinks as handles: clones, what they say of their channel, and the way back.

use std::task::{Context, Poll, Waker};

use futures_util::{FutureExt, SinkExt, StreamExt};
use ringway::channel::{Receiver, RecvStream, SendSink, bounded, mpsc, spmc};
use ringway::ring::{Shared, Solo};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::polls::{Bell, poll_once};

// They are cloned where their handles can be.
assert_impl_all!(RecvStream<Box<Receiver<u8>>>: Clone);
assert_impl_all!(RecvStream<&'static Receiver<u8>>: Clone);
assert_impl_all!(SendSink<u8>: Clone);
assert_impl_all!(SendSink<u8, Shared, Solo>: Clone);
assert_not_impl_any!(RecvStream<Box<Receiver<u8, Solo>>>: Clone);
assert_not_impl_any!(SendSink<u8, Solo>: Clone);

/// What one holds and waits for is its own.
#[test]
fn clones_of_streams_and_sinks_begin_anew() {
    let (sender, receiver) = bounded(1);
    let mut sink = sender.clone().into_sink();
    let mut context = Context::from_waker(Waker::noop());
    assert!(sink.poll_ready_unpin(&mut context).is_ready());
    sender.try_send(1).unwrap();
    sink.start_send_unpin(2).unwrap();
    assert!(sink.poll_flush_unpin(&mut context).is_pending());
    let mut another = sink.clone();
    assert_eq!((another.take_unsent(), receiver.sender_count()), (None, 3));
    assert_eq!(another.flush().now_or_never(), Some(Ok(())), "it holds nothing");
    drop(another);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(sink.flush().now_or_never(), Some(Ok(())));

    let mut stream = receiver.into_stream();
    assert_eq!(stream.next().now_or_never(), Some(Some(2)));
    let (bell, ring) = Bell::new();
    assert!(stream.poll_next_unpin(&mut Context::from_waker(&ring)).is_pending());
    let mut another = stream.clone();
    sender.send(3).unwrap();
    assert_eq!(bell.rings(), 1, "the first waits, and the clone does not");
    assert_eq!(another.next().now_or_never(), Some(Some(3)));
    drop((sender, sink));
    assert_eq!(another.next().now_or_never(), Some(None));
    assert_eq!(another.clone().next().now_or_never(), Some(None));
}

#[test]
fn streams_and_sinks_say_what_their_handles_say() {
    let (sender, receiver) = bounded(2);
    let (others, other_receiver) = bounded::<u8>(2);
    let mut sink = sender.clone().into_sink();
    let stream = receiver.stream();
    assert_eq!((sink.len(), sink.capacity(), stream.capacity()), (0, Some(2), Some(2)));
    assert!(sink.is_empty() && stream.is_empty() && !sink.is_full());
    sender.send_slice(&[1, 2]).unwrap();
    assert_eq!((sink.len(), stream.len()), (2, 2));
    assert!(sink.is_full() && stream.is_full() && !sink.is_empty() && !stream.is_empty());
    assert!(sink.same_channel(&sink.clone()) && stream.same_channel(&receiver.stream()));
    assert!(!sink.same_channel(&others.into_sink()));
    assert!(!stream.same_channel(&other_receiver.stream()));
    assert!(!sink.is_closed() && !stream.is_closed());
    receiver.close();
    assert!(sink.is_closed() && stream.is_closed());
    // One that was closed has no sender any more.
    assert_eq!(sink.close().now_or_never(), Some(Ok(())));
    assert_eq!((sink.len(), sink.capacity()), (0, None));
    assert!(sink.is_closed() && sink.is_empty() && !sink.is_full());
    assert!(!sink.same_channel(&sink.clone()));
}

#[test]
fn streams_and_sinks_give_their_handles_back() {
    let (sender, receiver) = mpsc::bounded(1);
    let mut stream = receiver.into_stream();
    assert!(poll_once(&mut stream.next()).is_pending());
    let mut receiver = stream.into_inner();
    let mut sink = sender.clone().into_sink();
    let mut context = Context::from_waker(Waker::noop());
    assert!(sink.poll_ready_unpin(&mut context).is_ready());
    sender.try_send(1).unwrap();
    sink.start_send_unpin(2).unwrap();
    assert!(sink.poll_flush_unpin(&mut context).is_pending());
    let (bell, ring) = Bell::new();
    let mut behind = sender.send_async(3);
    assert!(crate::polls::poll(&mut behind, &ring).is_pending());
    assert_eq!(receiver.recv_async().now_or_never(), Some(Ok(1)));
    assert_eq!(bell.rings(), 0);
    let (back, unsent) = sink.into_inner();
    assert_eq!((back.map(|back| back.sender_count()), unsent), (Some(2), Some(2)));
    assert_eq!(bell.rings(), 1, "what it was told goes to the next");
    assert_eq!(crate::polls::poll(&mut behind, &ring), Poll::Ready(Ok(())));
    let mut closed = sender.clone().into_sink();
    assert_eq!(closed.close().now_or_never(), Some(Ok(())));
    assert!(closed.into_inner().0.is_none());
}

/// One that was told of a message passes that on when it gives its receiver back.
#[test]
fn a_stream_that_gives_its_receiver_back_waits_no_more() {
    let (sender, receiver) = spmc::bounded(2);
    let mut stream = receiver.clone().into_stream();
    assert!(poll_once(&mut stream.next()).is_pending());
    let (bell, ring) = Bell::new();
    let mut behind = receiver.recv_async();
    assert!(crate::polls::poll(&mut behind, &ring).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bell.rings(), 0);
    let back = stream.into_inner();
    assert_eq!((bell.rings(), back.receiver_count()), (1, 2));
    assert_eq!(crate::polls::poll(&mut behind, &ring), Poll::Ready(Ok(1)));
}
