//! A receiver that waits for all classes at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use ringway::channel::{
    RecvError, RecvTimeoutError, Selector, Sender, TryRecvError, WaitStrategy, bounded, priorities,
};

use crate::arrivals::Arrivals;
use crate::cases_kept::{Task, run};
use crate::effort::times;
use crate::executors::{self, Run};
use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

on_executors!(each_message_comes_to_one_task);

#[test]
fn a_message_of_any_class_wakes_a_thread() {
    for which in 0..3 {
        finishes(move || {
            let (senders, receiver) = priorities::of(&[1; 3]);
            let receiving = asleep(move || receiver.recv_with_class());
            senders[which].send(which).unwrap();
            assert_eq!(receiving.join().unwrap(), Ok((which, which)));
        });
    }
}

#[test]
fn a_message_of_any_class_wakes_a_task_once() {
    for which in 0..3 {
        let (senders, receiver) = priorities::of(&[1; 3]);
        let (bell, waker) = Bell::new();
        let mut receiving = receiver.recv_with_class_async();
        assert!(poll(&mut receiving, &waker).is_pending());
        senders[which].send(which).unwrap();
        assert_eq!(bell.rings(), 1);
        assert_eq!(poll(&mut receiving, &waker), Poll::Ready(Ok((which, which))));
        assert_eq!(bell.rings(), 1);
    }
}

#[test]
fn the_waker_of_the_last_poll_is_woken_whichever_class_it_is() {
    for which in 0..2 {
        let (senders, receiver) = priorities::of(&[1; 2]);
        let ((old, old_waker), (new, new_waker)) = (Bell::new(), Bell::new());
        let mut receiving = receiver.recv_async();
        assert!(poll(&mut receiving, &old_waker).is_pending());
        assert!(poll(&mut receiving, &new_waker).is_pending());
        senders[which].send(which).unwrap();
        assert_eq!((old.rings(), new.rings()), (0, 1));
        drop(receiving);
        assert_eq!(receiver.try_recv(), Ok(which));
    }
}

#[test]
fn the_end_of_one_class_leaves_a_receiver_asleep_and_that_of_all_wakes_it() {
    for by_close in [false, true] {
        finishes(move || {
            let (mut senders, receiver) = priorities::of::<u8>(&[1; 3]);
            let another = receiver.clone();
            let receiving = asleep(move || receiver.recv());
            let mut task = another.recv_async();
            let (bell, waker) = Bell::new();
            assert!(poll(&mut task, &waker).is_pending());
            for _ in 0..2 {
                drop(senders.pop());
                assert!(poll(&mut task, &waker).is_pending());
                assert!(!receiving.is_finished());
            }
            let rings = bell.rings();
            if by_close {
                assert!(another.close())
            } else {
                drop(senders.pop())
            }
            assert_eq!(receiving.join().unwrap(), Err(RecvError));
            assert!(bell.rings() > rings);
            assert_eq!(poll(&mut task, &waker), Poll::Ready(Err(RecvError)));
        });
    }
}

/// A task that waits for classes of which one is over is woken by the others, and not by itself.
#[test]
fn a_task_beside_a_class_that_is_over_sleeps() {
    let ([urgent, normal], receiver) = priorities([1, 1]);
    drop(urgent);
    let (bell, waker) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &waker).is_pending());
    assert!(poll(&mut receiving, &waker).is_pending());
    assert_eq!(bell.rings(), 0);
    normal.send(1).unwrap();
    assert_eq!((bell.rings(), poll(&mut receiving, &waker)), (1, Poll::Ready(Ok(1))));
}

#[test]
fn a_time_out_ends_the_wait_and_leaves_no_place() {
    finishes(|| {
        let ([urgent, normal], receiver) = priorities([1, 1]);
        let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
        for _ in 0..3 {
            let late = receiver.recv_timeout(Duration::from_millis(2));
            assert_eq!(late, Err(RecvTimeoutError::Timeout));
        }
        let (bell, waker) = Bell::new();
        let mut receiving = receiver.recv_async();
        assert!(poll(&mut receiving, &waker).is_pending());
        normal.send(1).unwrap();
        assert_eq!(bell.rings(), 1, "nobody else is there to be woken");
        drop(receiving);
        urgent.send(2).unwrap();
        assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(2));
        assert_eq!(receiver.recv_timeout(Duration::MAX), Ok(1));
    });
}

#[test]
fn c1_a_future_that_is_dropped_passes_on_what_came_from_each_class() {
    finishes(|| {
        let (senders, receiver) = priorities::of(&[1; 3]);
        let mut notified = receiver.recv_async();
        assert!(poll_once(&mut notified).is_pending());
        let (bells, wakers): (Vec<_>, Vec<_>) = (0..3).map(|_| Bell::new()).unzip();
        let mut others: Vec<_> = (0..3).map(|_| receiver.recv_async()).collect();
        for (other, waker) in others.iter_mut().zip(&wakers) {
            assert!(poll(other, waker).is_pending());
        }
        senders.iter().for_each(|sender| sender.send(1).unwrap());
        drop(notified);
        let woken = bells.iter().map(|bell| bell.rings()).collect::<Vec<_>>();
        assert_eq!(woken[0], 3, "it is the next in each list");
        // It takes one, and passes on what came for the other two.
        assert!(poll(&mut others[0], &wakers[0]).is_ready());
        assert!(bells[1].rings() > 0);
        assert!(poll(&mut others[1], &wakers[1]).is_ready());
        assert!(bells[2].rings() > 0);
        assert!(poll(&mut others[2], &wakers[2]).is_ready());
    });
}

/// Two messages of different classes come to the same sleeping receiver: it takes one, and lets another know of
/// the other.
#[test]
fn two_messages_wake_two_threads_whatever_their_classes() {
    finishes(|| {
        for round in 0..times(200) {
            let ([urgent, normal], receiver) = priorities([1, 1]);
            let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
            let workers: Vec<_> = (0..2)
                .map(|_| {
                    let receiver = receiver.clone();
                    let work = move || receiver.recv().unwrap();
                    if round % 2 == 0 { asleep(work) } else { thread::spawn(work) }
                })
                .collect();
            urgent.send(1).unwrap();
            normal.send(2).unwrap();
            assert_eq!(workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u32>(), 3);
        }
    });
}

#[test]
fn each_message_comes_to_one_thread_and_those_of_a_sender_in_order() {
    const EACH: usize = times(5000);
    for (capacities, strategy) in [
        ([1, 1, 1], WaitStrategy::Park),
        ([1, 4, 64], WaitStrategy::Adaptive),
        ([3, 2, 1], WaitStrategy::Yield),
    ] {
        finishes(move || {
            let arrivals = Arrivals::of(6, EACH);
            let (senders, receiver) = priorities(capacities);
            let receiver = receiver.with_wait_strategy(strategy).with_turns(3);
            let received = AtomicUsize::new(0);
            thread::scope(|scope| {
                for id in 0..6 {
                    let (sender, messages) = (senders[id % 3].clone(), arrivals.messages(id));
                    scope.spawn(move || messages.for_each(|message| sender.send(message).unwrap()));
                }
                drop(senders);
                for way in 0..3 {
                    let (receiver, mut book, received) =
                        (receiver.clone(), arrivals.book(), &received);
                    scope.spawn(move || {
                        let mut many = Vec::new();
                        loop {
                            match way {
                                0 => many.extend(receiver.recv()),
                                1 => drop(receiver.recv_many(&mut many, 5)),
                                _ => match receiver.recv_timeout(Duration::from_micros(50)) {
                                    Err(RecvTimeoutError::Timeout) => continue,
                                    one => many.extend(one),
                                },
                            }
                            if many.is_empty() {
                                break;
                            }
                            many.drain(..).for_each(|message| book.note(message));
                        }
                        received.fetch_add(book.len(), Ordering::Relaxed);
                    });
                }
                drop(receiver);
            });
            arrivals.assert_all();
            assert_eq!(received.into_inner(), 6 * EACH);
        });
    }
}

fn each_message_comes_to_one_task(run: Run) {
    const EACH: usize = times(1000);
    let arrivals: &Arrivals = Box::leak(Box::new(Arrivals::of(6, EACH)));
    let (senders, receiver) = priorities([1, 2, 8]);
    let mut tasks = Vec::<executors::Task>::new();
    for id in 0..6 {
        let (sender, messages) = (senders[id % 3].clone(), arrivals.messages(id));
        tasks.push(Box::pin(async move {
            for message in messages {
                sender.send_async(message).await.unwrap();
            }
        }));
    }
    drop(senders);
    for takes_many in [false, true, false] {
        let receiver = receiver.clone();
        tasks.push(Box::pin(async move {
            let (mut book, mut many) = (arrivals.book(), Vec::new());
            loop {
                if takes_many {
                    _ = receiver.recv_many_async(&mut many, 3).await;
                } else {
                    many.extend(receiver.recv_async().await);
                }
                if many.is_empty() {
                    break;
                }
                many.drain(..).for_each(|message| book.note(message));
            }
        }));
    }
    drop(receiver);
    run(tasks);
    arrivals.assert_all();
}

/// Receivers of all classes, of one alone, and selects wait in the same lists.
#[test]
fn receivers_of_one_class_wait_beside_those_of_all() {
    const EACH: u64 = times(5000) as u64;
    finishes(|| {
        let ([urgent, normal], receiver) = priorities([2, 2]);
        let (own, selects) = (receiver.classes()[1].clone(), receiver.classes()[0].clone());
        let (_never, nevers) = bounded::<u64>(1);
        let all = thread::spawn(move || receiver.iter().sum::<u64>());
        let own = thread::spawn(move || own.iter().sum::<u64>());
        let select = thread::spawn(move || {
            let mut sum = 0;
            while let Ok(n) =
                Selector::new().recv(&nevers, |one| one).recv(&selects, |one| one).wait()
            {
                sum += n;
            }
            sum
        });
        thread::scope(|scope| {
            scope.spawn(|| (1..=EACH).for_each(|n| urgent.send(n).unwrap()));
            scope.spawn(|| (1..=EACH).for_each(|n| normal.send(n).unwrap()));
        });
        drop((urgent, normal));
        let sum = [all, own, select].map(|worker| worker.join().unwrap());
        assert_eq!(sum.iter().sum::<u64>(), EACH * (EACH + 1));
    });
}

/// Polls futures that receive once, so many, where that does not complete them.
fn keep(
    count: usize,
    receiver: &priorities::Receiver<u64>,
) -> Vec<Pin<Box<dyn Future<Output = ()> + '_>>> {
    let mut kept = Vec::<Pin<Box<dyn Future<Output = ()> + '_>>>::new();
    for _ in 0..count {
        kept.push(Box::pin(async { _ = receiver.recv_async().await }));
        kept.push(Box::pin(async { _ = receiver.recv_many_async(&mut Vec::new(), 2).await }));
    }
    for future in &mut kept {
        assert!(poll_once(future).is_pending());
    }
    kept
}

/// Polls futures that send once, so many for each class.
fn keep_sending(count: usize, senders: &[Sender<u64>]) -> Vec<impl Future + '_> {
    let all = (0..count).flat_map(|_| senders).map(|sender| sender.send_async(9));
    let mut kept: Vec<_> = all.collect();
    assert!(kept.iter_mut().all(|future| poll_once(future).is_pending()));
    kept
}

#[test]
fn b7_no_number_of_kept_futures_stops_tasks_that_receive_from_classes() {
    for (capacity, count) in [(1, 1), (1, 20), (2, 3)] {
        let (senders, receiver) = priorities::of(&[capacity; 3]);
        let waiting = keep(count, &receiver);
        for sender in &senders {
            (0..capacity).for_each(|_| sender.try_send(7).unwrap());
        }
        let blocked = keep_sending(count, &senders);
        let sends = senders.iter().map(|sender| {
            Task::new(async move {
                for message in 0..20 {
                    sender.send_async(message).await.unwrap();
                }
            })
        });
        let receives = Task::new(async {
            let mut sum = 0;
            for _ in 0..3 * (20 + capacity) {
                sum += receiver.recv_async().await.unwrap();
            }
            assert_eq!(sum, 3 * (190 + 7 * capacity as u64));
        });
        run(sends.chain([receives]).collect());
        drop((waiting, blocked));
    }
}

#[test]
fn b7_no_number_of_kept_futures_stops_threads_that_receive_from_classes() {
    finishes(|| {
        for (capacity, count) in [(1, 1), (1, 20), (2, 3)] {
            let (senders, receiver) = priorities::of(&[capacity; 2]);
            let _waiting = keep(count, &receiver);
            for sender in &senders {
                (0..capacity).for_each(|_| sender.try_send(7).unwrap());
            }
            let _blocked = keep_sending(count, &senders);
            let receives = receiver.clone().with_wait_strategy(WaitStrategy::Park);
            thread::scope(|scope| {
                for sender in &senders {
                    let sends = sender.clone().with_wait_strategy(WaitStrategy::Park);
                    scope.spawn(move || (0..50).for_each(|message| sends.send(message).unwrap()));
                }
                let all = (0..2 * (50 + capacity)).map(|_| receives.recv().unwrap());
                assert_eq!(all.sum::<u64>(), 2 * (1225 + 7 * capacity as u64));
            });
        }
    });
}

/// Forgotten, they keep their places for ever.
#[test]
fn b7_forgotten_futures_stop_nobody_who_receives_from_classes() {
    let (senders, receiver) = priorities::of(&[1; 2]);
    for _ in 0..3 {
        let mut forgotten = receiver.recv_async();
        assert!(poll_once(&mut forgotten).is_pending());
        std::mem::forget(forgotten);
    }
    let sends = senders.iter().map(|sender| {
        Task::new(async move {
            for message in 0..10 {
                sender.send_async(message).await.unwrap();
            }
        })
    });
    let receives = Task::new(async {
        for _ in 0..20 {
            receiver.recv_async().await.unwrap();
        }
    });
    run(sends.chain([receives]).collect());
}

#[test]
fn c2_no_message_is_lost_where_futures_are_dropped_all_the_time() {
    const EACH: usize = times(2000);
    finishes(|| {
        let ([urgent, normal], receiver) = priorities([1, 1]);
        let sum = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (receiver, sum) = (receiver.clone(), &sum);
                scope.spawn(move || {
                    loop {
                        // Dropped where it is not done at once.
                        match receiver.recv_async().now_or_never() {
                            Some(Ok(n)) => _ = sum.fetch_add(n, Ordering::Relaxed),
                            Some(Err(RecvError)) => break,
                            None => thread::yield_now(),
                        }
                    }
                });
            }
            let steady = receiver.clone().with_wait_strategy(WaitStrategy::Park);
            let steady_sum = &sum;
            scope.spawn(move || {
                steady.iter().for_each(|n| _ = steady_sum.fetch_add(n, Ordering::Relaxed));
            });
            for sender in [urgent, normal] {
                scope.spawn(move || (1..=EACH).for_each(|n| sender.send(n).unwrap()));
            }
        });
        assert_eq!(sum.into_inner(), EACH * (EACH + 1));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    });
}

#[cfg(feature = "futures")]
#[test]
fn a_stream_ends_when_all_classes_are_over() {
    use futures_util::{Stream, StreamExt, stream::FusedStream};
    let ([urgent, normal], receiver) = priorities([4, 4]);
    let weak = receiver.downgrade();
    let mut stream = receiver.into_stream();
    let (bell, waker) = Bell::new();
    assert!(poll(&mut stream.next(), &waker).is_pending());
    normal.send(2).unwrap();
    urgent.send(1).unwrap();
    assert!(bell.rings() > 0);
    drop(urgent);
    assert_eq!(poll(&mut stream.next(), &waker), Poll::Ready(Some(1)));
    drop(normal);
    assert_eq!(stream.size_hint(), (0, Some(1)));
    assert_eq!(stream.by_ref().collect::<Vec<_>>().now_or_never(), Some(vec![2]));
    assert!(stream.is_terminated());
    assert_eq!(stream.size_hint(), (0, Some(0)));
    drop(stream);
    assert!(weak.upgrade().is_none());
}
