//! A pipeline with fan-in: producers push into one queue, a stage pops from it and pushes into a second one,
//! and a consumer pops from that.

use std::sync::Arc;

use crate::contender::Contender;
use crate::gate::Finish;
use crate::message::{Share, Tally};
use crate::mode::Mode;
use crate::slice::{Body, Done, Job, timed};
use crate::wait::Looks;

/// The producers, the stage and the consumer, on cores in that order.
pub fn bodies<C, M, T>(job: &Job) -> Vec<Body<T>>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
    T: Tally,
{
    let producers = job.topology().producers;
    let (sinks, mut sources) = C::create::<u64>(job.group.capacity, producers, 1);
    let (mut second_sinks, mut second_sources) = C::create::<u64>(job.group.capacity, 1, 1);
    let seen = |looks: &Looks| M::SEES_FAILURES.then_some(looks.failed());

    let producer = |(number, (mut sink, share)): (usize, (C::Producer<u64>, Share))| {
        Body::new(job, number, move |line| {
            let mut looks = line.looks();
            let timing = timed(|| {
                for sequence in 0..share.messages {
                    if !M::put(&mut sink, share.message(sequence), &mut looks) {
                        break;
                    }
                }
                drop(sink);
                line.finish.producer_done();
            });
            Done { sent: Some(share.messages), failures: seen(&looks), ..Done::in_time(timing) }
        })
    };
    let mut bodies: Vec<Body<T>> =
        sinks.into_iter().zip(job.shares()).enumerate().map(producer).collect();

    let passed_on = Arc::new(Finish::new(1));
    let all_passed_on = Arc::clone(&passed_on);
    let (mut source, mut sink) = (sources.remove(0), second_sinks.remove(0));
    bodies.push(Body::new(job, producers, move |line| {
        let mut looks = line.looks();
        let timing = timed(|| {
            while let Some(message) = M::get(&mut source, &line.finish, &mut looks) {
                if !M::put(&mut sink, message, &mut looks) {
                    break;
                }
            }
            drop(sink);
            passed_on.producer_done();
        });
        Done { failures: seen(&looks), ..Done::in_time(timing) }
    }));
    let mut source = second_sources.remove(0);
    bodies.push(Body::new(job, producers + 1, move |line| {
        let mut looks = line.looks();
        let mut tally = T::default();
        let timing = timed(|| {
            while let Some(message) = M::get(&mut source, &all_passed_on, &mut looks) {
                tally.take(message);
            }
        });
        Done { tally: Some(tally), failures: seen(&looks), ..Done::in_time(timing) }
    }));
    bodies
}
