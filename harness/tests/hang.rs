//! A queue that hangs while it is timed: a row says so, and the others are measured by another process.
//!
//! The processes that measure are this program, so that they know the queue: it has no test harness.

use std::collections::VecDeque;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ringway_harness::contender::{Info, Kind};
use ringway_harness::{main_with, registry::Entry, shared_queue};

/// More messages than conformance sends, and fewer than a slice and its warm-up.
const ENOUGH: u64 = 200_000;

/// How many messages this process has pushed.
static PUSHED: AtomicU64 = AtomicU64::new(0);

/// A queue that is full for ever when it has had enough.
#[derive(Debug)]
struct Tired<T> {
    messages: Mutex<VecDeque<T>>,
    capacity: usize,
}

impl<T> Tired<T> {
    fn new(capacity: usize) -> Self {
        Self { messages: Mutex::default(), capacity }
    }

    fn push(&self, message: T) -> Result<(), T> {
        let mut messages = self.messages.lock().unwrap();
        if messages.len() == self.capacity || PUSHED.load(Ordering::Relaxed) >= ENOUGH {
            return Err(message);
        }
        PUSHED.fetch_add(1, Ordering::Relaxed);
        messages.push_back(message);
        Ok(())
    }

    fn pop(&self) -> Option<T> {
        self.messages.lock().unwrap().pop_front()
    }
}

shared_queue!(Contender, Tired, Info::peer("tired", Kind::Mpmc),
    new: Tired::new, push: Tired::push, pop: Tired::pop);

/// Measures it beside rtrb, and looks at what the run has kept.
fn a_hang_is_a_row_and_the_run_goes_on() {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("RINGWAY_UNOPTIMIZED_CONTEST", "1");
    // A hang is found after 20 s, in whichever round, and rtrb may come after it.
    command.args(["run", "--budget", "30s", "--out", out.path().to_str().unwrap()]);
    for filter in ["tired/1x1/1/8B/1024/saturation", "rtrb/1x1/1/8B/1024/saturation"] {
        command.args(["--filter", filter]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |name: &str| {
        let row = text.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        row.unwrap_or_else(|| panic!("no row of {name}: {output:?}")).to_owned()
    };
    assert!(row("tired").contains("hang"), "{text}");
    let rtrb: Vec<_> = row("rtrb").split_whitespace().map(str::to_owned).collect();
    assert!(rtrb[2].parse::<f64>().unwrap() > 0.0, "{text}");
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_contest = arguments.first().is_some_and(|first| first == "run" || first == "worker");
    if is_contest {
        return main_with([Entry::single::<Contender>()]);
    }
    // As the usual harness: only what the arguments name.
    let mut names = arguments.iter().filter(|argument| !argument.starts_with('-'));
    let name = "a_hang_is_a_row_and_the_run_goes_on";
    if arguments.iter().any(|argument| argument == "--list") {
        println!("{name}: test");
    } else if names.all(|part| name.contains(part.as_str())) {
        a_hang_is_a_row_and_the_run_goes_on();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}
