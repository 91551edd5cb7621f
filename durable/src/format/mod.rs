//! The bytes of a queue's files.
//!
//! A queue is a directory: a [`Manifest`] that says which segments belong to it, and segments. A segment is a block with
//! a [`SegmentHeader`] and then frames, each at a multiple of [`BLOCK`]. A frame is one batch: a [`FrameHeader`], and
//! [`Record`]s behind it. All integers are little-endian, and every byte is under a checksum (CRC-32C), also those that
//! only fill up.

mod frame;
mod manifest;
mod record;
mod segment;
#[cfg(test)]
mod tests;

pub(crate) use self::frame::{FRAME_HEADER, FrameHeader, FrameWriter};
pub(crate) use self::manifest::{Chain, Manifest};
pub(crate) use self::record::{Record, Records};
pub(crate) use self::segment::SegmentHeader;

/// Frames begin at multiples of it, and headers of files fill it.
pub(crate) const BLOCK: usize = 4096;

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// The file that is locked by who has the queue open. It is never deleted.
pub(crate) const LOCK: &str = "LOCK";

/// The manifest.
pub(crate) const MANIFEST: &str = "QUEUE";

/// The next manifest, before it takes the place of the one before.
pub(crate) const MANIFEST_NEW: &str = "QUEUE.new";

/// How the names of segments begin.
const SEGMENT: &str = "segment-";

/// How the names of files begin that are kept to become segments.
const SPARE: &str = "spare-";

/// How the names of files begin that a repair has put aside.
const ASIDE: &str = "damaged-";

/// The name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{SEGMENT}{number:020}")
}

/// The number of the segment that has this name.
pub(crate) fn parse_segment_name(name: &str) -> Option<u64> {
    parse_number(name.strip_prefix(SEGMENT)?)
}

/// The name of a file that is kept to become a segment.
pub(crate) fn spare_name(number: u64) -> String {
    format!("{SPARE}{number:020}")
}

/// The number of the spare file that has this name.
pub(crate) fn parse_spare_name(name: &str) -> Option<u64> {
    parse_number(name.strip_prefix(SPARE)?)
}

/// The name of a segment that a repair has put aside.
pub(crate) fn aside_name(number: u64) -> String {
    format!("{ASIDE}{SEGMENT}{number:020}")
}

/// The number of the segment that was put aside under this name.
pub(crate) fn parse_aside_name(name: &str) -> Option<u64> {
    parse_segment_name(name.strip_prefix(ASIDE)?)
}

/// The name under which a repair keeps a manifest that was damaged, in this epoch.
pub(crate) fn aside_manifest_name(epoch: u64) -> String {
    format!("{ASIDE}{MANIFEST}-{epoch:020}")
}

/// Whether a file of this name is a queue's.
pub(crate) fn is_ours(name: &str) -> bool {
    [LOCK, MANIFEST, MANIFEST_NEW].contains(&name)
        || name.starts_with(ASIDE)
        || parse_segment_name(name).is_some()
        || parse_spare_name(name).is_some()
}

/// A number in a name: always of 20 digits, so that no two names have the same.
fn parse_number(digits: &str) -> Option<u64> {
    let plain = digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Why bytes were not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A newer version wrote them: this one.
    Newer(u32),
    /// They are not what was written.
    Bad {
        /// Where, from the first of the bytes.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
}

/// The first bytes of a block that stands alone: magic, version, flags.
const PREFIX: usize = 16;

/// Where the checksum of a block is that stands alone.
const CHECKSUM: usize = BLOCK - 4;

/// Begins a block that stands alone.
fn begin_block(magic: [u8; 8], flags: u32) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..8].copy_from_slice(&magic);
    block[8..12].copy_from_slice(&VERSION.to_le_bytes());
    block[12..PREFIX].copy_from_slice(&flags.to_le_bytes());
    block
}

/// Puts the checksum into a block.
fn seal_block(block: &mut [u8; BLOCK]) {
    let checksum = crc32c::crc32c(&block[..CHECKSUM]);
    block[CHECKSUM..].copy_from_slice(&checksum.to_le_bytes());
}

/// Checks a block that stands alone: its flags, and its fields.
///
/// Magic, version and checksum stay where they are in all versions. So a version that is damaged is told from a newer one.
fn open_block(bytes: &[u8], magic: [u8; 8], known_flags: u32) -> Result<(u32, &[u8]), Fault> {
    let bad = |offset, what| Err(Fault::Bad { offset, what });
    let Some(block) = bytes.get(..BLOCK) else {
        return bad(bytes.len() as u64, "cut short");
    };
    if block[..8] != magic {
        return bad(0, "not what it should be (magic)");
    }
    if crc32c::crc32c(&block[..CHECKSUM]).to_le_bytes() != block[CHECKSUM..] {
        return bad(0, "wrong checksum");
    }
    let word =
        |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
    match (word(8), word(12)) {
        (0, _) => bad(8, "no version"),
        (version, _) if version > VERSION => Err(Fault::Newer(version)),
        (_, flags) if flags & !known_flags != 0 => bad(12, "unknown flags"),
        (_, flags) => Ok((flags, &block[PREFIX..CHECKSUM])),
    }
}

impl Fault {
    /// In words.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Newer(_) => "of a newer version",
            Self::Bad { what, .. } => what,
        }
    }
}
