//! Batches of tasks: their order, what is given back, and what is left when one is cancelled.

use std::sync::Arc;
use std::task::Poll;

use ringway::channel::{Receiver, RecvError, SendError, Sender, bounded};

use crate::common::End;
use crate::effort::times;
use crate::executors::Run;
use crate::polls::{Bell, poll, poll_once};

on_channels!(a_batch_that_fits_is_ready_at_once);
on_executors!(a_batch_larger_than_the_channel_goes_in_order);

fn a_batch_that_fits_is_ready_at_once<P: End, C: End>(
    sender: Sender<u64, P, C>,
    mut receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap() as u64;
    for n in 0..=capacity {
        let messages: Vec<_> = (0..n).collect();
        assert_eq!(poll_once(&mut sender.send_slice_async(&messages)), Poll::Ready(Ok(())));
        let mut received = Vec::new();
        if n > 0 {
            let mut receiving = C::recv_many_async(&mut receiver, &mut received, 1000);
            assert_eq!(poll_once(&mut receiving), Poll::Ready(Ok(n as usize)));
        }
        assert_eq!(received, messages);
        assert_eq!(poll_once(&mut sender.send_all_async(&mut received)), Poll::Ready(Ok(())));
        assert!(received.is_empty());
        assert!(receiver.drain().eq(0..n));
    }
    let mut received = Vec::new();
    assert!(poll_once(&mut C::recv_many_async(&mut receiver, &mut received, 5)).is_pending());
    let mut receive =
        |limit| poll_once(&mut C::recv_many_async(&mut receiver, &mut received, limit));
    assert_eq!(receive(0), Poll::Ready(Ok(0)));
    sender.close();
    assert_eq!(receive(5), Poll::Ready(Err(RecvError)));
}

fn a_batch_larger_than_the_channel_goes_in_order(run: Run) {
    const EACH: u64 = 8 * times(60) as u64;
    for (capacity, limit) in [(1, 1), (3, 2), (64, 100)] {
        let (sender, receiver) = bounded(capacity);
        let sending = async move {
            let numbers: Vec<u64> = (0..EACH).collect();
            sender.send_slice_async(&numbers).await.unwrap();
            let mut messages = (EACH..2 * EACH).collect();
            sender.send_all_async(&mut messages).await.unwrap();
            assert!(messages.is_empty());
        };
        let receiving = async move {
            let mut messages = Vec::new();
            while receiver.recv_many_async(&mut messages, limit).await.is_ok() {}
            assert!(messages.into_iter().eq(0..2 * EACH));
        };
        run(vec![Box::pin(sending), Box::pin(receiving)]);
    }
}

#[test]
fn a_slice_that_is_cancelled_tells_what_was_not_sent() {
    let (sender, receiver) = bounded(3);
    let (bell, ring) = Bell::new();
    let mut sending = sender.send_slice_async(&[0, 1, 2, 3, 4]);
    assert_eq!(sending.unsent(), [0, 1, 2, 3, 4]);
    assert!(poll(&mut sending, &ring).is_pending());
    assert_eq!(sending.unsent(), [3, 4]);
    assert_eq!(receiver.try_recv(), Ok(0));
    assert_eq!(bell.rings(), 1);
    assert!(poll(&mut sending, &ring).is_pending());
    assert_eq!(sending.unsent(), [4]);
    drop(sending);
    assert!(receiver.try_iter().eq([1, 2, 3]));
}

#[test]
fn a_vector_that_is_cancelled_keeps_what_was_not_sent() {
    let (sender, receiver) = bounded(3);
    let mut messages: Vec<_> = (0..100).map(Arc::new).collect();
    let mut sending = sender.send_all_async(&mut messages);
    assert!(poll_once(&mut sending).is_pending());
    drop(sending);
    assert!(messages.iter().map(|message| **message).eq(3..100));
    assert!(receiver.try_iter().map(|message| *message).eq(0..3));
    let mut again = sender.send_all_async(&mut messages);
    assert!(poll_once(&mut again).is_pending());
    drop(again);
    assert!(receiver.try_iter().map(|message| *message).eq(3..6));
    drop(sender.send_all_async(&mut messages));
    assert!(messages.into_iter().map(|message| *message).eq(6..100), "nobody polled");
}

#[test]
fn a_vector_keeps_its_order_as_room_comes_one_by_one() {
    let (sender, receiver) = bounded(1);
    let mut messages: Vec<u32> = (0..200).collect();
    let mut sending = sender.send_all_async(&mut messages);
    for expected in 0..50 {
        assert!(poll_once(&mut sending).is_pending());
        assert_eq!(receiver.try_recv(), Ok(expected));
    }
    drop(sending);
    assert!(messages.into_iter().eq(50..200));
}

#[test]
fn the_rest_of_a_batch_is_given_back_by_a_close() {
    let (sender, receiver) = bounded(3);
    let mut messages: Vec<_> = (10..20).collect();
    let mut slice = sender.send_slice_async(&[0, 1, 2, 3, 4]);
    assert!(poll_once(&mut slice).is_pending());
    let mut vector = sender.send_all_async(&mut messages);
    assert!(poll_once(&mut vector).is_pending());
    receiver.close();
    assert_eq!(poll_once(&mut slice), Poll::Ready(Err(SendError(&[3, 4][..]))));
    assert_eq!(poll_once(&mut vector), Poll::Ready(Err(SendError(()))));
    drop(vector);
    assert!(messages.into_iter().eq(10..20));
    assert!(receiver.iter().eq([0, 1, 2]));
}

#[test]
fn a_batch_that_takes_many_wakes_as_many_senders() {
    let (sender, receiver) = bounded(3);
    let (bell, ring) = Bell::new();
    sender.send_slice(&[0, 0, 0]).unwrap();
    let mut waiting: Vec<_> = (1..=5).map(|n| sender.send_async(n)).collect();
    waiting.iter_mut().for_each(|sending| assert!(poll(sending, &ring).is_pending()));
    assert_eq!(receiver.drain().len(), 3);
    assert_eq!(bell.rings(), 3, "so many have room");
    for sending in &mut waiting[..3] {
        assert_eq!(poll(sending, &ring), Poll::Ready(Ok(())));
    }
    assert!(receiver.try_iter().eq([1, 2, 3]));
    assert_eq!(bell.rings(), 5);
}

#[test]
fn a_batch_that_brings_many_wakes_as_many_receivers() {
    let (sender, receiver) = bounded(8);
    let (bell, ring) = Bell::new();
    let mut waiting: Vec<_> = (0..5).map(|_| receiver.recv_async()).collect();
    waiting.iter_mut().for_each(|receiving| assert!(poll(receiving, &ring).is_pending()));
    sender.send_slice(&[1, 2, 3]).unwrap();
    assert_eq!(bell.rings(), 3);
    sender.send_all(&mut vec![4, 5, 6]).unwrap();
    assert_eq!(bell.rings(), 5);
    for (receiving, message) in waiting.iter_mut().zip(1..) {
        assert_eq!(poll(receiving, &ring), Poll::Ready(Ok(message)));
    }
    assert_eq!(receiver.try_recv(), Ok(6));
}

#[test]
#[should_panic(expected = "must not be polled after it is done")]
fn a_future_that_is_done_is_not_polled_again() {
    let (sender, _receiver) = bounded(1);
    let mut sending = sender.send_async(1);
    assert!(poll_once(&mut sending).is_ready());
    let _ = poll_once(&mut sending);
}
