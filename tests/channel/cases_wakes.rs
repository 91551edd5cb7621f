//! Cases of wake-ups: how many there are for a message, and who gets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use ringway::channel::{Receiver, Selector, WaitStrategy, bounded};

use crate::effort::times;
use crate::polls::{Bell, poll};
use crate::watch::{Usage, asleep, finishes};

// smol-rs/async-channel#13
#[test]
fn c6_a_message_wakes_one_of_many_tasks() {
    let (sender, receiver) = bounded(8);
    let (bell, ring) = Bell::new();
    let mut waiting: Vec<_> = (0..16).map(|_| receiver.recv_async()).collect();
    waiting.iter_mut().for_each(|future| assert!(poll(future, &ring).is_pending()));
    for (message, first) in waiting.iter_mut().enumerate() {
        sender.send(message).unwrap();
        assert_eq!(bell.rings(), message + 1, "one was woken");
        assert_eq!(poll(first, &ring), Poll::Ready(Ok(message)), "who came first");
        assert_eq!(bell.rings(), message + 1, "who receives it passes nothing on");
    }
}

// smol-rs/async-channel#13
#[test]
fn c6_room_wakes_one_of_many_tasks() {
    let (sender, receiver) = bounded(1);
    let (bell, ring) = Bell::new();
    sender.send(0).unwrap();
    let mut waiting: Vec<_> = (1..=16).map(|message| sender.send_async(message)).collect();
    waiting.iter_mut().for_each(|future| assert!(poll(future, &ring).is_pending()));
    for (message, first) in waiting.iter_mut().enumerate() {
        assert_eq!(receiver.try_recv(), Ok(message));
        assert_eq!(bell.rings(), message + 1);
        assert_eq!(poll(first, &ring), Poll::Ready(Ok(())));
        assert_eq!(bell.rings(), message + 1);
    }
}

// smol-rs/async-channel#13
#[test]
fn c6_a_message_that_another_took_wakes_one_and_no_chain() {
    let (sender, receiver) = bounded(8);
    let (bell, ring) = Bell::new();
    let mut waiting: Vec<_> = (0..16).map(|_| receiver.recv_async()).collect();
    for future in &mut waiting {
        assert!(poll(future, &ring).is_pending());
    }
    for lap in 1..=times(100) {
        sender.send(lap).unwrap();
        assert_eq!(receiver.try_recv(), Ok(lap));
        for future in &mut waiting {
            assert!(poll(future, &ring).is_pending());
        }
        assert_eq!(bell.rings(), lap);
    }
}

// smol-rs/async-channel#13
#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "Miri tells no thread what it has used")]
fn c6_selects_that_wait_for_the_same_wake_no_chain() {
    let used: Duration = finishes(|| {
        let (sender, receiver) = bounded::<u8>(1);
        let select = |receiver: Receiver<u8>| {
            move || {
                while Selector::new().recv(&receiver, |message| message.is_ok()).wait() {}
                Usage::of_this_thread().time
            }
        };
        let waiting: Vec<_> = (0..3).map(|_| asleep(select(receiver.clone()))).collect();
        // One is notified in vain, while the others sleep.
        sender.send(1).unwrap();
        let _ = receiver.try_recv();
        // A chain would go on and on, and at times without a sleep.
        thread::sleep(Duration::from_secs(1));
        drop(sender);
        waiting.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(used < Duration::from_millis(500), "{used:?}");
}

// smol-rs/async-channel#6, open-telemetry/otel-arrow#402
#[test]
fn c11_each_thread_that_waits_has_a_share() {
    const WAITERS: usize = 4;
    for strategy in [WaitStrategy::Adaptive, WaitStrategy::Park, WaitStrategy::Yield] {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            let counts: Arc<[AtomicUsize; WAITERS]> = Arc::default();
            let enough = Arc::new(AtomicBool::new(false));
            let waiters: Vec<_> = (0..WAITERS)
                .map(|id| {
                    let receiver = receiver.clone().with_wait_strategy(strategy);
                    let (counts, enough) = (counts.clone(), enough.clone());
                    thread::spawn(move || {
                        for _message in receiver {
                            counts[id].fetch_add(1, Ordering::Relaxed);
                            let all =
                                counts.iter().all(|n| n.load(Ordering::Relaxed) >= times(100));
                            enough.store(all, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            let mut sent = 0_u64;
            while !enough.load(Ordering::Relaxed) {
                sent += 1;
                assert!(sent < 20_000_000, "one starves: {counts:?}");
                sender.send(sent).unwrap();
            }
            drop(sender);
            waiters.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }
}

// smol-rs/async-channel#6, open-telemetry/otel-arrow#402
#[test]
fn c11_tasks_are_woken_in_the_order_in_which_they_came() {
    let (sender, receiver) = bounded(1);
    let bells: Vec<_> = (0..8).map(|_| Bell::new()).collect();
    let mut waiting: Vec<_> = bells.iter().map(|_| receiver.recv_async()).collect();
    for (future, (_, ring)) in waiting.iter_mut().zip(&bells) {
        assert!(poll(future, ring).is_pending());
    }
    for turn in 0..80 {
        let who = turn % 8;
        sender.send(turn).unwrap();
        let rings: Vec<_> = bells.iter().map(|(bell, _)| bell.rings()).collect();
        assert!((0..8).all(|other| rings[other] == turn / 8 + usize::from(other <= who)));
        assert_eq!(poll(&mut waiting[who], &bells[who].1), Poll::Ready(Ok(turn)));
        waiting[who] = receiver.recv_async();
        assert!(poll(&mut waiting[who], &bells[who].1).is_pending());
    }
}

#[test]
fn c11_a_task_that_is_woken_in_vain_waits_behind_the_others() {
    let (sender, receiver) = bounded(1);
    let bells = [Bell::new(), Bell::new()];
    let mut waiting = [receiver.recv_async(), receiver.recv_async()];
    for (future, (_, ring)) in waiting.iter_mut().zip(&bells) {
        assert!(poll(future, ring).is_pending());
    }
    sender.send(0).unwrap();
    assert_eq!(receiver.try_recv(), Ok(0), "one that is awake is faster");
    assert!(poll(&mut waiting[0], &bells[0].1).is_pending());
    sender.send(1).unwrap();
    assert_eq!([0, 1].map(|who| bells[who].0.rings()), [1, 1]);
    assert_eq!(poll(&mut waiting[1], &bells[1].1), Poll::Ready(Ok(1)));
}
