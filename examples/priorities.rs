//! A worker with more to do than it can: what is urgent is done first, and what is not is done all the same.
//!
//! Three classes share a worker: control messages, requests, and work in the background. Requests come faster
//! than they are done, so that by urgency alone the background would wait for ever. The clock of this example is the
//! number of messages done, so that it says the same everywhere.
//!
//! ```text
//! cargo run --example priorities
//! ```

use std::thread;

use ringway::channel::{Receiver, Sender, bounded, priorities};

const NAMES: [&str; 3] = ["control", "requests", "background"];

/// One message of each class comes after so many are done; of the requests two.
const PERIODS: [usize; 3] = [25, 1, 20];

/// So many messages are done.
const DONE: usize = 10_000;

/// When a message was sent.
type Sent = usize;

/// What became of a class.
#[derive(Clone, Copy, Default)]
struct Account {
    done: usize,
    refused: usize,
    longest: usize,
}

/// Sends what comes at a time, and counts what finds no room.
fn arrive(senders: &[Sender<Sent>], accounts: &mut [Account], now: usize) {
    for ((sender, account), period) in senders.iter().zip(accounts).zip(PERIODS) {
        let n = if period == 1 { 2 } else { usize::from(now % period == 0) };
        for _ in 0..n {
            // A class that is full refuses its own, and holds up no other.
            account.refused += usize::from(sender.try_send(now).is_err());
        }
    }
}

/// Does one message after the other, in the order of the receiver.
fn work(senders: &[Sender<Sent>], receiver: &priorities::Receiver<Sent>) -> [Account; 3] {
    let mut accounts = [Account::default(); 3];
    for now in 0..DONE {
        arrive(senders, &mut accounts, now);
        let (class, sent) = receiver.recv_with_class().expect("the senders are here");
        accounts[class].done += 1;
        accounts[class].longest = accounts[class].longest.max(now - sent);
    }
    accounts
}

fn show(what: &str, accounts: [Account; 3]) {
    println!("{what}");
    for (Account { done, refused, longest }, name) in accounts.into_iter().zip(NAMES) {
        println!(
            "  {name:10} {done:5} done, {refused:5} refused, {longest:4} others before one at most"
        );
    }
}

/// Channels that are there already become classes: this worker stops at once, whatever there is to do.
fn stops_at_once() {
    let (stop, stopped): (_, Receiver<Option<u32>>) = bounded(1);
    let (add, jobs) = bounded(64);
    let receiver = priorities::Receiver::over([stopped, jobs]);
    let worker = thread::spawn(move || receiver.iter().map_while(|job| job).count());
    (0..64).for_each(|job| add.send(Some(job)).expect("the worker is here"));
    stop.send(None).expect("the worker is here");
    println!("stopped after {} of 64 jobs", worker.join().expect("it ends"));
}

fn main() {
    let (senders, receiver) = priorities([16, 32, 64]);
    let accounts = work(&senders, &receiver.strict());
    assert_eq!(accounts[2].done, 0, "it starves");
    show("by urgency alone", accounts);

    let (senders, receiver) = priorities([16, 32, 64]);
    let accounts = work(&senders, &receiver.with_turns(9));
    // At most 63 of its own before it, and 20 for each of the two classes that take turns.
    assert!(accounts[2].done > 0 && accounts[2].longest < 64 * 20);
    show("one of ten by turn", accounts);

    stops_at_once();
}
