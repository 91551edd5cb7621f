//! Bounded queues on one idea: a ring whose positions only ever grow.
//!
//! [`ring`] has four rings, for one or many producers and one or many consumers, with batches,
//! slots that are written and read in place, exactly the capacity that was asked for, and no
//! allocation after construction. [`Queue`] is one of them shared by reference. The rings never
//! wait; the channels of [`channel`](mod@crate::channel) are rings whose threads and tasks do, and allocate where they do.
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
//! # Sandboxes
//!
//! On Linux the first operation of a process on a shared side, or beside one, calls `membarrier`. A sandbox that refuses the call is
//! no problem; under one that *kills* whoever calls it, choose the portable fences first:
//! [`fences::use_portable`].
//!
//! # Processes that fork
//!
//! A child may go on with the rings and the [`Queue`]s that it has from its parent. They are copies: what is
//! in them is there in both processes, and neither sees what the other does. The parent's other
//! threads are for the child threads that were killed at the fork: one that was inside an operation
//! costs a slot for ever, and its value, if it had one there, is neither received nor dropped in the
//! child. A handle of a [`Solo`](ring::Solo) side that another thread held is gone with it. For channels there
//! is a condition, which [`channel`](mod@crate::channel) states.
//!
//! # Features
//!
//! - `std` (default): channels. Implies `alloc`.
//! - `futures`: `Stream` and `Sink` for channels.
//! - `metrics`: counts of what went through a channel, and names, by which a program lists its channels and how long
//!   messages are queued there.
//! - `tracing`: events of what is rare in channels: who goes to sleep, is refused, closes.
//! - `tokio`: time-outs of tasks by the clock of tokio; and in debug builds a blocking call that has to wait panics where
//!   its thread runs tasks of a tokio runtime.
//! - `alloc`: rings on the heap and batches to and from `Vec`. Without it the crate is `no_std`
//!   and has the rings with their slots inside, such as [`ring::spsc::Inline`], which may stand
//!   in a `static`.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, ringway_hooks, ringway_modelled, feature = "std"))]
extern crate std;

mod buffer;
#[cfg(feature = "std")]
pub mod channel;
#[cfg(test)]
mod effort;
#[cfg(not(ringway_modelled))]
pub mod fences;
mod late;
mod line;
mod marks;
mod position;
mod queue;
pub mod ring;
mod sequencer;
mod slots;
mod sync;

pub use queue::{InlineQueue, IntoIter, Queue};

/// The table of orderings, for the models.
#[cfg(ringway_modelled)]
#[doc(hidden)]
pub mod edge {
    pub use crate::sync::edge::{Edge, TABLE};
}

/// The points inside an operation, for the models and for `soak`.
#[cfg(any(ringway_hooks, ringway_modelled))]
#[doc(hidden)]
pub mod hook {
    pub use crate::sync::hook::{Point, set};
}

/// What the models choose: whether late threads are skipped, and who waits has asked for care.
#[cfg(ringway_modelled)]
#[doc(hidden)]
pub use late::{set_careful, set_patient};

/// The examples of the README.
#[cfg(all(doctest, feature = "alloc"))]
#[doc = include_str!("../README.md")]
struct Readme;
