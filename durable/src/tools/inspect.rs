//! What is there, in figures.

use super::survey::Survey;
use crate::OpenError;
use crate::format::{aside_name, segment_name};
use crate::recovery::{FoundSegment, Gap, Report};
use crate::storage::Storage;

/// A queue, in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// The queue's own number, drawn when it was made.
    pub id: [u8; 16],
    /// How many times it was opened.
    pub epoch: u64,
    /// Whether it was closed in order when it was open last.
    pub closed: bool,
    /// How long its segments are made, in bytes.
    pub segment_size: u64,
    /// Its segments, from the oldest.
    pub segments: Vec<Segment>,
    /// The sequence of the next message.
    pub next_sequence: u64,
    /// How many messages are not acknowledged, dead letters among them.
    pub unacknowledged: u64,
    /// The oldest of these.
    pub oldest_unacknowledged: Option<u64>,
    /// How many of them are dead letters.
    pub dead: u64,
    /// The last sequence that was delivered, as far as it was written.
    pub delivered_through: u64,
    /// The names of files that are kept to become segments.
    pub spares: Vec<String>,
    /// The names of segments that do not belong to the queue yet or any more, and are given up when it is opened.
    pub leftovers: Vec<String>,
    /// The names of segments that a repair has put aside.
    pub aside: Vec<String>,
    /// All segments together.
    pub report: Report,
    /// All damage.
    pub gaps: Vec<Gap>,
}

/// A segment of a queue, in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// Its file.
    pub file: String,
    /// Its number.
    pub number: u64,
    /// In which opening of the queue it was written; 0 where its header is damaged.
    pub epoch: u64,
    /// The sequence of the first message that is published in it.
    pub first_sequence: u64,
    /// How long its file is, in bytes.
    pub len: u64,
    /// Where what was written ends in it.
    pub end: u64,
    /// How many frames it has.
    pub frames: u64,
    /// How many records are in them.
    pub records: u64,
    /// How many messages they publish.
    pub published: u64,
}

/// Says what is there. `None` if there is no queue.
///
/// # Errors
///
/// As [`verify`](super::verify()).
///
/// ```
/// use ringway_durable::storage::Directory;
/// use ringway_durable::{Options, Queue, tools};
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path();
/// let queue = Queue::open(path, Options::new())?;
/// for message in ["one", "two", "three"] {
///     queue.publish(message)?.wait()?;
/// }
/// let consumer = queue.consumer(1)?;
/// consumer.recv()?.ack()?;
/// drop((consumer, queue));
///
/// let inspection = tools::inspect(&Directory::new(path))?.expect("there is a queue");
/// assert_eq!(inspection.unacknowledged, 2);
/// assert_eq!(inspection.oldest_unacknowledged, Some(2));
/// assert!(inspection.closed);
/// assert_eq!(inspection.segments.len(), 1);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn inspect(storage: &dyn Storage) -> Result<Option<Inspection>, OpenError> {
    let Some(Survey { names, manifest, walked, known, .. }) = Survey::of(storage)? else {
        return Ok(None);
    };
    let oldest = known.live().next().map(|range| range.start);
    let left = names
        .segments
        .iter()
        .filter(|number| !(manifest.oldest..=manifest.newest).contains(number));
    Ok(Some(Inspection {
        id: manifest.id,
        epoch: manifest.epoch,
        closed: manifest.closed.is_some(),
        segment_size: manifest.segment_size,
        next_sequence: known.next_sequence,
        unacknowledged: known.live_count(),
        oldest_unacknowledged: oldest,
        dead: known.dead.len() as u64,
        delivered_through: known.delivered_through,
        leftovers: left.map(|&number| segment_name(number)).collect(),
        aside: names.aside.iter().map(|&number| aside_name(number)).collect(),
        spares: names.spares,
        report: walked.report(),
        segments: walked.segments.into_iter().map(|found| Segment::of(storage, found)).collect(),
        gaps: known.gaps,
    }))
}

impl Segment {
    /// What was found.
    fn of(storage: &dyn Storage, found: FoundSegment) -> Self {
        let FoundSegment {
            name,
            number,
            epoch,
            first_sequence,
            end,
            len,
            frames,
            records,
            published,
            ..
        } = found;
        Self {
            file: storage.path(&name),
            number,
            epoch,
            first_sequence,
            len,
            end,
            frames,
            records,
            published,
        }
    }
}
