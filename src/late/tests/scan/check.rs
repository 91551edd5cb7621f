//! What was done is what a queue does: each value once, in order, and none or no room only where it was so.

use std::collections::HashMap;

use super::*;

/// Checks it by the moments at which each value was certainly there, or may have been.
///
/// Full, and a batch of an exact size that is refused, say what is so only where nobody `can_be_late`.
pub(super) fn check(log: &[Done], capacity: usize, can_be_late: bool) {
    let (mut ins, mut outs) = (HashMap::new(), HashMap::new());
    for done in log {
        for event in &done.events {
            let (side, values) = match event {
                In(values) => (&mut ins, values),
                Out(values) => (&mut outs, values),
                TooFew(_) | TooMany(_) => continue,
            };
            let is_first = values.iter().all(|value| side.insert(*value, done).is_none());
            assert!(is_first, "{values:?} twice: {log:#?}");
        }
    }
    let lost = ins.keys().find(|value| !outs.contains_key(value));
    let invented = outs.keys().find(|value| !ins.contains_key(value));
    assert_eq!((lost, invented), (None, None), "lost, and from nowhere: {log:#?}");
    // What is pushed where all slots are held goes out at once.
    let is_own = |value: &u64| ins[value].call == outs[value].call;
    let is_before = |a: &u64, b: &u64| {
        let (first, second) = (ins[a], ins[b]);
        first.back < second.call || first.who == second.who && a < b
    };
    for b in ins.keys().filter(|b| !is_own(b)) {
        let late = ins.keys().find(|a| is_before(a, b) && outs[b].back < outs[a].call);
        assert_eq!(late, None, "out after {b}, and in before: {log:#?}");
    }
    for done in log {
        for event in &done.events {
            match event {
                In(_) => (),
                Out(values) => {
                    let is_in_order =
                        |pair: &[u64]| is_own(&pair[1]) || !is_before(&pair[1], &pair[0]);
                    assert!(
                        values.windows(2).all(is_in_order),
                        "{values:?} out of order: {log:#?}"
                    );
                }
                TooFew(wanted) if *wanted == 1 || !can_be_late => {
                    let is_there = |value, t| ins[value].back <= t && t < outs[value].call;
                    let there = |t| ins.keys().filter(|value| is_there(value, t)).count();
                    let had_few = (done.call..done.back).any(|t| there(t) < *wanted);
                    assert!(had_few, "{done:?} at no moment: {log:#?}");
                }
                TooMany(room) if !can_be_late => {
                    let may_be = |value, t| ins[value].call <= t && t < outs[value].back;
                    let most = |t| ins.keys().filter(|value| may_be(value, t)).count();
                    let had_many = (done.call..done.back).any(|t| most(t) + room > capacity);
                    assert!(had_many, "{done:?} at no moment: {log:#?}");
                }
                TooFew(_) | TooMany(_) => (),
            }
        }
    }
}
