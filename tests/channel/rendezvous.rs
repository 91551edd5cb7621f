//! A capacity of 0: a message goes from one who sends to one who receives, and is nowhere in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError,
    TrySendError, WaitStrategy, bounded,
};

use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::watch::{asleep, finishes};

/// A time that no test takes.
const LONG: Duration = Duration::from_secs(3600);

/// One in which somebody may come, or not.
const WHILE: Duration = Duration::from_micros(50);

/// A rendezvous, whose handles go to sleep at once.
fn rendezvous<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = bounded(0);
    let park = WaitStrategy::Park;
    (sender.with_wait_strategy(park), receiver.with_wait_strategy(park))
}

on_kinds!(nothing_is_queued, messages_arrive_once_in_the_order_of_their_sender);

fn nothing_is_queued<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u8, P, C>, Receiver<u8, C>),
) {
    let (sender, receiver) = make(0, 0);
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!((sender.len(), receiver.len()), (0, 0));
    assert_eq!((sender.capacity(), receiver.capacity()), (Some(0), Some(0)));
    assert!(sender.is_empty() && receiver.is_empty() && sender.is_full() && receiver.is_full());
    assert!(!sender.is_closed() && !receiver.is_closed());
    assert_eq!(receiver.drain().count(), 0);
    assert!(format!("{sender:?}").contains("capacity: 0"));
    if let Some(forced) = C::force_send(&sender, 2) {
        assert_eq!(forced, Ok(Some(2)), "it evicts itself");
    }
    assert!(receiver.close() && !sender.close());
    assert_eq!(sender.try_send(1), Err(TrySendError::Disconnected(1)));
    assert_eq!(sender.send(1), Err(SendError(1)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(receiver.recv(), Err(RecvError));
    if let Some(forced) = C::force_send(&sender, 2) {
        assert_eq!(forced, Err(SendError(2)));
    }
}

/// Every way to send and to receive is among them.
fn messages_arrive_once_in_the_order_of_their_sender<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<(usize, usize), P, C>, Receiver<(usize, usize), C>),
) {
    let count = times(2000);
    let (sender, receiver) = make(0, 0);
    finishes(move || {
        let (all, ends) = (senders(sender, 3), receivers(receiver, 3));
        let from = all.len();
        let received: Vec<_> = thread::scope(|scope| {
            for (who, sender) in all.into_iter().enumerate() {
                scope.spawn(move || {
                    let mut next = 0;
                    while next < count {
                        match next % 4 {
                            0 => sender.send((who, next)).unwrap(),
                            1 => {
                                while sender.try_send((who, next)).is_err() {
                                    thread::yield_now();
                                }
                            }
                            2 => while sender.send_timeout((who, next), WHILE).is_err() {},
                            _ => {
                                let some: Vec<_> =
                                    (next..(next + 3).min(count)).map(|n| (who, n)).collect();
                                sender.send_slice(&some).unwrap();
                                next += some.len() - 1;
                            }
                        }
                        next += 1;
                    }
                });
            }
            let workers: Vec<_> = ends
                .into_iter()
                .map(|receiver| {
                    scope.spawn(move || {
                        let mut received = Vec::new();
                        loop {
                            match received.len() % 4 {
                                0 => match receiver.recv() {
                                    Ok(message) => received.push(message),
                                    Err(RecvError) => break,
                                },
                                1 => {
                                    received.extend(receiver.try_iter().take(2));
                                    received.extend(receiver.recv_timeout(WHILE));
                                }
                                2 => received.extend(receiver.recv_timeout(WHILE)),
                                _ => _ = receiver.recv_many(&mut received, 3),
                            }
                            if receiver.is_closed() {
                                break;
                            }
                        }
                        received
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        for list in &received {
            for who in 0..from {
                assert!(list.iter().filter(|(from, _)| *from == who).is_sorted());
            }
        }
        let mut all: Vec<_> = received.concat();
        all.sort_unstable();
        let expected = (0..from).flat_map(|who| (0..count).map(move |n| (who, n)));
        assert!(all.into_iter().eq(expected));
    });
}

#[test]
fn a_try_meets_one_who_waits() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let another = receiver.clone();
        let waits = asleep(move || another.recv());
        assert_eq!(sender.try_send(1), Ok(()));
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)), "it was met once");
        assert_eq!(waits.join().unwrap(), Ok(1));

        let waits = asleep(move || sender.send(3));
        assert_eq!(receiver.try_recv(), Ok(3));
        assert_eq!(waits.join().unwrap(), Ok(()));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected), "the sender has gone");
    });
}

#[test]
fn a_try_of_many_meets_those_who_wait() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let waits = || {
            let another = receiver.clone();
            asleep(move || another.recv())
        };
        let all = [waits(), waits()];
        let late = sender.try_send_slice(&[1, 2, 3, 4]);
        assert_eq!(late, Err(TrySendError::Full(&[3, 4][..])));
        let received = all.map(|waits| waits.join().unwrap());
        assert!(received == [Ok(1), Ok(2)] || received == [Ok(2), Ok(1)], "{received:?}");
        let (waits, mut messages) = (waits(), vec![5, 6]);
        assert_eq!(sender.try_send_all(&mut messages), Err(TrySendError::Full(())));
        assert_eq!((messages, waits.join().unwrap()), (vec![6], Ok(5)));
        assert!(sender.close());
        assert_eq!(sender.try_send_slice(&[7]), Err(TrySendError::Disconnected(&[7][..])));
    });
}

#[test]
fn whoever_waits_is_met_in_turn() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let waits: Vec<_> = (0..4)
            .map(|n| {
                let sender = sender.clone();
                asleep(move || sender.send(n))
            })
            .collect();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        waits.into_iter().for_each(|waits| waits.join().unwrap().unwrap());

        let waits: Vec<_> = (0..4)
            .map(|_| {
                let receiver = receiver.clone();
                asleep(move || receiver.recv())
            })
            .collect();
        (0..4).for_each(|n| sender.try_send(n).unwrap());
        let received: Vec<_> = waits.into_iter().map(|waits| waits.join().unwrap()).collect();
        assert_eq!(received, [Ok(0), Ok(1), Ok(2), Ok(3)]);
    });
}

#[test]
fn who_gives_up_has_its_message_and_is_not_met() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let soon = Duration::from_millis(1);
        assert_eq!(sender.send_timeout(1, soon), Err(SendTimeoutError::Timeout(1)));
        assert_eq!(sender.send_deadline(2, Instant::now()), Err(SendTimeoutError::Timeout(2)));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(receiver.recv_timeout(soon), Err(RecvTimeoutError::Timeout));
        assert_eq!(receiver.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
        assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
    });
}

#[test]
fn the_end_wakes_all_and_messages_come_back() {
    finishes(|| {
        for way in 0..3 {
            let (sender, receiver) = rendezvous();
            let another = sender.clone();
            let send = asleep(move || another.send(1));
            let another = sender.clone();
            let timed = asleep(move || another.send_timeout(2, LONG));
            let another = sender.clone();
            let many = asleep(move || {
                let mut messages = vec![3, 4];
                (another.send_all(&mut messages).is_err(), messages)
            });
            match way {
                0 => assert!(sender.close()),
                1 => assert!(receiver.close()),
                _ => drop(receiver),
            }
            assert_eq!(send.join().unwrap(), Err(SendError(1)));
            assert_eq!(timed.join().unwrap(), Err(SendTimeoutError::Disconnected(2)));
            assert_eq!(many.join().unwrap(), (true, vec![3, 4]));
        }
        for closes in [true, false] {
            let (sender, receiver) = rendezvous::<u8>();
            let another = receiver.clone();
            let recv = asleep(move || another.recv());
            let another = receiver.clone();
            let timed = asleep(move || another.recv_timeout(LONG));
            let many = asleep(move || receiver.recv_many(&mut Vec::new(), 2));
            if closes {
                assert!(sender.close());
            } else {
                drop(sender);
            }
            assert_eq!(recv.join().unwrap(), Err(RecvError));
            assert_eq!(timed.join().unwrap(), Err(RecvTimeoutError::Disconnected));
            assert_eq!(many.join().unwrap(), Err(RecvError));
        }
    });
}

#[test]
fn a_batch_goes_one_by_one_and_leaves_what_was_not_received() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let another = receiver.clone();
        let takes = thread::spawn(move || {
            let mut messages = Vec::new();
            while messages.len() < 2 {
                let limit = 2 - messages.len();
                assert!(another.recv_many(&mut messages, limit).unwrap() > 0);
            }
            another.close();
            messages
        });
        let mut messages: Vec<String> = ["a", "b", "c"].map(String::from).into();
        let capacity = messages.capacity();
        assert_eq!(sender.send_all(&mut messages), Err(SendError(())));
        assert_eq!(
            (messages, takes.join().unwrap()),
            (vec!["c".into()], vec!["a".into(), "b".into()])
        );
        assert_eq!(capacity, 3);
        drop(receiver);
    });
}

#[test]
fn all_of_a_vector_is_sent_and_its_memory_stays() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let mut messages = Vec::with_capacity(10);
        messages.extend(0..5);
        let takes = thread::spawn(move || receiver.iter().collect::<Vec<_>>());
        sender.send_all(&mut messages).unwrap();
        assert_eq!((messages.len(), messages.capacity()), (0, 10));
        sender.send_slice(&[5, 6]).unwrap();
        drop(sender);
        assert_eq!(takes.join().unwrap(), [0, 1, 2, 3, 4, 5, 6]);
    });
}

#[test]
fn force_send_gives_its_message_to_one_who_waits() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        let waits = asleep(move || receiver.recv());
        assert_eq!(sender.force_send(1), Ok(None));
        assert_eq!(waits.join().unwrap(), Ok(1));
    });
}

/// What was received by one is dropped by it alone, and what was not comes back.
#[test]
fn each_message_is_dropped_once() {
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let rounds = times(500);
    finishes(move || {
        let drops = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = bounded(0);
        let taken = receiver.clone();
        let takes = thread::spawn(move || {
            let wait = || taken.recv_timeout(Duration::from_micros(20));
            (0..rounds).filter(|_| wait().is_ok()).count()
        });
        let mut sent = 0;
        for round in 0..rounds {
            let before = drops.load(Ordering::SeqCst);
            match sender.send_timeout(Counts(drops.clone()), Duration::from_micros(20)) {
                Ok(()) => sent += 1,
                Err(refused) => {
                    assert!(refused.is_timeout());
                    assert!(drops.load(Ordering::SeqCst) <= before + 1);
                }
            }
            if round % 100 == 0 {
                thread::yield_now();
            }
        }
        let received = takes.join().unwrap();
        assert_eq!((received, drops.load(Ordering::SeqCst)), (sent, rounds));
        drop(receiver);
    });
}

/// What a receiver did before it was met is seen by the sender when that returns, and the other way round.
#[test]
fn a_sender_returns_after_its_receiver_came() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let came = Arc::new(AtomicUsize::new(0));
        let comes = came.clone();
        let count = times(2000);
        let takes = thread::spawn(move || {
            for n in 1..=count {
                comes.store(n, Ordering::Relaxed);
                assert_eq!(receiver.recv(), Ok(n));
            }
        });
        for n in 1..=count {
            sender.send(n).unwrap();
            assert!(came.load(Ordering::Relaxed) >= n);
        }
        takes.join().unwrap();
    });
}

#[cfg(feature = "metrics")]
#[test]
fn the_metrics_count_what_was_handed_over() {
    finishes(|| {
        let (sender, receiver) = rendezvous();
        assert!(sender.try_send(0).is_err());
        assert!(sender.send_timeout(0, Duration::from_millis(1)).is_err());
        let another = receiver.clone();
        let waits = asleep(move || another.recv());
        sender.send(1).unwrap();
        waits.join().unwrap().unwrap();
        let another = sender.clone();
        let waits = asleep(move || another.send(2));
        receiver.recv().unwrap();
        waits.join().unwrap().unwrap();
        let metrics = receiver.metrics();
        assert_eq!((metrics.sent, metrics.received, metrics.refused), (2, 2, 2));
        assert_eq!((metrics.high_water, metrics.send_waits, metrics.recv_waits), (0, 2, 1));
        assert!(metrics.send_parks >= 2 && metrics.recv_parks >= 1);
    });
}
