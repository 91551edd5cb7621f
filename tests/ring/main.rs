//! One suite over the four rings: every kind, every capacity, on the heap and inline.
//!
//! A check is a function of a producer and a consumer, generic in the ring they belong to; the
//! macros of `common` make a test of it for each kind. Tests whose names begin with a letter and
//! a number (`a5_…`, `b3_…`) stand for a bug that users of another queue met; the comment above
//! each names the thread in which they told of it.
#![cfg(feature = "alloc")]

#[macro_use]
mod common;
#[path = "../../src/effort.rs"]
mod effort;
mod threads;
mod values;
mod ways;

mod basics;
mod batches;
mod handles;
mod in_place;
mod model;
mod staged;
mod stress;

mod cases_bounds;
mod cases_claims;
mod cases_drop;
mod cases_guards;
mod cases_panic;
mod cases_shape;
mod cases_threads;
