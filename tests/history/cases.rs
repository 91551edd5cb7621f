//! Drawn histories, and how both checks decide them.
//!
//! An operation is a line: a drawing of the span in which it ran, and what it was. No two ends
//! may stand in the same column.

use crate::patterns::{self, Violation};
use crate::record::{Kind, Op};
use crate::small::{self, Full, Spec};

/// A specification without a bound.
const UNBOUNDED: Spec = Spec { capacity: usize::MAX, full: Full::Exact };

const fn exact(capacity: usize) -> Spec {
    Spec { capacity, full: Full::Exact }
}

const fn weak(capacity: usize) -> Spec {
    Spec { capacity, full: Full::Weak }
}

/// The history of a drawing.
fn history(drawing: &[&str]) -> Vec<Op> {
    let op = |(thread, line): (usize, &&str)| {
        let column = |end| line.find(end).unwrap() as u64;
        let words: Vec<_> = line.rsplit(']').next().unwrap().split_whitespace().collect();
        let kind = match (words[0], words.get(1).map(|value| value.parse().unwrap())) {
            ("push", Some(value)) => Kind::Push(value),
            ("full", Some(value)) => Kind::Full(value),
            ("pop", Some(value)) => Kind::Pop(value),
            ("empty", None) => Kind::Empty,
            _ => panic!("what is {line}?"),
        };
        Op { thread, kind, invoked: column('['), responded: column(']') }
    };
    let ops: Vec<_> = drawing.iter().enumerate().map(op).collect();
    let mut ends: Vec<_> = ops.iter().flat_map(|op| [op.invoked, op.responded]).collect();
    ends.sort_unstable();
    assert!(ends.windows(2).all(|two| two[0] < two[1]), "two ends in one column");
    ops
}

/// Both checks accept.
#[track_caller]
fn accepts(spec: Spec, drawing: &[&str]) {
    let history = history(drawing);
    assert_eq!(patterns::check(&history, spec), Ok(()));
    assert!(small::is_linearizable(&history, spec));
}

/// Both checks reject, the patterns for this reason.
#[track_caller]
fn rejects(spec: Spec, drawing: &[&str], is_it: impl Fn(Violation) -> bool) {
    let history = history(drawing);
    let found = patterns::check(&history, spec);
    assert!(found.is_err_and(is_it), "{found:?}");
    assert!(!small::is_linearizable(&history, spec));
}

#[test]
fn nothing_happened() {
    accepts(UNBOUNDED, &[]);
}

#[test]
fn a_value_comes_from_its_push() {
    accepts(UNBOUNDED, &["[]    push 1", "  []  pop 1"]);
    accepts(UNBOUNDED, &["  [--]  push 1", "[--]    pop 1"]);
    let fresh = |found| found == Violation::Fresh(1);
    rejects(UNBOUNDED, &["[]  pop 1"], fresh);
    rejects(UNBOUNDED, &["  []  push 1", "[]    pop 1"], fresh);
    rejects(exact(1), &["[]      push 2", "  []    full 1", "    []  pop 1"], fresh);
}

#[test]
fn a_value_comes_once() {
    let repeated = |found| found == Violation::Repeated(1);
    rejects(UNBOUNDED, &["[]      push 1", "  []    pop 1", "    []  pop 1"], repeated);
    rejects(UNBOUNDED, &["[---]    push 1", " [---]   pop 1", "  [---]  pop 1"], repeated);
}

#[test]
fn values_come_in_the_order_of_their_pushes() {
    let swapped = ["    []  pop 2", "      []  pop 1"];
    let order = |found| found == Violation::Order { first: 1, second: 2 };
    rejects(UNBOUNDED, &["[]    push 1", "  []  push 2", swapped[0], swapped[1]], order);
    accepts(UNBOUNDED, &["[-]   push 1", " [-]  push 2", swapped[0], swapped[1]]);
    accepts(UNBOUNDED, &["[]    push 1", "  []  push 2", "    [--]  pop 2", "     [--]  pop 1"]);
    // the first is still there
    rejects(UNBOUNDED, &["[]    push 1", "  []  push 2", swapped[0]], order);
    accepts(UNBOUNDED, &["[-]   push 1", " [-]  push 2", swapped[0]]);
}

#[test]
fn one_long_push_does_not_hide_that_others_were_swapped() {
    rejects(
        UNBOUNDED,
        &[
            "[-------------]  push 3",
            " []              push 1",
            "   []            push 2",
            "     []          pop 3",
            "       []        pop 2",
            "         []      pop 1",
        ],
        |found| found == Violation::Order { first: 1, second: 2 },
    );
}

#[test]
fn empty_is_a_moment_without_values() {
    let never = |found| matches!(found, Violation::NeverEmpty(_));
    accepts(UNBOUNDED, &["[]    empty", "  []  push 1"]);
    rejects(UNBOUNDED, &["[]    push 1", "  []  empty"], never);
    accepts(UNBOUNDED, &["[-]   push 1", " [-]  empty"]);
    rejects(UNBOUNDED, &["[]      push 1", "  []    empty", "    []  pop 1"], never);
    accepts(UNBOUNDED, &["[]      push 1", "  [-]   empty", "   [-]  pop 1"]);
}

#[test]
fn a_chain_of_values_leaves_no_moment_without() {
    rejects(
        UNBOUNDED,
        &[
            "[]               push 1",
            "      []         push 2",
            "    [-------]    empty",
            "        [-]      pop 1",
            "             []  pop 2",
        ],
        |found| matches!(found, Violation::NeverEmpty(_)),
    );
    // the push of the second returns only after the pop of the first was called
    accepts(
        UNBOUNDED,
        &[
            "[]               push 1",
            "      [--]       push 2",
            "    [-------]    empty",
            "        [-]      pop 1",
            "             []  pop 2",
        ],
    );
}

#[test]
fn full_is_a_moment_at_the_capacity() {
    let never = |found| matches!(found, Violation::NeverFull(_));
    for spec in [exact, weak] {
        accepts(spec(1), &["[]    push 1", "  []  full 2"]);
        rejects(spec(2), &["[]    push 1", "  []  full 2"], never);
        rejects(spec(1), &["[]  full 1"], never);
        rejects(spec(1), &["[]      push 1", "  []    pop 1", "    []  full 2"], never);
        accepts(spec(1), &["[]      push 1", "  [-]   pop 1", "   [-]  full 2"]);
        accepts(spec(1), &["[-]     push 1", " [-]    full 2", "    []  pop 1"]);
    }
}

#[test]
fn a_late_pop_may_lose_a_place() {
    let never = |found| matches!(found, Violation::NeverFull(_));
    let late = [
        "[]                  push 1",
        "  []                push 2",
        "    [---]           pop 1",
        "      []            push 3",
        "          []        full 4",
        "            []      pop 2",
        "              []    pop 3",
        "                []  full 5",
    ];
    // until the values before it are popped, though the late pop has returned
    accepts(weak(3), &late[..5]);
    rejects(exact(3), &late[..5], never);
    // not more than one for each of the two that ran beside each other
    accepts(weak(4), &late[..5]);
    rejects(weak(5), &late[..5], never);
    accepts(weak(2), &late);
    rejects(weak(3), &late, never);
}

#[test]
fn a_lost_place_is_passed() {
    let never = |found| matches!(found, Violation::NeverFull(_));
    let beside = ["[--]           push 1", " [--]          pop 1"];
    let refused = "            [] full 9";
    accepts(weak(2), &[beside[0], beside[1], refused]);
    rejects(weak(2), &[beside[0], beside[1], "     []        empty", refused], never);
    let later = ["     []        push 2", "       []      pop 2"];
    rejects(weak(2), &[beside[0], beside[1], later[0], later[1], refused], never);
    let sooner = ["  [--]         push 2", "       []      pop 2"];
    accepts(weak(2), &["[---]          push 1", " [-----]       pop 1", sooner[0], refused]);
}

#[test]
fn whoever_returns_first_has_passed_a_lost_place() {
    rejects(
        weak(3),
        &[
            "[--]           push 1",
            " [--]          pop 1",
            "     [------]  empty",
            "      []       empty",
            "         []    full 2",
        ],
        |found| matches!(found, Violation::NeverFull(_)),
    );
}

#[test]
fn a_push_does_not_find_full_what_it_lost_itself() {
    let never = |found| matches!(found, Violation::NeverFull(_));
    accepts(weak(1), &["[-]   full 1", " [-]  empty"]);
    rejects(weak(2), &["[-]   full 1", " [-]  empty"], never);
}

#[test]
fn no_more_values_than_the_capacity() {
    let too_many = |found| found == Violation::TooMany;
    rejects(exact(1), &["[]    push 1", "  []  push 2"], too_many);
    rejects(weak(1), &["[-]    push 1", " [-]   push 2", "    [] pop 1"], too_many);
    accepts(exact(2), &["[]    push 1", "  []  push 2"]);
    accepts(exact(1), &["[]      push 1", "  [-]   push 2", "   [-]  pop 1"]);
}

/// The values of a batch go in, and come out, in their order, though its parts have their ends in
/// common.
#[test]
fn parts_of_a_batch_are_in_order() {
    let part = |thread, kind, (invoked, responded)| Op { thread, kind, invoked, responded };
    let batch = [part(0, Kind::Push(1), (0, 5)), part(0, Kind::Push(2), (0, 5))];
    let pops =
        |first, second| [part(1, Kind::Pop(first), (1, 2)), part(1, Kind::Pop(second), (3, 4))];
    for (first, second) in [(1, 2), (2, 1)] {
        let history = [batch, pops(first, second)].concat();
        assert_eq!(small::is_linearizable(&history, exact(2)), first < second);
    }
}

/// An operation that moves nothing may have made the one beside it late.
#[test]
fn what_moves_nothing_makes_others_late() {
    let part = |thread, kind, (invoked, responded)| Op { thread, kind, invoked, responded };
    let history = [
        part(0, Kind::Push(1), (0, 3)),
        part(1, Kind::Other, (1, 2)),
        part(0, Kind::Full(2), (4, 5)),
    ];
    assert!(small::is_linearizable(&history, weak(2)));
    assert_eq!(patterns::check(&history, weak(2)), Ok(()));
    assert!(!small::is_linearizable(&history, exact(2)));
}
