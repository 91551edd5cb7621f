//! The models of ringway: small programs of some threads, explored in two ways.
//!
//! `cargo models` runs them. [loom](https://docs.rs/loom) executes a model of two to four threads
//! once for every way in which the threads can take turns, within a bound, and for every value that
//! a load may return. [shuttle](https://docs.rs/shuttle) executes it a few thousand times with turns
//! that are drawn, any number of preemptions among them, and so affords models of eight threads.
//! Each execution checks what it sees.
//!
//! | explorer | configuration | turns | what a load returns |
//! |---|---|---|---|
//! | loom | `ringway_loom` | all, within a bound on preemptions | all that the orderings allow |
//! | shuttle | `ringway_shuttle` | some, drawn (`random`) | the last value: all is sequentially consistent |
//!
//! So loom shows what an ordering is for and shuttle what threads do to each other by taking turns.
//! The library is compiled for one of them, with `ringway_modelled` besides: its atomics, cells and
//! locks are the explorer's. Without a configuration this crate has the command and one test, which
//! runs `cargo models`, so that `cargo test --workspace` runs all there is.
//!
//! # What is modelled
//!
//! The models stand in `tests/models`, one file for each subject:
//!
//! | file | subject |
//! |---|---|
//! | `pairs` | one thread on each side of each of the four rings, across the wrap of the position word |
//! | `shared` | two producers, two consumers, two of each |
//! | `races` | full and empty; the last slot and the last value; a thread stalled between claim and commit |
//! | `batches` | batches that are claimed at once, committed out of order, and taken as far as they go |
//! | `in_place` | reserve and commit, peek and release |
//! | `observations` | the length while others push and pop |
//! | `ownership` | handles that go while others work, disconnection, a ring that is split again |
//! | `late` | late threads of the queue, skipped and back again |
//! | `beside`, `channel/beside` | each operation beside a thread that is late in another |
//! | `channel` | waiters of every kind on both ends: no lost wake-up, those that go away, the end, gaps |
//! | `channel/weights`, `random/weights` | channels bounded by weight: the limit, what frees weight, claims |
//! | `scheduling` | the exploration itself |
//! | `edges` | each named ordering of the library is needed by a model: loom alone |
//! | `random` | three to eight threads that do anything, capacities to 8, any of them late: shuttle alone |
//!
//! Whatever else a model checks, it checks that every value is received or dropped exactly once
//! (`Ledger`), in the order of its producer, and that afterwards the ring takes exactly
//! its capacity again and drops what is left in it (`settle`).
//!
//! # What loom cannot see
//!
//! - loom treats a `SeqCst` access as `AcqRel`, so no model can show that one is needed; what
//!   needs more than that takes a `fence(SeqCst)` there, also where the library outside of models
//!   has an exchange or two loads in turn (`Atomic::store_and_fence`, `load_in_turn`).
//! - loom lets threads take turns only where it believes that two accesses conflict, and it
//!   overlooks a load that is followed by a read-modify-write of the same atomic
//!   (tokio-rs/loom issues 166 and 392): a compare-and-swap loop explores a single execution. So
//!   every access of the library's atomics first stores to one global atomic, relaxed, which is a
//!   turn and orders nothing. That this works is a test (`scheduling`), and every model says how
//!   many executions it takes at least, so that an empty exploration fails.
//! - An atomic remembers its last seven values, so a load is never staler than that.
//! - More preemptions than its bound. Whoever is late once and back again takes two, so that three
//!   threads that are late in turn are beyond it: those are for shuttle.
//!
//! # What shuttle cannot see
//!
//! - Whether an ordering or a fence is needed.
//! - What it does not draw. Each model has a minimum of executions that differ.
//! - Whether an operation ends by itself: an execution of more than 100,000 steps fails, and what
//!   waits for another thread yields.
//!
//! # What neither sees
//!
//! - The library's `unsafe` slices of several cells: in models each cell is moved by itself. It knows
//!   who touches it and whether it holds bytes that were not read yet; those of a producer that was
//!   skipped are such too, and show in the numbers of the values.
//! - The asymmetric fence: in models both fences are full ones, or, where waiters
//!   have asked for care, the light one is none. That the notice is confirmed only after the heavy
//!   fence (W3 of `channel::waiters`) is an argument, not a model.
//! - Time: it passes for a thread of a model only while it sleeps until a deadline, which is over at
//!   once.
//! - How threads sleep: they are woken by a lock and a condition variable of the explorer's in place
//!   of a flag and `unpark`.
//!
//! # Bounds
//!
//! Under loom at most four threads; capacities 1 to 3, and 4 or 5 where a batch has to fill a group
//! of slots or reach the next; at most three preemptions, that is switches away from a thread that
//! could go on, and fewer in the largest models. Where a model ends soon without a bound it has none,
//! and its line says *complete*. A switch at a yield or at the end of a thread is not
//! counted, and what a load returns is not bounded at all. Of three threads no two try again and
//! again, for then loom would let them yield to each other without end.
//!
//! Under shuttle each model has 4000 executions, or those of the variable `RINGWAY_EXECUTIONS`, and
//! the models of `random` some times as many.
//!
//! # By hand
//!
//! Some models by their names, under both or under one:
//!
//! ```text
//! cargo models pairs::spsc
//! cargo models shuttle --test models -- random::queue
//! RINGWAY_EXECUTIONS=100000 cargo models shuttle random
//! ```
//!
//! Of a model that fails the first panic counts. Its handles are dropped on the way, which may
//! panic once more and end the process. Under shuttle the line before it names the model and the
//! seed of the execution, from which all follows that it does; so the same again, alone:
//!
//! ```text
//! RINGWAY_SEED=195 cargo models shuttle a_pop_finds_a_value
//! ```
//!
//! With `LOOM_LOCATION=1` in the environment loom says where the accesses of a race stand.
//!
//! The library with one ordering weakened to relaxed, by its name in `ringway::edge::TABLE`; a
//! model has to fail, and shuttle, which would not see it, is left out:
//!
//! ```text
//! RINGWAY_WEAKEN=FILLED_COMMIT cargo models races
//! ```

#[cfg(ringway_loom)]
mod exhaustive;
#[cfg(ringway_modelled)]
mod explore;
#[cfg(ringway_shuttle)]
mod late;
#[cfg(ringway_modelled)]
mod ledger;
#[cfg(ringway_shuttle)]
mod random;
#[cfg(ringway_modelled)]
mod steps;
#[cfg(ringway_modelled)]
mod way;
#[cfg(ringway_modelled)]
mod witness;

#[cfg(ringway_loom)]
pub use loom::{future, sync, thread};
#[cfg(ringway_shuttle)]
pub use shuttle::{future, sync, thread};

#[cfg(ringway_shuttle)]
pub use explore::explore_random;
#[cfg(ringway_modelled)]
pub use explore::{ALL, Bounds, explore, explore_careful, explore_skipping, explore_unfenced};
#[cfg(ringway_shuttle)]
pub use late::{AtWork, Others};
#[cfg(ringway_modelled)]
pub use ledger::{Ledger, Value};
#[cfg(ringway_modelled)]
pub use steps::{
    Make, assert_exactly, assert_in_order, drain, near_wrap, pop, push, refill, settle,
};
#[cfg(ringway_modelled)]
pub use way::{Way, poll_once};
#[cfg(ringway_modelled)]
pub use witness::Witness;
