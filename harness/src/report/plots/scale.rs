//! Logarithmic axes: where a value stands, and which values are written beside the axis.

/// A logarithmic axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Log {
    lo: f64,
    hi: f64,
}

/// An axis reaches at least from a value to this many times the value.
const LEAST_REACH: f64 = 1.3;

/// What an axis leaves free at each end, of its length.
const MARGIN: f64 = 0.04;

/// The multiples of powers of ten that are marked, the densest first.
const MULTIPLES: [&[f64]; 4] =
    [&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];

impl Log {
    /// An axis that holds all values, if there is any that can stand on it.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let fit = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let (lo, hi) =
            fit.fold((f64::INFINITY, 0.0_f64), |(lo, hi), value| (lo.min(value), hi.max(value)));
        if lo > hi {
            return None;
        }
        let widen = (LEAST_REACH / (hi / lo)).max(1.0).sqrt();
        let (lo, hi) = (lo / widen, hi * widen);
        let margin = (hi / lo).powf(MARGIN);
        Some(Self { lo: lo / margin, hi: hi * margin })
    }

    /// Where a value stands, from 0 to 1; what does not fit stands at the end.
    pub fn place(&self, value: f64) -> f64 {
        ((value / self.lo).ln() / (self.hi / self.lo).ln()).clamp(0.0, 1.0)
    }

    /// The values to mark: as many as there may be, evenly chosen.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        let fitting = |ticks: &Vec<f64>| (2..=most).contains(&ticks.len());
        let marked = MULTIPLES.iter().map(|multiples| self.marks(multiples, 1)).find(fitting);
        let sparse = || (2..=12).map(|decades| self.marks(&[1.0], decades)).find(fitting);
        marked.or_else(sparse).unwrap_or_else(|| self.even(most))
    }

    /// The multiples of every so many powers of ten.
    fn marks(&self, multiples: &[f64], decades: i32) -> Vec<f64> {
        let (first, last) = (self.lo.log10().floor() as i32, self.hi.log10().ceil() as i32);
        let powers = (first..=last).filter(|power| power.rem_euclid(decades) == 0);
        let marks = powers.flat_map(|power| multiples.iter().map(move |m| m * 10_f64.powi(power)));
        marks.filter(|mark| (self.lo..=self.hi).contains(mark)).collect()
    }

    /// Round values at even steps, for an axis too short for powers of ten.
    fn even(&self, most: usize) -> Vec<f64> {
        let rough = (self.hi - self.lo) / most as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let (first, last) = ((self.lo / step).ceil() as i64, (self.hi / step).floor() as i64);
        (first..=last).map(|count| count as f64 * step).collect()
    }
}

/// A value beside an axis: `0.05`, `2`, `150`, `20k`.
pub fn label(value: f64) -> String {
    let (value, unit) = match value {
        1e6.. => (value / 1e6, "M"),
        1e4.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = (2.0 - value.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.digits$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

/// A time of so many nanoseconds beside an axis: `200 ns`, `5 µs`.
pub fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        1e9.. => format!("{} s", label(nanoseconds / 1e9)),
        1e6.. => format!("{} ms", label(nanoseconds / 1e6)),
        1e3.. => format!("{} µs", label(nanoseconds / 1e3)),
        _ => format!("{} ns", label(nanoseconds)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_factors_are_equal_ways() {
        let axis = Log { lo: 0.01, hi: 100.0 };
        for (value, place) in [(0.01, 0.0), (0.1, 0.25), (1.0, 0.5), (10.0, 0.75), (100.0, 1.0)] {
            assert!((axis.place(value) - place).abs() < 1e-12, "{value}");
        }
        assert_eq!((axis.place(1e-9), axis.place(1e9)), (0.0, 1.0));
    }

    #[test]
    fn ticks_are_round() {
        let ticks =
            |lo, hi, most| Log { lo, hi }.ticks(most).into_iter().map(label).collect::<Vec<_>>();
        assert_eq!(ticks(0.008, 12.0, 5), ["0.01", "0.1", "1", "10"]);
        assert_eq!(ticks(0.4, 6.0, 5), ["0.5", "1", "2", "5"]);
        assert_eq!(ticks(0.9, 1.3, 5), ["0.9", "1", "1.1", "1.2", "1.3"]);
        assert_eq!(ticks(1e-7, 1e7, 5).len(), 5);
    }

    #[test]
    fn labels_say_no_more_than_they_know() {
        let labels = [(0.005, "0.005"), (0.15, "0.15"), (2.0, "2"), (150.0, "150"), (2e4, "20k")];
        for (value, text) in labels {
            assert_eq!(label(value), text);
        }
        assert_eq!([250.0, 5e3, 2e7, 3e9].map(duration), ["250 ns", "5 µs", "20 ms", "3 s"]);
    }

    #[test]
    fn nothing_to_show_has_no_axis() {
        assert_eq!(Log::around([]), None);
        assert_eq!(Log::around([0.0, -1.0, f64::NAN, f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn every_value_stands_inside_and_in_order(values in vec(1e-6_f64..1e9, 1..20)) {
            let axis = Log::around(values.iter().copied()).unwrap();
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let places: Vec<f64> = sorted.iter().map(|value| axis.place(*value)).collect();
            prop_assert!(places.iter().all(|place| (0.01..=0.99).contains(place)), "{places:?}");
            prop_assert!(places.is_sorted());
        }

        #[test]
        fn an_axis_has_some_ticks_and_not_too_many(lo in 1e-6_f64..1e6, reach in 1.0_f64..1e6, most in 4_usize..8) {
            let axis = Log::around([lo, lo * reach]).unwrap();
            let ticks = axis.ticks(most);
            prop_assert!((2..=most).contains(&ticks.len()), "{axis:?} {ticks:?}");
            prop_assert!(ticks.is_sorted());
            prop_assert!(ticks.iter().all(|tick| (axis.lo..=axis.hi).contains(tick)));
        }
    }
}
