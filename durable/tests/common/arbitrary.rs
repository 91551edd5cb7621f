//! What a queue does that finds anything at all in its files: the entry of a property and of a fuzzer.
//!
//! The bytes say what is changed in the files of a sound queue. A change is a flipped byte, a piece that is cut off, zeroed, or put
//! elsewhere; and the checksums may be made to fit again, so that what is behind them is reached too.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ringway_durable::{OpenError, Options, Queue};

use super::common::sim::SimDisk;

const BLOCK: usize = 4096;

fn options() -> Options {
    Options::new().segment_size(64 << 10).max_attempts(3)
}

/// What was published, by its sequence.
fn message(sequence: u64) -> Vec<u8> {
    let mut message = sequence.to_le_bytes().to_vec();
    message.resize(8 + (sequence as usize * 97) % 3000, sequence as u8);
    message
}

/// The files of a queue that has several segments, and everything in it that can be.
fn sound() -> &'static BTreeMap<String, Vec<u8>> {
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let disk = SimDisk::new();
        let queue = Queue::open_in(Arc::new(disk.clone()), options()).unwrap();
        let consumer = queue.consumer(200).unwrap();
        for sequence in 1..=120 {
            let ticket = match sequence % 3 {
                0 => queue.publish_once(sequence % 2, sequence, message(sequence)).unwrap(),
                _ => queue.publish(message(sequence)).unwrap(),
            };
            assert_eq!(ticket.wait().unwrap(), sequence);
        }
        let mut kept = Vec::new();
        for _ in 0..60 {
            let delivery = consumer.recv().unwrap();
            match delivery.sequence() % 5 {
                0 => kept.push(delivery),
                1 if delivery.attempt() == 1 => delivery.nack(true).unwrap(),
                2 => delivery.nack(false).unwrap(),
                _ => delivery.ack().unwrap(),
            }
        }
        queue.sync().unwrap().wait().unwrap();
        disk.files()
    })
}

/// Takes numbers from the front of some bytes; zeroes where they end.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn below(&mut self, n: usize) -> usize {
        let mut number = 0;
        for _ in 0..3 {
            let (first, rest) =
                self.0.split_first().map_or((0, &[][..]), |(byte, rest)| (*byte, rest));
            self.0 = rest;
            number = number << 8 | usize::from(first);
        }
        number % n.max(1)
    }
}

/// Makes the checksums fit again, and the chain of the batches, as far as the files have the form of a queue's.
fn seal(files: &mut BTreeMap<String, Vec<u8>>) {
    let mut chain = 0;
    for (name, bytes) in files {
        let is_segment = name.starts_with("segment-");
        if bytes.len() < BLOCK || !is_segment && name != "QUEUE" {
            continue;
        }
        if is_segment && chain != 0 {
            put(bytes, 64, chain);
        }
        let checksum = crc32c::crc32c(&bytes[..BLOCK - 4]);
        put(bytes, BLOCK - 4, checksum);
        let mut offset = BLOCK;
        while is_segment && offset + BLOCK <= bytes.len() && &bytes[offset..offset + 4] == b"RWF1" {
            let len =
                u32::from_le_bytes(bytes[offset + 32..offset + 36].try_into().unwrap()) as usize;
            let end = (offset + 64 + len).next_multiple_of(BLOCK).min(bytes.len());
            let body = crc32c::crc32c(&bytes[offset + 64..end]);
            put(bytes, offset + 36, body);
            if chain != 0 {
                put(bytes, offset + 48, chain);
            }
            chain = crc32c::crc32c(&bytes[offset + 8..offset + 64]);
            put(bytes, offset + 4, chain);
            offset = end;
        }
    }
}

/// Puts a number there.
fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Opens a queue whose files were changed so. It may refuse; it must end, and say nothing that is not so.
pub fn open_whatever(bytes: &[u8]) {
    let mut files = sound().clone();
    let mut numbers = Numbers(bytes);
    let seals = numbers.below(2) == 1;
    for _ in 0..1 + numbers.below(4) {
        if numbers.0.is_empty() {
            break;
        }
        let names: Vec<_> =
            files.keys().filter(|name| !name.contains(['L', '.'])).cloned().collect();
        let name = names[numbers.below(names.len())].clone();
        let other = names[numbers.below(names.len())].clone();
        let len = files[&name].len();
        let (at, value) = (numbers.below(len), numbers.below(256) as u8);
        match numbers.below(32) {
            0 => files.get_mut(&name).unwrap().truncate(at),
            1 => drop(files.remove(&name)),
            2 => {
                let bytes = files[&other].clone();
                files.insert(name.clone(), bytes);
            }
            3 => {
                let block = at / BLOCK * BLOCK;
                let end = (block + BLOCK).min(len);
                files.get_mut(&name).unwrap()[block..end].fill(value & 1);
            }
            4..8 => {
                // A block from elsewhere.
                let from = numbers.below(files[&other].len()) / BLOCK * BLOCK;
                let piece: Vec<u8> = files[&other][from..].iter().copied().take(BLOCK).collect();
                let to = at / BLOCK * BLOCK;
                let end = (to + piece.len()).min(len);
                files.get_mut(&name).unwrap()[to..end].copy_from_slice(&piece[..end - to]);
            }
            8..16 if len > BLOCK => {
                // The head of a frame, or its first records.
                let frame = (at / BLOCK * BLOCK).min(len - BLOCK);
                files.get_mut(&name).unwrap()[frame + at % 100] ^= value;
            }
            _ if len > 0 => files.get_mut(&name).unwrap()[at] ^= value,
            _ => {}
        }
    }
    if seals {
        seal(&mut files);
    }
    let disk = SimDisk::with_files(files.clone());
    match Queue::open_in(Arc::new(disk.clone()), options()) {
        Ok(queue) => {
            let consumer = queue.consumer(200).unwrap();
            // All that is there has been handed over when the reader waits for more, or it has found more damage.
            let live = queue.stats().unacknowledged - queue.stats().dead;
            for _ in 0..live.min(500) {
                let Ok(delivery) = consumer.recv_timeout(std::time::Duration::from_secs(5)) else {
                    break;
                };
                if !seals {
                    assert_eq!(delivery.message()[..], message(delivery.sequence()), "invented");
                }
                delivery.ack().unwrap_or(());
            }
            drop((consumer, queue));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if !matches!(error, OpenError::Io { .. }) {
                let mut after = disk.files();
                after.retain(|name, _| name != "LOCK");
                files.remove("LOCK");
                assert!(after == files, "it was refused, and something was changed: {error}");
            }
        }
    }
}
