use crate::now;
use futures_util::StreamExt;

#[test]
fn there() {
    use async_channel::{TryRecvError, TrySendError, bounded};

    let message = 1;
    let (sender, receiver) = bounded(8);
    now(async {
        sender.send(message).await.unwrap();
        assert_eq!(receiver.recv().await, Ok(message));
    });
    sender.send_blocking(message).unwrap();
    assert_eq!(receiver.recv_blocking(), Ok(message));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(sender.force_send(message), Ok(None));
    now(async {
        assert_eq!(std::pin::pin!(receiver.clone()).next().await, Some(message));
    });
    sender.close();
    now(async {
        sender.closed().await;
    });
    assert_eq!(sender.try_send(message), Err(TrySendError::Closed(message)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn here() {
    use ringway::channel::{TryRecvError, TrySendError, bounded};

    let message = 1;
    let (sender, receiver) = bounded(8);
    now(async {
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.recv_async().await, Ok(message));
    });
    sender.send(message).unwrap();
    assert_eq!(receiver.recv(), Ok(message));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(sender.force_send(message), Ok(None));
    now(async {
        assert_eq!(receiver.stream().next().await, Some(message));
    });
    sender.close();
    now(async {
        sender.closed().await;
    });
    assert_eq!(sender.try_send(message), Err(TrySendError::Disconnected(message)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}
