//! Many messages for a rendezvous, which go one by one.

use core::task::{Context, Poll, ready};
use std::boxed::Box;
use std::collections::VecDeque;
use std::vec::Vec;

use super::{Meeting, Offer};
use crate::channel::core::Core;
use crate::channel::error::SendError;
use crate::channel::kind::Kind;
use crate::channel::pace::Pace;
use crate::sync::Arc;

/// The messages of a vector that are not sent yet. Dropped, it puts them back.
#[derive(Debug)]
pub(in crate::channel) struct Each<'v, T> {
    /// It has the memory of the vector.
    unsent: VecDeque<T>,
    /// The one before them, while it is being sent, also where that ends with a panic.
    next: Option<T>,
    /// The same, where it waits as that of a task.
    offer: Option<Box<Offer<T>>>,
    home: &'v mut Vec<T>,
}

impl<'v, T> Each<'v, T> {
    /// All of a vector. On the heap, as it has place for a message, which may be too large for the stack of who sends in a
    /// channel that is no rendezvous.
    #[inline(never)]
    pub(in crate::channel) fn of(home: &'v mut Vec<T>) -> Box<Self> {
        Box::new(Self { unsent: core::mem::take(home).into(), next: None, offer: None, home })
    }

    /// Sends those to whom receivers wait; the outcome, unless more are left.
    pub(in crate::channel) fn attempt<C: Kind>(
        &mut self,
        core: &Core<T, C>,
    ) -> Option<Result<(), SendError<()>>> {
        while let Some(message) = self.unsent.pop_front() {
            match core.try_send_otherwise(message) {
                Ok(()) => {}
                Err(refused) => {
                    let is_over = refused.is_disconnected();
                    self.unsent.push_front(refused.into_inner());
                    return is_over.then_some(Err(SendError(())));
                }
            }
        }
        Some(Ok(()))
    }

    /// Sends all as a thread.
    pub(in crate::channel) fn send<C: Kind>(
        &mut self,
        core: &Core<T, C>,
        meeting: &Arc<Meeting<T>>,
        pace: &Pace,
    ) -> Result<(), SendError<()>> {
        while let Some(message) = self.unsent.pop_front() {
            self.next = Some(message);
            if let Some(Err(refused)) = core.send_in(meeting, &mut self.next, pace, None) {
                self.unsent.push_front(refused.into_inner());
                return Err(SendError(()));
            }
        }
        Ok(())
    }

    /// Sends all as a task.
    pub(in crate::channel) fn poll<C: Kind>(
        &mut self,
        core: &Core<T, C>,
        meeting: &Arc<Meeting<T>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<()>>> {
        loop {
            if self.offer.is_none() && self.next.is_none() {
                self.next = self.unsent.pop_front();
                if self.next.is_none() {
                    return Poll::Ready(Ok(()));
                }
            }
            let sent = core.poll_in(meeting, &mut self.next, &mut self.offer, context);
            if let Err(refused) = ready!(sent) {
                self.unsent.push_front(refused.into_inner());
                return Poll::Ready(Err(SendError(())));
            }
        }
    }
}

impl<T> Each<'_, T> {
    /// How many are not sent yet; one that waits may be.
    pub(in crate::channel) fn len(&self) -> usize {
        self.unsent.len() + usize::from(self.next.is_some() || self.offer.is_some())
    }

    /// Gives up as a task; the outcome, unless some are not sent and might yet have been.
    pub(in crate::channel) fn give_up<C: Kind>(
        &mut self,
        core: &Core<T, C>,
    ) -> Option<Result<(), SendError<()>>> {
        if let Some(Err(refused)) = core.withdraw(&mut self.offer) {
            let is_over = refused.is_disconnected();
            self.unsent.push_front(refused.into_inner());
            return is_over.then_some(Err(SendError(())));
        }
        (self.len() == 0).then_some(Ok(()))
    }
}

impl<T> Drop for Each<'_, T> {
    fn drop(&mut self) {
        let offered = self.offer.take().and_then(|mut offer| offer.take_back().0);
        if let Some(message) = offered.or_else(|| self.next.take()) {
            self.unsent.push_front(message);
        }
        *self.home = core::mem::take(&mut self.unsent).into();
    }
}

/// Sends copies of all messages of a slice as a thread; the outcome, with those that were not sent.
pub(in crate::channel) fn send_slice<'s, T: Copy, C: Kind>(
    core: &Core<T, C>,
    meeting: &Arc<Meeting<T>>,
    pace: &Pace,
    mut unsent: &'s [T],
) -> Result<(), SendError<&'s [T]>> {
    while let [message, rest @ ..] = unsent {
        if let Some(Err(_)) = core.send_in(meeting, &mut Some(*message), pace, None) {
            return Err(SendError(unsent));
        }
        unsent = rest;
    }
    Ok(())
}

/// Sends copies of those messages of a slice to whom receivers wait; the outcome, unless more are left.
pub(in crate::channel) fn attempt_each<'s, T: Copy, C: Kind>(
    core: &Core<T, C>,
    unsent: &mut &'s [T],
) -> Option<Result<(), SendError<&'s [T]>>> {
    while let [message, rest @ ..] = *unsent {
        match core.try_send_otherwise(*message) {
            Ok(()) => *unsent = rest,
            Err(refused) => return refused.is_disconnected().then_some(Err(SendError(*unsent))),
        }
    }
    Some(Ok(()))
}

/// Sends copies of all messages of a slice as a task, whose first message waits in `offer`.
pub(in crate::channel) fn poll_slice<'s, T: Copy, C: Kind>(
    core: &Core<T, C>,
    meeting: &Arc<Meeting<T>>,
    unsent: &mut &'s [T],
    offer: &mut Option<Box<Offer<T>>>,
    context: &mut Context<'_>,
) -> Poll<Result<(), SendError<&'s [T]>>> {
    while let [message, rest @ ..] = *unsent {
        let mut next = offer.is_none().then_some(*message);
        let sent = core.poll_in(meeting, &mut next, offer, context);
        if ready!(sent).is_err() {
            return Poll::Ready(Err(SendError(*unsent)));
        }
        *unsent = rest;
    }
    Poll::Ready(Ok(()))
}
