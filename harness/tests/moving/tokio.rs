use crate::now;
use futures_util::StreamExt;

#[test]
fn there() {
    use tokio::sync::mpsc::{self, error::TrySendError};

    let message = 1;
    let (sender, mut receiver) = mpsc::channel(8);
    now(async {
        sender.send(message).await.unwrap();
        assert_eq!(receiver.recv().await, Some(message));
        sender.send(message).await.unwrap();
        let mut messages = Vec::new();
        assert_eq!(receiver.recv_many(&mut messages, 8).await, 1);
    });
    sender.blocking_send(message).unwrap();
    assert_eq!(receiver.blocking_recv(), Some(message));
    assert_eq!(sender.capacity(), 8);
    assert_eq!(sender.max_capacity(), 8);
    assert_eq!(sender.strong_count(), 1);
    assert_eq!(sender.downgrade().weak_count(), 1);
    receiver.close();
    now(async {
        sender.closed().await;
        let received = std::future::poll_fn(|context| receiver.poll_recv(context));
        assert_eq!(received.await, None);
    });
    assert_eq!(sender.try_send(message), Err(TrySendError::Closed(message)));
}

#[test]
fn permits_there() {
    use tokio::sync::mpsc;

    let message = 1;
    let (sender, mut receiver) = mpsc::channel(4);
    now(async {
        let permit = sender.reserve().await.unwrap();
        permit.send(message);
        assert_eq!(receiver.recv().await, Some(message));
        assert!(sender.try_reserve().is_ok());
        let permit = sender.clone().reserve_owned().await.unwrap();
        drop(permit);
        assert_eq!(sender.reserve_many(2).await.unwrap().len(), 2);
    });
    assert_eq!(sender.try_reserve_many(2).unwrap().len(), 2);
}

#[test]
fn here() {
    use ringway::channel::{TrySendError, mpsc};

    let message = 1;
    let (sender, mut receiver) = mpsc::bounded(8);
    now(async {
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.recv_async().await.ok(), Some(message));
        sender.send_async(message).await.unwrap();
        let mut messages = Vec::new();
        assert_eq!(receiver.recv_many_async(&mut messages, 8).await, Ok(1));
    });
    sender.send(message).unwrap();
    assert_eq!(receiver.recv().ok(), Some(message));
    assert_eq!(sender.capacity().unwrap() - sender.len(), 8);
    assert_eq!(sender.capacity(), Some(8));
    assert_eq!(sender.sender_count(), 1);
    assert_eq!(sender.downgrade().weak_count(), 1);
    receiver.close();
    let mut polling = receiver.into_polling();
    now(async {
        sender.closed().await;
        let received = std::future::poll_fn(|context| polling.poll_recv(context));
        assert_eq!(received.await.ok(), None);
    });
    let receiver = polling.into_inner();
    assert_eq!(sender.try_send(message), Err(TrySendError::Disconnected(message)));
    let mut stream = receiver.into_stream();
    assert_eq!(now(stream.next()), None);
}

#[test]
fn permits_here() {
    use ringway::channel::reserving;

    let message = 1;
    let (sender, receiver) = reserving(4);
    now(async {
        let permit = sender.reserve_async(1).await.unwrap();
        permit.send(message).unwrap();
        assert_eq!(receiver.recv_async().await, Ok(message));
        assert!(sender.try_reserve(1).is_ok());
        let permit = sender.clone().reserve_owned_async(1).await.unwrap();
        drop(permit);
        assert_eq!(sender.reserve_many_async(2, 1).await.unwrap().len(), 2);
    });
    assert_eq!(sender.try_reserve_many(2, 1).unwrap().len(), 2);
}
