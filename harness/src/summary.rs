//! From samples to rows: medians, paired ratios, verdicts.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::axes::{Group, Payload, Policy, Topology, Workload};
use crate::conformance::Conformance;
use crate::contenders::reference;
use crate::drift::drifts;
use crate::plan::{Cell, Plan};
use crate::record::{CellName, Flag, Latency, Sample};
use crate::stats::{Ratio, Spread, Verdict, median};
use crate::wait::Wait;

/// The result of a cell: a line of `--json` and of `summary.csv`. What is not known is null.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The contender's key.
    pub contender: &'static str,
    /// How many threads were on each side.
    pub topology: Topology,
    /// Messages for each operation.
    pub batch: usize,
    /// Who waited.
    pub wait: Wait,
    /// Millions of messages per second: the median of the rounds.
    pub mmsg_s: Option<f64>,
    /// The least of the rounds.
    pub mmsg_s_min: Option<f64>,
    /// The greatest of the rounds.
    pub mmsg_s_max: Option<f64>,
    /// Nanoseconds of CPU time per message, of all threads: the median of the rounds.
    pub cpu_ns_per_msg: Option<f64>,
    /// Throughput beside the reference's: the median of the ratios of the rounds.
    pub ratio: Option<f64>,
    /// The lower end of its interval.
    pub ratio_lo: Option<f64>,
    /// The upper end of its interval.
    pub ratio_hi: Option<f64>,
    /// What may be said.
    pub verdict: Option<Standing>,
    /// How many of its slices are to be distrusted, and why: `2 stolen, 1 disturbed`.
    pub flags: String,
    /// What a message was.
    pub payload: Payload,
    /// The capacity that was asked for.
    pub capacity: usize,
    /// What the threads did.
    pub workload: Workload,
    /// Who was to wait.
    pub policy: Policy,
    /// Operations that moved nothing, for each message: the median of the rounds.
    pub failed_ops_per_msg: Option<f64>,
    /// Context switches of all threads, for a thousand messages: the median of the rounds.
    pub switches_per_kmsg: Option<f64>,
    /// Jain's index of what the threads of the less fair side got done: the median of the rounds.
    pub fairness: Option<f64>,
    /// The median of the rounds' median latencies, in nanoseconds, at a fixed rate that was achieved.
    pub p50_ns: Option<f64>,
    /// The same of 99%.
    pub p99_ns: Option<f64>,
    /// The same of 99.9%.
    pub p999_ns: Option<f64>,
    /// Whether its ratios went up or down in the course of the rounds, more than chance would have it.
    pub drifts: bool,
    /// Bytes of heap for each slot of a `u64`, at the capacity of the quick contest.
    pub bytes_per_slot: Option<f64>,
    /// Heap allocations for each message, on one thread.
    pub allocs_per_msg: Option<f64>,
}

impl Row {
    /// Which cells it is compared with.
    pub fn group(&self) -> Group {
        Group {
            topology: self.topology,
            batch: self.batch,
            payload: self.payload,
            capacity: self.capacity,
            workload: self.workload,
            policy: self.policy,
        }
    }
}

/// Where a contender stands in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is the reference, the first or the second time.
    Reference,
    /// It was compared with the reference.
    Judged(Verdict),
    /// It is no queue, and shows this.
    Bound(&'static str),
    /// It did not carry the fixed rate.
    Saturated,
    /// It has no number, for this reason.
    Failed(String),
}

impl Standing {
    /// The word for it.
    pub fn text(&self) -> &str {
        match self {
            Self::Reference => "reference",
            Self::Judged(verdict) => verdict.word(),
            Self::Bound(word) => word,
            Self::Saturated => "SATURATED",
            Self::Failed(reason) => reason,
        }
    }
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

/// What cells are compared by, of every cell in every round: throughputs, and inverse latencies at fixed rates.
#[derive(Debug, Default)]
pub struct Throughputs(BTreeMap<CellName, BTreeMap<u32, f64>>);

impl Throughputs {
    /// Those that were measured. A cell in which any slice failed has none.
    pub fn of(samples: &[Sample]) -> Self {
        let mut cells: BTreeMap<CellName, BTreeMap<u32, f64>> = BTreeMap::new();
        for sample in samples {
            if let Some(score) = sample.score() {
                cells.entry(sample.cell.clone()).or_default().insert(sample.round, score);
            }
        }
        for sample in samples.iter().filter(|sample| sample.failure.is_some()) {
            cells.remove(&sample.cell);
        }
        Self(cells)
    }

    /// The spread of a cell over the rounds.
    pub fn spread(&self, cell: &CellName) -> Option<Spread> {
        Spread::of(&self.0.get(cell)?.values().copied().collect::<Vec<_>>())
    }

    /// One cell beside another, paired by rounds.
    pub fn ratio(&self, cell: &CellName, beside: &CellName) -> Option<Ratio> {
        Ratio::estimate(&self.ratios(cell, beside))
    }

    /// The ratios of one cell to another in the rounds that have both, in order.
    pub fn ratios(&self, cell: &CellName, beside: &CellName) -> Vec<f64> {
        let (Some(cell), Some(beside)) = (self.0.get(cell), self.0.get(beside)) else {
            return Vec::new();
        };
        let paired = |(round, mmsg_s): (&u32, &f64)| Some(mmsg_s / beside.get(round)?);
        cell.iter().filter_map(paired).collect()
    }

    /// What was measured of a cell in each round.
    pub fn rounds(&self, cell: &CellName) -> Option<&BTreeMap<u32, f64>> {
        self.0.get(cell)
    }

    /// The cells that were measured.
    pub fn cells(&self) -> impl Iterator<Item = &CellName> {
        self.0.keys()
    }

    /// The reference beside itself in a group.
    pub fn noise(&self, group: Group) -> Option<Ratio> {
        let reference = reference(group.policy);
        self.ratio(&CellName::new(reference.again, group), &CellName::new(reference.key, group))
    }
}

impl FromIterator<(CellName, u32, f64)> for Throughputs {
    /// Those of cells in rounds.
    fn from_iter<I: IntoIterator<Item = (CellName, u32, f64)>>(throughputs: I) -> Self {
        let mut cells: BTreeMap<CellName, BTreeMap<u32, f64>> = BTreeMap::new();
        for (cell, round, mmsg_s) in throughputs {
            cells.entry(cell).or_default().insert(round, mmsg_s);
        }
        Self(cells)
    }
}

/// The rows of a plan, in its order; `found` is what conformance found of each contender.
pub fn rows(
    plan: &Plan,
    samples: &[Sample],
    throughputs: &Throughputs,
    found: &BTreeMap<&str, Conformance>,
) -> Vec<Row> {
    plan.cells
        .iter()
        .map(|cell| {
            let name = CellName::from(cell);
            let own: Vec<&Sample> = samples.iter().filter(|sample| sample.cell == name).collect();
            let failure = own.iter().find_map(|sample| sample.failure.clone()).or_else(|| {
                let reason = found.get(cell.entry.key)?.failure.as_ref()?;
                Some(format!("failed conformance: {reason}"))
            });
            row(cell, &own, throughputs, failure, found.get(cell.entry.key))
        })
        .collect()
}

/// The row of one cell.
fn row(
    cell: &Cell,
    samples: &[&Sample],
    throughputs: &Throughputs,
    failure: Option<String>,
    found: Option<&Conformance>,
) -> Row {
    let name = CellName::from(cell);
    let measured = failure.is_none();
    let values = |of: &dyn Fn(&Sample) -> Option<f64>| -> Option<Vec<f64>> {
        samples.iter().map(|sample| of(sample)).collect::<Option<Vec<_>>>().filter(|_| measured)
    };
    let middle = |of: &dyn Fn(&Sample) -> Option<f64>| median(&values(of)?);
    let per_message =
        |count: Option<u64>, sample: &Sample| Some(count? as f64 / sample.messages.max(1) as f64);
    let spread = values(&Sample::mmsg_s).and_then(|values| Spread::of(&values));
    let saturated = 2 * samples.iter().filter(|sample| sample.saturated()).count() > samples.len();
    let unsaturated = |ratio: &Ratio| ratio.rounds > 0 && !saturated;
    let reference = CellName::new(reference(cell.group.policy).key, cell.group);
    let ratio = throughputs.ratio(&name, &reference).filter(unsaturated);
    let noise = throughputs.noise(cell.group).map(|noise| noise.noise_floor());
    let latency = |part: fn(&Latency) -> Option<u64>| {
        let of = |sample: &&Sample| Some(part(sample.latency.as_ref()?)? as f64);
        let values: Vec<f64> = samples.iter().copied().filter_map(|sample| of(&sample)).collect();
        median(&values).filter(|_| measured && !saturated)
    };
    Row {
        contender: cell.entry.key,
        topology: cell.group.topology,
        batch: cell.group.batch,
        wait: cell.wait(),
        mmsg_s: spread.map(|spread| spread.median),
        mmsg_s_min: spread.map(|spread| spread.min),
        mmsg_s_max: spread.map(|spread| spread.max),
        cpu_ns_per_msg: middle(&Sample::cpu_ns_per_msg),
        ratio: ratio.map(|ratio| ratio.median),
        ratio_lo: ratio.map(|ratio| ratio.lo),
        ratio_hi: ratio.map(|ratio| ratio.hi),
        verdict: match failure {
            Some(reason) => Some(Standing::Failed(reason)),
            None if saturated => Some(Standing::Saturated),
            None if cell.is_reference() => spread.map(|_| Standing::Reference),
            None => ratio.map(|ratio| match cell.entry.info.role.bound() {
                Some(word) => Standing::Bound(word),
                None => Standing::Judged(ratio.verdict(noise)),
            }),
        },
        flags: flag_counts(samples),
        payload: cell.group.payload,
        capacity: cell.group.capacity,
        workload: cell.group.workload,
        policy: cell.group.policy,
        failed_ops_per_msg: middle(&|sample| per_message(sample.failed_ops, sample)),
        switches_per_kmsg: middle(&|sample| Some(1e3 * per_message(sample.switches, sample)?)),
        fairness: middle(&|sample| sample.fairness),
        p50_ns: latency(|latency| latency.p50),
        p99_ns: latency(|latency| latency.p99),
        p999_ns: latency(|latency| latency.p999),
        drifts: drifts(&throughputs.ratios(&name, &reference)),
        bytes_per_slot: found.and_then(|found| found.bytes_per_slot),
        allocs_per_msg: found.and_then(|found| found.allocs_per_msg),
    }
}

/// How many samples have each flag.
fn flag_counts(samples: &[&Sample]) -> String {
    let mut counts: BTreeMap<Flag, usize> = BTreeMap::new();
    for &flag in samples.iter().flat_map(|sample| &sample.flags) {
        *counts.entry(flag).or_default() += 1;
    }
    let words = counts.iter().map(|(flag, count)| format!("{count} {}", flag.name()));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{REFERENCE, REFERENCE_AGAIN};
    use crate::plan::Filter;

    const ROUNDS: u32 = 7;

    /// Samples of every cell of a plan, each at the speed that `speed` gives it.
    fn samples(plan: &Plan, speed: impl Fn(&str, u32) -> u64) -> Vec<Sample> {
        let sample = |cell: &Cell, round| Sample {
            messages: 1_000_000 * speed(cell.entry.key, round),
            elapsed_ns: Some(1_000_000_000),
            cpu_ns: Some(2_000_000_000),
            flags: vec![Flag::Stolen; usize::from(round == 0)],
            ..Sample::empty(CellName::from(cell), cell.wait(), round, 0)
        };
        let all = (0..ROUNDS).flat_map(|round| plan.cells.iter().map(move |cell| (cell, round)));
        all.map(|(cell, round)| sample(cell, round)).collect()
    }

    fn plan() -> Plan {
        Plan::new(&[Filter::new("rtrb/1x1/1").unwrap(), Filter::new("kanal/1x1/1").unwrap()])
            .unwrap()
    }

    /// The machine gets faster from round to round; ratios of paired rounds do not see it.
    fn drifting(key: &str, round: u32) -> u64 {
        let machine = 100 * u64::from(round + 1);
        match key {
            "rtrb" => machine * 3,
            "kanal" => machine / 2,
            _ => machine,
        }
    }

    #[test]
    fn ratios_are_paired_by_round() {
        let plan = plan();
        let samples = samples(&plan, drifting);
        let throughputs = Throughputs::of(&samples);
        let rows = rows(&plan, &samples, &throughputs, &BTreeMap::new());
        let find = |key: &str| rows.iter().find(|row| row.contender == key).unwrap();

        let rtrb = find("rtrb");
        assert_eq!(
            (rtrb.mmsg_s_min, rtrb.mmsg_s, rtrb.mmsg_s_max),
            (Some(300.0), Some(1200.0), Some(2100.0))
        );
        assert_eq!((rtrb.ratio_lo, rtrb.ratio, rtrb.ratio_hi), (Some(3.0), Some(3.0), Some(3.0)));
        assert_eq!(rtrb.verdict, Some(Standing::Judged(Verdict::Faster)));
        assert_eq!(rtrb.flags, "1 stolen");
        assert_eq!(find("kanal").verdict, Some(Standing::Judged(Verdict::Slower)));
        assert_eq!(find(REFERENCE).verdict, Some(Standing::Reference));
        assert_eq!(find(REFERENCE_AGAIN).verdict, Some(Standing::Reference));
    }

    #[test]
    fn what_is_no_queue_has_a_ratio_but_no_verdict() {
        let filters = ["fetch-add", "empty-loop", "copy-limit", "claim-publish"]
            .map(|key| Filter::new(&format!("{key}/1x1/1")).unwrap());
        let plan = Plan::new(&filters).unwrap();
        let speed = |key: &str, _| if key.starts_with("ringway") { 100 } else { 300 };
        let samples = samples(&plan, speed);
        let throughputs = Throughputs::of(&samples);
        let rows = rows(&plan, &samples, &throughputs, &BTreeMap::new());
        let find = |key: &str| rows.iter().find(|row| row.contender == key).unwrap();
        for (key, word) in
            [("fetch-add", "ceiling"), ("copy-limit", "ceiling"), ("empty-loop", "overhead")]
        {
            let row = find(key);
            assert_eq!(row.ratio, Some(3.0), "{key}");
            assert_eq!(row.verdict, Some(Standing::Bound(word)), "{key}");
            assert_eq!(row.verdict.as_ref().map(Standing::text), Some(word));
        }
        assert_eq!(find("claim-publish").verdict, Some(Standing::Judged(Verdict::Faster)));
    }

    #[test]
    fn a_cell_with_a_failed_slice_has_no_number() {
        let plan = plan();
        let mut samples = samples(&plan, drifting);
        let last = samples.iter_mut().rfind(|sample| sample.cell.contender == "rtrb").unwrap();
        last.failure = Some("failed: wrong checksum".to_owned());
        let throughputs = Throughputs::of(&samples);
        let rows = rows(&plan, &samples, &throughputs, &BTreeMap::new());
        let rtrb = rows.iter().find(|row| row.contender == "rtrb").unwrap();
        assert_eq!((rtrb.mmsg_s, rtrb.cpu_ns_per_msg, rtrb.ratio), (None, None, None));
        assert_eq!(rtrb.verdict.as_ref().map(Standing::text), Some("failed: wrong checksum"));
    }

    #[test]
    fn what_was_not_measured_is_null() {
        let plan = plan();
        let rows = rows(&plan, &[], &Throughputs::default(), &BTreeMap::new());
        let json = serde_json::to_value(&rows[0]).unwrap();
        assert!(json["mmsg_s"].is_null() && json["ratio"].is_null() && json["verdict"].is_null());
        assert!(rows.iter().all(|row| row.cpu_ns_per_msg.is_none()));
    }
}
