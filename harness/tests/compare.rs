//! `compare` with results that are written here.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ringway_harness::plan::{Cell, Filter, Plan};
use ringway_harness::record::{CellName, Sample};

/// Writes a result in which rtrb and the ceiling are so many tenths as fast as the reference; the second number is the speed of
/// the machine.
fn write(directory: &Path, cpu: &str, ratio: u64, speed: u64) {
    fs::create_dir(directory).unwrap();
    let env = format!(
        r#"{{"date":"2026-01-01","commit":"abc","arch":"x86_64","cpu":"{cpu}","cores":2,"more":0}}"#
    );
    fs::write(directory.join("env.json"), env).unwrap();
    let mut lines = String::new();
    for round in 0..9 {
        for cell in cells() {
            let times = if cell.is_reference() { 10 } else { ratio };
            let sample = Sample {
                messages: 1_000 * times * speed,
                elapsed_ns: Some(1_000_000),
                ..Sample::empty(CellName::from(&cell), cell.wait(), round, 0)
            };
            lines += &serde_json::to_string(&sample).unwrap();
            lines += "\n";
        }
    }
    fs::write(directory.join("samples.jsonl"), lines).unwrap();
}

/// rtrb, a ceiling, and the reference twice.
fn cells() -> Vec<Cell> {
    let filters = ["rtrb/1x1/1", "fetch-add/1x1/1"].map(|text| Filter::new(text).unwrap());
    Plan::new(&filters).unwrap().cells
}

fn compare(a: &Path, b: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
    command.arg("compare").args([a, b]).args(more).output().expect("the contest starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn verdicts_that_contradict_each_other_are_told_and_fail() {
    let root = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    write(&a, "x", 20, 1);
    write(&b, "x", 5, 1);
    let output = compare(&a, &b, &[]);
    let out = text(&output.stdout);
    assert!(out.contains("rtrb/1x1/1") && out.contains("CONTRADICTS"), "{out}");
    assert!(out.contains("1 contradict each other"), "{out}");
    assert!(!output.status.success());
}

#[test]
fn equal_verdicts_are_only_counted_and_all_are_shown_if_asked() {
    let root = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    write(&a, "x", 20, 1);
    write(&b, "y", 22, 3);
    let output = compare(&a, &b, &[]);
    let out = text(&output.stdout);
    assert!(output.status.success() && !out.contains("rtrb/1x1/1"), "{out}");
    let out = text(&compare(&a, &b, &["--all"]).stdout);
    assert!(out.contains("rtrb/1x1/1") && out.contains("2.00") && out.contains("2.20"), "{out}");
    assert!(!out.contains("fetch-add"), "what is no queue has no verdict: {out}");
}

#[test]
fn absolute_numbers_of_different_machines_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| root.path().join(name));
    write(&a, "x", 20, 1);
    write(&b, "x", 20, 3);
    write(&c, "y", 20, 1);
    let out = text(&compare(&a, &b, &["--absolute", "--all"]).stdout);
    assert!(out.contains("3.00"), "{out}");
    let output = compare(&a, &c, &["--absolute"]);
    assert!(text(&output.stderr).contains("different machines") && !output.status.success());
}

#[test]
fn a_damaged_result_is_an_error_that_names_the_line() {
    let root = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    write(&a, "x", 20, 1);
    write(&b, "x", 20, 1);
    let path = b.join("samples.jsonl");
    let damaged = fs::read_to_string(&path).unwrap().replacen("\"round\":1", "\"round\":?", 1);
    fs::write(&path, damaged).unwrap();
    let error = text(&compare(&a, &b, &[]).stderr);
    assert!(error.contains("samples.jsonl' is damaged in line 5"), "{error}");
    assert!(text(&compare(&a, root.path(), &[]).stderr).contains("cannot read"));
}
