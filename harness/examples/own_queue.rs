//! A queue of one's own in the contest. What is between the two lines is all that it takes; every command then
//! knows it:
//!
//! ```sh
//! cargo run --release -p ringway-harness --example own_queue -- verify --filter two-lists
//! cargo run --release -p ringway-harness --example own_queue -- quick --filter two-lists
//! ```
//!
//! In a crate of its own it is the same, with `ringway-harness` as a dependency.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

// ───────────────────────────────────────────────────────────────────────────────────────────────
use ringway_harness::contender::{Info, Kind};
use ringway_harness::{main_with, registry::Entry, shared_queue};

shared_queue!(Contender, TwoLists, Info::peer("two-lists", Kind::Mpmc),
    new: TwoLists::new, push: TwoLists::push, pop: TwoLists::pop);

fn main() -> std::process::ExitCode {
    main_with([Entry::single::<Contender>().of_version("0.1.0")])
}
// ───────────────────────────────────────────────────────────────────────────────────────────────

/// A bounded queue with a lock for each side: consumers take the whole list of the producers when theirs is
/// empty.
#[derive(Debug)]
struct TwoLists<T> {
    filled: Mutex<VecDeque<T>>,
    taken: Mutex<VecDeque<T>>,
    room: std::sync::atomic::AtomicUsize,
}

impl<T> TwoLists<T> {
    fn new(capacity: usize) -> Self {
        Self {
            filled: Mutex::new(VecDeque::with_capacity(capacity)),
            taken: Mutex::new(VecDeque::with_capacity(capacity)),
            room: capacity.into(),
        }
    }

    fn push(&self, message: T) -> Result<(), T> {
        use std::sync::atomic::Ordering::Relaxed;
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        // Producers alone take room, under their lock.
        if self.room.load(Relaxed) == 0 {
            return Err(message);
        }
        self.room.fetch_sub(1, Relaxed);
        filled.push_back(message);
        Ok(())
    }

    fn pop(&self) -> Option<T> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.is_empty() {
            let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *filled, &mut *taken);
        }
        let message = taken.pop_front()?;
        self.room.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Some(message)
    }
}
