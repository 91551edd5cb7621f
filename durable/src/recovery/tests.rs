//! What is found of queues that were written in order, that were interrupted, and that were damaged.

mod damaged;
mod interrupted;

use std::sync::Arc;

use super::next::Cause;
use super::*;
use crate::format::{BLOCK, MANIFEST, aside_name};
use crate::testing::{Builder, SimDisk};
use crate::{Damage, Options, Queue};

/// Messages, each with its sequence.
type Messages = Vec<(u64, Vec<u8>)>;

/// What is read: each message with its sequence, and all else.
fn read_all(disk: &SimDisk) -> Result<Option<(Found, Messages)>, OpenError> {
    let mut published = Vec::new();
    let found = read(disk, &mut |at, record| {
        if let Record::Publish { message } = record {
            published.push((at.sequence, message.to_vec()));
        }
        Ok(())
    })?;
    Ok(found.map(|found| (found, published)))
}

/// The damage that opening ends at.
fn damage(disk: &SimDisk) -> Damage {
    match read_all(disk) {
        Err(OpenError::Damaged(damage)) => damage,
        other => panic!("no damage, but {other:?}"),
    }
}

/// A disk with other files.
fn changed(
    disk: &SimDisk,
    change: impl FnOnce(&mut std::collections::BTreeMap<String, Vec<u8>>),
) -> SimDisk {
    let mut files = disk.files();
    change(&mut files);
    SimDisk::with_files(files)
}

/// A message of its own for each sequence.
fn message(sequence: u64, len: usize) -> Vec<u8> {
    (0..len).map(|at| (sequence as usize * 7 + at) as u8).collect()
}

#[test]
fn where_nothing_is_there_is_no_queue() {
    let disk = SimDisk::new();
    assert!(read_all(&disk).unwrap().is_none());
    drop(disk.lock().unwrap());
    assert_eq!(disk.names().unwrap(), ["LOCK"]);
    assert!(read_all(&disk).unwrap().is_none());
    let missing = crate::storage::Directory::new("/nowhere/at/all");
    assert!(read(&missing, &mut |_, _| Ok(())).unwrap().is_none());
}

#[test]
fn files_of_others_are_no_queue() {
    for name in ["notes.txt", "segment-1", "QUEUE.old"] {
        let disk = SimDisk::with_files([(name.to_owned(), vec![1])]);
        let refused = read_all(&disk).unwrap_err();
        assert!(
            matches!(&refused, OpenError::Foreign { path } if path.ends_with(name)),
            "{refused}"
        );
        let opened = Queue::open_in(Arc::new(disk.clone()), Options::new());
        assert!(matches!(opened, Err(OpenError::Foreign { .. })));
        assert_eq!((disk.names().unwrap(), disk.position()), (vec![name.to_owned()], 0));
    }
    // Beside a queue they are left alone.
    let queue = Builder::new(4);
    let disk = changed(&queue.disk, |files| _ = files.insert("notes.txt".into(), vec![1]));
    let (found, _) = read_all(&disk).unwrap().unwrap();
    assert!(found.leftovers.is_empty());
}

#[test]
fn a_queue_without_its_manifest_is_damaged() {
    let lose = |disk: &SimDisk| changed(disk, |files| _ = files.remove(MANIFEST));
    let mut queue = Builder::new(4);
    // Nothing was ever written to it.
    assert!(read_all(&lose(&queue.disk)).unwrap().is_none());
    let aside = changed(&lose(&queue.disk), |files| _ = files.insert(aside_name(1), Vec::new()));
    assert_eq!(damage(&aside).file, "simulated/QUEUE");
    queue.publish(&[b"one"]);
    assert_eq!(damage(&lose(&queue.disk)).file, "simulated/QUEUE");
    queue.roll();
    queue.recycle();
    assert_eq!(damage(&lose(&queue.disk)).file, "simulated/QUEUE");
}

#[test]
fn all_is_read_in_the_order_in_which_it_was_written() {
    let mut queue = Builder::new(6);
    queue.publish(&[b"one", b"two"]);
    let second = queue.frame(|frame| {
        frame.acked(1, 1);
        frame.publish_once(8, 9, b"three");
        frame.publish(&[4; 5000]);
    });
    queue.roll();
    queue.frame(|frame| frame.checkpoint(5, 2));
    queue.close();
    queue.reopen();
    queue.publish(&[b"five"]);

    let mut read_records = Vec::new();
    let found = read(&queue.disk, &mut |at, record| {
        read_records.push((at, format!("{record:?}")));
        Ok(())
    });
    let found = found.unwrap().unwrap();
    let kinds: Vec<_> = read_records
        .iter()
        .map(|(at, record)| (at.segment, at.batch, at.sequence, record.split(' ').next().unwrap()))
        .collect();
    let expected = [
        (1, 1, 1, "Publish"),
        (1, 1, 2, "Publish"),
        (1, 2, 0, "Acked"),
        (1, 2, 3, "PublishOnce"),
        (1, 2, 4, "Publish"),
        (2, 3, 0, "Checkpoint"),
        (3, 4, 5, "Publish"),
    ];
    assert_eq!(kinds, expected);
    let at = read_records[3].0;
    assert_eq!((at.frame_offset, at.frame_len, at.epoch), (second.start, 2 * BLOCK as u64, 1));
    assert_eq!(at.record, 64 + 17);
    assert_eq!(read_records[6].0.epoch, 2);

    assert_eq!(found.manifest, queue.manifest);
    assert_eq!((found.chain, found.next_sequence), (queue.chain, 6));
    assert_eq!((found.torn, found.leftovers, found.spares), (None, vec![], vec![]));
    let ends: Vec<_> = found.segments.iter().map(|segment| segment.end / BLOCK as u64).collect();
    assert_eq!(ends, [4, 2, 2]);
    let segments: Vec<_> =
        found.segments.iter().map(|s| (s.number, s.epoch, s.first_sequence)).collect();
    assert_eq!(segments, [(1, 1, 1), (2, 1, 5), (3, 2, 5)]);
    let report = found.report;
    assert_eq!((report.segments, report.frames, report.records, report.published), (3, 4, 7, 5));
    assert_eq!((report.bytes, report.torn), (5 * BLOCK as u64, None));
}

#[test]
fn a_visitor_ends_the_reading() {
    let mut queue = Builder::new(4);
    queue.publish(&[b"one", b"two"]);
    let mut seen = 0;
    let ended = read(&queue.disk, &mut |_, _| {
        seen += 1;
        Err(OpenError::Options("enough".into()))
    });
    assert!(matches!(ended, Err(OpenError::Options(_))));
    assert_eq!(seen, 1);
}

#[test]
fn frames_of_the_file_before_are_none() {
    let mut queue = Builder::new(6);
    for sequence in 1..=5 {
        queue.publish(&[&message(sequence, 100)]);
    }
    queue.roll();
    queue.publish(&[b"six"]);
    queue.recycle();
    queue.roll();
    // It was the first segment, and all its frames but one are there still.
    queue.publish(&[b"seven"]);
    let (found, published) = read_all(&queue.disk).unwrap().unwrap();
    assert_eq!(published, [(6, b"six".to_vec()), (7, b"seven".to_vec())]);
    assert_eq!(found.torn, None);
    assert_eq!(found.segments[1].end, 2 * BLOCK as u64);
}

#[test]
fn what_does_not_belong_to_the_queue_is_left_over() {
    let mut queue = Builder::new(4);
    queue.publish(&[b"one"]);
    let before = queue.manifest.clone();
    queue.roll();
    // The segment was made, and the manifest not yet.
    crate::testing::write_manifest(&queue.disk, &before);
    let disk = changed(&queue.disk, |files| {
        files.insert("spare-00000000000000000009".into(), vec![1]);
        files.insert("QUEUE.new".into(), vec![0; BLOCK]);
    });
    let (found, published) = read_all(&disk).unwrap().unwrap();
    assert_eq!(found.leftovers, ["segment-00000000000000000002", "QUEUE.new"]);
    assert_eq!(found.spares, ["spare-00000000000000000009"]);
    assert_eq!((published.len(), found.segments.len()), (1, 1));
}

#[test]
fn a_frame_longer_than_what_is_read_at_once() {
    let mut queue = Builder::new(3000);
    let long = message(2, 5 << 20);
    queue.publish(&[b"one"]);
    queue.publish(&[&long]);
    queue.publish(&[b"three"]);
    let (found, published) = read_all(&queue.disk).unwrap().unwrap();
    assert_eq!(published, [(1, b"one".to_vec()), (2, long), (3, b"three".to_vec())]);
    assert_eq!(found.chain, queue.chain);
}

#[test]
fn a_scan_finds_what_is_written_meanwhile() {
    let mut queue = Builder::new(8);
    queue.publish(&[b"one"]);
    let file = queue.disk.open(&segment_name(1), false).unwrap();
    let mut scan = Scan::new(file, Expected::default(), false).unwrap();
    for batch in 1..6 {
        assert_eq!(scan.next().unwrap().unwrap().header.batch, batch);
        assert_eq!(scan.next().unwrap().unwrap_err().cause, Cause::Empty);
        queue.publish(&[&message(batch, 10)]);
    }
}
