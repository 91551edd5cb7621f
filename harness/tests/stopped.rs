//! One test of a queue that skips late threads and of one that does not: a producer is stopped between
//! claim and publication, and the others go on, or do not.
//!
//! `ArrayQueue` cannot take this test, since there the thread that runs it would wait for the stopped one
//! inside of `pop`. What a stop does to it shows in `cargo contest suspended`, which looks from outside.
#![cfg(target_os = "linux")]

use std::iter;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ringway_harness::contender::{Contender, Sink, Source};
use ringway_harness::contenders::claim_publish::ClaimPublish;
use ringway_harness::contenders::ringway::{Mpmc, Queue};
use ringway_harness::suspended::stop::{self, Victim};

const CAPACITY: usize = 4;

/// How often the queue is filled and emptied in each stop.
const LAPS: usize = 4;

/// So many stops that some of them land between claim and publication.
const STOPS: usize = 20_000;

/// So many of those are enough.
const ENOUGH: usize = 5;

/// Only a victim that is never inside of an operation takes so long to stop.
const LIMIT: Duration = Duration::from_secs(60);

/// What went in until the queue was full and came out until it was empty, lap after lap.
type Laps = [(usize, usize); LAPS];

/// Every stop was outside of claim and publication.
const UNDISTURBED: Laps = [(CAPACITY, CAPACITY); LAPS];

/// Stops a producer until enough stops were no undisturbed ones; what another thread could do in each.
fn stops<C: Contender>() -> Vec<Laps> {
    // A signal handler has no arguments, so there is one victim at a time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _only = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);

    let (mut sinks, mut sources) = C::create::<u64>(CAPACITY, 2, 2);
    let (mut sink, mut source) = (sinks.pop().unwrap(), sources.pop().unwrap());
    let (mut sink_of_victim, mut source_of_victim) = (sinks.pop().unwrap(), sources.pop().unwrap());
    let shared = Arc::new((AtomicBool::new(false), AtomicU64::new(0)));
    let of_victim = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        let (quit, rounds) = &*of_victim;
        while !quit.load(Ordering::Relaxed) {
            let _ = stop::inside(|| sink_of_victim.push(0));
            while source_of_victim.pop().is_some() {}
            rounds.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (quit, rounds) = &*shared;
    let victim = Victim::of(&thread).unwrap();
    let mut stops = Vec::new();
    let mut landed = 0;
    while landed < ENOUGH && stops.len() < STOPS {
        let stopped = victim.stop(LIMIT).unwrap();
        // What the victim left.
        while source.pop().is_some() {}
        let laps: Laps = std::array::from_fn(|_| {
            let pushed = iter::from_fn(|| sink.push(1).ok()).take(2 * CAPACITY).count();
            (pushed, iter::from_fn(|| source.pop()).take(2 * CAPACITY).count())
        });
        landed += usize::from(laps[1..] != UNDISTURBED[1..]);
        stops.push(laps);
        let before = rounds.load(Ordering::Relaxed);
        drop(stopped);
        // The next stop is not at the same place, and the queue is empty.
        while rounds.load(Ordering::Relaxed) == before {
            thread::yield_now();
        }
    }
    quit.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    assert_eq!(landed, ENOUGH, "stops between claim and publication, of {}", stops.len());
    stops
}

/// Whatever the victim has claimed costs a slot, and everything that is pushed is popped.
fn goes_on<C: Contender>() {
    for laps in stops::<C>() {
        for (pushed, popped) in &laps[1..] {
            assert_eq!(pushed, popped, "{laps:?}");
            assert!([CAPACITY - 1, CAPACITY].contains(pushed), "{laps:?}");
        }
    }
}

#[test]
fn the_others_go_on_beside_a_stopped_producer_of_a_queue() {
    goes_on::<Queue>();
}

#[test]
fn the_others_go_on_beside_a_stopped_producer_of_a_ring() {
    goes_on::<Mpmc>();
}

#[test]
fn the_others_stop_at_the_slot_of_a_stopped_producer_that_claims_and_publishes() {
    // What fits behind the claimed slot goes in, nothing comes out, and then nothing goes in either.
    let mut stopped = [(0, 0); LAPS];
    stopped[0].0 = CAPACITY - 1;
    for laps in stops::<ClaimPublish>() {
        assert!(laps == stopped || laps == UNDISTURBED, "{laps:?}");
    }
}
