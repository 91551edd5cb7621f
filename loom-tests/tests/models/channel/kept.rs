//! Those who were told and never act, and those who are to be told while somebody holds the list.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Waker};
use std::sync::Arc;
use std::task::Wake;

use loom_tests::{Way, explore, thread};

use super::{channel, drain};

/// Polls a future once, and keeps it.
macro_rules! keep {
    ($kept:ident = $future:expr, $waker:expr) => {
        let mut $kept = pin!($future);
        assert!($kept.as_mut().poll(&mut Context::from_waker($waker)).is_pending());
    };
}

/// Whether a waker was called. No model of an access: it is looked at when all is done.
#[derive(Default)]
pub struct Told(pub AtomicBool);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One waits; another joins the list and leaves it, while a message comes, or room.
#[test]
fn l1_who_holds_the_list_tells_those_who_were_to_be_told() {
    explore("a message while another holds the list", (2, 1000), |ledger| {
        let (sender, receiver) = channel(1);
        let told = Arc::<Told>::default();
        keep!(kept = receiver.recv_async(), &Waker::from(Arc::clone(&told)));
        let rival = thread::spawn(move || assert!(sender.try_send(ledger.value(0)).is_ok()));
        let received = Way::Dropped.recv_or_quit(&receiver).is_some();
        rival.join().unwrap();
        assert!(received || told.0.load(Ordering::Relaxed), "it sleeps beside a message");
        let _ = &kept;
    });
    explore("room while another holds the list", (2, 1000), |ledger| {
        let (sender, receiver) = channel(1);
        assert!(sender.try_send(ledger.value(0)).is_ok());
        let told = Arc::<Told>::default();
        keep!(kept = sender.send_async(ledger.value(1)), &Waker::from(Arc::clone(&told)));
        let receives = receiver.clone();
        let rival = thread::spawn(move || assert_eq!(receives.try_recv().unwrap().id(), 0));
        let sent = Way::Dropped.send_or_quit(&sender, ledger.value(2)).is_some();
        rival.join().unwrap();
        assert!(sent || told.0.load(Ordering::Relaxed), "it sleeps beside room");
        let _ = (&kept, receiver);
    });
}

/// The futurelock: the one that was told there is room is never polled again, and another waits behind it.
#[test]
fn l2_a_kept_sender_does_not_stop_the_one_behind_it() {
    for (sends, receives) in [
        (Way::Thread, Way::Thread),
        (Way::Task, Way::Thread),
        (Way::Thread, Way::Task),
        (Way::Task, Way::Task),
    ] {
        let name = format!("{sends:?} sends behind a kept future, {receives:?} receives");
        explore(&name, (1, 100), move |ledger| {
            let (sender, receiver) = channel(1);
            assert!(sender.try_send(ledger.value(0)).is_ok());
            keep!(kept = sender.send_async(ledger.value(1)), Waker::noop());
            let another = sender.clone();
            let other = thread::spawn(move || sends.send(&another, || ledger.value(2)).is_ok());
            let received = [(); 2].map(|()| receives.recv(&receiver).unwrap().id());
            assert_eq!(received, [0, 2]);
            assert!(other.join().unwrap());
            assert!(drain(&receiver).is_empty());
            let _ = &kept;
        });
    }
}

#[test]
fn l2_a_kept_receiver_does_not_stop_the_one_behind_it() {
    for (sends, receives) in
        [(Way::Thread, Way::Thread), (Way::Task, Way::Thread), (Way::Thread, Way::Task)]
    {
        let name = format!("{receives:?} receives behind a kept future, {sends:?} sends");
        explore(&name, (1, 100), move |ledger| {
            let (sender, receiver) = channel(1);
            keep!(kept = receiver.recv_async(), Waker::noop());
            let another = receiver.clone();
            let other = thread::spawn(move || receives.recv(&another).unwrap().id());
            for id in 0..2 {
                assert!(sends.send(&sender, || ledger.value(id)).is_ok());
            }
            assert_eq!((other.join().unwrap(), drain(&receiver)), (0, vec![1]));
            let _ = &kept;
        });
    }
}
