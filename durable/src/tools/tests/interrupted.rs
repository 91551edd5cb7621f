//! A repair may end anywhere, and is begun again.

use std::io::ErrorKind;

use super::*;
use crate::format::parse_segment_name;
use crate::testing::sim::{Call, Fault, FaultyStorage, NameOrder, Random, Unit};

/// So many states are drawn where there are too many to try all.
const DRAWN: u128 = 60;

/// The bytes of files.
type Files = BTreeMap<String, Vec<u8>>;

/// Queues with damage of all sorts, and what is live in them.
fn damaged() -> Vec<(SimDisk, Exports)> {
    let mut model = Model::of_everything();
    model.queue.close();
    let disk = &model.queue.disk;
    let frame = &model.frames[1];
    vec![
        (
            flipped(disk, &segment_name(1), frame.range.start + 100),
            model.live(&BTreeSet::from([1])),
        ),
        (flipped(disk, &segment_name(2), 40), model.live(&BTreeSet::new())),
        (flipped(disk, "QUEUE", 9), model.live(&BTreeSet::new())),
        (
            changed(&flipped(disk, &segment_name(1), frame.range.start), |files| {
                _ = files.remove("QUEUE")
            }),
            model.live(&BTreeSet::from([1])),
        ),
        (
            changed(disk, |files| _ = files.remove(&segment_name(2))),
            model.live(&BTreeSet::from([3, 4])),
        ),
    ]
}

/// Whether the files that were damaged are there as they were, put aside.
fn is_kept(before: &Files, disk: &SimDisk) -> bool {
    let files = disk.files();
    let mut kept = before.iter().filter(|(name, _)| parse_segment_name(name).is_some());
    kept.all(|(name, bytes)| {
        files.get(&format!("damaged-{name}")).or(files.get(name)) == Some(bytes)
    }) && (files.keys().any(|name| name.starts_with("damaged-")))
}

/// The queue is one that is not opened, or all is there; and all is there after another repair.
fn check(before: &Files, disk: &SimDisk, live: &Exports) {
    let names = disk.names().unwrap();
    match opened(disk) {
        Err(OpenError::Damaged(_)) => {}
        Ok(_) => {
            assert_eq!(&exported(disk).0, live, "{names:?}");
            assert!(is_kept(before, disk), "{names:?}");
        }
        Err(error) => panic!("{error}"),
    }
    repair(disk).unwrap().unwrap();
    assert!(is_kept(before, disk), "{names:?}");
    assert_eq!(opened(disk).unwrap().torn, None);
    assert_eq!(&exported(disk).0, live, "{names:?}");
}

#[test]
fn by_a_loss_of_power() {
    let mut random = Random::new(1);
    for (disk, live) in damaged() {
        let before = disk.files();
        repair(&disk).unwrap();
        for order in [NameOrder::Kept, NameOrder::Free] {
            for point in disk.crashes(Unit::Page, order).points() {
                match point.count() {
                    count if count <= DRAWN => {
                        point.states().for_each(|state| check(&before, &state, &live))
                    }
                    _ => (0..DRAWN).for_each(|_| check(&before, &point.draw(&mut random), &live)),
                }
            }
        }
    }
}

#[test]
fn by_a_loss_of_power_and_another_in_the_next_repair() {
    let mut random = Random::new(2);
    for (disk, live) in damaged() {
        let before = disk.files();
        repair(&disk).unwrap();
        for point in disk.crashes(Unit::Page, NameOrder::Free).points() {
            let once = point.draw(&mut random);
            repair(&once).unwrap();
            let crashes = once.crashes(Unit::Page, NameOrder::Free);
            for _ in 0..6 {
                let crashed = crashes.draw_point(&mut random).draw(&mut random);
                check(&before, &crashed, &live);
            }
        }
    }
}

#[test]
fn by_each_call_that_fails() {
    let changes =
        [Call::Create, Call::Rename, Call::Remove, Call::SyncNames, Call::Write, Call::Sync];
    for (disk, live) in damaged() {
        let files = disk.files();
        for number in 1.. {
            let disk = SimDisk::with_files(files.clone());
            let faulty = FaultyStorage::new(disk.clone());
            faulty.fail(Fault::at(number, &changes, ErrorKind::StorageFull).for_ever());
            let taken = disk.clone();
            faulty.when_failing(move |_| assert!(taken.lock().is_err(), "nobody else may open it"));
            let failed = repair(&faulty);
            if faulty.failed() == 0 {
                failed.unwrap();
                break;
            }
            // The last thing that is done is to take space for the next manifest, which may fail.
            match failed {
                Err(OpenError::Io { .. } | OpenError::Failed(_)) => {}
                Ok(_) => assert_eq!(exported(&disk).0, live),
                Err(error) => panic!("{error}"),
            }
            check(&files, &disk, &live);
        }
    }
}

#[test]
fn what_can_be_read_only_once_is_not_taken_for_all() {
    let model = Model::of_everything();
    let live = model.live(&BTreeSet::new());
    let mut refused = 0;
    for number in 1.. {
        let faulty = FaultyStorage::new(model.queue.disk.clone());
        faulty.fail(Fault::at(number, &[Call::Read], ErrorKind::Other).for_ever());
        let mut all = Vec::new();
        let exported = export(&faulty, |message| {
            all.push(message.sequence);
            Ok::<_, OpenError>(())
        });
        match exported {
            Ok(said) => assert!(all.len() == live.len() || !said.unwrap().gaps.is_empty()),
            Err(OpenError::Io { .. } | OpenError::Damaged(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        if faulty.failed() == 0 {
            break;
        }
    }
    assert!(refused > 3);
}
