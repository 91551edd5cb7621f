//! The command itself: which directories, and where the report goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::commands::print;
use crate::output::files::{RESULTS, newest};
use crate::report::analysis::Analysis;
use crate::report::input::Run;
use crate::report::{markdown, page, readme};

/// The settings of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Result directories [default: the newest below results/]
    #[arg(value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
    /// Where to write report.html and report.md [default: the result directory; of several, the current one]
    #[arg(long, value_name = "DIR", conflicts_with = "readme")]
    pub out: Option<PathBuf>,
    /// Write the figures of README.md instead, from the result that it names, or from DIR
    #[arg(long)]
    pub readme: bool,
    /// Write nothing; fail if README.md does not say what its result says
    #[arg(long, requires = "readme")]
    pub check: bool,
}

/// Reads results and writes reports.
///
/// # Errors
///
/// If a result cannot be read or a report cannot be written, or if the README is not as it should be.
pub fn run(arguments: &Report) -> Result<ExitCode> {
    if arguments.readme {
        return readme::run(&arguments.dirs, arguments.check);
    }
    let dirs = match &*arguments.dirs {
        [] => vec![newest(Path::new(RESULTS), "*")?],
        dirs => dirs.to_vec(),
    };
    let out = match (&arguments.out, &*dirs) {
        (Some(out), _) => out,
        (None, [dir]) => dir,
        (None, _) => Path::new("."),
    };
    let headline = write(&dirs, out)?;
    print(&format!("{headline}\n"))?;
    eprintln!(
        "written to {} and {}",
        out.join("report.html").display(),
        out.join("report.md").display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Writes the report of some results to a directory; returns what it says first.
///
/// # Errors
///
/// If a result cannot be read or the report cannot be written.
pub fn write(dirs: &[PathBuf], out: &Path) -> Result<String> {
    let runs: Vec<Run> = dirs.iter().map(|dir| Run::read(dir)).collect::<Result<_>>()?;
    let runs: Vec<Analysis<'_>> = runs.iter().map(Analysis::of).collect();
    fs::create_dir_all(out)
        .with_context(|| format!("cannot make the directory '{}'", out.display()))?;
    for (name, text) in
        [("report.html", page::html(&runs)), ("report.md", markdown::markdown(&runs))]
    {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write '{}'", path.display()))?;
    }
    Ok(markdown::first_words(&runs))
}
