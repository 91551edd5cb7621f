//! `agree` with estimates of criterion and results that are written here.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ringway_harness::axes::{Group, Topology};
use ringway_harness::contenders::{REFERENCE, REFERENCE_AGAIN};
use ringway_harness::record::{CellName, Sample};
use ringway_harness::wait::Wait;
use serde_json::json;
use tempfile::TempDir;

/// The messages of an iteration of a benchmark.
const MESSAGES: u64 = 10_000;

/// What criterion and the contest have measured, in directories of these names.
struct Project(TempDir);

impl Project {
    /// A project in which criterion has measured `mpmc` at 100 million messages per second, `mutex` at so many,
    /// both at other capacities, and one thread alone; and the contest the reference at 50, and the same mutex at so many.
    fn new(mutex: f64, mutex_in_contest: u64) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.benchmark("transfer", "mpmc/capacity 1024/1x1", 100.0);
        project.benchmark("transfer", "mutex/capacity 1024/1x1", mutex);
        project.benchmark("transfer", "mutex/capacity 64/1x1", 7.0);
        project.benchmark("transfer", "mpmc/capacity 1000/1x1", 5.0);
        project.benchmark("push and pop", "mpmc/capacity 64/batch 1", 300.0);
        let (reference, other) = ((REFERENCE, 50), ("mutex-vecdeque", mutex_in_contest));
        project.result(&[reference, (REFERENCE_AGAIN, 50), other, ("rtrb", 70)]);
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes what criterion saves of a benchmark.
    fn benchmark(&self, group: &str, name: &str, mmsg_s: f64) {
        let place = self.path().join("criterion").join(group).join(name.replace('/', "_"));
        let identity = json!({
            "group_id": group, "function_id": name, "value_str": null, "throughput": { "Elements": MESSAGES },
            "full_id": format!("{group}/{name}"), "directory_name": "?", "title": "?",
        });
        // The last measurement, and one before it that was slower.
        for (age, mmsg_s) in [("base", mmsg_s / 3.0), ("new", mmsg_s)] {
            let directory = place.join(age);
            fs::create_dir_all(&directory).unwrap();
            let nanoseconds = MESSAGES as f64 * 1e3 / mmsg_s;
            let statistic = json!({
                "confidence_interval": {
                    "confidence_level": 0.95, "lower_bound": nanoseconds * 0.99, "upper_bound": nanoseconds * 1.01,
                },
                "point_estimate": nanoseconds, "standard_error": 1.0,
            });
            let estimates = json!({ "mean": statistic, "median": statistic, "slope": null });
            fs::write(directory.join("estimates.json"), estimates.to_string()).unwrap();
            fs::write(directory.join("benchmark.json"), identity.to_string()).unwrap();
        }
    }

    /// Writes a result with contenders at 1x1, of so many million messages per second each.
    fn result(&self, speeds: &[(&str, u64)]) {
        let directory = self.path().join("result");
        fs::create_dir_all(&directory).unwrap();
        let env = json!({ "date": "2026-01-01", "commit": "abc", "arch": "x86_64", "cores": 2 });
        fs::write(directory.join("env.json"), env.to_string()).unwrap();
        let group = Group::new(Topology::new(1, 1), 1);
        let mut lines = String::new();
        for (round, (key, mmsg_s)) in
            (0..9).flat_map(|round| speeds.iter().map(move |s| (round, s)))
        {
            let sample = Sample {
                messages: mmsg_s * 1_000,
                elapsed_ns: Some(1_000_000),
                ..Sample::empty(CellName::new(key, group), Wait::Common, round, 0)
            };
            lines += &(serde_json::to_string(&sample).unwrap() + "\n");
        }
        fs::write(directory.join("samples.jsonl"), lines).unwrap();
    }

    fn agree(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
        command.arg("agree").args(arguments).current_dir(self.path());
        command.output().expect("the contest starts")
    }

    /// What it says of the result, and whether it succeeds.
    fn said(&self) -> (String, bool) {
        let output = self.agree(&["result", "--criterion", "criterion"]);
        let error = text(&output.stderr);
        assert!(!error.contains("panicked"), "{error}");
        (text(&output.stdout) + &error, output.status.success())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The row of the mutex, without the spaces between columns.
fn row(said: &str) -> String {
    let row = said.lines().find(|line| line.trim_start().starts_with("mutex-vecdeque/1x1/1 "));
    row.unwrap_or_else(|| panic!("no row: {said}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_ratio_at_other_speeds_agrees() {
    let (said, passes) = Project::new(20.0, 10).said();
    assert_eq!(
        row(&said),
        "mutex-vecdeque/1x1/1 20.0 [19.8–20.2] 10.0 (10.0–10.0) 0.20× [0.20–0.20] 0.20× [0.20–0.20] slower slower \
         agree"
    );
    assert!(
        said.contains("Of 1 cells beside ringway-mpmc, 1 agree, 0 are apart, 0 contradict"),
        "{said}"
    );
    assert!(passes);
}

#[test]
fn whoever_is_faster_here_and_slower_there_is_found_and_fails() {
    for (criterion, contest) in [(150.0, 10), (20.0, 90)] {
        let (said, passes) = Project::new(criterion, contest).said();
        assert!(row(&said).ends_with("CONTRADICT"), "{said}");
        assert!(said.contains("0 agree, 0 are apart, 1 contradict each other"), "{said}");
        assert!(!passes);
    }
}

#[test]
fn the_same_verdict_with_far_other_figures_is_apart_and_no_failure() {
    let (said, passes) = Project::new(20.0, 1).said();
    assert!(row(&said).ends_with("slower slower apart") && passes, "{said}");
}

#[test]
fn what_only_one_of_them_measured_is_said() {
    let project = Project::new(20.0, 10);
    project.result(&[(REFERENCE, 50), ("mutex-vecdeque", 10), ("parking-lot", 9), ("rtrb", 70)]);
    let (said, _) = project.said();
    let criterion = "Only criterion measured: ringway-mpmc/1x1/1/8B/1000, mutex-vecdeque/1x1/1/8B/64, 1 of 'push and pop'.";
    assert!(said.contains(criterion), "{said}");
    let contest = "Only the contest measured: parking-lot/1x1/1.\nOnly the contest has, with so many cells: rtrb (1).";
    assert!(said.contains(contest), "{said}");
}

#[test]
fn without_a_benchmark_the_command_to_run_is_named() {
    let project = Project::new(20.0, 10);
    let output = project.agree(&["result", "--criterion", "elsewhere"]);
    let error = text(&output.stderr);
    assert!(error.contains("'elsewhere'") && error.contains("run `cargo bench` first"), "{error}");
    assert!(!output.status.success());
}

#[test]
fn without_a_result_the_command_to_run_is_named() {
    let project = Project::new(20.0, 10);
    let error = text(&project.agree(&["--criterion", "criterion"]).stderr);
    assert!(
        error.contains("quick` first") && error.contains("no result of this machine"),
        "{error}"
    );
    let error = text(&project.agree(&["nowhere", "--criterion", "criterion"]).stderr);
    assert!(error.contains("cannot read 'nowhere/env.json'"), "{error}");
}

#[test]
fn results_without_a_common_cell_are_an_error() {
    let project = Project::new(20.0, 10);
    project.result(&[("rtrb", 70)]);
    let (said, passes) = project.said();
    assert!(said.contains("no cell in common") && !passes, "{said}");
    project.result(&[("mutex-vecdeque", 70)]);
    let (said, passes) = project.said();
    assert!(said.contains("no cell in common") && !passes, "without the reference: {said}");
}

#[test]
fn a_damaged_file_is_named() {
    let place = "criterion/transfer/mutex_capacity 1024_1x1/new";
    let complaint = |name: &str, change: &dyn Fn(&Path)| {
        let project = Project::new(20.0, 10);
        change(&project.path().join(place).join(name));
        let (said, passes) = project.said();
        assert!(said.contains(&format!("{place}/{name}'")) && !passes, "{said}");
        said
    };
    let with = |text: &'static str| move |path: &Path| fs::write(path, text).unwrap();
    for name in ["estimates.json", "benchmark.json"] {
        assert!(complaint(name, &with("{\"median\": {")).contains("is damaged"));
        assert!(complaint(name, &with("")).contains("is damaged"));
        assert!(complaint(name, &|path| fs::remove_file(path).unwrap()).contains("cannot read"));
    }
    let backwards = r#"{"median":{"point_estimate":5.0,
        "confidence_interval":{"lower_bound":6.0,"upper_bound":4.0}}}"#;
    assert!(complaint("estimates.json", &with(backwards)).contains("no time with an interval"));
}
