//! What both ends have in common, and what a sender passes on.

use super::{Receiver, Sender};
#[cfg(feature = "metrics")]
use crate::channel::metrics::Metrics;
use crate::channel::{Closed, WaitStrategy, Weighted};

/// What both ends say of the weight.
macro_rules! weight {
    ($handle:ident, $name:literal) => {
        impl<T> $handle<T> {
            /// How much of the limit is in use, from 0 to the limit; a number of the past.
            ///
            /// It is the weight of what is queued, of what is being sent, of permits and of envelopes.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
            /// sender.send(7).unwrap();
            #[doc = concat!("assert_eq!(", $name, ".weight(), 7);")]
            /// ```
            #[must_use]
            pub fn weight(&self) -> usize {
                self.shared().budget.used().weight()
            }

            /// How much of it there may be.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
            #[doc = concat!("assert_eq!(", $name, ".limit(), 10);")]
            /// ```
            #[must_use]
            pub fn limit(&self) -> usize {
                self.shared().budget.limit()
            }
        }
    };
}

weight!(Sender, "sender");
weight!(Receiver, "receiver");

impl<T> Sender<T> {
    fn shared(&self) -> &super::Weighed<T> {
        self.core()
    }
}

impl<T> Receiver<T> {
    fn shared(&self) -> &super::Weighed<T> {
        &self.core
    }
}

/// Passes methods on to the sender inside.
macro_rules! passes_on {
    ($($(#[$attribute:meta])* $name:ident($($other:ident)?) -> $output:ty, $example:literal;)+) => {
        impl<T> Sender<T> {
            $(
                $(#[$attribute])*
                ///
                /// ```
                /// # let (sender, receiver) = ringway::channel::weighted(4, 10, |n: &usize| *n);
                #[doc = $example]
                /// ```
                pub fn $name(&self $(, $other: &Self)?) -> $output {
                    self.inner.$name($(&$other.inner)?)
                }
            )+
        }
    };
}

passes_on! {
    /// Closes the channel: nothing more is sent, and receivers take what was sent before. False if it was
    /// closed already.
    close() -> bool, "assert!(sender.close() && !receiver.close());";
    /// Whether both are of the same channel.
    #[must_use]
    same_channel(other) -> bool, "assert!(sender.same_channel(&sender.clone()));";
    /// How many messages are queued, from 0 to the capacity; a number of the past, as
    /// [`len`](crate::channel::Sender::len) of any channel.
    #[must_use]
    len() -> usize, "assert_eq!(sender.len(), 0);";
    /// How many messages can be queued. It is always `Some`.
    #[must_use]
    capacity() -> Option<usize>, "assert_eq!(sender.capacity(), Some(4));";
    /// Whether [`len`](Self::len) is 0: then no message is queued.
    #[must_use]
    is_empty() -> bool, "assert!(sender.is_empty());";
    /// Whether [`len`](Self::len) is the capacity. If it is not, there may be no room all the same: for the weight
    /// of a message, or while permits are out.
    #[must_use]
    is_full() -> bool, "assert!(!sender.is_full());";
    /// Whether the channel takes no more messages. Once true it stays so; messages may be left to receive.
    #[must_use]
    is_closed() -> bool, "assert!(!sender.is_closed());";
    /// How many senders there are; a number of the past. Where it is 0 the channel is closed.
    #[must_use]
    sender_count() -> usize, "assert_eq!(sender.sender_count(), 1);";
    /// How many receivers there are; a number of the past. Where it is 0 the channel is closed.
    #[must_use]
    receiver_count() -> usize, "assert_eq!(sender.receiver_count(), 1);";
    /// How many weak senders there are; a number of the past.
    #[must_use]
    weak_count() -> usize, "assert_eq!((sender.weak_count(), receiver.weak_sender_count()), (0, 0));";
}

#[cfg(feature = "metrics")]
passes_on! {
    /// What went through the channel so far. Its `high_water` is the most messages that were queued when one had just been
    /// sent.
    #[must_use]
    metrics() -> Metrics, "assert_eq!(sender.metrics().sent, 0);";
}

impl<T> Sender<T> {
    /// Waits until the channel takes no more messages, as [`closed`](crate::channel::Sender::closed) of any channel.
    ///
    /// ```
    /// # futures_util::FutureExt::now_or_never(async {
    /// let (sender, receiver) = ringway::channel::reserving::<u8>(1);
    /// receiver.close();
    /// sender.closed().await;
    /// # }).unwrap();
    /// ```
    pub fn closed(&self) -> Closed<'_, T, Weighted> {
        self.inner.closed()
    }

    /// The same handle with another way to wait, which its clones inherit.
    ///
    /// ```
    /// use ringway::channel::{WaitStrategy, weighted};
    ///
    /// let (sender, receiver) = weighted(4, 10, |n: &usize| *n);
    /// sender.with_wait_strategy(WaitStrategy::Park).send(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    #[must_use]
    pub fn with_wait_strategy(self, strategy: WaitStrategy) -> Self {
        Self { inner: self.inner.with_wait_strategy(strategy) }
    }
}
