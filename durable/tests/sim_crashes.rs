//! The simulated disk loses what it may lose, and nothing else.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::sim::{CrashPoint, NameOrder, Random, SimDisk, Unit};
use ringway_durable::storage::{Storage, StorageFile};

const PAGE: usize = 4096;

type Files = BTreeMap<String, Vec<u8>>;

/// So many pages, each filled with one of the bytes.
fn pages(fill: &[u8]) -> Vec<u8> {
    fill.iter().flat_map(|&byte| [byte; PAGE]).collect()
}

fn disk(files: &[(&str, &[u8])]) -> SimDisk {
    SimDisk::with_files(files.iter().map(|&(name, fill)| (name.to_owned(), pages(fill))))
}

fn write(file: &dyn StorageFile, fill: &[u8], page: usize) {
    assert_eq!(file.write_at(&pages(fill), (page * PAGE) as u64).unwrap(), fill.len() * PAGE);
}

/// What may be left at the end.
fn last(disk: &SimDisk, unit: Unit, order: NameOrder) -> CrashPoint {
    disk.crashes(unit, order).at(disk.position())
}

fn files_of(point: &CrashPoint) -> BTreeSet<Files> {
    point.states().map(|state| state.files()).collect()
}

/// The same for disks whose files are filled by page: a letter for each page, and `-` for zeroes.
fn left(point: &CrashPoint) -> Vec<String> {
    let shown = |files: Files| {
        let shown: Vec<_> = files
            .into_iter()
            .map(|(name, bytes)| {
                let fill =
                    bytes.chunks(PAGE).map(|page| if page[0] == 0 { '-' } else { page[0] as char });
                format!("{name}:{}", fill.collect::<String>())
            })
            .collect();
        shown.join(" ")
    };
    let all: BTreeSet<_> = files_of(point).into_iter().map(shown).collect();
    all.into_iter().collect()
}

#[test]
fn what_is_not_synced_is_kept_by_any_units() {
    let disk = disk(&[("f", b"ab")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"xy", 0);
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:ab", "f:ay", "f:xb", "f:xy"]);
    assert_eq!(last(&disk, Unit::Page, NameOrder::Kept).count(), 4);
    let point = last(&disk, Unit::Sector, NameOrder::Kept);
    assert_eq!(point.count(), 1 << 16);

    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:xy"]);
    assert_eq!(last(&disk, Unit::Sector, NameOrder::Kept).count(), 1);
}

#[test]
fn each_state_of_sectors_comes_once_and_those_of_pages_are_among_them() {
    let disk = disk(&[("f", b"a")]);
    disk.open("f", true).unwrap().write_at(&[b'x'; 3000], 500).unwrap();
    let sectors = last(&disk, Unit::Sector, NameOrder::Kept);
    assert_eq!(sectors.count(), 1 << 7);
    assert_eq!(files_of(&sectors).len(), 1 << 7);
    let pages = files_of(&last(&disk, Unit::Page, NameOrder::Kept));
    assert_eq!(pages.len(), 2);
    assert!(pages.is_subset(&files_of(&sectors)));
}

#[test]
fn a_unit_may_be_as_after_any_of_the_writes() {
    let disk = disk(&[("f", b"ab")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"x", 0);
    write(&*file, b"yz", 0);
    let left = left(&last(&disk, Unit::Page, NameOrder::Kept));
    assert_eq!(left, ["f:ab", "f:az", "f:xb", "f:xz", "f:yb", "f:yz"]);
}

#[test]
fn what_changes_nothing_counts_once() {
    let disk = disk(&[("f", b"ab")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"ax", 0);
    write(&*file, b"ab", 0);
    assert_eq!(last(&disk, Unit::Page, NameOrder::Kept).count(), 2);
    file.allocate(PAGE as u64).unwrap();
    disk.remove("f").unwrap();
    disk.create("f").unwrap().sync().unwrap();
    assert_eq!(last(&disk, Unit::Page, NameOrder::Kept).count(), 2 + 1 + 1);
}

#[test]
fn the_new_length_may_be_lost_or_kept_without_the_bytes() {
    let disk = disk(&[("f", b"")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"xy", 0);
    let point = last(&disk, Unit::Page, NameOrder::Kept);
    assert_eq!(left(&point), ["f:", "f:-", "f:--", "f:-y", "f:x", "f:x-", "f:xy"]);
    assert_eq!(point.count(), 7);

    file.sync().unwrap();
    file.allocate(4 * PAGE as u64).unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:xy", "f:xy--"]);
    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:xy--"]);
}

#[test]
fn a_cut_goes_with_the_length() {
    let disk = disk(&[("f", b"abc")]);
    let file = disk.open("f", true).unwrap();
    file.set_len(PAGE as u64).unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:a", "f:abc"]);
    write(&*file, b"x", 1);
    let left_then = left(&last(&disk, Unit::Page, NameOrder::Kept));
    assert_eq!(left_then, ["f:a", "f:a-", "f:abc", "f:ax", "f:axc"]);
    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:ax"]);
}

#[test]
fn names_are_kept_in_order_or_freely() {
    let disk = disk(&[("a", b"a"), ("b", b"b")]);
    disk.remove("a").unwrap();
    disk.remove("b").unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["", "a:a b:b", "b:b"]);
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Free)), ["", "a:a", "a:a b:b", "b:b"]);
    disk.sync_names().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Free)), [""]);
}

#[test]
fn changes_of_one_name_are_kept_in_order() {
    let disk = disk(&[("a", b"a")]);
    disk.rename("a", "b").unwrap();
    write(&*disk.create("a").unwrap(), b"x", 0);
    disk.open("a", true).unwrap().sync().unwrap();
    let all = ["a:a", "a:x b:a", "b:a"];
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), all);
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Free)), all);
}

#[test]
fn a_file_that_was_renamed_over_another_is_whole_only_if_it_was_synced_before() {
    for is_synced in [false, true] {
        let disk = disk(&[("f", b"a")]);
        let file = disk.create("new").unwrap();
        write(&*file, b"x", 0);
        if is_synced {
            file.sync().unwrap();
        }
        disk.rename("new", "f").unwrap();
        let expected: &[&str] = match is_synced {
            true => &["f:a", "f:a new:x", "f:x"],
            false => &["f:", "f:-", "f:a", "f:a new:", "f:a new:-", "f:a new:x", "f:x"],
        };
        let point = last(&disk, Unit::Page, NameOrder::Kept);
        assert_eq!(left(&point), expected);
        assert_eq!(point.count(), expected.len() as u128);
    }
}

#[test]
fn a_sync_of_the_file_does_not_keep_its_name() {
    let disk = disk(&[]);
    let file = disk.create("f").unwrap();
    write(&*file, b"x", 0);
    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["", "f:x"]);
    disk.sync_names().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:x"]);
}

#[test]
fn what_was_forgotten_is_synced_only_if_written_again() {
    let disk = disk(&[("f", b"ab")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"xy", 0);
    disk.forget_unsynced();
    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)).len(), 4);
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:ab", "f:ay", "f:xb", "f:xy"]);
    write(&*file, b"z", 1);
    file.sync().unwrap();
    assert_eq!(left(&last(&disk, Unit::Page, NameOrder::Kept)), ["f:az", "f:xz"]);
}

#[test]
fn each_position_has_its_own_states() {
    let disk = disk(&[("f", b"a")]);
    let file = disk.open("f", true).unwrap();
    write(&*file, b"x", 0);
    file.sync().unwrap();
    write(&*file, b"y", 0);
    let crashes = disk.crashes(Unit::Page, NameOrder::Kept);
    // What comes later is none of theirs.
    file.sync().unwrap();
    let points: Vec<_> = crashes.points().collect();
    assert_eq!(points.len(), crashes.last_position() + 1);
    let expected: [&[&str]; 4] = [&["f:a"], &["f:a", "f:x"], &["f:x"], &["f:x", "f:y"]];
    for (position, (point, expected)) in points.iter().zip(expected).enumerate() {
        assert_eq!(point.position(), position);
        assert_eq!(left(point), expected);
        assert_eq!(left(&crashes.at(position)), expected);
    }
}

#[test]
fn what_is_left_is_a_disk_and_may_lose_power_again() {
    let disk = disk(&[("f", b"a")]);
    write(&*disk.open("f", true).unwrap(), b"x", 0);
    for (left_once, then) in last(&disk, Unit::Page, NameOrder::Kept).states().zip(["f:a", "f:x"]) {
        assert_eq!(left_once.position(), 0);
        let file = left_once.open("f", true).unwrap();
        write(&*file, b"y", 0);
        assert_eq!(left(&last(&left_once, Unit::Page, NameOrder::Kept)), [then, "f:y"]);
    }
    // It is another disk.
    assert_eq!(disk.files()["f"], pages(b"x"));
}

#[test]
fn a_draw_may_be_any_state_and_is_the_same_for_the_same_seed() {
    let disk = disk(&[("f", b"ab"), ("g", b"")]);
    write(&*disk.open("f", true).unwrap(), b"xy", 0);
    write(&*disk.open("f", true).unwrap(), b"z", 0);
    write(&*disk.open("g", true).unwrap(), b"z", 0);
    disk.rename("f", "h").unwrap();
    disk.create("f").unwrap();
    disk.create("i").unwrap();
    for order in [NameOrder::Kept, NameOrder::Free] {
        let point = last(&disk, Unit::Page, order);
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..5000).map(|_| point.draw(&mut random).files()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1).into_iter().collect::<BTreeSet<_>>(), files_of(&point));
        assert_eq!(draw(2), draw(2));
        assert_ne!(draw(2), draw(3));
    }
}

/// Whatever is done: what the processes saw is among the states, without a sync none goes, and with all syncs one is left.
#[test]
fn states_only_go_by_syncs() {
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let disk = disk(&[("0", b"ab"), ("1", b"")]);
        let mut seen = vec![disk.files()];
        for _ in 0..7 {
            random_call(&disk, &mut random);
            seen.truncate(disk.position());
            seen.push(disk.files());
        }
        let crashes = disk.crashes(Unit::Page, NameOrder::Free);
        let log = disk.log();
        let mut before = BTreeSet::new();
        for point in crashes.points() {
            let position = point.position();
            let files = files_of(&point);
            assert!(files.len() as u128 <= point.count());
            assert_eq!(point.all_kept().files(), seen[position], "seed {seed}: {log:?}");
            assert!(files.contains(&seen[position]), "seed {seed}, position {position}: {log:?}");
            assert!(
                files.contains(&point.nothing_kept().files()),
                "seed {seed}, position {position}: {log:?}"
            );
            let is_sync = position > 0 && format!("{:?}", log[position - 1]).starts_with("sync");
            assert!(
                is_sync || files.is_superset(&before),
                "seed {seed}, position {position}: {log:?}"
            );
            before = files;
        }
        for name in disk.names().unwrap() {
            disk.open(&name, true).unwrap().sync().unwrap();
        }
        disk.sync_names().unwrap();
        assert_eq!(
            files_of(&last(&disk, Unit::Page, NameOrder::Free)),
            BTreeSet::from([disk.files()])
        );
    }
}

/// Logs one call, or none where nothing changes.
fn random_call(disk: &SimDisk, random: &mut Random) {
    let names = disk.names().unwrap();
    let name = random.below(3).to_string();
    let Ok(file) = disk.open(&name, true) else {
        disk.create(&name).unwrap();
        return;
    };
    match random.below(7) {
        0 | 1 => write(&*file, &[b'a' + random.below(26) as u8], random.below(3)),
        2 => file.set_len((random.below(3) * PAGE) as u64).unwrap(),
        3 => file.sync().unwrap(),
        4 => disk.sync_names().unwrap(),
        5 => disk.rename(&name, &names[random.below(names.len())]).unwrap(),
        _ => disk.remove(&name).unwrap(),
    }
}
