//! Making a damaged queue one that can be opened.
//!
//! All messages that can still be read and are not acknowledged are written anew, to segments of a new epoch. The order of the
//! steps is such that a repair may end anywhere, and be begun again:
//!
//! 1. A manifest that is damaged or missing is replaced by one that fits the segments that are there.
//! 2. The new segments are made. They come after the newest one, so that they do not belong to the queue yet.
//! 3. The old segments are put aside, under other names. From here on the queue cannot be opened, but the next repair finds
//!    them there.
//! 4. The manifest says that the new segments are the queue.

use std::io::{self, ErrorKind};

use super::rewrite::rewrite;
use super::survey::Survey;
use crate::OpenError;
use crate::format::{LOCK, MANIFEST, Manifest, aside_manifest_name, aside_name, segment_name};
use crate::journal::write_manifest;
use crate::recovery::{Gap, io_error, is_queue, read_block};
use crate::storage::{LockError, Storage, write_all_at};

/// What was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// All damage that was found. Where there was none nothing was changed.
    pub gaps: Vec<Gap>,
    /// How many messages the queue has now that are not acknowledged.
    pub messages: u64,
    /// The names of files that were put aside; they may be removed by hand.
    pub aside: Vec<String>,
}

/// Makes a damaged queue one that can be opened. `None` if there is no queue.
///
/// All messages are kept that can be read and are not known to be acknowledged, with their sequences. What was damaged is
/// lost: messages in it, and what it said of others. So a message whose acknowledgement was in it is delivered again. The
/// damaged files are put aside, under names that begin with `damaged-`.
///
/// It needs space for the messages that it keeps. It may be interrupted, and begun again.
///
/// # Errors
///
/// [`OpenError::Locked`], and as [`verify`](super::verify()). After [`OpenError::Io`] and [`OpenError::Failed`] it can be
/// tried again; until it succeeds the queue may be one that cannot be opened.
///
/// ```
/// use ringway_durable::storage::{Directory, Storage};
/// use ringway_durable::{OpenError, Options, Queue, tools};
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
/// assert!(matches!(Queue::open(path, Options::new()), Err(OpenError::Damaged(_))));
///
/// let repaired = tools::repair(&files)?.expect("there is a queue");
/// assert_eq!(repaired.gaps[0].lost, Some(1..2));
/// let queue = Queue::open(path, Options::new())?;
/// assert_eq!(queue.consumer(1)?.recv()?.message(), "two");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn repair(storage: &dyn Storage) -> Result<Option<Repaired>, OpenError> {
    if !is_queue(storage)? {
        return Ok(None);
    }
    let _lock = storage.lock().map_err(|error| match error {
        LockError::Held(pid) => OpenError::Locked { path: storage.path(LOCK), pid },
        LockError::Io(source) => OpenError::Io { path: storage.path(LOCK), doing: "lock", source },
    })?;
    let Some(mut survey) = Survey::of(storage)? else { return Ok(None) };
    let mut aside = Vec::new();
    if survey.manifest_damage.is_some() {
        aside.extend(mend_manifest(storage, &mut survey)?);
    }
    // The damage of the manifest is mended already.
    if survey.known.gaps.len() > usize::from(survey.manifest_damage.is_some()) {
        aside.extend(replace_segments(storage, &survey)?);
    }
    let messages = survey.known.live_count();
    Ok(Some(Repaired { gaps: survey.known.gaps, messages, aside }))
}

/// Puts a manifest in the place of one that is damaged. The file to which that was copied.
fn mend_manifest(storage: &dyn Storage, survey: &mut Survey) -> Result<Option<String>, OpenError> {
    let manifest = &mut survey.manifest;
    manifest.epoch = manifest.epoch.max(survey.known.epoch);
    if manifest.id == [0; 16] {
        getrandom::fill(&mut manifest.id).map_err(|error| {
            io_error(storage, MANIFEST, "draw a number for")(io::Error::other(error))
        })?;
    }
    let mut aside = None;
    if survey.names.has_manifest {
        let name = aside_manifest_name(manifest.epoch);
        copy(storage, MANIFEST, &name)?;
        aside = Some(name);
    }
    put(storage, manifest)?;
    Ok(aside)
}

/// Writes all messages anew. The files that were put aside.
fn replace_segments(storage: &dyn Storage, survey: &Survey) -> Result<Vec<String>, OpenError> {
    let old = &survey.manifest;
    let epoch = old.epoch.max(survey.known.epoch) + 1;
    let (newest, chain) = rewrite(storage, survey, epoch)?;
    let mut aside = Vec::new();
    for &number in survey.names.segments.range(old.oldest..=old.newest) {
        let (from, to) = (segment_name(number), aside_name(number));
        storage.rename(&from, &to).map_err(io_error(storage, &from, "rename"))?;
        aside.push(to);
    }
    // All these names, before the manifest says so.
    storage.sync_names().map_err(io_error(storage, "", "sync the directory"))?;
    let manifest =
        Manifest { epoch, oldest: old.newest + 1, newest, closed: Some(chain), ..old.clone() };
    put(storage, &manifest)?;
    Ok(aside)
}

/// Keeps a copy of the first block of a file.
fn copy(storage: &dyn Storage, from: &str, to: &str) -> Result<(), OpenError> {
    let block = storage.open(from, false).and_then(|file| read_block(&*file));
    let block = block.map_err(io_error(storage, from, "read"))?;
    let failed = |doing| io_error(storage, to, doing);
    let file = match storage.open(to, true) {
        Err(error) if error.kind() == ErrorKind::NotFound => storage.create(to),
        opened => opened,
    };
    let file = file.map_err(failed("create"))?;
    write_all_at(&*file, &block, 0).map_err(failed("write"))?;
    file.sync().map_err(failed("sync"))?;
    storage.sync_names().map_err(failed("sync the directory of"))
}

/// Puts a manifest in the place of the one before.
fn put(storage: &dyn Storage, manifest: &Manifest) -> Result<(), OpenError> {
    write_manifest(storage, manifest).map_err(|failure| OpenError::Failed(failure.to_string()))
}
