//! What is kept of each slice: one line of `samples.jsonl`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::axes::Group;
use crate::plan::Cell;
use crate::slice::{Job, Outcome};
use crate::wait::Wait;

/// A thread that had its core to itself and was off it for a greater part of its time than this was
/// disturbed.
const DISTURBED: f64 = 0.05;

/// Which cell a sample belongs to, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellName {
    /// The contender's key.
    pub contender: String,
    /// Where it ran.
    #[serde(flatten)]
    pub group: Group,
}

impl CellName {
    /// The cell of that contender in that group.
    pub fn new(contender: &str, group: Group) -> Self {
        Self { contender: contender.to_owned(), group }
    }
}

impl From<&Cell> for CellName {
    fn from(cell: &Cell) -> Self {
        Self::new(cell.entry.key, cell.group)
    }
}

/// A reason to distrust a slice. It counts all the same; medians bear a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// The hypervisor took time from the machine.
    Stolen,
    /// A thread could not be pinned.
    Unpinned,
    /// A thread ended on another core than it was pinned to.
    Migrated,
    /// Something else ran on a core that a thread had to itself.
    Disturbed,
}

impl Flag {
    /// Its name in tables and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stolen => "stolen",
            Self::Unpinned => "unpinned",
            Self::Migrated => "migrated",
            Self::Disturbed => "disturbed",
        }
    }
}

/// One slice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// The round, from 0.
    pub round: u32,
    /// Its place in the shuffled order of the round, from 0.
    pub place: usize,
    /// Its cell.
    #[serde(flatten)]
    pub cell: CellName,
    /// Who waited.
    pub wait: Wait,
    /// How many messages were sent.
    pub messages: u64,
    /// From the first begin to the last end, if it was measured.
    pub elapsed_ns: Option<u64>,
    /// The CPU time of all threads, if it was measured.
    pub cpu_ns: Option<u64>,
    /// Reasons to distrust it.
    pub flags: Vec<Flag>,
    /// Why there is no measurement, if there is none.
    pub failure: Option<String>,
    /// The number of the process that ran it, from 0.
    #[serde(default)]
    pub process: u32,
    /// Operations that moved nothing, where they are seen: not where a queue waits by itself.
    #[serde(default)]
    pub failed_ops: Option<u64>,
    /// Context switches of all threads, if they were counted.
    #[serde(default)]
    pub switches: Option<u64>,
    /// Jain's index of what the threads of the less fair side got done; null where each side has one.
    #[serde(default)]
    pub fairness: Option<f64>,
    /// How late messages arrived, in a workload with a fixed rate.
    #[serde(default)]
    pub latency: Option<Latency>,
}

/// How long after their intended times messages arrived, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// The part of the fixed rate that was achieved. Below [`SATURATED`] there are no percentiles: they would
    /// only tell how long the slice was.
    pub achieved: f64,
    /// The median.
    pub p50: Option<u64>,
    /// 90%.
    pub p90: Option<u64>,
    /// 99%.
    pub p99: Option<u64>,
    /// 99.9%.
    pub p999: Option<u64>,
    /// The greatest.
    pub max: Option<u64>,
}

/// The part of a fixed rate below which a queue did not carry it.
pub const SATURATED: f64 = 0.99;

impl Latency {
    /// What a slice of a fixed rate shows.
    fn of<T>(job: &Job, outcome: &Outcome<T>) -> Option<Self> {
        let latencies = outcome.latencies.as_ref()?;
        let due = job.messages as f64 / job.group.workload.rate()? as f64;
        let achieved = (due / outcome.elapsed.as_secs_f64().max(1e-9)).min(1.0);
        let at = |part: f64| (achieved >= SATURATED).then(|| latencies.value_at_quantile(part));
        Some(Self {
            achieved,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: at(1.0),
        })
    }
}

impl Sample {
    /// A sample with nothing measured yet.
    pub fn empty(cell: CellName, wait: Wait, round: u32, place: usize) -> Self {
        Self {
            round,
            place,
            cell,
            wait,
            messages: 0,
            elapsed_ns: None,
            cpu_ns: None,
            flags: Vec::new(),
            failure: None,
            process: 0,
            failed_ops: None,
            switches: None,
            fairness: None,
            latency: None,
        }
    }

    /// The same with what a slice of a cell measured.
    pub fn measured<T>(self, cell: &Cell, job: &Job, outcome: &Outcome<T>) -> Self {
        let nanoseconds = |duration: Duration| u64::try_from(duration.as_nanos()).ok();
        Self {
            messages: job.messages,
            elapsed_ns: nanoseconds(outcome.elapsed),
            cpu_ns: outcome.cpu.and_then(nanoseconds),
            flags: flags(cell, job.cores.len(), outcome),
            failed_ops: outcome.failures,
            switches: outcome.switches,
            fairness: outcome.fairness,
            latency: Latency::of(job, outcome),
            ..self
        }
    }

    /// What cells are compared by, more is better: messages per second; at a fixed rate, which is the same for
    /// all, the inverse of the median latency. Nothing if the rate was not achieved.
    pub fn score(&self) -> Option<f64> {
        match self.latency {
            Some(latency) => Some(1e3 / latency.p50?.max(1) as f64),
            None => self.mmsg_s(),
        }
    }

    /// Whether a fixed rate was not achieved.
    pub fn saturated(&self) -> bool {
        self.latency.is_some_and(|latency| latency.achieved < SATURATED)
    }

    /// Millions of messages per second.
    pub fn mmsg_s(&self) -> Option<f64> {
        self.elapsed_ns.map(|elapsed| self.messages as f64 * 1e3 / elapsed.max(1) as f64)
    }

    /// Nanoseconds of CPU time per message.
    pub fn cpu_ns_per_msg(&self) -> Option<f64> {
        self.cpu_ns.map(|cpu| cpu as f64 / self.messages as f64)
    }
}

/// The reasons to distrust what a slice of a cell measured.
fn flags<T>(cell: &Cell, cores: usize, outcome: &Outcome<T>) -> Vec<Flag> {
    // A thread that waits by itself sleeps at will, and threads that share a core take turns.
    let has_core = cell.wait() == Wait::Common && cell.group.topology.threads() <= cores;
    let found = [
        (Flag::Stolen, outcome.stolen_ticks.is_some_and(|ticks| ticks > 0)),
        (Flag::Unpinned, outcome.unpinned > 0),
        (Flag::Migrated, outcome.migrated > 0),
        (Flag::Disturbed, has_core && outcome.off_core.is_some_and(|part| part > DISTURBED)),
    ];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(flag, _)| flag).collect()
}
