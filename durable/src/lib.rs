#![doc = include_str!("../README.md")]
//!
//! ## Seen from outside: events
//!
//! What happens to a queue is told to [`tracing`](https://docs.rs/tracing), with the target `ringway_durable`, in a span
//! `queue` with the [`name`](Options::name) of the queue.
//!
//! | level | event | fields |
//! |---|---|---|
//! | error | *the queue has failed*: nothing is published, received or settled any more | `failure` |
//! | warn | *the last batch was not written to its end*: a torn tail is cut off | `torn` |
//! | warn | *a message is a dead letter* | `sequence`, `attempts` |
//! | warn | *the disk is full*: once, until there is space again | `error` |
//! | info | *the disk has space for a segment again* | |
//! | info | *opened* | `path`, `oldest`, `newest`, `epoch`, `batches`, `bytes`, `unacknowledged` |
//! | info | *closed* | `batch` |
//! | debug | *a segment begins*, *segments are gone* | `segment`, `oldest` |
//! | debug | *its last messages are copied forward* | `segment` |
//! | debug | *the queue is as large as it may be*, *a segment is done with*: publishers wait, and go on | |
//! | trace | *synced*, once for each batch | `batch`, `took` |
//!
//! Errors that a call returns are not told a second time.
//!
//! ## Seen from outside: metrics
//!
//! [`Queue::stats`] tells how a queue stands. With the feature `metrics` the recorder of the crate
//! [`metrics`](https://docs.rs/metrics) is told the same, with a label `queue`, the [`name`](Options::name) of the queue. It is the
//! recorder that is installed when the queue is opened. Counters and gauges are told every tenth of a second at most, and by the journal, so that
//! nobody who publishes or consumes waits for it.
//!
//! | name, after `ringway_durable_` | | |
//! |---|---|---|
//! | `published_total`, `delivered_total`, `acknowledged_total`, `returned_total`, `died_total`, `copied_total` | counter | messages; see [`Stats`] |
//! | `batches_total`, `written_bytes_total` | counter | batches, and their bytes |
//! | `unacknowledged`, `dead` | gauge | messages that are there |
//! | `oldest_age_seconds` | gauge | how old the oldest message is that is not acknowledged; 0 if there is none |
//! | `file_bytes` | gauge | bytes of all files |
//! | `sync_seconds` | histogram | how long a sync took |
//! | `batch_messages` | histogram | how many messages a batch had |

#![forbid(unsafe_code)]

#[cfg(test)]
extern crate self as ringway_durable;

mod consumer;
mod dead;
mod delivery;
mod error;
mod failure;
mod format;
mod journal;
mod ledger;
mod open;
mod options;
mod queue;
mod reader;
mod recovery;
mod replay;
mod returned;
mod segment;
mod shared;
mod stats;
pub mod storage;
#[cfg(test)]
mod testing;
mod ticket;
pub mod tools;

pub use self::consumer::Consumer;
pub use self::dead::{DeadLetter, DeadLetters};
pub use self::delivery::Delivery;
pub use self::error::{ConsumeError, Damage, OpenError, PublishError, Refusal, TicketError};
pub use self::options::{Level, Options};
pub use self::queue::Queue;
pub use self::recovery::{Gap, Report, TornTail};
pub use self::stats::{Spread, Stats};
pub use self::ticket::Ticket;
