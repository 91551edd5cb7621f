//! Ping-pong: one message goes to another thread through a queue and back through a second one.
//!
//! Nothing is ever full and nothing overlaps: what is measured is how long a message takes to be seen, twice.
//! A round trip counts as one message.

use crate::contender::{Contender, Handles};
use crate::message::Tally;
use crate::mode::Mode;
use crate::slice::{Body, Done, Job, timed};

/// The two threads, on two cores.
pub fn bodies<C, M, T>(job: &Job) -> Vec<Body<T>>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
    T: Tally,
{
    let pair = || {
        let (mut sinks, mut sources): Handles<C, u64> = C::create(job.group.capacity, 1, 1);
        (sinks.remove(0), sources.remove(0))
    };
    let ((mut to_other, mut from_one), (mut to_one, mut from_other)) = (pair(), pair());
    let share = job.shares()[0];
    let one = Body::new(job, 0, move |line| {
        let mut looks = line.looks();
        let mut tally = T::default();
        let timing = timed(|| {
            for sequence in 0..share.messages {
                if !M::put(&mut to_other, share.message(sequence), &mut looks) {
                    break;
                }
                let Some(message) = M::get(&mut from_other, &line.finish, &mut looks) else {
                    break;
                };
                tally.take(message);
            }
            drop(to_other);
            line.finish.producer_done();
        });
        Done::of_both_sides(
            timing,
            share.messages,
            tally,
            M::SEES_FAILURES.then_some(looks.failed()),
        )
    });
    let other = Body::new(job, 1, move |line| {
        let mut looks = line.looks();
        let timing = timed(|| {
            while let Some(message) = M::get(&mut from_one, &line.finish, &mut looks) {
                if !M::put(&mut to_one, message, &mut looks) {
                    break;
                }
            }
        });
        Done { failures: M::SEES_FAILURES.then_some(looks.failed()), ..Done::in_time(timing) }
    });
    vec![one, other]
}
