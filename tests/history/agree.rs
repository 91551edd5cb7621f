//! Both checks against each other, and against histories that are known to be good, on histories
//! made at random.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::patterns;
use crate::record::{Kind, Op};
use crate::small::{Full, Spec, is_linearizable};

/// An operation to be, with the four moments that matter: it is called, happens, gives its slot
/// back if it is a late pop, and returns.
#[derive(Clone, Copy, Debug)]
struct Sketch {
    moments: [u64; 4],
    /// Which kind and which value; what they mean is up to the history.
    kind: u8,
    pick: usize,
}

/// Sketches of `n` operations, all of which are short, or some long.
fn sketches(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Sketch>> {
    let n = n.into();
    (0..9u64).prop_flat_map(move |long| {
        let sketch = (0..40u64, [0..=long, 0..=long, 0..=long], 0..12u8, 0..8usize);
        let sketch = sketch.prop_map(|(call, [a, b, c], kind, pick)| {
            let moments = [call, call + a, call + a + b, call + a + b + c];
            Sketch { moments, kind, pick }
        });
        vec(sketch, n.clone())
    })
}

/// The moments of all sketches in their order, each with the number of its sketch and its own.
fn timeline(sketches: &[Sketch]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (id, sketch) in sketches.iter().enumerate() {
        all.extend(sketch.moments.iter().enumerate().map(|(moment, &time)| (time, id, moment)));
    }
    all.sort_unstable();
    all.into_iter().map(|(_, id, moment)| (id, moment)).collect()
}

/// The history of these kinds of operations, called and returning where the sketches say.
fn history(sketches: &[Sketch], kinds: &[Kind]) -> Vec<Op> {
    let timeline = timeline(sketches);
    let when = |id, moment| timeline.iter().position(|&it| it == (id, moment)).unwrap() as u64;
    let op = |(id, &kind)| Op { thread: id, kind, invoked: when(id, 0), responded: when(id, 3) };
    kinds.iter().enumerate().map(op).collect()
}

/// What a queue that is as it should be makes of the sketches: a ring, in which a pop holds its
/// slot, where Full is weak, for some time, and pushes skip it then.
fn good(sketches: &[Sketch], spec: Spec) -> Vec<Op> {
    let mut kinds = vec![Kind::Empty; sketches.len()];
    let mut positions = VecDeque::new();
    let mut head = 0;
    let mut held = HashMap::new();
    for (id, moment) in timeline(sketches) {
        let pushes = sketches[id].kind < 7;
        let value = id as u64;
        match moment {
            1 if pushes => {
                let slot = |positions: &VecDeque<_>| (head + positions.len()) % spec.capacity;
                while positions.len() < spec.capacity && held.contains_key(&slot(&positions)) {
                    positions.push_back(None);
                }
                let fits = positions.len() < spec.capacity;
                kinds[id] = if fits { Kind::Push(value) } else { Kind::Full(value) };
                positions.extend(fits.then_some(Some(value)));
            }
            1 => {
                while let Some(position) = positions.pop_front() {
                    head += 1;
                    if let Some(value) = position {
                        kinds[id] = Kind::Pop(value);
                        if spec.full == Full::Weak {
                            held.insert((head - 1) % spec.capacity, id);
                        }
                        break;
                    }
                }
            }
            2 => held.retain(|_, holder| *holder != id),
            _ => {}
        }
    }
    history(sketches, &kinds)
}

/// A history in which anything may have happened, except Full and pushes of the same value.
fn any_unbounded(sketches: &[Sketch]) -> Vec<Op> {
    let pushes = |sketch: &&Sketch| sketch.kind < 5;
    let pushed = sketches.iter().filter(pushes).count() as u64;
    let mut next = 0..pushed;
    let mut left: Vec<_> = (0..pushed).collect();
    let kind = |sketch: &Sketch| match sketch.kind {
        0..5 => Kind::Push(next.next().unwrap()),
        5..10 if !left.is_empty() => Kind::Pop(left.swap_remove(sketch.pick % left.len())),
        10 => Kind::Pop(sketch.pick as u64),
        _ => Kind::Empty,
    };
    let kinds: Vec<_> = sketches.iter().map(kind).collect();
    history(sketches, &kinds)
}

/// Exchanges what came of two operations that both push or both pop.
fn exchange(history: &mut [Op], (one, other): (usize, usize)) {
    let (one, other) = (one % history.len(), other % history.len());
    let pops = |op: &Op| matches!(op.kind, Kind::Pop(_) | Kind::Empty);
    if pops(&history[one]) == pops(&history[other]) {
        let kind = history[one].kind;
        history[one].kind = history[other].kind;
        history[other].kind = kind;
    }
}

/// Runs a check, which says whether it met a history that is good, on many cases, and makes sure
/// that many were good and many were not.
fn both_ways<T: Debug>(cases: u32, from: impl Strategy<Value = T>, check: impl Fn(T) -> bool) {
    let good = Cell::new(0);
    run(cases, from, |case| good.set(good.get() + u32::from(check(case))));
    let good = good.get();
    assert!(good > cases / 10 && good < cases - cases / 10, "{good} of {cases} were good");
}

/// Runs a check on many cases.
fn run<T: Debug>(cases: u32, from: impl Strategy<Value = T>, check: impl Fn(T)) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    let outcome = TestRunner::new(config).run(&from, |case| {
        check(case);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Some specification.
fn specs() -> impl Strategy<Value = Spec> {
    let full = prop_oneof![Just(Full::Exact), Just(Full::Weak)];
    (1..5usize, full).prop_map(|(capacity, full)| Spec { capacity, full })
}

/// Asserts that the checks agree where they must, and returns what they say.
fn agreed(history: &[Op]) -> bool {
    let spec = Spec { capacity: usize::MAX, full: Full::Exact };
    let good = is_linearizable(history, spec);
    let found = patterns::check(history, spec);
    assert_eq!(good, found.is_ok(), "linearizable: {good}, {found:?} in {history:#?}");
    good
}

#[test]
fn both_accept_what_a_queue_does() {
    run(3000, (sketches(0..30), specs()), |(sketches, spec)| {
        let history = good(&sketches, spec);
        assert_eq!(patterns::check(&history, spec), Ok(()), "{history:#?}");
        assert!(is_linearizable(&history, spec), "{history:#?}");
    });
}

#[test]
fn both_decide_alike_what_anything_may_have_done() {
    both_ways(10_000, sketches(1..8), |sketches| agreed(&any_unbounded(&sketches)));
}

#[test]
fn both_decide_alike_what_a_queue_did_and_what_is_nearly_that() {
    let spec = Spec { capacity: usize::MAX, full: Full::Exact };
    let exchanges = vec((0..20usize, 0..20usize), 1..4);
    both_ways(6000, (sketches(4..12), exchanges), |(sketches, exchanges)| {
        let mut history = good(&sketches, spec);
        exchanges.into_iter().for_each(|pair| exchange(&mut history, pair));
        agreed(&history)
    });
}

#[test]
fn the_patterns_reject_nothing_that_the_search_accepts() {
    let exchanges = vec((0..20usize, 0..20usize), 1..4);
    both_ways(6000, (sketches(4..12), specs(), exchanges), |(sketches, spec, exchanges)| {
        let mut history = good(&sketches, spec);
        exchanges.into_iter().for_each(|pair| exchange(&mut history, pair));
        let good = is_linearizable(&history, spec);
        let found = patterns::check(&history, spec);
        assert!(!good || found.is_ok(), "{found:?} at {spec:?} in {history:#?}");
        let weak = Spec { full: Full::Weak, ..spec };
        assert!(!good || is_linearizable(&history, weak), "weak is stricter: {history:#?}");
        good
    });
}
