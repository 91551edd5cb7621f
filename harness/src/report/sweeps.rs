//! Sweeps: cells that differ in one thing alone, and what follows from a step along it.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Topology;
use crate::report::analysis::Analysis;
use crate::report::input::Row;
use crate::report::place::Place;
use crate::report::plots::lines::{Line, Plot, Point};
use crate::report::plots::scale;
use crate::report::who::{self, Part};
use crate::stats::median;

/// What the cells of a sweep differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The number of threads, as long as its shape is the same: as many on each side, or one on one side.
    Threads,
    /// The capacity.
    Capacity,
    /// The messages for each operation.
    Batch,
    /// What a message is.
    Payload,
}

/// Whether so many producers and consumers have a shape.
type Fits = fn(usize, usize) -> bool;

/// The shapes of topologies.
const SHAPES: [(&str, Fits); 3] = [
    ("as many consumers as producers", |producers, consumers| producers == consumers),
    ("many producers, one consumer", |_, consumers| consumers == 1),
    ("one producer, many consumers", |producers, _| producers == 1),
];

/// A step of a sweep: in which order it comes, and its name.
type Step = (u64, String);

/// A contender, and whether it waited by itself.
type Who<'a> = (&'a str, bool);

/// What was measured of each percentile.
type Percentiles = BTreeMap<Step, Vec<f64>>;

impl Axis {
    /// What the steps are called.
    fn name(self) -> &'static str {
        match self {
            Self::Threads => "producers × consumers",
            Self::Capacity => "capacity",
            Self::Batch => "batch",
            Self::Payload => "payload",
        }
    }

    /// Where a place stands on the axis.
    fn step(self, place: &Place) -> Step {
        match self {
            Self::Threads => {
                let topology = place.topology;
                let name = format!("{}×{}", topology.producers, topology.consumers);
                (topology.threads() as u64, name)
            }
            Self::Capacity => {
                let capacity = place.capacity.unwrap_or_default();
                (capacity, capacity.to_string())
            }
            Self::Batch => (place.batch, place.batch.to_string()),
            Self::Payload => {
                let payload = place.payload.clone().unwrap_or_default();
                (payload.trim_end_matches('B').parse().unwrap_or(u64::MAX), payload)
            }
        }
    }

    /// What the places of one sweep have in common.
    fn common(self, place: &Place) -> Place {
        let mut common = place.clone();
        match self {
            Self::Threads => common.topology = Topology::new(1, 1),
            Self::Capacity => common.capacity = None,
            Self::Batch => common.batch = 1,
            Self::Payload => common.payload = None,
        }
        common
    }

    /// The same in words.
    fn title(self, common: &Place, shape: &str) -> String {
        let words = common.to_string();
        match (self, words.split_once(", ")) {
            (Self::Threads, Some((_, rest))) => format!("{shape}, {rest}"),
            (Self::Threads, None) => shape.to_owned(),
            _ => words,
        }
    }

    /// The sweeps along this axis in which at least two contenders take at least two steps.
    pub fn plots(self, analysis: &Analysis<'_>) -> Vec<Plot> {
        let mut sweeps: BTreeMap<(usize, Place), Vec<&Row>> = BTreeMap::new();
        let told = |row: &&Row| row.mmsg_s.is_some() && !row.place.has_fixed_rate();
        for row in analysis.run.rows.iter().filter(told) {
            let topology = row.place.topology;
            for (index, (_, fits)) in SHAPES.iter().enumerate() {
                if self != Self::Threads && index > 0 {
                    break;
                }
                if self != Self::Threads || fits(topology.producers, topology.consumers) {
                    let common = self.common(&row.place);
                    sweeps.entry((index, common)).or_default().push(row);
                }
            }
        }
        let plots = sweeps.into_iter().map(|((shape, common), rows)| {
            self.plot(analysis, self.title(&common, SHAPES[shape].0), &rows)
        });
        plots.filter(|plot| plot.steps.len() > 1 && plot.lines.len() > 1).collect()
    }

    /// One sweep.
    fn plot(self, analysis: &Analysis<'_>, title: String, rows: &[&Row]) -> Plot {
        let steps: BTreeSet<Step> = rows.iter().map(|row| self.step(&row.place)).collect();
        let mut points: BTreeMap<Who<'_>, Vec<Option<Point>>> = BTreeMap::new();
        for row in rows.iter().filter(|row| !who::is_echo(&row.contender)) {
            let who = (&*row.contender, row.own_wait);
            let line = points.entry(who).or_insert_with(|| vec![None; steps.len()]);
            let step = self.step(&row.place);
            if let (Some(index), Some(mmsg_s)) = (steps.iter().position(|s| *s == step), row.mmsg_s)
            {
                line[index] = Some(Point { mid: mmsg_s.mid, reach: Some((mmsg_s.lo, mmsg_s.hi)) });
            }
        }
        points.retain(|_, line| line.iter().flatten().count() > 1);
        let cores = analysis.run.env.cores.filter(|_| self == Self::Threads);
        Plot {
            title,
            steps_are: self.name().to_owned(),
            crowded_from: cores
                .and_then(|cores| steps.iter().position(|(threads, _)| *threads > cores as u64)),
            steps: steps.into_iter().map(|(_, name)| name).collect(),
            values_are: "million messages per second",
            label: scale::label,
            lines: lines(analysis, points, 1.0),
        }
    }
}

/// The lines of contenders as they look everywhere. Those of ringway stand out, and of each other part the one
/// that is the best on the whole: the highest if better is above, the lowest if it is below.
fn lines(
    analysis: &Analysis<'_>,
    points: BTreeMap<Who<'_>, Vec<Option<Point>>>,
    better: f64,
) -> Vec<Line> {
    let height = |line: &[Option<Point>]| {
        let logs: Vec<f64> = line.iter().flatten().map(|point| point.mid.ln()).collect();
        better * logs.iter().sum::<f64>() / logs.len().max(1) as f64
    };
    let mut best: BTreeMap<Part, (f64, &str)> = BTreeMap::new();
    for ((key, own_wait), line) in &points {
        let part = analysis.look(key, *own_wait).part;
        let entry = best.entry(part).or_insert((f64::NEG_INFINITY, key));
        if height(line) > entry.0 {
            *entry = (height(line), key);
        }
    }
    let line = |((key, own_wait), points): (Who<'_>, Vec<Option<Point>>)| {
        let look = analysis.look(key, own_wait);
        let is_best = best.get(&look.part).is_some_and(|(_, best)| *best == key);
        let strong = look.part == Part::Ringway || (is_best && look.part != Part::Control);
        Line { name: key.to_owned(), shape: look.shape, class: look.part.class(), strong, points }
    };
    points.into_iter().map(line).collect()
}

/// Percentiles of latency, a plot for each place that has any.
pub fn percentiles(analysis: &Analysis<'_>) -> Vec<Plot> {
    let mut places: BTreeMap<&Place, BTreeMap<Who<'_>, Percentiles>> = BTreeMap::new();
    for slice in &analysis.run.slices {
        let own_wait = slice.wait.as_deref() == Some("own");
        for (name, value) in slice.latency.iter().flatten() {
            if let (Some(step), Some(value)) =
                (percentile(name), value.filter(|value| *value > 0.0))
            {
                let contenders = places.entry(&slice.place).or_default();
                let steps = contenders.entry((&slice.contender, own_wait)).or_default();
                steps.entry(step).or_default().push(value);
            }
        }
    }
    places
        .into_iter()
        .map(|(place, contenders)| percentile_plot(analysis, place, &contenders))
        .collect()
}

/// The percentiles in one place.
fn percentile_plot(
    analysis: &Analysis<'_>,
    place: &Place,
    contenders: &BTreeMap<Who<'_>, Percentiles>,
) -> Plot {
    let steps: BTreeSet<&Step> = contenders.values().flat_map(BTreeMap::keys).collect();
    let point = |values: &Vec<f64>| Some(Point { mid: median(values)?, reach: None });
    let points =
        contenders.iter().filter(|((key, _), _)| !who::is_echo(key)).map(|(who, known)| {
            (*who, steps.iter().map(|step| known.get(step).and_then(point)).collect())
        });
    Plot {
        title: place.to_string(),
        steps_are: "percentile".to_owned(),
        crowded_from: None,
        values_are: "latency, median of the slices",
        label: scale::duration,
        lines: lines(analysis, points.collect(), -1.0),
        steps: steps.into_iter().map(|(_, name)| name.clone()).collect(),
    }
}

/// Reads the name of a percentile: `p50`, `p99.9`, `p999` (which is the same), `max`.
fn percentile(name: &str) -> Option<Step> {
    if name == "max" {
        return Some((u64::MAX, "max".to_owned()));
    }
    let digits = name.strip_prefix('p')?;
    let text = match digits.split_at_checked(2)? {
        (whole, rest) if !rest.is_empty() && !rest.contains('.') => format!("{whole}.{rest}"),
        _ => digits.to_owned(),
    };
    let value: f64 = text.parse().ok().filter(|value| (0.0..100.0).contains(value))?;
    Some(((value * 1e6) as u64, format!("p{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_have_names_and_an_order() {
        let names = ["p50", "p90", "p99", "p999", "p99.99", "max"];
        let steps: Vec<Step> = names.iter().map(|name| percentile(name).unwrap()).collect();
        assert!(steps.is_sorted());
        assert_eq!(steps[3].1, "p99.9");
        assert_eq!(percentile("p999"), percentile("p99.9"));
        for name in ["mean", "p", "pxx", "p-1", ""] {
            assert_eq!(percentile(name), None, "{name}");
        }
    }
}
