//! What is kept of each slice: one line of `samples.jsonl`.

use serde::{Deserialize, Serialize};

use crate::plan::{Cell, Group};
use crate::slice::Outcome;
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
}

impl Sample {
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
pub fn flags<T>(cell: &Cell, cores: usize, outcome: &Outcome<T>) -> Vec<Flag> {
    // A thread that waits by itself sleeps at will, and threads that share a core take turns.
    let has_core = cell.entry.wait == Wait::Common && cell.group.topology.threads() <= cores;
    let found = [
        (Flag::Stolen, outcome.stolen_ticks.is_some_and(|ticks| ticks > 0)),
        (Flag::Unpinned, outcome.unpinned > 0),
        (Flag::Migrated, outcome.migrated > 0),
        (Flag::Disturbed, has_core && outcome.off_core.is_some_and(|part| part > DISTURBED)),
    ];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(flag, _)| flag).collect()
}
