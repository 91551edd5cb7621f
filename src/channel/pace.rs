//! How a handle waits: what it does between two looks, and when it goes to sleep.

#[cfg(not(ringway_modelled))]
use core::cell::Cell;
use std::thread;
use std::time::Duration;

use crate::position::Word;
use crate::sync::{Atomic, edge::Edge, now};

/// How a handle waits for room or for a message.
///
/// ```
/// use ringway::channel::{WaitStrategy, bounded};
///
/// let (sender, receiver) = bounded(8);
/// let receiver = receiver.with_wait_strategy(WaitStrategy::Park);
/// std::thread::spawn(move || sender.send(1).unwrap());
/// assert_eq!(receiver.recv(), Ok(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitStrategy {
    /// Spins for some microseconds, with pauses between looks that grow where much goes through
    /// the channel and shrink where little does; then yields some times; then sleeps. Of many waits
    /// in a row that ended asleep, a few spin for up to some dozens of microseconds. With one
    /// processor it does not spin.
    #[default]
    Adaptive,
    /// Spins for as long as it takes: the shortest delay, for a whole processor. With one
    /// processor it yields instead.
    BusySpin,
    /// Yields to other threads for as long as it takes.
    Yield,
    /// Sleeps at once: the least work for the processor, a system call for every wait.
    Park,
}

/// No bound.
const FOREVER: u32 = u32::MAX;

/// The pauses that an adaptive wait spins for, all looks together.
const SPIN: u32 = 128;

/// The most pauses between two looks.
const LONGEST: Word = 64;

/// How often an adaptive wait yields before it sleeps.
const YIELDS: u32 = 64;

/// A yield from which a thread is back so soon has let nobody run who was waiting for a processor,
/// and counts for [`IDLE_YIELD`].
const IDLE: Duration = Duration::from_micros(2);
const IDLE_YIELD: u32 = 8;

/// So many positions passed since the last wait: much goes through the channel.
const MANY: Word = 16;

/// So few passed: little does.
const FEW: Word = 4;

/// After so many waits in a row that ended asleep comes a trial, and again after twice as many,
/// and so on, up to one in [`RAREST_TRIAL`].
const FIRST_TRIAL: Word = 32;
const RAREST_TRIAL: Word = 1024;

/// The pauses that a trial spins for. It takes longer than to wake a thread: two threads that
/// answer each other and are both asleep at every answer are awake from then on.
const TRIAL_SPIN: u32 = 4096;

/// By how many bits an adaptive wait is shorter at most.
const LEAST_HOPE: Word = 6;

/// What a handle remembers from one wait to the next. Threads that share a handle may mix it up;
/// then they wait longer or shorter, each by one trial at most.
#[derive(Debug)]
pub(super) struct Pace {
    strategy: WaitStrategy,
    /// The pauses between two looks.
    pauses: Atomic,
    /// Where the counter of the side stood at the last wait.
    last: Atomic,
    /// How many waits in a row have ended asleep.
    slept: Atomic,
}

impl Pace {
    /// For the first wait.
    pub(super) fn new(strategy: WaitStrategy) -> Self {
        Self { strategy, pauses: Atomic::new(1), last: Atomic::new(0), slept: Atomic::new(0) }
    }

    /// Begins a wait of a side whose counter stands at `at`.
    pub(super) fn begin(&self, at: Word) -> Turns {
        self.begin_where(is_alone(), at)
    }

    /// The same where the process has one processor, or has more.
    fn begin_where(&self, is_alone: bool, at: Word) -> Turns {
        let (pauses, spins, yields) = match self.strategy {
            _ if cfg!(ringway_modelled) => (1, 0, 0),
            WaitStrategy::Adaptive => {
                let pauses = self.adapt(at);
                let hope = self.hope();
                let spin = if self.is_trial() { TRIAL_SPIN } else { SPIN >> hope };
                (pauses, if is_alone { 0 } else { spin / pauses }, YIELDS >> hope)
            }
            WaitStrategy::BusySpin if !is_alone => (1, FOREVER, 0),
            WaitStrategy::BusySpin | WaitStrategy::Yield => (1, 0, FOREVER),
            WaitStrategy::Park => (1, 0, 0),
        };
        Turns { pauses, taken: 0, spins, yields }
    }

    /// Begins a wait of a task, which spins like an adaptive one and never holds its executor up
    /// for longer.
    pub(super) fn begin_task(&self, at: Word) -> Turns {
        self.begin_task_where(is_alone(), at)
    }

    /// The same where the process has one processor, or has more.
    fn begin_task_where(&self, is_alone: bool, at: Word) -> Turns {
        let none = Turns { pauses: 1, taken: 0, spins: 0, yields: 0 };
        if cfg!(ringway_modelled) || is_alone || self.strategy == WaitStrategy::Park {
            return none;
        }
        let pauses = self.adapt(at);
        Turns { pauses, spins: (SPIN / pauses) >> self.hope(), ..none }
    }

    /// The wait is over, asleep or not.
    pub(super) fn end(&self, slept: bool) {
        if cfg!(ringway_modelled) {
            return;
        }
        let before = self.slept.load(Edge::RELAXED);
        if slept {
            self.slept.store(before.wrapping_add(1), Edge::RELAXED);
        } else if before != 0 {
            self.slept.store(0, Edge::RELAXED);
        }
    }

    /// By how many bits an adaptive wait is shorter: by one more for each time in a row that it was
    /// in vain, and by none in a trial.
    fn hope(&self) -> u32 {
        if self.is_trial() { 0 } else { self.slept.load(Edge::RELAXED).min(LEAST_HOPE) as u32 }
    }

    /// Whether a wait is long though those before it were in vain; else none would ever be again.
    fn is_trial(&self) -> bool {
        let slept = self.slept.load(Edge::RELAXED);
        slept >= FIRST_TRIAL && (slept.is_power_of_two() || slept % RAREST_TRIAL == 0)
    }

    /// The pauses for this wait.
    fn adapt(&self, at: Word) -> u32 {
        let passed = at.wrapping_sub(self.last.load(Edge::RELAXED));
        self.last.store(at, Edge::RELAXED);
        let before = self.pauses.load(Edge::RELAXED);
        let pauses = match passed {
            MANY.. => (before * 2).min(LONGEST),
            FEW.. => before,
            _ => (before / 2).max(1),
        };
        self.pauses.store(pauses, Edge::RELAXED);
        pauses as u32
    }
}

impl Clone for Pace {
    fn clone(&self) -> Self {
        Self::new(self.strategy)
    }
}

/// Asks how many processors there are, when a channel is made: a thread that waits may be bound to
/// one of several, and would be told of that one. Each thread asks once, since it takes reading
/// files of the system.
#[cfg(not(ringway_modelled))]
pub(super) fn note_processors() {
    std::thread_local! {
        static HAS_ASKED: Cell<bool> = const { Cell::new(false) };
    }
    if PROCESSORS.load(Edge::RELAXED) < 2 && !HAS_ASKED.replace(true) {
        let processors = thread::available_parallelism().map_or(2, usize::from);
        PROCESSORS.store(processors as Word, Edge::RELAXED);
    }
}

/// In a model nobody spins.
#[cfg(ringway_modelled)]
pub(super) fn note_processors() {}

/// How many processors the process was seen to have.
#[cfg(not(ringway_modelled))]
static PROCESSORS: Atomic = Atomic::new(0);

/// Whether the process has one processor: then who spins holds up whom it waits for.
fn is_alone() -> bool {
    #[cfg(not(ringway_modelled))]
    return PROCESSORS.load(Edge::RELAXED) == 1;
    #[cfg(ringway_modelled)]
    return true;
}

/// What is left of one wait before the thread sleeps.
#[derive(Debug)]
pub(super) struct Turns {
    /// Between two looks.
    pauses: u32,
    /// How many turns were taken.
    taken: u32,
    /// [`FOREVER`] is no bound.
    spins: u32,
    /// [`FOREVER`] is no bound.
    yields: u32,
}

/// One look after so many pauses is a whole attempt, and of so many looks while it yields.
const GLANCES: u32 = 256;
const YIELDED_GLANCES: u32 = 8;

impl Turns {
    /// Whether the next look is a mere glance. One in many is not: it sees late threads and the
    /// close too.
    #[inline(always)]
    pub(super) fn is_glance(&self) -> bool {
        let glances = if self.is_spinning() { GLANCES / self.pauses } else { YIELDED_GLANCES };
        self.taken % glances != glances - 1
    }

    /// Whether so much time may have passed that a clock is to be asked before the next look.
    #[inline(always)]
    pub(super) fn is_slow(&self) -> bool {
        !self.is_spinning() || !self.is_glance()
    }

    #[inline(always)]
    fn is_spinning(&self) -> bool {
        self.spins > 0
    }

    /// Passes the time before the next look; false if it is time to sleep.
    #[inline(always)]
    pub(super) fn take(&mut self) -> bool {
        self.taken = self.taken.wrapping_add(1);
        if self.is_spinning() {
            if self.spins != FOREVER {
                self.spins -= 1;
            }
            (0..self.pauses).for_each(|_| crate::sync::pause());
        } else if self.yields > 0 {
            let begun = now();
            thread::yield_now();
            if self.yields != FOREVER {
                let cost = if now() - begun < IDLE { IDLE_YIELD } else { 1 };
                self.yields = self.yields.saturating_sub(cost);
            }
        } else {
            return false;
        }
        true
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use std::vec::Vec;

    use super::*;

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
        let first = pace.begin_where(MANY_PROCESSORS, 0).spins;
        let first_of_task = pace.begin_task_where(MANY_PROCESSORS, 0).spins;
        waits_in_vain(&pace, FIRST_TRIAL as usize);
        assert_eq!(pace.begin_where(MANY_PROCESSORS, 0).spins, first * (TRIAL_SPIN / SPIN));
        let of_task = pace.begin_task_where(MANY_PROCESSORS, 0).spins;
        assert_eq!((of_task, first_of_task), (first, first));
    }

    #[test]
    fn a_task_makes_as_many_pauses_between_looks_as_a_thread() {
        let (pace, of_thread) =
            (Pace::new(WaitStrategy::Adaptive), Pace::new(WaitStrategy::Adaptive));
        for at in [MANY, 2 * MANY, 3 * MANY] {
            let task = pace.begin_task_where(MANY_PROCESSORS, at);
            let thread = of_thread.begin_where(MANY_PROCESSORS, at);
            assert_eq!((task.pauses, task.spins), (thread.pauses, thread.spins));
        }
        assert_eq!(pace.begin_task_where(MANY_PROCESSORS, 4 * MANY).pauses, 16);
    }

    const MANY_PROCESSORS: bool = false;
    const ONE_PROCESSOR: bool = true;

    #[test]
    fn each_wait_in_vain_halves_the_next_also_of_a_task() {
        let pace = Pace::new(WaitStrategy::Adaptive);
        for half in 0..4 {
            let turns = pace.begin_where(MANY_PROCESSORS, 0);
            assert_eq!((turns.spins, turns.yields), (SPIN >> half, YIELDS >> half));
            assert_eq!(pace.begin_task_where(MANY_PROCESSORS, 0).spins, SPIN >> half);
            pace.end(true);
        }
    }

    #[test]
    fn pauses_grow_where_much_goes_through_and_shrink_where_little_does() {
        let pace = Pace::new(WaitStrategy::Adaptive);
        let mut at = 0;
        let mut after = |passed| {
            at += passed;
            pace.adapt(at)
        };
        assert_eq!([MANY; 7].map(&mut after), [2, 4, 8, 16, 32, 64, 64]);
        assert_eq!([FEW, MANY - 1].map(&mut after), [64, 64], "neither much nor little");
        assert_eq!([0, FEW - 1, 1].map(&mut after), [32, 16, 8]);
        assert_eq!([0; 4].map(&mut after), [4, 2, 1, 1]);
    }

    /// Who spins on the only processor holds up whom it waits for.
    #[test]
    fn nobody_spins_on_the_only_processor() {
        let spins = |strategy, is_alone| Pace::new(strategy).begin_where(is_alone, 0).spins;
        let of_task = |strategy, is_alone| Pace::new(strategy).begin_task_where(is_alone, 0).spins;
        for strategy in [WaitStrategy::Adaptive, WaitStrategy::BusySpin] {
            let one = (spins(strategy, ONE_PROCESSOR), of_task(strategy, ONE_PROCESSOR));
            assert_eq!(one, (0, 0), "{strategy:?}");
            assert_eq!(of_task(strategy, MANY_PROCESSORS), SPIN, "{strategy:?}");
        }
        assert_eq!(spins(WaitStrategy::BusySpin, MANY_PROCESSORS), FOREVER);
        let yields = |strategy| Pace::new(strategy).begin_where(ONE_PROCESSOR, 0).yields;
        assert_eq!(yields(WaitStrategy::BusySpin), FOREVER, "it waits for as long as it takes");
        assert_eq!(yields(WaitStrategy::Adaptive), YIELDS);
    }

    #[test]
    fn who_parks_neither_spins_nor_yields() {
        let pace = Pace::new(WaitStrategy::Park);
        let turns =
            [pace.begin_where(MANY_PROCESSORS, 0), pace.begin_task_where(MANY_PROCESSORS, 0)];
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
}
