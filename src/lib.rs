//! Bounded queues.
#![cfg_attr(not(any(feature = "std", test)), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(ringway_loom)]
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
