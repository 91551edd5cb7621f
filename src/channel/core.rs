//! What the handles of a channel share: a ring, and those who wait on either side of it.

use core::ops::Deref;
use core::task::{Context, Poll, Waker};
use core::{mem, slice};
use std::boxed::Box;
use std::time::Instant;
use std::vec::Vec;

use super::attempt::Attempt;
use super::budget::Budget;
use super::closed::Closing;
use super::error::{RecvError, TryRecvError, TrySendError};
use super::kind::Kind;
use super::list::{Asks, Patience, Rest, Who};
use super::metrics::{Meter, Metric};
use super::pace::{Pace, Pauses, note_processors};
use super::special::Special;
use super::trace::Event;
pub(super) use super::waiters::End;
use super::waiters::{AtEnd, Ends, Waiters, Waiting};
use super::weak::WeakCounts;
use crate::position::Word;
use crate::ring::{Heap, Ring, Shared};
use crate::sequencer::{Emptying, Filling, Uncounted};
use crate::slots::{Apart, Four};
use crate::sync::{
    Arc, Panics, SLOTS_FOR_A_PAUSE, Sleeper, before_blocking, edge, full_fence, hook, now, retry,
};

/// A ring with waiters. Its producers are always [`Shared`], since only a claim by
/// compare-and-swap can fail because the channel is closed.
#[derive(Debug)]
pub(super) struct Core<T, C: Kind> {
    pub(super) ring: Ring<Shared, C, Heap<T, Four<T>, Apart>>,
    ends: Arc<Ends>,
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

/// For so many slots a sender makes a pause between two looks at least. It has a whole channel of messages before its own: if it
/// came for each slot as soon as that is free, both ends would work on the same lines for as long as the channel
/// is full.
const SLOTS_FOR_A_PAUSE_OF_A_SENDER: usize = 2 * SLOTS_FOR_A_PAUSE;

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

    /// The same of one that was late. The next sender is told: the slot that was held may have been in the
    /// way of others that are free.
    #[cold]
    #[inline(never)]
    fn sent_late(&self, n: usize) {
        let _next = Next { core: self, end: End::Sending };
        self.sent(n);
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

    /// Tries until `attempt` succeeds or the deadline is over; at least once.
    ///
    /// An attempt fails only if there is no room, or no message, and the channel is open. While it
    /// spins it looks at what the other end writes last, and attempts nothing before that is
    /// there: those who are about to be done would be held up.
    #[inline(never)]
    pub(super) fn wait<R>(
        &self,
        mut end: End,
        pace: &Pace,
        deadline: Option<Instant>,
        mut attempt: impl Attempt<R>,
    ) -> Option<R> {
        let is_over = || deadline.is_some_and(|deadline| now() >= deadline);
        if is_over() || self.seems_ready(end) {
            let done = attempt.attempt();
            if done.is_some() || is_over() {
                return done;
            }
        }
        before_blocking();
        self.count_wait(end, false);
        let mut turns = pace.begin(self.position(end), self.pauses(end));
        loop {
            let over = turns.is_slow() && is_over();
            if over || !turns.is_glance() || self.seems_ready(end) {
                let done = attempt.attempt();
                if over || done.is_some() {
                    pace.end(false);
                    return done;
                }
            }
            if !turns.take() {
                break;
            }
        }
        pace.end(true);
        self.tell(Event::Sleeps(end));
        let sleeper = Sleeper::new();
        let waker = Waker::from(sleeper.clone());
        let mut patience = Patience::of(Who::Thread);
        let mut was_told = false;
        loop {
            let waiting = Waiting::begin(self.waiters(end), waker.clone(), Who::Thread);
            let done = self.attempt_waited(end, || attempt.attempt());
            if done.is_some() || is_over() {
                // Before the return: where a waker panics that it wakes, what would be returned by then
                // would be lost and never dropped.
                drop(waiting);
                return done;
            }
            if mem::take(&mut was_told) {
                let waits_at = attempt.told_in_vain(end);
                if mem::replace(&mut end, waits_at) != waits_at {
                    continue;
                }
            }
            let rest = self.rest(end, &mut patience).min(attempt.rest(Who::Thread));
            if rest == Rest::No {
                retry();
            } else {
                self.count_wait(end, true);
                was_told = waiting.sleep(&sleeper, rest.until(deadline));
                if was_told {
                    patience = Patience::of(Who::Thread);
                }
            }
        }
    }

    /// The same for a task, which waits by what it keeps in `waiting`.
    ///
    /// A notification is used up before the attempt that it is for, so that the one who succeeds
    /// by it does not pass it on. Where the attempt panics, `waiting` keeps no place: what was to be
    /// done may be, and nobody would look by a notification that comes there.
    pub(super) fn poll<R>(
        &self,
        mut end: End,
        pace: &Pace,
        waiting: &mut Option<Waiting>,
        context: &mut Context<'_>,
        mut attempt: impl Attempt<R>,
    ) -> Poll<R> {
        let is_new = waiting.is_none();
        if is_new {
            let mut turns = pace.begin_task(self.position(end), self.pauses(end));
            while self.special.is_none() && !self.seems_ready(end) && turns.take() {}
        }
        let mut has_waited = !is_new;
        loop {
            let was_told = waiting.take_if(|begun| begun.poll(context).is_ready()).is_some();
            let place = waiting.take();
            let done = if has_waited {
                self.attempt_waited(end, || attempt.attempt())
            } else {
                attempt.attempt()
            };
            if let Some(done) = done {
                if is_new {
                    pace.end(place.is_some());
                }
                drop(place);
                return Poll::Ready(done);
            }
            if was_told {
                end = attempt.told_in_vain(end);
            }
            *waiting = place;
            if let Some(waiting) = waiting {
                if is_new {
                    pace.end(true);
                }
                let rest = self.rest(end, &mut waiting.patience).min(attempt.rest(Who::Task));
                if rest != Rest::Sleep {
                    context.waker().wake_by_ref();
                }
                self.count_wait(end, true);
                return Poll::Pending;
            }
            // Once for each wait, also if it is woken in vain.
            if !has_waited {
                self.count_wait(end, false);
                self.tell(Event::Sleeps(end));
            }
            has_waited = true;
            self.before_pending();
            let waker = context.waker().clone();
            *waiting = Some(Waiting::begin(self.waiters(end), waker, Who::Task));
        }
    }

    /// What one does who was counted and has looked in vain, by what those of the other end do.
    ///
    /// A channel may be full of positions that were skipped, until a receiver passes them. So
    /// whoever finds it full lets a receiver look (`found_full`), and whoever finds it empty a sender
    /// (`take_last`). Of two who are counted and then do so, one sees the other. Whoever passes
    /// positions tells the senders of each besides (`came_out`).
    ///
    /// And whoever is to sleep asks once more: those who were told that there is room, or a message, may be
    /// tasks that nobody polls (L2 of `list`).
    pub(super) fn rest(&self, end: End, patience: &mut Patience) -> Rest {
        let asks = patience.asks();
        let rest = match end {
            End::Sending | End::Claiming => self.not_empty.rest(|| self.not_empty.ask(1, asks)),
            End::Receiving if self.ring.is_closed() => self.rest_otherwise(),
            End::Receiving => self.not_full.rest(|| self.let_senders_look(1, asks)),
        };
        patience.note(rest);
        rest
    }

    /// An attempt of one who has waited at this end. When it is done, or ends with the panic of a
    /// waker, which comes after it, the next is told.
    pub(super) fn attempt_waited<R>(
        &self,
        end: End,
        attempt: impl FnOnce() -> Option<R>,
    ) -> Option<R> {
        let next = Next { core: self, end };
        let done = attempt();
        match done {
            Some(_) => drop(next),
            None => mem::forget(next),
        }
        done
    }

    /// Tells the next of those who wait at this end: it may have looked in vain by the notification
    /// that was for what is there now.
    ///
    /// A slot that comes back late is room only when the positions before its next one are filled.
    /// So who was told of it may have found none, and sleeps again when one free slot makes room for
    /// two. Where the system refuses the fence that it once granted, so that nobody is skipped, it is
    /// the same with a message behind that of a sender who is late.
    fn go_on(&self, end: End) {
        match end {
            End::Sending | End::Claiming => _ = self.let_senders_look(1, Asks::Passing),
            End::Receiving => {
                // One that is only ready at a rendezvous has left a sender there.
                let meets = || self.meeting().is_some_and(|meeting| meeting.is_ready(end));
                if self.seems_ready(end) || meets() {
                    _ = self.not_empty.ask(1, Asks::Passing);
                }
            }
        }
    }

    /// Lets senders look again that wait though the channel is not full, as many as there is room
    /// for and at most so many. The caller need not be counted: a sender that did not see what it
    /// did before is seen here, behind the fence of `has_any`.
    pub(super) fn let_senders_look(&self, most: usize, asks: Asks) -> Rest {
        // The counters are asked only where somebody waits.
        if !self.not_full.has_any() {
            return Rest::Sleep;
        }
        let room = self.ring.capacity() - self.ring.len();
        // Positions that were skipped count as full, but the next one may be free all the same.
        let least = usize::from(self.ring.seems_ready::<Filling>());
        let room = room.max(least).min(self.budget.room());
        self.not_full.ask(room.min(most), asks)
    }

    /// Those who wait at this end.
    pub(super) fn waiters(&self, end: End) -> AtEnd {
        let claimants = self.budget.claimants().filter(|_| end == End::Claiming);
        AtEnd { ends: Arc::clone(claimants.unwrap_or(&self.ends)), end }
    }

    /// Whether it seems that an attempt at this end would succeed.
    #[inline(always)]
    fn seems_ready(&self, end: End) -> bool {
        match end {
            End::Sending | End::Claiming => {
                self.budget.seems_free() && self.ring.seems_ready::<Filling>()
            }
            End::Receiving => self.ring.seems_ready::<Emptying>(),
        }
    }

    /// How many pauses one who waits at this end makes between two looks.
    fn pauses(&self, end: End) -> Pauses {
        let capacity = self.ring.capacity();
        let least = match end {
            End::Sending | End::Claiming => capacity / SLOTS_FOR_A_PAUSE_OF_A_SENDER,
            End::Receiving => 1,
        };
        Pauses::between(least as Word, (capacity / SLOTS_FOR_A_PAUSE) as Word)
    }

    /// Where the counter of this end stands.
    pub(super) fn position(&self, end: End) -> Word {
        match end {
            End::Sending | End::Claiming => self.ring.cursor::<Filling>().next.0,
            End::Receiving => self.ring.cursor::<Emptying>().next.0,
        }
    }
}

/// The next of those who wait at an end. Dropped, also on the way of a panic, it is told (`go_on`).
struct Next<'a, T, C: Kind> {
    core: &'a Core<T, C>,
    end: End,
}

impl<T, C: Kind> Drop for Next<'_, T, C> {
    fn drop(&mut self) {
        self.core.go_on(self.end);
    }
}
