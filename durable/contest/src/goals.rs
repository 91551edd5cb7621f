//! What ringway-durable is to reach, and whether it did.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::contenders::{BANDWIDTH, OURS, RAW, STORES};
use crate::message::LEN;
use crate::recovery::{READ, RECOVERY};
use crate::samples::{Samples, ratios};
use crate::spread::Spread;
use crate::workloads::Figure::{self, Megabytes, Memory, Messages, P50, P99, Read, WrittenPerByte};

/// This part of the disk's bandwidth is enough, or so many messages in a second, whichever is less.
const BANDWIDTH_PART: f64 = 0.7;
const MESSAGES: f64 = 700e3;

/// A goal, and what was seen.
#[derive(Debug, Serialize)]
pub struct Goal {
    /// What is compared.
    pub what: String,
    /// What it is to be.
    pub limit: f64,
    /// Whether it is to be at most that, and not at least.
    pub is_most: bool,
    /// The median of the rounds.
    pub median: Option<f64>,
    /// The least of the rounds.
    pub min: Option<f64>,
    /// The most of the rounds.
    pub max: Option<f64>,
}

impl Goal {
    /// Whether the median is there. None where it was not measured.
    pub fn is_met(&self) -> Option<bool> {
        self.median
            .map(|median| if self.is_most { median <= self.limit } else { median >= self.limit })
    }

    /// A goal whose values are these, by round.
    fn new(what: impl Into<String>, is_most: bool, limit: f64, values: &[f64]) -> Self {
        let spread = Spread::of(values.iter().copied());
        Self {
            what: what.into(),
            limit,
            is_most,
            median: spread.map(|spread| spread.median),
            min: spread.map(|spread| spread.min),
            max: spread.map(|spread| spread.max),
        }
    }
}

/// All goals.
pub fn goals(samples: &Samples) -> Vec<Goal> {
    let of =
        |workload: &str, contender: &str, figure: Figure| samples.of(workload, contender, figure);
    let ours = |workload: &str, figure: Figure| of(workload, OURS, figure);
    let single = |figure| ratios(&ours("waiting-1", figure), &of("waiting-1", RAW, figure));
    let pipelined = ours("pipelined-1", Megabytes);
    let enough = |(round, bandwidth): (usize, f64)| {
        (round, (bandwidth * BANDWIDTH_PART).min(MESSAGES * LEN as f64 / 1e6))
    };
    let enough: BTreeMap<_, _> =
        of("pipelined-1", BANDWIDTH, Megabytes).into_iter().map(enough).collect();
    let mut goals = vec![
        Goal::new(
            "one producer that waits: p50 beside a raw write and sync",
            true,
            1.2,
            &single(P50),
        ),
        Goal::new(
            "one producer that waits: p99 beside a raw write and sync",
            true,
            1.3,
            &single(P99),
        ),
        Goal::new(
            "16 producers that wait beside one",
            false,
            10.0,
            &ratios(&ours("waiting-16", Messages), &ours("waiting-1", Messages)),
        ),
        Goal::new(
            "pipelined: beside 70% of the synced bandwidth or 700k messages/s, whichever is less",
            false,
            1.0,
            &ratios(&pipelined, &enough),
        ),
    ];
    goals.extend(STORES.iter().map(|store| {
        let ratios = ratios(&pipelined, &of("pipelined-1", store, Megabytes));
        Goal::new(format!("pipelined: beside {store} with the same grouping"), false, 5.0, &ratios)
    }));
    let together = ratios(&ours("together-4x4", Messages), &ours("pipelined-4", Messages));
    let recovery = ratios(&ours(RECOVERY, Read), &of(RECOVERY, READ, Read));
    let values = |values: BTreeMap<usize, f64>| Vec::from_iter(values.into_values());
    goals.extend([
        Goal::new("publish, receive, acknowledge 4x4 beside publish by 4", false, 0.6, &together),
        Goal::new("recovery beside a sequential read of the same bytes", false, 0.7, &recovery),
        Goal::new(
            "recovery: bytes of memory a message",
            true,
            24.0,
            &values(ours(RECOVERY, Memory)),
        ),
        Goal::new(
            "pipelined: bytes written for a byte of payload",
            true,
            1.3,
            &values(ours("pipelined-1", WrittenPerByte)),
        ),
    ]);
    goals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_by_its_median() {
        assert_eq!(Goal::new("", true, 1.2, &[1.0, 1.1, 9.0]).is_met(), Some(true));
        assert_eq!(Goal::new("", true, 1.2, &[1.0, 1.3, 9.0]).is_met(), Some(false));
        assert_eq!(Goal::new("", false, 1.2, &[1.0, 1.3, 9.0]).is_met(), Some(true));
        assert_eq!(Goal::new("", false, 1.2, &[]).is_met(), None);
    }
}
