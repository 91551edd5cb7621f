//! What the handles of a ring know of late threads: a watch of the whole ring, one for each sector of
//! slots, and a late word for each slot.

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
pub(crate) const SECTORS: usize = if cfg!(ringway_modelled) { 1 } else { 16 };

/// How many slots in a row are of the same sector. A group of slots is in one.
pub(crate) const STRIPE: usize = 64;

/// Whether a ring with so many slots has sectors; else it is one itself.
#[inline(always)]
pub(crate) const fn has_sectors(slots: usize) -> bool {
    slots > STRIPE && SECTORS > 1
}

/// The words of a ring that are written only when somebody is late.
#[derive(Debug)]
pub struct Watch {
    calm: Calm,
    /// That of the only sector, of a ring of one.
    only: Atomic,
}

impl Watch {
    const_unless_loom! {
        /// Nobody is late.
        pub(crate) fn new() -> Self {
            Self { calm: Calm::new(), only: Atomic::new(0) }
        }
    }
}

/// What is compared for a quiet look.
const QUIET: Word = VERSION - 1;

/// A look at the watch of a sector.
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

/// The watch of a sector: how many of its late words are not clear, under a version that grows with every
/// change.
#[derive(Clone, Copy, Debug)]
pub struct Sector<'a>(&'a Atomic);

impl Sector<'_> {
    /// Whether any late word is set, and which version of its lateness this is.
    #[inline(always)]
    pub fn look(self) -> Look {
        if fence::is_patient() {
            return Look(FREE);
        }
        Look(self.0.load(edge::WATCH_LOOK))
    }

    /// Whether nothing has changed since that look; what was read before this call was read while nothing had.
    #[inline(always)]
    pub fn is_unchanged(self, since: Look) -> bool {
        fence::light_if_free();
        fence::is_patient() || self.0.load(Edge::RELAXED) == since.0
    }

    /// The look of a slot's owner after its commit: whether nobody means to skip anybody of the sector.
    #[inline(always)]
    pub fn is_quiet_after_commit(self) -> bool {
        fence::light_if_free();
        self.look().is_quiet()
    }
}

/// The watch of a ring, with that of each sector and the late word of each slot.
#[derive(Clone, Copy, Debug)]
pub struct Lates<'a> {
    pub(crate) watch: &'a Watch,
    /// Of a ring that [`has_sectors`].
    pub(crate) sectors: Option<&'a [Atomic; SECTORS]>,
    /// As many as slots; none if neither side can be late.
    pub(crate) words: &'a [Atomic],
}

impl<'a> Lates<'a> {
    /// The watch of the whole ring.
    #[inline(always)]
    pub fn calm(self) -> &'a Calm {
        &self.watch.calm
    }

    /// The sector that a slot is in.
    #[inline(always)]
    pub fn sector(self, index: usize) -> Sector<'a> {
        Sector(match self.sectors {
            Some(sectors) => &sectors[(index / STRIPE) & (SECTORS - 1)],
            None => &self.watch.only,
        })
    }

    /// Whether an owner commits by a mere store, the light fence being known to be free.
    #[inline(always)]
    pub fn is_fence_free(self, index: usize) -> bool {
        self.sector(index).look().is_free()
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
        let Sector(sector) = self.sector(index);
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
        self.sector(index).0.fetch_add(VERSION + 1, Edge::RELAXED);
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
        self.sector(index).0.fetch_add(VERSION - 1, edge::WATCH_LOWER);
        self.watch.calm.lower();
    }
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
