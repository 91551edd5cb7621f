//! Several runs: whether they say the same.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::report::analysis::Analysis;
use crate::report::words;

/// What two runs say of one cell.
#[derive(Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The cell.
    pub cell: String,
    /// What each run says, by the number of the run.
    pub said: Vec<(usize, String)>,
}

/// In how many cells at least two runs have a verdict, and the cells that are faster than the reference in one
/// and slower in another.
pub fn contradictions(runs: &[Analysis<'_>]) -> (usize, Vec<Contradiction>) {
    let mut cells: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (number, analysis) in (1..).zip(runs) {
        for row in &analysis.run.rows {
            let judged = row
                .verdict
                .as_deref()
                .filter(|word| ["faster", "slower", "tie", "undecided"].contains(word));
            if let Some(verdict) = judged {
                let cell = format!("{}, {}", row.contender, row.place);
                cells.entry(cell).or_default().push((number, verdict.to_owned()));
            }
        }
    }
    cells.retain(|_, said| said.len() > 1);
    let both = cells.len();
    let says =
        |said: &[(usize, String)], word: &str| said.iter().any(|(_, verdict)| verdict == word);
    let contradictory =
        cells.into_iter().filter(|(_, said)| says(said, "faster") && says(said, "slower"));
    (both, contradictory.map(|(cell, said)| Contradiction { cell, said }).collect())
}

/// What the runs come to, in a sentence.
pub fn in_words(runs: &[Analysis<'_>]) -> String {
    let (both, contradictions) = contradictions(runs);
    match contradictions.len() {
        _ if both == 0 => "The runs have no cell in common.".to_owned(),
        0 => {
            format!("In none of {both} common cells one run says faster where another says slower.")
        }
        count => format!(
            "In {count} of {both} common cells one run says faster where another says slower."
        ),
    }
}

/// The runs and their agreement, above all of them.
pub fn section(runs: &[Analysis<'_>]) -> Markup {
    let (_, contradictions) = contradictions(runs);
    let mut machines: Vec<_> =
        runs.iter().map(|run| (&run.run.env.cpu, run.run.env.cores)).collect();
    machines.dedup();
    html! {
        header class="runs" {
            h1 { (runs.len()) " runs. " (in_words(runs)) }
            @if machines.len() > 1 { p class="warning" { "⚠ The runs are of different machines: compare ratios, never absolute figures." } }
            ol {
                @for run in runs {
                    li { strong { (run.run.name()) } ": " (words::headline(&run.duels, run.run.env.cores)) }
                }
            }
            @if !contradictions.is_empty() {
                ul { @for found in &contradictions {
                    li { (found.cell) ": " @for (index, (number, verdict)) in found.said.iter().enumerate() { @if index > 0 { ", " } (verdict) " in run " (number) } }
                } }
            }
        }
    }
}
