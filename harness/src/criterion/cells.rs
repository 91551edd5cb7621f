//! Which cell of the contest a benchmark measures, and how fast its queue is beside the reference.

use anyhow::{Context as _, Result};

use crate::axes::{Group, Policy, Topology};
use crate::contenders::REFERENCE;
use crate::criterion::saved::{Benchmark, Estimate};
use crate::record::CellName;
use crate::registry::entries;
use crate::stats::{LEAST_ROUNDS, Ratio, Spread};
use crate::summary::Throughputs;
use crate::wait::Wait;

/// The benchmarks with threads on both sides: `benches/rings/transfer.rs`.
const TRANSFER: &str = "transfer";

/// The queues of the benchmarks, and the contenders that they are.
const QUEUES: [(&str, &str); 7] = [
    ("spsc", "ringway-spsc"),
    ("mpsc", "ringway-mpsc"),
    ("spmc", "ringway-spmc"),
    ("mpmc", REFERENCE),
    ("mutex", "mutex-vecdeque"),
    ("parking_lot", "parking-lot"),
    ("mutex with condvars", "mutex-condvar"),
];

/// The contenders that have benchmarks.
pub fn contenders() -> impl Iterator<Item = &'static str> {
    QUEUES.iter().map(|(_, key)| *key)
}

/// A cell that criterion measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Who, and where.
    pub cell: CellName,
    /// Millions of messages per second.
    pub mmsg_s: Estimate,
}

impl Measured {
    /// The cell of a benchmark, if it is one: `transfer`, `mpmc/capacity 1024/2x2`.
    ///
    /// # Errors
    ///
    /// If the benchmark does not say how many messages it moves.
    pub fn of(benchmark: &Benchmark) -> Result<Option<Self>> {
        let Some(cell) = cell(benchmark) else { return Ok(None) };
        let messages = benchmark.messages.with_context(|| {
            format!("criterion's '{}' does not say how many messages it moves", benchmark.name)
        })? as f64;
        let per_second = |nanoseconds: f64| 1e3 * messages / nanoseconds;
        let Estimate { value, lo, hi } = benchmark.median;
        let mmsg_s = Estimate { value: per_second(value), lo: per_second(hi), hi: per_second(lo) };
        Ok(Some(Self { cell, mmsg_s }))
    }

    /// This cell beside another. Neither knows anything of the other, so the interval goes from its least over
    /// the other's greatest to its greatest over the other's least. An estimate of criterion rests on a hundred
    /// samples or so, which is enough for a verdict.
    pub fn beside(&self, reference: &Self) -> Ratio {
        let (own, other) = (self.mmsg_s, reference.mmsg_s);
        Ratio {
            median: own.value / other.value,
            lo: own.lo / other.hi,
            hi: own.hi / other.lo,
            rounds: LEAST_ROUNDS,
        }
    }
}

/// The cell of a benchmark, if it is one.
pub fn cell(benchmark: &Benchmark) -> Option<CellName> {
    if benchmark.group != TRANSFER {
        return None;
    }
    let mut parts = benchmark.name.split('/');
    let (queue, capacity, topology) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, key) = QUEUES.iter().find(|(name, _)| *name == queue)?;
    let capacity = capacity.strip_prefix("capacity ")?.parse().ok()?;
    let topology = Topology::try_from(topology.to_owned()).ok()?;
    Some(CellName::new(key, Group { capacity, ..Group::new(topology, 1) }))
}

/// What a result of the contest says of a cell that criterion measured as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Contested {
    /// The cell, with the wait policy that the contest had.
    pub cell: CellName,
    /// Millions of messages per second, with the least and the greatest round.
    pub mmsg_s: Spread,
    /// The same beside the reference, if the contest has it there.
    pub ratio: Option<Ratio>,
    /// The noise floor of the place.
    pub noise: Option<f64>,
}

impl Contested {
    /// What is said of a cell, if it was measured. In the benchmarks each queue waits as it is: where the contest
    /// has all wait alike, one that waits by itself is found where each does so.
    pub fn of(cell: &CellName, throughputs: &Throughputs) -> Option<Self> {
        let waits = entries().iter().any(|e| e.key == cell.contender && e.wait == Wait::Own);
        let policies = [Policy::Each, if waits { Policy::Own } else { Policy::Common }];
        let places = policies.map(|policy| Group { policy, ..cell.group });
        let found = places.into_iter().find_map(|group| {
            let cell = CellName::new(&cell.contender, group);
            Some((throughputs.spread(&cell)?, cell))
        });
        let (mmsg_s, cell) = found?;
        let policy = match cell.group.policy {
            Policy::Own => Policy::Common,
            other => other,
        };
        let place = Group { policy, ..cell.group };
        let ratio = throughputs.ratio(&cell, &CellName::new(REFERENCE, place));
        let noise = throughputs.noise(place).map(|noise| noise.noise_floor());
        Some(Self { cell, mmsg_s, ratio, noise })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn benchmark(group: &str, name: &str) -> Benchmark {
        let median = Estimate { value: 20_000.0, lo: 10_000.0, hi: 40_000.0 };
        Benchmark { group: group.to_owned(), name: name.to_owned(), messages: Some(1_000), median }
    }

    #[test]
    fn every_queue_is_a_contender_and_has_a_benchmark() {
        let benchmarks = include_str!("../../../benches/rings/transfer.rs");
        for (name, key) in QUEUES {
            assert!(entries().iter().any(|entry| entry.key == key), "{key}");
            assert!(benchmarks.contains(&format!("\"{name}\"")), "{name}");
        }
        assert!(benchmarks.contains(&format!("benchmark_group(\"{TRANSFER}\")")));
        assert!(benchmarks.contains("\"{name}/capacity {capacity}/{pairs}x{pairs}\""));
    }

    #[test]
    fn a_benchmark_is_a_cell_if_threads_are_on_both_sides() {
        let found = Measured::of(&benchmark("transfer", "mutex with condvars/capacity 64/4x4"));
        let found = found.unwrap().unwrap();
        let group = Group { capacity: 64, ..Group::new(Topology::new(4, 4), 1) };
        assert_eq!(found.cell, CellName::new("mutex-condvar", group));
        assert_eq!(found.mmsg_s, Estimate { value: 50.0, lo: 25.0, hi: 100.0 });
        for (group, name) in [
            ("push and pop", "mpmc/capacity 64/4x4"),
            ("transfer", "mpmc/capacity 64"),
            ("transfer", "mpmc/64/4x4"),
            ("transfer", "someone/capacity 64/4x4"),
        ] {
            assert_eq!(Measured::of(&benchmark(group, name)).unwrap(), None, "{group} {name}");
        }
        let uncounted =
            Benchmark { messages: None, ..benchmark("transfer", "mpmc/capacity 64/4x4") };
        assert!(Measured::of(&uncounted).unwrap_err().to_string().contains("how many messages"));
    }

    #[test]
    fn the_interval_of_a_ratio_holds_whatever_either_may_be() {
        let of = |value, lo, hi| Measured {
            cell: CellName::new(REFERENCE, Group::new(Topology::new(1, 1), 1)),
            mmsg_s: Estimate { value, lo, hi },
        };
        let ratio = of(60.0, 50.0, 80.0).beside(&of(20.0, 10.0, 25.0));
        assert_eq!((ratio.median, ratio.lo, ratio.hi), (3.0, 2.0, 8.0));
    }

    #[test]
    fn a_queue_that_waits_by_itself_is_found_where_it_does() {
        let usual = Group::new(Topology::new(1, 1), 1);
        let [each, common, own] =
            [Policy::Each, Policy::Common, Policy::Own].map(|policy| Group { policy, ..usual });
        let all = |cells: &[(&str, Group, f64)]| -> Throughputs {
            let rounds = (0..7).flat_map(|round| cells.iter().map(move |cell| (round, cell)));
            rounds
                .map(|(round, (key, at, speed))| (CellName::new(key, *at), round, *speed))
                .collect()
        };
        let apart = all(&[
            (REFERENCE, common, 100.0),
            ("mutex-condvar", common, 50.0),
            ("mutex-condvar", own, 4.0),
            ("mutex-vecdeque", common, 20.0),
        ]);
        let ratio = |key: &str, throughputs: &Throughputs| {
            Contested::of(&CellName::new(key, usual), throughputs)?.ratio.map(|ratio| ratio.median)
        };
        assert_eq!(ratio("mutex-condvar", &apart), Some(0.04));
        assert_eq!(ratio("mutex-vecdeque", &apart), Some(0.2));
        assert_eq!(ratio("ringway-spsc", &apart), None);
        let mixed = all(&[(REFERENCE, each, 100.0), ("mutex-condvar", each, 5.0)]);
        assert_eq!(ratio("mutex-condvar", &mixed), Some(0.05));
    }
}
