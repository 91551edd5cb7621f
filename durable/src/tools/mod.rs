//! Looking at a queue that is not open, and mending one that is damaged.
//!
//! - [`inspect`] says what is there, in figures.
//! - [`verify`] reads all of it and lists every damage, not only the first.
//! - [`export`] hands out each message that is not acknowledged.
//! - [`repair`] makes a damaged queue one that can be opened, with every message that can still be read.
//!
//! The first three change nothing and take no lock. Of a queue that is open meanwhile they may see what is no damage: a batch
//! that is half written, a file that has just gone.
//!
//! ```
//! use ringway_durable::storage::Directory;
//! use ringway_durable::{Options, Queue, tools};
//!
//! # let directory = tempfile::tempdir().unwrap();
//! # let path = directory.path();
//! let queue = Queue::open(path, Options::new())?;
//! queue.publish("to be done")?.wait()?;
//! drop(queue);
//!
//! let files = Directory::new(path);
//! let verified = tools::verify(&files)?.expect("there is a queue");
//! assert!(verified.gaps.is_empty());
//! assert_eq!(verified.report.published, 1);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod export;
mod inspect;
mod messages;
mod ranges;
mod repair;
mod rewrite;
mod survey;
#[cfg(test)]
mod tests;
mod verify;

pub use self::export::{Exported, export};
pub use self::inspect::{Inspection, Segment, inspect};
pub use self::messages::Message;
pub use self::repair::{Repaired, repair};
pub use self::verify::{Verified, verify};
