//! The queue that is shared by reference.

use core::fmt;
use core::iter::FusedIterator;

mod batches;

#[cfg(feature = "alloc")]
use crate::ring::Heap;
use crate::ring::{Array, Ring, Shared, Store};
use crate::sequencer::Uncounted;

/// A bounded queue for any number of producers and consumers, shared by reference.
///
/// It is the [`mpmc`](fn@crate::ring::mpmc) ring without handles, with the names of
/// `crossbeam_queue::ArrayQueue`: a program moves over by changing its `use` line. `S` is where the slots are: on
/// the heap, or inside the queue itself ([`InlineQueue`]).
///
/// The queue is linearizable and lock-free: a thread that is suspended or killed inside an
/// operation delays nobody; it costs one slot until it comes back. That holds for fewer such
/// threads than slots. Empty is exact: a push that has returned is never missed. Full is weaker:
/// a slot counts as taken until its consumer is done with it, or was skipped.
///
/// ```
/// use ringway::Queue;
///
/// let queue = Queue::new(2);
/// assert_eq!(queue.push('a'), Ok(()));
/// assert_eq!(queue.push('b'), Ok(()));
/// assert_eq!(queue.push('c'), Err('c'));
/// assert_eq!(queue.pop(), Some('a'));
/// ```
#[cfg(feature = "alloc")]
pub struct Queue<T, S: Store<Item = T> = Heap<T>> {
    ring: Ring<Shared, Shared, S>,
}

/// A bounded queue for any number of producers and consumers, shared by reference.
#[cfg(not(feature = "alloc"))]
pub struct Queue<T, S: Store<Item = T>> {
    ring: Ring<Shared, Shared, S>,
}

/// A queue with its `N` slots inside itself, which may stand in a `static`.
///
/// ```
/// use ringway::InlineQueue;
///
/// static EVENTS: InlineQueue<u32, 64> = InlineQueue::inline();
///
/// EVENTS.push(7).unwrap();
/// assert_eq!(EVENTS.pop(), Some(7));
/// ```
pub type InlineQueue<T, const N: usize> = Queue<T, Array<T, N>>;

#[cfg(feature = "alloc")]
impl<T> Queue<T> {
    /// An empty queue with exactly this capacity.
    ///
    /// # Panics
    ///
    /// Panics if the capacity is 0, or if so many slots exceed the address space.
    ///
    /// ```
    /// let queue = ringway::Queue::<u8>::new(100);
    /// assert_eq!(queue.capacity(), 100);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        Self { ring: Ring::on_heap(capacity, 0) }
    }

    /// The queue at the beginning of a lap of the caller's choice, for the tests of what happens
    /// where the word of a position overflows.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub fn new_at(capacity: usize, start: u64) -> Self {
        Self { ring: Ring::on_heap(capacity, start) }
    }
}

impl<T, const N: usize> Queue<T, Array<T, N>> {
    crate::sync::const_unless_loom! {
        /// An empty queue of capacity `N`, with its slots inside itself: no allocation.
        ///
        /// A capacity of 0, or one that is too large, does not compile.
        ///
        /// ```
        /// static QUEUE: ringway::InlineQueue<u8, 3> = ringway::InlineQueue::inline();
        /// assert_eq!(QUEUE.capacity(), 3);
        /// ```
        pub fn inline() -> Self {
            Self { ring: Ring::new() }
        }
    }
}

impl<T, const N: usize> Default for Queue<T, Array<T, N>> {
    fn default() -> Self {
        Self::inline()
    }
}

impl<T, S: Store<Item = T>> Queue<T, S> {
    /// Moves a value into the queue.
    ///
    /// # Errors
    ///
    /// Gives the value back if the queue is full.
    ///
    /// ```
    /// let queue = ringway::Queue::new(1);
    /// assert_eq!(queue.push(10), Ok(()));
    /// assert_eq!(queue.push(20), Err(20));
    /// ```
    #[inline]
    pub fn push(&self, value: T) -> Result<(), T> {
        self.ring.push(&mut self.ring.filling::<Uncounted>(), value)
    }

    /// Moves the oldest value out of the queue, or returns `None` if it is empty.
    ///
    /// ```
    /// let queue = ringway::Queue::new(1);
    /// assert_eq!(queue.push(10), Ok(()));
    /// assert_eq!(queue.pop(), Some(10));
    /// assert_eq!(queue.pop(), None);
    /// ```
    #[inline]
    pub fn pop(&self) -> Option<T> {
        self.ring.pop(&mut self.ring.emptying::<Uncounted>())
    }

    /// Moves a value into the queue, which the caller has for itself: [`push`](Self::push), by the name that
    /// `ArrayQueue` has for that. Nothing can be saved here: a thread may have been killed in the midst of an
    /// operation before, and its slot has to be skipped all the same.
    ///
    /// # Errors
    ///
    /// Gives the value back if the queue is full.
    ///
    /// ```
    /// let mut queue = ringway::Queue::new(1);
    /// assert_eq!(queue.push_mut(10), Ok(()));
    /// assert_eq!(queue.push_mut(20), Err(20));
    /// ```
    #[inline]
    pub fn push_mut(&mut self, value: T) -> Result<(), T> {
        self.push(value)
    }

    /// Moves the oldest value out of the queue, which the caller has for itself, or returns `None` if it is
    /// empty: [`pop`](Self::pop), as [`push_mut`](Self::push_mut) is `push`.
    ///
    /// ```
    /// let mut queue = ringway::Queue::new(1);
    /// assert_eq!(queue.push_mut(10), Ok(()));
    /// assert_eq!(queue.pop_mut(), Some(10));
    /// assert_eq!(queue.pop_mut(), None);
    /// ```
    #[inline]
    pub fn pop_mut(&mut self) -> Option<T> {
        self.pop()
    }

    /// Moves a value into the queue; if it is full, the oldest is moved out and returned.
    ///
    /// The new value takes the very slot of the oldest, so that nobody who pushes can fill it in
    /// between, and the oldest goes only where the queue is full at that moment. It is a pop and a
    /// push: between the two others may find the queue without either value.
    ///
    /// One value goes, or none, unless a thread is suspended in the midst of an eviction. Where that is
    /// this thread, for so long that others pop all that came after the oldest and skip it, and the queue
    /// is full again when it is back, a second one goes; so it may where it is another thread, and its
    /// new value has a place before that of this one. Then the last is returned and the one before it
    /// dropped; [`force_push_with`](Self::force_push_with) gives both.
    ///
    /// ```
    /// let queue = ringway::Queue::new(2);
    /// assert_eq!(queue.force_push(10), None);
    /// assert_eq!(queue.force_push(20), None);
    /// assert_eq!(queue.force_push(30), Some(10));
    /// assert_eq!(queue.pop(), Some(20));
    /// ```
    #[must_use = "the value that had to go is returned"]
    pub fn force_push(&self, value: T) -> Option<T> {
        self.force(value, drop)
    }

    /// Moves a value into the queue; each value that has to go for it is given to `evicted`.
    ///
    /// As [`force_push`](Self::force_push), for those who may not lose a value. If every slot is held by a
    /// suspended thread, so that the queue has neither room nor a value that could go, the
    /// new value itself is given to `evicted`. Where `evicted` panics before the last, the rest is done or
    /// not, and values that it was not given are dropped on the way of the panic.
    ///
    /// ```
    /// let queue = ringway::Queue::new(1);
    /// let mut evicted = Vec::new();
    /// for value in 0..3 {
    ///     queue.force_push_with(value, |value| evicted.push(value));
    /// }
    /// assert_eq!(evicted, [0, 1]);
    /// assert_eq!(queue.pop(), Some(2));
    /// ```
    pub fn force_push_with(&self, value: T, mut evicted: impl FnMut(T)) {
        if let Some(last) = self.force(value, &mut evicted) {
            evicted(last);
        }
    }

    /// Moves a value into the queue; the last value that has to go for it is returned, and those
    /// before are given to `before`.
    fn force(&self, value: T, mut before: impl FnMut(T)) -> Option<T> {
        let pushed = self.ring.force_push(value, |earlier, _| before(earlier));
        pushed.unwrap_or_else(|_| unreachable!("nobody closes a queue"))
    }

    /// How many values are in the queue, from 0 to the capacity; a number of the past.
    ///
    /// It may be more than there were at any moment: values that came and went during the call are
    /// counted together, and a position that was skipped because a thread was late there counts as a
    /// value until it is passed by a pop. So does the position of a push that is not done. While nobody
    /// has pushed behind that, no pop passes it: `pop` finds none, though one is counted, for as long as that
    /// thread is suspended.
    ///
    /// ```
    /// let queue = ringway::Queue::new(3);
    /// queue.push('a').unwrap();
    /// assert_eq!(queue.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// How many values the queue holds at most.
    ///
    /// ```
    /// assert_eq!(ringway::Queue::<u8>::new(7).capacity(), 7);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.ring.capacity()
    }

    /// Whether [`len`](Self::len) is 0: then the queue holds no value.
    ///
    /// ```
    /// assert!(ringway::Queue::<u8>::new(7).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the queue holds as many values as it can.
    ///
    /// If it does not, a push may find no room all the same while a pop is not done, whose slot is not free
    /// yet: for as long as that thread is suspended and nobody else pops.
    ///
    /// ```
    /// let queue = ringway::Queue::new(1);
    /// queue.push('a').unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }
}

impl<T, S: Store<Item = T>> fmt::Debug for Queue<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

/// The values of a queue that nobody shares any more, oldest first.
pub struct IntoIter<T, S: Store<Item = T>>(Queue<T, S>);

impl<T, S: Store<Item = T>> IntoIterator for Queue<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T, S>;

    fn into_iter(self) -> IntoIter<T, S> {
        IntoIter(self)
    }
}

impl<T, S: Store<Item = T>> Iterator for IntoIter<T, S> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.pop()
    }
}

impl<T, S: Store<Item = T>> FusedIterator for IntoIter<T, S> {}

impl<T, S: Store<Item = T>> fmt::Debug for IntoIter<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.0).finish()
    }
}
