//! Ways to wait: each gets every message across, alone and beside the others.

use std::thread;

use ringway::channel::{Receiver, Sender, WaitStrategy, bounded};

use crate::arrivals::Arrivals;
use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::watch::{asleep, finishes};

on_kinds!(every_strategy_gets_messages_across, strategies_mix);

/// All ways.
const STRATEGIES: [WaitStrategy; 4] =
    [WaitStrategy::Adaptive, WaitStrategy::BusySpin, WaitStrategy::Yield, WaitStrategy::Park];

/// How many messages a sender sends.
const EACH: usize = times(1000);

/// Moves messages between handles that wait in their own ways.
fn transfer<P: End, C: End>(senders: Vec<Sender<u64, P, C>>, receivers: Vec<Receiver<u64, C>>) {
    finishes(move || {
        let arrivals = Arrivals::of(senders.len(), EACH);
        thread::scope(|scope| {
            for (id, sender) in senders.into_iter().enumerate() {
                let messages = arrivals.messages(id);
                scope.spawn(move || messages.for_each(|message| sender.send(message).unwrap()));
            }
            for receiver in receivers {
                let mut book = arrivals.book();
                scope.spawn(move || receiver.into_iter().for_each(|message| book.note(message)));
            }
        });
        arrivals.assert_all();
    });
}

fn every_strategy_gets_messages_across<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    for strategy in STRATEGIES {
        for capacity in [1, 16] {
            println!("{strategy:?}, capacity {capacity}");
            let (sender, receiver) = make(capacity, 0);
            let sender = sender.with_wait_strategy(strategy);
            let receiver = receiver.with_wait_strategy(strategy);
            transfer(senders(sender, 2), receivers(receiver, 2));
        }
    }
}

fn strategies_mix<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    let (sender, receiver) = make(1, 0);
    let with_each = |n| STRATEGIES.into_iter().cycle().skip(n);
    let senders = senders(sender, 4).into_iter().zip(with_each(0));
    let receivers = receivers(receiver, 4).into_iter().zip(with_each(1));
    transfer(
        senders.map(|(sender, strategy)| sender.with_wait_strategy(strategy)).collect(),
        receivers.map(|(receiver, strategy)| receiver.with_wait_strategy(strategy)).collect(),
    );
}

#[test]
fn the_default_adapts_and_falls_asleep() {
    assert_eq!(WaitStrategy::default(), WaitStrategy::Adaptive);
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let receiving = asleep(move || receiver.recv());
        sender.send(1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
    });
}

#[test]
fn one_who_parks_sleeps_and_clones_do_too() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let receiver = receiver.with_wait_strategy(WaitStrategy::Park).clone();
        let receiving = asleep(move || receiver.recv());
        sender.send(1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
        let sender = sender.with_wait_strategy(WaitStrategy::Park);
        drop(sender.clone());
    });
}

#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "Miri tells no thread what it has used")]
fn one_who_spins_or_yields_never_sleeps() {
    use crate::watch::Usage;
    use std::time::Duration;
    for strategy in [WaitStrategy::BusySpin, WaitStrategy::Yield] {
        finishes(move || {
            let (_sender, receiver) = bounded::<u8>(1);
            let receiver = receiver.with_wait_strategy(strategy);
            let before = Usage::of_this_thread();
            assert!(receiver.clone().recv_timeout(Duration::from_millis(50)).is_err());
            let after = Usage::of_this_thread();
            assert_eq!(after.sleeps, before.sleeps, "{strategy:?}");
        });
    }
}
