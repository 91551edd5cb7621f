//! Whether one tree is slower than another, from paired rounds of both and of one of them twice.
//!
//! Each round has a ratio of the trees for every cell, and one for all cells together: their median. The latter
//! bears disturbed slices and moves less, so it finds differences that are too small for any cell alone. The
//! same ratios of the older tree to itself are the noise floor.

use std::collections::BTreeMap;

use crate::record::CellName;
use crate::stats::{LEAST_NOISE, Ratio, Verdict, median};
use crate::summary::Throughputs;

/// The noise floor of all cells together is never taken to be smaller than this: where code lies in a program
/// moves a cell by more than that, but not all of them in one direction.
const LEAST_NOISE_TOGETHER: f64 = 0.02;

/// What is said of a cell, or of all together.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The cell's name.
    pub name: String,
    /// The newer tree beside the older.
    pub ratio: Ratio,
    /// The noise floor.
    pub noise: f64,
    /// What may be said.
    pub verdict: Verdict,
}

impl Line {
    /// From the ratios of the rounds, and those of the older tree to itself.
    fn of(name: String, ratios: &[f64], same: &[f64], least: f64) -> Option<Self> {
        let ratio = Ratio::estimate(ratios)?;
        let noise = Ratio::estimate(same)?.noise_above(least);
        Some(Self { name, ratio, noise, verdict: ratio.verdict(Some(noise)) })
    }
}

/// The lines of all cells that the three have in common, that of all together first.
pub fn lines(older: &Throughputs, again: &Throughputs, newer: &Throughputs) -> Vec<Line> {
    let mut cells = Vec::new();
    let mut together: [BTreeMap<usize, Vec<f64>>; 2] = Default::default();
    for cell in older.cells() {
        let (ratios, same) = (beside(newer, older, cell), beside(again, older, cell));
        for (all, ratios) in together.iter_mut().zip([&ratios, &same]) {
            for (round, ratio) in ratios.iter().enumerate() {
                all.entry(round).or_default().push(*ratio);
            }
        }
        let name = format!("{}/{}", cell.contender, cell.group);
        cells.extend(Line::of(name, &ratios, &same, LEAST_NOISE));
    }
    let middle = |ratios: &Vec<f64>| median(ratios);
    let [ratios, same] = together.map(|all| all.values().filter_map(middle).collect::<Vec<_>>());
    let name = format!("all {} cells together", cells.len());
    let together = Line::of(name, &ratios, &same, LEAST_NOISE_TOGETHER);
    let mut lines: Vec<Line> = together.into_iter().collect();
    lines.extend(cells);
    lines
}

/// The ratios of one cell in two trees, paired by rounds.
fn beside(one: &Throughputs, other: &Throughputs, cell: &CellName) -> Vec<f64> {
    let (Some(one), Some(other)) = (one.rounds(cell), other.rounds(cell)) else {
        return Vec::new();
    };
    one.iter().filter_map(|(round, speed)| Some(speed / other.get(round)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::record::Sample;

    const ROUNDS: u32 = 40;

    /// How many gates are simulated.
    const GATES: u64 = 40;

    /// A tree whose slices take `slower` times as long, on a machine with phases and noise.
    fn tree(seed: u64, side: u64, slower: f64) -> Throughputs {
        let cells: Vec<_> = Plan::new(&[]).unwrap().cells.into_iter().take(6).collect();
        let mut phases = fastrand::Rng::with_seed(seed);
        let mut noise = fastrand::Rng::with_seed(seed.wrapping_mul(31).wrapping_add(side));
        let mut samples = Vec::new();
        for round in 0..ROUNDS {
            // All trees of a round meet the machine in the same phase: at times much slower.
            let phase = if phases.f64() < 0.3 { 2.5 } else { 1.0 };
            for cell in &cells {
                // About normal, with a deviation of 4%, and now and then a disturbed slice.
                let normal = (0..12).map(|_| noise.f64()).sum::<f64>() - 6.0;
                let disturbed = if noise.f64() < 0.05 { 1.5 } else { 1.0 };
                let elapsed = 1e7 * phase * slower * disturbed * (1.0 + 0.04 * normal);
                samples.push(Sample {
                    messages: 1_000_000,
                    elapsed_ns: Some(elapsed as u64),
                    ..Sample::empty(CellName::from(cell), cell.wait(), round, 0)
                });
            }
        }
        Throughputs::of(&samples)
    }

    /// In how many gates something is called slower, or faster.
    fn decisions(slower: f64) -> (usize, usize) {
        let mut found = (0, 0);
        for seed in 0..GATES {
            let lines = lines(&tree(seed, 0, 1.0), &tree(seed, 1, 1.0), &tree(seed, 2, slower));
            assert_eq!(lines.len(), 7);
            let any = |verdict| lines.iter().any(|line| line.verdict == verdict);
            found.0 += usize::from(any(Verdict::Slower));
            found.1 += usize::from(any(Verdict::Faster));
        }
        found
    }

    #[test]
    fn a_planted_slowdown_of_five_percent_is_found() {
        let (slower, faster) = decisions(1.05);
        assert!(slower >= 38, "{slower} of {GATES}");
        assert_eq!(faster, 0);
    }

    #[test]
    fn a_planted_nothing_is_not_found() {
        let (slower, faster) = decisions(1.0);
        assert!(slower <= 1 && faster <= 1, "{slower} and {faster} of {GATES}");
    }

    #[test]
    fn trees_without_a_cell_in_common_say_nothing() {
        let none = Throughputs::default();
        assert!(lines(&tree(1, 0, 1.0), &tree(1, 1, 1.0), &none).is_empty());
    }
}
