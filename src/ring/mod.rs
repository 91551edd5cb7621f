//! Four rings, one for each way to have producers and consumers.
//!
//! | made with | producers | consumers |
//! |---|---|---|
//! | [`spsc`](fn@spsc) | one | one |
//! | [`mpsc`](fn@mpsc) | any number | one |
//! | [`spmc`](fn@spmc) | one | any number |
//! | [`mpmc`](fn@mpmc) | any number | any number |
//!
//! All four are the same [`Ring`] with its sides [`Solo`] or [`Shared`]. The module of each name
//! holds the types that a program writes down: [`mpsc::Producer<T>`](mpsc::Producer), and
//! [`mpsc::Inline<T, N>`](mpsc::Inline) for a ring that needs no allocation and may stand in a
//! `static`.
//!
//! Nothing here waits: an operation that cannot be done now says so and returns what it was given.
//!
//! # What a thread may rely on
//!
//! Values leave a ring in the order in which their slots were claimed; for one producer that is
//! the order of its calls, within a batch too. A value is received by exactly one consumer.
//!
//! An operation of `spsc` takes a bounded number of steps (wait-free). The other rings are
//! lock-free: a thread that is *suspended* on a shared side between its claim and its commit is
//! skipped by the others, and costs them a slot until it goes on (docs/DESIGN.md, section 5).
//! Empty is exact; Full may count a slot less for each thread that was late within the last lap.
//!
//! # Panics
//!
//! All functions that make a ring panic if the capacity is 0, or so large that its slots exceed
//! the address space.

mod batches;
mod close;
mod consumer;
mod core;
mod error;
mod handles;
#[cfg(feature = "metrics")]
mod high_water;
mod kinds;
#[cfg(feature = "std")]
mod left;
mod link;
#[cfg(feature = "std")]
mod look;
mod operations;
mod peek;
mod producer;
#[cfg(feature = "std")]
mod promise;
mod release;
mod replace;
mod reserve;
mod staged;
#[cfg(feature = "metrics")]
mod stands;

pub use self::consumer::Consumer;
pub use self::core::Ring;
pub use self::error::TooFew;
#[cfg(feature = "std")]
pub(crate) use self::handles::Count;
#[cfg(feature = "metrics")]
pub(crate) use self::high_water::HighWater;
pub use self::kinds::{mpmc, mpsc, spmc, spsc};
#[cfg(feature = "alloc")]
#[doc(hidden)]
pub use self::kinds::{mpmc_at, mpsc_at, spmc_at, spsc_at};
#[cfg(feature = "std")]
pub(crate) use self::left::Left;
pub use self::link::Link;
pub use self::peek::Peeked;
pub use self::producer::Producer;
#[cfg(feature = "std")]
pub(crate) use self::promise::Promise;
pub use self::reserve::Reserved;
pub use self::staged::Staged;
pub use crate::sequencer::{Sequencer, Shared, Solo};
pub use crate::slots::Array;
#[cfg(feature = "alloc")]
pub use crate::slots::Heap;

/// Where a ring has its slots: [`Array`] or `Heap`.
pub trait Store: crate::slots::Storage {}

impl<S: crate::slots::Storage> Store for S {}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
