//! Channels with classes of messages: one end that receives, the most urgent first, and a sender for each class.
//!
//! ```
//! use ringway::channel::priorities;
//!
//! let ([control, requests, background], receiver) = priorities([16, 64, 1024]);
//! let worker = std::thread::spawn(move || receiver.iter().collect::<Vec<_>>());
//! background.send("tidy up").unwrap();
//! requests.send("GET /").unwrap();
//! control.send("reload").unwrap();
//! drop((control, requests, background));
//! assert_eq!(worker.join().unwrap().len(), 3);
//! ```
//!
//! Each class is a channel of its own, with a capacity of its own: one that is full holds up no sender of
//! another. Its [`Sender`] is that of every other channel, with its futures, batches, sinks,
//! time-outs, weak handles and metrics, and so is what holds for its messages: those of one class are received in the
//! order in which their slots were claimed, none is lost, and one that is refused is given back.
//!
//! # Which is next
//!
//! A receiver looks at the classes one after the other, the most urgent first, and takes the first message that
//! it finds: a message whose sending returned before the call is passed over for none of a less urgent class, but for
//! those that go by turn. One that is sent during the call may be.
//!
//! # Nothing starves
//!
//! After each `k` messages that go by urgency one goes by turn: the classes other than the most urgent one take turns,
//! round and round, and one without a message is left out. `k` is 16 unless
//! [`with_turns`](Receiver::with_turns) says otherwise, and [`strict`](Receiver::strict) is without turns. No clock is
//! asked. With `n` classes, and a receiver that one thread uses at a time,
//!
//! - of any `(k + 1)(n - 1)` messages in a row that it receives while a class is never empty, one at least is of
//!   that class;
//! - so a message waits for at most `(d + 1)(k + 1)(n - 1) - 1` others once it is queued, where `d` is how many of its
//!   own class are before it: less than the capacity;
//! - of any two messages in a row one at least goes by urgency, and of any `k + 1` in a row `k`.
//!
//! Each receiver counts by itself, and no word is written by all of them. So with `r` receivers a message waits for at most
//! `d(k + 1)(n - 1) + r((k + 1)(n - 1) - 1)` others, and for those that are being received meanwhile. A clone goes on
//! where the count of its original stands, and the original after it: where each message is received by a clone of its own
//! they take turns as one receiver would. Threads that share a receiver by reference share its count too: for `t` of them
//! all of this is up to `t` times as much, and a thread that is suspended in the midst of a call may cost a class one turn.
//! Give each a clone.
//!
//! # Waiting
//!
//! A receiver that finds all classes empty waits for all of them at once, in the list of each: to sleep takes as many
//! places as there are classes. All that the [channels](super#waiting) say of waiting holds for each class. Of a future
//! that is kept and not polled: it may have the wake-up of one message of each class, not of one alone.
//!
//! It is disconnected when all classes are closed and empty. One that is closed alone, by its senders or because they are
//! gone, is received from until it is empty, and left out after that.

mod future;
mod iter;
mod look;
mod receiver;
#[cfg(feature = "futures")]
mod stream;
mod turns;
mod weak;

use std::vec::Vec;

pub use self::future::{RecvAsync, RecvManyAsync, RecvWithClassAsync};
pub use self::iter::{IntoIter, Iter, TryIter};
pub use self::receiver::Receiver;
#[cfg(feature = "futures")]
pub use self::stream::RecvStream;
pub use self::weak::WeakReceiver;

use super::{Sender, bounded};

/// A channel for classes of messages, the most urgent first: a sender for each, with this capacity, and one end that
/// receives. See [the module](self).
///
/// # Panics
///
/// Panics if there is no class, or more than 65,535; if a capacity is 0, or if so many slots exceed the address
/// space.
///
/// ```
/// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 64]);
/// normal.send("news").unwrap();
/// urgent.send("fire").unwrap();
/// drop((urgent, normal));
/// assert_eq!(receiver.iter().collect::<Vec<_>>(), ["fire", "news"]);
/// ```
#[must_use]
#[track_caller]
pub fn priorities<T, const N: usize>(capacities: [usize; N]) -> ([Sender<T>; N], Receiver<T>) {
    let mut receivers = Vec::with_capacity(N);
    let senders = capacities.map(|capacity| {
        let (sender, receiver) = bounded(capacity);
        receivers.push(receiver);
        sender
    });
    (senders, Receiver::over(receivers))
}

/// The same for a number of classes that is known when the program runs.
///
/// # Panics
///
/// As [`priorities`](fn@priorities).
///
/// ```
/// let (senders, receiver) = ringway::channel::priorities::of(&[4; 3]);
/// senders.iter().zip([3, 2, 1]).for_each(|(sender, n)| sender.send(n).unwrap());
/// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [3, 2, 1]);
/// ```
#[must_use]
#[track_caller]
pub fn of<T>(capacities: &[usize]) -> (Vec<Sender<T>>, Receiver<T>) {
    let (senders, receivers): (_, Vec<_>) = capacities.iter().copied().map(bounded).unzip();
    (senders, Receiver::over(receivers))
}
