//! What a contest leaves behind: tables for a person, lines for a program, files for both.

pub mod files;
pub mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::contest::{End, Schedule};
use crate::environment::Environment;
use crate::headline::Line;
use crate::plan::Plan;
use crate::record::Sample;
use crate::summary::{Row, Throughputs};

/// Everything that the outputs are made of.
#[derive(Debug)]
pub struct Finished<'a> {
    /// What was planned.
    pub plan: &'a Plan,
    /// How often and how long.
    pub schedule: Schedule,
    /// What the order in each round depended on.
    pub seed: u64,
    /// The command that repeats it.
    pub command: String,
    /// Where it ran.
    pub environment: &'a Environment,
    /// For each contender whose real capacity is not the one asked for, what it is.
    pub rounded: BTreeMap<&'static str, String>,
    /// Every slice.
    pub samples: &'a [Sample],
    /// Their throughputs.
    pub throughputs: &'a Throughputs,
    /// The result of each cell.
    pub rows: &'a [Row],
    /// The comparisons across cells.
    pub headline: &'a [Line],
    /// How it ended.
    pub end: End,
}

impl Finished<'_> {
    /// The rounds and slices, how many of these are flagged, and how it ended if not with all of them.
    pub fn extent(&self) -> String {
        let Schedule { rounds, slice } = self.schedule;
        let end = match self.end {
            End::Complete => "",
            End::Interrupted => "; interrupted, the rest is missing",
            End::OutOfTime => "; stopped when its time was up, the rest is missing",
            End::Hung => "; stopped by a slice that hung, the rest is missing",
        };
        format!(
            "{rounds} rounds, slices of {:.1} ms, seed {}; {} of {} slices flagged{end}",
            millis(slice),
            self.seed,
            self.samples.iter().filter(|sample| !sample.flags.is_empty()).count(),
            self.samples.len(),
        )
    }
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
