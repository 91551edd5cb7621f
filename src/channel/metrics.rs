//! Counts of what went through a channel (feature `metrics`).
//!
//! They are kept in stripes, one for each of some threads, away from the lines of the ring: to
//! count is one addition to a word that hardly any other thread writes. Without the feature there
//! is nothing of it.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "metrics"), allow(dead_code, reason = "nothing is counted"))]
pub(super) enum Metric {
    /// A message was sent.
    Sent,
    /// A message was received.
    Received,
    /// A message was given back because the channel was full.
    Refused,
    /// A sender did not find room at once.
    SendWait,
    /// A sender went to sleep.
    SendPark,
    /// A receiver did not find a message at once.
    RecvWait,
    /// A receiver went to sleep.
    RecvPark,
}

#[cfg(feature = "metrics")]
pub(super) use counting::Meter;
#[cfg(feature = "metrics")]
pub use counting::Metrics;

/// Counts nothing.
#[cfg(not(feature = "metrics"))]
#[derive(Debug)]
pub(super) struct Meter;

#[cfg(not(feature = "metrics"))]
impl Meter {
    pub(super) const fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(super) fn count(&self, _: Metric, _: usize) {}

    #[inline(always)]
    pub(super) fn note_level(&self, _: impl FnOnce() -> usize) {}

    #[inline(always)]
    pub(super) fn sample_level(&self, _: impl FnOnce() -> usize) {}
}

#[cfg(feature = "metrics")]
mod counting {
    use core::cell::Cell;

    use crossbeam_utils::CachePadded;

    use super::Metric;
    use crate::channel::{Kind, Receiver, Sender};
    use crate::position::Word;
    use crate::sync::{Atomic, edge::Edge};

    /// How many stripes there are. Threads beyond that share them.
    const STRIPES: usize = 16;

    /// How many things are counted.
    const COUNTS: usize = 7;

    /// Of so many messages that a stripe sees sent, one looks at the length.
    const SAMPLE: Word = 16;

    /// The counts of a channel.
    #[derive(Debug)]
    pub(in crate::channel) struct Meter {
        stripes: [CachePadded<[Atomic; COUNTS]>; STRIPES],
        high_water: CachePadded<Atomic>,
    }

    impl Meter {
        pub(in crate::channel) fn new() -> Self {
            let stripe = |_| CachePadded::new(core::array::from_fn(|_| Atomic::new(0)));
            let high_water = CachePadded::new(Atomic::new(0));
            Self { stripes: core::array::from_fn(stripe), high_water }
        }

        /// Counts `n` more.
        pub(in crate::channel) fn count(&self, what: Metric, n: usize) {
            self.stripe()[what as usize].fetch_add(n as Word, Edge::RELAXED);
        }

        /// Notes how many messages are queued, in one of [`SAMPLE`] calls.
        pub(in crate::channel) fn sample_level(&self, len: impl FnOnce() -> usize) {
            if self.stripe()[Metric::Sent as usize].load(Edge::RELAXED) % SAMPLE == 0 {
                self.note_level(len);
            }
        }

        /// Notes how many messages are queued.
        pub(in crate::channel) fn note_level(&self, len: impl FnOnce() -> usize) {
            let len = len() as Word;
            let mut high = self.high_water.load(Edge::RELAXED);
            while high < len {
                match self.high_water.compare_exchange(high, len, Edge::RELAXED) {
                    Ok(_) => return,
                    Err(latest) => high = latest,
                }
            }
        }

        /// The stripe of this thread.
        fn stripe(&self) -> &[Atomic; COUNTS] {
            static THREADS: std::sync::Mutex<usize> = std::sync::Mutex::new(0);
            std::thread_local! {
                static STRIPE: Cell<Option<usize>> = const { Cell::new(None) };
            }
            let stripe = STRIPE.get().unwrap_or_else(|| {
                let mut threads = THREADS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let stripe = *threads % STRIPES;
                *threads += 1;
                STRIPE.set(Some(stripe));
                stripe
            });
            &self.stripes[stripe]
        }

        /// The sum over all stripes.
        fn sum(&self, what: Metric) -> usize {
            let counts =
                self.stripes.iter().map(|stripe| stripe[what as usize].load(Edge::RELAXED));
            counts.map(|count| count as usize).sum()
        }
    }

    /// What went through a channel since it was made. Counts that are read while others send and
    /// receive are of slightly different moments.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Metrics {
        /// Messages sent.
        pub sent: usize,
        /// Messages received; with those of `force_send` that were evicted, and with those
        /// dropped by the last receiver.
        pub received: usize,
        /// The most messages that were seen queued: at one of 16 sends, and whenever a sender
        /// found the channel full.
        pub high_water: usize,
        /// Messages given back because the channel was full: by `try_send`, or after a time-out.
        pub refused: usize,
        /// How often a sender did not find room at once.
        pub send_waits: usize,
        /// How often a sender slept, or a task was pending.
        pub send_parks: usize,
        /// How often a receiver did not find a message at once.
        pub recv_waits: usize,
        /// How often a receiver slept, or a task was pending.
        pub recv_parks: usize,
    }

    impl Meter {
        fn metrics(&self) -> Metrics {
            Metrics {
                sent: self.sum(Metric::Sent),
                received: self.sum(Metric::Received),
                high_water: self.high_water.load(Edge::RELAXED) as usize,
                refused: self.sum(Metric::Refused),
                send_waits: self.sum(Metric::SendWait),
                send_parks: self.sum(Metric::SendPark),
                recv_waits: self.sum(Metric::RecvWait),
                recv_parks: self.sum(Metric::RecvPark),
            }
        }
    }

    impl<T, P: Kind, C: Kind> Sender<T, P, C> {
        /// What went through the channel so far.
        ///
        /// ```
        /// let (sender, _receiver) = ringway::channel::bounded(1);
        /// sender.send(1).unwrap();
        /// sender.try_send(2).unwrap_err();
        /// let metrics = sender.metrics();
        /// assert_eq!((metrics.sent, metrics.refused, metrics.high_water), (1, 1, 1));
        /// ```
        #[must_use]
        pub fn metrics(&self) -> Metrics {
            self.core.meter.metrics()
        }
    }

    impl<T, C: Kind> Receiver<T, C> {
        /// What went through the channel so far.
        ///
        /// ```
        /// let (sender, receiver) = ringway::channel::bounded(4);
        /// sender.send_slice(&[1, 2, 3]).unwrap();
        /// receiver.recv().unwrap();
        /// let metrics = receiver.metrics();
        /// assert_eq!((metrics.sent, metrics.received, metrics.recv_waits), (3, 1, 0));
        /// ```
        #[must_use]
        pub fn metrics(&self) -> Metrics {
            self.core.meter.metrics()
        }
    }
}
