//! Recording what threads do to a queue, and when.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::threads::Crew;

/// What an operation was and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// This value was pushed.
    Push(u64),
    /// This value was to be pushed and the queue said Full.
    Full(u64),
    /// This value was popped.
    Pop(u64),
    /// A pop found the queue Empty.
    Empty,
    /// What moves no value and says nothing that can be checked, such as an exact batch that is
    /// refused: an operation beside it may have been late.
    Other,
}

/// One operation of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    /// Who did it.
    pub thread: usize,
    /// What it was.
    pub kind: Kind,
    /// A moment before its call.
    pub invoked: u64,
    /// A moment after its return.
    pub responded: u64,
}

/// The order of the moments of one recording: no two of them are the same.
#[derive(Debug, Default)]
struct Clock(AtomicU64);

impl Clock {
    fn tick(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// A handle that pushes, and says whether it could.
pub type Push = Box<dyn FnMut(u64) -> bool + Send>;

/// A handle that pops.
pub type Pop = Box<dyn FnMut() -> Option<u64> + Send>;

/// The handles of a queue.
pub type Ends = (Vec<Push>, Vec<Pop>);

/// So many handles of a queue that needs none.
pub fn shared<Q: Send + Sync + 'static>(
    queue: Q,
    push: fn(&Q, u64) -> bool,
    pop: fn(&Q) -> Option<u64>,
    (pushing, popping): (usize, usize),
) -> Ends {
    let queue = Arc::new(queue);
    let queues = |n| vec![queue.clone(); n].into_iter();
    (
        queues(pushing).map(|queue| Box::new(move |value| push(&queue, value)) as Push).collect(),
        queues(popping).map(|queue| Box::new(move || pop(&queue)) as Pop).collect(),
    )
}

/// The handles of one thread.
pub struct Worker {
    push: Option<Push>,
    pop: Option<Pop>,
}

/// A thread for each handle, or for one of each kind.
pub fn team((pushes, pops): Ends, mixed: bool) -> Vec<Worker> {
    let mut pops = pops.into_iter();
    let pushing = pushes.into_iter().map(Some);
    let mut workers: Vec<_> =
        pushing.map(|push| Worker { push, pop: if mixed { pops.next() } else { None } }).collect();
    workers.extend(pops.map(|pop| Worker { push: None, pop: Some(pop) }));
    workers
}

/// How much to record.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many histories, one after the other.
    pub rounds: usize,
    /// How many operations of each thread in each of them.
    pub ops: usize,
    /// Up to how many values the first thread pushes before the others begin.
    pub prefill: usize,
}

/// Records histories of a queue that is empty at first. At the end of each the queue is emptied.
pub fn record(team: Vec<Worker>, plan: Plan) -> Vec<Vec<Op>> {
    let crew = Crew::default();
    let clock = Clock::default();
    let size = team.len();
    let last = team.iter().position(|worker| worker.pop.is_some());
    let mut histories = vec![Vec::new(); plan.rounds];
    thread::scope(|scope| {
        let threads: Vec<_> = team
            .into_iter()
            .enumerate()
            .map(|(id, worker)| {
                let (crew, clock) = (&crew, &clock);
                let roomy = || Vec::with_capacity(plan.prefill + plan.ops);
                let mut histories: Vec<_> = (0..plan.rounds).map(|_| roomy()).collect();
                crew.start(scope, move || {
                    let mut scribe = Scribe { id, worker, clock, pushed: 0, dice: Dice(id as u64) };
                    for history in &mut histories {
                        if id == 0 {
                            scribe.fill(history, plan.prefill);
                        }
                        crew.meet(size);
                        (0..plan.ops).for_each(|_| scribe.act(history));
                        crew.meet(size);
                        if Some(id) == last {
                            scribe.empty(history);
                        }
                        crew.meet(size);
                    }
                    histories
                })
            })
            .collect();
        for thread in threads {
            let own = thread.join().unwrap();
            histories.iter_mut().zip(own).for_each(|(all, own)| all.extend(own));
        }
    });
    histories
}

/// A thread that works and writes down what it does.
struct Scribe<'a> {
    id: usize,
    worker: Worker,
    clock: &'a Clock,
    pushed: u64,
    dice: Dice,
}

impl Scribe<'_> {
    /// Pushes some values, at most `most`, until the queue is full.
    fn fill(&mut self, history: &mut Vec<Op>, most: usize) {
        let some = self.dice.below(most + 1);
        (0..some).for_each(|_| self.push(history));
    }

    /// Pops all values.
    fn empty(&mut self, history: &mut Vec<Op>) {
        while {
            self.pop(history);
            history.last().unwrap().kind != Kind::Empty
        } {}
    }

    /// Does one thing or the other, and lets the other threads run now and then.
    fn act(&mut self, history: &mut Vec<Op>) {
        let pushes = self.worker.push.is_some();
        if pushes && (self.worker.pop.is_none() || self.dice.below(2) == 0) {
            self.push(history);
        } else {
            self.pop(history);
        }
        // Threads that are cut off in the middle of an operation show more than those that pause.
        let refused = matches!(history.last().unwrap().kind, Kind::Full(_) | Kind::Empty);
        if self.dice.below(if refused { 16 } else { 64 }) == 0 {
            thread::yield_now();
        }
        (0..self.dice.below(16)).for_each(|_| hint::spin_loop());
    }

    fn push(&mut self, history: &mut Vec<Op>) {
        let value = (self.id as u64) << 32 | self.pushed;
        self.pushed += 1;
        self.note(history, |worker| {
            let push = worker.push.as_mut().expect("a thread that pushes");
            if push(value) { Kind::Push(value) } else { Kind::Full(value) }
        });
    }

    fn pop(&mut self, history: &mut Vec<Op>) {
        self.note(history, |worker| {
            let pop = worker.pop.as_mut().expect("a thread that pops");
            pop().map_or(Kind::Empty, Kind::Pop)
        });
    }

    /// Writes down an operation.
    fn note(&mut self, history: &mut Vec<Op>, work: impl FnOnce(&mut Worker) -> Kind) {
        let invoked = self.clock.tick();
        let kind = work(&mut self.worker);
        let responded = self.clock.tick();
        history.push(Op { thread: self.id, kind, invoked, responded });
    }
}

/// Numbers without a pattern.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % n
    }
}
