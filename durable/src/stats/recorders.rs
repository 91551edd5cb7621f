//! The counts, for recorders of the crate `metrics`.
//!
//! How long a sync took and how many messages a batch had is told at once. All else the journal tells now and then, so that
//! nobody who publishes or consumes waits for a recorder.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use super::{Counters, Standing};
use crate::shared::Shared;

/// How often counters and gauges are told at most.
const APART: Duration = Duration::from_millis(100);

/// How often they are told while nothing happens but that messages grow older.
const IDLE: Duration = Duration::from_secs(1);

/// What a recorder keeps of a queue. The recorder is the one that is installed when the queue is opened.
#[derive(Debug)]
pub(super) struct Recorders {
    counters: Vec<Counted>,
    unacknowledged: Gauge,
    dead: Gauge,
    oldest_age_seconds: Gauge,
    file_bytes: Gauge,
    sync_seconds: Histogram,
    batch_messages: Histogram,
    /// When counters and gauges were told last.
    told: Instant,
}

/// A counter.
#[derive(Debug)]
struct Counted {
    counter: Counter,
    /// Which of the counts it is.
    count: fn(&Counters) -> &AtomicU64,
    /// How far it was told.
    told: u64,
}

impl Recorders {
    /// Those of a queue that is called this.
    pub(super) fn new(queue: &str) -> Self {
        describe();
        let queue = || queue.to_owned();
        let counted = |counter, count| Counted { counter, count, told: 0 };
        Self {
            counters: vec![
                counted(counter!(PUBLISHED, "queue" => queue()), |counters| &counters.published),
                counted(counter!(DELIVERED, "queue" => queue()), |counters| &counters.delivered),
                counted(counter!(ACKNOWLEDGED, "queue" => queue()), |counters| {
                    &counters.acknowledged
                }),
                counted(counter!(RETURNED, "queue" => queue()), |counters| &counters.returned),
                counted(counter!(DIED, "queue" => queue()), |counters| &counters.died),
                counted(counter!(COPIED, "queue" => queue()), |counters| &counters.copied),
                counted(counter!(BATCHES, "queue" => queue()), |counters| &counters.batches),
                counted(counter!(WRITTEN_BYTES, "queue" => queue()), |counters| {
                    &counters.written_bytes
                }),
            ],
            unacknowledged: gauge!(UNACKNOWLEDGED, "queue" => queue()),
            dead: gauge!(DEAD, "queue" => queue()),
            oldest_age_seconds: gauge!(OLDEST_AGE, "queue" => queue()),
            file_bytes: gauge!(FILE_BYTES, "queue" => queue()),
            sync_seconds: histogram!(SYNC, "queue" => queue()),
            batch_messages: histogram!(BATCH_MESSAGES, "queue" => queue()),
            told: Instant::now(),
        }
    }

    /// A sync took so long.
    pub(super) fn synced(&self, took: Duration) {
        self.sync_seconds.record(took);
    }

    /// A batch of so many messages was written.
    pub(super) fn wrote(&self, messages: u64) {
        self.batch_messages.record(messages as f64);
    }

    /// Tells how the queue stands.
    fn tell(&mut self, counters: &Counters, standing: &Standing) {
        for Counted { counter, count, told } in &mut self.counters {
            let now = count(counters).load(Ordering::Relaxed);
            // Only what came since: the next time that this queue is opened it begins at zero.
            counter.increment(now - *told);
            *told = now;
        }
        let Standing { unacknowledged, dead, oldest_age } = standing;
        self.unacknowledged.set(*unacknowledged as f64);
        self.dead.set(*dead as f64);
        self.oldest_age_seconds.set(oldest_age.unwrap_or_default().as_secs_f64());
        self.file_bytes.set(counters.file_bytes.load(Ordering::Relaxed) as f64);
        self.told = Instant::now();
    }

    /// Whether something was counted that was not told.
    fn is_behind(&self, counters: &Counters) -> bool {
        self.counters.iter().any(|it| (it.count)(counters).load(Ordering::Relaxed) != it.told)
    }
}

impl Shared {
    /// Tells the recorder how the queue stands, if it was not told a moment ago.
    pub(crate) fn tell_recorder_in_time(&self) {
        let told = self.counters.journal().recorders.told;
        if told.elapsed() >= APART {
            self.tell_recorder();
        }
    }

    /// Tells the recorder how the queue stands.
    pub(crate) fn tell_recorder(&self) {
        let standing = self.standing();
        self.counters.journal().recorders.tell(&self.counters, &standing);
    }

    /// When the recorder is to be told, if nothing more happens.
    pub(crate) fn recorder_due(&self) -> Option<Duration> {
        let live = self.ledger().live();
        let recorders = &self.counters.journal().recorders;
        let is_behind = recorders.is_behind(&self.counters);
        let apart = if is_behind { Some(APART) } else { (live > 0).then_some(IDLE) };
        apart.map(|apart| apart.saturating_sub(recorders.told.elapsed()))
    }
}

const PUBLISHED: &str = "ringway_durable_published_total";
const DELIVERED: &str = "ringway_durable_delivered_total";
const ACKNOWLEDGED: &str = "ringway_durable_acknowledged_total";
const RETURNED: &str = "ringway_durable_returned_total";
const DIED: &str = "ringway_durable_died_total";
const COPIED: &str = "ringway_durable_copied_total";
const BATCHES: &str = "ringway_durable_batches_total";
const WRITTEN_BYTES: &str = "ringway_durable_written_bytes_total";
const UNACKNOWLEDGED: &str = "ringway_durable_unacknowledged";
const DEAD: &str = "ringway_durable_dead";
const OLDEST_AGE: &str = "ringway_durable_oldest_age_seconds";
const FILE_BYTES: &str = "ringway_durable_file_bytes";
const SYNC: &str = "ringway_durable_sync_seconds";
const BATCH_MESSAGES: &str = "ringway_durable_batch_messages";

/// Says what each of them means.
fn describe() {
    let count = Unit::Count;
    describe_counter!(PUBLISHED, count, "Messages that were written.");
    describe_counter!(DELIVERED, count, "Deliveries, those of messages that came back among them.");
    describe_counter!(ACKNOWLEDGED, count, "Messages that were acknowledged.");
    describe_counter!(RETURNED, count, "Deliveries that came back.");
    describe_counter!(DIED, count, "Messages that became dead letters.");
    describe_counter!(COPIED, count, "Messages that were copied out of an old segment.");
    describe_counter!(BATCHES, count, "Batches that were written.");
    describe_counter!(WRITTEN_BYTES, Unit::Bytes, "Bytes that were written in batches.");
    describe_gauge!(UNACKNOWLEDGED, count, "Messages that are not acknowledged, dead ones too.");
    describe_gauge!(DEAD, count, "Dead letters that are there.");
    describe_gauge!(OLDEST_AGE, Unit::Seconds, "How long ago the oldest of them was published.");
    describe_gauge!(FILE_BYTES, Unit::Bytes, "Bytes of all files.");
    describe_histogram!(SYNC, Unit::Seconds, "How long a sync took.");
    describe_histogram!(BATCH_MESSAGES, count, "How many messages a batch had.");
}
