//! The case of `try_` calls that wait for a lock.
//!
//! Where nobody waits, a `try_` call reads one word more than the ring's own operation and finds
//! it 0: there is nothing that a lock could be taken of, and what a thread does that is stopped in
//! the midst is shown by the tests of the ring. Where somebody waits, the list of those who wait
//! has a lock, which is held for a few instructions and never while code of others runs, and which a `try_`
//! call never waits for (`src/channel/tests/held.rs`). These tests stop a thread in such code.

use std::sync::mpsc::{self, Receiver as Told, Sender as Tell};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread;

use ringway::channel::{TryRecvError, TrySendError, bounded};

use crate::polls::{Bell, poll};
use crate::watch::finishes;

/// A waker that tells that it was called, and then stops until it may go on.
struct Stops {
    called: Mutex<Tell<()>>,
    go_on: Mutex<Told<()>>,
}

impl Wake for Stops {
    fn wake(self: Arc<Self>) {
        self.called.lock().unwrap().send(()).unwrap();
        self.go_on.lock().unwrap().recv().unwrap();
    }
}

/// The waker, what hears of its call, and what lets it go on.
fn stops() -> (Waker, Told<()>, Tell<()>) {
    let (tell_called, called) = mpsc::channel();
    let (go_on, told) = mpsc::channel();
    let stops = Stops { called: Mutex::new(tell_called), go_on: Mutex::new(told) };
    (Waker::from(Arc::new(stops)), called, go_on)
}

// zesterer/flume#137
#[test]
fn c13_nobody_waits_for_a_thread_that_is_stopped_while_it_wakes_a_receiver() {
    finishes(|| {
        let (sender, receiver) = bounded(2);
        let (stops, called, go_on) = stops();
        let (bell, ring) = Bell::new();
        let (mut first, mut second) = (receiver.recv_async(), receiver.recv_async());
        assert!(poll(&mut first, &stops).is_pending() && poll(&mut second, &ring).is_pending());
        let stopped = sender.clone();
        let stopped = thread::spawn(move || stopped.try_send(1).unwrap());
        called.recv().unwrap();
        assert_eq!(sender.try_send(2), Ok(()));
        assert_eq!(bell.rings(), 1, "another thread notifies the next");
        assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
        assert_eq!((receiver.len(), receiver.try_recv()), (2, Ok(1)));
        drop(second);
        assert_eq!(receiver.try_recv(), Ok(2));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        let mut third = receiver.recv_async();
        assert!(poll(&mut third, &ring).is_pending(), "one more joins the list");
        go_on.send(()).unwrap();
        stopped.join().unwrap();
    });
}

// zesterer/flume#137
#[test]
fn c13_nobody_waits_for_a_thread_that_is_stopped_while_it_wakes_a_sender() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let (stops, called, go_on) = stops();
        sender.send(0).unwrap();
        let (mut first, mut second) = (sender.send_async(1), sender.send_async(2));
        let (bell, ring) = Bell::new();
        assert!(poll(&mut first, &stops).is_pending() && poll(&mut second, &ring).is_pending());
        let stopped = receiver.clone();
        let stopped = thread::spawn(move || stopped.try_recv().unwrap());
        called.recv().unwrap();
        assert_eq!(sender.try_send(3), Ok(()));
        assert_eq!(receiver.try_recv(), Ok(3));
        assert_eq!(bell.rings(), 1);
        assert!(sender.close());
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        go_on.send(()).unwrap();
        assert_eq!(stopped.join().unwrap(), 0);
    });
}
