//! The watch of the whole ring: one thread finds that nobody is late any more, and another believes it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom_tests::{Value, assert_exactly, explore_skipping, thread};
use ringway::hook::{self, Point};
use ringway::ring;

/// How far all threads have come. It is not modelled: nobody sees by it what another did.
#[derive(Clone, Default)]
struct Stage(Arc<AtomicUsize>);

impl Stage {
    /// Comes to a stage, and waits until somebody has come to the next.
    fn passes(&self, stage: usize) {
        self.comes_to(stage);
        self.waits_for(stage + 1);
    }

    fn comes_to(&self, stage: usize) {
        self.0.fetch_max(stage, Ordering::Relaxed);
    }

    fn waits_for(&self, stage: usize) {
        while self.0.load(Ordering::Relaxed) < stage {
            thread::yield_now();
        }
    }
}

/// A producer comes back that was skipped, since another has pushed behind it, before the thread that has
/// skipped it passes the slot. That finds the ring calm, by a push that tries an old position first. A
/// consumer that has seen nothing of all this believes it, and does not take what the producer had filled
/// before it knew. Nor by a batch, which looks at the watch of the sector.
#[test]
fn who_believes_that_nobody_is_late_sees_what_the_late_have_left() {
    beside_one_who_finds_that_nobody_is_late("one", |consumer, all| all.extend(consumer.pop()));
    beside_one_who_finds_that_nobody_is_late("a batch", |consumer, all| {
        consumer.pop_vec(all, 1);
    });
}

fn beside_one_who_finds_that_nobody_is_late(
    name: &str,
    take: fn(&mut ring::mpmc::Consumer<Value>, &mut Vec<Value>),
) {
    explore_skipping(&format!("somebody finds the ring calm, {name}"), (0, 10), move |ledger| {
        let (mut another, mut consumer) = ring::mpmc_at(4, u64::MAX);
        let mut behind = another.clone();
        let stage = Stage::default();
        let (mut theirs, at) = (another.clone(), stage.clone());
        let producer = thread::spawn(move || {
            let on_the_way = at.clone();
            hook::set(move |point| {
                if point == Point::Moved {
                    on_the_way.passes(1);
                }
            });
            let is_in = theirs.push(ledger.value(10)).is_ok();
            at.comes_to(3);
            is_in
        });
        let (mut theirs, at) = (consumer.clone(), stage.clone());
        let reader = thread::spawn(move || {
            at.waits_for(4);
            let mut values = Vec::new();
            take(&mut theirs, &mut values);
            at.comes_to(5);
            Vec::from_iter(values.iter().map(Value::id))
        });
        stage.waits_for(1);
        assert!(behind.push(ledger.value(12)).is_ok());
        let pushed = Rc::new(RefCell::new(None));
        let (is_in, mut is_skipped) = (Rc::clone(&pushed), false);
        hook::set(move |point| {
            is_skipped |= point == Point::Intended;
            if is_skipped && point == Point::Asking && is_in.borrow().is_none() {
                stage.passes(2);
                *is_in.borrow_mut() = Some(another.push(ledger.value(11)).is_ok());
                stage.passes(4);
            }
        });
        let own = consumer.pop().map(|value| value.id());
        hook::set(|_| ());
        let mut all = Vec::from_iter(own);
        all.extend(reader.join().unwrap());
        let is_in = pushed.take().expect("it was late");
        let sent = [(producer.join().unwrap(), 10), (is_in, 11), (true, 12)];
        all.extend(std::iter::from_fn(|| consumer.pop()).map(|value| value.id()));
        let sent = sent.into_iter().filter(|(is_in, _)| *is_in).map(|(_, id)| id);
        assert_exactly(all, sent.collect());
    });
}
