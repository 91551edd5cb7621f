//! What the threads of a slice do: the workloads.
//!
//! Each is a function that makes the [`Body`](crate::slice::Body) of every thread, generic over the contender
//! and the way to use its handles, so that everything between the gate and the finish is dispatched
//! statically. A further workload is a place on [`Workload`], a function like these, a
//! line in `other`, and its reasons not to run in `obstacle`.
//!
//! | workload | threads of *p*×*c* |
//! |---|---|
//! | saturation, burst, slow consumer, fixed rates | *p* producers, *c* consumers of one queue ([`mod@flow`]) |
//! | pairs | *p* = *c* threads, each with a handle of both sides ([`mod@pairs`]) |
//! | one-thread | one thread with a handle of both sides ([`mod@one_thread`]) |
//! | ping-pong | two threads, two queues, one message ([`mod@ping_pong`]) |
//! | pipeline | *p* producers, a stage, a consumer; two queues ([`mod@pipeline`]) |

pub mod batches;
pub mod busy;
pub mod flow;
pub mod one_thread;
pub mod pace;
pub mod pairs;
pub mod ping_pong;
pub mod pipeline;

use std::time::Duration;

use crate::axes::{Group, Payload, Workload};
use crate::contender::Contender;
use crate::message::{Checksum, Message};
use crate::mode::{Mode, Polled};
use crate::slice::{self, Failure, Job, Outcome};
use crate::work::pace::{Bursts, Immediately, OnTime, Recording, Timetable};

/// A slice sends at least so many times the capacity: with fewer laps a queue would hardly ever be full.
const LEAST_LAPS: u64 = 10;

/// A slice of a workload that does not fill the queue sends at least so many messages.
const LEAST_MESSAGES: u64 = 1_000;

/// What consumers do with each message of a slow consumer.
const SLOW: busy::Span = busy::Span::new(200, 400);

/// A slice by the common wait, of any payload.
pub(crate) fn polled<C: Contender>(job: &Job) -> Result<Outcome<Checksum>, Failure> {
    match job.group.payload {
        Payload::U64 => own_or_common::<C, Polled>(job),
        Payload::Line => saturation::<C, Polled, [u64; 8]>(job),
        Payload::Lines => saturation::<C, Polled, [u64; 32]>(job),
        Payload::Boxed => saturation::<C, Polled, Box<u64>>(job),
    }
}

/// A slice of any workload with `u64` messages.
pub(crate) fn own_or_common<C, M>(job: &Job) -> Result<Outcome<Checksum>, Failure>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
{
    match job.group.workload {
        Workload::Saturation => saturation::<C, M, u64>(job),
        workload => other::<C, M>(job, workload),
    }
}

/// A slice of saturation.
pub(crate) fn saturation<C, M, P>(job: &Job) -> Result<Outcome<Checksum>, Failure>
where
    C: Contender,
    M: Mode<C::Producer<P>, C::Consumer<P>, P>,
    P: Message,
{
    let bodies = flow::bodies::<C, M, P, Checksum, _, _>(job, Immediately, Immediately);
    slice::run(job, job.topology().producers, bodies)
}

/// A slice of any other workload.
fn other<C, M>(job: &Job, workload: Workload) -> Result<Outcome<Checksum>, Failure>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
{
    let producers = job.topology().producers;
    let bodies = match workload {
        Workload::Pairs => pairs::bodies::<C, M, _>(job),
        Workload::OneThread => one_thread::bodies::<C, M, _>(job),
        Workload::PingPong => ping_pong::bodies::<C, M, _>(job),
        Workload::Pipeline => pipeline::bodies::<C, M, _>(job),
        Workload::Burst => {
            let bursts = Bursts::of(job.group.capacity);
            flow::bodies::<C, M, u64, _, _, _>(job, bursts, Immediately)
        }
        Workload::SlowConsumer => {
            flow::bodies::<C, M, u64, _, _, _>(job, Immediately, pace::Working::new(SLOW))
        }
        Workload::Saturation | Workload::Rate100k | Workload::Rate1M | Workload::Rate4M => {
            let timetable = Timetable::new(workload.rate().unwrap_or(1), producers);
            let (on_time, recording) = (OnTime::new(timetable), Recording::new(timetable));
            flow::bodies::<C, M, u64, _, _, _>(job, on_time, recording)
        }
    };
    slice::run(job, producers, bodies)
}

/// Why a group does not make sense for anyone on so many cores, if it does not.
pub(crate) fn obstacle(group: &Group, cores: usize) -> Option<String> {
    let Group { topology, batch, payload, capacity, workload, .. } = *group;
    let plain = batch == 1 && payload == Payload::U64;
    let threads = topology.threads();
    let reason = match workload {
        Workload::Saturation if payload != Payload::U64 && batch > 1 => {
            "batches are of 8-byte messages"
        }
        Workload::Saturation => return None,
        _ if !plain => "single 8-byte messages alone have this workload",
        Workload::Pairs if topology.producers != topology.consumers => {
            "pairs need as many producers as consumers"
        }
        Workload::Pairs if topology.producers > capacity => "pairs need a slot for each thread",
        Workload::PingPong if threads > 2 => "ping-pong is 1x1",
        Workload::OneThread if threads > 2 => "one thread is a producer and a consumer: 1x1",
        Workload::Pipeline if topology.consumers != 1 => "a pipeline ends in one consumer",
        _ if workload.rate().is_some() && threads > cores => {
            "a fixed rate needs a core for each thread"
        }
        _ => return None,
    };
    Some(reason.to_owned())
}

/// The least and the most messages of a slice of a group.
pub(crate) fn bounds(group: &Group, slice: Duration) -> (u64, u64) {
    let laps = LEAST_LAPS * group.capacity as u64;
    let most = match group.payload {
        Payload::Boxed => Box::<u64>::MOST,
        _ => u64::MAX,
    };
    match group.workload {
        Workload::Pairs | Workload::PingPong => (LEAST_MESSAGES, most),
        workload => match workload.rate() {
            // As many as the rate allows in that time, whatever the queue does.
            Some(rate) => {
                let due = (rate as f64 * slice.as_secs_f64()) as u64;
                (due.max(LEAST_MESSAGES), due.max(LEAST_MESSAGES))
            }
            None => (laps, most.max(laps)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axes::Topology;
    use crate::contenders::ringway::Queue;
    use crate::platform;

    #[test]
    fn every_workload_moves_every_message_once() {
        for &workload in Workload::ALL {
            let group = Group { capacity: 8, workload, ..Group::new(Topology::new(1, 1), 1) };
            let job = Job {
                group,
                messages: 1001,
                cores: platform::allowed_cores().into(),
                limit: Duration::from_secs(60),
                planted: 0.0,
            };
            let outcome = polled::<Queue>(&job).unwrap();
            let received: Checksum = outcome.tallies.into_iter().sum();
            assert_eq!(received, Checksum::expected(&job.shares()), "{workload}");
        }
    }
}
