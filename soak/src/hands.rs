//! Every queue by one shape: what its handles that push can do, and what those that pop can.

mod channels;

use std::sync::Arc;

use ringway::Queue;
use ringway::channel;
use ringway::ring::{self, Staged};

/// What `len`, `is_empty`, `is_full` and `capacity` said, one after the other.
pub type Seen = (usize, bool, bool, usize);

/// What became of a value that was to be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Push {
    /// It is in.
    In,
    /// The queue said Full.
    Full,
    /// The queue is closed.
    Closed,
    /// It is not in, and nobody said why.
    Refused,
}

impl Push {
    /// In, or else this.
    fn or(self, is_in: bool) -> Self {
        if is_in { Self::In } else { self }
    }
}

/// What became of a value that was pushed whatever had to go for it.
#[derive(Debug)]
pub struct Forced {
    /// What had to go.
    pub evicted: Vec<u64>,
    /// Whether the value is in.
    pub is_in: bool,
}

/// What a handle that pushes can do.
pub trait Fill: Send {
    /// One value by some way.
    fn push(&mut self, value: u64, way: u64) -> Push;
    /// As many values as fit, at least one; how many. Or all or none, if `exact`.
    fn push_many(&mut self, values: &[u64], exact: bool, way: u64) -> usize;
    /// One value, in the place of the oldest if the queue is full. `None` if it cannot be forced.
    fn force(&mut self, _: u64) -> Option<Forced> {
        None
    }
    /// Puts a clone in the place of the handle.
    fn renew(&mut self) {}
    /// Closes it.
    fn close(&mut self) {}
    /// What it says of its state.
    fn see(&self) -> Seen;
}

/// What a handle that pops can do.
pub trait Empty: Send {
    /// One value by some way.
    fn pop(&mut self, way: u64) -> Option<u64>;
    /// As many values as there are, at most `most`. Or exactly as many, if `exact`.
    fn pop_many(&mut self, most: usize, exact: bool, way: u64) -> Vec<u64>;
    /// Puts a clone in the place of the handle.
    fn renew(&mut self) {}
    /// What it says of its state.
    fn see(&self) -> Seen;
}

/// The handles of a queue.
pub struct Hands {
    /// Those that push.
    pub fill: Vec<Box<dyn Fill>>,
    /// Those that pop.
    pub empty: Vec<Box<dyn Empty>>,
}

macro_rules! seen {
    () => {
        fn see(&self) -> Seen {
            (self.len(), self.is_empty(), self.is_full(), self.capacity())
        }
    };
}

/// Batches that producers and `Queue` have alike.
macro_rules! push_many {
    ($own:expr, $values:expr, $exact:expr, $way:expr) => {{
        let mut vector = $values.to_vec();
        match ($exact, $way % 3) {
            (true, 0) => {
                let all = |()| $values.len();
                $own.push_slice_exact($values).map_or_else(|few| few.moved(), all)
            }
            (true, _) => {
                let all = |()| $values.len();
                $own.push_vec_exact(&mut vector).map_or_else(|few| few.moved(), all)
            }
            (false, 0) => $own.push_slice($values),
            (false, 1) => $own.push_vec(&mut vector),
            (false, _) => $own.push_iter(&mut Staged::<_, 4>::new($values.iter().copied())),
        }
    }};
}

macro_rules! pop_many {
    ($own:expr, $most:expr, $exact:expr, $way:expr) => {{
        let mut values = Vec::new();
        match ($exact, $way % 2) {
            (true, 0) => {
                values.resize($most, 0);
                let all = $own.pop_slice_exact(&mut values).is_ok();
                values.truncate(if all { $most } else { 0 });
            }
            (true, _) => drop($own.pop_vec_exact(&mut values, $most)),
            (false, 0) => {
                values.resize($most, 0);
                let n = $own.pop_slice(&mut values);
                values.truncate(n);
            }
            (false, _) => drop($own.pop_vec(&mut values, $most)),
        }
        values
    }};
}

macro_rules! shared_producer {
    ($($of:ident),*) => {$(
        impl Fill for ring::$of::Producer<u64> {
            fn push(&mut self, value: u64, _: u64) -> Push {
                Push::Full.or(self.push(value).is_ok())
            }
            fn push_many(&mut self, values: &[u64], exact: bool, way: u64) -> usize {
                push_many!(self, values, exact, way)
            }
            fn renew(&mut self) {
                *self = self.clone();
            }
            seen!();
        }
    )*};
}
shared_producer!(mpsc, mpmc);

macro_rules! lone_producer {
    ($($of:ident),*) => {$(
        impl Fill for ring::$of::Producer<u64> {
            fn push(&mut self, value: u64, way: u64) -> Push {
                if way % 2 == 0 {
                    return Push::Full.or(self.push(value).is_ok());
                }
                let mut slots = self.reserve(1);
                let is_in = slots.write(value).is_ok();
                assert_eq!(slots.commit(), usize::from(is_in));
                Push::Full.or(is_in)
            }
            fn push_many(&mut self, values: &[u64], exact: bool, way: u64) -> usize {
                if exact || way % 4 != 3 {
                    return push_many!(self, values, exact, way);
                }
                // Slots that are let go were never taken.
                drop(self.reserve(values.len()));
                let mut slots = self.reserve(values.len());
                let n = slots.fill(values.iter().copied());
                assert_eq!(slots.commit(), n);
                n
            }
            seen!();
        }
    )*};
}
lone_producer!(spsc, spmc);

macro_rules! shared_consumer {
    ($($of:ident),*) => {$(
        impl Empty for ring::$of::Consumer<u64> {
            fn pop(&mut self, _: u64) -> Option<u64> {
                self.pop()
            }
            fn pop_many(&mut self, most: usize, exact: bool, way: u64) -> Vec<u64> {
                pop_many!(self, most, exact, way)
            }
            fn renew(&mut self) {
                *self = self.clone();
            }
            seen!();
        }
    )*};
}
shared_consumer!(spmc, mpmc);

macro_rules! lone_consumer {
    ($($of:ident),*) => {$(
        impl Empty for ring::$of::Consumer<u64> {
            fn pop(&mut self, _: u64) -> Option<u64> {
                self.pop()
            }
            fn pop_many(&mut self, most: usize, exact: bool, way: u64) -> Vec<u64> {
                if exact || way % 4 != 3 {
                    return pop_many!(self, most, exact, way);
                }
                let slots = self.peek(most);
                let values: Vec<_> = slots.iter().copied().collect();
                assert_eq!(slots.release(values.len()), values.len());
                values
            }
            seen!();
        }
    )*};
}
lone_consumer!(spsc, mpsc);

/// A handle of a [`Queue`].
#[derive(Clone)]
struct Share(Arc<Queue<u64>>);

impl Fill for Share {
    fn push(&mut self, value: u64, _: u64) -> Push {
        Push::Full.or(self.0.push(value).is_ok())
    }
    fn push_many(&mut self, values: &[u64], exact: bool, way: u64) -> usize {
        push_many!(self.0, values, exact, way)
    }
    fn force(&mut self, value: u64) -> Option<Forced> {
        let mut evicted = Vec::new();
        self.0.force_push_with(value, |oldest| evicted.push(oldest));
        Some(Forced { is_in: !evicted.contains(&value), evicted })
    }
    fn see(&self) -> Seen {
        (self.0.len(), self.0.is_empty(), self.0.is_full(), self.0.capacity())
    }
}

impl Empty for Share {
    fn pop(&mut self, _: u64) -> Option<u64> {
        self.0.pop()
    }
    fn pop_many(&mut self, most: usize, exact: bool, way: u64) -> Vec<u64> {
        pop_many!(self.0, most, exact, way)
    }
    fn see(&self) -> Seen {
        Fill::see(self)
    }
}

/// A kind of queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `ring::spsc`.
    Spsc,
    /// `ring::mpsc`.
    Mpsc,
    /// `ring::spmc`.
    Spmc,
    /// `ring::mpmc`.
    Mpmc,
    /// `Queue`.
    Queue,
    /// `channel::spsc`.
    SpscChannel,
    /// `channel::mpsc`.
    MpscChannel,
    /// `channel::spmc`.
    SpmcChannel,
    /// `channel::bounded`.
    Channel,
}

impl Subject {
    /// All of them, those with more that can go wrong more often.
    pub const ALL: [Self; 12] = [
        Self::Spsc,
        Self::Mpsc,
        Self::Spmc,
        Self::Mpmc,
        Self::Queue,
        Self::Queue,
        Self::Queue,
        Self::SpscChannel,
        Self::MpscChannel,
        Self::SpmcChannel,
        Self::Channel,
        Self::Channel,
    ];

    /// Whether each side has one handle.
    pub fn is_of_two(self) -> bool {
        matches!(self, Self::Spsc | Self::SpscChannel)
    }

    /// Whether it is a channel.
    pub fn is_channel(self) -> bool {
        use Subject::{Channel, MpscChannel, SpmcChannel, SpscChannel};
        matches!(self, SpscChannel | MpscChannel | SpmcChannel | Channel)
    }

    /// So many handles, where there may be as many, of a new one.
    pub fn hands(self, capacity: usize, start: u64, n: usize) -> Hands {
        fn fill<F: Fill + 'static>(all: Vec<F>) -> Vec<Box<dyn Fill>> {
            all.into_iter().map(|one| Box::new(one) as Box<dyn Fill>).collect()
        }
        fn empty<E: Empty + 'static>(all: Vec<E>) -> Vec<Box<dyn Empty>> {
            all.into_iter().map(|one| Box::new(one) as Box<dyn Empty>).collect()
        }
        match self {
            Self::Spsc => {
                let (producer, consumer) = ring::spsc_at(capacity, start);
                Hands { fill: fill(vec![producer]), empty: empty(vec![consumer]) }
            }
            Self::Mpsc => {
                let (producer, consumer) = ring::mpsc_at(capacity, start);
                Hands { fill: fill(vec![producer; n]), empty: empty(vec![consumer]) }
            }
            Self::Spmc => {
                let (producer, consumer) = ring::spmc_at(capacity, start);
                Hands { fill: fill(vec![producer]), empty: empty(vec![consumer; n]) }
            }
            Self::Mpmc => {
                let (producer, consumer) = ring::mpmc_at(capacity, start);
                Hands { fill: fill(vec![producer; n]), empty: empty(vec![consumer; n]) }
            }
            Self::Queue => {
                let queue = Share(Arc::new(Queue::new_at(capacity, start)));
                Hands { fill: fill(vec![queue.clone(); n]), empty: empty(vec![queue; n]) }
            }
            Self::SpscChannel => {
                let (sender, receiver) = channel::spsc::bounded_at(capacity, start);
                Hands { fill: fill(vec![sender]), empty: empty(vec![receiver]) }
            }
            Self::MpscChannel => {
                let (sender, receiver) = channel::mpsc::bounded_at(capacity, start);
                Hands { fill: fill(vec![sender; n]), empty: empty(vec![receiver]) }
            }
            Self::SpmcChannel => {
                let (sender, receiver) = channel::spmc::bounded_at(capacity, start);
                Hands { fill: fill(vec![sender]), empty: empty(vec![receiver; n]) }
            }
            Self::Channel => {
                let (sender, receiver) = channel::bounded_at(capacity, start);
                Hands { fill: fill(vec![sender; n]), empty: empty(vec![receiver; n]) }
            }
        }
    }
}
