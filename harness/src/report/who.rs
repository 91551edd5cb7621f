//! Who a contender of a result is. A result may hold queues that this build does not know: somebody's own.

use crate::contender::{Kind, Role};
use crate::plan::Topology;
use crate::registry::entries;

/// What a contender is in a report; with its wait this decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A ring of this project.
    Ringway,
    /// Another queue, with the wait that all of them have.
    Peer,
    /// Another queue that waits by itself.
    OwnWait,
    /// What one writes without a library.
    Baseline,
    /// No queue to use: a control or a bound.
    Control,
}

impl Part {
    /// All of them, as legends show them.
    pub const ALL: [Self; 5] =
        [Self::Ringway, Self::Peer, Self::OwnWait, Self::Baseline, Self::Control];

    /// The part of a contender that waits so.
    pub fn of(key: &str, own_wait: bool) -> Self {
        match role(key) {
            Role::Ringway => Self::Ringway,
            Role::Peer if own_wait => Self::OwnWait,
            Role::Peer => Self::Peer,
            Role::Baseline => Self::Baseline,
            Role::Control | Role::Limit | Role::Overhead => Self::Control,
        }
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ringway => "ringway",
            Self::Peer => "peer",
            Self::OwnWait => "own",
            Self::Baseline => "baseline",
            Self::Control => "control",
        }
    }

    /// What a reader is told.
    pub fn text(self) -> &'static str {
        match self {
            Self::Ringway => "ringway",
            Self::Peer => "other queues, with the same wait",
            Self::OwnWait => "other queues, each with its own wait",
            Self::Baseline => "mutexes",
            Self::Control => "controls: no queues to use",
        }
    }
}

/// What a contender is; one that is not known is somebody's queue.
pub fn role(key: &str) -> Role {
    let known = entries().iter().find(|entry| entry.key == key);
    known.map_or(Role::Peer, |entry| entry.info.role)
}

/// Whether it is no queue but a bound, which competes with nobody.
pub fn is_bound(key: &str) -> bool {
    role(key).bound().is_some()
}

/// How many threads a contender takes; of one that is not known, as many as one likes.
pub fn kind(key: &str) -> Kind {
    let known = entries().iter().find(|entry| entry.key == key);
    known.map_or(Kind::Mpmc, |entry| entry.info.kind)
}

/// Whether a contender can do all that another can.
pub fn can_replace(key: &str, other: &str) -> bool {
    let topologies = [(1, 1), (2, 1), (1, 2), (2, 2)].map(|(p, c)| Topology::new(p, c));
    topologies.iter().all(|&topology| kind(key).permits(topology) || !kind(other).permits(topology))
}

/// What the key of a reference ends with the second time.
const AGAIN: &str = "-aa";

/// Whether it is a reference the second time, which competes with nobody.
pub fn is_echo(key: &str) -> bool {
    key.ends_with(AGAIN)
}

/// The reference that it is the second time, if it is.
pub fn echo_of(key: &str) -> Option<&str> {
    key.strip_suffix(AGAIN)
}

/// The name without the project's: `mpmc` for `ringway-mpmc`.
pub fn short(key: &str) -> &str {
    key.strip_prefix("ringway-").unwrap_or(key)
}
