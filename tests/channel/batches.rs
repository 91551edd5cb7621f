//! Batches of threads: their order, and what is given back.

use std::thread;

use ringway::channel::{Receiver, RecvError, SendError, Sender, WaitStrategy};

use crate::common::End;
use crate::effort::times;
use crate::watch::{asleep, finishes};

on_channels!(
    a_batch_that_fits_goes_at_once,
    many_are_received_up_to_the_limit,
    a_drain_takes_what_is_there,
);

on_kinds!(
    a_batch_larger_than_the_channel_goes_in_order,
    the_rest_of_a_batch_is_given_back_by_a_close,
    the_rest_of_a_batch_is_given_back_when_the_receivers_go,
    a_receiver_of_many_waits_for_one,
);

/// So many numbers.
fn numbers(n: usize) -> Vec<u64> {
    (0..n as u64).collect()
}

fn a_batch_that_fits_goes_at_once<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap();
    for n in 0..=capacity {
        sender.send_slice(&numbers(n)).unwrap();
        assert_eq!(sender.len(), n);
        assert!(receiver.try_iter().eq(0..n as u64));
        let mut messages = numbers(n);
        sender.send_all(&mut messages).unwrap();
        assert!(messages.is_empty());
        assert_eq!(receiver.drain().collect::<Vec<_>>(), numbers(n));
    }
}

fn many_are_received_up_to_the_limit<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap();
    for limit in 1..=capacity + 2 {
        sender.send_slice(&numbers(capacity)).unwrap();
        let mut messages = vec![77];
        let mut left = capacity;
        while left > 0 {
            let received = receiver.recv_many(&mut messages, limit).unwrap();
            assert_eq!(received, limit.min(left));
            left -= received;
            assert_eq!(receiver.len(), left);
        }
        assert_eq!(messages[0], 77, "what was in the vector stays");
        assert_eq!(messages[1..], numbers(capacity));
    }
    let mut none = Vec::new();
    assert_eq!(receiver.recv_many(&mut none, 0), Ok(0));
    assert_eq!((none.len(), receiver.len()), (0, 0));
}

fn a_drain_takes_what_is_there<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let capacity = sender.capacity().unwrap();
    for n in 0..=capacity {
        sender.send_slice(&numbers(n)).unwrap();
        let mut drain = receiver.drain();
        assert!(receiver.is_empty(), "all were taken at once");
        assert_eq!((drain.len(), drain.size_hint()), (n, (n, Some(n))));
        assert_eq!(drain.next(), numbers(n).first().copied());
        drop(drain);
        assert!(receiver.is_empty(), "what nobody asked for was dropped");
    }
    sender.send_slice(&numbers(capacity)).unwrap();
    sender.close();
    assert_eq!(receiver.drain().collect::<Vec<_>>(), numbers(capacity));
    assert_eq!(receiver.drain().next(), None);
}

fn a_batch_larger_than_the_channel_goes_in_order<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    const EACH: usize = 8 * times(40);
    for (capacity, limit) in [(1, 1), (1, 5), (3, 2), (7, 7), (64, 9)] {
        let (sender, receiver) = make(capacity, 200_u64.wrapping_neg());
        finishes(move || {
            let sending = thread::spawn(move || {
                sender.send_slice(&numbers(EACH)).unwrap();
                let mut messages = numbers(EACH);
                sender.send_all(&mut messages).unwrap();
                assert!(messages.is_empty());
            });
            let mut messages = Vec::new();
            while receiver.recv_many(&mut messages, limit).is_ok() {}
            assert!(messages.into_iter().eq((0..EACH as u64).chain(0..EACH as u64)));
            sending.join().unwrap();
        });
    }
}

fn the_rest_of_a_batch_is_given_back_by_a_close<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for capacity in [1, 3, 40] {
        let (sender, receiver) = make(capacity, 0);
        finishes(move || {
            let sender = sender.with_wait_strategy(WaitStrategy::Park);
            let sending = asleep(move || {
                let all = numbers(100);
                let SendError(unsent) = sender.send_slice(&all).unwrap_err();
                unsent.to_vec()
            });
            receiver.close();
            let received: Vec<_> = receiver.iter().collect();
            assert_eq!(received, numbers(capacity));
            assert!(sending.join().unwrap().into_iter().eq(capacity as u64..100));
        });
        let (sender, receiver) = make(capacity, 0);
        finishes(move || {
            let sender = sender.with_wait_strategy(WaitStrategy::Park);
            let sending = asleep(move || {
                let mut messages = numbers(100);
                sender.send_all(&mut messages).unwrap_err();
                messages
            });
            let mut received = Vec::new();
            assert!(receiver.recv_many(&mut received, 1).is_ok());
            receiver.close();
            received.extend(receiver.iter());
            let unsent = sending.join().unwrap();
            assert!(received.into_iter().chain(unsent).eq(0..100), "in order, sent or not");
        });
    }
}

fn the_rest_of_a_batch_is_given_back_when_the_receivers_go<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    let (sender, receiver) = make(3, 0);
    finishes(move || {
        let sender = sender.with_wait_strategy(WaitStrategy::Park);
        let sending = asleep(move || {
            let mut messages = numbers(100);
            sender.send_all(&mut messages).unwrap_err();
            messages
        });
        drop(receiver);
        assert!(sending.join().unwrap().into_iter().eq(3..100));
    });
}

fn a_receiver_of_many_waits_for_one<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    let (sender, receiver) = make(8, 0);
    finishes(move || {
        let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
        let receiving = asleep(move || {
            let mut messages = Vec::new();
            while receiver.recv_many(&mut messages, 100).is_ok() {}
            assert_eq!(receiver.recv_many(&mut messages, 100), Err(RecvError));
            messages
        });
        sender.send(0).unwrap();
        sender.send_slice(&[1, 2, 3]).unwrap();
        drop(sender);
        assert_eq!(receiving.join().unwrap(), numbers(4));
    });
}
