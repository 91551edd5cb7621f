//! A side with one handle: the counter is the record.

use super::{Claim, Cursor, Protocol, Sequencer, Side, Track};
use crate::position::Position;

/// A side of a ring with a single handle, which is `Send` and not `Clone`.
///
/// Its operations are wait-free: the handle knows its own position, a claim is nothing at all,
/// and a commit is one store.
#[derive(Debug)]
pub enum Solo {}

impl Sequencer for Solo {}

impl Protocol for Solo {
    const MARKS: bool = false;

    #[inline(always)]
    fn next<S: Side>(_: Track<'_>, cursor: &Cursor) -> Position {
        cursor.next
    }

    /// Reads the counter again only when what was seen of it before is used up.
    #[inline(always)]
    fn ready<S: Side>(track: Track<'_>, cursor: &mut Cursor, from: Position, want: usize) -> usize {
        if want == 1 && from.precedes(cursor.limit) {
            return 1;
        }
        let mut known = track.geometry.distance(from, cursor.limit);
        if known < want as isize {
            let other = Position(S::Other::counter(track).load(S::COUNT_READY));
            cursor.limit = S::limit(track.geometry, other);
            known = track.geometry.distance(from, cursor.limit);
        }
        known.clamp(0, want as isize) as usize
    }

    #[inline(always)]
    fn claim<S: Side>(_: Track<'_>, _: &Claim) -> Result<(), Position> {
        Ok(())
    }

    #[inline(always)]
    fn commit<S: Side>(track: Track<'_>, cursor: &mut Cursor, claim: Claim) {
        cursor.next = track.geometry.advance(claim.from, claim.len);
        S::counter(track).store(cursor.next.0, S::COUNT_COMMIT);
    }
}
