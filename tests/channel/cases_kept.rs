//! Cases of futures that were polled once, and are kept beside others: what was told to them is used by
//! nobody, and stops nobody.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use ringway::channel::{Receiver, Selector, Sender, TryRecvError, WaitStrategy, bounded};

use crate::polls::{Bell, poll, poll_once};
use crate::watch::finishes;

/// Whether a task was woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A task that is polled when it is woken.
pub struct Task<'a> {
    future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    woken: Arc<Woken>,
}

impl<'a> Task<'a> {
    /// One that is to be polled.
    pub fn new(future: impl Future<Output = ()> + 'a) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(true.into())) }
    }
}

/// Polls those that are woken until all are done, and counts the polls; fails where none is woken before that.
#[track_caller]
pub fn run(mut tasks: Vec<Task<'_>>) -> usize {
    let mut polls = 0;
    while !tasks.is_empty() {
        let mut is_stuck = true;
        tasks.retain_mut(|task| {
            if !task.woken.0.swap(false, Ordering::SeqCst) {
                return true;
            }
            is_stuck = false;
            polls += 1;
            let waker = Waker::from(task.woken.clone());
            task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
        });
        assert!(!is_stuck, "{} tasks sleep, and nobody is woken", tasks.len());
    }
    polls
}

/// Polls futures of each kind once, so many of each, where that does not complete them.
fn keep<'a>(
    count: usize,
    sender: &'a Sender<u64>,
    receiver: &'a Receiver<u64>,
) -> Vec<Pin<Box<dyn Future<Output = ()> + 'a>>> {
    let mut kept = Vec::<Pin<Box<dyn Future<Output = ()> + 'a>>>::new();
    for _ in 0..count {
        if sender.is_full() {
            kept.push(Box::pin(async { sender.send_async(9).await.unwrap() }));
            kept.push(Box::pin(async { sender.send_slice_async(&[9, 9]).await.unwrap() }));
        } else if receiver.is_empty() {
            kept.push(Box::pin(async { _ = receiver.recv_async().await }));
            kept.push(Box::pin(async { _ = receiver.recv_many_async(&mut Vec::new(), 2).await }));
        }
    }
    for future in &mut kept {
        assert!(poll_once(future).is_pending());
    }
    kept
}

// The futurelock of 2025: https://rfd.shared.oxide.computer/rfd/0609
#[test]
fn b7_a_kept_future_does_not_stop_the_one_behind_it() {
    let (sender, receiver) = bounded(1);
    sender.try_send(1).unwrap();
    let mut kept = sender.send_async(2);
    assert!(poll_once(&mut kept).is_pending());
    let sends = Task::new(async { sender.send_async(3).await.unwrap() });
    let receives = Task::new(async {
        assert_eq!(receiver.recv_async().await, Ok(1));
        assert_eq!(receiver.recv_async().await, Ok(3));
    });
    run(vec![sends, receives]);
    assert_eq!(poll_once(&mut kept), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn b7_no_number_of_kept_futures_stops_tasks() {
    for (capacity, count) in [(1, 1), (1, 2), (1, 40), (2, 3), (3, 20)] {
        let (sender, receiver) = bounded(capacity);
        let waiting = keep(count, &sender, &receiver);
        (0..capacity).for_each(|_| sender.try_send(7).unwrap());
        let blocked = keep(count, &sender, &receiver);
        let (one, two) = (sender.clone(), sender.clone());
        let senders = [one, two].map(|sender| {
            Task::new(async move {
                for message in 0..20 {
                    sender.send_async(message).await.unwrap();
                }
            })
        });
        let receives = Task::new(async {
            let mut sum = 0;
            for _ in 0..40 + capacity {
                sum += receiver.recv_async().await.unwrap();
            }
            assert_eq!(sum, 2 * 190 + 7 * capacity as u64);
        });
        run(senders.into_iter().chain([receives]).collect());
        drop((waiting, blocked));
    }
}

/// Nobody is kept here: those who are to sleep give the one that was woken its turn, and wake no others.
#[test]
fn b7_many_who_wait_for_little_are_not_all_woken_for_each_message() {
    let (sender, receiver) = bounded(1);
    let (tasks, messages) = (50, 40);
    let senders = (0..tasks).map(|_| {
        Task::new(async {
            for message in 0..messages {
                sender.send_async(message).await.unwrap();
            }
        })
    });
    let receives = Task::new(async {
        for _ in 0..tasks * messages {
            receiver.recv_async().await.unwrap();
        }
    });
    let polls = run(senders.chain([receives]).collect());
    // One for each message and end, and some to begin and to end.
    assert!(polls <= (2 * tasks * messages + 2 * tasks) as usize, "{polls} polls");
}

#[test]
fn b7_no_number_of_kept_futures_stops_threads() {
    finishes(|| {
        for (capacity, count) in [(1, 1), (1, 40), (2, 3)] {
            let (sender, receiver) = bounded(capacity);
            let _waiting = keep(count, &sender, &receiver);
            (0..capacity).for_each(|_| sender.try_send(7).unwrap());
            let _blocked = keep(count, &sender, &receiver);
            let strategy = WaitStrategy::Park;
            let sends = sender.clone().with_wait_strategy(strategy);
            let receives = receiver.clone().with_wait_strategy(strategy);
            thread::scope(|scope| {
                scope.spawn(|| (0..100).for_each(|message| sends.send(message).unwrap()));
                let all = (0..100 + capacity).map(|_| receives.recv().unwrap());
                assert_eq!(all.sum::<u64>(), 4950 + 7 * capacity as u64);
            });
        }
    });
}

#[test]
fn b7_no_number_of_kept_futures_stops_a_select() {
    finishes(|| {
        for count in [1, 10] {
            let (sender, receiver) = bounded(1);
            let _waiting = keep(count, &sender, &receiver);
            sender.try_send(7).unwrap();
            let _blocked = keep(count, &sender, &receiver);
            thread::scope(|scope| {
                scope.spawn(|| {
                    for message in 0..20 {
                        let mut message = Some(message);
                        Selector::new().send(&sender, &mut message, |sent| sent.unwrap()).wait();
                    }
                });
                for _ in 0..21 {
                    Selector::new().recv(&receiver, |message| message.unwrap()).wait();
                }
            });
        }
    });
}

/// A receiver that never waits, and a sender that is behind futures which nobody polls; and the other way
/// round.
#[test]
fn b7_who_tries_again_and_again_lets_the_one_behind_kept_futures_act() {
    let (sender, receiver) = bounded(1);
    sender.try_send(7).unwrap();
    let kept = keep(3, &sender, &receiver);
    let (bell, ring) = Bell::new();
    let mut sending = sender.send_async(1);
    assert!(poll(&mut sending, &ring).is_pending());
    assert_eq!(receiver.try_recv(), Ok(7));
    let tries = (0..1000).take_while(|_| receiver.try_recv() == Err(TryRecvError::Empty));
    tries.take_while(|_| bell.rings() == 0).count();
    assert_eq!(poll(&mut sending, &ring), Poll::Ready(Ok(())));
    assert_eq!((bell.rings(), receiver.try_recv()), (1, Ok(1)));
    drop(kept);

    let kept = keep(3, &sender, &receiver);
    let (bell, ring) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &ring).is_pending());
    sender.try_send(1).unwrap();
    let tries = (0..1000).take_while(|_| sender.try_send(2).is_err());
    tries.take_while(|_| bell.rings() == 0).count();
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut receiving, &ring), Poll::Ready(Ok(1)));
    drop(kept);
}

/// A sink that was not ready is kept, and so is a stream whose `next` was dropped.
#[cfg(feature = "futures")]
#[test]
fn b7_a_kept_stream_or_sink_stops_nobody() {
    use futures_util::{SinkExt, StreamExt};
    let (sender, receiver) = bounded(1);
    let mut stream = receiver.stream();
    assert!(poll_once(&mut stream.next()).is_pending());
    sender.try_send(7).unwrap();
    let mut sink = sender.clone().into_sink();
    assert!(poll_once(&mut sink.send(8)).is_pending());
    let sends = Task::new(async {
        for message in 0..20 {
            sender.send_async(message).await.unwrap();
        }
    });
    let receives = Task::new(async {
        let mut sum = 0;
        for _ in 0..21 {
            sum += receiver.recv_async().await.unwrap();
        }
        assert_eq!(sum, 190 + 7);
    });
    run(vec![sends, receives]);
    drop((stream, sink));
}
