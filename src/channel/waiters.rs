//! Those who wait on one side of a channel, and the promise that none of them is forgotten.
//!
//! Who commits a message, or takes one, or makes room by passing positions that were skipped, then
//! asks whether anybody waits; who is about to wait is counted and then looks for a message once
//! more. Each writes a word and then reads the other's, with a fence between: at least one sees
//! what the other wrote. So
//!
//! - **W1** a message that is committed is seen by the last look of whoever goes to sleep after
//!   it, or its sender notifies one of those who sleep;
//! - **W2** a notification is used by one who looks for a message after it, or passed on by one
//!   who goes away.
//!
//! The fences are the asymmetric pair (`late::fence`) as long as nobody waits: nothing for those
//! who ask, a system call for the first who waits. It leaves a notice in the word that they ask
//! for, which says that they now take care, by a full fence of their own; whoever waits after that
//! needs no more than a full fence either. When nobody has waited for long the notice is taken
//! away.
//!
//! - **W3** the notice is confirmed only after the heavy fence that follows it: whoever asked
//!   before and saw none has committed where those can see it who see it confirmed.
//!   Fences stand on both sides of it, so that the word itself orders nothing.
//! - **W4** the notice goes only while nobody is counted.

use core::ops::Deref;
use core::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::list::{ALL, Asks, List, Patience, Rest, Ticket, Who};
use crate::late::{heavy_at, is_fence_free, light_at};
use crate::position::Word;
use crate::sync::edge::{self, Edge};
use crate::sync::{Arc, Atomic, Panics, Sleeper, at_most, full_fence, hook};

/// The notice: whoever asks takes care.
const CARE: Word = 1 << (Word::BITS - 1);

/// The notice is confirmed (W3).
const CONFIRMED: Word = 1 << (Word::BITS - 2);

/// So often somebody asks in vain before the notice is taken away.
const CALM: Word = 256;

/// One end of the channel, as seen by those who wait there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Senders wait for room.
    Sending,
    /// Receivers wait for messages.
    Receiving,
    /// Senders wait that have laid a claim to room (`budget`), in a list of their own.
    Claiming,
}

/// Those who wait at both ends.
///
/// What everybody asks for is in lines that nothing outside lies in, wherever half a line may begin: the counts of the
/// `Arc` are in the half line before, and the last half line has what only those need who wait.
#[derive(Debug)]
#[repr(C, align(32))]
pub struct Ends {
    pub(super) not_full: Waiters,
    pub(super) not_empty: Waiters,
}

impl Ends {
    /// Nobody waits.
    pub(super) fn idle() -> Arc<Self> {
        Arc::new(Self { not_full: Waiters::none(), not_empty: Waiters::none() })
    }
}

/// Those who wait at one of the ends.
#[derive(Clone, Debug)]
pub(super) struct AtEnd {
    pub(super) ends: Arc<Ends>,
    pub(super) end: End,
}

impl Deref for AtEnd {
    type Target = Waiters;

    fn deref(&self) -> &Waiters {
        match self.end {
            End::Sending | End::Claiming => &self.ends.not_full,
            End::Receiving => &self.ends.not_empty,
        }
    }
}

/// Those who wait on one side.
#[derive(Debug)]
#[repr(C)]
pub struct Waiters {
    /// How many are in the list and not notified, or about to join it, and the notice. It is 0 as
    /// long as nobody waits, and those who ask find it in their cache.
    word: Atomic,
    /// How often somebody asked in vain under the notice, about.
    calm: Atomic,
    list: List,
}

impl Waiters {
    /// Nobody waits.
    fn none() -> Self {
        // A model of the notice begins with it.
        let notice = if cfg!(ringway_modelled) && is_fence_free() { CARE | CONFIRMED } else { 0 };
        Self { word: Atomic::new(notice), calm: Atomic::new(0), list: List::new() }
    }

    /// Notifies so many of those who wait: there is that much more for them than before.
    #[inline(always)]
    pub(super) fn notify(&self, n: usize) {
        light_at(edge::WAKE_FENCE);
        if self.word.load(Edge::RELAXED) != 0 {
            self.notify_with_care(n);
        }
    }

    /// The same where somebody waits, or has not long ago.
    #[inline(never)]
    fn notify_with_care(&self, n: usize) {
        let word = self.look_with_care();
        if count(word) != 0 {
            let mut panics = Panics::default();
            self.tell(n as Word, &mut panics);
            panics.resume();
            return;
        }
        let calm = self.calm.load(Edge::RELAXED).wrapping_add(1);
        self.calm.store(calm, Edge::RELAXED);
        if calm >= CALM && word == CARE | CONFIRMED {
            // If somebody is counted by now, it stays (W4).
            let _ = self.word.compare_exchange(word, 0, Edge::RELAXED);
        }
    }

    /// Sees to it that so many of those who wait look again, or all of them; what the caller may do then.
    pub(super) fn ask(&self, n: usize, asks: Asks) -> Rest {
        if n == 0 || !self.has_any() {
            return Rest::Sleep;
        }
        let mut panics = Panics::default();
        let rest = self.list.ask(n, asks, &self.uncounts(), &mut panics);
        panics.resume();
        rest
    }

    /// What one does that is to sleep: it has asked for one of those who wait in passing, in vain, and `asks`
    /// once more, unless all of them are threads (L2).
    pub(super) fn rest(&self, asks: impl FnOnce() -> Rest) -> Rest {
        if self.list.has_tasks() { asks() } else { Rest::Sleep }
    }

    /// Whether anybody waits who is not notified, and may not have seen what the caller did before
    /// this.
    pub(super) fn has_any(&self) -> bool {
        light_at(edge::WAKE_FENCE);
        self.word.load(Edge::RELAXED) != 0 && count(self.look_with_care()) != 0
    }

    /// How many are in the list and not notified, or about to join it.
    pub(super) fn len(&self) -> Word {
        count(self.word.load(Edge::RELAXED))
    }

    /// The word, where a look behind the light fence found somebody or the notice.
    fn look_with_care(&self) -> Word {
        if is_fence_free() {
            full_fence(edge::WAKE_FENCE);
        }
        self.word.load(Edge::RELAXED)
    }

    /// Whether anybody waits in one of two lists, or has not long ago.
    #[inline(always)]
    pub(super) fn any_of(one: &Self, other: &Self) -> bool {
        light_at(edge::WAKE_FENCE);
        one.word.load(Edge::RELAXED) != 0 || other.word.load(Edge::RELAXED) != 0
    }

    /// Notifies all of some lists, also where a waker panics.
    pub(super) fn notify_all<'a>(lists: impl IntoIterator<Item = &'a Self>) {
        full_fence(edge::WAKE_FENCE);
        let mut panics = Panics::default();
        for waiters in lists {
            waiters.tell(ALL, &mut panics);
        }
        panics.resume();
    }

    /// Notifies so many of those in the list.
    fn tell(&self, n: Word, panics: &mut Panics) {
        self.list.notify(n, &self.uncounts(), panics);
    }

    /// So many less wait for a notification.
    fn uncount(&self, n: usize) {
        if n > 0 {
            self.word.fetch_sub(n as Word, Edge::RELAXED);
        }
    }

    /// What the list tells how many it has notified.
    fn uncounts(&self) -> impl Fn(usize) {
        |notified| self.uncount(notified)
    }

    /// Makes sure that those who ask see that the caller is counted, or that the caller sees what
    /// they committed before. `before` is the word that the caller found. False if the system
    /// refuses the fence that it once granted.
    fn be_seen(&self, before: Word) -> bool {
        self.calm.store(0, Edge::RELAXED);
        if !is_fence_free() {
            return heavy_at(edge::PARK_FENCE);
        }
        if before & CONFIRMED != 0 {
            // A full fence will do, and comes when it joins the list.
            return true;
        }
        self.word.fetch_or(CARE, Edge::RELAXED);
        hook::at(hook::Point::Asked);
        let is_granted = heavy_at(edge::PARK_FENCE);
        if is_granted {
            self.word.fetch_or(CONFIRMED, Edge::RELAXED);
        }
        is_granted
    }
}

/// How many are counted.
const fn count(word: Word) -> Word {
    word & !(CARE | CONFIRMED)
}

/// One who waits: counted and in the list, until it is notified. Dropped, it passes on a
/// notification that it did not use.
#[derive(Debug)]
pub(super) struct Waiting {
    waiters: AtEnd,
    /// Nothing after it was notified.
    ticket: Option<Ticket>,
    /// Whether the fence was granted: else nobody may sleep, since nobody might see it.
    is_seen: bool,
    /// With those who were notified at the other end.
    pub(super) patience: Patience,
}

/// How long a thread sleeps whom those who commit might not see.
const UNSEEN: Duration = Duration::from_millis(1);

impl Waiting {
    /// Joins the list; this waker is woken when it is notified. The caller looks once more before it sleeps.
    #[cold]
    pub(super) fn begin(waiters: AtEnd, waker: Waker, who: Who) -> Self {
        let before = waiters.word.fetch_add(1, Edge::RELAXED);
        // Only those in the list are uncounted by others: whoever is not there yet stays counted
        // through its fence, so that the notice that it confirms is still there (W4).
        let is_seen = waiters.be_seen(before);
        let mut panics = Panics::default();
        let ticket = Some(waiters.list.join(waker, who, &waiters.uncounts(), &mut panics));
        hook::at(hook::Point::Listed);
        let patience = Patience::of(who);
        let waiting = Self { waiters, ticket, is_seen, patience };
        panics.resume();
        waiting
    }

    /// Sleeps until its waker, that of this sleeper, is woken or the deadline is over, and leaves the list.
    /// Whether it was notified.
    pub(super) fn sleep(mut self, sleeper: &Sleeper, deadline: Option<Instant>) -> bool {
        let deadline = if self.is_seen { deadline } else { at_most(UNSEEN, deadline) };
        sleeper.sleep(deadline);
        let mut panics = Panics::default();
        let notified = self.leave(&mut panics);
        if panics.is_any() {
            // It does not look by it.
            self.pass_on(notified, &mut panics);
        }
        panics.resume();
        notified.is_some()
    }

    /// Ready when it is notified; else the task of `context`, and no other, is woken then.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker();
        if !self.is_seen {
            waker.wake_by_ref();
        }
        let Some(ticket) = &self.ticket else { return Poll::Ready(()) };
        let mut panics = Panics::default();
        let list = &self.waiters.list;
        let is_notified = list.is_notified(ticket, waker, &self.waiters.uncounts(), &mut panics);
        if is_notified {
            let who = self.ticket.take().map(|ticket| ticket.who);
            if panics.is_any() {
                // It does not look by it.
                self.pass_on(who, &mut panics);
            }
        }
        panics.resume();
        if is_notified { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Leaves the list; who was notified there, if it was.
    fn leave(&mut self, panics: &mut Panics) -> Option<Who> {
        let ticket = self.ticket.take()?;
        let who = ticket.who;
        if self.waiters.list.leave(ticket, &self.waiters.uncounts(), panics) {
            return Some(who);
        }
        self.waiters.uncount(1);
        None
    }

    /// Tells others of what one was notified of, if it was.
    fn pass_on(&self, notified: Option<Who>, panics: &mut Panics) {
        if let Some(who) = notified {
            self.waiters.list.pass_on(who, &self.waiters.uncounts(), panics);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut panics = Panics::default();
        let notified = self.leave(&mut panics);
        self.pass_on(notified, &mut panics);
        panics.resume();
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests;
