use std::time::{Duration, Instant};

#[test]
fn there() {
    use crossbeam_channel::{
        Select, after, at, bounded, never, select, select_biased, tick, unbounded,
    };

    let message = 1;
    let (sender, receiver) = unbounded();
    sender.send(message).unwrap();
    assert_eq!(receiver.recv(), Ok(message));
    let (sender, receiver) = bounded(8);
    sender.send_timeout(message, Duration::ZERO).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(message));
    sender.try_send(message).unwrap();
    assert_eq!(receiver.try_recv(), Ok(message));
    sender.send(message).unwrap();
    assert_eq!(receiver.try_iter().count(), 1);
    sender.send(message).unwrap();
    let received = select! { recv(receiver) -> received => received, default => Ok(0) };
    assert_eq!(received, Ok(message));
    let received = select_biased! { recv(receiver) -> received => received, default => Ok(0) };
    assert_eq!(received, Ok(0));
    sender.send(message).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    assert_eq!(select.select().recv(&receiver), Ok(message));
    drop(sender);
    assert_eq!(receiver.iter().count(), 0);
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
    assert!(after(Duration::ZERO).recv().is_ok());
    assert!(at(Instant::now()).recv().is_ok());
    assert!(tick(Duration::from_millis(1)).recv().is_ok());
    assert!(never::<i32>().try_recv().is_err());
}

#[test]
fn here() {
    use ringway::channel::{Select, after, at, bounded, never, select, select_biased, tick};

    let message = 1;
    let (sender, receiver) = bounded(1 << 20);
    sender.send(message).unwrap();
    assert_eq!(receiver.recv(), Ok(message));
    let (sender, receiver) = bounded(8);
    sender.send_timeout(message, Duration::ZERO).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(message));
    sender.try_send(message).unwrap();
    assert_eq!(receiver.try_recv(), Ok(message));
    sender.send(message).unwrap();
    assert_eq!(receiver.try_iter().count(), 1);
    sender.send(message).unwrap();
    let received = select! { recv(receiver) -> received => received, default => Ok(0) };
    assert_eq!(received, Ok(message));
    let received = select_biased! { recv(receiver) -> received => received, default => Ok(0) };
    assert_eq!(received, Ok(0));
    sender.send(message).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    assert_eq!(select.select().recv(&receiver), Ok(message));
    drop(sender);
    assert_eq!(receiver.iter().count(), 0);
    let (sender, receiver) = bounded(0);
    let meets = std::thread::spawn(move || receiver.recv());
    sender.send(message).unwrap();
    assert_eq!(meets.join().unwrap(), Ok(message));
    assert!(after(Duration::ZERO).recv().is_ok());
    assert!(at(Instant::now()).recv().is_ok());
    assert!(tick(Duration::from_millis(1)).recv().is_ok());
    assert!(never::<i32>().try_recv().is_err());
}
