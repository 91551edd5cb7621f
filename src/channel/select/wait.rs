//! How a thread waits for the first of several operations.
//!
//! 1. It attempts each, some times over ([`attempt_any`]).
//! 2. It joins those who wait for each, and attempts it once more ([`Places::look`]): whoever makes one possible after
//!    that wakes it.
//! 3. It sleeps until one of them does ([`Places::sleep`]), and goes on at 2.
//!
//! At a rendezvous it waits in a line, where others may meet it, only from after 2 until it is awake again ([`Lines`]). Whom
//! it meets there may be a select that has no message yet: it has left the lists of all others before it waits for that, since
//! who notifies a thread counts on it.

use core::task::{Context, Waker};
use std::sync::Arc as StdArc;
use std::time::Instant;
use std::vec::Vec;

use super::channel::Channel;
use crate::channel::core::End;
use crate::channel::list::{Patience, Rest, Who};
use crate::channel::meeting::{Joins, Party};
use crate::channel::pace::{Pace, Pauses, WaitStrategy};
use crate::channel::trace::sleeps_at;
use crate::channel::waiters::Waiting;
use crate::sync::{Arc, Panics, Sleeper, before_blocking, is_over};

/// What a thread may wait for beside others.
pub(in crate::channel) trait Operation {
    /// What there is to show for it when it is done.
    type Done;

    /// Does it, if it can be done now.
    fn attempt(&mut self) -> Option<Self::Done>;

    /// The same for one who has waited for it.
    fn attempt_waited(&mut self) -> Option<Self::Done>;

    /// The channel, and the end of it at which this is done.
    fn at(&self) -> (&dyn Channel, End);

    /// Whether the thread waits for it in the line of a rendezvous.
    fn is_meeting(&self) -> bool {
        self.at().0.is_meeting()
    }

    /// Leaves that line, and does not go on by it.
    fn leave(&self, number: u64);

    /// Does it where it was met in that line; nothing where who has met it gives up.
    fn met(&mut self, number: u64) -> Option<Self::Done>;
}

/// Does the first that can be done now; which.
fn attempt_any<O: Operation>(all: &mut [O]) -> Option<(usize, O::Done)> {
    let mut all = all.iter_mut().enumerate();
    all.find_map(|(i, operation)| Some((i, operation.attempt()?)))
}

/// The same for one who does not wait, and so looks twice: what is at one of two places, and goes only when something has come to
/// the other, is found, though that one was looked at before.
pub(in crate::channel) fn attempt_last<O: Operation>(all: &mut [O]) -> Option<(usize, O::Done)> {
    attempt_any(all).or_else(|| attempt_any(all))
}

/// Does the first that can be done before the deadline, at once if that is over; which.
pub(in crate::channel) fn wait<O: Operation>(
    all: &mut [O],
    deadline: Option<Instant>,
) -> Option<(usize, O::Done)> {
    let has_lines = all.iter().any(|operation| operation.is_meeting());
    let mut turns = Pace::new(WaitStrategy::Adaptive).begin(0, Pauses::between(1, 1));
    loop {
        let done = attempt_any(all);
        if done.is_some() {
            return done;
        }
        if is_over(deadline) {
            // Twice, as `attempt_last`.
            return attempt_any(all);
        }
        if has_lines || !turns.take() {
            break;
        }
    }
    before_blocking();
    sleeps_at(all.len());
    let mut places = Places::of(all.len());
    loop {
        let mut rest = match places.look(all) {
            Ok(done) => {
                // Before the return, as in `Core::wait`.
                drop(places);
                return Some(done);
            }
            Err(_) if is_over(deadline) => return None,
            Err(rest) => rest,
        };
        let next = all.iter().filter_map(|operation| operation.at().0.next()).min();
        let until = deadline.into_iter().chain(next).min();
        if !has_lines {
            places.sleep(rest, until);
            continue;
        }
        let mut lines = Lines::new(all);
        rest = rest.min(lines.join(&places.waker, &mut places.patience));
        while rest != Rest::No && !lines.party.is_decided() && turns.take() {}
        places.sleep(rest, until);
        if let Some((i, number)) = lines.leave() {
            let mut panics = Panics::default();
            places.leave(&mut panics);
            let done = all[i].met(number);
            // Who has met it is not left waiting.
            panics.resume();
            if let Some(done) = done {
                return Some((i, done));
            }
        }
    }
}

/// A thread in the lines of those who wait at rendezvous. It is met in one of them at most, and attempts nothing
/// meanwhile. Dropped, it leaves them.
struct Lines<'a, O: Operation> {
    all: &'a [O],
    party: Arc<Party>,
    /// Of which operation, under which number.
    numbers: Vec<(usize, u64)>,
}

impl<'a, O: Operation> Lines<'a, O> {
    fn new(all: &'a [O]) -> Self {
        Self { all, party: Arc::new(Party::new()), numbers: Vec::new() }
    }

    /// Joins them; what the thread does then.
    fn join(&mut self, waker: &Waker, patience: &mut Patience) -> Rest {
        for (i, operation) in self.all.iter().enumerate().filter(|(_, one)| one.is_meeting()) {
            let (channel, end) = operation.at();
            let Joins::Line(number) = channel.join(end, waker.clone(), &self.party, i) else {
                return Rest::No;
            };
            self.numbers.push((i, number));
        }
        let mut rest = Rest::Sleep;
        for (i, _) in &self.numbers {
            let (channel, end) = self.all[*i].at();
            channel.tell(end);
            rest = rest.min(channel.rest(end, patience));
        }
        rest
    }

    /// Leaves them; where it was met.
    fn leave(mut self) -> Option<(usize, u64)> {
        let met = self.party.leave()?;
        let at = self.numbers.iter().position(|(i, _)| *i == met)?;
        Some(self.numbers.swap_remove(at))
    }
}

impl<O: Operation> Drop for Lines<'_, O> {
    fn drop(&mut self) {
        for (i, number) in self.numbers.drain(..) {
            self.all[i].leave(number);
        }
    }
}

/// A thread among those who wait for each of several operations.
struct Places {
    sleeper: StdArc<Sleeper>,
    waker: Waker,
    /// One for each operation; none where it was notified, or has not joined yet.
    waiting: Vec<Option<Waiting>>,
    /// With those who were told that it is in a line.
    patience: Patience,
}

impl Places {
    fn of(operations: usize) -> Self {
        let sleeper = Sleeper::new();
        let waker = Waker::from(StdArc::clone(&sleeper));
        let waiting = (0..operations).map(|_| None).collect();
        Self { sleeper, waker, waiting, patience: Patience::of(Who::Thread) }
    }

    /// Attempts each, after it has joined those who wait for it; else what the thread does then.
    fn look<O: Operation>(&mut self, all: &mut [O]) -> Result<(usize, O::Done), Rest> {
        let mut context = Context::from_waker(&self.waker);
        let mut rest = Rest::Sleep;
        for (i, (operation, place)) in all.iter_mut().zip(&mut self.waiting).enumerate() {
            if operation.is_meeting() {
                let (channel, end) = operation.at();
                if channel.is_ready(end) {
                    let mut panics = Panics::default();
                    self.leave(&mut panics);
                    panics.resume();
                    return operation.attempt().map(|done| (i, done)).ok_or(Rest::No);
                }
                continue;
            }
            // A notification is used up by the attempt that follows; one for an operation that is
            // not attempted is passed on.
            let waiting = place.get_or_insert_with(|| {
                let (channel, end) = operation.at();
                channel.begin(end, self.waker.clone())
            });
            if waiting.poll(&mut context).is_ready() {
                *place = None;
            }
            if let Some(done) = operation.attempt_waited() {
                return Ok((i, done));
            }
            match place {
                Some(waiting) => {
                    let (channel, end) = operation.at();
                    rest = rest.min(channel.rest(end, &mut waiting.patience));
                }
                None => rest = Rest::No,
            }
        }
        Err(rest)
    }

    /// Leaves all that it has joined, also where a waker panics that it wakes.
    fn leave(&mut self, panics: &mut Panics) {
        for place in &mut self.waiting {
            panics.catch(|| drop(place.take()));
        }
    }

    /// Sleeps until one of those that it has joined wakes it, or the deadline is over.
    fn sleep(&self, rest: Rest, deadline: Option<Instant>) {
        if rest != Rest::No {
            self.sleeper.sleep(rest.until(deadline));
        }
    }
}
