//! Everything that threads share: atomics, cells, reference counts, and the table of orderings.
//!
//! This is the only place that names `core::sync::atomic` or `loom`. Under the private
//! configuration `ringway_loom` all of it comes from loom and is modelled.

/// Makes a function `const`, except under loom, whose atomics and cells register themselves.
macro_rules! const_unless_loom {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        #[cfg(not(ringway_loom))]
        $(#[$attribute])*
        $visibility const fn $($rest)*
        #[cfg(ringway_loom)]
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}
pub(crate) use const_unless_loom;

mod atomic;
mod cell;
#[cfg(feature = "std")]
mod clock;
pub(crate) mod edge;
#[cfg(feature = "std")]
mod event;
pub(crate) mod hook;
#[cfg(feature = "std")]
mod panics;
#[cfg(feature = "std")]
mod park;

#[cfg(feature = "metrics")]
pub(crate) use atomic::Serial;
pub(crate) use atomic::{Atomic, Hint};
#[cfg(not(ringway_loom))]
pub(crate) use atomic::{CHOICE, compiler_fence};
pub(crate) use cell::{Cell, DropValues};

#[cfg(feature = "std")]
pub(crate) use clock::now;
#[cfg(feature = "std")]
pub(crate) use event::{Event, Listener};
#[cfg(feature = "std")]
pub(crate) use panics::Panics;
#[cfg(feature = "std")]
pub(crate) use park::Sleeper;

#[cfg(all(feature = "alloc", not(ringway_loom)))]
pub(crate) use alloc::sync::Arc;
#[cfg(all(feature = "alloc", ringway_loom))]
pub(crate) use loom::sync::Arc;

/// Called before another try, after another thread has made progress.
#[cold]
pub(crate) fn retry() {
    #[cfg(not(ringway_loom))]
    core::hint::spin_loop();
    #[cfg(ringway_loom)]
    loom::thread::yield_now();
}

/// Called between two looks for something that another thread is about to do.
#[inline(always)]
pub(crate) fn pause() {
    #[cfg(not(ringway_loom))]
    core::hint::spin_loop();
}

/// A full fence: of two threads that each write a word, pass this, and read the other's word, at
/// least one sees what the other wrote.
#[inline(always)]
pub(crate) fn full_fence(edge: edge::Edge) {
    atomic::fence(edge);
}
