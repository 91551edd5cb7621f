//! The late word of a slot: whether its owner is late, and how far it was skipped.
//!
//! | state | meaning |
//! |---|---|
//! | `CLEAR` | nobody is late |
//! | `INTENT(m)` | somebody means to skip the owner that was told its turn by mark `m` |
//! | `HELD(k, o)` | the owner `o` is late: the positions of the slot through lap `k` are skipped |
//!
//! Which owner `HELD` is about is said as far as it takes to tell it from those before and after
//! it: by its side, and, of a consumer, by whether the lap in which it was told its turn is odd
//! ([`Owner`]). The side alone does not do: an eviction leaves a slot from full to full, so that two
//! owners in a row are consumers.
//!
//! An owner that is back says so before it stores a mark that tells a producer its turn
//! ([`Owner::LEAVING`]): others may have carried its lateness on past the lap of that mark, and who
//! passes the slot in that lap must not take it for its own.
//!
//! The high half is a version that grows with every change, so that whoever read the word twice
//! and found it equal knows that it did not change. Between it and the state stands a lap with a
//! turn, of which only the low bits have room: they are compared with laps that are at most half
//! their range away.

use crate::position::{Geometry, Position, Word};

const STATE_BITS: u32 = 2;
const STATE: Word = (1 << STATE_BITS) - 1;
const CLEAR: Word = 0;
const INTENT: Word = 1;
const HELD: Word = 2;
/// `HELD`, by a consumer that was told its turn in an odd lap, or by one who is leaving.
const HELD_OTHER: Word = 3;

/// Where the version begins.
const VERSION_SHIFT: u32 = Word::BITS / 2;
const VERSION: Word = 1 << VERSION_SHIFT;

/// The bits of a tag: a lap and, in the lowest bit, a turn.
const TAG: Word = (1 << (VERSION_SHIFT - STATE_BITS)) - 1;

/// A value of a late word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateWord(pub(crate) Word);

/// A mark as far as a late word can name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(Word);

impl Tag {
    /// The tag of a mark.
    pub(crate) fn of(geometry: Geometry, mark: Word) -> Self {
        Self((geometry.lap_number(mark) << 1 | mark & 1) & TAG)
    }

    /// How many laps after the lap of `position` this one is, the nearest way round.
    pub(crate) fn laps_after(self, geometry: Geometry, position: Position) -> isize {
        // A position may have fewer bits of lap than a tag has room for.
        let mask = (TAG >> 1) & geometry.lap_number(Word::MAX);
        let laps = (self.0 >> 1).wrapping_sub(geometry.lap_number(position.0)) & mask;
        let range = mask + 1;
        if laps < range / 2 { laps as isize } else { laps as isize - range as isize }
    }
}

/// An owner of a slot, as far as a late word that is `HELD` can name it: its side, and, of a
/// consumer, whether the lap in which it was told its turn is odd.
///
/// While the mark of a slot is the one that an owner left, the next owner is of the other side, or,
/// after an eviction, a consumer again, of the next lap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    turn: Word,
    is_other: bool,
}

impl Owner {
    /// One who is back and leaves the slot, whoever it is.
    pub(crate) const LEAVING: Self = Self { turn: 0, is_other: true };

    /// The owner that was told its turn by this mark.
    pub(crate) fn told(geometry: Geometry, mark: Word) -> Self {
        let turn = mark & 1;
        Self { turn, is_other: turn == 1 && geometry.lap_number(mark) & 1 == 1 }
    }
}

/// What a late word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// Nobody is late.
    Clear,
    /// Somebody means to skip the owner that was told its turn by this mark.
    Intent(Tag),
    /// The slot is skipped through the lap of this tag, its late owner being this one.
    Held(Tag, Owner),
}

impl LateWord {
    /// What it says.
    pub(crate) fn says(self) -> Late {
        let tag = Tag(self.0 >> STATE_BITS & TAG);
        match self.0 & STATE {
            CLEAR => Late::Clear,
            INTENT => Late::Intent(tag),
            state => Late::Held(tag, Owner { turn: tag.0 & 1, is_other: state == HELD_OTHER }),
        }
    }

    /// Whether nobody is late.
    #[inline(always)]
    pub(crate) fn is_clear(self) -> bool {
        self.0 & STATE == CLEAR
    }

    /// The next version, which says that nobody is late.
    pub(crate) fn clear(self) -> Self {
        self.next(CLEAR, Tag(0))
    }

    /// The next version, which says that the owner told its turn by `mark` is to be skipped.
    pub(crate) fn intent(self, mark: Tag) -> Self {
        self.next(INTENT, mark)
    }

    /// The next version, which says that the slot is skipped through the lap of `position`, its
    /// late owner being this one.
    pub(crate) fn held(self, geometry: Geometry, position: Position, owner: Owner) -> Self {
        self.of(owner, Tag::of(geometry, geometry.lap_of(position)))
    }

    /// The next version of one that is `HELD` through this lap, which says that the owner is leaving.
    pub(crate) fn leaving(self, through: Tag) -> Self {
        self.of(Owner::LEAVING, through)
    }

    /// The next version, which is `HELD` by this owner, through this lap.
    fn of(self, owner: Owner, through: Tag) -> Self {
        let state = if owner.is_other { HELD_OTHER } else { HELD };
        self.next(state, Tag(through.0 & !1 | owner.turn))
    }

    fn next(self, state: Word, tag: Tag) -> Self {
        let version = (self.0 & !(VERSION - 1)).wrapping_add(VERSION);
        Self(version | tag.0 << STATE_BITS | state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_are_compared_across_the_overflow_of_a_position() {
        for bits in [1, 3, 20, 34, 40] {
            let capacity = 1_usize.checked_shl(bits);
            let Some(geometry) = capacity.and_then(Geometry::new) else { continue };
            let last = geometry.offset_laps(Position(0), -1);
            let tag = |position| Tag::of(geometry, geometry.lap_of(position));
            assert_eq!(tag(last).laps_after(geometry, Position(0)), -1, "{bits}");
            assert_eq!(tag(Position(0)).laps_after(geometry, last), 1, "{bits}");
        }
    }

    /// As far away as a thread may sleep (docs/DESIGN.md, section 5), in either direction.
    #[test]
    fn laps_are_told_apart_that_are_nearly_half_the_range_away() {
        let geometry = Geometry::new(4).unwrap();
        let half = (1 << (Word::BITS / 2 - 4)) - 1;
        for from in [0, 1, half, 3 * half] {
            let at = |laps| geometry.offset_laps(Position(0), laps);
            for laps in [-half, -1 - half / 2, -1, 0, 1, half / 2, half] {
                let tag = Tag::of(geometry, geometry.lap_of(at(from + laps)));
                assert_eq!(tag.laps_after(geometry, at(from)), laps, "from {from:#x}");
            }
        }
    }

    #[test]
    fn only_a_clear_word_is_clear() {
        let geometry = Geometry::new(4).unwrap();
        let tag = Tag::of(geometry, 0);
        let held = LateWord(0).held(geometry, Position(0), Owner::told(geometry, 0));
        assert!(!LateWord(0).intent(tag).is_clear() && !held.is_clear() && held.clear().is_clear());
    }

    #[test]
    fn an_owner_is_told_from_the_other_side_and_from_the_next_lap() {
        for capacity in [1, 3, 64] {
            let geometry = Geometry::new(capacity).unwrap();
            for start in [-1, 0, 1, 2].map(|laps| geometry.offset_laps(Position(0), laps)) {
                let told =
                    |laps, turn| Owner::told(geometry, geometry.offset_laps(start, laps).0 | turn);
                assert_ne!(told(0, 1), told(1, 1), "an eviction leaves a slot to a consumer");
                for turn in [0, 1] {
                    let owner = told(0, turn);
                    assert!(owner != told(0, turn ^ 1) && owner != Owner::LEAVING);
                    let through = geometry.offset_laps(start, 7);
                    let held = LateWord(0).held(geometry, through, owner);
                    let Late::Held(tag, about) = held.says() else { panic!("{held:?}") };
                    assert_eq!(about, owner, "whatever the lap through which it is skipped");
                    let Late::Held(tag, about) = held.leaving(tag).says() else { panic!() };
                    assert_eq!(about, Owner::LEAVING);
                    assert_eq!(tag.laps_after(geometry, through), 0, "through the same lap");
                }
            }
        }
    }

    #[test]
    fn a_word_says_what_it_was_made_to_say_and_never_repeats() {
        for capacity in [1, 2, 3, 8, 1000] {
            let geometry = Geometry::new(capacity).unwrap();
            for lap in [0, 1, 5, 1 << 29, (1 << 30) + 7] {
                let lap = (0..lap.min(5)).fold(Position(0), |p, _| geometry.next_lap(p)).0
                    | (lap << geometry.index_bits());
                let position = Position(lap);
                let mark = geometry.lap_of(position) | 1;
                let intent = LateWord(0).intent(Tag::of(geometry, mark));
                assert_eq!(intent.says(), Late::Intent(Tag::of(geometry, mark)));
                let later = geometry.next_lap(position);
                let owner = Owner::told(geometry, mark);
                let held = intent.held(geometry, later, owner);
                let Late::Held(tag, about) = held.says() else { panic!("{held:?}") };
                assert_eq!((about, tag.laps_after(geometry, later)), (owner, 0));
                assert_eq!(tag.laps_after(geometry, position), 1);
                assert_eq!(tag.laps_after(geometry, geometry.next_lap(later)), -1);
                let clear = held.clear();
                assert!(clear.is_clear() && clear != LateWord(0) && clear != held.clear().clear());
                assert_eq!(clear.says(), Late::Clear);
            }
        }
    }
}
