//! What became of the tests, beside the list of what is left out.

use crate::Outcome;
use crate::left_out::{Entry, Test, Why};
use crate::source::Source;
use comfy_table::{CellAlignment, Table};
use std::collections::BTreeMap;

/// What the list and the tests say differently, a line each.
pub fn wrong(outcomes: &BTreeMap<Test, Outcome>, list: &[Entry]) -> Vec<String> {
    let listed = |test: &Test| list.iter().any(|entry| entry.test == *test);
    let mut lines = Vec::new();
    for (test, outcome) in outcomes {
        match outcome {
            Outcome::Failed(said) if !listed(test) => {
                lines.push(format!("fails, and is not listed: {test}: {said}"))
            }
            Outcome::Broken(error) if !listed(test) => {
                lines.push(format!("does not compile, and is not listed: {test}: {error}"));
            }
            _ => {}
        }
    }
    for Entry { test, why } in list {
        match outcomes.get(test) {
            Some(Outcome::Passed { .. }) if *why != Why::Chance => {
                lines.push(format!("passes, and is listed: {test}"))
            }
            Some(Outcome::Ignored) => {
                lines.push(format!("is ignored by the peer, and is listed: {test}"))
            }
            None => lines.push(format!("is listed, and does not exist: {test}")),
            _ => {}
        }
    }
    lines
}

/// A row for each peer.
pub fn table(sources: &[Source], outcomes: &BTreeMap<Test, Outcome>, list: &[Entry]) -> Table {
    let mut table = Table::new();
    let mut header = vec![
        "peer",
        "version",
        "checksum",
        "tests",
        "passed",
        "with a wide bound in place of unbounded",
    ];
    header.extend(Why::ALL.map(|(_, word)| word));
    header.extend(["failed", "not the first time"]);
    table.set_header(&header);
    let mut sums = vec![0; header.len() - 3];
    for Source { peer, version, checksum, .. } in sources {
        let mut counts = vec![0; sums.len()];
        for (test, outcome) in outcomes.iter().filter(|(test, _)| test.peer == peer.name) {
            let entry = list.iter().find(|entry| entry.test == *test);
            counts[0] += usize::from(*outcome != Outcome::Ignored);
            match (outcome, entry) {
                (Outcome::Ignored, _) => {}
                (Outcome::Passed { wide, tries }, _) => {
                    counts[1 + usize::from(*wide)] += 1;
                    *counts.last_mut().unwrap() += usize::from(*tries > 1);
                }
                (_, Some(entry)) => {
                    counts[3 + Why::ALL.iter().position(|(why, _)| *why == entry.why).unwrap()] +=
                        1;
                }
                (_, None) => counts[3 + Why::ALL.len()] += 1,
            }
        }
        sums.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
        let texts = [peer.name.to_string(), version.clone(), checksum[..12].to_string()];
        table.add_row(texts.into_iter().chain(counts.iter().map(usize::to_string)));
    }
    let texts = ["all", "", ""].map(str::to_string);
    table.add_row(texts.into_iter().chain(sums.iter().map(usize::to_string)));
    for at in 3..header.len() {
        table.column_mut(at).unwrap().set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str) -> Test {
        Test { peer: "peer".into(), file: "file".into(), name: name.into() }
    }

    fn entry(name: &str, why: Why) -> Entry {
        Entry { test: test(name), why }
    }

    #[test]
    fn what_fails_and_is_not_listed_and_what_passes_and_is_are_wrong() {
        let passed = Outcome::Passed { wide: false, tries: 1 };
        let outcomes = BTreeMap::from([
            (test("fails"), Outcome::Failed("so".into())),
            (test("fails too"), Outcome::Failed("so".into())),
            (test("does not compile"), Outcome::Broken("so".into())),
            (test("passes"), passed.clone()),
            (test("passes too"), passed.clone()),
            (test("by chance"), passed),
        ]);
        let list = [
            entry("fails too", Why::Contract),
            entry("passes too", Why::NotYet),
            entry("by chance", Why::Chance),
            entry("gone", Why::Unbounded),
        ];
        assert_eq!(
            wrong(&outcomes, &list),
            [
                "does not compile, and is not listed: peer file::does not compile: so",
                "fails, and is not listed: peer file::fails: so",
                "passes, and is listed: peer file::passes too",
                "is listed, and does not exist: peer file::gone",
            ]
        );
    }
}
