//! What the disk gives: a loop that writes behind the end of a file and syncs, without any queue.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::message;
use crate::proc::written_bytes;
use crate::workloads::{Figure, Figures, latencies, new_histogram};

/// How much is written for one message: the least that a disk writes without reading it before.
const BLOCK: usize = 4 << 10;

/// How much is written for a batch: as much as a batch of ringway-durable has at most.
const BATCH: usize = 1 << 20;

/// The file.
const NAME: &str = "raw";

/// Writes and syncs blocks of 4 KiB, one after the other.
pub fn blocks(directory: &Path, time: Duration) -> Result<Figures> {
    let (mut histogram, mut written) = (new_histogram(), 0);
    let elapsed = append(directory, BLOCK, time, |took| {
        histogram.saturating_record(took.as_nanos() as u64);
        written += 1;
    })?;
    let mut figures = latencies(&histogram);
    figures.push((Figure::Messages, written as f64 / elapsed.as_secs_f64()));
    figures.push((Figure::SyncsPerMessage, 1.0));
    Ok(figures)
}

/// The same with 1 MiB.
pub fn batches(directory: &Path, time: Duration) -> Result<Figures> {
    let (before, mut bytes) = (written_bytes(), 0_u64);
    let elapsed = append(directory, BATCH, time, |_| bytes += BATCH as u64)?;
    let mut figures = vec![(Figure::Megabytes, bytes as f64 / elapsed.as_secs_f64() / 1e6)];
    if let (Some(before), Some(after)) = (before, written_bytes()) {
        figures.push((
            Figure::WrittenPerByte,
            (after - before) as f64 / (bytes + BATCH as u64) as f64,
        ));
    }
    Ok(figures)
}

/// Appends so long, and says how long each write with its sync took. The first is for the warm-up.
fn append(
    directory: &Path,
    len: usize,
    time: Duration,
    mut synced: impl FnMut(Duration),
) -> Result<Duration> {
    let block: Vec<u8> =
        (0..).flat_map(|number| message::message(number, BLOCK)).take(len).collect();
    let file = File::create(directory.join(NAME))?;
    let (mut offset, mut begun) = (0, Instant::now());
    loop {
        let before = Instant::now();
        file.write_all_at(&block, offset)?;
        file.sync_data()?;
        if offset == 0 {
            begun = Instant::now();
        } else {
            synced(before.elapsed());
        }
        offset += len as u64;
        if begun.elapsed() >= time {
            return Ok(begun.elapsed());
        }
    }
}

/// Writes and syncs so many blocks, for whoever counts the syncs.
pub fn count(directory: &Path, blocks: u64) -> Result<()> {
    let file = File::create(directory.join(NAME))?;
    for number in 0..blocks {
        file.write_all_at(&message::message(number, BLOCK), number * BLOCK as u64)?;
        file.sync_data()?;
    }
    Ok(())
}

/// What was written is there.
pub fn check(directory: &Path) -> Result<()> {
    const BLOCKS: u64 = 64;
    count(directory, BLOCKS)?;
    let file = File::open(directory.join(NAME))?;
    ensure!(file.metadata()?.len() == BLOCKS * BLOCK as u64, "the file has another length");
    let mut block = vec![0; BLOCK];
    for number in 0..BLOCKS {
        file.read_exact_at(&mut block, number * BLOCK as u64)?;
        ensure!(block == message::message(number, BLOCK), "block {number} is another");
    }
    Ok(())
}
