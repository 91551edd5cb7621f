use crate::now;
use futures_util::StreamExt;

#[test]
fn there() {
    use kanal::{bounded, bounded_async};

    let message = 1;
    let (sender, receiver) = bounded_async(8);
    now(async {
        sender.send(message).await.unwrap();
        assert_eq!(receiver.recv().await, Ok(message));
        sender.send(message).await.unwrap();
        assert_eq!(receiver.stream().next().await, Some(message));
    });
    let (sender, receiver) = bounded(8);
    let in_tasks = sender.clone_async();
    let (sender, receiver) = (sender.to_async().to_sync(), receiver);
    assert!(matches!(sender.try_send(message), Ok(true)));
    assert!(matches!(sender.try_send_option(&mut Some(message)), Ok(true)));
    assert!(matches!(sender.try_send_realtime(message), Ok(true)));
    assert!(matches!(receiver.try_recv(), Ok(Some(1))));
    let mut messages = Vec::new();
    assert_eq!(receiver.drain_into(&mut messages), Ok(2));
    assert!(matches!(receiver.try_recv(), Ok(None)));
    assert_eq!(receiver.capacity(), 8);
    assert!(!receiver.is_disconnected());
    assert!(!receiver.is_terminated());
    receiver.close().unwrap();
    drop(in_tasks);
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}

#[test]
fn here() {
    use ringway::channel::{TryRecvError, bounded};

    let message = 1;
    let (sender, receiver) = bounded(8);
    now(async {
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.recv_async().await, Ok(message));
        sender.send_async(message).await.unwrap();
        assert_eq!(receiver.stream().next().await, Some(message));
    });
    let in_tasks = sender.clone();
    assert_eq!(sender.try_send(message), Ok(()));
    assert_eq!(sender.try_send(message), Ok(()));
    assert_eq!(sender.try_send(message), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(1));
    let mut messages = Vec::new();
    messages.extend(receiver.drain());
    assert_eq!(messages.len(), 2);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(receiver.capacity(), Some(8));
    assert!(!receiver.is_closed());
    receiver.close();
    drop(receiver.drain());
    drop(in_tasks);
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}
