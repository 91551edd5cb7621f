//! `cargo contest suspended`: every contender in turn, and the table.

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, ensure};
use comfy_table::CellAlignment::{self, Left, Right};
use serde::Serialize;

use crate::cli::Suspended;
use crate::commands::{CTRL_C, INTERRUPTED, chosen, ensure_release, on_ctrl_c, print};
use crate::contenders::REFERENCE_AGAIN;
use crate::environment::FENCES;
use crate::output::millis;
use crate::output::table::{self, short};
use crate::plan::CAPACITY;
use crate::platform;
use crate::registry::Entry;
use crate::suspended::windows::{Figures, Stop};
use crate::suspended::{Failure, Job, TOPOLOGY};

/// The header of the table, with the alignment of each column.
const COLUMNS: [(&str, CellAlignment); 9] = [
    ("contender", Left),
    ("progress", Left),
    ("M msg/s free", Right),
    ("suspended", Right),
    ("ratio", Right),
    ("least", Right),
    ("stalled", Right),
    ("gap free, ms", Right),
    ("suspended", Right),
];

/// A contender with what was found: a line of `--json`.
#[derive(Debug, Serialize)]
struct Row {
    contender: &'static str,
    /// What it promises.
    progress: String,
    #[serde(flatten)]
    figures: Option<Figures>,
    /// Why there are no figures, if it failed.
    failure: Option<String>,
}

/// Stops a thread of every contender again and again, and reports.
///
/// # Errors
///
/// If the filters leave no contender, if this is a debug build, or if nothing can be printed.
pub fn run(arguments: &Suspended) -> Result<ExitCode> {
    let mut entries = chosen(&arguments.filters.filters)?;
    entries.retain(|entry| entry.can_be_suspended() && entry.key != REFERENCE_AGAIN);
    ensure!(
        !entries.is_empty(),
        "no contender matches that takes {TOPOLOGY} threads and does not wait by itself"
    );
    ensure_release("suspended")?;
    let job = Job {
        time: arguments.seconds / entries.len() as u32,
        stop: arguments.stop,
        capacity: CAPACITY,
        cores: platform::allowed_cores().into(),
        interrupted: &CTRL_C,
    };
    eprintln!(
        "{} contenders, {:.1} s each, stops of {:.1} ms",
        entries.len(),
        job.time.as_secs_f64(),
        millis(job.stop),
    );
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;

    let mut rows = Vec::new();
    for entry in entries {
        let outcome = outcome(entry, &job);
        rows.push(Row {
            contender: entry.key,
            progress: entry.info.progress.to_string(),
            figures: outcome.as_deref().ok().and_then(Figures::of),
            failure: outcome.as_ref().err().map(Failure::to_string),
        });
        // Nothing can be measured beside the threads of a queue that hangs.
        if matches!(outcome, Err(Failure::Hang)) || CTRL_C.load(Ordering::Relaxed) {
            break;
        }
    }
    print(&if arguments.json { lines(&rows)? } else { text(&rows, &job) })?;
    Ok(if CTRL_C.load(Ordering::Relaxed) {
        ExitCode::from(INTERRUPTED)
    } else if rows.iter().any(|row| row.failure.is_some()) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The stops of a contender, if it is the queue that it says it is.
fn outcome(entry: &Entry, job: &Job) -> Result<Vec<Stop>, Failure> {
    let found = entry.conform();
    match found.failure {
        _ if found.hung => Err(Failure::Hang),
        Some(reason) => Err(Failure::Conformance(reason)),
        None => entry.suspend(job),
    }
}

/// One JSON object for each contender, a line each.
fn lines(rows: &[Row]) -> Result<String> {
    let lines: Result<Vec<_>, _> = rows.iter().map(serde_json::to_string).collect();
    Ok(format!("{}\n", lines?.join("\n")))
}

/// The table, and how to read it.
fn text(rows: &[Row], job: &Job) -> String {
    let mut table = table::table(&COLUMNS);
    for row in rows {
        table.add_row(cells(row));
    }
    let failures: String = rows
        .iter()
        .filter_map(|row| Some(format!("{} failed: {}\n", row.contender, row.failure.as_ref()?)))
        .collect();
    format!(
        "{}\n\n{failures}\
         Two producers, two consumers, and a victim that pushes as well and is stopped inside of push for \
         {:.1} ms again and again; capacity {}; fences: {FENCES}.\n\
         ratio: messages popped while it is stopped beside those just before; median and least of all stops.\n\
         stalled: stops in which nothing was popped for more than half of the time. gap: the longest time in \
         which nothing was popped.\n",
        table.trim_fmt(),
        millis(job.stop),
        job.capacity,
    )
}

/// The cells of a row. What is not known is a dash.
fn cells(row: &Row) -> Vec<String> {
    let dash = || "–".to_owned();
    let mut cells = vec![row.contender.to_owned(), row.progress.clone()];
    match &row.figures {
        Some(figures) => cells.extend([
            short(figures.mmsg_s_free),
            short(figures.mmsg_s_suspended),
            figures.ratio.map_or_else(dash, short),
            figures.ratio_min.map_or_else(dash, short),
            format!("{} of {}", figures.stalled, figures.stops),
            format!("{:.1}", figures.gap_ms_free),
            format!("{:.1}", figures.gap_ms_suspended),
        ]),
        None => cells.resize_with(COLUMNS.len(), dash),
    }
    cells
}
