//! What a handle does that meets a late thread, and what a late thread does that comes back.

use super::fence;
use super::watch::Lates;
use super::word::{Late, LateWord, Tag};
use crate::position::{Geometry, Position, Word};
use crate::sequencer::{Emptying, Filling, Protocol, Side, Track, Tracked};
use crate::slots::{Group, Run};
use crate::sync::{edge::Edge, hook, pause};

/// How many times a handle looks again before it skips an owner.
///
/// An owner that runs is done within a few dozen cycles and one cache line; one that does not is
/// away for a time slice. In models nobody is patient.
const fn patience() -> usize {
    if cfg!(ringway_loom) { 0 } else { 8 }
}

/// How many pauses there are between two looks. Who looks at once when the owner is done goes in
/// step with it from then on, and waits for a cache line at every value.
const PAUSES: usize = 64;

/// What an operation does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// It tries again, at this position.
    Again(Position),
    /// The position was ready at a moment when nobody had claimed it.
    Ready,
    /// It cannot be done: the ring is full, or empty.
    Blocked,
}

/// What there is to see of one slot at one moment.
struct Sight {
    late: LateWord,
    mark: Word,
}

impl Sight {
    /// The mark and the late word as they stood together at some moment, or nothing.
    fn of<D: Side, G: Group>(lates: Lates<'_>, slot: &Run<'_, G>, index: usize) -> Option<Self> {
        let late = lates.word(index);
        let mark = slot.mark().load_in_turn(D::READY);
        lates.is_still(index, late).then_some(Self { late, mark })
    }
}

/// Finds out why position `from`, at which the counter of side `D` stands, is not ready, and does
/// what gets on: the position to try next, or the answer that there is none.
#[cold]
#[inline(never)]
pub(crate) fn next_step<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    from: Position,
    passed: &mut usize,
    freed: &mut usize,
) -> Step {
    let track = &ring.track();
    let Track { lates, slots, .. } = *track;
    let geometry = slots.geometry;
    let slot = slots.only(from);
    let index = geometry.index(from);
    let Some(Sight { late, mark }) = Sight::of::<D, _>(lates, &slot, index) else {
        return Step::Again(from);
    };
    let other = Position(D::Other::counter(track).load(Edge::RELAXED));
    let latest = K::latest::<D, _>(track, from);
    if latest != from {
        return Step::Again(latest);
    }
    let ahead = geometry.laps_ahead(mark, from);
    let held = match late.says() {
        Late::Held(tag) => Some(tag),
        _ => None,
    };
    if D::is_blocked_at(geometry, from, other, ahead == 0 && held.is_none()) {
        return Step::Blocked;
    }
    if ahead > 0 || held.is_some_and(|tag| tag.laps_after(geometry, from) >= 0) {
        // Skipped, for ever (T4).
        if *passed > geometry.capacity() && D::TURN == Filling::TURN {
            return Step::Blocked;
        }
        let next = geometry.advance(from, 1);
        return Step::Again(match K::claim::<D, _>(track, from, next) {
            Ok(()) => {
                *passed += 1;
                K::committed::<D, _>(track, next);
                if D::TURN == Emptying::TURN {
                    lates.spend();
                    *freed = freed.wrapping_add(1);
                }
                next
            }
            Err(latest) => latest,
        });
    }
    if let Some(tag) = held {
        if D::TURN == Filling::TURN {
            let through = late.held(geometry, from, tag.turn());
            lates.change(index, late, through);
        }
        return Step::Again(from);
    }
    if mark & 1 == D::TURN && ahead == 0 {
        // Ready; an intent would be about an owner who was in time.
        if late.is_clear() {
            return Step::Ready;
        }
        lates.clear(index, late);
        return Step::Again(from);
    }
    if !O::SHARED {
        return Step::Blocked;
    }
    if !D::owner_is_late(geometry, from, mark) {
        return Step::Again(from);
    }
    for _ in 0..patience() {
        (0..PAUSES).for_each(|_| pause());
        if slot.mark().load(Edge::RELAXED) != mark {
            return Step::Again(from);
        }
    }
    if D::TURN == Emptying::TURN && lates.is_spent(geometry) && fence::heavy() {
        let unchanged = slot.mark().load(Edge::RELAXED) == mark;
        return if unchanged && lates.is_spent(geometry) {
            // Who comes next has a budget of its own, or the counter would never move again.
            lates.renew_budget();
            Step::Blocked
        } else {
            Step::Again(from)
        };
    }
    let owner = Owner { late, mark };
    if skip(geometry, lates, &slot, index, owner, from) { Step::Again(from) } else { Step::Blocked }
}

/// A late owner, as it was seen.
struct Owner {
    late: LateWord,
    /// The mark that told it its turn.
    mark: Word,
}

/// Skips the owner of a slot through position `through`, unless it or others were faster. False
/// if nobody can be skipped.
fn skip<G: Group>(
    geometry: Geometry,
    lates: Lates<'_>,
    slot: &Run<'_, G>,
    index: usize,
    Owner { late, mark }: Owner,
    through: Position,
) -> bool {
    let tag = Tag::of(geometry, mark);
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
        lates.change(index, intent, intent.held(geometry, through, mark & 1));
    } else {
        lates.clear(index, intent);
    }
    true
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
    let told = Tag::of(geometry, geometry.lap_of(position) | D::TURN);
    fence::light();
    loop {
        let late = track.lates.word(index);
        match late.says() {
            Late::Intent(about) if about == told => {
                if track.lates.clear(index, late) {
                    return true;
                }
            }
            // Another owner's, unless the mark is still ours: while a slot is held nobody else
            // changes it.
            Late::Held(about)
                if about.turn() == D::TURN && slot.mark().load(Edge::RELAXED) == left =>
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
        let held = late.held(geometry, position, Filling::TURN);
        let done = match late.says() {
            Late::Clear => track.lates.raise(index, late, held).is_some(),
            Late::Intent(_) => track.lates.change(index, late, held),
            Late::Held(_) => true,
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
        let Late::Held(through) = late.says() else { unreachable!("only the owner ends it (T1)") };
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
