//! What was measured, by cell and round.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::spread::Spread;
use crate::workloads::Figure;

/// A figure of a contender in a workload in a round: a line of `samples.jsonl`.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    /// The workload.
    pub workload: String,
    /// The contender.
    pub contender: &'static str,
    /// The round.
    pub round: usize,
    /// What it is.
    pub figure: Figure,
    /// How much.
    pub value: f64,
}

/// All samples.
#[derive(Debug, Default)]
pub struct Samples(pub Vec<Sample>);

impl Samples {
    /// The values of a figure, by round.
    pub fn of(&self, workload: &str, contender: &str, figure: Figure) -> BTreeMap<usize, f64> {
        let is_it = |sample: &&Sample| {
            sample.workload == workload && sample.contender == contender && sample.figure == figure
        };
        self.0.iter().filter(is_it).map(|sample| (sample.round, sample.value)).collect()
    }

    /// How they are spread.
    pub fn spread(&self, workload: &str, contender: &str, figure: Figure) -> Option<Spread> {
        Spread::of(self.of(workload, contender, figure).into_values())
    }
}

/// Divides within rounds, where both are known.
pub fn ratios(upper: &BTreeMap<usize, f64>, lower: &BTreeMap<usize, f64>) -> Vec<f64> {
    let ratio = |(round, value): (&usize, &f64)| Some(value / lower.get(round)?);
    upper.iter().filter_map(ratio).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_same_round() {
        let upper = BTreeMap::from([(0, 6.0), (1, 10.0), (3, 1.0)]);
        let lower = BTreeMap::from([(0, 2.0), (1, 4.0), (2, 1.0)]);
        assert_eq!(ratios(&upper, &lower), [3.0, 2.5]);
    }
}
