//! Duels: a ring of this project and the best other contender that could stand in its place.
//!
//! The ratios are paired: both ran in every round. "The best" is the one with the highest median. A ring meets
//! only queues that can do all that it can, each class of them in a duel of its own: queues that wait as it does
//! and queues that wait by themselves are never mixed.

use std::collections::{BTreeMap, BTreeSet};

use crate::contender::Role;
use crate::plan::Group;
use crate::record::CellName;
use crate::report::input::{Run, Slice};
use crate::report::place::Place;
use crate::report::who::{self, Part};
use crate::stats::{Ratio, Verdict, median};
use crate::summary::Throughputs;

/// One comparison.
#[derive(Debug, Clone)]
pub struct Duel {
    /// The ring.
    pub ring: String,
    /// Where they met.
    pub place: Place,
    /// The class of its opponents.
    pub against: Part,
    /// The best of them.
    pub opponent: String,
    /// The ring's throughput beside the opponent's.
    pub ratio: Ratio,
    /// What may be said, given the noise floor of the place.
    pub verdict: Verdict,
}

/// What contenders are compared by, by place, contender, and process and round.
#[derive(Debug)]
pub struct Rounds<'a>(BTreeMap<&'a Place, BTreeMap<&'a str, Contender>>);

/// What is known of a contender in a place.
#[derive(Debug, Default)]
struct Contender {
    scores: BTreeMap<(u32, u32), f64>,
    own_wait: bool,
}

impl<'a> Rounds<'a> {
    /// Those of a run. A contender that failed in a place has none there.
    pub fn of(run: &'a Run) -> Self {
        let mut places: BTreeMap<&Place, BTreeMap<&str, Contender>> = BTreeMap::new();
        let failed = |slice: &&Slice| slice.failure.is_some();
        let failures: BTreeSet<(&Place, &str)> = run
            .slices
            .iter()
            .filter(failed)
            .map(|slice| (&slice.place, &*slice.contender))
            .collect();
        for slice in &run.slices {
            let Some(score) = slice.score() else { continue };
            if failures.contains(&(&slice.place, &*slice.contender)) {
                continue;
            }
            let contenders = places.entry(&slice.place).or_default();
            let contender = contenders.entry(&slice.contender).or_default();
            contender.own_wait = slice.wait.as_deref() == Some("own");
            contender.scores.insert((slice.process, slice.round), score);
        }
        Self(places)
    }

    /// One contender beside another in the same place.
    pub fn ratio(&self, place: &Place, key: &str, beside: &str) -> Option<Ratio> {
        let contenders = self.0.get(place)?;
        paired(contenders.get(key)?, contenders.get(beside)?)
    }

    /// The reference of a place beside itself.
    pub fn noise(&self, place: &Place) -> Option<Ratio> {
        let echo = self.0.get(place)?.keys().find(|key| who::is_echo(key))?;
        self.ratio(place, echo, who::echo_of(echo)?)
    }

    /// The throughputs of some places, which must not differ in more than topology and batch.
    pub fn throughputs(&self, of: impl Fn(&Place) -> bool) -> Throughputs {
        let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let rounds =
            self.0.values().flat_map(BTreeMap::values).flat_map(|known| known.scores.keys());
        for round in rounds {
            numbers.insert(*round, 0);
        }
        numbers.values_mut().zip(0..).for_each(|(number, count)| *number = count);
        let places = self.0.iter().filter(|(place, _)| of(place));
        let cells = places.flat_map(|(place, contenders)| {
            let group = Group::new(place.topology, place.batch as usize);
            contenders.iter().map(move |(key, known)| (CellName::new(key, group), known))
        });
        cells
            .flat_map(|(cell, known)| known.scores.iter().map(move |rounds| (cell.clone(), rounds)))
            .map(|(cell, (round, score))| (cell, numbers[round], *score))
            .collect()
    }

    /// Every duel, by ring, class and place.
    pub fn duels(&self) -> Vec<Duel> {
        let mut duels = Vec::new();
        for (&place, contenders) in &self.0 {
            let is_ring = |key: &&&str| who::role(key) == Role::Ringway && !who::is_echo(key);
            for ring in contenders.keys().filter(is_ring) {
                let opponents = Part::ALL.into_iter().filter(|part| *part != Part::Ringway);
                duels.extend(opponents.filter_map(|against| self.duel(place, ring, against)));
            }
        }
        duels.sort_by(|a, b| order(a).cmp(&order(b)));
        duels
    }

    /// The duel with the best of a class. Where all wait in the same way, those that wait by themselves are met
    /// where they do so.
    fn duel(&self, place: &Place, ring: &str, against: Part) -> Option<Duel> {
        let fits = |(key, contender): &(&&str, &Contender)| {
            Part::of(key, contender.own_wait) == against
                && who::can_replace(key, ring)
                && !who::is_echo(key)
                && !who::is_bound(key)
        };
        let speed = |(key, contender): (&&'a str, &'_ Contender)| {
            let scores: Vec<f64> = contender.scores.values().copied().collect();
            Some((*key, paired(self.0.get(place)?.get(ring)?, contender)?, median(&scores)?))
        };
        let elsewhere = (against == Part::OwnWait).then(|| self.0.get(&place.with_own_wait()));
        let rooms = self.0.get(place).into_iter().chain(elsewhere.flatten());
        let opponents = rooms.flatten().filter(fits).filter_map(speed);
        let (opponent, ratio, _) = opponents.max_by(|(.., a), (.., b)| a.total_cmp(b))?;
        Some(Duel {
            ring: ring.to_owned(),
            place: place.clone(),
            against,
            opponent: opponent.to_owned(),
            ratio,
            verdict: ratio.verdict(self.noise(place).map(|noise| noise.noise_floor())),
        })
    }
}

/// One contender beside another, over the rounds of each process that both ran in.
fn paired(contender: &Contender, beside: &Contender) -> Option<Ratio> {
    let ratio = |(round, score): (_, &f64)| Some(score / beside.scores.get(round)?);
    Ratio::estimate(&contender.scores.iter().filter_map(ratio).collect::<Vec<_>>())
}

/// The rings in the order of their generality, the most general first; the classes; the places.
fn order(duel: &Duel) -> (usize, Part, &Place) {
    let rings = ["mpmc", "queue", "mpsc", "spmc", "spsc"];
    let ring = rings.iter().position(|ring| *ring == who::short(&duel.ring));
    (ring.unwrap_or(rings.len()), duel.against, &duel.place)
}
