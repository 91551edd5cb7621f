//! What was settled and is not written yet, in as few records as can be.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;

use crate::format::FrameWriter;
use crate::ledger::Ledger;
use crate::shared::Settle;
use crate::stats::Counters;

/// What is to be written, in order.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    notes: VecDeque<Note>,
    /// Sequences that are done, to be made ranges of.
    done: Vec<u64>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
enum Note {
    Acked { first: u64, count: u64 },
    Attempts { sequence: u64, attempts: u32 },
    Dead(u64),
    Revived(u64),
    Removed(u64),
    Delivered(u64),
}

/// No record of them is longer than this.
const LONGEST: usize = 17;

impl Notes {
    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Lets what was settled take effect in the ledger, and notes it.
    pub(crate) fn settle(
        &mut self,
        settled: &mut Vec<Settle>,
        ledger: &mut Ledger,
        counters: &Counters,
    ) {
        let count = |counter: &AtomicU64| Counters::add(counter, 1);
        for settle in settled.drain(..) {
            match settle {
                Settle::Done(sequence) => {
                    count(&counters.acknowledged);
                    self.done.push(sequence);
                }
                Settle::Begun { sequence, attempts } => {
                    ledger.came_back(sequence, attempts);
                    self.notes.push_back(Note::Attempts { sequence, attempts });
                }
                Settle::Back { sequence, attempts } => {
                    count(&counters.returned);
                    ledger.came_back(sequence, attempts);
                    self.notes.push_back(Note::Attempts { sequence, attempts });
                }
                Settle::Dead { sequence, attempts } => {
                    count(&counters.died);
                    ledger.came_back(sequence, attempts);
                    ledger.died(sequence);
                    self.notes.push_back(Note::Attempts { sequence, attempts });
                    self.notes.push_back(Note::Dead(sequence));
                    tracing::warn!(target: "ringway_durable", sequence, attempts, "a message is a dead letter");
                }
                Settle::Revived(sequence) => {
                    ledger.revived(sequence);
                    self.notes.push_back(Note::Revived(sequence));
                }
                Settle::Removed(sequence) => {
                    ledger.done(sequence, 1);
                    self.notes.push_back(Note::Removed(sequence));
                }
            }
        }
        self.done.sort_unstable();
        for range in self.done.chunk_by(|one, next| one + 1 == *next) {
            let (first, count) = (range[0], range.len() as u64);
            ledger.done(first, count);
            self.notes.push_back(Note::Acked { first, count });
        }
        self.done.clear();
    }

    /// All messages through this one were delivered.
    pub(crate) fn delivered(&mut self, through: u64) {
        self.notes.push_back(Note::Delivered(through));
    }

    /// Puts as many into a frame as it may be long.
    pub(crate) fn write(&mut self, frame: &mut FrameWriter, limit: u64) {
        while frame.len_with(LONGEST) as u64 <= limit {
            match self.notes.pop_front() {
                Some(Note::Acked { first, count }) => frame.acked(first, count),
                Some(Note::Attempts { sequence, attempts }) => frame.attempts(sequence, attempts),
                Some(Note::Dead(sequence)) => frame.dead(sequence),
                Some(Note::Revived(sequence)) => frame.revived(sequence),
                Some(Note::Removed(sequence)) => frame.removed(sequence),
                Some(Note::Delivered(through)) => frame.delivered(through),
                None => return,
            }
        }
    }
}
