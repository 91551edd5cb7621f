//! What a directory of the file system does.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;

use super::super::{LockError, Storage, StorageFile, read_exact_at, write_all_at};
use super::{Directory, DirectoryFile, Holder, PIECE, lock};
use crate::format::LOCK;

fn directory() -> (TempDir, Directory) {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path());
    (place, directory)
}

fn contents(file: &dyn StorageFile) -> Vec<u8> {
    let mut bytes = vec![0; file.len().unwrap() as usize];
    read_exact_at(file, &mut bytes, 0).unwrap();
    bytes
}

fn put(directory: &Directory, name: &str, bytes: &[u8]) {
    write_all_at(&*directory.create(name).unwrap(), bytes, 0).unwrap();
}

#[track_caller]
fn assert_fails<T>(result: std::io::Result<T>, kind: ErrorKind) {
    assert_eq!(result.err().map(|error| error.kind()), Some(kind));
}

#[test]
fn the_second_lock_is_refused_and_told_the_holder() {
    let (_place, directory) = directory();
    let lock = directory.lock().unwrap();
    let second = Directory::new(directory.path.clone());
    let told = if cfg!(windows) { None } else { Some(process::id()) };
    assert!(matches!(second.lock(), Err(LockError::Held(holder)) if holder == told));
    drop(lock);
    drop(second.lock().unwrap());
}

#[test]
fn who_has_it_is_seen_without_taking_it() {
    let (_place, directory) = directory();
    assert_eq!(directory.holder().unwrap(), Holder::Nobody);
    assert_eq!(directory.names().unwrap(), Vec::<String>::new());
    let lock = directory.lock().unwrap();
    let told = (!cfg!(windows)).then(process::id);
    assert_eq!(directory.holder().unwrap(), Holder::Process(told));
    drop(lock);
    assert_eq!(directory.holder().unwrap(), Holder::Nobody);
}

#[test]
fn who_looks_hinders_nobody() {
    let (_place, directory) = directory();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                directory.holder().unwrap();
                thread::yield_now();
            }
        });
        let locks: Vec<_> = (0..1000).map(|_| directory.lock().map(drop)).collect();
        is_over.store(true, Ordering::Relaxed);
        locks.into_iter().for_each(|lock| lock.unwrap());
    });
}

#[test]
fn the_lock_replaces_a_longer_process_id() {
    let (place, directory) = directory();
    let path = place.path().join(LOCK);
    fs::write(&path, "4294967295\n4294967295\n").unwrap();
    drop(directory.lock().unwrap());
    assert_eq!(fs::read_to_string(path).unwrap(), format!("{}\n", process::id()));
}

#[test]
fn a_holder_that_wrote_no_number_is_not_told() {
    let (place, directory) = directory();
    let path = place.path().join(LOCK);
    for text in ["", "\n", "nobody\n", "99999999999999999999\n"] {
        fs::write(&path, text).unwrap();
        let file = File::open(&path).unwrap();
        file.lock().unwrap();
        assert!(matches!(directory.lock(), Err(LockError::Held(None))), "{text:?}");
    }
}

#[test]
fn a_lock_of_a_file_that_lost_its_name_is_none() {
    let (place, directory) = directory();
    let path = place.path().join(LOCK);
    let open =
        || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);

    let removed = open().unwrap();
    fs::remove_file(&path).unwrap();
    assert!(lock::take_file(removed, &path).unwrap().is_none());

    if cfg!(unix) {
        let replaced = open().unwrap();
        fs::rename(&path, place.path().join("other")).unwrap();
        drop(open().unwrap());
        assert!(lock::take_file(replaced, &path).unwrap().is_none());
    }

    // Neither is held on to.
    let _lock = directory.lock().unwrap();
}

#[test]
fn the_lock_makes_the_directory_and_those_above() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a").join("b").join("c");
    let directory = Directory::new(&path);
    assert_fails(directory.names(), ErrorKind::NotFound);
    assert_fails(directory.create("one"), ErrorKind::NotFound);
    for _ in 0..2 {
        let _lock = directory.lock().unwrap();
        assert_eq!(directory.names().unwrap(), [LOCK]);
    }
}

#[test]
fn a_directory_that_is_a_file_is_not_locked() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(Directory::new(&path).lock(), Err(LockError::Io(_))));
    assert!(matches!(Directory::new(path.join("below")).lock(), Err(LockError::Io(_))));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
}

#[test]
fn names_are_of_all_that_is_there() {
    let (place, directory) = directory();
    put(&directory, "b", b"");
    put(&directory, "a", b"");
    fs::create_dir(place.path().join("below")).unwrap();
    assert_eq!(directory.names().unwrap(), ["a", "b", "below"]);
    directory.sync_names().unwrap();
    assert_eq!(Path::new(&directory.path("a")), place.path().join("a"));
}

#[test]
fn a_name_is_created_once_and_opened_only_if_there() {
    let (_place, directory) = directory();
    assert_fails(directory.open("a", false), ErrorKind::NotFound);
    assert_fails(directory.open("a", true), ErrorKind::NotFound);
    assert_fails(directory.rename("a", "b"), ErrorKind::NotFound);
    assert_fails(directory.remove("a"), ErrorKind::NotFound);
    put(&directory, "a", b"one");
    assert_fails(directory.create("a"), ErrorKind::AlreadyExists);
    assert_eq!(contents(&*directory.open("a", true).unwrap()), b"one");
}

#[test]
fn only_what_is_opened_to_write_is_written() {
    let (_place, directory) = directory();
    put(&directory, "a", b"one");
    let reading = directory.open("a", false).unwrap();
    assert!(reading.write_at(b"two", 0).is_err());
    assert!(reading.set_len(0).is_err());
    assert_eq!(contents(&*reading), b"one");
    write_all_at(&*directory.open("a", true).unwrap(), b"two", 0).unwrap();
    assert_eq!(contents(&*reading), b"two");
}

#[test]
fn a_rename_replaces_what_had_the_name() {
    let (_place, directory) = directory();
    put(&directory, "new", b"new");
    put(&directory, "old", b"old");
    let replaced = directory.open("old", false).unwrap();
    directory.rename("new", "old").unwrap();
    assert_eq!(directory.names().unwrap(), ["old"]);
    assert_eq!(contents(&*directory.open("old", false).unwrap()), b"new");
    assert_eq!(contents(&*replaced), b"old");
}

#[test]
fn a_removed_file_stays_usable_while_open() {
    let (_place, directory) = directory();
    put(&directory, "a", b"one");
    let file = directory.open("a", true).unwrap();
    directory.remove("a").unwrap();
    assert!(directory.names().unwrap().is_empty());
    write_all_at(&*file, b"two", 3).unwrap();
    assert_eq!(contents(&*file), b"onetwo");
}

#[test]
fn reads_end_at_the_end_and_lengths_are_set() {
    let (_place, directory) = directory();
    let file = directory.create("a").unwrap();
    write_all_at(&*file, b"abc", 2).unwrap();
    let mut bytes = [7; 4];
    assert_eq!(file.read_at(&mut bytes, 3).unwrap(), 2);
    assert_eq!(bytes, [b'b', b'c', 7, 7]);
    assert_eq!(file.read_at(&mut bytes, 5).unwrap(), 0);
    assert_eq!(file.read_at(&mut bytes, 500).unwrap(), 0);
    file.set_len(3).unwrap();
    file.set_len(5).unwrap();
    file.sync().unwrap();
    assert_eq!(contents(&*file), [0, 0, b'a', 0, 0]);
}

#[test]
fn allocated_space_is_zero_and_what_was_there_stays() {
    let (_place, directory) = directory();
    let file = directory.create("a").unwrap();
    write_all_at(&*file, b"abc", 0).unwrap();
    file.allocate(0).unwrap();
    file.allocate(2).unwrap();
    assert_eq!(contents(&*file), b"abc");
    file.allocate(10_000).unwrap();
    let mut expected = vec![0; 10_000];
    expected[..3].copy_from_slice(b"abc");
    assert_eq!(contents(&*file), expected);
}

#[cfg(unix)]
#[test]
fn allocated_space_is_taken_from_the_disk() {
    use std::os::unix::fs::MetadataExt;

    let (place, directory) = directory();
    directory.create("a").unwrap().allocate(1 << 20).unwrap();
    let blocks = fs::metadata(place.path().join("a")).unwrap().blocks();
    assert!(blocks * 512 >= 1 << 20, "{blocks} blocks");
}

#[test]
fn zeroes_are_written_only_behind_the_end() {
    let (place, _) = directory();
    let file =
        OpenOptions::new().read(true).write(true).create_new(true).open(place.path().join("a"));
    let file = DirectoryFile { file: file.unwrap() };
    write_all_at(&file, b"abc", 0).unwrap();
    file.write_zeroes(2).unwrap();
    assert_eq!(contents(&file), b"abc");
    for len in [4, PIECE + 3, 3 * PIECE + 4] {
        file.write_zeroes(len as u64).unwrap();
        let mut expected = vec![0; len];
        expected[..3].copy_from_slice(b"abc");
        assert!(contents(&file) == expected, "{len}");
    }
}

#[test]
fn space_that_is_refused_is_told() {
    let (_place, directory) = directory();
    put(&directory, "a", b"abc");
    let reading = directory.open("a", false).unwrap();
    assert!(reading.allocate(10_000).is_err());
    assert_eq!(contents(&*reading), b"abc");
}
