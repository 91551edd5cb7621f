//! What the handles of a channel share: a ring, and those who wait on either side of it.

use core::ops::Deref;
use core::slice;
use std::boxed::Box;
use std::vec::Vec;

use super::budget::Budget;
use super::closed::Closing;
use super::error::{RecvError, TryRecvError, TrySendError};
use super::kind::Kind;
use super::list::Asks;
use super::metrics::{Meter, Metric};
use super::pace::note_processors;
use super::special::Special;
use super::trace::Event;
pub(super) use super::waiters::End;
use super::waiters::{Ends, Waiters};
use super::weak::WeakCounts;
use crate::ring::{Heap, Ring, Shared};
use crate::sequencer::Uncounted;
use crate::slots::{Apart, Four};
use crate::sync::{Arc, Panics, edge, full_fence, hook, retry};

/// A ring with waiters. Its producers are always [`Shared`], since only a claim by
/// compare-and-swap can fail because the channel is closed.
#[derive(Debug)]
pub(super) struct Core<T, C: Kind> {
    pub(super) ring: Ring<Shared, C, Heap<T, Four<T>, Apart>>,
    pub(super) ends: Arc<Ends>,
    pub(super) meter: Meter,
    pub(super) budget: C::Budget<T>,
    /// None if it is a channel whose ring has its messages.
    pub(super) special: Option<Box<Special<T>>>,
    pub(super) closing: Closing,
    pub(super) weak: WeakCounts,
}

/// Those who wait at both ends are at hand as if they lay here.
impl<T, C: Kind> Deref for Core<T, C> {
    type Target = Ends;

    #[inline(always)]
    fn deref(&self) -> &Ends {
        &self.ends
    }
}

/// How often a receiver looks for a message that was claimed before the close.
const LAST_LOOKS: u32 = if cfg!(ringway_modelled) { 1 } else { 100 };

impl<T, C: Kind> Core<T, C> {
    /// An empty channel; one of capacity 0 is a rendezvous.
    #[track_caller]
    pub(super) fn new(capacity: usize, start: u64) -> Self
    where
        C::Budget<T>: Default,
    {
        Self::with(Special::of_capacity(capacity), capacity, start, C::Budget::default())
    }

    /// One whose ring has its messages, or that is something else.
    #[track_caller]
    pub(super) fn with(
        special: Option<Box<Special<T>>>,
        capacity: usize,
        start: u64,
        budget: C::Budget<T>,
    ) -> Self {
        note_processors();
        let slots = capacity.saturating_add(C::Budget::<T>::SPARE);
        let ring = Ring::on_heap(if special.is_some() { 1 } else { slots }, start);
        assert!(ring.handles().first_pair(), "a new ring has no handles");
        let meter = Meter::of(&ring);
        if special.is_some() {
            ring.close();
        }
        Self {
            ring,
            ends: Ends::idle(),
            meter,
            budget,
            special,
            closing: Closing::none(),
            weak: WeakCounts::none(),
        }
    }

    /// Sends, if there is room. Where it is full the caller says so (`found_full`), which may panic:
    /// it has its message first.
    #[inline(always)]
    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut cursor = self.ring.filling::<usize>();
        match self.ring.push(&mut cursor, message) {
            Ok(()) => {
                self.went_in(1, cursor.freed);
                Ok(())
            }
            Err(message) if self.ring.is_closed() => self.try_send_otherwise(message),
            Err(message) => Err(TrySendError::Full(message)),
        }
    }

    /// Whether there is room for a message, which others may take, or never will be; nothing if the channel is
    /// full.
    #[cfg(feature = "futures")]
    pub(super) fn has_room(&self) -> Option<bool> {
        if self.meeting().is_some_and(|meeting| !meeting.is_closed()) {
            // What it holds may wait with it.
            return Some(true);
        }
        if self.ring.is_closed() {
            return Some(false);
        }
        if self.seems_ready(End::Sending) || self.ring.len() < self.ring.capacity() {
            return Some(true);
        }
        self.found_full();
        None
    }

    /// How many messages are to come, as `size_hint` says it: no more than there are, of a channel that is
    /// closed.
    pub(super) fn left(&self) -> (usize, Option<usize>) {
        (0, self.is_closed().then(|| self.len()))
    }

    /// Whether nothing went in because the channel is closed; else it was full.
    pub(super) fn is_over(&self) -> bool {
        let is_over = self.is_closed();
        if !is_over {
            self.found_full();
        }
        is_over
    }

    /// Notes that a sender found the channel full, which keeps its message.
    ///
    /// It may be full of positions that were skipped, until a receiver passes them: one that
    /// sleeps is told, whether the sender goes to sleep or not.
    #[cold]
    pub(super) fn found_full(&self) {
        if C::Budget::<T>::SPARE == 0 {
            self.meter.note_full(&self.ring);
        }
        // At a rendezvous there is nothing for it.
        if self.not_empty.has_any() && self.special.is_none() {
            self.not_empty.ask(1, Asks::Passing);
        }
    }

    /// So many messages went in.
    #[inline(always)]
    pub(super) fn sent(&self, n: usize) {
        // Counted before anybody is woken, whose waker may receive, or panic.
        self.meter.count(Metric::Sent, n);
        self.meter.note_level(&self.ring);
        self.not_empty.notify(n);
    }

    /// The same of a sender that was late if it has `freed` any slot.
    #[inline(always)]
    pub(super) fn went_in(&self, n: usize, freed: usize) {
        if freed > 0 {
            self.sent_late(n);
        } else {
            self.sent(n);
        }
    }

    /// So many messages came out.
    #[inline(always)]
    pub(super) fn received(&self, n: usize) {
        self.came_out(n, 0);
    }

    /// So many messages came out, and so many positions became free besides that were skipped:
    /// there is room for as many senders.
    #[inline(always)]
    pub(super) fn came_out(&self, n: usize, freed: usize) {
        if n > 0 {
            self.meter.count(Metric::Received, n);
        }
        if n + freed > 0 {
            self.budget.tell(&self.not_full, n + freed);
        }
    }

    /// Somebody waits at this end, or goes to sleep there.
    pub(super) fn count_wait(&self, end: End, sleeps: bool) {
        self.meter.count(
            match (end, sleeps) {
                (End::Receiving, false) => Metric::RecvWait,
                (End::Receiving, true) => Metric::RecvPark,
                (_, false) => Metric::SendWait,
                (_, true) => Metric::SendPark,
            },
            1,
        );
    }

    /// Sends, if the first slot is free; what is not sent so may yet be sent.
    #[inline(always)]
    pub(super) fn send_at_once(&self, message: T) -> Result<(), T> {
        let mut cursor = self.ring.filling::<usize>();
        self.ring.push_at_once(&mut cursor, message)?;
        self.went_in(1, cursor.freed);
        Ok(())
    }

    /// Receives, if the first slot is filled; where it is not, there may yet be something.
    #[inline(always)]
    pub(super) fn recv_at_once(&self) -> Option<T> {
        let message = self.ring.pop_at_once(&mut self.ring.emptying::<usize>())?;
        self.budget.free(slice::from_ref(&message));
        self.received(1);
        Some(message)
    }

    /// Receives, if there is a message.
    #[inline(always)]
    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        if let Some(message) = self.recv_at_once() {
            return Ok(message);
        }
        let mut message = None;
        let refused = self.try_recv_beside_late(&mut message);
        message.ok_or(refused)
    }

    /// The same where the first try has failed: the message, or why there is none.
    #[inline(never)]
    fn try_recv_beside_late(&self, message: &mut Option<T>) -> TryRecvError {
        self.pop_beside_late(message);
        if message.is_some() {
            return TryRecvError::Empty;
        }
        let take = || {
            self.pop_again(message);
            message.is_some().then_some(())
        };
        self.take_last(take).err().unwrap_or(TryRecvError::Empty)
    }

    /// Takes the oldest message out.
    #[inline(always)]
    pub(super) fn pop(&self) -> Option<T> {
        if let Some(message) = self.recv_at_once() {
            return Some(message);
        }
        let mut message = None;
        self.pop_again(&mut message);
        message
    }

    /// The same to `message`, which is none, before anybody is woken.
    pub(super) fn pop_to(&self, message: &mut Option<T>) {
        *message = self.ring.pop_at_once(&mut self.ring.emptying::<usize>());
        if message.is_some() {
            self.budget.free(message.as_slice());
            self.received(1);
        } else {
            self.pop_again(message);
        }
    }

    /// The same where the first try has failed, also of what is no ring.
    fn pop_again(&self, message: &mut Option<T>) {
        self.pop_beside_late(message);
        if message.is_none() {
            self.pop_otherwise(|popped| *message = Some(popped));
        }
    }

    /// The same where the first try has failed, to `message`, which is none. It may pass positions that were
    /// skipped.
    #[inline(never)]
    fn pop_beside_late(&self, message: &mut Option<T>) {
        let mut cursor = self.ring.emptying::<usize>();
        *message = self.ring.pop_otherwise(&mut cursor);
        self.budget.free(message.as_slice());
        self.came_out(usize::from(message.is_some()), cursor.freed);
    }

    /// Takes what is there by `take`; the outcome, unless the channel is empty and open.
    #[inline]
    pub(super) fn take<R>(&self, take: impl FnMut() -> Option<R>) -> Option<Result<R, RecvError>> {
        match self.take_or_why(take) {
            Ok(taken) => Some(Ok(taken)),
            Err(TryRecvError::Disconnected) => Some(Err(RecvError)),
            Err(TryRecvError::Empty) => None,
        }
    }

    /// Takes what is there by `take`, or tells why there is nothing.
    #[inline(always)]
    fn take_or_why<R>(&self, mut take: impl FnMut() -> Option<R>) -> Result<R, TryRecvError> {
        take().map_or_else(|| self.take_last(take), Ok)
    }

    /// What receivers do when `take` has found nothing: they find out why.
    #[cold]
    #[inline(never)]
    fn take_last<R>(&self, mut take: impl FnMut() -> Option<R>) -> Result<R, TryRecvError> {
        if !self.ring.is_closed() {
            self.meter.note_empty(&self.ring);
            self.let_senders_look(1, Asks::Passing);
            return Err(TryRecvError::Empty);
        }
        // No claim comes after the close: what was claimed before is in, or is given back to a
        // sender that is late.
        for _ in 0..LAST_LOOKS {
            if let Some(taken) = take() {
                return Ok(taken);
            }
            if self.ring.len() == 0 {
                return Err(self.why_empty());
            }
            retry();
        }
        Err(TryRecvError::Empty)
    }

    /// Takes no more messages, and wakes everybody who waits. False if it was closed before.
    pub(super) fn close(&self) -> bool {
        let closes = self.shut();
        let mut panics = Panics::default();
        if let Some(meeting) = self.meeting() {
            meeting.wake_all(&mut panics);
        }
        // Also where it was closed before: who finds that an end has no handle closes it and wakes nobody.
        full_fence(edge::WAKE_FENCE);
        let claimants = self.budget.claimants().map(|claimants| &claimants.not_full);
        let mut lists = [&self.not_full, &self.not_empty].into_iter().chain(claimants);
        if lists.clone().any(|list| list.len() != 0) {
            panics.catch(|| Waiters::notify_all(&mut lists));
        }
        self.closing.tell(&mut panics);
        panics.resume();
        if closes {
            self.tell(Event::Closed);
        }
        closes
    }

    /// Closes the channel and drops what is queued; nobody is left to receive it.
    ///
    /// All of it, whatever panics: a waker, or the drop of a message.
    pub(super) fn end(&self) {
        let mut panics = Panics::default();
        panics.catch(|| _ = self.close());
        self.forget_due();
        // One after the other on the heap: a stack that never held one of them may be too small.
        let mut oldest = Vec::new();
        loop {
            hook::goes_round();
            // Nobody waits for room any more.
            let take = || {
                let mut cursor = self.ring.emptying::<Uncounted>();
                (self.ring.pop_vec(&mut cursor, &mut oldest, 1) > 0).then_some(())
            };
            match self.take_or_why(take) {
                Ok(()) => {
                    self.meter.count(Metric::Received, 1);
                    panics.catch(|| self.budget.free(&oldest));
                    panics.catch(|| oldest.clear());
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => break,
            }
        }
        panics.resume();
    }
}
