//! How long it takes to open a queue with many messages, beside reading the same bytes one after the other.
//!
//! The queue is opened in a process of its own, so that what it takes of memory is known. Each opening finds the same files:
//! what the one before has added is removed.

use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use ringway_durable::{Options, Queue};
use serde::{Deserialize, Serialize};

use crate::message::message;
use crate::proc::{drop_page_cache, most_resident_bytes, resident_bytes};
use crate::workloads::{Figure, Figures};

/// The name of this workload.
pub const RECOVERY: &str = "recovery";

/// What the queue is put beside.
pub const READ: &str = "sequential read";

/// How many bytes a message has.
const LEN: usize = 100;

/// So many messages are on their way to the disk while the queue is filled.
const WINDOW: usize = 16 << 10;

/// What the process tells that has opened a queue.
#[derive(Debug, Serialize, Deserialize)]
pub struct Opened {
    seconds: f64,
    bytes: u64,
    messages: u64,
    resident_before: Option<u64>,
    resident: Option<u64>,
    most_resident: Option<u64>,
}

/// Files up to this size are kept in memory, to be put back: those that are not segments.
const SMALL: u64 = 1 << 16;

/// The files of a directory, as they were.
#[derive(Debug)]
pub struct Snapshot {
    directory: PathBuf,
    /// What was in those that are small.
    files: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Snapshot {
    /// Remembers the files of a directory.
    pub fn of(directory: &Path) -> Result<Self> {
        let files = paths(directory)?.into_iter().map(|path| {
            let is_small = path.metadata()?.len() <= SMALL;
            let bytes = is_small.then(|| fs::read(&path)).transpose()?;
            Ok((path, bytes))
        });
        Ok(Self { directory: directory.to_owned(), files: files.collect::<Result<_>>()? })
    }

    /// Removes what came to it, and puts back what was in small files. Nothing is written into segments that were there.
    pub fn put_back(&self) -> Result<()> {
        for path in paths(&self.directory)? {
            if !self.files.contains_key(&path) {
                fs::remove_file(path)?;
            }
        }
        for (path, bytes) in &self.files {
            if let Some(bytes) = bytes {
                fs::write(path, bytes)?;
            }
        }
        Ok(())
    }
}

/// Fills a queue with unacknowledged messages.
pub fn fill(directory: &Path, messages: u64) -> Result<()> {
    let queue = Queue::open(directory, Options::new())?;
    let mut open = VecDeque::with_capacity(WINDOW);
    for number in 0..messages {
        if open.len() == WINDOW {
            let oldest: ringway_durable::Ticket = open.pop_front().expect("it is not empty");
            oldest.wait()?;
        }
        open.push_back(queue.publish(message(number, LEN))?);
    }
    for ticket in open {
        ticket.wait()?;
    }
    Ok(queue.close()?)
}

/// What the other process does: it opens the queue, and says what that took.
pub fn open(directory: &Path) -> Result<Opened> {
    let resident_before = resident_bytes();
    let begun = Instant::now();
    let queue = Queue::open(directory, Options::new())?;
    let seconds = begun.elapsed().as_secs_f64();
    let (resident, most_resident) = (resident_bytes(), most_resident_bytes());
    let (bytes, messages) = (queue.report().bytes, queue.stats().unacknowledged);
    queue.close()?;
    Ok(Opened { seconds, bytes, messages, resident_before, resident, most_resident })
}

/// Opens it once; says how many bytes were read as well.
pub fn recover(directory: &Path, messages: u64) -> Result<(Figures, u64)> {
    drop_page_cache();
    let output = Command::new(env::current_exe()?).arg("open").arg(directory).output()?;
    ensure!(output.status.success(), "cannot open it: {}", String::from_utf8_lossy(&output.stderr));
    let opened: Opened =
        serde_json::from_slice(&output.stdout).context("the process said nothing")?;
    ensure!(opened.messages == messages, "{} of {messages} messages are there", opened.messages);
    let mut figures = vec![(Figure::Read, opened.bytes as f64 / opened.seconds / 1e6)];
    let memory = |now: Option<u64>| {
        let more = now?.saturating_sub(opened.resident_before?);
        Some(more as f64 / messages as f64)
    };
    figures.extend(memory(opened.resident).map(|bytes| (Figure::Memory, bytes)));
    figures.extend(memory(opened.most_resident).map(|bytes| (Figure::MostMemory, bytes)));
    Ok((figures, opened.bytes))
}

/// Reads as many bytes of the segments, in their order.
pub fn read(directory: &Path, bytes: u64) -> Result<Figures> {
    drop_page_cache();
    let (mut left, mut buffer) = (bytes, vec![0; 1 << 20]);
    let begun = Instant::now();
    for path in segments(directory)? {
        let mut file = File::open(path)?;
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let read = file.read(&mut buffer[..most])?;
            if read == 0 {
                break;
            }
            left -= read as u64;
        }
    }
    ensure!(left == 0, "the segments are {left} bytes too short");
    Ok(vec![(Figure::Read, bytes as f64 / begun.elapsed().as_secs_f64() / 1e6)])
}

/// The segments, the oldest first.
fn segments(directory: &Path) -> Result<Vec<PathBuf>> {
    let is_segment = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("segment-"))
    };
    Ok(paths(directory)?.into_iter().filter(is_segment).collect())
}

/// The files of a directory, in order.
fn paths(directory: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_opening_finds_the_same_files() {
        let place = tempfile::tempdir().unwrap();
        fill(place.path(), 1000).unwrap();
        let snapshot = Snapshot::of(place.path()).unwrap();
        let before = paths(place.path()).unwrap();
        assert_eq!(open(place.path()).unwrap().messages, 1000);
        assert_ne!(paths(place.path()).unwrap(), before, "it adds nothing");
        snapshot.put_back().unwrap();
        let opened = open(place.path()).unwrap();
        assert_eq!(opened.messages, 1000);
        assert!(read(place.path(), opened.bytes).is_ok());
        assert!(read(place.path(), opened.bytes + (1 << 30)).is_err());
    }
}
