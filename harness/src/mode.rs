//! How the threads of a slice use their handles: by operations that never wait and the wait that is common to
//! all, by the queue's own waiting operations, or in batches.
//!
//! What the threads do with it is in [`work`](crate::work); conformance does the same with another
//! [`Tally`](crate::message::Tally).

use crate::contender::{BatchSink, BatchSource, Sink, Source, WaitingSink, WaitingSource};
use crate::gate::Finish;
use crate::message::Message;
use crate::wait::{self, Looks};

/// The largest batch; its buffers are on the stack of each thread.
pub const MAX_BATCH: usize = 64;

/// A way to move one message from a handle `S` of a producer to a handle `R` of a consumer.
pub trait Mode<S, R, P: Message>: 'static {
    /// Whether failed operations are seen here, and so counted.
    const SEES_FAILURES: bool;

    /// Puts a message in as soon as there is room. `false`: nobody is left who would take it.
    fn put(producer: &mut S, message: P, looks: &mut Looks) -> bool;

    /// Takes a message out as soon as there is one; nothing when the producers have finished and none is left.
    fn get(consumer: &mut R, finish: &Finish, looks: &mut Looks) -> Option<P>;
}

/// The common wait.
#[derive(Debug)]
pub struct Polled;

impl<S: Sink<P>, R: Source<P>, P: Message> Mode<S, R, P> for Polled {
    const SEES_FAILURES: bool = true;

    #[inline]
    fn put(producer: &mut S, message: P, looks: &mut Looks) -> bool {
        let mut message = Some(message);
        wait::until(looks, || match producer.push(message.take()?) {
            Ok(()) => Some(true),
            Err(back) => {
                message = Some(back);
                None
            }
        })
    }

    #[inline]
    fn get(consumer: &mut R, finish: &Finish, looks: &mut Looks) -> Option<P> {
        wait::until_finished(finish, looks, || consumer.pop())
    }
}

/// The operations that wait; a slice ends by disconnection.
#[derive(Debug)]
pub struct Waiting;

impl<S: WaitingSink<P>, R: WaitingSource<P>, P: Message> Mode<S, R, P> for Waiting {
    const SEES_FAILURES: bool = false;

    #[inline]
    fn put(producer: &mut S, message: P, _looks: &mut Looks) -> bool {
        producer.send(message).is_ok()
    }

    #[inline]
    fn get(consumer: &mut R, _finish: &Finish, _looks: &mut Looks) -> Option<P> {
        consumer.recv()
    }
}

/// Puts all of `messages` in, by as few operations as there is room. A look that moves at least one message
/// is not a failed one.
pub fn put_all(producer: &mut impl BatchSink<u64>, messages: &[u64], looks: &mut Looks) {
    let mut rest = messages;
    while !rest.is_empty() {
        let look = || some_unless_zero(producer.push_batch(rest));
        let pushed = wait::until(looks, look);
        rest = &rest[pushed..];
    }
}

/// Takes messages out as soon as there are any, as many as there is room for.
#[inline]
pub fn get_some<'a>(
    consumer: &mut impl BatchSource<u64>,
    room: &'a mut [u64],
    finish: &Finish,
    looks: &mut Looks,
) -> Option<&'a [u64]> {
    let look = || some_unless_zero(consumer.pop_batch(room));
    let popped = wait::until_finished(finish, looks, look)?;
    Some(&room[..popped])
}

/// The number of messages that moved, if any did.
#[inline]
fn some_unless_zero(moved: usize) -> Option<usize> {
    (moved > 0).then_some(moved)
}
