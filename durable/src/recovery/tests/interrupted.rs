//! Power is lost while a queue is written.

use super::*;
use crate::storage::{StorageFile, write_all_at};
use crate::testing::sim::{NameOrder, Random, Unit};

/// So many states are drawn where there are too many to try all.
const DRAWN: u128 = 300;

/// What was written, and when: at each position of the disk the batches that were synced.
struct Written {
    queue: Builder,
    synced: Vec<(usize, u64)>,
}

impl Written {
    fn new(blocks: usize) -> Self {
        Self { queue: Builder::new(blocks), synced: Vec::new() }
    }

    fn publish(&mut self, len: usize) {
        let message = message(self.queue.next_sequence, len);
        self.queue.publish(&[&message]);
        self.synced.push((self.queue.disk.position(), self.queue.chain.batch));
    }

    /// The last batch that was synced at a position.
    fn synced_at(&self, position: usize) -> u64 {
        let done = self.synced.partition_point(|&(at, _)| at <= position);
        done.checked_sub(1).map_or(0, |last| self.synced[last].1)
    }

    /// Reads all that may be left at each position.
    fn check(&self, unit: Unit, order: NameOrder) {
        let mut random = Random::new(1);
        let mut last = 0;
        for point in self.queue.disk.crashes(unit, order).points() {
            let synced = self.synced_at(point.position());
            let check = |disk: SimDisk| {
                let found = read_all(&disk)
                    .unwrap_or_else(|error| panic!("{:?}: {error}", point.position()));
                let (batch, published) =
                    found.map_or((0, vec![]), |(found, published)| (found.chain.batch, published));
                assert!(batch >= synced, "{batch} of {synced} at {}", point.position());
                assert!(batch <= synced + 1, "{batch} of {synced} at {}", point.position());
                for (sequence, bytes) in published {
                    assert_eq!(bytes, message(sequence, bytes.len()));
                }
                batch
            };
            last = match point.count() {
                count if count <= DRAWN => point.states().map(check).max().unwrap(),
                _ => (0..DRAWN).map(|_| check(point.draw(&mut random))).max().unwrap(),
            };
        }
        assert_eq!(last, self.queue.chain.batch);
    }
}

#[test]
fn what_was_synced_is_found() {
    let mut written = Written::new(6);
    written.publish(100);
    written.publish(9000);
    written.queue.roll();
    written.publish(5000);
    written.publish(1);
    written.queue.recycle();
    written.queue.roll();
    written.publish(5000);
    written.queue.close();
    written.queue.reopen();
    written.publish(3);
    written.check(Unit::Page, NameOrder::Free);
    written.check(Unit::Sector, NameOrder::Kept);
}

#[test]
fn a_batch_that_was_not_whole_is_a_torn_tail() {
    for kept in 0..3_usize {
        let mut queue = Builder::new(8);
        queue.publish(&[b"one"]);
        let torn = queue.unsynced(
            |frame| frame.publish(&[7; 9000]),
            |file, bytes, offset| {
                let kept = [&bytes[..BLOCK], &bytes[..2 * BLOCK], &bytes[BLOCK..]][kept];
                let at = if kept.len() == 2 * BLOCK && kept[0] == 7 { BLOCK } else { 0 };
                write_all_at(file, kept, offset + at as u64).unwrap();
            },
        );
        let (found, published) = read_all(&queue.disk).unwrap().unwrap();
        assert_eq!(published.len(), 1);
        assert_eq!(found.segments[0].end, torn.start);
        let tail = found.torn.map(|torn| (torn.file, torn.offset, torn.len));
        let len = 8 * BLOCK as u64 - torn.start;
        let expected = ("simulated/segment-00000000000000000001".to_owned(), torn.start, len);
        // Without its first block nothing says that it ever was.
        assert_eq!(tail, (kept < 2).then_some(expected));
    }
}

#[test]
fn a_tail_that_was_cut_off_is_gone() {
    let mut queue = Builder::new(8);
    queue.publish(&[b"one"]);
    queue.unsynced(
        |frame| frame.publish(&[7; 9000]),
        |file, bytes, offset| {
            write_all_at(file, &bytes[..BLOCK], offset).unwrap();
        },
    );
    let (found, _) = read_all(&queue.disk).unwrap().unwrap();
    let end = found.segments[0].end;
    queue.disk.open(&segment_name(1), true).unwrap().set_len(end).unwrap();
    let (found, published) = read_all(&queue.disk).unwrap().unwrap();
    assert_eq!((found.torn, found.segments[0].end, published.len()), (None, end, 1));
    // It is found so again when the next segment follows.
    (queue.chain, queue.next_sequence) = (found.chain, found.next_sequence);
    queue.reopen();
    queue.publish(&[b"two"]);
    let (found, published) = read_all(&queue.disk).unwrap().unwrap();
    assert_eq!((found.torn, published.len()), (None, 2));
}

#[test]
fn of_batches_that_were_not_synced_a_beginning_is_found() {
    let mut queue = Builder::new(8);
    let write =
        |file: &dyn StorageFile, bytes: &[u8], offset| write_all_at(file, bytes, offset).unwrap();
    let publish = |queue: &mut Builder, unsynced| {
        let message = message(queue.next_sequence, 10);
        queue.unsynced(
            |frame| {
                frame.after_unsynced(unsynced);
                frame.publish(&message);
            },
            write,
        )
    };
    queue.publish(&[&message(1, 10)]);
    let frames: Vec<_> = (0..3).map(|unsynced| publish(&mut queue, unsynced)).collect();
    let name = segment_name(1);
    let mut seen = [0; 4];
    for state in queue.disk.crashes(Unit::Page, NameOrder::Kept).at(queue.disk.position()).states()
    {
        let files = state.files();
        let is_there = |at: &std::ops::Range<u64>| files[&name][at.start as usize] != 0;
        let whole = frames.iter().take_while(|at| is_there(at)).count();
        let (found, published) = read_all(&state).unwrap().unwrap();
        assert_eq!(published.len(), 1 + whole);
        // What is left behind the first that is missing is cut off with it.
        assert_eq!(found.torn.is_some(), frames[whole..].iter().any(is_there));
        assert_eq!(found.segments[0].end, frames.get(whole).map_or(queue.end(), |at| at.start));
        // Of the first one alone it is said that it is durable.
        assert_eq!(
            found.segments[0].unsynced,
            if whole == 0 { BLOCK as u64 } else { frames[0].start }
        );
        seen[whole] += 1;
    }
    assert_eq!(seen, [4, 2, 1, 1]);

    // All are synced, and the next one says so.
    queue.disk.open(&name, true).unwrap().sync().unwrap();
    publish(&mut queue, 0);
    for at in &frames {
        let disk =
            changed(&queue.disk, |files| files.get_mut(&name).unwrap()[at.start as usize] ^= 1);
        assert_eq!(damage(&disk).offset, at.start);
    }
}
