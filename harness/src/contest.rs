//! The contest itself: warm-up, then rounds.
//!
//! The warm-up finds for each cell how many messages take about as long as a slice should. Every round then
//! runs every cell once, in an order that is shuffled anew with a logged seed, so that what changes over
//! minutes (frequency, temperature, neighbours) meets all of them alike. Nothing is printed while a slice
//! runs; between slices the progress bar moves and Ctrl-C is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::axes::Group;
use crate::message::{Checksum, Share};
use crate::plan::Cell;
use crate::record::{CellName, Sample};
use crate::slice::{Failure, Job, Outcome};
use crate::work;

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

/// What is known of a contest that goes on where it was interrupted, or in another process.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// How many messages make a slice of those cells that have run.
    pub messages: BTreeMap<CellName, u64>,
    /// The rounds that cells have.
    pub done: BTreeSet<(u32, CellName)>,
    /// The cells that have failed and are not run again.
    pub failed: BTreeSet<CellName>,
}

impl Before {
    /// What these samples tell, of slices that were to last so long.
    pub fn of(samples: &[Sample], slice: Duration) -> Self {
        let mut before = Self::default();
        for sample in samples {
            let cell = sample.cell.clone();
            if sample.failure.is_some() {
                before.failed.insert(cell);
                continue;
            }
            if let Some(elapsed) = sample.elapsed_ns {
                let times = slice.as_secs_f64() * 1e9 / elapsed.max(1) as f64;
                let messages = (sample.messages as f64 * times) as u64;
                // The first slice of a cell decides, so that all processes send as many.
                before.messages.entry(cell.clone()).or_insert(messages);
            }
            before.done.insert((sample.round, cell));
        }
        before
    }
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
    /// Which of the schedule's rounds to run here.
    pub rounds: Range<u32>,
    /// What was done before.
    pub before: Before,
    /// By which part slices are made longer than they are: see [`Job::planted`].
    pub planted: f64,
}

impl Contest<'_> {
    /// Runs it. What was measured before an early end is kept.
    pub fn run(&self) -> Results {
        self.run_and(&mut |_| {})
    }

    /// The same, and hands every sample on as soon as there is one.
    pub fn run_and(&self, record: &mut dyn FnMut(&Sample)) -> Results {
        let steps = self.cells.len() as u64 * (u64::from(self.schedule.rounds) + 1);
        let is_out =
            |index: &usize| self.before.failed.contains(&CellName::from(&self.cells[*index]));
        let progress = progress_bar(steps);
        progress.set_position(self.cells.len() as u64 * u64::from(self.rounds.start));
        let failed = (0..self.cells.len()).filter(is_out).collect();
        let mut kept = Kept { samples: Vec::new(), record, failed, progress };
        let end = match self.warm_up_and_measure(&mut kept) {
            ControlFlow::Continue(()) => End::Complete,
            ControlFlow::Break(end) => end,
        };
        Results { samples: kept.samples, end }
    }

    /// All of it, until an early end.
    fn warm_up_and_measure(&self, kept: &mut Kept<'_>) -> ControlFlow<End> {
        let messages = self.warm_ups(kept)?;
        for round in self.rounds.clone() {
            self.round(round, &self.order(round), &messages, kept)?;
        }
        ControlFlow::Continue(())
    }

    /// The order of the cells in a round: the same in whichever process it runs. The groups come in random
    /// order, and so do the cells within each; but those that are compared follow one another, so that little
    /// time lies between the two of a pair.
    fn order(&self, round: u32) -> Vec<usize> {
        let mut rng = fastrand::Rng::with_seed(self.seed.wrapping_add(u64::from(round)));
        let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
        for (index, cell) in self.cells.iter().enumerate() {
            groups.entry(cell.group).or_default().push(index);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        rng.shuffle(&mut groups);
        groups.iter_mut().for_each(|group| rng.shuffle(group));
        groups.concat()
    }

    /// Whether a round of a cell is already there.
    fn is_done(&self, round: u32, index: usize) -> bool {
        self.before.done.contains(&(round, CellName::from(&self.cells[index])))
    }

    /// Finds how many messages every cell sends in a slice, if it still has one to run.
    fn warm_ups(&self, kept: &mut Kept<'_>) -> ControlFlow<End, Vec<u64>> {
        let mut messages = Vec::with_capacity(self.cells.len());
        for (index, cell) in self.cells.iter().enumerate() {
            let is_left = self.rounds.clone().any(|round| !self.is_done(round, index));
            let known = self.before.messages.get(&CellName::from(cell));
            let (least, most) = work::bounds(&cell.group, self.schedule.slice);
            if let Some(known) = known {
                messages.push((*known).clamp(least, most));
            } else if kept.failed.contains(&index) || !is_left || least == most {
                messages.push(least);
            } else {
                self.may_go_on()?;
                kept.progress.set_message(format!("warm-up {cell}"));
                let fitting = self.warm_up(cell, least, most);
                messages.push(*fitting.as_ref().unwrap_or(&0));
                if let Err(trouble) = fitting {
                    kept.fail(index, empty_sample(cell, self.rounds.start, index, 0), trouble)?;
                }
            }
            kept.progress.inc(1);
        }
        ControlFlow::Continue(messages)
    }

    /// Runs every cell once, except those that have failed, in that order.
    fn round(
        &self,
        round: u32,
        order: &[usize],
        messages: &[u64],
        kept: &mut Kept<'_>,
    ) -> ControlFlow<End> {
        for (place, &index) in order.iter().enumerate() {
            self.may_go_on()?;
            let (cell, messages) = (&self.cells[index], messages[index]);
            kept.progress.set_message(format!("round {} {cell}", round + 1));
            if !kept.failed.contains(&index) && !self.is_done(round, index) {
                let empty = empty_sample(cell, round, place, messages);
                match self.time(cell, messages) {
                    Ok((job, outcome)) => kept.keep(empty.measured(cell, &job, &outcome)),
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
    fn warm_up(&self, cell: &Cell, least: u64, most: u64) -> Result<u64, Trouble> {
        let slice = self.schedule.slice;
        let enough = WARM_UP.min(slice / 4);
        let mut messages = least;
        loop {
            let elapsed = self.time(cell, messages)?.1.elapsed.max(Duration::from_nanos(1));
            let times = |wanted: Duration| wanted.as_secs_f64() / elapsed.as_secs_f64();
            if elapsed >= enough / 2 || messages == most {
                return Ok(((messages as f64 * times(slice)) as u64).clamp(least, most));
            }
            messages = (messages * times(enough).clamp(2.0, 16.0) as u64).min(most);
        }
    }

    /// Runs one slice and checks that what was sent has arrived.
    fn time(&self, cell: &Cell, messages: u64) -> Result<(Job, Outcome<Checksum>), Trouble> {
        let job = Job {
            group: cell.group,
            messages,
            cores: Arc::clone(&self.cores),
            limit: HANG + 10 * self.schedule.slice,
            planted: self.planted,
        };
        let outcome = cell.entry.time(&job).map_err(|failure| match failure {
            Failure::Hang(_) => Trouble { reason: failure.to_string(), hung: true },
            _ => Trouble { reason: format!("failed: {failure}"), hung: false },
        })?;
        let shares = Share::divide(messages, cell.group.topology.producers);
        let received: Checksum = outcome.tallies.iter().copied().sum();
        if received == Checksum::expected(&shares) {
            Ok((job, outcome))
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
struct Kept<'a> {
    samples: Vec<Sample>,
    record: &'a mut dyn FnMut(&Sample),
    /// The cells, by index, that are not run again.
    failed: BTreeSet<usize>,
    progress: ProgressBar,
}

impl Kept<'_> {
    /// Keeps a sample and hands it on.
    fn keep(&mut self, sample: Sample) {
        (self.record)(&sample);
        self.samples.push(sample);
    }

    /// Notes that a cell has failed. Nothing can be measured beside the threads of a slice that hung.
    fn fail(&mut self, cell: usize, empty: Sample, trouble: Trouble) -> ControlFlow<End> {
        self.failed.insert(cell);
        self.keep(Sample { failure: Some(trouble.reason), ..empty });
        if trouble.hung { ControlFlow::Break(End::Hung) } else { ControlFlow::Continue(()) }
    }
}

/// A sample with nothing measured yet.
fn empty_sample(cell: &Cell, round: u32, place: usize, messages: u64) -> Sample {
    Sample { messages, ..Sample::empty(CellName::from(cell), cell.wait(), round, place) }
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
    use crate::plan::Plan;

    #[test]
    fn the_cells_of_a_group_follow_one_another_in_an_order_that_every_process_finds() {
        let cells = Plan::new(&[]).unwrap().cells;
        let contest = Contest {
            cells: &cells,
            schedule: Schedule { rounds: 2, slice: LONG_SLICE },
            seed: 7,
            cores: Arc::new([0]),
            deadline: Instant::now(),
            interrupted: &AtomicBool::new(false),
            rounds: 0..2,
            before: Before::default(),
            planted: 0.0,
        };
        let order = contest.order(1);
        assert_eq!(order, contest.order(1));
        assert_ne!(order, contest.order(0));
        let mut groups: Vec<Group> = order.iter().map(|&index| cells[index].group).collect();
        groups.dedup();
        let met: BTreeSet<Group> = groups.iter().copied().collect();
        assert_eq!(groups.len(), met.len(), "no group is there twice");
        assert!(!groups.is_sorted() && order.len() == cells.len());
    }

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
