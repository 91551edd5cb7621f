//! The wait policy: what a thread does while a queue is full or empty.
//!
//! It is an axis of the contest, because it decides throughput by a factor of two. Queues that do not wait
//! by themselves all wait by the code of this file; queues that do use their own `send` and `recv` with
//! default settings. Both are shown, and each row says which it is.

use std::fmt;
use std::hint;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::gate::Finish;

/// The pauses after a failed look, before the next. So many let the other side fill or empty a cache
/// line's worth of slots in the meantime.
pub const PAUSES: u32 = 64;

/// As [`PAUSES`], where a thread waits for an answer to its message: more pauses would be what is measured.
pub const PROMPT: u32 = 1;

/// For so many slots there is a pause, up to [`PAUSES`]. With more the other side would be through with all of the
/// slots and wait itself, and the pauses would be what is measured here, too (docs/DESIGN.md, section 8).
pub const SLOTS_FOR_A_PAUSE: usize = 8;

/// After so many failed looks in a row, or as many pauses, every further look is preceded by a yield to
/// the system's scheduler as well: where threads outnumber cores, the other side may need this one.
pub const PATIENCE: u32 = 8;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wait {
    /// The contest, the same way for every queue: [`PAUSES`], or [`PROMPT`], and [`PATIENCE`].
    Common,
    /// The queue itself, with its default settings.
    Own,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Common => "common",
            Self::Own => "own",
        })
    }
}

/// The looks of a thread in a whole slice.
#[derive(Debug)]
pub struct Looks {
    /// The pauses between two of them.
    pauses: u32,
    /// How many have failed: operations that moved nothing.
    failed: u64,
}

impl Looks {
    /// None so far, with so many pauses between two of them.
    pub fn new(pauses: u32) -> Self {
        Self { pauses, failed: 0 }
    }

    /// How many have failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }
}

/// Looks until there is something.
#[inline]
pub fn until<R>(looks: &mut Looks, mut look: impl FnMut() -> Option<R>) -> R {
    let mut failed = FailedLooks::new(looks.pauses);
    loop {
        if let Some(found) = look() {
            return found;
        }
        looks.failed += 1;
        failed.pause();
    }
}

/// As [`until`], or until a look that began after the producers had finished found nothing.
#[inline]
pub fn until_finished<R>(
    finish: &Finish,
    looks: &mut Looks,
    mut look: impl FnMut() -> Option<R>,
) -> Option<R> {
    let mut failed = FailedLooks::new(looks.pauses);
    let mut last_look = false;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if last_look {
            return None;
        }
        last_look = finish.reached();
        if !last_look {
            looks.failed += 1;
            failed.pause();
        }
    }
}

/// Looks that have failed in a row.
#[derive(Debug)]
pub struct FailedLooks {
    pauses: u32,
    /// The pauses after them, together.
    paused: u32,
}

impl FailedLooks {
    /// None so far, with so many pauses after each.
    #[inline]
    pub fn new(pauses: u32) -> Self {
        Self { pauses, paused: 0 }
    }

    /// One more has: waits before the next.
    #[inline]
    pub fn pause(&mut self) {
        for _ in 0..self.pauses {
            hint::spin_loop();
        }
        self.paused = self.paused.saturating_add(self.pauses);
        if self.paused >= PATIENCE * PAUSES {
            thread::yield_now();
        }
    }
}
