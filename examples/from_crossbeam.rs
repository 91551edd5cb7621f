//! Moving from crossbeam-channel: change the `use` line.
//!
//! This program was written for crossbeam-channel. The lines that had to change stand beside what
//! they were; all others are the same.
//!
//! ```text
//! cargo run --example from_crossbeam
//! ```

use std::thread;
use std::time::Duration;

// use crossbeam_channel::{RecvTimeoutError, Sender, TryRecvError, TrySendError, bounded, select, tick};
use ringway::channel::{
    RecvTimeoutError, Sender, TryRecvError, TrySendError, bounded, select, tick,
};

fn produce(sender: Sender<String>) {
    for n in 0..5 {
        sender.send(format!("message {n}")).unwrap();
    }
}

fn main() {
    // let (sender, receiver) = unbounded();      there is none: choose a bound, and handle Full
    let (sender, receiver) = bounded(16);
    let producers = [sender.clone(), sender].map(|sender| thread::spawn(move || produce(sender)));
    assert_eq!(receiver.iter().count(), 10);
    for producer in producers {
        producer.join().unwrap();
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));

    let (sender, receiver) = bounded(0);
    let answers = thread::spawn(move || receiver.recv());
    sender.send("at the rendezvous").unwrap();
    assert_eq!(answers.join().unwrap(), Ok("at the rendezvous"));

    let ticks = tick(Duration::from_millis(5));
    assert!(ticks.recv().unwrap() < ticks.recv().unwrap());

    let (sender, receiver) = bounded(1);
    sender.try_send("first").unwrap();
    match sender.try_send("second") {
        Err(TrySendError::Full(message)) => println!("no room for the {message}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(receiver.capacity(), Some(1));

    let (_stop, stopped) = bounded::<()>(1);
    select! {
        recv(receiver) -> message => println!("{message:?}"),
        recv(stopped) -> _ => println!("stopped"),
        default(Duration::from_secs(1)) => println!("nothing"),
    }

    let late = receiver.recv_timeout(Duration::from_millis(10));
    assert_eq!(late, Err(RecvTimeoutError::Timeout));
}
