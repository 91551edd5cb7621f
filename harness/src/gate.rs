//! The start and the finish of a slice.
//!
//! Threads are started and pinned one after the other; [`Gate`] holds them until all have come, so that no
//! start-up is timed. [`Finish`] tells consumers of queues without disconnection that no more messages
//! will come. Both keep their words on cache lines of their own, and nothing writes to them while messages
//! move, except for a producer that has sent all of its own.

use std::hint;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;

use crossbeam_utils::CachePadded;

/// Threads wait here until all have come.
#[derive(Debug)]
pub struct Gate {
    missing: CachePadded<AtomicUsize>,
    state: CachePadded<AtomicU8>,
}

/// The states of a gate; it leaves the first one once.
const CLOSED: u8 = 0;
const OPEN: u8 = 1;
const CALLED_OFF: u8 = 2;

/// Looks at a closed gate before the first yield.
const LOOKS: u32 = 1_000;

impl Gate {
    /// A gate that opens when `threads` threads have come.
    pub fn new(threads: usize) -> Self {
        Self {
            missing: CachePadded::new(AtomicUsize::new(threads)),
            state: CachePadded::new(AtomicU8::new(CLOSED)),
        }
    }

    /// Waits until all threads have come. `false`: the start was called off.
    pub fn pass(&self) -> bool {
        // AcqRel: the thread that opens the gate has seen what all did before they came, and hands it on
        // by its Release store to the Acquire loads below.
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.state.store(OPEN, Ordering::Release);
        }
        let mut looks = 0;
        loop {
            match self.state.load(Ordering::Acquire) {
                CLOSED => {}
                state => return state == OPEN,
            }
            looks += 1;
            if looks > LOOKS {
                thread::yield_now();
            } else {
                hint::spin_loop();
            }
        }
    }

    /// Sends those who wait, and those who are still to come, away: not all threads could be started, so
    /// that the gate would never open.
    pub fn call_off(&self) {
        self.state.store(CALLED_OFF, Ordering::Release);
    }
}

/// Set once, when every producer has sent all of its messages.
#[derive(Debug)]
pub struct Finish {
    producing: CachePadded<AtomicUsize>,
    reached: CachePadded<AtomicU8>,
}

impl Finish {
    /// A finish line for `producers` producers.
    pub fn new(producers: usize) -> Self {
        Self {
            producing: CachePadded::new(AtomicUsize::new(producers)),
            reached: CachePadded::new(AtomicU8::new(0)),
        }
    }

    /// A producer has sent all of its messages and dropped its handle.
    pub fn producer_done(&self) {
        // AcqRel: what every producer pushed happens before the store of the last one …
        if self.producing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.reached.store(1, Ordering::Release);
        }
    }

    /// Whether all of them have. What they pushed is then visible to the caller.
    #[inline]
    pub fn reached(&self) -> bool {
        // … and so before this load, if it sees that store.
        self.reached.load(Ordering::Acquire) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thread_opens_the_gate() {
        let gate = Gate::new(3);
        let passed = thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| gate.pass())).collect();
            threads.into_iter().all(|thread| thread.join().unwrap())
        });
        assert!(passed);
    }

    #[test]
    fn a_start_that_is_called_off_frees_those_who_wait() {
        let gate = Gate::new(2);
        let passed = thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.pass());
            gate.call_off();
            waiting.join().unwrap()
        });
        assert!(!passed);
    }

    #[test]
    fn the_finish_is_reached_by_the_last_producer() {
        let finish = Finish::new(2);
        finish.producer_done();
        assert!(!finish.reached());
        finish.producer_done();
        assert!(finish.reached());
    }
}
