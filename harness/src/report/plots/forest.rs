//! Forest plots: ratios with their intervals on one logarithmic axis, a row each, and a line at equality.

use maud::{Markup, html};

use super::scale::{self, Log};
use super::{glyph, percent};
use crate::report::input::Interval;

/// The height of a row.
pub const ROW: f64 = 26.0;

/// How far the lines across rows reach beyond each, so that they meet where a row is higher.
const BETWEEN: f64 = 6.0;

/// The most values beside an axis, on the narrowest screen.
const TICKS: usize = 5;

/// How far apart these are at least, as a part of the axis.
const APART: f64 = 0.22;

/// The axis that all rows of a plot share.
#[derive(Debug, Clone)]
pub struct Axis {
    scale: Log,
    ticks: Vec<f64>,
}

/// What is drawn of a row.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// The ratio.
    pub ratio: Interval,
    /// The noise floor where it was measured.
    pub noise: Option<f64>,
    /// The shape of its mark.
    pub shape: usize,
    /// The class of its mark.
    pub class: &'a str,
}

impl Axis {
    /// An axis for ratios. Equality is always on it.
    pub fn around(ratios: impl Iterator<Item = Interval>) -> Self {
        let ends = ratios.flat_map(|ratio| [ratio.lo, ratio.hi]);
        let scale = Log::around(ends.chain([1.0])).expect("1 stands on any axis");
        let mut ticks = scale.ticks(TICKS);
        if !ticks.contains(&1.0) {
            ticks.push(1.0);
        }
        ticks.sort_by(|a, b| from_one(*a).total_cmp(&from_one(*b)));
        let mut spaced: Vec<f64> = Vec::new();
        for tick in ticks {
            let apart = |other: &f64| (scale.place(tick) - scale.place(*other)).abs() >= APART;
            if spaced.iter().all(apart) {
                spaced.push(tick);
            }
        }
        let ticks = spaced;
        Self { scale, ticks }
    }

    /// The values beside the axis.
    pub fn labels(&self) -> Markup {
        html! {
            @for &tick in &self.ticks {
                @let place = self.scale.place(tick);
                @let anchor = anchor(place);
                text x=(percent(place)) y="12" text-anchor=(anchor) { (scale::label(tick)) "×" }
            }
        }
    }

    /// The inside of a row.
    pub fn row(&self, mark: Option<Mark<'_>>) -> Markup {
        let (middle, height) = ((ROW / 2.0).to_string(), ROW.to_string());
        let at = |value: f64| percent(self.scale.place(value));
        html! {
            @if let Some(noise) = mark.and_then(|mark| mark.noise) {
                @let (lo, hi) = (self.scale.place(1.0 / (1.0 + noise)), self.scale.place(1.0 + noise));
                rect class="noise" x=(percent(lo)) y="0" width=(percent(hi - lo)) height=(height) {}
            }
            @for &tick in &self.ticks {
                @let class = if tick == 1.0 { "one" } else { "grid" };
                line class=(class) x1=(at(tick)) x2=(at(tick)) y1=(-BETWEEN) y2=(ROW + BETWEEN) {}
            }
            @if let Some(Mark { ratio, shape, class, .. }) = mark {
                g class=(class) {
                    line class="reach" x1=(at(ratio.lo)) x2=(at(ratio.hi)) y1=(middle) y2=(middle) {}
                    @for end in [ratio.lo, ratio.hi] {
                        (glyph::end(&at(end), &middle))
                    }
                    (glyph::at(&at(ratio.mid), &middle, shape, class))
                }
            }
        }
    }

    /// A row as a picture of its own, which says what it shows.
    pub fn picture(&self, mark: Option<Mark<'_>>) -> Markup {
        html! {
            svg class="row" height=(ROW) role="img" aria-label=(mark.map_or_else(
                || "not measured".to_owned(), |mark| said(&mark)
            )) { (self.row(mark)) }
        }
    }
}

/// How far a ratio is from equality.
fn from_one(ratio: f64) -> f64 {
    ratio.ln().abs()
}

/// A row in words.
fn said(mark: &Mark<'_>) -> String {
    let Interval { mid, lo, hi } = mark.ratio;
    let noise = mark.noise.map(|noise| format!("; noise floor ±{:.0}%", noise * 100.0));
    format!("{mid:.2} times, interval {lo:.2} to {hi:.2}{}", noise.unwrap_or_default())
}

/// Which end of a text stands at a place, so that it stays inside.
pub fn anchor(place: f64) -> &'static str {
    match place {
        ..0.12 => "start",
        0.88.. => "end",
        _ => "middle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_on_every_axis() {
        for (lo, hi) in [(2.0, 3.0), (0.1, 0.2), (0.01, 40.0), (0.95, 1.04)] {
            let axis = Axis::around([Interval { mid: lo, lo, hi }].into_iter());
            assert!(axis.labels().0.contains(">1×<"), "{lo} to {hi}");
            assert!(axis.row(None).0.contains("class=\"one\""));
        }
    }

    #[test]
    fn a_row_without_a_ratio_draws_no_mark_and_says_so() {
        let axis = Axis::around([].into_iter());
        assert!(!axis.picture(None).0.contains("mark"));
        assert!(axis.picture(None).0.contains("not measured"));
    }

    #[test]
    fn the_noise_band_is_as_wide_to_both_sides() {
        let ratio = Interval { mid: 1.0, lo: 0.5, hi: 2.0 };
        let axis = Axis::around([ratio].into_iter());
        let row = axis.row(Some(Mark { ratio, noise: Some(0.25), shape: 0, class: "" })).0;
        let number = |from: &str| -> f64 {
            let rest = &row[row.find(from).unwrap() + from.len()..];
            rest[..rest.find('%').unwrap()].parse().unwrap()
        };
        let x = number("class=\"noise\" x=\"");
        let band = number("y=\"0\" width=\"");
        assert!((x + band / 2.0 - 50.0).abs() < 0.1, "{row}");
    }

    #[test]
    fn the_interval_reaches_from_end_to_end_with_the_mark_between() {
        let ratio = Interval { mid: 1.0, lo: 0.1, hi: 10.0 };
        let axis = Axis::around([ratio].into_iter());
        let row = axis.row(Some(Mark { ratio, noise: None, shape: 0, class: "" })).0;
        let at = |value: f64| percent(axis.scale.place(value));
        let (lo, mid, hi) = (at(0.1), at(1.0), at(10.0));
        assert!(row.contains(&format!("class=\"reach\" x1=\"{lo}\" x2=\"{hi}\"")), "{row}");
        for end in [lo, hi] {
            assert!(row.contains(&format!("href=\"#end\" x=\"{end}\"")), "{end}: {row}");
        }
        assert!(row.contains(&format!("href=\"#m0\" x=\"{mid}\"")) && mid == "50.00%", "{row}");
    }

    #[test]
    fn every_line_across_the_rows_has_its_value_beside_the_axis() {
        let axis = Axis::around([Interval { mid: 1.0, lo: 0.1, hi: 10.0 }].into_iter());
        let labels = axis.labels().0;
        for label in ["0.1×", "1×", "10×"] {
            assert!(labels.contains(&format!(">{label}</text>")), "{labels}");
        }
        let lines = axis.row(None).0.matches("<line").count();
        assert_eq!(lines, labels.matches("<text").count());
    }
}
