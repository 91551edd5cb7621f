//! How many weak handles there are.

use std::thread;

use ringway::channel::{bounded, mpsc, spmc, spsc};

#[test]
fn each_end_counts_its_weak_handles() {
    let (sender, receiver) = bounded::<u8>(1);
    assert_eq!((sender.weak_count(), receiver.weak_count()), (0, 0));
    let weak = sender.downgrade();
    let others = [weak.clone(), weak.clone()];
    let receivers = receiver.downgrade();
    assert_eq!((sender.weak_count(), receiver.weak_count()), (3, 1));
    assert_eq!((weak.weak_count(), receivers.weak_count()), (3, 1));
    assert_eq!(receiver.weak_sender_count(), 3);
    assert_eq!((weak.strong_count(), receivers.strong_count()), (1, 1));
    // Who is upgraded stays weak besides.
    let (again, received) = (weak.upgrade(), receivers.clone().upgrade());
    assert_eq!((weak.strong_count(), receivers.strong_count()), (2, 2));
    assert_eq!((sender.sender_count(), sender.weak_count(), receiver.weak_count()), (2, 3, 1));
    drop((others, again, received));
    assert_eq!((sender.weak_count(), weak.strong_count()), (1, 1));
    drop(sender);
    assert_eq!((weak.strong_count(), weak.weak_count(), receivers.strong_count()), (0, 1, 1));
    assert!(weak.upgrade().is_none());
    drop((weak, receivers));
    assert_eq!(receiver.weak_count(), 0);
}

#[test]
fn the_kinds_count_those_of_their_shared_ends() {
    let (sender, receiver) = mpsc::bounded::<u8>(1);
    let _weak = sender.downgrade();
    assert_eq!((sender.weak_count(), receiver.weak_count()), (1, 0));
    let (sender, receiver) = spmc::bounded::<u8>(1);
    let _weak = receiver.downgrade();
    assert_eq!((sender.weak_count(), receiver.weak_count()), (0, 1));
    let (sender, receiver) = spsc::bounded::<u8>(1);
    assert_eq!((sender.weak_count(), receiver.weak_count()), (0, 0));
}

#[test]
fn weak_handles_that_come_and_go_on_threads_are_all_counted() {
    let (sender, receiver) = bounded::<u8>(1);
    let kept = thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                let weak = sender.downgrade();
                (0..100).for_each(|_| drop(weak.clone()));
                (0..100).for_each(|_| drop(receiver.downgrade()));
                weak
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!((sender.weak_count(), receiver.weak_count()), (4, 0));
    drop(kept);
    assert_eq!(sender.weak_count(), 0);
}
