//! How the threads of a slice use their handles: by operations that never wait and the wait that is common to
//! all, by the queue's own waiting operations, or in batches.
//!
//! What the threads do with it is in [`work`](crate::work); conformance does the same with another
//! [`Tally`](crate::message::Tally).

use crate::contender::{BatchSink, BatchSource, Sink, Source, WaitingSink, WaitingSource};
use crate::gate::Finish;
use crate::message::Message;
use crate::wait::{self, Failures};

/// The largest batch; its buffers are on the stack of each thread.
pub const MAX_BATCH: usize = 64;

/// A way to move one message from a handle `S` of a producer to a handle `R` of a consumer.
pub trait Mode<S, R, P: Message>: 'static {
    /// Whether failed operations are seen here, and so counted.
    const SEES_FAILURES: bool;

    /// The same, for a thread that waits for an answer to its message.
    type Prompt: Mode<S, R, P>;

    /// Puts a message in as soon as there is room. `false`: nobody is left who would take it.
    fn put(producer: &mut S, message: P, failures: &mut Failures) -> bool;

    /// Takes a message out as soon as there is one; nothing when the producers have finished and none is left.
    fn get(consumer: &mut R, finish: &Finish, failures: &mut Failures) -> Option<P>;
}

/// The common wait, with so many pauses between looks.
#[derive(Debug)]
pub struct Polled<const PAUSES: u32 = { wait::PAUSES }>;

impl<S: Sink<P>, R: Source<P>, P: Message, const PAUSES: u32> Mode<S, R, P> for Polled<PAUSES> {
    const SEES_FAILURES: bool = true;

    type Prompt = Polled<{ wait::PROMPT }>;

    #[inline]
    fn put(producer: &mut S, message: P, failures: &mut Failures) -> bool {
        let mut message = Some(message);
        wait::until::<PAUSES, _>(failures, || match producer.push(message.take()?) {
            Ok(()) => Some(true),
            Err(back) => {
                message = Some(back);
                None
            }
        })
    }

    #[inline]
    fn get(consumer: &mut R, finish: &Finish, failures: &mut Failures) -> Option<P> {
        wait::until_finished::<PAUSES, _>(finish, failures, || consumer.pop())
    }
}

/// The operations that wait; a slice ends by disconnection.
#[derive(Debug)]
pub struct Waiting;

impl<S: WaitingSink<P>, R: WaitingSource<P>, P: Message> Mode<S, R, P> for Waiting {
    const SEES_FAILURES: bool = false;

    type Prompt = Self;

    #[inline]
    fn put(producer: &mut S, message: P, _failures: &mut Failures) -> bool {
        producer.send(message).is_ok()
    }

    #[inline]
    fn get(consumer: &mut R, _finish: &Finish, _failures: &mut Failures) -> Option<P> {
        consumer.recv()
    }
}

/// Puts all of `messages` in, by as few operations as there is room. A look that moves at least one message
/// is not a failed one.
pub fn put_all(producer: &mut impl BatchSink<u64>, messages: &[u64], failures: &mut Failures) {
    let mut rest = messages;
    while !rest.is_empty() {
        let look = || some_unless_zero(producer.push_batch(rest));
        let pushed = wait::until::<{ wait::PAUSES }, _>(failures, look);
        rest = &rest[pushed..];
    }
}

/// Takes messages out as soon as there are any, as many as there is room for.
#[inline]
pub fn get_some<'a>(
    consumer: &mut impl BatchSource<u64>,
    room: &'a mut [u64],
    finish: &Finish,
    failures: &mut Failures,
) -> Option<&'a [u64]> {
    let look = || some_unless_zero(consumer.pop_batch(room));
    let popped = wait::until_finished::<{ wait::PAUSES }, _>(finish, failures, look)?;
    Some(&room[..popped])
}

/// The number of messages that moved, if any did.
#[inline]
fn some_unless_zero(moved: usize) -> Option<usize> {
    (moved > 0).then_some(moved)
}
