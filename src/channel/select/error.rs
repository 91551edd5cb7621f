//! Why nothing was chosen: the errors of `crossbeam_channel`, by name and meaning.

use core::error::Error;
use core::fmt;

/// Why [`try_select`](super::Select::try_select) has chosen nothing: none could be done without a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrySelectError;

/// Nothing could be done until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectTimeoutError;

/// Why [`try_ready`](super::Select::try_ready) has found nothing: none could be done without a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryReadyError;

/// Why [`ready_timeout`](super::Select::ready_timeout) has found nothing: none could be done until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyTimeoutError;

/// What those say that do not wait, and those who have waited.
const BLOCKED: &str = "all operations in select would block";
const OVER: &str = "timed out waiting on select";

macro_rules! says {
    ($($error:ident $words:ident),+) => {
        $(
            impl fmt::Display for $error {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str($words)
                }
            }

            impl Error for $error {}
        )+
    };
}

says!(TrySelectError BLOCKED, SelectTimeoutError OVER, TryReadyError BLOCKED, ReadyTimeoutError OVER);
