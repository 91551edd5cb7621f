//! Each test in a process of its own, several at once, with a limit of time.

use crate::Outcome;
use crate::build::Built;
use crate::left_out::Test;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How often a test is tried that should pass: many of them look at the clock.
const TRIES: u32 = 3;

/// What is said of a test that does not end.
const TOO_LONG: &str = "it takes too long";

/// A test that was built.
#[derive(Debug)]
pub struct One {
    pub test: Test,
    executable: PathBuf,
    is_ignored: bool,
}

/// All tests that were built.
pub fn list(built: &[Built]) -> Result<Vec<One>> {
    let mut tests = Vec::new();
    for suite in built {
        let names = |more: &[&str]| -> Result<Vec<String>> {
            let output = Command::new(&suite.executable)
                .args(["--list", "--format", "terse"])
                .args(more)
                .output()
                .with_context(|| suite.executable.display().to_string())?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok(text
                .lines()
                .filter_map(|line| line.strip_suffix(": test"))
                .map(str::to_string)
                .collect())
        };
        let ignored = names(&["--ignored"])?;
        tests.extend(names(&[])?.into_iter().map(|name| One {
            is_ignored: ignored.contains(&name),
            test: Test { peer: suite.peer.into(), file: suite.file.clone(), name },
            executable: suite.executable.clone(),
        }));
    }
    Ok(tests)
}

/// Runs the tests, `jobs` at once; those that fail and are not expected to are tried again, one at a time.
pub fn run(
    tests: Vec<One>,
    expected: &BTreeSet<Test>,
    jobs: usize,
    limit: Duration,
    outcomes: &mut BTreeMap<Test, Outcome>,
) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let mut tests = tests;
    for tries in 1..=TRIES {
        let next = Mutex::new(tests.iter().enumerate());
        let done = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..if tries == 1 { jobs } else { 1 } {
                scope.spawn(|| {
                    loop {
                        let taken = next.lock().unwrap().next();
                        let Some((at, one)) = taken else { break };
                        let outcome = attempt(
                            one,
                            &scratch.path().join(format!("{tries}-{at}")),
                            limit,
                            tries,
                        );
                        done.lock().unwrap().push((at, outcome));
                    }
                });
            }
        });
        let mut again = BTreeSet::new();
        for (at, outcome) in done.into_inner().unwrap() {
            let (test, outcome) = (&tests[at].test, outcome?);
            let may_be_chance = matches!(&outcome, Outcome::Failed(said) if said != TOO_LONG);
            if may_be_chance && !expected.contains(test) {
                again.insert(test.clone());
            }
            outcomes.insert(test.clone(), outcome);
        }
        tests.retain(|one| again.contains(&one.test));
    }
    Ok(())
}

/// Runs a test once.
fn attempt(one: &One, scratch: &std::path::Path, limit: Duration, tries: u32) -> Result<Outcome> {
    if one.is_ignored {
        return Ok(Outcome::Ignored);
    }
    fs::create_dir_all(scratch)?;
    let (said, wide) = (scratch.join("said"), scratch.join("wide"));
    let file = File::create(&said)?;
    let mut child = Command::new(&one.executable)
        .args(["--exact", &one.test.name, "--nocapture", "--test-threads", "1"])
        .env("RINGWAY_PEERS_WIDE", &wide)
        .current_dir(scratch)
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()?;
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    Ok(match status {
        None => Outcome::Failed(TOO_LONG.into()),
        Some(status) if status.success() => Outcome::Passed { wide: wide.exists(), tries },
        Some(status) => {
            let text = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
            let mut lines = text.lines().skip_while(|line| !line.contains("panicked at"));
            let said: Vec<_> = lines
                .by_ref()
                .take_while(|line| !line.starts_with("stack backtrace"))
                .take(4)
                .collect();
            Outcome::Failed(if said.is_empty() { status.to_string() } else { said.join(" | ") })
        }
    })
}
