//! The tables of a contest, for the terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::headline::Line;
use crate::output::Finished;
use crate::plan::Group;
use crate::summary::{Row, Standing};

/// The one line of a table.
const UNDERLINE: LineStyle = LineStyle::none().fill('─').junction('─');

/// The header of the tables of cells, with the alignment of each column.
const COLUMNS: [(&str, CellAlignment); 7] = [
    ("contender", CellAlignment::Left),
    ("wait", CellAlignment::Left),
    ("M msg/s (min–max)", CellAlignment::Right),
    ("CPU ns/msg", CellAlignment::Right),
    ("× reference [95%]", CellAlignment::Right),
    ("verdict", CellAlignment::Left),
    ("flagged slices", CellAlignment::Left),
];

/// One table for each group; under it the noise floor and what did not run.
pub fn groups(finished: &Finished<'_>) -> String {
    let mut text = String::new();
    for group in finished.plan.groups() {
        let mut table = table(&COLUMNS);
        for row in ordered(finished.rows, group) {
            table.add_row(cells(row));
        }
        let _ = writeln!(text, "{}\n", group.title());
        let _ = writeln!(text, "{}\n\n{}", table.trim_fmt(), noise(finished, group));
        let skipped = skipped(finished, group);
        if !skipped.is_empty() {
            let _ = writeln!(text, "Not run: {skipped}.");
        }
        text.push('\n');
    }
    text
}

/// The rows of a group, the fastest first and what is no queue last.
fn ordered(rows: &[Row], group: Group) -> Vec<&Row> {
    let mut rows: Vec<&Row> = rows.iter().filter(|row| row.group() == group).collect();
    rows.sort_by(|a, b| b.mmsg_s.unwrap_or(0.0).total_cmp(&a.mmsg_s.unwrap_or(0.0)));
    rows.sort_by_key(|row| matches!(row.verdict, Some(Standing::Bound(_))));
    rows
}

/// The comparisons across cells; nothing if there are none.
pub fn headline(lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let columns = [
        ("cell", CellAlignment::Left),
        ("beside", CellAlignment::Left),
        ("which is", CellAlignment::Left),
        ("ratio [95%]", CellAlignment::Right),
    ];
    let mut table = table(&columns);
    for line in lines {
        let ratio = with_interval(line.ratio, line.ratio_lo, line.ratio_hi);
        table.add_row([line.subject.as_str(), line.beside, &line.best, &ratio]);
    }
    format!("Across cells\n\n{}\n\n", table.trim_fmt())
}

/// An empty table with a header.
pub fn table(columns: &[(&str, CellAlignment)]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(UNDERLINE));
    table.set_header(columns.iter().map(|(name, _)| *name));
    for (column, (_, alignment)) in table.column_iter_mut().zip(columns) {
        column.set_cell_alignment(*alignment);
    }
    table
}

/// The cells of a row. What is not known is a dash.
fn cells(row: &Row) -> [String; 7] {
    let dash = || "–".to_owned();
    let throughput = row
        .mmsg_s
        .zip(row.mmsg_s_min)
        .zip(row.mmsg_s_max)
        .map_or_else(dash, |((median, min), max)| {
            format!("{} ({}–{})", short(median), short(min), short(max))
        });
    let ratio = row
        .ratio
        .zip(row.ratio_lo)
        .zip(row.ratio_hi)
        .map_or_else(dash, |((ratio, lo), hi)| with_interval(ratio, lo, hi));
    [
        row.contender.to_owned(),
        row.wait.to_string(),
        throughput,
        row.cpu_ns_per_msg.map_or_else(dash, short),
        ratio,
        row.verdict.as_ref().map_or_else(dash, |verdict| verdict.text().to_owned()),
        row.flags.clone(),
    ]
}

/// Three digits that mean something.
pub fn short(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A ratio with its interval.
pub fn with_interval(ratio: f64, lo: f64, hi: f64) -> String {
    format!("{ratio:.2} [{lo:.2}–{hi:.2}]")
}

/// The noise floor of a group.
fn noise(finished: &Finished<'_>, group: Group) -> String {
    match finished.throughputs.noise(group) {
        Some(noise) => format!(
            "Noise floor ±{:.1}%: the reference beside itself {}.",
            noise.noise_floor() * 100.0,
            with_interval(noise.median, noise.lo, noise.hi),
        ),
        None => "Noise floor not measured, so there is no verdict.".to_owned(),
    }
}

/// Who did not run in a group, by reason.
fn skipped(finished: &Finished<'_>, group: Group) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (cell, reason) in &finished.plan.skipped {
        if cell.group == group {
            reasons.entry(reason).or_default().push(cell.entry.key);
        }
    }
    let words = reasons.iter().map(|(reason, keys)| format!("{} ({reason})", keys.join(", ")));
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Cell, Filter, Plan};
    use crate::record::{CellName, Sample};
    use crate::summary::{self, Throughputs};

    #[test]
    fn what_is_no_queue_stands_below_the_slowest_queue() {
        let filters = ["rtrb/1x1/1", "fetch-add/1x1/1", "empty-loop/1x1/1"];
        let plan = Plan::new(&filters.map(|filter| Filter::new(filter).unwrap())).unwrap();
        let speed = |key: &str| match key {
            "empty-loop" => 900,
            "fetch-add" => 500,
            "rtrb" => 50,
            _ => 100,
        };
        let sample = |round| {
            move |cell: &Cell| Sample {
                messages: speed(CellName::from(cell).contender.as_str()),
                elapsed_ns: Some(1_000),
                ..Sample::empty(cell.into(), cell.wait(), round, 0)
            }
        };
        let samples: Vec<_> =
            (0..7).flat_map(|round| plan.cells.iter().map(sample(round))).collect();
        let rows = summary::rows(&plan, &samples, &Throughputs::of(&samples), &[].into());
        let group = plan.cells[0].group;
        let keys: Vec<_> = ordered(&rows, group).iter().map(|row| row.contender).collect();
        assert_eq!(keys[2..], ["rtrb", "empty-loop", "fetch-add"]);
    }
}
