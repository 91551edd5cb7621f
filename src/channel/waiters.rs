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

use core::task::{Context, Poll};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::late::{heavy_at, is_fence_free, light_at};
use crate::position::Word;
use crate::sync::edge::{self, Edge};
use crate::sync::{Arc, Atomic, Event, Listener, full_fence, hook, now};

/// The notice: whoever asks takes care.
const CARE: Word = 1 << (Word::BITS - 1);

/// The notice is confirmed (W3).
const CONFIRMED: Word = 1 << (Word::BITS - 2);

/// So often somebody asks in vain before the notice is taken away.
const CALM: Word = 256;

/// The list of one side.
#[derive(Debug)]
pub(super) struct Waiters {
    /// How many are in the list and not notified, or about to join it, and the notice. It is 0 as
    /// long as nobody waits, and those who ask find it in their cache.
    word: CachePadded<Atomic>,
    /// How often somebody asked in vain under the notice, about.
    calm: Atomic,
    event: Event,
}

impl Waiters {
    /// Nobody waits.
    pub(super) fn none() -> Arc<Self> {
        // A model of the notice begins with it.
        let notice = if cfg!(ringway_modelled) && is_fence_free() { CARE | CONFIRMED } else { 0 };
        let word = CachePadded::new(Atomic::new(notice));
        Arc::new(Self { word, calm: Atomic::new(0), event: Event::new() })
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
            self.event.notify(n, |notified| self.uncount(notified));
            return;
        }
        let calm = self.calm.load(Edge::RELAXED).wrapping_add(1);
        self.calm.store(calm, Edge::RELAXED);
        if calm >= CALM && word == CARE | CONFIRMED {
            // If somebody is counted by now, it stays (W4).
            let _ = self.word.compare_exchange(word, 0, Edge::RELAXED);
        }
    }

    /// Sees to it that so many of those who wait look again, or all of them.
    pub(super) fn nudge(&self, n: usize) {
        if self.has_any() {
            self.event.notify_at_least(n, |notified| self.uncount(notified));
        }
    }

    /// Whether anybody waits who is not notified, and may not have seen what the caller did before
    /// this.
    pub(super) fn has_any(&self) -> bool {
        light_at(edge::WAKE_FENCE);
        self.word.load(Edge::RELAXED) != 0 && count(self.look_with_care()) != 0
    }

    /// How many are in the list and not notified, or about to join it.
    #[cfg(all(test, not(ringway_modelled)))]
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

    /// Notifies all of two lists, before any task is woken: a waker may panic.
    pub(super) fn notify_all(both: [&Self; 2]) {
        full_fence(edge::WAKE_FENCE);
        Event::notify_all(both.map(|waiters| &waiters.event), |i, n| both[i].uncount(n));
    }

    /// So many less wait for a notification.
    fn uncount(&self, n: usize) {
        self.word.fetch_sub(n as Word, Edge::RELAXED);
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
            full_fence(edge::PARK_FENCE);
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
    waiters: Arc<Waiters>,
    /// Nothing after it was notified.
    listener: Option<Listener>,
    /// Whether the fence was granted: else nobody may sleep, since nobody might see it.
    is_seen: bool,
}

/// How long a thread sleeps whom those who commit might not see.
const UNSEEN: Duration = Duration::from_millis(1);

impl Waiting {
    /// Joins the list. The caller looks once more before it sleeps.
    #[cold]
    pub(super) fn begin(waiters: &Arc<Waiters>) -> Self {
        let before = waiters.word.fetch_add(1, Edge::RELAXED);
        // Only those in the list are uncounted by others: whoever is not there yet stays counted
        // through its fence, so that the notice that it confirms is still there (W4).
        let is_seen = waiters.be_seen(before);
        let listener = Some(waiters.event.listen());
        hook::at(hook::Point::Listed);
        Self { waiters: Arc::clone(waiters), listener, is_seen }
    }

    /// Sleeps until it is notified or the deadline is over; it may also wake for no reason.
    pub(super) fn sleep(mut self, deadline: Option<Instant>) {
        let Some(listener) = self.listener.take() else { return };
        let deadline = if self.is_seen {
            deadline
        } else {
            let soon = now() + UNSEEN;
            Some(deadline.map_or(soon, |deadline| deadline.min(soon)))
        };
        if !listener.wait(deadline) {
            self.waiters.uncount(1);
        }
    }

    /// Ready when it is notified; else the task of `context`, and no other, is woken then.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_seen {
            context.waker().wake_by_ref();
        }
        let Some(listener) = &mut self.listener else { return Poll::Ready(()) };
        let polled = listener.poll(context);
        if polled.is_ready() {
            self.listener = None;
        }
        polled
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(listener) = self.listener.take() else { return };
        if listener.leave() {
            self.waiters.event.notify(1, |notified| self.waiters.uncount(notified));
        } else {
            self.waiters.uncount(1);
        }
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use core::task::Waker;

    use super::*;

    /// The word of a list, without the count.
    fn notice(waiters: &Waiters) -> Word {
        waiters.word.load(Edge::RELAXED) & (CARE | CONFIRMED)
    }

    #[test]
    fn the_notice_comes_with_a_waiter_and_goes_when_it_is_calm() {
        let waiters = Waiters::none();
        assert_eq!(waiters.word.load(Edge::RELAXED), 0, "nobody takes care for nobody");
        let waiting = Waiting::begin(&waiters);
        let expected = if is_fence_free() { CARE | CONFIRMED } else { 0 };
        assert_eq!(notice(&waiters), expected);
        assert!(waiters.has_any());
        waiters.notify(1);
        assert_eq!(count(waiters.word.load(Edge::RELAXED)), 0, "it is notified");
        (1..CALM).for_each(|_| waiters.notify(1));
        assert_eq!(notice(&waiters), expected, "it stays for a while");
        assert!(!waiters.has_any(), "nobody is counted, whatever the notice says");
        waiters.notify(1);
        assert_eq!(waiters.word.load(Edge::RELAXED), 0);
        drop(waiting);
        assert_eq!(waiters.word.load(Edge::RELAXED), 0);
    }

    /// The notice has bits of its own, above as many as can ever wait.
    #[test]
    fn the_count_is_beside_the_notice() {
        let waiters = Waiters::none();
        let all: [_; 5] = core::array::from_fn(|_| Waiting::begin(&waiters));
        assert_eq!(waiters.len(), 5);
        assert_eq!(count(notice(&waiters)), 0);
        waiters.notify(2);
        assert_eq!(waiters.len(), 3);
        waiters.nudge(2);
        assert_eq!(waiters.len(), 3, "two are notified already");
        drop(all);
        assert_eq!(waiters.len(), 0);
        let most: Word = CARE | CONFIRMED;
        assert_eq!((count(most), count(Word::MAX)), (0, Word::MAX >> 2));
    }

    /// One who is about to confirm the notice is still counted when all others are notified, and
    /// when somebody asks in vain for long (W3, W4).
    #[test]
    fn no_notice_is_confirmed_that_is_gone() {
        let waiters = Waiters::none();
        let beside = Arc::clone(&waiters);
        hook::set(move |point| {
            if point == hook::Point::Asked {
                let other = Waiting::begin(&beside);
                beside.notify(2);
                (0..2 * CALM).for_each(|_| beside.notify(1));
                drop(other);
            }
        });
        let waiting = Waiting::begin(&waiters);
        hook::set(|_| ());
        let found = notice(&waiters);
        assert!(found == 0 || found == CARE | CONFIRMED, "the notice is {found:x}");
        drop(waiting);
        assert_eq!(count(waiters.word.load(Edge::RELAXED)), 0);
    }

    /// Nobody else is told then (W2), and nobody stays counted.
    #[test]
    fn who_sleeps_uses_its_notification_or_is_counted_no_longer() {
        let waiters = Waiters::none();
        let [sleeper, next] = [(); 2].map(|()| Waiting::begin(&waiters));
        waiters.notify(1);
        sleeper.sleep(None);
        assert_eq!(waiters.len(), 1, "the next was told too");
        next.sleep(Some(now()));
        assert_eq!(waiters.len(), 0, "its time is over");
    }

    #[test]
    fn a_task_is_ready_when_it_is_notified() {
        let waiters = Waiters::none();
        let mut waiting = Waiting::begin(&waiters);
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.poll(&mut context).is_pending(), "nothing has come");
        waiters.notify(1);
        assert!(waiting.poll(&mut context).is_ready());
        drop(waiting);
        assert_eq!(waiters.len(), 0);
    }
}
