//! Those who wait for the end, and those who give up by a timer.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

use loom_tests::{explore, future, poll_once, thread};
use ringway::channel::SendTimeoutError;

use super::{channel, drain};

/// Who waits for the end sees the close by itself, or is woken by it.
#[test]
fn who_waits_for_the_end_learns_of_it() {
    for is_dropped in [false, true] {
        explore(&format!("the end, by the last drop: {is_dropped}"), (2, 200), move |_| {
            let (sender, receiver) = channel(1);
            let waiter = thread::spawn(move || {
                future::block_on(sender.closed());
                assert!(sender.is_closed());
            });
            if is_dropped {
                drop(receiver)
            } else {
                assert!(receiver.close())
            }
            waiter.join().unwrap();
        });
    }
}

/// Of two who wait one is gone before it is told, or after that; the other is told all the same.
#[test]
fn one_who_waits_for_the_end_and_is_dropped_takes_nothing_along() {
    explore("the end, beside one that is dropped", (1, 200), |_| {
        let (sender, receiver) = channel(1);
        let another = sender.clone();
        let gone = thread::spawn(move || poll_once(another.closed()));
        let waiter = thread::spawn(move || future::block_on(sender.closed()));
        assert!(receiver.close());
        gone.join().unwrap();
        waiter.join().unwrap();
    });
}

/// Whether a waker was called. No model of an access: it is looked at when all is done.
#[derive(Default)]
struct Told(AtomicBool);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One gives up as it is told of room: the next is told in its stead.
#[test]
fn c1_one_that_gives_up_by_its_timer_passes_on_what_it_was_told() {
    explore("a sender whose time is over", (2, 20), |ledger| {
        let (sender, receiver) = channel(1);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        let mut polls = 0;
        let timer = poll_fn(|_| {
            polls += 1;
            if polls > 1 { Poll::Ready(()) } else { Poll::Pending }
        });
        let mut late = pin!(sender.send_async(ledger.value(1)).until(timer));
        assert!(late.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let told = Arc::<Told>::default();
        let behind = Waker::from(Arc::clone(&told));
        let mut next = pin!(sender.send_async(ledger.value(2)));
        assert!(next.as_mut().poll(&mut Context::from_waker(&behind)).is_pending());
        let rival = thread::spawn(move || {
            assert_eq!(receiver.try_recv().unwrap().id(), 0);
            receiver
        });
        let gave_up = match late.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => false,
            Poll::Ready(Err(SendTimeoutError::Timeout(message))) => message.id() == 1,
            _ => unreachable!("its time is over, and nobody closes the channel"),
        };
        let receiver = rival.join().unwrap();
        assert_eq!(drain(&receiver), Vec::from_iter((!gave_up).then_some(1)));
        assert!(!gave_up || told.0.load(Ordering::Relaxed), "it sleeps beside room");
    });
}
