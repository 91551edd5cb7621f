//! A test for drift: whether values went up or down while they were taken (Mann and Kendall's).
//!
//! Ratios of paired rounds should not depend on when the rounds were. If they do, something changed that did not
//! meet both alike, and the median tells of no state that there was.

use statrs::distribution::{ContinuousCDF, Normal};

/// How improbable a drift must be, if there were none, to be told.
const SIGNIFICANCE: f64 = 0.01;

/// With fewer values than this the normal approximation does not hold, and nothing is told.
const LEAST_VALUES: usize = 8;

/// Whether values, in the order in which they were taken, go up or down.
pub fn drifts(values: &[f64]) -> bool {
    significance(values).is_some_and(|probability| probability < SIGNIFICANCE)
}

/// How probable values are that go up or down at least so much, if they come in any order.
fn significance(values: &[f64]) -> Option<f64> {
    let count = values.len();
    if count < LEAST_VALUES {
        return None;
    }
    let mut trend = 0.0;
    for (place, earlier) in values.iter().enumerate() {
        for later in &values[place + 1..] {
            trend += if later == earlier { 0.0 } else { (later - earlier).signum() };
        }
    }
    let spread = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| spread(tied.len() as f64)).sum();
    let variance = (spread(count as f64) - ties) / 18.0;
    if variance <= 0.0 {
        return Some(1.0);
    }
    // The trend takes every second whole number.
    let corrected = f64::max(trend.abs() - 1.0, 0.0);
    let normal = Normal::new(0.0, 1.0).ok()?;
    Some(2.0 * normal.cdf(-corrected / variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_without_drift_are_called_drifting_as_rarely_as_it_says() {
        let mut rng = fastrand::Rng::with_seed(5);
        let drifting =
            (0..2_000).filter(|_| drifts(&(0..12).map(|_| rng.f64()).collect::<Vec<_>>())).count();
        assert!((5..40).contains(&drifting), "{drifting} of 2000");
    }

    #[test]
    fn a_drift_twice_as_large_as_the_noise_is_found() {
        let mut rng = fastrand::Rng::with_seed(6);
        let mut found = 0;
        for _ in 0..200 {
            let value = |round: i32| 1.0 + 0.02 * f64::from(round) / 15.0 + 0.01 * rng.f64();
            found += usize::from(drifts(&(0..16).map(value).collect::<Vec<_>>()));
        }
        assert!(found > 190, "{found} of 200");
    }

    #[test]
    fn few_values_and_equal_ones_do_not_drift() {
        assert!(!drifts(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
        assert!(drifts(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
        assert!(!drifts(&[1.0; 20]));
    }

    proptest! {
        #[test]
        fn up_and_down_are_the_same(values in vec(0.1_f64..10.0, 8..20)) {
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            prop_assert_eq!(significance(&values), significance(&reversed));
            let larger: Vec<f64> = values.iter().map(|value| value * 4.0).collect();
            prop_assert_eq!(significance(&values), significance(&larger));
        }
    }
}
