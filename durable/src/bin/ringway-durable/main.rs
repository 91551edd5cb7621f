//! The program `ringway-durable`: looks at queues, mends them, and measures disks.

mod bench;
mod export;
mod figures;
mod inspect;
mod progress;
mod repair;
mod verify;
mod watched;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use ringway_durable::storage::{Directory, Holder};

/// Looks at durable queues, mends them, and measures disks.
#[derive(Parser)]
#[command(version, after_help = STATUS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What the exit status says.
const STATUS: &str = "Exit status: 0 if all is well, 1 if something is damaged or has failed, 2 if the command line is wrong.";

/// What to do.
#[derive(Subcommand)]
enum Command {
    /// Say what is in a queue; changes nothing
    Inspect {
        /// The directory of the queue
        dir: PathBuf,
    },
    /// Read all of a queue and list every damage; changes nothing
    Verify {
        /// The directory of the queue
        dir: PathBuf,
    },
    /// Make a damaged queue one that can be opened, with every message that can still be read; what is damaged is put aside
    Repair {
        /// The directory of the queue
        dir: PathBuf,
    },
    /// Print the messages that are not acknowledged, dead letters too, each as a line of JSON; changes nothing
    Export {
        /// The directory of the queue
        dir: PathBuf,
    },
    /// Measure how fast messages are published, received and acknowledged on a disk
    Bench(bench::Arguments),
}

/// How a command ended that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Well,
    /// It has told of damage.
    Damaged,
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Inspect { dir } => inspect::run(&dir),
        Command::Verify { dir } => verify::run(&dir),
        Command::Repair { dir } => repair::run(&dir),
        Command::Export { dir } => export::run(&dir),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match ended {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Damaged) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ringway-durable: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The directory of a queue, which is there. If somebody has the queue open that is said.
fn directory_of_queue(dir: &Path) -> anyhow::Result<Directory> {
    let path = dir.display();
    let about = dir.metadata().with_context(|| format!("{path}: cannot look at it"))?;
    if !about.is_dir() {
        bail!("{path}: not a directory");
    }
    let directory = Directory::new(dir);
    let holder = directory.holder().with_context(|| format!("{path}: cannot look at the lock"))?;
    if let Holder::Process(pid) = holder {
        let pid = pid.map_or_else(|| "another process".into(), |pid| format!("process {pid}"));
        eprintln!(
            "note: the queue is open in {pid}. It is left alone; what is written meanwhile may look like damage."
        );
    }
    Ok(directory)
}

/// What a tool has found; it finds nothing where there is no queue.
fn found<T>(dir: &Path, found: Option<T>) -> anyhow::Result<T> {
    found.with_context(|| format!("{}: there is no queue", dir.display()))
}
