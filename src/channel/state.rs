//! What both ends of a channel have in common.

use core::fmt;

use super::core::Core;
use super::kind::Kind;
use super::pace::{Pace, WaitStrategy};
use super::trace::Event;
use super::{Receiver, Sender};
use crate::ring::Count;
use crate::sync::Arc;

impl<T, C: Kind> Core<T, C> {
    /// The state of the channel; no slot is read.
    pub(super) fn describe(&self, mut shape: fmt::DebugStruct<'_, '_>) -> fmt::Result {
        shape
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }

    /// How many handles an end has. Where it has none the channel is closed from here on: the last of them
    /// may not have come to that, and wakes those who wait when it does.
    pub(super) fn count(&self, end: Count) -> usize {
        let count = self.ring.handles().count(end);
        if count == 0 && self.shut() {
            self.tell(Event::Closed);
        }
        count
    }

    /// Counts one handle more of an end, unless it has none: then as [`Core::count`].
    pub(super) fn add_beside(&self, end: Count) -> bool {
        let is_counted = self.ring.handles().add_beside(end);
        if !is_counted && self.shut() {
            self.tell(Event::Closed);
        }
        is_counted
    }
}

/// What they have in common, for a type of handle and its name.
macro_rules! common {
    ($handle:ident<T $(, $kind:ident)+>, $name:literal) => {
        impl<T $(, $kind: Kind)+> $handle<T $(, $kind)+> {
            /// Closes the channel: nothing more is sent, and receivers take what was sent before.
            /// False if it was closed already.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded(2);
            /// sender.send(1).unwrap();
            #[doc = concat!("assert!(", $name, ".close());")]
            /// assert!(sender.send(2).is_err() && !receiver.close());
            /// assert_eq!((receiver.recv().ok(), receiver.recv().ok()), (Some(1), None));
            /// ```
            pub fn close(&self) -> bool {
                self.core.close()
            }

            /// The same handle with another way to wait, which its clones inherit.
            ///
            /// ```
            /// use ringway::channel::{WaitStrategy, bounded};
            ///
            /// let (sender, receiver) = bounded(1);
            #[doc = concat!("let ", $name, " = ", $name, ".with_wait_strategy(WaitStrategy::Yield);")]
            /// sender.send(1).unwrap();
            /// assert_eq!(receiver.recv(), Ok(1));
            /// ```
            #[must_use]
            pub fn with_wait_strategy(mut self, strategy: WaitStrategy) -> Self {
                self.pace = Pace::new(strategy);
                self
            }

            /// Whether both are of the same channel.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = concat!("assert!(", $name, ".same_channel(&", $name, ".clone()));")]
            /// ```
            #[must_use]
            pub fn same_channel(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.core, &other.core)
            }

            /// How many messages are queued, from 0 to the capacity; a number of the past.
            ///
            /// It may be more than there were at any moment: messages that came and went during the call are
            /// counted together, and a position that was skipped because a thread was late there counts
            /// as a message until receivers have passed it. So does the position of a message that is being
            /// sent. While nobody has sent behind that and the channel is open, receivers do not pass it: `try_recv`
            /// finds none, though one is counted, for as long as that thread is suspended.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded(3);
            /// sender.send(1).unwrap();
            /// assert_eq!((sender.len(), receiver.len()), (1, 1));
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                self.core.len()
            }

            /// How many messages can be queued. It is always `Some`: there are no unbounded
            /// channels here.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(3);
            /// assert_eq!((sender.capacity(), receiver.capacity()), (Some(3), Some(3)));
            /// ```
            #[must_use]
            pub fn capacity(&self) -> Option<usize> {
                Some(self.core.capacity())
            }

            /// Whether [`len`](Self::len) is 0: then no message is queued.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(3);
            /// assert!(sender.is_empty() && receiver.is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether [`len`](Self::len) is the capacity.
            ///
            /// If it is not, there may be no room all the same while a receive is not done, whose slot is not free
            /// yet: for as long as that thread is suspended and nobody else receives.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded(1);
            /// sender.send(1).unwrap();
            /// assert!(sender.is_full() && receiver.is_full());
            /// ```
            #[must_use]
            pub fn is_full(&self) -> bool {
                self.len() == self.core.capacity()
            }

            /// Whether the channel takes no more messages: it was closed, or all senders or all
            /// receivers are gone. Once true it stays so; messages may be left to receive.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            /// assert!(!sender.is_closed());
            /// drop(sender);
            /// assert!(receiver.is_closed());
            /// ```
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.core.is_closed()
            }

            /// How many senders there are; a number of the past. Where it is 0 the channel is closed.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            /// let another = sender.clone();
            /// assert_eq!((sender.sender_count(), receiver.sender_count()), (2, 2));
            /// ```
            #[must_use]
            pub fn sender_count(&self) -> usize {
                self.core.count(Count::Producers)
            }

            /// How many receivers there are; a number of the past. Where it is 0 the channel is closed.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            /// drop(receiver);
            /// assert_eq!(sender.receiver_count(), 0);
            /// ```
            #[must_use]
            pub fn receiver_count(&self) -> usize {
                self.core.count(Count::Consumers)
            }
        }
    };
}

common!(Sender<T, P, C>, "sender");
common!(Receiver<T, C>, "receiver");
