//! Cases of waiting that is given up: no wake-up and no message goes with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use ringway::channel::{
    Receiver, RecvTimeoutError, Selector, SendTimeoutError, Sender, TryRecvError, WaitStrategy,
    bounded,
};

use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::threads::Crew;
use crate::watch::{asleep, finishes};

/// A way to receive that waits as long as it takes.
type Way = fn(Receiver<u8>) -> u8;

/// The ways in which the one who remains may wait.
const WAYS: [Way; 4] = [
    |receiver| receiver.recv().unwrap(),
    |receiver| receiver.recv_timeout(Duration::MAX).unwrap(),
    |receiver| Selector::new().recv(&receiver, |message| message.unwrap()).wait(),
    |receiver| futures_executor::block_on(receiver.recv_async()).unwrap(),
];

// n0-computer/iroh#2536, tokio-rs/tokio#4618
#[test]
fn c1_a_task_that_is_notified_and_dropped_passes_it_on() {
    for way in WAYS {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            let mut first = receiver.recv_async();
            let (bell, ring) = Bell::new();
            assert!(poll(&mut first, &ring).is_pending());
            let second = receiver.clone().with_wait_strategy(WaitStrategy::Park);
            let second = asleep(move || way(second));
            sender.send(1).unwrap();
            assert_eq!(bell.rings(), 1, "who came first is notified");
            drop(first);
            assert_eq!(second.join().unwrap(), 1);
        });
    }
}

// n0-computer/iroh#2536, tokio-rs/tokio#4618
#[test]
fn c1_a_task_that_is_notified_and_dropped_passes_it_on_to_a_task() {
    let (sender, receiver) = bounded(1);
    let (mut first, mut second) = (receiver.recv_async(), receiver.recv_async());
    let (bell, ring) = Bell::new();
    assert!(poll_once(&mut first).is_pending() && poll(&mut second, &ring).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bell.rings(), 0);
    drop(first);
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(1)));
}

// n0-computer/iroh#2536, tokio-rs/tokio#4618
#[test]
fn c1_a_task_that_sends_and_is_dropped_passes_room_on() {
    let sends: [fn(Sender<u8>); 3] = [
        |sender| sender.send(2).unwrap(),
        |sender| sender.send_timeout(2, Duration::MAX).unwrap(),
        |sender| futures_executor::block_on(sender.send_async(2)).unwrap(),
    ];
    for send in sends {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            sender.send(1).unwrap();
            let mut first = sender.send_async(9);
            assert!(poll_once(&mut first).is_pending());
            let second = sender.clone().with_wait_strategy(WaitStrategy::Park);
            let second = asleep(move || send(second));
            assert_eq!(receiver.try_recv(), Ok(1));
            drop(first);
            second.join().unwrap();
            assert_eq!(receiver.try_recv(), Ok(2));
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        });
    }
}

// n0-computer/iroh#2536, tokio-rs/tokio#4618
#[test]
fn c1_a_thread_whose_time_is_over_takes_no_wake_up_along() {
    for way in WAYS {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
            for round in 0..times(300) as u64 {
                let crew = Crew::default();
                let steady = receiver.clone();
                let steady = thread::spawn(move || way(steady));
                thread::scope(|scope| {
                    let hasty = crew.start(scope, || {
                        crew.meet(2);
                        receiver.recv_timeout(Duration::from_micros(round % 100))
                    });
                    crew.meet(2);
                    (0..round % 7).for_each(|_| thread::yield_now());
                    sender.send(1).unwrap();
                    if hasty.join().unwrap() != Err(RecvTimeoutError::Timeout) {
                        sender.send(1).unwrap();
                    }
                });
                assert_eq!(steady.join().unwrap(), 1);
                assert!(receiver.is_empty());
            }
        });
    }
}

// n0-computer/iroh#2536, tokio-rs/tokio#4618
#[test]
fn c1_a_select_that_takes_another_channel_passes_its_wake_up_on() {
    finishes(|| {
        for _ in 0..times(500) {
            let (to_one, one) = bounded(1);
            let (to_other, other) = bounded(1);
            let steady = one.clone().with_wait_strategy(WaitStrategy::Park);
            let select = thread::spawn(move || {
                Selector::new().recv(&one, |n| n.unwrap()).recv(&other, |n| n.unwrap()).wait()
            });
            let steady = thread::spawn(move || steady.recv().unwrap());
            let race = thread::spawn(move || to_other.send(2));
            to_one.send(1).unwrap();
            if select.join().unwrap() == 1 {
                to_one.send(1).unwrap();
            }
            assert_eq!(steady.join().unwrap(), 1);
            // It was sent, or the select was over.
            let _ = race.join().unwrap();
        }
    });
}

// ferrotunnel#170
#[test]
fn c2_a_message_is_there_when_its_receiver_is_dropped() {
    for _ in 0..times(200) {
        let (sender, receiver) = bounded(1);
        let mut receiving = receiver.recv_async();
        assert!(poll_once(&mut receiving).is_pending());
        sender.send(Box::new(7)).unwrap();
        drop(receiving);
        assert_eq!(receiver.try_recv(), Ok(Box::new(7)));
    }
}

// ferrotunnel#170
#[test]
fn c2_messages_are_there_when_their_batch_is_dropped() {
    let (sender, receiver) = bounded(4);
    let mut messages = vec![0];
    let mut receiving = receiver.recv_many_async(&mut messages, 4);
    assert!(poll_once(&mut receiving).is_pending());
    sender.send_slice(&[1, 2, 3]).unwrap();
    drop(receiving);
    assert_eq!(messages, [0]);
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
}

// ferrotunnel#170
#[test]
fn c2_no_message_is_lost_where_tasks_are_cancelled_all_the_time() {
    const MESSAGES: usize = times(20_000);
    let sum = finishes(|| {
        let (sender, receiver) = bounded(2);
        let sum = Arc::new(AtomicUsize::new(0));
        let receiving: Vec<_> = (0..3)
            .map(|id| {
                let (receiver, sum) = (receiver.clone(), sum.clone());
                thread::spawn(move || {
                    loop {
                        let mut hasty = receiver.recv_async();
                        match (0..id).map(|_| poll_once(&mut hasty)).find(Poll::is_ready) {
                            Some(Poll::Ready(Err(_))) => return,
                            Some(Poll::Ready(Ok(n))) => _ = sum.fetch_add(n, Ordering::Relaxed),
                            _ if id == 0 => match receiver.recv() {
                                Ok(n) => _ = sum.fetch_add(n, Ordering::Relaxed),
                                Err(_) => return,
                            },
                            _ => thread::yield_now(),
                        }
                    }
                })
            })
            .collect();
        let mut number = 1;
        while number <= MESSAGES {
            let mut sending = sender.send_async(number);
            let sent = (0..1 + number % 2).any(|_| poll_once(&mut sending).is_ready());
            number += usize::from(sent);
        }
        drop(sender);
        receiving.into_iter().for_each(|thread| thread.join().unwrap());
        sum.load(Ordering::Relaxed)
    });
    assert_eq!(sum, MESSAGES * (MESSAGES + 1) / 2);
}

// frostyplanet/crossfire-rs#23
#[test]
fn c3_a_sender_that_succeeds_on_its_own_leaves_no_stale_waker() {
    let (sender, receiver) = bounded(1);
    let (bell, ring) = Bell::new();
    sender.send(0).unwrap();
    let (mut first, mut second) = (sender.send_async(1), sender.send_async(2));
    assert!(poll_once(&mut first).is_pending() && poll(&mut second, &ring).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    // The first is notified; it succeeds, and is dropped. The room after it is the second's.
    assert_eq!(poll_once(&mut first), Poll::Ready(Ok(())));
    drop(first);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(())));
}

// frostyplanet/crossfire-rs#23
#[test]
fn c3_a_sender_that_succeeds_before_it_is_notified_takes_nobodys_wake_up() {
    let (sender, receiver) = bounded(2);
    let (bell, ring) = Bell::new();
    sender.send_slice(&[0, 0]).unwrap();
    let (mut first, mut second) = (sender.send_async(1), sender.send_async(2));
    assert!(poll_once(&mut first).is_pending() && poll(&mut second, &ring).is_pending());
    let mut drained = Vec::new();
    assert_eq!(receiver.recv_many(&mut drained, 2), Ok(2));
    assert_eq!(bell.rings(), 1, "room for two wakes two");
    assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(())));
    drop(first);
    let mut third = sender.send_async(3);
    assert_eq!(poll(&mut third, &ring), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [2, 3]);
}

// n0-computer/iroh#2536
#[test]
fn c1_time_outs_of_senders_race_room() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let sender = sender.with_wait_strategy(WaitStrategy::Park);
        for round in 0..times(500) as u64 {
            sender.send(0).unwrap();
            let steady = sender.clone();
            let steady = thread::spawn(move || steady.send(1).unwrap());
            let hasty = sender.clone();
            let time = Duration::from_micros(round % 100);
            let hasty = thread::spawn(move || hasty.send_timeout(2, time));
            assert_eq!(receiver.recv(), Ok(0));
            let mut left = match hasty.join().unwrap() {
                Ok(()) => 3,
                Err(SendTimeoutError::Timeout(message)) => 3 - message,
                Err(SendTimeoutError::Disconnected(_)) => unreachable!("all are there"),
            };
            while left > 0 {
                left -= receiver.recv().unwrap();
            }
            steady.join().unwrap();
        }
    });
}
