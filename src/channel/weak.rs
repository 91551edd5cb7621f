//! Handles that do not keep a channel open.

use core::fmt;

use super::core::Core;
use super::kind::Kind;
use super::pace::Pace;
use super::{Receiver, Sender};
use crate::ring::{Count, Shared};
use crate::sync::{Arc, Atomic, edge::Edge};

/// A sender that does not keep the channel open, made by [`Sender::downgrade`].
///
/// The memory of the channel stays as long as a weak handle does.
pub struct WeakSender<T, C: Kind = Shared> {
    core: Arc<Core<T, C>>,
    pace: Pace,
}

/// A receiver that does not keep the channel open, made by [`Receiver::downgrade`].
///
/// The memory of the channel stays as long as a weak handle does.
pub struct WeakReceiver<T, C: Kind = Shared> {
    core: Arc<Core<T, C>>,
    pace: Pace,
}

/// How many weak handles each end has. Nothing depends on it but who asks.
#[derive(Debug)]
pub(super) struct WeakCounts {
    senders: Atomic,
    receivers: Atomic,
}

impl WeakCounts {
    pub(super) fn none() -> Self {
        Self { senders: Atomic::new(0), receivers: Atomic::new(0) }
    }
}

impl<T, C: Kind> WeakSender<T, C> {
    pub(super) fn of(core: &Arc<Core<T, C>>, pace: &Pace) -> Self {
        core.weak.senders.fetch_add(1, Edge::RELAXED);
        Self { core: Arc::clone(core), pace: pace.clone() }
    }
}

impl<T, C: Kind> WeakSender<T, C> {
    /// A sender, unless all are gone: then the channel is closed.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` senders (`2^9` on targets without 64-bit atomics).
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::bounded::<u8>(1);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T, Shared, C>> {
        let is_counted = self.core.add_beside(Count::Producers);
        is_counted.then(|| Sender::counted(Arc::clone(&self.core), self.pace.clone()))
    }
}

impl<T, C: Kind> WeakReceiver<T, C> {
    pub(super) fn of(core: &Arc<Core<T, C>>, pace: &Pace) -> Self {
        core.weak.receivers.fetch_add(1, Edge::RELAXED);
        Self { core: Arc::clone(core), pace: pace.clone() }
    }
}

impl<T, C: Kind> WeakReceiver<T, C> {
    /// A receiver, unless all are gone: then the channel is closed.
    ///
    /// # Panics
    ///
    /// Panics if the channel has `2^20` receivers (`2^9` on targets without 64-bit atomics).
    ///
    /// ```
    /// let (_sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let weak = receiver.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Receiver<T, C>> {
        let is_counted = self.core.add_beside(Count::Consumers);
        is_counted.then(|| Receiver::counted(Arc::clone(&self.core), self.pace.clone()))
    }
}

impl<T, C: Kind> Drop for WeakSender<T, C> {
    fn drop(&mut self) {
        self.core.weak.senders.fetch_sub(1, Edge::RELAXED);
    }
}

impl<T, C: Kind> Drop for WeakReceiver<T, C> {
    fn drop(&mut self) {
        self.core.weak.receivers.fetch_sub(1, Edge::RELAXED);
    }
}

/// How many weak handles an end has, for a type of handle; an example that has made two in all.
macro_rules! counted {
    ($handle:ident<T $(, $kind:ident $(: $bound:ident)?)*>, $count:ident, $example:literal) => {
        impl<T $(, $kind $(: $bound)?)*> $handle<T $(, $kind)*> {
            /// How many weak handles this end of the channel has; a number of the past.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = $example]
            /// assert_eq!(handle.weak_count(), 2);
            /// ```
            #[must_use]
            pub fn weak_count(&self) -> usize {
                self.core.weak.$count.load(Edge::RELAXED) as usize
            }
        }
    };
}

counted! {
    Sender<T, P: Kind, C: Kind>, senders,
    "let (handle, _weak) = (&sender, [sender.downgrade(), sender.downgrade()]);"
}
counted! {
    WeakSender<T, C: Kind>, senders,
    "let (handle, _weak) = (sender.downgrade(), sender.downgrade());"
}
counted! {
    Receiver<T, C: Kind>, receivers,
    "let (handle, _weak) = (&receiver, [receiver.downgrade(), receiver.downgrade()]);"
}
counted! {
    WeakReceiver<T, C: Kind>, receivers,
    "let (handle, _weak) = (receiver.downgrade(), receiver.downgrade());"
}

impl<T, C: Kind> Receiver<T, C> {
    /// How many weak handles the senders have; a number of the past.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let _weak = sender.downgrade();
    /// assert_eq!((receiver.weak_sender_count(), receiver.weak_count()), (1, 0));
    /// ```
    #[must_use]
    pub fn weak_sender_count(&self) -> usize {
        self.core.weak.senders.load(Edge::RELAXED) as usize
    }
}

impl<T, C: Kind> WeakSender<T, C> {
    /// How many senders there are; a number of the past. Where it is 0 the channel is closed, and there is
    /// none to be had.
    ///
    /// ```
    /// let (sender, _receiver) = ringway::channel::bounded::<u8>(1);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.core.count(Count::Producers)
    }
}

impl<T, C: Kind> WeakReceiver<T, C> {
    /// How many receivers there are; a number of the past. Where it is 0 the channel is closed, and there is
    /// none to be had.
    ///
    /// ```
    /// let (_sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let weak = receiver.downgrade();
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(receiver);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.core.count(Count::Consumers)
    }
}

impl<T, C: Kind> Clone for WeakSender<T, C> {
    fn clone(&self) -> Self {
        Self::of(&self.core, &self.pace)
    }
}

impl<T, C: Kind> Clone for WeakReceiver<T, C> {
    fn clone(&self) -> Self {
        Self::of(&self.core, &self.pace)
    }
}

impl<T, C: Kind> fmt::Debug for WeakSender<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.describe(f.debug_struct("WeakSender"))
    }
}

impl<T, C: Kind> fmt::Debug for WeakReceiver<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.describe(f.debug_struct("WeakReceiver"))
    }
}
