//! The counts by themselves: who counts, and who keeps a ring from being split again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn counts(handles: Handles<'_>) -> (usize, usize) {
    (handles.count(Count::Producers), handles.count(Count::Consumers))
}

#[test]
fn one_who_leaves_counts_no_more_and_keeps_the_ring_until_it_is_gone() {
    for (side, other) in
        [(Count::Producers, Count::Consumers), (Count::Consumers, Count::Producers)]
    {
        let word = Atomic::new(0);
        let handles = Handles::counted_by(&word);
        assert_eq!(counts(handles), (0, 0));
        assert!(handles.first_pair() && !handles.first_pair());
        handles.add(side);
        assert_eq!((handles.count(side), handles.count(other)), (2, 1));
        let first = handles.leave(side);
        assert_eq!((counts(handles), first.was_last), ((1, 1), false));
        let across = handles.leave(other);
        assert_eq!((handles.count(side), handles.count(other), across.was_last), (1, 0, true));
        assert!(handles.are_gone(other) && !handles.are_gone(side));
        assert!(!handles.add_beside(other) && handles.add_beside(side));
        let leaving = [handles.leave(side), handles.leave(side)];
        assert_eq!(leaving.each_ref().map(|one| one.was_last), [false, true]);
        drop((first, across));
        assert_eq!(counts(handles), (0, 0));
        let [one, last] = leaving;
        assert!(!handles.first_pair(), "two are not gone yet");
        drop(one);
        assert!(!handles.first_pair(), "one is not gone yet");
        drop(last);
        assert!(handles.first_pair());
        assert_eq!(counts(handles), (1, 1));
    }
}

#[test]
#[cfg_attr(miri, ignore = "so many handles take hours")]
fn a_side_has_room_for_so_many_handles_and_the_other_side_for_its_own() {
    for side in [Count::Producers, Count::Consumers] {
        let word = Atomic::new(0);
        let handles = Handles::counted_by(&word);
        assert!(handles.first_pair());
        (1..MOST).for_each(|_| handles.add(side));
        let before = counts(handles);
        assert_eq!(handles.count(side), 1 << (if Word::BITS == 64 { 20 } else { 9 }));
        let adds: [fn(Handles<'_>, Count); 2] =
            [|handles, side| handles.add(side), |handles, side| _ = handles.add_beside(side)];
        for add in adds {
            let refused = catch_unwind(AssertUnwindSafe(|| add(handles, side)));
            assert!(refused.is_err(), "one handle more");
            assert_eq!(counts(handles), before, "and it is not counted");
        }
    }
}
