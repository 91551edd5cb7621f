//! A batch of an exact size around positions that are skipped.
//!
//! Where the positions that follow a counter are not all ready, a batch that wants so many of them
//! may still have them: those that are skipped lie among them and are passed over. One claim takes
//! the whole span. A position that is ready stays ready and one that is skipped stays skipped until
//! the counter passes them (T4), so that a claim that succeeds owns all that were ready.

use super::{
    Claim, Cursor, Emptying, Protocol, Side, Tally, Track, Tracked, acquire_many, are_lone,
    commit_many,
};
use crate::late::{Step, give_up, is_ours, is_patient, is_ready_or_skipped, settle};
use crate::position::Position;
use crate::slots::{Group, Run};
use crate::sync::{Cell, hook, retry};

/// The positions from the first of a batch of `n`, at which the counter of side `D` stands, to behind
/// its last: as few as there are, at most a lap.
///
/// An owner that is late among them is skipped if `skips`, and else taken for one who is.
fn span<D: Side, K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    from: Position,
    n: usize,
    skips: bool,
) -> Result<Position, Step> {
    let geometry = track.slots.geometry;
    let (mut at, mut ready) = (from, 0);
    for _ in 0..geometry.capacity() {
        let is_ready = is_ready_or_skipped::<D, K, O, _>(track, from, at, skips)?;
        at = geometry.advance(at, 1);
        ready += usize::from(is_ready);
        if ready == n {
            return Ok(at);
        }
    }
    hook::at(hook::Point::Looked);
    Err(match K::latest::<D, _>(track, from) {
        latest if latest != from => Step::Again(latest),
        _ => Step::Blocked,
    })
}

/// Asks for `n` positions around those that are skipped, and claims them: from the first to behind
/// the last there are more. The error is the position at which the next operation begins.
fn acquire_around<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    guess: Position,
    n: usize,
) -> Result<Claim, Position> {
    let track = &ring.track();
    let mut from = guess;
    loop {
        hook::at(hook::Point::Asking);
        // A batch that is refused in the end skips nobody.
        let span = span::<D, K, O, _>(track, from, n, false)
            .and_then(|_| span::<D, K, O, _>(track, from, n, true));
        from = match span {
            Ok(to) => match K::claim::<D, _>(track, from, to) {
                Ok(()) => {
                    hook::at(hook::Point::Claimed);
                    return Ok(Claim { from, to, len: n });
                }
                // Looked up again: what is refused after this was too little when the counter stood there.
                Err(_) => K::latest::<D, _>(track, from),
            },
            Err(Step::Again(latest)) => latest,
            Err(Step::Blocked) => return Err(from),
        };
        retry();
    }
}

/// The slots of a claim around skipped positions that are its own and not yet committed.
fn own<'a, D: Side, G: Group>(
    track: &Track<'a, G>,
    claim: &Claim,
) -> impl Iterator<Item = Run<'a, G>> + use<'a, D, G> {
    let track = *track;
    let span = track.slots.geometry.distance(claim.from, claim.to) as usize;
    let slots = track.slots.runs(claim.from, span).flat_map(|run| run.each());
    slots.filter(move |slot| is_ours::<D, _>(&track, slot)).take(claim.len)
}

/// All four steps for a batch of at least `least` and at most `most` positions: how many values were moved,
/// by `cells` as in [`commit_many`], or nothing if the batch is refused.
///
/// One that needs more than one position goes around those that are skipped, where too few in a row are
/// ready.
#[inline(always)]
pub fn move_many<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    cursor: &mut Cursor<impl Tally>,
    (least, most): (usize, usize),
    cells: impl Fn(usize, &[Cell<<R::Group as Group>::Item>]) + Copy,
) -> Option<usize> {
    match acquire_many::<D, K, O, _>(ring, cursor, least, most) {
        Some(claim) => Some(commit_many::<D, K, O, _>(ring, cursor, claim, cells)),
        None if least > 1 => move_around::<D, K, O, _>(ring, cursor, least, cells),
        None => None,
    }
}

/// All four steps for a batch of `n` positions for which [`acquire_many`] has found too few in a row.
#[cold]
#[inline(never)]
fn move_around<D: Side, K: Protocol, O: Protocol, R: Tracked>(
    ring: &R,
    cursor: &mut Cursor<impl Tally>,
    n: usize,
    cells: impl Fn(usize, &[Cell<<R::Group as Group>::Item>]),
) -> Option<usize> {
    if are_lone::<K, O>() || is_patient() {
        return None;
    }
    let track = &ring.track();
    let geometry = track.slots.geometry;
    let claim = match acquire_around::<D, K, O, R>(ring, cursor.next, n) {
        Ok(claim) => claim,
        Err(next) => {
            cursor.go_on_at::<D, K, _>(track, next);
            return None;
        }
    };
    cursor.go_on_at::<D, K, _>(track, claim.to);
    let mut slots = own::<D, _>(track, &claim);
    let mut moved = 0;
    for slot in &mut slots {
        cells(moved, slot.cells());
        hook::at(hook::Point::Moved);
        slot.pass::<D>(geometry);
        hook::at(hook::Point::Committed);
        // Late or not, a consumer has its value. What follows a value that has no place has none.
        if K::SHARED && !settle::<D, R>(ring, slot.position()) && D::FILLS {
            slots.for_each(|slot| give_up(track, &slot, slot.position()));
            break;
        }
        moved += 1;
    }
    if K::SHARED && D::FILLS && moved > 0 {
        track.lates.calm().renew_budget();
    }
    K::committed::<D, _>(track, claim.to);
    if D::TURN == Emptying::TURN {
        // They are room without a value. The budget is not spent: there were values among them.
        let span = geometry.distance(claim.from, claim.to) as usize;
        cursor.freed.add(span - n);
    }
    Some(moved)
}
