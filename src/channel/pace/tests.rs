//! The numbers of a wait, with one processor and with many.

use std::vec::Vec;

use super::*;

const ANY: Pauses = Pauses { least: 1, most: LONGEST };

/// By how many bits the waits are shorter from the first on, if all end asleep; `None` is a trial.
fn waits_in_vain(pace: &Pace, n: usize) -> Vec<Option<u32>> {
    let wait = |_| {
        let hope = (!pace.is_trial()).then(|| pace.hope());
        pace.end(true);
        hope
    };
    (0..n).map(wait).collect()
}

#[test]
fn waits_in_vain_grow_short_and_trials_grow_rare() {
    let waits = waits_in_vain(&Pace::new(WaitStrategy::Adaptive), 4000);
    assert_eq!(waits[..8], [0, 1, 2, 3, 4, 5, 6, 6].map(Some));
    let trials: Vec<_> = (0..waits.len()).filter(|&n| waits[n].is_none()).collect();
    assert_eq!(trials, [32, 64, 128, 256, 512, 1024, 2048, 3072]);
}

#[test]
fn a_wait_that_ends_awake_makes_the_next_long() {
    let pace = Pace::new(WaitStrategy::Adaptive);
    waits_in_vain(&pace, 40);
    pace.end(false);
    assert_eq!(waits_in_vain(&pace, 2), [Some(0), Some(1)]);
}

/// Who looks knows by that how its wait ended.
#[test]
fn looks_in_vain_end_asleep_and_others_awake() {
    let pace = Pace::new(WaitStrategy::Adaptive);
    let turns = |spins| Turns { pauses: 1, taken: 0, spins, yields: 0 };
    let slept = || pace.slept.load(Edge::RELAXED);
    assert_eq!(pace.look(turns(0), None, || false, || Some(1)), ControlFlow::Continue(()));
    assert_eq!(pace.look(turns(3), None, || true, || None::<u8>), ControlFlow::Continue(()));
    assert_eq!(slept(), 2);
    assert_eq!(pace.look(turns(0), None, || true, || Some(1)), ControlFlow::Break(Some(1)));
    assert_eq!(slept(), 0);
    pace.end(true);
    let over = Some(Instant::now());
    assert_eq!(pace.look(turns(0), over, || false, || None::<u8>), ControlFlow::Break(None));
    assert_eq!(slept(), 0);
}

#[test]
fn a_whole_attempt_comes_after_as_many_pauses_however_they_are_divided() {
    for pauses in [1, 8, 64] {
        let mut turns = Turns { pauses, taken: 0, spins: TRIAL_SPIN, yields: 0 };
        let mut glances = 0;
        while turns.is_glance() {
            glances += 1;
            assert!(!turns.is_slow(), "no clock is asked for a glance between pauses");
            assert!(turns.take());
        }
        assert_eq!((glances + 1) * pauses, GLANCES);
        assert!(turns.is_slow());
    }
}

#[test]
fn a_trial_spins_for_longer_and_so_does_no_task() {
    let pace = Pace::new(WaitStrategy::Adaptive);
    let first = pace.begin_where(MANY_PROCESSORS, 0, ANY).spins;
    let first_of_task = pace.begin_task_where(MANY_PROCESSORS, 0, ANY).spins;
    waits_in_vain(&pace, FIRST_TRIAL as usize);
    assert_eq!(pace.begin_where(MANY_PROCESSORS, 0, ANY).spins, first * (TRIAL_SPIN / SPIN));
    let of_task = pace.begin_task_where(MANY_PROCESSORS, 0, ANY).spins;
    assert_eq!((of_task, first_of_task), (first, first));
}

#[test]
fn a_task_makes_as_many_pauses_between_looks_as_a_thread() {
    let (pace, of_thread) = (Pace::new(WaitStrategy::Adaptive), Pace::new(WaitStrategy::Adaptive));
    for at in [MANY, 2 * MANY, 3 * MANY] {
        let task = pace.begin_task_where(MANY_PROCESSORS, at, ANY);
        let thread = of_thread.begin_where(MANY_PROCESSORS, at, ANY);
        assert_eq!((task.pauses, task.spins), (thread.pauses, thread.spins));
    }
    assert_eq!(pace.begin_task_where(MANY_PROCESSORS, 4 * MANY, ANY).pauses, 16);
}

const MANY_PROCESSORS: bool = false;
const ONE_PROCESSOR: bool = true;

#[test]
fn each_wait_in_vain_halves_the_next_also_of_a_task() {
    let pace = Pace::new(WaitStrategy::Adaptive);
    for half in 0..4 {
        let turns = pace.begin_where(MANY_PROCESSORS, 0, ANY);
        assert_eq!((turns.spins, turns.yields), (SPIN >> half, YIELDS >> half));
        assert_eq!(pace.begin_task_where(MANY_PROCESSORS, 0, ANY).spins, SPIN >> half);
        pace.end(true);
    }
}

#[test]
fn pauses_grow_where_much_goes_through_and_shrink_where_little_does() {
    let pace = Pace::new(WaitStrategy::Adaptive);
    let mut at = 0;
    let mut after = |passed| {
        at += passed;
        pace.adapt(at, ANY)
    };
    assert_eq!([MANY; 7].map(&mut after), [2, 4, 8, 16, 32, 64, 64]);
    assert_eq!([FEW, MANY - 1].map(&mut after), [64, 64], "neither much nor little");
    assert_eq!([0, FEW - 1, 1].map(&mut after), [32, 16, 8]);
    assert_eq!([0; 4].map(&mut after), [4, 2, 1, 1]);
}

#[test]
fn pauses_stay_within_their_bounds_also_when_much_or_little_goes_through() {
    for (least, most) in [(1, 1), (1, 8), (4, 8), (64, 64)] {
        for passed in [0, MANY] {
            let pace = Pace::new(WaitStrategy::Adaptive);
            let bounds = Pauses::between(least, most);
            let waits = (1..=10).map(|wait| {
                let at = 2 * wait * passed;
                let task = pace.begin_task_where(MANY_PROCESSORS, at + passed, bounds).pauses;
                (pace.begin_where(MANY_PROCESSORS, at + 2 * passed, bounds).pauses, task)
            });
            let end = if passed == 0 { least } else { most } as u32;
            assert_eq!(waits.last(), Some((end, end)), "from {least} to {most}");
        }
    }
    let (few, many) = (Pauses::between(0, 0), Pauses::between(1000, Word::MAX));
    assert_eq!([few.least, few.most, many.least, many.most], [1, 1, LONGEST, LONGEST]);
}

/// Who spins on the only processor holds up whom it waits for.
#[test]
fn nobody_spins_on_the_only_processor() {
    let spins = |strategy, is_alone| Pace::new(strategy).begin_where(is_alone, 0, ANY).spins;
    let of_task = |strategy, is_alone| Pace::new(strategy).begin_task_where(is_alone, 0, ANY).spins;
    for strategy in [WaitStrategy::Adaptive, WaitStrategy::BusySpin] {
        let one = (spins(strategy, ONE_PROCESSOR), of_task(strategy, ONE_PROCESSOR));
        assert_eq!(one, (0, 0), "{strategy:?}");
        assert_eq!(of_task(strategy, MANY_PROCESSORS), SPIN, "{strategy:?}");
    }
    assert_eq!(spins(WaitStrategy::BusySpin, MANY_PROCESSORS), FOREVER);
    let yields = |strategy| Pace::new(strategy).begin_where(ONE_PROCESSOR, 0, ANY).yields;
    assert_eq!(yields(WaitStrategy::BusySpin), FOREVER, "it waits for as long as it takes");
    assert_eq!(yields(WaitStrategy::Adaptive), YIELDS);
}

#[test]
fn who_parks_neither_spins_nor_yields() {
    let pace = Pace::new(WaitStrategy::Park);
    let turns =
        [pace.begin_where(MANY_PROCESSORS, 0, ANY), pace.begin_task_where(MANY_PROCESSORS, 0, ANY)];
    assert_eq!(turns.map(|mut turns| turns.take()), [false, false]);
}

/// How many turns a wait takes, at most so many.
fn turns_of(spins: u32, yields: u32) -> usize {
    let mut turns = Turns { pauses: 1, taken: 0, spins, yields };
    (0..1000).take_while(|_| turns.take()).count()
}

#[test]
fn a_wait_has_an_end_where_it_has_a_bound() {
    assert_eq!(turns_of(0, 0), 0);
    assert_eq!(turns_of(3, 0), 3);
    // A yield counts once, or as many as are idle.
    let yields = turns_of(0, 80);
    assert!((80 / IDLE_YIELD..=80).contains(&(yields as u32)), "it yields {yields} times");
    assert_eq!([turns_of(FOREVER, 0), turns_of(0, FOREVER)], [1000, 1000]);
}

#[test]
fn who_yields_asks_a_clock_at_each_look() {
    let mut turns = Turns { pauses: 1, taken: 0, spins: 0, yields: FOREVER };
    for _ in 0..3 * YIELDED_GLANCES {
        assert!(turns.is_slow(), "others may have run for long");
        assert!(turns.take());
    }
}

#[test]
fn who_makes_a_channel_knows_how_many_processors_there_are() {
    let _channel = crate::channel::bounded::<u8>(1);
    let known = PROCESSORS.load(Edge::RELAXED);
    assert_ne!(known, 0, "nobody has asked");
    assert_eq!(is_alone(), known == 1);
}
