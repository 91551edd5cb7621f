//! The command line as a user meets it. Nothing here depends on how fast anything is.

use std::process::{Command, Output};

/// Runs the contest with arguments.
fn contest(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
    command.args(arguments).output().expect("the contest starts")
}

/// The same of a contest that measures, though this may be a debug build: the numbers mean nothing here.
fn measured(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
    command.env("RINGWAY_UNOPTIMIZED_CONTEST", "1");
    command.args(arguments).output().expect("the contest starts")
}

/// What it printed, if it succeeded.
fn printed(arguments: &[&str]) -> String {
    let output = measured(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What it complained about; it must not have panicked.
fn complaint(arguments: &[&str]) -> String {
    let output = contest(arguments);
    assert!(!output.status.success());
    let complaint = String::from_utf8(output.stderr).expect("text");
    assert!(complaint.contains("error:") && !complaint.contains("panicked"), "{complaint}");
    complaint
}

#[test]
fn list_names_the_contenders() {
    let list = printed(&["list"]);
    for key in [
        "ringway-spsc",
        "ringway-mpsc",
        "ringway-spmc",
        "ringway-mpmc",
        "ringway-mpmc-aa",
        "ringway-queue",
        "crossbeam-queue",
        "crossbeam-channel",
        "concurrent-queue",
        "lfqueue",
        "parkring",
        "parkring-scq",
        "heapless",
        "gil-mpmc",
        "kanal",
        "crossfire",
        "flume",
        "std-sync",
        "async-channel",
        "tokio-mpsc",
        "parkring-channel",
        "thingbuf",
        "thingbuf-channel",
        "disruptor",
        "nexus-mpsc",
        "rtrb",
        "ringbuf",
        "fq",
        "gil-spsc",
        "nexus-spsc",
        "mutex-vecdeque",
        "parking-lot",
        "mutex-condvar",
        "claim-publish",
        "copy-limit",
        "fetch-add",
        "empty-loop",
    ] {
        let named = |line: &str| line.split_whitespace().next() == Some(key);
        assert!(list.lines().any(named), "{key} is missing in\n{list}");
    }
    assert!(!list.contains("unknown version"));
    let role = |key: &str| list.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
    assert!(role("fetch-add").contains("ceiling, no queue"), "{list}");
    assert!(role("empty-loop").contains("overhead, no queue"), "{list}");
}

#[test]
fn list_says_why_a_cell_does_not_run() {
    let cells = printed(&["list", "--cells", "--filter", "rtrb/*/1"]);
    assert!(cells.contains("rtrb/1x1/1") && cells.contains("SPSC only"), "{cells}");
    assert!(!cells.contains("kanal"));
}

#[test]
fn list_shows_the_cells_of_any_suite() {
    let cells = printed(&["list", "--suite", "latency", "--filter", "kanal/1x1/*/*/*/*/own"]);
    assert!(cells.contains("kanal/1x1/1/8B/1024/rate-1m/own"), "{cells}");
}

#[test]
fn verify_passes() {
    let found = printed(&["verify", "--filter", "ringway-*"]);
    assert!(!found.contains("failed"), "{found}");
    assert_eq!(found.matches("passed").count(), 8, "{found}");
}

#[test]
fn verify_tells_what_capacity_a_peer_really_has() {
    let peers = ["gil-*", "nexus-*", "fq", "parkring*"];
    let filters = peers.iter().flat_map(|peer| ["--filter", peer]);
    let found = printed(&["verify"].into_iter().chain(filters).collect::<Vec<_>>());
    assert_eq!(found.matches("passed").count(), 8, "{found}");
    for (key, capacity) in [
        ("gil-spsc", "as asked"),
        ("gil-mpmc", "asked 10, given 16"),
        ("nexus-spsc", "asked 10, given 16"),
        ("nexus-mpsc", "asked 10, given 16"),
        ("fq", "asked 10, given 16; asked 1, given 2"),
        ("parkring", "asked 10, given 16; asked 1, given 2"),
        ("parkring-scq", "asked 10, given 16"),
        ("parkring-channel", "asked 10, given 16; asked 1, given 2"),
    ] {
        let named = |line: &&str| line.split_whitespace().next() == Some(key);
        let line = found.lines().find(named).unwrap();
        assert!(line.trim_end().ends_with(&format!("  {capacity}")), "{found}");
    }
}

#[test]
fn verify_says_who_is_exempt_and_why() {
    let bounds = ["copy-limit", "fetch-add", "empty-loop"];
    let found =
        printed(&["verify", "--filter", bounds[0], "--filter", bounds[1], "--filter", bounds[2]]);
    for key in bounds {
        let line = found.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
        assert!(line.contains("exempt: no queue"), "{found}");
    }
    assert!(!found.contains("passed"), "{found}");
}

#[test]
fn bad_arguments_are_errors() {
    assert!(complaint(&["quick", "--seconds", "soon"]).contains("not a number of seconds"));
    assert!(complaint(&["quick", "--seconds", "0"]).contains("between"));
    assert!(complaint(&["quick", "--seconds", "NaN"]).contains("between"));
    assert!(complaint(&["quick", "--rounds", "0"]).contains("--rounds"));
    assert!(complaint(&["quick", "--filter", "a/b/c/d/e/f/g/h"]).contains("more than"));
    assert!(complaint(&["quick", "--filter", "["]).contains("no glob"));
    assert!(complaint(&["suspended", "--stop-ms", "0.1"]).contains("between"));
    assert!(complaint(&["quicker"]).contains("quicker"));
    assert!(complaint(&["run", "--budget", "soon"]).contains("no period of time"));
    assert!(complaint(&["run", "--suite", "nothing"]).contains("there are quick, core"));
    assert!(complaint(&["run", "--resume", "--seed", "1"]).contains("cannot be used with"));
    assert!(complaint(&["list", "--suite", "nothing"]).contains("no suite"));
}

#[test]
fn filters_that_choose_nothing_are_errors() {
    assert!(complaint(&["quick", "--filter", "nobody"]).contains("matches no cell"));
    assert!(complaint(&["quick", "--filter", "rtrb/2x2/1"]).contains("SPSC only"));
    assert!(complaint(&["list", "--filter", "nobody"]).contains("no contender"));
    assert!(complaint(&["list", "--cells", "--filter", "nobody"]).contains("no cell"));
    assert!(complaint(&["verify", "--filter", "nobody"]).contains("no contender"));
    assert!(complaint(&["suspended", "--filter", "nobody"]).contains("no contender"));
    for key in ["ringway-mpsc", "ringway-mpmc-aa", "kanal", "fetch-add"] {
        assert!(complaint(&["suspended", "--filter", key]).contains("3x2"), "{key}");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_debug_build_is_not_timed() {
    assert!(complaint(&["quick", "--no-save"]).contains("debug build"));
    assert!(complaint(&["suspended"]).contains("debug build"));
    assert!(complaint(&["run", "--suite", "core"]).contains("debug build"));
}

mod measuring {
    use std::fs;

    use ringway_harness::environment;

    use super::*;

    /// A contest so short that its numbers mean nothing.
    const SHORT: [&str; 6] = ["quick", "--seconds", "0.2", "--filter", "rtrb/1x1/1", "--out"];

    #[test]
    fn a_directory_that_cannot_be_made_is_an_error_before_anything_is_measured() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("file");
        fs::write(&file, "").unwrap();
        let arguments = [&SHORT[..], &[file.to_str().unwrap()]].concat();
        let complaint = String::from_utf8(measured(&arguments).stderr).unwrap();
        assert!(complaint.contains("cannot make the directory"), "{complaint}");
    }

    #[test]
    fn json_is_one_object_for_each_cell_and_the_files_are_written() {
        let out = tempfile::tempdir().unwrap();
        let arguments = [&SHORT[..], &[out.path().to_str().unwrap(), "--json"]].concat();
        let lines = printed(&arguments);
        let cells: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(cells.len(), 3, "rtrb and the reference twice");
        let keys = [
            "contender",
            "topology",
            "batch",
            "wait",
            "mmsg_s",
            "mmsg_s_min",
            "mmsg_s_max",
            "cpu_ns_per_msg",
            "ratio",
            "ratio_lo",
            "ratio_hi",
            "verdict",
            "flags",
            "payload",
            "capacity",
            "workload",
            "policy",
            "failed_ops_per_msg",
            "switches_per_kmsg",
            "fairness",
            "p50_ns",
            "bytes_per_slot",
            "allocs_per_msg",
        ];
        for cell in &cells {
            let object = cell.as_object().unwrap();
            assert!(keys.iter().all(|key| object.contains_key(*key)), "{cell}");
            assert!(cell["mmsg_s"].as_f64().unwrap() > 0.0);
        }

        let machine = fs::read_dir(out.path()).unwrap().next().unwrap().unwrap().path();
        let run = fs::read_dir(machine).unwrap().next().unwrap().unwrap().path();
        let read = |name: &str| fs::read_to_string(run.join(name)).unwrap();
        assert!(run.to_string_lossy().ends_with(environment::LABEL));
        let env: serde_json::Value = serde_json::from_str(&read("env.json")).unwrap();
        assert_eq!(env["fences"], environment::FENCES);
        assert_eq!(read("summary.csv").lines().count(), 1 + cells.len());
        let report = read("report.md");
        assert!(report.contains(&format!("{} quick --seconds 0.2", environment::CARGO_CONTEST)));
        assert!(report.contains(&format!("fences: {}\n", environment::FENCES)));
        assert!(read("samples.jsonl").lines().count() >= 9 * cells.len());
    }

    /// Stops so short that they mean nothing.
    const SHORT_STOPS: [&str; 7] =
        ["suspended", "--seconds", "1", "--stop-ms", "2", "--filter", "*-queue"];

    #[test]
    fn suspended_prints_a_row_for_each_contender() {
        let table = printed(&SHORT_STOPS);
        for key in ["crossbeam-queue", "concurrent-queue"] {
            assert!(table.contains(&format!(" {key} ")), "{table}");
        }
        assert!(table.contains("stalled") && !table.contains("failed"), "{table}");
    }

    #[test]
    fn suspended_json_is_one_object_for_each_contender() {
        let lines = printed(&[&SHORT_STOPS[..], &["--json"]].concat());
        assert!(lines.lines().count() >= 2);
        for line in lines.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(row["stops"].as_u64().unwrap() > 0, "{row}");
            assert!(row["mmsg_s_free"].as_f64().unwrap() > 0.0, "{row}");
            for key in ["ratio", "ratio_min", "stalled", "gap_ms_free", "gap_ms_suspended"] {
                assert!(row[key].is_number(), "{key} in {row}");
            }
            assert!(row["failure"].is_null(), "{row}");
        }
    }
}
