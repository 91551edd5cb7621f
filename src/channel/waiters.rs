//! Those who wait on one side of a channel, and the promise that none of them is forgotten.
//!
//! Who commits a message, or takes one, then asks whether anybody waits; who is about to wait is
//! counted and then looks for a message once more. Each writes a word and then reads the other's,
//! with the asymmetric pair of fences between (`late::fence`): at least one sees what the other
//! wrote. So
//!
//! - **W1** a message that is committed is seen by the last look of whoever goes to sleep after
//!   it, or its sender notifies one of those who sleep;
//! - **W2** a notification is used by one who looks for a message after it, or passed on by one
//!   who goes away.

use core::task::{Context, Poll};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::late::{heavy_at, light_at};
use crate::sync::edge::{self, Edge};
use crate::sync::{Arc, Atomic, Event, Listener, now};

/// The list of one side.
#[derive(Debug)]
pub(super) struct Waiters {
    /// How many are in the list or about to join it. Only they write it, so that those who ask
    /// find it in their cache.
    count: CachePadded<Atomic>,
    event: Event,
}

impl Waiters {
    /// Nobody waits.
    pub(super) fn none() -> Arc<Self> {
        Arc::new(Self { count: CachePadded::new(Atomic::new(0)), event: Event::new() })
    }

    /// Notifies so many of those who wait: there is that much more for them than before.
    #[inline(always)]
    pub(super) fn notify(&self, n: usize) {
        light_at(edge::WAKE_FENCE);
        if self.has_any() {
            self.notify_listed(n);
        }
    }

    /// Sees to it that one of those who wait looks again, if anybody waits.
    pub(super) fn nudge(&self) {
        if self.has_any() {
            self.event.notify_one_at_least();
        }
    }

    /// Notifies all.
    pub(super) fn notify_all(&self) {
        light_at(edge::WAKE_FENCE);
        self.notify_listed(usize::MAX);
    }

    /// Notifies so many of those in the list.
    #[cold]
    #[inline(never)]
    fn notify_listed(&self, n: usize) {
        self.event.notify(n);
    }

    /// Whether anybody waits.
    #[inline(always)]
    fn has_any(&self) -> bool {
        self.count.load(Edge::RELAXED) != 0
    }
}

/// One who waits: counted and in the list. Dropped, it passes on a notification that it did not
/// use.
#[derive(Debug)]
pub(super) struct Waiting {
    waiters: Arc<Waiters>,
    /// Nothing after it was used up.
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
        waiters.count.fetch_add(1, Edge::RELAXED);
        let listener = Some(waiters.event.listen());
        let is_seen = heavy_at(edge::PARK_FENCE);
        Self { waiters: Arc::clone(waiters), listener, is_seen }
    }

    /// Sleeps until it is notified or the deadline is over; it may also wake for no reason.
    pub(super) fn sleep(mut self, deadline: Option<Instant>) {
        let Some(listener) = self.listener.take() else { return };
        if self.is_seen {
            listener.wait(deadline);
        } else {
            let soon = now() + UNSEEN;
            listener.wait(Some(deadline.map_or(soon, |deadline| deadline.min(soon))));
        }
    }

    /// Ready when it is notified; else the task of `context`, and no other, is woken then.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_seen {
            context.waker().wake_by_ref();
        }
        match &mut self.listener {
            Some(listener) => listener.poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // The one who is notified next looks after this.
        self.listener = None;
        self.waiters.count.fetch_sub(1, Edge::RELAXED);
    }
}
