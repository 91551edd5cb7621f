//! fjall: a log-structured tree behind a journal.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use crate::grouped::Store;

/// A database of fjall, with one keyspace.
pub struct Fjall {
    database: Database,
    messages: Keyspace,
}

impl Store for Fjall {
    fn open(directory: &Path) -> Result<Self> {
        let database = Database::builder(directory).open()?;
        let messages = database.keyspace("messages", KeyspaceCreateOptions::default)?;
        Ok(Self { database, messages })
    }

    fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        for (number, message) in messages {
            batch.insert(&self.messages, number.to_be_bytes(), &**message);
        }
        for number in acknowledged {
            batch.remove(&self.messages, number.to_be_bytes());
        }
        Ok(batch.commit()?)
    }

    fn load(&mut self) -> Result<Vec<(u64, Bytes)>> {
        let entry = |guard: fjall::Guard| {
            let (number, message) = guard.into_inner()?;
            Ok((u64::from_be_bytes((*number).try_into()?), Bytes::copy_from_slice(&message)))
        };
        self.messages.iter().map(entry).collect()
    }
}
