//! A thread that waits, as those see it whom it may meet.

use crate::position::Word;
use crate::sync::{Atomic, edge::Edge};

/// What becomes of a thread that waits, at one place or at several at once. It is decided once, and orders nothing: who
/// sees it takes a lock for what it has got.
#[derive(Debug)]
pub(in crate::channel) struct Party(Atomic);

/// It waits.
const WAITS: Word = 0;
/// It does not wait any more.
const LEFT: Word = 1;
/// One of its channels is closed.
const OVER: Word = 2;
/// It was met at the first of its places; those after it follow.
const MET: Word = 3;

impl Party {
    /// It waits.
    pub(in crate::channel) fn new() -> Self {
        Self(Atomic::new(WAITS))
    }

    /// It is met at this place of its own, if it waits.
    pub(super) fn meet(&self, place: usize) -> bool {
        self.decide(MET + place as Word).is_ok()
    }

    /// One of its channels is closed.
    pub(super) fn end(&self) {
        _ = self.decide(OVER);
    }

    /// It does not wait any more; where it was met before.
    pub(in crate::channel) fn leave(&self) -> Option<usize> {
        match self.decide(LEFT) {
            Err(met) if met >= MET => Some((met - MET) as usize),
            _ => None,
        }
    }

    /// Whether it has not to wait any more.
    pub(in crate::channel) fn is_decided(&self) -> bool {
        self.0.load(Edge::RELAXED) != WAITS
    }

    fn decide(&self, what: Word) -> Result<Word, Word> {
        self.0.compare_exchange(WAITS, what, Edge::RELAXED)
    }
}
