//! Channels: rings whose senders and receivers wait, as threads, as tasks, or both at once.
//!
//! | made with | senders | receivers |
//! |---|---|---|
//! | [`bounded`] | any number | any number |
//! | [`spsc::bounded`] | one | one |
//! | [`mpsc::bounded`] | any number | one |
//! | [`spmc::bounded`] | one | any number |
//! | [`weighted`](fn@weighted) | any number | any number; bounded by weight as well |
//! | [`reserving`] | any number | any number; with permits |
//! | [`priorities()`] | any number for each class | any number, of all classes |
//!
//! With a capacity of 0 each of them is a [rendezvous](#rendezvous); [`after`], [`at`], [`tick`] and [`never()`] make
//! channels of time.
//!
//! Names and meanings are those of `crossbeam_channel`, [`Select`] and [`select!`] too: a program moves over by changing its
//! `use` line, but for one thing. There is no unbounded channel.
//!
//! ```
//! use ringway::channel::bounded;
//!
//! let (sender, receiver) = bounded(16);
//! let workers: Vec<_> = (0..2)
//!     .map(|_| {
//!         let receiver = receiver.clone();
//!         std::thread::spawn(move || receiver.iter().map(|n: u32| n * n).sum::<u32>())
//!     })
//!     .collect();
//! (1..=100).for_each(|n| sender.send(n).unwrap());
//! drop(sender);
//! let sum: u32 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
//! assert_eq!(sum, 338_350);
//! ```
//!
//! [`moving`] says what is called what in other crates, and what differs.
//!
//! # Order and loss
//!
//! Messages are received in the order in which their slots were claimed; for one sender that is
//! the order of its calls. A message whose sending succeeded is received, by one receiver, unless
//! all receivers go before; one whose sending failed is given back.
//!
//! # Rendezvous
//!
//! A channel of capacity 0 keeps no message: one goes from a sender to a receiver when both are there. Its length is
//! 0, and it is empty and full at once. `send` waits until a receiver has the message; what the receiver did before it came
//! has happened when `send` returns. `try_send` succeeds if a thread waits to receive, and `try_recv` if somebody
//! waits to send. Those who wait are met in the order in which they came. Of many messages each goes
//! alone (`send_all`, `recv_many`), and `force_send` evicts its own message where nobody waits.
//!
//! A task that sends waits with its message, which may be received while its future is kept, or before it is dropped:
//! then it was sent. A task that receives is only told that a sender waits, and meets that one when it is polled, since what
//! is given to a future that is dropped would be lost. So `try_send` and `force_send` find nobody where only tasks wait to
//! receive, and threads are met before them.
//!
//! A [`Select`] that waits is met as a thread is, once. It has its message only when it was chosen to send: who has met it
//! waits for that, also in `try_recv` and where a task is polled.
//!
//! # Select
//!
//! [`Select`] and [`select!`] choose an operation that can be done, which is then completed. A message that is to be
//! received is taken at the choice. For one that is to be sent a place is kept then, since it is not known yet: in the order of
//! the choices. Receivers do not wait for it. It is skipped when others have sent behind it, or when the channel is
//! closed; the message is then sent as by [`Sender::send`]. [`Selector`] has its messages before it chooses.
//!
//! # The end
//!
//! A channel is closed by [`Sender::close`] or [`Receiver::close`], or when the last of either end
//! goes. Nothing is sent after that; receivers take what was sent before, and then learn that the
//! channel is disconnected. When the last receiver goes, what is queued is dropped at once, and
//! every sender that waits gets its message back.
//!
//! Whoever learns that a channel is closed sees what was done before: by who closed it, or, where the
//! last of an end has gone, by each of that end before it went.
//!
//! # Waiting
//!
//! Who waits sleeps in a list, in the order in which they came; but who is awake may be faster, and
//! whoever is woken in vain by that joins the list again, behind all others.
//! While nobody is in the list, sending and receiving take no lock, allocate nothing but the vectors of
//! `recv_many` and `drain`, the operations of a [`Select`] or [`Selector`] and the message that a `Select` has received,
//! and call the system for nothing but the fence of
//! [`fences`](crate::fences), and to yield while they look for a message or for room. Whoever joins the list or
//! leaves it takes its lock, which is held for some instructions and never while code of others runs, a
//! waker for example; allocates; and calls the system, to sleep ([`WaitStrategy`]) or to wake.
//!
//! `try_send`, `try_recv`, `force_send`, `close` and the other calls that say that they do not wait wait for
//! no message, for no room, and for no lock, but for that of a rendezvous or of a channel of time, which is held for some
//! instructions each time, and never while code of others runs: where somebody holds the list, whom they would have woken is
//! woken by that one, when it lets the list go. They call the wakers of tasks, and may free memory. So a
//! signal handler must not send into or receive from a channel, since no memory may be freed there.
//! [`Queue`](crate::Queue) does nothing of the kind, and any of its operations may interrupt any other.
//!
//! A task that waits is ended by a timer, which may be any future: `sender.send_async(message).until(timer)` gives the
//! message back with the error, where the time-out that an executor puts around `send_async` drops it with the future
//! ([`SendAsync::until`]; with the feature `tokio` there are `send_timeout_async` and `recv_timeout_async`). Futures that
//! borrow nothing are made by [`Sender::into_send_async`] and [`Receiver::into_recv_async`], and for those that are
//! written by hand there is [`RecvPolling`]. [`Sender::closed`] waits for the end alone.
//!
//! All futures can be dropped at any time: no message is lost with one that waits, and whoever is
//! next is woken in its stead. A future that is kept and not polled, a branch of a `select!` that goes by
//! reference for example, or that is forgotten (`core::mem::forget`), takes no message either; but when its
//! turn comes it has a wake-up that nobody uses. However many there are, they do not stop the others for good: whoever finds
//! the channel empty, or full, and is to sleep while others wait at the other end, lets those who were woken there have a
//! turn first, for some hundred microseconds or, a task, some hundred polls, for which it wakes itself; then it wakes the
//! next, and more each time, until all were woken. Who tries again and again wakes them too. What is left: what a call tells to one that is
//! kept while both ends sleep already, one message or one free slot for each, waits for the next call on the channel.
//!
//! A message whose drop panics keeps no other from being dropped, with the last receiver or with a
//! [`Drain`]; the first panic goes on when all are dropped, unless the thread panics already. A waker
//! that panics keeps nobody else from being woken; it is called after the operation that woke it has
//! taken effect, and a message that was received by then, or refused, is dropped on the way of the
//! panic (should its drop panic too, the process aborts); those of `recv_many` stay in their vector. No
//! waker is called in the midst of another, but for those that it wakes itself by using a channel. So
//! one that takes long holds up those that the same operation wakes after it, also for others. Where a waker panics that
//! is dropped, the panic goes nowhere.
//!
//! # What can be seen
//!
//! With the feature `metrics` a channel counts what goes through it (`Sender::metrics`), and may be given a name
//! (`Sender::register`). `registered` lists the channels of the process that have one, with their lengths, counts and
//! handles, and for how long the oldest message of each has been queued; the example `metrics_page` makes a page for
//! Prometheus of it.
//!
//! With the feature `tracing` there are events, all with the target `ringway::channel`, and with the channel, which is
//! its name or where it lies, its length and its capacity:
//!
//! | level | when |
//! |---|---|
//! | trace | a thread or a task that waits has looked long enough, and goes to sleep: once for each wait; at a rendezvous before it stands in line |
//! | trace | one who waits for several at once, by a [`Select`] or for a message of some priority, goes to sleep |
//! | debug | messages, or a permit, were refused because the channel was full: by a call that does not wait, or after a time-out |
//! | debug | the channel was closed |
//! | debug | the last sender is gone, or the last receiver |
//!
//! A message that finds room and one that is there when it is asked for make none. A subscriber is called where this
//! thread holds nothing and keeps nobody waiting, and may use the same channel; what it does there makes no events. One
//! that takes long holds up the thread that it is called by, also in the calls that wait for nothing. If it panics the panic goes on when all is done, as
//! that of a waker does; a message that was refused is dropped on the way.
//!
//! # Processes that fork
//!
//! A child has a copy of each channel, and of its threads only the one that forked. If no other
//! thread was inside a call on the channel at the moment of the fork, asleep or awake, and no
//! future that others poll was waiting there, the copy is a channel like any other. Else those who
//! slept are still in its list, where wake-ups go to them and nobody wakes; and the lock of the
//! list may be held by one who is not there. So of such a channel a child may ask for what can be
//! seen of it (`len`, `is_closed`, the counts and the like), and must not send, receive, wait,
//! close, or drop the last handle of an end: it ends by `exec` or `_exit`, or forgets its handles
//! (`core::mem::forget`) and makes a new channel. Nor must it list the channels that have names, or make or drop one,
//! if another thread was about to do so. The parent is not concerned. What holds for
//! [rings and `Queue`](crate#processes-that-fork) has no such condition.
//!
//! # Panics
//!
//! All functions that make a channel with a capacity panic if that is so large that its slots
//! exceed the address space.

mod attempt;
mod batches;
mod budget;
mod clock;
mod closed;
mod core;
mod error;
mod future;
mod iter;
mod kind;
mod list;
mod meeting;
mod metrics;
pub mod moving;
mod observed;
mod owned;
mod pace;
mod polling;
pub mod priorities;
mod promise;
mod receiver;
mod select;
mod selector;
mod sender;
mod several;
#[cfg(feature = "futures")]
mod sink;
mod special;
mod state;
#[cfg(feature = "futures")]
mod stream;
mod time;
#[cfg(feature = "tokio")]
mod timeouts;
mod trace;
mod tries;
mod unbounded;
mod until;
mod wait;
mod waiters;
mod weak;
pub mod weighted;

#[cfg(all(test, not(ringway_modelled)))]
mod tests;

pub use self::batches::Drain;
pub use self::closed::Closed;
#[cfg(feature = "futures")]
pub use self::error::SinkError;
pub use self::error::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
pub use self::future::{RecvAsync, RecvManyAsync, SendAllAsync, SendAsync, SendSliceAsync};
pub use self::iter::{IntoIter, Iter, TryIter};
pub use self::kind::{Kind, Weighted};
#[cfg(feature = "metrics")]
pub use self::metrics::{Age, Metrics, Snapshot, Sojourns, registered};
pub use self::owned::{RecvOwned, SendOwned};
pub use self::pace::WaitStrategy;
pub use self::polling::RecvPolling;
pub use self::priorities::priorities;
pub use self::receiver::Receiver;
pub use self::select::{
    ReadyTimeoutError, Select, SelectTimeoutError, SelectedOperation, TryReadyError, TrySelectError,
};
pub use self::selector::Selector;
pub use self::sender::Sender;
#[cfg(feature = "futures")]
pub use self::sink::SendSink;
#[cfg(feature = "futures")]
pub use self::stream::RecvStream;
pub use self::time::{after, at, never, tick};
pub use self::unbounded::unbounded;
pub use self::until::Until;
pub use self::weak::{WeakReceiver, WeakSender};

use std::boxed::Box;

#[doc(inline)]
pub use crate::{select, select_biased};

use self::budget::weights::Scale;
use self::core::Core;
use self::pace::Pace;
use crate::ring::{Shared, Solo};
use crate::sync::Arc;

/// The handles of a new channel.
#[track_caller]
fn pair<T, P: Kind, C: Kind>(capacity: usize, start: u64) -> (Sender<T, P, C>, Receiver<T, C>)
where
    C::Budget<T>: Default,
{
    let core = Arc::new(Core::new(capacity, start));
    let pace = Pace::new(WaitStrategy::default());
    (Sender::counted(Arc::clone(&core), pace.clone()), Receiver::counted(core, pace))
}

/// A channel for any number of senders and receivers, with exactly this capacity; with 0 a
/// [rendezvous](self#rendezvous).
///
/// # Panics
///
/// Panics if so many slots exceed the address space.
///
/// ```
/// let (sender, receiver) = ringway::channel::bounded(1);
/// sender.send("hello").unwrap();
/// assert_eq!(receiver.recv(), Ok("hello"));
/// ```
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    pair(capacity, 0)
}

/// The channel at the beginning of a lap of the caller's choice, for the tests of what happens
/// where the word of a position overflows.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub fn bounded_at<T>(capacity: usize, start: u64) -> (Sender<T>, Receiver<T>) {
    pair(capacity, start)
}

/// A channel for at most `capacity` messages that weigh at most `limit` together, as `weigh` weighs each. See
/// [`weighted`](mod@weighted).
///
/// A message that weighs more than the limit is refused.
///
/// # Panics
///
/// Panics if the capacity or the limit is 0, if the capacity is more than 2^23, or the limit more than 2^37 (2^9 and
/// 2^19 on targets without 64-bit atomics).
///
/// ```
/// let (sender, receiver) = ringway::channel::weighted(16, 100, |text: &String| text.len());
/// sender.send("hello".to_string()).unwrap();
/// assert_eq!((sender.weight(), receiver.recv().unwrap().as_str()), (5, "hello"));
/// ```
#[must_use]
#[track_caller]
pub fn weighted<T>(
    capacity: usize,
    limit: usize,
    weigh: impl Fn(&T) -> usize + Send + Sync + 'static,
) -> (weighted::Sender<T>, weighted::Receiver<T>) {
    weighted::pair(capacity, limit, false, Scale::By(Box::new(weigh)), 0)
}

/// The same, where a message that weighs more than the limit is sent as well: when nothing else is in use, so that it is queued
/// alone. It counts for all of the limit.
///
/// # Panics
///
/// As [`weighted`](fn@weighted).
///
/// ```
/// let (sender, receiver) = ringway::channel::weighted_admitting(4, 10, |n: &usize| *n);
/// sender.send(1000).unwrap();
/// assert_eq!((sender.weight(), sender.try_send(1).is_err()), (10, true));
/// assert_eq!(receiver.recv(), Ok(1000));
/// ```
#[must_use]
#[track_caller]
pub fn weighted_admitting<T>(
    capacity: usize,
    limit: usize,
    weigh: impl Fn(&T) -> usize + Send + Sync + 'static,
) -> (weighted::Sender<T>, weighted::Receiver<T>) {
    weighted::pair(capacity, limit, true, Scale::By(Box::new(weigh)), 0)
}

/// A channel with room that can be reserved ([`weighted::Sender::reserve`]), for at most `capacity` messages, each of which
/// weighs 1.
///
/// # Panics
///
/// Panics if the capacity is 0 or more than 2^23 (2^9 on targets without 64-bit atomics).
///
/// ```
/// let (sender, receiver) = ringway::channel::reserving(1);
/// let permit = sender.reserve(1).unwrap();
/// permit.send("hello").unwrap();
/// assert_eq!(receiver.recv(), Ok("hello"));
/// ```
#[must_use]
#[track_caller]
pub fn reserving<T>(capacity: usize) -> (weighted::Sender<T>, weighted::Receiver<T>) {
    weighted::pair(capacity, capacity.max(1), false, Scale::One, 0)
}

/// The weighted channel at the beginning of a lap of the caller's choice.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub fn weighted_at<T>(
    capacity: usize,
    limit: usize,
    weigh: impl Fn(&T) -> usize + Send + Sync + 'static,
    start: u64,
) -> (weighted::Sender<T>, weighted::Receiver<T>) {
    weighted::pair(capacity, limit, false, Scale::By(Box::new(weigh)), start)
}

/// Declares one kind.
macro_rules! kind {
    ($(#[$attribute:meta])* $name:ident, $senders:ident, $receivers:ident) => {
        $(#[$attribute])*
        pub mod $name {
            use super::*;

            /// The end that sends.
            pub type Sender<T> = super::Sender<T, $senders, $receivers>;
            /// The end that receives.
            pub type Receiver<T> = super::Receiver<T, $receivers>;

            /// A channel of this kind, with exactly this capacity; with 0 a
            /// [rendezvous](super#rendezvous).
            ///
            /// # Panics
            ///
            /// Panics if so many slots exceed the address space.
            ///
            /// ```
            #[doc = concat!("let (sender, receiver) = ringway::channel::", stringify!($name), "::bounded(2);")]
            /// sender.send(1).unwrap();
            /// assert_eq!(receiver.recv(), Ok(1));
            /// ```
            #[must_use]
            #[track_caller]
            pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
                pair(capacity, 0)
            }

            /// The channel at the beginning of a lap of the caller's choice, for the tests of
            /// what happens where the word of a position overflows.
            #[doc(hidden)]
            #[must_use]
            #[track_caller]
            pub fn bounded_at<T>(capacity: usize, start: u64) -> (Sender<T>, Receiver<T>) {
                pair(capacity, start)
            }
        }
    };
}

kind! {
    /// Channels with one sender and one receiver. Neither can be cloned:
    ///
    /// ```compile_fail,E0599
    /// let (sender, receiver) = ringway::channel::spsc::bounded::<u8>(1);
    /// let another = sender.clone();
    /// ```
    ///
    /// ```compile_fail,E0599
    /// let (sender, receiver) = ringway::channel::spsc::bounded::<u8>(1);
    /// let another = receiver.clone();
    /// ```
    spsc, Solo, Solo
}

kind! {
    /// Channels with any number of senders and one receiver, which cannot be cloned, nor shared
    /// by threads:
    ///
    /// ```compile_fail,E0599
    /// let (sender, receiver) = ringway::channel::mpsc::bounded::<u8>(1);
    /// let another = receiver.clone();
    /// ```
    ///
    /// ```compile_fail,E0277
    /// let (sender, receiver) = ringway::channel::mpsc::bounded::<u8>(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| receiver.recv());
    /// });
    /// ```
    mpsc, Shared, Solo
}

kind! {
    /// Channels with one sender, which cannot be cloned, and any number of receivers. Each
    /// message is received by one of them:
    ///
    /// ```compile_fail,E0599
    /// let (sender, receiver) = ringway::channel::spmc::bounded::<u8>(1);
    /// let another = sender.clone();
    /// ```
    spmc, Solo, Shared
}
