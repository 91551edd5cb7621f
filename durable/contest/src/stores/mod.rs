//! The stores that queues are made on, each with its own defaults and with what syncs every transaction.

mod fjall;
mod okaywal;
mod redb;
mod sqlite;

pub use self::fjall::Fjall;
pub use self::okaywal::Okaywal;
pub use self::redb::Redb;
pub use self::sqlite::Sqlite;
