//! Suites: which groups a contest has, as data.
//!
//! A suite is a TOML file of blocks; each block stands for every combination of what it lists. Those that come
//! with the contest are in `harness/suites` and are part of the program; another one is named by its path.
//!
//! ```toml
//! name = "mine"
//! about = "what my service does"
//! budget = "5m"               # what it may take in all
//! rounds = 9                  # how often every cell runs
//! processes = 3               # among how many processes the rounds are divided
//!
//! [[cells]]
//! topology = ["1x1", "Nx1"]   # N: the cores of this machine, H: half of them
//! capacity = [64, 1024]       # by default 1024
//! batch = [1]                 # by default 1
//! payload = ["8B", "64B"]     # by default 8B
//! workload = ["saturation"]   # by default saturation
//! wait = ["common"]           # by default common
//! contenders = ["ringway-*"]  # by default all; then `others` may say why only these
//! ```

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use glob::Pattern;
use serde::Deserialize;

use crate::axes::{CAPACITY, Group, Payload, Policy, Topology, Workload};
use crate::contenders::reference;
use crate::mode::MAX_BATCH;
use crate::plan::Cell;
use crate::registry::entries;
use crate::units::Period;

/// The suites that come with the contest.
const EMBEDDED: [(&str, &str); 6] = [
    ("quick", include_str!("../suites/quick.toml")),
    ("core", include_str!("../suites/core.toml")),
    ("latency", include_str!("../suites/latency.toml")),
    ("oversub", include_str!("../suites/oversub.toml")),
    ("gate", include_str!("../suites/gate.toml")),
    ("full", include_str!("../suites/full.toml")),
];

/// The capacities that make sense: a slice goes round the queue ten times.
const CAPACITIES: std::ops::RangeInclusive<usize> = 1..=1 << 20;

/// Which groups a contest has, and how long it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// What it may take in all.
    pub budget: Period,
    /// How often every cell runs.
    pub rounds: u32,
    /// Among how many processes the rounds are divided.
    pub processes: u32,
    cells: Vec<Block>,
}

/// Every combination of what it lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    topology: Vec<String>,
    #[serde(default = "single")]
    batch: Vec<usize>,
    #[serde(default = "usual")]
    payload: Vec<Payload>,
    #[serde(default = "usual_capacity")]
    capacity: Vec<usize>,
    #[serde(default = "usual")]
    workload: Vec<Workload>,
    #[serde(default = "common")]
    wait: Vec<Policy>,
    /// Which contenders: globs.
    #[serde(default = "anyone")]
    contenders: Vec<String>,
    /// Why the others do not.
    others: Option<String>,
}

fn single() -> Vec<usize> {
    vec![1]
}

fn usual<T: Default>() -> Vec<T> {
    vec![T::default()]
}

fn usual_capacity() -> Vec<usize> {
    vec![CAPACITY]
}

fn common() -> Vec<Policy> {
    vec![Policy::Common]
}

fn anyone() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Suite {
    /// The suite of the quick contest.
    ///
    /// # Errors
    ///
    /// None, as a test shows.
    pub fn quick() -> Result<Self> {
        Self::named("quick")
    }

    /// The suites that come with the contest.
    ///
    /// # Errors
    ///
    /// None, as a test shows.
    pub fn embedded() -> Result<Vec<Self>> {
        EMBEDDED.iter().map(|(name, _)| Self::named(name)).collect()
    }

    /// The suite of that name, or in the file of that path.
    ///
    /// # Errors
    ///
    /// If there is neither, or the file is not a suite.
    pub fn named(name: &str) -> Result<Self> {
        if let Some((_, text)) = EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
            return Self::read(text).with_context(|| format!("the suite '{name}'"));
        }
        let names = EMBEDDED.map(|(name, _)| name).join(", ");
        let path = Path::new(name);
        ensure!(
            path.is_file(),
            "there is no suite '{name}': there are {names}, or give a file's path"
        );
        let text = fs::read_to_string(path).with_context(|| format!("cannot read '{name}'"))?;
        Self::read(&text).with_context(|| format!("'{name}' is no suite"))
    }

    /// Reads a suite.
    fn read(text: &str) -> Result<Self> {
        let suite: Self = toml::from_str(text)?;
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        ensure!(
            !suite.name.is_empty() && suite.name.chars().all(word),
            "the name '{}' is not of letters, digits and hyphens",
            suite.name
        );
        ensure!((1..=10_000).contains(&suite.rounds), "rounds must be from 1 to 10000");
        ensure!(
            (1..=suite.rounds).contains(&suite.processes),
            "processes must be from 1 to rounds"
        );
        ensure!(!suite.cells.is_empty(), "it has no cells");
        for block in &suite.cells {
            let outside = block.batch.iter().find(|&&batch| !(1..=MAX_BATCH).contains(&batch));
            ensure!(outside.is_none(), "batches must be from 1 to {MAX_BATCH}");
            let outside = block.capacity.iter().find(|capacity| !CAPACITIES.contains(capacity));
            ensure!(outside.is_none(), "capacities must be from 1 to {}", CAPACITIES.end());
            block.topologies(2)?;
            block.patterns()?;
        }
        Ok(suite)
    }

    /// All of its cells on so many cores, group by group, each with the reason why it does not run, if it does
    /// not.
    ///
    /// # Errors
    ///
    /// If a topology is none on so many cores.
    pub fn cells(&self, cores: usize) -> Result<Vec<(Cell, Option<String>)>> {
        let mut groups: Vec<(Group, Vec<&Block>)> = Vec::new();
        for block in &self.cells {
            for group in block.groups(cores)? {
                match groups.iter_mut().find(|(known, _)| *known == group) {
                    Some((_, blocks)) => blocks.push(block),
                    None => groups.push((group, vec![block])),
                }
            }
        }
        let mut cells = Vec::new();
        for (group, blocks) in groups {
            let again = reference(group.policy).again;
            for entry in entries().iter().filter(|entry| !entry.again || entry.key == again) {
                let cell = Cell { entry, group };
                let obstacle = cell.obstacle(cores);
                cells.push((cell, obstacle.or_else(|| excluded(&blocks, cell))));
            }
        }
        Ok(cells)
    }
}

/// Why none of the blocks of its group has a cell, if none has.
fn excluded(blocks: &[&Block], cell: Cell) -> Option<String> {
    let has = |block: &&&Block| {
        let patterns = block.patterns().unwrap_or_default();
        patterns.iter().any(|pattern| pattern.matches(cell.entry.key))
    };
    if cell.is_reference() || blocks.iter().any(|block| has(&block)) {
        return None;
    }
    let reason = blocks.iter().find_map(|block| block.others.clone());
    Some(reason.unwrap_or_else(|| "not in this suite".to_owned()))
}

impl Block {
    fn topologies(&self, cores: usize) -> Result<Vec<Topology>> {
        let read = |text: &String| Topology::on(text, cores).map_err(|error| anyhow!(error));
        self.topology.iter().map(read).collect()
    }

    fn patterns(&self) -> Result<Vec<Pattern>> {
        let read = |text: &String| {
            Pattern::new(text).with_context(|| format!("the contender '{text}' is no glob"))
        };
        self.contenders.iter().map(read).collect()
    }

    /// Every combination, the first axis outermost.
    fn groups(&self, cores: usize) -> Result<Vec<Group>> {
        let mut groups = Vec::new();
        for &workload in &self.workload {
            for &policy in &self.wait {
                for topology in self.topologies(cores)? {
                    for &payload in &self.payload {
                        for &capacity in &self.capacity {
                            groups.extend(self.batch.iter().map(|&batch| Group {
                                topology,
                                batch,
                                payload,
                                capacity,
                                workload,
                                policy,
                            }));
                        }
                    }
                }
            }
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const HEAD: &str = "name='a'\nabout=''\nbudget='1m'\nrounds=3\nprocesses=1\n[[cells]]\n";

    fn error(rest: &str) -> String {
        let text = if rest.starts_with("name") { rest.to_owned() } else { format!("{HEAD}{rest}") };
        format!("{:#}", Suite::read(&text).unwrap_err())
    }

    #[test]
    fn the_suites_that_come_with_it_can_be_read_and_have_references_everywhere() {
        for suite in Suite::embedded().unwrap() {
            for cores in [1, 2, 3, 16] {
                let mut running: BTreeMap<Group, (usize, usize)> = BTreeMap::new();
                let cells = suite.cells(cores).unwrap();
                for (cell, _) in cells.iter().filter(|(_, why)| why.is_none()) {
                    let (all, references) = running.entry(cell.group).or_default();
                    *all += 1;
                    *references += usize::from(cell.is_reference());
                }
                assert!(!running.is_empty(), "{} on {cores} cores", suite.name);
                for (group, (all, references)) in running {
                    assert!(references == 2 && all > 2, "{}: {group}: {all}", suite.name);
                }
            }
        }
    }

    #[test]
    fn a_group_that_two_blocks_have_is_there_once() {
        let text = format!(
            "{HEAD}topology=['1x1','HxH']\n[[cells]]\ntopology=['1x1']\ncapacity=[1024,64]\n"
        );
        let cells = Suite::read(&text).unwrap().cells(2).unwrap();
        let mut groups: Vec<_> = cells.iter().map(|(cell, _)| cell.group).collect();
        groups.dedup();
        assert_eq!(groups.iter().map(|group| group.capacity).collect::<Vec<_>>(), [1024, 64]);
    }

    #[test]
    fn others_than_the_chosen_contenders_say_why() {
        let text = format!("{HEAD}topology=['1x1']\ncontenders=['rtrb']\nothers='no time'\n");
        let cells = Suite::read(&text).unwrap().cells(2).unwrap();
        let why =
            |key: &str| cells.iter().find(|(cell, _)| cell.entry.key == key).unwrap().1.clone();
        assert_eq!((why("rtrb"), why("ringway-mpmc")), (None, None));
        assert_eq!(why("kanal").as_deref(), Some("no time"));
    }

    #[test]
    fn what_is_no_suite_is_an_error_that_says_so() {
        assert!(error("topology=['1by1']").contains("'1by1' is no topology"));
        assert!(error("topology=['1x1']\nbatch=[65]").contains("batches must be"));
        assert!(error("topology=['1x1']\ncapacity=[0]").contains("capacities must be"));
        assert!(error("topology=['1x1']\npayload=['9B']").contains("'9B' is no payload"));
        assert!(
            error("topology=['1x1']\nworkload=['idle']").contains("there are saturation, pairs")
        );
        assert!(error("topology=['1x1']\ncontenders=['[']").contains("no glob"));
        assert!(error("topology=['1x1']\ncolour='red'").contains("colour"));
        assert!(
            error("name='../a'\nabout=''\nbudget='1m'\nrounds=3\nprocesses=1\ncells=[]")
                .contains("letters")
        );
        assert!(
            error("name='a'\nabout=''\nbudget='soon'\nrounds=3\nprocesses=1\ncells=[]")
                .contains("soon")
        );
        assert!(Suite::named("nothing").unwrap_err().to_string().contains("there are quick, core"));
    }
}
