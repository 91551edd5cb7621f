//! What a thread can choose from: to receive, or to send.

use std::boxed::Box;

use crate::channel::core::{Core, End};
use crate::channel::error::{RecvError, SendError};
use crate::channel::kind::Kind;
use crate::channel::select::{Channel, Operation};
use crate::channel::sender::attempt_send;

/// One of the things to do. Its outcome is kept by it until [`finish`](Self::finish).
pub(super) trait Choice<R>: Operation<Done = ()> {
    /// Whether there is anything to do.
    fn is_open(&self) -> bool;

    /// Calls what was given for it, if it was done.
    fn finish(self: Box<Self>) -> Option<R>;
}

impl<O: Operation + ?Sized> Operation for Box<O> {
    type Done = O::Done;

    fn attempt(&mut self) -> Option<O::Done> {
        (**self).attempt()
    }

    fn attempt_waited(&mut self) -> Option<O::Done> {
        (**self).attempt_waited()
    }

    fn at(&self) -> (&dyn Channel, End) {
        (**self).at()
    }

    fn is_meeting(&self) -> bool {
        (**self).is_meeting()
    }

    fn leave(&self, number: u64) {
        (**self).leave(number);
    }

    fn met(&mut self, number: u64) -> Option<O::Done> {
        (**self).met(number)
    }
}

/// To receive from a channel.
pub(super) struct ToRecv<'a, T, C: Kind, F> {
    pub(super) core: &'a Core<T, C>,
    pub(super) received: Option<Result<T, RecvError>>,
    pub(super) then: F,
}

impl<T, C: Kind, F> Operation for ToRecv<'_, T, C, F> {
    type Done = ();

    fn attempt(&mut self) -> Option<()> {
        self.received = self.core.take(|| self.core.pop());
        self.received.is_some().then_some(())
    }

    fn attempt_waited(&mut self) -> Option<()> {
        self.core.attempt_waited(End::Receiving, || self.attempt())
    }

    fn at(&self) -> (&dyn Channel, End) {
        (self.core, End::Receiving)
    }

    fn leave(&self, number: u64) {
        drop(self.core.leave(End::Receiving, number));
    }

    fn met(&mut self, number: u64) -> Option<()> {
        self.received = Some(Ok(self.core.collect(number)?));
        Some(())
    }
}

impl<T, C: Kind, R, F: FnOnce(Result<T, RecvError>) -> R> Choice<R> for ToRecv<'_, T, C, F> {
    fn is_open(&self) -> bool {
        true
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

impl<T, C: Kind, F> Operation for ToSend<'_, T, C, F> {
    type Done = ();

    fn attempt(&mut self) -> Option<()> {
        self.sent = attempt_send(self.core, self.message);
        self.sent.is_some().then_some(())
    }

    fn attempt_waited(&mut self) -> Option<()> {
        self.core.attempt_waited(End::Sending, || self.attempt())
    }

    fn at(&self) -> (&dyn Channel, End) {
        (self.core, End::Sending)
    }

    fn leave(&self, number: u64) {
        drop(self.core.leave(End::Sending, number));
    }

    fn met(&mut self, number: u64) -> Option<()> {
        let message = self.message.take().expect("it was there to be sent");
        self.core.keep_in(number, message);
        self.sent = Some(Ok(()));
        Some(())
    }
}

impl<T, C: Kind, R, F: FnOnce(Result<(), SendError<T>>) -> R> Choice<R> for ToSend<'_, T, C, F> {
    fn is_open(&self) -> bool {
        self.message.is_some()
    }

    fn finish(self: Box<Self>) -> Option<R> {
        self.sent.map(self.then)
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use super::*;
    use crate::channel::list::{Patience, Rest, Who};
    use crate::ring::Shared;

    /// Whether one is a choice at all, and whether who waits for it may sleep.
    fn told<R>(choice: &impl Choice<R>) -> (bool, bool) {
        let (channel, end) = choice.at();
        (choice.is_open(), channel.rest(end, &mut Patience::of(Who::Thread)) == Rest::Sleep)
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
