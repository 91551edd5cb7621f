//! Moving from tokio's `mpsc`. The lines that had to change stand beside what they were.
//!
//! What is different: `send` and `recv` are for threads, `send_async` and `recv_async` for tasks;
//! the end is an error and not `None`; there may be many receivers; and no runtime is needed.
//!
//! ```text
//! cargo run --example from_tokio
//! ```

// use tokio::sync::mpsc;
use ringway::channel::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // let (sender, mut receiver) = mpsc::channel(100);
    let (sender, mut receiver) = mpsc::bounded(100);

    for id in 0..3 {
        let sender = sender.clone();
        tokio::spawn(async move {
            // sender.send(id).await.unwrap();
            sender.send_async(id).await.unwrap();
        });
    }
    // sender.blocking_send(3)          the same method from every thread:
    std::thread::spawn({
        let sender = sender.clone();
        move || sender.send(3).unwrap()
    });
    drop(sender);

    let mut received = Vec::new();
    // while let Some(id) = receiver.recv().await {
    while let Ok(id) = receiver.recv_async().await {
        received.push(id);
    }
    received.sort_unstable();
    assert_eq!(received, [0, 1, 2, 3]);

    // receiver.recv_many(&mut buffer, limit).await == 0 at the end
    let mut buffer = Vec::new();
    assert!(receiver.recv_many_async(&mut buffer, 10).await.is_err());

    // let (sender, receiver) = mpsc::channel(1);
    let (sender, receiver) = mpsc::bounded(1);
    sender.send_async(4).await.unwrap();
    // sender.send_timeout(5, timeout).await     with any timer, or as below with the feature `tokio`:
    // sender.send_timeout_async(5, timeout).await
    let timer = tokio::time::sleep(std::time::Duration::from_millis(1));
    let late = sender.send_async(5).until(timer).await;
    assert_eq!(late.unwrap_err().into_inner(), 5);
    drop(receiver);
    sender.closed().await;
    println!("received {received:?}");
}
