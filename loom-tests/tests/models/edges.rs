//! Each named ordering of the library is needed: with it weakened to relaxed, a model fails.
//!
//! The library reads the name of the edge to weaken from the environment, once for a process, so
//! each trial is a child process: this same executable, with the models that are to fail.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ringway::edge::TABLE;

/// The models that need each edge.
const NEEDED_BY: &[(&str, &[&str])] = &[
    ("FILLED_COMMIT", &["races::empty_race_on_each_ring"]),
    ("FILLED_READY", &["races::empty_race_on_each_ring"]),
    ("EMPTIED_COMMIT", &["races::full_race_on_each_ring"]),
    ("EMPTIED_READY", &["races::full_race_on_each_ring"]),
    ("LONE_COMMIT", &["batches::one_by_one_and_in_batches_between_lone_sides"]),
    ("LONE_LOOK", &["batches::one_by_one_and_in_batches_between_lone_sides"]),
    ("COUNTER_CLAIM", &["late::d2_empty_is_not_said_of_a_queue_that_is_never_empty"]),
    ("COUNTER_LOOK", &["late::d2_full_is_not_said_of_a_queue_that_is_never_full"]),
    ("WATCH_LOWER", &["calm::who_believes_that_nobody_is_late_sees_what_the_late_have_left"]),
    ("WATCH_LOOK", &["calm::who_believes_that_nobody_is_late_sees_what_the_late_have_left"]),
    ("LATE_CHANGE", &["late::a3_a_completed_push_is_popped_past_a_late_producer"]),
    ("LATE_LOOK", &["late::a3_a_completed_push_is_popped_past_a_late_producer"]),
    ("LIGHT_FENCE", &["late::a3_a_completed_push_is_popped_past_a_late_producer"]),
    ("HEAVY_FENCE", &["late::a3_a_completed_push_is_popped_past_a_late_producer"]),
    ("WAKE_FENCE", &["channel::a_message_wakes_a_receiver"]),
    ("PARK_FENCE", &["channel::a_message_wakes_a_receiver"]),
    ("OWED_FENCE", &["channel::kept::l1_who_holds_the_list_tells_those_who_were_to_be_told"]),
    ("PAID_FENCE", &["channel::kept::l1_who_holds_the_list_tells_those_who_were_to_be_told"]),
    ("BUDGET_FREED", &["channel::weights::who_sees_that_weight_is_free_finds_a_slot"]),
    ("FREED_SEEN", &["channel::weights::who_sees_that_weight_is_free_finds_a_slot"]),
    ("CLOSE", &["channel::close::who_learns_of_the_end_sees_what_was_done_before"]),
    ("CLOSED", &["channel::close::who_learns_of_the_end_sees_what_was_done_before"]),
    ("HANDLE_LEAVES", &["ownership::disconnected_only_when_nothing_is_left"]),
    ("HANDLES_LEFT", &["ownership::disconnected_only_when_nothing_is_left"]),
    ("HANDLE_GONE", &["ownership::a_ring_is_split_again_by_another_thread"]),
    ("FIRST_PAIR", &["ownership::a_ring_is_split_again_by_another_thread"]),
];

/// The variable in which the library finds the name of the edge to weaken.
const WEAKEN: &str = "RINGWAY_WEAKEN";

/// How long a child may take: many times what the models of an edge take.
const LIMIT: Duration = Duration::from_secs(300);

/// How a child ended.
#[derive(Debug, PartialEq)]
enum End {
    Passed,
    /// A model failed, as models do.
    Caught,
    /// Anything else: no verdict on the edge.
    Error(&'static str),
}

/// Runs models in a child, with an edge weakened or none; how it ended and what it printed.
fn run(edge: Option<&str>, models: &[&str]) -> (End, String) {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let mut command = Command::new(executable);
    command.args(["--exact", "--nocapture", "--test-threads=1"]).args(models);
    command.env_remove(WEAKEN).env("RUST_BACKTRACE", "0");
    if let Some(edge) = edge {
        command.env(WEAKEN, edge);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the executable of this test can be run");
    let outputs = [read(child.stdout.take()), read(child.stderr.take())];

    let deadline = Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break Some(status);
        }
        if Instant::now() > deadline {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
            break None;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let output = outputs.map(|output| output.join().expect("reading does not panic")).concat();
    (verdict(status.map(|status| status.code()), &output, models.len()), output)
}

/// Reads a stream of a child to its end.
fn read(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    let mut stream = stream.expect("the stream is piped");
    thread::spawn(move || {
        let mut output = Vec::new();
        // What came before an error is still worth showing.
        let _ = stream.read_to_end(&mut output);
        String::from_utf8_lossy(&output).into_owned()
    })
}

/// What an exit code (none if the limit passed, or if a signal ended it) and an output mean.
fn verdict(status: Option<Option<i32>>, output: &str, models: usize) -> End {
    let Some(code) = status else { return End::Error("the limit of time has passed") };
    let plural = if models == 1 { "" } else { "s" };
    if !output.contains(&format!("running {models} test{plural}\n")) {
        return End::Error("not all the named models were run");
    }
    if output.contains("maximum number of branches") {
        return End::Error("an execution did not end");
    }
    match code {
        Some(0) => End::Passed,
        Some(101) if output.contains("test result: FAILED") => End::Caught,
        // Handles that are dropped on the way of a panic may well panic again.
        None if output.contains("panic in a destructor during cleanup") => End::Caught,
        _ => End::Error("neither passed nor failed"),
    }
}

/// The message of the first panic in an output.
fn reason(output: &str) -> &str {
    let mut lines = output.lines().skip_while(|line| !line.contains("panicked at"));
    lines.nth(1).unwrap_or("no panic")
}

#[test]
fn the_table_names_every_edge_once() {
    let named: Vec<_> = NEEDED_BY.iter().map(|(edge, _)| *edge).collect();
    let edges: Vec<_> = TABLE.iter().map(|edge| edge.name).collect();
    assert_eq!(named, edges);
}

#[test]
fn every_edge_is_needed() {
    let mut models: Vec<_> = NEEDED_BY.iter().flat_map(|(_, models)| *models).copied().collect();
    models.sort_unstable();
    models.dedup();
    let (end, output) = run(None, &models);
    assert_eq!(end, End::Passed, "with no edge weakened:\n{output}");

    let mut wrong = Vec::new();
    for (edge, models) in NEEDED_BY {
        let (end, output) = run(Some(edge), models);
        let trial = format!("{edge} weakened, {}: {end:?}", models.join(" and "));
        let _ = writeln!(std::io::stderr(), "{trial}: {}", reason(&output));
        if end != End::Caught {
            wrong.push(format!("{trial}\n{output}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
