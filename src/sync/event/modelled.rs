//! The list of waiters in models: with the promises of `event-listener`, under one lock.

use alloc::collections::VecDeque;
use core::task::{Context, Poll, Waker};
use std::time::Instant;
use std::vec::Vec;

use crate::sync::clock::sleep_until;
use crate::sync::explorer::sync::{Arc, Condvar, Mutex};

/// What threads and tasks wait for.
#[derive(Debug)]
pub(crate) struct Event(Arc<Mutex<VecDeque<Arc<Place>>>>);

/// What is known of one who waits.
#[derive(Debug)]
struct Place {
    notified: Mutex<Notified>,
    changed: Condvar,
}

/// Whether it is notified, and whom to wake then.
#[derive(Debug, Default)]
struct Notified {
    is_notified: bool,
    waker: Option<Waker>,
}

impl Place {
    /// Notifies it, unless it was.
    fn notify(&self) {
        let waker = {
            let mut notified = self.notified.lock().unwrap();
            notified.is_notified = true;
            notified.waker.take()
        };
        self.changed.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn is_notified(&self) -> bool {
        self.notified.lock().unwrap().is_notified
    }
}

impl Event {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(VecDeque::new())))
    }

    pub(crate) fn listen(&self) -> Listener {
        let notified = Mutex::new(Notified::default());
        let place = Arc::new(Place { notified, changed: Condvar::new() });
        self.0.lock().unwrap().push_back(Arc::clone(&place));
        Listener { event: Arc::clone(&self.0), place }
    }

    pub(crate) fn notify(&self, n: usize, tell: impl FnOnce(usize)) {
        let places = self.0.lock().unwrap();
        let waiting = places.iter().filter(|place| !place.is_notified()).take(n);
        tell(waiting.map(|place| place.notify()).count());
    }

    pub(crate) fn notify_all<const N: usize>(events: [&Self; N], tell: impl Fn(usize, usize)) {
        for (i, event) in events.into_iter().enumerate() {
            event.notify(usize::MAX, |notified| tell(i, notified));
        }
    }

    pub(crate) fn notify_at_least(&self, n: usize, tell: impl FnOnce(usize)) {
        let places = self.0.lock().unwrap();
        let (notified, waiting): (Vec<_>, Vec<_>) =
            places.iter().partition(|place| place.is_notified());
        let more = n.saturating_sub(notified.len());
        tell(waiting.into_iter().take(more).map(|place| place.notify()).count());
    }
}

/// A place in the list.
#[derive(Debug)]
pub(crate) struct Listener {
    event: Arc<Mutex<VecDeque<Arc<Place>>>>,
    place: Arc<Place>,
}

impl Listener {
    /// A deadline is over at once: what came before it and what comes after is up to the
    /// explorer. A
    /// notification that came before is used up, as that of a wait without a deadline.
    pub(crate) fn wait(self, deadline: Option<Instant>) -> bool {
        match deadline {
            Some(deadline) => sleep_until(deadline),
            None => {
                let mut notified = self.place.notified.lock().unwrap();
                while !notified.is_notified {
                    notified = self.place.changed.wait(notified).unwrap();
                }
            }
        }
        self.leave()
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        {
            let mut notified = self.place.notified.lock().unwrap();
            if !notified.is_notified {
                notified.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        self.remove();
        Poll::Ready(())
    }

    pub(crate) fn leave(self) -> bool {
        self.remove();
        self.place.is_notified()
    }

    /// Takes the place out of the list: nobody notifies it any more.
    fn remove(&self) {
        self.event.lock().unwrap().retain(|other| !Arc::ptr_eq(other, &self.place));
    }
}
