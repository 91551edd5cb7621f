//! How a handle waits: what it does between two looks, and when it goes to sleep.

#[cfg(not(ringway_modelled))]
use core::cell::Cell;
use core::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use crate::position::Word;
use crate::sync::{Atomic, edge::Edge, is_over, now};

/// How a handle waits for room or for a message.
///
/// All of this is for threads. A task holds its executor up for some microseconds at most: it spins
/// with all of these but `Park`, as long as an adaptive wait does, and is pending then. A
/// [`Select`](super::Select) waits as `Adaptive` says, whatever its handles do.
///
/// Under a real-time scheduler (`SCHED_FIFO`, `SCHED_RR`) a thread yields to none of a lower priority: one that waits
/// by `BusySpin` or `Yield` on the processor of such a thread keeps that from ever sending, or receiving, what it
/// waits for. There use `Park`, or `Adaptive`, which sleeps when it has yielded 64 times.
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
    /// processor it yields instead. Not for real-time threads that share a processor: use `Park`.
    BusySpin,
    /// Yields to other threads for as long as it takes. Not for real-time threads that share a processor with
    /// those of a lower priority, which never run then: use `Park`.
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

/// How many pauses there are between two looks of a wait that adapts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pauses {
    least: Word,
    most: Word,
}

impl Pauses {
    /// Between so many and so many, as far as those are between 1 and [`LONGEST`].
    pub(super) fn between(least: Word, most: Word) -> Self {
        Self { least: least.clamp(1, LONGEST), most: most.clamp(1, LONGEST) }
    }
}

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

    /// Begins a wait of a side whose counter stands at `at`, with so many pauses between two looks where it adapts
    /// them.
    pub(super) fn begin(&self, at: Word, bounds: Pauses) -> Turns {
        self.begin_where(is_alone(), at, bounds)
    }

    /// The same where the process has one processor, or has more.
    fn begin_where(&self, is_alone: bool, at: Word, bounds: Pauses) -> Turns {
        let (pauses, spins, yields) = match self.strategy {
            _ if cfg!(ringway_modelled) => (1, 0, 0),
            WaitStrategy::Adaptive => {
                let pauses = self.adapt(at, bounds);
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
    pub(super) fn begin_task(&self, at: Word, bounds: Pauses) -> Turns {
        self.begin_task_where(is_alone(), at, bounds)
    }

    /// The same where the process has one processor, or has more.
    fn begin_task_where(&self, is_alone: bool, at: Word, bounds: Pauses) -> Turns {
        let none = Turns { pauses: 1, taken: 0, spins: 0, yields: 0 };
        if cfg!(ringway_modelled) || is_alone || self.strategy == WaitStrategy::Park {
            return none;
        }
        let pauses = self.adapt(at, bounds);
        Turns { pauses, spins: (SPIN / pauses) >> self.hope(), ..none }
    }

    /// Looks for as long as the turns of a wait last: the outcome, if `attempt` succeeds or the deadline is over by then; else it
    /// is time to sleep. Where it does not look as if it would succeed, it is attempted seldom.
    #[inline(always)]
    pub(super) fn look<R>(
        &self,
        mut turns: Turns,
        deadline: Option<Instant>,
        seems_ready: impl Fn() -> bool,
        mut attempt: impl FnMut() -> Option<R>,
    ) -> ControlFlow<Option<R>> {
        loop {
            let over = turns.is_slow() && is_over(deadline);
            if over || !turns.is_glance() || seems_ready() {
                let done = attempt();
                if over || done.is_some() {
                    self.end(false);
                    return ControlFlow::Break(done);
                }
            }
            if !turns.take() {
                self.end(true);
                return ControlFlow::Continue(());
            }
        }
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
    fn adapt(&self, at: Word, bounds: Pauses) -> u32 {
        let passed = at.wrapping_sub(self.last.load(Edge::RELAXED));
        self.last.store(at, Edge::RELAXED);
        let before = self.pauses.load(Edge::RELAXED);
        let pauses = match passed {
            MANY.. => before * 2,
            FEW.. => before,
            _ => before / 2,
        };
        let pauses = pauses.clamp(bounds.least, bounds.most);
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
        let unknown = if crate::sync::CAN_BLOCK { 2 } else { 1 };
        let processors = thread::available_parallelism().map_or(unknown, usize::from);
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
mod tests;
