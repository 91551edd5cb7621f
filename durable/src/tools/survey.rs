//! What a queue holds, damaged or not: its files are read once to the end, and what must be known of all messages is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::ranges::Ranges;
use crate::format::{BLOCK, Manifest, Record, SegmentHeader, segment_name};
use crate::ledger::Producers;
use crate::recovery::{At, Gap, Names, Visit, Walked, io_error, walk};
use crate::storage::{Storage, read_exact_at};
use crate::{Damage, OpenError};

/// What a queue holds.
#[derive(Debug)]
pub(super) struct Survey {
    /// Its files.
    pub(super) names: Names,
    /// Its manifest, or one that fits its segments.
    pub(super) manifest: Manifest,
    /// What is wrong with the manifest that is there.
    pub(super) manifest_damage: Option<Damage>,
    /// The segments.
    pub(super) walked: Walked,
    /// What the records say.
    pub(super) known: Known,
}

/// What the records say.
#[derive(Debug)]
pub(super) struct Known {
    /// All damage.
    pub(super) gaps: Vec<Gap>,
    /// Messages that are there.
    there: Ranges,
    /// Messages that are acknowledged or removed.
    gone: Ranges,
    /// Messages that were copied forward, by their sequence, and where they are.
    pub(super) copies: Vec<(u64, At)>,
    /// How many times a message has come back, if it has.
    pub(super) attempts: BTreeMap<u64, u32>,
    /// Dead letters.
    pub(super) dead: BTreeSet<u64>,
    /// The last sequence that was delivered.
    pub(super) delivered_through: u64,
    /// The last messages of the producers.
    pub(super) producers: Producers,
    /// The highest epoch of a frame.
    pub(super) epoch: u64,
    /// One after the highest sequence that is known of.
    pub(super) next_sequence: u64,
}

impl Survey {
    /// Reads a queue. `None` if there is none.
    pub(super) fn of(storage: &dyn Storage) -> Result<Option<Self>, OpenError> {
        let Some(names) = Names::list(storage)? else { return Ok(None) };
        let (manifest, manifest_damage) = match names.manifest(storage) {
            Ok(Some(manifest)) => (manifest, None),
            Ok(None) => return Ok(None),
            Err(OpenError::Damaged(damage)) => match guess(storage, &names)? {
                Some(manifest) => (manifest, Some(damage)),
                None => return Err(OpenError::Damaged(damage)),
            },
            Err(error) => return Err(error),
        };
        let mut known = Known::default();
        known.gaps.extend(manifest_damage.clone().map(|damage| Gap { damage, lost: None }));
        let walked = walk(storage, &names, &manifest, &mut known)?;
        known.end();
        known.next_sequence = known.next_sequence.max(walked.after.next_sequence);
        Ok(Some(Self { names, manifest, manifest_damage, walked, known }))
    }
}

/// A manifest for the segments that are there. `None` if there are none.
fn guess(storage: &dyn Storage, names: &Names) -> Result<Option<Manifest>, OpenError> {
    let (Some(&oldest), Some(&newest)) = (names.segments.first(), names.segments.last()) else {
        return Ok(None);
    };
    let mut manifest =
        Manifest { id: [0; 16], epoch: 0, oldest, newest, segment_size: 0, closed: None };
    let mut longest = 0;
    for &number in names.segments.iter().rev() {
        let name = segment_name(number);
        let file = storage.open(&name, false).map_err(io_error(storage, &name, "open"))?;
        longest = longest.max(file.len().map_err(io_error(storage, &name, "look at"))?);
        let mut block = [0; BLOCK];
        let header = read_exact_at(&*file, &mut block, 0)
            .ok()
            .and_then(|()| SegmentHeader::decode(&block).ok());
        match header {
            Some(header) if manifest.segment_size == 0 => {
                manifest.id = header.id;
                manifest.epoch = header.epoch;
                manifest.segment_size = header.segment_size;
            }
            Some(header) if header.id == manifest.id => {
                manifest.epoch = manifest.epoch.max(header.epoch)
            }
            _ => {}
        }
    }
    if manifest.segment_size == 0 {
        manifest.segment_size = longest.next_multiple_of(BLOCK as u64).max(16 * BLOCK as u64);
    }
    Ok(Some(manifest))
}

impl Default for Known {
    fn default() -> Self {
        Self {
            gaps: Vec::new(),
            there: Ranges::default(),
            gone: Ranges::default(),
            copies: Vec::new(),
            attempts: BTreeMap::new(),
            dead: BTreeSet::new(),
            delivered_through: 0,
            producers: Producers::new(usize::MAX),
            epoch: 0,
            next_sequence: 1,
        }
    }
}

impl Known {
    /// The messages that are neither acknowledged nor removed, in order.
    pub(super) fn live(&self) -> impl Iterator<Item = Range<u64>> {
        self.there.without(&self.gone)
    }

    /// How many there are of them.
    pub(super) fn live_count(&self) -> u64 {
        self.live().map(|range| range.end - range.start).sum()
    }

    /// Whether a message is neither acknowledged nor removed.
    pub(super) fn is_live(&self, sequence: u64) -> bool {
        !self.gone.contains(sequence)
    }

    /// Messages are acknowledged or removed.
    fn gone(&mut self, first: u64, count: u64) {
        let range = first..first + count;
        self.comes_before(range.end);
        while let Some((&sequence, _)) = self.attempts.range(range.clone()).next() {
            self.attempts.remove(&sequence);
        }
        while let Some(&sequence) = self.dead.range(range.clone()).next() {
            self.dead.remove(&sequence);
        }
        self.gone.insert(range);
    }

    /// A message of this sequence is there.
    fn there(&mut self, sequence: u64) {
        let next = sequence.saturating_add(1);
        self.there.insert(sequence..next);
        self.comes_before(next);
    }

    /// The next message has this sequence or a later one.
    fn comes_before(&mut self, next: u64) {
        self.next_sequence = self.next_sequence.max(next);
    }

    /// All was read: of copies of one message one counts, and none of one that is gone.
    fn end(&mut self) {
        let gone = &self.gone;
        self.copies.retain(|&(sequence, _)| !gone.contains(sequence));
        self.copies.sort_by_key(|&(sequence, _)| sequence);
        self.copies.dedup_by_key(|&mut (sequence, _)| sequence);
    }
}

impl Visit for Known {
    type Error = OpenError;

    const LENIENT: bool = true;

    fn record(&mut self, at: At, record: Record<'_>) -> Result<(), OpenError> {
        self.epoch = self.epoch.max(at.epoch);
        match record {
            Record::Publish { .. } => self.there(at.sequence),
            Record::PublishOnce { producer, number, .. } => {
                self.there(at.sequence);
                self.producers.published(producer, number, at.sequence);
            }
            Record::Copied { sequence, attempts, dead, .. } => {
                self.there(sequence);
                self.copies.push((sequence, at));
                if attempts > 0 {
                    self.attempts.insert(sequence, attempts);
                }
                if dead {
                    self.dead.insert(sequence);
                }
            }
            Record::Acked { first, count } => self.gone(first, count),
            Record::Removed { sequence } => self.gone(sequence, 1),
            Record::Attempts { sequence, attempts } => _ = self.attempts.insert(sequence, attempts),
            Record::Dead { sequence } => _ = self.dead.insert(sequence),
            Record::Revived { sequence } => {
                self.attempts.remove(&sequence);
                self.dead.remove(&sequence);
            }
            Record::Delivered { through } => {
                self.delivered_through = self.delivered_through.max(through);
            }
            Record::Checkpoint { next_sequence, delivered_through } => {
                self.comes_before(next_sequence);
                self.delivered_through = self.delivered_through.max(delivered_through);
            }
            Record::Producer { id, last } => {
                for (number, sequence) in last {
                    self.producers.published(id, number, sequence);
                }
            }
        }
        Ok(())
    }

    fn gap(&mut self, gap: Gap) -> Result<(), OpenError> {
        self.gaps.push(gap);
        Ok(())
    }
}
