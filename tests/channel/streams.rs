//! `Stream` and `Sink`: messages in order, the end, back-pressure, and what `select!` needs.

use std::task::{Context, Poll, Waker};

use futures_util::{FutureExt, SinkExt, Stream, StreamExt, future, select, stream};
use ringway::channel::{Receiver, RecvError, SendSink, Sender, SinkError, bounded, mpsc};

use crate::executors::Task;
use crate::polls::{Bell, poll};

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

/// A sink that holds a message, since another took the room that it was ready by.
fn holding(sender: &Sender<u8>, messages: [u8; 2]) -> SendSink<u8> {
    let mut sink = sender.clone().into_sink();
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(sink.poll_ready_unpin(&mut context), Poll::Ready(Ok(())));
    sender.try_send(messages[0]).unwrap();
    assert_eq!(sink.start_send_unpin(messages[1]), Ok(()));
    sink
}

#[test]
fn a_sink_is_ready_when_there_is_room() {
    let (sender, receiver) = bounded(1);
    let mut sink = sender.into_sink();
    assert_eq!(sink.send(1).now_or_never(), Some(Ok(())));
    let (bell, ring) = Bell::new();
    let mut context = Context::from_waker(&ring);
    assert!(sink.poll_ready_unpin(&mut context).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(bell.rings(), 1);
    assert_eq!(sink.poll_ready_unpin(&mut context), Poll::Ready(Ok(())));
    assert_eq!(sink.start_send_unpin(2), Ok(()));
    // One that is given up was never its own.
    assert!(sink.send(3).now_or_never().is_none());
    assert_eq!((receiver.try_recv(), sink.take_unsent()), (Ok(2), None));
    assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
    assert!(receiver.is_empty());
}

#[test]
fn a_sink_holds_one_message_which_can_be_taken_back() {
    let (sender, receiver) = bounded(1);
    let mut sink = holding(&sender, [1, 2]);
    assert!(sink.feed(3).now_or_never().is_none(), "it holds the second");
    assert!(sink.flush().now_or_never().is_none());
    assert!(sink.close().now_or_never().is_none(), "the second is not sent yet");
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
    assert_eq!(receiver.recv(), Ok(2));
    let mut sink = holding(&sender, [3, 4]);
    assert_eq!((sink.take_unsent(), sink.take_unsent()), (Some(4), None));
    assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
    assert_eq!(receiver.recv(), Ok(3));
    assert!(receiver.is_empty());
}

/// What was told to it is told to the next.
#[test]
fn a_sink_whose_message_is_taken_back_waits_no_more() {
    let (sender, receiver) = bounded(1);
    let mut sink = holding(&sender, [1, 2]);
    assert!(sink.flush().now_or_never().is_none());
    let (bell, ring) = Bell::new();
    let mut behind = sender.send_async(3);
    assert!(poll(&mut behind, &ring).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!((bell.rings(), sink.take_unsent()), (0, Some(2)));
    assert_eq!(bell.rings(), 1);
    assert_eq!(poll(&mut behind, &ring), Poll::Ready(Ok(())));
}

/// One that is ready takes no room yet: the next is told.
#[test]
fn sinks_that_are_ready_stop_nobody() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let mut sinks = [(); 3].map(|()| (sender.clone().into_sink(), Bell::new()));
    for (sink, (_, ring)) in &mut sinks {
        assert!(sink.poll_ready_unpin(&mut Context::from_waker(ring)).is_pending());
    }
    assert_eq!(receiver.try_recv(), Ok(1));
    for (sink, (bell, ring)) in &mut sinks {
        assert_eq!(bell.rings(), 1, "there is room, and nobody has told of it");
        assert!(sink.poll_ready_unpin(&mut Context::from_waker(ring)).is_ready());
    }
    let all = sinks.each_mut().map(|(sink, _)| sink.start_send_unpin(2));
    assert_eq!(all, [Ok(()); 3], "two of them are held");
    assert_eq!(receiver.try_recv(), Ok(2));
}

/// Also where another was told that nobody polls, on whom they would count.
#[test]
fn a_sink_that_is_ready_passes_on_what_it_was_told_beside_one_that_is_kept() {
    let (sender, receiver) = bounded(2);
    sender.send_slice(&[1, 2]).unwrap();
    let mut kept = sender.send_async(3);
    assert!(poll(&mut kept, Waker::noop()).is_pending());
    let (mut sink, mut behind) = (sender.clone().into_sink(), sender.send_async(4));
    let mut context = Context::from_waker(Waker::noop());
    assert!(sink.poll_ready_unpin(&mut context).is_pending());
    let (bell, ring) = Bell::new();
    assert!(poll(&mut behind, &ring).is_pending());
    assert_eq!([receiver.try_recv(), receiver.try_recv()], [Ok(1), Ok(2)]);
    assert_eq!(bell.rings(), 0);
    assert_eq!(sink.poll_ready_unpin(&mut context), Poll::Ready(Ok(())));
    assert_eq!(bell.rings(), 1, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut behind, &ring), Poll::Ready(Ok(())));
}

#[test]
fn a_closed_sink_has_flushed_and_dropped_its_sender() {
    let (sender, receiver) = bounded(1);
    let mut sink = holding(&sender, [1, 2]);
    drop(sender);
    assert!(sink.close().now_or_never().is_none());
    assert!(!receiver.is_closed());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(sink.close().now_or_never(), Some(Ok(())));
    assert!(receiver.is_closed(), "it was the last");
    assert_eq!([receiver.recv(), receiver.recv()], [Ok(2), Err(RecvError)]);
    assert_eq!(sink.close().now_or_never(), Some(Ok(())), "it is closed");
    assert_eq!(sink.flush().now_or_never(), Some(Ok(())));
    let refused = sink.send(3).now_or_never().unwrap().unwrap_err();
    assert_eq!(refused.into_inner(), None, "it was never ready for it");
    assert_eq!(sink.start_send_unpin(4).unwrap_err().into_inner(), Some(4));
}

#[test]
fn a_sink_of_a_closed_channel_gives_back_what_it_holds_and_is_never_ready() {
    let (sender, receiver) = bounded(1);
    let mut sinks = [[1, 2], [3, 4]].map(|messages| {
        let sink = holding(&sender, messages);
        assert_eq!(receiver.try_recv(), Ok(messages[0]));
        sink
    });
    receiver.close();
    let given_back = |refused: Result<(), SinkError<u8>>| refused.unwrap_err().into_inner();
    assert_eq!(given_back(sinks[0].flush().now_or_never().unwrap()), Some(2));
    assert_eq!(given_back(sinks[1].close().now_or_never().unwrap()), Some(4));
    for sink in &mut sinks {
        assert_eq!(given_back(sink.feed(5).now_or_never().unwrap()), None);
        assert_eq!(given_back(sink.start_send_unpin(6)), Some(6));
    }
}

/// Of an open channel nobody knows how many are to come.
#[test]
fn a_closed_channel_says_how_many_are_to_come_at_most() {
    let (sender, receiver) = bounded(4);
    sender.send_slice(&[1, 2, 3]).unwrap();
    let hints = |receiver: &Receiver<u8>| {
        [
            receiver.iter().size_hint(),
            receiver.try_iter().size_hint(),
            receiver.stream().size_hint(),
        ]
    };
    assert_eq!(hints(&receiver), [(0, None); 3]);
    receiver.close();
    assert_eq!(hints(&receiver), [(0, Some(3)); 3]);
    let mut stream = receiver.stream();
    assert_eq!(stream.next().now_or_never(), Some(Some(1)));
    assert_eq!(stream.size_hint(), (0, Some(2)));
    assert_eq!(receiver.clone().into_iter().size_hint(), (0, Some(2)));
    assert_eq!(receiver.try_iter().count(), 2);
    assert_eq!(stream.next().now_or_never(), Some(None));
    assert_eq!(stream.size_hint(), (0, Some(0)));
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
