//! `run` as a user meets it: files, interruption, going on, damage. The numbers mean nothing here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// rtrb and the reference twice, in two groups.
const CELLS: &str = "rtrb/1x1/1/*B/1024/saturation";

fn contest(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
    command.args(arguments).env("RINGWAY_UNOPTIMIZED_CONTEST", "1");
    command
}

fn output(arguments: &[&str]) -> Output {
    contest(arguments).output().expect("the contest starts")
}

/// A short run, with all that its time did not suffice for; its directory.
fn run(out: &Path) -> PathBuf {
    let out_text = out.to_str().unwrap();
    let output =
        output(&["run", "--budget", "4s", "--filter", CELLS, "--seed", "5", "--out", out_text]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let directory = directory(out).expect("a directory");
    let resumed = resume(&directory);
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    directory
}

/// The only run below `out`.
fn directory(out: &Path) -> Option<PathBuf> {
    let machine = fs::read_dir(out).ok()?.next()?.ok()?.path();
    Some(fs::read_dir(machine).ok()?.next()?.ok()?.path())
}

fn resume(directory: &Path) -> Output {
    output(&["run", "--resume", directory.to_str().unwrap(), "--budget", "10m"])
}

/// Rounds and cells of the slices that were kept, each once.
fn slices(directory: &Path) -> Vec<(u64, String, u64)> {
    let text = fs::read_to_string(directory.join("samples.jsonl")).unwrap();
    let slice = |line: &str| {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = format!("{}/{}", sample["contender"], sample["payload"]);
        (sample["round"].as_u64().unwrap(), name, sample["process"].as_u64().unwrap())
    };
    let mut slices: Vec<_> = text.lines().map(slice).collect();
    slices.sort();
    let count = slices.len();
    slices.dedup();
    assert_eq!(slices.len(), count, "no slice is there twice");
    slices
}

#[test]
fn a_run_keeps_everything_and_divides_its_rounds_among_processes() {
    let out = tempfile::tempdir().unwrap();
    let directory = run(out.path());
    for name in ["plan.toml", "env.json", "samples.jsonl", "summary.csv", "report.md"] {
        assert!(directory.join(name).is_file(), "{name}");
    }
    let slices = slices(&directory);
    let rounds = slices.iter().map(|slice| slice.0).max().unwrap() + 1;
    let cells = fs::read_to_string(directory.join("summary.csv")).unwrap().lines().count() - 1;
    assert_eq!(slices.len(), rounds as usize * cells);
    for process in 0..3 {
        assert!(slices.iter().any(|slice| slice.2 == process), "process {process}");
    }
    let env = fs::read_to_string(directory.join("env.json")).unwrap();
    assert!(env.contains("cargo contest run --suite core") && env.contains("--seed 5"), "{env}");
}

#[test]
fn a_run_goes_on_where_it_was_cut_off() {
    let out = tempfile::tempdir().unwrap();
    let directory = run(out.path());
    let all = slices(&directory);
    let path = directory.join("samples.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    // Killed in the middle of a line.
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let resumed = resume(&directory);
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    let (round_and_cell, again) =
        (|slice: &(u64, String, u64)| (slice.0, slice.1.clone()), slices(&directory));
    assert!(again.iter().map(round_and_cell).eq(all.iter().map(round_and_cell)));
}

#[test]
fn a_damaged_result_is_an_error_that_names_the_line() {
    let out = tempfile::tempdir().unwrap();
    let directory = run(out.path());
    let path = directory.join("samples.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"round\"", "\"rou", 1)).unwrap();
    let resumed = resume(&directory);
    let error = String::from_utf8_lossy(&resumed.stderr);
    assert!(!resumed.status.success());
    assert!(error.contains("samples.jsonl' is damaged in line 1"), "{error}");
}

#[test]
fn no_directory_no_unfinished_run_and_no_time_are_errors() {
    let out = tempfile::tempdir().unwrap();
    let out_text = out.path().to_str().unwrap();
    let complaint = |arguments: &[&str]| {
        let output = output(arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(complaint(&["run", "--out", out_text, "--resume"]).contains("is unfinished"));
    assert!(complaint(&["run", "--budget", "20s", "--out", out_text]).contains("too short"));
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["run", "--budget", "4s", "--filter", CELLS, "--out", file];
    assert!(complaint(&arguments).contains("cannot make the directory"));
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_keeps_what_is_finished_and_the_run_goes_on() {
    use std::os::unix::process::CommandExt as _;

    let out = tempfile::tempdir().unwrap();
    let arguments =
        ["run", "--budget", "10s", "--filter", CELLS, "--out", out.path().to_str().unwrap()];
    // As a terminal does it: the signal goes to the whole group.
    let mut command = contest(&arguments);
    command.process_group(0).stdout(Stdio::null()).stderr(Stdio::piped());
    let child: Child = command.spawn().unwrap();
    let measured = || {
        let text = fs::read_to_string(directory(out.path())?.join("samples.jsonl")).ok()?;
        (text.lines().count() > 3).then_some(())
    };
    while measured().is_none() {
        thread::sleep(Duration::from_millis(10));
    }
    let group = nix::unistd::Pid::from_raw(child.id() as i32);
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("to go on: cargo contest run"));

    let directory = directory(out.path()).unwrap();
    let before = slices(&directory).len();
    assert!(before > 3 && directory.join("summary.csv").is_file());
    let resumed =
        crate::output(&["run", "--resume", directory.to_str().unwrap(), "--budget", "3s"]);
    let error = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert!(resumed.status.success(), "{error}");
    assert!(slices(&directory).len() > before, "{error}");
}
