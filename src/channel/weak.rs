//! Handles that do not keep a channel open.

use core::fmt;

use super::core::Core;
use super::kind::Kind;
use super::pace::Pace;
use super::{Receiver, Sender};
use crate::ring::{Count, Shared};
use crate::sync::Arc;

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

impl<T, C: Kind> WeakSender<T, C> {
    pub(super) fn of(core: &Arc<Core<T, C>>, pace: &Pace) -> Self {
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
