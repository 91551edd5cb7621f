//! Those who wait, those who were notified, and how many more have to be.
//!
//! **L2** A task that was notified may never be polled: its future is kept beside others, or forgotten.
//! So whoever asks for one who looks again does not count on those for ever: when the others have had a
//! turn another is notified, then two, then four, until nobody is left who was not.
//! It does count on threads: one that goes passes its notification on to a thread, or to all tasks.

use alloc::collections::BTreeMap;
use core::mem;
use core::task::Waker;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::sync::at_most;

/// How often somebody asks in passing while all who were notified are tasks that have not been polled since,
/// before another is notified.
pub(super) const PATIENCE: usize = if cfg!(ringway_modelled) { 2 } else { 64 };

/// Those who wait, and how many were notified.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Those who are not notified, the longest waiting first.
    pub(super) waiting: BTreeMap<u64, Place>,
    /// The number of the next.
    pub(super) next: u64,
    /// How many places are those of tasks, whether they were notified or not.
    of_tasks: usize,
    /// How many threads were notified and have not looked for it yet.
    threads: usize,
    /// How many tasks were notified and have not been polled since.
    tasks: usize,
    /// How often somebody asked who was not due since one of them was polled, or more were notified in passing.
    asked: usize,
    /// How many were notified the last time in passing since none of them was polled.
    more: usize,
}

/// One who waits.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) waker: Quiet,
    pub(super) who: Who,
}

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) enum Who {
    /// It looks again when it is woken.
    Thread,
    /// It looks again when it is polled, if it ever is.
    Task,
}

/// What one does who has looked in vain, before it looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::channel) enum Rest {
    /// Nothing: nobody would wake it.
    No,
    /// It lets others have a turn: a task is polled again, a thread sleeps for [`TURN`].
    Turn,
    /// It sleeps until it is woken.
    Sleep,
}

/// Who asks for others that look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) enum Asks {
    /// One who goes on.
    Passing,
    /// One who is to sleep, and may let others have a turn first.
    Resting,
    /// One who has let others have turns enough, and so many more are to be notified.
    Due(usize),
}

/// How many turns one who is to sleep lets others have before more of them are notified.
#[derive(Clone, Copy, Debug)]
pub(in crate::channel) struct Patience {
    turns: u32,
    most: u32,
    /// How many are notified when it is over. It grows whoever acts meanwhile: when all were notified
    /// once, each has looked who is not kept.
    more: usize,
}

/// A task that is polled again may be so at once, while those that were notified are on their way to a thread
/// that polls them: so many polls take longer than that, some dozens of microseconds.
const TURNS: u32 = if cfg!(ringway_modelled) { 1 } else { 256 };

impl Patience {
    /// At the beginning of a wait.
    pub(in crate::channel) fn of(who: Who) -> Self {
        let most = match who {
            Who::Thread => 1,
            Who::Task => TURNS,
        };
        Self { turns: 0, most, more: 1 }
    }

    /// How it asks.
    pub(in crate::channel) fn asks(self) -> Asks {
        if self.turns < self.most { Asks::Resting } else { Asks::Due(self.more) }
    }

    /// It has asked, and does that now.
    pub(in crate::channel) fn note(&mut self, rest: Rest) {
        if rest != Rest::Turn {
            (self.turns, self.more) = (0, 1);
        } else if self.turns < self.most {
            self.turns += 1;
        } else {
            (self.turns, self.more) = (1, self.more.saturating_mul(2));
        }
    }
}

/// How long a thread lets others have a turn: longer than it takes to wake a thread that polls a task.
const TURN: Duration = Duration::from_micros(250);

impl Rest {
    /// Until when a thread sleeps that has this deadline.
    pub(in crate::channel) fn until(self, deadline: Option<Instant>) -> Option<Instant> {
        if self == Self::Sleep { deadline } else { at_most(TURN, deadline) }
    }
}

/// A waker whose drop does not panic.
#[derive(Debug)]
pub(in crate::channel) struct Quiet(Option<Waker>);

impl Quiet {
    pub(in crate::channel) fn of(waker: Waker) -> Self {
        Self(Some(waker))
    }

    pub(in crate::channel) fn waker(&self) -> &Waker {
        self.0.as_ref().expect("it is there until this is dropped")
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(self.0.take()))) {
            // What it says may panic in its turn.
            mem::forget(panic);
        }
    }
}

impl Places {
    /// One joins the end; its number.
    pub(super) fn join(&mut self, place: Place) -> u64 {
        self.of_tasks += usize::from(place.who == Who::Task);
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, place);
        number
    }

    /// One leaves that was not notified; else none.
    pub(super) fn leave(&mut self, number: u64) -> Option<Place> {
        let place = self.waiting.remove(&number)?;
        self.of_tasks -= usize::from(place.who == Who::Task);
        Some(place)
    }

    /// Notifies the one that has waited for the longest time: whom to wake.
    pub(super) fn notify_first(&mut self) -> Option<Quiet> {
        let (_, Place { waker, who }) = self.waiting.pop_first()?;
        *self.notified(who) += 1;
        Some(waker)
    }

    /// One who was notified looks again, or goes.
    pub(super) fn acts(&mut self, who: Who) {
        *self.notified(who) -= 1;
        if who == Who::Task {
            self.of_tasks -= 1;
            (self.asked, self.more) = (0, 0);
        }
    }

    /// How many of those whose numbers come before `end` are to be notified for the next thread to be, or for all
    /// to be.
    pub(super) fn to_thread(&self, end: u64) -> usize {
        let mut is_found = false;
        let to_thread = self
            .waiting
            .range(..end)
            .take_while(|(_, place)| !mem::replace(&mut is_found, place.who == Who::Thread));
        to_thread.count()
    }

    /// How many were notified and have not acted.
    fn notified(&mut self, who: Who) -> &mut usize {
        match who {
            Who::Thread => &mut self.threads,
            Who::Task => &mut self.tasks,
        }
    }

    /// How many have to be notified for so many to look again, and what comes of it.
    pub(super) fn ask(&mut self, n: usize, asks: Asks) -> (usize, Rest) {
        let lacking = n.saturating_sub(self.threads + self.tasks);
        let counts_on_them = match asks {
            Asks::Passing => self.threads >= n || self.tasks == 0,
            Asks::Resting | Asks::Due(_) => self.threads >= n || self.of_tasks == 0,
        };
        if counts_on_them || self.waiting.is_empty() {
            return (lacking, Rest::Sleep);
        }
        let more = match asks {
            Asks::Due(more) => more,
            Asks::Passing if self.asked >= PATIENCE => {
                self.asked = 0;
                self.more = (2 * self.more).clamp(1, self.waiting.len());
                self.more
            }
            Asks::Passing | Asks::Resting => {
                self.asked += 1;
                0
            }
        };
        let more = more.max(lacking);
        let is_left = more < self.waiting.len();
        (more, if is_left && asks != Asks::Passing { Rest::Turn } else { Rest::Sleep })
    }
}
