//! The tools beside a model that knows what was written, and which frames of it are still sound.

mod damage;
mod interrupted;
mod repairs;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

use super::ranges::Ranges;
use super::*;
use crate::format::{BLOCK, FrameWriter, segment_name};
use crate::recovery::read;
use crate::storage::Storage;
use crate::testing::{Builder, SimDisk};
use crate::{OpenError, Report};

/// What a frame says.
#[derive(Clone, Debug)]
enum Op {
    Publish(Vec<u8>),
    Once(u64, u64, Vec<u8>),
    Copied(u64, u32, bool, Vec<u8>),
    Acked(u64, u64),
    Attempts(u64, u32),
    Dead(u64),
    Revived(u64),
    Removed(u64),
    Delivered(u64),
}

impl Op {
    fn write(&self, frame: &mut FrameWriter) {
        match self {
            Self::Publish(bytes) => frame.publish(bytes),
            Self::Once(producer, number, bytes) => frame.publish_once(*producer, *number, bytes),
            Self::Copied(sequence, attempts, dead, bytes) => {
                frame.copied(*sequence, *attempts, *dead, bytes)
            }
            Self::Acked(first, count) => frame.acked(*first, *count),
            Self::Attempts(sequence, attempts) => frame.attempts(*sequence, *attempts),
            Self::Dead(sequence) => frame.dead(*sequence),
            Self::Revived(sequence) => frame.revived(*sequence),
            Self::Removed(sequence) => frame.removed(*sequence),
            Self::Delivered(through) => frame.delivered(*through),
        }
    }
}

/// A frame that was written.
#[derive(Clone, Debug)]
struct Frame {
    segment: u64,
    range: Range<u64>,
    first_sequence: u64,
    next_sequence: u64,
    ops: Vec<Op>,
}

/// A queue, and all that was written to it.
struct Model {
    queue: Builder,
    frames: Vec<Frame>,
}

/// A message as it is exported.
type Exports = Vec<(u64, u32, bool, bool, Vec<u8>)>;

impl Model {
    fn new(blocks: usize) -> Self {
        Self { queue: Builder::new(blocks), frames: Vec::new() }
    }

    fn frame(&mut self, ops: &[Op]) {
        let first_sequence = self.queue.next_sequence;
        let range = self.queue.frame(|frame| ops.iter().for_each(|op| op.write(frame)));
        self.frames.push(Frame {
            segment: self.queue.manifest.newest,
            range,
            first_sequence,
            next_sequence: self.queue.next_sequence,
            ops: ops.to_vec(),
        });
    }

    /// A queue with a bit of everything, in three segments.
    fn of_everything() -> Self {
        let publish = |text: &str| Op::Publish(text.into());
        let mut model = Self::new(6);
        model.frame(&[publish("one"), publish("two"), Op::Once(7, 70, b"three".into())]);
        model.frame(&[Op::Delivered(3), Op::Acked(2, 1), publish(&"four".repeat(1100))]);
        model.frame(&[Op::Attempts(1, 2), Op::Dead(3), publish("five")]);
        model.queue.roll();
        model.frame(&[publish("six"), Op::Revived(3), Op::Attempts(4, 9), publish("seven")]);
        model.frame(&[
            Op::Copied(1, 3, true, b"one".into()),
            Op::Acked(5, 2),
            Op::Attempts(7, 5),
            Op::Dead(7),
        ]);
        model.queue.reopen();
        model.frame(&[
            Op::Delivered(7),
            publish("eight"),
            Op::Removed(3),
            Op::Revived(7),
            publish("nine"),
        ]);
        model.frame(&[Op::Acked(8, 1), publish("ten")]);
        model
    }

    /// The frame that is at a byte.
    fn at(&self, segment: u64, offset: u64) -> Option<usize> {
        self.frames
            .iter()
            .position(|frame| frame.segment == segment && frame.range.contains(&offset))
    }

    /// What is live if these frames are not there.
    fn live(&self, lost: &BTreeSet<usize>) -> Exports {
        let (mut bytes, mut gone) = (BTreeMap::new(), BTreeSet::new());
        let (mut attempts, mut dead, mut delivered) = (BTreeMap::new(), BTreeSet::new(), 0);
        let sound = (0..).zip(&self.frames).filter(|(index, _)| !lost.contains(index));
        for (_, frame) in sound {
            let mut next = frame.first_sequence;
            for op in &frame.ops {
                match op.clone() {
                    Op::Publish(message) | Op::Once(_, _, message) => {
                        bytes.insert(next, message);
                        next += 1;
                    }
                    Op::Copied(sequence, count, is_dead, message) => {
                        bytes.insert(sequence, message);
                        attempts.insert(sequence, count);
                        if is_dead {
                            dead.insert(sequence);
                        }
                    }
                    Op::Acked(first, count) => gone.extend(first..first + count),
                    Op::Removed(sequence) => gone.extend([sequence]),
                    Op::Attempts(sequence, count) => _ = attempts.insert(sequence, count),
                    Op::Dead(sequence) => _ = dead.insert(sequence),
                    Op::Revived(sequence) => {
                        dead.remove(&sequence);
                        attempts.remove(&sequence);
                    }
                    Op::Delivered(through) => delivered = delivered.max(through),
                }
            }
        }
        let live = bytes.into_iter().filter(|(sequence, _)| !gone.contains(sequence));
        live.map(|(sequence, bytes)| {
            let count = attempts.get(&sequence).copied().unwrap_or(0);
            (sequence, count, sequence <= delivered, dead.contains(&sequence), bytes)
        })
        .collect()
    }
}

/// What is exported, and what is said of it.
fn exported(storage: &dyn Storage) -> (Exports, Exported) {
    let mut all = Vec::new();
    let exported = export(storage, |message| {
        let Message { sequence, attempts, delivered, dead, bytes } = message;
        all.push((sequence, attempts, delivered, dead, bytes.to_vec()));
        Ok::<_, OpenError>(())
    });
    (all, exported.unwrap().unwrap())
}

/// A disk with other files.
fn changed(disk: &SimDisk, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> SimDisk {
    let mut files = disk.files();
    change(&mut files);
    SimDisk::with_files(files)
}

/// A disk with one byte changed.
fn flipped(disk: &SimDisk, name: &str, offset: u64) -> SimDisk {
    changed(disk, |files| {
        files.get_mut(name).unwrap()[offset as usize] ^= 1 << (offset % 8);
    })
}

/// What opening finds.
fn opened(disk: &SimDisk) -> Result<Report, OpenError> {
    read(disk, &mut |_, _| Ok(())).map(|found| found.unwrap().report)
}

proptest! {
    #[test]
    fn ranges_are_a_set(
        some in vec((0..60_u64, 0..9_u64), 0..20),
        others in vec((0..60_u64, 0..9_u64), 0..20),
    ) {
        let of = |ranges: &[(u64, u64)]| {
            let (mut all, mut set) = (Ranges::default(), BTreeSet::new());
            for &(first, count) in ranges {
                all.insert(first..first + count);
                set.extend(first..first + count);
            }
            (all, set)
        };
        let ((some, some_set), (others, others_set)) = (of(&some), of(&others));
        for sequence in 0..70 {
            prop_assert_eq!(some.contains(sequence), some_set.contains(&sequence));
        }
        let left: Vec<_> = some.without(&others).collect();
        prop_assert!(left.iter().all(|range| range.start < range.end));
        let left: Vec<_> = left.into_iter().flatten().collect();
        let expected: Vec<_> = some_set.difference(&others_set).copied().collect();
        prop_assert_eq!(left, expected);
        // One range for all that are beside each other.
        let whole: Vec<_> = some.without(&Ranges::default()).collect();
        prop_assert!(whole.windows(2).all(|pair| pair[0].end < pair[1].start));
    }
}

#[test]
fn all_that_is_live_is_exported() {
    let model = Model::of_everything();
    let (all, said) = exported(&model.queue.disk);
    assert_eq!(all, model.live(&BTreeSet::new()));
    let sequences: Vec<_> = all.iter().map(|message| message.0).collect();
    assert_eq!(sequences, [1, 4, 7, 9, 10]);
    assert_eq!((said.messages, said.dead, said.gaps, said.torn), (5, 1, vec![], None));
}

#[test]
fn a_visitor_ends_the_export() {
    #[derive(Debug)]
    enum Ended {
        Here(u64),
        Open,
    }
    impl From<OpenError> for Ended {
        fn from(_: OpenError) -> Self {
            Self::Open
        }
    }
    let model = Model::of_everything();
    let ended = export(&model.queue.disk, |message| Err(Ended::Here(message.sequence)));
    assert!(matches!(ended, Err(Ended::Here(1))));
    let foreign = SimDisk::with_files([("notes".to_owned(), vec![])]);
    assert!(matches!(export(&foreign, |_| Err(Ended::Here(0))), Err(Ended::Open)));
}

#[test]
fn what_is_there_in_figures() {
    let mut model = Model::of_everything();
    model.queue.close();
    let disk = changed(&model.queue.disk, |files| {
        files.insert(segment_name(9), vec![]);
        files.insert("spare-00000000000000000003".into(), vec![]);
        files.insert("damaged-segment-00000000000000000000".into(), vec![]);
    });
    let inspection = inspect(&disk).unwrap().unwrap();
    assert_eq!(inspection.id, model.queue.manifest.id);
    assert_eq!((inspection.epoch, inspection.closed), (2, true));
    assert_eq!(inspection.segment_size, 6 * BLOCK as u64);
    assert_eq!((inspection.next_sequence, inspection.unacknowledged), (11, 5));
    assert_eq!((inspection.oldest_unacknowledged, inspection.dead), (Some(1), 1));
    assert_eq!(inspection.delivered_through, 7);
    assert_eq!(inspection.spares, ["spare-00000000000000000003"]);
    assert_eq!(inspection.leftovers, ["segment-00000000000000000009"]);
    assert_eq!(inspection.aside, ["damaged-segment-00000000000000000000"]);
    assert_eq!(inspection.gaps, []);
    let figures =
        |segment: &Segment| (segment.number, segment.epoch, segment.frames, segment.published);
    let segments: Vec<_> = inspection.segments.iter().map(figures).collect();
    assert_eq!(segments, [(1, 1, 3, 5), (2, 1, 2, 2), (3, 2, 2, 3)]);
    assert_eq!(inspection.segments[0].file, "simulated/segment-00000000000000000001");
    assert_eq!(inspection.segments[2].first_sequence, 8);
    assert_eq!(inspection.segments[0].end, 5 * BLOCK as u64);
    assert_eq!(inspection.report, opened(&disk).unwrap());
}

#[test]
fn without_a_queue_there_is_nothing_to_say() {
    let disk = SimDisk::new();
    assert_eq!(inspect(&disk).unwrap(), None);
    assert_eq!(verify(&disk).unwrap(), None);
    assert_eq!(export(&disk, |_| Ok::<_, OpenError>(())).unwrap(), None);
    assert_eq!(repair(&disk).unwrap(), None);
    assert_eq!(disk.names().unwrap(), Vec::<String>::new());
}

#[test]
fn what_is_foreign_or_newer_is_refused_and_not_touched() {
    let foreign = SimDisk::with_files([("notes".to_owned(), vec![])]);
    assert!(matches!(repair(&foreign), Err(OpenError::Foreign { .. })));
    let queue = Builder::new(4);
    for name in ["QUEUE".to_owned(), segment_name(1)] {
        let newer = changed(&queue.disk, |files| {
            let block = &mut files.get_mut(&name).unwrap()[..BLOCK];
            block[8] = 2;
            let checksum = crc32c::crc32c(&block[..BLOCK - 4]);
            block[BLOCK - 4..].copy_from_slice(&checksum.to_le_bytes());
        });
        assert!(matches!(repair(&newer), Err(OpenError::Newer { .. })));
        assert!(matches!(verify(&newer), Err(OpenError::Newer { .. })));
        assert_eq!(newer.position(), 0);
    }
    assert!(matches!(verify(&foreign), Err(OpenError::Foreign { .. })));
    assert_eq!((foreign.names().unwrap(), foreign.position()), (vec!["notes".to_owned()], 0));
}
