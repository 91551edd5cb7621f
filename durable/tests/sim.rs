//! The simulated disk answers as a file system does, and has room for so much.

mod common;

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;

use common::sim::{CrashPoint, NameOrder, SimDisk, Unit};
use ringway_durable::storage::{LockError, Storage};

const PAGE: usize = 4096;

fn disk(files: &[(&str, usize)]) -> SimDisk {
    SimDisk::with_files(
        files.iter().map(|&(name, pages)| (name.to_owned(), vec![b'a'; pages * PAGE])),
    )
}

fn at_the_end(disk: &SimDisk) -> CrashPoint {
    disk.crashes(Unit::Page, NameOrder::Kept).at(disk.position())
}

fn kind<T>(result: io::Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn a_full_disk_takes_what_fits() {
    let disk = disk(&[("f", 2)]);
    disk.set_capacity(Some(4 * PAGE as u64 + 1000));
    let file = disk.create("g").unwrap();
    let full = Some(ErrorKind::StorageFull);
    assert_eq!(kind(file.allocate(3 * PAGE as u64)), full);
    assert_eq!(file.len().unwrap(), 0);
    assert_eq!(file.write_at(&[b'x'; 3 * PAGE], 100).unwrap(), 2 * PAGE - 100);
    assert_eq!(kind(file.write_at(b"z", 2 * PAGE as u64)), full);
    assert_eq!(file.write_at(b"z", 0).unwrap(), 1);
    disk.remove("f").unwrap();
    file.allocate(4 * PAGE as u64).unwrap();
    assert_eq!(kind(file.set_len(5 * PAGE as u64)), full);
    let left = at_the_end(&disk).all_kept();
    assert_eq!(kind(left.open("g", true).unwrap().allocate(5 * PAGE as u64)), full);
    left.set_capacity(Some(0));
    assert_eq!(left.open("g", true).unwrap().write_at(b"z", 4 * PAGE as u64 - 1).unwrap(), 1);
    left.set_capacity(None);
    left.open("g", true).unwrap().allocate(5 * PAGE as u64).unwrap();
}

#[test]
fn calls_answer_as_those_of_a_file_system() {
    let disk = disk(&[("f", 1)]);
    assert_eq!(kind(disk.open("g", false)), Some(ErrorKind::NotFound));
    assert_eq!(kind(disk.rename("g", "f")), Some(ErrorKind::NotFound));
    assert_eq!(kind(disk.remove("g")), Some(ErrorKind::NotFound));
    assert_eq!(kind(disk.create("f")), Some(ErrorKind::AlreadyExists));
    let reading = disk.open("f", false).unwrap();
    assert!(reading.write_at(b"x", 0).is_err());
    assert!(reading.set_len(0).is_err());
    assert!(reading.allocate(1).is_err());
    disk.remove("f").unwrap();
    assert_eq!(disk.position(), 1, "what failed is not logged");
    let mut bytes = [0; 8];
    assert_eq!(reading.read_at(&mut bytes, PAGE as u64 - 3).unwrap(), 3);
    assert_eq!(bytes, *b"aaa\0\0\0\0\0");
    assert_eq!(reading.read_at(&mut bytes, u64::MAX).unwrap(), 0);
}

#[test]
fn allocate_keeps_what_is_there() {
    let disk = disk(&[("f", 2)]);
    let file = disk.open("f", true).unwrap();
    file.allocate(1).unwrap();
    assert_eq!(disk.position(), 0);
    file.allocate(2 * PAGE as u64 + 2).unwrap();
    let expected = [&[b'a'; 2 * PAGE][..], &[0, 0]].concat();
    assert_eq!(disk.files()["f"], expected);
}

#[test]
fn one_holds_the_lock_until_it_is_dropped_or_power_is_lost() {
    let disk = disk(&[]);
    let lock = disk.lock().unwrap();
    assert!(matches!(disk.lock(), Err(LockError::Held(Some(_)))));
    assert_eq!(disk.names().unwrap(), ["LOCK"]);
    drop(at_the_end(&disk).all_kept().lock().unwrap());
    drop(lock);
    drop(disk.lock().unwrap());
}

#[test]
fn handles_are_used_by_many_threads() {
    let disk = disk(&[("f", 0)]);
    let file = disk.open("f", true).unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (file, disk) = (Arc::clone(&file), disk.clone());
            scope.spawn(move || {
                file.write_at(&[b'x'; PAGE], (thread * PAGE) as u64).unwrap();
                file.sync().unwrap();
                disk.create(&thread.to_string()).unwrap();
            });
        }
    });
    assert_eq!(disk.position(), 12);
    assert_eq!(disk.files()["f"], [b'x'; 4 * PAGE]);
    assert_eq!(at_the_end(&disk).nothing_kept().files()["f"], [b'x'; 4 * PAGE]);
}
