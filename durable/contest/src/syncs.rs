//! The syncs of each contender, counted by strace, in a pass of its own: it slows down what it looks at.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};

use crate::contenders::Contender;

/// The calls that are counted.
const CALLS: &str = "fsync,fdatasync,sync_file_range,msync,syncfs,sync";

/// So many messages are waited for.
const MESSAGES: u64 = 40;

/// Syncs for each message that one waits for, by call.
pub type Syncs = BTreeMap<String, f64>;

/// Whether strace is there, and may be used.
pub fn can_be_counted() -> bool {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}

/// Counts the syncs of a contender: those of a run with messages, less those of a run without.
pub fn count(contender: &Contender, directory: &Path) -> Result<Syncs> {
    let [without, with] = [0, MESSAGES].map(|messages| trace(contender, directory, messages));
    let (without, mut with) = (without?, with?);
    for (call, count) in without {
        *with.entry(call).or_default() -= count;
    }
    with.retain(|_, count| *count != 0.0);
    with.values_mut().for_each(|count| *count /= MESSAGES as f64);
    Ok(with)
}

/// The calls of a process that publishes so many messages.
fn trace(contender: &Contender, directory: &Path, messages: u64) -> Result<Syncs> {
    let place = tempfile::tempdir_in(directory)?;
    let (log, data) = (place.path().join("strace"), place.path().join("data"));
    fs::create_dir(&data)?;
    let status = Command::new("strace")
        .args(["-f", "-qq", "-e", &format!("trace={CALLS}"), "-o"])
        .arg(&log)
        .arg(env::current_exe()?)
        .args(["wait-for", contender.name])
        .arg(&data)
        .arg(messages.to_string())
        .status()
        .context("cannot start strace")?;
    ensure!(status.success(), "{} failed under strace", contender.name);
    let mut calls = Syncs::new();
    for line in fs::read_to_string(&log)?.lines() {
        if let Some(call) = call(line) {
            *calls.entry(call.to_owned()).or_default() += 1.0;
        }
    }
    Ok(calls)
}

/// The call that a line tells the beginning of.
fn call(line: &str) -> Option<&str> {
    let (process, rest) = line.split_once(' ')?;
    process.parse::<u32>().ok()?;
    let (name, _) = rest.trim_start().split_once('(')?;
    CALLS.split(',').find(|call| *call == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_counted_once() {
        assert_eq!(call("12345 fdatasync(7)                      = 0"), Some("fdatasync"));
        assert_eq!(call("12345 fsync(7 <unfinished ...>"), Some("fsync"));
        assert_eq!(call("12345 <... fsync resumed>)              = 0"), None);
        assert_eq!(call("12345 +++ exited with 0 +++"), None);
    }
}
