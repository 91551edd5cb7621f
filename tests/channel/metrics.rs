//! The counts of what went through a channel.

use std::thread;
use std::time::Duration;

use ringway::channel::bounded;

use crate::effort::times;

#[test]
fn every_way_to_send_and_receive_is_counted_once() {
    let (sender, receiver) = bounded(8);
    sender.send(1).unwrap();
    sender.try_send(2).unwrap();
    sender.send_timeout(3, Duration::ZERO).unwrap();
    sender.send_slice(&[4, 5]).unwrap();
    sender.send_all(&mut vec![6, 7]).unwrap();
    assert_eq!(sender.force_send(8), Ok(None));
    assert_eq!(sender.metrics().sent, 8);
    assert_eq!(sender.force_send(9), Ok(Some(1)));
    let metrics = sender.metrics();
    assert_eq!((metrics.sent, metrics.received, metrics.refused), (9, 1, 0));

    assert_eq!(receiver.recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Ok(3));
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(4));
    let mut some = Vec::new();
    assert_eq!(receiver.recv_many(&mut some, 2), Ok(2));
    assert_eq!(receiver.drain().count(), 3);
    let metrics = receiver.metrics();
    assert_eq!((metrics.sent, metrics.received), (9, 9));
    assert_eq!((metrics.send_parks, metrics.recv_parks), (0, 0));
}

#[test]
fn what_is_refused_is_counted_and_marks_the_high_water() {
    let (sender, _receiver) = bounded(3);
    sender.send_slice(&[1, 2, 3]).unwrap();
    assert!(sender.try_send(4).is_err());
    assert!(sender.send_timeout(4, Duration::ZERO).is_err());
    let metrics = sender.metrics();
    assert_eq!((metrics.refused, metrics.high_water, metrics.sent), (2, 3, 3));
    sender.close();
    assert!(sender.try_send(4).unwrap_err().is_disconnected());
    assert_eq!(sender.metrics().refused, 2, "a closed channel refuses nothing for want of room");
}

#[test]
fn the_high_water_is_seen_without_anybody_refused() {
    let (sender, receiver) = bounded(100);
    (0..64).for_each(|n| sender.send(n).unwrap());
    receiver.drain();
    (0..16).for_each(|n| sender.send(n).unwrap());
    let high = sender.metrics().high_water;
    assert!((49..=64).contains(&high), "one send in 16 looks: {high}");
}

#[test]
fn counts_of_many_threads_are_whole() {
    const EACH: usize = times(1000);
    let (sender, receiver) = bounded(4);
    thread::scope(|scope| {
        for _ in 0..3 {
            let (sender, receiver) = (sender.clone(), receiver.clone());
            scope.spawn(move || (0..EACH).for_each(|n| sender.send(n).unwrap()));
            scope.spawn(move || (0..EACH).for_each(|_| assert!(receiver.recv().is_ok())));
        }
    });
    let metrics = sender.metrics();
    assert_eq!((metrics.sent, metrics.received), (3 * EACH, 3 * EACH));
    assert!(metrics.high_water <= 4);
}

#[test]
fn a_wait_that_sleeps_is_counted_as_both() {
    let (sender, receiver) = bounded::<u8>(1);
    let late = receiver.recv_timeout(Duration::from_millis(50));
    assert!(late.is_err());
    let metrics = sender.metrics();
    assert_eq!((metrics.recv_waits, metrics.send_waits), (1, 0));
    assert!(metrics.recv_parks >= 1);
}
