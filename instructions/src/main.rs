//! `cargo instructions`: what an operation of one thread costs in instructions, and how many of them are locked.
//!
//! Single-threaded paths execute the same instructions each time, so the counts are compared with the committed ones of
//! `instructions/baseline.toml`, and no noise of the machine comes between.

mod baseline;
mod callgrind;
mod count;
mod locked;
mod paths;

use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};

use crate::baseline::{Baseline, Conditions, compare};
use crate::count::{Count, Counts, RUN, count};

/// The committed counts.
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.toml");

/// The programs that do the work.
const TOOLS: [&str; 2] = ["valgrind", "objdump"];

const USAGE: &str = "\
usage: cargo instructions [--bless]

Counts instructions and locked instructions of every path and compares them with instructions/baseline.toml.
It fails if a path costs more. With --bless it writes the counts there instead.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => check(false),
        ["--bless"] => check(true),
        [RUN] => {
            count::run();
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Counts, and compares with the baseline or writes it.
fn check(bless: bool) -> Result<ExitCode> {
    if let Some(why) = obstacle() {
        ensure!(!bless, "{why}");
        println!("skipped: {why}");
        return Ok(ExitCode::SUCCESS);
    }
    ensure!(
        !cfg!(debug_assertions),
        "a debug build is not worth counting; `cargo instructions` makes a release build"
    );
    let counts = count()?;
    print(&counts);
    let conditions = Conditions::of_this_build(grants_membarrier());
    if bless {
        let text = toml::to_string(&Baseline { conditions, counts })?;
        fs::write(BASELINE, text).context("cannot write the baseline")?;
        println!("\nwritten to instructions/baseline.toml");
        return Ok(ExitCode::SUCCESS);
    }
    let text = fs::read_to_string(BASELINE).context("cannot read the baseline")?;
    let baseline: Baseline = toml::from_str(&text).context("cannot read the baseline")?;
    if let Some(difference) = conditions.differ_from(&baseline.conditions) {
        println!("\nskipped: {difference}; the counts are not compared");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(judge(&baseline.counts, &counts))
}

/// Says what has changed, and whether it may.
fn judge(old: &Counts, new: &Counts) -> ExitCode {
    let (worse, better): (Vec<_>, Vec<_>) =
        compare(old, new).into_iter().partition(|finding| finding.fails());
    println!();
    for finding in &better {
        println!("better: {finding}");
    }
    if !better.is_empty() {
        println!(
            "`cargo instructions --bless` keeps what got better; commit instructions/baseline.toml"
        );
    }
    if worse.is_empty() {
        println!("No path of {} costs more than in the baseline.", new.len());
        return ExitCode::SUCCESS;
    }
    for finding in &worse {
        println!("worse: {finding}");
    }
    println!("If it must be so, `cargo instructions --bless` accepts it; say why in the commit.");
    ExitCode::FAILURE
}

/// Why nothing can be counted here, if so.
fn obstacle() -> Option<String> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Some("instructions are counted on x86-64 Linux only".to_owned());
    }
    let is_missing = |tool: &&str| {
        let mut command = Command::new(tool);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        !command.status().is_ok_and(|status| status.success())
    };
    let missing = TOOLS.into_iter().find(is_missing)?;
    Some(format!("{missing} is not installed"))
}

/// Whether the system grants what ringway's light fences need.
fn grants_membarrier() -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{MembarrierCommand, membarrier_query};
        membarrier_query().contains_command(MembarrierCommand::RegisterPrivateExpedited)
    }
    #[cfg(not(target_os = "linux"))]
    {
        false
    }
}

/// The table.
fn print(counts: &Counts) {
    println!("{:<20} {:>12} {:>8}", "an operation of", "instructions", "locked");
    for (path, Count { instructions, locked }) in counts {
        println!("{path:<20} {instructions:>12.3} {locked:>8.3}");
    }
}
