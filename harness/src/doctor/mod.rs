//! `cargo contest doctor`: grades the machine as a place to measure on, and says what to fix. It changes
//! nothing.

mod system;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use comfy_table::CellAlignment::Left;
use serde::Serialize;

use crate::cli::Doctor;
use crate::commands::print;
use crate::doctor::system::System;
use crate::output::table;
use crate::platform;

/// How good something is for measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it should be.
    Good,
    /// The system does not tell.
    Unknown,
    /// Numbers will be noisier than they could be.
    Fair,
    /// Numbers will mislead.
    Bad,
}

impl Grade {
    const fn text(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unknown => "unknown",
            Self::Fair => "fair",
            Self::Bad => "bad",
        }
    }
}

/// What was found of one thing.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// How good it is.
    pub grade: Grade,
    /// What was seen.
    pub seen: String,
    /// What to do about it, if anything can be done.
    pub fix: Option<&'static str>,
}

impl Finding {
    fn new(what: &'static str, grade: Grade, seen: impl Into<String>, fix: &'static str) -> Self {
        let fix = (grade != Grade::Good).then_some(fix);
        Self { what, grade, seen: seen.into(), fix }
    }

    fn good(what: &'static str, seen: impl Into<String>) -> Self {
        Self { what, grade: Grade::Good, seen: seen.into(), fix: None }
    }

    fn unknown(what: &'static str) -> Self {
        Self { what, grade: Grade::Unknown, seen: "the system does not tell".to_owned(), fix: None }
    }

    fn of_number(what: &'static str, number: Option<f64>, judge: impl FnOnce(f64) -> Self) -> Self {
        number.map_or_else(|| Self::unknown(what), judge)
    }
}

/// The machine's grade: A, if all is good; B, if some of it is only fair; C, if something is bad; D, if more
/// than one thing is.
pub fn overall(findings: &[Finding]) -> char {
    let count = |grade| findings.iter().filter(|finding| finding.grade == grade).count();
    match (count(Grade::Bad), count(Grade::Fair)) {
        (0, 0) => 'A',
        (0, _) => 'B',
        (1, _) => 'C',
        _ => 'D',
    }
}

/// Looks at this machine, for as long as stolen time must be watched.
pub fn examine(watch: Duration) -> Vec<Finding> {
    let before = platform::stolen_ticks();
    std::thread::sleep(watch);
    let cores = platform::allowed_cores();
    let part = |ticks: u64| ticks as f64 / 100.0 / watch.as_secs_f64() / cores.len() as f64;
    let stolen = platform::stolen_ticks()
        .zip(before)
        .map(|(after, before)| part(after.saturating_sub(before)));
    // In threads of their own: this one stays free.
    let pins = cores.iter().all(|&core| {
        std::thread::spawn(move || platform::pin(core)).join().is_ok_and(|pinned| pinned)
    });
    System { root: Path::new("/"), cores: cores.len(), pins, stolen }.findings()
}

/// Examines this machine and prints what was found.
///
/// # Errors
///
/// If nothing can be printed.
pub(crate) fn run(arguments: &Doctor) -> Result<ExitCode> {
    let findings = examine(Duration::from_secs(2));
    let grade = overall(&findings);
    if arguments.json {
        let value = serde_json::json!({ "grade": grade.to_string(), "findings": findings });
        print(&format!("{value}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["", "grade", "seen", "what would help"];
    let mut table = table::table(&columns.map(|name| (name, Left)));
    for finding in &findings {
        let fix = finding.fix.unwrap_or("");
        table.add_row([finding.what, finding.grade.text(), &finding.seen, fix]);
    }
    let words = match grade {
        'A' => "a good place to measure",
        'B' => "good enough for differences that are not small",
        'C' => "read the intervals, and believe no small difference",
        _ => "numbers from here are for orientation",
    };
    print(&format!("{}\n\nGrade {grade}: {words}. Nothing was changed.\n", table.trim_fmt()))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grade_is_that_of_the_worst() {
        let finding = |grade| Finding::new("", grade, "", "");
        assert_eq!(overall(&[finding(Grade::Good), finding(Grade::Unknown)]), 'A');
        assert_eq!(overall(&[finding(Grade::Good), finding(Grade::Fair)]), 'B');
        assert_eq!(overall(&[finding(Grade::Bad), finding(Grade::Fair)]), 'C');
        assert_eq!(overall(&[finding(Grade::Bad), finding(Grade::Bad)]), 'D');
    }
}
