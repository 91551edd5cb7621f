//! Every way into a ring and out of it, in one shape, so that a check can go through them all.

mod into;
mod out_of;

use ringway::ring::{Consumer, Link, Producer, Shared, Solo};

/// How many values a way moves, of those that are there.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    /// As many as it can, up to a limit.
    UpTo(usize),
    /// All that are asked for, or none; fewer if the thread of a shared producer was late.
    Exact,
}

impl Amount {
    /// How many of `wanted` values are moved if `ready` slots are.
    pub fn of(self, wanted: usize, ready: usize) -> usize {
        match self {
            Self::UpTo(limit) => wanted.min(ready).min(limit),
            Self::Exact if wanted <= ready => wanted,
            Self::Exact => 0,
        }
    }
}

/// A way into a ring: how it is called, how much it moves, and the call, which returns how many
/// of the values went.
pub type WayIn<L> = (&'static str, Amount, fn(&mut Producer<L>, &[u64]) -> usize);

/// A way out of a ring: how it is called, how much it moves, and the call for so many values.
pub type WayOut<L> = (&'static str, Amount, fn(&mut Consumer<L>, usize) -> Vec<u64>);

/// A ring that the suite can put through everything: what its two kinds of side can do is known.
pub trait Tested: Link<Item = u64, Producers: Producing, Consumers: Consuming> {}
impl<L: Link<Item = u64, Producers: Producing, Consumers: Consuming>> Tested for L {}

/// A kind of side, as producers.
pub trait Producing {
    /// Every way into a ring with such producers.
    fn ways_in<L: Link<Item = u64, Producers = Self>>() -> Vec<WayIn<L>>;
    /// Another handle of the side, if it may have one.
    fn another<L: Link<Producers = Self>>(producer: &Producer<L>) -> Option<Producer<L>>;
    /// Writes values in place and lets them go, by `let_go`, without a commit.
    fn abandon<L: Link<Item = u64, Producers = Self>>(producer: &mut Producer<L>, end: End);
}

/// A kind of side, as consumers.
pub trait Consuming {
    /// Every way out of a ring with such consumers.
    fn ways_out<L: Link<Item = u64, Consumers = Self>>() -> Vec<WayOut<L>>;
    /// Another handle of the side, if it may have one.
    fn another<L: Link<Consumers = Self>>(consumer: &Consumer<L>) -> Option<Consumer<L>>;
    /// Looks at values in place without releasing them; returns those seen.
    fn look<L: Link<Item = u64, Consumers = Self>>(
        consumer: &mut Consumer<L>,
        end: End,
    ) -> Option<Vec<u64>>;
}

/// So many producers, made from the first, or `None` if the ring does not allow as many.
pub fn all_producers<L: Link<Producers: Producing>>(
    first: Producer<L>,
    n: usize,
) -> Option<Vec<Producer<L>>> {
    let mut producers = vec![first];
    while producers.len() < n {
        producers.push(L::Producers::another(&producers[0])?);
    }
    Some(producers)
}

/// So many consumers, made from the first, or `None` if the ring does not allow as many.
pub fn all_consumers<L: Link<Consumers: Consuming>>(
    first: Consumer<L>,
    n: usize,
) -> Option<Vec<Consumer<L>>> {
    let mut consumers = vec![first];
    while consumers.len() < n {
        consumers.push(L::Consumers::another(&consumers[0])?);
    }
    Some(consumers)
}

/// As many producers as the ring allows, up to a limit.
pub fn some_producers<L: Link<Producers: Producing>>(
    first: Producer<L>,
    most: usize,
) -> Vec<Producer<L>> {
    let n = if L::Producers::another(&first).is_some() { most } else { 1 };
    all_producers(first, n).expect("there may be one or any number")
}

/// As many consumers as the ring allows, up to a limit.
pub fn some_consumers<L: Link<Consumers: Consuming>>(
    first: Consumer<L>,
    most: usize,
) -> Vec<Consumer<L>> {
    let n = if L::Consumers::another(&first).is_some() { most } else { 1 };
    all_consumers(first, n).expect("there may be one or any number")
}

/// How a guard ends that neither commits nor releases.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// By its drop.
    Dropped,
    /// By `mem::forget`.
    Forgotten,
}

impl End {
    fn of<T>(self, guard: T) {
        match self {
            Self::Dropped => drop(guard),
            Self::Forgotten => std::mem::forget(guard),
        }
    }
}

impl Producing for Shared {
    fn ways_in<L: Link<Item = u64>>() -> Vec<WayIn<L>> {
        into::any()
    }

    fn another<L: Link<Producers = Self>>(producer: &Producer<L>) -> Option<Producer<L>> {
        Some(producer.clone())
    }

    fn abandon<L: Link<Producers = Self>>(_: &mut Producer<L>, _: End) {}
}

impl Producing for Solo {
    fn ways_in<L: Link<Item = u64, Producers = Self>>() -> Vec<WayIn<L>> {
        [into::any(), into::solo()].concat()
    }

    fn another<L: Link<Producers = Self>>(_: &Producer<L>) -> Option<Producer<L>> {
        None
    }

    fn abandon<L: Link<Item = u64, Producers = Self>>(producer: &mut Producer<L>, end: End) {
        let mut slots = producer.reserve(3);
        slots.fill([u64::MAX; 2]);
        end.of(slots);
    }
}

impl Consuming for Shared {
    fn ways_out<L: Link<Item = u64>>() -> Vec<WayOut<L>> {
        out_of::any()
    }

    fn another<L: Link<Consumers = Self>>(consumer: &Consumer<L>) -> Option<Consumer<L>> {
        Some(consumer.clone())
    }

    fn look<L: Link<Consumers = Self>>(_: &mut Consumer<L>, _: End) -> Option<Vec<u64>> {
        None
    }
}

impl Consuming for Solo {
    fn ways_out<L: Link<Item = u64, Consumers = Self>>() -> Vec<WayOut<L>> {
        [out_of::any(), out_of::solo()].concat()
    }

    fn another<L: Link<Consumers = Self>>(_: &Consumer<L>) -> Option<Consumer<L>> {
        None
    }

    fn look<L: Link<Item = u64, Consumers = Self>>(
        consumer: &mut Consumer<L>,
        end: End,
    ) -> Option<Vec<u64>> {
        let values = consumer.peek(3);
        let seen = values.iter().copied().collect();
        end.of(values);
        Some(seen)
    }
}
