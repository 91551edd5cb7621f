//! The marks: whose turn it is at each slot. Commits write them and asks read them.

use crate::position::{Geometry, Position};
use crate::sequencer::Side;
use crate::sync::Atomic;
#[cfg(all(feature = "alloc", not(ringway_modelled)))]
use crate::sync::edge::Edge;

/// A mark for each of `N` slots: the lap that the slot is in, with the side whose turn it is in
/// the lowest bit.
///
/// Any of the slots may be passed on before the others, by whichever handle owns it.
#[derive(Debug)]
pub struct Marks<const N: usize>([Atomic; N]);

impl<const N: usize> Marks<N> {
    /// It is the producers' turn in the lap of `start`.
    #[cfg(ringway_modelled)]
    pub(crate) fn empty(geometry: Geometry, start: Position) -> Self {
        Self(core::array::from_fn(|_| Atomic::new(geometry.lap_of(start))))
    }

    /// It becomes the producers' turn in the lap of `start`, before anybody else has the slots.
    #[cfg(all(feature = "alloc", not(ringway_modelled)))]
    pub(crate) fn begin(&self, geometry: Geometry, start: Position) {
        self.0.iter().for_each(|mark| mark.store(geometry.lap_of(start), Edge::RELAXED));
    }

    /// It is the producers' turn in lap 0.
    #[cfg(not(ringway_loom))]
    pub(crate) const fn zero() -> Self {
        Self([const { Atomic::new(0) }; N])
    }

    /// The marks of `len` slots from `place` on.
    #[inline(always)]
    fn some(&self, place: usize, len: usize) -> &[Atomic] {
        debug_assert!(place + len <= N);
        // SAFETY: a run stays within its group (L2 of `slots`), which has as many marks as slots.
        unsafe { self.0.get_unchecked(place..place + len) }
    }

    /// The mark of the slot at this place.
    #[inline(always)]
    pub(crate) fn mark(&self, place: usize) -> &Atomic {
        &self.some(place, 1)[0]
    }

    /// How many slots, of at most `most` from `place` on, it is the turn of side `D` at, in the
    /// lap of `position`.
    #[inline(always)]
    pub(crate) fn ready<D: Side>(
        &self,
        geometry: Geometry,
        position: Position,
        place: usize,
        most: usize,
    ) -> usize {
        let turn = geometry.lap_of(position) | D::TURN;
        if most == N && self.0.iter().all(|mark| mark.load(D::READY) == turn) {
            return N;
        }
        let mut ready = 0;
        for mark in self.some(place, most) {
            if mark.load(D::READY) != turn {
                break;
            }
            ready += 1;
        }
        ready
    }

    /// Passes the turn at `len` slots from `place` on, in the lap of `position`, from side `D` to
    /// the other.
    #[inline(always)]
    pub(crate) fn pass<D: Side>(
        &self,
        geometry: Geometry,
        position: Position,
        place: usize,
        len: usize,
    ) {
        let turn = D::turn_passed(geometry, position);
        let pass = |mark: &Atomic| mark.store(turn, D::COMMIT);
        if len == N {
            self.0.iter().for_each(pass)
        } else {
            self.some(place, len).iter().for_each(pass)
        }
    }
}

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
