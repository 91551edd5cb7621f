//! The quick contest: ringway beside mutexes and peers, measured on the machine that it runs on.
//!
//! `cargo contest quick` checks that every contender is the queue that it says it is, measures all of them
//! in interleaved rounds, and prints a table. How it measures is told where it is done:
//!
//! | module | what it tells |
//! |---|---|
//! | [`contender`], [`contenders`] | what a queue must bring in order to take part; those that do |
//! | [`axes`], [`suite`], [`plan`] | topologies and all the other axes; which of them a contest has; cells and filters |
//! | [`conformance`] | what is checked before any number |
//! | [`mod@slice`], [`mod@work`], [`mode`], [`gate`], [`wait`], [`message`] | one measurement: threads, workloads, start and finish, waiting, evidence |
//! | [`contest`], [`run`] | warm-up and rounds; several processes, interruption and going on |
//! | [`suspended`] | what is left of a queue while a thread is suspended in the middle of an operation |
//! | [`channels`] | queues that wait by themselves: throughput, latency, CPU time, of threads and of tasks |
//! | [`stats`], [`drift`], [`summary`], [`headline`] | from slices to medians, ratios and verdicts |
//! | [`compare`], [`versus`] | two results side by side; this tree beside another revision |
//! | [`criterion`] | a result beside the benchmarks of criterion |
//! | [`output`] | table, files |
//! | [`report`] | a result as a page that a person reads |
//! | [`platform`], [`environment`], [`doctor`] | what the system is asked for; what is recorded of the machine; how good it is to measure on |

pub mod axes;
pub mod channels;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod conformance;
pub mod contender;
pub mod contenders;
pub mod contest;
pub mod criterion;
pub mod doctor;
pub mod drift;
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
pub mod run;
pub mod slice;
pub mod stats;
pub mod suite;
pub mod summary;
pub mod suspended;
pub mod units;
pub mod versus;
pub mod wait;
pub mod work;

use std::process::ExitCode;

use clap::Parser as _;

use crate::registry::Entry;

/// The contest with further contenders: all commands, for them and for those of this crate. A program of
/// another crate is a `main` that returns this.
///
/// The keys of contenders are unique, and this is called once, first of all; else it complains and does nothing.
pub fn main_with(further: impl IntoIterator<Item = Entry>) -> ExitCode {
    if let Err(key) = registry::enter(further) {
        eprintln!("error: the contender '{key}' is entered twice, or too late");
        return ExitCode::FAILURE;
    }
    commands::execute(cli::Cli::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
