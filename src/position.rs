//! Positions: where a side of a ring stands.
//!
//! A position is one word: the `lap` in the high bits, the `index` in the low `bits`, where
//! `2^bits` is the capacity rounded up to a power of two, at least 2. Positions only ever grow;
//! `next` leaves index `capacity - 1` for index 0 of the next lap, so that any capacity is exact.
//! When the word overflows, the laps begin again at 0 and every comparison here still holds, as
//! long as the two positions lie less than half the range of the word apart.
//!
//! Everything here is pure arithmetic; nobody else in the crate does any.

/// A word of the ring's counters and marks: 64 bits where the target has atomics of that size.
///
/// On a target without them, or by the private configuration `ringway_narrow`, it has 32 bits: laps then come round after `2^31 / capacity` of
/// them or so, and a thread that sleeps for exactly that many laps between looking at a position
/// and claiming it would take it for its own.
#[cfg(all(target_has_atomic = "64", not(ringway_narrow)))]
pub type Word = u64;
/// See the definition for targets with 64-bit atomics.
#[cfg(not(all(target_has_atomic = "64", not(ringway_narrow))))]
pub type Word = u32;

/// The signed twin of [`Word`], for differences.
#[cfg(all(target_has_atomic = "64", not(ringway_narrow)))]
type Signed = i64;
/// The signed twin of [`Word`], for differences.
#[cfg(not(all(target_has_atomic = "64", not(ringway_narrow))))]
type Signed = i32;

/// Half the range of a position.
const HALF: Word = 1 << (Word::BITS - 1);

/// The number, or the nearest that there is: where a `usize` is smaller than a word a thread can be away
/// for more laps than it counts.
#[inline(always)]
const fn nearest(n: Signed) -> isize {
    let nearest = n as isize;
    if isize::BITS >= Signed::BITS || nearest as Signed == n {
        nearest
    } else if n < 0 {
        isize::MIN
    } else {
        isize::MAX
    }
}

/// A lap and an index in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(pub(crate) Word);

impl Position {
    /// The position so many slots on in the same lap.
    #[inline(always)]
    pub(crate) const fn beside(self, n: usize) -> Self {
        Self(self.0.wrapping_add(n as Word))
    }

    /// How many slots beside `other` this position is, in its lap; more than a lap has, if it is of a later
    /// one, and negative, if it is of an earlier one.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) const fn beyond(self, other: Self) -> isize {
        nearest(self.0.wrapping_sub(other.0) as Signed)
    }

    /// The position half the range of the word away, where a counter goes that is closed: no
    /// claim from where it was can succeed any more, and no mark is of its lap. Twice is never.
    #[cfg(feature = "std")]
    pub(crate) const fn closed(self) -> Self {
        Self(self.0 ^ HALF)
    }

    /// Whether this position is the other one or comes after it, by less than half the range.
    #[cfg(feature = "metrics")]
    #[inline(always)]
    pub(crate) const fn has_reached(self, other: Self) -> bool {
        self.0.wrapping_sub(other.0) < HALF
    }

    /// Whether two positions are of one ring that is open, and not half the range apart.
    pub(crate) const fn is_near(self, other: Self) -> bool {
        self.0.wrapping_sub(other.0).wrapping_add(HALF / 2) < HALF
    }

    /// This position, which may be that of a closed counter, as it was before it was closed;
    /// `other` is the counter across.
    pub(crate) const fn opened_near(self, other: Self) -> Self {
        if self.is_near(other) { self } else { Self(self.0 ^ HALF) }
    }
}

/// The shape of a ring: its capacity and how positions are split into lap and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    capacity: usize,
    /// The bits of a position that hold the index.
    mask: Word,
}

impl Geometry {
    /// The largest capacity: two bits of a position are kept for laps.
    pub(crate) const MAX_CAPACITY: usize = 1 << (Self::MAX_BITS - 2);

    /// The bits of a position, or of a number of slots, if those are fewer.
    const MAX_BITS: u32 = if usize::BITS < Word::BITS { usize::BITS } else { Word::BITS };

    /// The geometry for a capacity, or `None` for a capacity of 0 or above
    /// [`Geometry::MAX_CAPACITY`].
    pub(crate) const fn new(capacity: usize) -> Option<Self> {
        if capacity == 0 || capacity > Self::MAX_CAPACITY {
            return None;
        }
        let span = if capacity == 1 { 2 } else { capacity.next_power_of_two() };
        Some(Self { capacity, mask: span as Word - 1 })
    }

    /// How many positions a lap has.
    #[inline(always)]
    pub(crate) const fn capacity(self) -> usize {
        self.capacity
    }

    /// The slot that a position names.
    #[inline(always)]
    pub(crate) const fn index(self, position: Position) -> usize {
        (position.0 & self.mask) as usize
    }

    /// The lap of a position, as it stands in the high bits; the lowest bit is free.
    #[inline(always)]
    pub(crate) const fn lap_of(self, position: Position) -> Word {
        position.0 & !self.mask
    }

    /// The number of the lap that a word lies in.
    #[inline(always)]
    pub(crate) const fn lap_number(self, word: Word) -> Word {
        word >> self.index_bits()
    }

    /// How many low bits of a position the index takes, at least one.
    #[inline(always)]
    pub(crate) const fn index_bits(self) -> u32 {
        self.lap().trailing_zeros()
    }

    /// How many laps a mark is ahead of the lap of a position; negative if it is behind.
    #[inline(always)]
    pub(crate) const fn laps_ahead(self, mark: Word, position: Position) -> isize {
        nearest(self.laps_between(position, Position(mark)))
    }

    /// How many laps lie from that of `from` to that of `to`.
    #[inline(always)]
    const fn laps_between(self, from: Position, to: Position) -> Signed {
        (self.lap_of(to).wrapping_sub(self.lap_of(from)) as Signed) >> self.index_bits()
    }

    /// The same slot, so many laps later or earlier.
    pub(crate) const fn offset_laps(self, position: Position, laps: isize) -> Position {
        Position(position.0.wrapping_add((laps as Signed as Word) << self.index_bits()))
    }

    /// What one lap adds to a position.
    #[inline(always)]
    const fn lap(self) -> Word {
        self.mask + 1
    }

    /// The same slot, one lap later.
    #[inline(always)]
    pub(crate) const fn next_lap(self, position: Position) -> Position {
        Position(position.0.wrapping_add(self.lap()))
    }

    /// The position `n` after this one, for `n` up to the capacity.
    #[inline(always)]
    pub(crate) const fn advance(self, position: Position, n: usize) -> Position {
        debug_assert!(n <= self.capacity);
        let index = self.index(position) + n;
        if index < self.capacity {
            Position(position.0.wrapping_add(n as Word))
        } else {
            let next = self.lap_of(position).wrapping_add(self.lap());
            Position(next.wrapping_add((index - self.capacity) as Word))
        }
    }

    /// The position `n` after this one, for any `n` that is far from half the range.
    #[cfg(feature = "metrics")]
    pub(crate) const fn far_on(self, position: Position, n: usize) -> Position {
        let laps = (n / self.capacity) as isize;
        self.offset_laps(self.advance(position, n % self.capacity), laps)
    }

    /// How many positions lie from `from` to `to`; negative if `to` comes first.
    #[inline(always)]
    pub(crate) const fn distance(self, from: Position, to: Position) -> isize {
        let laps = self.laps_between(from, to);
        let beside = self.index(to) as Signed - self.index(from) as Signed;
        nearest(laps.wrapping_mul(self.capacity as Signed).wrapping_add(beside))
    }

    /// The beginning of the lap that a word lies in.
    #[cfg(feature = "alloc")]
    pub(crate) const fn lap_start(self, word: Word) -> Position {
        Position(word & !self.mask)
    }
}

#[cfg(test)]
mod tests;
