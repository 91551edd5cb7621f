//! The list of those who wait at one end, in the order in which they came.
//!
//! Who notifies never waits for it: where somebody else holds the list, the notification is left to that
//! one, who pays what is owed when it has let the list go.
//!
//! - **L1** what is owed is paid by the one who leaves it there, or by one who holds the list after that: it
//!   is left before the list is tried once more, and looked for when the list is let go.
//!
//! A waker is the code of others. It is cloned, called and dropped while its thread does not hold the
//! list: one that uses the channel, or blocks, would hold it for ever. Where it panics when it is dropped,
//! which may be wherever a place is left, the panic goes nowhere, or what is to be done there would not be.

mod places;

use alloc::boxed::Box;
use core::mem;
use core::task::Waker;

use arrayvec::ArrayVec;

pub(super) use self::places::{Asks, Patience, Quiet, Rest, Who};
use self::places::{Place, Places};
use crate::position::Word;
use crate::sync::edge::{self, Edge};
use crate::sync::{Atomic, Held, Lock, Panics, full_fence, hook, retry};

/// As many as are counted at most: all of them.
pub(super) const ALL: Word = Word::MAX >> 2;

/// So many are notified before the list is let go and they are woken.
const BATCH: usize = if cfg!(ringway_modelled) { 2 } else { 16 };

/// The list.
#[derive(Debug)]
pub(super) struct List {
    /// None before the first one joins: most channels of many are idle.
    places: Lock<Option<Box<Places>>>,
    /// How many are to be notified by whoever holds the list (L1).
    owed: Atomic,
    /// Whether a task has ever joined the list.
    has_tasks: Atomic,
}

/// A place in the list, which is to be left.
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    pub(super) who: Who,
}

/// `tell` learns how many were notified, before any of them is woken. Where wakers panic, the first panic is in
/// `panics` when all is done, for the caller to go on with when it is done as well.
impl List {
    /// Nobody waits.
    pub(super) fn new() -> Self {
        Self { places: Lock::new(None), owed: Atomic::new(0), has_tasks: Atomic::new(0) }
    }

    /// Joins the end of the list: this waker is woken when it is notified. The fence behind that is also the one
    /// of who is counted and looks once more.
    pub(super) fn join(
        &self,
        waker: Waker,
        who: Who,
        tell: &impl Fn(usize),
        panics: &mut Panics,
    ) -> Ticket {
        let waker = Quiet::of(waker);
        if who == Who::Task && !self.has_tasks() {
            self.has_tasks.store(1, Edge::RELAXED);
        }
        let fence = edge::PARK_FENCE;
        let number =
            self.with_fence(fence, tell, panics, |places| places.join(Place { waker, who }));
        Ticket { number, who }
    }

    /// Whether it was notified, and has left the list by that; else this waker is woken when it is.
    pub(super) fn is_notified(
        &self,
        ticket: &Ticket,
        waker: &Waker,
        tell: &impl Fn(usize),
        panics: &mut Panics,
    ) -> bool {
        // What is dropped is so when the list is let go.
        let mut other = None;
        loop {
            let is_notified = self.with(tell, panics, |places| {
                let Some(place) = places.waiting.get_mut(&ticket.number) else {
                    places.acts(ticket.who);
                    return Some(true);
                };
                if !place.waker.waker().will_wake(waker) {
                    mem::swap(&mut place.waker, other.as_mut()?);
                }
                Some(false)
            });
            if let Some(is_notified) = is_notified {
                return is_notified;
            }
            other = Some(Quiet::of(waker.clone()));
        }
    }

    /// Leaves the list; whether it was notified.
    pub(super) fn leave(&self, ticket: Ticket, tell: &impl Fn(usize), panics: &mut Panics) -> bool {
        let left = self.with(tell, panics, |places| {
            let left = places.leave(ticket.number);
            if left.is_none() {
                places.acts(ticket.who);
            }
            left
        });
        left.is_none()
    }

    /// Sees to it that so many look again, or all who wait; what the caller may do then.
    pub(super) fn ask(
        &self,
        n: usize,
        asks: Asks,
        tell: &impl Fn(usize),
        panics: &mut Panics,
    ) -> Rest {
        let Some(mut places) = self.places.try_lock() else {
            // Some more may be notified than have to.
            self.notify(n as Word, tell, panics);
            if asks == Asks::Passing {
                return Rest::Sleep;
            }
            // Whom that comes to is not known yet (L2): it asks again.
            retry();
            return Rest::Turn;
        };
        let (more, rest) = places.as_mut().map_or((0, Rest::Sleep), |places| places.ask(n, asks));
        let owed = self.deliver(places, more as Word, tell, panics);
        self.notify(owed, tell, panics);
        rest
    }

    /// Does something with the list, and pays what is owed then (L1).
    fn with<R>(
        &self,
        tell: &impl Fn(usize),
        panics: &mut Panics,
        act: impl FnOnce(&mut Places) -> R,
    ) -> R {
        self.with_fence(edge::PAID_FENCE, tell, panics, act)
    }

    /// The same with another fence between the two.
    fn with_fence<R>(
        &self,
        fence: Edge,
        tell: &impl Fn(usize),
        panics: &mut Panics,
        act: impl FnOnce(&mut Places) -> R,
    ) -> R {
        let mut places = self.places.lock();
        let done = act(places.get_or_insert_with(Box::default));
        hook::at(hook::Point::Holds);
        drop(places);
        self.notify(self.owed(fence), tell, panics);
        done
    }

    /// Whether a task has ever joined the list. Who asks behind a fence and does not see one that joins is seen
    /// by that when it looks, which it does behind a fence after it.
    pub(super) fn has_tasks(&self) -> bool {
        self.has_tasks.load(Edge::RELAXED) != 0
    }

    /// What is owed, which is the caller's to pay; it has let the list go (L1).
    fn owed(&self, fence: Edge) -> Word {
        full_fence(fence);
        if self.owed.load(Edge::RELAXED) == 0 {
            return 0;
        }
        let owed = self.owed.swap(0, Edge::RELAXED);
        full_fence(edge::PAID_FENCE);
        owed
    }

    /// Notifies so many who are not notified, the longest waiting first, or leaves that to whoever holds the
    /// list (L1).
    pub(super) fn notify(&self, mut n: Word, tell: &impl Fn(usize), panics: &mut Panics) {
        while n > 0 {
            let Some(places) = self.places.try_lock() else {
                self.owe(n);
                match self.places.try_lock() {
                    None => return,
                    Some(places) => drop(places),
                }
                n = self.owed(edge::PAID_FENCE);
                continue;
            };
            n = self.deliver(places, n, tell, panics);
        }
    }

    /// Passes on what one was notified of that has left and does not look: others count on a thread (L2).
    pub(super) fn pass_on(&self, who: Who, tell: &impl Fn(usize), panics: &mut Panics) {
        if who == Who::Task {
            return self.notify(1, tell, panics);
        }
        let mut end = None;
        loop {
            let places = self.places.lock();
            // Those who join later look by themselves.
            let n = places
                .as_ref()
                .map_or(0, |places| places.to_thread(*end.get_or_insert(places.next)));
            let owed = self.deliver(places, n.min(BATCH) as Word, tell, panics);
            self.notify(owed, tell, panics);
            if n <= BATCH {
                return;
            }
        }
    }

    /// Leaves so many to whoever holds the list, which is to be tried again after this. More than all are no more
    /// than all, however long that takes.
    pub(super) fn owe(&self, n: Word) {
        let mut owed = self.owed.load(Edge::RELAXED);
        while let Err(now) =
            self.owed.compare_exchange(owed, owed.saturating_add(n).min(ALL), Edge::RELAXED)
        {
            owed = now;
        }
        full_fence(edge::OWED_FENCE);
    }

    /// Notifies a batch, and lets the list go; how many are to be notified yet.
    fn deliver(
        &self,
        mut held: Held<'_, Option<Box<Places>>>,
        n: Word,
        tell: &impl Fn(usize),
        panics: &mut Panics,
    ) -> Word {
        let mut notified = ArrayVec::<Quiet, BATCH>::new();
        let n = held.as_mut().map_or(0, |places| {
            let n = n.min(places.waiting.len() as Word);
            while (notified.len() as Word) < n && !notified.is_full() {
                let place = places.notify_first().expect("so many wait");
                notified.push(place);
            }
            n
        });
        tell(notified.len());
        hook::at(hook::Point::Holds);
        drop(held);
        let left = n - notified.len() as Word;
        for waker in notified {
            panics.catch(|| waker.waker().wake_by_ref());
        }
        left + self.owed(edge::PAID_FENCE)
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests;
