//! The axes of the contest: topology, batch, payload, capacity, workload, and who waits.
//!
//! A [`Group`] is a place on all of them. Contenders are compared within a group alone, so that nothing is
//! averaged that differs in more than the queue. Each axis has a text, the same in suites, filters and results.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wait;

/// The capacity of every queue in the quick contest, and of groups of which nothing else is said.
pub const CAPACITY: usize = 1024;

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

    /// Reads a topology in which `N` stands for so many cores and `H` for half of them (at least one), such
    /// as `2Nx1`.
    ///
    /// # Errors
    ///
    /// If it is no topology.
    pub fn on(text: &str, cores: usize) -> Result<Self, String> {
        let side = |side: &str| {
            let (times, unit) = match side.strip_suffix('N') {
                Some(times) => (times, cores),
                None => match side.strip_suffix('H') {
                    Some(times) => (times, (cores / 2).max(1)),
                    None => (side, 1),
                },
            };
            let times: usize =
                if times.is_empty() && side != times { 1 } else { times.parse().ok()? };
            times.checked_mul(unit).filter(|threads| (1..=1024).contains(threads))
        };
        let sides = text.split_once('x');
        sides
            .and_then(|(producers, consumers)| Some(Self::new(side(producers)?, side(consumers)?)))
            .ok_or_else(|| format!("'{text}' is no topology such as 2x2, Nx1 or 2Nx2N"))
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

/// Declares an axis whose places have fixed texts.
macro_rules! axis {
    (
        $(#[$doc:meta])* $name:ident, $what:literal,
        $($(#[$place_doc:meta])* $place:ident = $text:literal),+ $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum $name {
            $($(#[$place_doc])* $place),+
        }

        impl $name {
            /// Every place.
            pub(crate) const ALL: &[Self] = &[$(Self::$place),+];

            /// Its text in suites, filters and results.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$place => $text),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text())
            }
        }

        impl From<$name> for String {
            fn from(place: $name) -> Self {
                place.text().to_owned()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let named = Self::ALL.iter().find(|place| place.text() == text);
                named.copied().ok_or_else(|| {
                    let texts: Vec<_> = Self::ALL.iter().map(|place| place.text()).collect();
                    format!("'{text}' is no {}; there are {}", $what, texts.join(", "))
                })
            }
        }
    };
}

axis!(
    /// What a message is.
    Payload, "payload",
    /// A `u64`.
    #[default]
    U64 = "8B",
    /// 64 bytes: a cache line.
    Line = "64B",
    /// 256 bytes: four cache lines.
    Lines = "256B",
    /// A `Box`, allocated before and freed after what is timed.
    Boxed = "box",
);

axis!(
    /// What the threads do. `work` tells each in full.
    Workload, "workload",
    /// Producers push and consumers pop as fast as they can.
    #[default]
    Saturation = "saturation",
    /// Each thread pushes, works for 50–150 ns, pops, works again.
    Pairs = "pairs",
    /// One thread fills half of the queue and empties it.
    OneThread = "one-thread",
    /// One message goes there and back through two queues.
    PingPong = "ping-pong",
    /// Producers push bursts, with pauses between them.
    Burst = "burst",
    /// Consumers work for a while on every message, so that the queue is full.
    SlowConsumer = "slow-consumer",
    /// Producers push into one queue, a stage passes on to another, a consumer pops from that.
    Pipeline = "pipeline",
    /// Open loop: 100,000 messages per second, and how long after its intended time each arrives.
    Rate100k = "rate-100k",
    /// The same with a million messages per second.
    Rate1M = "rate-1m",
    /// The same with four million messages per second.
    Rate4M = "rate-4m",
);

impl Workload {
    /// The messages per second of all producers together, if that is fixed.
    pub const fn rate(self) -> Option<u64> {
        match self {
            Self::Rate100k => Some(100_000),
            Self::Rate1M => Some(1_000_000),
            Self::Rate4M => Some(4_000_000),
            _ => None,
        }
    }
}

axis!(
    /// Who waits in a group.
    Policy, "wait policy",
    /// Each contender as it is: by itself if it can, else by the code that is common to all. Rows say which.
    #[default]
    Each = "each",
    /// All by the common code, those that could wait by themselves as well.
    Common = "common",
    /// Each by itself; those that cannot do not run.
    Own = "own",
);

/// The cells that are compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// How many threads are on each side.
    pub topology: Topology,
    /// Messages for each operation.
    pub batch: usize,
    /// What a message is.
    #[serde(default)]
    pub payload: Payload,
    /// The capacity that queues are asked for.
    #[serde(default = "usual_capacity")]
    pub capacity: usize,
    /// What the threads do.
    #[serde(default)]
    pub workload: Workload,
    /// Who waits.
    #[serde(default)]
    pub policy: Policy,
}

/// What results of the time before this axis had.
const fn usual_capacity() -> usize {
    CAPACITY
}

impl Group {
    /// A group of the quick contest.
    pub const fn new(topology: Topology, batch: usize) -> Self {
        Self {
            topology,
            batch,
            payload: Payload::U64,
            capacity: CAPACITY,
            workload: Workload::Saturation,
            policy: Policy::Each,
        }
    }

    /// The pauses between two looks of the common wait.
    pub fn pauses(&self) -> u32 {
        if self.workload == Workload::PingPong {
            return wait::PROMPT;
        }
        let pauses = self.capacity / wait::SLOTS_FOR_A_PAUSE;
        u32::try_from(pauses).unwrap_or(wait::PAUSES).clamp(wait::PROMPT, wait::PAUSES)
    }

    /// Its place on every axis, in the order of filters.
    pub fn parts(&self) -> [String; 6] {
        [
            self.topology.to_string(),
            self.batch.to_string(),
            self.payload.to_string(),
            self.capacity.to_string(),
            self.workload.to_string(),
            self.policy.to_string(),
        ]
    }

    /// Reads what [`Group::parts`] gives.
    ///
    /// # Errors
    ///
    /// If any part is not on its axis.
    pub fn from_parts(parts: [&str; 6]) -> Result<Self, String> {
        let [topology, batch, payload, capacity, workload, policy] = parts.map(str::to_owned);
        let number = |text: String| text.parse().map_err(|_| format!("'{text}' is no number"));
        Ok(Self {
            topology: topology.try_into()?,
            batch: number(batch)?,
            payload: payload.try_into()?,
            capacity: number(capacity)?,
            workload: workload.try_into()?,
            policy: policy.try_into()?,
        })
    }

    /// In words, for a heading: `2x2, batch 1`, and what is unusual about it.
    pub fn title(&self) -> String {
        let mut title = format!("{}, batch {}", self.topology, self.batch);
        if self.payload != Payload::default() {
            title += &format!(", messages of {}", self.payload);
        }
        if self.capacity != CAPACITY {
            title += &format!(", capacity {}", self.capacity);
        }
        if self.workload != Workload::default() {
            title += &format!(", {}", self.workload);
        }
        if self.policy == Policy::Own {
            title += ", each queue's own wait";
        }
        title
    }
}

impl fmt::Display for Group {
    /// The parts, without those at the end that are as usual: `2x2/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        let usual = Self::new(self.topology, self.batch).parts();
        let common = Policy::Common.text();
        let unusual = |place: &usize| parts[*place] != usual[*place] && parts[*place] != common;
        let last = (0..parts.len()).rev().find(unusual).unwrap_or(1).max(1);
        f.write_str(&parts[..=last].join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topologies_survive_their_text() {
        for topology in [Topology::new(1, 1), Topology::new(8, 2)] {
            assert_eq!(Topology::try_from(String::from(topology)), Ok(topology));
        }
        assert!(Topology::try_from("2by2".to_owned()).is_err());
    }

    #[test]
    fn topologies_grow_with_the_cores() {
        assert_eq!(Topology::on("1x1", 6), Ok(Topology::new(1, 1)));
        assert_eq!(Topology::on("Nx1", 6), Ok(Topology::new(6, 1)));
        assert_eq!(Topology::on("HxH", 6), Ok(Topology::new(3, 3)));
        assert_eq!(Topology::on("HxH", 1), Ok(Topology::new(1, 1)));
        assert_eq!(Topology::on("4Nx2N", 2), Ok(Topology::new(8, 4)));
        for wrong in ["0x1", "x", "1x", "N", "-1x1", "1x2x3", "99999Nx1"] {
            assert!(Topology::on(wrong, 2).is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_waits_for_little_looks_again_soon() {
        let pauses = |capacity, workload| {
            Group { capacity, workload, ..Group::new(Topology::new(1, 1), 1) }.pauses()
        };
        let saturated = [1, 2, 8, 64, 511, 512, usize::MAX];
        let pauses_of = |capacity| pauses(capacity, Workload::Saturation);
        assert_eq!(saturated.map(pauses_of), [1, 1, 1, 8, 63, wait::PAUSES, wait::PAUSES]);
        assert_eq!(pauses(1024, Workload::PingPong), wait::PROMPT);
        assert_eq!(pauses(1024, Workload::Pairs), wait::PAUSES);
    }

    #[test]
    fn a_group_survives_its_parts_and_is_named_by_what_is_unusual() {
        let quick = Group::new(Topology::new(2, 1), 8);
        assert_eq!(quick.to_string(), "2x1/8");
        let group = Group { capacity: 64, policy: Policy::Own, ..quick };
        assert_eq!(group.to_string(), "2x1/8/8B/64/saturation/own");
        let parts = group.parts();
        let parts: [&str; 6] = std::array::from_fn(|place| parts[place].as_str());
        assert_eq!(Group::from_parts(parts), Ok(group));
        let common = Group { capacity: 64, policy: Policy::Common, ..quick };
        assert_eq!(common.to_string(), "2x1/8/8B/64");
        assert!(Group::from_parts(["2x1", "8", "9B", "64", "pairs", "own"]).is_err());
    }

    #[test]
    fn groups_of_older_results_can_be_read() {
        let old: Group = serde_json::from_str(r#"{"topology":"2x2","batch":8}"#).unwrap();
        assert_eq!(old, Group::new(Topology::new(2, 2), 8));
    }
}
