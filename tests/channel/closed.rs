//! Waiting for the end: who is woken when, and that it takes nothing from those who wait for messages.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::thread;

use ringway::channel::{Receiver, Sender, bounded};

use crate::common::End;
use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::threads::Crew;

/// How a channel ends.
const ENDS: [fn(Sender<u8>, Receiver<u8>); 4] = [
    |sender, receiver| {
        sender.close();
        drop(receiver);
    },
    |sender, receiver| {
        receiver.close();
        drop(sender);
    },
    |sender, receiver| {
        drop(sender);
        drop(receiver);
    },
    |sender, receiver| {
        drop(receiver);
        drop(sender);
    },
];

/// At either end, before the close and after it.
fn both_ends_learn_of_the_end<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u32, P, C>, Receiver<u32, C>),
) {
    let (sender, receiver) = make(2, 0);
    sender.send(1).unwrap();
    let (bell, ring) = Bell::new();
    let (mut sends, mut receives) = (sender.closed(), receiver.closed());
    assert!(poll(&mut sends, &ring).is_pending() && poll(&mut receives, &ring).is_pending());
    assert!(receiver.close());
    assert_eq!(bell.rings(), 2);
    assert_eq!(poll(&mut sends, &ring), Poll::Ready(()));
    assert_eq!(poll(&mut receives, &ring), Poll::Ready(()));
    assert_eq!(poll_once(&mut sender.closed()), Poll::Ready(()));
    assert_eq!(poll_once(&mut receiver.closed()), Poll::Ready(()), "with a message in it");
    assert_eq!(bell.rings(), 2);
    assert_eq!(receiver.recv(), Ok(1));
}

on_kinds!(both_ends_learn_of_the_end);

#[test]
fn the_last_handle_of_either_end_is_the_end() {
    let (sender, receiver) = bounded::<u8>(1);
    let (bell, ring) = Bell::new();
    let mut sends = sender.closed();
    assert!(poll(&mut sends, &ring).is_pending());
    let another = receiver.clone();
    drop(receiver);
    assert_eq!(bell.rings(), 0, "there is another");
    drop(another);
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut sends, &ring), Poll::Ready(()));
    let (sender, receiver) = bounded::<u8>(1);
    let mut receives = receiver.closed();
    assert!(poll(&mut receives, &ring).is_pending());
    drop(sender);
    assert_eq!(bell.rings(), 2);
    assert_eq!(poll(&mut receives, &ring), Poll::Ready(()));
}

/// Also where somebody else has found that an end has no handle, and closed the channel without a word.
#[test]
fn all_of_many_are_woken_once() {
    let (sender, receiver) = bounded::<u8>(1);
    let mut waits = Vec::new();
    for _ in 0..100 {
        let (bell, ring) = Bell::new();
        let mut closed = sender.closed();
        assert!(poll(&mut closed, &ring).is_pending() && poll(&mut closed, &ring).is_pending());
        waits.push((closed, bell, ring));
    }
    // Some are gone before.
    waits.truncate(90);
    let gone = waits.split_off(80);
    drop(gone.into_iter().map(|(closed, bell, _)| (closed, bell)).collect::<Vec<_>>());
    receiver.close();
    receiver.close();
    for (closed, bell, ring) in &mut waits {
        assert_eq!((bell.rings(), poll(closed, ring)), (1, Poll::Ready(())));
    }
}

/// What comes to those who wait for messages and for room is theirs, however many wait for the end.
#[test]
fn b7_no_number_of_those_who_wait_for_the_end_takes_a_notification() {
    let (sender, receiver) = bounded(1);
    let (bell, ring) = Bell::new();
    let mut kept = Vec::from_iter((0..50).map(|_| (sender.closed(), receiver.closed())));
    for (sends, receives) in &mut kept {
        assert!(poll(sends, &ring).is_pending() && poll(receives, &ring).is_pending());
    }
    let (told, tells) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &tells).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(told.rings(), 1);
    assert_eq!(poll(&mut receiving, &tells), Poll::Ready(Ok(1)));
    sender.try_send(2).unwrap();
    let mut sending = sender.send_async(3);
    assert!(poll(&mut sending, &tells).is_pending());
    assert_eq!((receiver.try_recv(), told.rings()), (Ok(2), 2));
    assert_eq!(poll(&mut sending, &tells), Poll::Ready(Ok(())));
    assert_eq!(bell.rings(), 0);
    std::mem::forget(kept.pop());
    drop(kept);
    sender.close();
    assert_eq!(bell.rings(), 2, "those that were forgotten");
}

#[test]
fn c5_only_the_last_waker_is_woken_at_the_end() {
    let (sender, _receiver) = bounded::<u8>(1);
    let ((before, first), (bell, ring)) = (Bell::new(), Bell::new());
    let mut closed = sender.closed();
    assert!(poll(&mut closed, &first).is_pending() && poll(&mut closed, &ring).is_pending());
    sender.close();
    assert_eq!((before.rings(), bell.rings()), (0, 1));
}

/// A waker that panics keeps nobody else from being woken, whoever waits for what.
#[test]
fn b7_a_waker_that_panics_at_the_end_keeps_nobody_from_being_woken() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::task::Wake;
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker");
        }
    }
    let (sender, receiver) = bounded::<u8>(1);
    let panics = Waker::from(Arc::new(Panics));
    let (bell, ring) = Bell::new();
    let (mut receiving, mut another) = (receiver.recv_async(), receiver.recv_async());
    assert!(poll(&mut receiving, &panics).is_pending() && poll(&mut another, &ring).is_pending());
    let (mut closed, mut others) = (sender.closed(), sender.closed());
    assert!(poll(&mut closed, &panics).is_pending() && poll(&mut others, &ring).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| sender.close())).is_err());
    assert_eq!(bell.rings(), 2);
    assert!(sender.is_closed());
}

#[test]
fn one_that_is_done_says_so_and_must_not_be_polled_again() {
    let (sender, receiver) = bounded::<u8>(1);
    let mut closed = sender.closed();
    assert_eq!(format!("{closed:?}"), "Closed { is_waiting: false, is_done: false, .. }");
    drop(receiver);
    assert_eq!(poll_once(&mut closed), Poll::Ready(()));
    assert_eq!(format!("{closed:?}"), "Closed { is_waiting: false, is_done: true, .. }");
    #[cfg(feature = "futures")]
    assert!(futures_util::future::FusedFuture::is_terminated(&closed));
    let again = std::panic::AssertUnwindSafe(|| poll_once(&mut closed));
    assert!(std::panic::catch_unwind(again).is_err());
}

/// Who waits is woken, or has seen the end by itself.
#[test]
fn the_end_races_those_who_begin_to_wait_for_it() {
    for end in ENDS {
        for _ in 0..times(300) {
            let (sender, receiver) = bounded::<u8>(1);
            let waits = (sender.downgrade(), receiver.downgrade());
            let crew = Crew::default();
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                crew.start(scope, || {
                    crew.meet(2);
                    end(sender, receiver);
                    is_over.store(true, Ordering::SeqCst);
                });
                crew.meet(2);
                let (Some(sender), Some(receiver)) = (waits.0.upgrade(), waits.1.upgrade()) else {
                    return;
                };
                let (mut sends, mut receives) = (sender.closed(), receiver.closed());
                let bells = [Bell::new(), Bell::new()];
                let polled = [poll(&mut sends, &bells[0].1), poll(&mut receives, &bells[1].1)];
                while !is_over.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                for (polled, (bell, _)) in polled.into_iter().zip(&bells) {
                    match polled {
                        Poll::Pending => assert_eq!(bell.rings() == 1, sender.is_closed()),
                        // It may have seen the end after it was woken.
                        Poll::Ready(()) => assert!(sender.is_closed()),
                    }
                }
            });
        }
    }
}

/// Tasks that wait for the end end with it, on executors.
fn tasks_end_with_their_channel(run: crate::executors::Run) {
    let (sender, receiver) = bounded(2);
    let waits = sender.clone();
    let until_closed: crate::executors::Task = Box::pin(async move { waits.closed().await });
    let sends = Box::pin(async move {
        let mut sent = 0;
        while sender.send_async(sent).await.is_ok() {
            sent += 1;
        }
        sender.closed().await;
    });
    let receives = Box::pin(async move {
        for n in 0..100 {
            assert_eq!(receiver.recv_async().await, Ok(n));
        }
    });
    run(vec![until_closed, sends, receives]);
}

on_executors!(tasks_end_with_their_channel);
