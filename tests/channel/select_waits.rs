//! `Select` where threads wait, and beside others that do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use ringway::channel::{RecvError, Select, bounded, select};

use crate::arrivals::Arrivals;
use crate::effort::times;
use crate::watch::{asleep, finishes};

#[test]
fn a_message_on_any_of_them_ends_the_wait() {
    for (which, only_ready) in [(0, false), (1, false), (0, true), (1, true)] {
        finishes(move || {
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..2).map(|_| bounded(1)).unzip();
            let selecting = asleep(move || {
                let mut select = Select::new();
                receivers.iter().for_each(|one| _ = select.recv(one));
                if only_ready {
                    receivers[select.ready()].try_recv().unwrap()
                } else {
                    let operation = select.select();
                    let index = operation.index();
                    operation.recv(&receivers[index]).unwrap()
                }
            });
            senders[which].send(which).unwrap();
            assert_eq!(selecting.join().unwrap(), which);
        });
    }
}

#[test]
fn room_and_the_end_of_any_of_them_end_the_wait() {
    for (closes, only_ready) in [(false, false), (false, true), (true, false), (true, true)] {
        finishes(move || {
            let (sender, receiver) = bounded(1);
            sender.send(1).unwrap();
            let (_silent, silence) = bounded::<u8>(1);
            let selecting = asleep(move || {
                let mut select = Select::new();
                select.recv(&silence);
                let sends = select.send(&sender);
                if only_ready {
                    assert_eq!(select.ready(), sends);
                    sender.try_send(2).map_err(|error| error.into_inner())
                } else {
                    let operation = select.select();
                    operation.send(&sender, 2).map_err(|error| error.into_inner())
                }
            });
            if closes {
                assert!(receiver.close());
                assert_eq!(selecting.join().unwrap(), Err(2));
            } else {
                assert_eq!(receiver.recv(), Ok(1));
                assert_eq!(selecting.join().unwrap(), Ok(()));
                assert_eq!(receiver.recv(), Ok(2));
            }
        });
    }
}

/// Who is ready takes nothing: what it was told of is told to another.
#[test]
fn who_is_only_ready_keeps_nothing_from_others() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let looks = receiver.clone();
        let first = asleep(move || {
            let mut select = Select::new();
            select.recv(&looks);
            select.ready()
        });
        let second = asleep(move || receiver.recv());
        sender.send(7).unwrap();
        assert_eq!((first.join().unwrap(), second.join().unwrap()), (0, Ok(7)));
    });
}

/// Beside one who takes from either, a thread that has sent one finds one.
#[test]
fn what_is_there_is_found() {
    const ROUNDS: usize = times(10_000);
    finishes(|| {
        let ((one, ones), (two, twos)) = (bounded(1), bounded(1));
        let ((start, started), (end, ended)) = (sync_channel(0), sync_channel(0));
        let (ones, twos) = (&ones, &twos);
        thread::scope(|scope| {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    start.send(()).unwrap();
                    one.send(1).unwrap();
                    match round % 3 {
                        0 => {
                            let mut select = Select::new();
                            let first = select.recv(ones);
                            select.recv(twos);
                            let operation = select.try_select().expect("one of the two is there");
                            let from = if operation.index() == first { ones } else { twos };
                            operation.recv(from).unwrap();
                        }
                        1 => select! {
                            recv(ones) -> one => assert!(one.is_ok()),
                            recv(twos) -> one => assert!(one.is_ok()),
                            default => unreachable!("one of the two is there"),
                        },
                        _ => {
                            let mut select = Select::new();
                            select.recv(ones);
                            select.recv(twos);
                            assert!(select.try_ready().is_ok(), "one of the two is there");
                            assert!(ones.try_recv().is_ok() || twos.try_recv().is_ok());
                        }
                    }
                    end.send(()).unwrap();
                    let _ = twos.try_recv();
                }
            });
            for _ in 0..ROUNDS {
                started.recv().unwrap();
                two.send(1).unwrap();
                let _ = ones.try_recv();
                ended.recv().unwrap();
            }
        });
    });
}

#[test]
fn many_selects_share_channels_and_lose_nothing() {
    const EACH: usize = times(3000);
    finishes(|| {
        let arrivals = Arrivals::of(4, EACH);
        let (one, ones) = bounded(1);
        let (two, twos) = bounded(3);
        let received = AtomicUsize::new(0);
        thread::scope(|scope| {
            for id in 0..4 {
                let (one, two, messages) = (one.clone(), two.clone(), arrivals.messages(id));
                scope.spawn(move || {
                    for message in messages {
                        select! {
                            send(one, message) -> sent => sent.unwrap(),
                            send(two, message) -> sent => sent.unwrap(),
                        }
                    }
                });
            }
            drop((one, two));
            for _ in 0..3 {
                let (ones, twos, received) = (ones.clone(), twos.clone(), &received);
                // Two channels keep no common order: each has its own book.
                let (mut book, mut other) = (arrivals.book(), arrivals.book());
                scope.spawn(move || {
                    let mut select = Select::new();
                    let first = select.recv(&ones);
                    let mut open = vec![first, select.recv(&twos)];
                    while !open.is_empty() {
                        let operation = select.select();
                        let index = operation.index();
                        let (from, book) =
                            if index == first { (&ones, &mut book) } else { (&twos, &mut other) };
                        match operation.recv(from) {
                            Ok(message) => book.note(message),
                            Err(RecvError) => {
                                select.remove(index);
                                open.retain(|one| *one != index);
                            }
                        }
                    }
                    received.fetch_add(book.len() + other.len(), Ordering::Relaxed);
                });
            }
        });
        arrivals.assert_all();
        assert_eq!(received.into_inner(), 4 * EACH);
    });
}

/// Tasks that are told and not polled keep a select from nothing.
#[test]
fn futures_that_are_kept_stand_beside_selects() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    finishes(|| {
        let (sender, receiver) = bounded(1);
        let mut context = Context::from_waker(Waker::noop());
        let kept = receiver.clone();
        let mut kept = pin!(kept.recv_async());
        assert!(kept.as_mut().poll(&mut context).is_pending());
        let selects = receiver.clone();
        let selecting = asleep(move || {
            let mut select = Select::new();
            select.recv(&selects);
            select.select().recv(&selects)
        });
        // The first goes to the task, which is not polled; who sends the second and has to wait asks again.
        sender.send(1).unwrap();
        let another = sender.clone();
        let sends = thread::spawn(move || another.send(2));
        assert_eq!(selecting.join().unwrap(), Ok(1));
        assert_eq!((sends.join().unwrap(), receiver.recv()), (Ok(()), Ok(2)));
    });
}
