//! Any sequence of operations on a `Queue` against a `VecDeque`, from any start, also where positions
//! overflow.
#![cfg(feature = "alloc")]

#[path = "../src/effort.rs"]
mod effort;

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway::Queue;
use ringway::ring::Staged;

use crate::effort::times;

/// One operation on up to `n` values; a number that picks a way counts round.
#[derive(Clone, Debug)]
enum Step {
    In { way: usize, n: usize },
    Out { way: usize, n: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let n = || prop_oneof![4 => 0..6usize, 1 => 0..70usize];
    prop_oneof![
        (0..8usize, n()).prop_map(|(way, n)| Step::In { way, n }),
        (0..5usize, n()).prop_map(|(way, n)| Step::Out { way, n }),
    ]
}

/// A word to start from: anywhere, or so that the laps overflow at once or soon.
fn start() -> impl Strategy<Value = u64> {
    prop_oneof![Just(u64::MAX), (0..600u64).prop_map(|before| u64::MAX - before), any::<u64>()]
}

/// A queue, and what should be in it.
struct Model {
    queue: Queue<u64>,
    values: VecDeque<u64>,
    next: u64,
}

impl Model {
    fn take(&mut self, step: &Step) {
        match *step {
            Step::In { way, n } => self.move_in(way, n),
            Step::Out { way, n } => self.move_out(way, n),
        }
    }

    fn move_in(&mut self, way: usize, n: usize) {
        let room = self.queue.capacity() - self.values.len();
        let values = Vec::from_iter(self.next..self.next + n as u64);
        self.next += n as u64;
        let mut left = values.clone();
        let exactly = if n <= room { n } else { 0 };
        match way {
            0 => {
                let fit = values.iter().take_while(|value| self.queue.push(**value).is_ok());
                assert_eq!(fit.count(), n.min(room));
                left.drain(..n.min(room));
            }
            1 => drop(left.drain(..self.queue.push_slice(&values))),
            2 => assert_eq!(self.queue.push_vec(&mut left), n.min(room)),
            3 => {
                let mut staged = Staged::<_, 100>::new(values.iter().copied());
                drop(left.drain(..self.queue.push_iter(&mut staged)));
            }
            4 => {
                let outcome = self.queue.push_slice_exact(&values);
                assert_eq!(outcome.is_ok(), exactly == n);
                left.drain(..exactly);
            }
            5 => assert_eq!(self.queue.push_vec_exact(&mut left).is_ok(), exactly == n),
            _ => return self.force(way, &values),
        }
        let moved = if way == 4 || way == 5 { exactly } else { n.min(room) };
        assert_eq!(left, values[moved..], "way {way}");
        self.values.extend(&values[..moved]);
    }

    fn force(&mut self, way: usize, values: &[u64]) {
        for &value in values {
            let is_full = self.values.len() == self.queue.capacity();
            let oldest = if is_full { self.values.pop_front() } else { None };
            if way == 6 {
                assert_eq!(self.queue.force_push(value), oldest);
            } else {
                let mut evicted = Vec::new();
                self.queue.force_push_with(value, |value| evicted.push(value));
                assert!(evicted.into_iter().eq(oldest));
            }
            self.values.push_back(value);
        }
    }

    fn move_out(&mut self, way: usize, n: usize) {
        let there = self.values.len();
        let mut values = vec![u64::MAX; n];
        let moved = match way {
            0 => {
                values = (0..n).map_while(|_| self.queue.pop()).collect();
                n.min(there)
            }
            1 => {
                let n = self.queue.pop_slice(&mut values);
                values.truncate(n);
                n.min(there)
            }
            2 => {
                values.clear();
                self.queue.pop_vec(&mut values, n)
            }
            3 => {
                let exactly = if n <= there { n } else { 0 };
                assert_eq!(self.queue.pop_slice_exact(&mut values).is_ok(), exactly == n);
                values.truncate(exactly);
                exactly
            }
            _ => {
                values.clear();
                let exactly = if n <= there { n } else { 0 };
                assert_eq!(self.queue.pop_vec_exact(&mut values, n).is_ok(), exactly == n);
                exactly
            }
        };
        assert!(way > 2 || moved == n.min(there), "{moved} of {n} by way {way}");
        assert!(values.into_iter().eq(self.values.drain(..moved)), "way {way}");
    }

    fn check(&self) {
        let len = self.values.len();
        let full = len == self.queue.capacity();
        let seen = (self.queue.len(), self.queue.is_empty(), self.queue.is_full());
        assert_eq!(seen, (len, len == 0, full));
    }
}

#[test]
fn any_steps_of_a_queue_agree_with_a_deque() {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(times(300) as u32)
    };
    let shapes = (1..=65usize, start(), vec(step(), 1..300));
    let outcome = TestRunner::new(config).run(&shapes, |(capacity, start, steps)| {
        let queue = Queue::new_at(capacity, start);
        let mut model = Model { queue, values: VecDeque::new(), next: 0 };
        for step in &steps {
            model.take(step);
            model.check();
        }
        assert!(model.queue.into_iter().eq(model.values));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
