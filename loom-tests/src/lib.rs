//! The loom models of ringway.
//!
//! `cargo models` runs them. [loom](https://docs.rs/loom) executes a small program of two to four
//! threads once for every way in which the threads can take turns, within a bound, and for every
//! value that a load may return; each execution checks what it sees. The library is compiled
//! under the private configuration `ringway_loom`, where its atomics, cells and reference counts
//! are loom's. Without it this crate is empty but for one test, which runs `cargo models`, so that
//! `cargo test --workspace` runs all there is.
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
//! | `channel` | waiters of every kind on both ends: no lost wake-up, those that go away, the end, gaps |
//! | `scheduling` | the exploration itself |
//! | `edges` | each edge, that is each ordering with a name in `src/sync/edge.rs`, is needed by a model |
//!
//! Whatever else a model checks, it checks that every value is received or dropped exactly once
//! (`Ledger`), in the order of its producer, and that afterwards the ring takes exactly
//! its capacity again and drops what is left in it (`settle`).
//!
//! # What loom cannot see
//!
//! - loom treats a `SeqCst` access as `AcqRel`, so no model can show that one is needed. The library
//!   has two, `load_in_turn` and `store_and_fence` of its atomics; in models a `fence(SeqCst)` stands
//!   in their place, which loom knows.
//! - loom lets threads take turns only where it believes that two accesses conflict, and it
//!   overlooks a load that is followed by a read-modify-write of the same atomic
//!   (tokio-rs/loom issues 166 and 392): a compare-and-swap loop explores a single execution. So
//!   every access of the library's atomics first stores to one global atomic, relaxed, which is a
//!   turn and orders nothing. That this works is a test (`scheduling`), and every model says how
//!   many executions it takes at least, so that an empty exploration fails.
//! - An atomic remembers its last seven values, so a load is never staler than that.
//! - A cell knows who touches it, not whether it holds a value. What is read twice or was never
//!   written shows in the numbers of the values.
//! - The library's `unsafe` slices of several cells: under loom each cell is moved by itself.
//! - The asymmetric fence cannot be modelled: in models both fences are full ones, or, where waiters
//!   have asked for care, the light one is none. That the notice is confirmed only after the heavy
//!   fence (W3 of `channel::waiters`) is an argument, not a model.
//! - Time passes for a thread of a model only while it sleeps until a deadline, which is over at
//!   once.
//! - A sleeping `Select` is woken by a lock and a condition variable of loom's in place of a flag and
//!   `unpark`, and those who wait in a channel are in a list of the models' own, with the promises of
//!   the crate event-listener.
//!
//! # Bounds
//!
//! At most four threads; capacities 1 to 3, and 4 or 5 where a batch has to fill a group of slots
//! or reach the next; at most three preemptions, that is switches away from a thread that could
//! go on, and fewer in the largest models. A switch at a yield or at the end of a thread is not
//! counted, and what a load returns is not bounded at all. Of three threads no two try again and
//! again, for then loom would let them yield to each other without end.
//!
//! # By hand
//!
//! Some models by their names:
//!
//! ```text
//! cargo models --test models -- pairs::spsc
//! ```
//!
//! Of a model that fails the first panic counts. Its handles are dropped on the way, which may
//! panic once more and end the process. With `LOOM_LOCATION=1` in the environment loom says where
//! the accesses of a race stand.
//!
//! The library with one ordering weakened to relaxed, by its name in `ringway::edge::TABLE`; a
//! model has to fail:
//!
//! ```text
//! RINGWAY_WEAKEN=FILLED_COMMIT cargo models --test models -- races
//! ```

#[cfg(ringway_loom)]
mod explore;
#[cfg(ringway_loom)]
mod ledger;
#[cfg(ringway_loom)]
mod steps;
#[cfg(ringway_loom)]
mod way;
#[cfg(ringway_loom)]
mod witness;

#[cfg(ringway_loom)]
pub use explore::{Bounds, explore, explore_careful, explore_skipping};
#[cfg(ringway_loom)]
pub use ledger::{Ledger, Value};
#[cfg(ringway_loom)]
pub use steps::{
    Make, assert_exactly, assert_in_order, drain, near_wrap, pop, push, refill, settle,
};
#[cfg(ringway_loom)]
pub use way::Way;
#[cfg(ringway_loom)]
pub use witness::Witness;
