//! The watch of a sector by itself: what a look tells.

use core::sync::atomic::{AtomicBool, Ordering};
use std::vec::Vec;

use super::*;
use crate::effort::times;
use crate::late::word::{Late, LateWord, Tag};
use crate::position::Geometry;
use crate::sync::pause;

/// The words of a ring.
struct Words {
    watch: Watch,
    sectors: [Atomic; SECTORS],
    lates: Vec<Atomic>,
}

impl Words {
    /// Those with so many slots.
    fn of(slots: usize) -> Self {
        let sectors = [const { Atomic::new(0) }; SECTORS];
        let lates = (0..slots).map(|_| Atomic::new(0)).collect();
        Self { watch: Watch::new(), sectors, lates }
    }

    fn lates(&self) -> Lates<'_> {
        let sectors = has_sectors(self.lates.len()).then_some(&self.sectors);
        Lates { watch: &self.watch, sectors, words: &self.lates }
    }
}

/// More slots than a lap of the sectors.
const SLOTS: usize = SECTORS * STRIPE + 1;

fn an_intent(of: LateWord) -> LateWord {
    of.intent(Tag::of(Geometry::new(SLOTS).unwrap(), 0))
}

/// How many late words of a sector are counted.
fn count(look: Look) -> Word {
    look.0 & (FREE - 1)
}

#[test]
fn what_was_late_in_between_is_a_change_though_it_is_quiet_again() {
    let words = Words::of(1);
    let lates = words.lates();
    lates.note_fence(0);
    let look = lates.sector(0).look();
    assert!(lates.sector(0).is_unchanged(look));
    let intent = lates.raise(0, lates.word(0), an_intent(lates.word(0))).unwrap();
    assert!(!lates.sector(0).is_unchanged(look), "a late word is set");
    assert!(lates.clear(0, intent));
    let again = lates.sector(0).look();
    assert_eq!(again.is_quiet(), look.is_quiet(), "as quiet as before");
    assert!(!lates.sector(0).is_unchanged(look), "quiet again is not unchanged");
    assert!(lates.sector(0).is_unchanged(again));
}

#[test]
fn a_ring_of_one_stripe_has_no_sectors() {
    assert_eq!([1, STRIPE, STRIPE + 1, SLOTS].map(has_sectors), [false, false, true, true]);
}

#[test]
fn a_late_word_disturbs_its_sector_and_no_other() {
    let words = Words::of(SLOTS);
    let lates = words.lates();
    // The first and the last slot of each stripe.
    let slots = Vec::from_iter((0..SLOTS).filter(|i| matches!(i % STRIPE, 0 | 63)));
    let looks = || Vec::from_iter(slots.iter().map(|&index| lates.sector(index).look()));
    for late in [0, STRIPE - 1, STRIPE, 5 * STRIPE + 7, SLOTS - 1] {
        let before = looks();
        let intent = lates.raise(late, lates.word(late), an_intent(lates.word(late))).unwrap();
        let sector = |index: usize| index / STRIPE % SECTORS;
        for ((&index, before), now) in slots.iter().zip(&before).zip(looks()) {
            let is_hit = sector(index) == sector(late);
            assert_eq!(count(now), Word::from(is_hit), "slot {index}, {late} is late");
            assert_eq!(now == *before, !is_hit, "slot {index}, {late} is late");
            assert_eq!(lates.sector(index).is_unchanged(*before), !is_hit);
            assert!(!is_hit || !now.is_quiet());
        }
        assert!(lates.clear(late, intent));
        assert!(looks().into_iter().all(|look| count(look) == 0));
    }
}

#[test]
fn two_late_words_of_a_sector_are_counted_as_two() {
    let words = Words::of(2);
    let lates = words.lates();
    let raise = |i| lates.raise(i, lates.word(i), an_intent(lates.word(i))).unwrap();
    let intents = [raise(0), raise(1)];
    assert_eq!(count(lates.sector(0).look()), 2);
    assert!(lates.clear(0, intents[0]));
    assert_eq!(count(lates.sector(0).look()), 1);
    assert!(lates.clear(1, intents[1]));
    assert_eq!(count(lates.sector(0).look()), 0);
}

/// T3, by one thread that changes a late word and one that looks.
#[test]
fn a_late_word_is_counted_before_it_is_set_and_until_it_is_clear() {
    let words = Words::of(1);
    let (lates, is_done) = (words.lates(), AtomicBool::new(false));
    lates.note_fence(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..times(100_000) {
                let intent = lates.raise(0, lates.word(0), an_intent(lates.word(0))).unwrap();
                assert!(lates.clear(0, intent));
                (0..i % 64).for_each(|_| pause());
            }
            is_done.store(true, Ordering::Relaxed);
        });
        while !is_done.load(Ordering::Relaxed) {
            let (look, _) = (lates.sector(0).look(), lates.calm().note());
            let since = lates.calm().since();
            let is_clear = lates.word(0).is_clear();
            assert!(is_clear || !lates.calm().is_still(since));
            assert!(is_clear || !look.is_quiet() || !lates.sector(0).is_unchanged(look));
        }
    });
}

/// A sector of a ring of many millions of slots.
#[cfg(all(target_has_atomic = "64", not(ringway_narrow)))]
#[test]
fn a_sector_has_room_for_two_thousand_million_late_words() {
    let words = Words::of(1);
    let lates = words.lates();
    lates.note_fence(0);
    let before = lates.sector(0).look();
    for others in [1 << 19, 1 << 20, 1 << 30].map(|many| many - 1) {
        // So many are late already.
        words.watch.only.fetch_add(others, Edge::RELAXED);
        let intent = lates.raise(0, lates.word(0), an_intent(lates.word(0))).unwrap();
        let look = lates.sector(0).look();
        assert!(!look.is_quiet() && count(look) == others + 1);
        assert_eq!(look.is_free(), before.is_free(), "that is another question");
        assert!(lates.clear(0, intent));
        words.watch.only.fetch_sub(others, Edge::RELAXED);
        assert_eq!(lates.sector(0).look().is_quiet(), before.is_quiet());
    }
}

#[test]
fn who_is_too_late_to_raise_or_to_clear_counts_nothing() {
    let words = Words::of(1);
    let lates = words.lates();
    let clear = lates.word(0);
    let intent = lates.raise(0, clear, an_intent(clear)).unwrap();
    assert_eq!(lates.word(0), intent);
    assert_eq!(lates.raise(0, clear, an_intent(clear)), None, "somebody was faster");
    assert_eq!(count(lates.sector(0).look()), 1);
    assert!(!lates.clear(0, clear), "it has changed");
    assert!(!lates.change(0, clear, intent) && lates.is_still(0, intent));
    assert_eq!(count(lates.sector(0).look()), 1);
    assert!(lates.clear(0, intent) && !lates.is_still(0, intent));
    assert_eq!((lates.word(0).says(), count(lates.sector(0).look())), (Late::Clear, 0));
}

#[test]
fn an_owner_sees_after_its_commit_whether_its_slot_or_its_sector_is_meant() {
    let words = Words::of(2);
    let lates = words.lates();
    (0..2).for_each(|index| lates.note_fence(index));
    let is_free = fence::is_free();
    assert_eq!(
        (lates.is_fence_free(0), lates.sector(0).is_quiet_after_commit()),
        (is_free, is_free)
    );
    assert!(lates.is_clear_after_commit(0) && lates.is_clear_after_commit(1));
    let intent = lates.raise(0, lates.word(0), an_intent(lates.word(0))).unwrap();
    assert!(!lates.sector(0).is_quiet_after_commit() && !lates.sector(1).is_quiet_after_commit());
    assert!(!lates.is_clear_after_commit(0) && lates.is_clear_after_commit(1));
    assert_eq!(lates.is_fence_free(0), is_free, "that is another question");
    assert!(lates.clear(0, intent));
    assert_eq!(lates.sector(0).is_quiet_after_commit(), is_free);
}

#[test]
fn the_fence_is_noted_once_and_no_count_with_it() {
    let words = Words::of(1);
    let lates = words.lates();
    assert!(!lates.sector(0).look().is_quiet() && !lates.is_fence_free(0), "nobody has asked yet");
    for _ in 0..3 {
        lates.note_fence(0);
        let look = lates.sector(0).look();
        assert_eq!((look.is_quiet(), count(look)), (fence::is_free(), 0));
        assert_eq!(look.0 & !QUIET, 0, "the version is that of late words");
    }
}
