//! The protocol: who may touch which slot, and when.
//!
//! A ring has two sides. Producers fill positions, consumers empty them, and each side has a
//! counter of the positions that were claimed and a record of which of those were committed. An
//! operation on either side takes the same steps:
//!
//! 1. **ask** the other side's record how many positions from the next one on are ready,
//! 2. **claim** them from the own counter,
//! 3. **move** the values (`buffer`),
//! 4. **commit** them to the own record, which makes them ready for the other side.
//!
//! Asking comes before claiming, and a position that is ready stays ready until the own counter
//! moves past it. So a claim that succeeds owns all its positions at once, nobody waits between
//! claim and commit, and a batch costs one claim.
//!
//! There are two kinds of side. [`Solo`] has a single handle: its counter is its record.
//! [`Shared`] has many: a claim is one compare-and-swap, and the record is a mark for each slot,
//! since later positions may be committed before earlier ones.
//!
//! What the steps promise, by number:
//!
//! - **S1** A position is claimed by one handle only.
//! - **S2** Whoever claims a position was told that it is ready, and what the other side did with
//!   its slot happened before.
//! - **S3** Only the owner of a position commits it, once, after it has moved the value.

mod shared;
mod side;
mod solo;

pub use shared::Shared;
pub use side::{Emptying, Filling, Side};
pub use solo::Solo;

use crossbeam_utils::CachePadded;

use crate::position::{Geometry, Position};
use crate::sync::{Atomic, retry};

/// The counter of one side: the next position to claim (shared) or to commit (solo).
pub type Counter = CachePadded<Atomic>;

/// What all handles of a ring share: its geometry, the two counters and the marks.
///
/// The mark of a slot is the lap that it is in with [`Side::TURN`] in its low bits: whose turn it
/// is. A commit of either side passes the turn to the other. A ring with two solo sides has no
/// marks.
#[derive(Clone, Copy, Debug)]
pub struct Track<'a> {
    /// The shape of the ring.
    pub geometry: Geometry,
    /// How far the producers are.
    pub filled: &'a Counter,
    /// How far the consumers are.
    pub emptied: &'a Counter,
    /// The mark of each slot.
    pub marks: &'a [Atomic],
}

impl Track<'_> {
    /// The mark of the slot that `position` names.
    #[inline(always)]
    fn mark(&self, position: Position) -> &Atomic {
        &self.marks[self.geometry.index(position)]
    }
}

/// What one handle keeps to itself.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The next position of a solo handle; a shared one asks the counter.
    pub next: Position,
    /// Where the ready positions end as last seen, if the other side is solo.
    pub limit: Position,
}

/// A run of positions, owned by one handle from claim to commit.
///
/// It is neither `Clone` nor `Copy`: what was claimed once is committed once (S3). A shared side
/// commits every claim; a solo side may let one go.
#[derive(Debug)]
#[must_use]
pub struct Claim {
    /// The first position.
    pub from: Position,
    /// How many there are, at least one.
    pub len: usize,
}

/// How many handles a side has: [`Solo`] or [`Shared`].
pub trait Sequencer: Protocol {}

/// The steps of the protocol as one kind of side takes them; `S` says which side takes the step.
pub trait Protocol: Sized {
    /// Whether the record of this kind is in the marks.
    const MARKS: bool;

    /// The position at which the next claim begins.
    fn next<S: Side>(track: Track<'_>, cursor: &Cursor) -> Position;

    /// How many positions from `from` on the **other** side, which is of this kind, has made
    /// ready for `S`, counting no further than `want`.
    fn ready<S: Side>(track: Track<'_>, cursor: &mut Cursor, from: Position, want: usize) -> usize;

    /// Takes positions that are ready, or tells where the counter went meanwhile.
    fn claim<S: Side>(track: Track<'_>, claim: &Claim) -> Result<(), Position>;

    /// Makes claimed positions ready for the other side.
    fn commit<S: Side>(track: Track<'_>, cursor: &mut Cursor, claim: Claim);
}

/// Steps 1 and 2 for side `S`, of kind `Own` and across from kind `Other`: asks and claims at least
/// `least` and at most `most` positions, or none if fewer than `least` are ready.
///
/// It begins again only when another handle of the same side has claimed meanwhile.
#[inline(always)]
pub fn acquire<S: Side, Own: Protocol, Other: Protocol>(
    track: Track<'_>,
    cursor: &mut Cursor,
    least: usize,
    most: usize,
) -> Option<Claim> {
    let mut from = Own::next::<S>(track, cursor);
    loop {
        let len = Other::ready::<S>(track, cursor, from, most);
        from = if len < least {
            let next = Own::next::<S>(track, cursor);
            if next == from {
                return None;
            }
            next
        } else {
            let claim = Claim { from, len };
            match Own::claim::<S>(track, &claim) {
                Ok(()) => return Some(claim),
                Err(next) => next,
            }
        };
        retry();
    }
}
