//! Where users look for a channel without a bound: what the compiler tells them.

use super::{Receiver, Sender};

/// What no message is: one that a channel without a bound could carry.
#[diagnostic::on_unimplemented(
    message = "ringway has no channel without a bound",
    label = "give it a bound: `bounded(1 << 20)`, for example",
    note = "a wide bound costs nothing until it is used: a channel writes none of its memory when it is made",
    note = "`weighted` bounds what the messages weigh, in bytes for example, in place of how many they are",
    note = "how to find a bound, and what to do where there is none: docs/MIGRATION.md, `ringway::channel::moving`"
)]
pub trait Unbounded: Sized {
    /// The handles that there are not.
    #[doc(hidden)]
    fn handles() -> (Sender<Self>, Receiver<Self>);
}

/// There is no channel without a bound: a call of this does not compile, and the compiler says what to do.
///
/// Without a bound a receiver that is slower than its senders fills the memory, and nobody notices before it is full; with
/// one the senders wait, or learn that the channel is full. There are two ways to move a program over that has none:
///
/// - a wide bound, `bounded(1 << 20)`: a channel writes none of its memory when it is made, so that what is never used costs
///   nothing but addresses;
/// - where messages differ in size, a bound of what they weigh: [`weighted`](fn@super::weighted).
///
/// [`moving`](super::moving) says more.
///
/// ```compile_fail,E0277
/// let (sender, receiver) = ringway::channel::unbounded();
/// sender.send(1).unwrap();
/// ```
#[must_use]
pub fn unbounded<T: Unbounded>() -> (Sender<T>, Receiver<T>) {
    T::handles()
}
