use std::time::Duration;

#[test]
fn there() {
    use std::sync::mpsc::{SyncSender, TryRecvError, TrySendError, channel, sync_channel};

    let message = 1;
    let (sender, receiver) = channel();
    sender.send(message).unwrap();
    assert_eq!(receiver.recv(), Ok(message));
    let (sender, receiver): (SyncSender<i32>, _) = sync_channel(1);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    sender.send(message).unwrap();
    assert_eq!(sender.try_send(message), Err(TrySendError::Full(message)));
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(message));
    assert_eq!(receiver.try_iter().count(), 0);
    drop(sender);
    assert_eq!(receiver.into_iter().count(), 0);
    let (sender, receiver) = sync_channel(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}

#[test]
fn here() {
    use ringway::channel::{TryRecvError, TrySendError, mpsc};

    let message = 1;
    let (sender, receiver) = mpsc::bounded(1 << 20);
    sender.send(message).unwrap();
    assert_eq!(receiver.recv(), Ok(message));
    let (sender, receiver): (mpsc::Sender<i32>, _) = mpsc::bounded(1);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    sender.send(message).unwrap();
    assert_eq!(sender.try_send(message), Err(TrySendError::Full(message)));
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(message));
    assert_eq!(receiver.try_iter().count(), 0);
    drop(sender);
    assert_eq!(receiver.into_iter().count(), 0);
    let (sender, receiver) = mpsc::bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
}
