//! What is measured: cells, each a contender in a group.
//!
//! A [`Suite`] says which groups and contenders. A cell that a contender cannot run keeps its place with the
//! reason, so that nothing is blank. Filters choose cells by name; the reference cells of every group that is
//! left are always added, because every ratio needs them.

use std::fmt;

use anyhow::{Context as _, Result, bail, ensure};
use glob::Pattern;

pub use crate::axes::{CAPACITY, Group, Topology};
use crate::axes::{Payload, Policy, Workload};
use crate::contenders::reference;
use crate::registry::{Entry, entries};
use crate::suite::Suite;
use crate::wait::Wait;
use crate::{platform, work};

/// A contender in a group.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The contender.
    pub entry: &'static Entry,
    /// Where it runs.
    pub group: Group,
}

impl Cell {
    /// Why this cell cannot run on so many cores, if it cannot.
    pub fn obstacle(&self, cores: usize) -> Option<String> {
        let Group { topology, batch, payload, capacity, workload, policy } = self.group;
        let kind = self.entry.info.kind;
        let own = policy == Policy::Own;
        if !kind.permits(topology) {
            Some(format!("{kind} only"))
        } else if own && self.entry.wait != Wait::Own {
            Some("does not wait by itself".to_owned())
        } else if own && (batch > 1 || payload != Payload::U64) {
            Some("own waits are measured with single 8-byte messages".to_owned())
        } else if batch > 1 && !self.entry.batches {
            Some("no batch operations".to_owned())
        } else if self.entry.info.role.bound().is_some() && workload != Workload::Saturation {
            Some("not a queue".to_owned())
        } else if !self.entry.hands_over && payload == Payload::Boxed {
            Some("hands no box over".to_owned())
        } else if capacity < self.entry.least_capacity {
            Some(format!("capacities from {}", self.entry.least_capacity))
        } else if capacity > self.entry.most_capacity {
            Some(format!("capacities up to {}", self.entry.most_capacity))
        } else {
            work::obstacle(&self.group, cores)
        }
    }

    /// Whether ratios of its group rest on it.
    pub fn is_reference(&self) -> bool {
        let reference = reference(self.group.policy);
        [reference.key, reference.again].contains(&self.entry.key)
    }

    /// Who waits in it.
    pub fn wait(&self) -> Wait {
        match self.group.policy {
            Policy::Each => self.entry.wait,
            Policy::Common => Wait::Common,
            Policy::Own => Wait::Own,
        }
    }

    /// Its contender and its place on every axis, in the order of filters.
    pub fn parts(&self) -> [String; 7] {
        let [topology, batch, payload, capacity, workload, policy] = self.group.parts();
        [self.entry.key.to_owned(), topology, batch, payload, capacity, workload, policy]
    }

    /// All of its parts, joined: what [`Cell::from_name`] reads.
    pub fn full_name(&self) -> String {
        self.parts().join("/")
    }

    /// The cell of a full name.
    ///
    /// # Errors
    ///
    /// If there is no such contender, or the name is not that of a cell.
    pub fn from_name(name: &str) -> Result<Self> {
        let parts: Vec<&str> = name.split('/').collect();
        let Ok([key, group @ ..]) = <[&str; 7]>::try_from(parts) else {
            bail!("'{name}' does not have the seven parts of a cell's name");
        };
        let entry = entries().iter().find(|entry| entry.key == key);
        let entry = entry.with_context(|| format!("there is no contender '{key}'"))?;
        let group = Group::from_parts(group).map_err(anyhow::Error::msg);
        Ok(Self { entry, group: group.with_context(|| format!("'{name}' is no cell"))? })
    }
}

impl fmt::Display for Cell {
    /// The name that filters match, without what is usual at its end: `ringway-mpmc/2x2/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.entry.key, self.group)
    }
}

/// A glob over the names of cells: `contender`, `contender/topology` or `contender/topology/batch`, and so on
/// with payload, capacity, workload and wait policy. What is not said may be anything.
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
    /// If it has more than seven parts or is no glob.
    pub fn new(text: &str) -> Result<Self> {
        let parts: Result<Vec<_>, _> = text.split('/').map(Pattern::new).collect();
        let parts = parts.with_context(|| format!("the filter '{text}' is no glob"))?;
        ensure!(
            parts.len() <= 7,
            "the filter '{text}' has more than contender/topology/batch/payload/capacity/workload/wait"
        );
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Whether a cell has such a name.
    pub fn matches(&self, cell: &Cell) -> bool {
        self.parts.iter().zip(cell.parts()).all(|(pattern, part)| pattern.matches(&part))
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
#[derive(Debug, Clone)]
pub struct Plan {
    /// The suite that it is of.
    pub suite: String,
    /// The cells that run, in the order of the table.
    pub cells: Vec<Cell>,
    /// The cells of the same filters that do not, each with the reason.
    pub skipped: Vec<(Cell, String)>,
}

impl Plan {
    /// The cells of the quick contest that any filter matches (all of them if there is none), and their
    /// references.
    ///
    /// # Errors
    ///
    /// If a filter matches no cell, or only cells that cannot run.
    pub fn new(filters: &[Filter]) -> Result<Self> {
        Self::of(&Suite::quick()?, filters, platform::allowed_cores().len())
    }

    /// The same of any suite, on so many cores.
    ///
    /// # Errors
    ///
    /// If a filter matches no cell, or only cells that cannot run; if the suite has a topology that is none.
    pub fn of(suite: &Suite, filters: &[Filter], cores: usize) -> Result<Self> {
        let all = suite.cells(cores)?;
        for filter in filters {
            check_filter(filter, &all)?;
        }
        let wanted = |cell: &Cell| filters.is_empty() || filters.iter().any(|f| f.matches(cell));
        let groups: Vec<Group> = all
            .iter()
            .filter(|(cell, why)| wanted(cell) && why.is_none())
            .map(|(cell, _)| cell.group)
            .collect();
        let mut plan = Self { suite: suite.name.clone(), cells: Vec::new(), skipped: Vec::new() };
        for (cell, obstacle) in all {
            let reference = cell.is_reference() && groups.contains(&cell.group);
            match obstacle {
                None if wanted(&cell) || reference => plan.cells.push(cell),
                Some(reason) if wanted(&cell) => plan.skipped.push((cell, reason)),
                _ => {}
            }
        }
        ensure!(!plan.cells.is_empty(), "no cell of the suite '{}' can run here", suite.name);
        Ok(plan)
    }

    /// The contenders of the cells that run.
    pub fn contenders(&self) -> impl Iterator<Item = &'static Entry> {
        entries().iter().filter(|entry| self.cells.iter().any(|cell| cell.entry.key == entry.key))
    }

    /// The groups of the cells that run, in the order of the table.
    pub fn groups(&self) -> impl Iterator<Item = Group> {
        let mut groups: Vec<Group> = Vec::new();
        for cell in &self.cells {
            if !groups.contains(&cell.group) {
                groups.push(cell.group);
            }
        }
        groups.into_iter()
    }
}

/// A filter must match a cell that runs.
fn check_filter(filter: &Filter, all: &[(Cell, Option<String>)]) -> Result<()> {
    let mut matched = all.iter().filter(|(cell, _)| filter.matches(cell)).peekable();
    let Some((first, obstacle)) = matched.peek().copied() else {
        bail!("the filter '{filter}' matches no cell; `list --cells` shows their names");
    };
    if let (false, Some(reason)) = (matched.any(|(_, why)| why.is_none()), obstacle) {
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
        let all = Suite::quick().unwrap().cells(2).unwrap();
        assert_eq!(plan.cells.len() + plan.skipped.len(), all.len());
        assert!(plan.skipped.iter().all(|(_, reason)| !reason.is_empty()));
        assert_eq!(plan.groups().count(), 11);
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
        assert!(error("crossbeam-queue/1x1/64").contains("no batch operations"));
        assert!(error("a/b/c/d/e/f/g/h").contains("more than"));
        assert!(error("[").contains("no glob"));
    }

    #[test]
    fn a_cell_survives_its_full_name() {
        for cell in Plan::new(&[]).unwrap().cells {
            let read = Cell::from_name(&cell.full_name()).unwrap();
            assert_eq!((read.entry.key, read.group), (cell.entry.key, cell.group));
        }
        for wrong in ["rtrb/1x1/1", "nobody/1x1/1/8B/2/pairs/own", "rtrb/1x1/1/8B/x/pairs/own"] {
            assert!(Cell::from_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn groups_in_which_a_queue_cannot_run_say_why() {
        let cell = |key: &str, change: fn(&mut Group)| {
            let entry = entries().iter().find(|entry| entry.key == key).unwrap();
            let mut group = Group::new(Topology::new(2, 2), 1);
            change(&mut group);
            Cell { entry, group }.obstacle(2).unwrap_or_default()
        };
        let own = |group: &mut Group| group.policy = Policy::Own;
        assert_eq!(cell("kanal", own), "");
        assert!(cell("ringway-mpmc", own).contains("does not wait"));
        let rate = |group: &mut Group| group.workload = Workload::Rate1M;
        assert!(cell("ringway-mpmc", rate).contains("a core for each thread"));
        let cramped = |group: &mut Group| {
            group.workload = Workload::Pairs;
            group.capacity = 1;
        };
        assert!(cell("ringway-mpmc", cramped).contains("a slot for each thread"));
        let limit = |group: &mut Group| {
            group.topology = Topology::new(1, 1);
            group.workload = Workload::PingPong;
        };
        assert_eq!(cell("copy-limit", limit), "not a queue");
        assert_eq!(cell("fetch-add", limit), "not a queue");
        assert_eq!(cell("empty-loop", own), "does not wait by itself");
        let boxed = |group: &mut Group| group.payload = Payload::Boxed;
        assert_eq!(cell("fetch-add", boxed), "hands no box over");
        assert_eq!(cell("claim-publish", boxed), "");
        let batches = |group: &mut Group| group.batch = 64;
        assert_eq!(cell("empty-loop", batches), "");
        let large = |group: &mut Group| group.capacity = 65_536;
        assert_eq!(cell("heapless", large), "capacities up to 1024");
        let small = |group: &mut Group| {
            group.topology = Topology::new(2, 1);
            group.capacity = 2;
        };
        assert_eq!(cell("disruptor", small), "capacities from 64");
    }
}
