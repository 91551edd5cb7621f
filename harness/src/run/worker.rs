//! The processes that a run divides its work among: the same program with a hidden command.
//!
//! What differs from process to process (where memory lies, above all) so meets every cell several times; and a
//! queue that hangs takes one process with it, not the run.

use std::ffi::OsString;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::cli::{Measure, Worker};
use crate::commands::{CTRL_C, INTERRUPTED, on_ctrl_c};
use crate::conformance::Conformance;
use crate::contest::{Contest, End};
use crate::platform;
use crate::record::Sample;
use crate::registry::{Entry, entries};
use crate::run::state::{PlanFile, State};

/// The exit status of a process with a queue that hangs.
const HUNG: u8 = 3;

/// The exit status of a process whose time was up.
const OUT_OF_TIME: u8 = 4;

/// What a process found of a contender: a line of its output.
#[derive(Debug, Serialize, Deserialize)]
struct Found {
    key: String,
    #[serde(flatten)]
    conformance: Conformance,
}

/// The hidden command.
///
/// # Errors
///
/// Whatever keeps it from its work.
pub(crate) fn run(worker: &Worker) -> Result<ExitCode> {
    match worker {
        Worker::Conform { keys } => conform(keys),
        Worker::Measure(arguments) => measure(arguments),
    }
}

/// Checks contenders until one hangs, and prints what was found.
fn conform(keys: &[String]) -> Result<ExitCode> {
    for key in keys {
        let entry = entries().iter().find(|entry| entry.key == key);
        let conformance = entry.with_context(|| format!("no contender '{key}'"))?.conform();
        let hung = conformance.hung;
        let line = serde_json::to_string(&Found { key: key.clone(), conformance })?;
        let mut out = std::io::stdout();
        writeln!(out, "{line}").and_then(|()| out.flush()).context("nobody listens")?;
        if hung {
            return Ok(ExitCode::from(HUNG));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs some rounds of the run in a directory.
fn measure(arguments: &Measure) -> Result<ExitCode> {
    let state = State::at(&arguments.directory);
    let plan = state.plan()?;
    let cells = plan.conforming()?;
    let (before, _) = state.progress(&plan)?;
    let mut record = state.recorder()?;
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;
    let contest = Contest {
        cells: &cells,
        schedule: plan.schedule(),
        seed: plan.seed.into(),
        cores: platform::allowed_cores().into(),
        deadline: Instant::now() + Duration::from_secs_f64(arguments.seconds),
        interrupted: &CTRL_C,
        rounds: arguments.from..arguments.to,
        before,
        planted: plan.planted,
    };
    let mut trouble = None;
    let results = contest.run_and(&mut |sample| {
        let sample = Sample { process: arguments.process, ..sample.clone() };
        if let Err(error) = record(&sample) {
            // Nothing that follows could be kept.
            trouble.get_or_insert(error);
            CTRL_C.store(true, Ordering::Relaxed);
        }
    });
    if let Some(error) = trouble {
        return Err(error);
    }
    Ok(match results.end {
        End::Complete => ExitCode::SUCCESS,
        End::Interrupted => ExitCode::from(INTERRUPTED),
        End::OutOfTime => ExitCode::from(OUT_OF_TIME),
        End::Hung => ExitCode::from(HUNG),
    })
}

/// A process with the hidden command.
fn process(program: &Path, arguments: &[OsString]) -> Command {
    let mut command = Command::new(program);
    command.arg("worker").args(arguments);
    command
}

/// Has processes check contenders. One that hangs, or that ends the process, has failed.
pub(crate) fn check(contenders: &[&'static Entry]) -> Result<Vec<(&'static Entry, Conformance)>> {
    let program = this_program()?;
    let mut found: Vec<(&Entry, Conformance)> = Vec::new();
    while found.len() < contenders.len() && !CTRL_C.load(Ordering::Relaxed) {
        let rest = &contenders[found.len()..];
        let mut arguments = vec![OsString::from("conform")];
        arguments.extend(rest.iter().map(|entry| entry.key.into()));
        let output = process(&program, &arguments).stderr(Stdio::null()).output();
        let output = output.context("cannot start a process that checks contenders")?;
        let lines = String::from_utf8_lossy(&output.stdout);
        let known = lines.lines().filter_map(|line| serde_json::from_str::<Found>(line).ok());
        let known: Vec<_> = rest.iter().zip(known).collect();
        let all_known = known.len() == rest.len();
        let hung = known.last().is_some_and(|(_, found)| found.conformance.hung);
        found.extend(known.into_iter().map(|(entry, found)| (*entry, found.conformance)));
        if !all_known && !hung && !CTRL_C.load(Ordering::Relaxed) {
            let failure = Some(format!("its process ended by {}", output.status));
            found.push((contenders[found.len()], Conformance { failure, ..Default::default() }));
        }
    }
    Ok(found)
}

/// Has a process run some rounds, and another one what is left of them if a queue hangs.
pub(crate) fn measure_in(
    program: &Path,
    state: &State,
    number: u32,
    rounds: Range<u32>,
    deadline: Instant,
) -> Result<End> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let arguments = [
            "measure".into(),
            state.directory().as_os_str().to_owned(),
            format!("--from={}", rounds.start).into(),
            format!("--to={}", rounds.end).into(),
            format!("--process={number}").into(),
            format!("--seconds={}", left.as_secs_f64()).into(),
        ];
        let status = process(program, &arguments).status();
        let status = status.context("cannot start a process that measures")?;
        match ending(status) {
            Some(End::Hung) => {}
            Some(_) if CTRL_C.load(Ordering::Relaxed) => return Ok(End::Interrupted),
            Some(end) => return Ok(end),
            None => bail!("a process that measures ended by {status}"),
        }
    }
}

/// What the status of a process that measures says.
fn ending(status: ExitStatus) -> Option<End> {
    let code = u8::try_from(status.code()?).ok()?;
    match code {
        0 => Some(End::Complete),
        INTERRUPTED => Some(End::Interrupted),
        OUT_OF_TIME => Some(End::OutOfTime),
        HUNG => Some(End::Hung),
        _ => None,
    }
}

/// Where this program is.
pub(crate) fn this_program() -> Result<std::path::PathBuf> {
    std::env::current_exe().context("cannot find this program")
}

/// Runs all rounds of a run, each in its process.
pub(crate) fn measure_all(state: &State, plan: &PlanFile, deadline: Instant) -> Result<End> {
    let program = this_program()?;
    for number in 0..plan.processes {
        match measure_in(&program, state, number, plan.rounds_of(number), deadline)? {
            End::Complete => {}
            end => return Ok(end),
        }
    }
    Ok(End::Complete)
}
