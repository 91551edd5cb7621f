//! The time. In models it passes for a thread only while that sleeps until a deadline.

use std::time::{Duration, Instant};

#[cfg(ringway_modelled)]
pub(crate) use modelled::{now, sleep_until};

/// Whether there is a clock: without an operating system wasm has none.
#[cfg(feature = "metrics")]
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// The deadline, or the end of that time from now, whichever comes first.
pub(crate) fn at_most(time: Duration, deadline: Option<Instant>) -> Option<Instant> {
    let soon = now() + time;
    Some(deadline.map_or(soon, |deadline| deadline.min(soon)))
}

/// Whether the deadline is over, if there is one.
pub(crate) fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| now() >= deadline)
}

/// The time now.
#[cfg(not(ringway_modelled))]
#[inline(always)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Each thread has a clock of its own, so that what one sleeps is hidden from the others, and an
/// execution that is repeated goes the same way.
#[cfg(ringway_modelled)]
mod modelled {
    use core::cell::Cell;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    /// When all clocks begin.
    static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

    crate::sync::explorer::thread_local! {
        /// How long this thread has slept.
        static SLEPT: Cell<Duration> = Cell::new(Duration::ZERO);
    }

    /// The time now.
    pub(crate) fn now() -> Instant {
        *BEGINNING + SLEPT.with(Cell::get)
    }

    /// Lets the time until the deadline pass for this thread.
    pub(crate) fn sleep_until(deadline: Instant) {
        SLEPT.with(|slept| slept.set(deadline.saturating_duration_since(*BEGINNING)));
    }
}
