//! Messages one after the other.

use core::fmt;
use core::iter::FusedIterator;

use super::Receiver;
use crate::channel::iter::messages;

/// Messages as they come, until all classes are closed and empty; it waits for each.
pub struct Iter<'a, T>(&'a Receiver<T>);

/// Messages that are there; it waits for none.
pub struct TryIter<'a, T>(&'a Receiver<T>);

/// Messages as they come, with the receiver inside.
pub struct IntoIter<T>(Receiver<T>);

impl<T> Receiver<T> {
    /// Messages as they come, until all classes are closed and empty; it waits for each.
    ///
    /// It blocks the thread. In a task that would stop the others of its executor: there is `stream` for that.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// std::thread::spawn(move || (0..10).for_each(|n| urgent.send(n).unwrap()));
    /// std::thread::spawn(move || (0..10).for_each(|n| normal.send(n).unwrap()));
    /// assert_eq!(receiver.iter().sum::<i32>(), 90);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// Messages that are there, and that come while they are taken; it waits for none.
    ///
    /// ```
    /// let ([urgent, normal], receiver) = ringway::channel::priorities([4, 4]);
    /// normal.send(2).unwrap();
    /// urgent.send(1).unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
    }

    /// How many messages are to come, as `size_hint` says it: no more than there are, where all is closed.
    pub(super) fn left(&self) -> (usize, Option<usize>) {
        (0, self.is_closed().then(|| self.len()))
    }
}

messages!(Iter<'a, T>, ['a, T]; recv, receiver => receiver.left());
messages!(TryIter<'a, T>, ['a, T]; try_recv, receiver => receiver.left());
messages!(IntoIter<T>, [T]; recv, receiver => receiver.left());

/// Shows an iterator by its classes.
macro_rules! shown {
    ($name:ident<$($lifetime:lifetime,)? T>) => {
        impl<T> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shape = f.debug_struct(stringify!($name));
                shape.field("classes", &self.0.classes()).finish_non_exhaustive()
            }
        }
    };
}

shown!(Iter<'_, T>);
shown!(TryIter<'_, T>);
shown!(IntoIter<T>);

// What is closed and empty stays so.
impl<T> FusedIterator for Iter<'_, T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}
