//! What was written is read, and no bit of it can change unseen.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A record that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Owned {
    Publish(Vec<u8>),
    PublishOnce(u64, u64, Vec<u8>),
    Copied(u64, u32, bool, Vec<u8>),
    Acked(u64, u64),
    Attempts(u64, u32),
    Dead(u64),
    Revived(u64),
    Removed(u64),
    Checkpoint(u64, u64),
    Delivered(u64),
    Producer(u64, Vec<(u64, u64)>),
}

impl Owned {
    fn write(&self, frame: &mut FrameWriter) {
        match self {
            Self::Publish(message) => frame.publish(message),
            Self::PublishOnce(producer, number, message) => {
                frame.publish_once(*producer, *number, message);
            }
            Self::Copied(sequence, attempts, dead, message) => {
                frame.copied(*sequence, *attempts, *dead, message);
            }
            Self::Acked(first, count) => frame.acked(*first, *count),
            Self::Attempts(sequence, attempts) => frame.attempts(*sequence, *attempts),
            Self::Dead(sequence) => frame.dead(*sequence),
            Self::Revived(sequence) => frame.revived(*sequence),
            Self::Removed(sequence) => frame.removed(*sequence),
            Self::Checkpoint(next, delivered) => frame.checkpoint(*next, *delivered),
            Self::Delivered(through) => frame.delivered(*through),
            Self::Producer(id, last) => frame.producer(*id, last),
        }
    }

    fn of(record: Record<'_>) -> Self {
        match record {
            Record::Publish { message } => Self::Publish(message.to_vec()),
            Record::PublishOnce { producer, number, message } => {
                Self::PublishOnce(producer, number, message.to_vec())
            }
            Record::Copied { sequence, attempts, dead, message } => {
                Self::Copied(sequence, attempts, dead, message.to_vec())
            }
            Record::Acked { first, count } => Self::Acked(first, count),
            Record::Attempts { sequence, attempts } => Self::Attempts(sequence, attempts),
            Record::Dead { sequence } => Self::Dead(sequence),
            Record::Revived { sequence } => Self::Revived(sequence),
            Record::Removed { sequence } => Self::Removed(sequence),
            Record::Checkpoint { next_sequence, delivered_through } => {
                Self::Checkpoint(next_sequence, delivered_through)
            }
            Record::Delivered { through } => Self::Delivered(through),
            Record::Producer { id, last } => Self::Producer(id, last.collect()),
        }
    }

    fn publishes(&self) -> bool {
        matches!(self, Self::Publish(_) | Self::PublishOnce(..))
    }
}

fn any_record() -> impl Strategy<Value = Owned> {
    let message = || vec(any::<u8>(), 0..200);
    prop_oneof![
        message().prop_map(Owned::Publish),
        (any::<u64>(), any::<u64>(), message()).prop_map(|(a, b, c)| Owned::PublishOnce(a, b, c)),
        (any::<u64>(), any::<u32>(), any::<bool>(), message())
            .prop_map(|(a, b, c, d)| Owned::Copied(a, b, c, d)),
        (0..u64::MAX / 2, 0..u64::MAX / 2).prop_map(|(a, b)| Owned::Acked(a, b)),
        (any::<u64>(), any::<u32>()).prop_map(|(a, b)| Owned::Attempts(a, b)),
        any::<u64>().prop_map(Owned::Dead),
        any::<u64>().prop_map(Owned::Revived),
        any::<u64>().prop_map(Owned::Removed),
        (any::<u64>(), any::<u64>()).prop_map(|(a, b)| Owned::Checkpoint(a, b)),
        any::<u64>().prop_map(Owned::Delivered),
        (any::<u64>(), vec(any::<(u64, u64)>(), 0..256)).prop_map(|(a, b)| Owned::Producer(a, b)),
    ]
}

prop_compose! {
    fn any_manifest()(
        id: [u8; 16],
        epoch: u64,
        oldest in 1..u64::MAX / 2,
        more in 0..u64::MAX / 2,
        segment_size: u64,
        closed: Option<(u64, u32)>,
    ) -> Manifest {
        let closed = closed.map(|(batch, checksum)| Chain { batch, checksum });
        Manifest { id, epoch, oldest, newest: oldest + more, segment_size, closed }
    }
}

prop_compose! {
    fn any_segment()(
        (id, epoch, chain, segment_size) in any::<([u8; 16], u64, u32, u64)>(),
        number in 1..=u64::MAX,
        first_batch in 1..=u64::MAX,
        first_sequence in 1..=u64::MAX,
    ) -> SegmentHeader {
        SegmentHeader { id, epoch, number, first_batch, first_sequence, chain, segment_size }
    }
}

/// A frame, and its header.
fn written(records: &[Owned]) -> (Vec<u8>, FrameHeader) {
    let mut writer = FrameWriter::default();
    writer.begin();
    records.iter().for_each(|record| record.write(&mut writer));
    let len = writer.len();
    let finished = writer.finish(7, Chain { batch: 40, checksum: 99 }, 1000);
    assert_eq!(finished.bytes.len(), len);
    let header = FrameHeader::decode(finished.bytes).unwrap();
    assert_eq!(finished.chain, Chain { batch: 41, checksum: header.checksum() });
    (finished.bytes.to_vec(), header)
}

/// Whether bytes are taken for a frame.
fn is_frame(bytes: &[u8]) -> bool {
    FrameHeader::decode(bytes).and_then(|header| header.body(bytes).map(drop)).is_ok()
}

/// Each of the bytes with one bit changed.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

proptest! {
    #[test]
    fn a_manifest_is_read_as_it_was_written(manifest in any_manifest()) {
        prop_assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest));
    }

    #[test]
    fn a_segment_header_is_read_as_it_was_written(header in any_segment()) {
        prop_assert_eq!(SegmentHeader::decode(&header.encode()), Ok(header));
    }

    #[test]
    fn records_are_read_as_they_were_written(records in vec(any_record(), 0..60)) {
        let (bytes, header) = written(&records);
        prop_assert_eq!(bytes.len() as u64, header.padded_len());
        prop_assert_eq!((header.epoch, header.batch, header.chain), (7, 41, 99));
        prop_assert_eq!(header.records as usize, records.len());
        let publishes = records.iter().filter(|record| record.publishes()).count();
        prop_assert_eq!(header.publishes as usize, publishes);
        let mut read = Vec::new();
        for record in Records::new(header.body(&bytes).unwrap()) {
            let (offset, record) = record.unwrap();
            // It can be read from there alone, too.
            let end = FRAME_HEADER + header.body_len as usize;
            prop_assert_eq!(Record::decode(&mut &bytes[offset..end]), Ok(record));
            read.push(Owned::of(record));
        }
        prop_assert_eq!(read, records);
    }

    #[test]
    fn a_body_that_is_cut_ends_between_records_or_is_refused(
        records in vec(any_record(), 1..20),
        at: prop::sample::Index,
    ) {
        let (bytes, header) = written(&records);
        let body = header.body(&bytes).unwrap();
        let ends: Vec<_> = Records::new(body).map(|record| record.unwrap().0 - FRAME_HEADER).collect();
        let cut = at.index(body.len());
        let read = Records::new(&body[..cut]).collect::<Result<Vec<_>, _>>();
        prop_assert_eq!(read.is_ok(), ends.contains(&cut));
    }

    #[test]
    fn any_bytes_are_records_or_refused(body in vec(any::<u8>(), 0..300)) {
        let offsets: Vec<_> = Records::new(&body)
            .map(|record| match record {
                Ok((offset, _)) => offset as u64,
                Err(Fault::Bad { offset, .. }) => offset,
                Err(Fault::Newer(_)) => unreachable!("a record has no version"),
            })
            .collect();
        prop_assert!(offsets.is_sorted_by(|before, after| before < after));
    }
}

#[test]
fn each_bit_of_a_manifest_counts() {
    let closed = Some(Chain { batch: 3, checksum: 4 });
    let manifest =
        Manifest { id: [5; 16], epoch: 6, oldest: 7, newest: 8, segment_size: 9, closed };
    for (bit, flipped) in flips(&manifest.encode()) {
        assert!(matches!(Manifest::decode(&flipped), Err(Fault::Bad { .. })), "bit {bit}");
    }
}

#[test]
fn each_bit_of_a_segment_header_counts() {
    let header = SegmentHeader {
        id: [1; 16],
        epoch: 2,
        number: 3,
        first_batch: 4,
        first_sequence: 5,
        chain: 6,
        segment_size: 7,
    };
    for (bit, flipped) in flips(&header.encode()) {
        assert!(matches!(SegmentHeader::decode(&flipped), Err(Fault::Bad { .. })), "bit {bit}");
    }
}

#[test]
fn each_bit_of_a_frame_counts_to_the_end_of_its_last_block() {
    for len in [0, 100, BLOCK - FRAME_HEADER - 5, BLOCK] {
        let (bytes, _) = written(&[Owned::Publish(vec![9; len])]);
        for (bit, flipped) in flips(&bytes) {
            assert!(!is_frame(&flipped), "bit {bit} of a frame of {len}");
        }
    }
}

#[test]
fn what_is_cut_short_is_refused() {
    let (bytes, _) = written(&[Owned::Publish(vec![9; 5000])]);
    assert!(is_frame(&bytes));
    assert!((0..bytes.len()).all(|len| !is_frame(&bytes[..len])));
    let manifest =
        Manifest { id: [1; 16], epoch: 1, oldest: 1, newest: 1, segment_size: 1, closed: None };
    for len in 0..BLOCK {
        let cut = Manifest::decode(&manifest.encode()[..len]);
        assert_eq!(cut, Err(Fault::Bad { offset: len as u64, what: "cut short" }));
    }
}

#[test]
fn a_newer_version_is_told_from_damage() {
    let manifest =
        Manifest { id: [1; 16], epoch: 1, oldest: 1, newest: 1, segment_size: 1, closed: None };
    let mut block = manifest.encode();
    block[8] = 2;
    assert!(matches!(Manifest::decode(&block), Err(Fault::Bad { .. })));
    seal_block(&mut block);
    assert_eq!(Manifest::decode(&block), Err(Fault::Newer(2)));
}

#[test]
fn what_cannot_be_is_refused_though_its_checksum_is_right() {
    let good =
        Manifest { id: [1; 16], epoch: 1, oldest: 2, newest: 3, segment_size: 1, closed: None };
    for (oldest, newest) in [(0, 0), (0, 1), (3, 2)] {
        let manifest = Manifest { oldest, newest, ..good.clone() };
        assert!(Manifest::decode(&manifest.encode()).is_err(), "{oldest} to {newest}");
    }
    let mut unknown = good.encode();
    unknown[12] |= 2;
    seal_block(&mut unknown);
    assert!(Manifest::decode(&unknown).is_err());
    let (_, header) = written(&[]);
    for header in [
        FrameHeader { batch: 0, ..header },
        FrameHeader { first_sequence: u64::MAX, publishes: 1, ..header },
    ] {
        assert!(FrameHeader::decode(&header.encode()).is_err(), "{header:?}");
    }
    for body in [&[0][..], &[12], &[3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 2, 0, 0, 0, 0]] {
        assert!(Records::new(body).next().unwrap().is_err(), "{body:?}");
    }
    let mut acked = vec![4];
    acked.extend([255; 16]);
    assert!(Records::new(&acked).next().unwrap().is_err());
}

#[test]
fn a_writer_is_used_again() {
    let mut writer = FrameWriter::default();
    writer.begin();
    writer.publish(&[1; 9000]);
    writer.finish(1, Chain::default(), 1);
    writer.begin();
    assert!(writer.is_empty());
    writer.publish_once(1, 2, b"three");
    assert_eq!((writer.is_empty(), writer.records(), writer.len()), (false, 1, BLOCK));
    let again = writer.finish(1, Chain::default(), 1).bytes.to_vec();
    let mut fresh = FrameWriter::default();
    fresh.begin();
    fresh.publish_once(1, 2, b"three");
    assert_eq!(fresh.finish(1, Chain::default(), 1).bytes, again);
}

#[test]
fn names_are_read_as_they_are_made() {
    for number in [0, 1, 12_345, u64::MAX] {
        assert_eq!(parse_segment_name(&segment_name(number)), Some(number));
        assert_eq!(parse_spare_name(&spare_name(number)), Some(number));
        assert_eq!(parse_aside_name(&aside_name(number)), Some(number));
        assert_eq!(parse_segment_name(&spare_name(number)), None);
        for name in [segment_name(number), spare_name(number), aside_name(number)] {
            assert!(is_ours(&name), "{name}");
        }
    }
    assert_eq!(segment_name(7), "segment-00000000000000000007");
    for name in
        ["segment-1", "segment-+0000000000000000001", "segment-99999999999999999999", "queue", ""]
    {
        assert!(!is_ours(name), "{name}");
    }
    assert!(is_ours(LOCK) && is_ours(MANIFEST) && is_ours(MANIFEST_NEW));
}
