//! One round: a new queue, some threads that work on it and are late, and what is found in the
//! history that they leave.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use ringway::hook;

use crate::hands::{Empty, Fill, Push, Subject};
use crate::late::{Actor, Dice, Manner, Stage};
use crate::patterns;
use crate::record::{Kind, Op};
use crate::small::{self, Full, Spec};

/// What the threads of a round do most.
#[derive(Clone, Copy, Debug)]
enum Focus {
    /// Single values.
    Singles,
    /// Evictions beside single values.
    Evictions,
    /// Batches.
    Batches,
    /// Everything.
    All,
}

/// A round, as its seed describes it.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    seed: u64,
    subject: Subject,
    capacity: usize,
    start: u64,
    threads: usize,
    ops: usize,
    prefill: usize,
    focus: Focus,
    manner: Manner,
    /// Whether somebody may close a channel.
    closes: bool,
}

/// What one thread works with.
struct Worker {
    fill: Option<Box<dyn Fill>>,
    empty: Option<Box<dyn Empty>>,
}

impl Round {
    /// The round of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed, u64::MAX);
        let mut one = |of: &[u64]| of[dice.below(of.len() as u64) as usize];
        let subject = Subject::ALL[one(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) as usize];
        let capacity = one(&[1, 2, 2, 3, 3, 8, 64]) as usize;
        let threads = if subject.is_of_two() { 2 } else { one(&[2, 3, 3, 4]) as usize };
        let focus = [Focus::Singles, Focus::Evictions, Focus::Batches, Focus::All];
        Self {
            seed,
            subject,
            capacity,
            start: one(&[0, 0, u64::MAX, u64::MAX - 3]),
            threads,
            ops: one(&[12, 20, 24]) as usize / threads,
            prefill: one(&[0, 1, 3, 8]).min(capacity as u64) as usize,
            focus: focus[one(&[0, 1, 2, 3]) as usize],
            manner: Manner { every: one(&[3, 6, 12, 30]), longest: one(&[4, 20, 100]) },
            closes: one(&[0, 0, 0, 1]) == 1,
        }
    }

    /// What each thread works with.
    fn workers(&self) -> Vec<Worker> {
        let hands = self.subject.hands(self.capacity, self.start, self.threads);
        let (mut fill, mut empty) = (hands.fill, hands.empty);
        let lone = |fill: Option<_>, empty: Option<_>| Worker { fill, empty };
        match (fill.len(), empty.len()) {
            (1, _) => {
                empty.truncate(self.threads - 1);
                let others = empty.into_iter().map(|empty| lone(None, Some(empty)));
                fill.into_iter().map(|fill| lone(Some(fill), None)).chain(others).collect()
            }
            (_, 1) => {
                fill.truncate(self.threads - 1);
                let others = empty.into_iter().map(|empty| lone(None, Some(empty)));
                fill.into_iter().map(|fill| lone(Some(fill), None)).chain(others).collect()
            }
            _ => fill.into_iter().zip(empty).map(|(f, e)| lone(Some(f), Some(e))).collect(),
        }
    }

    /// Runs it once; what is wrong, with the history.
    pub fn run(&self) -> Result<(), String> {
        let clock = Arc::new(AtomicU64::new(0));
        let mut workers = self.workers();
        let threads = workers.len();
        let mut notes = Notes::new(threads, Arc::clone(&clock));
        let first = workers[0].fill.as_mut().expect("the first pushes");
        for value in 0..self.prefill as u64 {
            let value = (threads as u64) << 32 | value;
            notes.note(|| vec![pushed(value, first.push(value, 0) == Push::In)]);
        }
        let stage = Arc::new(Stage::new(threads));
        let start = Barrier::new(threads);
        let mut history = notes.ops;
        let mut wrong = Vec::new();
        let mut left = Vec::new();
        let mut is_lax = false;
        thread::scope(|scope| {
            let threads: Vec<_> = workers
                .into_iter()
                .enumerate()
                .map(|(id, worker)| {
                    let (stage, start, clock) = (&stage, &start, Arc::clone(&clock));
                    scope.spawn(move || {
                        let actor =
                            Actor::new(Arc::clone(stage), id, self.dice(id, 1), self.manner);
                        let actor = Rc::new(RefCell::new(actor));
                        let notes = Notes::new(id, clock);
                        let dice = self.dice(id, 0);
                        let mut scribe =
                            Scribe { round: self, dice, worker, next: 0, notes, actor };
                        start.wait();
                        let work = catch_unwind(AssertUnwindSafe(|| scribe.work()));
                        hook::set(|_| ());
                        stage.leave(work.is_err());
                        (work, scribe.notes, scribe.worker)
                    })
                })
                .collect();
            for thread in threads {
                let (work, notes, worker) = thread.join().expect("its panics are caught");
                wrong.extend(work.err().map(|panic| text(&*panic)));
                wrong.extend(in_order(&notes.ops).err());
                history.extend(notes.ops);
                is_lax |= notes.is_lax;
                left.push(worker);
            }
        });
        if wrong.is_empty() {
            let mut last = Notes::new(threads + 1, clock);
            let mut rest = left.iter_mut().filter_map(|worker| worker.empty.as_mut());
            let pop = rest.next().expect("some thread pops");
            while {
                last.note(|| vec![pop.pop(0).map_or(Kind::Empty, Kind::Pop)]);
                last.ops.last().expect("one was noted").kind != Kind::Empty
            } {}
            history.extend(last.ops);
            if is_lax {
                history.retain(|op| !matches!(op.kind, Kind::Full(_)));
            }
            wrong.extend(self.check(&history).err());
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{}\n{}", wrong.join("\n"), list(&history)))
        }
    }

    /// The numbers of one thread for one purpose.
    fn dice(&self, id: usize, purpose: u64) -> Dice {
        Dice::of(self.seed, id as u64 * 2 + purpose)
    }

    /// What is wrong with a complete history.
    fn check(&self, history: &[Op]) -> Result<(), String> {
        once_each(history)?;
        let full = if self.subject == Subject::Spsc { Full::Exact } else { Full::Weak };
        let spec = Spec { capacity: self.capacity, full };
        patterns::check(history, spec).map_err(|found| format!("{found:x?}"))?;
        if history.len() <= MOST_SEARCHED && !small::is_linearizable(history, spec) {
            return Err("no order of the operations is one of a queue".into());
        }
        Ok(())
    }
}

/// Longer histories are left to the patterns.
const MOST_SEARCHED: usize = 30;

/// What a push was.
fn pushed(value: u64, is_in: bool) -> Kind {
    if is_in { Kind::Push(value) } else { Kind::Full(value) }
}

/// Whether each value that went in came out once, and nothing else did.
fn once_each(history: &[Op]) -> Result<(), String> {
    let mut inside = HashSet::new();
    inside.extend(history.iter().filter_map(|op| match op.kind {
        Kind::Push(value) => Some(value),
        _ => None,
    }));
    for op in history {
        if let Kind::Pop(value) = op.kind {
            if !inside.remove(&value) {
                return Err(format!("{value:x} came out twice, or was never put in"));
            }
        }
    }
    if inside.is_empty() { Ok(()) } else { Err(format!("lost: {inside:x?}")) }
}

/// Whether one thread has popped the values of each other in the order in which they were pushed.
fn in_order(own: &[Op]) -> Result<(), String> {
    let mut last = HashMap::new();
    for op in own {
        if let Kind::Pop(value) = op.kind {
            let before = last.insert(value >> 32, value);
            if before.is_some_and(|before| before >= value) {
                return Err(format!("{value:x} came after {before:x?}"));
            }
        }
    }
    Ok(())
}

/// What a panic says.
fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| String::from(*text)));
    text.unwrap_or_else(|| "a panic that says nothing".into())
}

/// A history, an operation a line, in the order of the calls.
fn list(history: &[Op]) -> String {
    let mut ops = history.to_vec();
    ops.sort_by_key(|op| op.invoked);
    let line = |op: &Op| format!("{} {:x?} {}..{}\n", op.thread, op.kind, op.invoked, op.responded);
    ops.iter().map(line).collect()
}

/// What one thread writes down.
struct Notes {
    id: usize,
    clock: Arc<AtomicU64>,
    ops: Vec<Op>,
    /// Whether an operation lost more places than the checks allow for: one for each of its parts.
    is_lax: bool,
}

impl Notes {
    fn new(id: usize, clock: Arc<AtomicU64>) -> Self {
        Self { id, clock, ops: Vec::new(), is_lax: false }
    }

    /// Writes down an operation, by the parts that it had, in their order.
    fn note(&mut self, work: impl FnOnce() -> Vec<Kind>) {
        let invoked = self.clock.fetch_add(1, Ordering::SeqCst);
        let mut kinds = work();
        if kinds.is_empty() {
            kinds.push(Kind::Other);
        }
        let responded = self.clock.fetch_add(1, Ordering::SeqCst);
        let op = |kind| Op { thread: self.id, kind, invoked, responded };
        self.ops.extend(kinds.into_iter().map(op));
    }
}

/// A thread that works, is late, and writes down what it does.
struct Scribe<'a> {
    round: &'a Round,
    dice: Dice,
    worker: Worker,
    /// The number of the next value.
    next: u64,
    notes: Notes,
    actor: Rc<RefCell<Actor>>,
}

impl Scribe<'_> {
    /// All operations.
    fn work(&mut self) {
        let actor = Rc::clone(&self.actor);
        hook::set(move |point| actor.borrow_mut().at(point));
        for _ in 0..self.round.ops {
            self.actor.borrow_mut().begin();
            self.act();
            self.notes.is_lax |= self.actor.borrow().skipped() > 1;
        }
    }

    /// One operation.
    fn act(&mut self) {
        // Of ten: single values, evictions, batches; the rest is everything else.
        let [single, evict, batch] = match self.round.focus {
            Focus::Singles => [10, 0, 0],
            Focus::Evictions => [5, 5, 0],
            Focus::Batches => [3, 0, 7],
            Focus::All => [4, 2, 3],
        };
        let way = self.dice.next() >> 8;
        let side = self.dice.below(2);
        let fills = match (&self.worker.fill, &self.worker.empty) {
            (Some(_), Some(_)) => side == 0,
            (fill, _) => fill.is_some(),
        };
        match self.dice.below(10) {
            n if n < single && fills => self.push(way),
            n if n < single => self.pop(way),
            n if n < single + evict && fills => self.force(way),
            n if n < single + evict => self.pop(way),
            n if n < single + evict + batch && fills => self.push_many(way),
            n if n < single + evict + batch => self.pop_many(way),
            _ => self.other(fills),
        }
    }

    /// A value that nobody else pushes, and the next that this thread pushes.
    fn value(&mut self) -> u64 {
        self.next += 1;
        (self.notes.id as u64) << 32 | self.next
    }

    fn push(&mut self, way: u64) {
        let value = self.value();
        let fill = self.worker.fill.as_mut().expect("a thread that pushes");
        self.notes.note(|| match fill.push(value, way) {
            Push::In => vec![Kind::Push(value)],
            Push::Full => vec![Kind::Full(value)],
            Push::Closed | Push::Refused => Vec::new(),
        });
    }

    fn pop(&mut self, way: u64) {
        let empty = self.worker.empty.as_mut().expect("a thread that pops");
        self.notes.note(|| vec![empty.pop(way).map_or(Kind::Empty, Kind::Pop)]);
    }

    fn push_many(&mut self, way: u64) {
        let n = 1 + self.dice.below(3);
        let is_exact = self.dice.below(3) == 0;
        let values: Vec<_> = (0..n).map(|_| self.value()).collect();
        let fill = self.worker.fill.as_mut().expect("a thread that pushes");
        self.notes.note(|| {
            let moved = fill.push_many(&values, is_exact, way);
            values[..moved].iter().copied().map(Kind::Push).collect()
        });
    }

    fn pop_many(&mut self, way: u64) {
        let most = 1 + self.dice.below(3) as usize;
        let is_exact = self.dice.below(3) == 0;
        let says_empty = !is_exact && !self.round.subject.is_channel();
        let empty = self.worker.empty.as_mut().expect("a thread that pops");
        self.notes.note(|| {
            let values = empty.pop_many(most, is_exact, way);
            let is_empty = says_empty && values.is_empty();
            let pops = values.into_iter().map(Kind::Pop);
            pops.chain(is_empty.then_some(Kind::Empty)).collect()
        });
    }

    fn force(&mut self, way: u64) {
        let value = self.value();
        let fill = self.worker.fill.as_mut().expect("a thread that pushes");
        let mut refused = false;
        self.notes.note(|| {
            let Some(forced) = fill.force(value) else {
                refused = true;
                return Vec::new();
            };
            // An eviction finds the queue full, pops the oldest, and pushes.
            let evicted = forced.evicted.iter().filter(|oldest| **oldest != value);
            let evicted = evicted.flat_map(|&oldest| [Kind::Full(value), Kind::Pop(oldest)]);
            evicted.chain(forced.is_in.then_some(Kind::Push(value))).collect()
        });
        if refused {
            self.notes.ops.pop();
            self.push(way);
        }
    }

    /// What moves no value.
    fn other(&mut self, fills: bool) {
        let what = self.dice.below(8);
        let Worker { fill, empty } = &mut self.worker;
        let (fill, empty) = if fills { (fill.as_mut(), None) } else { (None, empty.as_mut()) };
        if what == 0 && self.round.closes {
            fill.into_iter().for_each(|fill| fill.close());
        } else if what < 4 {
            fill.into_iter().for_each(|fill| fill.renew());
            empty.into_iter().for_each(|empty| empty.renew());
        } else {
            let mut seen = None;
            // Empty is as exact here as it is of a pop; Full and the length are numbers of the past.
            self.notes.note(|| {
                let by_fill = fill.map(|fill| fill.see());
                let (len, is_empty, ..) = *seen.insert(
                    by_fill.or_else(|| empty.map(|empty| empty.see())).expect("it pushes or pops"),
                );
                Vec::from_iter((len == 0 || is_empty).then_some(Kind::Empty))
            });
            let (len, _, _, capacity) = seen.expect("it has looked");
            assert_eq!(capacity, self.round.capacity);
            assert!(len <= capacity, "{len} values where {capacity} fit");
        }
    }
}
