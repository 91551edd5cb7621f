//! Marks by themselves: what a side is told, and what it passes on.

use std::vec::Vec;

use super::*;
use crate::position::Word;
use crate::sequencer::{Emptying, Filling};

/// A position of the third lap, whose index is a place in the group.
fn in_lap_2(geometry: Geometry) -> Position {
    geometry.next_lap(geometry.next_lap(Position(0)))
}

fn all<const N: usize>(marks: &Marks<N>) -> Vec<Word> {
    (0..N).map(|place| marks.mark(place).load(Filling::READY)).collect()
}

/// Every mark is the side's turn, or is not, in each of the ways that a mark may not be: the
/// slots that are ready are those before the first that is not.
fn ready_are_those_before_the_first_that_is_not<D: Side>() {
    let geometry = Geometry::new(4).unwrap();
    let position = in_lap_2(geometry);
    let turn = geometry.lap_of(position) | D::TURN;
    let before = geometry.offset_laps(position, -1);
    let others =
        [turn ^ 1, geometry.lap_of(before) | D::TURN, geometry.next_lap(position).0 | D::TURN];
    for (pattern, other) in (0..16_usize).flat_map(|pattern| others.map(|o| (pattern, o))) {
        let is_ready = |place: usize| pattern >> place & 1 == 1;
        let marks: Marks<4> = Marks::zero();
        for place in 0..4 {
            let mark = if is_ready(place) { turn } else { other };
            marks.mark(place).store(mark, D::COMMIT);
        }
        for place in 0..4 {
            for most in 1..=4 - place {
                let expected = (place..place + most).take_while(|p| is_ready(*p)).count();
                let ready = marks.ready::<D>(geometry, position.beside(place), place, most);
                assert_eq!(ready, expected, "{most} from {place} of {pattern:04b}");
            }
        }
    }
}

#[test]
fn a_side_is_told_its_turn_and_no_more() {
    ready_are_those_before_the_first_that_is_not::<Filling>();
    ready_are_those_before_the_first_that_is_not::<Emptying>();
}

#[test]
fn the_turn_is_passed_at_the_slots_that_are_named_and_at_no_other() {
    let geometry = Geometry::new(4).unwrap();
    let position = in_lap_2(geometry);
    for (place, len) in (0..4).flat_map(|place| (1..=4 - place).map(move |len| (place, len))) {
        let marks = Marks::<4>::zero();
        marks.begin(geometry, position);
        let expect = |passed: Word| {
            let is_passed = |i| (place..place + len).contains(&i);
            let empty = geometry.lap_of(position) | Filling::TURN;
            Vec::from_iter((0..4).map(|i| if is_passed(i) { passed } else { empty }))
        };
        marks.pass::<Filling>(geometry, position.beside(place), place, len);
        assert_eq!(all(&marks), expect(geometry.lap_of(position) | Emptying::TURN));
        marks.pass::<Emptying>(geometry, position.beside(place), place, len);
        assert_eq!(all(&marks), expect(geometry.next_lap(position).0 | Filling::TURN));
    }
}
