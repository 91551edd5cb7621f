//! The files of a contest: `<out>/<machine-key>/<date>-<commit>-<label>/`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::environment::Environment;
use crate::output::{Finished, millis};
use crate::plan::Cell;
use crate::report;

/// Where results are unless the user says otherwise.
pub const RESULTS: &str = "results";

/// A directory that is there, is empty and can be written to.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

/// The machine and the settings, as `env.json` has them.
#[derive(Serialize)]
struct Env<'a> {
    #[serde(flatten)]
    environment: &'a Environment,
    seed: u64,
    rounds: u32,
    slice_ms: f64,
    command: &'a str,
    end: String,
    rounded: &'a BTreeMap<&'static str, String>,
    skipped: Vec<Skipped>,
}

/// A cell that could not run.
#[derive(Serialize)]
struct Skipped {
    cell: String,
    reason: String,
}

impl RunDirectory {
    /// Makes the directory of a run before anything is measured, so that nothing is measured in vain. A
    /// second run of the same day, commit and label gets a number.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn create(out: &Path, environment: &Environment, label: &str) -> Result<Self> {
        let cannot = |path: &Path| format!("cannot make the directory '{}'", path.display());
        let parent = out.join(environment.machine_key());
        fs::create_dir_all(&parent).with_context(|| cannot(&parent))?;
        let name = format!("{}-{}-{label}", environment.date, environment.commit);
        let mut path = parent.join(&name);
        let mut number = 1;
        loop {
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    number += 1;
                    path = parent.join(format!("{name}-{number}"));
                }
                Err(error) => return Err(error).with_context(|| cannot(&path)),
            }
        }
    }

    /// A directory that is there.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all files.
    ///
    /// # Errors
    ///
    /// If one of them cannot be written.
    pub fn write(&self, finished: &Finished<'_>) -> Result<()> {
        self.samples(finished)
            .with_context(|| format!("cannot write to '{}'", self.path.display()))
            .and_then(|()| self.write_beside_samples(finished))
    }

    /// Writes all files but that of the samples, which are already there.
    ///
    /// # Errors
    ///
    /// If one of them cannot be written.
    pub fn write_beside_samples(&self, finished: &Finished<'_>) -> Result<()> {
        self.env(finished)
            .and_then(|()| {
                self.summary(finished)?;
                report::command::write(std::slice::from_ref(&self.path), &self.path).map(|_| ())
            })
            .with_context(|| format!("cannot write to '{}'", self.path.display()))
    }

    /// The machine and the settings.
    fn env(&self, finished: &Finished<'_>) -> Result<()> {
        let env = Env {
            environment: finished.environment,
            seed: finished.seed,
            rounds: finished.schedule.rounds,
            slice_ms: millis(finished.schedule.slice),
            command: &finished.command,
            end: format!("{:?}", finished.end).to_lowercase(),
            rounded: &finished.rounded,
            skipped: finished.plan.skipped.iter().map(skipped).collect(),
        };
        Ok(fs::write(self.path.join("env.json"), serde_json::to_string_pretty(&env)? + "\n")?)
    }

    /// One line for each slice.
    fn samples(&self, finished: &Finished<'_>) -> Result<()> {
        let mut file = BufWriter::new(File::create(self.path.join("samples.jsonl"))?);
        for sample in finished.samples {
            serde_json::to_writer(&mut file, sample)?;
            writeln!(file)?;
        }
        Ok(file.flush()?)
    }

    /// One line for each cell.
    fn summary(&self, finished: &Finished<'_>) -> Result<()> {
        let mut file = csv::Writer::from_path(self.path.join("summary.csv"))?;
        for row in finished.rows {
            file.serialize(row)?;
        }
        Ok(file.flush()?)
    }
}

/// A cell that could not run, by name.
fn skipped((cell, reason): &(Cell, String)) -> Skipped {
    Skipped { cell: cell.to_string(), reason: reason.clone() }
}

/// The newest result of a machine, by its date and then by when it was written; the machine is its key, or `*` for
/// any.
///
/// # Errors
///
/// If there is none.
pub fn newest(results: &Path, machine: &str) -> Result<PathBuf> {
    let pattern = results.join(machine).join("*").join("env.json");
    let found = glob::glob(&pattern.to_string_lossy())?.flatten();
    let dated = found.filter_map(|path| {
        let dir = path.parent()?;
        let date: String = dir.file_name()?.to_string_lossy().chars().take(10).collect();
        Some((date, path.metadata().and_then(|data| data.modified()).ok(), dir.to_owned()))
    });
    match dated.max() {
        Some((_, _, dir)) => Ok(dir),
        None if machine == "*" => {
            bail!("there is no result below '{}'; name a directory", results.display())
        }
        None => bail!(
            "there is no result of this machine below '{}'; name a directory",
            results.join(machine).display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_gets_a_number() {
        let out = tempfile::tempdir().unwrap();
        let environment = Environment::read();
        let first = RunDirectory::create(out.path(), &environment, "quick").unwrap();
        let second = RunDirectory::create(out.path(), &environment, "quick").unwrap();
        assert!(
            first.path().ends_with(format!("{}-{}-quick", environment.date, environment.commit))
        );
        assert!(second.path().to_string_lossy().ends_with("-quick-2"));
    }

    #[test]
    fn the_newest_result_is_that_of_the_last_day_and_of_one_machine_if_asked() {
        let results = tempfile::tempdir().unwrap();
        for dir in ["a/2026-01-02-x-quick", "a/2026-01-10-x-quick", "b/2026-02-01-x-core"] {
            fs::create_dir_all(results.path().join(dir)).unwrap();
            fs::write(results.path().join(dir).join("env.json"), "{}").unwrap();
        }
        let newest = |machine| newest(results.path(), machine);
        assert!(newest("*").unwrap().ends_with("b/2026-02-01-x-core"));
        assert!(newest("a").unwrap().ends_with("a/2026-01-10-x-quick"));
        assert!(newest("c").unwrap_err().to_string().contains("no result of this machine"));
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_an_error_that_names_it() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("file");
        fs::write(&file, "").unwrap();
        let error = RunDirectory::create(&file, &Environment::read(), "quick").unwrap_err();
        assert!(format!("{error:#}").contains("cannot make the directory"));
    }
}
