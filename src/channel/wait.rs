//! How threads and tasks wait at an end of a channel, and let those at the other end look.

use core::mem;
use core::ops::ControlFlow;
use core::task::{Context, Poll, Waker};
use std::time::Instant;

use super::attempt::Attempt;
use super::budget::Budget;
use super::core::Core;
use super::kind::Kind;
use super::list::{Asks, Patience, Rest, Who};
use super::pace::{Pace, Pauses};
use super::trace::Event;
use super::waiters::{AtEnd, End, Waiting};
use crate::position::Word;
use crate::sequencer::{Emptying, Filling};
use crate::sync::{Arc, SLOTS_FOR_A_PAUSE, Sleeper, before_blocking, is_over, retry};

/// For so many slots a sender makes a pause between two looks at least. It has a whole channel of messages before its own: if it
/// came for each slot as soon as that is free, both ends would work on the same lines for as long as the channel
/// is full.
const SLOTS_FOR_A_PAUSE_OF_A_SENDER: usize = 2 * SLOTS_FOR_A_PAUSE;

impl<T, C: Kind> Core<T, C> {
    /// Tries until `attempt` succeeds or the deadline is over; at least once.
    ///
    /// An attempt fails only if there is no room, or no message, and the channel is open. While it
    /// spins it looks at what the other end writes last, and attempts nothing before that is
    /// there: those who are about to be done would be held up.
    #[inline(never)]
    pub(super) fn wait<R>(
        &self,
        mut end: End,
        pace: &Pace,
        deadline: Option<Instant>,
        mut attempt: impl Attempt<R>,
    ) -> Option<R> {
        if is_over(deadline) || self.seems_ready(end) {
            let done = attempt.attempt();
            if done.is_some() || is_over(deadline) {
                return done;
            }
        }
        before_blocking();
        self.count_wait(end, false);
        let turns = pace.begin(self.position(end), self.pauses(end));
        let seems_ready = || self.seems_ready(end);
        if let ControlFlow::Break(done) =
            pace.look(turns, deadline, seems_ready, || attempt.attempt())
        {
            return done;
        }
        self.tell(Event::Sleeps(end));
        let sleeper = Sleeper::new();
        let waker = Waker::from(sleeper.clone());
        let mut patience = Patience::of(Who::Thread);
        let mut was_told = false;
        loop {
            let waiting = Waiting::begin(self.waiters(end), waker.clone(), Who::Thread);
            let done = self.attempt_waited(end, || attempt.attempt());
            if done.is_some() || is_over(deadline) {
                // Before the return: where a waker panics that it wakes, what would be returned by then
                // would be lost and never dropped.
                drop(waiting);
                return done;
            }
            if mem::take(&mut was_told) {
                let waits_at = attempt.told_in_vain(end);
                if mem::replace(&mut end, waits_at) != waits_at {
                    continue;
                }
            }
            let rest = self.rest(end, &mut patience).min(attempt.rest(Who::Thread));
            if rest == Rest::No {
                retry();
            } else {
                self.count_wait(end, true);
                was_told = waiting.sleep(&sleeper, rest.until(deadline));
                if was_told {
                    patience = Patience::of(Who::Thread);
                }
            }
        }
    }

    /// The same for a task, which waits by what it keeps in `waiting`.
    ///
    /// A notification is used up before the attempt that it is for, so that the one who succeeds
    /// by it does not pass it on. Where the attempt panics, `waiting` keeps no place: what was to be
    /// done may be, and nobody would look by a notification that comes there.
    pub(super) fn poll<R>(
        &self,
        mut end: End,
        pace: &Pace,
        waiting: &mut Option<Waiting>,
        context: &mut Context<'_>,
        mut attempt: impl Attempt<R>,
    ) -> Poll<R> {
        let is_new = waiting.is_none();
        if is_new {
            let mut turns = pace.begin_task(self.position(end), self.pauses(end));
            while self.special.is_none() && !self.seems_ready(end) && turns.take() {}
        }
        let mut has_waited = !is_new;
        loop {
            let was_told = waiting.take_if(|begun| begun.poll(context).is_ready()).is_some();
            let place = waiting.take();
            let done = if has_waited {
                self.attempt_waited(end, || attempt.attempt())
            } else {
                attempt.attempt()
            };
            if let Some(done) = done {
                if is_new {
                    pace.end(place.is_some());
                }
                drop(place);
                return Poll::Ready(done);
            }
            if was_told {
                end = attempt.told_in_vain(end);
            }
            *waiting = place;
            if let Some(waiting) = waiting {
                if is_new {
                    pace.end(true);
                }
                let rest = self.rest(end, &mut waiting.patience).min(attempt.rest(Who::Task));
                if rest != Rest::Sleep {
                    context.waker().wake_by_ref();
                }
                self.count_wait(end, true);
                return Poll::Pending;
            }
            // Once for each wait, also if it is woken in vain.
            if !has_waited {
                self.count_wait(end, false);
                self.tell(Event::Sleeps(end));
            }
            has_waited = true;
            self.before_pending();
            let waker = context.waker().clone();
            *waiting = Some(Waiting::begin(self.waiters(end), waker, Who::Task));
        }
    }

    /// So many messages went in, of a sender that was late. The next sender is told: the slot that was held may have been in the
    /// way of others that are free.
    #[cold]
    #[inline(never)]
    pub(super) fn sent_late(&self, n: usize) {
        let _next = Next { core: self, end: End::Sending };
        self.sent(n);
    }

    /// What one does who was counted and has looked in vain, by what those of the other end do.
    ///
    /// A channel may be full of positions that were skipped, until a receiver passes them. So
    /// whoever finds it full lets a receiver look (`found_full`), and whoever finds it empty a sender
    /// (`take_last`). Of two who are counted and then do so, one sees the other. Whoever passes
    /// positions tells the senders of each besides (`came_out`).
    ///
    /// And whoever is to sleep asks once more: those who were told that there is room, or a message, may be
    /// tasks that nobody polls (L2 of `list`).
    pub(super) fn rest(&self, end: End, patience: &mut Patience) -> Rest {
        let asks = patience.asks();
        let rest = match end {
            End::Sending | End::Claiming => self.not_empty.rest(|| self.not_empty.ask(1, asks)),
            End::Receiving if self.ring.is_closed() => self.rest_otherwise(),
            End::Receiving => self.not_full.rest(|| self.let_senders_look(1, asks)),
        };
        patience.note(rest);
        rest
    }

    /// An attempt of one who has waited at this end. When it is done, or ends with the panic of a
    /// waker, which comes after it, the next is told.
    pub(super) fn attempt_waited<R>(
        &self,
        end: End,
        attempt: impl FnOnce() -> Option<R>,
    ) -> Option<R> {
        let next = Next { core: self, end };
        let done = attempt();
        match done {
            Some(_) => drop(next),
            None => mem::forget(next),
        }
        done
    }

    /// Tells the next of those who wait at this end: it may have looked in vain by the notification
    /// that was for what is there now.
    ///
    /// A slot that comes back late is room only when the positions before its next one are filled.
    /// So who was told of it may have found none, and sleeps again when one free slot makes room for
    /// two. Where the system refuses the fence that it once granted, so that nobody is skipped, it is
    /// the same with a message behind that of a sender who is late.
    fn go_on(&self, end: End) {
        match end {
            End::Sending | End::Claiming => _ = self.let_senders_look(1, Asks::Passing),
            End::Receiving => {
                // One that is only ready at a rendezvous has left a sender there.
                let meets = || self.meeting().is_some_and(|meeting| meeting.is_ready(end));
                if self.seems_ready(end) || meets() {
                    _ = self.not_empty.ask(1, Asks::Passing);
                }
            }
        }
    }

    /// Lets senders look again that wait though the channel is not full, as many as there is room
    /// for and at most so many. The caller need not be counted: a sender that did not see what it
    /// did before is seen here, behind the fence of `has_any`.
    pub(super) fn let_senders_look(&self, most: usize, asks: Asks) -> Rest {
        // The counters are asked only where somebody waits.
        if !self.not_full.has_any() {
            return Rest::Sleep;
        }
        let room = self.ring.capacity() - self.ring.len();
        // Positions that were skipped count as full, but the next one may be free all the same.
        let least = usize::from(self.ring.seems_ready::<Filling>());
        let room = room.max(least).min(self.budget.room());
        self.not_full.ask(room.min(most), asks)
    }

    /// Those who wait at this end.
    pub(super) fn waiters(&self, end: End) -> AtEnd {
        let claimants = self.budget.claimants().filter(|_| end == End::Claiming);
        AtEnd { ends: Arc::clone(claimants.unwrap_or(&self.ends)), end }
    }

    /// Whether it seems that an attempt at this end would succeed.
    #[inline(always)]
    pub(super) fn seems_ready(&self, end: End) -> bool {
        match end {
            End::Sending | End::Claiming => {
                self.budget.seems_free() && self.ring.seems_ready::<Filling>()
            }
            End::Receiving => self.ring.seems_ready::<Emptying>(),
        }
    }

    /// How many pauses one who waits at this end makes between two looks.
    fn pauses(&self, end: End) -> Pauses {
        let capacity = self.ring.capacity();
        let least = match end {
            End::Sending | End::Claiming => capacity / SLOTS_FOR_A_PAUSE_OF_A_SENDER,
            End::Receiving => 1,
        };
        Pauses::between(least as Word, (capacity / SLOTS_FOR_A_PAUSE) as Word)
    }

    /// Where the counter of this end stands.
    pub(super) fn position(&self, end: End) -> Word {
        match end {
            End::Sending | End::Claiming => self.ring.cursor::<Filling>().next.0,
            End::Receiving => self.ring.cursor::<Emptying>().next.0,
        }
    }
}

/// The next of those who wait at an end. Dropped, also on the way of a panic, it is told (`go_on`).
struct Next<'a, T, C: Kind> {
    core: &'a Core<T, C>,
    end: End,
}

impl<T, C: Kind> Drop for Next<'_, T, C> {
    fn drop(&mut self) {
        self.core.go_on(self.end);
    }
}
