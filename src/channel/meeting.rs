//! Where senders and receivers meet: a rendezvous, a channel of capacity 0.
//!
//! Who comes looks for one who waits at the other end, and goes on with that one; else it waits itself. A sender
//! waits with its message, which lies here; a receiver with a slot for one. All of it is under one lock, which is held
//! for some instructions, never while a waker or the drop of a message runs.
//!
//! - **M1** One who waits is met once: who meets it takes it out of its line, under the lock. One that gives up does the
//!   same, and has its message back, or is met.
//! - **M2** Nobody waits at one end while one waits at the other who can be met: who joins a line has looked into the other
//!   under the same lock.
//!
//! A thread that receives waits here. A task does not: it may be kept and never polled, or dropped, and a message that
//! it was given would be stuck, or lost. It waits in the list of those who are told (`waiters`), as it does in other
//! channels, and takes what a sender waits with when it is polled. So
//!
//! - **M3** a sender that joins its line tells one of that list afterwards, and whoever joins the list looks into the line
//!   after that. For whoever waits in the list to send, a receiver that joins its line does the same.
//!
//! A select may wait at several places at once. What becomes of it is decided once for all of them (`party`), while it is
//! in a line; it looks for others only when it is in none. It has no message before it is chosen to send one: whoever has met it
//! waits for that.
//!
//! - **M4** A slot that was promised a message gets it, or is told that it does not.
//!
//! A sender may be a task: it may be met while it is kept, and then its message is sent.

mod each;
mod line;
mod offer;
mod party;
mod seat;
mod selects;
mod task;
mod thread;

pub(super) use self::each::{Each, attempt_each, poll_slice, send_slice};
pub(super) use self::offer::Offer;
pub(super) use self::party::Party;
pub(super) use self::selects::{Joins, Room};

use alloc::collections::BTreeMap;
use core::mem;
use std::vec::Vec;

use self::line::{Line, Met};
use self::seat::Slot;
use super::list::Quiet;
use crate::sync::{Arc, Lock, Panics};

/// The place where they meet.
#[derive(Debug)]
pub(super) struct Meeting<T> {
    ends: Lock<Ends<T>>,
}

/// Those who wait.
#[derive(Debug)]
struct Ends<T> {
    senders: Line<Offered<T>>,
    /// With the slots for their messages.
    receivers: Line<Arc<Slot<T>>>,
    /// The slots of those that selects have met to send to, until they do.
    promised: BTreeMap<u64, Arc<Slot<T>>>,
    /// Those of selects among the receivers, until they find out.
    seats: BTreeMap<u64, Arc<Slot<T>>>,
    is_closed: bool,
}

/// What a sender waits with.
#[derive(Debug)]
enum Offered<T> {
    Message(T),
    /// A select has its message when it is chosen: it comes to this slot.
    Promise(Arc<Slot<T>>),
}

impl<T> Offered<T> {
    fn message(self) -> Option<T> {
        match self {
            Self::Message(message) => Some(message),
            Self::Promise(_) => None,
        }
    }
}

/// What became of a message that was to be sent.
pub(super) enum Given<T> {
    /// A receiver has it, which is to be woken.
    Met(Wake),
    /// Nobody waits for it.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

/// A sender that was met, and is to be woken.
pub(super) struct Taken<T> {
    with: Offered<T>,
    waker: Wake,
}

impl<T> Taken<T> {
    /// Gives its message to `put`, and wakes it; one without a message is woken first, and waited for. False if it has
    /// none after all.
    pub(super) fn put(self, put: impl FnOnce(T)) -> bool {
        match self.with {
            Offered::Message(message) => {
                put(message);
                self.waker.wake();
            }
            Offered::Promise(slot) => {
                self.waker.wake();
                let Some(message) = slot.wait() else { return false };
                put(message);
            }
        }
        true
    }
}

/// One who is to be woken, when nothing is held any more. None where it was woken before.
#[must_use]
pub(super) struct Wake(Option<Quiet>);

impl Wake {
    pub(super) fn wake(self) {
        if let Some(waker) = &self.0 {
            waker.waker().wake_by_ref();
        }
    }
}

impl<T> Meeting<T> {
    /// Nobody waits.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            ends: Lock::new(Ends {
                senders: Line::new(),
                receivers: Line::new(),
                promised: BTreeMap::new(),
                seats: BTreeMap::new(),
                is_closed: false,
            }),
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.ends.lock().is_closed
    }

    /// Nobody meets anybody from here on. False if it was so before.
    pub(super) fn shut(&self) -> bool {
        !mem::replace(&mut self.ends.lock().is_closed, true)
    }

    /// Wakes those who wait where it is closed: they find out, and leave.
    pub(super) fn wake_all(&self, panics: &mut Panics) {
        let mut wakers = Vec::new();
        let mut ends = self.ends.lock();
        ends.senders.end(&mut wakers);
        ends.receivers.end(&mut wakers);
        drop(ends);
        for waker in wakers {
            panics.catch(|| waker.wake());
        }
    }

    /// Gives a message to the receiver that has waited for the longest time, if one waits.
    pub(super) fn give(&self, message: T) -> Given<T> {
        self.ends.lock().give(message)
    }

    /// Meets the sender that has waited for the longest time, if one waits.
    pub(super) fn take(&self) -> Option<Taken<T>> {
        self.ends.lock().take()
    }
}

impl<T> Ends<T> {
    fn give(&mut self, message: T) -> Given<T> {
        if self.is_closed {
            return Given::Closed(message);
        }
        let Some(Met { with: slot, waker, .. }) = self.receivers.meet() else {
            return Given::Full(message);
        };
        // Nobody waits for it there yet.
        _ = slot.put(message);
        Given::Met(waker)
    }

    fn take(&mut self) -> Option<Taken<T>> {
        if self.is_closed {
            return None;
        }
        let Met { number, with, waker } = self.senders.meet()?;
        if let Offered::Promise(slot) = &with {
            self.promised.insert(number, Arc::clone(slot));
        }
        Some(Taken { with, waker })
    }
}
