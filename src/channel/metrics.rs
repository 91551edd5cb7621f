//! Counts of what went through a channel, and names (feature `metrics`).
//!
//! They are kept in stripes, one for each of some threads at each end, away from the lines of the ring: to
//! count is one addition to a word that hardly any other thread writes. Without the feature there
//! is nothing of it. What each costs:
//!
//! - `sent` and `received`: that addition, for a message or a batch;
//! - `high_water`: a sender reads two or three words, and seldom the receivers' counter;
//! - `refused`, waits and parks: an addition where one is refused or waits anyway;
//! - the ages of messages: in a channel without a name one more comparison for each send; in one with a name
//!   a sender reads the clock and the counters once in 20 microseconds or so, also where it finds no room; and nothing for
//!   who receives, unless it finds the channel empty (`age`);
//! - a name: some hundred bytes, once;
//! - a look: sums over all stripes, and the clock.

/// What is counted: what senders count, then what receivers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "metrics"), allow(dead_code, reason = "nothing is counted"))]
pub(super) enum Metric {
    /// A message was sent.
    Sent,
    /// A message was given back because the channel was full.
    Refused,
    /// A sender did not find room at once.
    SendWait,
    /// A sender went to sleep.
    SendPark,
    /// A message was received.
    Received,
    /// A receiver did not find a message at once.
    RecvWait,
    /// A receiver went to sleep.
    RecvPark,
}

#[cfg(not(feature = "metrics"))]
use crate::ring::{Ring, Sequencer, Shared, Store};

#[cfg(feature = "metrics")]
mod age;
#[cfg(feature = "metrics")]
mod named;

#[cfg(feature = "metrics")]
pub use self::age::{Age, Sojourns};
#[cfg(feature = "metrics")]
pub use self::named::{Snapshot, registered};
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
    pub(super) const fn of<C: Sequencer, S: Store>(_: &Ring<Shared, C, S>) -> Self {
        Self
    }

    #[inline(always)]
    pub(super) fn count(&self, _: Metric, _: usize) {}

    #[inline(always)]
    pub(super) fn note_level<C: Sequencer, S: Store>(&self, _: &Ring<Shared, C, S>) {}

    #[inline(always)]
    pub(super) fn note_full<C: Sequencer, S: Store>(&self, _: &Ring<Shared, C, S>) {}

    #[inline(always)]
    pub(super) fn note_empty<C: Sequencer, S: Store>(&self, _: &Ring<Shared, C, S>) {}
}

#[cfg(feature = "metrics")]
mod counting {
    use core::cell::Cell;

    use std::boxed::Box;

    use super::Metric;
    use super::named::Sight;
    use crate::channel::core::Core;
    use crate::channel::{Kind, Receiver, Sender};
    use crate::line::Line;
    use crate::position::Word;
    use crate::ring::{HighWater, Ring, Sequencer, Shared, Store};
    use crate::sync::{Atomic, Serial, edge::Edge};

    /// How many stripes each end has at most. Threads beyond that share them.
    const STRIPES: usize = 16;

    /// For so many slots there is a stripe at each end. In a channel of few slots all threads are in the same lines anyway.
    const SLOTS: usize = 8;

    /// How many things are counted at an end, at most.
    const COUNTS: usize = 4;

    /// The counts of some threads at one end.
    type Stripe = Line<[Atomic; COUNTS]>;

    /// The counts of a channel.
    #[derive(Debug)]
    pub(in crate::channel) struct Meter {
        /// A power of two of pairs, one of each for each end.
        stripes: Box<[[Stripe; 2]]>,
        /// What senders look at for each message.
        senders: Line<(HighWater, Sight)>,
    }

    impl Meter {
        /// For a channel with this ring, which is empty.
        pub(in crate::channel) fn of<C: Sequencer, S: Store>(ring: &Ring<Shared, C, S>) -> Self {
            let stripes = (ring.capacity() / SLOTS).clamp(1, STRIPES).next_power_of_two();
            let stripe = |_| Line(core::array::from_fn(|_| Atomic::new(0)));
            let stripes = (0..stripes).map(|_| core::array::from_fn(stripe)).collect();
            Self { stripes, senders: Line((HighWater::of(ring), Sight::new(ring))) }
        }

        /// Counts `n` more.
        #[inline]
        pub(in crate::channel) fn count(&self, what: Metric, n: usize) {
            let stripe = Self::thread() & (self.stripes.len() - 1);
            Self::word(&self.stripes[stripe], what).fetch_add(n as Word, Edge::RELAXED);
        }

        /// Notes how many messages are queued, one having gone in, and now and then when that was.
        #[inline(always)]
        pub(in crate::channel) fn note_level<C: Sequencer, S: Store>(
            &self,
            ring: &Ring<Shared, C, S>,
        ) {
            let (high_water, sight) = &*self.senders;
            high_water.note(ring);
            sight.sent(ring);
        }

        /// Notes that the channel was full.
        pub(in crate::channel) fn note_full<C: Sequencer, S: Store>(
            &self,
            ring: &Ring<Shared, C, S>,
        ) {
            let (high_water, sight) = &*self.senders;
            high_water.note_full(ring);
            sight.full(ring);
        }

        /// Notes that the channel was empty.
        pub(in crate::channel) fn note_empty<C: Sequencer, S: Store>(
            &self,
            ring: &Ring<Shared, C, S>,
        ) {
            self.sight().empty(ring);
        }

        /// What there is for those who look at the channel by its name.
        pub(super) fn sight(&self) -> &Sight {
            &self.senders.1
        }

        /// The number of this thread.
        #[inline]
        fn thread() -> usize {
            std::thread_local! {
                static THREAD: Cell<Option<usize>> = const { Cell::new(None) };
            }
            THREAD.get().unwrap_or_else(|| {
                let thread = Self::next_thread();
                THREAD.set(Some(thread));
                thread
            })
        }

        /// That of one that has none yet.
        #[cold]
        fn next_thread() -> usize {
            static THREADS: Serial = Serial::new();
            THREADS.next()
        }

        /// The word of a count.
        #[inline]
        fn word(stripes: &[Stripe; 2], what: Metric) -> &Atomic {
            &stripes[what as usize / COUNTS][what as usize % COUNTS]
        }

        /// The sum over all stripes, or the largest number that there is: where a `usize` is smaller than
        /// a word more may be counted.
        fn sum(&self, what: Metric) -> usize {
            let counts =
                self.stripes.iter().map(|stripes| Self::word(stripes, what).load(Edge::RELAXED));
            let sum = counts.fold(0, Word::wrapping_add);
            if sum as usize as Word == sum { sum as usize } else { usize::MAX }
        }
    }

    /// What went through a channel since it was made.
    ///
    /// While others send and receive, an observer may rely on this:
    ///
    /// - `received <= sent`, and `sent - received` is at most the capacity. Neither ever falls.
    /// - Each of the two is at least what the calls that have returned have sent or received, and at
    ///   most what was sent or received at all. A call counts before it returns and before it wakes
    ///   anybody; a message that was received counts as sent, also while its sender has not come to
    ///   count it.
    /// - `high_water` is at most the capacity and never falls.
    ///
    /// When nobody is inside a call, `sent - received` is how many messages are queued, which
    /// [`len`](Sender::len) may exceed for a while. The other counts are of slightly different
    /// moments. A [`Select`](crate::channel::Select) counts what it sends and receives, and not that
    /// it waits.
    ///
    /// A count that comes to `usize::MAX`, on a target of 32 bits, stays there; on one without 64-bit atomics
    /// it begins again at 0.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Metrics {
        /// Messages sent.
        pub sent: usize,
        /// Messages received; with those of `force_send` that were evicted, and with those
        /// dropped by the last receiver.
        pub received: usize,
        /// The most messages that were queued, as [`len`](Sender::len) counts them, when one had
        /// just been sent: whoever sends one looks. The capacity, if a sender found the channel
        /// full.
        pub high_water: usize,
        /// Messages given back because the channel was full: by `try_send`, or after a time-out.
        pub refused: usize,
        /// How often a sender began to wait for room; one woken in vain waits on.
        pub send_waits: usize,
        /// How often a sender slept, or a task was pending.
        pub send_parks: usize,
        /// How often a receiver began to wait for a message; one woken in vain waits on.
        pub recv_waits: usize,
        /// How often a receiver slept, or a task was pending.
        pub recv_parks: usize,
    }

    impl Meter {
        fn metrics(&self, capacity: usize) -> Metrics {
            // Whoever counts may be suspended just before it, so each of the two is what was counted
            // or what follows from the other, if that is more: what was received was sent before,
            // and of what was sent no more than the capacity is still there.
            let counted = self.sum(Metric::Received);
            let sent = self.sum(Metric::Sent).max(counted);
            let received = counted.max(sent.saturating_sub(capacity));
            Metrics {
                sent,
                received,
                // A rendezvous that found nobody is not full of anything.
                high_water: self.senders.0.0.get().min(capacity),
                refused: self.sum(Metric::Refused),
                send_waits: self.sum(Metric::SendWait),
                send_parks: self.sum(Metric::SendPark),
                recv_waits: self.sum(Metric::RecvWait),
                recv_parks: self.sum(Metric::RecvPark),
            }
        }
    }

    impl<T, C: Kind> Core<T, C> {
        /// What went through the channel so far.
        pub(super) fn metrics(&self) -> Metrics {
            self.meter.metrics(self.capacity())
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
            self.core.metrics()
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
            self.core.metrics()
        }
    }

    #[cfg(all(test, not(ringway_modelled)))]
    mod stripes {
        use std::thread;

        use super::*;
        use crate::ring::Heap;

        fn meter(capacity: usize) -> Meter {
            Meter::of(&Ring::<Shared, Shared, Heap<u8>>::on_heap(capacity, 0))
        }

        #[test]
        fn there_are_as_many_as_slots_are_worth() {
            let stripes = [1, 8, 24, 64, 128, 1000].map(|capacity| meter(capacity).stripes.len());
            assert_eq!(stripes, [1, 1, 4, 8, 16, 16]);
        }

        #[test]
        fn threads_count_in_stripes_of_their_own_and_ends_apart() {
            let meter = meter(1000);
            for _ in 0..STRIPES {
                thread::scope(|scope| {
                    scope.spawn(|| (1..4).for_each(|_| meter.count(Metric::Sent, 1)));
                    scope.spawn(|| meter.count(Metric::Received, 2));
                });
            }
            assert_eq!([Metric::Sent, Metric::Received].map(|what| meter.sum(what)), [48, 32]);
            let lines = meter.stripes.iter().flatten();
            let counted =
                lines.filter(|line| line.iter().any(|word| word.load(Edge::RELAXED) != 0));
            // Other tests take numbers besides.
            assert!(counted.count() > 2, "each thread has a number");
            let sent = meter
                .stripes
                .iter()
                .map(|[sent, _]| sent[Metric::Sent as usize].load(Edge::RELAXED));
            assert!(sent.into_iter().all(|sent| sent % 3 == 0), "nobody else counts there");
        }
    }

    #[cfg(all(test, target_pointer_width = "32", target_has_atomic = "64", not(ringway_narrow)))]
    mod tests {
        use super::*;
        use crate::ring::Heap;

        /// A channel comes to the end of a `usize` in minutes.
        #[test]
        fn counts_stay_at_the_largest_number_that_there_is() {
            let meter = Meter::of(&Ring::<Shared, Shared, Heap<u8>>::on_heap(4, 0));
            let mut before = meter.metrics(4);
            for metric in [Metric::Sent, Metric::Received].repeat(5) {
                meter.count(metric, usize::MAX / 2);
                let metrics = meter.metrics(4);
                assert!(metrics.sent >= before.sent && metrics.received >= before.received);
                before = metrics;
            }
            assert_eq!((before.sent, before.received), (usize::MAX, usize::MAX));
        }
    }
}
