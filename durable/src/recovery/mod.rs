//! What is found in a queue's files when it is opened.
//!
//! Nothing here changes a file. [`read`] is for opening: it ends at the first damage. The tools go on behind it, by the
//! same [`walk`].
//!
//! A batch says which batch was the last that was durable before it was written; where each is synced that is the one
//! before. So a bad batch that a later one calls durable was once sound, and was acknowledged: that is damage. A bad batch
//! of which no later one says so was being written when the power went, and nobody was told that it is durable: a torn
//! tail, which may be cut off, with what was written behind it. (If the last batch of all is damaged later, it looks the
//! same, unless the queue was closed: the manifest then says which was the last.)

mod found;
mod names;
mod next;
mod report;
mod scan;
mod source;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use self::found::{At, Found, FoundSegment, Walked};
pub(crate) use self::names::{Names, io_error, read_block};
pub(crate) use self::next::{After, Expected};
pub use self::report::{Gap, Report, TornTail};
pub(crate) use self::scan::Scan;
pub(crate) use self::walk::{Visit, walk};

use crate::OpenError;
use crate::format::{MANIFEST_NEW, Record, segment_name};
use crate::storage::Storage;

/// Whether there is a queue, damaged or not. It is asked before the lock is taken, which makes a file: what is foreign or
/// newer is not touched.
pub(crate) fn is_queue(storage: &dyn Storage) -> Result<bool, OpenError> {
    let Some(names) = Names::list(storage)? else { return Ok(false) };
    match names.manifest(storage) {
        Ok(manifest) => Ok(manifest.is_some()),
        Err(OpenError::Damaged(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Reads all records of a queue, in the order in which they were written. `None` if there is no queue yet: nothing was
/// ever published there, and files of a queue that was being made may be removed.
pub(crate) fn read(
    storage: &dyn Storage,
    visit: &mut dyn FnMut(At, Record<'_>) -> Result<(), OpenError>,
) -> Result<Option<Found>, OpenError> {
    let Some(names) = Names::list(storage)? else { return Ok(None) };
    let Some(manifest) = names.manifest(storage)? else { return Ok(None) };
    names.all_there(storage, &manifest)?;
    let walked = walk(storage, &names, &manifest, &mut Strict(visit))?;
    let mut leftovers: Vec<_> = (names.segments.iter())
        .filter(|number| !(manifest.oldest..=manifest.newest).contains(number))
        .map(|&number| segment_name(number))
        .collect();
    leftovers.extend(names.manifest_new.then(|| MANIFEST_NEW.to_owned()));
    Ok(Some(Found {
        chain: walked.after.chain,
        next_sequence: walked.after.next_sequence,
        report: walked.report(),
        torn: walked.torn,
        segments: walked.segments,
        leftovers,
        spares: names.spares,
        manifest,
    }))
}

/// Ends at the first damage.
struct Strict<'a>(&'a mut dyn FnMut(At, Record<'_>) -> Result<(), OpenError>);

impl Visit for Strict<'_> {
    type Error = OpenError;

    const LENIENT: bool = false;

    fn record(&mut self, at: At, record: Record<'_>) -> Result<(), OpenError> {
        self.0(at, record)
    }

    fn gap(&mut self, gap: Gap) -> Result<(), OpenError> {
        Err(OpenError::Damaged(gap.damage))
    }
}
