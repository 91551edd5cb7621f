//! What a thread can choose from: to receive, or to send.

use core::task::Waker;
use std::boxed::Box;
use std::time::Instant;

use crate::channel::core::{Core, End};
use crate::channel::error::{RecvError, SendError};
use crate::channel::kind::Kind;
use crate::channel::list::{Patience, Rest, Who};
use crate::channel::meeting::{Joins, Party};
use crate::channel::select::Operation;
use crate::channel::sender::attempt_send;
use crate::channel::waiters::Waiting;
use crate::sync::Arc;

/// One of the things to do.
pub(super) trait Choice<R> {
    /// Does it, if it can be done now; the outcome waits for [`finish`](Self::finish).
    fn attempt(&mut self) -> bool;

    /// The same for one who has waited for it.
    fn attempt_waited(&mut self) -> bool;

    /// Whether there is anything to do.
    fn is_open(&self) -> bool;

    /// Joins those who wait for it.
    fn begin(&self, waker: Waker) -> Waiting;

    /// What the thread does that has attempted it in vain.
    fn rest(&self, patience: &mut Patience) -> Rest;

    /// When it can be done without anybody who does something for that.
    fn next(&self) -> Option<Instant>;

    /// Whether the thread waits for it in the line of a rendezvous.
    fn is_meeting(&self) -> bool;

    /// Whether somebody waits there to be met, or never will.
    fn may_meet(&self) -> bool;

    /// Joins that line.
    fn join(&self, waker: Waker, party: &Arc<Party>, place: usize) -> Joins;

    /// Tells those of the other end who are in no line.
    fn tell(&self);

    /// Leaves that line.
    fn leave(&self, number: u64);

    /// Does it where it was met in that line; whether it could.
    fn meet(&mut self, number: u64) -> bool;

    /// Calls what was given for it, if it was done.
    fn finish(self: Box<Self>) -> Option<R>;
}

impl<R> Operation for Box<dyn Choice<R> + '_> {
    /// The outcome is kept by what was chosen.
    type Done = ();

    fn attempt(&mut self) -> Option<()> {
        (**self).attempt().then_some(())
    }

    fn attempt_waited(&mut self) -> Option<()> {
        (**self).attempt_waited().then_some(())
    }

    fn begin(&self, waker: Waker) -> Waiting {
        (**self).begin(waker)
    }

    fn rest(&self, patience: &mut Patience) -> Rest {
        (**self).rest(patience)
    }

    fn next(&self) -> Option<Instant> {
        (**self).next()
    }

    fn is_meeting(&self) -> bool {
        (**self).is_meeting()
    }

    fn may_meet(&self) -> bool {
        (**self).may_meet()
    }

    fn join(&self, waker: Waker, party: &Arc<Party>, place: usize) -> Joins {
        (**self).join(waker, party, place)
    }

    fn tell(&self) {
        (**self).tell();
    }

    fn leave(&self, number: u64) {
        (**self).leave(number);
    }

    fn met(&mut self, number: u64) -> Option<()> {
        (**self).meet(number).then_some(())
    }
}

/// To receive from a channel.
pub(super) struct ToRecv<'a, T, C: Kind, F> {
    pub(super) core: &'a Core<T, C>,
    pub(super) received: Option<Result<T, RecvError>>,
    pub(super) then: F,
}

impl<T, C: Kind, R, F: FnOnce(Result<T, RecvError>) -> R> Choice<R> for ToRecv<'_, T, C, F> {
    fn attempt(&mut self) -> bool {
        self.received = self.core.take(|| self.core.pop());
        self.received.is_some()
    }

    fn attempt_waited(&mut self) -> bool {
        let core = self.core;
        core.attempt_waited(End::Receiving, || self.attempt().then_some(())).is_some()
    }

    fn is_open(&self) -> bool {
        true
    }

    fn begin(&self, waker: Waker) -> Waiting {
        Waiting::begin(self.core.waiters(End::Receiving), waker, Who::Thread)
    }

    fn rest(&self, patience: &mut Patience) -> Rest {
        self.core.rest(End::Receiving, patience)
    }

    fn next(&self) -> Option<Instant> {
        self.core.next_instant()
    }

    fn is_meeting(&self) -> bool {
        self.core.meeting().is_some()
    }

    fn may_meet(&self) -> bool {
        self.core.meeting().is_some_and(|meeting| meeting.is_ready(End::Receiving))
    }

    fn join(&self, waker: Waker, party: &Arc<Party>, place: usize) -> Joins {
        self.core.join(End::Receiving, waker, party, place)
    }

    fn tell(&self) {
        self.core.tell_listed(End::Receiving);
    }

    fn leave(&self, number: u64) {
        drop(self.core.leave(End::Receiving, number));
    }

    fn meet(&mut self, number: u64) -> bool {
        self.received = self.core.collect(number).map(Ok);
        self.received.is_some()
    }

    fn finish(self: Box<Self>) -> Option<R> {
        self.received.map(self.then)
    }
}

/// To send into a channel.
pub(super) struct ToSend<'a, T, C: Kind, F> {
    pub(super) core: &'a Core<T, C>,
    pub(super) message: &'a mut Option<T>,
    pub(super) sent: Option<Result<(), SendError<T>>>,
    pub(super) then: F,
}

impl<T, C: Kind, R, F: FnOnce(Result<(), SendError<T>>) -> R> Choice<R> for ToSend<'_, T, C, F> {
    fn attempt(&mut self) -> bool {
        self.sent = attempt_send(self.core, self.message);
        self.sent.is_some()
    }

    fn attempt_waited(&mut self) -> bool {
        let core = self.core;
        core.attempt_waited(End::Sending, || self.attempt().then_some(())).is_some()
    }

    fn is_open(&self) -> bool {
        self.message.is_some()
    }

    fn begin(&self, waker: Waker) -> Waiting {
        Waiting::begin(self.core.waiters(End::Sending), waker, Who::Thread)
    }

    fn rest(&self, patience: &mut Patience) -> Rest {
        self.core.rest(End::Sending, patience)
    }

    fn next(&self) -> Option<Instant> {
        None
    }

    fn is_meeting(&self) -> bool {
        self.core.meeting().is_some()
    }

    fn may_meet(&self) -> bool {
        self.core.meeting().is_some_and(|meeting| meeting.is_ready(End::Sending))
    }

    fn join(&self, waker: Waker, party: &Arc<Party>, place: usize) -> Joins {
        self.core.join(End::Sending, waker, party, place)
    }

    fn tell(&self) {
        self.core.tell_listed(End::Sending);
    }

    fn leave(&self, number: u64) {
        drop(self.core.leave(End::Sending, number));
    }

    fn meet(&mut self, number: u64) -> bool {
        let message = self.message.take().expect("it was there to be sent");
        self.core.keep_in(number, message);
        self.sent = Some(Ok(()));
        true
    }

    fn finish(self: Box<Self>) -> Option<R> {
        self.sent.map(self.then)
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use super::*;
    use crate::ring::Shared;

    /// Whether one is a choice at all, and whether who waits for it may sleep.
    fn told<R>(choice: &impl Choice<R>) -> (bool, bool) {
        (choice.is_open(), choice.rest(&mut Patience::of(Who::Thread)) == Rest::Sleep)
    }

    #[test]
    fn who_has_a_message_may_sleep_and_who_receives_until_the_close() {
        let core = Core::<u64, Shared>::new(1, 0);
        let to_recv = || ToRecv { core: &core, received: None, then: |_| () };
        let may_send = |mut message| {
            told(&ToSend { core: &core, message: &mut message, sent: None, then: |_| () })
        };
        assert_eq!((told(&to_recv()), may_send(Some(1))), ((true, true), (true, true)));
        assert!(!may_send(None).0, "there is nothing to send");
        assert!(core.close());
        assert_eq!(told(&to_recv()), (true, false), "nobody would wake it");
    }
}
