//! Lines over steps: throughput over threads, capacity or batch, latency over percentiles.

use maud::{Markup, html};

use super::scale::Log;
use super::{glyph, percent, pixels};

/// The height of a plot without the names of its steps.
const HEIGHT: f64 = 230.0;

/// The height of the names of the steps.
const FOOT: f64 = 22.0;

/// The most values beside the axis.
const TICKS: usize = 6;

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What the legend calls it.
    pub name: String,
    /// The shape of its marks.
    pub shape: usize,
    /// Its class.
    pub class: &'static str,
    /// Whether it is one of those that the reader looks for.
    pub strong: bool,
    /// For each step the value, with the least and the greatest if these are known.
    pub points: Vec<Option<Point>>,
}

/// A value with its reach.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// The value.
    pub mid: f64,
    /// From where to where it was measured.
    pub reach: Option<(f64, f64)>,
}

/// A plot of lines.
#[derive(Debug, Clone)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// What the steps are.
    pub steps_are: String,
    /// The steps.
    pub steps: Vec<String>,
    /// From which step on there are more threads than cores.
    pub crowded_from: Option<usize>,
    /// What the values are.
    pub values_are: &'static str,
    /// How a value is written beside the axis.
    pub label: fn(f64) -> String,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Plot {
    /// The plot with its title and legend; nothing if it has nothing to show.
    pub fn picture(&self) -> Option<Markup> {
        let points = || self.lines.iter().flat_map(|line| line.points.iter().flatten());
        let reaches = self.lines.iter().filter(|line| line.strong).flat_map(|line| &line.points);
        let ends = reaches.flatten().filter_map(|point| point.reach);
        let ends = ends.flat_map(|(lo, hi)| [lo, hi]);
        let scale = Log::around(points().map(|point| point.mid).chain(ends))?;
        let y = |value: f64| HEIGHT * (1.0 - scale.place(value));
        let x = |step: usize| percent((step as f64 + 0.5) / self.steps.len() as f64);
        let ticks = scale.ticks(TICKS);
        Some(html! {
            figure class="plot" {
                figcaption { strong { (self.title) } " " span class="muted" { (self.values_are) ", over " (self.steps_are) } }
                div class="axes" {
                    svg class="left" height=(HEIGHT + FOOT) aria-hidden="true" {
                        @for &tick in &ticks {
                            text x="100%" y=(pixels(y(tick).clamp(9.0, HEIGHT - 2.0) + 4.0)) text-anchor="end" { ((self.label)(tick)) }
                        }
                    }
                    svg class="field" height=(HEIGHT + FOOT) role="img" aria-label=(self.said()) {
                        @if let Some(step) = self.crowded_from {
                            @let from = step as f64 / self.steps.len() as f64;
                            rect class="crowded" x=(percent(from)) y="0" width=(percent(1.0 - from)) height=(HEIGHT) {}
                        }
                        @for &tick in &ticks {
                            line class="grid" x1="0" x2="100%" y1=(pixels(y(tick))) y2=(pixels(y(tick))) {}
                        }
                        @for (index, step) in self.steps.iter().enumerate() {
                            text x=(x(index)) y=(HEIGHT + 16.0) text-anchor="middle" { (step) }
                        }
                        @for line in weak_first(&self.lines) {
                            g class={ "series " (line.class) @if line.strong { " strong" } } {
                                title { (line.name) }
                                @for (index, pair) in line.points.windows(2).enumerate() {
                                    @if let [Some(from), Some(to)] = pair {
                                        line class="way" x1=(x(index)) y1=(pixels(y(from.mid))) x2=(x(index + 1)) y2=(pixels(y(to.mid))) {}
                                    }
                                }
                                @for (index, point) in line.points.iter().enumerate() {
                                    @if let Some(point) = point {
                                        @if let (true, Some((lo, hi))) = (line.strong, point.reach) {
                                            line class="reach" x1=(x(index)) x2=(x(index)) y1=(pixels(y(hi))) y2=(pixels(y(lo))) {}
                                        }
                                        (glyph::at(&x(index), &pixels(y(point.mid)), line.shape, line.class))
                                    }
                                }
                            }
                        }
                    }
                }
                ul class="legend" {
                    @for line in highest_first(&self.lines) {
                        li class=(line.class) { (glyph::inline(line.shape, line.class)) (line.name) }
                    }
                }
            }
        })
    }

    /// The plot in words.
    fn said(&self) -> String {
        let lines = highest_first(&self.lines).into_iter().map(|line| {
            let points = line.points.iter().zip(&self.steps);
            let known = points.filter_map(|(point, step)| {
                Some(format!("{} at {step}", (self.label)((*point)?.mid)))
            });
            format!("{}: {}", line.name, known.collect::<Vec<_>>().join(", "))
        });
        format!(
            "{}, {} over {}. {}.",
            self.title,
            self.values_are,
            self.steps_are,
            lines.collect::<Vec<_>>().join("; ")
        )
    }
}

/// The lines in the order in which they are painted.
fn weak_first(lines: &[Line]) -> Vec<&Line> {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| line.strong);
    sorted
}

/// The lines in the order in which they end.
fn highest_first(lines: &[Line]) -> Vec<&Line> {
    let end =
        |line: &Line| line.points.iter().rev().flatten().next().map_or(0.0, |point| point.mid);
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by(|a, b| end(b).total_cmp(&end(a)));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, values: [f64; 2]) -> Line {
        let point = |mid| Some(Point { mid, reach: None });
        Line {
            name: name.to_owned(),
            shape: 0,
            class: "peer",
            strong: false,
            points: values.map(point).into(),
        }
    }

    /// The numbers that stand behind a word.
    fn numbers(text: &str, before: &str) -> Vec<f64> {
        let rests = text.split(before).skip(1);
        rests.map(|rest| rest.split(['"', '%']).next().unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn every_line_is_drawn_with_its_values_where_the_axis_has_them() {
        let plot = Plot {
            title: "a title".to_owned(),
            steps_are: "steps".to_owned(),
            steps: vec!["one".to_owned(), "two".to_owned()],
            crowded_from: None,
            values_are: "values",
            label: super::super::scale::label,
            lines: vec![line("low", [1.0, 10.0]), line("high", [100.0, 100.0])],
        };
        let picture = plot.picture().unwrap().0;
        let (_, field) = picture.split_once("class=\"field\"").unwrap();
        let (field, legend) = field.split_once("<ul").unwrap();
        for name in ["low", "high"] {
            assert!(field.contains(&format!("<title>{name}</title>")), "{name}");
            assert!(legend.contains(&format!("{name}</li>")), "{name}");
        }
        for step in ["one", "two"] {
            assert!(field.contains(&format!(">{step}</text>")), "{step}");
        }

        let (axis, _) = picture.split_once("class=\"field\"").unwrap();
        for tick in ["1", "3", "10", "30", "100"] {
            assert!(axis.contains(&format!("text-anchor=\"end\">{tick}</text>")), "{tick}");
        }
        let ticks = numbers(field, "class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"");
        assert!(
            ticks.len() == 5 && ticks.is_sorted_by(|a, b| a > b),
            "greater is higher: {ticks:?}"
        );
        let [low, high] = ["low", "high"].map(|name| {
            let (_, series) = field.split_once(&format!("<title>{name}</title>")).unwrap();
            let ways = [numbers(series, " y1=\"")[0], numbers(series, " y2=\"")[0]];
            ways.map(|y| ticks.iter().position(|tick| *tick == y))
        });
        assert_eq!((low, high), ([Some(0), Some(2)], [Some(4), Some(4)]));
    }
}
