//! How many handles each side of a ring has.
//!
//! One word counts the producers, the consumers and the handles that are just leaving, so that
//! one look tells that nobody has the ring. A handle leaves in two steps: it stops to count for
//! its side, which the other side may see at once; it does what the last of a side has to do;
//! then it is gone. A ring that is borrowed can be split again when all handles are gone.

use crate::position::Word;
use crate::sync::{Atomic, edge, edge::Edge};

/// The bits of each of the three counts.
const BITS: u32 = Word::BITS / 3;

/// The most handles of a side. Those beyond, until they are taken back, have room as well.
const MOST: Word = 1 << (BITS - 1);

/// One leaving handle in the word.
const LEAVING: Word = 1 << (2 * BITS);

/// A side of the ring, as far as its handles are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// The low bits.
    Producers,
    /// The bits above.
    Consumers,
}

impl Count {
    /// One handle of this side in the word.
    const fn one(self) -> Word {
        match self {
            Self::Producers => 1,
            Self::Consumers => 1 << BITS,
        }
    }

    /// The number of this side's handles in the word.
    const fn of(self, word: Word) -> Word {
        (word / self.one()) & ((1 << BITS) - 1)
    }
}

/// The counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handles<'a>(&'a Atomic);

impl<'a> Handles<'a> {
    /// Those in this word, which is 0 while there are none.
    pub(crate) fn counted_by(word: &'a Atomic) -> Self {
        Self(word)
    }

    /// Counts the first handle of each side; false if anybody has the ring.
    pub(crate) fn first_pair(&self) -> bool {
        let pair = Count::Producers.one() | Count::Consumers.one();
        self.0.compare_exchange(0, pair, edge::FIRST_PAIR).is_ok()
    }

    /// Counts one handle more, made from one that is there.
    ///
    /// # Panics
    ///
    /// Panics if the side has `2^20` handles (`2^9` on targets without 64-bit atomics).
    pub(crate) fn add(&self, side: Count) {
        let before = side.of(self.0.fetch_add(side.one(), Edge::RELAXED));
        if before >= MOST {
            self.0.fetch_sub(side.one(), Edge::RELAXED);
        }
        assert_room(before);
    }

    /// Counts one handle more of a side that has any; false if it has none.
    ///
    /// # Panics
    ///
    /// As [`Handles::add`].
    #[cfg(feature = "std")]
    pub(crate) fn add_beside(&self, side: Count) -> bool {
        loop {
            let word = self.0.load(edge::HANDLES_LEFT);
            if side.of(word) == 0 {
                return false;
            }
            assert_room(side.of(word));
            if self.0.compare_exchange(word, word + side.one(), Edge::RELAXED).is_ok() {
                return true;
            }
        }
    }

    /// How many handles the side has. Whoever learns that some are gone sees what was done through them.
    #[cfg(feature = "std")]
    pub(crate) fn count(&self, side: Count) -> usize {
        side.of(self.0.load(edge::HANDLES_LEFT)) as usize
    }

    /// Counts one handle of a side less; it is gone when what is returned is dropped.
    pub(crate) fn leave(self, side: Count) -> Leaving<'a> {
        let step = LEAVING.wrapping_sub(side.one());
        let before = self.0.fetch_add(step, edge::HANDLE_LEAVES);
        Leaving { handles: self, was_last: side.of(before) == 1 }
    }

    /// Whether the side has no handle.
    pub(crate) fn are_gone(&self, side: Count) -> bool {
        side.of(self.0.load(edge::HANDLES_LEFT)) == 0
    }
}

/// Refuses one handle more than there may be.
fn assert_room(handles: Word) {
    assert!(handles < MOST, "a side of a ring cannot have more than {MOST} handles");
}

/// A handle that no longer counts for its side and is not yet gone.
#[derive(Debug)]
pub(crate) struct Leaving<'a> {
    handles: Handles<'a>,
    /// Whether its side has no handle left.
    pub(crate) was_last: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.handles.0.fetch_sub(LEAVING, edge::HANDLE_GONE);
    }
}

#[cfg(all(test, feature = "std", not(ringway_modelled)))]
mod tests;
