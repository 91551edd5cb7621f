//! An exact check of small histories, as Wing and Gong found it, with the memory of Lowe: a search
//! for an order of the operations that the queue could have done one after the other.
//!
//! J. M. Wing, C. Gong, "Testing and verifying concurrent objects", 1993; G. Lowe, "Testing for
//! linearizability", 2017.

use std::collections::{HashSet, VecDeque};

use crate::record::{Kind, Op};

/// What a queue is held to.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// How many values it holds.
    pub capacity: usize,
    /// When it may say Full.
    pub full: Full,
}

/// When a push may say Full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// When the queue holds as many values as its capacity, and at no other moment.
    Exact,
    /// When its values and the places that may be lost are together as many as its capacity. An
    /// operation that is late is skipped by those that run beside it, which loses one place. It is
    /// lost until the consumers pass it, at the latest when a value is popped that was pushed
    /// after the late operation had returned, or the queue is found Empty after that. Nobody tells
    /// which operations were late: any may have been that ran beside another.
    Weak,
}

/// Whether a complete history of at most 64 operations is one of a queue that was empty at first.
pub fn is_linearizable(history: &[Op], spec: Spec) -> bool {
    assert!(history.len() <= 64, "a history of {} operations is too long", history.len());
    let beside = |op: &Op| {
        let others = history.iter().filter(|other| *other != op);
        others.into_iter().any(|other| op.invoked < other.responded && other.invoked < op.responded)
    };
    let late = match spec.full {
        Full::Exact => Vec::new(),
        Full::Weak => history.iter().copied().filter(beside).collect(),
    };
    let mut search = Search { history, spec, late, seen: HashSet::new() };
    search.can_end(0, &VecDeque::new())
}

/// A search through the orders in which operations may have happened.
struct Search<'a> {
    history: &'a [Op],
    spec: Spec,
    /// The operations that may have been late.
    late: Vec<Op>,
    /// Where the search has been: the set of the operations that were done, and the queue.
    seen: HashSet<(u64, VecDeque<u64>)>,
}

impl Search<'_> {
    /// Whether the operations that are not in the set `done` can follow in some order.
    fn can_end(&mut self, done: u64, queue: &VecDeque<u64>) -> bool {
        let all = 0..self.history.len();
        let rest: Vec<_> = all.filter(|&op| done & 1 << op == 0).collect();
        let Some(soonest) = rest.iter().map(|&op| self.history[op].responded).min() else {
            return true;
        };
        if !self.seen.insert((done, queue.clone())) {
            return false;
        }
        // Who was called after another had returned comes after it.
        let may_be_next = |&op: &usize| self.history[op].invoked < soonest && !self.waits(done, op);
        let next: Vec<_> = rest.into_iter().filter(may_be_next).collect();
        next.into_iter().any(|op| {
            self.after(done, queue, self.history[op])
                .is_some_and(|queue| self.can_end(done | 1 << op, &queue))
        })
    }

    /// Whether an operation is a part of one of which an earlier part is not in the set `done`: parts
    /// have their call in common and stand in their order, such as the values of a batch.
    fn waits(&self, done: u64, op: usize) -> bool {
        let is_earlier = |before: &usize| self.history[*before].invoked == self.history[op].invoked;
        (0..op).filter(is_earlier).any(|before| done & 1 << before == 0)
    }

    /// The queue after an operation, if it can happen next.
    fn after(&self, done: u64, queue: &VecDeque<u64>, op: Op) -> Option<VecDeque<u64>> {
        let mut queue = queue.clone();
        let capacity = self.spec.capacity;
        let possible = match op.kind {
            Kind::Push(value) => {
                queue.push_back(value);
                queue.len() <= capacity
            }
            Kind::Full(_) => {
                queue.len() == capacity || queue.len() + self.lost(done, op) >= capacity
            }
            Kind::Pop(value) => queue.pop_front() == Some(value),
            Kind::Empty => queue.is_empty(),
            Kind::Other => true,
        };
        possible.then_some(queue)
    }

    /// How many places may be lost when `push` happens.
    fn lost(&self, done: u64, push: Op) -> usize {
        let before = self.history.iter().enumerate().filter(|(op, _)| done & 1 << op != 0);
        let passed = before.filter_map(|(_, op)| self.passes(op)).max().unwrap_or(0);
        let may_hold = |late: &&Op| passed < late.responded && late.invoked < push.responded;
        self.late.iter().filter(|late| **late != push).filter(may_hold).count()
    }

    /// The moment before which a place was lost if this operation passes it.
    fn passes(&self, op: &Op) -> Option<u64> {
        match op.kind {
            Kind::Empty => Some(op.invoked),
            Kind::Pop(value) => {
                let push = self.history.iter().find(|push| push.kind == Kind::Push(value));
                push.map(|push| push.invoked)
            }
            Kind::Push(_) | Kind::Full(_) | Kind::Other => None,
        }
    }
}
