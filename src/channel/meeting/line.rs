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
    /// With the number of this place among its own. A task has none, and finds out when it is polled.
    pub(super) party: Option<(Arc<Party>, usize)>,
}

/// One who was met, and is to be woken.
pub(super) struct Met<W> {
    pub(super) number: u64,
    pub(super) with: W,
    pub(super) waker: Wake,
}

impl Who {
    /// Whether it may be met by another.
    fn may_be_met(&self, by: Option<&Arc<Party>>) -> bool {
        let Some((party, _)) = &self.party else { return true };
        !party.is_decided() && by.is_none_or(|by| !Arc::ptr_eq(by, party))
    }

    /// It is met by another, if it may be.
    fn meet(&self) -> bool {
        self.party.as_ref().is_none_or(|(party, place)| party.meet(*place))
    }
}

impl<W> Line<W> {
    pub(super) fn new() -> Self {
        Self { places: BTreeMap::new(), next: 0 }
    }

    /// One joins the end; its number.
    pub(super) fn join(&mut self, with: W, who: Who) -> u64 {
        let number = self.number();
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

    /// Meets the one that has waited for the longest time (M1). Those that wait elsewhere too may have been met there:
    /// they leave when they find out.
    pub(super) fn meet(&mut self) -> Option<Met<W>> {
        let (&number, _) = self.places.iter().find(|(_, place)| place.who.meet())?;
        let Place { with, who } = self.places.remove(&number)?;
        Some(Met { number, with, waker: Wake(who.waker) })
    }

    /// Whether one waits that may be met by another than itself.
    pub(super) fn has_any(&self, by: Option<&Arc<Party>>) -> bool {
        self.places.values().any(|place| place.who.may_be_met(by))
    }

    /// A number that no place has.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// All are to be woken because of the end, and stay here until they are.
    pub(super) fn end(&mut self, wakers: &mut Vec<Wake>) {
        wakers.extend(self.places.values_mut().map(|place| {
            if let Some((party, _)) = &place.who.party {
                party.end();
            }
            Wake(place.who.waker.take())
        }));
    }
}
