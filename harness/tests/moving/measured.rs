//! The differences that `docs/MIGRATION.md` tells of, as they are with the versions of `Cargo.lock`.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Polls a future once.
fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Whether a task was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A message that tells whether it was dropped: its count is 1 then.
type Message = Arc<()>;

/// What is asked of each channel, in its own words.
macro_rules! peer {
    (
        $name:ident,
        $pair:expr,
        send: |$sender:ident, $sent:ident| $send:expr,
        try_send: |$try_sender:ident, $tried:ident| $try_send:expr,
        recv: |$receiver:ident| $recv:expr,
        try_recv: |$try_receiver:ident| $try_recv:expr $(,)?
    ) => {
        #[allow(unused_mut)]
        mod $name {
            use super::*;

            /// Whether another sender gets the slot that was freed while one waits.
            pub fn freed_slot_is_open() -> bool {
                let ($sender, mut $receiver) = $pair;
                let $try_sender = $sender.clone();
                let $tried = Message::default();
                assert!($try_send);
                let $sent = Message::default();
                let mut waits = pin!($send);
                assert!(poll(waits.as_mut()).is_pending());
                let mut $try_receiver = $receiver;
                assert!($try_recv.is_some());
                let $tried = Message::default();
                $try_send
            }

            /// Whether the message of a send that had to wait is received though its future was dropped.
            pub fn dropped_send_arrives() -> bool {
                let ($sender, mut $receiver) = $pair;
                let $try_sender = $sender.clone();
                let $tried = Message::default();
                assert!($try_send);
                let mut $try_receiver = $receiver;
                {
                    let $sent = Message::default();
                    let mut waits = pin!($send);
                    assert!(poll(waits.as_mut()).is_pending());
                    assert!($try_recv.is_some());
                }
                $try_recv.is_some()
            }

            /// Whether what is queued is dropped with the last receiver.
            pub fn queue_goes_with_the_last_receiver() -> bool {
                let ($try_sender, $receiver) = $pair;
                let message = Message::default();
                let $tried = message.clone();
                assert!($try_send);
                drop($receiver);
                Arc::strong_count(&message) == 1
            }

            /// Whether a message whose sending succeeded goes with the receive that waited for it.
            pub fn dropped_receive_loses() -> bool {
                let ($try_sender, mut $receiver) = $pair;
                let message = Message::default();
                {
                    let mut waits = pin!($recv);
                    assert!(poll(waits.as_mut()).is_pending());
                    let $tried = message.clone();
                    assert!($try_send);
                }
                let mut $try_receiver = $receiver;
                let received = $try_recv;
                assert_eq!(received.is_none(), Arc::strong_count(&message) == 1);
                received.is_none()
            }

            /// Whether a send that waits behind one that is kept and not polled is done, as one that is polled when
            /// it is woken, while the receiver goes on.
            pub fn goes_on_past_a_kept_send() -> bool {
                let ($sender, mut $receiver) = $pair;
                let $try_sender = $sender.clone();
                let another = $sender.clone();
                let $tried = Message::default();
                assert!($try_send);
                let $sent = Message::default();
                let mut kept = pin!($send);
                assert!(poll(kept.as_mut()).is_pending());
                let $sender = another;
                let $sent = Message::default();
                let mut waits = pin!($send);
                let woken = Arc::new(Woken::default());
                let waker = Waker::from(woken.clone());
                assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
                for _ in 0..1000 {
                    if woken.0.swap(false, Ordering::Relaxed)
                        && waits.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
                    {
                        return true;
                    }
                    let _ = poll(pin!($recv));
                }
                false
            }
        }
    };
}

peer!(
    ours,
    ringway::channel::bounded::<Message>(1),
    send: |sender, message| sender.send_async(message),
    try_send: |other, message| other.try_send(message).is_ok(),
    recv: |receiver| receiver.recv_async(),
    try_recv: |receiver| receiver.try_recv().ok(),
);
peer!(
    async_channel,
    ::async_channel::bounded::<Message>(1),
    send: |sender, message| sender.send(message),
    try_send: |other, message| other.try_send(message).is_ok(),
    recv: |receiver| receiver.recv(),
    try_recv: |receiver| receiver.try_recv().ok(),
);
peer!(
    crossfire,
    ::crossfire::mpmc::bounded_async::<Message>(1),
    send: |sender, message| sender.send(message),
    try_send: |other, message| other.try_send(message).is_ok(),
    recv: |receiver| receiver.recv(),
    try_recv: |receiver| receiver.try_recv().ok(),
);
peer!(
    flume,
    ::flume::bounded::<Message>(1),
    send: |sender, message| sender.send_async(message),
    try_send: |other, message| other.try_send(message).is_ok(),
    recv: |receiver| receiver.recv_async(),
    try_recv: |receiver| receiver.try_recv().ok(),
);
peer!(
    kanal,
    ::kanal::bounded_async::<Message>(1),
    send: |sender, message| sender.send(message),
    try_send: |other, message| other.try_send(message).unwrap(),
    recv: |receiver| receiver.recv(),
    try_recv: |receiver| receiver.try_recv().unwrap(),
);
peer!(
    tokio,
    ::tokio::sync::mpsc::channel::<Message>(1),
    send: |sender, message| sender.send(message),
    try_send: |other, message| other.try_send(message).is_ok(),
    recv: |receiver| receiver.recv(),
    try_recv: |receiver| receiver.try_recv().ok(),
);

/// Asks all of them the same; those that say yes.
macro_rules! who {
    ($question:ident) => {
        [
            ("ringway", ours::$question()),
            ("async-channel", async_channel::$question()),
            ("crossfire", crossfire::$question()),
            ("flume", flume::$question()),
            ("kanal", kanal::$question()),
            ("tokio", tokio::$question()),
        ]
        .into_iter()
        .filter_map(|(name, says_yes)| says_yes.then_some(name))
        .collect::<Vec<_>>()
    };
}

#[test]
fn a_freed_slot_belongs_to_who_is_awake_or_to_the_one_that_waits() {
    assert_eq!(who!(freed_slot_is_open), ["ringway", "async-channel", "crossfire"]);
}

#[test]
fn the_message_of_a_dropped_send_may_arrive() {
    assert_eq!(who!(dropped_send_arrives), ["flume", "kanal"]);
}

#[test]
fn what_is_queued_goes_with_the_last_receiver_or_stays() {
    assert_eq!(who!(queue_goes_with_the_last_receiver), ["ringway", "tokio"]);
    let goes_with_crossbeam = |(sender, receiver): (crossbeam_channel::Sender<_>, _)| {
        let message = Message::default();
        sender.send(message.clone()).unwrap();
        drop::<crossbeam_channel::Receiver<_>>(receiver);
        Arc::strong_count(&message) == 1
    };
    assert!(goes_with_crossbeam(crossbeam_channel::unbounded()));
    assert!(!goes_with_crossbeam(crossbeam_channel::bounded(1)));
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let message = Message::default();
    sender.send(message.clone()).unwrap();
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 1);
}

#[test]
fn a_dropped_receive_may_lose_a_message_that_was_sent() {
    assert_eq!(who!(dropped_receive_loses), ["kanal"]);
}

#[test]
fn what_is_queued_when_a_channel_is_closed_is_received_or_gone() {
    let (sender, receiver) = ringway::channel::bounded(1);
    sender.send(1).unwrap();
    assert!(sender.close());
    assert_eq!(receiver.recv(), Ok(1));
    let (sender, receiver) = ::async_channel::bounded(1);
    sender.try_send(1).unwrap();
    assert!(sender.close());
    assert_eq!(receiver.try_recv(), Ok(1));
    let (sender, receiver) = ::kanal::bounded(1);
    sender.send(1).unwrap();
    sender.close().unwrap();
    assert!(receiver.recv().is_err());
}

#[test]
fn a_send_that_is_kept_and_not_polled_stops_the_others_or_does_not() {
    assert_eq!(who!(goes_on_past_a_kept_send), ["ringway", "flume", "kanal"]);
}
