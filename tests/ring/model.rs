//! Any sequence of operations against a `VecDeque`, from any start, also where positions overflow.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway::ring::{Consumer, Producer};

use crate::effort::times;
use crate::ways::{Consuming, End, Producing, Tested};

on_kinds!([spsc, mpsc, spmc, mpmc]: a5_any_steps_agree_with_a_queue);

/// One operation. A number that picks a handle or a way counts round.
#[derive(Clone, Debug)]
enum Step {
    /// Move `n` values in.
    In { handle: usize, way: usize, n: usize },
    /// Move up to `n` values out.
    Out { handle: usize, way: usize, n: usize },
    /// Reserve slots, write some, commit nothing.
    Abandon(End),
    /// Peek at values, release nothing.
    Look(End),
    /// Clone a producer, if the ring allows it.
    AddProducer { like: usize },
    /// Clone a consumer, if the ring allows it.
    AddConsumer { like: usize },
    /// Drop a producer, unless it is the last.
    DropProducer,
    /// Drop a consumer, unless it is the last.
    DropConsumer,
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Dropped), Just(End::Forgotten)]
}

fn step() -> impl Strategy<Value = Step> {
    let n = || prop_oneof![4 => 0..6usize, 1 => 0..70usize];
    prop_oneof![
        10 => (0..4usize, 0..18usize, n()).prop_map(|(handle, way, n)| Step::In { handle, way, n }),
        10 => (0..4usize, 0..18usize, n()).prop_map(|(handle, way, n)| Step::Out { handle, way, n }),
        2 => end().prop_map(Step::Abandon),
        2 => end().prop_map(Step::Look),
        1 => (0..4usize).prop_map(|like| Step::AddProducer { like }),
        1 => (0..4usize).prop_map(|like| Step::AddConsumer { like }),
        1 => Just(Step::DropProducer),
        1 => Just(Step::DropConsumer),
    ]
}

/// A word to start from: anywhere, or so that the laps overflow at once or soon.
fn start() -> impl Strategy<Value = u64> {
    prop_oneof![Just(u64::MAX), (0..600u64).prop_map(|before| u64::MAX - before), any::<u64>()]
}

/// A ring, and what should be in it.
struct Model<L: Tested> {
    producers: Vec<Producer<L>>,
    consumers: Vec<Consumer<L>>,
    queue: VecDeque<u64>,
    next: u64,
}

impl<L: Tested> Model<L> {
    fn take(&mut self, step: &Step) {
        let (producers, consumers) = (self.producers.len(), self.consumers.len());
        match *step {
            Step::In { handle, way, n } => self.move_in(handle % producers, way, n),
            Step::Out { handle, way, n } => self.move_out(handle % consumers, way, n),
            Step::Abandon(end) => L::Producers::abandon(&mut self.producers[0], end),
            Step::Look(end) => {
                if let Some(seen) = L::Consumers::look(&mut self.consumers[0], end) {
                    assert!(seen.iter().eq(self.queue.iter().take(3)));
                }
            }
            Step::AddProducer { like } => {
                self.producers.extend(L::Producers::another(&self.producers[like % producers]));
            }
            Step::AddConsumer { like } => {
                self.consumers.extend(L::Consumers::another(&self.consumers[like % consumers]));
            }
            Step::DropProducer => self.producers.truncate((producers - 1).max(1)),
            Step::DropConsumer => self.consumers.truncate((consumers - 1).max(1)),
        }
    }

    fn move_in(&mut self, handle: usize, way: usize, n: usize) {
        let ways = L::Producers::ways_in();
        let (name, amount, push) = ways[way % ways.len()];
        let values: Vec<_> = (self.next..self.next + n as u64).collect();
        let producer = &mut self.producers[handle];
        let moved = push(producer, &values);
        assert_eq!(moved, amount.of(n, producer.capacity() - self.queue.len()), "{name}");
        self.queue.extend(&values[..moved]);
        self.next += n as u64;
    }

    fn move_out(&mut self, handle: usize, way: usize, n: usize) {
        let ways = L::Consumers::ways_out();
        let (name, amount, pop) = ways[way % ways.len()];
        let received = pop(&mut self.consumers[handle], n);
        let moved = amount.of(n, self.queue.len());
        assert!(received.into_iter().eq(self.queue.drain(..moved)), "{name}");
    }

    fn check(&self) {
        let len = self.queue.len();
        for producer in &self.producers {
            let full = len == producer.capacity();
            assert_eq!(
                (producer.len(), producer.is_empty(), producer.is_full()),
                (len, len == 0, full)
            );
            assert!(!producer.is_disconnected());
        }
        for consumer in &self.consumers {
            let full = len == consumer.capacity();
            assert_eq!(
                (consumer.len(), consumer.is_empty(), consumer.is_full()),
                (len, len == 0, full)
            );
            assert!(!consumer.is_disconnected());
        }
    }
}

// rust-embedded/heapless#144, rust-embedded/heapless#461, rigtorp/MPMCQueue#40
fn a5_any_steps_agree_with_a_queue<L: Tested>(
    make: impl Fn(usize, u64) -> (Producer<L>, Consumer<L>),
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(times(300) as u32)
    };
    let shapes = (1..=65usize, start(), vec(step(), 1..300));
    let outcome = TestRunner::new(config).run(&shapes, |(capacity, start, steps)| {
        let (producer, consumer) = make(capacity, start);
        let (producers, consumers) = (vec![producer], vec![consumer]);
        let mut model = Model { producers, consumers, queue: VecDeque::new(), next: 0 };
        model.check();
        for step in &steps {
            model.take(step);
            model.check();
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
