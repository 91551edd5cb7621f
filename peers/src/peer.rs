//! The peers: which of their test files are taken, and how these are rewritten.

use anyhow::{Result, bail};

/// A channel whose tests are tried.
#[derive(Debug)]
pub struct Peer {
    /// The package.
    pub name: &'static str,
    /// The test files that are taken; all of them, if none is named.
    pub files: &'static [&'static str],
    /// What is replaced in each file, in order: words of the peer by words of ours.
    pub rules: &'static [(&'static str, &'static str)],
    /// What the names of the peer are with ours; the library of the package that the tests are built in.
    pub adapter: &'static str,
    /// The features that the tests ask for.
    pub features: &'static [&'static str],
    /// What the tests need besides.
    pub dependencies: &'static str,
}

/// All peers.
pub const PEERS: &[Peer] = &[
    Peer {
        name: "crossbeam-channel",
        files: &[],
        rules: &[("crossbeam_channel", "ringway::channel")],
        adapter: include_str!("../adapters/crossbeam_channel.rs"),
        features: &[],
        dependencies: "crossbeam-utils = '0.8'\nnum_cpus = '1.13'\nrand = '0.8'\nsignal-hook = '0.3'",
    },
    Peer {
        name: "flume",
        files: &[],
        // `mpsc.rs` of flume tries crossbeam-channel.
        rules: &[
            (
                "extern crate crossbeam_channel as cc;",
                "use adapter::{crossbeam as cc, crossbeam_channel_internal};",
            ),
            ("flume", "adapter"),
        ],
        adapter: include_str!("../adapters/flume.rs"),
        features: &["async", "select"],
        dependencies: "crossbeam-utils = '0.8'\nrand = '0.8'\nfutures = '0.3'\nwaker-fn = '1.1'\n\
            tokio = { version = '1', features = ['macros', 'rt'] }\n\
            async-std = { version = '1.13', features = ['attributes', 'unstable'] }",
    },
    Peer {
        name: "kanal",
        files: &[],
        rules: &[("kanal", "adapter")],
        adapter: include_str!("../adapters/kanal.rs"),
        features: &["async"],
        dependencies: "anyhow = '1'\ncrossbeam = '0.8'\nfutures = '0.3'\nfutures-core = '0.3'\n\
            tokio = { version = '1', features = ['rt-multi-thread', 'test-util', 'macros'] }",
    },
    Peer {
        name: "async-channel",
        files: &[],
        rules: &[("async_channel", "adapter")],
        adapter: include_str!("../adapters/async_channel.rs"),
        features: &["std"],
        dependencies: "easy-parallel = '3'\nfutures-lite = '2'\nfutures-core = '0.3'",
    },
    Peer {
        name: "tokio",
        files: &["sync_mpsc", "sync_mpsc_weak"],
        rules: &[("tokio::sync::mpsc", "adapter::mpsc")],
        adapter: include_str!("../adapters/tokio.rs"),
        features: &["full", "sync"],
        dependencies: "futures = '0.3'\nfutures-core = '0.3'\ntokio = { version = '1', features = ['full', 'test-util'] }\n\
            tokio-stream = '0.1'\ntokio-test = '0.4'",
    },
];

/// The peers of these names; all, if there is no name.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Peer>> {
    if let Some(name) = names.iter().find(|name| PEERS.iter().all(|peer| peer.name != **name)) {
        let known: Vec<_> = PEERS.iter().map(|peer| peer.name).collect();
        bail!("{name} is none of {}", known.join(", "));
    }
    Ok(PEERS
        .iter()
        .filter(|peer| names.is_empty() || names.iter().any(|name| name == peer.name))
        .collect())
}

impl Peer {
    /// A test file with the words of ours.
    ///
    /// Where nothing but `use` lines has to change, they name ringway itself; where a file asks for no bound, they
    /// name the adapter, which gives a wide one.
    pub fn rewrite(&self, text: &str) -> String {
        let mut text = text.to_string();
        for (theirs, ours) in self.rules {
            let ours = match *ours {
                "ringway::channel" if text.contains("unbounded") => "adapter",
                ours => ours,
            };
            text = replace_words(&text, theirs, ours);
        }
        text
    }
}

/// Replaces whole words: not what is part of a longer one.
fn replace_words(text: &str, from: &str, to: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let is_whole = !out.chars().chain(before.chars()).next_back().is_some_and(is_word)
            && !after.starts_with(is_word);
        out.push_str(before);
        out.push_str(if is_whole { to } else { from });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_replaced_and_parts_of_longer_ones_are_not() {
        assert_eq!(
            replace_words("use flume::*; flume_x! xflume", "flume", "ours"),
            "use ours::*; flume_x! xflume"
        );
    }

    #[test]
    fn a_file_that_asks_for_no_bound_goes_by_the_adapter() {
        let crossbeam = &PEERS[0];
        assert_eq!(
            crossbeam.rewrite("use crossbeam_channel::bounded;"),
            "use ringway::channel::bounded;"
        );
        assert_eq!(
            crossbeam.rewrite("use crossbeam_channel::unbounded;"),
            "use adapter::unbounded;"
        );
    }
}
