//! Bounded queues on one idea: a ring whose positions only ever grow.
//!
//! [`ring`] has four rings, for one or many producers and one or many consumers, with batches,
//! slots that are written and read in place, exactly the capacity that was asked for, and no
//! allocation after construction.
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
//! | | `spsc` | `mpsc`, `spmc`: the lone side | the shared sides |
//! |---|---|---|---|
//! | an operation | wait-free | wait-free | lock-free claim, see below |
//! | order | FIFO | FIFO | FIFO in the order of the claims |
//! | a batch | one claim, in order | one claim, in order | one claim, in order, unbroken |
//! | Full (a refused push) | all slots hold values | the next slot is not emptied yet | the same |
//! | Empty (`pop` is `None`) | no slot holds a value | the next slot is not filled yet | the same |
//! | a suspended thread costs | nothing but its work | nothing but its work | the other side stops at the slot that it claimed |
//!
//! A thread of a shared side that is suspended *between its claim and its commit*, which is a few
//! instructions, stops the other side at its slot until it goes on. The rings with a shared side
//! are therefore not lock-free in the formal sense, though none of their operations ever waits:
//! each returns what it found.
//!
//! # Features
//!
//! - `std` (default): implies `alloc`.
//! - `alloc`: rings on the heap and batches to and from `Vec`. Without it the crate is `no_std`
//!   and has the rings with their slots inside, such as [`ring::spsc::Inline`], which may stand
//!   in a `static`.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, ringway_loom))]
extern crate std;

mod buffer;
mod marks;
mod position;
pub mod ring;
mod sequencer;
mod slots;
mod sync;

/// The table of orderings, for the models.
#[cfg(ringway_loom)]
#[doc(hidden)]
pub mod edge {
    pub use crate::sync::edge::{Edge, TABLE};
}

/// The examples of the README.
#[cfg(all(doctest, feature = "alloc"))]
#[doc = include_str!("../README.md")]
struct Readme;
