//! What is measured: cells, each a contender in a topology with a batch.
//!
//! A cell that a contender cannot run keeps its place with the reason, so that nothing is blank. Filters
//! choose cells by name; the reference cells of every group that is left are always added, because every
//! ratio needs them.

use std::fmt;

use anyhow::{Context as _, Result, bail, ensure};
use glob::Pattern;
use serde::{Deserialize, Serialize};

use crate::contender::Role;
use crate::contenders::{ENTRIES, REFERENCE, REFERENCE_AGAIN};
use crate::registry::Entry;

/// The capacity of every queue.
pub const CAPACITY: usize = 1024;

/// The batches of the quick contest.
pub const BATCHES: [usize; 3] = [1, 8, 64];

/// The topologies of the quick contest.
pub const TOPOLOGIES: [Topology; 6] = [
    Topology::new(1, 1),
    Topology::new(2, 1),
    Topology::new(1, 2),
    Topology::new(2, 2),
    SINGLES_ONLY,
    Topology::new(8, 8),
];

/// A topology of the quick contest that has no time for batches.
const SINGLES_ONLY: Topology = Topology::new(4, 4);

/// How many threads are on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Topology {
    /// Threads that send.
    pub producers: usize,
    /// Threads that receive.
    pub consumers: usize,
}

impl Topology {
    /// So many producers and consumers.
    pub const fn new(producers: usize, consumers: usize) -> Self {
        Self { producers, consumers }
    }

    /// All threads.
    pub const fn threads(self) -> usize {
        self.producers + self.consumers
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.producers, self.consumers)
    }
}

impl From<Topology> for String {
    fn from(topology: Topology) -> Self {
        topology.to_string()
    }
}

impl TryFrom<String> for Topology {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let sides = text.split_once('x').and_then(|(producers, consumers)| {
            Some(Self::new(producers.parse().ok()?, consumers.parse().ok()?))
        });
        sides.ok_or_else(|| format!("'{text}' is no topology such as 2x2"))
    }
}

/// The cells that are compared with each other: all that have this topology and batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// How many threads are on each side.
    pub topology: Topology,
    /// Messages for each operation.
    pub batch: usize,
}

impl Group {
    /// The groups of the quick contest, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TOPOLOGIES
            .into_iter()
            .flat_map(|topology| BATCHES.into_iter().map(move |batch| Self { topology, batch }))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.topology, self.batch)
    }
}

/// A contender in a group.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The contender.
    pub entry: &'static Entry,
    /// Where it runs.
    pub group: Group,
}

impl Cell {
    /// Every cell of the quick contest, those that cannot run included.
    pub fn all() -> impl Iterator<Item = Self> {
        Group::all().flat_map(|group| ENTRIES.iter().map(move |entry| Self { entry, group }))
    }

    /// Why this cell does not run, if it does not.
    pub fn obstacle(&self) -> Option<String> {
        let Group { topology, batch } = self.group;
        let kind = self.entry.info.kind;
        let one_sided = (topology.producers == 1) != (topology.consumers == 1);
        if !kind.permits(topology) {
            Some(format!("{kind} only"))
        } else if batch > 1 && !self.entry.batches {
            Some("no batch operations".to_owned())
        } else if batch > 1 && one_sided && self.entry.info.role != Role::Ringway {
            Some("quick runs batches of the rings alone here".to_owned())
        } else if batch > 1 && topology == SINGLES_ONLY {
            Some("quick runs single messages alone here".to_owned())
        } else {
            None
        }
    }

    /// Whether ratios of its group rest on it.
    pub fn is_reference(&self) -> bool {
        [REFERENCE, REFERENCE_AGAIN].contains(&self.entry.key)
    }
}

impl fmt::Display for Cell {
    /// The name that filters match: `ringway-mpmc/2x2/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.entry.key, self.group)
    }
}

/// A glob over the names of cells: `contender`, `contender/topology` or `contender/topology/batch`. What
/// is not said may be anything.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    parts: Vec<Pattern>,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// If it has more than three parts or is no glob.
    pub fn new(text: &str) -> Result<Self> {
        let parts: Result<Vec<_>, _> = text.split('/').map(Pattern::new).collect();
        let parts = parts.with_context(|| format!("the filter '{text}' is no glob"))?;
        ensure!(parts.len() <= 3, "the filter '{text}' has more than contender/topology/batch");
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Whether a cell has such a name.
    pub fn matches(&self, cell: &Cell) -> bool {
        let name = cell.to_string();
        self.parts.iter().zip(name.split('/')).all(|(pattern, part)| pattern.matches(part))
    }

    /// Whether a contender has such a name.
    pub fn matches_contender(&self, entry: &Entry) -> bool {
        self.parts.first().is_none_or(|pattern| pattern.matches(entry.key))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The cells of one contest.
#[derive(Debug)]
pub struct Plan {
    /// The cells that run, in the order of the table.
    pub cells: Vec<Cell>,
    /// The cells of the same filters that do not, each with the reason.
    pub skipped: Vec<(Cell, String)>,
}

impl Plan {
    /// The cells that any filter matches (all of them if there is none), and their references.
    ///
    /// # Errors
    ///
    /// If a filter matches no cell, or only cells that cannot run.
    pub fn new(filters: &[Filter]) -> Result<Self> {
        let wanted = |cell: &Cell| filters.is_empty() || filters.iter().any(|f| f.matches(cell));
        for filter in filters {
            check_filter(filter)?;
        }
        let groups: Vec<Group> = Cell::all()
            .filter(|cell| wanted(cell) && cell.obstacle().is_none())
            .map(|cell| cell.group)
            .collect();
        let mut plan = Self { cells: Vec::new(), skipped: Vec::new() };
        for cell in Cell::all() {
            let reference = cell.is_reference() && groups.contains(&cell.group);
            match cell.obstacle() {
                None if wanted(&cell) || reference => plan.cells.push(cell),
                Some(reason) if wanted(&cell) => plan.skipped.push((cell, reason)),
                _ => {}
            }
        }
        Ok(plan)
    }

    /// The contenders of the cells that run.
    pub fn contenders(&self) -> impl Iterator<Item = &'static Entry> {
        ENTRIES.iter().filter(|entry| self.cells.iter().any(|cell| cell.entry.key == entry.key))
    }

    /// The groups of the cells that run, in the order of the table.
    pub fn groups(&self) -> impl Iterator<Item = Group> {
        Group::all().filter(|group| self.cells.iter().any(|cell| cell.group == *group))
    }
}

/// A filter must match a cell that runs.
fn check_filter(filter: &Filter) -> Result<()> {
    let mut matched = Cell::all().filter(|cell| filter.matches(cell)).peekable();
    let Some(first) = matched.peek().copied() else {
        bail!("the filter '{filter}' matches no cell; `list --cells` shows their names");
    };
    if let (false, Some(reason)) = (matched.any(|cell| cell.obstacle().is_none()), first.obstacle())
    {
        bail!("the filter '{filter}' matches only cells that cannot run: {first}: {reason}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(filters: &[&str]) -> Vec<String> {
        let filters: Vec<_> = filters.iter().map(|text| Filter::new(text).unwrap()).collect();
        Plan::new(&filters).unwrap().cells.iter().map(Cell::to_string).collect()
    }

    #[test]
    fn the_references_are_always_added() {
        let expected = ["ringway-mpmc/1x1/64", "ringway-mpmc-aa/1x1/64", "rtrb/1x1/64"];
        assert_eq!(names(&["rtrb/*/64"]), expected);
    }

    #[test]
    fn every_cell_runs_or_says_why() {
        let plan = Plan::new(&[]).unwrap();
        assert_eq!(plan.cells.len() + plan.skipped.len(), Cell::all().count());
        assert!(plan.skipped.iter().all(|(_, reason)| !reason.is_empty()));
        assert_eq!(plan.groups().count(), (TOPOLOGIES.len() - 1) * BATCHES.len() + 1);
    }

    #[test]
    fn a_contender_is_matched_as_a_whole() {
        let name =
            |name: &String| name.starts_with("ringway-spsc/") || name.starts_with("ringway-mpmc");
        assert!(names(&["ringway-spsc"]).iter().all(name));
        assert!(names(&["*/8x8"]).iter().all(|name| name.contains("/8x8/")));
    }

    #[test]
    fn filters_that_choose_nothing_are_errors() {
        let error = |text: &str| {
            let filter = Filter::new(text).map(|filter| Plan::new(&[filter]).map(|_| ()));
            filter.and_then(|plan| plan).unwrap_err().to_string()
        };
        assert!(error("nobody").contains("matches no cell"));
        assert!(error("rtrb/2x2/1").contains("SPSC only"));
        assert!(error("crossbeam-queue/1x1/8").contains("no batch operations"));
        assert!(error("a/b/c/d").contains("more than"));
        assert!(error("[").contains("no glob"));
    }

    #[test]
    fn topologies_survive_their_text() {
        for topology in TOPOLOGIES {
            assert_eq!(Topology::try_from(String::from(topology)), Ok(topology));
        }
        assert!(Topology::try_from("2by2".to_owned()).is_err());
    }
}
