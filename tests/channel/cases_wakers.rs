//! Cases of wakers: they panic, drop, change, stay behind, and call back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, RawWaker, RawWakerVTable, Wake, Waker};

use ringway::channel::{self, Receiver, Sender, TryRecvError, bounded};

use crate::effort::times;
use crate::polls::{Bell, poll, poll_once};
use crate::watch::finishes;

/// A waker that does something of its own.
struct Act<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Act<F> {
    fn wake(self: Arc<Self>) {
        self.0();
    }
}

fn waker(act: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Act(act)))
}

/// What may be dropped by a waker.
type Later = Arc<Mutex<Option<Box<dyn Send>>>>;

/// Whoever waits is woken by a bell that has rung once, for so many messages one after the other.
fn list_is_whole(
    (sender, receiver): (&Sender<u64>, &Receiver<u64>),
    (bell, ring): (&Bell, &Waker),
    messages: u64,
) {
    for message in 0..messages {
        let mut next = receiver.recv_async();
        assert!(poll(&mut next, ring).is_pending());
        sender.send(message).unwrap();
        assert_eq!(bell.rings() as u64, 2 + message, "the list of those who wait is not whole");
        assert_eq!(poll(&mut next, ring), Poll::Ready(Ok(message)));
    }
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_that_panics_harms_nobody_else() {
    finishes(|| {
        let (sender, receiver) = bounded(4);
        let mut first = receiver.recv_async();
        let mut second = receiver.recv_async();
        let (bell, ring) = Bell::new();
        assert!(poll(&mut first, &waker(|| panic!("a waker of the test"))).is_pending());
        assert!(poll(&mut second, &ring).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| sender.send(1))).is_err());
        assert_eq!(receiver.len(), 1, "the message was sent");
        drop(first);
        assert_eq!(bell.rings(), 1, "who was notified has gone");
        assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(1)));
        list_is_whole((&sender, &receiver), (&bell, &ring), 10);
    });
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_that_panics_among_many_keeps_no_other_from_waking() {
    finishes(|| {
        let (sender, receiver) = bounded::<u8>(4);
        let (bell, ring) = Bell::new();
        let mut waiting: Vec<_> = (0..3).map(|_| receiver.recv_async()).collect();
        let panics = waker(|| panic!("a waker of the test"));
        for (future, waker) in waiting.iter_mut().zip([&ring, &panics, &ring]) {
            assert!(poll(future, waker).is_pending());
        }
        assert!(catch_unwind(AssertUnwindSafe(|| sender.close())).is_err());
        assert_eq!(bell.rings(), 2);
        assert!(waiting.iter_mut().all(|future| poll_once(future).is_ready()));
    });
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_may_drop_a_future_that_waits_for_the_same() {
    finishes(|| {
        let (sender, receiver) = channel::bounded::<u8>(1);
        let receiver: &'static Receiver<u8> = Box::leak(Box::new(receiver));
        let later = Later::default();
        let mut first = receiver.recv_async();
        let mut second = receiver.recv_async();
        let drops = later.clone();
        let drops = waker(move || drop(drops.lock().unwrap().take()));
        assert!(poll(&mut first, &drops).is_pending());
        assert!(poll_once(&mut second).is_pending());
        *later.lock().unwrap() = Some(Box::new(second));
        sender.send(1).unwrap();
        assert!(later.lock().unwrap().is_none());
        assert_eq!(poll_once(&mut first), Poll::Ready(Ok(1)));
    });
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_may_drop_the_future_that_it_wakes() {
    finishes(|| {
        let (sender, receiver) = channel::bounded::<u8>(1);
        let receiver: &'static Receiver<u8> = Box::leak(Box::new(receiver));
        let later = Later::default();
        let mut first = receiver.recv_async();
        let mut second = receiver.recv_async();
        let (bell, ring) = Bell::new();
        let drops = later.clone();
        let drops = waker(move || drop(drops.lock().unwrap().take()));
        assert!(poll(&mut first, &drops).is_pending());
        assert!(poll(&mut second, &ring).is_pending());
        *later.lock().unwrap() = Some(Box::new(first));
        sender.send(1).unwrap();
        assert_eq!(bell.rings(), 1, "the notification was passed on");
        assert_eq!(poll_once(&mut second), Poll::Ready(Ok(1)));
    });
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_that_is_replaced_may_own_a_future_that_waits_for_the_same() {
    finishes(|| {
        let (sender, receiver) = channel::bounded::<u8>(1);
        let receiver: &'static Receiver<u8> = Box::leak(Box::new(receiver));
        let mut inner = receiver.recv_async();
        assert!(poll_once(&mut inner).is_pending());
        let owner = Mutex::new(inner);
        let mut outer = receiver.recv_async();
        assert!(poll(&mut outer, &waker(move || drop(owner.lock()))).is_pending());
        assert!(poll_once(&mut outer).is_pending());
        sender.send(1).unwrap();
        assert_eq!(poll_once(&mut outer), Poll::Ready(Ok(1)));
    });
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_may_use_the_channel() {
    finishes(|| {
        let (sender, receiver) = bounded::<u8>(2);
        let mut first = receiver.recv_async();
        let mut second = receiver.recv_async();
        let (bell, ring) = Bell::new();
        let again = sender.clone();
        assert!(poll(&mut first, &waker(move || again.try_send(2).unwrap())).is_pending());
        assert!(poll(&mut second, &ring).is_pending());
        sender.send(1).unwrap();
        assert_eq!(bell.rings(), 1);
        assert_eq!(poll_once(&mut first), Poll::Ready(Ok(1)));
        assert_eq!(poll_once(&mut second), Poll::Ready(Ok(2)));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    });
}

// tokio-rs/tokio#8095
#[test]
fn b8_no_waker_outlives_its_future() {
    let (sender, receiver) = bounded::<u8>(1);
    let (bell, ring) = Bell::new();
    let baseline = Arc::strong_count(&bell);
    let mut done = receiver.recv_async();
    let mut dropped = receiver.recv_async();
    for future in [&mut done, &mut dropped] {
        (0..3).for_each(|_| assert!(poll(future, &ring).is_pending()));
    }
    assert!(Arc::strong_count(&bell) > baseline);
    sender.send(1).unwrap();
    assert_eq!(poll(&mut done, &ring), Poll::Ready(Ok(1)));
    drop(dropped);
    assert_eq!(Arc::strong_count(&bell), baseline, "of a receiver; the future is there still");
    sender.send(2).unwrap();
    let mut sending = sender.send_async(3);
    let mut batch = sender.send_slice_async(&[4, 5]);
    assert!(poll(&mut sending, &ring).is_pending() && poll(&mut batch, &ring).is_pending());
    drop((sending, batch));
    assert_eq!(Arc::strong_count(&bell), baseline, "of a sender");
    let mut closed = sender.send_async(6);
    assert!(poll(&mut closed, &ring).is_pending());
    drop(receiver);
    assert!(poll(&mut closed, &ring).is_ready());
    assert_eq!(Arc::strong_count(&bell), baseline, "of a channel that was closed");
}

// zesterer/flume#88, zesterer/flume#182
#[test]
fn c4_a_future_takes_one_place_however_often_it_is_polled() {
    let (sender, receiver) = bounded::<u8>(1);
    let (bell, ring) = Bell::new();
    let (mut receiving, mut behind) = (receiver.recv_async(), receiver.recv_async());
    assert!(poll(&mut receiving, &ring).is_pending());
    assert!(poll(&mut behind, &ring).is_pending());
    let kept = Arc::strong_count(&bell);
    for _ in 0..times(times(1_000_000)) {
        assert!(poll(&mut receiving, &ring).is_pending());
    }
    assert_eq!(Arc::strong_count(&bell), kept, "a waker is kept once");
    sender.close();
    assert_eq!(bell.rings(), 2, "all who wait are woken, each once");
}

#[test]
fn c5_only_the_waker_of_the_last_poll_is_called() {
    let (sender, receiver) = bounded::<u8>(1);
    let bells: Vec<_> = (0..3).map(|_| Bell::new()).collect();
    let rings = || bells.iter().map(|(bell, _)| bell.rings()).collect::<Vec<_>>();
    let mut receiving = receiver.recv_async();
    bells.iter().for_each(|(_, ring)| assert!(poll(&mut receiving, ring).is_pending()));
    sender.send(1).unwrap();
    assert_eq!(rings(), [0, 0, 1]);
    let mut sending = sender.send_async(2);
    bells.iter().rev().for_each(|(_, ring)| assert!(poll(&mut sending, ring).is_pending()));
    assert_eq!(poll_once(&mut receiving), Poll::Ready(Ok(1)));
    assert_eq!(rings(), [1, 0, 1]);
    assert_eq!(poll_once(&mut sending), Poll::Ready(Ok(())));
}

#[test]
fn c5_a_future_moves_to_another_thread_while_it_waits() {
    static DONE: AtomicUsize = AtomicUsize::new(0);
    let (sender, receiver) = bounded::<u8>(1);
    let (bell, ring) = Bell::new();
    let mut receiving = receiver.recv_async();
    assert!(poll_once(&mut receiving).is_pending());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            assert!(poll(&mut receiving, &ring).is_pending());
            sender.send(1).unwrap();
            assert_eq!(poll(&mut receiving, &ring), Poll::Ready(Ok(1)));
            DONE.fetch_add(1, Ordering::Relaxed);
        });
    });
    assert_eq!((bell.rings(), DONE.load(Ordering::Relaxed)), (1, 1));
}

/// A channel where one waits by a waker that does that, and another behind it by the second waker. It is
/// closed, which wakes both.
fn closes(first: Waker, second: &Waker) {
    let (sender, receiver) = bounded::<u8>(1);
    let mut waiting = [receiver.recv_async(), receiver.recv_async()];
    for (future, waker) in waiting.iter_mut().zip([&first, second]) {
        assert!(poll(future, waker).is_pending());
    }
    sender.close();
}

/// An executor may hold the lock of its queue while it uses a channel: one task after the other is woken.
#[test]
fn b7_no_waker_is_called_in_the_midst_of_another() {
    let (other, others) = bounded::<u8>(1);
    let mut awaited = others.recv_async();
    let (bell, ring) = Bell::new();
    assert!(poll(&mut awaited, &ring).is_pending());
    let is_inside = Arc::new(AtomicBool::new(false));
    let (theirs, rings) = (is_inside.clone(), bell.clone());
    let first = waker(move || {
        theirs.store(true, Ordering::Relaxed);
        other.try_send(1).unwrap();
        assert_eq!(rings.rings(), 1, "who waits for the message of a waker is woken by that");
        theirs.store(false, Ordering::Relaxed);
    });
    let (called, rings) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (within, all) = (called.clone(), rings.clone());
    let second = waker(move || {
        within.fetch_add(usize::from(is_inside.load(Ordering::Relaxed)), Ordering::Relaxed);
        all.fetch_add(1, Ordering::Relaxed);
    });
    closes(first, &second);
    assert_eq!(rings.load(Ordering::Relaxed), 1);
    assert_eq!(called.load(Ordering::Relaxed), 0, "it was called in the midst of another");
    assert_eq!(poll_once(&mut awaited), Poll::Ready(Ok(1)));
}

/// What a waker does with a channel does not end with the panic of one that it has not woken.
#[test]
fn b7_a_waker_that_panics_harms_no_operation_of_another() {
    let (other, others) = bounded::<u8>(1);
    other.send(1).unwrap();
    let mut sending = other.send_async(2);
    assert!(poll_once(&mut sending).is_pending());
    let received = Arc::new(Mutex::new(None));
    let theirs = received.clone();
    let receives = waker(move || *theirs.lock().unwrap() = Some(others.try_recv()));
    let panics = waker(|| panic!("a waker of the test"));
    assert!(catch_unwind(AssertUnwindSafe(|| closes(receives, &panics))).is_err());
    let received = received.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    assert_eq!(received, Some(Ok(1)), "its message went with the panic of another");
    assert!(poll_once(&mut sending).is_ready());
}

/// What a waker does that panics when it is cloned or dropped, if it is told to.
#[derive(Default)]
struct Breaks {
    on_clone: AtomicBool,
    on_drop: AtomicBool,
    rings: AtomicUsize,
}

/// What panics once.
fn breaks(if_set: &AtomicBool) {
    assert!(!if_set.swap(false, Ordering::Relaxed), "a waker of the test");
}

impl Breaks {
    const TABLE: RawWakerVTable = RawWakerVTable::new(
        |data| {
            breaks(&Self::behind(data).on_clone);
            RawWaker::new(data, &Self::TABLE)
        },
        |data| _ = Self::behind(data).rings.fetch_add(1, Ordering::Relaxed),
        |data| _ = Self::behind(data).rings.fetch_add(1, Ordering::Relaxed),
        |data| breaks(&Self::behind(data).on_drop),
    );

    /// What is behind a waker.
    fn behind(data: *const ()) -> &'static Self {
        // SAFETY: only `new` makes such wakers, of what stays for ever.
        unsafe { &*data.cast() }
    }

    /// A waker that does not panic yet.
    fn new() -> (&'static Self, Waker) {
        let breaks: &'static Self = Box::leak(Box::default());
        // SAFETY: what is behind it may be used by any thread, and stays for ever.
        let waker = unsafe { Waker::new((&raw const *breaks).cast(), &Self::TABLE) };
        (breaks, waker)
    }
}

// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_that_panics_when_it_is_dropped_takes_no_wake_up_along() {
    let (sender, receiver) = bounded::<u64>(4);
    for way in 0..3 {
        let (breaks, waker) = Breaks::new();
        let (mut first, mut second) = (receiver.recv_async(), receiver.recv_async());
        let (bell, ring) = Bell::new();
        assert!(poll(&mut first, &waker).is_pending());
        assert!(poll(&mut second, &ring).is_pending());
        breaks.on_drop.store(true, Ordering::Relaxed);
        // Its waker goes when it is notified, for another, or with its future.
        match way {
            0 => sender.send(1).unwrap(),
            1 => assert!(poll(&mut first, Waker::noop()).is_pending()),
            _ => {}
        }
        drop(first);
        assert!(!breaks.on_drop.load(Ordering::Relaxed), "the waker is kept");
        if way > 0 {
            sender.send(1).unwrap();
        }
        assert_eq!(bell.rings(), 1, "it sleeps beside a message");
        assert_eq!(poll(&mut second, &ring), Poll::Ready(Ok(1)));
        list_is_whole((&sender, &receiver), (&bell, &ring), 3);
    }
}

/// It is dropped while the list is not locked: what it owns may lock it.
// fereidani/futures-intrusive#73
#[test]
fn b7_a_waker_that_cannot_be_cloned_leaves_the_one_before_in_its_place() {
    finishes(|| {
        let (sender, receiver) = channel::bounded::<u8>(1);
        let receiver: &'static Receiver<u8> = Box::leak(Box::new(receiver));
        let mut inner = receiver.recv_async();
        assert!(poll_once(&mut inner).is_pending());
        let owner = Mutex::new(inner);
        let rings = Arc::new(AtomicUsize::new(0));
        let theirs = rings.clone();
        let owns = waker(move || {
            let _owned = &owner;
            theirs.fetch_add(1, Ordering::Relaxed);
        });
        let mut outer = receiver.recv_async();
        assert!(poll(&mut outer, &owns).is_pending());
        drop(owns);
        let (breaks, broken) = Breaks::new();
        breaks.on_clone.store(true, Ordering::Relaxed);
        assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut outer, &broken))).is_err());
        let (bell, ring) = Bell::new();
        assert!(poll(&mut outer, &ring).is_pending());
        sender.send(1).unwrap();
        assert_eq!((rings.load(Ordering::Relaxed), bell.rings()), (0, 1));
        assert_eq!(poll_once(&mut outer), Poll::Ready(Ok(1)));
    });
}

#[test]
fn b7_a_batch_keeps_its_messages_where_a_waker_cannot_be_cloned() {
    let (sender, receiver) = channel::bounded(0);
    for is_polled_on in [false, true] {
        let (breaks, broken) = Breaks::new();
        let mut messages = vec![1, 2];
        let mut all = sender.send_all_async(&mut messages);
        breaks.on_clone.store(true, Ordering::Relaxed);
        assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut all, &broken))).is_err());
        if is_polled_on {
            assert!(poll_once(&mut all).is_pending());
            assert_eq!(receiver.try_recv(), Ok(1));
        }
        drop(all);
        assert_eq!(messages, [1, 2][usize::from(is_polled_on)..]);
    }
}

/// A thread that waits with the first of them tells a task.
#[test]
fn b7_a_batch_keeps_its_messages_where_the_waker_of_a_task_panics() {
    let (sender, receiver) = channel::bounded(0);
    let panics = waker(|| panic!("a waker of the test"));
    let mut receives = receiver.recv_async();
    assert!(poll(&mut receives, &panics).is_pending());
    let mut messages = vec![1, 2];
    assert!(catch_unwind(AssertUnwindSafe(|| sender.send_all(&mut messages))).is_err());
    assert_eq!(messages, [1, 2]);
    assert!(poll_once(&mut receives).is_pending());
}
