//! Reading all of a queue, to list what is damaged.

use super::survey::Survey;
use crate::OpenError;
use crate::recovery::{Gap, Report};
use crate::storage::Storage;

/// What was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What was read.
    pub report: Report,
    /// All damage, in the order of the files. Where there is none the queue can be opened.
    pub gaps: Vec<Gap>,
}

/// Reads all of a queue and lists every damage. `None` if there is no queue.
///
/// A [torn tail](Report::torn) is no damage. If nobody was writing when the queue ended, look at it yet: the last batch of
/// a queue that was not closed may also be one that was sound once.
///
/// # Errors
///
/// [`OpenError::Foreign`], [`OpenError::Newer`], what the system says of files that cannot be opened, and
/// [`OpenError::Damaged`] if there are no segments to which the manifest could belong.
///
/// ```
/// use ringway_durable::storage::{Directory, Storage};
/// use ringway_durable::{Options, Queue, tools};
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path();
/// let queue = Queue::open(path, Options::new())?;
/// queue.publish("one")?.wait()?;
/// queue.publish("two")?.wait()?;
/// drop(queue);
///
/// let files = Directory::new(path);
/// files.open("segment-00000000000000000001", true)?.write_at(b"?", 5000)?;
/// let verified = tools::verify(&files)?.expect("there is a queue");
/// let [gap] = verified.gaps.as_slice() else { panic!("one byte is damaged") };
/// assert!(gap.damage.file.ends_with("segment-00000000000000000001"));
/// assert_eq!(gap.damage.offset, 4096);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn verify(storage: &dyn Storage) -> Result<Option<Verified>, OpenError> {
    let survey = Survey::of(storage)?;
    Ok(survey.map(|survey| Verified { report: survey.walked.report(), gaps: survey.known.gaps }))
}
