//! Threads that go on one point at a time, in turns drawn from a seed, some of them asleep for long: what
//! they did is what a queue does, and the ring is whole afterwards. Each kind of ring, near the wrap too.
//!
//! `RINGWAY_EXECUTIONS=100000 RINGWAY_SEED=7` draws more, from another seed on.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

mod check;
mod operations;

use check::check;
use operations::{ALL, Event, Event::In, Event::Out, Event::TooFew, Event::TooMany, Work, works};

/// An operation: whose it is, between which ticks of the clock it was, and what it did.
#[derive(Debug)]
struct Done {
    who: usize,
    call: u64,
    back: u64,
    events: Vec<Event>,
}

impl Done {
    /// Does it.
    fn by(
        who: usize,
        work: &mut Work,
        (way, n, first): (usize, usize, u64),
        clock: &AtomicUsize,
    ) -> Self {
        let call = clock.fetch_add(1, Ordering::SeqCst) as u64;
        let events = (work.operate)(way, n, first);
        Self { who, call, back: clock.fetch_add(1, Ordering::SeqCst) as u64, events }
    }
}

/// More points than any operation passes.
const MOST: usize = 50_000;

/// A thread that goes on when it is told, to the next point.
struct Hand {
    go: Sender<()>,
    at: Receiver<Option<Point>>,
    thread: JoinHandle<(Work, Vec<Done>)>,
    is_done: bool,
    /// The step of all threads at which it goes on.
    sleeps_until: usize,
}

impl Hand {
    fn of(who: usize, mut work: Work, todo: Vec<(usize, usize)>, clock: Arc<AtomicUsize>) -> Self {
        let (go, wait): (Sender<()>, _) = channel();
        let (reached, at) = channel();
        let thread = thread::spawn(move || {
            let (theirs, points) = (reached.clone(), Rc::new(Cell::new(0)));
            let count = Rc::clone(&points);
            wait.recv().expect("it is told to begin");
            hook::set(move |point| {
                count.set(count.get() + 1);
                assert!(count.get() < MOST, "an operation does not end");
                theirs.send(Some(point)).expect("the test waits");
                wait.recv().expect("the test lets it go on");
            });
            let first = |i| (10_000 * (who + 1) + 10 * i) as u64;
            let todo = todo.into_iter().enumerate().map(|(i, (way, n))| (way, n, first(i)));
            let log = todo.map(|what| {
                points.set(0);
                Done::by(who, &mut work, what, &clock)
            });
            let log = log.collect();
            hook::set(|_| ());
            reached.send(None).expect("the test waits");
            (work, log)
        });
        Self { go, at, thread, is_done: false, sleeps_until: 0 }
    }

    /// Goes on to the next point, if there is one.
    fn step(&mut self) -> Option<Point> {
        self.go.send(()).expect("it waits");
        let point = self.at.recv().expect("an operation does not panic");
        self.is_done = point.is_none();
        point
    }
}

/// Lets threads go on until all are done, in turns, asleep for a while where they own something.
fn take_turns(dice: &mut Dice, capacity: usize, hands: &mut [Hand]) {
    let (rarely, long) =
        ([1, 4, 12, 40, 1 << 30][dice.below(5)], [30, 300, 1 << 30][dice.below(3)]);
    let (stretch, mut now) = ([2, 5, 20, 60][dice.below(4)], 0);
    while hands.iter().any(|hand| !hand.is_done) {
        let is_going = |hand: &&mut Hand| !hand.is_done && hand.sleeps_until <= now;
        let going = hands.iter_mut().filter(is_going).count();
        if going == 0 {
            hands.iter_mut().for_each(|hand| hand.sleeps_until = now);
            continue;
        }
        let asleep = hands.iter().filter(|hand| hand.sleeps_until > now).count();
        let may_sleep = asleep + 1 < capacity.max(2);
        let hand =
            hands.iter_mut().filter(is_going).nth(dice.below(going)).expect("there are more");
        for _ in 0..1 + dice.below(stretch) {
            now += 1;
            match hand.step() {
                None => break,
                Some(Point::Asking | Point::Looked) => (),
                Some(_) if may_sleep && dice.below(rarely) == 0 => {
                    hand.sleeps_until = now + dice.below(long);
                    break;
                }
                Some(_) => (),
            }
        }
    }
}

/// Lets threads do operations in turns, and looks at what they did.
fn trial(seed: u64) {
    let dice = &mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (capacity, start) = (1 + dice.below(5), [0, u64::MAX - 20, u64::MAX][dice.below(3)]);
    let (clock, works) = (Arc::new(AtomicUsize::new(0)), works(dice, capacity, start));
    let mut tried = Tried { works, log: Vec::new(), clock };
    for value in 0..dice.below(capacity + 1) as u64 {
        assert!(tried.fills(value), "there is room: {:#?}", tried.log);
    }
    let can_be_late = tried.works.len() > 2 || tried.works[0].ways == ALL;
    let favourites = [dice.below(ALL.end), dice.below(ALL.end), dice.below(ALL.end)];
    let mut hands = Vec::new();
    for (who, work) in tried.works.drain(..).enumerate() {
        let todo = (0..1 + dice.below(16)).map(|_| {
            let any = work.ways.start + dice.below(work.ways.len());
            let favourite = favourites[dice.below(favourites.len())];
            let is_favourite = dice.below(4) > 0 && work.ways.contains(&favourite);
            (if is_favourite { favourite } else { any }, 1 + dice.below(capacity))
        });
        let todo = todo.collect();
        hands.push(Hand::of(who, work, todo, Arc::clone(&tried.clock)));
    }
    take_turns(dice, capacity, &mut hands);
    for Hand { thread, .. } in hands {
        let (work, log) = thread.join().expect("it is done");
        tried.works.push(work);
        tried.log.extend(log);
    }
    while tried.takes() {}
    for lap in 0..3 {
        let room = (0..).take_while(|i| tried.fills(5000 + 10 * lap + i)).count();
        assert!(lap == 0 || room == capacity, "room for {room} of {capacity}: {:#?}", tried.log);
        while tried.takes() {}
    }
    check(&tried.log, capacity, can_be_late);
}

/// What is done by nobody else at the time, before and after.
struct Tried {
    works: Vec<Work>,
    log: Vec<Done>,
    clock: Arc<AtomicUsize>,
}

impl Tried {
    fn does(&mut self, way: usize, value: u64) -> bool {
        let work = self.works.iter_mut().find(|work| work.ways.contains(&way));
        let work = work.expect("each side has a handle");
        let done = Done::by(usize::MAX, work, (way, 1, value), &self.clock);
        let is_done = matches!(done.events[..], [In(_) | Out(_)]);
        self.log.push(done);
        is_done
    }

    /// Whether a value goes in.
    fn fills(&mut self, value: u64) -> bool {
        self.does(0, value)
    }

    /// Whether any comes out.
    fn takes(&mut self) -> bool {
        self.does(4, 0)
    }
}

#[test]
#[cfg_attr(miri, ignore = "thousands of turns of threads for each seed")]
fn threads_in_turns_drawn_from_a_seed_do_what_a_queue_does() {
    let number = |name| std::env::var(name).ok().map(|number| number.parse().expect("a number"));
    let first: u64 = number("RINGWAY_SEED").unwrap_or(0);
    let trials = number("RINGWAY_EXECUTIONS").unwrap_or(times(500) as u64);
    for seed in first..first + trials {
        if let Err(panic) = std::panic::catch_unwind(|| trial(seed)) {
            std::eprintln!("RINGWAY_SEED={seed} RINGWAY_EXECUTIONS=1 finds it again");
            std::panic::resume_unwind(panic);
        }
    }
}
