//! The faulty storage fails the calls that it was told to, and no others.

mod common;

use std::io::ErrorKind;

use common::sim::{Call, Fault, FaultyStorage, NameOrder, SimDisk, Unit};
use ringway_durable::storage::{Storage, StorageFile};

fn storage() -> (SimDisk, FaultyStorage) {
    let disk = SimDisk::with_files([("f".to_owned(), b"abcdef".to_vec())]);
    (disk.clone(), FaultyStorage::new(disk))
}

/// Each call once, in the order of their list.
fn each_call(storage: &dyn Storage, file: &dyn StorageFile) -> Vec<Option<ErrorKind>> {
    let kind = |error: Option<std::io::Error>| error.map(|error| error.kind());
    vec![
        kind(storage.create("g").err()),
        kind(storage.rename("f", "h").err()),
        kind(storage.remove("g").err()),
        kind(storage.sync_names().err()),
        kind(file.write_at(b"x", 0).err()),
        kind(file.sync().err()),
        kind(file.allocate(10).err()),
        kind(file.set_len(3).err()),
        kind(storage.names().err()),
        kind(storage.open("h", false).err()),
        kind(file.len().err()),
        kind(file.read_at(&mut [0], 0).err()),
    ]
}

#[test]
fn each_kind_of_call_can_fail() {
    for (place, call) in Call::CHANGES.into_iter().chain(Call::LOOKS).enumerate() {
        let (_, faulty) = storage();
        let file = faulty.open("f", true).unwrap();
        faulty.fail(Fault::at(1, &[call], ErrorKind::TimedOut));
        let results = each_call(&faulty, &*file);
        assert_eq!(results[place], Some(ErrorKind::TimedOut), "{call:?}");
        assert_eq!(faulty.failed(), 1);
        // One that could not be created or renamed is missing afterwards.
        let planned = results.iter().filter(|&&result| result == Some(ErrorKind::TimedOut)).count();
        assert_eq!(planned, 1, "{call:?}");
    }
}

#[test]
fn only_the_call_of_that_number_among_its_kinds_fails() {
    for number in 1..=5 {
        let (disk, faulty) = storage();
        let file = faulty.open("f", true).unwrap();
        faulty.fail(Fault::at(number, &[Call::Write, Call::SetLen], ErrorKind::StorageFull));
        let mut failed = Vec::new();
        for call in 1..=4 {
            file.sync().unwrap();
            let result = match call % 2 {
                0 => file.set_len(6 + call),
                _ => file.write_at(b"x", call).map(drop),
            };
            if let Err(error) = result {
                assert_eq!(error.kind(), ErrorKind::StorageFull);
                failed.push(call);
            }
        }
        let expected: &[u64] = if number <= 4 { &[number] } else { &[] };
        assert_eq!(failed, expected);
        assert_eq!(faulty.failed(), expected.len() as u64);
        assert_eq!(disk.position(), 8 - expected.len(), "what failed was not done");
    }
}

#[test]
fn a_fault_for_ever_ends_only_when_it_is_taken_back() {
    let (_, faulty) = storage();
    let file = faulty.open("f", true).unwrap();
    faulty.fail(Fault::at(3, &[Call::Sync], ErrorKind::Other).for_ever());
    let syncs: Vec<_> = (0..5).map(|_| file.sync().is_ok()).collect();
    assert_eq!(syncs, [true, true, false, false, false]);
    faulty.fail_no_more();
    file.sync().unwrap();
    assert_eq!(faulty.failed(), 3);
    assert_eq!(faulty.calls(), [&[Call::Open][..], &[Call::Sync; 6]].concat());
}

#[test]
fn faults_stand_beside_each_other() {
    let (_, faulty) = storage();
    let file = faulty.open("f", true).unwrap();
    faulty.fail(Fault::at(1, &[Call::Sync], ErrorKind::Other));
    faulty.fail(Fault::at(2, &[Call::Sync], ErrorKind::TimedOut));
    let syncs: Vec<_> = (0..3).map(|_| file.sync().err().map(|error| error.kind())).collect();
    assert_eq!(syncs, [Some(ErrorKind::Other), Some(ErrorKind::TimedOut), None]);
}

#[test]
fn what_fails_may_be_done() {
    let (disk, faulty) = storage();
    faulty.fail(Fault::at(1, &Call::CHANGES, ErrorKind::Other).done());
    faulty.rename("f", "g").unwrap_err();
    assert_eq!(disk.names().unwrap(), ["g"]);
}

#[test]
fn writes_may_be_short() {
    let (disk, faulty) = storage();
    let file = faulty.open("f", true).unwrap();
    faulty.write_at_most(Some(2));
    assert_eq!(file.write_at(b"wxyz", 1).unwrap(), 2);
    assert_eq!(disk.files()["f"], b"awxdef");
    faulty.write_at_most(None);
    assert_eq!(file.write_at(b"wxyz", 1).unwrap(), 4);
    assert_eq!(disk.files()["f"], b"awxyzf");
}

#[test]
fn a_sync_that_is_tried_again_does_not_keep_what_the_first_lost() {
    let (disk, faulty) = storage();
    let file = faulty.open("f", true).unwrap();
    let forgetting = disk.clone();
    faulty.when_failing(move |call| {
        if call == Call::Sync {
            forgetting.forget_unsynced();
        }
    });
    faulty.fail(Fault::at(1, &[Call::Sync], ErrorKind::Other));
    file.write_at(b"x", 0).unwrap();
    file.sync().unwrap_err();
    file.sync().unwrap();
    let lost = disk.crashes(Unit::Page, NameOrder::Kept).at(disk.position()).nothing_kept();
    assert_eq!(lost.files()["f"], b"abcdef");
    assert_eq!(disk.files()["f"], b"xbcdef");
}
