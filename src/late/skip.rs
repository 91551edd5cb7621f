//! What a handle does that meets a late thread, and what a late thread does that comes back.

use super::fence::{self, is_patient};
use super::sight::{Sight, Standing, standing};
use super::watch::Lates;
use super::word::{Late, Owner, Tag};
use crate::position::{Geometry, Position, Word};
use crate::sequencer::{
    Emptying, Filling, Protocol, Side, Tally, Track, Tracked, is_ready_beside_late,
};
use crate::slots::{Group, Run};
use crate::sync::{SLOTS_FOR_A_PAUSE, edge::Edge, hook, pause, retry};

/// How many times a handle looks again before it skips an owner, with [`PAUSES`] between two looks.
///
/// An owner that runs is done within a few dozen cycles and one cache line; one that does not is
/// away for a time slice. In models and in `soak` nobody is patient.
const fn patience() -> usize {
    if cfg!(any(ringway_hooks, ringway_modelled)) { 0 } else { 8 }
}

/// How many pauses there are between two looks at most. Who looks at once when the owner is done goes in
/// step with it from then on, and waits for a cache line at every value. Under Miri, which runs one
/// thread at a time, each pause would take as long as a step of the operation.
const PAUSES: usize = if cfg!(miri) { 1 } else { 64 };

/// What an operation does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// It tries again, at this position.
    Again(Position),
    /// It cannot be done: the ring is full, or empty.
    Blocked,
}

/// Finds out why position `from`, at which the counter of side `D` stands, is not ready, and does
/// what gets on: the position to try next, or the answer that there is none. Who `insists` skips an owner that
/// is late also where it is in nobody's way.
#[cold]
#[inline(never)]
pub(crate) fn next_step<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    from: Position,
    passed: &mut usize,
    freed: &mut impl Tally,
    insists: bool,
) -> Step {
    let track = &ring.track();
    let Track { lates, slots, .. } = *track;
    let geometry = slots.geometry;
    let slot = slots.only(from);
    let index = geometry.index(from);
    hook::at(hook::Point::Looked);
    let Some(sight) = Sight::of::<D, _>(lates, &slot, index) else {
        return Step::Again(from);
    };
    let Sight { late, mark } = sight;
    match standing::<D, K, O, _>(track, &sight, from, from, insists) {
        Standing::Moved(latest) => return Step::Again(latest),
        Standing::Blocked => return Step::Blocked,
        Standing::Skipped => {
            if *passed > geometry.capacity() && D::TURN == Filling::TURN {
                return Step::Blocked;
            }
            return Step::Again(match pass::<D, K, O, _>(track, from, freed) {
                Ok(next) => {
                    *passed += 1;
                    next
                }
                Err(latest) => latest,
            });
        }
        Standing::Held(owner) => {
            hook::at(hook::Point::Looked);
            lates.change(index, late, late.held(geometry, from, owner));
            return Step::Again(from);
        }
        Standing::Late if !is_done_soon(geometry, &slot, mark) => (),
        Standing::Late | Standing::Changing => return Step::Again(from),
    }
    let is_spent = D::TURN == Emptying::TURN && lates.calm().is_spent(geometry);
    if is_spent {
        hook::at(hook::Point::Looked);
    }
    if is_spent && fence::heavy() {
        let unchanged = slot.mark().load(Edge::RELAXED) == mark;
        return if unchanged && lates.calm().is_spent(geometry) {
            // Who comes next has a budget of its own, or the counter would never move again.
            lates.calm().renew_budget();
            Step::Blocked
        } else {
            Step::Again(from)
        };
    }
    if skip(geometry, lates, &slot, index, sight, from) { Step::Again(from) } else { Step::Blocked }
}

/// Whether position `at`, ahead of `from`, where the counter of side `D` stands, is ready for a batch;
/// if not, the batch may pass it. The error says what it does otherwise.
///
/// A position whose owner is late may be passed once it is skipped: it is, or, unless `skips`, it could
/// be.
pub(crate) fn is_ready_or_skipped<D: Side, K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    from: Position,
    at: Position,
    skips: bool,
) -> Result<bool, Step> {
    let Track { lates, slots, .. } = *track;
    let geometry = slots.geometry;
    let slot = slots.only(at);
    let index = geometry.index(at);
    while !is_ready_beside_late::<D, _>(track, &slot) {
        retry();
        let Some(sight) = Sight::of::<D, _>(lates, &slot, index) else { continue };
        let Sight { late, mark } = sight;
        match standing::<D, K, O, _>(track, &sight, from, at, false) {
            Standing::Skipped => return Ok(false),
            Standing::Held(_) | Standing::Late if !skips => return Ok(false),
            Standing::Held(owner) => {
                lates.change(index, late, late.held(geometry, at, owner));
            }
            Standing::Late => {
                if !is_done_soon(geometry, &slot, mark)
                    && !skip(geometry, lates, &slot, index, sight, at)
                {
                    return Err(Step::Blocked);
                }
            }
            Standing::Blocked => return Err(Step::Blocked),
            Standing::Moved(latest) => return Err(Step::Again(latest)),
            Standing::Changing => (),
        }
    }
    Ok(true)
}

/// Moves the counter of side `D` past a position that is skipped: where it stands then.
fn pass<D: Side, K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    position: Position,
    freed: &mut impl Tally,
) -> Result<Position, Position> {
    let next = track.slots.geometry.advance(position, 1);
    K::claim::<D, _>(track, position, next)?;
    K::committed::<D, _>(track, next);
    if D::TURN == Emptying::TURN {
        // A lone producer is never late and renews nothing.
        if O::SHARED {
            track.lates.calm().spend();
        }
        freed.add(1);
    }
    Ok(next)
}

/// Has patience with the owner of a slot that was told its turn by `mark`: whether it has committed
/// meanwhile.
fn is_done_soon<G: Group>(geometry: Geometry, slot: &Run<'_, G>, mark: Word) -> bool {
    let pauses = (geometry.capacity() / SLOTS_FOR_A_PAUSE).clamp(1, PAUSES);
    let looks = patience() * PAUSES / pauses;
    (0..looks).any(|_| {
        (0..pauses).for_each(|_| pause());
        slot.mark().load(Edge::RELAXED) != mark
    })
}

/// Skips the owner of a slot through position `through`, unless it or others were faster. False
/// if nobody can be skipped.
fn skip<G: Group>(
    geometry: Geometry,
    lates: Lates<'_>,
    slot: &Run<'_, G>,
    index: usize,
    Sight { late, mark }: Sight,
    through: Position,
) -> bool {
    let tag = Tag::of(geometry, mark);
    hook::at(hook::Point::Looked);
    let intent = match late.says() {
        Late::Clear => match lates.raise(index, late, late.intent(tag)) {
            Some(intent) => intent,
            None => return true,
        },
        Late::Intent(about) if about == tag => late,
        _ => {
            lates.clear(index, late);
            return true;
        }
    };
    hook::at(hook::Point::Intended);
    if !fence::heavy() {
        lates.clear(index, intent);
        return false;
    }
    if slot.mark().load(Edge::RELAXED) == mark {
        hook::at(hook::Point::Looked);
        lates.change(index, intent, intent.held(geometry, through, Owner::told(geometry, mark)));
    } else {
        lates.clear(index, intent);
    }
    true
}

/// Waits for the turn at the slot of `position`, which a producer has claimed while the slot held the
/// value of the lap before. False if the position was skipped or filled by another; who owns the
/// slot meanwhile is skipped if it is late.
#[cold]
#[inline(never)]
pub(crate) fn await_turn<R: Tracked>(ring: &R, position: Position) -> bool {
    let Track { slots, lates, .. } = ring.track();
    let geometry = slots.geometry;
    let slot = slots.only(position);
    let index = geometry.index(position);
    let told = geometry.lap_of(position) | Filling::TURN;
    loop {
        hook::at(hook::Point::Asking);
        retry();
        let Some(sight) = Sight::of::<Filling, _>(lates, &slot, index) else { continue };
        let Sight { late, mark } = sight;
        match late.says() {
            Late::Clear if mark == told => return true,
            Late::Intent(about) if mark == told => {
                if about == Tag::of(geometry, told) {
                    return true;
                }
                lates.clear(index, late);
            }
            // Late already; whoever owns a slot settles it.
            Late::Held(_, owner) if mark == told && owner == Owner::told(geometry, told) => {
                return true;
            }
            // The slot was full when its next position was reserved.
            Late::Held(through, _) => {
                debug_assert!(
                    through.laps_after(geometry, position) >= 0,
                    "a consumer is never held through a lap before the one after its own"
                );
                return false;
            }
            _ if geometry.laps_ahead(mark, position) >= 0 => return false,
            _ => {
                if !is_done_soon(geometry, &slot, mark) && !is_patient() {
                    skip(geometry, lates, &slot, index, sight, position);
                }
            }
        }
    }
}

/// An owner of side `D` that has committed the slot of `position` and found the watch not quiet:
/// whether it was in time. If not, the slot is left to those who come next.
#[cold]
#[inline(never)]
pub(crate) fn settle<D: Side, R: Tracked>(ring: &R, position: Position) -> bool {
    let left = D::turn_passed(ring.track().slots.geometry, position);
    settle_at::<D, R>(ring, position, left)
}

/// The same for an owner that left the mark `left`.
pub(crate) fn settle_at<D: Side, R: Tracked>(ring: &R, position: Position, left: Word) -> bool {
    let track = &ring.track();
    let geometry = track.slots.geometry;
    let slot = track.slots.only(position);
    let index = geometry.index(position);
    let told = geometry.lap_of(position) | D::TURN;
    fence::light();
    loop {
        let late = track.lates.word(index);
        match late.says() {
            Late::Intent(about) if about == Tag::of(geometry, told) => {
                if track.lates.clear(index, late) {
                    return true;
                }
            }
            // About a later owner, unless the mark is still ours: that of the next is told from us,
            // and while a slot is held nobody else changes the mark.
            Late::Held(_, owner)
                if owner == Owner::told(geometry, told)
                    && slot.mark().load(Edge::RELAXED) == left =>
            {
                leave::<D, _>(track, &slot, index);
                return false;
            }
            _ => return true,
        }
    }
}

/// A producer that will not fill a slot that it owns: the position is skipped by its own owner.
#[cold]
pub(crate) fn give_up<G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>, position: Position) {
    let geometry = track.slots.geometry;
    let index = geometry.index(position);
    loop {
        let late = track.lates.word(index);
        let owner = Owner::told(geometry, geometry.lap_of(position) | Filling::TURN);
        let held = late.held(geometry, position, owner);
        let done = match late.says() {
            Late::Clear => track.lates.raise(index, late, held).is_some(),
            Late::Intent(_) => track.lates.change(index, late, held),
            Late::Held(..) => true,
        };
        if done {
            return leave::<Filling, G>(track, slot, index);
        }
    }
}

/// The owner of a held slot leaves it to the producer of the lap after those that were skipped.
fn leave<D: Side, G: Group>(track: &Track<'_, G>, slot: &Run<'_, G>, index: usize) {
    let geometry = track.slots.geometry;
    loop {
        let late = track.lates.word(index);
        hook::at(hook::Point::Leaving);
        let Late::Held(through, owner) = late.says() else {
            unreachable!("only the owner ends it (T1)")
        };
        if owner != Owner::LEAVING {
            // Before the mark is one that tells a producer its turn (`is_ours`).
            track.lates.change(index, late, late.leaving(through));
            continue;
        }
        let near = Position(track.filled.load_in_turn(Edge::RELAXED));
        let near = near.opened_near(Position(track.emptied.load(Edge::RELAXED)));
        if !track.lates.is_still(index, late) {
            // The counter may be laps away from what the word said.
            continue;
        }
        let next = geometry.offset_laps(near, through.laps_after(geometry, near) + 1);
        slot.mark().store(geometry.lap_of(next) | Filling::TURN, D::COMMIT);
        hook::at(hook::Point::Left);
        if track.lates.clear(index, late) {
            return;
        }
    }
}
