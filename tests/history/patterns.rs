//! A check of long histories, in the time that it takes to sort them: not much, as each thread has
//! written down its part in order.
//!
//! T. A. Henzinger, A. Sezgin, V. Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR
//! 2013: a complete history in which no value is pushed twice is one of an unbounded queue exactly
//! if four patterns are not in it. Below, one operation is *before* another if it returned before
//! the other was called.
//!
//! - VFresh: a value was popped that was never pushed, or its pop is before its push.
//! - VRepet: a value was popped twice.
//! - VOrd: the push of a value is before that of another, which was popped, while the first never
//!   was, or only by a pop that the other's is before.
//! - VWit: a pop found the queue Empty though at each moment of it some value was surely there:
//!   its push had returned and its pop was not yet called. It need not be the same value all the
//!   time: what counts is whether the spans of all values together leave a gap. At a moment in a
//!   gap the queue can be empty: whatever was surely pushed can be popped before that moment, and
//!   whatever was not can wait until after it.
//!
//! A bounded queue can err in two more ways, of which only the plain cases are found:
//!
//! - a push found the queue Full though at each moment of it fewer values than its capacity were
//!   possibly there: their push was called, and their pop had not returned. Where [`Full::Weak`]
//!   holds, the places that were possibly lost count like values;
//! - more values than its capacity were surely there.

use std::collections::HashMap;

use crate::record::{Kind, Op};
use crate::small::{Full, Spec};

/// Why a history is not one of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// VFresh: this value came out before it went in.
    Fresh(u64),
    /// VRepet: this value came out twice.
    Repeated(u64),
    /// VOrd: `second` overtook `first`.
    Order {
        /// The value that was pushed before the other.
        first: u64,
        /// The value that was popped before the other.
        second: u64,
    },
    /// VWit: this pop found Empty a queue that never was.
    NeverEmpty(Op),
    /// This push found Full a queue that never was.
    NeverFull(Op),
    /// There were more values in the queue than it holds.
    TooMany,
}

/// The time between two moments.
type Span = (u64, u64);

/// What happened to a value that was pushed.
#[derive(Clone, Copy, Debug)]
struct Life {
    value: u64,
    /// The span of its push.
    push: Span,
    /// The span of its pop, or the end of time if there was none.
    pop: Span,
}

/// Looks for a bad pattern in a complete history of a queue that was empty at first.
pub fn check(history: &[Op], spec: Spec) -> Result<(), Violation> {
    let lives = lives(history)?;
    check_order(&lives)?;

    let surely = || lives.iter().map(|life| (life.push.1, life.pop.0));
    if !where_at_least(spec.capacity.saturating_add(1), surely()).is_empty() {
        return Err(Violation::TooMany);
    }
    let filled = where_at_least(1, surely());
    let possibly = lives.iter().map(|life| (life.push.0, life.pop.1));
    let lost = match spec.full {
        Full::Exact => Vec::new(),
        Full::Weak => possibly_lost(history, &lives),
    };
    let taken: Vec<_> = possibly.chain(lost.iter().copied()).collect();
    let full =
        [0, 1].map(|own| where_at_least(spec.capacity.saturating_add(own), taken.iter().copied()));
    for op in history {
        // A push does not find Full the place that it lost itself.
        let own = || usize::from(lost.binary_search_by_key(&op.invoked, |span| span.0).is_ok());
        match op.kind {
            Kind::Empty if contain(&filled, op) => return Err(Violation::NeverEmpty(*op)),
            Kind::Full(_) if !meet(&full[own()], op) => return Err(Violation::NeverFull(*op)),
            _ => {}
        }
    }
    Ok(())
}

/// What happened to each value, if no value came from nowhere or twice.
fn lives(history: &[Op]) -> Result<Vec<Life>, Violation> {
    let mut lives = Vec::new();
    let mut by_value = HashMap::new();
    for op in history {
        if let Kind::Push(value) = op.kind {
            let twice = by_value.insert(value, lives.len()).is_some();
            assert!(!twice, "{value} was pushed twice, which this check does not allow");
            let push = (op.invoked, op.responded);
            lives.push(Life { value, push, pop: (u64::MAX, u64::MAX) });
        }
    }
    for op in history {
        if let Kind::Pop(value) = op.kind {
            let life = &mut lives[*by_value.get(&value).ok_or(Violation::Fresh(value))?];
            if life.pop.0 < u64::MAX {
                return Err(Violation::Repeated(value));
            }
            life.pop = (op.invoked, op.responded);
            if life.pop.1 < life.push.0 {
                return Err(Violation::Fresh(value));
            }
        }
    }
    Ok(lives)
}

/// Looks for VOrd: for each value, at that whose pop was called last of all whose push is before.
fn check_order(lives: &[Life]) -> Result<(), Violation> {
    let mut firsts = lives.to_vec();
    let mut seconds = lives.to_vec();
    firsts.sort_by_key(|life| life.push.1);
    seconds.sort_by_key(|life| life.push.0);
    let mut firsts = firsts.into_iter().peekable();
    let mut last: Option<Life> = None;
    for second in seconds {
        while let Some(first) = firsts.next_if(|first| first.push.1 < second.push.0) {
            last = last.into_iter().chain([first]).max_by_key(|life| life.pop.0);
        }
        if let Some(first) = last.filter(|first| second.pop.1 < first.pop.0) {
            return Err(Violation::Order { first: first.value, second: second.value });
        }
    }
    Ok(())
}

/// The spans in which operations possibly had lost a place, in the order of their calls: for each
/// that ran beside another, from its call until the place was surely passed.
fn possibly_lost(history: &[Op], lives: &[Life]) -> Vec<Span> {
    let mut ops: Vec<_> = history.iter().map(|op| (op.invoked, op.responded)).collect();
    ops.sort();
    let mut late = Vec::new();
    let mut last = (0, 0);
    for op in ops {
        if op.0 < last.1 {
            late.extend([last, op]);
        }
        last = if last.1 < op.1 { op } else { last };
    }
    late.sort();
    late.dedup();

    // From when on what was lost before a moment is surely passed, the latest moment first.
    let empties = history.iter().filter(|op| op.kind == Kind::Empty);
    let empties = empties.map(|op| (op.invoked, op.responded));
    let mut passes: Vec<_> = lives.iter().map(|life| (life.push.0, life.pop.1)).collect();
    passes.extend(empties);
    passes.sort();
    let mut earliest = u64::MAX;
    for pass in passes.iter_mut().rev() {
        earliest = earliest.min(pass.1);
        pass.1 = earliest;
    }
    let passed = |(_, returned)| {
        let after = passes.partition_point(|pass| pass.0 < returned);
        passes.get(after).map_or(u64::MAX, |pass| pass.1)
    };
    late.into_iter().map(|op| (op.0, passed(op))).collect()
}

/// The longest spans in which at least `n` of the given spans are under way, in their order.
fn where_at_least(n: usize, spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let spans: Vec<_> = spans.into_iter().filter(|(start, end)| start < end).collect();
    let starts = spans.iter().map(|span| (span.0, true));
    let mut ends: Vec<_> = starts.chain(spans.iter().map(|span| (span.1, false))).collect();
    ends.sort();
    let mut found = Vec::new();
    let (mut depth, mut from) = (0, 0);
    for (now, starts) in ends {
        if starts {
            depth += 1;
            if depth == n {
                from = now;
            }
        } else {
            if depth == n {
                found.push((from, now));
            }
            depth -= 1;
        }
    }
    found
}

/// Whether all of an operation lies in one of these spans.
fn contain(spans: &[Span], op: &Op) -> bool {
    let later = spans.partition_point(|span| span.0 < op.invoked);
    later > 0 && op.responded < spans[later - 1].1
}

/// Whether some of an operation lies in one of these spans.
fn meet(spans: &[Span], op: &Op) -> bool {
    let from = spans.partition_point(|span| span.1 < op.invoked);
    spans.get(from).is_some_and(|span| span.0 < op.responded)
}
