//! The first of several, where the thread has to wait for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ringway::channel::{RecvError, Selector, bounded};

use crate::arrivals::Arrivals;
use crate::effort::times;
use crate::watch::{asleep, finishes};

#[test]
fn a_message_on_any_of_them_ends_the_wait() {
    for which in 0..3 {
        finishes(move || {
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| bounded(1)).unzip();
            let selecting = asleep(move || {
                let all = receivers.iter();
                all.fold(Selector::new(), |select, one| select.recv(one, Result::unwrap)).wait()
            });
            senders[which].send(which).unwrap();
            assert_eq!(selecting.join().unwrap(), which);
        });
    }
}

#[test]
fn room_in_any_of_them_ends_the_wait() {
    for which in 0..2 {
        finishes(move || {
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..2).map(|_| bounded(1)).unzip();
            senders.iter().for_each(|sender| sender.send(0).unwrap());
            let selecting = asleep(move || {
                let (mut one, mut other) = (Some(1), Some(2));
                Selector::new()
                    .send(&senders[0], &mut one, |sent| sent.unwrap())
                    .send(&senders[1], &mut other, |sent| sent.unwrap())
                    .wait();
                (one, other)
            });
            assert_eq!(receivers[which].recv(), Ok(0));
            let left = selecting.join().unwrap();
            assert_eq!(left, if which == 0 { (None, Some(2)) } else { (Some(1), None) });
            assert_eq!(receivers[which].recv(), Ok(which + 1));
        });
    }
}

#[test]
fn a_close_ends_the_wait() {
    finishes(|| {
        let (sender, receiver) = bounded::<u8>(1);
        let (_other, others) = bounded::<u8>(1);
        let select =
            move || Selector::new().recv(&others, |one| one).recv(&receiver, |one| one).wait();
        let selecting = asleep(select);
        drop(sender);
        assert_eq!(selecting.join().unwrap(), Err(RecvError));
        let (full, receiver) = bounded(1);
        full.send(1).unwrap();
        let selecting = asleep(move || {
            let mut message = Some(2);
            Selector::new().send(&full, &mut message, |sent| sent.unwrap_err().into_inner()).wait()
        });
        receiver.close();
        assert_eq!(selecting.join().unwrap(), 2);
    });
}

#[test]
fn many_selects_share_channels_and_lose_nothing() {
    const EACH: usize = times(3000);
    finishes(|| {
        let arrivals = Arrivals::of(4, EACH);
        let (one, ones) = bounded(1);
        let (two, twos) = bounded(3);
        let open = AtomicUsize::new(0);
        thread::scope(|scope| {
            for id in 0..4 {
                let (one, two, messages) = (one.clone(), two.clone(), arrivals.messages(id));
                scope.spawn(move || {
                    for message in messages {
                        let (mut first, mut second) = (Some(message), Some(message));
                        Selector::new()
                            .send(&one, &mut first, |sent| sent.unwrap())
                            .send(&two, &mut second, |sent| sent.unwrap())
                            .wait();
                        assert!(first.is_some() != second.is_some(), "it is sent once");
                    }
                });
            }
            drop((one, two));
            for _ in 0..3 {
                let (ones, twos, open) = (ones.clone(), twos.clone(), &open);
                // Two channels keep no common order: each has its own book.
                let (mut book, mut other) = (arrivals.book(), arrivals.book());
                scope.spawn(move || {
                    let mut ends = [false; 2];
                    while ends != [true; 2] {
                        let mut select = Selector::new();
                        if !ends[0] {
                            select = select.recv(&ones, |message| (0, message));
                        }
                        if !ends[1] {
                            select = select.recv(&twos, |message| (1, message));
                        }
                        match select.wait() {
                            (0, Ok(message)) => book.note(message),
                            (_, Ok(message)) => other.note(message),
                            (which, Err(RecvError)) => ends[which] = true,
                        }
                    }
                    open.fetch_add(book.len() + other.len(), Ordering::Relaxed);
                });
            }
        });
        arrivals.assert_all();
        assert_eq!(open.into_inner(), 4 * EACH);
    });
}

#[test]
fn a_select_beside_receivers_that_sleep() {
    const EACH: u64 = times(20_000) as u64;
    finishes(|| {
        let (sender, receiver) = bounded(2);
        let (never, nevers) = bounded::<u8>(1);
        let alone = receiver.clone();
        let alone = thread::spawn(move || alone.iter().sum::<u64>());
        let select = thread::spawn(move || {
            let mut sum = 0;
            while let Ok(n) =
                Selector::new().recv(&nevers, |_| Err(RecvError)).recv(&receiver, |one| one).wait()
            {
                sum += n;
            }
            sum
        });
        (1..=EACH).for_each(|n| sender.send(n).unwrap());
        drop(sender);
        assert_eq!(alone.join().unwrap() + select.join().unwrap(), EACH * (EACH + 1) / 2);
        drop(never);
    });
}
