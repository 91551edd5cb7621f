//! Threads that stop inside their operations, at random.
//!
//! At each point of `ringway::hook` a thread may stop. It goes on when the others have passed a
//! number of points, or when all others stand or are done: then one of those that stand goes on. So
//! there is no deadlock, no clock and no sleep. What a thread decides at its n-th point depends on
//! the seed alone; which thread is at which point when is up to the system.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};

use ringway::hook::Point;

/// More points than any operation passes, whatever the others do in one round.
const MOST: u64 = 200_000;

/// Numbers without a pattern (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of a seed, for one of several who use it.
    pub fn of(seed: u64, who: u64) -> Self {
        let mut dice = Self(seed ^ who.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(dice.next())
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// One who stands.
#[derive(Debug)]
struct Standing {
    thread: Thread,
    until: u64,
    id: usize,
}

/// Who runs and who stands.
#[derive(Debug)]
struct State {
    running: usize,
    standing: Vec<Standing>,
}

/// What the threads of one round share.
#[derive(Debug)]
pub struct Stage {
    /// How many points have been passed by all.
    points: AtomicU64,
    /// The number of points at which the next of those that stand goes on.
    soonest: AtomicU64,
    /// Whether a thread failed: then nobody stops any more.
    failed: AtomicBool,
    /// For each thread, whether it may go on.
    free: Vec<AtomicBool>,
    state: Mutex<State>,
}

impl Stage {
    /// A stage for so many threads, all of which run.
    pub fn new(threads: usize) -> Self {
        Self {
            points: AtomicU64::new(0),
            soonest: AtomicU64::new(u64::MAX),
            failed: AtomicBool::new(false),
            free: (0..threads).map(|_| AtomicBool::new(true)).collect(),
            state: Mutex::new(State { running: threads, standing: Vec::new() }),
        }
    }

    /// Lets one go on.
    fn free(&self, state: &mut State, at: usize) {
        let one = state.standing.swap_remove(at);
        state.running += 1;
        self.free[one.id].store(true, Ordering::Release);
        one.thread.unpark();
    }

    /// Lets go on whose time has come, and one if nobody else runs.
    fn look(&self, state: &mut State) {
        let now = self.points.load(Ordering::Relaxed);
        let failed = self.failed.load(Ordering::Relaxed);
        let mut at = 0;
        while at < state.standing.len() {
            if failed || state.standing[at].until <= now {
                self.free(state, at);
            } else {
                at += 1;
            }
        }
        if state.running == 0 {
            let soonest = (0..state.standing.len()).min_by_key(|&at| state.standing[at].until);
            soonest.into_iter().for_each(|at| self.free(state, at));
        }
        let soonest = state.standing.iter().map(|one| one.until).min();
        self.soonest.store(soonest.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A thread stands until the others have passed `others` points.
    fn stand(&self, id: usize, others: u64) {
        {
            let mut state = self.state.lock().expect("nobody panics with it");
            let until = self.points.load(Ordering::Relaxed) + others;
            self.free[id].store(false, Ordering::Relaxed);
            state.standing.push(Standing { thread: thread::current(), until, id });
            state.running -= 1;
            self.look(&mut state);
        }
        while !self.free[id].load(Ordering::Acquire) {
            thread::park();
        }
    }

    /// A thread is done, or has failed.
    pub fn leave(&self, failed: bool) {
        self.failed.fetch_or(failed, Ordering::Relaxed);
        let mut state = self.state.lock().expect("nobody panics with it");
        state.running -= 1;
        self.look(&mut state);
    }
}

/// How a thread stops.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// It stops at one of so many points.
    pub every: u64,
    /// For up to so many points of the others.
    pub longest: u64,
}

/// One thread at its points.
#[derive(Debug)]
pub struct Actor {
    stage: Arc<Stage>,
    id: usize,
    dice: Dice,
    manner: Manner,
    /// How many points it has passed in this operation.
    passed: u64,
    /// How often it was skipped in this operation.
    skipped: u64,
}

impl Actor {
    /// The thread `id`.
    pub fn new(stage: Arc<Stage>, id: usize, dice: Dice, manner: Manner) -> Self {
        Self { stage, id, dice, manner, passed: 0, skipped: 0 }
    }

    /// An operation begins.
    pub fn begin(&mut self) {
        (self.passed, self.skipped) = (0, 0);
    }

    /// How often the thread was skipped in the operation.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The thread is at a point.
    pub fn at(&mut self, point: Point) {
        // Those who join a list wait for one that stands there, and pass no point.
        if point == Point::Holds {
            return;
        }
        self.passed += 1;
        self.skipped += u64::from(point == Point::Leaving);
        if self.passed > MOST {
            assert!(!thread::panicking());
            panic!("an operation that passes {MOST} points, the last {point:?}, never ends");
        }
        let now = self.stage.points.fetch_add(1, Ordering::Relaxed);
        if now >= self.stage.soonest.load(Ordering::Relaxed) {
            let mut state = self.stage.state.lock().expect("nobody panics with it");
            self.stage.look(&mut state);
        }
        if self.stage.failed.load(Ordering::Relaxed) {
            return;
        }
        if self.dice.below(self.manner.every) == 0 {
            let longest = 1 + self.dice.below(self.manner.longest);
            self.stage.stand(self.id, 1 + self.dice.below(longest));
        }
    }
}
