//! Pairs: each thread pushes a message, works for 50–150 ns, pops one, and works again.
//!
//! The queue is neither full nor empty for long, and a thread that works leaves the queue to the others: what a
//! queue costs where it is not all that there is to do.

use crate::contender::Contender;
use crate::message::{Share, Tally};
use crate::mode::Mode;
use crate::slice::{Body, Done, Job, timed};
use crate::work::busy::{Busy, Span};

/// The work after each operation.
const WORK: Span = Span::new(50, 150);

/// The threads: as many as there are producers, each with a handle of both sides, on cores of their own.
pub fn bodies<C, M, T>(job: &Job) -> Vec<Body<T>>
where
    C: Contender,
    M: Mode<C::Producer<u64>, C::Consumer<u64>, u64>,
    T: Tally,
{
    let threads = job.topology().producers;
    let (sinks, sources) = C::create::<u64>(job.group.capacity, threads, threads);
    let handles = sinks.into_iter().zip(sources).zip(job.shares()).enumerate();
    let body = |(number, ((mut sink, mut source), share)): (usize, ((_, _), Share))| {
        Body::new(job, number, move |line| {
            let mut looks = line.looks();
            let mut tally = T::default();
            let mut busy = Busy::new(WORK);
            let timing = timed(|| {
                for sequence in 0..share.messages {
                    let message = share.message(sequence);
                    if !M::put(&mut sink, message, &mut looks) {
                        break;
                    }
                    busy.work(message);
                    // As many have been pushed as are popped, and one more.
                    let Some(message) = M::get(&mut source, &line.finish, &mut looks) else {
                        break;
                    };
                    tally.take(message);
                    busy.work(message);
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
