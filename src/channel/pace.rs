//! How a handle waits: what it does between two looks, and when it goes to sleep.

use std::sync::LazyLock;
use std::thread;

use crate::position::Word;
use crate::sync::{Atomic, edge::Edge};

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
    /// the channel and shrink where little does; then yields some times; then sleeps. With one
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

/// The pauses that an adaptive wait spins for, all looks together.
const SPIN: u32 = 1024;

/// The most pauses between two looks.
const LONGEST: Word = 64;

/// How often an adaptive wait yields before it sleeps.
const YIELDS: u32 = 64;

/// So many positions passed since the last wait: much goes through the channel.
const MANY: Word = 16;

/// So few passed: little does.
const FEW: Word = 4;

/// What a handle remembers from one wait to the next. Threads that share a handle may mix it up;
/// then they wait a little longer or shorter.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) strategy: WaitStrategy,
    /// The pauses between two looks.
    pauses: Atomic,
    /// Where the counter of the side stood at the last wait.
    last: Atomic,
}

impl Pace {
    /// For the first wait.
    pub(super) fn new(strategy: WaitStrategy) -> Self {
        Self { strategy, pauses: Atomic::new(1), last: Atomic::new(0) }
    }

    /// Begins a wait of a side whose counter stands at `at`.
    pub(super) fn begin(&self, at: Word) -> Turns {
        if cfg!(ringway_loom) {
            return Turns { pauses: 1, spins: 0, yields: 0 };
        }
        match self.strategy {
            WaitStrategy::Adaptive => {
                let pauses = self.adapt(at);
                let spins = if is_alone() { 0 } else { SPIN / pauses };
                Turns { pauses, spins, yields: YIELDS }
            }
            WaitStrategy::BusySpin if is_alone() => Turns { pauses: 1, spins: 0, yields: u32::MAX },
            WaitStrategy::BusySpin => Turns { pauses: 1, spins: u32::MAX, yields: 0 },
            WaitStrategy::Yield => Turns { pauses: 1, spins: 0, yields: u32::MAX },
            WaitStrategy::Park => Turns { pauses: 1, spins: 0, yields: 0 },
        }
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

/// Whether the process has one processor: then who spins holds up whom it waits for.
fn is_alone() -> bool {
    static ALONE: LazyLock<bool> =
        LazyLock::new(|| thread::available_parallelism().is_ok_and(|n| n.get() == 1));
    *ALONE
}

/// What is left of one wait before the thread sleeps.
#[derive(Debug)]
pub(super) struct Turns {
    pauses: u32,
    /// `u32::MAX` is for ever.
    spins: u32,
    /// `u32::MAX` is for ever.
    yields: u32,
}

/// What a turn was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Some pauses, less than a microsecond or two.
    Spun,
    /// Other threads had the processor, for as long as the system saw fit.
    Yielded,
    /// It is time to sleep.
    Over,
}

impl Turns {
    /// Takes the next turn.
    pub(super) fn take(&mut self) -> Turn {
        if self.spins > 0 {
            if self.spins != u32::MAX {
                self.spins -= 1;
            }
            (0..self.pauses).for_each(|_| crate::sync::pause());
            Turn::Spun
        } else if self.yields > 0 {
            if self.yields != u32::MAX {
                self.yields -= 1;
            }
            thread::yield_now();
            Turn::Yielded
        } else {
            Turn::Over
        }
    }

    /// Whether it ends with sleep.
    pub(super) fn is_bounded(&self) -> bool {
        self.spins != u32::MAX && self.yields != u32::MAX
    }
}
