//! The counts that are committed, and what new ones are beside them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::count::{Count, Counts};

/// A path may cost this share more or less …
const SHARE: f64 = 0.03;

/// … or so many instructions, before it counts as a change: how the compiler happens to lay out code.
const FEW: f64 = 1.0;

/// What the counts depend on beside the sources. Others say nothing about those of the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// The compiler.
    pub rustc: String,
    /// The target that was compiled for.
    pub target: String,
    /// The flags of the compiler.
    pub flags: String,
    /// Whether the system grants `membarrier`, without which fences are full ones.
    pub membarrier: bool,
}

impl Conditions {
    /// Those of this build, on a system that grants `membarrier` or does not.
    pub fn of_this_build(membarrier: bool) -> Self {
        Self {
            rustc: env!("INSTRUCTIONS_RUSTC").to_owned(),
            target: env!("INSTRUCTIONS_TARGET").to_owned(),
            flags: env!("INSTRUCTIONS_FLAGS").to_owned(),
            membarrier,
        }
    }

    /// In what they differ from those of the baseline, if they do.
    pub fn differ_from(&self, baseline: &Self) -> Option<String> {
        let differences = [
            ("rustc", &*baseline.rustc, &*self.rustc),
            ("target", &baseline.target, &self.target),
            ("flags", &baseline.flags, &self.flags),
            ("membarrier", granted(baseline.membarrier), granted(self.membarrier)),
        ];
        let (what, theirs, ours) =
            differences.into_iter().find(|(_, theirs, ours)| theirs != ours)?;
        Some(format!("the baseline was taken with {what} '{theirs}', here it is '{ours}'"))
    }
}

/// In a word.
fn granted(membarrier: bool) -> &'static str {
    if membarrier { "granted" } else { "refused" }
}

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Where they were taken.
    pub conditions: Conditions,
    /// The counts.
    pub counts: Counts,
}

/// What is to be said of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    path: String,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Instructions { old: f64, new: f64 },
    Locked { old: f64, new: f64 },
    New,
    Gone,
}

impl Finding {
    /// Whether it must not be: a path costs more, or the baseline is of other paths.
    pub fn fails(&self) -> bool {
        match self.what {
            What::Instructions { old, new } | What::Locked { old, new } => new > old,
            What::New | What::Gone => true,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        let more = if self.fails() { "more" } else { "fewer" };
        match self.what {
            What::Instructions { old, new } => {
                let change = (new / old - 1.0) * 100.0;
                write!(f, "{path}: {more} instructions, {old} before, {new} now ({change:+.1}%)")
            }
            What::Locked { old, new } => {
                write!(f, "{path}: {more} locked instructions, {old} before, {new} now")
            }
            What::New => write!(f, "{path}: is not in the baseline"),
            What::Gone => write!(f, "{path}: is in the baseline and was not counted"),
        }
    }
}

/// Compares the counts of the baseline with new ones.
pub fn compare(old: &Counts, new: &Counts) -> Vec<Finding> {
    let paths: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let findings = paths.into_iter().flat_map(|path| {
        let whats = match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) => changes(*old, *new),
            (None, _) => vec![What::New],
            (_, None) => vec![What::Gone],
        };
        whats.into_iter().map(|what| Finding { path: path.clone(), what })
    });
    findings.collect()
}

/// What changed in a path. Locked instructions are told exactly.
fn changes(old: Count, new: Count) -> Vec<What> {
    let mut changes = Vec::new();
    let change = (new.instructions - old.instructions).abs();
    if change >= FEW && change > SHARE * old.instructions {
        changes.push(What::Instructions { old: old.instructions, new: new.instructions });
    }
    if new.locked != old.locked {
        changes.push(What::Locked { old: old.locked, new: new.locked });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, f64, f64)]) -> Counts {
        let count = |&(path, instructions, locked): &(&str, f64, f64)| {
            (path.to_owned(), Count { instructions, locked })
        };
        counts.iter().map(count).collect()
    }

    /// What is said of a path whose counts change, and whether it fails.
    fn said(old: (f64, f64), new: (f64, f64)) -> Vec<(String, bool)> {
        let old = counts(&[("other", 20.0, 1.0), ("path", old.0, old.1)]);
        let new = counts(&[("other", 20.0, 1.0), ("path", new.0, new.1)]);
        let findings = compare(&old, &new);
        findings.iter().map(|finding| (finding.to_string(), finding.fails())).collect()
    }

    #[test]
    fn what_is_unchanged_passes() {
        assert_eq!(said((100.0, 1.0), (100.0, 1.0)), []);
    }

    #[test]
    fn a_planted_regression_is_found() {
        assert_eq!(
            said((100.0, 1.0), (103.5, 1.0)),
            [("path: more instructions, 100 before, 103.5 now (+3.5%)".to_owned(), true)]
        );
        assert_eq!(
            said((20.0, 1.0), (21.0, 1.0)),
            [("path: more instructions, 20 before, 21 now (+5.0%)".to_owned(), true)]
        );
    }

    #[test]
    fn less_than_an_instruction_or_than_three_percent_passes() {
        assert_eq!(said((20.0, 0.0), (20.9, 0.0)), []);
        assert_eq!(said((200.0, 0.0), (205.9, 0.0)), []);
        assert_eq!(said((20.0, 0.0), (19.1, 0.0)), []);
        assert_eq!(said((200.0, 0.0), (194.1, 0.0)), []);
    }

    #[test]
    fn what_got_cheaper_is_told_and_passes() {
        assert_eq!(
            said((100.0, 2.0), (90.0, 1.5)),
            [
                ("path: fewer instructions, 100 before, 90 now (-10.0%)".to_owned(), false),
                ("path: fewer locked instructions, 2 before, 1.5 now".to_owned(), false),
            ]
        );
    }

    #[test]
    fn locked_instructions_are_told_exactly() {
        assert_eq!(
            said((100.0, 0.0), (100.0, 0.001)),
            [("path: more locked instructions, 0 before, 0.001 now".to_owned(), true)]
        );
    }

    #[test]
    fn paths_without_a_pair_fail() {
        let (old, new) = (counts(&[("gone", 1.0, 0.0)]), counts(&[("new", 1.0, 0.0)]));
        let findings = compare(&old, &new);
        let said: Vec<_> = findings.iter().map(Finding::to_string).collect();
        assert_eq!(
            said,
            ["gone: is in the baseline and was not counted", "new: is not in the baseline"]
        );
        assert!(findings.iter().all(Finding::fails));
    }

    #[test]
    fn every_condition_matters() {
        let here = Conditions::of_this_build(true);
        assert!(here.rustc.starts_with("rustc ") && !here.target.is_empty());
        assert_eq!(here.differ_from(&here.clone()), None);
        let others = [
            Conditions { rustc: "rustc 1.0.0".to_owned(), ..here.clone() },
            Conditions { target: "pdp11".to_owned(), ..here.clone() },
            Conditions { flags: "--cfg other".to_owned(), ..here.clone() },
            Conditions { membarrier: false, ..here.clone() },
        ];
        for other in others {
            let difference = here.differ_from(&other).unwrap();
            let told = [other.rustc, other.target, other.flags, "refused".to_owned()];
            assert!(told.iter().any(|value| difference.contains(&format!("'{value}'"))));
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let baseline = Baseline {
            conditions: Conditions::of_this_build(true),
            counts: counts(&[("spsc/push", 12.125, 0.0), ("mpmc/push", 40.0, 1.001)]),
        };
        let text = toml::to_string(&baseline).unwrap();
        assert_eq!(toml::from_str::<Baseline>(&text).unwrap(), baseline);
    }
}
