//! Channels that have a name, and the view of all of them.

use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{self, Age, Snapshot, bounded, bounded_at, registered};

use crate::common::{CAPACITIES, starts};
use crate::effort::{affordable, times};
use crate::polls::poll_once;
use crate::watch::{asleep, finishes};

/// What the list says of the channel of this name, which no other test gives.
fn seen(name: &str) -> Option<Snapshot> {
    let mut all: Vec<_> = registered().into_iter().filter(|one| one.name == name).collect();
    assert!(all.len() <= 1, "{all:?}");
    all.pop()
}

/// Lets some time pass, which is what is looked at.
fn pass() -> Duration {
    const SOME: Duration = Duration::from_millis(2);
    let begun = Instant::now();
    while begun.elapsed() < SOME {
        thread::yield_now();
    }
    SOME
}

#[test]
fn a_channel_with_a_name_shows_all_that_its_handles_do() {
    let (sender, receiver) = bounded(3);
    assert!(
        sender.register("orders") && !receiver.register("others") && !sender.register("orders")
    );
    assert_eq!((sender.name(), receiver.name()), (Some("orders"), Some("orders")));
    let another = sender.clone();
    sender.send_slice(&[1, 2, 3]).unwrap();
    assert!(another.try_send(4).is_err());
    receiver.recv().unwrap();
    let orders = seen("orders").unwrap();
    assert_eq!((orders.len, orders.capacity, orders.is_closed), (2, 3, false));
    assert_eq!((orders.senders, orders.receivers), (2, 1));
    assert_eq!(orders.metrics, sender.metrics());
    assert!(orders.oldest.is_some());
    sender.close();
    assert!(seen("orders").unwrap().is_closed);
    assert!(seen("others").is_none());
    receiver.drain();
    assert_eq!(seen("orders").unwrap().oldest, None, "it is empty");
}

#[test]
fn what_messages_weigh_is_shown_where_they_are_weighed() {
    let (sender, receiver) = channel::weighted(4, 10, |n: &usize| *n);
    assert!(receiver.register("weighed"));
    sender.send(7).unwrap();
    let weighed = seen("weighed").unwrap();
    assert_eq!((weighed.weight, weighed.limit, weighed.len), (Some(7), Some(10), 1));
    let (counted, _receiver) = bounded::<u8>(1);
    assert!(counted.register("counted"));
    let counted = seen("counted").unwrap();
    assert_eq!((counted.weight, counted.limit), (None, None));
}

#[test]
fn a_channel_without_a_name_is_not_shown() {
    let before: Vec<_> = registered().iter().map(|one| one.id).collect();
    let (sender, receiver) = bounded::<u8>(1_234_567);
    assert_eq!((sender.name(), receiver.name()), (None, None));
    assert!(registered().iter().all(|one| one.capacity != 1_234_567), "{before:?}");
}

#[test]
fn all_kinds_can_have_a_name_by_either_handle() {
    let spsc = channel::spsc::bounded::<u8>(1);
    let mpsc = channel::mpsc::bounded::<u8>(1);
    let spmc = channel::spmc::bounded::<u8>(1);
    assert!(spsc.0.register("kind spsc") && mpsc.1.register(String::from("kind mpsc")));
    assert!(spmc.1.register("kind spmc"));
    for name in ["kind spsc", "kind mpsc", "kind spmc"] {
        let Snapshot { senders, receivers, .. } = seen(name).unwrap();
        assert_eq!((senders, receivers), (1, 1));
    }
}

#[test]
fn names_may_be_the_same_and_numbers_are_not() {
    let some: Vec<_> = (0..3).map(|_| bounded::<u8>(1)).collect();
    for (sender, _) in &some {
        assert!(sender.register("twin"));
    }
    let all = registered();
    let ids: Vec<_> = all.iter().filter(|one| one.name == "twin").map(|one| one.id).collect();
    assert!(ids.len() == 3 && ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

#[test]
fn a_name_keeps_no_channel_open_and_none_in_the_list() {
    let (sender, receiver) = bounded::<u8>(1);
    sender.register("short");
    let (weak, other) = (sender.downgrade(), receiver.downgrade());
    drop(sender);
    assert!(receiver.is_closed(), "the last sender is gone");
    assert_eq!(seen("short").map(|one| (one.senders, one.receivers)), Some((0, 1)));
    drop(receiver);
    assert!(seen("short").is_none(), "weak handles keep the memory alone");
    drop((weak, other));
    assert!(seen("short").is_none());
}

#[test]
fn channels_come_and_go_while_others_look() {
    finishes(|| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for n in 0..times(2000) {
                        let (sender, receiver) = bounded(4);
                        assert!(sender.register("guest"));
                        sender.send(n).unwrap();
                        drop(sender);
                        assert_eq!(receiver.recv(), Ok(n));
                    }
                });
            }
            for _ in 0..times(2000) {
                for one in registered().iter().filter(|one| one.name == "guest") {
                    assert!(one.len <= 1 && one.capacity == 4 && one.receivers == 1, "{one:?}");
                }
            }
        });
        assert!(seen("guest").is_none());
    });
}

/// Of the moments before and after each call it follows what the bounds may be, however long that took.
#[test]
fn the_oldest_message_has_the_age_that_clocks_say() {
    for capacity in affordable(CAPACITIES) {
        for start in starts(capacity) {
            let (sender, receiver) = bounded_at(capacity, start);
            let name = format!("age of {capacity} from {start}");
            let before = Instant::now();
            sender.register(&*name);
            sender.send(0).unwrap();
            let sent = Instant::now();
            pass();
            let looked = Instant::now();
            let Age { at_least, at_most, .. } = seen(&name).unwrap().oldest.unwrap();
            assert!(at_least >= looked - sent, "{at_least:?} of {:?}", looked - sent);
            assert!(at_least <= at_most.unwrap() && at_most.unwrap() <= before.elapsed());
            assert_eq!(receiver.recv(), Ok(0));
            let looked = Instant::now();
            assert_eq!(seen(&name).unwrap().oldest, None);
            sender.send(1).unwrap();
            let Age { at_most, .. } = seen(&name).unwrap().oldest.unwrap();
            assert!(at_most.unwrap() <= looked.elapsed(), "it was empty when somebody looked");
        }
    }
}

/// The message that is there was sent before the name was given.
#[test]
fn of_a_message_from_before_the_name_is_known_since_when_it_was_looked_at() {
    let (sender, _receiver) = bounded(4);
    sender.send(0).unwrap();
    sender.register("late name");
    let named = Instant::now();
    pass();
    let looked = Instant::now();
    let Age { at_least, at_most, .. } = seen("late name").unwrap().oldest.unwrap();
    assert!(at_least >= looked - named && at_most.is_none());
}

/// A sender that waits has seen that the channel is full: from then on the message there has an age, though it
/// was one of many that were sent in no time, and nobody looks.
#[test]
fn who_finds_the_channel_full_marks_it() {
    let (sender, receiver) = bounded(2);
    sender.register("full");
    for n in 0..times(4000) {
        sender.send(n).unwrap();
        receiver.recv().unwrap();
    }
    sender.send_slice(&[0, 1]).unwrap();
    assert!(poll_once(&mut sender.send_async(2)).is_pending());
    let full = Instant::now();
    pass();
    let looked = Instant::now();
    let Age { at_least, .. } = seen("full").unwrap().oldest.unwrap();
    assert!(at_least >= looked - full, "{at_least:?} of {:?}", looked - full);
}

#[test]
fn a_message_that_was_received_tells_for_how_long_it_was_queued() {
    let (sender, receiver) = bounded(4);
    sender.register("sojourn");
    let before = Instant::now();
    sender.send(0).unwrap();
    let queued = pass();
    assert_eq!(seen("sojourn").unwrap().sojourns.count, 0);
    receiver.recv().unwrap();
    let all = before.elapsed();
    let told = seen("sojourn").unwrap().sojourns;
    assert_eq!(told.count, 1);
    assert!(told.latest == told.total && told.total >= queued && told.total <= all, "{told:?}");
}

/// So what comes after that is no part of it.
#[test]
fn a_receiver_that_finds_nothing_says_that_the_last_message_was_received() {
    let (sender, receiver) = bounded(4);
    sender.register("found empty");
    let before = Instant::now();
    sender.send(0).unwrap();
    assert!(receiver.recv().is_ok() && receiver.try_recv().is_err());
    let all = before.elapsed();
    pass();
    let told = seen("found empty").unwrap().sojourns;
    assert!(told.count == 1 && told.latest <= all, "{told:?} of {all:?}");
}

/// Whatever others do, and whoever looks: the bounds are of one moment, and counts only grow.
#[test]
fn d5_a_look_beside_others_who_send_and_receive_makes_sense() {
    for capacity in [1, 7, 64] {
        finishes(move || {
            let (sender, receiver) = bounded(capacity);
            let name = format!("busy {capacity}");
            let named = Instant::now();
            sender.register(&*name);
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let (sender, receiver) = (sender.clone(), receiver.clone());
                    let sending = thread::spawn(move || while sender.send(()).is_ok() {});
                    (sending, thread::spawn(move || receiver.iter().for_each(drop)))
                })
                .collect();
            let (mut last, mut looks) = (seen(&name).unwrap(), 0);
            while looks < times(2000) || last.metrics.sent < times(10_000) {
                let now = seen(&name).unwrap();
                assert!(now.len <= capacity && now.senders == 3 && now.receivers == 3, "{now:?}");
                if let Some(Age { at_least, at_most, .. }) = now.oldest {
                    let at_most = at_most.expect("the channel had its name before");
                    assert!(at_least <= at_most && at_most <= named.elapsed(), "{now:?}");
                }
                assert!(now.sojourns.total >= last.sojourns.total, "{now:?} after {last:?}");
                assert!(now.sojourns.total <= named.elapsed(), "they come one after the other");
                assert!(now.metrics.sent >= last.metrics.sent);
                (last, looks) = (now, looks + 1);
            }
            assert!(last.sojourns.count > 0, "{last:?}");
            sender.close();
            for (sending, receiving) in threads {
                sending.join().unwrap();
                receiving.join().unwrap();
            }
        });
    }
}

/// The message of a channel of time is queued from the instant on at which it is due.
#[test]
fn what_has_come_by_itself_is_as_old_as_it_is_due() {
    let receiver = channel::at(Instant::now());
    let due = Instant::now();
    receiver.register("due");
    pass();
    let looked = Instant::now();
    let one = seen("due").unwrap();
    let Age { at_least, at_most, .. } = one.oldest.expect("it is counted");
    assert!(one.len == 1 && at_least >= looked - due && at_most.unwrap() >= at_least, "{one:?}");
    receiver.recv().unwrap();
    assert_eq!(seen("due").unwrap().oldest, None);
    let later = channel::at(Instant::now() + Duration::from_secs(3600));
    later.register("due later");
    assert_eq!(seen("due later").map(|one| (one.len, one.oldest)), Some((0, None)));
}

/// A receiver that sleeps has taken nothing, and is no message.
#[test]
fn an_empty_channel_on_which_somebody_sleeps_has_no_oldest_message() {
    finishes(|| {
        let (sender, receiver) = bounded(2);
        sender.register("asleep");
        let receiving = asleep(move || receiver.recv());
        let now = seen("asleep").unwrap();
        assert_eq!((now.oldest, now.metrics.recv_waits, now.receivers), (None, 1, 1));
        sender.send(1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
    });
}
