//! What the threads of a trial do: the operations of each kind of ring and of the queue, by numbers.

use std::boxed::Box;
use std::ops::Range;

use super::*;
use crate::ring::Solo;

/// What an operation did: these values went in, or came out, or it found fewer than so many, or less room.
#[derive(Debug)]
pub(super) enum Event {
    In(Vec<u64>),
    Out(Vec<u64>),
    TooFew(usize),
    TooMany(usize),
}
use Event::{In, Out, TooFew, TooMany};

/// Does an operation in one of its ways, of so many values; those that go in are this one and those after it.
type Operate = Box<dyn FnMut(usize, usize, u64) -> Vec<Event> + Send>;

/// What a thread of a trial can do.
pub(super) struct Work {
    pub(super) ways: Range<usize>,
    pub(super) operate: Operate,
}

/// The ways to fill, to take, and those with the way to evict.
const FILLS: Range<usize> = 0..4;
const TAKES: Range<usize> = 4..8;
pub(super) const ALL: Range<usize> = 0..9;

/// What went in, of at least `least` that there were.
fn inside(values: Vec<u64>, least: usize) -> Vec<Event> {
    Vec::from([if values.is_empty() { TooMany(least) } else { In(values) }])
}

/// What came out, of at least `least` that were wanted.
fn out(values: Vec<u64>, least: usize) -> Vec<Event> {
    Vec::from([if values.is_empty() { TooFew(least) } else { Out(values) }])
}

/// The operations that a producer and the queue have in common.
macro_rules! fill {
    ($to:expr, $way:expr, $n:expr, $first:expr) => {{
        let values = Vec::from_iter($first..$first + $n as u64);
        let moved = match $way {
            0 => usize::from($to.push($first).is_ok()),
            1 => $to.push_slice(&values),
            _ => $to.push_slice_exact(&values).map_or_else(|few| few.moved(), |()| $n),
        };
        inside(values[..moved].into(), if $way > 1 { $n } else { 1 })
    }};
}

/// The operations that a consumer and the queue have in common.
macro_rules! take {
    ($from:expr, $way:expr, $n:expr) => {{
        let mut values = Vec::new();
        match $way {
            4 => values.extend($from.pop()),
            5 => _ = $from.pop_vec(&mut values, $n),
            _ => _ = $from.pop_vec_exact(&mut values, $n),
        }
        out(values, if $way > 5 { $n } else { 1 })
    }};
}

fn both(queue: &Arc<Queue<u64>>) -> Work {
    let queue = Arc::clone(queue);
    let operate: Operate = Box::new(move |way, n, first| match way {
        0..4 => fill!(queue, way, n, first),
        4..8 => take!(queue, way, n),
        _ => {
            let mut evicted = Vec::new();
            queue.force_push_with(first, |value| evicted.push(value));
            Vec::from([In(Vec::from([first])), Out(evicted)])
        }
    });
    Work { ways: ALL, operate }
}

fn fills<L: Link<Item = u64> + Send + 'static>(mut to: Producer<L>) -> Work
where
    Producer<L>: Send,
{
    Work { ways: FILLS, operate: Box::new(move |way, n, first| fill!(to, way, n, first)) }
}

fn takes<L: Link<Item = u64> + Send + 'static>(mut from: Consumer<L>) -> Work
where
    Consumer<L>: Send,
{
    Work { ways: TAKES, operate: Box::new(move |way, n, _| take!(from, way, n)) }
}

/// As [`fills`], by a lone producer, which may write in place: what it forgets or drops is not there.
fn writes<L>(mut to: Producer<L>) -> Work
where
    L: Link<Item = u64, Producers = Solo> + Send + 'static,
    Producer<L>: Send,
{
    let operate: Operate = Box::new(move |way, n, first| {
        if way < 3 {
            return fill!(to, way, n, first);
        }
        std::mem::forget(to.reserve(n));
        to.reserve(n).fill([0]);
        let mut slots = to.reserve(n);
        slots.fill(first..first + 1.max(n as u64 - 1));
        inside((first..first + slots.commit() as u64).collect(), 1)
    });
    Work { ways: FILLS, operate }
}

/// As [`takes`], by a lone consumer, which may look in place: what it sees is there still.
fn releases<L>(mut from: Consumer<L>) -> Work
where
    L: Link<Item = u64, Consumers = Solo> + Send + 'static,
    Consumer<L>: Send,
{
    let operate: Operate = Box::new(move |way, n, _| {
        if way < 7 {
            return take!(from, way, n);
        }
        let seen = Vec::from_iter(from.peek(n).iter().copied());
        let slots = from.peek(n);
        let mut values = Vec::from_iter(slots.iter().copied());
        assert!(values.starts_with(&seen));
        values.truncate(slots.release(1.max(n - 1)));
        out(values, 1)
    });
    Work { ways: TAKES, operate }
}

/// What the threads of a trial can do: on a ring of one of the kinds, or on a queue.
pub(super) fn works(dice: &mut Dice, capacity: usize, start: u64) -> Vec<Work> {
    let (kind, more) = (dice.below(6), 1 + dice.below(3));
    match kind {
        0 => {
            let (to, from) = ring::spsc_at(capacity, start);
            Vec::from([writes(to), releases(from)])
        }
        1 => {
            let (to, from) = ring::mpsc_at(capacity, start);
            let more = (0..=more).map(|_| fills(to.clone()));
            Vec::from_iter(more.chain([releases(from)]))
        }
        2 => {
            let (to, from) = ring::spmc_at(capacity, start);
            let more = (0..=more).map(|_| takes(from.clone()));
            Vec::from_iter(more.chain([writes(to)]))
        }
        3 => {
            let (to, from) = ring::mpmc_at(capacity, start);
            let more = (0..more).map(|_| takes(from.clone()));
            Vec::from_iter(more.chain([fills(to.clone()), fills(to)]))
        }
        _ => {
            let queue = Arc::new(Queue::new_at(capacity, start));
            (0..1 + more).map(|_| both(&queue)).collect()
        }
    }
}
