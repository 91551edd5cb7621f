//! The list of what is left out.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// A test of a peer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Test {
    pub peer: String,
    pub file: String,
    /// With its modules.
    pub name: String,
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}::{}", self.peer, self.file, self.name)
    }
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Entry {
    pub test: Test,
    pub why: Why,
}

/// The kinds of reasons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    /// What it shows needs a channel without a bound.
    Unbounded,
    /// The peer promises what ringway does not, and should not.
    Contract,
    /// It passes or fails by chance, on the peer too.
    Chance,
    /// It should pass one day.
    NotYet,
}

impl Why {
    /// How the list says it.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Unbounded, "unbounded"),
        (Self::Contract, "another contract"),
        (Self::Chance, "chance"),
        (Self::NotYet, "not yet"),
    ];
}

/// Reads `PEER FILE::NAME: REASON` lines.
pub fn read(path: &Path) -> Result<Vec<Entry>> {
    parse(&std::fs::read_to_string(path)?)
}

fn parse(text: &str) -> Result<Vec<Entry>> {
    let mut entries = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (test, reason) = line.split_once(": ").with_context(|| format!("no reason: {line}"))?;
        let (peer, test) = test.split_once(' ').with_context(|| format!("no peer: {line}"))?;
        let (file, name) = test.split_once("::").with_context(|| format!("no file: {line}"))?;
        let known = Why::ALL.iter().find(|(_, word)| reason.starts_with(word));
        let &(why, _) = known.with_context(|| format!("no known reason: {line}"))?;
        let test = Test { peer: peer.into(), file: file.into(), name: name.into() };
        let entry = Entry { test: test.clone(), why };
        if entries.insert(test, entry).is_some() {
            bail!("twice: {line}");
        }
    }
    Ok(entries.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_peer_a_test_and_a_reason() {
        let list = parse("# of theirs\n\nkanal sync_test::a::b: another contract: why\n").unwrap();
        assert_eq!(list[0].test.to_string(), "kanal sync_test::a::b");
        assert_eq!(list[0].why, Why::Contract);
    }

    #[test]
    fn a_line_without_a_known_reason_and_a_test_that_stands_twice_are_refused() {
        assert!(parse("kanal sync_test::a: who knows").is_err());
        assert!(parse("kanal sync_test::a").is_err());
        assert!(parse("kanal a::b: unbounded\nkanal a::b: unbounded").is_err());
    }
}
