//! Sending by force beside others that are late, and what panics meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::vec::Vec;

use core::future::Future;
use core::pin::Pin;

use super::room::{Bell, Panics, Stopped, hold, poll, receives_late};
#[cfg(feature = "metrics")]
use crate::channel::TryRecvError;
use crate::channel::{Receiver, SendError, Sender, TrySendError, bounded};
use crate::sync::hook::Point;

/// One who sends 100 by force, and is stopped.
type Stands = Stopped<Result<Option<u64>, SendError<u64>>>;

/// A channel of three, with 3, 4 and 5 in it, where a thread that evicts has reserved the position before
/// the last and is stopped: who evicts next finds that place taken, and has to evict twice.
fn beside_one_that_evicts() -> (Sender<u64>, Receiver<u64>, Stands) {
    let (sender, receiver) = bounded(3);
    (0..3).for_each(|message| sender.send(message).unwrap());
    assert_eq!(receiver.recv(), Ok(0));
    let theirs = receiver.clone();
    let away = Stopped::of(move || theirs.recv());
    assert_eq!(receiver.recv(), Ok(2));
    sender.send(3).unwrap();
    sender.try_send(4).expect("it passes the slot of the one that is away");
    assert!(sender.try_send(9).is_err());
    assert_eq!(away.release(), Ok(1));
    let theirs = sender.clone();
    let other = Stopped::at(Point::Reserved, move || theirs.force_send(100));
    sender.try_send(5).unwrap();
    (sender, receiver, other)
}

#[test]
fn who_evicts_beside_one_that_is_stopped_may_evict_two() {
    let (sender, receiver, other) = beside_one_that_evicts();
    let mut evicted = Vec::new();
    sender.force_send_with(200, |message| evicted.push(message)).unwrap();
    assert_eq!(evicted, [3, 4]);
    assert_eq!(other.release(), Ok(None));
    assert!(receiver.try_iter().eq([5, 200, 100]));
}

#[test]
fn force_has_sent_and_counted_though_what_is_given_the_evicted_panics() {
    let (sender, receiver, other) = beside_one_that_evicts();
    let mut evicted = Vec::new();
    let force = || {
        sender.force_send_with(200, |message| {
            evicted.push(message);
            panic!("it cannot take it");
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(force)).is_err());
    assert_eq!(evicted, [3], "the last goes with the panic");
    assert_eq!(other.release(), Ok(None));
    #[cfg(feature = "metrics")]
    assert_eq!((sender.metrics().sent, sender.metrics().received), (8, 5));
    assert!(receiver.try_iter().eq([5, 200, 100]));
    // Of what is queued no count can be made up any more.
    #[cfg(feature = "metrics")]
    assert_eq!((sender.metrics().sent, sender.metrics().received), (8, 8));
}

/// The last that has claimed a message and not taken it out: the channel is full beside it, and the oldest
/// that is queued goes.
#[test]
fn force_goes_on_beside_the_last_receiver_that_is_stopped() {
    for capacity in 2..5 {
        let (sender, receiver) = bounded(capacity);
        (0..capacity as u64).for_each(|message| sender.send(message).unwrap());
        let theirs = receiver.clone();
        let away = Stopped::of(move || theirs.recv());
        assert_eq!(sender.try_send(100), Err(TrySendError::Full(100)));
        assert_eq!(sender.force_send(100), Ok(Some(1)));
        assert_eq!(away.release(), Ok(0));
        assert!(receiver.try_iter().eq((2..capacity as u64).chain([100])));
    }
}

/// The consumers' counter was moved past a held slot, behind which others are free.
#[test]
fn force_past_skipped_positions_wakes_senders_though_a_waker_panics() {
    let (sender, receiver) = bounded(5);
    let (away, batch) = hold(&sender);
    sender.try_send(0).unwrap();
    assert!(receiver.try_iter().eq([0]));
    // The message that comes next is for the first; the second is woken by the force.
    let first = receives_late(&receiver);
    let (mut second, panics) = (receiver.recv_async(), Waker::from(Arc::new(Panics)));
    assert!(Pin::new(&mut second).poll(&mut Context::from_waker(&panics)).is_pending());
    sender.try_send(1).unwrap();
    assert!(sender.try_send(2).is_err(), "the next slot is held");
    batch.release();
    let (mut sending, bell) = (sender.send_async(3), Arc::<Bell>::default());
    assert!(poll(&mut sending, &bell).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| sender.force_send(4))).is_err());
    assert_eq!(bell.rings(), 1, "there is room, and nobody has told of it");
    assert!(poll(&mut sending, &bell).is_ready());
    assert!(receiver.try_iter().eq([1, 4, 3]));
    assert_eq!(away.release(), Ok(()));
    sender.close();
    assert_eq!(first.release(), Ok(1000), "what comes last is for the one that was told");
}

/// Who filled it, and who then evicted, look only when all is received.
#[cfg(feature = "metrics")]
#[test]
fn who_evicts_has_found_the_channel_full() {
    let (sender, receiver) = bounded(2);
    sender.send(0).unwrap();
    let theirs = sender.clone();
    let fills = Stopped::at(Point::Committed, move || theirs.try_send(1).is_ok());
    let theirs = sender.clone();
    let forces = Stopped::at(Point::Committed, move || theirs.force_send(2));
    let received = Vec::from_iter(receiver.try_iter());
    assert!(fills.release());
    assert_eq!((forces.release(), &*received), (Ok(Some(0)), &[1, 2][..]));
    assert_eq!(sender.metrics().high_water, 2);
}

/// It has lost its place meanwhile, and the channel is closed.
#[cfg(feature = "metrics")]
#[test]
fn who_evicts_has_found_the_channel_full_though_it_does_not_send() {
    let (sender, receiver) = bounded(2);
    sender.send(0).unwrap();
    let theirs = sender.clone();
    let fills = Stopped::at(Point::Committed, move || theirs.try_send(1).is_ok());
    let theirs = sender.clone();
    let forces = Stopped::at(Point::Claimed, move || theirs.force_send(2));
    assert!(receiver.try_iter().eq([1]));
    assert!(fills.release() && receiver.close());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected), "it is skipped");
    assert_eq!(forces.release(), Err(SendError(2)));
    assert_eq!((sender.metrics().received, sender.metrics().high_water), (2, 2));
}

/// Tells what was sent and received when it is woken for the first time.
#[cfg(feature = "metrics")]
struct Looks(Sender<u64>, std::sync::OnceLock<(usize, usize)>);

#[cfg(feature = "metrics")]
impl std::task::Wake for Looks {
    fn wake(self: Arc<Self>) {
        let metrics = self.0.metrics();
        self.1.get_or_init(|| (metrics.sent, metrics.received));
    }
}

#[cfg(feature = "metrics")]
#[test]
fn who_evicts_two_has_counted_them_and_its_own_when_it_wakes_a_sender() {
    let (sender, receiver, other) = beside_one_that_evicts();
    let looks = Arc::new(Looks(sender.clone(), std::sync::OnceLock::new()));
    let waker = Waker::from(Arc::clone(&looks));
    let mut sending = sender.send_async(300);
    assert!(Pin::new(&mut sending).poll(&mut Context::from_waker(&waker)).is_pending());
    let mut evicted = Vec::new();
    sender.force_send_with(200, |message| evicted.push(message)).unwrap();
    assert_eq!(evicted, [3, 4]);
    assert_eq!(looks.1.get(), Some(&(7, 5)), "of 0 to 5 and 200");
    drop(sending);
    assert_eq!(other.release(), Ok(None));
    assert!(receiver.try_iter().eq([5, 200, 100]));
}
