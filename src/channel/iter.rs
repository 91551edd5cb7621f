//! Messages one after the other: the iterators of `crossbeam_channel`.

use core::fmt;
use core::iter::FusedIterator;

use super::Receiver;
use super::kind::Kind;
use crate::ring::Shared;

/// Messages as they come, until the channel is closed and empty; it waits for each.
pub struct Iter<'a, T, C: Kind = Shared>(&'a Receiver<T, C>);

/// Messages that are there; it waits for none.
pub struct TryIter<'a, T, C: Kind = Shared>(&'a Receiver<T, C>);

/// Messages as they come, with the receiver inside.
pub struct IntoIter<T, C: Kind = Shared>(Receiver<T, C>);

impl<T, C: Kind> Receiver<T, C> {
    /// Messages as they come, until the channel is closed and empty; it waits for each.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `stream` for that.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// std::thread::spawn(move || (0..10).for_each(|n| sender.send(n).unwrap()));
    /// assert_eq!(receiver.iter().sum::<i32>(), 45);
    /// ```
    pub fn iter(&self) -> Iter<'_, T, C> {
        Iter(self)
    }

    /// Messages that are there, and that come while they are taken; it waits for none.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(4);
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T, C> {
        TryIter(self)
    }
}

/// Messages one after the other, by a method of the receiver, which says how many are left.
macro_rules! messages {
    ($name:ident<$($lifetime:lifetime,)? $($parameter:ident),+>, [$($given:tt)*]; $next:ident, $receiver:ident => $left:expr) => {
        impl<$($given)*> Iterator for $name<$($lifetime,)? $($parameter),+> {
            type Item = T;

            #[inline]
            fn next(&mut self) -> Option<T> {
                self.0.$next().ok()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                let $receiver = &self.0;
                $left
            }
        }
    };
}

pub(super) use messages;

messages!(Iter<'a, T, C>, ['a, T, C: Kind]; recv, receiver => receiver.core.left());
messages!(TryIter<'a, T, C>, ['a, T, C: Kind]; try_recv, receiver => receiver.core.left());
messages!(IntoIter<T, C>, [T, C: Kind]; recv, receiver => receiver.core.left());

/// Shows an iterator by the state of its channel.
macro_rules! shown {
    ($name:ident<$($lifetime:lifetime,)? T, C>) => {
        impl<T, C: Kind> fmt::Debug for $name<$($lifetime,)? T, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.core.describe(f.debug_struct(stringify!($name)))
            }
        }
    };
}

shown!(Iter<'_, T, C>);
shown!(TryIter<'_, T, C>);
shown!(IntoIter<T, C>);

// What is closed and empty stays so.
impl<T, C: Kind> FusedIterator for Iter<'_, T, C> {}
impl<T, C: Kind> FusedIterator for IntoIter<T, C> {}

impl<'a, T, C: Kind> IntoIterator for &'a Receiver<T, C> {
    type Item = T;
    type IntoIter = Iter<'a, T, C>;

    fn into_iter(self) -> Iter<'a, T, C> {
        self.iter()
    }
}

impl<T, C: Kind> IntoIterator for Receiver<T, C> {
    type Item = T;
    type IntoIter = IntoIter<T, C>;

    fn into_iter(self) -> IntoIter<T, C> {
        IntoIter(self)
    }
}
