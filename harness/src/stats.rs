//! Statistics: medians, ratios paired by round, and what they allow one to say.
//!
//! All contenders run in every round, shortly after one another, so the ratio of two of them within a round
//! is free of most of what disturbs the machine over minutes. The result of a comparison is the median of
//! these ratios, with an interval by the bootstrap: how far the median moves when the rounds are drawn
//! again with replacement. What two runs of the *same* queue differ by is the noise floor; a difference
//! within it is none.
//!
//! The plain percentile bootstrap is too narrow for few rounds: of 7 it would hold the true median in 87% of
//! all cases and call that 95%. The percentiles are therefore moved outwards by as much as Student's
//! distribution is wider than the normal one (the expanded percentile interval: T. Hesterberg, "What
//! Teachers Should Know About the Bootstrap", 2015). From 6 rounds on the interval then holds what it says.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// How often the rounds are drawn again.
const RESAMPLES: usize = 2_000;

/// How often the interval is to hold the true median.
const CONFIDENCE: f64 = 0.95;

/// The bootstrap's own seed: the same ratios always give the same interval.
const SEED: u64 = 0x7269_6e67;

/// A noise floor is never taken to be smaller than this.
pub const LEAST_NOISE: f64 = 0.03;

/// Above this noise floor nothing is called a tie: a machine so noisy cannot show that two are alike.
pub const MOST_NOISE: f64 = 0.1;

/// With fewer paired rounds than this there is no verdict: of so few, even the interval from the least to
/// the greatest holds the true median too rarely (of 5 in 94%, of 6 in 97% of all cases).
pub const LEAST_ROUNDS: usize = 6;

/// The median of values; of an even number of them the mean of the two in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    median_of_sorted(&sorted)
}

/// The same of values that are in order.
fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Jain's index of fairness: 1 if all parts are the same, 1/*n* if one of *n* has everything. Nothing if there
/// is nothing to share.
pub fn jain(parts: &[f64]) -> Option<f64> {
    let sum: f64 = parts.iter().sum();
    let squares: f64 = parts.iter().map(|part| part * part).sum();
    (squares > 0.0).then(|| sum * sum / (parts.len() as f64 * squares))
}

/// A median with the least and the greatest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// The spread of values, if there are any.
    pub fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            median: median(values)?,
            min: values.iter().copied().reduce(f64::min)?,
            max: values.iter().copied().reduce(f64::max)?,
        })
    }
}

/// The median of the ratios of paired rounds, with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The median.
    pub median: f64,
    /// The lower end of the interval.
    pub lo: f64,
    /// The upper end of the interval.
    pub hi: f64,
    /// How many rounds had both.
    pub rounds: usize,
}

impl Ratio {
    /// The estimate from the ratios of the rounds, if there are any.
    pub fn estimate(ratios: &[f64]) -> Option<Self> {
        let mut sorted = ratios.to_vec();
        sorted.sort_by(f64::total_cmp);
        let median = median_of_sorted(&sorted)?;
        let medians = resampled_medians(&sorted);
        let end = |part: f64| medians[((RESAMPLES - 1) as f64 * part).round() as usize];
        let outside = outside(ratios.len());
        Some(Self {
            median,
            lo: end(outside).min(median),
            hi: end(1.0 - outside).max(median),
            rounds: ratios.len(),
        })
    }

    /// How far the interval reaches from equality, as a factor less one. Of the ratio of a queue to itself
    /// this is the noise floor.
    pub fn noise_floor(&self) -> f64 {
        self.noise_above(LEAST_NOISE)
    }

    /// The same with another least value.
    pub fn noise_above(&self, least: f64) -> f64 {
        (self.hi - 1.0).max(1.0 / self.lo - 1.0).max(least)
    }

    /// What may be said, given the noise floor. Without one, nothing.
    pub fn verdict(&self, noise: Option<f64>) -> Verdict {
        let Some(noise) = noise else { return Verdict::Undecided };
        let most = 1.0 + noise;
        let least = 1.0 / most;
        if self.rounds < LEAST_ROUNDS {
            Verdict::Undecided
        } else if self.lo > most {
            Verdict::Faster
        } else if self.hi < least {
            Verdict::Slower
        } else if self.lo >= least && self.hi <= most && noise <= MOST_NOISE {
            Verdict::Tie
        } else {
            Verdict::Undecided
        }
    }
}

/// The part of the resampled medians of so many rounds to leave out at each end.
fn outside(rounds: usize) -> f64 {
    let rounds = rounds as f64;
    let (Ok(student), Ok(normal)) = (StudentsT::new(0.0, 1.0, rounds - 1.0), Normal::new(0.0, 1.0))
    else {
        // A single round: there is nothing to draw from.
        return 0.0;
    };
    let quantile = student.inverse_cdf(0.5 - CONFIDENCE / 2.0);
    normal.cdf((rounds / (rounds - 1.0)).sqrt() * quantile)
}

/// The medians of rounds drawn with replacement, in order. The rounds come in order as well, so that the
/// result does not depend on which came first.
fn resampled_medians(rounds: &[f64]) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut drawn = vec![0.0; rounds.len()];
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            drawn.fill_with(|| rounds[rng.usize(..rounds.len())]);
            drawn.sort_by(f64::total_cmp);
            median_of_sorted(&drawn)
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    medians
}

/// What may be said of a contender beside the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The interval lies above the noise.
    Faster,
    /// The interval lies below the noise.
    Slower,
    /// The interval lies within the noise.
    Tie,
    /// None of these: the interval is too wide, the noise too high, or the rounds are too few.
    Undecided,
}

impl Verdict {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Tie => "tie",
            Self::Undecided => "undecided",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Ratios around a centre, evenly spread by a part of it.
    fn around(centre: f64, part: f64, rounds: usize) -> Vec<f64> {
        let place = |round: usize| round as f64 / (rounds - 1) as f64 * 2.0 - 1.0;
        (0..rounds).map(|round| centre * (1.0 + part * place(round))).collect()
    }

    fn verdict(ratios: &[f64], noise: f64) -> Verdict {
        Ratio::estimate(ratios).unwrap().verdict(Some(noise))
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn known_distributions_give_known_verdicts() {
        assert_eq!(verdict(&around(1.0, 0.01, 9), 0.03), Verdict::Tie);
        assert_eq!(verdict(&around(1.02, 0.005, 9), 0.03), Verdict::Tie);
        assert_eq!(verdict(&around(1.5, 0.05, 9), 0.03), Verdict::Faster);
        assert_eq!(verdict(&around(0.7, 0.05, 9), 0.03), Verdict::Slower);
        assert_eq!(verdict(&around(1.05, 0.2, 9), 0.03), Verdict::Undecided);
        assert_eq!(verdict(&around(1.06, 0.01, 9), 0.03), Verdict::Faster);
        assert_eq!(verdict(&around(1.06, 0.01, 9), 0.09), Verdict::Tie, "within the noise");
        assert_eq!(verdict(&around(1.0, 0.01, 9), 0.6), Verdict::Undecided, "too noisy for a tie");
        assert_eq!(verdict(&around(2.5, 0.05, 9), 0.6), Verdict::Faster, "but not for a lead");
        assert_eq!(verdict(&[1.5; 5], 0.03), Verdict::Undecided, "too few rounds");
        let far = Ratio::estimate(&around(4.0, 0.01, 9)).unwrap();
        assert_eq!(far.verdict(None), Verdict::Undecided, "no noise floor");
    }

    #[test]
    fn one_wild_round_does_not_move_the_result() {
        let mut ratios = around(1.5, 0.02, 9);
        ratios[0] = 40.0;
        assert!(Ratio::estimate(&ratios).unwrap().hi < 1.6);
    }

    #[test]
    fn the_noise_floor_is_the_spread_of_a_queue_beside_itself() {
        let noise = |ratios: &[f64]| Ratio::estimate(ratios).unwrap().noise_floor();
        assert_eq!(noise(&around(1.0, 0.001, 9)), LEAST_NOISE);
        assert!((0.1..0.26).contains(&noise(&around(1.0, 0.2, 9))));
        assert!((noise(&[0.5; 7]) - 1.0).abs() < 1e-9, "half is as far from one as twice");
    }

    /// Of an odd number of rounds the interval goes from one of the ratios to another. How often that holds
    /// the true median is known for any distribution: 7 rounds, from the first to the last: 98%; 9 rounds,
    /// from the second to the last but one: 96%; 15 rounds, from the fourth to the twelfth: 96%.
    #[test]
    fn the_interval_goes_from_one_rank_to_another() {
        for (rounds, lo, hi) in [(1, 1.0, 1.0), (7, 1.0, 7.0), (9, 2.0, 8.0), (15, 4.0, 12.0)] {
            let ranks: Vec<f64> = (1..=rounds).map(f64::from).collect();
            let ratio = Ratio::estimate(&ranks).unwrap();
            assert_eq!((ratio.lo, ratio.hi), (lo, hi), "{rounds} rounds");
        }
    }

    #[test]
    fn the_interval_holds_the_true_median_as_often_as_it_says() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut normal = || (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
        let held = (0..200)
            .filter(|_| {
                let ratios: Vec<f64> = (0..10).map(|_| 2.0 + 0.1 * normal()).collect();
                let ratio = Ratio::estimate(&ratios).unwrap();
                (ratio.lo..=ratio.hi).contains(&2.0)
            })
            .count();
        assert!((184..200).contains(&held), "{held} of 200");
    }

    /// Ratios that are about normal around a centre, now and then of a disturbed round.
    fn measured(rng: &mut fastrand::Rng, centre: f64, deviation: f64, rounds: usize) -> Vec<f64> {
        let mut ratio = || {
            let normal = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
            let disturbed = if rng.f64() < 0.1 { 1.0 + rng.f64() } else { 1.0 };
            let disturbed = if rng.bool() { disturbed } else { 1.0 / disturbed };
            centre * disturbed * (1.0 + deviation * normal)
        };
        (0..rounds).map(|_| ratio()).collect()
    }

    /// How often each verdict is given of a queue with that true ratio, in a hundred contests with A/A.
    fn verdicts(centre: f64, deviation: f64, rounds: usize) -> [usize; 4] {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut counts = [0; 4];
        for _ in 0..100 {
            let same = Ratio::estimate(&measured(&mut rng, 1.0, deviation, rounds)).unwrap();
            let ratio = Ratio::estimate(&measured(&mut rng, centre, deviation, rounds)).unwrap();
            counts[ratio.verdict(Some(same.noise_floor())) as usize] += 1;
        }
        counts
    }

    #[test]
    fn noisy_distributions_give_the_verdicts_that_are_true() {
        let [faster, slower, tie, _] = verdicts(1.0, 0.02, 15);
        assert!(faster + slower <= 1 && tie >= 70, "{faster} {slower} {tie}");
        let [faster, slower, ..] = verdicts(1.15, 0.02, 15);
        assert!(faster >= 95 && slower == 0, "{faster} {slower}");
        let [faster, slower, ..] = verdicts(1.0 / 1.15, 0.02, 15);
        assert!(slower >= 95 && faster == 0, "{faster} {slower}");
        // So noisy that nothing can be said.
        let [faster, slower, tie, undecided] = verdicts(1.05, 0.3, 9);
        assert!(faster + slower <= 3 && tie == 0, "{faster} {slower} {tie} {undecided}");
    }

    #[test]
    fn jain_is_one_for_equal_parts_and_a_share_for_one_alone() {
        assert_eq!(jain(&[3.0, 3.0, 3.0]), Some(1.0));
        assert_eq!(jain(&[0.0, 8.0, 0.0, 0.0]), Some(0.25));
        assert_eq!(jain(&[0.0, 0.0]), None);
        assert_eq!(jain(&[]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn an_estimate_lies_within_its_ratios(ratios in vec(0.01_f64..100.0, 1..20)) {
            let ratio = Ratio::estimate(&ratios).unwrap();
            let all = Spread::of(&ratios).unwrap();
            prop_assert!(all.min <= ratio.lo && ratio.lo <= ratio.median);
            prop_assert!(ratio.median <= ratio.hi && ratio.hi <= all.max);
            prop_assert!(ratio.noise_floor() >= LEAST_NOISE);
        }

        #[test]
        fn the_order_of_rounds_does_not_matter(
            (ratios, shuffled) in vec(0.01_f64..100.0, 1..20)
                .prop_flat_map(|ratios| (Just(ratios.clone()), Just(ratios).prop_shuffle())),
        ) {
            prop_assert_eq!(Ratio::estimate(&ratios), Ratio::estimate(&shuffled));
        }

        #[test]
        fn whoever_doubles_every_ratio_doubles_the_estimate(ratios in vec(0.01_f64..100.0, 1..20)) {
            let doubled: Vec<f64> = ratios.iter().map(|ratio| ratio * 2.0).collect();
            let (one, two) = (Ratio::estimate(&ratios).unwrap(), Ratio::estimate(&doubled).unwrap());
            prop_assert_eq!((one.lo * 2.0, one.hi * 2.0), (two.lo, two.hi));
        }

        #[test]
        fn far_apart_is_never_a_tie(centre in 1.3_f64..50.0, part in 0.0_f64..0.1) {
            prop_assert_eq!(verdict(&around(centre, part, 9), 0.03), Verdict::Faster);
            prop_assert_eq!(verdict(&around(1.0 / centre, part, 9), 0.03), Verdict::Slower);
        }
    }
}
