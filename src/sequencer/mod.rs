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
//! Where both sides are [`Solo`], nobody can be late, and the steps are simpler (`lone`).
//!
//! What the steps promise, by number:
//!
//! - **S1** A position is claimed by one handle only: the counter passes it once, and when it
//!   comes back to the slot the position is one of a later lap.
//! - **S2** Whoever claims a position was told by its mark that it is ready, and what the other
//!   side did with the slot happened before.
//! - **S3** Only the owner of a position commits it, once, after it has moved the value.

mod around;
mod batch;
mod blocked;
mod care;
mod counter;
mod lone;
mod shared;
mod side;
mod solo;

pub use around::move_many;
pub use batch::{acquire_many, commit_many};
pub use blocked::is_blocked;
pub use care::{AtSlot, Calm, Care, InSector, is_ready_beside_late};
pub use counter::{Counter, Cursor, Tally, Uncounted};
pub use lone::are_lone;
pub use shared::Shared;
pub use side::{Emptying, Filling, Side};
pub use solo::Solo;

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;

use crate::late::{Lates, Step, is_patient, next_step, settle};
use crate::position::{Geometry, Position, Word};
use crate::slots::{Group, Run, Slots};
use crate::sync::{hook, retry};

/// What all handles of a ring share.
#[derive(Debug)]
pub struct Track<'a, G> {
    /// The next position to fill.
    pub filled: &'a Counter,
    /// The next position to empty.
    pub emptied: &'a Counter,
    /// The slots with their marks.
    pub slots: Slots<'a, G>,
    /// What is known of late threads.
    pub lates: Lates<'a>,
}

impl<G> Clone for Track<'_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Track<'_, G> {}

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

/// A position with its slot, owned by one handle from claim to commit (S3).
#[derive(Debug)]
#[must_use]
pub struct One<'a, G> {
    /// The slot.
    pub slot: Run<'a, G>,
    /// The position after it.
    pub next: Position,
    /// The mark that passes the turn at the slot to the other side. It is worked out before the claim, since
    /// the processor waits for all that comes after one.
    passed: Word,
}

impl<'a, G: Group> One<'a, G> {
    /// The position of a slot that side `D` is about to claim, or has claimed.
    #[inline(always)]
    pub fn of<D: Side>(geometry: Geometry, slot: Run<'a, G>, next: Position) -> Self {
        Self { slot, next, passed: D::turn_passed(geometry, slot.position()) }
    }
}

/// How many handles a side has: [`Solo`] or [`Shared`].
pub trait Sequencer: Protocol {}

/// The steps in which the two kinds of side differ; `D` says which side takes the step.
pub trait Protocol: Sized {
    /// Whether a handle of the side can be late: others may claim what comes after its claim.
    const SHARED: bool;

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

/// Whatever has a [`Track`]: a ring, of which the rare paths take one word and not the whole track.
pub trait Tracked {
    /// What the slots are grouped in.
    type Group: Group;

    /// What all handles share.
    fn track(&self) -> Track<'_, Self::Group>;
}

impl<G: Group> Tracked for Track<'_, G> {
    type Group = G;

    #[inline(always)]
    fn track(&self) -> Track<'_, G> {
        *self
    }
}

/// Steps 1 and 2 for side `D` of kind `K`, across from a side of kind `O`: asks and claims.
///
/// `ask` says how many positions from the given one on are ready and wanted; fewer than `least`, at
/// least one, will not do. It is asked again when another handle has claimed meanwhile, or has been
/// skipped. `freed` counts the positions that the consumers' counter is moved past without a claim.
///
/// The error is the position at which the next operation begins.
#[inline(always)]
fn acquire<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    guess: Position,
    freed: &mut impl Tally,
    least: usize,
    ask: impl Fn(Position) -> usize,
) -> Result<Claim, Position> {
    let track = &ring.track();
    let mut from = guess;
    let mut passed = 0;
    loop {
        hook::at(hook::Point::Asking);
        let len = ask(from);
        from = if len >= least {
            let to = track.slots.geometry.advance(from, len);
            match K::claim::<D, _>(track, from, to) {
                Ok(()) => {
                    hook::at(hook::Point::Claimed);
                    return Ok(Claim { from, to, len });
                }
                Err(latest) => latest,
            }
        } else {
            match K::latest::<D, _>(track, from) {
                latest if latest != from => latest,
                _ if is_patient() => return Err(from),
                // Nobody had claimed them while they were asked: it is those behind that are too few.
                _ if len > 0 => return Err(from),
                _ => match next_step::<D, K, O, R>(ring, from, &mut passed, freed, false) {
                    Step::Again(next) => next,
                    Step::Blocked => return Err(from),
                },
            }
        };
        retry();
    }
}

/// Asks for one position and claims it, with its slot, if the guess is right: nearly always. The
/// cursor is past the position then; where another handle was faster, it is where the counter is.
///
/// It gives up if anybody is late where `W` looks.
#[inline(always)]
pub fn acquire_guessed<'a, D: Side, K: Protocol, O: Protocol, R: Tracked, W: Care>(
    ring: &'a R,
    cursor: &mut Cursor<impl Tally>,
) -> Option<One<'a, R::Group>> {
    let track = &ring.track();
    hook::at(hook::Point::Asking);
    if are_lone::<K, O>() {
        return W::acquire_lone::<D, _>(track, cursor);
    }
    let guess = cursor.next;
    let geometry = track.slots.geometry;
    let slot = track.slots.at::<D>(guess);
    if !W::is_ready::<D, _>(track, &slot) {
        return None;
    }
    let one = One::of::<D>(geometry, slot, geometry.advance(guess, 1));
    // A branch: chosen by a conditional move, the next position would wait for the outcome of the claim.
    if let Err(latest) = K::claim::<D, _>(track, guess, one.next) {
        cursor.go_on_at::<D, K, _>(track, latest);
        return None;
    }
    cursor.go_on_at::<D, K, _>(track, one.next);
    hook::at(hook::Point::Claimed);
    Some(one)
}

/// Asks for one position and claims it, with its slot. The cursor is where the next operation
/// begins then.
#[inline(always)]
pub fn acquire_one<'a, D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &'a R,
    cursor: &mut Cursor<impl Tally>,
) -> Option<One<'a, R::Group>> {
    let track = &ring.track();
    if are_lone::<K, O>() {
        return None;
    }
    let ask = |from| {
        let slot = track.slots.at::<D>(from);
        let is_ready = if !is_patient() {
            is_ready_beside_late::<D, _>(track, &slot)
        } else {
            slot.ready::<D>(track.slots.geometry) == 1
        };
        usize::from(is_ready)
    };
    match acquire::<D, K, O, R>(ring, cursor.next, &mut cursor.freed, 1, ask) {
        Ok(claim) => {
            cursor.go_on_at::<D, K, _>(track, claim.to);
            let slots = ring.track().slots;
            Some(One::of::<D>(slots.geometry, slots.only(claim.from), claim.to))
        }
        Err(next) => {
            cursor.go_on_at::<D, K, _>(track, next);
            None
        }
    }
}

/// Step 4 for a claim of one position: passes the turn at its slot to the other side. False if
/// the handle was late and the position was skipped: a producer still has its value.
///
/// It looks where `W` looks.
#[inline(always)]
#[must_use]
pub fn commit_one<D: Side, K: Protocol, O: Protocol, R: Tracked, W: Care>(
    ring: &R,
    one: One<'_, R::Group>,
) -> bool {
    let track = &ring.track();
    if are_lone::<K, O>() {
        lone::commit_one::<D, _>(track, one);
        return true;
    }
    hook::at(hook::Point::Moved);
    W::pass::<D, _>(track, &one, K::SHARED);
    hook::at(hook::Point::Committed);
    K::committed::<D, _>(track, one.next);
    if !K::SHARED {
        return true;
    }
    if W::is_clear(track, &one.slot) {
        if D::FILLS && !W::KNOWS_BUDGET {
            track.lates.calm().renew_budget();
        }
        return true;
    }
    settle_one::<D, R>(ring, one.slot.position())
}

/// As [`commit_one`], where the look after the commit has found somebody late, or the budget spent.
#[cold]
#[inline(never)]
fn settle_one<D: Side, R: Tracked>(ring: &R, position: Position) -> bool {
    let in_time = settle::<D, R>(ring, position);
    if D::FILLS && in_time {
        ring.track().lates.calm().renew_budget();
    }
    in_time
}
