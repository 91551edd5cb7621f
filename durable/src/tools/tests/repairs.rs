//! A damaged queue is repaired, and can be opened, with all that was not damaged.

use super::*;
use crate::format::{FRAME_HEADER, aside_name};

/// Repairs a queue and looks whether it is one that can be opened, with these messages.
fn repaired(disk: &SimDisk, live: &Exports) -> Repaired {
    let repaired = repair(disk).unwrap().unwrap();
    let report = opened(disk).unwrap();
    assert_eq!(report.torn, None);
    let (all, said) = exported(disk);
    assert_eq!(&all, live);
    assert_eq!(said.gaps, []);
    assert_eq!(repaired.messages, live.len() as u64);
    repaired
}

#[test]
fn a_queue_that_is_not_damaged_is_not_changed() {
    let model = Model::of_everything();
    let disk = SimDisk::with_files(model.queue.disk.files());
    let said = repair(&disk).unwrap().unwrap();
    assert_eq!((said.gaps, said.messages, said.aside), (vec![], 5, vec![]));
    assert_eq!((disk.files(), disk.position()), (model.queue.disk.files(), 0));
}

#[test]
fn after_each_byte() {
    let mut model = Model::of_everything();
    model.queue.close();
    for segment in 1..=3 {
        let name = segment_name(segment);
        // Each byte of what is written, and some of the others.
        for offset in 0..model.queue.manifest.segment_size {
            let here = model.at(segment, offset);
            if here.is_none() && offset % 97 != 0 {
                continue;
            }
            let disk = flipped(&model.queue.disk, &name, offset);
            let before = disk.files();
            let said = repaired(&disk, &model.live(&here.into_iter().collect()));
            let is_damaged = here.is_some() || offset < BLOCK as u64;
            assert_eq!(said.gaps.len(), usize::from(is_damaged), "byte {offset} of {name}");
            if is_damaged {
                // What was there is still there, under other names.
                for number in 1..=3 {
                    assert_eq!(disk.files()[&aside_name(number)], before[&segment_name(number)]);
                }
                assert_eq!(said.aside.len(), 3);
                assert_eq!(repair(&disk).unwrap().unwrap().gaps, []);
            } else {
                assert_eq!(disk.files(), before);
            }
        }
    }
}

#[test]
fn after_a_damaged_or_lost_manifest() {
    let mut model = Model::of_everything();
    model.queue.close();
    let live = model.live(&BTreeSet::new());
    let disk = flipped(&model.queue.disk, "QUEUE", 50);
    let said = repaired(&disk, &live);
    assert_eq!(said.aside, ["damaged-QUEUE-00000000000000000002"]);
    let names: Vec<_> = model.queue.disk.names().unwrap();
    assert!(names.iter().all(|name| disk.names().unwrap().contains(name)));

    let disk = changed(&model.queue.disk, |files| _ = files.remove("QUEUE"));
    assert_eq!(repaired(&disk, &live).aside, Vec::<String>::new());

    // All headers, too: only the frames are left.
    let disk = changed(&model.queue.disk, |files| {
        files.values_mut().for_each(|bytes| bytes[20] ^= 1);
    });
    let said = repaired(&disk, &live);
    assert_eq!((said.gaps.len(), said.aside.len()), (4, 4));
    assert_ne!(inspect(&disk).unwrap().unwrap().id, [0; 16]);

    // Nothing is left of which it could be made.
    let disk = SimDisk::with_files([("QUEUE".to_owned(), vec![0; BLOCK])]);
    assert!(matches!(repair(&disk), Err(OpenError::Damaged(_))));
    assert_eq!(disk.position(), 0);
}

#[test]
fn after_files_are_missing_or_swapped() {
    let model = Model::of_everything();
    for missing in 1..=3_u64 {
        let disk = changed(&model.queue.disk, |files| _ = files.remove(&segment_name(missing)));
        let lost = (0..model.frames.len()).filter(|&index| model.frames[index].segment == missing);
        repaired(&disk, &model.live(&lost.collect()));
    }
    let disk = changed(&model.queue.disk, |files| {
        let (one, other) = (files[&segment_name(1)].clone(), files[&segment_name(3)].clone());
        files.insert(segment_name(1), other);
        files.insert(segment_name(3), one);
    });
    repaired(&disk, &model.live(&BTreeSet::new()));
}

#[test]
fn what_a_repaired_queue_knows_besides() {
    let mut model = Model::of_everything();
    model.frame(&[Op::Once(8, 80, b"eleven".into()), Op::Once(7, 71, b"twelve".into())]);
    let disk = flipped(&model.queue.disk, &segment_name(1), model.frames[1].range.start);
    repair(&disk).unwrap().unwrap();
    let mut said = Vec::new();
    let found = read(&disk, &mut |_, record| {
        said.push(format!("{record:?}").split(" message").next().unwrap().to_owned());
        Ok(())
    });
    let found = found.unwrap().unwrap();
    assert_eq!(found.manifest.epoch, 3);
    assert_eq!((found.manifest.oldest, found.manifest.newest), (4, 4));
    assert_eq!(found.manifest.closed, Some(found.chain));
    assert_eq!(found.chain.batch, model.queue.chain.batch + 1);
    assert_eq!(found.next_sequence, 13);
    assert_eq!(said[0], "Checkpoint { next_sequence: 13, delivered_through: 7 }");
    let producers = read(&disk, &mut |_, record| {
        if let crate::format::Record::Producer { id, last } = record {
            let last: Vec<_> = last.collect();
            assert_eq!(last, if id == 7 { vec![(70, 3), (71, 12)] } else { vec![(80, 11)] });
        }
        Ok(())
    });
    assert!(producers.is_ok());
    assert!(said[1].starts_with("Producer { id: 8") && said[2].starts_with("Producer { id: 7"));
    assert_eq!(said[3], "Copied { sequence: 1, attempts: 3, dead: true,");
}

#[test]
fn no_sequence_is_given_twice() {
    let mut model = Model::new(8);
    model.frame(&[Op::Publish(b"one".into())]);
    // So many messages of no bytes that no frame of this length has more.
    model.frame(&vec![Op::Publish(vec![]); (2 * BLOCK - FRAME_HEADER) / 5]);
    model.queue.close();
    let next = model.queue.next_sequence;
    for offset in [0, 30, 64, 5000] {
        let start = model.frames[1].range.start;
        let disk = flipped(&model.queue.disk, &segment_name(1), start + offset);
        repaired(&disk, &model.live(&BTreeSet::from([1])));
        assert!(inspect(&disk).unwrap().unwrap().next_sequence >= next, "byte {offset}");
    }
}

#[test]
fn more_messages_than_a_segment_holds() {
    let mut model = Model::new(800);
    let long = |fill| Op::Publish(vec![fill; 1_300_000]);
    let many: Vec<_> = (0..2000).map(|fill| Op::Publish(vec![fill as u8; 200])).collect();
    for _ in 0..3 {
        model.frame(&[long(1)]);
        model.frame(&many);
        model.frame(&[long(2)]);
        model.queue.roll();
    }
    let disk = flipped(&model.queue.disk, &segment_name(2), 5000);
    let said = repaired(&disk, &model.live(&BTreeSet::from([3])));
    assert_eq!((said.messages, said.aside.len()), (6005, 4));
    let inspection = inspect(&disk).unwrap().unwrap();
    assert_eq!(inspection.segments.len(), 3);
    assert!(inspection.segments.iter().all(|segment| segment.len == segment.end));
    assert!(inspection.segments.iter().all(|segment| segment.len <= 800 * BLOCK as u64));
}

#[test]
fn a_queue_that_is_open_is_not_repaired() {
    let model = Model::of_everything();
    let disk = flipped(&model.queue.disk, &segment_name(1), 5000);
    let lock = disk.lock().unwrap();
    assert!(matches!(repair(&disk), Err(OpenError::Locked { pid: Some(_), .. })));
    assert_eq!(disk.position(), 0);
    drop(lock);
    assert!(repair(&disk).is_ok());
}
