//! `cargo contest agree`: whether the benchmarks of criterion and a result of the contest say the same.
//!
//! Both measure some cells: threads on both sides of a ring or of a mutex, one message at a time. Absolute
//! figures differ, for criterion runs one queue after the other, by threads that are not pinned. What must not
//! differ is who is faster. So each queue is divided by the reference of its place in either, and the two
//! ratios are put side by side.

pub mod cells;
pub mod command;
pub mod saved;

use crate::stats::{Ratio, Verdict};

/// Ratios that differ by no more than this factor agree, even where their intervals are apart: criterion's
/// tell what differs within minutes, not what differs from one run to the next.
pub const FACTOR: f64 = 1.5;

/// How two estimates of one ratio go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The intervals overlap, or the ratios differ by no more than [`FACTOR`].
    Agree,
    /// The ratios are further apart, but neither says the opposite of the other.
    Apart,
    /// By one a queue is faster than the reference, by the other slower.
    Contradict,
}

impl Agreement {
    /// That of two ratios; differences within the noise floor are no verdict.
    pub fn of(a: &Ratio, b: &Ratio, noise: Option<f64>) -> Self {
        let factor = (a.median / b.median).max(b.median / a.median);
        match (a.verdict(noise), b.verdict(noise)) {
            (Verdict::Faster, Verdict::Slower) | (Verdict::Slower, Verdict::Faster) => {
                Self::Contradict
            }
            _ if factor <= FACTOR || (a.lo <= b.hi && b.lo <= a.hi) => Self::Agree,
            _ => Self::Apart,
        }
    }

    /// Its word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Apart => "apart",
            Self::Contradict => "CONTRADICT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ratio with an interval that reaches so far to both sides.
    fn ratio(median: f64, reach: f64) -> Ratio {
        Ratio { median, lo: median / reach, hi: median * reach, rounds: 9 }
    }

    #[test]
    fn opposite_verdicts_contradict_and_nothing_else_does() {
        let of = |a, b| Agreement::of(&ratio(a, 1.01), &ratio(b, 1.01), Some(0.05));
        assert_eq!(of(1.2, 0.8), Agreement::Contradict);
        assert_eq!(of(0.8, 1.2), Agreement::Contradict);
        assert_eq!(of(0.98, 1.2), Agreement::Agree, "within the noise is no verdict");
        assert_eq!(of(1.02, 9.0), Agreement::Apart);
        assert_eq!(of(2.0, 9.0), Agreement::Apart, "both are faster");
        let unknown = Agreement::of(&ratio(0.5, 1.01), &ratio(2.0, 1.01), None);
        assert_eq!(unknown, Agreement::Apart, "without a noise floor there is no verdict");
    }

    #[test]
    fn ratios_agree_by_their_intervals_or_by_a_factor() {
        let of = |a: (f64, f64), b: (f64, f64)| {
            Agreement::of(&ratio(a.0, a.1), &ratio(b.0, b.1), Some(0.05))
        };
        assert_eq!(of((2.0, 1.01), (2.9, 1.01)), Agreement::Agree, "by the factor");
        assert_eq!(of((2.0, 1.01), (3.1, 1.01)), Agreement::Apart);
        assert_eq!(of((2.0, 1.01), (6.0, 3.5)), Agreement::Agree, "by the intervals");
        assert_eq!(of((6.0, 3.5), (2.0, 1.01)), Agreement::Agree);
    }
}
