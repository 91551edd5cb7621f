//! A list of threads and tasks that wait: that of the crate `event-listener`, or, in models, one
//! that loom can see.

#[cfg(not(ringway_loom))]
use core::task::{Context, Poll};
#[cfg(not(ringway_loom))]
use std::time::Instant;

#[cfg(ringway_loom)]
mod modelled;
#[cfg(ringway_loom)]
pub(crate) use modelled::{Event, Listener};

/// What threads and tasks wait for.
#[cfg(not(ringway_loom))]
#[derive(Debug)]
pub(crate) struct Event(event_listener::Event);

#[cfg(not(ringway_loom))]
impl Event {
    /// Nobody waits.
    pub(crate) const fn new() -> Self {
        Self(event_listener::Event::new())
    }

    /// Joins the end of the list.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.listen())
    }

    /// Notifies so many who are not notified yet, the longest waiting first.
    pub(crate) fn notify(&self, n: usize) {
        use event_listener::IntoNotification;
        self.0.notify(n.additional());
    }

    /// Sees to it that one is notified, if anybody waits.
    pub(crate) fn notify_one_at_least(&self) {
        self.0.notify(1);
    }
}

/// A place in the list. One that is notified and dropped passes the notification on.
#[cfg(not(ringway_loom))]
#[derive(Debug)]
pub(crate) struct Listener(event_listener::EventListener);

#[cfg(not(ringway_loom))]
impl Listener {
    /// Blocks the thread until it is notified or the deadline is over.
    pub(crate) fn wait(self, deadline: Option<Instant>) {
        use event_listener::Listener;
        match deadline {
            None => self.0.wait(),
            Some(deadline) => drop(self.0.wait_deadline(deadline)),
        }
    }

    /// Ready when it is notified; else the task is woken then.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        core::future::Future::poll(core::pin::Pin::new(&mut self.0), context)
    }
}
