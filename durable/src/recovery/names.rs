//! Which files there are, and the manifest among them.

use std::collections::BTreeSet;
use std::io;

use super::next::Expected;
use super::scan::Scan;
use crate::format::{
    BLOCK, Fault, MANIFEST, MANIFEST_NEW, Manifest, VERSION, is_ours, parse_aside_name,
    parse_segment_name, parse_spare_name, segment_name,
};
use crate::storage::{Storage, StorageFile};
use crate::{Damage, OpenError};

/// The files of a directory, by what they are.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Whether there is a manifest.
    pub(crate) has_manifest: bool,
    /// Whether there is one that was not finished.
    pub(crate) manifest_new: bool,
    /// Segments.
    pub(crate) segments: BTreeSet<u64>,
    /// Segments that a repair has put aside.
    pub(crate) aside: BTreeSet<u64>,
    /// Files that are kept to become segments.
    pub(crate) spares: Vec<String>,
    /// The first file that is not a queue's.
    foreign: Option<String>,
}

impl Names {
    /// Lists them. `None` if there is no directory.
    pub(crate) fn list(storage: &dyn Storage) -> Result<Option<Self>, OpenError> {
        let mut listed = match storage.names() {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(storage, "", "list the files")(error)),
        };
        listed.sort();
        let mut names = Self::default();
        for name in listed {
            match name.as_str() {
                MANIFEST => names.has_manifest = true,
                MANIFEST_NEW => names.manifest_new = true,
                _ if !is_ours(&name) => _ = names.foreign.get_or_insert(name),
                _ if parse_spare_name(&name).is_some() => names.spares.push(name),
                _ => {
                    names.segments.extend(parse_segment_name(&name));
                    names.aside.extend(parse_aside_name(&name));
                }
            }
        }
        Ok(Some(names))
    }

    /// The manifest. `None` if there is no queue.
    pub(crate) fn manifest(&self, storage: &dyn Storage) -> Result<Option<Manifest>, OpenError> {
        if !self.has_manifest {
            return self.no_manifest(storage).map(|()| None);
        }
        let file = storage.open(MANIFEST, false).map_err(io_error(storage, MANIFEST, "open"))?;
        let block = read_block(&*file).map_err(io_error(storage, MANIFEST, "read"))?;
        let manifest =
            Manifest::decode(&block).map_err(|fault| refused(storage, MANIFEST, fault))?;
        Ok(Some(manifest))
    }

    /// Whether all segments of the queue are there.
    pub(crate) fn all_there(
        &self,
        storage: &dyn Storage,
        manifest: &Manifest,
    ) -> Result<(), OpenError> {
        let there = self.segments.range(manifest.oldest..=manifest.newest);
        let numbers = manifest.oldest..=manifest.newest;
        let missing = numbers
            .zip(there.map(Some).chain([None]))
            .find(|&(number, there)| Some(&number) != there);
        match missing {
            Some((number, _)) => Err(OpenError::Damaged(damaged(
                storage,
                &segment_name(number),
                0,
                self.missing(number),
            ))),
            None => Ok(()),
        }
    }

    /// What to say of a segment that is not there.
    pub(crate) fn missing(&self, number: u64) -> &'static str {
        if self.aside.contains(&number) {
            "put aside by a repair that did not end"
        } else {
            "the file is missing"
        }
    }

    /// Whether a directory without a manifest may become a queue.
    ///
    /// The first segment of a queue is made before the manifest. So there may be one, but nothing can have been written to
    /// it.
    fn no_manifest(&self, storage: &dyn Storage) -> Result<(), OpenError> {
        if let (true, true, Some(foreign)) =
            (self.segments.is_empty(), self.aside.is_empty(), &self.foreign)
        {
            return Err(OpenError::Foreign { path: storage.path(foreign) });
        }
        let missing = Err(OpenError::Damaged(damaged(storage, MANIFEST, 0, "the file is missing")));
        match self.segments.iter().next() {
            _ if !self.aside.is_empty() || self.segments.len() > 1 => missing,
            None => Ok(()),
            Some(1) => {
                let name = segment_name(1);
                let file = storage.open(&name, false).map_err(io_error(storage, &name, "open"))?;
                let found = Scan::new(file, Expected::default(), false)
                    .and_then(|mut scan| scan.find(BLOCK as u64, |_| true))
                    .map_err(io_error(storage, &name, "read"))?;
                match (found, &self.foreign) {
                    (Some(_), _) => missing,
                    (None, Some(foreign)) => {
                        Err(OpenError::Foreign { path: storage.path(foreign) })
                    }
                    (None, None) => Ok(()),
                }
            }
            Some(_) => missing,
        }
    }
}

/// The first block of a file, or less where the file ends before.
pub(crate) fn read_block(file: &dyn StorageFile) -> io::Result<Vec<u8>> {
    let mut block = vec![0; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        match file.read_at(&mut block[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    block.truncate(filled);
    Ok(block)
}

/// Why the first block of a file was not taken.
pub(super) fn refused(storage: &dyn Storage, name: &str, fault: Fault) -> OpenError {
    match fault {
        Fault::Newer(found) => OpenError::Newer { path: storage.path(name), found, known: VERSION },
        Fault::Bad { offset, what } => OpenError::Damaged(damaged(storage, name, offset, what)),
    }
}

/// Damage from here on.
pub(crate) fn damaged(storage: &dyn Storage, name: &str, offset: u64, what: &str) -> Damage {
    Damage { file: storage.path(name), offset, len: None, what: what.to_owned() }
}

/// What the system said, with what was tried.
pub(crate) fn io_error(
    storage: &dyn Storage,
    name: &str,
    doing: &'static str,
) -> impl FnOnce(io::Error) -> OpenError {
    let path = storage.path(name);
    move |source| OpenError::Io { path, doing, source }
}
