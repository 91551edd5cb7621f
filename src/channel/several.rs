//! One who waits for several channels at once, by a place in the list of each.
//!
//! It joins all lists, looks at all channels, and sleeps. A notification that has come to one of its places
//! is used up by a look at that channel, and by no other (W2 of `waiters`): the place is given up just before
//! it. When a look succeeds the other places are left, and what had come there is passed on. So nothing that
//! one of the channels says is lost, whoever else waits there, for that one alone or for several too.

use core::ops::ControlFlow;
use core::task::{Context, Poll, Waker};
use std::time::Instant;
use std::vec::Vec;

use super::list::{Patience, Rest, Who};
use super::pace::{Pace, Pauses};
use super::trace::sleeps_at;
use super::waiters::Waiting;
use crate::position::Word;
use crate::sync::{Sleeper, before_blocking, is_over, retry};

/// The channels that one waits for, by their numbers.
pub(super) trait Several {
    /// How many there are.
    fn count(&self) -> usize;

    /// Whether nothing will ever come of this one, nor wake anybody: it is left out.
    fn is_over(&self, which: usize) -> bool;

    /// Joins those who wait for this one.
    fn begin(&self, which: usize, waker: Waker, who: Who) -> Waiting;

    /// What one does who is counted there and has looked in vain.
    fn rest(&self, which: usize, patience: &mut Patience) -> Rest;

    /// Whether it seems that an attempt would succeed.
    fn seems_ready(&self) -> bool;

    /// Where the counters of this end stand, all together.
    fn position(&self) -> Word;

    /// How many pauses one makes between two looks.
    fn pauses(&self) -> Pauses;

    /// Somebody waits, or goes to sleep.
    fn count_wait(&self, sleeps: bool);
}

/// What an attempt calls with the number of a channel, just before it looks at that; none where it is one of
/// somebody who has not waited.
pub(super) type Before<'a> = Option<&'a mut dyn FnMut(usize)>;

/// The places of one who waits, one for each channel. Dropped, all are left.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Vec<Option<Waiting>>,
    /// Whether what came to one of them was used up since it has joined all lists. That one is lacking then: what comes
    /// after the look, also the end of a channel, would wake nobody.
    is_used: bool,
}

impl Places {
    /// Joins each list where it has no place.
    fn join(&mut self, several: &impl Several, waker: &Waker, who: Who) {
        self.is_used = false;
        self.places.resize_with(several.count(), || None);
        for (which, place) in self.places.iter_mut().enumerate() {
            if several.is_over(which) {
                *place = None;
            } else if place.is_none() {
                *place = Some(several.begin(which, waker.clone(), who));
            }
        }
    }

    /// Uses up what has come to one of the places, if anything has; else the task of `context` is woken when it
    /// does.
    fn use_up(&mut self, which: usize, context: &mut Context<'_>) {
        let used = self.places[which].take_if(|waiting| waiting.poll(context).is_ready());
        self.is_used |= used.is_some();
    }

    /// What one does who has looked at all of them in vain: the least that one of the channels says. One that has
    /// ended since it has joined says that it looks again.
    fn rest(&mut self, several: &impl Several) -> Rest {
        let mut rest = Rest::Sleep;
        for (which, place) in self.places.iter_mut().enumerate() {
            if let Some(waiting) = place {
                rest = rest.min(several.rest(which, &mut waiting.patience));
            }
        }
        rest
    }
}

/// Tries until `attempt` succeeds or the deadline is over; at least once. As `Core::wait`.
#[inline(never)]
pub(super) fn wait<R>(
    several: &impl Several,
    pace: &Pace,
    deadline: Option<Instant>,
    mut attempt: impl FnMut(Before<'_>) -> Option<R>,
) -> Option<R> {
    if is_over(deadline) || several.seems_ready() {
        let done = attempt(None);
        if done.is_some() || is_over(deadline) {
            return done;
        }
    }
    before_blocking();
    several.count_wait(false);
    let turns = pace.begin(several.position(), several.pauses());
    let seems_ready = || several.seems_ready();
    if let ControlFlow::Break(done) = pace.look(turns, deadline, seems_ready, || attempt(None)) {
        return done;
    }
    sleeps_at(several.count());
    let sleeper = Sleeper::new();
    let waker = Waker::from(sleeper.clone());
    let mut context = Context::from_waker(&waker);
    let mut places = Places::default();
    loop {
        places.join(several, &waker, Who::Thread);
        let done = attempt(Some(&mut |which| places.use_up(which, &mut context)));
        if done.is_some() || is_over(deadline) {
            // Before the return, as in `Core::wait`.
            drop(places);
            return done;
        }
        if places.is_used {
            continue;
        }
        let rest = places.rest(several);
        if rest == Rest::No {
            retry();
        } else {
            several.count_wait(true);
            sleeper.sleep(rest.until(deadline));
        }
    }
}

/// The same for a task, which waits by what it keeps in `waiting`. As `Core::poll`: where the attempt panics
/// it keeps no place.
pub(super) fn poll<R>(
    several: &impl Several,
    pace: &Pace,
    waiting: &mut Option<Places>,
    context: &mut Context<'_>,
    mut attempt: impl FnMut(Before<'_>) -> Option<R>,
) -> Poll<R> {
    let is_new = waiting.is_none();
    if is_new {
        let mut turns = pace.begin_task(several.position(), several.pauses());
        while !several.seems_ready() && turns.take() {}
        if let Some(done) = attempt(None) {
            pace.end(false);
            return Poll::Ready(done);
        }
        pace.end(true);
        several.count_wait(false);
        sleeps_at(several.count());
    }
    let mut places = waiting.take().unwrap_or_default();
    loop {
        places.join(several, context.waker(), Who::Task);
        if let Some(done) = attempt(Some(&mut |which| places.use_up(which, context))) {
            drop(places);
            return Poll::Ready(done);
        }
        if !places.is_used {
            break;
        }
    }
    if places.rest(several) != Rest::Sleep {
        context.waker().wake_by_ref();
    }
    *waiting = Some(places);
    several.count_wait(true);
    Poll::Pending
}
