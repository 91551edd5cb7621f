//! `cargo contest gate`: the rings of this tree beside those of another revision, interleaved.
//!
//! A round is three processes: the older tree, the older tree again, and this one, in random order; each runs
//! every cell once. So both meet the same phases of the machine, and where memory happens to lie in a process is
//! drawn anew each time.

mod build;
mod decide;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use comfy_table::CellAlignment::{Left, Right};

use crate::cli::Gate;
use crate::commands::{CTRL_C, INTERRUPTED, ensure_release, on_ctrl_c, print};
use crate::contender::Role;
use crate::contest::{End, Schedule};
use crate::output::table::{self, with_interval};
use crate::plan::Plan;
use crate::platform;
use crate::run::state::{PlanFile, State};
use crate::run::worker::{measure_in, this_program};
use crate::stats::Verdict;
use crate::suite::Suite;
use crate::summary::Throughputs;

pub use decide::{Line, lines};

/// What a slice takes beside what is timed, with its part of a process's start.
const AROUND: Duration = Duration::from_millis(3);

/// One of the three.
struct Side {
    program: PathBuf,
    state: State,
}

impl Side {
    /// A side with a directory of its own.
    fn new(program: &Path, directory: &Path, plan: &PlanFile) -> Result<Self> {
        std::fs::create_dir(directory).context("cannot make a directory")?;
        let state = State::at(directory);
        state.begin(plan)?;
        Ok(Self { program: program.to_owned(), state })
    }

    fn throughputs(&self) -> Result<Throughputs> {
        Ok(Throughputs::of(&self.state.samples()?))
    }
}

/// Measures both trees and prints what may be said. Fails if anything is slower.
///
/// # Errors
///
/// If the other revision cannot be built, or a measuring process fails.
pub(crate) fn run(arguments: &Gate) -> Result<ExitCode> {
    let suite = Suite::named("gate")?;
    let mut plan = Plan::of(&suite, &arguments.filters.filters, platform::allowed_cores().len())?;
    plan.cells.retain(|cell| cell.entry.info.role == Role::Ringway && !cell.entry.again);
    ensure!(!plan.cells.is_empty(), "the gate is for the rings of ringway");
    ensure_release("gate")?;
    let repository = build::repository()?;
    let commit = build::commit(&repository, &arguments.revision)?;
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;
    let directory = tempfile::tempdir().context("cannot make a directory")?;
    eprintln!("building the contest with the library of {commit}");
    let older = build::contest_of(&repository, &commit, directory.path())?;

    let rounds = arguments.rounds.unwrap_or(suite.rounds);
    let slices = plan.cells.len() as u32 * rounds * 3;
    let slice =
        (suite.budget.0 / slices).clamp(Duration::from_millis(2), Duration::from_millis(40));
    let slice = arguments.slice.unwrap_or(slice);
    eprintln!(
        "{} cells, {rounds} rounds of 3 processes, slices of {} ms: about {} s",
        plan.cells.len(),
        slice.as_millis(),
        (slices * (slice + AROUND)).as_secs(),
    );
    let plan = PlanFile::new(&plan, Schedule { rounds, slice }, fastrand::u32(..));
    let planted = PlanFile { planted: arguments.plant.unwrap_or(0.0) / 100.0, ..plan.clone() };
    let side = |program: &Path, name: &str, plan: &PlanFile| {
        Side::new(program, &directory.path().join(name), plan)
    };
    let newer = this_program()?;
    let sides = [
        side(&older, "first", &plan)?,
        side(&older, "again", &plan)?,
        side(&newer, "newer", &planted)?,
    ];
    if measure(&sides, rounds, slice)? == End::Interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let [first, again, newer] = &sides;
    let lines = lines(&first.throughputs()?, &again.throughputs()?, &newer.throughputs()?);
    ensure!(!lines.is_empty(), "nothing was measured in both");
    report(&lines, &commit, arguments.plant)?;
    let slower = lines.iter().any(|line| line.verdict == Verdict::Slower);
    Ok(if slower { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs all rounds, the three sides of each in random order.
fn measure(sides: &[Side; 3], rounds: u32, slice: Duration) -> Result<End> {
    let mut order = [0, 1, 2];
    for round in 0..rounds {
        fastrand::shuffle(&mut order);
        for side in order.map(|index| &sides[index]) {
            // Far more than a round takes, so that only a hang meets it.
            let deadline = Instant::now() + Duration::from_secs(600) + 1000 * slice;
            let end = measure_in(&side.program, &side.state, round, round..round + 1, deadline)?;
            if CTRL_C.load(std::sync::atomic::Ordering::Relaxed) || end == End::Interrupted {
                return Ok(End::Interrupted);
            }
            ensure!(end == End::Complete, "a round did not come to its end");
        }
    }
    Ok(End::Complete)
}

/// Prints the lines.
fn report(lines: &[Line], commit: &str, plant: Option<f64>) -> Result<()> {
    let columns =
        [("cell", Left), ("this tree beside it [95%]", Right), ("noise", Right), ("verdict", Left)];
    let mut table = table::table(&columns);
    for line in lines {
        table.add_row([
            line.name.clone(),
            with_interval(line.ratio.median, line.ratio.lo, line.ratio.hi),
            format!("±{:.1}%", line.noise * 100.0),
            line.verdict.word().to_owned(),
        ]);
    }
    let slower = lines.iter().filter(|line| line.verdict == Verdict::Slower).count();
    let planted = plant.map_or_else(String::new, |percent| {
        format!("Every slice of this tree was made {percent}% longer on purpose.\n")
    });
    let verdict = match slower {
        0 => format!("Nothing is slower than in {commit}, as far as this can tell."),
        _ => format!("{slower} of {} lines are slower than in {commit}.", lines.len()),
    };
    print(&format!("{}\n\n{planted}{verdict}\n", table.trim_fmt()))
}
