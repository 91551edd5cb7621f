//! okaywal: a log alone.
//!
//! What is checkpointed is to be elsewhere by then, so here nothing ever is: its file grows, and an acknowledgement is one more
//! record.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use okaywal::{Configuration, Entry, EntryId, LogManager, SegmentReader, WriteAheadLog};

use crate::grouped::Store;

/// The size that files begin with, in bytes: that of a segment of ringway-durable.
const SEGMENT: u32 = 64 << 20;

/// How records begin.
const PUBLISHED: u8 = 1;
const ACKNOWLEDGED: u8 = 2;

/// A log of okaywal.
#[derive(Debug)]
pub struct Okaywal {
    log: WriteAheadLog,
    found: Found,
}

/// The messages that were found, by number.
#[derive(Debug, Clone, Default)]
struct Found(Arc<Mutex<BTreeMap<u64, Bytes>>>);

impl LogManager for Found {
    fn recover(&mut self, entry: &mut Entry<'_>) -> io::Result<()> {
        let Some(records) = entry.read_all_chunks()? else { return Ok(()) };
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            let (kind, rest) = record.split_first().ok_or(io::ErrorKind::InvalidData)?;
            let (number, message) = rest.split_at_checked(8).ok_or(io::ErrorKind::InvalidData)?;
            let number = u64::from_le_bytes(number.try_into().expect("there are eight"));
            match *kind {
                PUBLISHED => drop(found.insert(number, Bytes::copy_from_slice(message))),
                _ => drop(found.remove(&number)),
            }
        }
        Ok(())
    }

    fn checkpoint_to(
        &mut self,
        _last: EntryId,
        _entries: &mut SegmentReader,
        _log: &WriteAheadLog,
    ) -> io::Result<()> {
        Err(io::Error::other("nothing is checkpointed"))
    }
}

impl Store for Okaywal {
    fn open(directory: &Path) -> Result<Self> {
        let found = Found::default();
        let configuration = Configuration::default_for(directory)
            .preallocate_bytes(SEGMENT)
            .checkpoint_after_bytes(u64::MAX);
        Ok(Self { log: configuration.open(found.clone())?, found })
    }

    fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()> {
        let mut entry = self.log.begin_entry()?;
        let none = Bytes::new();
        let published = messages.iter().map(|(number, message)| (PUBLISHED, number, message));
        let acknowledged = acknowledged.iter().map(|number| (ACKNOWLEDGED, number, &none));
        for (kind, number, message) in published.chain(acknowledged) {
            let mut chunk = entry.begin_chunk(9 + u32::try_from(message.len())?)?;
            chunk.write_all(&[kind])?;
            chunk.write_all(&number.to_le_bytes())?;
            chunk.write_all(message)?;
            chunk.finish()?;
        }
        entry.commit()?;
        Ok(())
    }

    fn load(&mut self) -> Result<Vec<(u64, Bytes)>> {
        let found =
            std::mem::take(&mut *self.found.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(found.into_iter().collect())
    }

    fn close(self) -> Result<()> {
        Ok(self.log.shutdown()?)
    }
}
