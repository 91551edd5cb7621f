//! The files of a contest: `results/<machine>/<date>-<commit>-durable/`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::contest::Outcome;
use crate::environment::Environment;
use crate::goals::Goal;

/// What `environment.json` has: where it ran, and how. It is no `env.json`, by which the contest of rings knows its results.
#[derive(Serialize)]
struct Env<'a> {
    #[serde(flatten)]
    environment: &'a Environment,
    #[serde(flatten)]
    settings: &'a crate::contest::Settings,
    end: &'static str,
    syncs_by_strace: &'a crate::contest::SyncsByName,
    failed: &'a crate::contest::Failed,
}

/// Makes the directory before anything is measured, so that nothing is measured in vain. A second contest of the same day
/// and commit gets a number.
pub fn create(out: &Path, environment: &Environment) -> Result<PathBuf> {
    let cannot = |path: &Path| format!("cannot make the directory '{}'", path.display());
    let parent = out.join(environment.machine_key());
    fs::create_dir_all(&parent).with_context(|| cannot(&parent))?;
    let name = format!("{}-{}-durable", environment.date, environment.commit);
    let names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}-{number}")));
    for name in names {
        let path = parent.join(name);
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| cannot(&path)),
        }
    }
    unreachable!("there are always further numbers")
}

/// Writes all files.
pub fn write(
    to: &Path,
    environment: &Environment,
    outcome: &Outcome,
    goals: &[Goal],
    text: &str,
) -> Result<()> {
    let env = Env {
        environment,
        settings: &outcome.settings,
        end: if outcome.is_complete { "complete" } else { "interrupted" },
        syncs_by_strace: &outcome.syncs,
        failed: &outcome.failed,
    };
    let save = |name: &str, text: &str| {
        let path = to.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write '{}'", path.display()))
    };
    save("environment.json", &pretty(&env)?)?;
    save("goals.json", &pretty(goals)?)?;
    save("report.txt", text)?;
    let lines = outcome.samples.0.iter().map(|sample| Ok(serde_json::to_string(sample)? + "\n"));
    save("samples.jsonl", &lines.collect::<Result<String>>()?)
}

/// JSON for people.
fn pretty(value: &(impl Serialize + ?Sized)) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
