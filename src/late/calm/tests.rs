//! The watch of the whole ring by itself: when it is calm, who finds out, and how long a budget lasts.

use super::*;

/// Whether nobody is late, by the looks of an operation.
fn is_calm(calm: &Calm) -> bool {
    let is_still = calm.is_still(calm.since());
    assert_eq!(is_still, calm.is_after_commit());
    is_still
}

#[test]
fn nobody_finds_it_calm_before_somebody_has_looked_whether_the_light_fence_is_free() {
    let calm = Calm::new();
    assert!(!is_calm(&calm));
    assert_eq!(calm.note(), fence::is_free());
    assert_eq!(is_calm(&calm), fence::is_free());
}

#[test]
fn who_is_late_disturbs_it_until_somebody_notes_that_nobody_is() {
    let calm = Calm::new();
    let is_free = calm.note();
    let before = calm.since();
    calm.raise();
    assert!(!calm.is_still(before));
    calm.raise();
    calm.lower();
    assert!(!calm.note() && !is_calm(&calm), "one of two is late");
    calm.lower();
    assert!(!is_calm(&calm), "nobody has noted it");
    assert_eq!(calm.note(), is_free);
    assert_eq!(is_calm(&calm), is_free);
    assert!(!calm.is_still(before), "calm again is not calm all the time");
}

/// A value of `late` may come again: it is found calm then only by who looks at all of it.
#[test]
fn an_old_calm_is_forgotten_while_somebody_is_late() {
    let calm = Calm::new();
    calm.note();
    let before = calm.since();
    calm.raise();
    assert!(!calm.note());
    assert_ne!(calm.since(), before);
    calm.late.store(before.0, Edge::RELAXED);
    assert!(!is_calm(&calm));
}

/// The same where nobody looks at all of it: batches look at their sectors.
#[test]
fn an_old_calm_is_forgotten_though_nobody_notes_it() {
    for change in [Calm::raise, Calm::spend] {
        let calm = Calm::new();
        calm.note();
        let before = calm.since();
        change(&calm);
        calm.late.store(before.0, Edge::RELAXED);
        assert!(!calm.is_still(calm.since()) && !calm.is_after_commit());
    }
}

#[test]
fn a_position_that_is_skipped_disturbs_it_until_the_budget_is_renewed() {
    let calm = Calm::new();
    let is_free = calm.note();
    let before = calm.since();
    calm.spend();
    assert!(!calm.is_still(before) && !calm.note());
    calm.renew_budget();
    assert!(!is_calm(&calm));
    assert_eq!(calm.note(), is_free);
    assert!(!calm.is_still(before));
}

/// The budget is what DESIGN says, to the position: with less of it a consumer would say Empty
/// though a push has returned.
#[test]
fn a_budget_is_three_laps_and_the_slack_and_a_commit_renews_it() {
    for capacity in [1, 2, 7, 100] {
        let geometry = Geometry::new(capacity).unwrap();
        let calm = Calm::new();
        for _ in 0..2 {
            for spent in 0..3 * capacity + 512 {
                assert!(!calm.is_spent(geometry), "{spent} positions of {capacity} slots");
                calm.spend();
            }
            assert!(calm.is_spent(geometry));
            calm.renew_budget();
        }
        assert!(!calm.is_spent(geometry));
    }
}
