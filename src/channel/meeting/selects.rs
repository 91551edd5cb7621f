//! Selects at a rendezvous: they wait there beside other places, and send when they were chosen.

use core::mem;
use core::task::Waker;

use super::line::{Met, Who};
use super::party::Party;
use super::seat::Slot;
use super::{Ends, Meeting, Offered, Wake};
use crate::channel::core::{Core, End};
use crate::channel::error::SendError;
use crate::channel::kind::Kind;
use crate::channel::list::Quiet;
use crate::channel::metrics::Metric;
use crate::ring::Promise;
use crate::sync::Arc;

/// What a select has that was chosen to send.
#[derive(Debug)]
#[must_use]
pub(in crate::channel) enum Room {
    /// Room in a ring.
    Place(Promise),
    /// A receiver, under this number, which waits for the message.
    Met(u64),
}

/// Whether a select waits at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) enum Joins {
    /// In a line, under this number.
    Line(u64),
    /// It does not have to wait.
    Nothing,
}

impl<T> Meeting<T> {
    /// A select joins the line of this end, unless somebody waits at the other, or the channel is closed.
    fn join(&self, end: End, waker: Waker, party: &Arc<Party>, place: usize) -> Joins {
        let slot = Slot::new();
        let who = Who { waker: Some(Quiet::of(waker)), party: Some((Arc::clone(party), place)) };
        let mut ends = self.ends.lock();
        if ends.is_ready(end, Some(party)) {
            return Joins::Nothing;
        }
        Joins::Line(match end {
            End::Sending | End::Claiming => ends.senders.join(Offered::Promise(slot), who),
            End::Receiving => {
                let number = ends.receivers.join(Arc::clone(&slot), who);
                ends.seats.insert(number, slot);
                number
            }
        })
    }

    /// A select leaves the line of this end. Where it was met it does not go on by that: who has met it is told, or the
    /// message is returned that it has.
    fn leave(&self, end: End, number: u64) -> Option<T> {
        let mut ends = self.ends.lock();
        // What is dropped is so when nothing is held.
        match end {
            End::Sending | End::Claiming => {
                let place = ends.senders.leave(number);
                let slot = ends.promised.remove(&number);
                drop(ends);
                drop(place);
                if let Some(slot) = slot {
                    slot.give_up().wake();
                }
                None
            }
            End::Receiving => {
                let place = ends.receivers.leave(number);
                let slot = ends.seats.remove(&number);
                drop(ends);
                drop(place);
                slot?.take()
            }
        }
    }

    /// The message of a select that was met in the line of the receivers; none if it gets none.
    fn collect(&self, number: u64) -> Option<T> {
        let slot = self.ends.lock().seats.remove(&number)?;
        slot.wait()
    }

    /// Meets a receiver that waits, which is to be woken, and is promised a message; or tells that the channel is closed.
    fn promise(&self) -> Option<Result<(u64, Wake), ()>> {
        let mut ends = self.ends.lock();
        if ends.is_closed {
            return Some(Err(()));
        }
        let Met { with: slot, waker, .. } = ends.receivers.meet()?;
        let number = ends.senders.number();
        ends.promised.insert(number, slot);
        Some(Ok((number, waker)))
    }

    /// Sends the message that was promised (M4); who is to be woken.
    fn keep(&self, number: u64, message: T) -> Wake {
        let slot = self.ends.lock().promised.remove(&number);
        slot.expect("it was promised").put(message)
    }

    /// Whether one would not wait at this end.
    pub(in crate::channel) fn is_ready(&self, end: End) -> bool {
        self.ends.lock().is_ready(end, None)
    }
}

impl<T> Ends<T> {
    fn is_ready(&self, end: End, party: Option<&Arc<Party>>) -> bool {
        self.is_closed
            || match end {
                End::Sending | End::Claiming => self.receivers.has_any(party),
                End::Receiving => self.senders.has_any(party),
            }
    }
}

impl<T, C: Kind> Core<T, C> {
    /// A select waits at this end of a rendezvous, as [`Meeting::join`]; [`Core::tell`] comes after.
    pub(in crate::channel) fn join(
        &self,
        end: End,
        waker: Waker,
        party: &Arc<Party>,
        place: usize,
    ) -> Joins {
        match self.meeting() {
            Some(meeting) => meeting.join(end, waker, party, place),
            None => Joins::Nothing,
        }
    }

    /// Tells those who do not wait in the other line (M3).
    pub(in crate::channel) fn tell_listed(&self, end: End) {
        match end {
            End::Sending | End::Claiming => self.not_empty.notify(1),
            End::Receiving => self.not_full.notify(1),
        }
    }

    /// A select waits at this end no more, as [`Meeting::leave`].
    pub(in crate::channel) fn leave(&self, end: End, number: u64) -> Option<T> {
        self.meeting()?.leave(end, number)
    }

    /// Receives the message of a select that was met; none if it gets none.
    pub(in crate::channel) fn collect(&self, number: u64) -> Option<T> {
        let message = self.meeting()?.collect(number)?;
        self.meter.count(Metric::Received, 1);
        Some(message)
    }

    /// Meets a receiver that is promised a message, or tells that the channel is closed.
    pub(in crate::channel) fn promise_in(
        &self,
        meeting: &Meeting<T>,
    ) -> Option<Result<Room, SendError<()>>> {
        let (number, waker) = match meeting.promise()? {
            Ok(promised) => promised,
            Err(()) => return Some(Err(SendError(()))),
        };
        let unwound = Unwound { meeting, number };
        waker.wake();
        mem::forget(unwound);
        Some(Ok(Room::Met(number)))
    }

    /// Sends the message that was promised under this number.
    pub(in crate::channel) fn keep_in(&self, number: u64, message: T) {
        if let Some(meeting) = self.meeting() {
            self.meter.count(Metric::Sent, 1);
            meeting.keep(number, message).wake();
        }
    }
}

/// A promise that is broken where the waker panics of who has it.
struct Unwound<'a, T> {
    meeting: &'a Meeting<T>,
    number: u64,
}

impl<T> Drop for Unwound<'_, T> {
    fn drop(&mut self) {
        drop(self.meeting.leave(End::Sending, self.number));
    }
}
