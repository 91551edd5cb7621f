//! The counts of what went through a channel.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread;
use std::time::Duration;

use ringway::channel::{Metrics, Selector, bounded, bounded_at};

use crate::common::{CAPACITIES, starts};
use crate::polls::{poll, poll_once};
use crate::watch::finishes;

use crate::effort::{affordable, times};

#[test]
fn every_way_to_send_and_receive_is_counted_once() {
    let (sender, receiver) = bounded(8);
    sender.send(1).unwrap();
    sender.try_send(2).unwrap();
    sender.send_timeout(3, Duration::ZERO).unwrap();
    sender.send_slice(&[4, 5]).unwrap();
    sender.send_all(&mut vec![6, 7]).unwrap();
    assert_eq!(sender.force_send(8), Ok(None));
    assert_eq!(sender.metrics().sent, 8);
    assert_eq!(sender.force_send(9), Ok(Some(1)));
    let metrics = sender.metrics();
    assert_eq!((metrics.sent, metrics.received, metrics.refused), (9, 1, 0));

    assert_eq!(receiver.recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Ok(3));
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(4));
    let mut some = Vec::new();
    assert_eq!(receiver.recv_many(&mut some, 2), Ok(2));
    assert_eq!(receiver.drain().count(), 3);
    let metrics = receiver.metrics();
    assert_eq!((metrics.sent, metrics.received), (9, 9));
    assert_eq!((metrics.send_parks, metrics.recv_parks), (0, 0));
}

#[test]
fn what_is_refused_is_counted_and_marks_the_high_water() {
    let (sender, _receiver) = bounded(3);
    sender.send_slice(&[1, 2, 3]).unwrap();
    assert!(sender.try_send(4).is_err());
    assert!(sender.send_timeout(4, Duration::ZERO).is_err());
    let metrics = sender.metrics();
    assert_eq!((metrics.refused, metrics.high_water, metrics.sent), (2, 3, 3));
    sender.close();
    assert!(sender.try_send(4).unwrap_err().is_disconnected());
    assert_eq!(sender.metrics().refused, 2, "a closed channel refuses nothing for want of room");
}

#[test]
fn counts_of_many_threads_are_whole() {
    const EACH: usize = times(1000);
    let (sender, receiver) = bounded(4);
    thread::scope(|scope| {
        for _ in 0..3 {
            let (sender, receiver) = (sender.clone(), receiver.clone());
            scope.spawn(move || (0..EACH).for_each(|n| sender.send(n).unwrap()));
            scope.spawn(move || (0..EACH).for_each(|_| assert!(receiver.recv().is_ok())));
        }
    });
    let metrics = sender.metrics();
    assert_eq!((metrics.sent, metrics.received), (3 * EACH, 3 * EACH));
    assert!(metrics.high_water <= 4);
}

#[test]
fn a_wait_that_sleeps_is_counted_as_both() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let receiving = thread::spawn(move || receiver.recv());
        while sender.metrics().recv_parks == 0 {
            thread::yield_now();
        }
        sender.send(1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
        let metrics = sender.metrics();
        assert_eq!((metrics.recv_waits, metrics.send_waits, metrics.send_parks), (1, 0, 0));
    });
}

/// As a thread that is woken in vain and sleeps again.
#[test]
fn a_task_that_is_woken_in_vain_is_counted_as_one_wait() {
    let (sender, receiver) = bounded(1);
    let mut receiving = receiver.recv_async();
    for n in 0..3 {
        assert!(poll_once(&mut receiving).is_pending());
        sender.send(n).unwrap();
        assert_eq!(receiver.try_recv(), Ok(n), "another is faster");
    }
    assert!(poll_once(&mut receiving).is_pending());
    sender.send(3).unwrap();
    let mut sending = sender.send_async(4);
    for n in 3..6 {
        assert!(poll_once(&mut sending).is_pending());
        assert_eq!(receiver.try_recv(), Ok(n));
        sender.try_send(n + 1).unwrap();
    }
    assert!(poll_once(&mut sending).is_pending());
    let metrics = sender.metrics();
    assert_eq!((metrics.recv_waits, metrics.recv_parks), (1, 4));
    assert_eq!((metrics.send_waits, metrics.send_parks), (1, 4));
}

/// A waker that acts.
struct Acts<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Acts<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// The waker that does this.
fn that(acts: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Acts(acts)))
}

// pawurb/hotpath-rs#400, apache/seatunnel#11497, knative/pkg#3242
#[test]
fn d5_what_was_received_was_sent_before_also_for_whom_a_sender_wakes() {
    let (sender, receiver) = bounded(1);
    let theirs = receiver.clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let waker = that(move || {
        assert_eq!(theirs.try_recv(), Ok(1));
        let Metrics { sent, received, .. } = theirs.metrics();
        notes.lock().unwrap().push((sent, received));
    });
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &waker).is_pending());
    sender.send(1).unwrap();
    assert_eq!(*seen.lock().unwrap(), [(1, 1)]);
}

// pawurb/hotpath-rs#400, apache/seatunnel#11497, knative/pkg#3242
#[test]
fn d5_no_more_is_queued_than_the_capacity_also_for_whom_a_receiver_wakes() {
    let (sender, receiver) = bounded(1);
    let theirs = sender.clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let waker = that(move || {
        theirs.try_send(3).unwrap();
        let Metrics { sent, received, .. } = theirs.metrics();
        notes.lock().unwrap().push((sent, received));
    });
    sender.send(1).unwrap();
    let mut sending = sender.send_async(2);
    assert!(poll(&mut sending, &waker).is_pending());
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(*seen.lock().unwrap(), [(2, 1)]);
}

#[test]
fn what_is_done_is_counted_though_a_waker_panics() {
    let (sender, receiver) = bounded(1);
    let panics = that(|| panic!("the waker panics"));
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &panics).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| sender.send(1))).is_err());
    assert_eq!(sender.metrics().sent, 1);
    let mut sending = sender.send_async(2);
    assert!(poll(&mut sending, &panics).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| receiver.recv())).is_err());
    assert_eq!(sender.metrics().received, 1);
}

/// Says that it is enough when it is dropped, also on the way of a panic.
struct Enough<'a>(&'a AtomicBool);

impl Drop for Enough<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends and receives in every way there is, until an observer has seen enough.
///
/// Returns what was seen last, and how many messages are left.
fn beside_all_operations(capacity: usize, observe: impl Fn(Metrics) -> bool) -> (Metrics, usize) {
    let (sender, receiver) = bounded(capacity);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let enough = &enough;
        for _ in 0..2 {
            let sender = sender.clone();
            scope.spawn(move || {
                while !enough.load(Ordering::Relaxed) {
                    let _ = sender.try_send(0);
                    let _ = sender.send_timeout(1, Duration::ZERO);
                    let _ = sender.force_send(2);
                    let _ = poll_once(&mut sender.send_async(3));
                    let _ = poll_once(&mut sender.send_slice_async(&[4, 5, 6]));
                    let _ = poll_once(&mut sender.send_all_async(&mut vec![7, 8]));
                    let mut message = Some(9);
                    let _ = Selector::new().send(&sender, &mut message, |sent| sent).try_wait();
                }
            });
            let receiver = receiver.clone();
            scope.spawn(move || {
                let mut messages = Vec::new();
                while !enough.load(Ordering::Relaxed) {
                    receiver.try_iter().take(3).for_each(drop);
                    let _ = receiver.recv_timeout(Duration::ZERO);
                    let _ = poll_once(&mut receiver.recv_async());
                    let _ = poll_once(&mut receiver.recv_many_async(&mut messages, 2));
                    let _ = Selector::new().recv(&receiver, |received| received).try_wait();
                    messages.extend(receiver.drain().take(1));
                    messages.clear();
                }
            });
        }
        let _enough = Enough(enough);
        while !observe(receiver.metrics()) {}
    });
    // The length would count positions that were skipped, too.
    (sender.metrics(), receiver.drain().count())
}

// pawurb/hotpath-rs#400, apache/seatunnel#11497, knative/pkg#3242
#[test]
fn d5_an_observer_beside_all_operations() {
    for capacity in [1, 2, 7, 64] {
        finishes(move || {
            let before = Cell::new(Metrics::default());
            let looks = Cell::new(0_usize);
            let (metrics, left) = beside_all_operations(capacity, |seen| {
                let Metrics { sent, received, high_water, .. } = seen;
                let level = sent.checked_sub(received);
                assert!(level.is_some_and(|level| level <= capacity), "{seen:?} of {capacity}");
                let last = before.replace(seen);
                assert!(sent >= last.sent && received >= last.received, "{last:?}, then {seen:?}");
                assert!((last.high_water..=capacity).contains(&high_water), "{seen:?}");
                looks.set(looks.get() + 1);
                looks.get() >= times(20_000) && sent > times(2_000)
            });
            assert_eq!(metrics.sent - metrics.received, left, "{metrics:?}");
            assert!(metrics.refused == 0 || metrics.high_water == capacity, "{metrics:?}");
        });
    }
}

/// Others may have sent a message and not counted it, and one that received it may have.
#[test]
fn d5_what_has_returned_is_counted_beside_others() {
    for capacity in [1, 2, 64] {
        finishes(move || {
            let (sender, receiver) = bounded(capacity);
            let [sent, received] = [(); 2].map(|()| AtomicUsize::new(0));
            let counted = |returned: &AtomicUsize, counts: fn(Metrics) -> usize| {
                let returned = returned.fetch_add(1, Ordering::AcqRel) + 1;
                let counted = counts(sender.metrics());
                assert!(counted >= returned, "{counted} of {returned} are counted");
            };
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for _ in 0..times(10_000) {
                            if sender.try_send(()).is_ok() {
                                counted(&sent, |metrics| metrics.sent);
                            }
                        }
                    });
                    scope.spawn(|| {
                        for _ in 0..times(10_000) {
                            if receiver.try_recv().is_ok() {
                                counted(&received, |metrics| metrics.received);
                            }
                        }
                    });
                }
            });
        });
    }
}

#[test]
fn a_channel_that_is_full_again_and_again_has_its_capacity_for_high_water() {
    let (sender, receiver) = bounded(16);
    sender.send(0).unwrap();
    assert_eq!((receiver.recv(), sender.metrics().high_water), (Ok(0), 1));
    for _ in 0..times(1000) {
        sender.send_slice(&[1; 16]).unwrap();
        assert_eq!(receiver.drain().count(), 16);
    }
    assert_eq!(sender.metrics().high_water, 16);
}

/// Every level is seen, the highest being noted at the send that makes it, from whichever position.
#[test]
fn the_high_water_is_the_highest_level_there_was() {
    for capacity in affordable(CAPACITIES) {
        for start in starts(capacity) {
            let (sender, receiver) = bounded_at(capacity, start);
            for high in 1..=capacity {
                for level in [high, high / 2, 1] {
                    (0..level).for_each(|message| sender.send(message).unwrap());
                    assert_eq!(sender.metrics().high_water, high, "capacity {capacity}");
                    assert!(receiver.try_iter().eq(0..level));
                }
            }
        }
    }
}
