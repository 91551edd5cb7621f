//! What is known of a ring by its marks.

use std::cell::Cell;
use std::rc::Rc;

use crate::position::{Geometry, Position, Word};
use crate::ring::{Heap, Ring, Sequencer, Shared, Solo};
use crate::sequencer::{Emptying, Filling, Side, Tracked, Uncounted};
use crate::sync::hook::{self, Point};

/// How often an operation that finds nothing to do asks for its slot.
fn asks(operation: impl Fn() -> bool) -> usize {
    let asked = Rc::new(Cell::new(0));
    let count = Rc::clone(&asked);
    hook::set(move |point| count.set(count.get() + usize::from(point == Point::Asking)));
    assert!(operation());
    hook::set(|_| ());
    asked.get()
}

/// How often a push of a full ring asks, and a pop of an empty one.
fn asks_in_vain<P: Sequencer, C: Sequencer>(capacity: usize) -> (usize, usize) {
    let ring = Ring::<P, C, Heap<u64>>::on_heap(capacity, 0);
    assert!(ring.track().lates.calm().note(), "nobody is late");
    let push = || ring.push(&mut ring.filling::<Uncounted>(), 7).is_ok();
    let pop = || ring.pop(&mut ring.emptying::<Uncounted>());
    let (mut of_push, mut of_pop) = (0, 0);
    for _ in 0..3 {
        of_pop = asks(|| pop().is_none());
        assert!((0..capacity).all(|_| push()));
        of_push = asks(|| !push());
        assert!((0..capacity).all(|_| pop() == Some(7)));
    }
    (of_push, of_pop)
}

#[test]
fn who_is_blocked_by_few_marks_asks_no_counter() {
    // Where the system refuses the fence everybody goes the way beside late threads.
    let ring = Ring::<Shared, Shared, Heap<u64>>::on_heap(1, 0);
    if !ring.track().lates.calm().note() {
        return;
    }
    let (by_marks, by_counter) = (1, 3);
    for capacity in [1, 2, 3, 16] {
        assert_eq!(asks_in_vain::<Shared, Shared>(capacity), (by_marks, by_marks), "{capacity}");
    }
    assert_eq!(asks_in_vain::<Shared, Shared>(17), (by_counter, by_counter));
    // One mark of a side that commits in order.
    assert_eq!(asks_in_vain::<Shared, Solo>(17), (by_marks, by_counter));
    assert_eq!(asks_in_vain::<Solo, Shared>(17), (by_counter, by_marks));
}

#[test]
fn a_turn_has_come_once_the_other_side_has_passed_it_and_ever_after() {
    let geometry = Geometry::new(3).expect("a ring may have three slots");
    for start in [0, Word::MAX - 3] {
        let position = Position(start & !3).beside(2);
        let earlier = geometry.offset_laps(position, -1);
        let marks = [
            Filling::turn_passed(geometry, earlier),
            Emptying::turn_passed(geometry, earlier),
            Filling::turn_passed(geometry, position),
            Emptying::turn_passed(geometry, position),
        ];
        let come = marks.map(|mark| Filling::has_come(geometry, position, mark));
        assert_eq!(come, [false, true, true, true]);
        let come = marks.map(|mark| Emptying::has_come(geometry, position, mark));
        assert_eq!(come, [false, false, true, true]);
    }
}
