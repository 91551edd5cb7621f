//! What a run keeps in its directory so that it can go on: `plan.toml` and `samples.jsonl`.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::conformance::Conformance;
use crate::contest::{Before, Schedule};
use crate::plan::{Cell, Plan};
use crate::record::{CellName, Sample};

/// The version of the format of `plan.toml`.
const VERSION: u32 = 1;

/// What was planned: `plan.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanFile {
    pub(crate) version: u32,
    /// The suite, by name or path.
    pub(crate) suite: String,
    /// The commit of the sources.
    pub(crate) commit: String,
    /// The key of the machine.
    pub(crate) machine: String,
    /// What the order in each round depends on.
    pub(crate) seed: u32,
    /// How often every cell runs.
    pub(crate) rounds: u32,
    /// Among how many processes the rounds are divided.
    pub(crate) processes: u32,
    /// How long a slice is to take.
    pub(crate) slice_ms: f64,
    /// By which part slices are made longer than they are.
    pub(crate) planted: f64,
    /// The command that repeats it.
    pub(crate) command: String,
    /// The full names of the cells that run.
    pub(crate) cells: Vec<String>,
    /// The full names of those that do not, with the reasons.
    pub(crate) skipped: BTreeMap<String, String>,
    /// What conformance found of each contender.
    pub(crate) conformance: BTreeMap<String, Conformance>,
}

impl PlanFile {
    /// A plan with its schedule; the rest is to be filled in.
    pub(crate) fn new(plan: &Plan, schedule: Schedule, seed: u32) -> Self {
        Self {
            version: VERSION,
            suite: plan.suite.clone(),
            commit: String::new(),
            machine: String::new(),
            seed,
            rounds: schedule.rounds,
            processes: 1,
            slice_ms: schedule.slice.as_secs_f64() * 1e3,
            planted: 0.0,
            command: String::new(),
            cells: plan.cells.iter().map(Cell::full_name).collect(),
            skipped: plan
                .skipped
                .iter()
                .map(|(cell, reason)| (cell.full_name(), reason.clone()))
                .collect(),
            conformance: BTreeMap::new(),
        }
    }

    /// The schedule.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule { rounds: self.rounds, slice: Duration::from_secs_f64(self.slice_ms / 1e3) }
    }

    /// The plan.
    pub(crate) fn plan(&self) -> Result<Plan> {
        let cells: Result<_> = self.cells.iter().map(|name| Cell::from_name(name)).collect();
        let skipped: Result<_> = self
            .skipped
            .iter()
            .map(|(name, reason)| Ok((Cell::from_name(name)?, reason.clone())))
            .collect();
        Ok(Plan { suite: self.suite.clone(), cells: cells?, skipped: skipped? })
    }

    /// The cells whose contenders passed conformance.
    pub(crate) fn conforming(&self) -> Result<Vec<Cell>> {
        let failed = |cell: &Cell| {
            self.conformance.get(cell.entry.key).is_some_and(|found| found.failure.is_some())
        };
        Ok(self.plan()?.cells.into_iter().filter(|cell| !failed(cell)).collect())
    }

    /// The rounds of the process of that number.
    pub(crate) fn rounds_of(&self, process: u32) -> std::ops::Range<u32> {
        let at = |process: u32| {
            (u64::from(self.rounds) * u64::from(process) / u64::from(self.processes)) as u32
        };
        at(process)..at(process + 1)
    }
}

/// The directory of a run.
#[derive(Debug, Clone)]
pub(crate) struct State {
    directory: PathBuf,
}

impl State {
    /// That directory.
    pub(crate) fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Where it is.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn plan_path(&self) -> PathBuf {
        self.directory.join("plan.toml")
    }

    fn samples_path(&self) -> PathBuf {
        self.directory.join("samples.jsonl")
    }

    /// Writes the plan, and an empty file of samples if there is none.
    pub(crate) fn begin(&self, plan: &PlanFile) -> Result<()> {
        let cannot = || format!("cannot write to '{}'", self.directory.display());
        fs::write(self.plan_path(), toml::to_string(plan)?).with_context(cannot)?;
        self.appending().with_context(cannot)?;
        Ok(())
    }

    /// Reads the plan.
    pub(crate) fn plan(&self) -> Result<PlanFile> {
        let path = self.plan_path();
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read '{}'", path.display()))?;
        let damaged = || format!("'{}' is damaged", path.display());
        let plan: PlanFile = toml::from_str(&text).with_context(damaged)?;
        ensure!(plan.version == VERSION, "'{}' is of another version", path.display());
        let sound = plan.slice_ms > 0.0 && (1..=plan.rounds).contains(&plan.processes);
        ensure!(sound && !plan.cells.is_empty(), "'{}' is damaged", path.display());
        Ok(plan)
    }

    /// Reads the samples. A last line that was not written to its end, because the process was killed, is cut
    /// off; anything else that is no sample is an error.
    pub(crate) fn samples(&self) -> Result<Vec<Sample>> {
        let path = self.samples_path();
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read '{}'", path.display()))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(&path);
            file.and_then(|file| file.set_len(whole as u64))
                .with_context(|| format!("cannot mend '{}'", path.display()))?;
        }
        read_samples(&text[..whole], &path)
    }

    /// The samples, to append to.
    fn appending(&self) -> std::io::Result<File> {
        OpenOptions::new().create(true).append(true).open(self.samples_path())
    }

    /// Something that appends samples: each by one write, so that a killed process leaves whole lines but for
    /// the last.
    pub(crate) fn recorder(&self) -> Result<impl FnMut(&Sample) -> Result<()> + use<>> {
        let cannot = format!("cannot write to '{}'", self.samples_path().display());
        let mut file = self.appending().with_context(|| cannot.clone())?;
        Ok(move |sample: &Sample| {
            let mut line = serde_json::to_vec(sample)?;
            line.push(b'\n');
            file.write_all(&line).with_context(|| cannot.clone())
        })
    }

    /// What is known of the contest, and how many of its slices are still to run.
    pub(crate) fn progress(&self, plan: &PlanFile) -> Result<(Before, usize)> {
        let before = Before::of(&self.samples()?, plan.schedule().slice);
        let cells: Vec<_> = plan.conforming()?.iter().map(CellName::from).collect();
        let left = |cell: &CellName| {
            let missing = |round: &u32| !before.done.contains(&(*round, cell.clone()));
            match before.failed.contains(cell) {
                true => 0,
                false => (0..plan.rounds).filter(missing).count(),
            }
        };
        let left = cells.iter().map(left).sum();
        Ok((before, left))
    }
}

/// Reads samples, one in a line; `path` is for complaints.
///
/// # Errors
///
/// If a line is no sample.
pub fn read_samples(text: &str, path: &Path) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (number, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(sample) => samples.push(sample),
            Err(error) => {
                bail!("'{}' is damaged in line {}: {error}", path.display(), number + 1)
            }
        }
    }
    Ok(samples)
}

/// The directory below `parent` with the plan of that suite that was begun last and is not done.
pub(crate) fn unfinished(parent: &Path, suite: &str) -> Result<State> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
        let state = State::at(&entry.path());
        let Ok(plan) = state.plan() else { continue };
        let begun = fs::metadata(state.plan_path()).and_then(|meta| meta.modified());
        if plan.suite == suite && state.progress(&plan)?.1 > 0 {
            found.push((begun?, state));
        }
    }
    let latest = found.into_iter().max_by_key(|(begun, _)| *begun).map(|(_, state)| state);
    latest.with_context(|| {
        format!("no run of the suite '{suite}' below '{}' is unfinished", parent.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Filter;
    use crate::wait::Wait;

    fn plan_file() -> PlanFile {
        let plan = Plan::new(&[Filter::new("rtrb/*/1").unwrap()]).unwrap();
        let schedule = Schedule { rounds: 3, slice: Duration::from_millis(7) };
        PlanFile { processes: 2, ..PlanFile::new(&plan, schedule, u32::MAX) }
    }

    fn sample(round: u32, failure: Option<&str>) -> Sample {
        let cell = Cell::from_name(&plan_file().cells[0]).unwrap();
        Sample {
            messages: 1_000,
            elapsed_ns: Some(14_000_000),
            failure: failure.map(str::to_owned),
            ..Sample::empty(CellName::from(&cell), Wait::Common, round, 0)
        }
    }

    #[test]
    fn a_plan_survives_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let state = State::at(directory.path());
        let mut plan = plan_file();
        let found = Conformance { failure: Some("no".to_owned()), ..Conformance::default() };
        plan.conformance.insert("rtrb".to_owned(), found);
        state.begin(&plan).unwrap();
        assert_eq!(state.plan().unwrap(), plan);
        assert_eq!(plan.plan().unwrap().cells.len(), 3);
        assert_eq!(plan.conforming().unwrap().len(), 2, "rtrb has failed");
    }

    #[test]
    fn every_round_has_one_process() {
        let plan = plan_file();
        let rounds: Vec<u32> = (0..2).flat_map(|process| plan.rounds_of(process)).collect();
        assert_eq!(rounds, [0, 1, 2]);
    }

    #[test]
    fn what_is_left_is_what_has_no_sample_and_has_not_failed() {
        let directory = tempfile::tempdir().unwrap();
        let state = State::at(directory.path());
        let plan = plan_file();
        state.begin(&plan).unwrap();
        assert_eq!(state.progress(&plan).unwrap().1, 9);
        let mut record = state.recorder().unwrap();
        record(&sample(1, None)).unwrap();
        let (before, left) = state.progress(&plan).unwrap();
        assert_eq!(left, 8);
        // That slice took twice as long as it should.
        assert_eq!(before.messages.values().copied().collect::<Vec<_>>(), [500]);
        record(&sample(2, Some("hang"))).unwrap();
        assert_eq!(state.progress(&plan).unwrap().1, 6, "the failed cell is not run again");
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_a_damaged_one_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let state = State::at(directory.path());
        state.begin(&plan_file()).unwrap();
        state.recorder().unwrap()(&sample(0, None)).unwrap();
        let path = state.samples_path();
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"round\":1,\"pla")).unwrap();
        assert_eq!(state.samples().unwrap().len(), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), whole, "the file is mended");
        fs::write(&path, format!("{whole}{{\"round\":1}}\n{whole}")).unwrap();
        let error = format!("{:#}", state.samples().unwrap_err());
        assert!(error.contains("damaged in line 2"), "{error}");
    }

    #[test]
    fn a_damaged_plan_is_an_error_that_names_it() {
        let directory = tempfile::tempdir().unwrap();
        let state = State::at(directory.path());
        let error = |state: &State| format!("{:#}", state.plan().unwrap_err());
        assert!(error(&state).contains("cannot read"));
        fs::write(state.plan_path(), "version = 1\n").unwrap();
        assert!(error(&state).contains("plan.toml' is damaged"));
        state.begin(&PlanFile { version: 2, ..plan_file() }).unwrap();
        assert!(error(&state).contains("another version"));
        state.begin(&PlanFile { processes: 0, ..plan_file() }).unwrap();
        assert!(error(&state).contains("is damaged"));
    }

    #[test]
    fn the_unfinished_run_that_was_begun_last_is_found() {
        let parent = tempfile::tempdir().unwrap();
        assert!(unfinished(parent.path(), "quick").is_err());
        let finished = State::at(&parent.path().join("finished"));
        let begun = State::at(&parent.path().join("begun"));
        for state in [&begun, &finished] {
            fs::create_dir(state.directory()).unwrap();
            state.begin(&plan_file()).unwrap();
        }
        let plan = plan_file();
        let mut record = finished.recorder().unwrap();
        for cell in plan.plan().unwrap().cells {
            for round in 0..3 {
                record(&Sample { cell: CellName::from(&cell), ..sample(round, None) }).unwrap();
            }
        }
        let found = unfinished(parent.path(), "quick").unwrap();
        assert_eq!(found.directory(), begun.directory());
        assert!(unfinished(parent.path(), "core").is_err());
    }
}
