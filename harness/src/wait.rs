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

/// As [`PAUSES`], where a thread waits for an answer to its message: what the other side gets done in the
/// meantime is that one answer, and more pauses would be what is measured.
pub const PROMPT: u32 = 1;

/// After so many failed looks in a row, each with [`PAUSES`], every further look is preceded by a yield to
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

/// The failed looks of a thread in a whole slice: operations that moved nothing.
pub type Failures = u64;

/// Looks until there is something, with so many pauses between looks.
#[inline]
pub fn until<const PAUSES: u32, R>(
    failures: &mut Failures,
    mut look: impl FnMut() -> Option<R>,
) -> R {
    let mut failed = FailedLooks::<PAUSES>::default();
    loop {
        if let Some(found) = look() {
            return found;
        }
        *failures += 1;
        failed.pause();
    }
}

/// As [`until`], or until a look that began after the producers had finished found nothing.
#[inline]
pub fn until_finished<const PAUSES: u32, R>(
    finish: &Finish,
    failures: &mut Failures,
    mut look: impl FnMut() -> Option<R>,
) -> Option<R> {
    let mut failed = FailedLooks::<PAUSES>::default();
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
            *failures += 1;
            failed.pause();
        }
    }
}

/// How many looks in a row have failed.
#[derive(Debug, Default)]
pub struct FailedLooks<const PAUSES: u32>(u32);

impl<const PAUSES: u32> FailedLooks<PAUSES> {
    /// As long as [`PATIENCE`] of the looks with most pauses.
    const PATIENCE: u32 = PATIENCE * self::PAUSES / PAUSES;

    /// One more has: waits before the next.
    #[inline]
    pub fn pause(&mut self) {
        self.0 = self.0.saturating_add(1);
        for _ in 0..PAUSES {
            hint::spin_loop();
        }
        if self.0 >= Self::PATIENCE {
            thread::yield_now();
        }
    }
}
