//! SQLite with a write-ahead log, which is synced with every transaction.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use rusqlite::{Connection, params};

use crate::grouped::Store;

/// A database of SQLite.
#[derive(Debug)]
pub struct Sqlite(Connection);

impl Store for Sqlite {
    fn open(directory: &Path) -> Result<Self> {
        let connection = Connection::open(directory.join("queue.sqlite"))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute(
            "CREATE TABLE IF NOT EXISTS messages (number INTEGER PRIMARY KEY, message BLOB NOT NULL)",
            [],
        )?;
        Ok(Self(connection))
    }

    fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()> {
        let transaction = self.0.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO messages VALUES (?, ?)")?;
            for (number, message) in messages {
                insert.execute(params![number.cast_signed(), &**message])?;
            }
            let mut delete = transaction.prepare_cached("DELETE FROM messages WHERE number = ?")?;
            for number in acknowledged {
                delete.execute([number.cast_signed()])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn load(&mut self) -> Result<Vec<(u64, Bytes)>> {
        let mut select = self.0.prepare("SELECT number, message FROM messages ORDER BY number")?;
        let rows = select.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, Vec<u8>>(1)?.into()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn close(self) -> Result<()> {
        self.0.close().map_err(|(_, error)| error.into())
    }
}
