//! Duels: a ring of this project and the best other contender that could stand in its place.
//!
//! The ratios are paired: both ran in every round. "The best" is the one with the highest median. A ring meets
//! only those that can do all that it can, each class of them in a duel of its own: queues that wait as it does
//! and queues that wait by themselves are never mixed.

use std::collections::{BTreeMap, BTreeSet};

use crate::contender::Role;
use crate::contenders::{REFERENCE, REFERENCE_AGAIN};
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

/// The throughputs of a run, by place, contender, and process and round.
#[derive(Debug)]
pub struct Rounds<'a>(BTreeMap<&'a Place, BTreeMap<&'a str, Contender>>);

/// What is known of a contender in a place.
#[derive(Debug, Default)]
struct Contender {
    mmsg_s: BTreeMap<(u32, u32), f64>,
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
            let Some(mmsg_s) = slice.mmsg_s() else { continue };
            if failures.contains(&(&slice.place, &*slice.contender)) {
                continue;
            }
            let contenders = places.entry(&slice.place).or_default();
            let contender = contenders.entry(&slice.contender).or_default();
            contender.own_wait = slice.wait.as_deref() == Some("own");
            contender.mmsg_s.insert((slice.process, slice.round), mmsg_s);
        }
        Self(places)
    }

    /// One contender beside another.
    pub fn ratio(&self, place: &Place, key: &str, beside: &str) -> Option<Ratio> {
        let contenders = self.0.get(place)?;
        let beside = &contenders.get(beside)?.mmsg_s;
        let paired = |(round, mmsg_s): (_, &f64)| Some(mmsg_s / beside.get(round)?);
        let ratios: Vec<f64> = contenders.get(key)?.mmsg_s.iter().filter_map(paired).collect();
        Ratio::estimate(&ratios)
    }

    /// The reference beside itself.
    pub fn noise(&self, place: &Place) -> Option<Ratio> {
        self.ratio(place, REFERENCE_AGAIN, REFERENCE)
    }

    /// The throughputs of some places, which must not differ in more than topology and batch.
    pub fn throughputs(&self, of: impl Fn(&Place) -> bool) -> Throughputs {
        let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let rounds =
            self.0.values().flat_map(BTreeMap::values).flat_map(|known| known.mmsg_s.keys());
        for round in rounds {
            numbers.insert(*round, 0);
        }
        numbers.values_mut().zip(0..).for_each(|(number, count)| *number = count);
        let places = self.0.iter().filter(|(place, _)| of(place));
        let cells = places.flat_map(|(place, contenders)| {
            let group = Group { topology: place.topology, batch: place.batch as usize };
            contenders.iter().map(move |(key, known)| (CellName::new(key, group), known))
        });
        cells
            .flat_map(|(cell, known)| known.mmsg_s.iter().map(move |rounds| (cell.clone(), rounds)))
            .map(|(cell, (round, mmsg_s))| (cell, numbers[round], *mmsg_s))
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

    /// The duel with the best of a class.
    fn duel(&self, place: &Place, ring: &str, against: Part) -> Option<Duel> {
        let fits = |(key, contender): &(&&str, &Contender)| {
            Part::of(key, contender.own_wait) == against && who::can_replace(key, ring)
        };
        let speed = |(key, contender): (&&'a str, &Contender)| {
            Some((*key, median(&contender.mmsg_s.values().copied().collect::<Vec<_>>())?))
        };
        let opponents = self.0.get(place)?.iter().filter(fits).filter_map(speed);
        let (opponent, _) = opponents.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let ratio = self.ratio(place, ring, opponent)?;
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

/// The rings in the order of their generality, the most general first; the classes; the places.
fn order(duel: &Duel) -> (usize, Part, &Place) {
    let rings = ["mpmc", "queue", "mpsc", "spmc", "spsc"];
    let ring = rings.iter().position(|ring| *ring == who::short(&duel.ring));
    (ring.unwrap_or(rings.len()), duel.against, &duel.place)
}
