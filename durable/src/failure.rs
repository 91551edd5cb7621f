//! A queue that has failed: what went wrong first, for all who ask later.

use std::io;

use crate::error::OpenError;

/// What went wrong while the queue was open.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// What the system said when this was tried with a file.
    pub(crate) fn of(path: &str, doing: &'static str, error: &io::Error) -> Self {
        Self(format!("{path}: cannot {doing}: {error}"))
    }

    /// What stands in a file instead of what should.
    pub(crate) fn damaged(path: &str, what: &str, offset: u64) -> Self {
        Self(format!("damaged: {path}: {what} at byte {offset}"))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self(error.to_string())
    }
}
