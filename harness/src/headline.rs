//! The comparisons that a reader comes for, across the cells of a contest.
//!
//! Every round holds all cells, so ratios across groups are paired as well. "The best of" several is the
//! one with the highest median; the ratio is then to that one in every round.

use serde::Serialize;

use crate::contender::{Kind, Progress, Role};
use crate::contenders::REFERENCE;
use crate::plan::{Group, Topology};
use crate::record::CellName;
use crate::registry::entries;
use crate::stats::Ratio;
use crate::summary::Throughputs;
use crate::wait::Wait;

/// One comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What is compared.
    pub subject: String,
    /// With the best of what.
    pub beside: &'static str,
    /// Which of them was the best.
    pub best: String,
    /// The median of the paired ratios.
    pub ratio: f64,
    /// The lower end of its interval.
    pub ratio_lo: f64,
    /// The upper end of its interval.
    pub ratio_hi: f64,
}

/// The comparisons for which this contest has both sides.
pub fn lines(throughputs: &Throughputs) -> Vec<Line> {
    questions().iter().filter_map(|question| question.answer(throughputs)).collect()
}

/// A comparison that is asked for.
struct Question {
    subject: CellName,
    beside: &'static str,
    opponents: Vec<CellName>,
}

impl Question {
    /// The answer, if the contest has it.
    fn answer(&self, throughputs: &Throughputs) -> Option<Line> {
        let speed = |cell: &CellName| Some(throughputs.spread(cell)?.median);
        let measured = self.opponents.iter().filter_map(|cell| Some((cell, speed(cell)?)));
        let (best, _) = measured.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let Ratio { median, lo, hi, .. } = throughputs.ratio(&self.subject, best)?;
        Some(Line {
            subject: name(&self.subject),
            beside: self.beside,
            best: name(best),
            ratio: median,
            ratio_lo: lo,
            ratio_hi: hi,
        })
    }
}

/// The name of a cell as filters write it.
fn name(cell: &CellName) -> String {
    format!("{}/{}", cell.contender, cell.group)
}

/// Everything that is asked.
fn questions() -> Vec<Question> {
    let [one, two, four, eight] = [1, 2, 4, 8].map(|threads| Topology::new(threads, threads));
    let cell = |key: &str, topology, batch| CellName::new(key, Group::new(topology, batch));
    let mut questions = Vec::new();
    let mut ask = |subject, beside, opponents| {
        questions.push(Question { subject, beside, opponents });
    };

    let mpmc =
        |role| entries().iter().filter(move |entry| entry.is(role, Kind::Mpmc) && !entry.again);
    for subject in mpmc(Role::Ringway) {
        for topology in [one, two, four, eight] {
            let peers = mpmc(Role::Peer).filter(|entry| entry.wait == Wait::Common);
            let opponents = peers.map(|entry| cell(entry.key, topology, 1)).collect();
            let beside = "the best MPMC peer with the same wait";
            ask(cell(subject.key, topology, 1), beside, opponents);
        }
        let lock_free = mpmc(Role::Peer).filter(|entry| entry.info.progress == Progress::LockFree);
        let opponents = lock_free.map(|entry| cell(entry.key, two, 1)).collect();
        ask(cell(subject.key, two, 1), "a lock-free peer", opponents);
        for topology in [one, two, eight] {
            let opponents = vec![cell("claim-publish", topology, 1)];
            ask(cell(subject.key, topology, 1), "claim and publish alone", opponents);
        }
    }
    for batch in [8, 64] {
        let opponents = mpmc(Role::Peer).map(|entry| cell(entry.key, two, 1)).collect();
        let beside = "the best MPMC peer's single messages, any wait";
        ask(cell(REFERENCE, two, batch), beside, opponents);
    }
    let batches_of_spsc = cell("ringway-spsc", one, 64);
    ask(cell(REFERENCE, one, 64), "the same batches of spsc", vec![batches_of_spsc.clone()]);
    let spsc = entries().iter().filter(|entry| entry.is(Role::Peer, Kind::Spsc));
    let opponents = spsc.map(|entry| cell(entry.key, one, 1)).collect();
    ask(cell("ringway-spsc", one, 1), "the best SPSC peer", opponents);
    ask(batches_of_spsc, "a plain copy", vec![cell("copy-limit", one, 64)]);

    let rings = [
        ("ringway-spsc", one),
        ("ringway-mpsc", Topology::new(2, 1)),
        ("ringway-spmc", Topology::new(1, 2)),
        (REFERENCE, two),
    ];
    for (ring, topology) in rings {
        let opponents = vec![cell("mutex-condvar", topology, 1)];
        ask(cell(ring, topology, 1), "a mutex with condition variables", opponents);
        let baselines = entries().iter().filter(|entry| entry.info.role == Role::Baseline);
        let opponents = baselines.map(|entry| cell(entry.key, topology, 1)).collect();
        ask(cell(ring, topology, 1), "the best mutex baseline", opponents);
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::record::Sample;
    use crate::report::who;

    #[test]
    fn every_question_is_about_cells_that_run() {
        let runs: Vec<CellName> =
            Plan::new(&[]).unwrap().cells.iter().map(CellName::from).collect();
        for question in questions() {
            let cells = question.opponents.iter().chain([&question.subject]);
            assert!(cells.clone().count() > 1);
            for cell in cells {
                assert!(runs.contains(cell), "{} does not run", name(cell));
            }
        }
    }

    #[test]
    fn no_bound_stands_among_queues() {
        for question in questions().iter().filter(|question| question.beside != "a plain copy") {
            for cell in question.opponents.iter().chain([&question.subject]) {
                assert!(!who::is_bound(&cell.contender), "{}", name(cell));
            }
        }
    }

    #[test]
    fn the_best_is_the_one_with_the_highest_median() {
        let group = Group::new(Topology::new(1, 1), 1);
        let sample = |contender: &str, round, messages| Sample {
            messages,
            elapsed_ns: Some(1_000),
            ..Sample::empty(CellName::new(contender, group), Wait::Common, round, 0)
        };
        // rtrb has the best single round, ringbuf the better median.
        let speeds = [("ringway-spsc", [80, 80, 80]), ("rtrb", [90, 10, 10]), ("ringbuf", [20; 3])];
        let samples: Vec<_> = speeds
            .iter()
            .flat_map(|(key, speeds)| {
                (0..).zip(speeds).map(move |(round, &speed)| (key, round, speed))
            })
            .map(|(key, round, speed)| sample(key, round, speed))
            .collect();
        let lines = lines(&Throughputs::of(&samples));
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].best.as_str(), lines[0].ratio), ("ringbuf/1x1/1", 4.0));
    }
}
