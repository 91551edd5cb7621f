//! Sending by force: the oldest makes room, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::thread;

use ringway::channel::{SendError, bounded, spmc};

use crate::common::{CAPACITIES, starts};
use crate::effort::{affordable, times};
use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

#[test]
fn the_oldest_comes_back_in_its_turn() {
    for capacity in affordable(CAPACITIES) {
        for start in starts(capacity) {
            let (sender, receiver) = ringway::channel::bounded_at(capacity, start);
            let capacity = capacity as u64;
            for message in 0..5 * capacity {
                let evicted = message.checked_sub(capacity);
                assert_eq!(sender.force_send(message), Ok(evicted));
                assert_eq!(sender.len() as u64, (message + 1).min(capacity));
            }
            assert!(receiver.try_iter().eq(4 * capacity..5 * capacity));
        }
    }
}

#[test]
fn a_sender_that_is_alone_may_use_force_too() {
    let (sender, receiver) = spmc::bounded(2);
    assert_eq!([1, 2, 3].map(|n| sender.force_send(n).unwrap()), [None, None, Some(1)]);
    assert!(receiver.try_iter().eq([2, 3]));
}

#[test]
fn force_opens_no_closed_channel() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    receiver.close();
    assert_eq!(sender.force_send(2), Err(SendError(2)));
    assert_eq!(receiver.recv(), Ok(1), "nothing was evicted");
    let (sender, receiver) = bounded(1);
    drop(receiver);
    assert_eq!(sender.force_send(2), Err(SendError(2)));
}

#[test]
fn force_wakes_receivers_and_no_sender() {
    let (sender, receiver) = bounded(1);
    let (bell, ring) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &ring).is_pending());
    assert_eq!(sender.force_send(1), Ok(None));
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll_once(&mut receiving), Poll::Ready(Ok(1)));
    sender.send(2).unwrap();
    let mut sending = sender.send_async(4);
    assert!(poll(&mut sending, &ring).is_pending());
    assert_eq!(sender.force_send(3), Ok(Some(2)));
    assert_eq!(bell.rings(), 1, "there is no more room than before");
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let receiving = asleep(move || receiver.recv());
        assert_eq!(sender.force_send(1), Ok(None));
        assert_eq!(receiving.join().unwrap(), Ok(1));
    });
}

#[test]
fn what_goes_in_by_force_comes_out_once() {
    const EACH: u64 = times(20_000) as u64;
    for capacity in [1, 4] {
        finishes(move || {
            let (sender, receiver) = bounded(capacity);
            let out = Arc::new(AtomicU64::new(0));
            let receiving = {
                let out = out.clone();
                thread::spawn(move || receiver.iter().for_each(|n: Counted| n.count(&out)))
            };
            // Two that evict at once may let a second value go, which is dropped and counts so.
            let sending: Vec<_> = (0..2)
                .map(|_| {
                    let (sender, out) = (sender.clone(), out.clone());
                    thread::spawn(move || {
                        for n in 1..=EACH {
                            let message = Counted(Some((n, out.clone())));
                            drop(sender.force_send(message).unwrap());
                        }
                    })
                })
                .collect();
            drop(sender);
            sending.into_iter().for_each(|thread| thread.join().unwrap());
            receiving.join().unwrap();
            assert_eq!(out.load(Ordering::Relaxed), EACH * (EACH + 1));
        });
    }
}

/// A number that is added once, when it is received or dropped.
#[derive(Debug)]
struct Counted(Option<(u64, Arc<AtomicU64>)>);

impl Counted {
    fn count(mut self, out: &AtomicU64) {
        out.fetch_add(self.0.take().expect("it is counted once").0, Ordering::Relaxed);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some((n, out)) = self.0.take() {
            out.fetch_add(n, Ordering::Relaxed);
        }
    }
}
