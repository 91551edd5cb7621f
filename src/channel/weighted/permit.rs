//! Room that is promised.
//!
//! A permit is a part of the budget, and no slot: nobody has to skip one that is held for long. Who has one
//! finds a slot, unless as many threads are suspended in the midst of an operation as there are slots besides the capacity.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::{SendError, TrySendError};
use super::hold::Held;
use super::want::{Hold, Want};
use super::{Sender, Weighed};
use crate::channel::attempt::Attempt;
use crate::channel::budget::weights::Load;
use crate::channel::core::End;
use crate::channel::error as plain;
use crate::channel::future::{DONE, besides};
use crate::channel::list::{Rest, Who};
use crate::channel::pace::Pace;
use crate::channel::sender::attempt_send;
use crate::channel::waiters::Waiting;
use crate::sync::Arc;

/// A promise of room for one message, made by [`Sender::reserve`] and the like. Dropped, it gives the room back.
///
/// Forgotten (`core::mem::forget`), it keeps the room for ever.
#[must_use = "dropped, it gives the room back"]
pub struct Permit<'a, T> {
    pace: &'a Pace,
    held: Held<&'a Weighed<T>>,
}

/// The same with a sender inside, made by [`Sender::reserve_owned`] and the like.
#[must_use = "dropped, it gives the room back"]
pub struct OwnedPermit<T> {
    // Dropped before the sender, which may be the last.
    held: Held<Arc<Weighed<T>>>,
    sender: Sender<T>,
}

/// Sends by what is held, of which the rest is given back.
fn send_held<H: Hold>(
    held: &mut Held<H>,
    pace: &Pace,
    message: H::Message,
) -> Result<(), SendError<H::Message>> {
    let core = held.core.clone();
    let load = match core.budget.weigh(&message) {
        Some(load) if load.weight() <= held.load.weight() => load,
        _ => return Err(SendError::TooHeavy(message)),
    };
    // From here on it is the message that holds so much, unless it comes back.
    held.load = held.load.less(load);
    let refused = match core.try_send(message) {
        Ok(()) => return Ok(()),
        Err(plain::TrySendError::Disconnected(message)) => message,
        Err(plain::TrySendError::Full(message)) => {
            let unsent = Unsent { held: &mut *held, load, message: Some(message) };
            match core.wait(End::Sending, pace, None, unsent) {
                Some(Err(plain::SendError(message))) => message,
                _ => return Ok(()),
            }
        }
    };
    held.load = held.load.plus(load);
    Err(SendError::Disconnected(refused))
}

/// A message that has room, and waits for a slot. Dropped with it, on the way of a panic, it gives back what it counts for.
struct Unsent<'h, H: Hold> {
    held: &'h mut Held<H>,
    load: Load,
    message: Option<H::Message>,
}

impl<H: Hold> Attempt<Result<(), plain::SendError<H::Message>>> for Unsent<'_, H> {
    fn attempt(&mut self) -> Option<Result<(), plain::SendError<H::Message>>> {
        attempt_send(&self.held.core, &mut self.message)
    }

    /// It looks by itself: those who are told of room are as many as there is room for, beside what is claimed, and its own is
    /// none of that.
    fn rest(&mut self, _: Who) -> Rest {
        Rest::Turn
    }
}

impl<H: Hold> Drop for Unsent<'_, H> {
    fn drop(&mut self) {
        if self.message.is_some() {
            self.held.load = self.held.load.plus(self.load);
        }
    }
}

impl<T> Permit<'_, T> {
    /// Sends a message. It does not wait for room, which it has; what the message does not weigh is given back.
    ///
    /// It may have to wait for a slot, if several threads are suspended in the midst of an operation on the channel.
    ///
    /// # Errors
    ///
    /// Gives the message back if it weighs more than the permit, or if the channel is closed or all receivers are gone. The permit
    /// is given back as well.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// let permit = sender.reserve(5).unwrap();
    /// permit.send(3).unwrap();
    /// assert_eq!((receiver.weight(), receiver.recv()), (3, Ok(3)));
    /// assert!(sender.reserve(5).unwrap().send(6).unwrap_err().is_too_heavy());
    /// ```
    pub fn send(mut self, message: T) -> Result<(), SendError<T>> {
        send_held(&mut self.held, self.pace, message)
    }

    /// How much a message may weigh that is sent by it.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
    /// assert_eq!(sender.reserve(5).unwrap().weight(), 5);
    /// ```
    #[must_use]
    pub fn weight(&self) -> usize {
        self.held.load.weight()
    }
}

impl<T> OwnedPermit<T> {
    /// Sends a message, as [`Permit::send`], and returns the sender.
    ///
    /// # Errors
    ///
    /// As [`Permit::send`]. The sender is dropped then.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::reserving(4);
    /// let sender = sender.reserve_owned(1).unwrap().send("hello").unwrap();
    /// assert_eq!((receiver.recv(), sender.weight()), (Ok("hello"), 0));
    /// ```
    pub fn send(mut self, message: T) -> Result<Sender<T>, SendError<T>> {
        send_held(&mut self.held, &self.sender.inner.pace, message)?;
        Ok(self.release())
    }

    /// Gives the room back, and returns the sender.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(4);
    /// let permit = sender.reserve_owned(1).unwrap();
    /// assert_eq!(permit.release().weight(), 0);
    /// ```
    pub fn release(self) -> Sender<T> {
        let Self { held, sender } = self;
        drop(held);
        sender
    }

    /// How much a message may weigh that is sent by it.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(4);
    /// assert_eq!(sender.reserve_owned(1).unwrap().weight(), 1);
    /// ```
    #[must_use]
    pub fn weight(&self) -> usize {
        self.held.load.weight()
    }
}

/// What one wants who reserves so many times so much; none if there can never be as much.
pub(super) fn wanted<T>(core: &Weighed<T>, n: usize, weight: usize) -> Option<Load> {
    let fits = n <= core.capacity() && weight.checked_mul(n)? <= core.budget.limit();
    fits.then(|| Load::of(n, weight))
}

/// Tries to take it; the outcome, unless there is no room.
pub(super) fn attempt<H: Hold>(want: &mut Want<H>) -> Option<Result<(), SendError<()>>> {
    let is_closed = want.core.ring.is_closed();
    if !is_closed && want.take() {
        return Some(Ok(()));
    }
    want.core.is_over().then_some(Err(SendError::Disconnected(())))
}

/// Takes it, or waits for room.
pub(super) fn take<T>(sender: &Sender<T>, wanted: Load) -> Result<(), SendError<()>> {
    let core = sender.core();
    let mut want = Want::of(core, wanted);
    let attempt = want.trying(attempt);
    let taken = core.wait(End::Sending, &sender.inner.pace, None, attempt);
    taken.expect("without a deadline the wait ends with an outcome")
}

/// Takes it, if there is room.
pub(super) fn try_take<T>(sender: &Sender<T>, wanted: Load) -> Result<(), TrySendError<()>> {
    match attempt(&mut Want::of(sender.core(), wanted)) {
        Some(taken) => Ok(taken?),
        None => {
            sender.refused();
            Err(TrySendError::Full(()))
        }
    }
}

impl<T> Sender<T> {
    /// A permit for a load that was taken.
    pub(super) fn permit(&self, load: Load) -> Permit<'_, T> {
        Permit { pace: &self.inner.pace, held: Held { core: self.core(), load } }
    }

    /// The same with the sender inside.
    fn owned_permit(self, load: Load) -> OwnedPermit<T> {
        OwnedPermit { held: Held { core: Arc::clone(&self.inner.core), load }, sender: self }
    }

    /// Reserves room for a message of this weight, or waits for it first.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`reserve_async`](Self::reserve_async) for that.
    ///
    /// # Errors
    ///
    /// Fails if the weight is more than the limit, or if the channel is closed or all receivers are gone, also while it
    /// waits.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::reserving(1);
    /// let permit = sender.reserve(1).unwrap();
    /// assert!(sender.try_send("another").is_err());
    /// permit.send("hello").unwrap();
    /// assert_eq!(receiver.recv(), Ok("hello"));
    /// ```
    pub fn reserve(&self, weight: usize) -> Result<Permit<'_, T>, SendError<()>> {
        let wanted = wanted(self.core(), 1, weight).ok_or(SendError::TooHeavy(()))?;
        take(self, wanted)?;
        Ok(self.permit(wanted))
    }

    /// Reserves room for a message of this weight if there is any now. It does not wait for room.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(1);
    /// let permit = sender.try_reserve(1).unwrap();
    /// assert!(sender.try_reserve(1).unwrap_err().is_full());
    /// drop(permit);
    /// assert!(sender.try_reserve(1).is_ok());
    /// ```
    pub fn try_reserve(&self, weight: usize) -> Result<Permit<'_, T>, TrySendError<()>> {
        let wanted = wanted(self.core(), 1, weight).ok_or(TrySendError::TooHeavy(()))?;
        try_take(self, wanted)?;
        Ok(self.permit(wanted))
    }

    /// As [`reserve`](Self::reserve), with the sender inside the permit.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is
    /// [`reserve_owned_async`](Self::reserve_owned_async) for that.
    ///
    /// # Errors
    ///
    /// As [`reserve`](Self::reserve). The sender is dropped then.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::reserving(1);
    /// let permit = sender.reserve_owned(1).unwrap();
    /// std::thread::spawn(move || permit.send(1).unwrap()).join().unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    pub fn reserve_owned(self, weight: usize) -> Result<OwnedPermit<T>, SendError<()>> {
        let wanted = wanted(self.core(), 1, weight).ok_or(SendError::TooHeavy(()))?;
        take(&self, wanted)?;
        Ok(self.owned_permit(wanted))
    }

    /// As [`try_reserve`](Self::try_reserve), with the sender inside the permit.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve), and gives the sender back.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::reserving::<u8>(1);
    /// let another = sender.clone();
    /// let permit = another.try_reserve_owned(1).unwrap();
    /// let sender = sender.try_reserve_owned(1).unwrap_err().into_inner();
    /// assert_eq!((permit.weight(), sender.weight()), (1, 1));
    /// ```
    #[cfg_attr(
        ringway_modelled,
        allow(clippy::result_large_err, reason = "a handle is large in a model")
    )]
    pub fn try_reserve_owned(self, weight: usize) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        let Some(wanted) = wanted(self.core(), 1, weight) else {
            return Err(TrySendError::TooHeavy(self));
        };
        match try_take(&self, wanted) {
            Ok(()) => Ok(self.owned_permit(wanted)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(_) => Err(TrySendError::Disconnected(self)),
        }
    }

    /// Reserves room for a message of this weight, or waits for it first: [`reserve`](Self::reserve) for tasks.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has reserved nothing.
    ///
    /// # Errors
    ///
    /// As [`reserve`](Self::reserve).
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::reserving(1);
    /// sender.reserve_async(1).await.unwrap().send("hello").unwrap();
    /// assert_eq!(receiver.recv_async().await, Ok("hello"));
    /// # }).unwrap();
    /// ```
    pub fn reserve_async(&self, weight: usize) -> ReserveAsync<'_, T> {
        let want = wanted(self.core(), 1, weight).map(|load| (load, Want::of(self.core(), load)));
        ReserveAsync { waiting: None, want, sender: self, is_done: false }
    }

    /// As [`reserve_async`](Self::reserve_async), with the sender inside the permit.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has reserved nothing. The sender is dropped with it.
    ///
    /// # Errors
    ///
    /// As [`reserve`](Self::reserve). The sender is dropped then.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::reserving(1);
    /// let permit = sender.reserve_owned_async(1).await.unwrap();
    /// permit.send("hello").unwrap();
    /// assert_eq!(receiver.recv_async().await, Ok("hello"));
    /// # }).unwrap();
    /// ```
    pub fn reserve_owned_async(self, weight: usize) -> ReserveOwnedAsync<T> {
        let core = &self.inner.core;
        let want = wanted(core, 1, weight).map(|load| (load, Want::of(Arc::clone(core), load)));
        ReserveOwnedAsync { waiting: None, want, sender: Some(self), is_done: false }
    }
}

/// The future of [`Sender::reserve_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct ReserveAsync<'a, T> {
    waiting: Option<Waiting>,
    want: Option<(Load, Want<&'a Weighed<T>>)>,
    sender: &'a Sender<T>,
    is_done: bool,
}

/// The future of [`Sender::reserve_owned_async`].
#[must_use = "a future does nothing unless it is polled"]
pub struct ReserveOwnedAsync<T> {
    waiting: Option<Waiting>,
    want: Option<(Load, Want<Arc<Weighed<T>>>)>,
    sender: Option<Sender<T>>,
    is_done: bool,
}

impl<'a, T> Future for ReserveAsync<'a, T> {
    type Output = Result<Permit<'a, T>, SendError<()>>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let polled = poll_take(
            &mut this.want,
            &mut this.waiting,
            &this.sender.inner.pace,
            &mut this.is_done,
            context,
        );
        let sender = this.sender;
        polled.map_ok(|load| sender.permit(load))
    }
}

impl<T> Future for ReserveOwnedAsync<T> {
    type Output = Result<OwnedPermit<T>, SendError<()>>;

    /// # Panics
    ///
    /// Panics if the future was done before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { want, waiting, sender, is_done } = self.get_mut();
        let pace = &sender.as_ref().expect(DONE).inner.pace;
        let polled = poll_take(want, waiting, pace, is_done, context);
        if !polled.is_ready() {
            return Poll::Pending;
        }
        let sender = sender.take().expect("it was there");
        polled.map_ok(|load| sender.owned_permit(load))
    }
}

/// Takes what is wanted, or waits for it.
pub(super) fn poll_take<H: Hold>(
    want: &mut Option<(Load, Want<H>)>,
    waiting: &mut Option<Waiting>,
    pace: &Pace,
    is_done: &mut bool,
    context: &mut Context<'_>,
) -> Poll<Result<Load, SendError<()>>> {
    assert!(!mem::replace(is_done, true), "{DONE}");
    let Some((load, want)) = want else { return Poll::Ready(Err(SendError::TooHeavy(()))) };
    let core = want.core.clone();
    let end = want.end();
    let polled = core.poll(end, pace, waiting, context, want.trying(attempt));
    *is_done = polled.is_ready();
    polled.map_ok(|()| *load)
}

besides! { ReserveAsync<'a, T>, ['a, T]; this: this.is_done, this.waiting }
besides! { ReserveOwnedAsync<T>, [T]; this: this.is_done, this.waiting }

/// Shows a permit by its weight.
macro_rules! shown {
    ($permit:ident $(<$lifetime:lifetime>)?) => {
        impl<T> fmt::Debug for $permit<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($permit))
                    .field("weight", &self.weight())
                    .finish_non_exhaustive()
            }
        }
    };
}

shown!(Permit<'_>);
shown!(OwnedPermit);
