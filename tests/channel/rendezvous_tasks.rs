//! Tasks at a rendezvous: a sender waits with its message, a receiver is told of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Wake, Waker};
use std::thread;

use futures_util::{FutureExt, join};
use ringway::channel::{
    Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError, WaitStrategy, bounded,
};

use crate::effort::times;
use crate::executors::{Run, Task};
use crate::polls::{Bell, poll, poll_once};
use crate::watch::{asleep, finishes};

on_executors!(tasks_hand_over_to_each_other, threads_and_tasks_hand_over_to_each_other);

fn tasks_hand_over_to_each_other(run: Run) {
    let count = times(500);
    let (sender, receiver) = bounded(0);
    let (tell, told) = std::sync::mpsc::channel();
    let sends = (0..3).map(|_| {
        let sender = sender.clone();
        Box::pin(async move {
            for n in 0..count {
                if n % 3 == 0 {
                    sender.send_slice_async(&[1, 1]).await.unwrap();
                } else if n % 3 == 1 {
                    let mut messages = vec![1, 1];
                    sender.send_all_async(&mut messages).await.unwrap();
                    assert_eq!(messages, []);
                } else {
                    sender.send_async(2).await.unwrap();
                }
            }
        }) as Task
    });
    let receives = (0..3).map(|_| {
        let (receiver, tell) = (receiver.clone(), tell.clone());
        Box::pin(async move {
            let mut sum = 0;
            loop {
                let mut many = Vec::new();
                if receiver.recv_many_async(&mut many, 2).await.is_err() {
                    break;
                }
                sum += many.iter().sum::<usize>();
                sum += receiver.recv_async().await.unwrap_or(0);
            }
            tell.send(sum).unwrap();
        }) as Task
    });
    let tasks = sends.chain(receives).collect();
    drop(sender);
    run(tasks);
    drop(tell);
    assert_eq!(told.iter().sum::<usize>(), 3 * 2 * count);
}

fn threads_and_tasks_hand_over_to_each_other(run: Run) {
    let count = times(500);
    let (sender, receiver) = bounded(0);
    let (another, others) = (sender.clone(), receiver.clone());
    let sends = thread::spawn(move || (0..count).for_each(|_| another.send(1).unwrap()));
    let receives = thread::spawn(move || others.iter().sum::<usize>());
    let (tell, told) = std::sync::mpsc::channel();
    let sending = Box::pin(async move {
        for _ in 0..count {
            sender.send_async(1).await.unwrap();
        }
    });
    let receiving = Box::pin(async move {
        let mut sum = 0;
        while let Ok(message) = receiver.recv_async().await {
            sum += message;
        }
        tell.send(sum).unwrap();
    });
    run(vec![sending, receiving]);
    sends.join().unwrap();
    assert_eq!(told.recv().unwrap() + receives.join().unwrap(), 2 * count);
}

#[test]
fn a_kept_sender_may_be_met() {
    let (sender, receiver) = bounded(0);
    let (bell, ring) = Bell::new();
    let mut sends = sender.send_async(1);
    assert!(poll(&mut sends, &ring).is_pending());
    assert_eq!((receiver.try_recv(), bell.rings()), (Ok(1), 1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(poll_once(&mut sends), Poll::Ready(Ok(())));
}

#[test]
fn a_sender_that_is_dropped_takes_its_message_with_it() {
    let (sender, receiver) = bounded(0);
    let message = Arc::new(());
    let mut sends = sender.send_async(message.clone());
    assert!(poll_once(&mut sends).is_pending());
    assert_eq!(Arc::strong_count(&message), 2);
    drop(sends);
    assert_eq!((Arc::strong_count(&message), receiver.try_recv()), (1, Err(TryRecvError::Empty)));
}

#[test]
fn only_the_waker_of_the_last_poll_is_woken() {
    let (sender, receiver) = bounded(0);
    let ((first, one), (second, two)) = (Bell::new(), Bell::new());
    let mut sends = sender.send_async(1);
    assert!(poll(&mut sends, &one).is_pending() && poll(&mut sends, &two).is_pending());
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!((first.rings(), second.rings()), (0, 1));
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (2, 2));
}

#[test]
fn the_end_gives_the_message_of_a_task_back() {
    let (sender, receiver) = bounded(0);
    let (bell, ring) = Bell::new();
    let mut sends = sender.send_async(1);
    let mut slices = sender.send_slice_async(&[2, 3]);
    let mut messages = vec![4, 5];
    let mut all = sender.send_all_async(&mut messages);
    assert!(poll(&mut sends, &ring).is_pending());
    assert!(poll(&mut slices, &ring).is_pending() && poll(&mut all, &ring).is_pending());
    assert!(receiver.close());
    assert_eq!(bell.rings(), 3);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(poll_once(&mut sends), Poll::Ready(Err(SendError(1))));
    assert_eq!(poll_once(&mut slices), Poll::Ready(Err(SendError(&[2, 3][..]))));
    assert_eq!(poll_once(&mut all), Poll::Ready(Err(SendError(()))));
    drop(all);
    assert_eq!(messages, [4, 5]);
}

#[test]
fn what_a_batch_has_not_sent_stays() {
    let (sender, receiver) = bounded(0);
    let mut slices = sender.send_slice_async(&[1, 2, 3]);
    assert!(poll_once(&mut slices).is_pending());
    assert_eq!((slices.unsent(), receiver.try_recv()), (&[1, 2, 3][..], Ok(1)));
    assert_eq!(slices.unsent(), [2, 3], "also where it was not polled since");
    assert!(poll_once(&mut slices).is_pending());
    assert_eq!(slices.unsent(), [2, 3]);
    drop(slices);
    let mut messages = vec![1, 2, 3];
    let mut all = sender.send_all_async(&mut messages);
    assert!(poll_once(&mut all).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(poll_once(&mut all).is_pending());
    drop(all);
    assert_eq!((messages, receiver.try_recv()), (vec![2, 3], Err(TryRecvError::Empty)));
}

/// A message that it was given would be lost with it.
#[test]
fn a_task_that_receives_is_not_met_before_it_is_polled() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let (bell, ring) = Bell::new();
        let mut receives = receiver.recv_async();
        assert!(poll(&mut receives, &ring).is_pending());
        assert_eq!((sender.try_send(1), bell.rings()), (Err(TrySendError::Full(1)), 0));
        let another = sender.clone().with_wait_strategy(WaitStrategy::Park);
        let sends = asleep(move || another.send(2));
        assert_eq!(bell.rings(), 1, "it is told");
        assert_eq!(poll(&mut receives, &ring), Poll::Ready(Ok(2)));
        assert_eq!(sends.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_task_that_is_told_and_dropped_passes_it_on() {
    let (sender, receiver) = bounded(0);
    let (mut first, mut second) = (receiver.recv_async(), receiver.recv_async());
    let (bell, ring) = Bell::new();
    assert!(poll_once(&mut first).is_pending() && poll(&mut second, &ring).is_pending());
    let mut sends = sender.send_async(1);
    assert!(poll_once(&mut sends).is_pending());
    assert_eq!(bell.rings(), 0);
    drop(first);
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(1)));
    assert_eq!(poll_once(&mut sends), Poll::Ready(Ok(())));
}

/// Whether a task was woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn b7_no_number_of_kept_futures_stops_those_who_are_polled() {
    finishes(|| {
        for count in [1, 2, 40] {
            let (sender, receiver) = bounded(0);
            let mut kept: Vec<_> = (0..count).map(|_| receiver.recv_async()).collect();
            kept.iter_mut().for_each(|kept| assert!(poll_once(kept).is_pending()));
            let woken = Arc::new(Woken(false.into()));
            let waker = Waker::from(woken.clone());
            let mut receives = receiver.recv_async();
            assert!(poll(&mut receives, &waker).is_pending());
            // A thread that sends wakes one after the other, until it comes to this one.
            let another = sender.clone();
            let sends = thread::spawn(move || another.send(7));
            while !woken.0.swap(false, Ordering::SeqCst) {
                thread::yield_now();
            }
            assert_eq!(poll(&mut receives, &waker), Poll::Ready(Ok(7)));
            assert_eq!(sends.join().unwrap(), Ok(()));
            // So does a task, which wakes itself meanwhile.
            drop(kept);
            let mut kept: Vec<_> = (0..count).map(|_| receiver.recv_async()).collect();
            kept.iter_mut().for_each(|kept| assert!(poll_once(kept).is_pending()));
            let mut receives = receiver.recv_async();
            assert!(poll(&mut receives, &waker).is_pending());
            let mut sends = sender.send_async(8);
            let (bell, ring) = Bell::new();
            let mut polls = 0;
            while !woken.0.swap(false, Ordering::SeqCst) {
                assert!(bell.rings() >= polls, "it sleeps, and nobody is told");
                assert!(poll(&mut sends, &ring).is_pending());
                polls += 1;
            }
            assert_eq!(poll(&mut receives, &waker), Poll::Ready(Ok(8)));
            assert_eq!(poll_once(&mut sends), Poll::Ready(Ok(())));
            drop(kept);
        }
    });
}

#[test]
fn b7_kept_and_forgotten_senders_are_met_in_turn() {
    let (sender, receiver) = bounded(0);
    let mut kept: Vec<_> = (0..3).map(|n| Box::new(sender.send_async(n))).collect();
    kept.iter_mut().for_each(|kept| assert!(poll_once(kept).is_pending()));
    std::mem::forget(kept.remove(1));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    let mut receives = receiver.recv_async();
    assert!(poll_once(&mut receives).is_pending());
    let (_, received) =
        futures_executor::block_on(async { join!(sender.send_async(3), receiver.recv_async()) });
    assert_eq!(received, Ok(3));
}

/// A waker that panics.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("as it likes");
    }
}

#[test]
fn b7_a_waker_that_panics_keeps_nobody_from_being_woken() {
    let (sender, receiver) = bounded(0);
    let panics = Waker::from(Arc::new(Panics));
    let (bell, ring) = Bell::new();
    let message = Arc::new(());
    let (mut first, mut second) =
        (sender.send_async(message.clone()), sender.send_async(message.clone()));
    assert!(poll(&mut first, &panics).is_pending() && poll(&mut second, &ring).is_pending());
    let close = std::panic::AssertUnwindSafe(|| receiver.close());
    assert!(std::panic::catch_unwind(close).is_err());
    assert_eq!(bell.rings(), 1);
    assert!(poll_once(&mut first).is_ready() && poll_once(&mut second).is_ready());
    let _ = (first, second);
    assert_eq!(Arc::strong_count(&message), 1);
}

#[test]
fn b7_what_was_received_when_a_waker_panics_is_dropped_or_in_its_vector() {
    let panics = Waker::from(Arc::new(Panics));
    let message = Arc::new(());
    let (sender, receiver) = bounded(0);
    let mut sends = sender.send_async(message.clone());
    assert!(poll(&mut sends, &panics).is_pending());
    let receive = std::panic::AssertUnwindSafe(|| receiver.try_recv());
    assert!(std::panic::catch_unwind(receive).is_err());
    assert_eq!(Arc::strong_count(&message), 1);
    assert_eq!(poll_once(&mut sends), Poll::Ready(Ok(())), "it was received");
    let mut sends = sender.send_async(message.clone());
    assert!(poll(&mut sends, &panics).is_pending());
    let mut messages = Vec::new();
    let receive = std::panic::AssertUnwindSafe(|| receiver.recv_many(&mut messages, 2));
    assert!(std::panic::catch_unwind(receive).is_err());
    assert_eq!(messages.len(), 1);
}

/// A message whose drop uses the channel: it would hang if that were under a lock.
struct Uses(Option<(Sender<Uses>, Receiver<Uses>)>);

impl Drop for Uses {
    fn drop(&mut self) {
        if let Some((sender, receiver)) = self.0.take() {
            assert!(receiver.try_recv().is_err());
            assert!(sender.try_send(Uses(None)).is_err());
            sender.close();
        }
    }
}

#[test]
fn d15_a_message_may_use_its_channel_when_it_is_dropped() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let message = Uses(Some((sender.clone(), receiver.clone())));
        let mut sends = sender.send_async(message);
        assert!(poll_once(&mut sends).is_pending());
        drop(sends);
        assert!(receiver.is_closed());
        let (sender, receiver) = bounded(0);
        let message = Uses(Some((sender.clone(), receiver.clone())));
        let mut sends = sender.send_async(message);
        assert!(poll_once(&mut sends).is_pending());
        drop(receiver.recv().ok());
        assert!(sends.now_or_never().unwrap().is_ok() && receiver.recv().err() == Some(RecvError));
    });
}

#[cfg(feature = "futures")]
mod streams_and_sinks {
    use futures_util::{SinkExt, StreamExt, stream};

    use super::*;

    on_executors!(a_sink_hands_over_to_a_stream);

    fn a_sink_hands_over_to_a_stream(run: Run) {
        let count = times(300);
        let (sender, receiver) = bounded(0);
        let (tell, told) = std::sync::mpsc::channel();
        let sends = Box::pin(async move {
            let mut sink = sender.into_sink();
            sink.send_all(&mut stream::iter((0..count).map(Ok))).await.unwrap();
            sink.close().await.unwrap();
        });
        let receives = Box::pin(async move {
            tell.send(receiver.into_stream().collect::<Vec<_>>().await).unwrap();
        });
        run(vec![sends, receives]);
        assert!(told.recv().unwrap().into_iter().eq(0..count));
    }

    #[test]
    fn a_sink_waits_with_its_message_and_gives_it_back() {
        let (sender, receiver) = bounded(0);
        let mut sink = sender.into_sink();
        assert!(sink.feed(1).now_or_never().is_some(), "it is ready while it holds none");
        assert!(sink.flush().now_or_never().is_none());
        assert!(sink.feed(2).now_or_never().is_none(), "it holds one");
        assert_eq!(receiver.try_recv(), Ok(1));
        assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
        assert!(sink.feed(3).now_or_never().is_some() && sink.flush().now_or_never().is_none());
        assert_eq!((sink.take_unsent(), receiver.try_recv()), (Some(3), Err(TryRecvError::Empty)));
        assert_eq!(sink.take_unsent(), None);
        assert!(sink.feed(4).now_or_never().is_some() && sink.flush().now_or_never().is_none());
        receiver.close();
        assert_eq!(sink.flush().now_or_never().unwrap().unwrap_err().into_inner(), Some(4));
        assert!(sink.feed(5).now_or_never().unwrap().is_err());
    }
}
