//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::criterion::command::Agree;
use crate::environment::CARGO_CONTEST;
use crate::plan::Filter;
use crate::report::command::Report;
use crate::units::Period;

/// The contest: ringway beside mutexes and peers, measured on this machine.
#[derive(Debug, Parser)]
#[command(name = "contest", bin_name = CARGO_CONTEST, version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the contest can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure every cell in under a minute and print the table
    Quick(Quick),
    /// Measure a suite, for a result that is worth keeping
    Run(Run),
    /// Show the contenders
    List(List),
    /// Check that the contenders are queues; measure nothing
    Verify(Verify),
    /// Stop a thread in the middle of pushes again and again, and see whether the others go on
    Suspended(Suspended),
    /// Measure channels: queues that wait by themselves, for threads and for tasks
    Channels(Channels),
    /// Make a page of results: report.html and report.md
    Report(Report),
    /// Grade this machine as a place to measure on, and say what to fix; changes nothing
    Doctor(Doctor),
    /// Put two results side by side, and say where their verdicts disagree
    Compare(Compare),
    /// Put the benchmarks of `cargo bench` beside a result, and say where they contradict each other
    Agree(Agree),
    /// Measure the rings of this tree beside those of another git revision; fails if they are slower
    Gate(Gate),
    /// What the processes of a run do
    #[command(subcommand, hide = true)]
    Worker(Worker),
}

/// The settings of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// What to measure: core, latency, oversub, full, quick, or the path of a suite's file
    #[arg(long, value_name = "SUITE", default_value = "core")]
    pub suite: String,
    /// Which cells, and how they are chosen.
    #[command(flatten)]
    pub filters: Filters,
    /// How long it may take in all, such as 20m or 90s [default: the suite's]
    #[arg(long, value_name = "TIME")]
    pub budget: Option<Period>,
    /// How often to run every cell [default: the suite's, as far as the budget allows]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: Option<u32>,
    /// The seed of the order of cells in each round [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// Go on with the run in this directory, or with the latest of this suite that is unfinished
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        default_missing_value = Run::LATEST,
        conflicts_with_all = ["filters", "rounds", "seed", "dry_run"]
    )]
    pub resume: Option<PathBuf>,
    /// Where to write the results, seen from the current directory
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// Print one JSON object per cell, a line each, instead of the tables
    #[arg(long)]
    pub json: bool,
    /// Only say what would be measured and how long it would take
    #[arg(long)]
    pub dry_run: bool,
}

impl Run {
    /// What stands for the latest unfinished run.
    pub const LATEST: &'static str = "latest";
}

/// The settings of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
}

/// The settings of `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The directory of a result
    pub a: PathBuf,
    /// The directory of another
    pub b: PathBuf,
    /// Show all cells, not only those whose verdicts differ
    #[arg(long)]
    pub all: bool,
    /// Show messages per second as well; only for results of the same machine
    #[arg(long)]
    pub absolute: bool,
}

/// The settings of `gate`.
#[derive(Debug, Args)]
pub struct Gate {
    /// The other revision: a commit, a branch, a tag
    #[arg(default_value = "HEAD")]
    pub revision: String,
    /// Which cells, and how they are chosen.
    #[command(flatten)]
    pub filters: Filters,
    /// How many rounds [default: 40]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(6..=10_000))]
    pub rounds: Option<u32>,
    /// How long a slice is to take, in milliseconds
    #[arg(long = "slice-ms", value_name = "MS", value_parser = milliseconds)]
    pub slice: Option<Duration>,
    /// Make every slice of this tree longer by this many percent, to see whether it is found
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub plant: Option<f64>,
}

/// What the processes of a run do.
#[derive(Debug, Subcommand)]
pub enum Worker {
    /// Check contenders
    Conform {
        /// Their keys.
        keys: Vec<String>,
    },
    /// Run some rounds
    Measure(Measure),
}

/// The settings of a process that measures.
#[derive(Debug, Args)]
pub struct Measure {
    /// The directory of the run.
    pub directory: PathBuf,
    /// The first round.
    #[arg(long)]
    pub from: u32,
    /// The round after the last.
    #[arg(long)]
    pub to: u32,
    /// The number of this process.
    #[arg(long)]
    pub process: u32,
    /// How long it may take, in seconds.
    #[arg(long)]
    pub seconds: f64,
}

/// The settings of `quick`.
#[derive(Debug, Args)]
pub struct Quick {
    /// Which cells, and how they are chosen.
    #[command(flatten)]
    pub filters: Filters,
    /// Print one JSON object per cell, a line each, instead of the table
    #[arg(long)]
    pub json: bool,
    /// How long to measure in all, in seconds; conformance and warm-up come on top
    #[arg(long, value_name = "S", default_value = "42", value_parser = seconds)]
    pub seconds: Duration,
    /// How often to run every cell [default: 7, more where there are few cells]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: Option<u32>,
    /// The seed of the order of cells in each round [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where to write samples, summary and report, seen from the current directory
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// Write no files
    #[arg(long)]
    pub no_save: bool,
}

/// The settings of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which contenders or cells.
    #[command(flatten)]
    pub filters: Filters,
    /// Show the cells, and why some of them do not run
    #[arg(long)]
    pub cells: bool,
    /// Show those of this suite, by its name or the path of its file [default: quick]
    #[arg(long, value_name = "SUITE")]
    pub suite: Option<String>,
}

/// The settings of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Which contenders.
    #[command(flatten)]
    pub filters: Filters,
}

/// The settings of `suspended`.
#[derive(Debug, Args)]
pub struct Suspended {
    /// Which contenders, of those with many producers and consumers that do not wait by themselves.
    #[command(flatten)]
    pub filters: Filters,
    /// Print one JSON object per contender, a line each, instead of the table
    #[arg(long)]
    pub json: bool,
    /// How long to go on in all, in seconds
    #[arg(long, value_name = "S", default_value = "60", value_parser = seconds)]
    pub seconds: Duration,
    /// How long each stop lasts, and how long the thread runs before it, in milliseconds
    #[arg(long = "stop-ms", value_name = "MS", default_value = "100", value_parser = milliseconds)]
    pub stop: Duration,
}

/// The settings of `channels`.
#[derive(Debug, Args)]
pub struct Channels {
    /// Only workloads that this glob matches, such as 'threads *' or 'ping-pong'; may be repeated
    #[arg(long = "filter", value_name = "GLOB", value_parser = glob::Pattern::new)]
    pub filters: Vec<glob::Pattern>,
    /// Print one JSON object per sample, a line each, instead of the table
    #[arg(long)]
    pub json: bool,
    /// How long to measure in all, in seconds
    #[arg(long, value_name = "S", default_value = "120", value_parser = seconds)]
    pub seconds: Duration,
    /// How often to run every channel in every workload
    #[arg(long, value_name = "R", default_value = "9",
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub rounds: usize,
    /// The seed of the order in each round [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl Channels {
    /// Whether a workload is to be run.
    pub fn includes(&self, workload: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.matches(workload))
    }
}

/// The filters of a command.
#[derive(Debug, Args)]
pub struct Filters {
    /// Only what this glob matches: contender[/topology[/batch]] and so on, such as 'ringway-*/2x2/1'; may
    /// be repeated
    #[arg(long = "filter", value_name = "GLOB", value_parser = filter)]
    pub filters: Vec<Filter>,
}

/// Reads a filter.
fn filter(text: &str) -> Result<Filter, String> {
    Filter::new(text).map_err(|error| error.to_string())
}

/// Reads a number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if (0.1..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be between 0.1 and 86400".to_owned())
    }
}

/// Reads a number of milliseconds.
fn milliseconds(text: &str) -> Result<Duration, String> {
    let milliseconds: f64 = text.parse().map_err(|_| "not a number of milliseconds".to_owned())?;
    if (1.0..=10_000.0).contains(&milliseconds) {
        Ok(Duration::from_secs_f64(milliseconds / 1e3))
    } else {
        Err("must be between 1 and 10000".to_owned())
    }
}

/// Reads a percentage.
fn percent(text: &str) -> Result<f64, String> {
    let percent: f64 = text.parse().map_err(|_| "not a percentage".to_owned())?;
    if (0.0..=100.0).contains(&percent) {
        Ok(percent)
    } else {
        Err("must be between 0 and 100".to_owned())
    }
}
