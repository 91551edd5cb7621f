//! Producers push into a queue, consumers pop from it.
//!
//! Producer *i* runs on the allowed core *i* mod *n* and consumer *i* on core *i + 1* mod *n*, so that a
//! producer and the consumer of the same number are on different cores. What producers do before each message
//! and consumers after it is their [`Pace`]; in saturation it is nothing.

use hdrhistogram::Histogram;

use crate::contender::Contender;
use crate::message::{Message, Share, Tally};
use crate::mode::Mode;
use crate::slice::{Body, Done, Job, Line, timed};
use crate::work::pace::Pace;

/// The threads: `before` is what producers do before each message, `after` what consumers do after it.
pub fn bodies<C, M, P, T, B, A>(job: &Job, before: B, after: A) -> Vec<Body<T>>
where
    C: Contender,
    M: Mode<C::Producer<P>, C::Consumer<P>, P>,
    P: Message,
    T: Tally,
    B: Pace,
    A: Pace,
{
    let topology = job.topology();
    let handles = C::create::<P>(job.group.capacity, topology.producers, topology.consumers);
    of_handles::<_, _, M, P, T, B, A>(job, handles, before, after)
}

/// The same with handles that are there.
pub fn of_handles<S, R, M, P, T, B, A>(
    job: &Job,
    (sinks, sources): (Vec<S>, Vec<R>),
    before: B,
    after: A,
) -> Vec<Body<T>>
where
    S: Send + 'static,
    R: Send + 'static,
    M: Mode<S, R, P>,
    P: Message,
    T: Tally,
    B: Pace,
    A: Pace,
{
    let topology = job.topology();
    let mut bodies = Vec::with_capacity(topology.threads());
    for (number, (sink, share)) in sinks.into_iter().zip(job.shares()).enumerate() {
        let stock = P::stock(&share);
        let pace = before.clone();
        bodies.push(Body::new(job, number, move |line| {
            produce::<S, R, M, P, T, B>(line, sink, &share, stock, pace)
        }));
    }
    for (number, source) in sources.into_iter().enumerate() {
        let rest = P::rest(job.messages);
        let pace = after.clone();
        bodies.push(Body::new(job, number + 1, move |line| {
            consume::<S, R, M, P, T, A>(line, source, rest, pace)
        }));
    }
    bodies
}

/// Sends a share.
fn produce<S, R, M: Mode<S, R, P>, P: Message, T, B: Pace>(
    line: &Line,
    mut sink: S,
    share: &Share,
    mut stock: P::Stock,
    mut pace: B,
) -> Done<T> {
    let mut looks = line.looks();
    pace.begin(line.begin());
    let timing = timed(|| {
        for sequence in 0..share.messages {
            let message = share.message(sequence);
            pace.step(message);
            if !M::put(&mut sink, P::make(message, &mut stock), &mut looks) {
                // Every consumer has left early; the messages missing at the end say so.
                break;
            }
        }
        // Disconnects, and hands over what a handle may still hold back.
        drop(sink);
        line.finish.producer_done();
    });
    Done {
        sent: Some(share.messages),
        failures: M::SEES_FAILURES.then_some(looks.failed()),
        ..Done::in_time(timing)
    }
}

/// Receives until the producers have finished and nothing is left.
fn consume<S, R, M: Mode<S, R, P>, P: Message, T: Tally, A: Pace>(
    line: &Line,
    mut source: R,
    mut rest: P::Rest,
    mut pace: A,
) -> Done<T> {
    let mut looks = line.looks();
    let mut tally = T::default();
    pace.begin(line.begin());
    let timing = timed(|| {
        while let Some(message) = M::get(&mut source, &line.finish, &mut looks) {
            let message = message.read(&mut rest);
            pace.received(message);
            tally.take(message);
        }
    });
    let latencies: Option<Histogram<u64>> = pace.latencies();
    Done {
        tally: Some(tally),
        failures: M::SEES_FAILURES.then_some(looks.failed()),
        latencies,
        ..Done::in_time(timing)
    }
}
