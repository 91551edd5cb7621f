//! The protocol: who may touch which slot, and when.
//!
//! A ring has two sides. Producers fill positions, consumers empty them. Each side has a counter
//! of the positions that it has claimed, and each slot has a mark that says whose turn it is and
//! in which lap. An operation of either side takes the same steps:
//!
//! 1. **ask** the marks how many positions from the counter on are ready for this side,
//! 2. **claim** them from the counter,
//! 3. **move** the values (`buffer`),
//! 4. **commit** them: make each mark say that it is the other side's turn.
//!
//! Asking comes before claiming, and a position that is ready stays ready until the counter moves
//! past it, since only the owner of a position stores its mark. So a claim that succeeds owns all
//! its positions at once, nobody waits between claim and commit, and a batch costs one claim.
//!
//! Sides differ only in how they claim. [`Solo`] has a single handle, which keeps the counter to
//! itself. [`Shared`] has many, and a claim is one compare-and-swap.
//!
//! What the steps promise, by number:
//!
//! - **S1** A position is claimed by one handle only: the counter passes it once, and when it
//!   comes back to the slot the position is one of a later lap.
//! - **S2** Whoever claims a position was told by its mark that it is ready, and what the other
//!   side did with the slot happened before.
//! - **S3** Only the owner of a position commits it, once, after it has moved the value.

mod shared;
mod side;
mod solo;

pub use shared::Shared;
pub use side::{Emptying, Filling, Side};
pub use solo::Solo;

use crossbeam_utils::CachePadded;

use crate::position::Position;
use crate::slots::{Group, Run, Slots};
use crate::sync::{Atomic, Cell, retry};

/// The counter of one side: the next position that it claims.
pub type Counter = CachePadded<Atomic>;

/// What all handles of a ring share.
#[derive(Debug)]
pub struct Track<'a, G> {
    /// The next position to fill.
    pub filled: &'a Counter,
    /// The next position to empty.
    pub emptied: &'a Counter,
    /// The slots with their marks.
    pub slots: Slots<'a, G>,
}

/// What one handle keeps to itself.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The position after the last that was committed through this handle. Solo: the next to
    /// claim. Shared: a guess of it, to begin with; the counter decides.
    pub next: Position,
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
    /// The position after the last.
    pub to: Position,
    /// How many there are.
    pub len: usize,
}

/// How many handles a side has: [`Solo`] or [`Shared`].
pub trait Sequencer: Protocol {}

/// The steps in which the two kinds of side differ; `D` says which side takes the step.
pub trait Protocol: Sized {
    /// The position at which the next claim begins, given that the handle took it for `guess`.
    fn latest<D: Side, G>(track: &Track<'_, G>, guess: Position) -> Position;

    /// Takes the positions from `from` to `to`, which are ready, or tells where the counter went.
    fn claim<D: Side, G>(
        track: &Track<'_, G>,
        from: Position,
        to: Position,
    ) -> Result<(), Position>;

    /// Notes that the marks of all positions before `to` are set.
    fn committed<D: Side, G>(track: &Track<'_, G>, to: Position);
}

/// Steps 1 and 2 for side `D` of kind `K`: asks and claims.
///
/// `ask` says how many positions from the given one on are ready and wanted, with whatever else
/// it found there, or `None` if they are too few. It is asked again only when another handle of
/// the same side has claimed meanwhile.
#[inline(always)]
fn acquire<D: Side, K: Protocol, G: Group, A>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    ask: impl Fn(Position) -> Option<(usize, A)>,
) -> Option<(Claim, A)> {
    let mut from = cursor.next;
    loop {
        from = match ask(from) {
            Some((len, found)) => {
                let to = track.slots.geometry.advance(from, len);
                match K::claim::<D, G>(track, from, to) {
                    Ok(()) => return Some((Claim { from, to, len }, found)),
                    Err(latest) => latest,
                }
            }
            None => {
                let latest = K::latest::<D, G>(track, from);
                if latest == from {
                    cursor.next = latest;
                    return None;
                }
                latest
            }
        };
        retry();
    }
}

/// Asks for one position and claims it, with its slot.
#[inline(always)]
pub fn acquire_one<'a, D: Side, K: Protocol, G: Group>(
    track: &Track<'a, G>,
    cursor: &mut Cursor,
) -> Option<(Claim, Run<'a, G>)> {
    let slots = track.slots;
    acquire::<D, K, G, _>(track, cursor, |from| {
        let slot = slots.at(from);
        (slot.ready::<D>(slots.geometry) == 1).then_some((1, slot))
    })
}

/// Asks for at least `least` and at most `most` positions and claims them.
#[inline(always)]
pub fn acquire_many<D: Side, K: Protocol, G: Group>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    least: usize,
    most: usize,
) -> Option<Claim> {
    let slots = track.slots;
    let ready = |from| {
        let mut ready = 0;
        for run in slots.runs(from, most) {
            let some = run.ready::<D>(slots.geometry);
            ready += some;
            if some < run.cells().len() {
                break;
            }
        }
        ready
    };
    let ask = |from| Some((ready(from), ())).filter(|(len, ())| *len >= least);
    acquire::<D, K, G, _>(track, cursor, ask).map(|(claim, ())| claim)
}

/// Step 4 for a claim of one position: passes the turn at its slot to the other side.
#[inline(always)]
pub fn commit_one<D: Side, K: Protocol, G: Group>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    claim: Claim,
    slot: &Run<'_, G>,
) {
    slot.pass::<D>(track.slots.geometry);
    cursor.next = claim.to;
    K::committed::<D, G>(track, claim.to);
}

/// Steps 3 and 4: moves the values of a claim, by `cells`, and passes the turn at their slots to
/// the other side, run by run.
#[inline(always)]
pub fn commit_many<D: Side, K: Protocol, G: Group>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    claim: Claim,
    mut cells: impl FnMut(&[Cell<G::Item>]),
) {
    for run in track.slots.runs(claim.from, claim.len) {
        cells(run.cells());
        run.pass::<D>(track.slots.geometry);
    }
    cursor.next = claim.to;
    K::committed::<D, G>(track, claim.to);
}
