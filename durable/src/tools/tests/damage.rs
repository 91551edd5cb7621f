//! All damage is listed, with where it is and what is lost.

use std::io;
use std::sync::Arc;

use super::*;
use crate::format::Manifest;
use crate::recovery::Gap;
use crate::storage::{LockError, StorageFile};

/// Exports a queue with each of its bytes changed in turn.
fn each_byte(model: &Model) {
    let closed = model.queue.manifest.closed.is_some();
    let last = model.frames.len() - 1;
    for segment in 1..=3 {
        let name = segment_name(segment);
        for offset in 0..model.queue.manifest.segment_size {
            let here = model.at(segment, offset);
            if here.is_none() && offset >= BLOCK as u64 && offset % 97 != 0 {
                // Nothing was written here.
                continue;
            }
            let disk = flipped(&model.queue.disk, &name, offset);
            let (all, said) = exported(&disk);
            assert_eq!(all, model.live(&here.into_iter().collect()), "byte {offset} of {name}");
            let path = format!("simulated/{name}");
            match here {
                Some(here) if here == last && !closed => {
                    assert_eq!(said.gaps, []);
                    let torn = said.torn.unwrap();
                    assert_eq!((torn.file, torn.offset), (path, model.frames[here].range.start));
                }
                Some(here) => {
                    let [Gap { damage, lost, .. }] = said.gaps.as_slice() else {
                        panic!("byte {offset} of {name}: {:?}", said.gaps)
                    };
                    let frame = &model.frames[here];
                    assert_eq!((&damage.file, damage.offset), (&path, frame.range.start));
                    let is_known = here < last || offset >= frame.range.start + 64;
                    let sequences = frame.first_sequence..frame.next_sequence;
                    assert_eq!(*lost, is_known.then_some(sequences), "byte {offset} of {name}");
                }
                None if offset < BLOCK as u64 => {
                    let [Gap { damage, .. }] = said.gaps.as_slice() else {
                        panic!("byte {offset} of {name}: {:?}", said.gaps)
                    };
                    assert_eq!((&damage.file, damage.offset), (&path, 0));
                }
                None => assert_eq!(said.gaps, []),
            }
        }
    }
}

#[test]
fn each_byte_of_a_queue_that_was_not_closed() {
    each_byte(&Model::of_everything());
}

#[test]
fn each_byte_of_a_queue_that_was_closed() {
    let mut model = Model::of_everything();
    model.queue.close();
    each_byte(&model);
}

#[test]
fn each_byte_of_the_manifest() {
    let model = Model::of_everything();
    for offset in 0..BLOCK as u64 {
        let disk = flipped(&model.queue.disk, "QUEUE", offset);
        let (all, said) = exported(&disk);
        assert_eq!(all, model.live(&BTreeSet::new()));
        let [gap] = said.gaps.as_slice() else { panic!("{:?}", said.gaps) };
        assert_eq!((gap.damage.file.as_str(), gap.damage.offset), ("simulated/QUEUE", 0));
    }
}

#[test]
fn every_damage_is_listed() {
    let mut model = Model::of_everything();
    model.queue.close();
    let starts = |index: usize| (model.frames[index].segment, model.frames[index].range.start);
    // The manifest, the header of the second segment, and of the frames each second.
    let damaged = [0, 2, 4, 6];
    let disk = changed(&model.queue.disk, |files| {
        files.get_mut("QUEUE").unwrap()[100] ^= 1;
        files.get_mut(&segment_name(2)).unwrap()[30] ^= 1;
        for index in damaged {
            let (segment, start) = starts(index);
            files.get_mut(&segment_name(segment)).unwrap()[start as usize + 70] ^= 1;
        }
    });
    let (all, said) = exported(&disk);
    assert_eq!(all, model.live(&damaged.into()));
    let places: Vec<_> =
        said.gaps.iter().map(|gap| (gap.damage.file.as_str(), gap.damage.offset)).collect();
    let name = |segment| format!("simulated/{}", segment_name(segment));
    let (one, two) = (name(1), name(2));
    let expected = [
        ("simulated/QUEUE", 0),
        (&*two, 0),
        (&*one, starts(0).1),
        (&*one, starts(2).1),
        (&*two, starts(4).1),
    ];
    assert_eq!(places, expected);
    let verified = verify(&disk).unwrap().unwrap();
    assert_eq!((&verified.gaps, &verified.report.torn), (&said.gaps, &said.torn));
    // Without the manifest nobody says that the last one was acknowledged.
    assert_eq!(said.torn.unwrap().offset, starts(6).1);
}

#[test]
fn files_that_are_missing_swapped_or_there_twice() {
    let model = Model::of_everything();
    let of = |segment| -> BTreeSet<usize> {
        (0..model.frames.len()).filter(|&index| model.frames[index].segment == segment).collect()
    };
    for from in 1..=3_u64 {
        let name = segment_name(from);
        let disk = changed(&model.queue.disk, |files| _ = files.remove(&name));
        let (all, said) = exported(&disk);
        assert_eq!(all, model.live(&of(from)));
        let [gap] = said.gaps.as_slice() else { panic!("{:?}", said.gaps) };
        assert_eq!(gap.damage.file, format!("simulated/{name}"));
        assert_eq!(gap.lost, (from == 2).then_some(6..8));

        for to in (1..=3_u64).filter(|&to| to != from) {
            let disk = changed(&model.queue.disk, |files| {
                let (one, other) = (files[&name].clone(), files[&segment_name(to)].clone());
                files.insert(name.clone(), other);
                files.insert(segment_name(to), one);
            });
            let (all, said) = exported(&disk);
            assert_eq!(all, model.live(&BTreeSet::new()));
            assert_eq!(said.gaps.len(), 2);

            let disk = changed(&model.queue.disk, |files| {
                let copied = files[&name].clone();
                files.insert(segment_name(to), copied);
            });
            let (all, said) = exported(&disk);
            assert_eq!(all, model.live(&of(to)));
            assert!(said.gaps.iter().any(|gap| gap.damage.file.ends_with(&segment_name(to))));
        }
    }
}

#[test]
fn several_missing_files_are_one_gap() {
    let mut model = Model::new(4);
    for _ in 0..5 {
        model.frame(&[Op::Publish(b"one".into())]);
        model.queue.roll();
    }
    let disk = changed(&model.queue.disk, |files| {
        (2..=4).for_each(|number| _ = files.remove(&segment_name(number)));
    });
    let verified = verify(&disk).unwrap().unwrap();
    let [gap] = verified.gaps.as_slice() else { panic!("{:?}", verified.gaps) };
    assert_eq!(gap.lost, Some(2..5));
    let said = "simulated/segment-00000000000000000002: the file is missing, and so are 2 after it at byte 0; messages 2 to 4 were in it";
    assert_eq!(gap.to_string(), said);
}

#[test]
fn a_manifest_of_another_queue() {
    let model = Model::of_everything();
    let manifest = Manifest { id: [9; 16], ..model.queue.manifest.clone() };
    let disk = changed(&model.queue.disk, |files| {
        files.insert("QUEUE".into(), manifest.encode().to_vec());
    });
    let verified = verify(&disk).unwrap().unwrap();
    assert!(verified.gaps.iter().any(|gap| gap.damage.what == "a segment of another queue"));
    assert_eq!(verified.report.frames, 0);
}

/// A storage that cannot read one block.
#[derive(Clone, Debug)]
struct Unreadable {
    disk: SimDisk,
    name: String,
    block: Range<u64>,
}

impl Storage for Unreadable {
    fn names(&self) -> io::Result<Vec<String>> {
        self.disk.names()
    }

    fn open(&self, name: &str, writable: bool) -> io::Result<Arc<dyn StorageFile>> {
        let file = self.disk.open(name, writable)?;
        match name == self.name {
            true => Ok(Arc::new(UnreadableFile { file, block: self.block.clone() })),
            false => Ok(file),
        }
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.disk.create(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.disk.sync_names()
    }

    fn lock(&self) -> Result<Box<dyn std::fmt::Debug + Send + Sync>, LockError> {
        self.disk.lock()
    }

    fn path(&self, name: &str) -> String {
        self.disk.path(name)
    }
}

#[derive(Debug)]
struct UnreadableFile {
    file: Arc<dyn StorageFile>,
    block: Range<u64>,
}

impl StorageFile for UnreadableFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset < self.block.end && offset + bytes.len() as u64 > self.block.start {
            return Err(io::Error::other("the disk is scratched"));
        }
        self.file.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.file.allocate(len)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}

#[test]
fn a_block_that_cannot_be_read_takes_no_other_with_it() {
    let model = Model::of_everything();
    for segment in 1..=3 {
        for block in 0..6 {
            let start = block * BLOCK as u64;
            let unreadable = Unreadable {
                disk: SimDisk::with_files(model.queue.disk.files()),
                name: segment_name(segment),
                block: start..start + BLOCK as u64,
            };
            let (all, said) = exported(&unreadable);
            let here = model.at(segment, start);
            assert_eq!(all, model.live(&here.into_iter().collect()), "block {block} of {segment}");
            let is_next = segment == 3 && start == model.frames.last().unwrap().range.end;
            if block == 0 || here.is_some() || is_next {
                let [gap] = said.gaps.as_slice() else { panic!("{block}: {:?}", said.gaps) };
                assert_eq!(gap.damage.what, "cannot be read");
                // Opening does not take it for a torn tail.
                assert!(matches!(read(&unreadable, &mut |_, _| Ok(())), Err(OpenError::Io { .. })));
                let repaired = repair(&unreadable).unwrap().unwrap();
                assert_eq!(repaired.messages, all.len() as u64);
                assert_eq!(exported(&unreadable.disk).0, all);
            } else {
                assert_eq!(said.gaps, []);
            }
        }
    }
}
