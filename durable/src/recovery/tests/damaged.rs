//! Bytes change, files go and change places.

use std::ops::Range;

use super::*;
use crate::format::Manifest;

/// A queue of several segments, and each frame: the segment, and where it is.
fn several() -> (Builder, Vec<(u64, Range<u64>)>) {
    let mut queue = Builder::new(5);
    let mut frames = Vec::new();
    for segment in 1..=3 {
        if segment > 1 {
            queue.roll();
        }
        for len in [10, 4200] {
            let message = message(queue.next_sequence, len);
            frames.push((segment, queue.publish(&[&message])));
        }
    }
    (queue, frames)
}

/// Reads a queue with each of its bytes changed in turn, and compares what is found with what should be.
fn each_byte(queue: &Builder, frames: &[(u64, Range<u64>)]) {
    let sound = read_all(&queue.disk).unwrap().unwrap().1;
    let (last, closed) = (frames.last().unwrap(), queue.manifest.closed.is_some());
    for segment in 1..=queue.manifest.newest {
        let name = segment_name(segment);
        for offset in 0..queue.manifest.segment_size {
            let disk = changed(&queue.disk, |files| {
                files.get_mut(&name).unwrap()[offset as usize] ^= 1 << (offset % 8);
            });
            let here =
                (frames.iter()).find(|(at, range)| *at == segment && range.contains(&offset));
            let is_lost = offset < BLOCK as u64 || here.is_some();
            if is_lost && (closed || here != Some(last)) {
                let damage = damage(&disk);
                assert_eq!(damage.file, format!("simulated/{name}"), "byte {offset}");
                let begins = here.map_or(0, |(_, range)| range.start);
                assert_eq!(damage.offset, begins, "byte {offset}");
                let next = frames.iter().find(|(at, range)| *at == segment && range.start > begins);
                if let (Some(here), Some(next)) = (here, next) {
                    assert_eq!(damage.len, Some(next.1.start - here.1.start), "byte {offset}");
                }
                continue;
            }
            let (found, published) = read_all(&disk).unwrap().unwrap();
            let torn = found.torn.map(|torn| (torn.file, torn.offset));
            if here == Some(last) {
                assert_eq!(published, sound[..sound.len() - 1], "byte {offset} of {name}");
                assert_eq!(torn, Some((format!("simulated/{name}"), last.1.start)));
            } else {
                assert_eq!(published, sound, "byte {offset} of {name}");
                let end = last.1.end;
                let is_next = segment == last.0 && (end..end + BLOCK as u64).contains(&offset);
                assert_eq!(torn.is_some(), is_next && !closed, "byte {offset} of {name}");
            }
        }
    }
}

#[test]
fn each_byte_of_a_queue_that_was_not_closed() {
    let (queue, frames) = several();
    each_byte(&queue, &frames);
}

#[test]
fn each_byte_of_a_queue_that_was_closed() {
    let (mut queue, frames) = several();
    queue.close();
    each_byte(&queue, &frames);
}

#[test]
fn each_byte_of_the_manifest() {
    let (queue, _) = several();
    for offset in 0..BLOCK {
        let disk = changed(&queue.disk, |files| files.get_mut(MANIFEST).unwrap()[offset] ^= 0x10);
        let damage = damage(&disk);
        assert_eq!((damage.file.as_str(), damage.offset), ("simulated/QUEUE", 0));
    }
    for len in 0..BLOCK {
        let disk = changed(&queue.disk, |files| files.get_mut(MANIFEST).unwrap().truncate(len));
        assert_eq!(damage(&disk).offset, len as u64);
    }
}

#[test]
fn each_length_of_a_segment() {
    let (mut queue, frames) = several();
    for closed in [false, true] {
        if closed {
            queue.close();
        }
        for segment in 1..=3 {
            let name = segment_name(segment);
            let ends = frames.iter().filter(|(at, _)| *at == segment).map(|(_, range)| range.end);
            let ends: Vec<_> = ends.chain([BLOCK as u64]).collect();
            let last = ends.iter().copied().max().unwrap();
            for len in (0..queue.manifest.segment_size).step_by(64) {
                let disk = changed(&queue.disk, |files| {
                    files.get_mut(&name).unwrap().truncate(len as usize)
                });
                // A recovery that was interrupted leaves the newest segment so.
                let may_be = segment == 3 && !closed && ends.contains(&len);
                // What follows says where a segment has to end, and so does the manifest of a queue that was closed.
                let is_whole = (segment < 3 || closed) && len >= last;
                match read_all(&disk) {
                    Ok(_) => assert!(may_be || is_whole, "{len} of {name} was not found"),
                    Err(OpenError::Damaged(damage)) => {
                        assert!(!may_be && !is_whole, "{damage}");
                        assert_eq!(damage.file, format!("simulated/{name}"));
                        assert!(damage.offset <= len);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

#[test]
fn segments_that_are_missing_swapped_or_there_twice() {
    let (queue, _) = several();
    let names: Vec<_> = (1..=3).map(segment_name).collect();
    for from in 0..3 {
        let disk = changed(&queue.disk, |files| _ = files.remove(&names[from]));
        let missing = damage(&disk);
        assert_eq!(
            (missing.file, missing.what),
            (format!("simulated/{}", names[from]), "the file is missing".into())
        );
        for to in (0..3).filter(|&to| to != from) {
            let disk = changed(&queue.disk, |files| {
                let copied = files[&names[from]].clone();
                files.insert(names[to].clone(), copied);
            });
            let twice = damage(&disk);
            assert_eq!((twice.file, twice.offset), (format!("simulated/{}", names[to]), 40));
            let disk = changed(&queue.disk, |files| {
                let (one, other) = (files[&names[from]].clone(), files[&names[to]].clone());
                files.insert(names[from].clone(), other);
                files.insert(names[to].clone(), one);
            });
            assert_eq!(damage(&disk).offset, 40);
        }
    }
}

#[test]
fn each_page_of_zeroes() {
    let (queue, frames) = several();
    for segment in 1..=3 {
        let name = segment_name(segment);
        for page in 0..5_u64 {
            let bytes = page * BLOCK as u64..(page + 1) * BLOCK as u64;
            let disk = changed(&queue.disk, |files| {
                files.get_mut(&name).unwrap()[bytes.start as usize..bytes.end as usize].fill(0);
            });
            let here = frames
                .iter()
                .position(|(at, range)| *at == segment && range.contains(&bytes.start));
            match here {
                Some(here) if here + 1 == frames.len() => {
                    // Of the last batch nothing says that it was acknowledged.
                    let (found, published) = read_all(&disk).unwrap().unwrap();
                    assert_eq!(published.len(), frames.len() - 1);
                    assert_eq!(found.torn.is_some(), bytes.start != frames[here].1.start);
                }
                Some(here) => assert_eq!(damage(&disk).offset, frames[here].1.start),
                None if page == 0 => assert_eq!(damage(&disk).offset, 0),
                None => assert_eq!(read_all(&disk).unwrap().unwrap().1.len(), frames.len()),
            }
        }
    }
}

#[test]
fn a_batch_that_is_not_chained() {
    // The same queue, written twice with other messages.
    let of = |fill: u8| {
        let mut queue = Builder::new(5);
        let range = queue.publish(&[&[fill; 10]]);
        queue.publish(&[b"the same"]);
        (queue, range)
    };
    let ((queue, range), (other, _)) = (of(1), of(2));
    let name = segment_name(1);
    let disk = changed(&queue.disk, |files| {
        let bytes = range.start as usize..range.end as usize;
        let theirs = other.disk.files()[&name][bytes.clone()].to_vec();
        files.get_mut(&name).unwrap()[bytes].copy_from_slice(&theirs);
    });
    let damage = damage(&disk);
    assert_eq!(
        (damage.offset, damage.what.as_str()),
        (range.end, "not chained to the batch before")
    );
}

#[test]
fn files_of_another_queue_and_newer_ones() {
    let (queue, _) = several();
    let manifest = Manifest { id: [7; 16], ..queue.manifest.clone() };
    let disk =
        changed(&queue.disk, |files| _ = files.insert(MANIFEST.into(), manifest.encode().to_vec()));
    assert_eq!(damage(&disk).what, "a segment of another queue");
    let old = Manifest { epoch: 0, ..queue.manifest.clone() };
    let disk =
        changed(&queue.disk, |files| _ = files.insert(MANIFEST.into(), old.encode().to_vec()));
    assert_eq!(damage(&disk).what, "its epoch is after that of the manifest");

    for name in [MANIFEST.to_owned(), segment_name(2)] {
        let disk = changed(&queue.disk, |files| {
            let block = &mut files.get_mut(&name).unwrap()[..BLOCK];
            block[8] = 3;
            let checksum = crc32c::crc32c(&block[..BLOCK - 4]);
            block[BLOCK - 4..].copy_from_slice(&checksum.to_le_bytes());
        });
        let newer = read_all(&disk).unwrap_err();
        assert!(
            matches!(&newer, OpenError::Newer { path, found: 3, known: 1 } if path.ends_with(&name)),
            "{newer}"
        );
    }
}

#[test]
fn nothing_is_changed_by_looking() {
    let (queue, _) = several();
    let before = (queue.disk.files(), queue.disk.position());
    read_all(&queue.disk).unwrap();
    let disk = changed(&queue.disk, |files| files.get_mut(&segment_name(2)).unwrap()[5000] ^= 1);
    let damaged = disk.files();
    damage(&disk);
    assert_eq!((queue.disk.files(), queue.disk.position()), before);
    assert_eq!((disk.files(), disk.position()), (damaged, 0));
}

/// Changes the header of a block or of a frame, and makes its checksum right again.
fn forged(
    disk: &SimDisk,
    name: &str,
    at: usize,
    bytes: &[u8],
    checksum: (Range<usize>, usize),
) -> SimDisk {
    changed(disk, |files| {
        let file = files.get_mut(name).unwrap();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        let right = crc32c::crc32c(&file[checksum.0]).to_le_bytes();
        file[checksum.1..checksum.1 + 4].copy_from_slice(&right);
    })
}

#[test]
fn a_frame_that_is_sound_and_is_not_the_next() {
    let (queue, frames) = several();
    let start = frames[5].1.start as usize;
    let checksum = (start + 8..start + 64, start + 4);
    let forge = |at, bytes: &[u8]| {
        forged(&queue.disk, &segment_name(3), start + at, bytes, checksum.clone())
    };
    // Its batch, its chain, its sequence, and a body longer than any file.
    let said = [
        (16, &9_u64.to_le_bytes()[..], "batches are missing before it"),
        (48, &[1, 2, 3, 4], "not chained to the batch before"),
        (24, &9_u64.to_le_bytes(), "messages are missing before it"),
    ];
    for (at, bytes, what) in said {
        let damage = damage(&forge(at, bytes));
        assert_eq!((damage.offset, damage.what.as_str()), (start as u64, what));
    }
    // Of another epoch, or a batch that was before: the file had it before.
    for (at, bytes) in
        [(8, 2_u64.to_le_bytes()), (8, 0_u64.to_le_bytes()), (16, 5_u64.to_le_bytes())]
    {
        let (found, published) = read_all(&forge(at, &bytes)).unwrap().unwrap();
        assert_eq!((found.torn, published.len()), (None, 5));
    }
}

#[test]
fn a_length_that_cannot_be_takes_no_memory() {
    let (queue, frames) = several();
    let start = frames[5].1.start as usize;
    let checksum = (start + 8..start + 64, start + 4);
    let disk = forged(&queue.disk, &segment_name(3), start + 32, &[255; 4], checksum);
    let file = disk.open(&segment_name(3), false).unwrap();
    let mut scan = Scan::new(file, Expected::default(), false).unwrap();
    assert!(scan.next().unwrap().is_ok());
    let stop = scan.next().unwrap().unwrap_err();
    assert_eq!(stop.cause.what(), "a frame that goes on where the file does not");
    assert!(read_all(&disk).unwrap().unwrap().0.torn.is_some());
}

#[test]
fn a_segment_that_does_not_follow_the_one_before() {
    let (queue, _) = several();
    // The batch before, its checksum, the next sequence.
    for (at, bytes) in
        [(48, &2_u64.to_le_bytes()[..]), (64, &[1, 2, 3, 4]), (56, &4_u64.to_le_bytes())]
    {
        let disk = forged(&queue.disk, &segment_name(2), at, bytes, (0..BLOCK - 4, BLOCK - 4));
        let damage = damage(&disk);
        assert_eq!(damage.what, "it does not follow the segment before");
        assert_eq!((damage.file, damage.offset), (format!("simulated/{}", segment_name(2)), 0));
    }
}
