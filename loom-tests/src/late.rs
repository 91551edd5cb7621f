//! Threads of a random model that are late: stopped inside an operation, at any of its points, until
//! the others have got on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ringway::hook::{self, Point};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread::yield_now;

/// For how many turns of its own a thread is late at most. The others may wait for it.
const TURNS: u32 = 300;

/// What the threads of an execution have done, beside what is modelled.
#[derive(Clone, Debug, Default)]
pub struct Others(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Operations.
    done: AtomicU64,
    /// Threads that are at work.
    at_work: AtomicU64,
}

impl Others {
    /// This thread is at work until the guard goes, and late at some points or at none, in a row or
    /// here and there.
    pub fn begin(&self) -> AtWork {
        let mut chance = thread_rng();
        let mut times = chance.gen_range(0..=8);
        let one_in = [16, 4, 2][chance.gen_range(0..3)];
        self.begin_late(move |_| {
            let is_late = times > 0 && thread_rng().gen_ratio(1, one_in);
            times -= u32::from(is_late);
            is_late
        })
    }

    /// This thread is at work until the guard goes, and late at those points.
    pub fn begin_late(&self, mut is_late: impl FnMut(Point) -> bool + 'static) -> AtWork {
        self.0.at_work.fetch_add(1, Ordering::Relaxed);
        let others = self.clone();
        hook::set(move |point| {
            if is_late(point) {
                others.let_them();
            }
        });
        AtWork(self.clone())
    }

    /// Stands still until the others have done some operations or end.
    fn let_them(&self) {
        let until = self.0.done.load(Ordering::Relaxed) + thread_rng().gen_range(1..12);
        for _ in 0..TURNS {
            let is_alone = self.0.at_work.load(Ordering::Relaxed) <= 1;
            if is_alone || self.0.done.load(Ordering::Relaxed) >= until {
                return;
            }
            yield_now();
        }
    }
}

/// A thread at work.
#[derive(Debug)]
pub struct AtWork(Others);

impl AtWork {
    /// An operation is done.
    pub fn done(&self) {
        self.0.0.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.0.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}
