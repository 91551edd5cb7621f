//! A thread that waits, as those see it whom it may meet.

use crate::sync::{Atomic, edge::Edge};

/// Whether a thread has not to wait any more. It orders nothing: who sees that takes a lock for what it has got.
#[derive(Debug)]
pub(super) struct Party(Atomic);

impl Party {
    /// It waits.
    pub(super) fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// It was met, or the channel is closed.
    pub(super) fn decide(&self) {
        self.0.store(1, Edge::RELAXED);
    }

    pub(super) fn is_decided(&self) -> bool {
        self.0.load(Edge::RELAXED) != 0
    }
}
