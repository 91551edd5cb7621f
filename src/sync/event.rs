//! A list of threads and tasks that wait: that of the crate `event-listener`, or, in models, one
//! that the explorer can see.

#[cfg(not(ringway_modelled))]
use core::task::{Context, Poll};
#[cfg(not(ringway_modelled))]
use std::time::Instant;

#[cfg(not(ringway_modelled))]
mod deferred;
#[cfg(ringway_modelled)]
mod modelled;
#[cfg(ringway_modelled)]
pub(crate) use modelled::{Event, Listener};

/// What threads and tasks wait for.
#[cfg(not(ringway_modelled))]
#[derive(Debug)]
pub(crate) struct Event(event_listener::Event);

#[cfg(not(ringway_modelled))]
impl Event {
    /// Nobody waits.
    pub(crate) const fn new() -> Self {
        Self(event_listener::Event::new())
    }

    /// Joins the end of the list.
    pub(crate) fn listen(&self) -> Listener {
        Listener { place: self.0.listen(), waker: None }
    }

    /// Notifies so many who are not notified yet, the longest waiting first. `tell` learns how
    /// many, before any task is woken.
    pub(crate) fn notify(&self, n: usize, tell: impl FnOnce(usize)) {
        use event_listener::IntoNotification;
        tell(self.0.notify(n.additional()));
        deferred::wake_all();
    }

    /// Notifies all of several lists; `tell` learns of which and how many, before any task is woken.
    pub(crate) fn notify_all<const N: usize>(events: [&Self; N], tell: impl Fn(usize, usize)) {
        use event_listener::IntoNotification;
        for (i, event) in events.into_iter().enumerate() {
            tell(i, event.0.notify(usize::MAX.additional()));
        }
        deferred::wake_all();
    }

    /// Sees to it that so many are notified, or all who wait.
    pub(crate) fn notify_at_least(&self, n: usize, tell: impl FnOnce(usize)) {
        tell(self.0.notify(n));
        deferred::wake_all();
    }
}

/// A place in the list.
#[cfg(not(ringway_modelled))]
#[derive(Debug)]
pub(crate) struct Listener {
    place: event_listener::EventListener,
    /// Of the last poll.
    waker: Option<deferred::Deferred>,
}

#[cfg(not(ringway_modelled))]
impl Listener {
    /// Blocks the thread until it is notified, or, which makes it false, the deadline is over.
    pub(crate) fn wait(self, deadline: Option<Instant>) -> bool {
        use event_listener::Listener;
        match deadline {
            None => {
                self.place.wait();
                true
            }
            Some(deadline) => self.place.wait_deadline(deadline).is_some(),
        }
    }

    /// Leaves the list; whether it was notified.
    pub(crate) fn leave(self) -> bool {
        event_listener::Listener::discard(self.place)
    }

    /// Ready when it is notified; else the task is woken then.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let is_known = self.waker.as_ref().is_some_and(|known| known.will_wake(context.waker()));
        // To clone a waker may panic: the one that is known stays until then.
        let new = (!is_known).then(|| deferred::Deferred::new(context.waker()));
        let known = new.and_then(|new| self.waker.replace(new));
        let waker = self.waker.as_ref().expect("it was known, or is new");
        let place = core::pin::Pin::new(&mut self.place);
        let polled = core::future::Future::poll(place, &mut Context::from_waker(waker.waker()));
        // The list has let go of it.
        drop(known);
        polled
    }
}
