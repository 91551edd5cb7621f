//! A process with four producers and four consumers is killed, again and again, and what it was told is compared with what
//! is there.
//!
//! The process is this test, started once more with a directory in [`DIRECTORY`]. It logs what it asks for before it does,
//! and what it was told after that, and it writes a byte for each event into a pipe: so it is killed after a number of
//! events, and not after a time.

#[path = "../common/mod.rs"]
mod common;

mod child;
mod log;
mod witness;

use std::env;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::sim::Random;
use ringway_durable::{OpenError, Options, Queue};
use witness::Witness;

/// Where the process that is killed keeps its queue and its logs.
const DIRECTORY: &str = "RINGWAY_KILLED_IN";

/// The number of the process that is killed.
const ROUND: &str = "RINGWAY_KILLED_ROUND";

/// Small segments, so that they follow each other.
fn options() -> Options {
    Options::new().segment_size(128 << 10).room(64).max_in_flight(1 << 14).cache_bytes(1 << 16)
}

/// What the process does that is killed; nothing where the tests are run as usual.
#[test]
fn the_process_that_is_killed() {
    if let (Ok(directory), Ok(round)) = (env::var(DIRECTORY), env::var(ROUND)) {
        child::run(Path::new(&directory), round.parse().expect("the round is a number"));
    }
}

#[test]
fn a_process_is_killed() {
    let kills = env::var("RINGWAY_KILLS")
        .map_or(50, |kills| kills.parse().expect("RINGWAY_KILLS is a number"));
    let seed =
        env::var("RINGWAY_SEED").map_or(1, |seed| seed.parse().expect("RINGWAY_SEED is a number"));
    let mut random = Random::new(seed);
    let directory = tempfile::tempdir().expect("there is a directory");
    let mut witness = Witness::new();
    for round in 0..kills {
        let events = 1 + if random.of_16(4) { random.below(6) } else { random.below(3000) };
        let looks = random.of_16(4);
        kill_after(directory.path(), round, events, looks);
        if let Err(error) = witness.look(directory.path(), round, &mut random) {
            let kept = directory.keep();
            panic!(
                "seed {seed}, round {round}, killed after {events} events: {error}; see {}",
                kept.display()
            );
        }
    }
    println!("{kills} kills: {:?}", witness.figures());
}

/// Starts the process and kills it after so many events; where `looks`, it is seen that the queue is locked meanwhile.
fn kill_after(directory: &Path, round: u64, events: usize, looks: bool) {
    let mut process = Command::new(env::current_exe().expect("the test has a file"))
        .args(["--exact", "the_process_that_is_killed", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the process starts");
    let is_open = count(&mut process, events);
    if looks && is_open {
        match Queue::open(directory.join("queue"), options()) {
            Err(OpenError::Locked { pid, .. }) => assert_eq!(pid, Some(process.id())),
            other => panic!("another process has it, and: {other:?}"),
        }
    }
    process.kill().expect("it is there");
    let status = process.wait().expect("it is there");
    let mut said = String::new();
    let _ = process.stderr.take().expect("it is a pipe").read_to_string(&mut said);
    assert!(!status.success() && !said.contains("panicked"), "it ended by itself: {said}");
}

/// Waits for so many events; whether the queue is open then.
fn count(process: &mut Child, events: usize) -> bool {
    let pipe = process.stdout.as_mut().expect("it is a pipe");
    let (mut left, mut is_open) = (events, false);
    let mut bytes = [0; 64];
    while left > 0 {
        let read = pipe.read(&mut bytes).expect("it is a pipe");
        if read == 0 {
            // It has panicked, which is seen by what it said.
            return false;
        }
        is_open |= bytes[..read].contains(&child::DONE);
        let happened = bytes[..read]
            .iter()
            .filter(|&&byte| byte == child::BEGUN || byte == child::DONE)
            .count();
        left = left.saturating_sub(happened);
    }
    is_open
}
