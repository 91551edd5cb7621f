//! redb: a B-tree that is written anew beside the old one.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use redb::{Database, Durability, ReadableTable as _, TableDefinition};

use crate::grouped::Store;

/// Messages by number.
const MESSAGES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("messages");

/// A database of redb.
#[derive(Debug)]
pub struct Redb(Database);

impl Store for Redb {
    fn open(directory: &Path) -> Result<Self> {
        Ok(Self(Database::create(directory.join("queue.redb"))?))
    }

    fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()> {
        let mut transaction = self.0.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        {
            let mut table = transaction.open_table(MESSAGES)?;
            for (number, message) in messages {
                table.insert(number, &**message)?;
            }
            for number in acknowledged {
                table.remove(number)?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn load(&mut self) -> Result<Vec<(u64, Bytes)>> {
        let transaction = self.0.begin_write()?;
        let table = transaction.open_table(MESSAGES)?;
        let mut messages = Vec::new();
        for entry in table.iter()? {
            let (number, message) = entry?;
            messages.push((number.value(), Bytes::copy_from_slice(message.value())));
        }
        drop(table);
        transaction.commit()?;
        Ok(messages)
    }
}
