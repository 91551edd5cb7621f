//! A contest: conformance, syncs, rounds of all workloads, recovery.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::Serialize;

use crate::cli::Contest;
use crate::contenders::{CONTENDERS, Contender, OURS};
use crate::proc::{drop_page_cache, file_system};
use crate::recovery::{self, READ, RECOVERY, Snapshot};
use crate::samples::{Sample, Samples};
use crate::syncs::{self, Syncs};
use crate::workloads::{Figures, GROUPS, Workload};

/// Set by Ctrl-C: the contest ends after this slice, keeps what it has, and removes its files.
pub static CTRL_C: AtomicBool = AtomicBool::new(false);

/// What takes so much longer than it should hangs.
const HANG: Duration = Duration::from_secs(60);

/// Recovery is slow, and each time the same: it has no more rounds than this.
const RECOVERIES: usize = 5;

/// Those who are not measured, and why.
pub type Failed = BTreeMap<&'static str, String>;

/// The syncs of each contender, if they could be counted.
pub type SyncsByName = Option<BTreeMap<&'static str, Syncs>>;

/// How it was run.
#[derive(Debug, Serialize)]
pub struct Settings {
    /// The seed of the order.
    pub seed: u64,
    /// How many rounds there were to be.
    pub rounds: usize,
    /// How long a slice took, in milliseconds.
    pub slice_ms: f64,
    /// How many messages were recovered.
    pub recovered_messages: u64,
    /// Whether they were read from the disk; none where nothing was recovered.
    pub page_cache_dropped: Option<bool>,
    /// What the files lay on.
    pub file_system: Option<String>,
    /// Which cells were asked for; none: all.
    pub only: Vec<String>,
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// How it was run.
    pub settings: Settings,
    /// Every figure of every slice.
    pub samples: Samples,
    /// Those who are not measured.
    pub failed: Failed,
    /// The syncs of each.
    pub syncs: SyncsByName,
    /// Whether it was not interrupted.
    pub is_complete: bool,
}

/// A workload of a contender.
type Cell = (Workload, &'static Contender);

/// Runs a contest with files below a directory.
pub fn run(contest: &Contest, directory: &Path) -> Result<Outcome> {
    let mut cells = Vec::new();
    for workload in GROUPS.into_iter().flatten().copied() {
        let takes_part = |one: &&Contender| {
            one.runs(workload) && contest.includes(&workload.to_string(), one.name)
        };
        cells.extend(CONTENDERS.iter().filter(takes_part).map(|one| (workload, one)));
    }
    let recovers = contest.includes(RECOVERY, OURS);
    ensure!(recovers || !cells.is_empty(), "nothing matches; see `--help`");
    let failed = check(&cells, directory)?;
    cells.retain(|(_, contender)| !failed.contains_key(contender.name));
    let syncs = count_syncs(&cells, directory)?;
    let rounds = contest.rounds();
    let seed = contest.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let slice = contest.seconds() / (cells.len().max(1) * rounds) as u32;
    eprintln!(
        "{} cells, {rounds} rounds, slices of {:.0} ms, seed {seed}",
        cells.len(),
        slice.as_secs_f64() * 1e3,
    );
    let settings = Settings {
        seed,
        rounds,
        slice_ms: slice.as_secs_f64() * 1e3,
        recovered_messages: contest.messages(),
        page_cache_dropped: recovers.then(drop_page_cache),
        file_system: file_system(directory),
        only: contest.only.iter().map(ToString::to_string).collect(),
    };
    let mut outcome =
        Outcome { settings, samples: Samples::default(), failed, syncs, is_complete: true };
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..rounds {
        for (workload, contender) in &order(&cells, &mut random) {
            if CTRL_C.load(Ordering::Relaxed) {
                outcome.is_complete = false;
                return Ok(outcome);
            }
            let figures = measure((*workload, contender), directory, slice)
                .with_context(|| format!("{} in {workload}", contender.name))?;
            outcome.add(&workload.to_string(), contender.name, round, figures);
        }
    }
    if recovers && !outcome.failed.contains_key(OURS) {
        recover(&mut outcome, &mut random, directory)?;
    }
    Ok(outcome)
}

impl Outcome {
    /// What a slice gave.
    fn add(&mut self, workload: &str, contender: &'static str, round: usize, figures: Figures) {
        let sample = |(figure, value)| Sample {
            workload: workload.to_owned(),
            contender,
            round,
            figure,
            value,
        };
        self.samples.0.extend(figures.into_iter().map(sample));
    }
}

/// The order of a round: what is compared with each other runs one after the other, for the disk changes by the minute. Groups
/// of workloads come in any order, workloads of a group too, and contenders of a workload.
fn order(cells: &[Cell], random: &mut fastrand::Rng) -> Vec<Cell> {
    let mut order = Vec::with_capacity(cells.len());
    let mut groups = GROUPS.map(<[_]>::to_vec);
    random.shuffle(&mut groups);
    for workloads in &mut groups {
        random.shuffle(workloads);
        for workload in workloads {
            let from = order.len();
            order.extend(cells.iter().filter(|(other, _)| other == workload));
            random.shuffle(&mut order[from..]);
        }
    }
    order
}

/// Checks all who take part: there is no number of one that does not keep what it was given.
fn check(cells: &[Cell], directory: &Path) -> Result<Failed> {
    let mut failed = Failed::new();
    for contender in contenders(cells) {
        let place = tempfile::tempdir_in(directory)?;
        let path = place.path().to_owned();
        let outcome = within(HANG, move || (contender.check)(&path))
            .with_context(|| format!("{} hangs in its checks", contender.name))?;
        if let Err(error) = outcome {
            failed.insert(contender.name, format!("{error:#}"));
        }
    }
    Ok(failed)
}

/// Counts syncs, where that can be done.
fn count_syncs(cells: &[Cell], directory: &Path) -> Result<SyncsByName> {
    if !syncs::can_be_counted() {
        return Ok(None);
    }
    let count = |contender: &'static Contender| {
        let syncs = syncs::count(contender, directory)?;
        Ok((contender.name, syncs))
    };
    contenders(cells).map(count).collect::<Result<_>>().map(Some)
}

/// The contenders of these cells.
fn contenders(cells: &[Cell]) -> impl Iterator<Item = &'static Contender> {
    CONTENDERS.iter().filter(|one| cells.iter().any(|(_, other)| other.name == one.name))
}

/// One slice, in a new directory.
fn measure((workload, contender): Cell, directory: &Path, time: Duration) -> Result<Figures> {
    let place = tempfile::tempdir_in(directory)?;
    let path = place.path().to_owned();
    let figures = within(time + HANG, move || (contender.run)(workload, &path, time));
    let figures = figures.ok_or_else(|| anyhow!("it hangs"))?;
    place.close()?;
    settle(directory)?;
    figures
}

/// Makes the file system do now what the files that were removed leave to be done: else the next one's syncs would.
fn settle(directory: &Path) -> Result<()> {
    let path = directory.join("settle");
    File::create(&path)?.sync_all()?;
    fs::remove_file(&path)?;
    File::open(directory)?.sync_all()?;
    Ok(())
}

/// Opens a queue with many messages, and reads it, in turns.
fn recover(outcome: &mut Outcome, random: &mut fastrand::Rng, directory: &Path) -> Result<()> {
    let place = tempfile::tempdir_in(directory)?;
    let (path, messages) = (place.path(), outcome.settings.recovered_messages);
    eprintln!("recovery of {messages} messages");
    recovery::fill(path, messages)?;
    let snapshot = Snapshot::of(path)?;
    // It tells how much there is to be read.
    let (_, bytes) = recovery::recover(path, messages)?;
    snapshot.put_back()?;
    for round in 0..outcome.settings.rounds.min(RECOVERIES) {
        let mut turns = [OURS, READ];
        random.shuffle(&mut turns);
        for turn in turns {
            if CTRL_C.load(Ordering::Relaxed) {
                outcome.is_complete = false;
                return Ok(());
            }
            let figures = match turn {
                OURS => recovery::recover(path, messages)?.0,
                _ => recovery::read(path, bytes)?,
            };
            snapshot.put_back()?;
            outcome.add(RECOVERY, turn, round, figures);
        }
    }
    Ok(())
}

/// What `work` gives, or nothing if it takes longer than that.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, is_done) = mpsc::channel();
    // Nothing can be measured beside the threads of a contender that hangs: they are left behind.
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(limit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_once_in_a_round_beside_those_of_its_workload() {
        let workloads = GROUPS.into_iter().flatten().copied();
        let all = workloads.flat_map(|workload| CONTENDERS.iter().map(move |one| (workload, one)));
        let cells = Vec::from_iter(all);
        let order = order(&cells, &mut fastrand::Rng::with_seed(7));
        let sorted = |cells: &[Cell]| {
            let mut names = Vec::from_iter(
                cells.iter().map(|(workload, one)| format!("{workload}/{}", one.name)),
            );
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(&order), sorted(&cells));
        assert_ne!(order[0].1.name, order[CONTENDERS.len()].1.name, "another seed is needed");
        for workload in order.chunks(CONTENDERS.len()) {
            assert!(workload.iter().all(|(one, _)| *one == workload[0].0));
        }
    }
}
