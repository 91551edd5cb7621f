//! Receivers that wait for several classes at once.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::Ordering;
use core::task::{Context, Waker};
use std::sync::Arc;
use std::time::Duration;

use loom_tests::future::block_on;
use loom_tests::{Ledger, Value, Way, explore, explore_careful, poll_once, thread};
use ringway::channel::{RecvError, RecvTimeoutError, Sender, priorities};

use super::channel;
use super::kept::Told;

/// Classes of these capacities, shortly before the words of their positions overflow. They have no turns, which
/// nobody waits for.
fn classes<const N: usize>(
    capacities: [usize; N],
) -> ([Sender<Value>; N], priorities::Receiver<Value>) {
    let mut receivers = Vec::new();
    let senders = capacities.map(|capacity| {
        let (sender, receiver) = channel(capacity);
        receivers.push(receiver);
        sender
    });
    (senders, priorities::Receiver::over(receivers).strict())
}

/// Receives a message, or learns that there is none to come; one that gave up waits again, as a thread.
fn recv(way: Way, receiver: &priorities::Receiver<Value>) -> Result<u64, RecvError> {
    let received = match way {
        Way::Thread => Some(receiver.recv()),
        Way::Task => Some(block_on(receiver.recv_async())),
        Way::Timed => match receiver.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => None,
            received => Some(received.map_err(|_| RecvError)),
        },
        Way::Dropped => poll_once(receiver.recv_async()),
    };
    received.unwrap_or_else(|| receiver.recv()).map(|message| message.id())
}

/// One waits for two classes, and another thread sends a message of one of them.
fn wakes_a_receiver(way: Way, class: usize, ledger: &'static Ledger) {
    let (senders, receiver) = classes([1, 1]);
    let rival = thread::spawn(move || {
        assert!(senders[class].try_send(ledger.value(7)).is_ok());
        senders
    });
    assert_eq!(recv(way, &receiver), Ok(7));
    drop(rival.join().unwrap());
}

#[test]
fn a_message_of_either_class_wakes_a_receiver() {
    let ways = [
        (Way::Thread, 0, (1, 100)),
        (Way::Thread, 1, (2, 1000)),
        (Way::Task, 1, (1, 100)),
        (Way::Timed, 0, (1, 200)),
        (Way::Dropped, 1, (1, 200)),
    ];
    for (way, class, bounds) in ways {
        let name = format!("{way:?} waits for two classes, class {class} has a message");
        explore(&name, bounds, move |ledger| wakes_a_receiver(way, class, ledger));
    }
}

#[test]
fn a_message_of_either_class_wakes_a_receiver_that_has_asked_for_care() {
    let name = "a thread waits for two classes with care";
    explore_careful(name, (1, 100), |ledger| wakes_a_receiver(Way::Thread, 1, ledger));
}

/// Two wait for two classes, or the second for one of them alone, and each class gets a message. The first is polled
/// once, and goes: what had come to it and it did not use is passed on.
#[test]
fn who_waits_for_two_classes_passes_on_what_it_does_not_use() {
    for (is_for_all, bounds) in [(true, (2, 2000)), (false, (1, 50))] {
        let name = if is_for_all { "two wait for two classes" } else { "one for two, one for one" };
        explore(name, bounds, move |ledger| {
            let (senders, receiver) = classes([1, 1]);
            let own = receiver.classes()[1].clone();
            let told = Arc::<Told>::default();
            let waker = Waker::from(Arc::clone(&told));
            let first = receiver.recv_async();
            let (mut second, mut alone) = (pin!(receiver.recv_async()), pin!(own.recv_async()));
            let mut first = Box::pin(first);
            assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            let mut context = Context::from_waker(&waker);
            if is_for_all {
                assert!(second.as_mut().poll(&mut context).is_pending());
            } else {
                assert!(alone.as_mut().poll(&mut context).is_pending());
            }
            let rival = thread::spawn(move || {
                assert!(senders[1].try_send(ledger.value(1)).is_ok());
                assert!(senders[0].try_send(ledger.value(0)).is_ok());
                senders
            });
            let received = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            drop((received, first));
            drop(rival.join().unwrap());
            let sleeps = !told.0.load(Ordering::Relaxed);
            let classes = receiver.classes();
            let is_left = !classes[1].is_empty() || is_for_all && !classes[0].is_empty();
            assert!(!(sleeps && is_left), "it sleeps beside a message");
        });
    }
}

/// One class ends, and the other one when its message has come.
#[test]
fn the_end_of_all_classes_wakes_a_receiver() {
    explore("both classes end", (1, 500), move |ledger| {
        let ([urgent, normal], receiver) = classes([1, 1]);
        let one = thread::spawn(move || drop(urgent));
        let other = thread::spawn(move || assert!(normal.try_send(ledger.value(3)).is_ok()));
        assert_eq!(recv(Way::Thread, &receiver), Ok(3));
        assert_eq!(recv(Way::Thread, &receiver), Err(RecvError));
        one.join().unwrap();
        other.join().unwrap();
    });
}

/// One that was told of a message is never polled again, and another waits behind it.
#[test]
fn l2_a_kept_receiver_of_classes_does_not_stop_the_one_behind_it() {
    explore("a thread behind a kept receiver of two classes", (1, 100), move |ledger| {
        let ([urgent, normal], receiver) = classes([1, 1]);
        let mut kept = pin!(receiver.recv_async());
        assert!(kept.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let another = receiver.clone();
        let other = thread::spawn(move || [(); 2].map(|()| recv(Way::Thread, &another).unwrap()));
        assert!(normal.send(ledger.value(0)).is_ok());
        assert!(normal.send(ledger.value(1)).is_ok());
        assert_eq!(other.join().unwrap(), [0, 1]);
        let _ = (&kept, urgent);
    });
}
