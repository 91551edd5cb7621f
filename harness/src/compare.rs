//! `cargo contest compare A B`: two results side by side.
//!
//! Ratios can be compared wherever they were measured; messages per second cannot, unless both are of the same
//! machine. What matters most is where the verdicts contradict each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use comfy_table::CellAlignment::{Left, Right};
use serde::Deserialize;

use crate::axes::Group;
use crate::cli::Compare;
use crate::commands::print;
use crate::contenders::reference;
use crate::output::table::{self, short, with_interval};
use crate::record::CellName;
use crate::report::who;
use crate::run::read_samples;
use crate::stats::{Ratio, Verdict};
use crate::summary::Throughputs;

/// A result that was read from its directory.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Where it is from.
    pub(crate) origin: Origin,
    /// What was measured.
    pub(crate) throughputs: Throughputs,
}

/// Where a result is from: a part of its `env.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Origin {
    date: String,
    commit: String,
    arch: String,
    cpu: Option<String>,
    cores: usize,
}

impl Origin {
    /// Whether two results may be of one machine, as far as can be told.
    fn same_machine(&self, other: &Self) -> bool {
        let key = |origin: &Self| (origin.arch.clone(), origin.cpu.clone(), origin.cores);
        self.cpu.is_some() && key(self) == key(other)
    }

    pub(crate) fn text(&self) -> String {
        let cpu = self.cpu.as_deref().unwrap_or("an unknown processor");
        format!("{}, commit {}, {cpu}, {} cores", self.date, self.commit, self.cores)
    }
}

impl Measured {
    /// Reads a result.
    pub(crate) fn read(directory: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = directory.join(name);
            let text = fs::read_to_string(&path);
            let text = text.with_context(|| format!("cannot read '{}'", path.display()))?;
            anyhow::Ok((path, text))
        };
        let (path, text) = read("env.json")?;
        let damaged = || format!("'{}' is damaged", path.display());
        let origin = serde_json::from_str(&text).with_context(damaged)?;
        let (path, text) = read("samples.jsonl")?;
        let throughputs = Throughputs::of(&read_samples(&text, &path)?);
        Ok(Self { origin, throughputs })
    }

    /// What it says of a cell, unless there is no queue in it.
    fn view(&self, cell: &CellName) -> Option<View> {
        if who::is_bound(&cell.contender) {
            return None;
        }
        let ratio = self.throughputs.ratio(cell, &reference_of(cell.group))?;
        let noise = self.throughputs.noise(cell.group).map(|noise| noise.noise_floor());
        let mmsg_s = self.throughputs.spread(cell)?.median;
        Some(View { ratio, verdict: ratio.verdict(noise), mmsg_s })
    }
}

/// The reference of a group.
fn reference_of(group: Group) -> CellName {
    CellName::new(reference(group.policy).key, group)
}

/// What a result says of a cell.
#[derive(Debug, Clone, Copy)]
struct View {
    ratio: Ratio,
    verdict: Verdict,
    mmsg_s: f64,
}

/// How two verdicts of a cell go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    /// They are the same.
    Same,
    /// At least one of them is no decision, or one is a tie.
    Compatible,
    /// One says faster, the other slower.
    Contradiction,
}

impl Agreement {
    fn of(a: Verdict, b: Verdict) -> Self {
        match (a, b) {
            _ if a == b => Self::Same,
            (Verdict::Faster, Verdict::Slower) | (Verdict::Slower, Verdict::Faster) => {
                Self::Contradiction
            }
            _ => Self::Compatible,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Compatible => "differs",
            Self::Contradiction => "CONTRADICTS",
        }
    }
}

/// Compares two results and prints what differs. Fails if verdicts contradict each other.
///
/// # Errors
///
/// If a result cannot be read, if they have no cell in common, or if absolute numbers are asked for across
/// machines.
pub(crate) fn run(arguments: &Compare) -> Result<ExitCode> {
    let a = Measured::read(&arguments.a)?;
    let b = Measured::read(&arguments.b)?;
    ensure!(
        !arguments.absolute || a.origin.same_machine(&b.origin),
        "messages per second of different machines say nothing about queues; ratios do: leave --absolute away"
    );
    let cells: BTreeSet<&CellName> = a.throughputs.cells().collect();
    let common = cells.into_iter().filter(|cell| **cell != reference_of(cell.group));
    let views: Vec<_> =
        common.filter_map(|cell| Some((cell, a.view(cell)?, b.view(cell)?))).collect();
    ensure!(!views.is_empty(), "these results have no cell in common");

    let mut columns = vec![
        ("cell", Left),
        ("A", Left),
        ("× reference [95%]", Right),
        ("B", Left),
        ("× reference [95%]", Right),
        ("", Left),
    ];
    if arguments.absolute {
        columns.extend([("A, M msg/s", Right), ("B, M msg/s", Right), ("B/A", Right)]);
    }
    let mut table = table::table(&columns);
    let mut counts = [0_usize; 3];
    for (cell, a, b) in &views {
        let agreement = Agreement::of(a.verdict, b.verdict);
        counts[agreement as usize] += 1;
        if agreement == Agreement::Same && !arguments.all {
            continue;
        }
        let interval = |ratio: Ratio| with_interval(ratio.median, ratio.lo, ratio.hi);
        let mut row = vec![
            format!("{}/{}", cell.contender, cell.group),
            a.verdict.word().to_owned(),
            interval(a.ratio),
            b.verdict.word().to_owned(),
            interval(b.ratio),
            agreement.text().to_owned(),
        ];
        if arguments.absolute {
            let change = b.mmsg_s / a.mmsg_s;
            row.extend([short(a.mmsg_s), short(b.mmsg_s), format!("{change:.2}")]);
        }
        table.add_row(row);
    }
    let [same, compatible, contradictions] = counts;
    let rows = if table.is_empty() { String::new() } else { format!("{}\n\n", table.trim_fmt()) };
    print(&format!(
        "A: {}\nB: {}\n\n{rows}{} cells in common: {same} verdicts are the same, {compatible} differ without \
         contradiction, {contradictions} contradict each other.\n",
        a.origin.text(),
        b.origin.text(),
        views.len(),
    ))?;
    Ok(if contradictions == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faster_and_slower_contradict_each_other() {
        use Verdict::{Faster, Slower, Tie, Undecided};
        assert_eq!(Agreement::of(Faster, Slower), Agreement::Contradiction);
        assert_eq!(Agreement::of(Slower, Faster), Agreement::Contradiction);
        assert_eq!(Agreement::of(Tie, Tie), Agreement::Same);
        for (a, b) in [(Tie, Faster), (Undecided, Slower), (Faster, Undecided), (Slower, Tie)] {
            assert_eq!(Agreement::of(a, b), Agreement::Compatible, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_processor_that_is_not_known_is_never_the_same() {
        let origin = |cpu: Option<&str>, cores| Origin {
            date: String::new(),
            commit: String::new(),
            arch: "x86_64".to_owned(),
            cpu: cpu.map(str::to_owned),
            cores,
        };
        assert!(origin(Some("a"), 2).same_machine(&origin(Some("a"), 2)));
        assert!(!origin(Some("a"), 2).same_machine(&origin(Some("a"), 4)));
        assert!(!origin(Some("a"), 2).same_machine(&origin(Some("b"), 2)));
        assert!(!origin(None, 2).same_machine(&origin(None, 2)));
    }
}
