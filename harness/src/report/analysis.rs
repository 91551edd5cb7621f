//! A run, looked at: who takes part, what the noise is, which duels there were, and what repeats a cell.

use std::collections::{BTreeMap, BTreeSet};

use crate::headline::{self, Line};
use crate::plan::CAPACITY;
use crate::report::duel::{Duel, Rounds};
use crate::report::input::{Interval, Row, Run};
use crate::report::place::{Place, Setting};
use crate::report::plots::glyph::SHAPES;
use crate::report::who::{self, Part};

/// A run with what follows from it.
#[derive(Debug)]
pub struct Analysis<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its duels.
    pub duels: Vec<Duel>,
    /// Its comparisons across places.
    pub across: Vec<Line>,
    /// The places in which contenders met, in order, each with its rows: the fastest first, and last
    /// what is no queue.
    pub places: BTreeMap<&'a Place, Vec<&'a Row>>,
    /// The noise floor of each place.
    noise: BTreeMap<&'a Place, f64>,
    /// The shape of each contender's marks.
    shapes: BTreeMap<&'a str, usize>,
    /// The setting that most cells have in common.
    usual: Setting,
    /// Whether cells have different settings.
    settings_differ: bool,
}

/// How a contender is drawn, the same in every plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What it is, which is its colour.
    pub part: Part,
    /// The shape of its marks.
    pub shape: usize,
}

impl<'a> Analysis<'a> {
    /// Looks at a run.
    pub fn of(run: &'a Run) -> Self {
        let mut places: BTreeMap<&Place, Vec<&Row>> = BTreeMap::new();
        for row in &run.rows {
            places.entry(&row.place).or_default().push(row);
        }
        for rows in places.values_mut() {
            let speed = |row: &Row| row.mmsg_s.map_or(0.0, |mmsg_s| mmsg_s.mid);
            rows.sort_by(|a, b| speed(b).total_cmp(&speed(a)));
            rows.sort_by_key(|row| who::is_bound(&row.contender));
        }
        let noise = |(&place, rows): (&&'a Place, &Vec<&Row>)| {
            let echo = rows.iter().find(|row| who::is_echo(&row.contender))?;
            Some((place, echo.ratio?.noise_floor()))
        };
        let rounds = Rounds::of(run);
        let usual = usual(run);
        Self {
            run,
            duels: rounds.duels(),
            across: headline::lines(&rounds.throughputs(|place| place.setting() == usual)),
            noise: places.iter().filter_map(noise).collect(),
            shapes: shapes(run),
            settings_differ: run.rows.iter().any(|row| row.place.setting() != usual),
            usual,
            places,
        }
    }

    /// The noise floor of a place.
    pub fn noise(&self, place: &Place) -> Option<f64> {
        self.noise.get(place).copied()
    }

    /// The noise floors of all places.
    pub fn floors(&self) -> Vec<f64> {
        self.noise.values().copied().collect()
    }

    /// How a contender is drawn that waits so.
    pub fn look(&self, key: &str, own_wait: bool) -> Look {
        let shape = self.shapes.get(key).copied().unwrap_or_default();
        Look { part: Part::of(key, own_wait), shape }
    }

    /// The parts that anybody plays.
    pub fn parts(&self) -> BTreeSet<Part> {
        self.run.rows.iter().map(|row| Part::of(&row.contender, row.own_wait)).collect()
    }

    /// Whether a place has the setting that most cells have.
    pub fn is_usual(&self, place: &Place) -> bool {
        place.setting() == self.usual
    }

    /// How many of the slices are flagged, and how many there are.
    pub fn flagged(&self) -> (usize, usize) {
        let flagged = self.run.slices.iter().filter(|slice| !slice.flags.is_empty());
        (flagged.count(), self.run.slices.len())
    }

    /// All ratios of all cells.
    pub fn ratios(&self) -> impl Iterator<Item = Interval> {
        self.run.rows.iter().filter_map(|row| row.ratio)
    }

    /// The command that repeats a cell.
    pub fn command(&self, contender: &str, place: &Place) -> String {
        let command = self.run.env.command.as_deref().unwrap_or("cargo contest quick");
        repeat(command, &format!("{contender}/{}", place.key(self.settings_differ)))
    }
}

/// The same command for some cells alone: what chose cells is replaced, and what divided its time among cells
/// and fixed their order is left out.
fn repeat(command: &str, cell: &str) -> String {
    let dropped = ["--filter", "--seconds", "--rounds", "--seed", "--budget", "--resume"];
    let mut kept = Vec::new();
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or(word);
        if !dropped.contains(&name) {
            kept.push(word);
        } else if name == word && name != "--resume" {
            words.next();
        }
    }
    format!("{} --filter '{cell}'", kept.join(" "))
}

/// The shape of every contender's marks. Those of one role differ, as long as there are shapes enough.
fn shapes(run: &Run) -> BTreeMap<&str, usize> {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    for row in &run.rows {
        if who::is_echo(&row.contender) {
            shapes.insert(&*row.contender, SHAPES - 1);
        } else if !shapes.contains_key(&*row.contender) {
            let next = taken.entry(Part::of(&row.contender, false).class()).or_default();
            shapes.insert(&*row.contender, *next % (SHAPES - 1));
            *next += 1;
        }
    }
    shapes
}

/// The setting of most rows; of several, that with the capacity which goes without saying.
fn usual(run: &Run) -> Setting {
    let mut counts: BTreeMap<Setting, usize> = BTreeMap::new();
    for row in &run.rows {
        *counts.entry(row.place.setting()).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|([_, capacity, ..], count)| {
        let plain = capacity.as_ref().is_none_or(|capacity| *capacity == CAPACITY.to_string());
        (*count, plain)
    });
    most.map(|(setting, _)| setting).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_repeated_by_the_same_command_for_it_alone() {
        let cell = "rtrb/1x1/1";
        for (command, expected) in [
            ("cargo contest quick", "cargo contest quick --filter 'rtrb/1x1/1'"),
            (
                "cargo contest quick --seconds 42 --rounds 9 --seed 7 --filter 'x/*'",
                "cargo contest quick --filter 'rtrb/1x1/1'",
            ),
            (
                "cargo contest run --suite core --budget=20m --resume --seed 7",
                "cargo contest run --suite core --filter 'rtrb/1x1/1'",
            ),
        ] {
            assert_eq!(repeat(command, cell), expected);
        }
    }
}
