//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// What one gives on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo contest-durable",
    bin_name = "cargo contest-durable",
    about = "Durable queues beside each other, and beside what the disk gives",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// A part of a contest, in a process of its own.
    #[command(subcommand)]
    pub part: Option<Part>,
    /// The settings of a contest.
    #[command(flatten)]
    pub contest: Contest,
}

/// The settings of a contest.
#[derive(Debug, Args)]
pub struct Contest {
    /// A minute: fewer rounds, shorter slices, fewer messages to recover
    #[arg(long)]
    pub quick: bool,
    /// How long to measure in all, in seconds, without recovery [default: 300, quick: 40]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<Duration>,
    /// How often to run every contender in every workload [default: 20, quick: 8]
    #[arg(long, value_name = "R", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub rounds: Option<usize>,
    /// Only cells that this glob matches, such as 'pipelined-1/*' or '*/redb'; may be repeated. Goals need the cells
    /// that they compare
    #[arg(long = "only", value_name = "GLOB", value_parser = glob::Pattern::new)]
    pub only: Vec<glob::Pattern>,
    /// How many messages are recovered [default: 10000000, quick: 2000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub messages: Option<u64>,
    /// Where the files of the queues lie meanwhile: the disk that is measured [default: target/]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The seed of the order in each round [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where to write the results, seen from the current directory
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// Write no results, only print them
    #[arg(long)]
    pub no_save: bool,
}

impl Contest {
    /// How long the slices of all rounds together take.
    pub fn seconds(&self) -> Duration {
        self.seconds.unwrap_or(Duration::from_secs(if self.quick { 40 } else { 300 }))
    }

    /// How many rounds there are.
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 8 } else { 20 })
    }

    /// How many messages are recovered.
    pub fn messages(&self) -> u64 {
        self.messages.unwrap_or(if self.quick { 2_000_000 } else { 10_000_000 })
    }

    /// Whether a cell is to be run.
    pub fn includes(&self, workload: &str, contender: &str) -> bool {
        let cell = format!("{workload}/{contender}");
        self.only.is_empty() || self.only.iter().any(|only| only.matches(&cell))
    }
}

/// What other processes do.
#[derive(Debug, Subcommand)]
pub enum Part {
    /// Publish messages and wait for each.
    #[command(hide = true)]
    WaitFor {
        /// Who.
        contender: String,
        /// Where.
        directory: PathBuf,
        /// How many.
        messages: u64,
    },
    /// Open a queue.
    #[command(hide = true)]
    Open {
        /// Where it is.
        directory: PathBuf,
    },
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
