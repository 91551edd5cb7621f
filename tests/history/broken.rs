//! Queues that are none: both checks must find each of them out.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::patterns;
use crate::record::{Ends, Op, Plan, record, shared, team};
use crate::small::{self, Full, Spec};

/// What is wrong with a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// Nothing.
    None,
    /// The last value comes out first.
    Stack,
    /// A value is lost.
    Loses,
    /// A value comes out and stays in.
    Doubles,
    /// A value is put before the one that was pushed last.
    Swaps,
    /// A pop says Empty though there is a value.
    SaysEmpty,
    /// A push says Full though there is room.
    SaysFull,
    /// A push finds room though the queue is full.
    Overfills,
}

const FLAWS: [Flaw; 7] = [
    Flaw::Stack,
    Flaw::Loses,
    Flaw::Doubles,
    Flaw::Swaps,
    Flaw::SaysEmpty,
    Flaw::SaysFull,
    Flaw::Overfills,
];

/// A queue behind a mutex with a flaw, which shows now and then.
struct Broken {
    flaw: Flaw,
    /// At which of the calls that can go wrong it does.
    every: usize,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    values: VecDeque<u64>,
    /// How many calls could have gone wrong.
    chances: usize,
}

impl State {
    /// Whether a call that has the flaw shows it.
    fn breaks(&mut self, queue: &Broken, flaw: Flaw) -> bool {
        let has = queue.flaw == flaw;
        self.chances += usize::from(has);
        has && self.chances % queue.every == 0
    }
}

impl Broken {
    fn push(&self, value: u64) -> bool {
        let mut state = self.state.lock().unwrap();
        let len = state.values.len();
        if len == self.capacity {
            if state.breaks(self, Flaw::Overfills) {
                state.values.push_back(value);
                return true;
            }
            return false;
        }
        if len > self.capacity || state.breaks(self, Flaw::SaysFull) {
            return false;
        }
        if state.breaks(self, Flaw::Loses) {
            return true;
        }
        let back = usize::from(len > 0 && state.breaks(self, Flaw::Swaps));
        state.values.insert(len - back, value);
        true
    }

    fn pop(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap();
        let front = *state.values.front()?;
        if state.breaks(self, Flaw::SaysEmpty) {
            None
        } else if state.breaks(self, Flaw::Doubles) {
            Some(front)
        } else if state.values.len() > 1 && state.breaks(self, Flaw::Stack) {
            state.values.pop_back()
        } else {
            state.values.pop_front()
        }
    }
}

/// The handles of a queue with a flaw.
fn ends(flaw: Flaw, every: usize, capacity: usize, sides: (usize, usize)) -> Ends {
    let queue = Broken { flaw, every, capacity, state: Mutex::default() };
    shared(queue, Broken::push, Broken::pop, sides)
}

/// Many small histories of such a queue, from three threads.
fn small_histories(flaw: Flaw, capacity: usize) -> Vec<Vec<Op>> {
    let plan = Plan { rounds: 100, ops: 8, prefill: capacity };
    record(team(ends(flaw, 5, capacity, (3, 2)), true), plan)
}

/// A long history of such a queue, from three threads.
fn long_history(flaw: Flaw, capacity: usize) -> Vec<Op> {
    let plan = Plan { rounds: 1, ops: 5000, prefill: capacity };
    record(team(ends(flaw, 100, capacity, (3, 2)), true), plan).concat()
}

/// Runs a check for each kind of Full and some capacities.
fn for_each_spec(check: impl Fn(Spec)) {
    for capacity in [2, 3, 8] {
        check(Spec { capacity, full: Full::Exact });
        check(Spec { capacity, full: Full::Weak });
    }
}

#[test]
fn the_search_rejects_each_flaw() {
    for_each_spec(|spec| {
        for flaw in FLAWS {
            let mut histories = small_histories(flaw, spec.capacity).into_iter();
            let rejected = histories.any(|history| !small::is_linearizable(&history, spec));
            assert!(rejected, "{flaw:?} at {spec:?}");
        }
    });
}

#[test]
fn the_patterns_show_each_flaw_in_small_histories() {
    for_each_spec(|spec| {
        for flaw in FLAWS {
            let mut histories = small_histories(flaw, spec.capacity).into_iter();
            let rejected = histories.any(|history| patterns::check(&history, spec).is_err());
            assert!(rejected, "{flaw:?} at {spec:?}");
        }
    });
}

#[test]
fn the_patterns_show_each_flaw_in_a_long_history() {
    for_each_spec(|spec| {
        for flaw in FLAWS {
            let found = patterns::check(&long_history(flaw, spec.capacity), spec);
            assert!(found.is_err(), "{flaw:?} at {spec:?}");
        }
    });
}

#[test]
fn a_queue_without_a_flaw_passes_both() {
    for_each_spec(|spec| {
        for history in small_histories(Flaw::None, spec.capacity) {
            assert_eq!(patterns::check(&history, spec), Ok(()));
            assert!(small::is_linearizable(&history, spec));
        }
        let found = patterns::check(&long_history(Flaw::None, spec.capacity), spec);
        assert_eq!(found, Ok(()));
    });
}
