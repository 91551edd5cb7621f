//! Runs each test of an executable in a process of its own, some at a time.
//!
//! The explorers map and unmap the stacks of a model's threads in each execution. The threads of one
//! process wait for each other there, so that two models in one process take as long as one after
//! the other. And a model that aborts ends no other.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// The options of a test executable that each process gets; all others choose the tests.
const PASSED_ON: [&str; 4] = ["--ignored", "--include-ignored", "--nocapture", "--show-output"];

/// How many tests ended how.
#[derive(Default)]
struct Ended {
    passed: usize,
    failed: Vec<String>,
    ignored: usize,
}

/// Runs the tests of `executable` that `arguments` choose; whether all passed.
///
/// # Errors
///
/// If the executable cannot be run.
pub(crate) fn run(executable: &OsStr, arguments: &[String]) -> io::Result<ExitCode> {
    let Some(names) = list(executable, arguments)? else {
        // It has no tests to be listed: help, or nothing of libtest.
        let status = Command::new(executable).args(arguments).status()?;
        return Ok(code(status.success()));
    };
    println!("\nrunning {} of its tests, each in a process of its own", names.len());
    let begin = Instant::now();
    let options: Vec<_> = arguments.iter().filter(|it| PASSED_ON.contains(&it.as_str())).collect();
    let left = Mutex::new(VecDeque::from(names));
    let ended = Mutex::new(Ended::default());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || -> io::Result<()> {
        while let Some(name) = next() {
            let mut command = Command::new(executable);
            command.arg("--exact").arg(&name).args(&options);
            // What a test says while it runs is seen at once.
            let output = command.stderr(Stdio::inherit()).output()?;
            tell(&mut ended.lock().unwrap_or_else(PoisonError::into_inner), name, &output);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_a_time()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;

    let Ended { passed, failed, ignored } =
        ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    for name in &failed {
        println!("failed: {name}");
    }
    println!(
        "\ntest result: {result}. {passed} passed; {} failed; {ignored} ignored; finished in {:.2}s\n",
        failed.len(),
        begin.elapsed().as_secs_f64()
    );
    Ok(code(failed.is_empty()))
}

/// Counts a test by how it ended, and says it.
fn tell(ended: &mut Ended, name: String, output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let how = if !output.status.success() {
        print!("{text}");
        println!("{name} ended with {}", output.status);
        ended.failed.push(name.clone());
        "FAILED"
    } else if text.contains(" 1 ignored") {
        ended.ignored += 1;
        "ignored"
    } else {
        assert!(text.contains(" 1 passed"), "{name} was listed and not run:\n{text}");
        ended.passed += 1;
        "ok"
    };
    println!("test {name} ... {how}");
}

/// The names of the tests that `arguments` choose, if the executable lists any.
fn list(executable: &OsStr, arguments: &[String]) -> io::Result<Option<Vec<String>>> {
    let output =
        Command::new(executable).args(arguments).args(["--list", "--format", "terse"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test")).map(String::from);
    let names: Vec<_> = names.collect();
    Ok((output.status.success() && !names.is_empty()).then_some(names))
}

/// As many as libtest would run.
fn at_a_time() -> usize {
    let chosen = std::env::var("RUST_TEST_THREADS").ok().and_then(|text| text.parse().ok());
    let processors = || thread::available_parallelism().map_or(1, usize::from);
    chosen.unwrap_or_else(processors).max(1)
}

fn code(is_passed: bool) -> ExitCode {
    if is_passed { ExitCode::SUCCESS } else { ExitCode::from(101) }
}
