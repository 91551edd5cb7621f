//! Random executions of a model: shuttle's, by a scheduler of ours.
//!
//! All that an execution does follows from its seed, one number, which is printed when it fails.
//! The scheduler is one of three by turns:
//!
//! - *any*: at each step any thread that can go on does, each with the same chance;
//! - *stretches*: the thread goes on for a while before another does, and some threads seldom do;
//! - *priorities* (PCT, Burckhardt et al. 2010): the first of the threads in an order that is drawn
//!   goes on for as long as it can; at a few steps, which are drawn too, it becomes the last.

use std::cell::RefCell;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, Once};
use std::time::Instant;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner, UngracefulShutdownConfig};

use crate::explore::Explored;

/// The most steps of one execution. One that takes more fails: it is a loop that does not end.
const MAX_STEPS: usize = 100_000;

/// After so many steps any thread goes on, whatever was drawn: two that wake each other again and
/// again, as a sender and a receiver may beside late threads, let these come back.
const FAIR: u64 = 20_000;

/// How many executions a model has, unless the variable [`EXECUTIONS`] says it.
const FEW: u64 = 4000;

/// The variable that says how many executions each model has.
const EXECUTIONS: &str = "RINGWAY_EXECUTIONS";

/// The variable that says the seed of the only execution of each model.
const SEED: &str = "RINGWAY_SEED";

/// A generator of pseudo-random numbers: SplitMix64.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

/// How the next thread is chosen.
#[derive(Debug)]
enum Policy {
    Any,
    /// One step in so many is another thread's; the threads of the mask seldom go on.
    Stretches {
        length: u64,
        seldom: u64,
    },
    /// The order of the threads seen so far, the first of them first, and the steps at which the
    /// one that goes on becomes the last.
    Priorities {
        order: Vec<TaskId>,
        changes: Vec<u64>,
    },
}

impl Policy {
    fn drawn(chance: &mut Chance) -> Self {
        match chance.below(4) {
            0 => Self::Any,
            1 => Self::Stretches { length: 2 << chance.below(6), seldom: chance.next() },
            _ => {
                let horizon = 32 << chance.below(7);
                let changes = (0..chance.below(6)).map(|_| chance.below(horizon)).collect();
                Self::Priorities { order: Vec::new(), changes }
            }
        }
    }

    /// Chooses among threads that can go on, `now` being the one that did, if it still can.
    fn choose(
        &mut self,
        chance: &mut Chance,
        threads: &[TaskId],
        now: Option<TaskId>,
        is_yielding: bool,
        step: u64,
    ) -> TaskId {
        let any = |chance: &mut Chance| threads[chance.below(threads.len() as u64) as usize];
        match self {
            Self::Any => any(chance),
            Self::Stretches { length, seldom } => {
                if let Some(now) = now.filter(|_| !is_yielding && chance.below(*length) > 0) {
                    return now;
                }
                let chosen = any(chance);
                // One that seldom goes on is drawn twice.
                if *seldom >> (usize::from(chosen) % 64) & 1 == 1 { any(chance) } else { chosen }
            }
            Self::Priorities { order, changes } => {
                for thread in threads {
                    if !order.contains(thread) {
                        let place = chance.below(order.len() as u64 + 1) as usize;
                        order.insert(place, *thread);
                    }
                }
                if let Some(now) = now.filter(|_| is_yielding || changes.contains(&step)) {
                    order.retain(|other| *other != now);
                    order.push(now);
                }
                let first = order.iter().find(|thread| threads.contains(thread));
                *first.expect("all are in the order")
            }
        }
    }
}

/// The scheduler of a model.
#[derive(Debug)]
struct Chances {
    name: String,
    seeds: std::ops::Range<u64>,
    chance: Chance,
    policy: Policy,
    /// How many times there was a choice in this execution.
    step: u64,
    /// What was chosen.
    path: DefaultHasher,
    /// The executions so far, none twice.
    paths: Arc<Mutex<HashSet<u64>>>,
}

impl Scheduler for Chances {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.step > 0 {
            self.paths.lock().unwrap().insert(self.path.finish());
        }
        let Some(seed) = self.seeds.next() else {
            EXECUTED.set(None);
            return None;
        };
        EXECUTED.set(Some((self.name.clone(), seed)));
        self.chance = Chance(seed);
        self.policy = Policy::drawn(&mut self.chance);
        (self.step, self.path) = (0, DefaultHasher::new());
        Some(Schedule::new(seed))
    }

    /// A thread that yields goes on all the same at times.
    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let is_yielding = is_yielding && self.chance.below(2) == 0;
        let threads: Vec<_> = runnable.iter().map(|task| task.id()).collect();
        let now = current.filter(|now| threads.contains(now));
        self.step += 1;
        if self.step == FAIR {
            self.policy = Policy::Any;
        }
        let chosen = self.policy.choose(&mut self.chance, &threads, now, is_yielding, self.step);
        chosen.hash(&mut self.path);
        Some(chosen)
    }

    fn next_u64(&mut self) -> u64 {
        self.chance.next()
    }
}

std::thread_local! {
    /// The model and the seed that this thread executes.
    static EXECUTED: RefCell<Option<(String, u64)>> = const { RefCell::new(None) };
}

/// Says at each panic which execution it is of.
fn name_what_fails() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if let Some((name, seed)) = EXECUTED.take() {
                eprintln!("{name} fails with seed {seed}: replay it by {SEED}={seed}");
            }
            before(info);
        }));
    });
}

/// The number in a variable.
fn number(variable: &str) -> Option<u64> {
    let word = env::var(variable).ok()?;
    Some(word.parse().unwrap_or_else(|_| panic!("{variable}={word} is no number")))
}

/// The seeds of a model that takes so many times as many executions as most do.
fn seeds(times: u64) -> std::ops::Range<u64> {
    match number(SEED) {
        Some(seed) => seed..seed + 1,
        None => 0..number(EXECUTIONS).unwrap_or(FEW).saturating_mul(times),
    }
}

/// As many executions as a model has to have here, of which loom has to have so many: some are the
/// same, and of a replay there is one.
pub(crate) fn at_least(executions: u64) -> u64 {
    if number(SEED).is_some() { 0 } else { (executions.min(seeds(1).end) / 200).max(2) }
}

/// As many executions as a model with so many times as many seeds has to have: many differ.
pub(crate) fn least(times: u64) -> u64 {
    if number(SEED).is_some() { 0 } else { seeds(times).end / 4 }
}

/// Executes a model with each of its seeds. How many preemptions there are is up to them.
pub(crate) fn executions(
    name: &str,
    _preemptions: usize,
    model: impl Fn() + Send + Sync + 'static,
) -> Explored {
    execute(name, 1, model)
}

/// Executes a model with so many times as many seeds as most have.
pub(crate) fn execute(
    name: &str,
    times: u64,
    model: impl Fn() + Send + Sync + 'static,
) -> Explored {
    name_what_fails();
    let mut shutdown = UngracefulShutdownConfig::new();
    shutdown.immediately_return_on_panic = true;
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(MAX_STEPS);
    config.silence_warnings = true;
    config.ungraceful_shutdown_config = shutdown;

    let paths = Arc::new(Mutex::new(HashSet::new()));
    let scheduler = Chances {
        name: String::from(name),
        seeds: seeds(times),
        chance: Chance(0),
        policy: Policy::Any,
        step: 0,
        path: DefaultHasher::new(),
        paths: Arc::clone(&paths),
    };
    let begin = Instant::now();
    let all = Runner::new(scheduler, config).run(model);
    let executions = paths.lock().unwrap().len() as u64;
    Explored { executions, how: format!("of {all}"), time: begin.elapsed() }
}
