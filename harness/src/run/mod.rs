//! `cargo contest run`: a suite, in several processes, that can be interrupted and go on.

pub(crate) mod state;
pub(crate) mod worker;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::cli::Run;
use crate::commands::{INTERRUPTED, ensure_release, exit_code, on_ctrl_c, report};
use crate::contest::{End, Schedule};
use crate::environment::Environment;
use crate::headline;
use crate::output::files::RunDirectory;
use crate::output::{Finished, millis};
use crate::plan::Plan;
use crate::platform;
use crate::run::state::{PlanFile, State};
use crate::suite::Suite;
use crate::summary::{self, Throughputs};
use crate::units::Period;

pub use state::read_samples;

/// What the checks of a contender take, about.
const CHECK: Duration = Duration::from_millis(150);

/// What finding the messages of a slice takes, about.
const WARM_UP: Duration = Duration::from_millis(45);

/// What a slice takes beside what is timed: threads start, and end.
const AROUND: Duration = Duration::from_millis(2);

/// The part of a budget that is planned: slices of slow queues take longer than others.
const PLANNED: f64 = 0.85;

/// The slices that are long enough to tell, and short enough to be many.
const SLICES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(100));

/// The shortest slices, for budgets that are not meant to give good numbers.
const SHORTEST: Duration = Duration::from_millis(2);

/// The fewest rounds that a budget may leave, if that lets slices be long enough.
const FEWEST_ROUNDS: u32 = 7;

/// How long a run takes and how it is divided.
fn schedule(cells: usize, contenders: usize, budget: Period, rounds: u32) -> Result<Schedule> {
    let fixed = CHECK * contenders as u32 + WARM_UP * cells as u32;
    let planned = budget.0.mul_f64(PLANNED).saturating_sub(fixed);
    let slices = |rounds: u32| cells as f64 * f64::from(rounds);
    let slice = |rounds: u32| planned.div_f64(slices(rounds)).saturating_sub(AROUND);
    // Fewer rounds where slices would be too short, more where they would be too long.
    let fitting =
        |slice: Duration| planned.as_secs_f64() / (slice + AROUND).as_secs_f64() / cells as f64;
    let rounds = if slice(rounds) < SLICES.0 {
        rounds.min(FEWEST_ROUNDS.max(fitting(SLICES.0) as u32))
    } else {
        rounds.max((fitting(SLICES.1) as u32).min(10_000))
    };
    let least = (fixed + (SHORTEST + AROUND).mul_f64(slices(rounds))).div_f64(PLANNED);
    ensure!(
        slice(rounds) >= SHORTEST,
        "{budget} is too short for {cells} cells: they need {}, or a --filter",
        Period(Duration::from_secs(least.as_secs() + 1)),
    );
    Ok(Schedule { rounds, slice: slice(rounds).min(SLICES.1) })
}

/// Runs a suite, or goes on with one.
///
/// # Errors
///
/// Whatever keeps it from doing so.
pub(crate) fn run(arguments: &Run) -> Result<ExitCode> {
    let suite = Suite::named(&arguments.suite)?;
    ensure_release("run")?;
    let environment = Environment::read();
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;
    let (state, budget) = match &arguments.resume {
        Some(directory) => resume(arguments, &suite, directory, &environment)?,
        None => match begin(arguments, &suite, &environment)? {
            Some(begun) => begun,
            None if arguments.dry_run => return Ok(ExitCode::SUCCESS),
            None => return Ok(ExitCode::from(INTERRUPTED)),
        },
    };
    let plan = state.plan()?;
    // A budget is kept, but for what a last slice takes.
    let deadline = Instant::now() + budget.0;
    let end = worker::measure_all(&state, &plan, deadline)?;
    finish(arguments, &state, &plan, &environment, end)
}

/// Plans a run, says what it will take, checks the contenders, and makes the directory. Nothing if it was
/// interrupted meanwhile.
fn begin(
    arguments: &Run,
    suite: &Suite,
    environment: &Environment,
) -> Result<Option<(State, Period)>> {
    let plan = Plan::of(suite, &arguments.filters.filters, platform::allowed_cores().len())?;
    let budget = arguments.budget.unwrap_or(suite.budget);
    let contenders: Vec<_> = plan.contenders().collect();
    let rounds = arguments.rounds.unwrap_or(suite.rounds);
    let schedule = schedule(plan.cells.len(), contenders.len(), budget, rounds)?;
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u32(..));
    let processes = suite.processes.min(schedule.rounds);
    eprintln!(
        "{}: {} cells in {} groups, {} contenders, {} cells that cannot run\n\
         {} rounds in {processes} processes, slices of {:.1} ms, seed {seed}: {budget} at most",
        suite.name,
        plan.cells.len(),
        plan.groups().count(),
        contenders.len(),
        plan.skipped.len(),
        schedule.rounds,
        millis(schedule.slice),
    );
    if arguments.dry_run {
        return Ok(None);
    }
    let directory = RunDirectory::create(&arguments.out, environment, &suite.name)?;
    let state = State::at(directory.path());
    let found = worker::check(&contenders)?;
    if found.len() < contenders.len() {
        // Nothing has been measured.
        std::fs::remove_dir(directory.path()).context("cannot remove an empty directory")?;
        return Ok(None);
    }
    let command = command(arguments, schedule, budget, seed);
    let conformance: BTreeMap<_, _> =
        found.into_iter().map(|(entry, found)| (entry.key.to_owned(), found)).collect();
    state.begin(&PlanFile {
        commit: environment.commit.clone(),
        machine: environment.machine_key(),
        processes,
        command,
        conformance,
        ..PlanFile::new(&plan, schedule, seed)
    })?;
    Ok(Some((state, budget)))
}

/// Finds the run that is to go on, and says what is left of it.
fn resume(
    arguments: &Run,
    suite: &Suite,
    directory: &Path,
    environment: &Environment,
) -> Result<(State, Period)> {
    let machine = environment.machine_key();
    let state = if directory.as_os_str() == Run::LATEST {
        state::unfinished(&arguments.out.join(&machine), &suite.name)?
    } else {
        State::at(directory)
    };
    let plan = state.plan()?;
    ensure!(
        plan.machine == machine,
        "that run is of another machine, {}; this one is {machine}",
        plan.machine
    );
    ensure!(
        plan.commit == environment.commit,
        "that run is of the commit {}; this is {}, and what they measure may differ",
        plan.commit,
        environment.commit
    );
    let (_, left) = state.progress(&plan)?;
    let took = (plan.schedule().slice + AROUND).mul_f64(left as f64 / PLANNED);
    let budget = arguments.budget.unwrap_or(Period(took.max(Duration::from_secs(10))));
    eprintln!(
        "{}: {left} of {} slices are left: about {}",
        state.directory().display(),
        plan.cells.len() * plan.rounds as usize,
        Period(took),
    );
    Ok((state, budget))
}

/// Makes rows and files of what there is, and prints the tables.
fn finish(
    arguments: &Run,
    state: &State,
    plan_file: &PlanFile,
    environment: &Environment,
    end: End,
) -> Result<ExitCode> {
    let samples = state.samples()?;
    let plan = plan_file.plan()?;
    let throughputs = Throughputs::of(&samples);
    let found: BTreeMap<&str, _> =
        plan_file.conformance.iter().map(|(key, found)| (key.as_str(), found.clone())).collect();
    let rounded = plan.contenders().filter_map(|entry| {
        let rounded = found.get(entry.key)?.rounded();
        (!rounded.is_empty()).then_some((entry.key, rounded))
    });
    let finished = Finished {
        rows: &summary::rows(&plan, &samples, &throughputs, &found),
        headline: &headline::lines(&throughputs),
        throughputs: &throughputs,
        samples: &samples,
        plan: &plan,
        schedule: plan_file.schedule(),
        seed: plan_file.seed.into(),
        command: plan_file.command.clone(),
        environment,
        rounded: rounded.collect(),
        end,
    };
    RunDirectory::at(state.directory()).write_beside_samples(&finished)?;
    report(&finished, arguments.json)?;
    eprintln!("written to {}", state.directory().display());
    if finished.end != End::Complete {
        eprintln!(
            "to go on: cargo contest run --suite {} --resume {}",
            arguments.suite,
            state.directory().display()
        );
    }
    Ok(exit_code(&finished))
}

/// The command that repeats a run.
fn command(arguments: &Run, schedule: Schedule, budget: Period, seed: u32) -> String {
    let mut command = format!(
        "cargo contest run --suite {} --budget '{budget}' --rounds {} --seed {seed}",
        arguments.suite, schedule.rounds,
    );
    for filter in &arguments.filters.filters {
        command += &format!(" --filter '{filter}'");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(cells: usize, contenders: usize, budget: &str, rounds: u32) -> Result<Schedule> {
        schedule(cells, contenders, budget.parse().unwrap(), rounds)
    }

    #[test]
    fn a_schedule_fits_its_budget() {
        for (cells, contenders, budget, rounds) in
            [(600, 30, "18m", 9), (30, 5, "2m", 9), (3, 3, "5s", 9), (2_000, 30, "90m", 11)]
        {
            let schedule = fit(cells, contenders, budget, rounds).unwrap();
            let slices = cells as f64 * f64::from(schedule.rounds);
            let took = (schedule.slice + AROUND).mul_f64(slices) + WARM_UP * cells as u32;
            let budget: Period = budget.parse().unwrap();
            assert!(took < budget.0, "{cells} cells take {took:?}");
            assert!(took > budget.0 / 3, "{cells} cells take {took:?} of {budget}");
            assert!(schedule.slice <= SLICES.1);
        }
    }

    #[test]
    fn little_time_costs_rounds_first_and_then_length() {
        let full = fit(600, 30, "18m", 9).unwrap();
        assert!(full.rounds >= 9 && full.slice >= SLICES.0, "{full:?}");
        let less = fit(600, 30, "6m", 9).unwrap();
        assert!((FEWEST_ROUNDS..9).contains(&less.rounds) && less.slice >= SLICES.0, "{less:?}");
        let little = fit(600, 30, "3m", 9).unwrap();
        assert!(little.rounds == FEWEST_ROUNDS && little.slice < SLICES.0, "{little:?}");
        let error = fit(600, 30, "20s", 9).unwrap_err().to_string();
        assert!(error.contains("too short for 600 cells: they need"), "{error}");
    }
}
