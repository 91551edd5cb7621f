//! Channels on real threads and on executors.
//!
//! A check of all kinds is a function of how its channel is made, generic in the kinds of its
//! ends; the macros of `common` make a test of it for each kind, and those of `executors` one for
//! each executor. Tests whose names begin with a letter and a number (`c1_…`, `b7_…`) stand for a
//! bug that users of another channel met; the comment above each names the thread in which they
//! told of it.
//!
//! Where a test needs a thread that sleeps it looks at the thread's state, and a test that would
//! hang fails by a watchdog; nothing else depends on time but the tests of time-outs.
#![cfg(feature = "std")]

#[path = "../../src/effort.rs"]
mod effort;
#[path = "../ring/threads.rs"]
mod threads;
#[path = "../ring/values.rs"]
mod values;

#[macro_use]
mod common;
#[macro_use]
mod executors;
mod arrivals;
mod polls;
mod watch;

mod batch_tries;
mod batches;
mod batches_async;
mod close;
mod closed;
mod crossbeam;
mod crossbeam_errors;
#[cfg(feature = "tracing")]
mod events;
mod force_send;
mod handles;
mod kinds;
#[cfg(feature = "metrics")]
mod metrics;
mod mixed;
mod model;
#[cfg(feature = "metrics")]
mod named;
mod owned;
mod permits;
mod priorities;
#[cfg(feature = "futures")]
mod reentrant;
mod rendezvous;
mod rendezvous_select;
mod rendezvous_tasks;
mod select;
mod select_macro;
mod select_promise;
mod select_waits;
mod selector;
mod selector_others;
mod selector_waits;
mod strategies;
#[cfg(feature = "futures")]
mod stream_handles;
#[cfg(feature = "futures")]
mod streams;
mod stress;
mod time;
mod traits;
mod until;
mod weak_counts;
mod weighted;

mod cases_blocking;
mod cases_cancel;
mod cases_cores;
mod cases_drop;
mod cases_end;
#[cfg(feature = "futures")]
mod cases_ends_of_threads;
mod cases_forget;
mod cases_kept;
mod cases_locks;
mod cases_time;
mod cases_wakers;
mod cases_wakes;
