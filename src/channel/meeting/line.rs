//! Those who wait at one end, in the order in which they came.

use alloc::collections::BTreeMap;
use core::mem;
use core::task::Waker;
use std::vec::Vec;

use super::Wake;
use super::party::Party;
use crate::channel::list::Quiet;
use crate::sync::Arc;

/// A line of those who wait, each with a `W`: a message, or a slot for one.
#[derive(Debug)]
pub(super) struct Line<W> {
    places: BTreeMap<u64, Place<W>>,
    /// The number of the next.
    next: u64,
}

/// One who waits.
#[derive(Debug)]
pub(super) struct Place<W> {
    pub(super) with: W,
    pub(super) who: Who,
}

/// How one who waits learns that it does not have to.
#[derive(Debug)]
pub(super) struct Who {
    /// None when it was woken because of the end.
    pub(super) waker: Option<Quiet>,
    /// A task finds out when it is polled.
    pub(super) party: Option<Arc<Party>>,
}

/// One who was met, and is to be woken.
pub(super) struct Met<W> {
    pub(super) with: W,
    pub(super) waker: Wake,
}

impl Who {
    /// It does not have to wait any more.
    fn decide(&mut self) -> Wake {
        if let Some(party) = &self.party {
            party.decide();
        }
        Wake(self.waker.take())
    }
}

impl<W> Line<W> {
    pub(super) fn new() -> Self {
        Self { places: BTreeMap::new(), next: 0 }
    }

    /// One joins the end; its number.
    pub(super) fn join(&mut self, with: W, who: Who) -> u64 {
        let number = self.next;
        self.next += 1;
        self.places.insert(number, Place { with, who });
        number
    }

    /// One leaves, unless it was met (M1).
    pub(super) fn leave(&mut self, number: u64) -> Option<Place<W>> {
        self.places.remove(&number)
    }

    /// Whether one still waits.
    pub(super) fn has(&self, number: u64) -> bool {
        self.places.contains_key(&number)
    }

    /// One that waits is woken by this waker from now on, of which `other` is a clone: false if that is missing. The
    /// waker before is there afterwards.
    pub(super) fn renew(&mut self, number: u64, waker: &Waker, other: &mut Option<Quiet>) -> bool {
        let place = self.places.get_mut(&number);
        let Some(own) = place.and_then(|place| place.who.waker.as_mut()) else { return true };
        if own.waker().will_wake(waker) {
            return true;
        }
        other.as_mut().map(|other| mem::swap(own, other)).is_some()
    }

    /// Meets the one that has waited for the longest time (M1).
    pub(super) fn meet(&mut self) -> Option<Met<W>> {
        let (_, Place { with, mut who }) = self.places.pop_first()?;
        Some(Met { with, waker: who.decide() })
    }

    /// All are to be woken because of the end, and stay here until they are.
    pub(super) fn end(&mut self, wakers: &mut Vec<Wake>) {
        wakers.extend(self.places.values_mut().map(|place| place.who.decide()));
    }
}
