//! Channels with classes: order, loss, the end, and what a receiver shows of them.

mod turns;
mod waits;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ringway::channel::{
    RecvError, RecvTimeoutError, Selector, TryRecvError, TrySendError, bounded, bounded_at,
    priorities,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::common::starts;
use crate::effort::times;
use crate::polls::poll_once;
use crate::values::{Tally, assert_panics};

assert_impl_all!(priorities::Receiver<u8>: Send, Sync, Clone, std::panic::UnwindSafe);
assert_impl_all!(priorities::WeakReceiver<u8>: Send, Sync, Clone);
assert_impl_all!(priorities::RecvAsync<'static, u8>: Send, Sync, Unpin);
assert_impl_all!(priorities::RecvWithClassAsync<'static, u8>: Send, Sync, Unpin);
assert_impl_all!(priorities::RecvManyAsync<'static, u8>: Send, Sync, Unpin);
assert_not_impl_any!(priorities::Receiver<std::rc::Rc<u8>>: Send, Sync);
assert_not_impl_any!(priorities::RecvAsync<'static, std::rc::Rc<u8>>: Send, Sync);

#[test]
fn what_is_queued_is_received_by_class_and_in_order_within_a_class() {
    for capacity in [1, 3, 8] {
        for start in starts(capacity) {
            let (senders, receivers): (Vec<_>, Vec<_>) =
                (0..3).map(|_| bounded_at(capacity, start)).unzip();
            let receiver = priorities::Receiver::over(receivers).strict();
            for _ in 0..times(20) {
                for number in 0..capacity {
                    for class in [2, 0, 1] {
                        senders[class].try_send((class, number)).unwrap();
                    }
                }
                let all = (0..3).flat_map(|class| (0..capacity).map(move |n| (class, (class, n))));
                for expected in all {
                    assert_eq!(receiver.try_recv_with_class(), Ok(expected));
                }
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            }
        }
    }
}

#[test]
fn each_way_to_receive_takes_the_most_urgent_message() {
    let ([urgent, normal], receiver) = priorities([8, 8]);
    let receiver = receiver.strict();
    let hour = Duration::from_secs(3600);
    let mut ways: Vec<Box<dyn Fn() -> Option<u32>>> = vec![
        Box::new(|| receiver.recv().ok()),
        Box::new(|| receiver.recv_with_class().ok().map(|(class, n)| n * (1 - class as u32))),
        Box::new(|| receiver.try_recv().ok()),
        Box::new(|| receiver.try_recv_with_class().ok().map(|(class, n)| n * (1 - class as u32))),
        Box::new(|| receiver.recv_timeout(hour).ok()),
        Box::new(|| receiver.recv_deadline(Instant::now()).ok()),
        Box::new(|| receiver.iter().next()),
        Box::new(|| receiver.try_iter().next()),
        Box::new(|| (&receiver).into_iter().next()),
        Box::new(|| {
            let mut messages = Vec::new();
            assert_eq!(receiver.recv_many(&mut messages, 1), Ok(1));
            messages.pop()
        }),
        Box::new(|| {
            let std::task::Poll::Ready(received) = poll_once(&mut receiver.recv_async()) else {
                return None;
            };
            received.ok()
        }),
        Box::new(|| {
            let mut messages = Vec::new();
            assert!(poll_once(&mut receiver.recv_many_async(&mut messages, 1)).is_ready());
            messages.pop()
        }),
    ];
    #[cfg(feature = "futures")]
    ways.push(Box::new(|| {
        use futures_util::{FutureExt, StreamExt};
        receiver.stream().next().now_or_never().flatten()
    }));
    for (number, way) in ways.iter().enumerate() {
        normal.try_send(7).unwrap();
        urgent.try_send(1).unwrap();
        assert_eq!(way(), Some(1), "way {number}");
        assert_eq!(receiver.try_recv_with_class(), Ok((1, 7)), "way {number}");
    }
}

#[test]
fn a_batch_is_what_single_receives_would_have_been() {
    for (every, limit) in [(1, 1), (1, 5), (2, 4), (3, 100), (16, 7)] {
        let fill = || {
            let (senders, receiver) = priorities::of(&[40, 20, 10]);
            for (class, n) in [(0, 30), (1, 20), (2, 9)] {
                (0..n).for_each(|number| senders[class].try_send((class, number)).unwrap());
            }
            drop(senders);
            receiver.with_turns(every)
        };
        let single: Vec<_> = fill().iter().collect();
        let (receiver, mut many) = (fill(), Vec::new());
        while let Ok(n) = receiver.recv_many(&mut many, limit) {
            assert!((1..=limit).contains(&n));
        }
        assert_eq!(many, single, "{limit} at once, {every} by urgency");
        assert_eq!(fill().drain().collect::<Vec<_>>(), single);
    }
}

#[test]
fn a_batch_of_nothing_waits_for_nothing() {
    let ([_urgent, _normal], receiver) = priorities::<u8, 2>([1, 1]);
    assert_eq!(receiver.recv_many(&mut Vec::new(), 0), Ok(0));
    assert!(poll_once(&mut receiver.recv_many_async(&mut Vec::new(), 0)).is_ready());
    assert_eq!(receiver.drain().count(), 0);
}

#[test]
fn a_class_that_is_full_holds_up_no_other() {
    let ([urgent, normal], receiver) = priorities([1, 2]);
    urgent.try_send(1).unwrap();
    assert_eq!(urgent.try_send(2), Err(TrySendError::Full(2)));
    normal.send_slice(&[3, 4]).unwrap();
    assert_eq!((receiver.len(), receiver.capacity(), receiver.is_empty()), (3, Some(3), false));
    assert_eq!(receiver.recv(), Ok(1));
    urgent.try_send(2).unwrap();
    assert_eq!(urgent.force_send(5), Ok(Some(2)));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [5, 3, 4]);
    assert!(receiver.is_empty());
}

#[test]
fn a_class_alone_can_be_closed_and_the_others_go_on() {
    for by_receiver in [false, true] {
        let ([urgent, middle, normal], receiver) = priorities([2, 2, 2]);
        urgent.send(1).unwrap();
        middle.send(2).unwrap();
        assert!(if by_receiver { receiver.classes()[0].close() } else { urgent.close() });
        assert!(urgent.try_send(9).unwrap_err().is_disconnected());
        assert!(!receiver.is_closed());
        assert_eq!(receiver.iter().take(2).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        drop(middle);
        assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        normal.send(3).unwrap();
        assert_eq!(receiver.recv_with_class(), Ok((2, 3)));
        normal.send(4).unwrap();
        drop(normal);
        assert!(receiver.is_closed());
        assert_eq!((receiver.recv(), receiver.recv()), (Ok(4), Err(RecvError)));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(receiver.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
        assert_eq!(receiver.recv_many(&mut Vec::new(), 1), Err(RecvError));
        assert_eq!(receiver.iter().count(), 0);
        assert!(matches!(
            poll_once(&mut receiver.recv_async()),
            std::task::Poll::Ready(Err(RecvError))
        ));
    }
}

#[test]
fn a_receiver_closes_all_classes_and_takes_what_is_there() {
    let ([urgent, normal], receiver) = priorities([2, 2]);
    normal.send_slice(&[1, 2]).unwrap();
    normal.close();
    assert!(receiver.close(), "one was open");
    assert!(!receiver.close());
    assert!(urgent.try_send(3).unwrap_err().is_disconnected());
    assert_eq!(receiver.into_iter().size_hint(), (0, Some(2)));
    assert!(normal.is_empty(), "the last receiver is gone");
}

#[test]
fn the_last_receiver_drops_all_that_is_queued_whatever_panics() {
    // Those whose drop panics.
    for broken in [&[][..], &[0], &[4], &[0, 1, 5, 8]] {
        let tally = Tally::of(9);
        let (senders, receiver) = priorities::of(&[3; 3]);
        let another = receiver.clone();
        for id in 0..9 {
            let breaks = if broken.contains(&id) { id } else { usize::MAX };
            let messages = tally.values_but(breaks, id..id + 1);
            messages.for_each(|message| senders[id / 3].send(message).unwrap());
        }
        drop(another);
        tally.assert_dropped([]);
        if broken.is_empty() {
            drop(receiver)
        } else {
            assert_panics(|| drop(receiver))
        }
        tally.assert_each(1);
        assert!(senders.iter().all(|sender| sender.is_closed() && sender.receiver_count() == 0));
    }
}

#[test]
fn a_receiver_that_is_dropped_by_a_panic_drops_what_panics_too() {
    let tally = Tally::of(4);
    let (senders, receiver) = priorities::of(&[2; 2]);
    for (id, message) in tally.values_but(1, 0..4).enumerate() {
        senders[id / 2].send(message).unwrap();
    }
    let why = catch_unwind(AssertUnwindSafe(|| {
        let _dropped_on_the_way = receiver;
        panic!("the first");
    }));
    assert_eq!(why.unwrap_err().downcast_ref(), Some(&"the first"));
    tally.assert_each(1);
}

#[test]
fn weak_receivers_keep_no_class_open() {
    let ([urgent, normal], receiver) = priorities([1, 1]);
    let weak = receiver.downgrade();
    let another = weak.clone().upgrade().unwrap();
    assert!(another.same_channel(&receiver));
    assert_eq!((urgent.receiver_count(), normal.receiver_count()), (2, 2));
    normal.send(1).unwrap();
    assert_eq!(another.recv(), Ok(1));
    drop((receiver, another));
    assert!(weak.upgrade().is_none());
    assert!(urgent.is_closed() && normal.is_closed());
}

/// A class that has a receiver of its own besides keeps that when the others are gone.
#[test]
fn a_weak_receiver_of_a_class_that_is_gone_leaves_the_others_as_they_were() {
    let ([urgent, normal], receiver) = priorities([1, 1]);
    let (weak, own) = (receiver.downgrade(), receiver.classes()[0].clone());
    drop(receiver);
    assert!(weak.upgrade().is_none());
    assert_eq!((urgent.receiver_count(), urgent.is_closed()), (1, false));
    assert!(normal.is_closed());
    urgent.send(1).unwrap();
    assert_eq!(own.recv(), Ok(1));
}

#[test]
fn a_class_is_a_channel_as_any_other() {
    let ([urgent, normal], receiver) = priorities([4, 4]);
    normal.send_slice(&[1, 2, 3]).unwrap();
    urgent.send(9).unwrap();
    let own = &receiver.classes()[1];
    assert_eq!(own.try_recv(), Ok(1));
    assert_eq!(Selector::new().recv(own, |one| one).wait(), Ok(2));
    assert_eq!((own.len(), receiver.len(), receiver.classes().len()), (1, 2, 2));
    assert_eq!(receiver.recv(), Ok(9));
}

#[test]
fn channels_that_are_there_already_become_classes() {
    let (orders, to_do) = bounded(2);
    let (stop, stopped) = bounded(1);
    let worker = to_do.clone();
    let receiver = priorities::Receiver::over([stopped, to_do]);
    orders.send_slice(&["tea", "milk"]).unwrap();
    stop.send("stop").unwrap();
    assert_eq!(worker.recv(), Ok("tea"));
    assert_eq!((receiver.recv(), receiver.recv()), (Ok("stop"), Ok("milk")));
    drop(receiver);
    assert_eq!((orders.is_closed(), stop.is_closed()), (false, true));
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert_panics(|| drop(priorities::<u8, 0>([])));
    assert_panics(|| drop(priorities::of::<u8>(&[])));
    assert_panics(|| drop(priorities::<u8, 2>([1, 0])));
    assert_panics(|| drop(priorities::<u8, 1>([1]).1.with_turns(0)));
}

#[test]
fn it_shows_its_classes_and_reads_no_message() {
    struct Silent;
    let ([urgent, normal], receiver) = priorities([2, 3]);
    urgent.send(Silent).ok().unwrap();
    let class = |len, capacity| {
        format!("Receiver {{ len: {len}, capacity: {capacity}, is_closed: false, .. }}")
    };
    let classes = format!("classes: [{}, {}], ..", class(1, 2), class(0, 3));
    assert_eq!(format!("{receiver:?}"), format!("Receiver {{ {classes} }}"));
    assert_eq!(format!("{:?}", receiver.try_iter()), format!("TryIter {{ {classes} }}"));
    let mut receiving = receiver.recv_async();
    assert!(poll_once(&mut receiving).is_ready());
    assert_eq!(format!("{receiving:?}"), "RecvAsync { is_waiting: false, is_done: true, .. }");
    drop(normal);
}

#[cfg(feature = "metrics")]
#[test]
fn each_class_has_metrics_of_its_own() {
    let ([urgent, normal], receiver) = priorities([1, 8]);
    normal.send_slice(&[1, 2, 3]).unwrap();
    urgent.send(4).unwrap();
    urgent.try_send(5).unwrap_err();
    assert_eq!(receiver.iter().take(3).last(), Some(2));
    let metrics = receiver.classes().iter().map(|class| class.metrics());
    let counted =
        metrics.map(|of| (of.sent, of.received, of.refused, of.high_water, of.recv_waits));
    assert_eq!(counted.collect::<Vec<_>>(), [(1, 1, 1, 1, 0), (3, 2, 0, 3, 0)]);
    let mut many = Vec::new();
    assert_eq!(receiver.recv_many(&mut many, 9), Ok(1));
    assert!(poll_once(&mut receiver.recv_async()).is_pending());
    let waits = receiver.classes().iter().map(|class| class.metrics());
    let waits = waits.map(|of| (of.sent - of.received, of.recv_waits, of.recv_parks));
    assert_eq!(waits.collect::<Vec<_>>(), [(0, 1, 1); 2], "one waits for all classes at once");
}
