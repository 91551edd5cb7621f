//! Channels whose messages are instants, which come by themselves.

use std::boxed::Box;
use std::time::{Duration, Instant};

use super::Receiver;
use super::budget::Unbudgeted;
use super::clock::Clock;
use super::core::Core;
use super::pace::{Pace, WaitStrategy};
use super::special::Special;
use crate::sync::{Arc, now};

/// A channel that delivers one message after so long: the instant at which it was due. It is open until it is closed,
/// also after that.
///
/// Nothing runs behind it: whoever looks for a message finds that it is due, and a thread that waits sleeps until then.
/// So it costs what a channel costs that is made and dropped. Clones share it: the message is received once.
/// A time past all clocks makes a channel as of [`never()`].
///
/// # Panics
///
/// A task would be woken by nobody: its futures and streams panic where nothing is due yet. There the timers of the
/// executor are what to use.
///
/// ```
/// use ringway::channel::after;
/// use std::time::{Duration, Instant};
///
/// let begin = Instant::now();
/// let timeout = after(Duration::from_millis(5));
/// assert!(timeout.recv().unwrap() >= begin + Duration::from_millis(5));
/// assert!(timeout.try_recv().is_err());
/// ```
#[must_use]
pub fn after(duration: Duration) -> Receiver<Instant> {
    channel(now().checked_add(duration), None)
}

/// A channel that delivers one message, this instant, when it has come; as [`after`].
///
/// # Panics
///
/// As for [`after`].
///
/// ```
/// use ringway::channel::at;
/// use std::time::{Duration, Instant};
///
/// let when = Instant::now() + Duration::from_millis(5);
/// assert_eq!(at(when).recv(), Ok(when));
/// assert!(Instant::now() >= when);
/// ```
#[must_use]
pub fn at(when: Instant) -> Receiver<Instant> {
    channel(Some(when), None)
}

/// A channel that delivers a message every so often: the instant at which it was due; as [`after`].
///
/// It keeps one message. Those that would be due while that is not received do not come: the next one comes a
/// period after it was.
///
/// # Panics
///
/// As for [`after`].
///
/// ```
/// use ringway::channel::tick;
/// use std::time::{Duration, Instant};
///
/// let begin = Instant::now();
/// let ticks = tick(Duration::from_millis(2));
/// assert_eq!(ticks.iter().take(3).count(), 3);
/// assert!(Instant::now() - begin >= Duration::from_millis(6));
/// ```
#[must_use]
pub fn tick(period: Duration) -> Receiver<Instant> {
    channel(now().checked_add(period), Some(period))
}

/// A channel that delivers nothing and is open until it is closed: what to receive from where there is nothing to wait
/// for. Its capacity is 0. Tasks may wait on it.
///
/// ```
/// use ringway::channel::{TryRecvError, after, never};
/// use std::time::Duration;
///
/// let limit = None;
/// let timeout = limit.map_or_else(never, after);
/// assert_eq!(timeout.try_recv(), Err(TryRecvError::Empty));
/// # let _: Option<Duration> = limit;
/// ```
#[must_use]
pub fn never<T>() -> Receiver<T> {
    of(Clock::never())
}

/// Instants, the first of them this one.
fn channel(first: Option<Instant>, period: Option<Duration>) -> Receiver<Instant> {
    of(first.map_or_else(Clock::never, |first| Clock::new(first, period, |instant| instant)))
}

/// The receiver of a new channel, whose sender is the clock.
fn of<T>(clock: Clock<T>) -> Receiver<T> {
    let core = Core::with(Some(Box::new(Special::Clock(clock))), 1, 0, Unbudgeted);
    Receiver::counted(Arc::new(core), Pace::new(WaitStrategy::default()))
}
