//! The four kinds of ring, by name: how they are made, and the types of their handles.

use super::core::Ring;
use super::link::Link;
use super::{Consumer, Producer, Shared, Solo};
use crate::position::Position;
use crate::sequencer::Sequencer;
use crate::slots::Array;
#[cfg(feature = "alloc")]
use crate::slots::{Four, Group, Heap, Sectors, Six};
#[cfg(feature = "alloc")]
use crate::sync::Arc;
use crate::sync::const_unless_loom;

/// The handles of a ring on the heap.
#[cfg(feature = "alloc")]
type Pair<P, C, T, G> =
    (Producer<Arc<Ring<P, C, Heap<T, G>>>>, Consumer<Arc<Ring<P, C, Heap<T, G>>>>);

#[cfg(feature = "alloc")]
impl<P: Sequencer, C: Sequencer, T, G: Group<Item = T>, W: Sectors> Ring<P, C, Heap<T, G, W>> {
    /// A ring on the heap whose sides both stand at the beginning of the lap that `start` is in.
    #[track_caller]
    pub(crate) fn on_heap(capacity: usize, start: u64) -> Self {
        assert!(capacity > 0, "the capacity of a ring is at least 1");
        let geometry = Heap::<T, G, W>::geometry(capacity)
            .unwrap_or_else(|| panic!("a ring of capacity {capacity} exceeds the address space"));
        let start = geometry.lap_start(start as _);
        let store = Heap::new(geometry, start);
        Self::with(store, start)
    }
}

/// The handles of a new ring on the heap.
#[cfg(feature = "alloc")]
#[track_caller]
fn on_heap<P: Sequencer, C: Sequencer, T, G: Group<Item = T>>(
    capacity: usize,
    start: u64,
) -> Pair<P, C, T, G> {
    pair(Arc::new(Ring::on_heap(capacity, start))).expect("a new ring has no handles")
}

/// The first handles of a ring, unless it has some.
fn pair<L: Link>(link: L) -> Option<(Producer<L>, Consumer<L>)> {
    link.ring()
        .handles()
        .first_pair()
        .then(|| (Producer::first(link.clone()), Consumer::first(link)))
}

impl<P: Sequencer, C: Sequencer, T, const N: usize, const L: usize> Ring<P, C, Array<T, N, L>> {
    /// There is a late word for each slot of a ring that needs them.
    const LATE_WORDS: () = assert!(L == N || Self::IS_LONE);

    const_unless_loom! {
        /// An empty ring of capacity `N`, with its slots inside itself: no allocation.
        ///
        /// A capacity of 0, or one that is too large, does not compile.
        ///
        /// ```
        /// use ringway::ring::mpsc;
        ///
        /// static LOG: mpsc::Inline<u32, 64> = mpsc::Inline::new();
        ///
        /// let (mut producer, mut consumer) = LOG.split().expect("split once");
        /// producer.push(1).unwrap();
        /// assert_eq!(consumer.pop(), Some(1));
        /// ```
        ///
        /// ```compile_fail
        /// let ring = ringway::ring::spsc::Inline::<u8, 0>::new();
        /// ```
        pub fn new() -> Self {
            let () = Self::LATE_WORDS;
            Self::with(Array::new(), Position(0))
        }
    }

    /// The first producer and consumer, or `None` while any handle of the ring is there.
    ///
    /// When all of them are gone the ring can be split again; it goes on where it stopped.
    ///
    /// ```
    /// let ring = ringway::ring::spsc::Inline::<u8, 2>::new();
    /// let handles = ring.split().unwrap();
    /// assert!(ring.split().is_none());
    /// drop(handles);
    /// assert!(ring.split().is_some());
    /// ```
    #[must_use]
    pub fn split(&self) -> Option<(Producer<&Self>, Consumer<&Self>)> {
        pair(self)
    }
}

impl<P: Sequencer, C: Sequencer, T, const N: usize, const L: usize> Default
    for Ring<P, C, Array<T, N, L>>
{
    fn default() -> Self {
        Self::new()
    }
}

/// Declares one kind: its function, and the module of its types.
macro_rules! kind {
    ($(#[$attribute:meta])* $name:ident, $start:ident, $producers:ident, $consumers:ident, $group:ident, $store:ty) => {
        $(#[$attribute])*
        ///
        /// # Panics
        ///
        /// Panics if the capacity is 0, or if so many slots exceed the address space.
        #[cfg(feature = "alloc")]
        #[must_use]
        #[track_caller]
        pub fn $name<T>(capacity: usize) -> ($name::Producer<T>, $name::Consumer<T>) {
            on_heap(capacity, 0)
        }

        /// The ring at the beginning of a lap of the caller's choice, for the tests of what happens where
        /// the word of a position overflows.
        #[cfg(feature = "alloc")]
        #[doc(hidden)]
        #[must_use]
        #[track_caller]
        pub fn $start<T>(
            capacity: usize,
            start: u64,
        ) -> ($name::Producer<T>, $name::Consumer<T>) {
            on_heap(capacity, start)
        }

        #[doc = concat!("The types of an [`", stringify!($name), "`](fn@", stringify!($name), ") ring.")]
        pub mod $name {
            use super::*;

            /// The ring on the heap.
            #[cfg(feature = "alloc")]
            pub type Ring<T> = super::Ring<$producers, $consumers, Heap<T, $group<T>>>;
            /// A producer of a ring on the heap.
            #[cfg(feature = "alloc")]
            pub type Producer<T> = super::Producer<Arc<Ring<T>>>;
            /// A consumer of a ring on the heap.
            #[cfg(feature = "alloc")]
            pub type Consumer<T> = super::Consumer<Arc<Ring<T>>>;
            /// The ring with its `N` slots inside itself.
            pub type Inline<T, const N: usize> = super::Ring<$producers, $consumers, $store>;
            /// A producer of a ring that stands elsewhere.
            pub type InlineProducer<'a, T, const N: usize> = super::Producer<&'a Inline<T, N>>;
            /// A consumer of a ring that stands elsewhere.
            pub type InlineConsumer<'a, T, const N: usize> = super::Consumer<&'a Inline<T, N>>;
        }
    };
}

kind! {
    /// A ring for one producer and one consumer, with exactly this capacity.
    ///
    /// Both sides are wait-free. Neither handle can be cloned:
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spsc(4);
    /// std::thread::spawn(move || producer.push("hello").unwrap()).join().unwrap();
    /// assert_eq!(consumer.pop(), Some("hello"));
    /// ```
    ///
    /// ```compile_fail,E0599
    /// let (producer, consumer) = ringway::ring::spsc::<u8>(4);
    /// let another = producer.clone();
    /// ```
    ///
    /// ```compile_fail,E0599
    /// let (producer, consumer) = ringway::ring::spsc::<u8>(4);
    /// let another = consumer.clone();
    /// ```
    spsc, spsc_at, Solo, Solo, Six, Array<T, N, 0>
}

kind! {
    /// A ring for any number of producers and one consumer, with exactly this capacity.
    ///
    /// The consumer cannot be cloned:
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::mpsc(4);
    /// let mut another = producer.clone();
    /// producer.push(1).unwrap();
    /// another.push(2).unwrap();
    /// assert_eq!((consumer.pop(), consumer.pop()), (Some(1), Some(2)));
    /// ```
    ///
    /// ```compile_fail,E0599
    /// let (producer, consumer) = ringway::ring::mpsc::<u8>(4);
    /// let another = consumer.clone();
    /// ```
    mpsc, mpsc_at, Shared, Solo, Four, Array<T, N>
}

kind! {
    /// A ring for one producer and any number of consumers, with exactly this capacity. Each
    /// value is received by one of them.
    ///
    /// The producer cannot be cloned:
    ///
    /// ```
    /// let (mut producer, mut consumer) = ringway::ring::spmc(4);
    /// let mut another = consumer.clone();
    /// producer.push_slice(&[1, 2]);
    /// assert_eq!((consumer.pop(), another.pop()), (Some(1), Some(2)));
    /// ```
    ///
    /// ```compile_fail,E0599
    /// let (producer, consumer) = ringway::ring::spmc::<u8>(4);
    /// let another = producer.clone();
    /// ```
    spmc, spmc_at, Solo, Shared, Four, Array<T, N>
}

kind! {
    /// A ring for any number of producers and consumers, with exactly this capacity. Each value is
    /// received by one of them.
    ///
    /// ```
    /// let (mut producer, consumer) = ringway::ring::mpmc(4);
    /// let workers: Vec<_> = (0..2)
    ///     .map(|_| {
    ///         let mut consumer = consumer.clone();
    ///         std::thread::spawn(move || loop {
    ///             if let Some(job) = consumer.pop() {
    ///                 return job;
    ///             }
    ///             std::thread::yield_now();
    ///         })
    ///     })
    ///     .collect();
    /// producer.push_slice(&[1, 2]);
    /// let done: i32 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
    /// assert_eq!(done, 3);
    /// ```
    mpmc, mpmc_at, Shared, Shared, Four, Array<T, N>
}
