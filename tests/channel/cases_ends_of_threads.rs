//! The end of a thread drops what the thread keeps: wakers are called outside of the list then too.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::thread;

use futures_util::Stream;
use ringway::channel::{Receiver, RecvStream, Sender, bounded};

use crate::watch::finishes;

type Held = Mutex<Option<RecvStream<Box<Receiver<u8>>>>>;

/// A waker that drops the stream that it is for.
struct Drops(Arc<Held>);

impl Wake for Drops {
    fn wake(self: Arc<Self>) {
        let stream = self.0.lock().unwrap().take();
        drop(stream);
    }
}

/// A stream that waits, and is dropped when it is woken.
fn waits(receiver: Receiver<u8>) {
    let held: Arc<Held> = Arc::new(Mutex::new(Some(receiver.into_stream())));
    let waker = Waker::from(Arc::new(Drops(Arc::clone(&held))));
    let mut stream = held.lock().unwrap();
    let stream = Pin::new(stream.as_mut().unwrap());
    assert!(stream.poll_next(&mut Context::from_waker(&waker)).is_pending());
}

thread_local! {
    static KEPT: RefCell<Option<Sender<u8>>> = const { RefCell::new(None) };
}

#[test]
fn a_waker_may_drop_its_stream_when_a_thread_ends() {
    finishes(|| {
        let (sender, receiver) = bounded::<u8>(1);
        waits(receiver);
        thread::spawn(move || {
            // Kept first, so that it is dropped after all that the thread makes for wakers.
            KEPT.set(Some(sender));
            let (other, others) = bounded::<u8>(1);
            waits(others);
            let _ = other.send(1);
        })
        .join()
        .unwrap();
    });
}
