//! The quick contest: ringway beside mutexes and peers, measured on the machine that it runs on.
//!
//! `cargo contest quick` checks that every contender is the queue that it says it is, measures all of them
//! in interleaved rounds, and prints a table. How it measures is told where it is done:
//!
//! | module | what it tells |
//! |---|---|
//! | [`contender`], [`contenders`] | what a queue must bring in order to take part; those that do |
//! | [`plan`] | topologies, batches, cells, filters |
//! | [`conformance`] | what is checked before any number |
//! | [`mod@slice`], [`mode`], [`gate`], [`wait`], [`message`] | one measurement: threads, loops, start and finish, waiting, evidence |
//! | [`contest`] | warm-up and rounds |
//! | [`suspended`] | what is left of a queue while a thread is suspended in the middle of an operation |
//! | [`channels`] | queues that wait by themselves: throughput, latency, CPU time, of threads and of tasks |
//! | [`stats`], [`summary`], [`headline`] | from slices to medians, ratios and verdicts |
//! | [`output`] | table, files |
//! | [`report`] | a result as a page that a person reads |
//! | [`platform`], [`environment`] | what the system is asked for; what is recorded of the machine |

pub mod channels;
pub mod cli;
pub mod commands;
pub mod conformance;
pub mod contender;
pub mod contenders;
pub mod contest;
pub mod environment;
pub mod gate;
pub mod headline;
pub mod message;
pub mod mode;
pub mod output;
pub mod plan;
pub mod platform;
pub mod record;
pub mod registry;
pub mod report;
pub mod slice;
pub mod stats;
pub mod summary;
pub mod suspended;
pub mod wait;
