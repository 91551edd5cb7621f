//! Waiting for the end of a channel.
//!
//! Those who wait for it are in a list of their own, which is made for the first of them, and are told of
//! nothing else: no notification that is for a message or for room ever comes to one, however many are kept
//! and not polled.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
#[cfg(not(ringway_modelled))]
use std::boxed::Box;

use super::core::Core;
use super::future::DONE;
use super::kind::Kind;
use super::list::{ALL, List, Ticket, Who};
use super::{Receiver, Sender};
use crate::ring::Shared;
use crate::sync::Panics;

/// Those who wait for the end of a channel.
///
/// Who closes it does so and then looks for the list, behind a fence; who waits has made the list and joined
/// it, and then looks whether the channel is closed, behind a fence as well (`List::join`). At least one sees
/// what the other did. The list itself is published by its cell; what a model has in its place is there from the
/// beginning.
#[derive(Debug)]
pub(super) struct Closing {
    #[cfg(not(ringway_modelled))]
    list: once_cell::race::OnceBox<List>,
    #[cfg(ringway_modelled)]
    list: List,
}

impl Closing {
    /// Nobody waits.
    #[cfg(not(ringway_modelled))]
    pub(super) fn none() -> Self {
        Self { list: once_cell::race::OnceBox::new() }
    }

    #[cfg(ringway_modelled)]
    pub(super) fn none() -> Self {
        Self { list: List::new() }
    }

    /// The list, to join it.
    fn list(&self) -> &List {
        #[cfg(not(ringway_modelled))]
        return self.list.get_or_init(|| Box::new(List::new()));
        #[cfg(ringway_modelled)]
        return &self.list;
    }

    /// The list, if anybody has ever joined it.
    fn joined(&self) -> Option<&List> {
        #[cfg(not(ringway_modelled))]
        return self.list.get();
        #[cfg(ringway_modelled)]
        return self.list.has_tasks().then_some(&self.list);
    }

    /// Wakes all who wait; the caller has closed the channel and passed a fence.
    pub(super) fn tell(&self, panics: &mut Panics) {
        if let Some(list) = self.joined() {
            list.notify(ALL, &untold, panics);
        }
    }
}

/// Nobody counts those who wait for the end.
fn untold(_: usize) {}

/// The future of `closed` of a [`Sender`] or a [`Receiver`].
#[must_use = "a future does nothing unless it is polled"]
pub struct Closed<'a, T, C: Kind = Shared> {
    core: &'a Core<T, C>,
    ticket: Option<Ticket>,
    is_done: bool,
}

impl<T, C: Kind> Closed<'_, T, C> {
    /// Leaves the list.
    fn leave(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let mut panics = Panics::default();
            // All were told, or nobody was: there is nothing to pass on.
            self.core.closing.list().leave(ticket, &untold, &mut panics);
            panics.resume();
        }
    }
}

impl<T, C: Kind> Future for Closed<'_, T, C> {
    type Output = ();

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        assert!(!this.is_done, "{DONE}");
        let (list, mut panics) = (this.core.closing.list(), Panics::default());
        if !this.core.is_closed() {
            let waker = context.waker();
            match &this.ticket {
                None => {
                    let ticket = list.join(waker.clone(), Who::Task, &untold, &mut panics);
                    this.ticket = Some(ticket);
                }
                Some(ticket) => {
                    if list.is_notified(ticket, waker, &untold, &mut panics) {
                        this.ticket = None;
                    }
                }
            }
            panics.resume();
            // Behind the fence of the list.
            if this.ticket.is_some() && !this.core.is_closed() {
                return Poll::Pending;
            }
        }
        this.is_done = true;
        this.leave();
        Poll::Ready(())
    }
}

#[cfg(feature = "futures")]
impl<T, C: Kind> futures_core::FusedFuture for Closed<'_, T, C> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

impl<T, C: Kind> Drop for Closed<'_, T, C> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl<T, C: Kind> fmt::Debug for Closed<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed")
            .field("is_waiting", &self.ticket.is_some())
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}

/// The method, for a type of handle and its name.
macro_rules! closed {
    ($handle:ident<T $(, $kind:ident)+>, $name:literal) => {
        impl<T $(, $kind: Kind)+> $handle<T $(, $kind)+> {
            /// Waits until the channel takes no more messages: it was closed, or all senders or all
            /// receivers are gone. Messages may be left to receive.
            ///
            /// It is for tasks. However many wait for that, or are kept and not polled, they take no
            /// notification that is for others.
            ///
            /// # Cancel safety
            ///
            /// It can be dropped at any time.
            ///
            /// ```
            /// # futures_util::FutureExt::now_or_never(async {
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = concat!("let closed = ", $name, ".closed();")]
            /// sender.close();
            /// closed.await;
            /// # drop(receiver);
            /// # }).unwrap();
            /// ```
            pub fn closed(&self) -> Closed<'_, T, C> {
                Closed { core: &self.core, ticket: None, is_done: false }
            }
        }
    };
}

closed!(Sender<T, P, C>, "sender");
closed!(Receiver<T, C>, "receiver");
