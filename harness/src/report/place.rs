//! Where contenders meet: everything but the contender that tells cells apart.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::plan::Topology;

/// The cells that are compared with each other have this in common. What a result does not say is the same
/// for all of its cells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Place {
    /// What the threads do.
    #[serde(default)]
    pub workload: Option<String>,
    /// How many threads are on each side.
    pub topology: Topology,
    /// What a message is, or its size in bytes.
    #[serde(default, deserialize_with = "word")]
    pub payload: Option<String>,
    /// The capacity.
    #[serde(default)]
    pub capacity: Option<u64>,
    /// Messages for each operation.
    pub batch: u64,
}

/// Reads a number or a word.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(word) => Some(word),
        other => Some(other.to_string()),
    })
}

impl Place {
    /// The part of a cell's name after the contender: `2x2/1`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.topology, self.batch)
    }

    /// A name that can stand in an address: `ping-pong-2x2-1-cap64`.
    pub fn anchor(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.workload.clone());
        words.push(format!("{}-{}", self.topology, self.batch));
        words.extend(self.payload.as_ref().map(|payload| format!("payload-{payload}")));
        words.extend(self.capacity.map(|capacity| format!("capacity-{capacity}")));
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        words.join("-").chars().map(plain).collect()
    }

    /// Everything but the topology and the batch.
    pub fn setting(&self) -> (Option<&str>, Option<&str>, Option<u64>) {
        (self.workload.as_deref(), self.payload.as_deref(), self.capacity)
    }
}

impl fmt::Display for Place {
    /// For a reader: `2×2, batch 8, capacity 64`. Single messages go without saying.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.topology.producers, self.topology.consumers)?;
        if self.batch != 1 {
            write!(f, ", batch {}", self.batch)?;
        }
        if let Some(workload) = &self.workload {
            write!(f, ", {workload}")?;
        }
        match self.payload.as_deref() {
            Some(bytes) if bytes.parse::<u64>().is_ok() => write!(f, ", {bytes} bytes")?,
            Some(payload) => write!(f, ", {payload}")?,
            None => {}
        }
        self.capacity.map_or(Ok(()), |capacity| write!(f, ", capacity {capacity}"))
    }
}
