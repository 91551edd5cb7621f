//! Cases of messages that panic, or come back to their channel, when they are dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use ringway::channel::{Receiver, Sender, WeakReceiver, WeakSender, bounded};

use crate::common::{End, receivers};
use crate::polls::poll;
use crate::values::{Counted, Tally, assert_panics};
use crate::watch::finishes;

on_kinds!(
    b3_panicking_drops_in_the_last_receiver,
    b3_panicking_drops_in_the_last_receiver_of_a_thread_that_panics,
    b3_a_panicking_waker_of_the_last_receiver,
    b3_panicking_drops_of_what_an_iterator_leaves,
    b3_panicking_drops_of_what_was_drained,
    b3_panicking_drops_of_what_is_drained_where_a_waker_panics,
);

/// Of five messages, the numbers of those whose drop panics.
const BROKEN: [&[usize]; 5] = [&[0], &[2], &[4], &[0, 1], &[0, 1, 2, 3, 4]];

/// Runs a check with five messages in a channel, for each set of those whose drop panics.
fn for_each_broken<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
    check: impl Fn(&Sender<Counted, P, C>, Receiver<Counted, C>, &Tally, &[usize]),
) {
    for broken in BROKEN {
        println!("the drops of {broken:?} panic");
        let tally = Tally::of(5);
        let (sender, receiver) = make(5, u64::MAX);
        for id in 0..5 {
            let breaks = if broken.contains(&id) { id } else { usize::MAX };
            tally.values_but(breaks, id..id + 1).for_each(|message| {
                sender.send(message).unwrap();
            });
        }
        check(&sender, receiver, &tally, broken);
    }
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_panicking_drops_in_the_last_receiver<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |sender, receiver, tally, _| {
        let mut receivers = receivers(receiver, 2);
        receivers.truncate(1);
        assert_panics(|| drop(receivers));
        tally.assert_each(1);
        assert!(sender.is_closed() && sender.is_empty());
        let late = Tally::of(1);
        drop(sender.try_send(late.value(0)).unwrap_err());
        late.assert_each(1);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_panicking_drops_in_the_last_receiver_of_a_thread_that_panics<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |_, receiver, tally, _| {
        let why = catch_unwind(AssertUnwindSafe(|| {
            let _dropped_on_the_way = receiver;
            panic!("the first");
        }));
        assert_eq!(why.unwrap_err().downcast_ref(), Some(&"the first"));
        tally.assert_each(1);
    });
}

/// A waker that panics.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("the waker panics");
    }
}

// Matthias247/futures-intrusive#73, crossbeam-rs/crossbeam#1102
fn b3_a_panicking_waker_of_the_last_receiver<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |sender, receiver, tally, _| {
        let late = Tally::of(1);
        let mut sending = sender.send_async(late.value(0));
        assert!(poll(&mut sending, &Waker::from(Arc::new(Panics))).is_pending());
        assert_panics(|| drop(receiver));
        tally.assert_each(1);
        drop(sending);
        late.assert_each(1);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_panicking_drops_of_what_an_iterator_leaves<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |_, receiver, tally, _| {
        let mut messages = receiver.into_iter();
        let first = messages.next().unwrap();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(messages)));
        tally.assert_dropped(1..5);
        let _ = catch_unwind(AssertUnwindSafe(|| drop(first)));
        tally.assert_each(1);
    });
}

// agerasev/ringbuf#59, mgeier/rtrb#185
fn b3_panicking_drops_of_what_was_drained<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |sender, receiver, tally, _| {
        let messages = receiver.drain();
        assert_eq!((messages.len(), sender.len()), (5, 0));
        assert_panics(|| drop(messages));
        tally.assert_each(1);
        let more = Tally::of(5);
        more.values(0..5).for_each(|message| sender.send(message).unwrap());
        assert_eq!(receiver.drain().filter(|message| message.id < 5).count(), 5);
        more.assert_each(1);
    });
}

// Matthias247/futures-intrusive#73, mgeier/rtrb#185
fn b3_panicking_drops_of_what_is_drained_where_a_waker_panics<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<Counted, P, C>, Receiver<Counted, C>),
) {
    for_each_broken(make, |sender, receiver, tally, _| {
        let late = Tally::of(1);
        let mut sending = sender.send_async(late.value(0));
        assert!(poll(&mut sending, &Waker::from(Arc::new(Panics))).is_pending());
        let why = catch_unwind(AssertUnwindSafe(|| drop(receiver.drain()))).unwrap_err();
        assert_eq!(why.downcast_ref(), Some(&"the waker panics"), "the first panic goes on");
        tally.assert_each(1);
        assert!(sender.is_empty());
        drop(sending);
        late.assert_each(1);
    });
}

/// A message whose drop does all that can be done with its channel, so many times over.
struct Back {
    sender: WeakSender<Back>,
    receiver: WeakReceiver<Back>,
    left: usize,
    alive: Arc<AtomicUsize>,
}

impl Back {
    fn of(sender: &Sender<Self>, receiver: &Receiver<Self>, alive: &Arc<AtomicUsize>) -> Self {
        let (sender, receiver) = (sender.downgrade(), receiver.downgrade());
        alive.fetch_add(1, Ordering::Relaxed);
        Self { sender, receiver, left: 3, alive: alive.clone() }
    }

    fn another(&self) -> Self {
        self.alive.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = (self.sender.clone(), self.receiver.clone());
        Self { sender, receiver, left: self.left - 1, alive: self.alive.clone() }
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        if self.left > 0 {
            if let Some(sender) = self.sender.upgrade() {
                drop(sender.try_send(self.another()));
                drop(sender.force_send(self.another()));
                assert!(sender.len() <= 2);
            }
            if let Some(receiver) = self.receiver.upgrade() {
                drop(receiver.try_recv());
                drop(receiver.drain());
            }
            if let Some(sender) = self.sender.upgrade() {
                let _ = sender.try_send(self.another());
            }
        }
        assert_ne!(self.alive.fetch_sub(1, Ordering::Relaxed), 0, "dropped twice");
    }
}

/// Runs a check with a full channel of such messages; all are gone when it is over.
fn with_messages_that_come_back(check: impl FnOnce(Sender<Back>, Receiver<Back>) + Send + 'static) {
    finishes(|| {
        let alive = Arc::default();
        let (sender, receiver) = bounded(2);
        for _ in 0..2 {
            assert!(sender.try_send(Back::of(&sender, &receiver, &alive)).is_ok());
        }
        check(sender, receiver);
        assert_eq!(alive.load(Ordering::Relaxed), 0);
    });
}

// tokio-rs/tokio#1886, aptos-labs/aptos-core#15322
#[test]
fn d15_a_message_comes_back_when_the_last_receiver_drops_it() {
    with_messages_that_come_back(|sender, receiver| {
        drop(receiver);
        assert!(sender.is_empty());
    });
    with_messages_that_come_back(|sender, receiver| {
        drop(sender);
        drop(receiver);
    });
}

// tokio-rs/tokio#1886, aptos-labs/aptos-core#15322
#[test]
fn d15_a_message_comes_back_when_it_is_drained() {
    with_messages_that_come_back(|_sender, receiver| {
        drop(receiver.drain());
        let mut messages = receiver.drain();
        drop(messages.next());
        drop(messages);
        drop(receiver);
    });
}

// tokio-rs/tokio#1886, aptos-labs/aptos-core#15322
#[test]
fn d15_a_message_comes_back_when_it_is_evicted() {
    with_messages_that_come_back(|sender, receiver| {
        let another = receiver.recv().unwrap().another();
        drop(sender.force_send(another));
        let another = receiver.try_recv().map(|message| message.another());
        drop(another.map(|another| sender.force_send(another)));
        drop(receiver);
    });
}

// tokio-rs/tokio#1886, aptos-labs/aptos-core#15322
#[test]
fn d15_a_message_comes_back_when_the_channel_is_closed() {
    with_messages_that_come_back(|sender, receiver| {
        let another = receiver.recv().unwrap().another();
        let again = another.another();
        drop(sender.try_send(again));
        let sending = sender.send_async(another);
        assert!(receiver.close());
        drop(sending);
        drop(receiver.try_recv());
        drop(receiver);
    });
}
