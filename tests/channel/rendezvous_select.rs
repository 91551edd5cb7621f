//! Selects at a rendezvous: they are met while they wait, and meet each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{
    Receiver, RecvError, Select, Selector, SendError, Sender, TryRecvError, TrySendError,
    WaitStrategy, after, bounded, never, tick,
};

use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

/// A way to receive, and to send.
type Receives = fn(&Receiver<u32>) -> Result<u32, RecvError>;
type Sends = fn(&Sender<u32>, u32) -> Result<(), SendError<u32>>;

/// A way to receive at one of two.
type ReceivesEither = fn(&Receiver<u32>, &Receiver<u32>) -> Result<u32, RecvError>;

/// Ways for a thread to receive that waits at this channel and at one where nobody comes.
const RECEIVES: [Receives; 2] = [
    |receiver| {
        let idle = never::<u32>();
        let mut select = Select::new();
        select.recv(&idle);
        select.recv(receiver);
        select.select().recv(receiver)
    },
    |receiver| {
        Selector::new()
            .recv(&never(), |received| received)
            .recv(receiver, |received| received)
            .wait()
    },
];

/// Ways for a thread to receive at one of two.
const RECEIVES_EITHER: [ReceivesEither; 2] = [
    |one, other| {
        let mut select = Select::new();
        let first = select.recv(one);
        select.recv(other);
        let chosen = select.select();
        let receiver = if chosen.index() == first { one } else { other };
        chosen.recv(receiver)
    },
    |one, other| {
        Selector::new().recv(one, |received| received).recv(other, |received| received).wait()
    },
];

/// And to send.
const SENDS: [Sends; 2] = [
    |sender, message| {
        let idle = never::<u32>();
        let mut select = Select::new();
        select.recv(&idle);
        select.send(sender);
        select.select().send(sender, message)
    },
    |sender, message| {
        let (mut message, idle) = (Some(message), never::<u32>());
        let select = Selector::new().recv(&idle, |_| panic!("nothing comes"));
        select.send(sender, &mut message, |sent| sent).wait()
    },
];

#[test]
fn a_try_meets_a_select_that_waits() {
    for receives in RECEIVES {
        finishes(move || {
            let (sender, receiver) = bounded(0);
            let waits = asleep(move || receives(&receiver));
            assert_eq!(sender.try_send(1), Ok(()));
            assert_eq!(waits.join().unwrap(), Ok(1));
            assert!(sender.is_closed());
        });
    }
    for sends in SENDS {
        finishes(move || {
            let (sender, receiver) = bounded(0);
            let waits = asleep(move || sends(&sender, 1));
            assert_eq!(receiver.try_recv(), Ok(1));
            assert_eq!(waits.join().unwrap(), Ok(()));
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        });
    }
}

#[test]
fn selects_meet_threads_and_each_other() {
    let count = times(500) as u32;
    for sends in SENDS.into_iter().chain([Sender::send as Sends]) {
        for receives in RECEIVES.into_iter().chain([Receiver::recv as Receives]) {
            finishes(move || {
                let (sender, receiver) = bounded(0);
                let sender_thread = thread::spawn(move || {
                    (0..count).for_each(|n| sends(&sender, n).unwrap());
                });
                for n in 0..count {
                    assert_eq!(receives(&receiver), Ok(n));
                }
                sender_thread.join().unwrap();
                assert_eq!(receives(&receiver), Err(RecvError));
            });
        }
    }
}

/// Each thread offers a message and takes one, whichever comes first, as in crossbeam's `stress_mixed`: nobody meets itself.
#[test]
fn both_ends_of_one_channel_in_one_select() {
    let count = times(300);
    finishes(move || {
        let (sender, receiver) = bounded(0);
        let both = |sender: &Sender<usize>, receiver: &Receiver<usize>, n| {
            let mut select = Select::new();
            let (sends, _) = (select.send(sender), select.recv(receiver));
            let operation = select.select();
            if operation.index() == sends {
                operation.send(sender, n).unwrap();
                None
            } else {
                Some(operation.recv(receiver).unwrap())
            }
        };
        {
            let mut select = Select::new();
            select.send(&sender);
            select.recv(&receiver);
            assert!(select.try_select().is_err());
            assert!(select.select_timeout(Duration::from_millis(1)).is_err(), "not with itself");
        }
        let (another, others) = (sender.clone(), receiver.clone());
        let waits = asleep(move || both(&another, &others, 7));
        assert_eq!((receiver.try_recv(), waits.join().unwrap()), (Ok(7), None));
        let sum = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for n in 1..=count {
                        // One sends and the other one receives.
                        match both(&sender, &receiver, n) {
                            Some(other) => assert_eq!(other, n),
                            None => _ = sum.fetch_add(n, Ordering::SeqCst),
                        }
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), count * (count + 1) / 2);
    });
}

/// Two selects with two channels each, which face each other in both.
#[test]
fn selects_that_face_each_other_meet_once() {
    let count = times(1000);
    finishes(move || {
        let ((s1, r1), (s2, r2)) = (bounded(0), bounded(0));
        let sends = thread::spawn(move || {
            for n in 0..count {
                let (mut one, mut two) = (Some(n), Some(n));
                let select = Selector::new().send(&s1, &mut one, |sent| sent);
                select.send(&s2, &mut two, |sent| sent).wait().unwrap();
                assert!(one.is_some() != two.is_some(), "one of them went");
            }
        });
        for n in 0..count {
            let select = Selector::new().recv(&r1, |one| one).recv(&r2, |one| one);
            assert_eq!(select.wait(), Ok(n));
        }
        sends.join().unwrap();
    });
}

#[test]
fn who_meets_a_select_waits_for_the_message_of_it() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let (go_on, may) = bounded::<()>(1);
        let waits = asleep(move || {
            let mut select = Select::new();
            select.send(&sender);
            let operation = select.select();
            may.recv().unwrap();
            operation.send(&sender, 7).unwrap();
        });
        let receives = asleep(move || receiver.recv_timeout(Duration::from_millis(1)));
        go_on.send(()).unwrap();
        assert_eq!(receives.join().unwrap(), Ok(7), "also after its deadline");
        waits.join().unwrap();
    });
}

#[test]
fn who_has_met_a_select_that_gives_up_waits_on() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let waits = asleep(move || receiver.recv());
        let mut select = Select::new();
        select.send(&sender);
        let operation = select.try_select().unwrap();
        let dropped = std::panic::AssertUnwindSafe(|| drop(operation));
        assert!(std::panic::catch_unwind(dropped).is_err(), "it says so");
        sender.send(8).unwrap();
        assert_eq!(waits.join().unwrap(), Ok(8));
    });
}

#[test]
fn a_select_is_told_of_tasks_and_tasks_of_it() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let (bell, ring) = Bell::new();
        let mut receives = receiver.recv_async();
        assert!(poll(&mut receives, &ring).is_pending());
        let sends = sender.clone();
        let waits = asleep(move || SENDS[0](&sends, 1));
        assert!(bell.rings() >= 1);
        assert_eq!(poll(&mut receives, &ring), Poll::Ready(Ok(1)));
        waits.join().unwrap().unwrap();
        let mut sending = sender.send_async(2);
        assert!(poll_once(&mut sending).is_pending());
        assert_eq!(RECEIVES[1](&receiver), Ok(2));
        assert_eq!(poll_once(&mut sending), Poll::Ready(Ok(())));
    });
}

#[test]
fn the_end_wakes_a_select_that_waits() {
    for receives in RECEIVES {
        finishes(move || {
            let (sender, receiver) = bounded(0);
            let waits = asleep(move || receives(&receiver));
            drop(sender);
            assert_eq!(waits.join().unwrap(), Err(RecvError));
        });
    }
    for sends in SENDS {
        finishes(move || {
            let (sender, receiver) = bounded(0);
            let waits = asleep(move || sends(&sender, 3));
            receiver.close();
            assert_eq!(waits.join().unwrap(), Err(SendError(3)));
        });
    }
}

#[test]
fn who_is_ready_is_told_and_meets_nobody() {
    finishes(|| {
        let (sender, receiver) = bounded::<u32>(0);
        let mut select = Select::new();
        select.send(&sender);
        select.recv(&receiver);
        assert!(select.try_ready().is_err());
        let another = sender.clone().with_wait_strategy(WaitStrategy::Park);
        let waits = asleep(move || another.send(1));
        assert_eq!(select.ready(), 1);
        assert_eq!((receiver.try_recv(), waits.join().unwrap()), (Ok(1), Ok(())));
        let another = receiver.clone();
        let ready = asleep(move || {
            let mut select = Select::new();
            select.recv(&another);
            (select.ready(), another.recv())
        });
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)), "nobody waits to receive");
        sender.send(3).unwrap();
        assert_eq!(ready.join().unwrap(), (0, Ok(3)));
    });
}

/// Who waits for the message of a select waits nowhere else: what comes there is told to others, who may have to come
/// before that message.
#[test]
fn who_waits_for_the_message_of_a_select_keeps_nothing_from_others() {
    for receives in RECEIVES_EITHER {
        finishes(move || {
            let ((sender, receiver), (jobs, work)) = (bounded(0), bounded(1));
            let another = work.clone();
            let waits = asleep(move || receives(&receiver, &another));
            let works = asleep(move || work.recv());
            let mut select = Select::new();
            select.send(&sender);
            let operation = select.select();
            jobs.send(1).unwrap();
            assert_eq!(works.join().unwrap(), Ok(1));
            operation.send(&sender, 2).unwrap();
            assert_eq!(waits.join().unwrap(), Ok(2));
        });
    }
}

/// It has the word of a sender that has come, and takes nothing.
#[test]
fn who_is_ready_tells_the_next() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let another = receiver.clone();
        let ready = asleep(move || {
            let mut select = Select::new();
            select.recv(&another);
            select.ready()
        });
        let (bell, ring) = Bell::new();
        let mut receives = receiver.recv_async();
        assert!(poll(&mut receives, &ring).is_pending());
        let mut sends = sender.send_async(1);
        assert!(poll_once(&mut sends).is_pending());
        assert_eq!((ready.join().unwrap(), bell.rings()), (0, 1));
        assert_eq!(poll(&mut receives, &ring), Poll::Ready(Ok(1)));
    });
}

#[test]
fn a_message_that_is_not_sent_stays() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let message = Arc::new(());
        let mut unsent = Some(message.clone());
        // Longer than a select spins.
        let late = after(Duration::from_millis(100));
        let select = Selector::new().send(&sender, &mut unsent, |_| "sent").recv(&late, |_| "late");
        assert_eq!(select.wait(), "late");
        assert!(unsent.is_some() && receiver.try_recv().is_err());
    });
}

#[test]
fn a_select_sleeps_until_a_channel_of_time_is_due() {
    finishes(|| {
        let begin = Instant::now();
        let (period, end) = (Duration::from_millis(3), Duration::from_millis(20));
        let (ticks, over, idle) = (tick(period), after(end), never::<()>());
        let mut count = 0;
        loop {
            let mut select = Select::new();
            let (tick, _, _) = (select.recv(&ticks), select.recv(&over), select.recv(&idle));
            let operation = select.select();
            if operation.index() != tick {
                assert!(operation.recv(&over).unwrap() >= begin + end);
                break;
            }
            assert!(operation.recv(&ticks).unwrap() >= begin + period);
            count += 1;
        }
        assert!(count <= 6 && begin.elapsed() >= end);
        let late = Selector::new().recv(&over, |_| ()).recv(&idle, |_| ());
        assert!(late.wait_timeout(Duration::from_millis(1)).is_err(), "it came once");
        let mut ready = Select::new();
        let soon = after(period);
        ready.recv(&soon);
        assert_eq!((ready.ready(), soon.len()), (0, 1));
    });
}

#[cfg(feature = "metrics")]
#[test]
fn the_metrics_count_what_selects_hand_over() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let another = receiver.clone();
        let waits = asleep(move || RECEIVES[0](&another));
        SENDS[0](&sender, 1).unwrap();
        waits.join().unwrap().unwrap();
        let another = sender.clone();
        let waits = asleep(move || SENDS[1](&another, 2));
        RECEIVES[1](&receiver).unwrap();
        waits.join().unwrap().unwrap();
        let metrics = sender.metrics();
        assert_eq!((metrics.sent, metrics.received, metrics.high_water), (2, 2, 0));
    });
}
