//! Where contenders meet: everything but the contender that tells cells apart.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::plan::{CAPACITY, Topology};

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
    /// Who was to wait: all in the same way, each queue by itself, or each as it is.
    #[serde(default)]
    pub policy: Option<String>,
}

/// Everything about a place but its topology and batch.
pub type Setting = [Option<String>; 4];

/// Reads a number or a word.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(word) => Some(word),
        other => Some(other.to_string()),
    })
}

impl Place {
    /// The part of a cell's name after the contender, as filters write it: `2x2/1`; with its setting, if that
    /// is needed to tell it from others, `2x2/1/8B/64/saturation/common`.
    pub fn key(&self, with_setting: bool) -> String {
        let mut key = format!("{}/{}", self.topology, self.batch);
        for part in self.setting().into_iter().filter(|_| with_setting) {
            key += &format!("/{}", part.as_deref().unwrap_or("*"));
        }
        key
    }

    /// A name that can stand in an address: `2x2-1-8B-64-ping-pong`.
    pub fn anchor(&self) -> String {
        let known = self.setting().into_iter().flatten();
        let words: Vec<String> = [self.key(false)].into_iter().chain(known).collect();
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        words.join("-").chars().map(plain).collect()
    }

    /// Everything but the topology and the batch, in the order of filters.
    pub fn setting(&self) -> Setting {
        let capacity = self.capacity.map(|capacity| capacity.to_string());
        [self.payload.clone(), capacity, self.workload.clone(), self.policy.clone()]
    }

    /// The same place where each queue waits by itself.
    pub fn with_own_wait(&self) -> Self {
        Self { policy: Some("own".to_owned()), ..self.clone() }
    }

    /// Whether messages came at a fixed rate, so that throughput says nothing.
    pub fn has_fixed_rate(&self) -> bool {
        self.workload.as_ref().is_some_and(|workload| workload.starts_with("rate"))
    }
}

impl fmt::Display for Place {
    /// For a reader: `2×2, batch 8, capacity 64`. What is usual goes without saying.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.topology.producers, self.topology.consumers)?;
        if self.batch != 1 {
            write!(f, ", batch {}", self.batch)?;
        }
        if let Some(workload) = self.workload.as_ref().filter(|name| *name != "saturation") {
            write!(f, ", {workload}")?;
        }
        if let Some(payload) = self.payload.as_ref().filter(|name| *name != "8B") {
            write!(f, ", messages of {payload}")?;
        }
        if let Some(capacity) = self.capacity.filter(|capacity| *capacity != CAPACITY as u64) {
            write!(f, ", capacity {capacity}")?;
        }
        if self.policy.as_deref() == Some("own") { f.write_str(", own wait") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_what_is_unusual() {
        let read = |json: &str| serde_json::from_str::<Place>(json).unwrap();
        let old = read(r#"{"topology":"2x1","batch":8}"#);
        assert_eq!((&*old.to_string(), &*old.key(false)), ("2×1, batch 8", "2x1/8"));
        let new = read(
            r#"{"topology":"2x1","batch":1,"payload":"8B","capacity":1024,"workload":"saturation","policy":"each"}"#,
        );
        assert_eq!((&*new.to_string(), &*new.key(true)), ("2×1", "2x1/1/8B/1024/saturation/each"));
        let odd = read(r#"{"topology":"1x1","batch":1,"payload":64,"capacity":2,"policy":"own"}"#);
        assert_eq!(odd.to_string(), "1×1, messages of 64, capacity 2, own wait");
        assert_eq!((&*odd.key(true), &*odd.anchor()), ("1x1/1/64/2/*/own", "1x1-1-64-2-own"));
    }
}
