//! What the handles of a ring know of late threads: a watch of the whole ring, one for each sector of
//! slots, and a late word for each slot.

use crossbeam_utils::CachePadded;

use super::calm::{Calm, VERSION};
use super::fence;
use super::word::LateWord;
use crate::position::Word;
use crate::sync::{Atomic, const_unless_loom, edge, edge::Edge};

/// The light fence is known to be free here. Where it is not, or where nobody has asked yet, no
/// look is quiet, and everybody goes the way beside late threads, with real fences.
const FREE: Word = if cfg!(ringway_modelled) { 0 } else { VERSION >> 1 };

/// How many sectors there are: while a thread is late, operations on the slots of its sector look
/// at late words, and the others go on as if nobody were.
const SECTORS: usize = if cfg!(ringway_modelled) { 1 } else { 16 };

/// How many slots in a row are of the same sector. A group of slots is in one.
pub(crate) const STRIPE: usize = 64;

/// What is compared for a quiet look.
const QUIET: Word = VERSION - 1;

/// The words of a ring that are written only when somebody is late.
#[derive(Debug)]
pub struct Watch {
    /// How many late words of a sector are not clear, under a version that grows with every
    /// change.
    late: CachePadded<[Atomic; SECTORS]>,
    calm: CachePadded<Calm>,
}

/// A look at a [`Watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look(Word);

impl Look {
    /// Whether no late word of the sector was set.
    #[inline(always)]
    pub fn is_quiet(self) -> bool {
        self.0 & QUIET == FREE
    }

    /// Whether the light fence is known to be free.
    #[inline(always)]
    fn is_free(self) -> bool {
        self.0 | FREE == self.0
    }
}

/// A word for each sector.
#[cfg(not(ringway_loom))]
const fn quiet() -> [Atomic; SECTORS] {
    [const { Atomic::new(0) }; SECTORS]
}

/// A word for each sector.
#[cfg(ringway_loom)]
fn quiet() -> [Atomic; SECTORS] {
    core::array::from_fn(|_| Atomic::new(0))
}

impl Watch {
    const_unless_loom! {
        /// Nobody is late.
        pub(crate) fn new() -> Self {
            Self { late: CachePadded::new(quiet()), calm: CachePadded::new(Calm::new()) }
        }
    }
}

/// The watch of a ring, with the late word of each slot.
#[derive(Clone, Copy, Debug)]
pub struct Lates<'a> {
    pub(crate) watch: &'a Watch,
    /// As many as slots; none if neither side can be late.
    pub(crate) words: &'a [Atomic],
}

impl<'a> Lates<'a> {
    /// The watch of the whole ring.
    #[inline(always)]
    pub fn calm(self) -> &'a Calm {
        &self.watch.calm
    }

    /// The word of the sector that a slot is in.
    #[inline(always)]
    fn sector(self, index: usize) -> &'a Atomic {
        &self.watch.late[(index / STRIPE) & (SECTORS - 1)]
    }

    /// Whether any late word of a slot's sector is set, and which version of its lateness this
    /// is.
    #[inline(always)]
    pub fn look(self, index: usize) -> Look {
        if fence::is_patient() {
            return Look(FREE);
        }
        Look(self.sector(index).load(edge::WATCH_LOOK))
    }

    /// Whether nothing has changed in the sector since that look; what was read before this call
    /// was read while nothing had.
    #[inline(always)]
    pub fn is_unchanged(self, index: usize, since: Look) -> bool {
        fence::light_if_free();
        fence::is_patient() || self.sector(index).load(Edge::RELAXED) == since.0
    }

    /// The look of a slot's owner after its commit: whether nobody means to skip anybody of its
    /// sector.
    #[inline(always)]
    pub fn is_quiet_after_commit(self, index: usize) -> bool {
        fence::light_if_free();
        self.look(index).is_quiet()
    }

    /// Whether an owner commits by a mere store, the light fence being known to be free.
    #[inline(always)]
    pub fn is_fence_free(self, index: usize) -> bool {
        self.look(index).is_free()
    }

    /// The look of a slot's owner after its commit behind the light fence: whether nobody means to
    /// skip it.
    #[inline(always)]
    pub fn is_clear_after_commit(self, index: usize) -> bool {
        fence::light_if_free();
        self.word(index).is_clear()
    }

    /// Notes that the light fence is free, if it is and nobody has noted it.
    #[inline(always)]
    pub fn note_fence(self, index: usize) {
        let sector = self.sector(index);
        let seen = sector.load(Edge::RELAXED);
        if !Look(seen).is_free() && fence::is_free() {
            // If the word has changed meanwhile, whoever comes next notes it.
            let _ = sector.compare_exchange(seen, seen.wrapping_add(FREE), Edge::RELAXED);
        }
    }

    /// The late word of a slot.
    #[inline(always)]
    pub fn word(self, index: usize) -> LateWord {
        LateWord(self.words[index].load_in_turn(edge::LATE_LOOK))
    }

    /// Whether the late word of a slot has not changed while the slot's mark was read, in turn.
    #[inline(always)]
    pub fn is_still(self, index: usize, since: LateWord) -> bool {
        fence::between_looks();
        self.word(index) == since
    }

    /// Changes a late word, unless somebody else did.
    pub fn change(self, index: usize, from: LateWord, to: LateWord) -> bool {
        self.words[index].compare_exchange(from.0, to.0, edge::LATE_CHANGE).is_ok()
    }

    /// Changes a late word that is clear, counted before (T3), unless somebody else did.
    pub fn raise(self, index: usize, from: LateWord, to: LateWord) -> Option<LateWord> {
        self.watch.calm.raise();
        self.sector(index).fetch_add(VERSION + 1, Edge::RELAXED);
        if self.change(index, from, to) {
            return Some(to);
        }
        self.lower(index);
        None
    }

    /// Clears a late word, unless somebody else changed it.
    pub fn clear(self, index: usize, from: LateWord) -> bool {
        let cleared = self.change(index, from, from.clear());
        if cleared {
            self.lower(index);
        }
        cleared
    }

    /// One late word less is set.
    fn lower(self, index: usize) {
        self.sector(index).fetch_add(VERSION - 1, edge::WATCH_LOWER);
        self.watch.calm.lower();
    }
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
