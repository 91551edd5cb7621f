//! Segments go when nothing in them is needed: always the oldest first, so that what is settled in a segment is never gone
//! before what it settles.

use std::sync::atomic::Ordering;

use super::Journal;
use super::frame::{Batch, LEAST};
use crate::failure::Failure;
use crate::segment::{Message, Segment};
use crate::stats::Counters;

/// The live messages of a segment are copied forward where they have at most one in so many of its bytes.
const FEW: u64 = 8;

/// So many segments follow one that is copied forward, at least.
const YOUNGER: u64 = 3;

/// A message that is copied forward.
struct Straggler {
    sequence: u64,
    message: Vec<u8>,
}

impl Journal {
    /// Gives up the segments that are not needed, and copies forward what keeps the oldest one.
    pub(super) fn retain(&mut self) -> Result<(), Failure> {
        let newest = self.segments.number();
        let read = self.shared.reading.load(Ordering::Acquire).min(newest);
        let (needed, few) = {
            let ledger = self.shared.ledger();
            let mut parts = ledger.parts().iter();
            let live = parts.find(|part| part.live > 0);
            // What was never delivered stays where it is, or it would come after what was published later.
            let few = live.zip(parts.next()).filter(|(part, next)| {
                part.live_bytes() <= self.segments.size() / FEW && next.first <= self.delivered
            });
            let few = few.map(|(part, _)| part.number);
            (live.map_or(newest, |part| part.number).min(read), few)
        };
        if needed > self.segments.oldest() {
            self.release(needed)?;
        }
        match few {
            Some(number) if number == needed && number < read && number + YOUNGER <= newest => {
                self.copy_forward(number)
            }
            _ => Ok(()),
        }
    }

    /// Gives up the segments before this one. What they say beside messages stands in the first frame of the newest, and is
    /// durable before they go.
    fn release(&mut self, needed: u64) -> Result<(), Failure> {
        if self.is_new {
            self.begin_frame();
            let next = self.shared.ledger().next();
            self.commit(next, Batch::default())?;
        }
        if self.unsynced > 0 {
            self.sync()?;
        }
        self.segments.release(needed)?;
        let mut ledger = self.shared.ledger();
        while ledger.parts().front().is_some_and(|part| part.number < needed) {
            ledger.end_part();
        }
        drop(ledger);
        self.shared.counters.file_bytes.store(self.segments.bytes(), Ordering::Relaxed);
        tracing::debug!(target: "ringway_durable", oldest = needed, "segments are gone");
        Ok(())
    }

    /// Writes the live messages of a segment once more, so that it can go. All of them were delivered before, or are dead.
    fn copy_forward(&mut self, number: u64) -> Result<(), Failure> {
        // That they were delivered is written first.
        while !self.notes.is_empty() {
            if self.is_stuck() {
                return Ok(());
            }
            self.write_frame()?;
        }
        let stragglers = self.stragglers(number)?;
        let mut stragglers = stragglers.as_slice();
        while let Some(straggler) = stragglers.first() {
            let wanted = straggler.message.len() as u64 + 2 * LEAST;
            self.make_room(wanted)?;
            if self.segments.left() < self.segments.reserve() + wanted && self.is_cramped {
                // They stay where they are.
                return Ok(());
            }
            let limit =
                self.segments.left().min(wanted.max(self.shared.options.batch_bytes as u64));
            stragglers = self.copy(stragglers, limit)?;
        }
        tracing::debug!(target: "ringway_durable", segment = number, "its last messages are copied forward");
        // What was written once more is durable before the first is gone.
        if self.unsynced > 0 { self.sync() } else { Ok(()) }
    }

    /// Writes a frame of them; those that are left.
    fn copy<'a>(
        &mut self,
        stragglers: &'a [Straggler],
        limit: u64,
    ) -> Result<&'a [Straggler], Failure> {
        self.begin_frame();
        let mut count = 0;
        let ledger = self.shared.ledger();
        for Straggler { sequence, message } in stragglers {
            if count > 0 && self.writer.len_with(message.len() + 32) as u64 > limit {
                break;
            }
            let (attempts, is_dead) = ledger.state(*sequence);
            self.writer.copied(*sequence, attempts, is_dead, message);
            count += 1;
        }
        let first = ledger.next();
        drop(ledger);
        self.commit(first, Batch::default())?;
        let (copied, left) = stragglers.split_at(count);
        let mut ledger = self.shared.ledger();
        for Straggler { sequence, message } in copied {
            let (attempts, is_dead) = ledger.state(*sequence);
            ledger.copied(*sequence, message.len() as u64, attempts, is_dead);
        }
        drop(ledger);
        Counters::add(&self.shared.counters.copied, count as u64);
        Ok(left)
    }

    /// The live messages of a segment.
    fn stragglers(&self, number: u64) -> Result<Vec<Straggler>, Failure> {
        let mut segment = Segment::open(&*self.shared.storage, number)?;
        let ledger = self.shared.ledger();
        let wanted =
            ledger.parts().iter().find(|part| part.number == number).map_or(0, |part| part.live);
        drop(ledger);
        let mut stragglers = Vec::new();
        while (stragglers.len() as u64) < wanted {
            let batch = segment.next()??;
            let ledger = self.shared.ledger();
            for message in batch.messages() {
                let Message { sequence, bytes, .. } = message?;
                if ledger.lies_in(sequence, number) {
                    stragglers.push(Straggler { sequence, message: bytes.to_vec() });
                }
            }
        }
        Ok(stragglers)
    }
}
