//! Everything that threads share: atomics, cells, reference counts, and the table of orderings.
//!
//! This is the only place that names `core::sync::atomic` or an explorer of models: `loom`, under
//! the private configuration `ringway_loom`, or `shuttle`, under `ringway_shuttle`. Under either
//! all of it is modelled, and the configuration `ringway_modelled`, which comes with each, says
//! what holds in models whoever explores them.
//!
//! loom shows what orderings allow. shuttle's atomics are sequentially consistent: it shows what
//! threads do to each other by taking turns, with more of them and for longer.

#[cfg(any(
    all(ringway_loom, ringway_shuttle),
    all(ringway_modelled, not(any(ringway_loom, ringway_shuttle))),
    all(not(ringway_modelled), any(ringway_loom, ringway_shuttle)),
))]
compile_error!("models have `--cfg ringway_modelled` and one of `ringway_loom`, `ringway_shuttle`");

/// The explorer of models.
#[cfg(ringway_loom)]
pub(crate) use loom as explorer;
/// The explorer of models.
#[cfg(ringway_shuttle)]
pub(crate) use shuttle as explorer;

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
#[cfg(feature = "std")]
mod block;
mod cell;
#[cfg(feature = "std")]
mod clock;
pub(crate) mod edge;
pub(crate) mod hook;
#[cfg(feature = "std")]
mod lock;
#[cfg(feature = "std")]
mod panics;
#[cfg(feature = "std")]
mod park;

#[cfg(feature = "metrics")]
pub(crate) use atomic::Serial;
pub(crate) use atomic::{Atomic, Hint};
#[cfg(not(ringway_modelled))]
pub(crate) use atomic::{CHOICE, compiler_fence};
pub(crate) use cell::{Cell, DropValues};

#[cfg(all(feature = "std", not(ringway_modelled)))]
pub(crate) use block::CAN_BLOCK;
#[cfg(feature = "std")]
pub(crate) use block::before_blocking;
#[cfg(feature = "metrics")]
pub(crate) use clock::HAS_CLOCK;
#[cfg(feature = "std")]
pub(crate) use clock::{at_most, is_over, now};
#[cfg(feature = "std")]
pub(crate) use lock::{Held, Lock};
#[cfg(feature = "std")]
pub(crate) use panics::Panics;
#[cfg(feature = "std")]
pub(crate) use park::Sleeper;

#[cfg(all(feature = "alloc", not(ringway_modelled), target_has_atomic = "ptr"))]
pub(crate) use alloc::sync::Arc;
#[cfg(all(feature = "alloc", ringway_modelled))]
pub(crate) use explorer::sync::Arc;
#[cfg(all(feature = "alloc", not(ringway_modelled), not(target_has_atomic = "ptr")))]
pub(crate) use portable_atomic_util::Arc;

/// Called before another try, after another thread has made progress.
#[cold]
pub(crate) fn retry() {
    hook::goes_round();
    #[cfg(not(ringway_modelled))]
    core::hint::spin_loop();
    #[cfg(ringway_modelled)]
    explorer::thread::yield_now();
}

/// For so many slots there may be a pause between two looks. With more, the other side would be through with all of
/// the slots in the meantime, and wait itself.
pub(crate) const SLOTS_FOR_A_PAUSE: usize = 8;

/// Called between two looks for something that another thread is about to do.
#[inline(always)]
pub(crate) fn pause() {
    #[cfg(not(ringway_modelled))]
    core::hint::spin_loop();
}

/// A full fence: of two threads that each write a word, pass this, and read the other's word, at
/// least one sees what the other wrote.
#[inline(always)]
pub(crate) fn full_fence(edge: edge::Edge) {
    hook::fenced();
    atomic::fence(edge);
}
