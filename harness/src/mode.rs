//! How the threads of a slice use their handles: one message at a time, in batches, or by the queue's own
//! waiting operations.
//!
//! These loops are what is timed. Conformance runs the same ones with another [`Tally`].

use crate::contender::{
    BatchSink, BatchSource, Contender, Sink, Source, WaitingSink, WaitingSource,
};
use crate::gate::Finish;
use crate::message::{Share, Tally};
use crate::wait;

/// The largest batch; its buffers are on the stack of each thread.
pub const MAX_BATCH: usize = 64;

/// A way for threads to use the handles of `C`.
pub trait Mode<C: Contender> {
    /// Sends a producer's share.
    fn produce(producer: &mut C::Producer<u64>, share: &Share, batch: usize);

    /// Receives until the producers have finished and nothing is left.
    fn consume(
        consumer: &mut C::Consumer<u64>,
        batch: usize,
        finish: &Finish,
        tally: &mut impl Tally,
    );
}

/// One message at a time, the common wait.
#[derive(Debug)]
pub struct Single;

impl<C: Contender> Mode<C> for Single {
    fn produce(producer: &mut C::Producer<u64>, share: &Share, _batch: usize) {
        for sequence in 0..share.messages {
            let message = share.message(sequence);
            wait::until(|| producer.push(message).ok());
        }
    }

    fn consume(
        consumer: &mut C::Consumer<u64>,
        _batch: usize,
        finish: &Finish,
        tally: &mut impl Tally,
    ) {
        while let Some(message) = wait::until_finished(finish, || consumer.pop()) {
            tally.take(message);
        }
    }
}

/// Batches, the common wait. A look that moves at least one message is not a failed one.
#[derive(Debug)]
pub struct Batched;

impl<C: Contender> Mode<C> for Batched
where
    C::Producer<u64>: BatchSink<u64>,
    C::Consumer<u64>: BatchSource<u64>,
{
    fn produce(producer: &mut C::Producer<u64>, share: &Share, batch: usize) {
        let mut buffer = [0; MAX_BATCH];
        let buffer = &mut buffer[..batch];
        let mut sent = 0;
        while sent < share.messages {
            for (place, sequence) in buffer.iter_mut().zip(sent..share.messages) {
                *place = share.message(sequence);
            }
            let filled = (share.messages - sent).min(batch as u64);
            let mut rest = &buffer[..filled as usize];
            while !rest.is_empty() {
                let pushed = wait::until(|| some_unless_zero(producer.push_batch(rest)));
                rest = &rest[pushed..];
            }
            sent += filled;
        }
    }

    fn consume(
        consumer: &mut C::Consumer<u64>,
        batch: usize,
        finish: &Finish,
        tally: &mut impl Tally,
    ) {
        let mut buffer = [0; MAX_BATCH];
        let buffer = &mut buffer[..batch];
        let mut look = |buffer: &mut [u64]| some_unless_zero(consumer.pop_batch(buffer));
        while let Some(popped) = wait::until_finished(finish, || look(buffer)) {
            for &message in &buffer[..popped] {
                tally.take(message);
            }
        }
    }
}

/// One message at a time by the operations that wait; the slice ends by disconnection.
#[derive(Debug)]
pub struct Waiting;

impl<C: Contender> Mode<C> for Waiting
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    fn produce(producer: &mut C::Producer<u64>, share: &Share, _batch: usize) {
        for sequence in 0..share.messages {
            if producer.send(share.message(sequence)).is_err() {
                // Every consumer has left early; the messages missing at the end say so.
                return;
            }
        }
    }

    fn consume(
        consumer: &mut C::Consumer<u64>,
        _batch: usize,
        _finish: &Finish,
        tally: &mut impl Tally,
    ) {
        while let Some(message) = consumer.recv() {
            tally.take(message);
        }
    }
}

/// The number of messages that moved, if any did.
#[inline]
fn some_unless_zero(moved: usize) -> Option<usize> {
    (moved > 0).then_some(moved)
}
