//! Cases of time-outs, the subject of which is time: lower bounds, and upper ones that are
//! generous.

use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{RecvTimeoutError, SelectTimeoutError, Selector, SendTimeoutError, bounded};

use crate::watch::{asleep, finishes};

/// Past all clocks, one way or the other.
const ENDLESS: [Duration; 2] = [Duration::MAX, Duration::from_secs(u64::MAX / 2)];

/// No time.
const NONE: [Duration; 2] = [Duration::ZERO, Duration::from_nanos(1)];

/// Long enough to measure.
const SHORT: Duration = Duration::from_millis(20);

/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(30);

/// A moment that is over.
fn over() -> Instant {
    let now = Instant::now();
    now.checked_sub(Duration::from_secs(1)).unwrap_or(now)
}

// fereidani/kanal#53
#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "Miri tells no thread what it has used")]
fn c7_a_thread_that_waits_uses_no_time() {
    use crate::watch::Usage;
    let (_sender, receiver) = bounded::<u8>(1);
    let (full, _receiver) = bounded(1);
    full.send(0).unwrap();
    let idle = Duration::from_millis(500);
    let waits: [Box<dyn FnOnce() + Send>; 4] = [
        Box::new(|| assert!(receiver.recv_timeout(idle).is_err())),
        Box::new(|| assert!(full.send_timeout(1, idle).is_err())),
        Box::new(|| {
            let (_sender, receiver) = bounded::<u8>(1);
            assert!(Selector::new().recv(&receiver, drop).wait_timeout(idle).is_err());
        }),
        Box::new(move || {
            let (sender, receiver) = bounded::<u8>(1);
            let ends = thread::spawn(move || {
                thread::sleep(idle);
                drop(sender);
            });
            assert!(receiver.recv().is_err());
            ends.join().unwrap();
        }),
    ];
    thread::scope(|scope| {
        for wait in waits {
            scope.spawn(move || {
                let before = Usage::of_this_thread();
                wait();
                let after = Usage::of_this_thread();
                let used = after.time - before.time;
                assert!(used < idle / 10, "{used:?} of {idle:?}");
                assert!(after.sleeps - before.sleeps < 100, "{after:?} after {before:?}");
            });
        }
    });
}

// crossbeam-rs/crossbeam#795, rust-lang/rust#54552, zesterer/flume#167
#[test]
fn c8_an_endless_wait_to_receive_ends_with_a_message() {
    for time in ENDLESS {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            let (select, other) = (receiver.clone(), receiver.clone());
            let waiting = [
                asleep(move || receiver.recv_timeout(time).unwrap()),
                asleep(move || {
                    Selector::new().recv(&select, Result::unwrap).wait_timeout(time).unwrap()
                }),
                asleep(move || match Instant::now().checked_add(time) {
                    Some(deadline) => other.recv_deadline(deadline).unwrap(),
                    None => other.recv().unwrap(),
                }),
            ];
            (0..3).for_each(|message| sender.send(message).unwrap());
            let sum: i32 = waiting.into_iter().map(|thread| thread.join().unwrap()).sum();
            assert_eq!(sum, 3);
        });
    }
}

// crossbeam-rs/crossbeam#795, rust-lang/rust#54552, zesterer/flume#167
#[test]
fn c8_an_endless_wait_to_send_ends_with_room() {
    for time in ENDLESS {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            sender.send(0).unwrap();
            let sending = asleep(move || sender.send_timeout(1, time));
            assert_eq!(receiver.recv(), Ok(0));
            assert_eq!(receiver.recv(), Ok(1));
            sending.join().unwrap().unwrap();
        });
    }
}

// crossbeam-rs/crossbeam#795, rust-lang/rust#54552, zesterer/flume#167
#[test]
fn c8_no_time_is_enough_for_what_can_be_done_at_once() {
    let (sender, receiver) = bounded(1);
    for time in NONE {
        let recv = || Selector::new().recv(&receiver, Result::unwrap);
        assert_eq!(receiver.recv_timeout(time), Err(RecvTimeoutError::Timeout));
        assert_eq!(receiver.recv_deadline(over()), Err(RecvTimeoutError::Timeout));
        assert_eq!(recv().wait_timeout(time), Err(SelectTimeoutError));
        assert_eq!(recv().wait_deadline(over()), Err(SelectTimeoutError));
        assert_eq!(sender.send_timeout(1, time), Ok(()));
        assert_eq!(sender.send_timeout(2, time), Err(SendTimeoutError::Timeout(2)));
        assert_eq!(sender.send_deadline(3, over()), Err(SendTimeoutError::Timeout(3)));
        assert_eq!(receiver.recv_timeout(time), Ok(1));
        assert_eq!(sender.send_deadline(4, over()), Ok(()));
        assert_eq!(recv().wait_deadline(over()), Ok(4));
        assert_eq!(sender.send_deadline(5, over()), Ok(()));
        assert_eq!(receiver.recv_deadline(over()), Ok(5));
    }
}

#[test]
fn c8_a_wait_lasts_as_long_as_it_should() {
    let (sender, receiver) = bounded::<u8>(1);
    let (full, _receiver) = bounded(1);
    full.send(0).unwrap();
    let waits: [&dyn Fn(); 6] = [
        &|| assert!(receiver.recv_timeout(SHORT).is_err()),
        &|| assert!(receiver.recv_deadline(Instant::now() + SHORT).is_err()),
        &|| assert!(full.send_timeout(1, SHORT).is_err()),
        &|| assert!(full.send_deadline(1, Instant::now() + SHORT).is_err()),
        &|| assert!(Selector::new().recv(&receiver, drop).wait_timeout(SHORT).is_err()),
        &|| {
            let deadline = Instant::now() + SHORT;
            assert!(Selector::new().recv(&receiver, drop).wait_deadline(deadline).is_err());
        },
    ];
    for wait in waits {
        let begin = Instant::now();
        wait();
        let took = begin.elapsed();
        assert!(took >= SHORT && took < LONG, "{took:?}");
    }
    drop(sender);
}

#[test]
fn c8_a_message_or_the_end_ends_a_long_wait() {
    finishes(|| {
        let begin = Instant::now();
        let (sender, receiver) = bounded(1);
        let receiving = asleep(move || {
            let first = receiver.recv_timeout(2 * LONG);
            (first, receiver.recv_timeout(2 * LONG))
        });
        sender.send(1).unwrap();
        drop(sender);
        let ends = (Ok(1), Err(RecvTimeoutError::Disconnected));
        assert_eq!(receiving.join().unwrap(), ends);
        let (sender, receiver) = bounded(1);
        sender.send(1).unwrap();
        let sending = asleep(move || sender.send_timeout(2, 2 * LONG));
        drop(receiver);
        assert_eq!(sending.join().unwrap(), Err(SendTimeoutError::Disconnected(2)));
        assert!(begin.elapsed() < LONG);
    });
}
