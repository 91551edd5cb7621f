//! What `cargo instructions` says and how it ends.

use std::process::{Command, Output};

/// Runs it with these arguments where these directories have programs.
fn run(arguments: &[&str], path: &str) -> (Output, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_instructions"));
    let output = command.args(arguments).env("PATH", path).output().unwrap();
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let (out, err) = (out.into_owned(), err.into_owned());
    (output, out, err)
}

/// Whether this is a platform to count on.
const COUNTS: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));

#[test]
fn without_valgrind_it_is_skipped_and_says_so() {
    let (output, out, _) = run(&[], "");
    assert!(output.status.success());
    assert!(out.starts_with("skipped: "), "{out}");
    assert!(!COUNTS || out == "skipped: valgrind is not installed\n", "{out}");
}

#[test]
fn without_valgrind_there_is_nothing_to_bless() {
    let (output, _, err) = run(&["--bless"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(!COUNTS || err == "error: valgrind is not installed\n", "{err}");
}

#[test]
fn an_unknown_argument_shows_the_usage() {
    let (output, out, err) = run(&["--blees"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(out.is_empty() && err.starts_with("usage: cargo instructions"), "{err}");
}
