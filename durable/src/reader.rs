//! The reader: the thread that hands messages to consumers for the first time, in the order in which they were published.
//!
//! What was just written it gets from the journal. What did not fit in memory, or was there when the queue was opened, it
//! reads from the files: it knows the sequence of the next message, and where that is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use ringway::channel::{TryRecvError, weighted};

use crate::failure::Failure;
use crate::format::{BLOCK, Chain};
use crate::ledger::Ledger;
use crate::recovery::After;
use crate::segment::{Batch, Message, Segment};
use crate::shared::{EndsWith, Item, Settle, Shared};

/// What the journal has just written.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// The sequence of the first message.
    pub(crate) first: u64,
    /// The messages, in order.
    pub(crate) messages: Vec<Bytes>,
    /// How many bytes they are together.
    pub(crate) bytes: usize,
    /// Where the next frame is.
    pub(crate) place: Place,
}

impl Fresh {
    /// How much memory it takes, about.
    pub(crate) fn weight(&self) -> usize {
        self.bytes + self.messages.len() * size_of::<Bytes>() + size_of::<Self>()
    }
}

/// Where a frame begins, and what comes before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) chain: Chain,
}

/// The state of the thread.
#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    fresh: weighted::Receiver<Fresh>,
    /// The sequence of the next message, and where it may be.
    next: u64,
    place: Place,
    /// The segment that is read, if one is.
    segment: Option<Segment>,
    /// The first segment of this run, and its epoch: in segments before it there is what a run before has left.
    begun: u64,
    epoch: u64,
    /// All before it were delivered by a run before.
    delivered_before: u64,
    /// Those that were dead when the queue was opened. Whoever revives one hands it over.
    dead_before: BTreeSet<u64>,
    items: Vec<Item>,
}

impl Reader {
    /// A reader that begins with the oldest segment.
    pub(crate) fn new(
        shared: Arc<Shared>,
        fresh: weighted::Receiver<Fresh>,
        first: Place,
        next: u64,
        (begun, epoch): (u64, u64),
    ) -> Self {
        let delivered_before = shared.delivered.load(Ordering::Relaxed);
        let dead_before = shared.ledger().dead().clone();
        Self {
            shared,
            fresh,
            next,
            place: first,
            segment: None,
            begun,
            epoch,
            delivered_before,
            dead_before,
            items: Vec::new(),
        }
    }

    /// Runs until the queue ends.
    pub(crate) fn run(mut self) {
        let _guard = EndsWith(Arc::clone(&self.shared));
        if let Err(End::Failed(failure)) = self.read() {
            self.shared.fail(&failure);
        }
    }

    /// Hands over what there is, for ever.
    fn read(&mut self) -> Result<(), End> {
        loop {
            // A message is counted as written before it is sent here: who finds none here sees it by the count.
            let fresh = match self.fresh.try_recv() {
                Ok(fresh) => fresh,
                Err(TryRecvError::Disconnected) => return Err(End::Closed),
                Err(TryRecvError::Empty) => {
                    let written = self.shared.written.load(Ordering::Acquire);
                    let newest = self.shared.newest.load(Ordering::Acquire);
                    if self.next < written || self.is_behind() {
                        self.catch_up(written)?;
                        continue;
                    }
                    if self.place.segment < newest {
                        self.read_frame()?;
                        self.hand_over()?;
                        continue;
                    }
                    self.fresh.recv().map_err(|_| End::Closed)?
                }
            };
            self.take(fresh)?;
        }
    }

    /// Whether it is in a segment that was there before: these are read to the end, also for what was copied there.
    fn is_behind(&self) -> bool {
        self.place.segment < self.begun
    }

    /// Hands over what the journal has written.
    fn take(&mut self, fresh: Fresh) -> Result<(), End> {
        let Fresh { first, messages, place, .. } = fresh;
        if first < self.next {
            return Ok(());
        }
        if self.next < first || self.is_behind() {
            self.catch_up(first)?;
        }
        self.next = first + messages.len() as u64;
        let item = |(sequence, message)| Item { sequence, attempts: 0, message };
        self.items.extend((first..).zip(messages).map(item));
        self.go_to(place);
        self.hand_over()
    }

    /// Reads the files up to a message, and hands over what is in them.
    fn catch_up(&mut self, target: u64) -> Result<(), End> {
        while self.next < target || self.is_behind() {
            self.read_frame()?;
            self.hand_over()?;
        }
        Ok(())
    }

    /// Reads a frame, or goes on to the next segment.
    fn read_frame(&mut self) -> Result<(), End> {
        let shared = Arc::clone(&self.shared);
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.open()?,
        };
        let batch = match segment.next()? {
            Ok(batch) => batch,
            Err(end) => {
                let newest = shared.ledger().parts().back().map_or(0, |part| part.number);
                if self.place.segment >= newest {
                    return Err(End::Failed(end));
                }
                let place =
                    Place { segment: self.place.segment + 1, offset: BLOCK as u64, ..self.place };
                self.go_to(place);
                return Ok(());
            }
        };
        // What this run has copied is on its way already.
        let takes_copies = batch.header.epoch < self.epoch;
        let body = Bytes::copy_from_slice(batch.body);
        let batch = Batch { body: &body, ..batch };
        let ledger = shared.ledger();
        for message in batch.messages() {
            let Message { sequence, is_copy, bytes } = message?;
            if !is_copy || takes_copies {
                self.find(&ledger, sequence, body.slice_ref(bytes));
            }
        }
        drop(ledger);
        let header = batch.header;
        self.next = header.first_sequence + u64::from(header.publishes);
        self.place.offset = batch.offset + header.padded_len();
        self.place.chain = Chain { batch: header.batch, checksum: header.checksum() };
        self.segment = Some(segment);
        Ok(())
    }

    /// A message was found in a file: it is handed over if it is one to be delivered.
    fn find(&mut self, ledger: &Ledger, sequence: u64, message: Bytes) {
        let is_live = ledger.is_live_in(sequence, self.place.segment);
        if !is_live || self.dead_before.contains(&sequence) {
            return;
        }
        let attempts = ledger.attempts(sequence, sequence < self.delivered_before);
        self.items.push(Item { sequence, attempts, message });
    }

    /// Hands over what was found; waits for room.
    fn hand_over(&mut self) -> Result<(), End> {
        if let Some(most) = self.shared.options.max_attempts {
            let settles = &self.shared.settles;
            let bury = |item: &mut Item| {
                let Item { sequence, attempts, .. } = *item;
                attempts >= most && settles.send(Settle::Dead { sequence, attempts }).is_ok()
            };
            self.items.extract_if(.., bury).for_each(drop);
        }
        if self.items.is_empty() {
            return Ok(());
        }
        self.shared.fresh.send_all(&mut self.items).map_err(|_| End::Closed)
    }

    /// Goes on there. Segments before it are read no more.
    fn go_to(&mut self, place: Place) {
        self.segment = None;
        self.place = place;
        self.shared.reading.store(place.segment, Ordering::Release);
    }

    /// Opens the segment that is to be read.
    fn open(&self) -> Result<Segment, Failure> {
        let Place { segment, offset, chain } = self.place;
        let mut opened = Segment::open(&*self.shared.storage, segment)?;
        if offset > BLOCK as u64 {
            opened.resume(offset, After { chain, next_sequence: self.next });
        }
        Ok(opened)
    }
}

/// Why the reader ends.
enum End {
    /// The queue was closed.
    Closed,
    /// It has failed.
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
