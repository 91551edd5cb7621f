//! The contest of durable queues: ringway-durable beside what else syncs, on the disk of this machine.
//!
//! `cargo contest-durable` checks that every contender keeps what it was given, counts its syncs, measures all of them in
//! interleaved rounds, and says whether ringway-durable reaches its goals.
//!
//! | module | what it tells |
//! |---|---|
//! | [`durable`], [`contenders`] | what a queue must bring in order to take part; those that do |
//! | [`ours`], [`grouped`], [`stores`], [`unsynced`], [`raw`] | the queues, the stores with grouping, those that do not sync, the disk alone |
//! | [`conformance`], [`syncs`] | what is checked before any number; how often each syncs |
//! | [`workloads`], [`recovery`], [`message`], [`proc`] | a slice of each workload; opening a full queue; what messages are; what the system counts |
//! | [`contest`], [`samples`], [`spread`] | the rounds, and what they gave |
//! | [`goals`], [`report`], [`files`], [`environment`] | what is to be reached; what is printed; what is kept; where it ran |

mod cli;
mod conformance;
mod contenders;
mod contest;
mod durable;
mod environment;
mod files;
mod goals;
mod grouped;
mod message;
mod ours;
mod proc;
mod raw;
mod recovery;
mod report;
mod samples;
mod spread;
mod stores;
mod syncs;
mod unsynced;
mod workloads;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, ensure};
use clap::Parser as _;

use crate::cli::{Cli, Contest, Part};

/// The exit status after Ctrl-C.
const INTERRUPTED: u8 = 130;

fn main() -> Result<ExitCode> {
    let Cli { part, contest } = Cli::parse();
    match part {
        None => hold(&contest),
        Some(Part::WaitFor { contender, directory, messages }) => {
            let contender = contenders::named(&contender).context("there is no such contender")?;
            (contender.wait_for)(&directory, messages)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Part::Open { directory }) => {
            println!("{}", serde_json::to_string(&recovery::open(&directory)?)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Holds a contest, prints what it gave, and keeps it.
fn hold(contest: &Contest) -> Result<ExitCode> {
    ensure!(
        !cfg!(debug_assertions),
        "a debug build is not worth timing: `cargo contest-durable` makes a release build"
    );
    ctrlc::set_handler(|| contest::CTRL_C.store(true, Ordering::Relaxed))
        .context("cannot listen to Ctrl-C")?;
    let environment = environment::Environment::read();
    let run = (!contest.no_save).then(|| files::create(&contest.out, &environment)).transpose()?;
    let below = contest.dir.clone().unwrap_or_else(|| PathBuf::from("target"));
    let outcome = in_directory(&below, |directory| contest::run(contest, directory));
    if let (Err(_), Some(run)) = (&outcome, &run) {
        // There is nothing to keep.
        let _ = fs::remove_dir(run);
    }
    let outcome = outcome?;
    let goals = goals::goals(&outcome.samples);
    let text = report::text(&outcome, &goals);
    println!("{text}");
    if let Some(run) = run {
        files::write(&run, &environment, &outcome, &goals, &text)?;
        eprintln!("kept in {}", run.display());
    }
    Ok(if outcome.is_complete { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) })
}

/// Does something with a new directory, which is removed afterwards.
fn in_directory<T>(below: &Path, run: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let cannot = || format!("cannot make a directory in '{}'", below.display());
    fs::create_dir_all(below).with_context(cannot)?;
    let directory = tempfile::Builder::new()
        .prefix("contest-durable-")
        .tempdir_in(below)
        .with_context(cannot)?;
    let outcome = run(directory.path());
    directory.close().context("cannot remove the files of the contest")?;
    outcome
}
