//! The queues that the benchmarks compare: the rings, and three baselines with a mutex.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};

use ringway::ring;

/// The end of a queue that takes messages.
pub trait Sink: Send + 'static {
    /// Takes a message, unless the queue is full.
    fn push(&mut self, message: u64) -> bool;

    /// Takes as many messages as fit from the beginning of a slice; how many.
    fn push_batch(&mut self, messages: &[u64]) -> usize {
        messages.iter().take_while(|message| self.push(**message)).count()
    }
}

/// The end of a queue that gives messages.
pub trait Source: Send + 'static {
    /// The oldest message, unless the queue is empty.
    fn pop(&mut self) -> Option<u64>;

    /// As many messages as there are, up to the length of the slice; how many.
    fn pop_batch(&mut self, room: &mut [u64]) -> usize {
        let mut popped = 0;
        while popped < room.len() {
            let Some(message) = self.pop() else { break };
            room[popped] = message;
            popped += 1;
        }
        popped
    }
}

/// The two ends of a queue, one of each for every thread.
pub type Ends<P, C> = (Vec<P>, Vec<C>);

/// Implements the ends for the handles of a ring.
macro_rules! ring {
    ($($kind:ident)+) => { $(
        impl Sink for ring::$kind::Producer<u64> {
            fn push(&mut self, message: u64) -> bool {
                Self::push(self, message).is_ok()
            }

            fn push_batch(&mut self, messages: &[u64]) -> usize {
                self.push_slice(messages)
            }
        }

        impl Source for ring::$kind::Consumer<u64> {
            fn pop(&mut self) -> Option<u64> {
                Self::pop(self)
            }

            fn pop_batch(&mut self, room: &mut [u64]) -> usize {
                self.pop_slice(room)
            }
        }
    )+ };
}

ring!(spsc mpsc spmc mpmc);

/// The ends of a queue that is shared by reference.
#[derive(Debug)]
pub struct Shared<Q>(Arc<Q>);

impl<Q> Clone for Shared<Q> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Q> Shared<Q> {
    /// `producers` and `consumers` ends of a queue.
    pub fn ends(queue: Q, producers: usize, consumers: usize) -> Ends<Self, Self> {
        let shared = Self(Arc::new(queue));
        (vec![shared.clone(); producers], vec![shared; consumers])
    }
}

/// The plain baseline: a standard mutex around a deque.
#[derive(Debug)]
pub struct StdMutex {
    messages: Mutex<VecDeque<u64>>,
    capacity: usize,
}

impl StdMutex {
    /// An empty queue.
    pub fn new(capacity: usize) -> Self {
        Self { messages: Mutex::new(VecDeque::with_capacity(capacity)), capacity }
    }
}

impl Sink for Shared<StdMutex> {
    fn push(&mut self, message: u64) -> bool {
        let mut messages = self.0.messages.lock().unwrap();
        let fits = messages.len() < self.0.capacity;
        if fits {
            messages.push_back(message);
        }
        fits
    }
}

impl Source for Shared<StdMutex> {
    fn pop(&mut self) -> Option<u64> {
        self.0.messages.lock().unwrap().pop_front()
    }
}

/// The same with the mutex of `parking_lot`.
#[derive(Debug)]
pub struct ParkingLot {
    messages: parking_lot::Mutex<VecDeque<u64>>,
    capacity: usize,
}

impl ParkingLot {
    /// An empty queue.
    pub fn new(capacity: usize) -> Self {
        Self { messages: parking_lot::Mutex::new(VecDeque::with_capacity(capacity)), capacity }
    }
}

impl Sink for Shared<ParkingLot> {
    fn push(&mut self, message: u64) -> bool {
        let mut messages = self.0.messages.lock();
        let fits = messages.len() < self.0.capacity;
        if fits {
            messages.push_back(message);
        }
        fits
    }
}

impl Source for Shared<ParkingLot> {
    fn pop(&mut self) -> Option<u64> {
        self.0.messages.lock().pop_front()
    }
}

/// A mutex with two condition variables. Its threads sleep while they wait, so it never refuses.
#[derive(Debug)]
pub struct Condvars {
    inner: StdMutex,
    not_full: Condvar,
    not_empty: Condvar,
}

impl Condvars {
    /// An empty queue.
    pub fn new(capacity: usize) -> Self {
        let inner = StdMutex::new(capacity);
        Self { inner, not_full: Condvar::new(), not_empty: Condvar::new() }
    }
}

impl Sink for Shared<Condvars> {
    fn push(&mut self, message: u64) -> bool {
        let queue = &*self.0;
        let messages = queue.inner.messages.lock().unwrap();
        let full = |messages: &mut VecDeque<u64>| messages.len() == queue.inner.capacity;
        queue.not_full.wait_while(messages, full).unwrap().push_back(message);
        queue.not_empty.notify_one();
        true
    }
}

impl Source for Shared<Condvars> {
    fn pop(&mut self) -> Option<u64> {
        let queue = &*self.0;
        let messages = queue.inner.messages.lock().unwrap();
        let empty = |messages: &mut VecDeque<u64>| messages.is_empty();
        let message = queue.not_empty.wait_while(messages, empty).unwrap().pop_front();
        queue.not_full.notify_one();
        message
    }
}
