//! One frame: what goes into it, and what follows from its being written.

use std::fmt;
use std::io;
use std::mem;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::segments::NoSegment;
use super::{Journal, Shortage, refuse, tell};
use crate::error::{Refusal, TicketError};
use crate::failure::Failure;
use crate::format::BLOCK;
use crate::ledger::Number;
use crate::options::Level;
use crate::reader::{Fresh, Place};
use crate::shared::{Publish, What};
use crate::stats::Counters;
use crate::ticket::Resolver;

/// A frame of a few notes fits in so many bytes.
pub(super) const LEAST: u64 = BLOCK as u64;

/// The messages of a frame, for those who wait for them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    messages: Vec<Bytes>,
    resolvers: Vec<(Resolver, u64)>,
    bytes: usize,
    /// Whether somebody asked for a sync.
    wants_sync: bool,
}

impl Journal {
    /// Writes one frame of what waits, if there is something to write.
    pub(super) fn write_frame(&mut self) -> Result<(), Failure> {
        let wanted = self.waiting.front().map_or(0, |publish| publish.what.len()) + 2 * LEAST;
        self.make_room(wanted)?;
        self.begin_frame();
        let opened = self.writer.records();
        let left = self.segments.left();
        let limit = left.min(wanted.max(self.shared.options.batch_bytes as u64));
        self.notes.write(&mut self.writer, limit);
        let first = self.shared.ledger().next();
        let batch = if self.notes.is_empty() { self.fill(first, limit) } else { Batch::default() };
        if self.writer.records() > opened {
            return self.commit(first, batch);
        }
        let mut batch = batch;
        if batch.wants_sync && self.unsynced > 0 {
            self.sync().inspect_err(|failure| self.leave_open(&mut batch, failure))?;
        }
        tell(&mut batch.resolvers);
        Ok(())
    }

    /// Sees to it that so much fits in the file that grows, or notes that it does not.
    pub(super) fn make_room(&mut self, wanted: u64) -> Result<(), Failure> {
        (self.is_cramped, self.is_full) = (false, false);
        if self.segments.left() < self.segments.reserve() + wanted {
            match self.segments.prepare() {
                Ok(()) => self.tell_shortage(None, &""),
                Err(NoSegment::Failed(failure)) => return Err(failure),
                Err(NoSegment::Limit) => {
                    (self.is_cramped, self.is_full) = (true, true);
                    self.tell_shortage(Some(Shortage::Limit), &"");
                }
                Err(NoSegment::DiskFull(error)) => {
                    self.is_cramped = true;
                    self.tell_shortage(Some(Shortage::DiskFull), &error);
                    self.refuse_waiting(&error);
                }
            }
        }
        if self.segments.left() < wanted && self.segments.has_next() {
            self.switch()?;
        }
        Ok(())
    }

    /// Tells that a shortage has begun, or is over.
    fn tell_shortage(&mut self, shortage: Option<Shortage>, error: &dyn fmt::Display) {
        if self.shortage == shortage {
            return;
        }
        match (shortage, self.shortage) {
            (Some(Shortage::DiskFull), _) => {
                tracing::warn!(target: "ringway_durable", %error, "the disk is full: what is published is refused");
            }
            (None, Some(Shortage::DiskFull)) => {
                tracing::info!(target: "ringway_durable", "the disk has space for a segment again");
            }
            (Some(Shortage::Limit), _) => {
                tracing::debug!(target: "ringway_durable", "the queue is as large as it may be: publishers wait");
            }
            (None, _) => {
                tracing::debug!(target: "ringway_durable", "a segment is done with: publishers go on");
            }
        }
        self.shortage = shortage;
    }

    /// The disk has no space for what waits.
    fn refuse_waiting(&mut self, error: &io::Error) {
        for publish in mem::take(&mut self.waiting) {
            // What asks for a sync takes no space.
            match publish.what {
                What::Sync => self.waiting.push_back(publish),
                _ => refuse(publish, Refusal::DiskFull(error.to_string())),
            }
        }
    }

    /// Goes on in the file that is ready.
    fn switch(&mut self) -> Result<(), Failure> {
        if self.unsynced > 0 {
            self.sync()?;
        }
        let next = self.shared.ledger().next();
        self.segments.switch(self.chain, next)?;
        let segment = self.segments.number();
        self.shared.ledger().begin_part(segment);
        self.shared.newest.store(segment, Ordering::Release);
        // The reader follows, also where nothing is published here: it would keep all segments from the last message on.
        let place = Place { segment, offset: BLOCK as u64, chain: self.chain };
        let _ = self.fresh.try_send(Fresh { first: next, messages: Vec::new(), bytes: 0, place });
        self.shared.counters.file_bytes.store(self.segments.bytes(), Ordering::Relaxed);
        self.is_new = true;
        tracing::debug!(target: "ringway_durable", segment = self.segments.number(), "a segment begins");
        Ok(())
    }

    /// Begins a frame; the first of a segment with what must be known where those before are gone.
    pub(super) fn begin_frame(&mut self) {
        self.writer.begin();
        if self.is_new {
            let ledger = self.shared.ledger();
            self.writer.checkpoint(ledger.next(), self.delivered.saturating_sub(1));
            for (producer, numbers) in ledger.producers.all() {
                let numbers: Vec<_> = numbers.iter().copied().collect();
                self.writer.producer(producer, &numbers);
            }
        }
    }

    /// Puts messages into the frame, as many as fit. Where no further file can be had some of this one is kept for what is
    /// settled.
    fn fill(&mut self, first: u64, limit: u64) -> Batch {
        let mut batch = Batch::default();
        let kept = if self.is_cramped { self.segments.reserve() } else { 0 };
        let limit = limit.min(self.segments.left().saturating_sub(kept));
        while let Some(next) = self.waiting.front() {
            let len = next.what.len();
            if len > 0 && self.writer.len_with(len as usize) as u64 > limit {
                break;
            }
            let Publish { what, resolver } = self.waiting.pop_front().expect("it is there");
            self.put(what, resolver, first, &mut batch);
            self.is_full = false;
        }
        batch
    }

    /// Puts into the frame what one asks for.
    fn put(&mut self, what: What, resolver: Resolver, first: u64, batch: &mut Batch) {
        let sequence = first + batch.messages.len() as u64;
        match what {
            What::Sync => batch.wants_sync = true,
            What::One(message) => {
                self.writer.publish(&message);
                batch.push(message);
            }
            What::Many(messages) => {
                for message in messages {
                    self.writer.publish(&message);
                    batch.push(message);
                }
            }
            What::Once { producer, number, message } => {
                let producers = &mut self.shared.ledger().producers;
                match producers.look(producer, number) {
                    Number::New => {
                        producers.published(producer, number, sequence);
                        self.writer.publish_once(producer, number, &message);
                        batch.push(message);
                    }
                    Number::Known(known) => {
                        batch.resolvers.push((resolver, known));
                        return;
                    }
                    Number::Old(last) => {
                        let what = What::One(message);
                        return refuse(
                            Publish { what, resolver },
                            Refusal::OldNumber { producer, number, last },
                        );
                    }
                }
            }
        }
        batch.resolvers.push((resolver, sequence));
    }

    /// Writes the frame, and tells all who wait for it.
    pub(super) fn commit(&mut self, first: u64, mut batch: Batch) -> Result<(), Failure> {
        let level = self.shared.options.level;
        if level == Level::Memory && !batch.wants_sync {
            self.told = tell(&mut batch.resolvers);
        }
        let offset = self.segments.offset();
        let written = self.write(first, batch.wants_sync);
        let len = written.inspect_err(|failure| self.leave_open(&mut batch, failure))?;
        let count = batch.messages.len() as u64;
        let oldest = {
            let mut ledger = self.shared.ledger();
            if count > 0 {
                ledger.published(count, batch.bytes as u64);
            }
            ledger.low()
        };
        self.count(first, count, len, oldest);
        if !batch.resolvers.is_empty() {
            self.told = tell(&mut batch.resolvers);
        }
        if count > 0 {
            self.shared.written.store(first + count, Ordering::Release);
            let segment = self.segments.number();
            let place = Place { segment, offset: offset + len, chain: self.chain };
            // Where there is no room the reader finds it in the file.
            let _ = self.fresh.try_send(Fresh {
                first,
                messages: batch.messages,
                bytes: batch.bytes,
                place,
            });
        }
        Ok(())
    }

    /// Writes the frame, and syncs it where that is due; how long it is.
    fn write(&mut self, first: u64, wants_sync: bool) -> Result<u64, Failure> {
        self.writer.after_unsynced(self.unsynced);
        let finished = self.writer.finish(self.segments.epoch(), self.chain, first);
        let len = finished.bytes.len() as u64;
        self.chain = finished.chain;
        self.segments.append(finished.bytes)?;
        self.is_new = false;
        self.unsynced = self.unsynced.saturating_add(1);
        if self.is_durable() || wants_sync {
            self.sync()?;
        }
        Ok(len)
    }

    /// Tells those who wait that nobody knows what is there. Who is told finds that the queue has failed.
    fn leave_open(&self, batch: &mut Batch, failure: &Failure) {
        self.shared.fail(failure);
        for (resolver, _) in batch.resolvers.drain(..) {
            resolver.resolve(Err(TicketError::Unknown(failure.to_string())));
        }
    }

    /// Counts a frame.
    fn count(&self, first: u64, messages: u64, len: u64, oldest: u64) {
        let counters = &self.shared.counters;
        Counters::add(&counters.published, messages);
        Counters::add(&counters.batches, 1);
        Counters::add(&counters.written_bytes, len);
        counters.wrote(first, messages, oldest);
    }
}

impl Batch {
    /// One more message.
    fn push(&mut self, message: Bytes) {
        self.bytes += message.len();
        self.messages.push(message);
    }
}
