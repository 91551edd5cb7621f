//! Sending and receiving for threads.

use core::mem;
use core::task::Waker;
use std::time::Instant;

use super::Meeting;
use super::line::Who;
use super::offer::Offer;
use super::party::Party;
use super::seat::Begun;
use crate::channel::core::{Core, End};
use crate::channel::error::{RecvError, SendError, TrySendError};
use crate::channel::kind::Kind;
use crate::channel::list::{self, Quiet, Rest};
use crate::channel::metrics::Metric;
use crate::channel::pace::{Pace, Pauses};
use crate::channel::trace::Event;
use crate::sync::{Arc, Panics, Sleeper, before_blocking, is_over};

/// A thread that waits, and is woken by others.
struct Waiter {
    sleeper: std::sync::Arc<Sleeper>,
    party: Arc<Party>,
}

impl Waiter {
    fn new() -> Self {
        Self { sleeper: Sleeper::new(), party: Arc::new(Party::new()) }
    }

    fn who(&self) -> Who {
        let waker = Some(Quiet::of(Waker::from(self.sleeper.clone())));
        Who { waker, party: Some((Arc::clone(&self.party), 0)) }
    }
}

impl<T, C: Kind> Core<T, C> {
    /// Sends in a rendezvous as a thread, or waits for a receiver until the deadline; then the message is in `unsent`
    /// again.
    pub(in crate::channel) fn send_in(
        &self,
        meeting: &Arc<Meeting<T>>,
        unsent: &mut Option<T>,
        pace: &Pace,
        deadline: Option<Instant>,
    ) -> Option<Result<(), SendError<T>>> {
        let message = match self.give(meeting.give(unsent.take()?)) {
            Err(TrySendError::Full(message)) => message,
            given => return outcome(given, unsent),
        };
        if is_over(deadline) {
            *unsent = Some(message);
            return None;
        }
        // It is there where a subscriber panics.
        *unsent = Some(message);
        before_blocking();
        self.count_wait(End::Sending, false);
        // Whoever listens does so before others can meet this thread.
        self.tell(Event::Sleeps(End::Sending));
        let message = unsent.take()?;
        let waiter = Waiter::new();
        let mut offer = match Offer::begin(meeting, message, waiter.who(), list::Who::Thread) {
            Ok(offer) => offer,
            Err(given) => return outcome(self.give(given), unsent),
        };
        let mut panics = Panics::default();
        panics.catch(|| {
            // Those are told who do not wait here (M3).
            self.tell_listed(End::Sending);
            let rest = || self.rest(End::Sending, &mut offer.patience);
            self.wait_in(End::Sending, &waiter, pace, deadline, rest);
        });
        let (back, is_closed) = offer.take_back();
        if back.is_none() {
            self.meter.count(Metric::Sent, 1);
        }
        // The same where a waker panics.
        *unsent = back;
        panics.resume();
        let given = match unsent.take() {
            None => Ok(()),
            Some(message) if is_closed => Err(TrySendError::Disconnected(message)),
            Some(message) => Err(TrySendError::Full(message)),
        };
        outcome(given, unsent)
    }

    /// Receives in a rendezvous as a thread, or waits for a sender until the deadline.
    pub(in crate::channel) fn recv_in(
        &self,
        meeting: &Meeting<T>,
        pace: &Pace,
        deadline: Option<Instant>,
    ) -> Option<Result<T, RecvError>> {
        let mut is_told = false;
        loop {
            let mut message = None;
            let received = |taken| {
                self.meter.count(Metric::Received, 1);
                message = Some(taken);
            };
            if self.take_in(meeting, received) {
                return message.map(Ok);
            }
            if is_over(deadline) {
                return meeting.is_closed().then_some(Err(RecvError));
            }
            before_blocking();
            self.count_wait(End::Receiving, false);
            // As above, once for each wait.
            if !mem::replace(&mut is_told, true) {
                self.tell(Event::Sleeps(End::Receiving));
            }
            let waiter = Waiter::new();
            let mut seat = match Begun::of(meeting, waiter.who()) {
                Begun::Waits(seat) => seat,
                Begun::Ready => continue,
                Begun::Closed => return Some(Err(RecvError)),
            };
            // Those are told who do not wait here (M3).
            self.tell_listed(End::Receiving);
            self.wait_in(End::Receiving, &waiter, pace, deadline, || Rest::Sleep);
            match seat.leave() {
                (Some(message), _) => {
                    self.meter.count(Metric::Received, 1);
                    return Some(Ok(message));
                }
                (None, true) => return Some(Err(RecvError)),
                // Also where it was promised a message that does not come.
                (None, false) => {}
            }
        }
    }

    /// Receives from the sender that has waited for the longest time, if one waits; `put` has the message before that is
    /// woken, if it waits with it.
    pub(in crate::channel) fn take_in(&self, meeting: &Meeting<T>, put: impl FnOnce(T)) -> bool {
        let mut put = Some(put);
        while let Some(taken) = meeting.take() {
            if taken.put(|message| put.take().map_or((), |put| put(message))) {
                return true;
            }
        }
        false
    }

    /// It has told that it sleeps before it joined its line, where it would be met while a subscriber waits there
    /// (`trace`). Waits until it is decided what becomes of one who waits, or until the deadline.
    fn wait_in(
        &self,
        end: End,
        waiter: &Waiter,
        pace: &Pace,
        deadline: Option<Instant>,
        mut rest: impl FnMut() -> Rest,
    ) {
        let mut turns = pace.begin(0, Pauses::between(1, 1));
        loop {
            if waiter.party.is_decided() || turns.is_slow() && is_over(deadline) {
                pace.end(false);
                return;
            }
            if !turns.take() {
                break;
            }
        }
        pace.end(true);
        while !waiter.party.is_decided() && !is_over(deadline) {
            self.count_wait(end, true);
            waiter.sleeper.sleep(rest().until(deadline));
        }
    }
}

/// What became of a message; one that may yet be sent is in `unsent` again.
fn outcome<T>(
    given: Result<(), TrySendError<T>>,
    unsent: &mut Option<T>,
) -> Option<Result<(), SendError<T>>> {
    match given {
        Ok(()) => Some(Ok(())),
        Err(TrySendError::Disconnected(message)) => Some(Err(SendError(message))),
        Err(TrySendError::Full(message)) => {
            *unsent = Some(message);
            None
        }
    }
}
