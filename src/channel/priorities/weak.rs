//! A receiver that does not keep the classes open.

use core::fmt;
use std::vec::Vec;

use crossbeam_utils::CachePadded;

use super::Receiver;
use super::turns::Turns;
use crate::channel;
use crate::channel::pace::Pace;

/// A receiver that does not keep the classes open, made by [`Receiver::downgrade`].
///
/// The memory of the channels stays as long as a weak handle does.
pub struct WeakReceiver<T> {
    classes: Vec<channel::WeakReceiver<T>>,
    pace: Pace,
    turns: CachePadded<Turns>,
}

impl<T> Receiver<T> {
    /// A handle that does not keep the classes open.
    ///
    /// ```
    /// let ([_urgent, normal], receiver) = ringway::channel::priorities([1, 1]);
    /// let weak = receiver.downgrade();
    /// normal.send(1).unwrap();
    /// assert_eq!(weak.upgrade().unwrap().recv(), Ok(1));
    /// drop(receiver);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver {
            classes: self.classes.iter().map(channel::Receiver::downgrade).collect(),
            pace: self.pace.clone(),
            turns: CachePadded::new(self.turns.share()),
        }
    }
}

impl<T> WeakReceiver<T> {
    /// A receiver, unless all of a class are gone: then that is closed.
    ///
    /// # Panics
    ///
    /// Panics if a class has `2^20` receivers (`2^9` on targets without 64-bit atomics).
    ///
    /// ```
    /// let ([_urgent, _normal], receiver) = ringway::channel::priorities::<u8, 2>([1, 1]);
    /// let weak = receiver.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        // Those of the classes before one that has none go again.
        let classes =
            self.classes.iter().map(channel::WeakReceiver::upgrade).collect::<Option<_>>()?;
        Some(Receiver {
            classes,
            pace: self.pace.clone(),
            turns: CachePadded::new(self.turns.share()),
        })
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        Self {
            classes: self.classes.clone(),
            pace: self.pace.clone(),
            turns: CachePadded::new(self.turns.share()),
        }
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakReceiver").field("classes", &self.classes).finish_non_exhaustive()
    }
}
