//! Bounded queues on one idea: a ring whose positions only ever grow.
//!
//! [`ring`] has four rings, for one or many producers and one or many consumers, with batches,
//! slots that are written and read in place, exactly the capacity that was asked for, and no
//! allocation after construction. [`Queue`] is one of them shared by reference. The rings never
//! wait; the channels of [`channel`](mod@crate::channel) are rings whose threads and tasks do.
//!
//! ```
//! use ringway::ring;
//!
//! let (mut producer, mut consumer) = ring::mpmc(1024);
//!
//! std::thread::scope(|scope| {
//!     let mut another = producer.clone();
//!     scope.spawn(move || another.push("from a thread").unwrap());
//!     producer.push("from here").unwrap();
//! });
//!
//! let mut messages = Vec::new();
//! consumer.pop_vec(&mut messages, usize::MAX);
//! assert_eq!(messages.len(), 2);
//! assert_eq!(consumer.pop(), None);
//! ```
//!
//! # Guarantees
//!
//! | | `spsc` | the lone side of `mpsc`, `spmc` | the shared sides, [`Queue`] |
//! |---|---|---|---|
//! | an operation | wait-free | lock-free | lock-free |
//! | order | FIFO | FIFO | FIFO in the order of the claims |
//! | a batch | one claim, in order | one claim, in order | one claim, in order |
//! | Empty (`pop` is `None`) | no slot holds a value | exact: a push that has returned is never missed | the same |
//! | Full (a refused push) | all slots hold values | no slot is free, see below | the same |
//! | a suspended thread costs | nothing but its work | nothing but its work | one slot until it is back |
//!
//! A thread of a shared side that is suspended or killed inside an operation is skipped: it costs
//! the others a slot and delays none of them. That holds for fewer such threads than slots. Full
//! is weaker than Empty: a slot counts until its consumer is done with it, and if that thread was
//! late, for up to a lap more.
//!
//! # Features
//!
//! - `std` (default): channels. Implies `alloc`.
//! - `futures`: `Stream` and `Sink` for channels.
//! - `metrics`: counts of what went through a channel.
//! - `alloc`: rings on the heap and batches to and from `Vec`. Without it the crate is `no_std`
//!   and has the rings with their slots inside, such as [`ring::spsc::Inline`], which may stand
//!   in a `static`.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, ringway_loom, feature = "std"))]
extern crate std;

mod buffer;
#[cfg(feature = "std")]
pub mod channel;
#[cfg(not(ringway_loom))]
pub mod fences;
mod late;
mod marks;
mod position;
mod queue;
pub mod ring;
mod sequencer;
mod slots;
mod sync;

pub use queue::{InlineQueue, IntoIter, Queue};

/// The table of orderings, for the models.
#[cfg(ringway_loom)]
#[doc(hidden)]
pub mod edge {
    pub use crate::sync::edge::{Edge, TABLE};
}

/// The points inside an operation, for the models.
#[cfg(ringway_loom)]
#[doc(hidden)]
pub mod hook {
    pub use crate::sync::hook::{Point, set};
}

/// What the models choose: whether late threads are skipped, and who waits has asked for care.
#[cfg(ringway_loom)]
#[doc(hidden)]
pub use late::{set_careful, set_patient};

/// The examples of the README.
#[cfg(all(doctest, feature = "alloc"))]
#[doc = include_str!("../README.md")]
struct Readme;
