//! Room that comes without a message being received: senders that wait are told of all of it.
//!
//! A slot is held by a sender that is away, and the slots behind it are free again, whose owners
//! were away too. Nobody can fill these before the consumers' counter is past the position of the
//! held one: then there is room for several at once.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver as Told, Sender as Tell, channel};
use std::task::Wake;
use std::thread::{self, JoinHandle};
use std::vec::Vec;

use crate::channel::{Receiver, RecvError, SendError, Sender, TryRecvError, WaitStrategy, bounded};
use crate::sync::hook::{self, Point};

/// Counts how often it was woken.
#[derive(Default)]
pub(in crate::channel) struct Bell(AtomicUsize);

impl Bell {
    pub(in crate::channel) fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A waker that panics.
pub(in crate::channel) struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("the waker panics");
    }
}

/// A thread that is in the list of those who receive, and stopped before it looks again.
pub(super) fn receives_late(receiver: &Receiver<u64>) -> Stopped<Result<u64, RecvError>> {
    let theirs = receiver.clone().with_wait_strategy(WaitStrategy::Park);
    Stopped::at(Point::Listed, move || theirs.recv())
}

/// Polls once, for a bell.
pub(super) fn poll<F: Future + Unpin>(future: &mut F, bell: &Arc<Bell>) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&Waker::from(Arc::clone(bell))))
}

/// A thread that is stopped at a point, until it is let go.
pub(super) struct Stopped<R> {
    go: Tell<()>,
    thread: JoinHandle<R>,
    /// Whether it stands somewhere.
    stands: bool,
}

impl<R: Send + 'static> Stopped<R> {
    /// Lets a thread send until it has claimed.
    pub(super) fn of(send: impl FnOnce() -> R + Send + 'static) -> Self {
        Self::at(Point::Claimed, send)
    }

    /// Lets a thread send until it stands there.
    pub(super) fn at(at: Point, send: impl FnOnce() -> R + Send + 'static) -> Self {
        Self::when(move |point| point == at, send)
    }

    /// Lets a thread send until it is there, for the first time.
    pub(super) fn when(
        mut is_there: impl FnMut(Point) -> bool + Send + 'static,
        send: impl FnOnce() -> R + Send + 'static,
    ) -> Self {
        let (go, wait): (Tell<()>, Told<()>) = channel();
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            let mut has_stopped = false;
            hook::set(move |point| {
                if !has_stopped && is_there(point) {
                    has_stopped = true;
                    tell.send(()).expect("the test waits");
                    wait.recv().expect("the test lets it go");
                }
            });
            send()
        });
        told.recv().expect("it comes there");
        Self { go, thread, stands: true }
    }

    /// Lets a thread send until it stands there, or to the end.
    pub(super) fn if_ever(at: Point, send: impl FnOnce() -> R + Send + 'static) -> Self {
        let (go, wait): (Tell<()>, Told<()>) = channel();
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            let mut tell = Some(tell);
            hook::set(move |point| {
                if point == at {
                    if let Some(tell) = tell.take() {
                        tell.send(()).expect("the test waits");
                        wait.recv().expect("the test lets it go");
                    }
                }
            });
            let done = send();
            hook::set(|_| ());
            done
        });
        // Where it never stands there it has nobody to tell.
        let stands = told.recv().is_ok();
        Self { go, thread, stands }
    }

    /// Lets it go on to the end.
    pub(super) fn release(self) -> R {
        if self.stands {
            self.go.send(()).expect("it waits");
        }
        self.thread.join().expect("sending does not panic")
    }
}

/// Holds a slot of an empty channel by one sender, and three behind it by another, whose positions are
/// skipped when it goes on.
pub(super) fn hold(sender: &Sender<u64>) -> (Stopped<Result<(), SendError<u64>>>, Stopped<()>) {
    let theirs = sender.clone();
    let away = Stopped::of(move || theirs.send(1000));
    let theirs = sender.clone();
    let batch = Stopped::of(move || {
        let mut sending = theirs.send_slice_async(&[1001, 1002, 1003]);
        assert!(poll(&mut sending, &Arc::default()).is_pending(), "its positions were skipped");
        assert_eq!(sending.unsent(), [1001, 1002, 1003]);
    });
    (away, batch)
}

/// A channel with a held slot, three that are free behind it, and so many with a message in each,
/// of which the last position is the last before the held slot. Without a message one more sender stands
/// behind them: the last that has claimed is not skipped.
///
/// Four senders wait, or as many as there will be room for. Then `act` moves the consumers' counter
/// past the held slot: every sender is woken, once, and sends.
fn all_are_woken_by<R>(
    messages: u64,
    waiting: u64,
    act: impl FnOnce(&Sender<u64>, &Receiver<u64>) -> R,
) -> R {
    let (sender, receiver) = bounded(4 + messages.max(1) as usize);
    let (away, batch) = hold(&sender);
    let theirs = sender.clone();
    let last = (messages == 0).then(|| Stopped::of(move || theirs.send(1004)));
    // A lap, in which they are skipped, and one more, in which they are skipped on.
    (0..messages).for_each(|message| sender.try_send(message).unwrap());
    // By a batch: a single message goes by the marks in a channel of so few slots, and skips nobody.
    assert!(receiver.drain().eq(0..messages));
    (0..messages).for_each(|message| sender.try_send(message).unwrap());
    assert!(sender.try_send(messages).is_err(), "the next slot is held");
    batch.release();

    let numbers = 10..10 + waiting;
    let mut waiting: Vec<_> = numbers
        .clone()
        .map(|message| (sender.send_async(message), Arc::<Bell>::default()))
        .collect();
    for (sending, bell) in &mut waiting {
        assert!(poll(sending, bell).is_pending());
    }
    let done = act(&sender, &receiver);
    let rings: Vec<_> = waiting.iter().map(|(_, bell)| bell.rings()).collect();
    assert!(rings.iter().all(|&rings| rings == 1), "all were woken, once: {rings:?}");
    for (sending, bell) in &mut waiting {
        assert_eq!(poll(sending, bell), Poll::Ready(Ok(())));
    }
    let received: Vec<_> = receiver.try_iter().collect();
    assert!(received.ends_with(&Vec::from_iter(numbers)), "{received:?}");
    assert_eq!(away.release(), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(1000));
    assert!(last.is_none_or(|last| last.release().is_ok()));
    done
}

#[test]
fn a_receive_past_skipped_positions_wakes_as_many_senders() {
    assert_eq!(all_are_woken_by(1, 4, |_, receiver| receiver.recv()), Ok(0));
    assert_eq!(all_are_woken_by(1, 4, |_, receiver| receiver.try_recv()), Ok(0));
}

#[test]
fn a_batch_received_past_skipped_positions_wakes_as_many_senders() {
    let receive = |_: &_, receiver: &Receiver<u64>| {
        let mut messages = Vec::new();
        // They are there: it need not wait.
        let received = poll(&mut receiver.recv_many_async(&mut messages, 10), &Arc::default());
        (received, messages)
    };
    assert_eq!(all_are_woken_by(2, 5, receive), (Poll::Ready(Ok(2)), [0, 1].into()));
}

#[test]
fn a_receiver_that_finds_nothing_past_skipped_positions_wakes_as_many_senders() {
    let received = all_are_woken_by(0, 3, |_, receiver| receiver.try_recv());
    assert_eq!(received, Err(TryRecvError::Empty));
}

/// One that would evict passes what was skipped before the oldest, and finds room.
#[test]
fn force_past_skipped_positions_wakes_as_many_senders_as_there_is_room_for() {
    assert_eq!(all_are_woken_by(1, 2, |sender, _| sender.force_send(5)), Ok(None));
}

/// Who waits to send 10 is told when the one that is `away` is back and has sent.
fn is_told_by<R: Send + 'static>(sender: &Sender<u64>, away: Stopped<R>) {
    let (mut sending, bell) = (sender.send_async(10), Arc::<Bell>::default());
    assert!(poll(&mut sending, &bell).is_pending());
    away.release();
    assert_eq!(bell.rings(), 1, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut sending, &bell), Poll::Ready(Ok(())));
}

/// Lets `send` be late with a slot that is in the way of those behind it, which are free: a sender that
/// waits is told when it is back and has sent 1000. It may pass a held slot before it claims its own.
fn tells_the_next(passes: bool, send: impl FnOnce(&Sender<u64>) + Send + 'static) {
    let (sender, receiver) = bounded(4 + usize::from(passes));
    let stop = |message| {
        let theirs = sender.clone();
        Stopped::of(move || theirs.try_send(message))
    };
    let passed = passes.then(|| stop(999));
    if passes {
        (0..4).for_each(|message| sender.try_send(message).unwrap());
        assert!(receiver.try_iter().eq(0..4));
    }
    let theirs = sender.clone();
    let away = Stopped::of(move || send(&theirs));
    let behind = stop(1001);
    // A lap, in which they are skipped, and the next, which is full.
    (0..2).for_each(|message| sender.try_send(message).unwrap());
    assert!(receiver.try_iter().eq(0..2));
    (0..2).for_each(|message| sender.try_send(message).unwrap());
    assert!(passed.is_none_or(|passed| passed.release().is_ok()));
    assert!(behind.release().is_err(), "its slot comes behind the held one");
    is_told_by(&sender, away);
    let received: Vec<_> = receiver.try_iter().filter(|message| *message != 999).collect();
    assert_eq!(received, [0, 1, 1000, 10]);
}

#[test]
fn a_sender_that_was_late_tells_those_whose_room_is_behind_its_slot() {
    for passes in [false, true] {
        tells_the_next(passes, |sender| sender.send(1000).unwrap());
        tells_the_next(passes, |sender| sender.try_send(1000).unwrap());
        tells_the_next(passes, |sender| sender.send_slice(&[1000]).unwrap());
        tells_the_next(passes, |sender| sender.send_all(&mut Vec::from([1000])).unwrap());
    }
}

/// The same of a batch whose first message was in time.
#[test]
fn a_batch_that_was_late_in_its_midst_tells_those_whose_room_is_behind_it() {
    let (sender, receiver) = bounded(4);
    let (theirs, mut moved) = (sender.clone(), 0);
    let is_there = move |point| {
        moved += usize::from(point == Point::Moved);
        moved == 2
    };
    let away = Stopped::when(is_there, move || theirs.send_slice(&[1000, 1001]).unwrap());
    let theirs = sender.clone();
    let behind = Stopped::of(move || theirs.try_send(1002));
    sender.try_send(0).unwrap();
    assert!(receiver.try_iter().eq([1000, 0]));
    (1..3).for_each(|message| sender.try_send(message).unwrap());
    assert_eq!(receiver.try_recv(), Ok(1));
    sender.try_send(3).unwrap();
    assert!(behind.release().is_err(), "its slot comes behind the held one");
    is_told_by(&sender, away);
    assert!(receiver.try_iter().eq([2, 3, 1001, 10]));
}
