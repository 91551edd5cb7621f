//! Batches: many positions by one claim, moved and committed group by group.

use super::{
    Claim, Cursor, Protocol, Side, Tally, Track, Tracked, acquire, are_lone, is_ready_beside_late,
    lone,
};
use crate::late::{STRIPE, give_up, settle};
use crate::position::Position;
use crate::slots::{Group, Run, Stretch};
use crate::sync::{Cell, hook};

/// How many of the slots, from the first on, are ready for side `D`.
#[inline(always)]
fn ready<D: Side, G: Group>(track: &Track<'_, G>, slots: &Stretch<'_, G>) -> usize {
    let mut ready = 0;
    for run in slots.runs::<D>() {
        let some = run.ready::<D>(track.slots.geometry);
        ready += some;
        if some < run.len() {
            break;
        }
    }
    ready
}

/// The same, if nobody is late in the sector that the slots are in.
#[inline(always)]
fn ready_if_quiet<D: Side, G: Group>(
    track: &Track<'_, G>,
    slots: &Stretch<'_, G>,
) -> Option<usize> {
    let index = track.slots.geometry.index(slots.position);
    let sector = track.lates.sector(index);
    let look = sector.look();
    if !look.is_quiet() {
        return None;
    }
    let ready = ready::<D, G>(track, slots);
    sector.is_unchanged(look).then_some(ready)
}

/// The same, slot by slot, where somebody is late.
#[cold]
#[inline(never)]
fn ready_beside_late<D: Side, G: Group>(track: &Track<'_, G>, slots: &Stretch<'_, G>) -> usize {
    track.lates.note_fence(track.slots.geometry.index(slots.position));
    let slots = slots.runs::<D>().flat_map(|run| run.each());
    slots.take_while(|slot| is_ready_beside_late::<D, G>(track, slot)).count()
}

/// How many of the `n` slots from `from` on, from the first on, are ready for side `D`, `in_sector`
/// having the answer for slots of one sector.
#[inline(always)]
fn ready_by_sector<G: Group>(
    track: &Track<'_, G>,
    from: Position,
    n: usize,
    in_sector: impl Fn(&Stretch<'_, G>) -> Option<usize>,
) -> Option<usize> {
    let mut count = 0;
    for slots in track.slots.stretches(from, n, STRIPE) {
        let some = in_sector(&slots)?;
        count += some;
        if some < slots.len {
            break;
        }
    }
    Some(count)
}

/// Asks for at least `least` and at most `most` positions, and claims them: at least one, or none
/// if `most` is 0.
#[inline(always)]
pub fn acquire_many<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    cursor: &mut Cursor<impl Tally>,
    least: usize,
    most: usize,
) -> Option<Claim> {
    hook::at(hook::Point::Asking);
    let track = &ring.track();
    if are_lone::<K, O>() {
        return lone::acquire_many::<D, _>(track, cursor, least, most);
    }
    let from = cursor.next;
    let len = ready_by_sector(track, from, most, |slots| ready_if_quiet::<D, _>(track, slots));
    if let Some(len) = len.filter(|len| *len >= least) {
        let to = track.slots.geometry.advance(from, len);
        if K::claim::<D, _>(track, from, to).is_ok() {
            hook::at(hook::Point::Claimed);
            return Some(Claim { from, to, len });
        }
    }
    // None at all are wanted by `reserve(0)`: nothing that is there would be enough for what follows.
    if most == 0 {
        return None;
    }
    let claim = acquire_many_after_all::<D, K, O, R>(ring, from, &mut cursor.freed, least, most);
    // A claim moves the cursor when it is committed: one that a solo side lets go never was.
    let next = claim.as_ref().map_or_else(|next| *next, |claim| claim.from);
    cursor.go_on_at::<D, K, _>(track, next);
    claim.ok()
}

/// As [`acquire_many`], where somebody is late, the slots were too few or the guess was wrong. The
/// error is the position at which the next operation begins.
#[inline(never)]
fn acquire_many_after_all<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    guess: Position,
    freed: &mut impl Tally,
    least: usize,
    most: usize,
) -> Result<Claim, Position> {
    let track = &ring.track();
    let in_sector = |slots: &Stretch<'_, _>| {
        let ready = ready_if_quiet::<D, _>(track, slots);
        Some(ready.unwrap_or_else(|| ready_beside_late::<D, _>(track, slots)))
    };
    let ask = |from| ready_by_sector(track, from, most, in_sector).unwrap_or(0);
    acquire::<D, K, O, R>(ring, guess, freed, least, ask)
}

/// Steps 3 and 4: moves the values of a claim, by `cells`, and passes the turn at their slots to
/// the other side, group by group. Returns how many values were moved, from the first on.
///
/// That is all of them, but for a producer that was late: what follows the position that was
/// skipped it gives up too, so that the order within the batch stays.
///
/// `cells` moves the values of some cells, given the number of the first in the claim.
#[inline(always)]
pub fn commit_many<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    cursor: &mut Cursor<impl Tally>,
    claim: Claim,
    cells: impl Fn(usize, &[Cell<<R::Group as Group>::Item>]) + Copy,
) -> usize {
    let track = &ring.track();
    if are_lone::<K, O>() {
        return lone::commit_many::<D, _, { lone::LEAVE_TURNS }>(track, cursor, claim, cells);
    }
    cursor.go_on_at::<D, K, _>(track, claim.to);
    let geometry = track.slots.geometry;
    let mut moved = 0;
    for slots in track.slots.stretches(claim.from, claim.len, STRIPE) {
        let sector = track.lates.sector(geometry.index(slots.position));
        for run in slots.runs::<D>() {
            if K::SHARED && D::FILLS {
                // A slot is committed when the one before it is known to have been in time.
                let in_time = |run: Run<'_, _>, i| {
                    hook::at(hook::Point::Moved);
                    run.pass_one::<D>(geometry, i);
                    hook::at(hook::Point::Committed);
                    sector.is_quiet_after_commit()
                };
                if let Some(run) = run.whole() {
                    cells(moved, run.cells());
                    for i in 0..R::Group::LEN {
                        if !in_time(run, i) {
                            let committed = moved + i;
                            return commit_beside_late::<D, R>(
                                ring, cursor, claim, committed, cells,
                            );
                        }
                    }
                } else {
                    for (i, slot) in run.each().enumerate() {
                        cells(moved + i, slot.cells());
                        if !in_time(run, i) {
                            let committed = moved + i;
                            return commit_beside_late::<D, R>(
                                ring, cursor, claim, committed, cells,
                            );
                        }
                    }
                }
            } else {
                cells(moved, run.cells());
                hook::at(hook::Point::Moved);
                run.pass::<D>(geometry);
                hook::at(hook::Point::Committed);
            }
            moved += run.len();
        }
        if K::SHARED && !D::FILLS && !sector.is_quiet_after_commit() {
            settle_each::<D, R>(ring, &slots);
        }
    }
    if K::SHARED && D::FILLS {
        track.lates.calm().renew_budget();
    }
    K::committed::<D, _>(track, claim.to);
    moved
}

/// Finds out what became of slots that a consumer has committed. Late or not, it has the values.
#[cold]
#[inline(never)]
fn settle_each<D: Side, R: Tracked>(ring: &R, slots: &Stretch<'_, R::Group>) {
    for slot in slots.runs::<D>().flat_map(|run| run.each()) {
        settle::<D, R>(ring, slot.position());
    }
}

/// As [`commit_many`] for shared producers, where the watch was not quiet after the commit of the
/// slot with number `committed` in the claim, which is the last so far.
#[cold]
#[inline(never)]
fn commit_beside_late<D: Side, R: Tracked>(
    ring: &R,
    cursor: &mut Cursor<impl Tally>,
    claim: Claim,
    committed: usize,
    cells: impl Fn(usize, &[Cell<<R::Group as Group>::Item>]),
) -> usize {
    let track = &ring.track();
    let Track { slots, lates, .. } = *track;
    let geometry = slots.geometry;
    let rest = slots.geometry.advance(claim.from, committed);
    let mut moved = committed;
    for slot in slots.runs(rest, claim.len - committed).flat_map(|run| run.each()) {
        if moved > committed {
            cells(moved, slot.cells());
            hook::at(hook::Point::Moved);
            slot.pass::<D>(geometry);
            hook::at(hook::Point::Committed);
        }
        let quiet = lates.sector(geometry.index(slot.position())).is_quiet_after_commit();
        if !quiet && !settle::<D, R>(ring, slot.position()) {
            give_up_rest(track, claim.from, claim.len, moved + 1);
            cursor.freed.add(1);
            break;
        }
        moved += 1;
    }
    if moved > 0 {
        lates.calm().renew_budget();
    }
    moved
}

/// Gives up the positions of a producers' claim of `len` but for the first `but`.
fn give_up_rest<G: Group>(track: &Track<'_, G>, from: Position, len: usize, but: usize) {
    let from = track.slots.geometry.advance(from, but);
    for slot in track.slots.runs(from, len - but).flat_map(|run| run.each()) {
        give_up(track, &slot, slot.position());
    }
}
