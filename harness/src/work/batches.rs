//! Saturation in batches.

use crate::contender::{BatchSink, BatchSource, Contender};
use crate::message::{Share, Tally};
use crate::mode::{MAX_BATCH, get_some, put_all};
use crate::slice::{Body, Done, Job, Line, timed};

/// The threads, on the cores of [`flow`](super::flow).
pub fn bodies<C, T: Tally>(job: &Job) -> Vec<Body<T>>
where
    C: Contender,
    C::Producer<u64>: BatchSink<u64>,
    C::Consumer<u64>: BatchSource<u64>,
{
    let topology = job.topology();
    of_handles(job, C::create::<u64>(job.group.capacity, topology.producers, topology.consumers))
}

/// The same with handles that are there.
pub fn of_handles<T: Tally>(
    job: &Job,
    (sinks, sources): (Vec<impl BatchSink<u64>>, Vec<impl BatchSource<u64>>),
) -> Vec<Body<T>> {
    let batch = job.group.batch;
    let producers =
        sinks.into_iter().zip(job.shares()).enumerate().map(|(number, (sink, share))| {
            Body::new(job, number, move |line| produce(line, sink, &share, batch))
        });
    let mut bodies: Vec<_> = producers.collect();
    bodies.extend(sources.into_iter().enumerate().map(|(number, source)| {
        Body::new(job, number + 1, move |line| consume(line, source, batch))
    }));
    bodies
}

/// Sends a share.
fn produce<T>(line: &Line, mut sink: impl BatchSink<u64>, share: &Share, batch: usize) -> Done<T> {
    let mut looks = line.looks();
    let timing = timed(|| {
        let mut buffer = [0; MAX_BATCH];
        let buffer = &mut buffer[..batch];
        let mut sent = 0;
        while sent < share.messages {
            for (place, sequence) in buffer.iter_mut().zip(sent..share.messages) {
                *place = share.message(sequence);
            }
            let filled = (share.messages - sent).min(batch as u64);
            put_all(&mut sink, &buffer[..filled as usize], &mut looks);
            sent += filled;
        }
        drop(sink);
        line.finish.producer_done();
    });
    Done { sent: Some(share.messages), failures: Some(looks.failed()), ..Done::in_time(timing) }
}

/// Receives until the producers have finished and nothing is left.
fn consume<T: Tally>(line: &Line, mut source: impl BatchSource<u64>, batch: usize) -> Done<T> {
    let mut looks = line.looks();
    let mut tally = T::default();
    let timing = timed(|| {
        let mut buffer = [0; MAX_BATCH];
        let buffer = &mut buffer[..batch];
        while let Some(popped) = get_some(&mut source, buffer, &line.finish, &mut looks) {
            for &message in popped {
                tally.take(message);
            }
        }
    });
    Done { tally: Some(tally), failures: Some(looks.failed()), ..Done::in_time(timing) }
}
