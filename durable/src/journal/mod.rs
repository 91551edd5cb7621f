//! The journal: the thread that is alone to write.
//!
//! In each turn it takes what has been published and settled meanwhile, makes one frame of it, writes and syncs that, and
//! only then tells those who wait. What comes while it syncs is in the next frame, so that one sync is for many.
//!
//! - **J1** a frame is written only after the sync of the one before has succeeded, where the level asks for one: so of what was written
//!   after the last frame that is whole nothing was acknowledged.
//! - **J2** after an error nothing is written or synced any more, and nothing is acknowledged.
//! - **J3** what is settled takes effect at once, and is written with the next frame: lost with the process, it is delivered again.

mod frame;
mod notes;
mod retention;
mod segments;
mod spares;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ringway::channel::{Receiver, Select, weighted};

pub(crate) use self::notes::Notes;
pub(crate) use self::segments::{NoSegment, Segments, write_manifest};
pub(crate) use self::spares::Spares;

use crate::error::{Refusal, TicketError};
use crate::failure::Failure;
use crate::format::{Chain, FrameWriter};
use crate::options::Level;
use crate::reader::Fresh;
use crate::shared::{EndsWith, Publish, Settle, Shared, What};
use crate::ticket::Resolver;

/// So often the journal looks whether something was delivered of which nothing is written, while there is something to deliver;
/// and, while it is full, whether the reader is done with a segment, or the queue is closed.
const LOOK: Duration = Duration::from_millis(100);

/// At most so much of the time that a sync takes is waited for those who were told of the last one.
const LINGER: u32 = 4;

/// About so many messages are taken at once.
const TAKE: usize = 4096;

/// The state of the thread.
#[derive(Debug)]
pub(crate) struct Journal {
    shared: Arc<Shared>,
    segments: Segments,
    writer: FrameWriter,
    /// The last frame.
    chain: Chain,
    publishes: Receiver<Publish>,
    settles: Receiver<Settle>,
    fresh: weighted::Sender<Fresh>,
    /// What was taken from the channel and is not in a frame yet.
    waiting: VecDeque<Publish>,
    taken: Vec<Publish>,
    settled: Vec<Settle>,
    notes: Notes,
    /// Whether messages wait until a segment is done with.
    is_full: bool,
    /// Whether a further file could not be had.
    is_cramped: bool,
    /// Why the last one that was asked for could not be had.
    shortage: Option<Shortage>,
    /// Whether the newest segment has no frame yet.
    is_new: bool,
    /// Up to where it is written that messages were delivered.
    delivered: u64,
    /// When the last sync was, and how many frames were written since.
    last_sync: Instant,
    unsynced: u32,
    /// How many waited for the last batch, and how long a sync takes.
    told: usize,
    sync_time: Duration,
}

/// Why there is no further file. It is told when it begins and when it ends, not for each batch between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    Limit,
    DiskFull,
}

/// How a turn ends.
enum Turn {
    Next,
    End,
}

impl Journal {
    /// A journal that goes on from these files.
    pub(crate) fn new(
        shared: Arc<Shared>,
        segments: Segments,
        chain: Chain,
        publishes: Receiver<Publish>,
        settles: Receiver<Settle>,
        fresh: weighted::Sender<Fresh>,
    ) -> Self {
        Self {
            delivered: shared.delivered.load(Ordering::Relaxed),
            shared,
            segments,
            writer: FrameWriter::default(),
            chain,
            publishes,
            settles,
            fresh,
            waiting: VecDeque::new(),
            taken: Vec::new(),
            settled: Vec::new(),
            notes: Notes::default(),
            is_full: false,
            is_cramped: false,
            shortage: None,
            is_new: true,
            last_sync: Instant::now(),
            unsynced: 0,
            told: 0,
            sync_time: Duration::ZERO,
        }
    }

    /// Runs until the queue is closed, or fails.
    pub(crate) fn run(mut self) {
        let _guard = EndsWith(Arc::clone(&self.shared));
        if let Err(failure) = self.go_on() {
            self.shared.fail(&failure);
        }
        self.shared.end();
        self.refuse_all();
        #[cfg(feature = "metrics")]
        self.shared.tell_recorder();
    }

    /// Takes turns until the end.
    fn go_on(&mut self) -> Result<(), Failure> {
        self.retain()?;
        while let Turn::Next = self.turn()? {}
        self.end()
    }

    /// Takes what there is, and writes it.
    fn turn(&mut self) -> Result<Turn, Failure> {
        self.take();
        if !self.has_work() {
            if self.is_over() {
                return Ok(Turn::End);
            }
            self.sleep();
            self.take();
        }
        self.linger();
        self.settle();
        self.retain()?;
        self.write_frame()?;
        self.sync_in_time()?;
        #[cfg(feature = "metrics")]
        self.shared.tell_recorder_in_time();
        Ok(Turn::Next)
    }

    /// Takes what was published so far, as far as a batch may be large. What cannot be written stays where publishers wait for
    /// room.
    fn take(&mut self) {
        let most = TAKE.min(self.shared.options.room);
        if self.is_full && !self.waiting.is_empty() || self.waiting.len() >= most {
            return;
        }
        if self.publishes.try_recv_many(&mut self.taken, most).is_ok() {
            self.waiting.extend(self.taken.drain(..));
        }
    }

    /// Whether there is something to write that can be written.
    fn has_work(&self) -> bool {
        let is_stuck = self.is_stuck();
        // Messages are refused where the disk is full. What asks for a sync waits for what was settled before it.
        let waits = |publish: &Publish| !is_stuck || !matches!(publish.what, What::Sync);
        !self.settles.is_empty()
            || !self.notes.is_empty() && !is_stuck
            || !self.is_full && self.waiting.iter().any(waits)
    }

    /// Whether not even what is settled can be written: it waits until a segment is done with.
    fn is_stuck(&self) -> bool {
        self.is_cramped && self.segments.left() < 2 * frame::LEAST
    }

    /// Whether nothing will come any more.
    fn is_over(&self) -> bool {
        self.publishes.is_closed()
            && (self.is_full
                || self.is_stuck()
                || self.publishes.is_empty() && self.waiting.is_empty())
    }

    /// Sleeps until something comes, or it is time to sync, or to look what was delivered.
    fn sleep(&self) {
        let sync = (self.unsynced > 0)
            .then(|| self.shared.options.sync_interval.saturating_sub(self.last_sync.elapsed()));
        let looks = self.is_full
            || self.is_stuck()
            || self.shared.prefetched.load(Ordering::Relaxed) > 0
                && self.shared.ledger().live() > 0;
        #[cfg(feature = "metrics")]
        let recorder = self.shared.recorder_due();
        #[cfg(not(feature = "metrics"))]
        let recorder = None;
        let timeout = [sync, looks.then_some(LOOK), recorder].into_iter().flatten().min();
        let mut select = Select::new();
        select.recv(&self.settles);
        if !self.is_full || self.publishes.is_closed() {
            select.recv(&self.publishes);
        }
        match timeout {
            Some(timeout) => drop(select.ready_timeout(timeout)),
            None => drop(select.ready()),
        }
    }

    /// Gives those a moment who were told that their message is safe, and publish the next: else they would take turns, half of them
    /// in each sync.
    fn linger(&mut self) {
        if self.told < 2
            || self.is_full
            || self.waiting.len() >= self.told
            || self.waiting.is_empty()
        {
            return;
        }
        let most = self.sync_time / LINGER;
        let begin = Instant::now();
        while self.waiting.len() < self.told && begin.elapsed() < most {
            std::thread::yield_now();
            if self.publishes.try_recv_many(&mut self.taken, TAKE).is_ok() {
                self.waiting.extend(self.taken.drain(..));
            }
        }
    }

    /// Lets what was settled take effect, and notes it: all that was settled before what was taken was published.
    fn settle(&mut self) {
        let count = self.settles.len();
        if count > 0 {
            let _ = self.settles.try_recv_many(&mut self.settled, count);
        }
        let mut ledger = self.shared.ledger();
        let counters = &self.shared.counters;
        self.notes.settle(&mut self.settled, &mut ledger, counters);
        let delivered = self.shared.delivered.load(Ordering::Relaxed);
        if delivered > self.delivered {
            ledger.delivered(delivered);
            self.delivered = delivered;
            self.notes.delivered(delivered - 1);
        }
    }

    /// Syncs what was written, where the level is one that does not sync each frame.
    fn sync_in_time(&mut self) -> Result<(), Failure> {
        if self.unsynced > 0 && self.last_sync.elapsed() >= self.shared.options.sync_interval {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes durable what was written.
    fn sync(&mut self) -> Result<(), Failure> {
        let begin = Instant::now();
        self.segments.sync()?;
        let took = begin.elapsed();
        self.sync_time = (self.sync_time * 7 + took) / 8;
        self.shared.counters.synced(took);
        self.last_sync = Instant::now();
        self.unsynced = 0;
        tracing::trace!(target: "ringway_durable", batch = self.chain.batch, ?took, "synced");
        Ok(())
    }

    /// Writes all that was settled before the end, and notes that the end was in order.
    fn end(&mut self) -> Result<(), Failure> {
        self.shared.end();
        self.settles.close();
        while self.settles.try_recv_many(&mut self.settled, TAKE).is_ok() {}
        self.settle();
        while !self.notes.is_empty() && !self.is_stuck() {
            self.write_frame()?;
        }
        if self.unsynced > 0 {
            self.sync()?;
        }
        self.retain()?;
        self.segments.close(self.chain)?;
        tracing::info!(target: "ringway_durable", batch = self.chain.batch, "closed");
        Ok(())
    }

    /// Gives back what was not written.
    fn refuse_all(&mut self) {
        self.publishes.close();
        let why = self.shared.refusal().unwrap_or(Refusal::Closed);
        while self.publishes.try_recv_many(&mut self.taken, TAKE).is_ok() {}
        for publish in self.waiting.drain(..).chain(self.taken.drain(..)) {
            refuse(publish, why.clone());
        }
    }

    /// Whether tickets wait for a sync.
    fn is_durable(&self) -> bool {
        self.shared.options.level == Level::Durable
    }
}

/// Gives back what was to be published.
fn refuse(publish: Publish, why: Refusal) {
    let messages = publish.what.into_messages();
    publish.resolver.resolve(Err(TicketError::Refused { messages, why }));
}

/// Tells all of these that they are safe; how many waited for it.
fn tell(resolvers: &mut Vec<(Resolver, u64)>) -> usize {
    resolvers
        .drain(..)
        .filter_map(|(resolver, sequence)| resolver.resolve(Ok(sequence)).then_some(()))
        .count()
}
