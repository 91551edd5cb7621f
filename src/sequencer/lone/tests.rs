//! One by one and in batches, in any order: what is ready is what the other side has passed, whether or not
//! batches leave the turns as they are.

use core::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Counter, Emptying, Filling};
use super::*;
use crate::late::{Lates, Watch};
use crate::position::Geometry;
use crate::slots::{Four, Heap, Six, Storage};

/// A move of one side: so many positions by one call, or, for 0, one position by itself.
type Move = (bool, usize);

/// Acquires and commits so many positions for side `D`, or one by itself; how many.
fn go<D: Side, G: Group, const LEAVE: bool>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    n: usize,
) -> usize {
    if n == 0 {
        let one = acquire_one::<D, G>(track, cursor)
            .or_else(|| acquire_one_of_batch::<D, G, LEAVE>(track, cursor));
        return one.map_or(0, |one| {
            assert_eq!(cursor.next, one.next);
            commit_one::<D, G>(track, one);
            1
        });
    }
    let claim = acquire_many::<D, G>(track, cursor, 1, n);
    claim.map_or(0, |claim| {
        let (from, len) = (claim.from, claim.len);
        assert!(from == cursor.next && (1..=n).contains(&len));
        let seen = Cell::new(0);
        let cells = |first, cells: &[_]| {
            assert_eq!(first, seen.get());
            seen.set(first + cells.len());
        };
        assert_eq!(commit_many::<D, G, LEAVE>(track, cursor, claim, cells), len);
        assert_eq!((seen.get(), cursor.next), (len, track.slots.geometry.advance(from, len)));
        len
    })
}

/// Does all of the moves, beside a plain count.
fn is_like_a_count<G: Group<Item = u64>, const LEAVE: bool>(
    capacity: usize,
    start: u64,
    moves: &[Move],
) {
    let geometry = Geometry::new(capacity).unwrap();
    let start = geometry.lap_start(start as Word);
    let heap = Heap::<u64, G>::new(geometry, start);
    let (filled, emptied, watch) = (Counter::new(start), Counter::new(start), Watch::new());
    let lates = Lates { watch: &watch, sectors: None, words: &[] };
    let track = Track { filled: &filled, emptied: &emptied, slots: heap.slots(), lates };
    let (mut producer, mut consumer) = (filled.cursor::<()>(), emptied.cursor::<()>());
    let mut len = 0;
    for &(fills, n) in moves {
        let free = if fills { capacity - len } else { len };
        let moved = if fills {
            go::<Filling, G, LEAVE>(&track, &mut producer, n)
        } else {
            go::<Emptying, G, LEAVE>(&track, &mut consumer, n)
        };
        assert_eq!(moved, n.max(1).min(free), "{n} of {free}, filling: {fills}");
        len = if fills { len + moved } else { len - moved };
        assert_eq!(geometry.distance(consumer.next, producer.next), len as isize);
    }
}

proptest! {
    #[test]
    fn any_moves_of_two_lone_sides_are_like_a_count(
        capacity in 1..=20_usize,
        before in prop_oneof![Just(0), 1..200_u64],
        moves in vec((any::<bool>(), prop_oneof![Just(0), 0..25_usize]), 1..200),
    ) {
        let start = before.wrapping_neg();
        is_like_a_count::<Six<u64>, true>(capacity, start, &moves);
        is_like_a_count::<Six<u64>, false>(capacity, start, &moves);
        is_like_a_count::<Four<u64>, true>(capacity, start, &moves);
        is_like_a_count::<Four<u64>, false>(capacity, start, &moves);
    }
}
