//! The budget by itself.

use core::mem;

use super::*;

/// One reads what was seen, or what is freed, and is away while almost as many messages come and go as the word counts: it says
/// nothing to others of what is freed that is not so.
#[test]
fn b2_one_that_is_away_for_almost_all_numbers_says_nothing_that_is_not_so() {
    for before in 1..=4 {
        let weights = Arc::new(Weights::<()>::new(4, 4, false, Scale::One));
        assert_eq!(weights.take(Load::of(4, 1), false), Ok(()));
        let others = Arc::clone(&weights);
        let mut has_come_back = false;
        hook::set(move |_| {
            if !mem::replace(&mut has_come_back, true) {
                // They weigh nothing.
                let round = (before as Word).wrapping_neg() << SHIFT;
                others.freed.fetch_add(round, edge::BUDGET_FREED);
                others.beside.seen.store(others.freed().0, edge::BUDGET_FREED);
                others.taken.fetch_add(round, edge::BUDGET_FREED);
            }
        });
        let lacking = weights.take(Load::of(1, 1), false);
        hook::set(|_| ());
        assert_eq!(lacking, Err(Lacking::Room));
        assert!(!weights.take_at_once(Load::of(1, 0)), "four are in use, {before} before all");
        weights.let_go(Load::of(4, 1));
        assert!(
            weights.take(Load::of(1, 1), false).is_ok() && weights.take_at_once(Load::of(3, 1))
        );
    }
}
