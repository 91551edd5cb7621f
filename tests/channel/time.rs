//! Channels of time: a message comes when it is due, once, and nobody puts it there.

use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use ringway::channel::{
    RecvError, RecvTimeoutError, TryRecvError, WaitStrategy, after, at, never, tick,
};

use crate::polls::poll_once;
use crate::watch::{asleep, finishes};

/// A short time, and one that no test takes.
const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn a_message_is_due_at_its_instant_and_not_before() {
    finishes(|| {
        let when = Instant::now() + SHORT;
        let receiver = at(when);
        let another = receiver.clone();
        while receiver.is_empty() {
            assert_eq!(receiver.capacity(), Some(1));
        }
        assert!(Instant::now() >= when && another.is_full() && another.len() == 1);
        assert_eq!((another.try_recv(), receiver.try_recv()), (Ok(when), Err(TryRecvError::Empty)));
        assert!(receiver.is_empty() && !receiver.is_full() && !receiver.is_closed());
        assert_eq!(at(when).recv(), Ok(when), "one of the past is due at once");
    });
}

#[test]
fn a_thread_waits_until_it_is_due() {
    finishes(|| {
        for strategy in [WaitStrategy::Park, WaitStrategy::Adaptive, WaitStrategy::Yield] {
            let begin = Instant::now();
            let receiver = after(SHORT).with_wait_strategy(strategy);
            assert!(receiver.recv().unwrap() >= begin + SHORT && begin.elapsed() >= SHORT);
            assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            let late = after(LONG);
            assert_eq!(late.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            assert_eq!(late.recv_deadline(begin), Err(RecvTimeoutError::Timeout));
            let mut messages = Vec::new();
            assert_eq!(after(SHORT).recv_many(&mut messages, 2), Ok(1));
            assert_eq!(after(Duration::ZERO).drain().count(), 1);
        }
    });
}

#[test]
fn it_is_received_once() {
    finishes(|| {
        let receiver = after(SHORT);
        let receive = |receiver: ringway::channel::Receiver<_>| {
            thread::spawn(move || receiver.recv_timeout(4 * SHORT).is_ok())
        };
        let all: Vec<_> = (0..4).map(|_| receive(receiver.clone())).collect();
        let received = all.into_iter().map(|one| one.join().unwrap());
        assert_eq!(received.filter(|&received| received).count(), 1);
    });
}

#[test]
fn ticks_come_a_period_after_each_other_to_one_who_waits() {
    finishes(|| {
        let begin = Instant::now();
        let ticks = tick(SHORT);
        let mut last = begin;
        for _ in 0..5 {
            let tick = ticks.recv().unwrap();
            assert!(tick >= last + SHORT && Instant::now() >= tick);
            last = tick;
        }
        assert_eq!(ticks.capacity(), Some(1));
    });
}

#[test]
fn ticks_that_are_missed_do_not_come() {
    finishes(|| {
        let ticks = tick(SHORT);
        let first = Instant::now() + SHORT;
        thread::sleep(4 * SHORT);
        assert_eq!(ticks.len(), 1);
        assert!(ticks.try_recv().unwrap() <= first);
        let late = Instant::now();
        assert!(ticks.try_recv().is_err() || late.elapsed() > SHORT);
        assert!(
            ticks.recv().unwrap() + Duration::from_millis(1) >= late + SHORT,
            "a period after that"
        );
        let always = tick(Duration::ZERO);
        assert!(always.recv().is_ok() && always.try_recv().is_ok());
    });
}

#[test]
fn the_end_of_a_channel_of_time() {
    finishes(|| {
        for receiver in [after(LONG), tick(LONG), never(), at(Instant::now() + LONG)] {
            let another = receiver.clone().with_wait_strategy(WaitStrategy::Park);
            let waits = asleep(move || another.recv());
            assert!(receiver.close() && !receiver.close() && receiver.is_closed());
            assert_eq!(waits.join().unwrap(), Err(RecvError));
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        }
        let due = tick(Duration::ZERO);
        assert!(due.close());
        assert_eq!(
            (due.len(), due.iter().count(), due.len()),
            (1, 1, 0),
            "what was due is received"
        );
        drop(tick(Duration::ZERO));
    });
}

#[test]
fn a_time_past_all_clocks_never_comes() {
    finishes(|| {
        for receiver in [after(Duration::MAX), tick(Duration::MAX), never()] {
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(
                receiver.recv_timeout(Duration::from_millis(1)),
                Err(RecvTimeoutError::Timeout)
            );
            assert_eq!((receiver.capacity(), receiver.len()), (Some(0), 0));
            assert!(receiver.is_empty() && receiver.is_full() && !receiver.is_closed());
            assert!(poll_once(&mut receiver.recv_async()).is_pending(), "nobody has to wake it");
        }
        let once = tick(Duration::ZERO);
        assert!(once.recv().is_ok());
    });
}

#[test]
fn a_task_receives_what_is_due_and_does_not_wait() {
    let receiver = after(Duration::ZERO);
    assert!(receiver.recv_async().now_or_never().is_some_and(|received| received.is_ok()));
    assert!(receiver.recv_async().now_or_never().is_none(), "nothing more comes");
    let late = after(LONG);
    let waits = std::panic::AssertUnwindSafe(|| late.recv_async().now_or_never());
    let why = std::panic::catch_unwind(waits).unwrap_err();
    assert!(why.downcast::<&str>().unwrap().contains("timers of its executor"));
}

/// It keeps one, however soon the next is due.
#[test]
fn a_batch_of_ticks_is_one() {
    let (ticks, mut received) = (tick(Duration::ZERO), Vec::new());
    assert_eq!(ticks.try_recv_many(&mut received, 100), Ok(1));
    assert_eq!(ticks.recv_many(&mut received, usize::MAX), Ok(1));
    assert_eq!(ticks.drain().count() + received.len(), 3);
}
