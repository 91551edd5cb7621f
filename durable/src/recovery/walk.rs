//! Going through all segments of a queue, from the oldest to the newest.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use super::found::{FoundSegment, Walked};
use super::names::{Names, damaged, io_error};
use super::next::{After, Cause, Expected, Stop};
use super::scan::{Frame, Scan};
use super::source::Source;
use super::{At, Gap, TornTail};
use crate::format::{BLOCK, Manifest, Record, Records, segment_name};
use crate::storage::Storage;
use crate::{Damage, OpenError};

/// Who is told what is found.
pub(crate) trait Visit {
    /// What ends the walk before its end.
    type Error: From<OpenError>;

    /// Whether to go on where the system cannot read.
    const LENIENT: bool;

    /// The next record. It stands in a frame that is as it was written.
    fn record(&mut self, at: At, record: Record<'_>) -> Result<(), Self::Error>;

    /// Damage. The walk goes on behind it.
    fn gap(&mut self, gap: Gap) -> Result<(), Self::Error>;
}

/// Goes through all segments of a manifest.
pub(crate) fn walk<V: Visit>(
    storage: &dyn Storage,
    names: &Names,
    manifest: &Manifest,
    visitor: &mut V,
) -> Result<Walked, V::Error> {
    let mut sources = Vec::new();
    for &number in names.segments.union(&names.aside) {
        if (manifest.oldest..=manifest.newest).contains(&number) {
            sources.extend(Source::open(storage, names, manifest, number, visitor)?);
        }
    }
    sources.sort_by_key(Source::place);
    let mut walk = Walk {
        storage,
        names,
        visitor,
        place: manifest.oldest - 1,
        after: None,
        tail: None,
        segments: Vec::new(),
    };
    let mut scan = None;
    for source in sources {
        walk.enter(&source)?;
        walk.segment(source, &mut scan)?;
    }
    walk.finish(manifest)
}

/// Where a walk is.
struct Walk<'a, V> {
    /// The files.
    storage: &'a dyn Storage,
    /// Their names.
    names: &'a Names,
    /// Who is told.
    visitor: &'a mut V,
    /// The place of the segment before.
    place: u64,
    /// What came before, if that is known.
    after: Option<After>,
    /// How the segment before ended.
    tail: Option<Tail>,
    /// The segments so far.
    segments: Vec<FoundSegment>,
}

/// How a segment ended.
struct Tail {
    /// Its file.
    name: String,
    /// How long that is.
    len: u64,
    /// How long it was made; 0 where that is not known.
    made: u64,
    /// Where its frames end, and why.
    stop: Stop,
}

impl<V: Visit> Walk<'_, V> {
    /// Looks whether a segment follows what came before.
    fn enter(&mut self, source: &Source) -> Result<(), V::Error> {
        let (place, begins) = (source.place(), source.begins());
        let lost =
            self.after.zip(begins).map(|(after, begins)| after.next_sequence..begins.next_sequence);
        if self.place + 1 < place {
            self.missing(self.place + 1..place, lost)?;
        } else if let Some((after, begins)) = self.after.zip(begins) {
            if begins.chain.batch > after.chain.batch {
                self.cut_off(lost)?;
            } else if begins != after && place > self.place {
                self.gap(&source.name, 0, None, "it does not follow the segment before", lost)?;
            }
        }
        // A segment that is there twice brings nothing new.
        if place > self.place {
            self.after = begins.or(self.after);
            self.place = place;
        }
        Ok(())
    }

    /// Reads the frames of a segment.
    fn segment(&mut self, source: Source, scan: &mut Option<Scan>) -> Result<(), V::Error> {
        let number = source.place();
        let Source { name, file, header, .. } = source;
        let storage = self.storage;
        let cannot = |error: io::Error| io_error(storage, &name, "read")(error);
        let epoch = header.as_ref().map(|header| header.epoch);
        let expected = Expected { epoch, after: self.after };
        let scan = match scan {
            Some(scan) => scan.reuse(file, expected).map(|()| scan),
            none => Scan::new(file, expected, V::LENIENT).map(|scan| none.insert(scan)),
        }
        .map_err(cannot)?;
        let mut segment = FoundSegment {
            name: name.clone(),
            number,
            epoch: epoch.unwrap_or(0),
            first_sequence: self.after.map_or(0, |after| after.next_sequence),
            end: BLOCK as u64,
            unsynced: BLOCK as u64,
            len: scan.file_len(),
            frames: 0,
            bytes: 0,
            records: 0,
            published: 0,
        };
        let mut unsynced = VecDeque::new();
        let stop = loop {
            let stop = match scan.next().map_err(cannot)? {
                Ok(frame) => {
                    unsynced.push_back((frame.header.batch, frame.offset));
                    while unsynced
                        .front()
                        .is_some_and(|(batch, _)| *batch <= frame.header.durable())
                    {
                        unsynced.pop_front();
                    }
                    self.frame(&mut segment, &frame)?;
                    continue;
                }
                Err(stop) => stop,
            };
            let expected = scan.expected();
            let is_torn = Cell::new(false);
            let later = scan.find(stop.from, |header| {
                let is_later = expected.may_come(header);
                is_torn.set(is_torn.get() || is_later);
                is_later && expected.was_durable_before(header)
            });
            let Some((offset, header)) = later.map_err(cannot)? else {
                let cause = match stop.cause {
                    // Something was written there, and what was written behind it is left.
                    Cause::Empty | Cause::Stale if is_torn.get() => Cause::Bad(stop.cause.what()),
                    cause => cause,
                };
                break Stop { cause, ..stop };
            };
            let lost = expected.after.map(|after| after.next_sequence..header.first_sequence);
            if offset == BLOCK as u64 && epoch.is_none() && self.tail.is_some() {
                // Without a header nobody says where the segment before ended.
                self.cut_off(lost)?;
            } else {
                let len = Some(offset - stop.offset);
                self.gap(&name, stop.offset, len, stop.cause.what(), lost)?;
            }
            scan.resume(offset, Expected::before(&header));
        };
        self.after = scan.expected().after;
        segment.end = stop.offset;
        segment.unsynced = unsynced.front().map_or(stop.offset, |(_, offset)| *offset);
        let made = header.map_or(0, |header| header.segment_size);
        self.tail = Some(Tail { name, len: segment.len, made, stop });
        self.segments.push(segment);
        Ok(())
    }

    /// Hands on the records of a frame.
    fn frame(&mut self, segment: &mut FoundSegment, frame: &Frame<'_>) -> Result<(), V::Error> {
        let &Frame { offset, header, body } = frame;
        let mut at = At {
            segment: segment.number,
            frame_offset: offset,
            frame_len: header.padded_len(),
            epoch: header.epoch,
            batch: header.batch,
            record: 0,
            sequence: 0,
        };
        let (mut records, mut published) = (0, 0);
        for record in Records::new(body) {
            match record {
                Ok((begins, record)) => {
                    let publishes =
                        matches!(record, Record::Publish { .. } | Record::PublishOnce { .. });
                    at.record = begins;
                    at.sequence = if publishes { header.first_sequence + published } else { 0 };
                    published += u64::from(publishes);
                    records += 1;
                    self.visitor.record(at, record)?;
                }
                Err(fault) => {
                    let len = Some(at.frame_len);
                    self.gap(&segment.name, offset, len, fault.what(), None)?;
                }
            }
        }
        if (records, published) != (u64::from(header.records), u64::from(header.publishes)) {
            let what = "it does not hold as many records as its header says";
            self.gap(&segment.name, offset, Some(at.frame_len), what, None)?;
        }
        segment.frames += 1;
        segment.bytes += at.frame_len;
        segment.records += records;
        segment.published += published;
        Ok(())
    }

    /// Looks whether the last segment ended as it should.
    fn finish(mut self, manifest: &Manifest) -> Result<Walked, V::Error> {
        let after = self.after.unwrap_or_default();
        let (mut torn, mut damaged_tail) = (None, 0);
        if self.place < manifest.newest {
            damaged_tail = manifest.segment_size.saturating_mul(manifest.newest - self.place);
            self.missing(self.place + 1..manifest.newest + 1, None)?;
        } else if let Some(Tail { name, len, made, stop }) = self.tail.take() {
            let rest = len.saturating_sub(stop.offset);
            let damage = match (manifest.closed, stop.cause) {
                (Some(chain), _) if chain == after.chain => None,
                (Some(_), cause) | (None, cause @ Cause::Unreadable) => Some(cause.what()),
                (None, Cause::End) => None,
                // What recovery cuts off, it cuts off between frames.
                (None, _) if len < made => Some("the file was cut short"),
                (None, Cause::Empty | Cause::Stale) => None,
                (None, Cause::Bad(_)) => {
                    torn = Some(TornTail {
                        file: self.storage.path(&name),
                        offset: stop.offset,
                        len: rest,
                    });
                    None
                }
            };
            if let Some(what) = damage {
                damaged_tail = made.max(len).saturating_sub(stop.offset);
                let lost = stop.header.map(|header| {
                    header.first_sequence..header.first_sequence + u64::from(header.publishes)
                });
                self.gap(&name, stop.offset, None, what, lost)?;
            }
        }
        Ok(Walked { after, segments: self.segments, torn, damaged_tail })
    }

    /// The segment before does not go on to where this one begins.
    fn cut_off(&mut self, lost: Option<Range<u64>>) -> Result<(), V::Error> {
        match self.tail.take() {
            Some(Tail { name, stop, .. }) => {
                self.gap(&name, stop.offset, None, stop.cause.what(), lost)
            }
            None => Ok(()),
        }
    }

    /// There are no files of these segments.
    fn missing(&mut self, places: Range<u64>, lost: Option<Range<u64>>) -> Result<(), V::Error> {
        let what = match places.end - places.start - 1 {
            0 => self.names.missing(places.start).to_owned(),
            more => format!("{}, and so are {more} after it", self.names.missing(places.start)),
        };
        self.gap(&segment_name(places.start), 0, None, &what, lost)
    }

    /// Tells of damage.
    fn gap(
        &mut self,
        name: &str,
        offset: u64,
        len: Option<u64>,
        what: &str,
        lost: Option<Range<u64>>,
    ) -> Result<(), V::Error> {
        let damage = Damage { len, ..damaged(self.storage, name, offset, what) };
        self.visitor.gap(Gap { damage, lost: lost.filter(|lost| lost.start <= lost.end) })
    }
}
