//! The watch of the whole ring: what an operation looks at while nobody is late, and the budget.
//!
//! `late` counts the late words that are not clear, and one more in a ring that is closed, under a version that
//! grows with every change and with every position that is skipped. `calm` is a value of `late` at which nobody was late and nothing of
//! the budget spent. So a handle that reads `calm`, then a mark, then finds `late` at the same value knows that nobody was
//! late while it read the mark: it has looked twice, and each look is a compare of two words that nobody
//! writes while nobody is late.

use super::fence;
use crate::position::{Geometry, Word};
use crate::sync::{Atomic, const_unless_loom, edge, edge::Edge};

/// Where the version of a watch begins: below it, how many late words are not clear. There is room for a
/// batch in which all slots of a ring are late.
pub(super) const VERSION: Word = 1 << if Word::BITS == 64 { 32 } else { 20 };

/// A value that `late` never has, for `calm` while somebody is late.
const DISTURBED: Word = Word::MAX;

/// How `calm` begins: in models both fences are real ones and nobody asks whether the light one is free.
const BEGIN: Word = if cfg!(ringway_modelled) { 0 } else { DISTURBED };

/// How many positions may be skipped and not be counted where a commit finds the ring calm, before a budget of
/// three laps could be spent too early: one by each thread, which it has not counted or of which `late` does
/// not tell yet, and one more where the processor shows the count before the claim.
const SLACK: usize = if cfg!(ringway_modelled) { MODELLED } else { 512 };

/// Twice as many as the largest models have consumers, so that a budget is soon spent.
const MODELLED: usize = if cfg!(ringway_loom) { 4 } else { 12 };

/// The watch of the whole ring.
#[derive(Debug)]
pub struct Calm {
    late: Atomic,
    calm: Atomic,
    /// How many positions consumers have skipped since a push has committed.
    spent: Atomic,
}

/// A value of `late` at which nobody was late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since(Word);

impl Calm {
    const_unless_loom! {
        /// Nobody is late.
        pub(super) fn new() -> Self {
            Self { late: Atomic::new(0), calm: Atomic::new(BEGIN), spent: Atomic::new(0) }
        }
    }

    /// The first look: since when nobody has been late, if nobody is.
    #[inline(always)]
    pub fn since(&self) -> Since {
        Since(if fence::is_patient() { 0 } else { self.calm.load(edge::WATCH_LOOK) })
    }

    /// The second look: whether nobody has been late since; what was read between the two was read while
    /// nobody was.
    #[inline(always)]
    pub fn is_still(&self, since: Since) -> bool {
        fence::light_if_free();
        fence::is_patient() || self.late.load(Edge::RELAXED) == since.0
    }

    /// The look of a slot's owner after its commit: whether nobody is late, so that nobody means to
    /// skip the owner, and nothing of the budget is spent.
    #[inline(always)]
    pub fn is_after_commit(&self) -> bool {
        fence::light_if_free();
        fence::is_patient() || self.late.load(edge::WATCH_LOOK) == self.calm.load(Edge::RELAXED)
    }

    /// Whether somebody has found the ring calm, and nothing has changed since. Nobody can say so of a ring
    /// that is closed.
    #[inline(always)]
    pub fn is_known(&self) -> bool {
        !fence::is_patient() && self.late.load(edge::WATCH_LOOK) == self.calm.load(Edge::RELAXED)
    }

    /// Finds out whether nobody is late and nothing spent, and says so to all others.
    #[inline(always)]
    pub fn note(&self) -> bool {
        if fence::is_patient() {
            return true;
        }
        let late = self.late.load(edge::WATCH_LOOK);
        if late == self.calm.load(Edge::RELAXED) {
            return true;
        }
        // Where the light fence is not free, everybody goes the way beside late threads, with real fences.
        let is_calm = (cfg!(ringway_modelled) || fence::is_free())
            && late % VERSION == 0
            && self.spent.load(Edge::RELAXED) == 0;
        if is_calm {
            self.calm.store(late, edge::WATCH_LOWER);
        }
        is_calm
    }

    /// A late word is about to be set, or the ring to be closed for ever.
    pub fn raise(&self) {
        self.late.fetch_add(VERSION + 1, Edge::RELAXED);
        self.forget();
    }

    /// An old value is not kept: `late` might come to it again.
    fn forget(&self) {
        if self.calm.load(Edge::RELAXED) != DISTURBED {
            self.calm.store(DISTURBED, Edge::RELAXED);
        }
    }

    /// One late word less is set.
    pub fn lower(&self) {
        self.late.fetch_add(VERSION - 1, edge::WATCH_LOWER);
    }

    /// A push has committed: consumers may skip a whole budget of positions again.
    #[inline(always)]
    pub fn renew_budget(&self) {
        if !fence::is_patient() && self.spent.load(Edge::RELAXED) != 0 {
            self.spent.store(0, Edge::RELAXED);
        }
    }

    /// The consumers' counter was moved past a skipped position. No push takes the ring for calm before one has
    /// renewed the budget: so nothing is spent beside a lone producer, which never does.
    pub fn spend(&self) {
        self.spent.fetch_add(1, Edge::RELAXED);
        self.late.fetch_add(VERSION, edge::WATCH_LOWER);
        self.forget();
    }

    /// Whether so many positions were skipped without a commit that nothing was committed at some
    /// moment.
    pub fn is_spent(&self, geometry: Geometry) -> bool {
        let budget = geometry.capacity().saturating_mul(3).saturating_add(SLACK);
        self.spent.load(Edge::RELAXED) >= budget as Word
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests;
