//! The ledger beside a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What happens to a queue.
#[derive(Clone, Debug)]
enum Step {
    Publish(u64),
    Done(u64, u64),
    Copy(u64),
    Begin,
    End,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..100_u64).prop_map(Step::Publish),
        (0..400_u64, 1..90_u64).prop_map(|(first, count)| Step::Done(first, count)),
        (0..400_u64).prop_map(Step::Copy),
        Just(Step::Begin),
        Just(Step::End),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_says_what_a_map_says(steps in steps()) {
        let mut ledger = Ledger::new(1);
        ledger.begin_part(1);
        // Of each live message the segment.
        let (mut map, mut newest, mut oldest) = (BTreeMap::new(), 1, 1);
        for step in steps {
            match step {
                Step::Publish(count) => {
                    map.extend((ledger.next()..ledger.next() + count).map(|sequence| (sequence, newest)));
                    ledger.published(count, 0);
                }
                Step::Done(first, count) => {
                    ledger.done(first, count);
                    map.retain(|sequence, _| !(first..first + count).contains(sequence));
                }
                Step::Copy(sequence) => if map.contains_key(&sequence) {
                    ledger.copied(sequence, 9, 3, false);
                    map.insert(sequence, newest);
                },
                Step::Begin => {
                    // A segment without records is not heard of.
                    newest += 1 + newest % 2;
                    ledger.begin_part(newest);
                }
                Step::End => if oldest < newest && ledger.parts()[0].live == 0 {
                    ledger.end_part();
                    oldest = ledger.parts()[0].number;
                },
            }
            prop_assert_eq!(ledger.live(), map.len() as u64);
            prop_assert_eq!(ledger.oldest(), map.keys().next().copied());
            for part in ledger.parts() {
                prop_assert_eq!(part.live, map.values().filter(|number| **number == part.number).count() as u64);
            }
        }
        for sequence in 0..ledger.next() + 2 {
            prop_assert_eq!(ledger.is_done(sequence), !map.contains_key(&sequence), "{}", sequence);
            for segment in oldest..=newest {
                let lies = map.get(&sequence) == Some(&segment);
                prop_assert_eq!(ledger.lies_in(sequence, segment), lies);
            }
        }
    }
}

#[test]
fn ten_million_messages_take_little_memory_and_one_that_stays_none() {
    let mut ledger = Ledger::new(1);
    ledger.begin_part(1);
    ledger.published(10_000_000, 0);
    assert!(ledger.done.len() * 8 < 10_000_000 / 4, "a quarter of a byte for each at most");
    ledger.copied(1, 9, 0, true);
    ledger.done(2, 9_999_990);
    assert!(ledger.done.len() < 10);
    assert_eq!((ledger.live(), ledger.oldest()), (10, Some(1)));
}

#[test]
fn a_producer_that_was_not_heard_for_long_is_forgotten() {
    let mut producers = Producers::new(2);
    (1..=3).for_each(|producer| producers.published(producer, 9, producer));
    assert_eq!(producers.look(1, 9), Number::New);
    assert_eq!(producers.look(2, 9), Number::Known(2));
    assert_eq!(producers.look(3, 8), Number::Old(9));
    (10..100).for_each(|number| producers.published(2, number, number));
    assert_eq!(producers.look(2, 99), Number::Known(99));
    assert_eq!(producers.look(2, 99 - NUMBERS as u64), Number::Old(99));
    assert_eq!(producers.look(2, 100), Number::New);
}

#[test]
fn a_letter_that_is_raised_is_dead_until_the_journal_knows() {
    for revives in [true, false] {
        let mut ledger = Ledger::new(1);
        ledger.begin_part(1);
        ledger.published(1, 9);
        ledger.died(1);
        assert!(ledger.exhume(1) && !ledger.exhume(1));
        // What is copied now is written before what becomes of it.
        ledger.begin_part(2);
        assert_eq!(ledger.state(1), (0, true));
        ledger.copied(1, 9, 0, true);
        assert!(ledger.dead().is_empty() && !ledger.is_live_in(1, 2));
        if revives {
            ledger.revived(1);
        } else {
            ledger.done(1, 1);
        }
        assert_eq!((ledger.is_live_in(1, 2), ledger.is_done(1)), (revives, !revives));
        assert_eq!(ledger.state(1), (0, false));
    }
}
