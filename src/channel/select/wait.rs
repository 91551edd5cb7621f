//! How a thread waits for the first of several operations.
//!
//! 1. It attempts each, some times over ([`attempt_any`]).
//! 2. It joins those who wait for each, and attempts it once more ([`Places::look`]): whoever makes one possible after
//!    that wakes it.
//! 3. It sleeps until one of them does ([`Places::sleep`]), and goes on at 2.

use core::task::{Context, Waker};
use std::sync::Arc;
use std::time::Instant;
use std::vec::Vec;

use crate::channel::list::{Patience, Rest};
use crate::channel::pace::{Pace, Pauses, WaitStrategy};
use crate::channel::waiters::Waiting;
use crate::sync::{Sleeper, before_blocking, now};

/// What a thread may wait for beside others.
pub(in crate::channel) trait Operation {
    /// What there is to show for it when it is done.
    type Done;

    /// Does it, if it can be done now.
    fn attempt(&mut self) -> Option<Self::Done>;

    /// The same for one who has waited for it.
    fn attempt_waited(&mut self) -> Option<Self::Done>;

    /// Joins those who wait for it.
    fn begin(&self, waker: Waker) -> Waiting;

    /// What the thread does that has attempted it in vain.
    fn rest(&self, patience: &mut Patience) -> Rest;
}

/// Does the first that can be done now; which.
pub(in crate::channel) fn attempt_any<O: Operation>(all: &mut [O]) -> Option<(usize, O::Done)> {
    let mut all = all.iter_mut().enumerate();
    all.find_map(|(i, operation)| Some((i, operation.attempt()?)))
}

/// Does the first that can be done before the deadline, at once if that is over; which.
pub(in crate::channel) fn wait<O: Operation>(
    all: &mut [O],
    deadline: Option<Instant>,
) -> Option<(usize, O::Done)> {
    let is_over = || deadline.is_some_and(|deadline| now() >= deadline);
    let mut turns = Pace::new(WaitStrategy::Adaptive).begin(0, Pauses::between(1, 1));
    loop {
        let done = attempt_any(all);
        if done.is_some() || is_over() {
            return done;
        }
        if !turns.take() {
            break;
        }
    }
    before_blocking();
    let mut places = Places::of(all.len());
    loop {
        let rest = match places.look(all) {
            Ok(done) => {
                // Before the return, as in `Core::wait`.
                drop(places);
                return Some(done);
            }
            Err(_) if is_over() => return None,
            Err(rest) => rest,
        };
        places.sleep(rest, deadline);
    }
}

/// A thread among those who wait for each of several operations.
struct Places {
    sleeper: Arc<Sleeper>,
    waker: Waker,
    /// One for each operation; none where it was notified, or has not joined yet.
    waiting: Vec<Option<Waiting>>,
}

impl Places {
    fn of(operations: usize) -> Self {
        let sleeper = Sleeper::new();
        let waker = Waker::from(Arc::clone(&sleeper));
        Self { sleeper, waker, waiting: (0..operations).map(|_| None).collect() }
    }

    /// Attempts each, after it has joined those who wait for it; else what the thread does then.
    fn look<O: Operation>(&mut self, all: &mut [O]) -> Result<(usize, O::Done), Rest> {
        let mut context = Context::from_waker(&self.waker);
        let mut rest = Rest::Sleep;
        for (i, (operation, place)) in all.iter_mut().zip(&mut self.waiting).enumerate() {
            // A notification is used up by the attempt that follows; one for an operation that is
            // not attempted is passed on.
            let waiting = place.get_or_insert_with(|| operation.begin(self.waker.clone()));
            if waiting.poll(&mut context).is_ready() {
                *place = None;
            }
            if let Some(done) = operation.attempt_waited() {
                return Ok((i, done));
            }
            match place {
                Some(waiting) => rest = rest.min(operation.rest(&mut waiting.patience)),
                None => rest = Rest::No,
            }
        }
        Err(rest)
    }

    /// Sleeps until one of those that it has joined wakes it, or the deadline is over.
    fn sleep(&self, rest: Rest, deadline: Option<Instant>) {
        if rest != Rest::No {
            self.sleeper.sleep(rest.until(deadline));
        }
    }
}
