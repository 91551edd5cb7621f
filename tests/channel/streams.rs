//! `Stream` and `Sink`: messages in order, the end, back-pressure, and what `select!` needs.

use futures_util::{FutureExt, SinkExt, StreamExt, future, select, stream};
use ringway::channel::{SendError, bounded, mpsc};

use crate::executors::Task;
use crate::polls::Bell;

/// A sink with a small channel behind it waits for its stream, and everything comes in order.
fn a_sink_waits_for_its_stream(run: crate::executors::Run) {
    let (sender, receiver) = mpsc::bounded(2);
    let senders = [0, 1, 2].map(|number| {
        let mut sink = sender.clone().into_sink();
        Box::pin(async move {
            let mut messages = stream::iter((0..100).map(|n| Ok((number, n))));
            sink.send_all(&mut messages).await.unwrap();
        }) as Task
    });
    drop(sender);
    let received: Task = Box::pin(async move {
        let all: Vec<(u8, u32)> = receiver.into_stream().collect().await;
        for number in 0..3 {
            let own = all.iter().filter(|(from, _)| *from == number).map(|(_, n)| *n);
            assert!(own.eq(0..100), "the messages of {number} are out of order");
        }
        assert_eq!(all.len(), 300);
    });
    run(senders.into_iter().chain([received]).collect());
}

on_executors!(a_sink_waits_for_its_stream);

#[test]
fn a_sink_holds_one_message_and_gives_back_what_nobody_takes() {
    let (sender, receiver) = bounded(1);
    let mut sink = sender.into_sink();
    assert!(sink.feed(1).now_or_never().unwrap().is_ok());
    assert!(sink.feed(2).now_or_never().unwrap().is_ok());
    assert!(sink.feed(3).now_or_never().is_none(), "it holds the second");
    assert!(sink.flush().now_or_never().is_none());
    assert!(sink.close().now_or_never().is_none(), "the second is not sent yet");
    assert_eq!(receiver.recv(), Ok(1));
    assert!(sink.flush().now_or_never().unwrap().is_ok());
    assert!(sink.feed(4).now_or_never().unwrap().is_ok());
    assert_eq!(receiver.recv(), Ok(2));
    receiver.close();
    assert_eq!(sink.flush().now_or_never(), Some(Err(SendError(4))));
    assert_eq!(sink.feed(5).now_or_never(), Some(Err(SendError(5))));
}

#[test]
fn a_stream_ends_once_and_says_so() {
    use futures_util::stream::FusedStream;
    let (sender, receiver) = bounded(2);
    let mut stream = receiver.stream();
    assert_eq!(stream.next().now_or_never(), None);
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(stream.next().now_or_never(), Some(Some(1)));
    assert!(!stream.is_terminated());
    assert_eq!(stream.next().now_or_never(), Some(None));
    assert!(stream.is_terminated());
}

#[test]
fn a_stream_that_is_dropped_while_it_waits_passes_its_notification_on() {
    let (sender, receiver) = bounded(2);
    let (mut first, mut second) = (receiver.stream(), receiver.stream());
    let waker = futures_util::task::noop_waker();
    let mut context = std::task::Context::from_waker(&waker);
    assert!(first.poll_next_unpin(&mut context).is_pending());
    let (counted, woken) = Bell::new();
    let mut counting = std::task::Context::from_waker(&woken);
    assert!(second.poll_next_unpin(&mut counting).is_pending());
    sender.send(1).unwrap();
    assert_eq!(counted.rings(), 0, "the first is the one that is notified");
    drop(first);
    assert_eq!(counted.rings(), 1);
    assert_eq!(second.next().now_or_never(), Some(Some(1)));
}

#[test]
fn the_futures_go_into_select() {
    let (numbers, receive_number) = bounded(1);
    let (words, receive_word) = bounded(1);
    let both = async {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let mut number = receive_number.recv_async();
            let mut word = receive_word.recv_async();
            select! {
                number = number => seen.push(format!("{:?}", number.ok())),
                word = word => seen.push(format!("{:?}", word.ok())),
            }
        }
        seen
    };
    let send = async {
        numbers.send_async(1).await.unwrap();
        words.send_async("one").await.unwrap();
    };
    let (mut seen, ()) = futures_executor::block_on(future::join(both, send));
    seen.sort();
    assert_eq!(seen, ["Some(\"one\")", "Some(1)"]);
}

#[test]
fn a_future_says_when_it_is_done() {
    use futures_util::future::FusedFuture;
    let (sender, receiver) = bounded(1);
    let mut receiving = receiver.recv_async();
    assert!((&mut receiving).now_or_never().is_none());
    assert!(!receiving.is_terminated());
    let mut sending = sender.send_async(1);
    assert!(!sending.is_terminated());
    assert_eq!((&mut sending).now_or_never(), Some(Ok(())));
    assert_eq!((&mut receiving).now_or_never(), Some(Ok(1)));
    assert!(sending.is_terminated() && receiving.is_terminated());
}
