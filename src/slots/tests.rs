//! Where positions lie, and whose turn it is there: runs and stretches beside the slots one by one.

use core::ptr;
use std::vec::Vec;

use super::*;
use crate::effort::affordable;
use crate::late::STRIPE;
use crate::position::Word;
use crate::sequencer::{Emptying, Filling};
use crate::sync::edge::Edge;

/// A position, and where the mark of its slot is.
type Place = (Position, *const Atomic);

fn place(slot: Run<'_, Four<u8>>) -> Place {
    (slot.position(), ptr::from_ref(slot.mark()))
}

/// Calls `check` with the slots of rings of many sizes, and with some of their positions in order,
/// which begin anywhere and are as many as the ring has at most.
fn for_some_positions(check: impl Fn(Slots<'_, Four<u8>>, &[Place])) {
    for capacity in affordable([1, 2, 3, 4, 5, 8, 11, 130]) {
        let geometry = Geometry::new(capacity).unwrap();
        let heap = Heap::<u8>::new(geometry, Position(0));
        let slots = heap.slots();
        let some = |n: usize| (0..6).chain([n / 2, n - 1]).filter(move |&i| i < n);
        for (from, n) in some(capacity).flat_map(|from| some(capacity + 1).map(move |n| (from, n)))
        {
            let mut position = geometry.advance(Position(0), from);
            let positions = Vec::from_iter((0..n.max(1)).map(|_| {
                let slot = slots.only(position);
                assert_eq!(place(slots.at::<Filling>(position)), place(slot));
                position = geometry.advance(position, 1);
                place(slot)
            }));
            check(slots, &positions[..n]);
        }
    }
}

/// What `parts` are made of is `positions`, and a part ends only where the next multiple of `most`
/// slots begins.
fn are_parts(slots: Slots<'_, Four<u8>>, positions: &[Place], parts: &[Vec<Place>], most: usize) {
    assert_eq!(parts.concat(), positions);
    let index = |place: &Place| slots.geometry.index(place.0);
    let begins = |place: &&Place| index(place) % most == 0;
    let expected = positions.iter().skip(1).filter(begins).count() + positions.len().min(1);
    assert_eq!(parts.len(), expected, "of at most {most}");
    assert!(parts.iter().skip(1).all(|part| part.first().is_some_and(|first| begins(&first))));
}

#[test]
fn runs_end_with_their_group_and_their_lap() {
    for_some_positions(|slots, positions| {
        let Some(&(first, _)) = positions.first() else {
            assert!(slots.runs(Position(0), 0).next().is_none());
            return;
        };
        let runs = Vec::from_iter(slots.runs(first, positions.len()).take(positions.len() + 1));
        let parts = Vec::from_iter(runs.iter().map(|run| Vec::from_iter(run.each().map(place))));
        are_parts(slots, positions, &parts, 4);
        for (run, part) in runs.iter().zip(&parts) {
            assert_eq!((run.len(), run.cells().len()), (part.len(), part.len()));
            let whole = run.whole();
            assert_eq!(whole.is_some(), part.len() == 4);
            assert!(whole.is_none_or(|whole| whole.each().map(place).eq(part.iter().copied())));
        }
    });
}

#[test]
fn stretches_end_with_their_stripe_and_their_lap() {
    for_some_positions(|slots, positions| {
        let first = positions.first().map_or(Position(0), |place| place.0);
        for stripe in [4, 8, 64] {
            let stretches = slots.stretches(first, positions.len(), stripe);
            let parts = Vec::from_iter(stretches.take(positions.len() + 1).map(|stretch| {
                let runs = Vec::from_iter(stretch.runs::<Filling>().take(stretch.len + 1));
                let parts =
                    Vec::from_iter(runs.iter().map(|run| Vec::from_iter(run.each().map(place))));
                let part = parts.concat();
                let at = part.first().map(|place| place.0);
                assert_eq!((part.len(), at), (stretch.len, Some(stretch.position)));
                are_parts(slots, &part, &parts, 4);
                part
            }));
            are_parts(slots, positions, &parts, stripe);
        }
    });
}

/// The slots are in turn of `D` in the lap of the run, and not in that of another.
fn is_turn_of<D: Side>(geometry: Geometry, run: Run<'_, Four<u8>>, is_turn: bool) {
    let ready = if is_turn { run.len() } else { 0 };
    assert_eq!((run.ready::<D>(geometry), run.is_ready_in_turn::<D>(geometry)), (ready, is_turn));
    let later = Run { position: geometry.next_lap(run.position()), ..run };
    assert_eq!((later.ready::<D>(geometry), later.is_ready_in_turn::<D>(geometry)), (0, false));
}

/// Passes the turn at each slot in one of the ways, which all are the same here.
fn pass<D: Side>(geometry: Geometry, run: Run<'_, Four<u8>>, way: usize) {
    match way {
        0 => run.pass::<D>(geometry),
        _ => (0..run.len()).for_each(|i| run.pass_one::<D>(geometry, i)),
    }
}

#[test]
fn the_turn_goes_from_side_to_side_and_into_the_next_lap() {
    let geometry = Geometry::new(7).unwrap();
    let heap = Heap::<u8>::new(geometry, Position(0));
    for (lap, way) in [0, 1, 1, 0].into_iter().enumerate() {
        let first = (0..lap).fold(Position(0), |position, _| geometry.next_lap(position));
        for run in heap.slots().runs(first, 7) {
            is_turn_of::<Filling>(geometry, run, true);
            is_turn_of::<Emptying>(geometry, run, false);
            pass::<Filling>(geometry, run, way);
            is_turn_of::<Filling>(geometry, run, false);
            is_turn_of::<Emptying>(geometry, run, true);
            pass::<Emptying>(geometry, run, way);
            is_turn_of::<Emptying>(geometry, run, false);
        }
    }
}

/// Whether the block is so small that it comes aligned, or not.
#[test]
fn what_a_ring_has_lies_in_lines_of_its_own() {
    for capacity in affordable([1, 4, 5, 64, 65, 130, 160, 170, 180, 200, 1024, 1025, 5000]) {
        let geometry = Geometry::new(capacity).unwrap();
        for start in [Position(0), geometry.lap_start(Word::MAX)] {
            let heap = Heap::<u64, Four<u64>, Apart>::new(geometry, start);
            let groups = heap.slots().groups;
            assert_eq!((groups.len(), groups.as_ptr().addr() % LINE), (capacity.div_ceil(4), 0));
            for run in heap.slots().runs(start, capacity) {
                assert_eq!(run.ready::<Filling>(geometry), run.len());
            }
            let (sectors, lates) = (heap.sectors(), heap.late_words());
            assert_eq!((sectors.is_some(), lates.len()), (capacity > STRIPE, capacity));
            let sectors = sectors.map_or(&[][..], |sectors| &sectors[..]);
            if let [first, .., last] = sectors {
                assert_eq!((&raw const *first).addr() % LINE, 0);
                assert_eq!((&raw const *last).wrapping_add(1).addr(), groups.as_ptr().addr());
            }
            assert_eq!(lates.as_ptr().addr(), groups.as_ptr_range().end.addr());
            assert!(ptr::eq(heap.spare(), lates.as_ptr_range().end));
            let mut words = sectors.iter().chain(lates).chain([heap.spare()]);
            assert!(words.all(|word| word.load(Edge::RELAXED) == 0));
        }
        let lone = Heap::<u64, Six<u64>, Apart>::new(geometry, Position(0));
        assert!(lone.sectors().is_none() && lone.late_words().is_empty());
        assert!(ptr::eq(lone.spare(), lone.slots().groups.as_ptr_range().end.cast()));
    }
}

/// However much the values are to be aligned, also those that take no room.
#[test]
fn values_lie_where_they_may() {
    #[derive(Debug, PartialEq)]
    #[repr(align(128))]
    struct Lines([u8; 128]);
    #[derive(Debug, PartialEq)]
    #[repr(align(8192))]
    struct Pages([u8; 3]);
    #[derive(Debug, PartialEq)]
    #[repr(align(4096))]
    struct Nothing;

    fn check<T: core::fmt::Debug + PartialEq, G: Group<Item = T>>(value: impl Fn() -> T) {
        for capacity in affordable([1, 3, 70]) {
            let geometry = Geometry::new(capacity).unwrap();
            let heap = Heap::<T, G, Apart>::new(geometry, Position(0));
            for slot in heap.slots().runs(Position(0), capacity).flat_map(|run| run.each()) {
                assert!(Cell::values(slot.cells()).is_aligned());
                // SAFETY: nobody else has the slots, which are empty before and after.
                unsafe {
                    crate::buffer::write(slot.cells(), value());
                    let mut out = core::mem::MaybeUninit::<T>::uninit();
                    crate::buffer::copy_out::<G>(slot.cells(), out.as_mut_ptr());
                    assert_eq!(out.assume_init(), value());
                }
                slot.pass::<Filling>(geometry);
            }
            let words = heap.sectors().into_iter().flatten().chain(heap.late_words());
            assert!(words.chain([heap.spare()]).all(|word| word.load(Edge::RELAXED) == 0));
        }
    }
    check::<_, Four<_>>(|| Lines([1; 128]));
    check::<_, Six<_>>(|| Lines([1; 128]));
    check::<_, Four<_>>(|| Pages([1; 3]));
    check::<_, Six<_>>(|| Pages([1; 3]));
    check::<_, Four<_>>(|| Nothing);
    check::<_, Six<_>>(|| Nothing);
}
