//! The commands: what each of them does, in order.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write as _};
use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use comfy_table::CellAlignment::Left;

use crate::channels;
use crate::cli::{Cli, Command, List, Quick, Verify};
use crate::compare;
use crate::conformance::Conformance;
use crate::contest::{Before, Contest, End, Results, Schedule};
use crate::criterion;
use crate::doctor;
use crate::environment::{self, CARGO_CONTEST, Environment};
use crate::headline;
use crate::output::files::RunDirectory;
use crate::output::table;
use crate::output::{Finished, millis};
use crate::plan::{Cell, Filter, Plan};
use crate::platform;
use crate::registry::{Entry, entries};
use crate::run;
use crate::suite::Suite;
use crate::summary::{self, Standing, Throughputs};
use crate::suspended;
use crate::versus;

/// The exit status after Ctrl-C, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// What conformance and warm-up take for each cell, about.
const OVERHEAD: Duration = Duration::from_millis(50);

/// A contest may take this much longer than it was to measure …
const SLACK: f64 = 1.15;

/// … and this much for conformance and warm-up, before it stops with the rounds that it has. So the default
/// ends within a minute on a machine that is busy with something else as well.
const GRACE: Duration = Duration::from_secs(8);

/// Set by Ctrl-C, looked at between slices and between stops.
pub(crate) static CTRL_C: AtomicBool = AtomicBool::new(false);

/// Does what the command line asks for.
///
/// # Errors
///
/// Whatever keeps it from doing so.
pub fn execute(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Quick(arguments) => quick(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Agree(arguments) => criterion::command::run(&arguments),
        Command::Gate(arguments) => versus::run(&arguments),
        Command::Worker(worker) => run::worker::run(&worker),
        Command::List(arguments) => list(&arguments),
        Command::Verify(arguments) => verify(&arguments),
        Command::Channels(arguments) => channels::command::run(&arguments),
        Command::Suspended(arguments) => suspended::command::run(&arguments),
        Command::Report(arguments) => crate::report::command::run(&arguments),
    }
}

/// Measures and reports.
fn quick(arguments: &Quick) -> Result<ExitCode> {
    let began = Instant::now();
    let plan = Plan::new(&arguments.filters.filters)?;
    ensure_release("quick")?;
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u32(..).into());
    let schedule = Schedule::new(plan.cells.len(), arguments.seconds, arguments.rounds);
    eprintln!(
        "{} cells, {} rounds, slices of {:.1} ms, seed {seed}: about {:.0} s",
        plan.cells.len(),
        schedule.rounds,
        millis(schedule.slice),
        (arguments.seconds + OVERHEAD * plan.cells.len() as u32).as_secs_f64(),
    );
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;

    let conformed = Conformed::check(plan.contenders());
    if let Some(key) = conformed.hung {
        bail!("{key} hangs in its conformance checks, and its threads disturb everything else");
    }
    let environment = Environment::read();
    let directory = match arguments.no_save {
        true => None,
        false => Some(RunDirectory::create(&arguments.out, &environment, environment::LABEL)?),
    };
    let passed = |cell: &&Cell| {
        conformed.found.get(cell.entry.key).is_none_or(|found| found.failure.is_none())
    };
    let cells: Vec<Cell> = plan.cells.iter().filter(passed).copied().collect();
    let contest = Contest {
        cells: &cells,
        schedule,
        seed,
        cores: platform::allowed_cores().into(),
        deadline: began + arguments.seconds.mul_f64(SLACK) + GRACE,
        interrupted: &CTRL_C,
        rounds: 0..schedule.rounds,
        before: Before::default(),
        planted: 0.0,
    };
    let Results { samples, end } = contest.run();

    let throughputs = Throughputs::of(&samples);
    let finished = Finished {
        rows: &summary::rows(&plan, &samples, &throughputs, &conformed.found),
        headline: &headline::lines(&throughputs),
        throughputs: &throughputs,
        samples: &samples,
        plan: &plan,
        schedule,
        seed,
        command: command(arguments, schedule, seed),
        environment: &environment,
        rounded: conformed.rounded,
        end,
    };
    if let Some(directory) = &directory {
        directory.write(&finished)?;
    }
    report(&finished, arguments.json)?;
    if let Some(directory) = directory {
        eprintln!("written to {}", directory.path().display());
    }
    Ok(exit_code(&finished))
}

/// Set by the contest's own tests, to which the numbers mean nothing.
const UNOPTIMIZED: &str = "RINGWAY_UNOPTIMIZED_CONTEST";

/// Refuses to time a debug build.
pub(crate) fn ensure_release(command: &str) -> Result<()> {
    ensure!(
        !cfg!(debug_assertions) || std::env::var_os(UNOPTIMIZED).is_some(),
        "a debug build is not worth timing; `{CARGO_CONTEST} {command}` makes a release build"
    );
    Ok(())
}

/// Prints the results.
pub(crate) fn report(finished: &Finished<'_>, json: bool) -> Result<()> {
    if !json {
        let headline = table::headline(finished.headline);
        let groups = table::groups(finished);
        return print(&format!("{groups}{headline}{}\n", finished.extent()));
    }
    let lines: Result<Vec<_>, _> = finished.rows.iter().map(serde_json::to_string).collect();
    print(&format!("{}\n", lines?.join("\n")))
}

/// Success, unless a contender failed or the contest did not get to its end.
pub(crate) fn exit_code(finished: &Finished<'_>) -> ExitCode {
    let failed = |standing: &Standing| matches!(standing, Standing::Failed(_));
    if finished.end == End::Interrupted {
        ExitCode::from(INTERRUPTED)
    } else if finished.rows.iter().filter_map(|row| row.verdict.as_ref()).any(failed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// The command that repeats a contest.
fn command(arguments: &Quick, schedule: Schedule, seed: u64) -> String {
    let mut command = format!(
        "{CARGO_CONTEST} quick --seconds {} --rounds {} --seed {seed}",
        arguments.seconds.as_secs_f64(),
        schedule.rounds,
    );
    for filter in &arguments.filters.filters {
        command += &format!(" --filter '{filter}'");
    }
    command
}

/// What conformance found of several contenders.
#[derive(Debug, Default)]
struct Conformed {
    /// All of it, by contender.
    found: BTreeMap<&'static str, Conformance>,
    /// Those whose real capacity is not the one asked for.
    rounded: BTreeMap<&'static str, String>,
    /// One that hung.
    hung: Option<&'static str>,
}

impl Conformed {
    /// Checks contenders, one after the other, until one hangs.
    fn check(entries: impl Iterator<Item = &'static Entry>) -> Self {
        let mut conformed = Self::default();
        for entry in entries {
            let found = entry.conform();
            if !found.rounded().is_empty() {
                conformed.rounded.insert(entry.key, found.rounded());
            }
            let hung = found.hung;
            conformed.found.insert(entry.key, found);
            if hung {
                conformed.hung = Some(entry.key);
                break;
            }
        }
        conformed
    }
}

/// Shows the contenders, or their cells.
fn list(arguments: &List) -> Result<ExitCode> {
    let filters = &arguments.filters.filters;
    let table = match (&arguments.suite, arguments.cells) {
        (Some(suite), _) => cell_list(suite, filters)?,
        (None, true) => cell_list("quick", filters)?,
        (None, false) => contender_list(filters)?,
    };
    print(&format!("{table}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The table of contenders.
fn contender_list(filters: &[Filter]) -> Result<String> {
    let columns = ["contender", "from", "role", "kind", "order", "progress", "wait", "batches"];
    let mut table = table::table(&columns.map(|name| (name, Left)));
    for entry in chosen(filters)? {
        let info = &entry.info;
        table.add_row([
            entry.key.to_owned(),
            format!("{} {}", info.package, entry.version().unwrap_or("of unknown version")),
            info.role.to_string(),
            info.kind.to_string(),
            if info.fifo { "FIFO" } else { "none" }.to_owned(),
            info.progress.to_string(),
            entry.wait.to_string(),
            if entry.batches { "yes" } else { "no" }.to_owned(),
        ]);
    }
    Ok(table.trim_fmt())
}

/// The table of the cells of a suite.
fn cell_list(suite: &str, filters: &[Filter]) -> Result<String> {
    let chosen = |cell: &Cell| filters.is_empty() || filters.iter().any(|f| f.matches(cell));
    let mut table = table::table(&["cell", "runs"].map(|name| (name, Left)));
    let cores = platform::allowed_cores().len();
    for (cell, obstacle) in Suite::named(suite)?.cells(cores)? {
        if chosen(&cell) {
            let runs = obstacle.map_or_else(|| "yes".to_owned(), |why| format!("no: {why}"));
            table.add_row([cell.to_string(), runs]);
        }
    }
    ensure!(
        !table.is_empty(),
        "no cell matches; `list --cells` without a filter shows their names"
    );
    Ok(table.trim_fmt())
}

/// Checks contenders and shows what was found.
fn verify(arguments: &Verify) -> Result<ExitCode> {
    let columns = ["contender", "conformance", "real capacity"];
    let mut table = table::table(&columns.map(|name| (name, Left)));
    let mut all_passed = true;
    for entry in chosen(&arguments.filters.filters)? {
        let found = entry.conform();
        let capacity = match (found.capacities.is_empty(), found.rounded()) {
            (true, _) => "–".to_owned(),
            (false, rounded) if rounded.is_empty() => "as asked".to_owned(),
            (false, rounded) => rounded,
        };
        all_passed &= found.failure.is_none();
        table.add_row([
            entry.key.to_owned(),
            match (found.failure, entry.info.role.bound()) {
                (Some(why), _) => format!("failed: {why}"),
                (None, None) => "passed".to_owned(),
                (None, Some(_)) => "exempt: no queue; its loops count each message once".to_owned(),
            },
            capacity,
        ]);
    }
    print(&format!("{}\n", table.trim_fmt()))?;
    Ok(if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The contenders that any filter names, or all.
pub(crate) fn chosen(filters: &[Filter]) -> Result<Vec<&'static Entry>> {
    let named = |entry: &&Entry| {
        filters.is_empty() || filters.iter().any(|filter| filter.matches_contender(entry))
    };
    let entries: Vec<_> = entries().iter().filter(named).collect();
    ensure!(!entries.is_empty(), "no contender matches; `list` without a filter shows their names");
    Ok(entries)
}

/// The first Ctrl-C ends the contest after the slice or the stop that runs, the second at once.
pub(crate) fn on_ctrl_c() {
    if CTRL_C.swap(true, Ordering::Relaxed) {
        process::exit(i32::from(INTERRUPTED));
    }
}

/// Writes to standard output. A reader who has seen enough is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
