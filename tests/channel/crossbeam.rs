//! What `crossbeam-channel` documents of its bounded channels. All of this file but the next line
//! is the same for that crate, and has been run on it.

use ringway::channel;

use std::sync::mpsc as told;
use std::thread;
use std::time::{Duration, Instant};

use channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError,
    TrySendError, bounded,
};

/// A channel that is full.
fn full(capacity: usize) -> (Sender<usize>, Receiver<usize>) {
    let (sender, receiver) = bounded(capacity);
    (0..capacity).for_each(|message| sender.send(message).unwrap());
    (sender, receiver)
}

#[test]
fn a_channel_holds_as_many_as_its_capacity() {
    for capacity in [1, 2, 3, 5, 8, 100] {
        let (sender, receiver) = bounded(capacity);
        for len in 0..capacity {
            assert_eq!((sender.len(), receiver.len()), (len, len));
            assert_eq!((sender.is_empty(), receiver.is_empty()), (len == 0, len == 0));
            assert!(!sender.is_full() && !receiver.is_full());
            sender.try_send(len).unwrap();
        }
        assert!(sender.is_full() && receiver.is_full());
        assert_eq!((sender.capacity(), receiver.capacity()), (Some(capacity), Some(capacity)));
        assert_eq!(sender.try_send(capacity), Err(TrySendError::Full(capacity)));
        assert!((0..capacity).all(|message| receiver.try_recv() == Ok(message)));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    }
}

#[test]
fn send_waits_for_room() {
    let (sender, receiver) = full(1);
    let (tell, told) = told::channel();
    let sending = thread::spawn(move || {
        tell.send(()).unwrap();
        sender.send(1).unwrap();
        assert!(tell.send(()).is_ok());
    });
    told.recv().unwrap();
    assert!(told.try_recv().is_err(), "there is no room yet");
    assert_eq!((receiver.recv(), receiver.recv()), (Ok(0), Ok(1)));
    sending.join().unwrap();
}

#[test]
fn recv_waits_for_a_message() {
    let (sender, receiver) = bounded(1);
    let receiving = thread::spawn(move || (receiver.recv(), receiver.recv()));
    sender.send("a message").unwrap();
    drop(sender);
    assert_eq!(receiving.join().unwrap(), (Ok("a message"), Err(RecvError)));
}

#[test]
fn receivers_drain_what_was_sent_before_the_senders_went() {
    let (sender, receiver) = full(3);
    drop(sender);
    assert!((0..3).all(|message| receiver.recv() == Ok(message)));
    assert_eq!(receiver.recv(), Err(RecvError));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    let none = receiver.recv_timeout(Duration::from_secs(60));
    assert_eq!(none, Err(RecvTimeoutError::Disconnected));
    let none = receiver.recv_deadline(Instant::now() + Duration::from_secs(60));
    assert_eq!(none, Err(RecvTimeoutError::Disconnected));
    assert_eq!((receiver.iter().next(), receiver.try_iter().next()), (None, None));
    assert_eq!((receiver.len(), receiver.is_empty()), (0, true));
}

#[test]
fn senders_get_messages_back_when_the_receivers_are_gone() {
    let (sender, receiver) = full(1);
    drop(receiver);
    assert_eq!(sender.send(1), Err(SendError(1)));
    assert_eq!(sender.try_send(2), Err(TrySendError::Disconnected(2)));
    let time = Duration::from_secs(60);
    assert_eq!(sender.send_timeout(3, time), Err(SendTimeoutError::Disconnected(3)));
    let deadline = Instant::now() + time;
    assert_eq!(sender.send_deadline(4, deadline), Err(SendTimeoutError::Disconnected(4)));
}

#[test]
fn the_last_handle_of_a_side_disconnects() {
    let (sender, receiver) = bounded(2);
    let (another, other) = (sender.clone(), receiver.clone());
    drop((sender, receiver));
    another.send(1).unwrap();
    assert_eq!(other.recv(), Ok(1));
    assert_eq!(other.try_recv(), Err(TryRecvError::Empty));
    drop(another);
    assert_eq!(other.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn waits_end_when_the_other_side_goes() {
    let (sender, receiver) = bounded::<u8>(1);
    let receiving = thread::spawn(move || receiver.recv_timeout(Duration::from_secs(60)));
    drop(sender);
    assert_eq!(receiving.join().unwrap(), Err(RecvTimeoutError::Disconnected));
    let (sender, receiver) = full(1);
    let sending = thread::spawn(move || sender.send_timeout(1, Duration::from_secs(60)));
    drop(receiver);
    assert_eq!(sending.join().unwrap(), Err(SendTimeoutError::Disconnected(1)));
}

#[test]
fn waits_end_when_their_time_is_over() {
    let (sender, receiver) = full(1);
    let time = Duration::from_millis(5);
    let begin = Instant::now();
    assert_eq!(sender.send_timeout(1, time), Err(SendTimeoutError::Timeout(1)));
    assert_eq!(sender.send_deadline(2, begin), Err(SendTimeoutError::Timeout(2)));
    assert_eq!(receiver.recv(), Ok(0));
    assert_eq!(receiver.recv_timeout(time), Err(RecvTimeoutError::Timeout));
    assert_eq!(receiver.recv_deadline(begin), Err(RecvTimeoutError::Timeout));
    assert!(begin.elapsed() >= 2 * time);
}

#[test]
fn a_wait_that_need_not_be_is_none() {
    let (sender, receiver) = bounded(1);
    for time in [Duration::ZERO, Duration::MAX] {
        assert_eq!(sender.send_timeout(1, time), Ok(()));
        assert_eq!(receiver.recv_timeout(time), Ok(1));
    }
    let over = Instant::now();
    assert_eq!(sender.send_deadline(2, over), Ok(()));
    assert_eq!(receiver.recv_deadline(over), Ok(2));
}

#[test]
fn iterators_take_messages_as_they_come() {
    let (sender, receiver) = bounded(2);
    let sending = thread::spawn(move || (0..10).for_each(|n| sender.send(n).unwrap()));
    assert!(receiver.iter().take(3).eq(0..3), "in order");
    let mut seen = Vec::new();
    for message in &receiver {
        seen.push(message);
        if message == 6 {
            break;
        }
    }
    assert!(seen.into_iter().eq(3..7));
    assert!(receiver.iter().eq(7..10));
    sending.join().unwrap();
}

#[test]
fn an_iterator_ends_with_the_channel_and_may_own_its_receiver() {
    let (sender, receiver) = full(3);
    drop(sender);
    let mut messages = receiver.into_iter();
    assert!(messages.by_ref().eq(0..3));
    assert_eq!((messages.next(), messages.next()), (None, None));
}

#[test]
fn try_iter_takes_what_is_there() {
    let (sender, receiver) = full(3);
    assert!(receiver.try_iter().eq(0..3));
    assert_eq!(receiver.try_iter().next(), None);
    sender.send(3).unwrap();
    assert!(receiver.try_iter().eq([3]));
}

#[test]
fn handles_know_their_channel() {
    let ((sender, receiver), (other, others)) = (bounded::<u8>(1), bounded::<u8>(1));
    assert!(sender.same_channel(&sender.clone()) && receiver.same_channel(&receiver.clone()));
    assert!(!sender.same_channel(&other) && !receiver.same_channel(&others));
}

#[test]
fn threads_share_handles_by_reference() {
    let (sender, receiver) = bounded(2);
    let sum: u64 = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (1..=100).for_each(|n| sender.send(n).unwrap()));
        }
        let half = || receiver.iter().take(100).sum::<u64>();
        [scope.spawn(half), scope.spawn(half)].map(|thread| thread.join().unwrap()).iter().sum()
    });
    assert_eq!(sum, 2 * 5050);
}

#[test]
fn a_receiver_is_sent_through_a_channel() {
    let (sender, receiver) = bounded(1);
    let (answers, answer) = bounded(1);
    sender.send(answer).unwrap();
    answers.send(5).unwrap();
    assert_eq!(receiver.recv().unwrap().recv(), Ok(5));
}

#[test]
fn zero_sized_messages_are_counted() {
    let (sender, receiver) = bounded(3);
    assert_eq!((0..9).filter(|_| sender.try_send(()).is_ok()).count(), 3);
    drop(sender);
    assert_eq!(receiver.iter().count(), 3);
}
