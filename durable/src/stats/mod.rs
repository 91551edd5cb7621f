//! What a queue has done so far, in numbers.

#[cfg(feature = "metrics")]
mod recorders;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

#[cfg(feature = "metrics")]
use self::recorders::Recorders;
use crate::shared::Shared;

/// Counts of what was done since the queue was opened, and how it stands.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
/// queue.publish("a")?.wait()?;
/// let stats = queue.stats();
/// assert_eq!((stats.published, stats.unacknowledged), (1, 1));
/// assert!(stats.syncs.is_some_and(|syncs| syncs.count >= 1));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Messages that were written.
    pub published: u64,
    /// Deliveries, those of messages that came back among them.
    pub delivered: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Deliveries that came back.
    pub returned: u64,
    /// Messages that became dead letters.
    pub died: u64,
    /// Batches that were written.
    pub batches: u64,
    /// Bytes that were written in batches.
    pub written_bytes: u64,
    /// Messages that were copied out of an old segment, so that it could go.
    pub copied: u64,
    /// Messages that are not acknowledged, dead letters among them.
    pub unacknowledged: u64,
    /// Dead letters that are there.
    pub dead: u64,
    /// How long ago the oldest message was published that is not acknowledged, to a tenth of a second; of one that was there when the queue was
    /// opened, how long ago that was.
    pub oldest_age: Option<Duration>,
    /// Bytes of all files.
    pub file_bytes: u64,
    /// How long syncs took, in microseconds.
    pub syncs: Option<Spread>,
    /// How many messages a batch had.
    pub batch_messages: Option<Spread>,
}

impl Shared {
    /// How the queue stands.
    pub(crate) fn stats(&self) -> Stats {
        let counters = &self.counters;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Standing { unacknowledged, dead, oldest_age } = self.standing();
        let (syncs, batch_messages) = counters.spreads();
        Stats {
            published: count(&counters.published),
            delivered: count(&counters.delivered),
            acknowledged: count(&counters.acknowledged),
            returned: count(&counters.returned),
            died: count(&counters.died),
            batches: count(&counters.batches),
            written_bytes: count(&counters.written_bytes),
            copied: count(&counters.copied),
            unacknowledged,
            dead,
            oldest_age,
            file_bytes: count(&counters.file_bytes),
            syncs,
            batch_messages,
        }
    }

    /// What is not done yet.
    fn standing(&self) -> Standing {
        let ledger = self.ledger();
        let (unacknowledged, dead, oldest) =
            (ledger.live(), ledger.dead().len() as u64, ledger.oldest());
        drop(ledger);
        let oldest_age = oldest.map(|oldest| self.counters.age(oldest));
        Standing { unacknowledged, dead, oldest_age }
    }
}

/// What is not done yet.
struct Standing {
    unacknowledged: u64,
    dead: u64,
    oldest_age: Option<Duration>,
}

/// How values are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Spread {
    /// How many there were.
    pub count: u64,
    /// Half of them are at most this.
    pub p50: u64,
    /// All but one in a hundred are at most this.
    pub p99: u64,
    /// The largest.
    pub max: u64,
}

/// The counts as they grow.
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) published: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) acknowledged: AtomicU64,
    pub(crate) returned: AtomicU64,
    pub(crate) died: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) written_bytes: AtomicU64,
    pub(crate) copied: AtomicU64,
    pub(crate) file_bytes: AtomicU64,
    opened: Instant,
    journal: Mutex<Journaled>,
}

/// What only the journal counts.
#[derive(Debug)]
struct Journaled {
    syncs: Option<Histogram<u64>>,
    batches: Option<Histogram<u64>>,
    /// Some sequences, and when they were written.
    times: VecDeque<(u64, Instant)>,
    #[cfg(feature = "metrics")]
    recorders: Recorders,
}

/// The largest value that is told from larger ones: an hour in microseconds.
const LARGEST: u64 = 3_600_000_000;

/// So far apart are the times that are kept.
const APART: Duration = Duration::from_millis(100);

impl Counters {
    /// Nothing so far. The recorder is told of it under this name of the queue.
    #[cfg_attr(not(feature = "metrics"), expect(unused_variables, reason = "there is no recorder"))]
    pub(crate) fn new(name: &str) -> Self {
        let journal = Journaled {
            syncs: None,
            batches: None,
            times: VecDeque::new(),
            #[cfg(feature = "metrics")]
            recorders: Recorders::new(name),
        };
        Self {
            published: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            returned: AtomicU64::new(0),
            died: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            written_bytes: AtomicU64::new(0),
            copied: AtomicU64::new(0),
            file_bytes: AtomicU64::new(0),
            opened: Instant::now(),
            journal: Mutex::new(journal),
        }
    }

    /// Counts.
    pub(crate) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// A sync took so long.
    pub(crate) fn synced(&self, took: Duration) {
        let journal = &mut *self.journal();
        record(&mut journal.syncs, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        #[cfg(feature = "metrics")]
        journal.recorders.synced(took);
    }

    /// A batch was written: its messages, from this sequence on, and the oldest sequence that is live.
    pub(crate) fn wrote(&self, first: u64, messages: u64, oldest: u64) {
        let journal = &mut *self.journal();
        if messages > 0 {
            record(&mut journal.batches, messages);
            #[cfg(feature = "metrics")]
            journal.recorders.wrote(messages);
            let now = Instant::now();
            if journal.times.back().is_none_or(|last| now.duration_since(last.1) >= APART) {
                journal.times.push_back((first, now));
            }
        }
        while journal.times.get(1).is_some_and(|second| second.0 <= oldest) {
            journal.times.pop_front();
        }
    }

    /// How long ago a sequence was written, or the queue was opened that had it.
    fn age(&self, sequence: u64) -> Duration {
        let journal = self.journal();
        let after = journal.times.partition_point(|time| time.0 <= sequence);
        let written = after.checked_sub(1).map_or(self.opened, |last| journal.times[last].1);
        written.elapsed()
    }

    /// How it was spread.
    pub(crate) fn spreads(&self) -> (Option<Spread>, Option<Spread>) {
        let journal = self.journal();
        (journal.syncs.as_ref().map(spread), journal.batches.as_ref().map(spread))
    }

    fn journal(&self) -> MutexGuard<'_, Journaled> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records a value.
fn record(histogram: &mut Option<Histogram<u64>>, value: u64) {
    histogram
        .get_or_insert_with(|| {
            Histogram::new_with_bounds(1, LARGEST, 2).expect("two digits are few enough")
        })
        .saturating_record(value);
}

/// What is told of a histogram.
fn spread(histogram: &Histogram<u64>) -> Spread {
    Spread {
        count: histogram.len(),
        p50: histogram.value_at_quantile(0.5),
        p99: histogram.value_at_quantile(0.99),
        max: histogram.max(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_size_are_told_apart() {
        let mut histogram = None;
        for value in [100, 20_000, 3_000_000] {
            record(&mut histogram, value);
        }
        let Spread { count, p50, max, .. } = spread(&histogram.unwrap());
        assert_eq!(count, 3);
        assert!(
            (19_900..20_200).contains(&p50) && (2_990_000..3_030_000).contains(&max),
            "{p50} {max}"
        );
    }
}
