//! One thread: it fills half of the queue and empties it again, lap after lap.
//!
//! No cache line moves between cores and nobody waits, so that this is what the instructions of the
//! operations take. It is the only workload whose figures are steady on a machine that is not.

use crate::contender::Contender;
use crate::message::{Share, Tally};
use crate::mode::Mode;
use crate::slice::{Body, Done, Job, timed};

/// The thread, which has both handles.
pub fn bodies<C, M, T>(job: &Job) -> Vec<Body<T>>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
    T: Tally,
{
    let (sinks, sources) = C::create::<u64>(job.group.capacity, 1, 1);
    let half = job.group.capacity.div_ceil(2) as u64;
    let handles = sinks.into_iter().zip(sources).zip(job.shares());
    let body = |((mut sink, mut source), share): ((_, _), Share)| {
        Body::new(job, 0, move |line| {
            let mut looks = line.looks();
            let mut tally = T::default();
            let timing = timed(|| {
                let mut sent = 0;
                while sent < share.messages {
                    let lap = sent..share.messages.min(sent + half);
                    sent = lap.end;
                    let pops = lap.clone();
                    for sequence in lap {
                        M::put(&mut sink, share.message(sequence), &mut looks);
                    }
                    for _ in pops {
                        // Where one is missing the count of the slice is wrong, which is seen.
                        if let Some(message) = M::get(&mut source, &line.finish, &mut looks) {
                            tally.take(message);
                        }
                    }
                }
                drop(sink);
                line.finish.producer_done();
            });
            Done::of_both_sides(
                timing,
                share.messages,
                tally,
                M::SEES_FAILURES.then_some(looks.failed()),
            )
        })
    };
    handles.map(body).collect()
}
