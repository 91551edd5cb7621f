//! Sending for tasks.

use core::task::{Context, Poll};
use std::boxed::Box;

use super::Meeting;
use super::line::Who;
use super::offer::Offer;
use crate::channel::core::{Core, End};
use crate::channel::error::{SendError, SendTimeoutError, TrySendError};
use crate::channel::kind::Kind;
use crate::channel::list::{self, Quiet, Rest};
use crate::channel::metrics::Metric;
use crate::channel::trace::Event;
use crate::sync::Arc;

impl<T, C: Kind> Core<T, C> {
    /// Sends in a rendezvous as a task, which waits by what it keeps in `offer`, with its message; until then that is in
    /// `unsent`.
    #[cold]
    #[inline(never)]
    pub(in crate::channel) fn poll_in(
        &self,
        meeting: &Arc<Meeting<T>>,
        unsent: &mut Option<T>,
        offer: &mut Option<Box<Offer<T>>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        if let Some(mut begun) = offer.take_if(|begun| !begun.waits(context.waker())) {
            if let (Some(message), _) = begun.take_back() {
                return Poll::Ready(Err(SendError(message)));
            }
            self.meter.count(Metric::Sent, 1);
            return Poll::Ready(Ok(()));
        }
        if let Some(message) = unsent.take() {
            let mut given = self.give(meeting.give(message));
            if let Err(TrySendError::Full(message)) = given {
                self.count_wait(End::Sending, false);
                *unsent = Some(message);
                self.tell(Event::Sleeps(End::Sending));
                let waker = Some(Quiet::of(context.waker().clone()));
                let message = unsent.take().expect("it was put there");
                let who = Who { waker, party: None };
                match Offer::begin(meeting, message, who, list::Who::Task) {
                    Ok(begun) => {
                        *offer = Some(Box::new(begun));
                        // Those are told who do not wait here (M3).
                        self.tell_listed(End::Sending);
                        given = Ok(());
                    }
                    Err(other) => given = self.give(other),
                }
            }
            if offer.is_none() {
                return Poll::Ready(given.map_err(|refused| SendError(refused.into_inner())));
            }
        }
        let Some(begun) = offer else { return Poll::Ready(Ok(())) };
        if self.rest(End::Sending, &mut begun.patience) != Rest::Sleep {
            context.waker().wake_by_ref();
        }
        self.count_wait(End::Sending, true);
        Poll::Pending
    }

    /// What became of a message whose task gives up; none where it does not wait with one.
    pub(in crate::channel) fn withdraw(
        &self,
        offer: &mut Option<Box<Offer<T>>>,
    ) -> Option<Result<(), SendTimeoutError<T>>> {
        let (message, is_closed) = offer.take()?.take_back();
        Some(match message {
            None => {
                self.meter.count(Metric::Sent, 1);
                Ok(())
            }
            Some(message) if is_closed => Err(SendTimeoutError::Disconnected(message)),
            Some(message) => Err(SendTimeoutError::Timeout(message)),
        })
    }
}
