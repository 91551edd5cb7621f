//! What may be left of the names of a directory.

use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;

/// Which file a name stands for: its place in the list of all files there ever were.
pub type FileId = usize;

/// A directory.
pub type Names = BTreeMap<String, FileId>;

/// The most changes without a sync of which all states are listed, where the order is free.
const LISTED: usize = 16;

/// Which of the changes of names since the last sync of the directory a loss of power may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrder {
    /// The first of them, up to any: as file systems do that keep a journal.
    Kept,
    /// Any of them; but of those that are about one name, the first, up to any.
    Free,
}

/// A change of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameChange {
    Create { name: String, file: FileId },
    Rename { from: String, to: String },
    Remove { name: String },
}

impl NameChange {
    /// Does it.
    pub fn apply(&self, names: &mut Names) {
        match self {
            Self::Create { name, file } => {
                names.insert(name.clone(), *file);
            }
            Self::Rename { from, to } => {
                let file = names.remove(from).expect("a name is there when it is renamed");
                names.insert(to.clone(), file);
            }
            Self::Remove { name } => {
                names.remove(name);
            }
        }
    }

    fn names(&self) -> [&str; 2] {
        match self {
            Self::Create { name, .. } | Self::Remove { name } => [name, name],
            Self::Rename { from, to } => [from, to],
        }
    }

    fn is_about_a_name_of(&self, other: &Self) -> bool {
        self.names().iter().any(|name| other.names().contains(name))
    }
}

/// The names that are durable, and the changes that are not.
#[derive(Clone, Debug)]
pub struct NameStates {
    pub durable: Names,
    changes: Vec<NameChange>,
}

impl NameStates {
    pub fn new(durable: Names) -> Self {
        Self { durable, changes: Vec::new() }
    }

    pub fn change(&mut self, change: NameChange) {
        self.changes.push(change);
    }

    pub fn sync(&mut self) {
        self.durable = self.latest();
        self.changes.clear();
    }

    /// With all changes.
    pub fn latest(&self) -> Names {
        self.with(self.changes.iter())
    }

    /// Each directory that may be left, once.
    pub fn list(&self, order: NameOrder) -> Vec<Names> {
        let kept: BTreeSet<Names> = match order {
            NameOrder::Kept => {
                (0..=self.changes.len()).map(|first| self.with(&self.changes[..first])).collect()
            }
            NameOrder::Free => {
                let changes = self.changes.len();
                assert!(
                    changes <= LISTED,
                    "{changes} changes of names without a sync: draw states instead"
                );
                let mut subsets = vec![Vec::new()];
                for change in 0..changes {
                    let longer: Vec<_> = subsets
                        .iter()
                        .filter(|kept| self.may_keep(change, kept))
                        .map(|kept| [&kept[..], &[change]].concat())
                        .collect();
                    subsets.extend(longer);
                }
                subsets
                    .iter()
                    .map(|kept| self.with(kept.iter().map(|&change| &self.changes[change])))
                    .collect()
            }
        };
        kept.into_iter().collect()
    }

    /// One of them. Of 16 changes, so many are kept if they may be.
    pub fn draw(&self, order: NameOrder, keep: usize, random: &mut Random) -> Names {
        match order {
            NameOrder::Kept => {
                let first = random.below(self.changes.len() + 1);
                self.with(&self.changes[..first])
            }
            NameOrder::Free => {
                let mut kept = Vec::new();
                for change in 0..self.changes.len() {
                    if random.of_16(keep) && self.may_keep(change, &kept) {
                        kept.push(change);
                    }
                }
                self.with(kept.iter().map(|&change| &self.changes[change]))
            }
        }
    }

    /// Whether all changes before this one that are about a name of it are kept.
    fn may_keep(&self, change: usize, kept: &[usize]) -> bool {
        let about = &self.changes[change];
        (0..change)
            .all(|before| kept.contains(&before) || !self.changes[before].is_about_a_name_of(about))
    }

    fn with<'a>(&self, changes: impl IntoIterator<Item = &'a NameChange>) -> Names {
        let mut names = self.durable.clone();
        for change in changes {
            change.apply(&mut names);
        }
        names
    }
}
