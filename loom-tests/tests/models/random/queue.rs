//! Threads that do anything to a queue, some of them late.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use loom_tests::thread;
use loom_tests::{AtWork, Ledger, Others, Value, assert_exactly, explore_random};
use ringway::Queue;
use ringway::ring::Staged;
use shuttle::rand::{Rng, thread_rng};

use super::{any_capacity, assert_own_order, drain, own, whole_again};

/// The most values of a batch.
const BATCH: u64 = 3;

/// What is known of the number of values in the queue, beside what is modelled.
#[derive(Debug, Default)]
struct Tally {
    /// Values of pushes that have returned.
    pushed: AtomicU64,
    /// Values that were taken, or may be by an operation that has begun.
    taken: AtomicU64,
}

/// One thread of the model.
struct Worker {
    queue: Arc<Queue<Value>>,
    tally: Arc<Tally>,
    ledger: &'static Ledger,
    /// The numbers of its values that are not used yet.
    ids: std::ops::Range<u64>,
    sent: Vec<u64>,
    received: Vec<u64>,
}

impl Worker {
    fn next(&mut self) -> Value {
        self.ledger.value(self.ids.next().expect("enough"))
    }

    /// Values for a batch.
    fn batch(&mut self) -> Vec<Value> {
        let n = thread_rng().gen_range(1..=BATCH);
        (0..n).map(|_| self.next()).collect()
    }

    /// The values of an operation went in.
    fn sent(&mut self, ids: impl IntoIterator<Item = u64>) {
        let before = self.sent.len();
        self.sent.extend(ids);
        self.tally.pushed.fetch_add((self.sent.len() - before) as u64, Ordering::Relaxed);
    }

    /// The first values of a batch went in, and the rest goes.
    fn sent_but(&mut self, ids: Vec<u64>, rest: &[Value]) {
        let sent = ids.len() - rest.len();
        assert!(ids[sent..].iter().copied().eq(rest.iter().map(Value::id)), "another rest");
        self.sent(ids.into_iter().take(sent));
    }

    /// Takes by an operation that takes `most` at most. Empty is exact: it finds something if what
    /// was there before is more than all others may have taken since.
    fn take(&mut self, most: u64, operate: impl FnOnce(&Queue<Value>) -> Vec<Value>) {
        let pushed = self.tally.pushed.load(Ordering::Relaxed);
        self.tally.taken.fetch_add(most, Ordering::Relaxed);
        let values = operate(&self.queue);
        let in_vain = most - values.len() as u64;
        let taken = self.tally.taken.fetch_sub(in_vain, Ordering::Relaxed) - in_vain;
        if values.is_empty() && most > 0 {
            assert!(pushed <= taken, "empty after {pushed} pushed and at most {taken} taken");
        }
        self.received.extend(values.iter().map(Value::id));
    }

    fn act(&mut self) {
        match thread_rng().gen_range(0..12) {
            0..3 => {
                let value = self.next();
                let id = value.id();
                if self.queue.push(value).is_ok() {
                    self.sent([id]);
                }
            }
            3..6 => self.take(1, |queue| Vec::from_iter(queue.pop())),
            6 => {
                let mut values = self.batch();
                let ids = Vec::from_iter(values.iter().map(Value::id));
                let n = self.queue.push_vec(&mut values);
                assert_eq!(n, ids.len() - values.len());
                self.sent_but(ids, &values);
            }
            7 => {
                let mut values = self.batch();
                let ids = Vec::from_iter(values.iter().map(Value::id));
                // A batch of an exact size that was late may go in in part.
                let _ = self.queue.push_vec_exact(&mut values);
                self.sent_but(ids, &values);
            }
            8 => {
                let first = self.ids.start;
                let mut values = Staged::<_, 2>::new(self.batch());
                let n = self.queue.push_iter(&mut values) as u64;
                self.sent(first..first + n);
            }
            9 => self.take(BATCH, |queue| {
                let mut values = Vec::with_capacity(BATCH as usize);
                queue.pop_vec(&mut values, BATCH as usize);
                values
            }),
            10 => {
                // It may find too few though there is one.
                let mut values = Vec::with_capacity(2);
                self.tally.taken.fetch_add(2, Ordering::Relaxed);
                let _ = self.queue.pop_vec_exact(&mut values, 2);
                let in_vain = 2 - values.len() as u64;
                self.tally.taken.fetch_sub(in_vain, Ordering::Relaxed);
                self.received.extend(values.iter().map(Value::id));
            }
            _ => self.evict_or_look(),
        }
    }

    fn evict_or_look(&mut self) {
        assert!(self.queue.len() <= self.queue.capacity());
        let value = self.next();
        let id = value.id();
        // As many as it may let go before it is done.
        let most = 100;
        self.tally.taken.fetch_add(most, Ordering::Relaxed);
        let mut evicted = Vec::new();
        self.queue.force_push_with(value, |value| evicted.push(value.id()));
        // Where every slot is held by a late thread it is the value itself that goes.
        let is_in = !evicted.contains(&id);
        evicted.retain(|other| *other != id);
        self.tally.taken.fetch_sub(most - evicted.len() as u64, Ordering::Relaxed);
        self.received.append(&mut evicted);
        self.sent(Some(id).filter(|_| is_in));
    }

    /// Does so many operations.
    fn work(mut self, work: &AtWork, operations: u32) -> (Vec<u64>, Vec<u64>) {
        for _ in 0..operations {
            self.act();
            work.done();
        }
        assert_own_order(&self.received);
        (self.sent, self.received)
    }
}

fn anything(ledger: &'static Ledger) {
    let mut chance = thread_rng();
    let (threads, capacity) = (chance.gen_range(3..=8), any_capacity());
    let queue = Arc::new(Queue::new_at(capacity, u64::MAX));
    let tally = Arc::new(Tally::default());
    let others = Others::default();
    let workers = (0..threads).map(|thread| {
        let worker = Worker {
            queue: Arc::clone(&queue),
            tally: Arc::clone(&tally),
            ledger,
            ids: own(thread),
            sent: Vec::new(),
            received: Vec::new(),
        };
        let (others, operations) = (others.clone(), chance.gen_range(1..=8));
        thread::spawn(move || worker.work(&others.begin(), operations))
    });
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for worker in Vec::from_iter(workers) {
        let (some, others) = worker.join().unwrap();
        sent.extend(some);
        received.extend(others);
    }
    let left = drain(&queue);
    assert_own_order(&left);
    received.extend(left);
    assert_exactly(received, sent);
    whole_again(ledger, &queue);
}

#[test]
fn anything_on_a_queue() {
    explore_random("anything on a queue", 10, anything);
}
