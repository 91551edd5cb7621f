//! Channels as a [`Select`](super::Select) sees them, whatever their messages are.

use core::task::Waker;
use std::thread::ThreadId;
use std::time::Instant;

use super::kept::{Kept, Received};
use crate::channel::core::{Core, End};
use crate::channel::error::{RecvError, SendError};
use crate::channel::kind::Kind;
use crate::channel::list::{Asks, Patience, Rest, Who};
use crate::channel::meeting::{Joins, Party, Room};
use crate::channel::waiters::Waiting;
use crate::ring::Shared;
use crate::sequencer::{Emptying, Filling, Uncounted};
use crate::sync::Arc;

/// What is chosen, and not completed yet.
pub(in crate::channel) enum Chosen<'a> {
    /// To receive this message, or to learn that there will be none.
    ToRecv(Result<Kept<'a>, RecvError>),
    /// To send to where room was promised, or to learn that the channel is closed.
    ToSend(Result<Promised<'a>, SendError<()>>),
}

/// A promise of room in a channel. Dropped, it is broken.
pub(in crate::channel) struct Promised<'a> {
    channel: &'a dyn Channel,
    /// Nothing once it was taken.
    promise: Option<Room>,
}

impl Promised<'_> {
    /// The promise itself, to be kept.
    pub(super) fn take(mut self) -> Option<Room> {
        self.promise.take()
    }
}

impl Drop for Promised<'_> {
    fn drop(&mut self) {
        if let Some(promise) = self.promise.take() {
            self.channel.break_promise(promise);
        }
    }
}

/// A channel, whatever its messages are. No code of theirs runs here (K2 of `kept`).
pub(in crate::channel) trait Channel {
    /// Chooses an operation at this end, if it can be done now. What is chosen is the caller's, and nobody else's: a
    /// message, or a promise of room, which is to be kept or broken. A handle was on the thread `home`.
    fn choose(&self, end: End, home: ThreadId) -> Option<Chosen<'_>>;

    /// The same for one who has waited at this end.
    fn choose_waited(&self, end: End, home: ThreadId) -> Option<Chosen<'_>>;

    /// Whether an operation at this end could be done now, without a wait.
    fn is_ready(&self, end: End) -> bool;

    /// The same for one who has waited at this end.
    fn is_ready_waited(&self, end: End) -> bool;

    /// A thread joins those who wait at this end.
    fn begin(&self, end: End, waker: Waker) -> Waiting;

    /// What the thread does that has looked in vain at this end.
    fn rest(&self, end: End, patience: &mut Patience) -> Rest;

    /// Breaks a promise of this channel.
    fn break_promise(&self, promise: Room);

    /// When its next message comes by itself.
    fn next(&self) -> Option<Instant>;

    /// Whether it is a rendezvous, at which a thread waits in a line.
    fn is_meeting(&self) -> bool;

    /// A thread joins the line of this end; [`tell`](Self::tell) comes after.
    fn join(&self, end: End, waker: Waker, party: &Arc<Party>, place: usize) -> Joins;

    /// Tells those of the other end who are in no line.
    fn tell(&self, end: End);

    /// A thread leaves the line of this end, and does not go on by it. A handle was on the thread `home`.
    fn leave(&self, end: End, number: u64, home: ThreadId);

    /// What a thread has chosen that was met in the line of this end.
    fn met(&self, end: End, number: u64, home: ThreadId) -> Option<Chosen<'_>>;
}

impl<T, C: Kind> Channel for Core<T, C> {
    fn choose(&self, end: End, home: ThreadId) -> Option<Chosen<'_>> {
        match end {
            End::Receiving => {
                let mut received = Received::none(home);
                let outcome = self.take(|| {
                    self.pop_to(&mut received.message);
                    received.message.is_some().then_some(())
                })?;
                let mut message = || received.message.take().expect("it was received");
                Some(Chosen::ToRecv(outcome.map(|()| Kept::of(self, home, message()))))
            }
            End::Sending | End::Claiming => {
                let of = |promise| Promised { channel: self, promise: Some(promise) };
                Some(Chosen::ToSend(self.promise()?.map(of)))
            }
        }
    }

    fn choose_waited(&self, end: End, home: ThreadId) -> Option<Chosen<'_>> {
        self.attempt_waited(end, || self.choose(end, home))
    }

    /// Whoever finds nothing to do lets the other end look, as one that attempts it does (`Core::rest`).
    fn is_ready(&self, end: End) -> bool {
        if let Some(is_ready) = self.is_ready_otherwise(end) {
            return is_ready;
        }
        match end {
            End::Receiving => {
                let mut freed = 0;
                let is_ready = self.ring.is_ready::<Emptying, C, Shared>(&mut freed);
                self.came_out(0, freed);
                let would_not_wait = is_ready || self.ring.is_closed();
                if !would_not_wait {
                    self.let_senders_look(1, Asks::Passing);
                }
                would_not_wait
            }
            End::Sending | End::Claiming => {
                self.ring.is_ready::<Filling, Shared, C>(&mut Uncounted) || self.is_over()
            }
        }
    }

    /// Whoever comes next is told: this one takes nothing.
    fn is_ready_waited(&self, end: End) -> bool {
        self.attempt_waited(end, || self.is_ready(end).then_some(())).is_some()
    }

    fn begin(&self, end: End, waker: Waker) -> Waiting {
        Waiting::begin(self.waiters(end), waker, Who::Thread)
    }

    fn rest(&self, end: End, patience: &mut Patience) -> Rest {
        Core::rest(self, end, patience)
    }

    fn break_promise(&self, promise: Room) {
        Core::break_promise(self, promise);
    }

    fn next(&self) -> Option<Instant> {
        self.next_instant()
    }

    fn is_meeting(&self) -> bool {
        self.meeting().is_some()
    }

    fn join(&self, end: End, waker: Waker, party: &Arc<Party>, place: usize) -> Joins {
        Core::join(self, end, waker, party, place)
    }

    fn tell(&self, end: End) {
        Core::tell_listed(self, end);
    }

    fn leave(&self, end: End, number: u64, home: ThreadId) {
        let message = Core::leave(self, end, number);
        drop(message.map(|message| Kept::of(self, home, message)));
    }

    fn met(&self, end: End, number: u64, home: ThreadId) -> Option<Chosen<'_>> {
        Some(match end {
            End::Receiving => Chosen::ToRecv(Ok(Kept::of(self, home, self.collect(number)?))),
            End::Sending | End::Claiming => {
                let promise = Some(Room::Met(number));
                Chosen::ToSend(Ok(Promised { channel: self, promise }))
            }
        })
    }
}
