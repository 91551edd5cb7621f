//! The checks that come before any number: real capacity, order, exactly once, drops.
//!
//! On one thread a contender is filled, drained and compared with what a queue must do; then it carries
//! numbered messages between threads through the same loops that are timed, and the consumers' logs are
//! examined in the order of arrival (nothing is sorted, which would hide broken order).
//!
//! A real capacity above the one asked for is a finding, not a failure, except for ringway's own rings,
//! which promise that the capacity asked for is the capacity given, and the control beside them. A bound is
//! no queue and exempt from what makes one; it is only checked through threads, by the loops that are timed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::contender::{
    BatchSink, BatchSource, Contender, Info, Role, Sink, Source, WaitingSink, WaitingSource,
};
use crate::contenders::bounds::{self, Bound};
use serde::{Deserialize, Serialize};

use crate::axes::{CAPACITY, Group, Topology};
use crate::message::{Share, origin};
use crate::mode::{Polled, Waiting};
use crate::platform;
use crate::slice::{self, Body, Job};
use crate::work::{batches, flow, pace::Immediately};

/// The capacities that are filled, beside the least: small, not a power of two, and the one of the contest.
const CAPACITIES: [usize; 3] = [4, SMALL, CAPACITY];

/// The capacity for all other checks: small, so that the queue is often full and often empty.
const SMALL: usize = 10;

/// What goes through threads in each topology.
const USUAL: Load = Load { capacity: SMALL, messages: 10_000, batch: 1 };

/// The same in batches, which divide neither the capacity nor the messages.
const BATCHES: Load = Load { batch: 7, ..USUAL };

/// The messages at the least capacity, where nearly every one is waited for.
const FEW_MESSAGES: u64 = 1_000;

/// The topologies that are tried, where the kind permits them.
const THREADED: [Topology; 4] =
    [Topology::new(1, 1), Topology::new(2, 1), Topology::new(1, 2), Topology::new(2, 2)];

/// After so long a check through threads counts as hung.
const LIMIT: Duration = Duration::from_secs(20);

/// What the checks of a contender found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conformance {
    /// Each capacity asked for, with the one given.
    pub capacities: Vec<(usize, usize)>,
    /// The first check that failed, and how.
    pub failure: Option<String>,
    /// A check hung: its threads still run, and nothing can be timed beside them.
    pub hung: bool,
    /// Bytes of heap for each slot of a `u64`, at [`CAPACITY`].
    pub bytes_per_slot: Option<f64>,
    /// Heap allocations for each message, on one thread.
    pub allocs_per_msg: Option<f64>,
}

impl Conformance {
    /// The capacities that came out other than asked for: `asked 10, given 16`.
    pub fn rounded(&self) -> String {
        let rounded = self.capacities.iter().filter(|(asked, given)| asked != given);
        let words = rounded.map(|(asked, given)| format!("asked {asked}, given {given}"));
        words.collect::<Vec<_>>().join("; ")
    }

    /// The capacity that was given for the one asked for.
    fn given(&self, asked: usize) -> usize {
        let known = self.capacities.iter().find(|known| known.0 == asked);
        known.map_or(asked, |&(_, given)| given)
    }

    /// Runs the next check, unless one has failed.
    fn check<E: fmt::Display>(
        mut self,
        name: &str,
        check: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Self {
        if self.failure.is_none() {
            self.failure = check(&mut self).err().map(|error| format!("{name}: {error}"));
        }
        self
    }
}

/// Checks a queue without batches that does not wait.
pub fn of_single<C: Contender>() -> Conformance {
    let found = alone::<C>().check("threads", |found| threads(&C::INFO, found, USUAL, single::<C>));
    let least = Load { capacity: C::LEAST_CAPACITY, messages: FEW_MESSAGES, ..USUAL };
    match C::INFO.role.bound() {
        Some(_) => found,
        None => found
            .check("threads, least capacity", |found| threads(&C::INFO, found, least, single::<C>)),
    }
}

/// Checks a queue with batches that does not wait.
pub fn of_batching<C: Contender>() -> Conformance
where
    C::Producer<u64>: BatchSink<u64>,
    C::Consumer<u64>: BatchSource<u64>,
{
    let found = of_single::<C>();
    let found = match C::INFO.role.bound() {
        Some(_) => found,
        None => found.check("batches", |found| random_batches::<C>(found.given(SMALL))),
    };
    let bodies = batches::bodies::<C, Vec<u64>>;
    found.check("threads, batches", |found| threads(&C::INFO, found, BATCHES, bodies))
}

/// Checks a queue that waits by itself.
pub fn of_waiting<C: Contender>() -> Conformance
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let bodies =
        |job: &Job| flow::bodies::<C, Waiting, u64, Vec<u64>, _, _>(job, Immediately, Immediately);
    of_single::<C>().check("threads, waiting", |found| threads(&C::INFO, found, USUAL, bodies))
}

/// Checks a bound that hands no message over.
pub fn of_bound<B: Bound>() -> Conformance {
    let bodies = bounds::bodies::<B, Vec<u64>>;
    Conformance::default()
        .check("threads", |found| threads(&B::INFO, found, USUAL, bodies))
        .check("threads, batches", |found| threads(&B::INFO, found, BATCHES, bodies))
}

/// The threads of a queue that does not wait.
fn single<C: Contender>(job: &Job) -> Vec<Body<Vec<u64>>> {
    flow::bodies::<C, Polled, u64, Vec<u64>, _, _>(job, Immediately, Immediately)
}

/// The checks on one thread.
fn alone<C: Contender>() -> Conformance {
    let found = Conformance::default();
    let exact = matches!(C::INFO.role, Role::Ringway | Role::Control);
    if C::INFO.role.bound().is_some() {
        return found;
    }
    found
        .check("capacity", |found| {
            for asked in CAPACITIES.into_iter().chain([C::LEAST_CAPACITY]) {
                let given = fill_and_drain::<C>(asked)?;
                found.capacities.push((asked, given));
                if given < asked || (given > asked && exact) {
                    return Err(format!("asked {asked}, given {given}"));
                }
            }
            Ok(())
        })
        .check("drops", |_| drops::<C>())
        .check("memory", memory::<C>)
}

/// What a queue takes of the heap: when it is made, and for messages.
fn memory<C: Contender>(found: &mut Conformance) -> Result<(), String> {
    let mut handles = None;
    let making = allocation_counter::measure(|| handles = Some(pair::<C, u64>(CAPACITY)));
    let (mut sink, mut source) = handles.ok_or("no queue")?;
    let mut messages = 0_u64;
    let using = allocation_counter::measure(|| {
        for _ in 0..4 {
            while sink.push(messages).is_ok() {
                messages += 1;
            }
            while source.pop().is_some() {}
        }
    });
    found.bytes_per_slot = Some(making.bytes_current as f64 / CAPACITY as f64);
    found.allocs_per_msg = Some(using.count_total as f64 / messages.max(1) as f64);
    Ok(())
}

/// A new queue with one handle on each side.
fn pair<C: Contender, T: Send + 'static>(capacity: usize) -> (C::Producer<T>, C::Consumer<T>) {
    let (mut sinks, mut sources) = C::create::<T>(capacity, 1, 1);
    (sinks.remove(0), sources.remove(0))
}

/// Fills and drains a queue several times, starting at different slots. The capacity that it has.
fn fill_and_drain<C: Contender>(asked: usize) -> Result<usize, String> {
    let (mut sink, mut source) = pair::<C, u64>(asked);
    let too_many = 4 * asked as u64 + 64;
    let mut given = None;
    for _ in 0..3 {
        let mut pushed = 0;
        while sink.push(pushed).is_ok() {
            pushed += 1;
            if pushed == too_many {
                return Err(format!("asked {asked}, not full after {pushed} pushes"));
            }
        }
        if *given.get_or_insert(pushed) != pushed {
            return Err(format!(
                "full after {pushed} pushes, at first after {}",
                given.unwrap_or(0)
            ));
        }
        let first = source.pop();
        let again = (sink.push(pushed).is_ok(), sink.push(pushed + 1).is_ok());
        if again != (true, false) {
            return Err("after one pop from a full queue not exactly one push succeeds".to_owned());
        }
        let mut received: Vec<u64> = first.into_iter().collect();
        received.extend(std::iter::from_fn(|| source.pop()));
        if !received.iter().copied().eq(0..=pushed) && C::INFO.fifo {
            return Err(format!("pushed 0 to {pushed} in order, popped {received:?}"));
        }
        // Another slot for the next round to start at.
        if sink.push(0).is_err() || source.pop() != Some(0) {
            return Err("a drained queue does not carry a message".to_owned());
        }
    }
    given.and_then(|given| usize::try_from(given).ok()).ok_or_else(|| "no capacity".to_owned())
}

/// Messages that were popped and messages that were left inside are each dropped exactly once.
fn drops<C: Contender>() -> Result<(), String> {
    /// A message that counts its drops.
    struct Witness(Arc<AtomicU32>);
    impl Drop for Witness {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let drops: Vec<_> = (0..13).map(|_| Arc::new(AtomicU32::new(0))).collect();
    let (mut sink, mut source) = pair::<C, Witness>(SMALL);
    let mut waiting = drops.iter().map(Arc::clone).map(Witness);
    // Across the end of the buffer: 6 in, 6 out, 7 in, 2 out, 5 left.
    for (pushes, pops) in [(6, 6), (7, 2)] {
        for witness in waiting.by_ref().take(pushes) {
            if sink.push(witness).is_err() {
                return Err("full below its capacity".to_owned());
            }
        }
        for _ in 0..pops {
            source.pop().ok_or("empty with messages inside")?;
        }
    }
    drop((sink, source));
    match drops.iter().map(|drops| drops.load(Ordering::Relaxed)).find(|&drops| drops != 1) {
        Some(times) => Err(format!("a message was dropped {times} times")),
        None => Ok(()),
    }
}

/// Batches of random lengths move what a `VecDeque` would.
fn random_batches<C: Contender>(given: usize) -> Result<(), String>
where
    C::Producer<u64>: BatchSink<u64>,
    C::Consumer<u64>: BatchSource<u64>,
{
    let (mut sink, mut source) = pair::<C, u64>(SMALL);
    let mut rng = fastrand::Rng::with_seed(0);
    let mut model = VecDeque::new();
    let mut next = 0;
    for _ in 0..1_000 {
        let batch: Vec<u64> = (next..next + rng.u64(0..2 * given as u64)).collect();
        let pushed = sink.push_batch(&batch);
        let fitting = batch.len().min(given - model.len());
        if pushed != fitting {
            return Err(format!("pushed {pushed} of {} where {fitting} fit", batch.len()));
        }
        model.extend(&batch[..pushed]);
        next += pushed as u64;

        let mut room = vec![u64::MAX; rng.usize(0..2 * given)];
        let popped = source.pop_batch(&mut room);
        let expected: Vec<u64> = model.drain(..room.len().min(model.len())).collect();
        if room[..popped] != expected {
            return Err(format!("popped {:?} instead of {expected:?}", &room[..popped]));
        }
    }
    Ok(())
}

/// What goes through threads.
struct Load {
    capacity: usize,
    messages: u64,
    batch: usize,
}

/// Numbered messages through threads, in every topology that the kind permits.
fn threads(
    info: &Info,
    found: &mut Conformance,
    Load { capacity, messages, batch }: Load,
    bodies: impl Fn(&Job) -> Vec<Body<Vec<u64>>>,
) -> Result<(), String> {
    for topology in THREADED.into_iter().filter(|&topology| info.kind.permits(topology)) {
        let job = Job {
            group: Group { capacity, ..Group::new(topology, batch) },
            messages,
            cores: platform::allowed_cores().into(),
            limit: LIMIT,
            planted: 0.0,
        };
        let logs = match slice::run(&job, topology.producers, bodies(&job)) {
            Ok(outcome) => outcome.tallies,
            Err(failure) => {
                found.hung = matches!(failure, slice::Failure::Hang(_));
                return Err(format!("{topology}: {failure}"));
            }
        };
        let shares = Share::divide(messages, topology.producers);
        examine(&logs, &shares, info.fifo).map_err(|error| format!("{topology}: {error}"))?;
    }
    Ok(())
}

/// Every message arrived exactly once, and each consumer saw each producer's messages in order.
pub(crate) fn examine(logs: &[Vec<u64>], shares: &[Share], fifo: bool) -> Result<(), String> {
    let mut arrived: Vec<_> =
        shares.iter().map(|share| vec![0_u32; share.messages as usize]).collect();
    for log in logs {
        let mut next = vec![0; shares.len()];
        for &message in log {
            let (producer, sequence) = origin(message);
            let times = arrived
                .get_mut(producer as usize)
                .and_then(|arrived| arrived.get_mut(sequence as usize))
                .ok_or_else(|| format!("received {message:#x}, which nobody sent"))?;
            *times += 1;
            let next = &mut next[producer as usize];
            if fifo && sequence < *next {
                return Err(format!("message {sequence} of producer {producer} out of order"));
            }
            *next = sequence + 1;
        }
    }
    for (producer, arrived) in arrived.iter().enumerate() {
        if let Some(sequence) = arrived.iter().position(|&times| times != 1) {
            let times = arrived[sequence];
            return Err(format!("message {sequence} of producer {producer} arrived {times} times"));
        }
    }
    Ok(())
}
