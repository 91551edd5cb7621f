//! What a contest says: the goals, then a table for each workload.

use std::fmt::Write as _;

use comfy_table::CellAlignment::{self, Left, Right};
use comfy_table::{LineStyle, Table, TableStyle};

use crate::contenders::{CONTENDERS, Contender, Kind, OURS};
use crate::contest::Outcome;
use crate::goals::Goal;
use crate::recovery::{READ, RECOVERY};
use crate::samples::{Samples, ratios};
use crate::spread::Spread;
use crate::workloads::{Figure, GROUPS, Workload};

/// The figures of tables, in their order.
const FIGURES: [Figure; 11] = [
    Figure::P50,
    Figure::P99,
    Figure::Messages,
    Figure::Megabytes,
    Figure::Batch,
    Figure::SyncsPerMessage,
    Figure::WrittenPerByte,
    Figure::OwnWrittenPerByte,
    Figure::Read,
    Figure::Memory,
    Figure::MostMemory,
];

/// What is to be read with the figures.
const NOTES: &str = "\
Medians of the rounds, with the least and the most. In each round all contenders run in all workloads, in shuffled order, those of
a workload one after the other, each in a new directory. Messages have 256 bytes that cannot be compressed. `waiting`: each producer waits until its message is safe;
`pipelined`: producers go on, 16,384 messages at most are not safe yet; `together`: as many consumers receive and acknowledge all.
redb, fjall, sqlite and okaywal have the same group commit as ringway-durable: one thread takes what there is from a channel of
ringway, at most 4096 messages, commits it as one transaction, then tells all who wait; those called `large groups` take all
that there is. Each syncs every transaction: redb by Durability::Immediate,
fjall by PersistMode::SyncAll, sqlite by WAL with synchronous=FULL, okaywal always; okaywal is a log alone, which here is never
checkpointed. `raw 4 KiB` and `raw 1 MiB` write behind the end of one file and call fdatasync.
`written/payload`: bytes that the process made dirty in files up to the end of the queue, by /proc/self/io; what the file system
writes of its own is not in it.";

/// What is to be read with those that do not sync.
const UNSYNCED: &str = "\
NOT SYNCED: when these say that a message is there, it is lost with the machine's power. Their figures are not comparable
with those above.";

/// The whole report.
pub fn text(outcome: &Outcome, goals: &[Goal]) -> String {
    let samples = &outcome.samples;
    let mut text = format!("Goals of ringway-durable\n\n{}\n", goals_table(goals));
    for workload in GROUPS.into_iter().flatten().copied() {
        let name = workload.to_string();
        let of = |unsynced: bool| {
            let takes_part = move |one: &&Contender| (one.kind == Kind::Unsynced) == unsynced;
            Vec::from_iter(CONTENDERS.iter().filter(takes_part).map(|one| one.name))
        };
        if let Some(table) = workload_table(&name, &of(false), Some(main_figure(workload)), samples)
        {
            let _ = writeln!(text, "\n{name}\n\n{table}");
        }
        if let Some(table) = workload_table(&name, &of(true), None, samples) {
            let _ = writeln!(text, "\n{name}, without syncs\n\n{UNSYNCED}\n\n{table}");
        }
    }
    if let Some(table) = workload_table(RECOVERY, &[OURS, READ], Some(Figure::Read), samples) {
        let cold = if outcome.settings.page_cache_dropped == Some(true) {
            "the page cache was dropped before"
        } else {
            "the page cache could NOT be dropped: these are reads from memory"
        };
        let _ = writeln!(
            text,
            "\n{RECOVERY} of {} messages of 100 bytes, none acknowledged; {cold}\n\n{table}",
            outcome.settings.recovered_messages,
        );
    }
    let _ = writeln!(
        text,
        "\nSyncs for each message that one producer waits for\n\n{}",
        syncs(outcome)
    );
    let _ = writeln!(text, "\n{NOTES}");
    for (name, why) in &outcome.failed {
        let _ = writeln!(text, "not measured: {name} ({why})");
    }
    let _ = writeln!(
        text,
        "{} rounds, slices of {:.0} ms, seed {}; {}; {}",
        outcome.settings.rounds,
        outcome.settings.slice_ms,
        outcome.settings.seed,
        outcome.settings.file_system.as_deref().unwrap_or("file system unknown"),
        if outcome.is_complete { "complete" } else { "INTERRUPTED" },
    );
    text
}

/// The figure by which contenders are compared in a workload.
fn main_figure(workload: Workload) -> Figure {
    match workload {
        Workload::Waiting(1) => Figure::P50,
        Workload::Waiting(_) => Figure::Messages,
        Workload::Pipelined(_) | Workload::Together(_) => Figure::Megabytes,
    }
}

/// The goals, and whether they were met.
fn goals_table(goals: &[Goal]) -> String {
    let columns = [("goal", Left), ("limit", Right), ("seen (min–max)", Right), ("", Left)];
    let mut table = table(&columns);
    for goal in goals {
        let seen = match (goal.median, goal.min, goal.max) {
            (Some(median), Some(min), Some(max)) => spread(Spread { median, min, max }),
            _ => "–".to_owned(),
        };
        let verdict = match goal.is_met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        };
        let limit = format!("{} {}", if goal.is_most { "≤" } else { "≥" }, goal.limit);
        table.add_row([goal.what.clone(), limit, seen, verdict.to_owned()]);
    }
    table.trim_fmt()
}

/// The table of a workload; none if none of these was measured. Where they are compared, the last column says by how much
/// ringway-durable is better.
fn workload_table(
    workload: &str,
    contenders: &[&str],
    main: Option<Figure>,
    samples: &Samples,
) -> Option<String> {
    let measured = |figure: &Figure| {
        contenders.iter().any(|contender| !samples.of(workload, contender, *figure).is_empty())
    };
    let figures = Vec::from_iter(FIGURES.into_iter().filter(measured));
    if figures.is_empty() {
        return None;
    }
    let names = Vec::from_iter(figures.iter().map(Figure::to_string));
    let better = format!("{OURS} is better by");
    let mut columns: Vec<(&str, CellAlignment)> = vec![("contender", Left)];
    columns.extend(names.iter().map(|name| (&**name, Right)));
    columns.extend(main.map(|_| (&*better, Right)));
    let mut table = table(&columns);
    for contender in contenders {
        let of = |figure: &Figure| samples.spread(workload, contender, *figure).map(spread);
        let cells = Vec::from_iter(figures.iter().map(of));
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let ratio = main.map(|main| {
            let [ours, theirs] = [OURS, contender].map(|one| samples.of(workload, one, main));
            let is_time = main == Figure::P50;
            let ratios = if is_time { ratios(&theirs, &ours) } else { ratios(&ours, &theirs) };
            Spread::of(ratios).filter(|_| *contender != OURS).map(spread)
        });
        let mut row = vec![(*contender).to_owned()];
        row.extend(
            cells.into_iter().chain(ratio).map(|cell| cell.unwrap_or_else(|| "–".to_owned())),
        );
        table.add_row(row);
    }
    Some(table.trim_fmt())
}

/// The one line of a table.
const UNDERLINE: LineStyle = LineStyle::none().fill('─').junction('─');

/// An empty table with a header.
fn table(columns: &[(&str, CellAlignment)]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(UNDERLINE));
    table.set_header(columns.iter().map(|(name, _)| *name));
    for (column, (_, alignment)) in table.column_iter_mut().zip(columns) {
        column.set_cell_alignment(*alignment);
    }
    table
}

/// A number with as many digits as tell something.
fn short(value: f64) -> String {
    match value {
        1e5.. => format!("{:.0}k", value / 1e3),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        ..0.01 => format!("{value:.4}"),
        _ => format!("{value:.2}"),
    }
}

/// A median with what it lies between.
fn spread(Spread { median, min, max }: Spread) -> String {
    format!("{} ({}–{})", short(median), short(min), short(max))
}

/// The syncs by strace, or why there are none.
fn syncs(outcome: &Outcome) -> String {
    let Some(counted) = &outcome.syncs else {
        return "strace is not there, or may not be used: see `messages a commit` for how many transactions there were; how \
                often a transaction syncs was not looked at."
            .to_owned();
    };
    let mut table = table(&[("contender", Left), ("by strace", Left)]);
    for (name, calls) in counted {
        let calls = Vec::from_iter(calls.iter().map(|(call, count)| format!("{count} {call}")));
        let calls = if calls.is_empty() { "none".to_owned() } else { calls.join(", ") };
        table.add_row([(*name).to_owned(), calls]);
    }
    table.trim_fmt()
}
