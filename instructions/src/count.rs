//! From paths to counts.
//!
//! All paths run in one process under callgrind, each over a number of operations and then over twice as many. What
//! the second run executes beyond the first is the cost of the operations alone, without the making of the queue.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::{env, fs, process};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::callgrind::{self, Executed};
use crate::locked::{self, Locked};
use crate::paths::{self, LOT};

/// The argument by which this program runs all paths.
pub const RUN: &str = "run";

/// What an operation costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Instructions.
    pub instructions: f64,
    /// Those of them that are locked.
    pub locked: f64,
}

/// The counts of all paths by name.
pub type Counts = BTreeMap<String, Count>;

/// Runs all paths. This is what callgrind sees.
pub fn run() {
    for path in paths::all() {
        // What is done once in a process, such as to ask the system what it has, is done here.
        (path.run)(LOT);
        profiled(path.run, LOT);
        profiled(path.run, 2 * LOT);
    }
}

/// The name of [`profiled`] among the symbols of this program.
const PROFILED: &str = concat!(module_path!(), "::profiled");

/// Runs a path. Callgrind makes a part of its profile of each call.
#[inline(never)]
fn profiled(run: fn(usize), count: usize) {
    run(count);
    // Something to return to, so that the call above is one.
    black_box(count);
}

/// Counts every path.
pub fn count() -> Result<Counts> {
    let program = env::current_exe().context("cannot find this program")?;
    let locked = locked::addresses(&program)?;
    let scratch = env::temp_dir().join(format!("instructions-{}", process::id()));
    let parts = callgrind::run(&program, RUN, PROFILED, &scratch);
    // There is none if valgrind did not get so far.
    let _ = fs::remove_file(&scratch);
    let (parts, paths) = (parts?, paths::all());
    ensure!(
        parts.len() == 2 * paths.len(),
        "callgrind saw {} calls of {PROFILED} instead of {}",
        parts.len(),
        2 * paths.len()
    );
    let runs = parts.chunks_exact(2).map(|runs| difference(&runs[0], &runs[1], &locked));
    let counts: Counts = paths.iter().map(|path| path.name.to_owned()).zip(runs).collect();
    let control = counts[paths::CONTROL].locked;
    ensure!(
        control == paths::CONTROL_LOCKED,
        "of the {} locked instructions of {} {control} were found",
        paths::CONTROL_LOCKED,
        paths::CONTROL
    );
    Ok(counts)
}

/// What an operation costs, from a run of a lot of them and one of two lots.
fn difference(once: &Executed, twice: &Executed, locked: &Locked) -> Count {
    let each = |count: fn(&Executed, &Locked) -> u64| {
        let more = count(twice, locked) as f64 - count(once, locked) as f64;
        (more / LOT as f64 * 1e3).round() / 1e3
    };
    Count {
        instructions: each(|executed, _| executed.values().sum()),
        locked: each(|executed, locked| {
            let counts = executed.iter().filter(|(address, _)| locked.contains(address));
            counts.map(|(_, count)| count).sum()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_once_costs_nothing_and_is_not_locked() {
        let lots = |n: u64| n * LOT as u64;
        let once = [(0x10, 500), (0x14, lots(1)), (0x18, lots(3) + 7), (0x20, 9)].into();
        let twice = [(0x10, 500), (0x14, lots(2)), (0x18, lots(6) + 11), (0x20, 9)].into();
        let count = difference(&once, &twice, &[0x10, 0x14, 0x20].into());
        assert_eq!(count, Count { instructions: 4.001, locked: 1.0 });
    }
}
