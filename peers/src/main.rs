//! The tests of other channels, on ringway: `cargo peers`.
//!
//! It takes the test files of each peer from the registry, in the version that `Cargo.lock` pins, changes their
//! `use` lines in a folder outside the tree, builds them against ringway, and runs each test in a process of
//! its own. What does not pass must stand in `peers/left-out`, with the reason, and what stands there must not
//! pass. Nothing of a peer is ever part of this tree.

mod build;
mod compare;
mod cut;
mod left_out;
mod peer;
mod run;
mod source;

use anyhow::{Context, Result, bail};
use clap::Parser;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The tests of other channels, on ringway.
#[derive(Parser, Debug)]
struct Arguments {
    /// The peers to try; all of them, if none is named.
    peers: Vec<String>,
    /// Only tests whose name contains this.
    #[arg(long)]
    filter: Option<String>,
    /// Where to work, and what to leave there for the next time; otherwise a folder that is removed.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Tests at once; many of them sleep.
    #[arg(long, default_value_t = 2 * std::thread::available_parallelism().map_or(1, usize::from))]
    jobs: usize,
    /// Seconds for a test.
    #[arg(long, default_value_t = 60)]
    limit: u64,
    /// Print each test and what became of it.
    #[arg(long)]
    verbose: bool,
}

/// What became of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Outcome {
    /// It passed; whether a wide bound stood for no bound, and whether it took more than one try.
    Passed { wide: bool, tries: u32 },
    /// It failed each time; what it said.
    Failed(String),
    /// It does not compile; the first error.
    Broken(String),
    /// The peer itself ignores it.
    Ignored,
}

/// Where the workspace of ringway is: that of the cargo that runs this.
fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR");
    own.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from).join("..")
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let peers = peer::chosen(&arguments.peers)?;
    let temporary = tempfile::tempdir()?;
    let dir = arguments.dir.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(dir)?;
    let (dir, tree) = (dir.canonicalize()?, root().canonicalize()?);
    if dir.starts_with(&tree) {
        bail!("{} lies in the tree, where nothing of a peer belongs", dir.display());
    }

    let sources = source::find(&peers)?;
    let mut suites = build::write(&dir, &tree, &sources.features, &sources.peers)?;
    let mut outcomes = BTreeMap::new();
    let built = build::build(&dir, &mut suites, &mut outcomes)?;
    let wanted = |test: &str| arguments.filter.as_deref().is_none_or(|part| test.contains(part));
    let list: Vec<_> = left_out::read(&root().join("peers/left-out"))
        .context("peers/left-out")?
        .into_iter()
        .filter(|entry| peers.iter().any(|peer| peer.name == entry.test.peer))
        .filter(|entry| wanted(&entry.test.to_string()))
        .collect();
    let expected = list.iter().map(|entry| entry.test.clone()).collect();
    outcomes.retain(|test, _| wanted(&test.to_string()));
    let tests =
        run::list(&built)?.into_iter().filter(|one| wanted(&one.test.to_string())).collect();
    let limit = Duration::from_secs(arguments.limit);
    run::run(tests, &expected, arguments.jobs, limit, &mut outcomes)?;
    if arguments.verbose {
        for (test, outcome) in &outcomes {
            println!("{test}: {outcome:?}");
        }
    }
    println!("{}", compare::table(&sources.peers, &outcomes, &list));
    let wrong = compare::wrong(&outcomes, &list);
    for line in &wrong {
        println!("{line}");
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
