//! The file of a segment, and its header.

use std::sync::Arc;

use super::names::{Names, damaged, io_error, read_block, refused};
use super::next::{After, Cause};
use super::{Gap, Visit};
use crate::OpenError;
use crate::format::{Manifest, SegmentHeader, aside_name, segment_name};
use crate::storage::{Storage, StorageFile};

/// A file that is, or was meant to be, a segment of the queue.
pub(super) struct Source {
    /// Its number, as its name says.
    pub(super) number: u64,
    /// Its name.
    pub(super) name: String,
    /// The file.
    pub(super) file: Arc<dyn StorageFile>,
    /// Its header, if that is sound.
    pub(super) header: Option<SegmentHeader>,
}

impl Source {
    /// Opens a segment and looks at its header. `None` if it is not this queue's.
    pub(super) fn open<V: Visit>(
        storage: &dyn Storage,
        names: &Names,
        manifest: &Manifest,
        number: u64,
        visitor: &mut V,
    ) -> Result<Option<Self>, V::Error> {
        let mut name = segment_name(number);
        let mut gap = |name: &str, offset, what: &str| {
            visitor.gap(Gap { damage: damaged(storage, name, offset, what), lost: None })
        };
        if !names.segments.contains(&number) {
            gap(&name, 0, names.missing(number))?;
            name = aside_name(number);
        }
        let file = storage.open(&name, false).map_err(io_error(storage, &name, "open"))?;
        let decoded = match read_block(&*file) {
            Ok(block) => {
                SegmentHeader::decode(&block).map_err(|fault| refused(storage, &name, fault))
            }
            Err(_) if V::LENIENT => {
                Err(OpenError::Damaged(damaged(storage, &name, 0, Cause::Unreadable.what())))
            }
            Err(error) => Err(io_error(storage, &name, "read")(error)),
        };
        let header = match decoded {
            Ok(header) => header,
            Err(OpenError::Damaged(damage)) => {
                visitor.gap(Gap { damage, lost: None })?;
                return Ok(Some(Self { number, name, file, header: None }));
            }
            Err(error) => return Err(error.into()),
        };
        if header.id != manifest.id {
            gap(&name, 16, "a segment of another queue")?;
            return Ok(None);
        }
        if header.epoch > manifest.epoch {
            gap(&name, 32, "its epoch is after that of the manifest")?;
        }
        if header.number != number {
            gap(&name, 40, &format!("this is segment {}", header.number))?;
        }
        Ok(Some(Self { number, name, file, header: Some(header) }))
    }

    /// Its place among the segments.
    pub(super) fn place(&self) -> u64 {
        self.header.as_ref().map_or(self.number, |header| header.number)
    }

    /// What its first frame is to come after, if its header says so.
    pub(super) fn begins(&self) -> Option<After> {
        self.header.as_ref().map(After::begin)
    }
}
