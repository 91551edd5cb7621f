use crate::now;
use futures_util::{SinkExt, StreamExt};
use std::convert::identity;
use std::time::Duration;

#[test]
fn there() {
    use flume::{RecvError, Selector, bounded};

    let message = 1;
    let (sender, receiver) = bounded(8);
    now(async {
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.recv_async().await, Ok(message));
        sender.clone().into_send_async(message).await.unwrap();
        assert_eq!(receiver.clone().into_recv_async().await, Ok(message));
        sender.sink().send(message).await.unwrap();
        sender.clone().into_sink().send(message).await.unwrap();
        assert_eq!(receiver.stream().next().await, Some(message));
        assert_eq!(receiver.clone().into_stream().next().await, Some(message));
    });
    sender.send(message).unwrap();
    let received = Selector::new().recv(&receiver, identity).wait();
    assert_eq!(received, Ok(message));
    sender.send_timeout(message, Duration::ZERO).unwrap();
    assert_eq!(receiver.drain().count(), 1);
    assert!(!receiver.is_disconnected());
    drop(sender);
    assert_eq!(receiver.recv(), Err(RecvError::Disconnected));
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}

#[test]
fn here() {
    use ringway::channel::{RecvError, Selector, bounded};

    let message = 1;
    let (sender, receiver) = bounded(8);
    now(async {
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.recv_async().await, Ok(message));
        let (_, sent) = sender.clone().into_send_async(message).await;
        sent.unwrap();
        let (_, received) = receiver.clone().into_recv_async().await;
        assert_eq!(received, Ok(message));
        sender.clone().into_sink().send(message).await.unwrap();
        sender.clone().into_sink().send(message).await.unwrap();
        assert_eq!(receiver.stream().next().await, Some(message));
        assert_eq!(receiver.clone().into_stream().next().await, Some(message));
    });
    sender.send(message).unwrap();
    let received = Selector::new().recv(&receiver, identity).wait();
    assert_eq!(received, Ok(message));
    sender.send_timeout(message, Duration::ZERO).unwrap();
    assert_eq!(receiver.drain().count(), 1);
    assert!(!receiver.is_closed());
    drop(sender);
    assert_eq!(receiver.recv(), Err(RecvError));
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}
