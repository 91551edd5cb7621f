//! Waits of tasks that a timer ends: what is polled when, what comes back, and who is told then.

use std::future::{Future, pending, poll_fn, ready};
use std::sync::Arc;
use std::task::{Poll, Waker};

use ringway::channel::{
    Kind, Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded, mpsc, spsc,
};

use crate::common::End;
use crate::polls::{Bell, poll, poll_once};

/// What a future says that is done at once.
#[track_caller]
fn now<F: Future>(future: F) -> F::Output {
    match poll_once(&mut Box::pin(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// Messages come back, and nothing of them is sent.
fn late_sends_give_back_what_they_have<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u32, P, C>, Receiver<u32, C>),
) {
    let (sender, receiver) = make(2, 0);
    assert_eq!(now(sender.send_async(1).until(pending::<()>())), Ok(()));
    assert_eq!(now(sender.send_async(2).until(ready(()))), Ok(()), "there is room");
    let late = now(sender.send_async(3).until(ready(())));
    assert_eq!(late, Err(SendTimeoutError::Timeout(3)));
    let late = now(sender.send_slice_async(&[4, 5]).until(ready(())));
    assert_eq!(late, Err(SendTimeoutError::Timeout(&[4, 5][..])));
    assert_eq!(receiver.try_recv(), Ok(1));
    let mut messages = vec![6, 7, 8];
    let late = now(sender.send_all_async(&mut messages).until(ready(())));
    assert_eq!(late, Err(SendTimeoutError::Timeout(())));
    assert_eq!(messages, [7, 8], "one had room");
    let (sender, late) = now(sender.into_send_async(9).until(ready(())));
    assert_eq!(late, Err(SendTimeoutError::Timeout(9)));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [2, 6]);
    let (sender, sent) = now(sender.into_send_async(10).until(ready(())));
    assert_eq!((sent, receiver.recv()), (Ok(()), Ok(10)));
    receiver.close();
    let closed = now(sender.send_async(11).until(ready(())));
    assert_eq!(closed, Err(SendTimeoutError::Disconnected(11)));
    let closed = now(sender.send_slice_async(&[12]).until(ready(())));
    assert_eq!(closed, Err(SendTimeoutError::Disconnected(&[12][..])));
    let closed = now(sender.send_all_async(&mut messages).until(ready(())));
    assert!(closed.unwrap_err().is_disconnected() && messages.len() == 2);
    let (_, closed) = now(sender.into_send_async(13).until(ready(())));
    assert_eq!(closed, Err(SendTimeoutError::Disconnected(13)));
}

on_kinds!(late_sends_give_back_what_they_have);

#[test]
fn late_receives_receive_nothing() {
    let (sender, receiver) = bounded(4);
    let mut messages = Vec::new();
    let receiving = |receiver: &Receiver<u8>| now(receiver.recv_async().until(ready(())));
    assert_eq!(receiving(&receiver), Err(RecvTimeoutError::Timeout));
    let late = now(receiver.recv_many_async(&mut messages, 9).until(ready(())));
    assert_eq!(late, Err(RecvTimeoutError::Timeout));
    let (receiver, late) = now(receiver.into_recv_async().until(ready(())));
    assert_eq!(late, Err(RecvTimeoutError::Timeout));
    sender.send_slice(&[1, 2, 3, 4]).unwrap();
    assert_eq!(receiving(&receiver), Ok(1));
    let (receiver, received) = now(receiver.into_recv_async().until(ready(())));
    assert_eq!(received, Ok(2));
    let many = now(receiver.recv_many_async(&mut messages, 9).until(ready(())));
    assert_eq!((many, &messages[..]), (Ok(2), &[3, 4][..]));
    drop(sender);
    assert_eq!(receiving(&receiver), Err(RecvTimeoutError::Disconnected));
    let many = now(receiver.recv_many_async(&mut messages, 9).until(ready(())));
    assert_eq!(many, Err(RecvTimeoutError::Disconnected));
    let (_, received) = now(receiver.into_recv_async().until(ready(())));
    assert_eq!(received, Err(RecvTimeoutError::Disconnected));
}

#[test]
fn a_receiver_that_is_alone_has_time_outs_too() {
    let (sender, mut receiver) = mpsc::bounded(1);
    assert!(now(receiver.recv_async().until(ready(()))).unwrap_err().is_timeout());
    sender.send(1).unwrap();
    assert_eq!(now(receiver.recv_async().until(pending::<()>())), Ok(1));
}

/// The timer is not asked while the operation can be done, and the operation has the last word.
#[test]
fn the_operation_comes_first_and_last() {
    let (sender, receiver) = bounded(1);
    let unasked = poll_fn(|_| -> Poll<()> { panic!("nobody waits") });
    assert_eq!(now(sender.send_async(1).until(unasked)), Ok(()));
    // Room comes as the timer ends.
    let makes_room = poll_fn(|_| Poll::Ready(receiver.try_recv()));
    assert_eq!(now(sender.send_async(2).until(makes_room)), Ok(()));
    let unasked = poll_fn(|_| -> Poll<()> { panic!("nobody waits") });
    assert_eq!(now(receiver.recv_async().until(unasked)), Ok(2));
    let sends = poll_fn(|_| Poll::Ready(sender.try_send(3)));
    assert_eq!(now(receiver.recv_async().until(sends)), Ok(3));
    let closes = poll_fn(|_| Poll::Ready(sender.close()));
    assert_eq!(now(receiver.recv_async().until(closes)), Err(RecvTimeoutError::Disconnected));
}

/// A timer that wakes the task ends the wait, and so does room; each is asked for by the same waker.
#[test]
fn either_wakes_the_task() {
    let (sender, receiver) = bounded(1);
    let (stop, stopped) = bounded::<()>(1);
    sender.send(1).unwrap();
    let (bell, ring) = Bell::new();
    let mut sending = Box::pin(sender.send_async(2).until(stopped.closed()));
    assert!(poll(&mut sending, &ring).is_pending());
    assert_eq!((receiver.try_recv(), bell.rings()), (Ok(1), 1));
    assert_eq!(poll(&mut sending, &ring), Poll::Ready(Ok(())));
    // The timer goes with it.
    drop(sending);
    let mut sending = Box::pin(sender.send_async(3).until(stopped.closed()));
    assert!(poll(&mut sending, &ring).is_pending());
    stop.close();
    assert_eq!(bell.rings(), 2);
    assert_eq!(poll(&mut sending, &ring), Poll::Ready(Err(SendTimeoutError::Timeout(3))));
}

/// It has left the list when it is done, and not when it is dropped.
#[test]
fn c1_one_that_gives_up_stands_in_nobodys_way() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let mut late = Box::pin(sender.send_async(2).until(ready(())));
    assert!(poll_once(&mut late).is_ready(), "its place is left, though it is kept");
    let (bell, ring) = Bell::new();
    let mut behind = sender.send_async(3);
    assert!(poll(&mut behind, &ring).is_pending());
    assert_eq!((receiver.try_recv(), bell.rings()), (Ok(1), 1));
    assert_eq!(poll(&mut behind, &ring), Poll::Ready(Ok(())));
    drop(late);
}

#[test]
fn c1_one_that_is_dropped_passes_its_notification_on_and_drops_its_message() {
    let (sender, receiver) = bounded(1);
    let message = Arc::new(());
    sender.send(message.clone()).unwrap();
    let mut first = Box::pin(sender.send_async(message.clone()).until(pending::<()>()));
    assert!(poll_once(&mut first).is_pending());
    let (bell, ring) = Bell::new();
    let mut second = sender.send_async(message.clone());
    assert!(poll(&mut second, &ring).is_pending());
    assert!(receiver.try_recv().is_ok());
    assert_eq!((bell.rings(), Arc::strong_count(&message)), (0, 3));
    drop(first);
    assert_eq!((bell.rings(), Arc::strong_count(&message)), (1, 2));
    assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(())));
}

/// Those that were kept after their time take no room and no message from others.
#[test]
fn no_number_of_those_that_gave_up_stops_others() {
    let (sender, receiver) = bounded(1);
    let mut kept = Vec::new();
    for _ in 0..100 {
        let mut late = Box::pin(receiver.recv_async().until(ready(())));
        assert!(poll_once(&mut late).is_ready());
        kept.push(late);
    }
    let (bell, ring) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll(&mut receiving, &ring).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut receiving, &ring), Poll::Ready(Ok(1)));
    drop(kept);
}

#[cfg(feature = "metrics")]
#[test]
fn what_came_back_is_counted_as_refused() {
    let (sender, _receiver) = bounded(2);
    let mut messages = vec![1, 2, 3];
    assert!(now(sender.send_all_async(&mut messages).until(ready(()))).is_err());
    assert_eq!(sender.metrics().refused, 1);
    assert!(now(sender.send_slice_async(&[4, 5]).until(ready(()))).is_err());
    assert!(now(sender.send_async(6).until(ready(()))).is_err());
    assert_eq!(sender.metrics().refused, 4);
    let (sender, late) = now(sender.into_send_async(7).until(ready(())));
    assert!(late.is_err());
    assert_eq!((sender.metrics().refused, sender.metrics().sent), (5, 2));
}

#[test]
fn one_that_is_done_must_not_be_polled_again() {
    let (sender, _receiver) = bounded(1);
    let mut sending = Box::pin(sender.send_async(1).until(pending::<()>()));
    #[cfg(feature = "futures")]
    assert!(!futures_util::future::FusedFuture::is_terminated(&sending));
    assert_eq!(poll(&mut sending, Waker::noop()), Poll::Ready(Ok(())));
    #[cfg(feature = "futures")]
    assert!(futures_util::future::FusedFuture::is_terminated(&sending));
    assert!(format!("{sending:?}").contains("is_done: true"));
    let again = std::panic::AssertUnwindSafe(|| poll_once(&mut sending));
    assert!(std::panic::catch_unwind(again).is_err());
}

/// Many messages through one slot, each end with a timer that is always done: whoever gives up tries again.
fn time_outs_lose_nothing<P: Kind + Send + Sync + 'static, C: End>(
    run: crate::executors::Run,
    (sender, mut receiver): (Sender<u32, P, C>, Receiver<u32, C>),
) {
    /// Ready at the second poll.
    async fn yields() {
        let mut is_over = false;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    let sends = async move {
        for n in 0..500 {
            let mut message = n;
            while let Err(late) = sender.send_async(message).until(yields()).await {
                assert!(late.is_timeout());
                message = late.into_inner();
            }
        }
    };
    let receives = async move {
        let (mut received, mut messages) = (Vec::new(), Vec::new());
        loop {
            let (back, one) = receiver.into_recv_async().until(yields()).await;
            receiver = back;
            match one {
                Ok(message) => received.push(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if C::recv_many_async(&mut receiver, &mut messages, 2).await.is_ok() {
                received.append(&mut messages);
            }
        }
        assert!(received.into_iter().eq(0..500));
    };
    run(vec![Box::pin(sends), Box::pin(receives)]);
}

fn time_outs_lose_nothing_of_many(run: crate::executors::Run) {
    time_outs_lose_nothing(run, bounded(1));
    time_outs_lose_nothing(run, spsc::bounded(2));
}

on_executors!(time_outs_lose_nothing_of_many);

/// By the clock of tokio.
#[cfg(feature = "tokio")]
mod tokio {
    use std::time::{Duration, Instant};

    use ringway::channel::{RecvTimeoutError, SendTimeoutError, bounded, mpsc};

    use crate::watch::finishes;

    const SHORT: Duration = Duration::from_millis(20);

    fn runs(work: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().build().unwrap().block_on(work);
    }

    #[test]
    fn a_task_waits_as_long_as_it_is_told_to() {
        finishes(|| {
            runs(async {
                let (sender, receiver) = bounded(1);
                let begin = Instant::now();
                let late = receiver.recv_timeout_async(SHORT).await;
                assert_eq!(late, Err(RecvTimeoutError::Timeout));
                assert!(begin.elapsed() >= SHORT);
                assert_eq!(sender.send_timeout_async(1, Duration::ZERO).await, Ok(()));
                let begin = Instant::now();
                let late = sender.send_timeout_async(2, SHORT).await;
                assert_eq!(late, Err(SendTimeoutError::Timeout(2)));
                assert!(begin.elapsed() >= SHORT);
                assert_eq!(receiver.recv_timeout_async(Duration::ZERO).await, Ok(1));
            });
        });
    }

    // crossbeam-rs/crossbeam#795, zesterer/flume#167
    #[test]
    fn c8_an_endless_wait_of_a_task_ends_with_a_message() {
        finishes(|| {
            runs(async {
                let (sender, mut receiver) = mpsc::bounded(1);
                sender.send(0).unwrap();
                let sends = async { sender.send_timeout_async(1, Duration::MAX).await };
                let receives = async {
                    tokio::task::yield_now().await;
                    let first = receiver.recv_timeout_async(Duration::MAX).await;
                    (first, receiver.recv_timeout_async(Duration::MAX).await)
                };
                let (sent, received) = tokio::join!(sends, receives);
                assert_eq!((sent, received), (Ok(()), (Ok(0), Ok(1))));
            });
        });
    }

    #[test]
    fn outside_of_a_runtime_it_says_so() {
        let (sender, _receiver) = bounded(1);
        let sends = std::panic::AssertUnwindSafe(|| drop(sender.send_timeout_async(1, SHORT)));
        assert!(std::panic::catch_unwind(sends).is_err());
    }
}
