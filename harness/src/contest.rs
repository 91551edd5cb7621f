//! The contest itself: warm-up, then rounds.
//!
//! The warm-up finds for each cell how many messages take about as long as a slice should. Every round then
//! runs every cell once, in an order that is shuffled anew with a logged seed, so that what changes over
//! minutes (frequency, temperature, neighbours) meets all of them alike. Nothing is printed while a slice
//! runs; between slices the progress bar moves and Ctrl-C is looked at.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::message::{Checksum, Share};
use crate::plan::{CAPACITY, Cell};
use crate::record::{CellName, Sample, flags};
use crate::slice::{Failure, Job, Outcome};

/// A slice sends at least so many times the capacity: with fewer laps a queue would hardly ever be full.
const LEAST_LAPS: u64 = 10;

/// The rounds of a contest unless the user says otherwise, if slices are then no longer than
/// [`LONG_SLICE`]; otherwise more.
const ROUNDS: u32 = 9;

/// How long slices are, at most, unless the user asks for so few rounds that they are longer.
const LONG_SLICE: Duration = Duration::from_millis(100);

/// A step of the warm-up lasts at most about this long.
const WARM_UP: Duration = Duration::from_millis(10);

/// A slice that is not done after this and ten times its planned time hangs.
const HANG: Duration = Duration::from_secs(20);

/// How many rounds there are and how long each slice is to take.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// How often every cell runs.
    pub rounds: u32,
    /// How long each of its slices is to take.
    pub slice: Duration,
}

impl Schedule {
    /// Divides `total` among `cells` cells and so many rounds, or as many as make good slices.
    pub fn new(cells: usize, total: Duration, rounds: Option<u32>) -> Self {
        let cells = cells.max(1) as f64;
        let fitting = total.as_secs_f64() / (cells * LONG_SLICE.as_secs_f64());
        let rounds = rounds.unwrap_or(ROUNDS.max(fitting.round() as u32)).max(1);
        Self { rounds, slice: total.div_f64(cells * f64::from(rounds)) }
    }
}

/// How a contest ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With all of its rounds.
    Complete,
    /// By Ctrl-C.
    Interrupted,
    /// At its deadline: slices took longer than the warm-up had let expect.
    OutOfTime,
    /// With a slice that hung; its threads still run.
    Hung,
}

/// What a contest measured.
#[derive(Debug)]
pub struct Results {
    /// Every slice, in the order in which they ran.
    pub samples: Vec<Sample>,
    /// How it ended.
    pub end: End,
}

/// A contest about to run.
#[derive(Debug)]
pub struct Contest<'a> {
    /// What is measured.
    pub cells: &'a [Cell],
    /// How often and how long.
    pub schedule: Schedule,
    /// What the order in each round depends on.
    pub seed: u64,
    /// The cores that threads are pinned to.
    pub cores: Arc<[usize]>,
    /// No slice begins after this.
    pub deadline: Instant,
    /// Set by Ctrl-C.
    pub interrupted: &'a AtomicBool,
}

impl Contest<'_> {
    /// Runs it. What was measured before an early end is kept.
    pub fn run(&self) -> Results {
        let steps = self.cells.len() as u64 * (u64::from(self.schedule.rounds) + 1);
        let mut kept =
            Kept { samples: Vec::new(), failed: BTreeSet::new(), progress: progress_bar(steps) };
        let end = match self.warm_up_and_measure(&mut kept) {
            ControlFlow::Continue(()) => End::Complete,
            ControlFlow::Break(end) => end,
        };
        Results { samples: kept.samples, end }
    }

    /// All of it, until an early end.
    fn warm_up_and_measure(&self, kept: &mut Kept) -> ControlFlow<End> {
        let messages = self.warm_ups(kept)?;
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        for round in 0..self.schedule.rounds {
            rng.shuffle(&mut order);
            self.round(round, &order, &messages, kept)?;
        }
        ControlFlow::Continue(())
    }

    /// Finds how many messages every cell sends in a slice.
    fn warm_ups(&self, kept: &mut Kept) -> ControlFlow<End, Vec<u64>> {
        let mut messages = Vec::with_capacity(self.cells.len());
        for (index, cell) in self.cells.iter().enumerate() {
            self.may_go_on()?;
            kept.progress.set_message(format!("warm-up {cell}"));
            let fitting = self.warm_up(cell);
            kept.progress.inc(1);
            messages.push(*fitting.as_ref().unwrap_or(&0));
            if let Err(trouble) = fitting {
                kept.fail(index, empty_sample(cell, 0, index, 0), trouble)?;
            }
        }
        ControlFlow::Continue(messages)
    }

    /// Runs every cell once, except those that have failed, in that order.
    fn round(
        &self,
        round: u32,
        order: &[usize],
        messages: &[u64],
        kept: &mut Kept,
    ) -> ControlFlow<End> {
        for (place, &index) in order.iter().enumerate() {
            self.may_go_on()?;
            let (cell, messages) = (&self.cells[index], messages[index]);
            kept.progress.set_message(format!("round {} {cell}", round + 1));
            if !kept.failed.contains(&index) {
                let empty = empty_sample(cell, round, place, messages);
                match self.time(cell, messages) {
                    Ok(outcome) => kept.samples.push(Sample {
                        elapsed_ns: nanoseconds(outcome.elapsed),
                        cpu_ns: outcome.cpu.and_then(nanoseconds),
                        flags: flags(cell, self.cores.len(), &outcome),
                        ..empty
                    }),
                    Err(trouble) => kept.fail(index, empty, trouble)?,
                }
            }
            kept.progress.inc(1);
        }
        ControlFlow::Continue(())
    }

    /// Whether another slice may begin.
    fn may_go_on(&self) -> ControlFlow<End> {
        if self.interrupted.load(Ordering::Relaxed) {
            ControlFlow::Break(End::Interrupted)
        } else if Instant::now() > self.deadline {
            ControlFlow::Break(End::OutOfTime)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// How many messages take this cell about as long as a slice: sends more and more of them until they
    /// take long enough to tell.
    fn warm_up(&self, cell: &Cell) -> Result<u64, Trouble> {
        let least = LEAST_LAPS * CAPACITY as u64;
        let slice = self.schedule.slice;
        let enough = WARM_UP.min(slice / 4);
        let mut messages = least;
        loop {
            let elapsed = self.time(cell, messages)?.elapsed.max(Duration::from_nanos(1));
            let times = |wanted: Duration| wanted.as_secs_f64() / elapsed.as_secs_f64();
            if elapsed >= enough / 2 {
                return Ok(least.max((messages as f64 * times(slice)) as u64));
            }
            messages *= times(enough).clamp(2.0, 16.0) as u64;
        }
    }

    /// Runs one slice and checks that what was sent has arrived.
    fn time(&self, cell: &Cell, messages: u64) -> Result<Outcome<Checksum>, Trouble> {
        let job = Job {
            topology: cell.group.topology,
            batch: cell.group.batch,
            capacity: CAPACITY,
            messages,
            cores: Arc::clone(&self.cores),
            limit: HANG + 10 * self.schedule.slice,
        };
        let outcome = cell.entry.time(&job).map_err(|failure| match failure {
            Failure::Hang(_) => Trouble { reason: failure.to_string(), hung: true },
            _ => Trouble { reason: format!("failed: {failure}"), hung: false },
        })?;
        let shares = Share::divide(messages, cell.group.topology.producers);
        let received: Checksum = outcome.tallies.iter().copied().sum();
        if received == Checksum::expected(&shares) {
            Ok(outcome)
        } else {
            Err(Trouble { reason: "failed: wrong checksum".to_owned(), hung: false })
        }
    }
}

/// Why a slice has no measurement.
struct Trouble {
    reason: String,
    hung: bool,
}

/// What a contest has so far.
struct Kept {
    samples: Vec<Sample>,
    /// The cells, by index, that are not run again.
    failed: BTreeSet<usize>,
    progress: ProgressBar,
}

impl Kept {
    /// Notes that a cell has failed. Nothing can be measured beside the threads of a slice that hung.
    fn fail(&mut self, cell: usize, empty: Sample, trouble: Trouble) -> ControlFlow<End> {
        self.failed.insert(cell);
        self.samples.push(Sample { failure: Some(trouble.reason), ..empty });
        if trouble.hung { ControlFlow::Break(End::Hung) } else { ControlFlow::Continue(()) }
    }
}

/// A sample with nothing measured yet.
fn empty_sample(cell: &Cell, round: u32, place: usize, messages: u64) -> Sample {
    Sample {
        round,
        place,
        cell: CellName::from(cell),
        wait: cell.entry.wait,
        messages,
        elapsed_ns: None,
        cpu_ns: None,
        flags: Vec::new(),
        failure: None,
    }
}

/// A duration as a number of nanoseconds, if it fits.
fn nanoseconds(duration: Duration) -> Option<u64> {
    u64::try_from(duration.as_nanos()).ok()
}

/// A bar on standard error. It is drawn only when it is told of a step, never by a thread of its own, and
/// cleared when it is dropped.
fn progress_bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} of {duration} {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_fill_the_time_that_there_is() {
        let seconds = Duration::from_secs_f64;
        let full = Schedule::new(113, seconds(45.0), None);
        assert_eq!(full.rounds, ROUNDS);
        assert!(full.slice >= Duration::from_millis(40));

        let few_cells = Schedule::new(3, seconds(45.0), None);
        assert_eq!((few_cells.rounds, few_cells.slice), (150, LONG_SLICE));

        let asked = Schedule::new(10, seconds(10.0), Some(4));
        assert_eq!((asked.rounds, asked.slice), (4, Duration::from_millis(250)));
    }
}
