//! What was read when a queue is opened takes effect in the ledger.

use crate::format::Record;
use crate::ledger::Ledger;
use crate::recovery::At;

/// A ledger that is told what was read, record by record. Messages that follow one another are told together.
#[derive(Debug)]
pub(crate) struct Replay {
    ledger: Ledger,
    /// Messages that were published and are not told yet.
    count: u64,
    bytes: u64,
    /// The sequence after these, and the segment in which they are.
    next: u64,
    segment: u64,
}

impl Replay {
    /// Nothing was read yet.
    pub(crate) fn into(ledger: Ledger) -> Self {
        Self { next: ledger.next(), ledger, count: 0, bytes: 0, segment: 0 }
    }

    /// The next record.
    pub(crate) fn record(&mut self, at: At, record: Record<'_>) {
        if at.segment != self.segment {
            self.tell();
            self.segment = at.segment;
            self.ledger.begin_part(at.segment);
        }
        match record {
            Record::Publish { message } => self.published(at.sequence, message),
            Record::PublishOnce { producer, number, message } => {
                self.published(at.sequence, message);
                self.ledger.producers.published(producer, number, at.sequence);
            }
            record => {
                self.tell();
                self.told(record);
            }
        }
    }

    /// All was read.
    pub(crate) fn finish(mut self) -> Ledger {
        self.tell();
        self.ledger
    }

    /// A message was published.
    fn published(&mut self, sequence: u64, message: &[u8]) {
        if sequence != self.next {
            self.tell();
            self.ledger.begin_at(sequence);
        }
        self.next = sequence + 1;
        self.count += 1;
        self.bytes += message.len() as u64;
    }

    /// Tells of the messages that were published.
    fn tell(&mut self) {
        if self.count > 0 {
            self.ledger.published(self.count, self.bytes);
            (self.count, self.bytes) = (0, 0);
        }
    }

    /// Tells of what is no message.
    fn told(&mut self, record: Record<'_>) {
        let ledger = &mut self.ledger;
        match record {
            Record::Publish { .. } | Record::PublishOnce { .. } => {}
            Record::Copied { sequence, attempts, dead, message } => {
                ledger.copied(sequence, message.len() as u64, attempts, dead);
            }
            Record::Acked { first, count } => ledger.done(first, count),
            Record::Removed { sequence } => ledger.done(sequence, 1),
            Record::Attempts { sequence, attempts } => ledger.came_back(sequence, attempts),
            Record::Dead { sequence } => ledger.died(sequence),
            Record::Revived { sequence } => ledger.revived(sequence),
            Record::Delivered { through: delivered }
            | Record::Checkpoint { delivered_through: delivered, .. } => {
                ledger.delivered(delivered.saturating_add(1));
            }
            Record::Producer { id, last } => {
                for (number, sequence) in last {
                    ledger.producers.published(id, number, sequence);
                }
            }
        }
    }
}
