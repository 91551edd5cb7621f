//! More threads than cores on small channels, by every way in and out: each message arrives once,
//! and those of one sender in order.

use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use ringway::channel::{Receiver, Selector, Sender, TryRecvError};

use crate::arrivals::{Arrivals, Dice};
use crate::common::{End, receivers, senders};
use crate::effort::{affordable, can_start, times};
use crate::polls::poll_once;
use crate::watch::finishes;

on_kinds!(
    every_message_arrives_once_and_in_order,
    a_channel_that_closes_gives_back_what_it_refuses
);

/// How many senders and receivers; a kind runs those that it allows.
const CREWS: [(usize, usize); 5] = [(1, 1), (3, 1), (1, 3), (2, 2), (8, 8)];

/// The messages of one run, from all senders together.
const MESSAGES: usize = times(6000);

/// A start from which the laps overflow in the middle of a run.
const START: u64 = u64::MAX - MESSAGES as u64 / 2;

/// Sends what is next of `rest`, somehow; how many went.
fn send<P: End, C: End>(sender: &Sender<u64, P, C>, rest: &[u64], dice: &mut Dice) -> usize {
    let next = rest[0];
    let n = (1 + dice.below(6)).min(rest.len());
    let few = Duration::from_micros(dice.below(20) as u64);
    match dice.below(9) {
        0 => sender.send(next).map_or(0, |()| 1),
        1 => sender.try_send(next).map_or(0, |()| 1),
        2 => sender.send_timeout(next, few).map_or(0, |()| 1),
        3 => match sender.send_slice(&rest[..n]) {
            Ok(()) => n,
            Err(unsent) => n - unsent.0.len(),
        },
        4 => {
            let mut messages = rest[..n].to_vec();
            let _ = sender.send_all(&mut messages);
            n - messages.len()
        }
        5 => block_on(sender.send_async(next)).map_or(0, |()| 1),
        6 => match poll_once(&mut sender.send_async(next)) {
            Poll::Ready(Ok(())) => 1,
            _ => 0,
        },
        7 => {
            let mut messages = rest[..n].to_vec();
            let _ = poll_once(&mut sender.send_all_async(&mut messages));
            n - messages.len()
        }
        _ => {
            let mut message = Some(next);
            Selector::new().send(sender, &mut message, |sent| sent.map_or(0, |()| 1)).wait()
        }
    }
}

/// Receives some, somehow; false if the channel is over.
fn recv<C: End>(receiver: &mut Receiver<u64, C>, into: &mut Vec<u64>, dice: &mut Dice) -> bool {
    let n = 1 + dice.below(6);
    let few = Duration::from_micros(dice.below(20) as u64);
    let one = match dice.below(9) {
        0 => receiver.recv().ok(),
        1 => match receiver.try_recv() {
            Err(TryRecvError::Empty) => return true,
            received => received.ok(),
        },
        2 => match receiver.recv_timeout(few) {
            Err(late) if late.is_timeout() => return true,
            received => received.ok(),
        },
        3 => return receiver.recv_many(into, n).is_ok(),
        4 => {
            into.extend(receiver.drain());
            return true;
        }
        5 => block_on(C::recv_async(receiver)).ok(),
        6 => match poll_once(&mut C::recv_async(receiver)) {
            Poll::Pending => return true,
            Poll::Ready(received) => received.ok(),
        },
        7 => return block_on(C::recv_many_async(receiver, into, n)).is_ok(),
        _ => Selector::new().recv(receiver, Result::ok).wait(),
    };
    into.extend(one);
    one.is_some()
}

fn every_message_arrives_once_and_in_order<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for capacity in affordable([1, 2, 7, 64]) {
        for (many, more) in CREWS {
            if !can_start(many + more) {
                continue;
            }
            let (sender, receiver) = make(capacity, START);
            let (senders, receivers) = (senders(sender, many), receivers(receiver, more));
            println!("capacity {capacity}, {} to {}", senders.len(), receivers.len());
            finishes(move || run(senders, receivers));
        }
    }
}

/// Moves all messages.
fn run<P: End, C: End>(senders: Vec<Sender<u64, P, C>>, receivers: Vec<Receiver<u64, C>>) {
    let arrivals = Arrivals::of(senders.len(), MESSAGES / senders.len());
    thread::scope(|scope| {
        for (id, sender) in senders.into_iter().enumerate() {
            let messages: Vec<_> = arrivals.messages(id).collect();
            scope.spawn(move || {
                let (mut rest, mut dice) = (&messages[..], Dice::seeded(id));
                while !rest.is_empty() {
                    rest = &rest[send(&sender, rest, &mut dice)..];
                }
            });
        }
        for (id, mut receiver) in receivers.into_iter().enumerate() {
            let mut book = arrivals.book();
            scope.spawn(move || {
                let (mut received, mut dice) = (Vec::new(), Dice::seeded(100 + id));
                while recv(&mut receiver, &mut received, &mut dice) {
                    received.drain(..).for_each(|message| book.note(message));
                }
            });
        }
    });
    arrivals.assert_all();
}

fn a_channel_that_closes_gives_back_what_it_refuses<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for round in 0..times(40) {
        let (sender, receiver) = make(1 + round % 5, START);
        let (senders, receivers) = (senders(sender, 3), receivers(receiver, 2));
        finishes(move || {
            let arrivals = Arrivals::of(senders.len(), times(2000));
            let sent = thread::scope(|scope| {
                let sending = senders.into_iter().enumerate().map(|(id, sender)| {
                    let messages: Vec<_> = arrivals.messages(id).collect();
                    scope.spawn(move || {
                        let (mut sent, mut dice) = (0, Dice::seeded(id + round));
                        while sent < messages.len() && !sender.is_closed() {
                            sent += send(&sender, &messages[sent..], &mut dice);
                        }
                        sent
                    })
                });
                let sending: Vec<_> = sending.collect();
                for (id, mut receiver) in receivers.into_iter().enumerate() {
                    let mut book = arrivals.book();
                    scope.spawn(move || {
                        let (mut received, mut dice) = (Vec::new(), Dice::seeded(100 + id));
                        while recv(&mut receiver, &mut received, &mut dice) {
                            received.drain(..).for_each(|message| book.note(message));
                            if id == 0 && book.len() > 20 * round {
                                receiver.close();
                            }
                        }
                    });
                }
                sending.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
            });
            assert_eq!(arrivals.len() - arrivals.missing(), sent);
        });
    }
}
