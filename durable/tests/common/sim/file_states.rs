//! What may be left of a file.
//!
//! [`FileHistory`] follows the calls: for each unit that was written since the last sync it keeps what the unit held before
//! and after each write, and beside that the lengths that the file has had. [`FileStates`] is what comes of that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::random::Random;
use super::state::resize;

/// The bytes of a file. They are shared until they are changed.
pub type Bytes = Arc<Vec<u8>>;

/// A file, and what it may hold instead.
#[derive(Clone, Debug)]
pub struct FileHistory {
    unit: usize,
    /// What a process sees.
    latest: Bytes,
    /// Since the last sync, the first before any change.
    lengths: Vec<Length>,
    /// Whether the next sync makes the length durable.
    length_is_dirty: bool,
    /// The units that may hold something else than `latest`.
    units: BTreeMap<usize, UnitHistory>,
}

#[derive(Clone, Copy, Debug)]
struct Length {
    since: usize,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct UnitHistory {
    /// The first is what it held before any change.
    versions: Vec<Version>,
    /// Whether the next sync makes the last version durable.
    is_dirty: bool,
}

#[derive(Clone, Debug)]
struct Version {
    since: usize,
    /// It is there if, and only if, the length is that which cut the file, or a later one.
    is_cut: bool,
    bytes: Arc<[u8]>,
}

impl FileHistory {
    /// A file that is durable as it is.
    pub fn new(bytes: Bytes, unit: usize) -> Self {
        let lengths = vec![Length { since: 0, bytes: bytes.len() }];
        Self { unit, latest: bytes, lengths, length_is_dirty: false, units: BTreeMap::new() }
    }

    /// The positions at which something is done go up.
    pub fn write(&mut self, position: usize, bytes: &[u8], offset: usize) {
        let (before, end) = (self.latest.len(), offset + bytes.len());
        self.change_units(position, false, offset..end, |latest| {
            resize(latest, before.max(end));
            latest[offset..end].copy_from_slice(bytes);
        });
        // The file system may have come so far with a long write.
        let boundaries = (before / self.unit + 1..)
            .map(|unit| unit * self.unit)
            .take_while(|&boundary| boundary < end);
        for length in boundaries.collect::<Vec<_>>() {
            self.push_length(position, length);
        }
        if before < end {
            self.push_length(position, end);
        }
        // What lies behind the length that is durable is not written without a new length.
        self.length_is_dirty |= self.lengths[0].bytes < end;
    }

    pub fn set_len(&mut self, position: usize, len: usize) {
        let before = self.latest.len();
        self.change_units(position, true, len..before, |latest| resize(latest, len));
        if len != before {
            self.push_length(position, len);
        }
    }

    pub fn sync(&mut self, position: usize) {
        self.units.retain(|_, unit| !unit.is_dirty);
        if self.length_is_dirty {
            self.lengths = vec![Length { since: position, bytes: self.latest.len() }];
            self.length_is_dirty = false;
        }
    }

    /// The system takes as written what was not: no later sync writes it.
    pub fn forget_unsynced(&mut self) {
        self.units.values_mut().for_each(|unit| unit.is_dirty = false);
        self.length_is_dirty = false;
    }

    fn push_length(&mut self, since: usize, bytes: usize) {
        self.lengths.push(Length { since, bytes });
        self.length_is_dirty = true;
    }

    /// Changes the file, and remembers for each unit of the range what it held before and after.
    fn change_units(
        &mut self,
        since: usize,
        is_cut: bool,
        range: std::ops::Range<usize>,
        change: impl FnOnce(&mut Vec<u8>),
    ) {
        let units = if range.is_empty() {
            0..0
        } else {
            range.start / self.unit..(range.end - 1) / self.unit + 1
        };
        for unit in units.clone() {
            let first = Version { since: 0, is_cut: false, bytes: self.unit_of(unit) };
            self.units
                .entry(unit)
                .or_insert(UnitHistory { versions: vec![first], is_dirty: false });
        }
        change(Arc::make_mut(&mut self.latest));
        for unit in units {
            let version = Version { since, is_cut, bytes: self.unit_of(unit) };
            let history = self.units.get_mut(&unit).expect("it has a first version");
            history.versions.push(version);
            history.is_dirty = true;
        }
    }

    /// With zeroes behind the end.
    fn unit_of(&self, unit: usize) -> Arc<[u8]> {
        let start = (unit * self.unit).min(self.latest.len());
        let end = (start + self.unit).min(self.latest.len());
        let mut bytes = self.latest[start..end].to_vec();
        bytes.resize(self.unit, 0);
        bytes.into()
    }

    /// All that may be left.
    pub fn states(&self) -> FileStates {
        let of_length = |length: &Length| OfLength {
            len: length.bytes,
            units: self
                .units
                .iter()
                .map(|(&unit, history)| (unit * self.unit, history))
                .take_while(|&(offset, _)| offset < length.bytes)
                .map(|(offset, history)| (offset, history.may_hold(length, length.bytes - offset)))
                .collect(),
        };
        FileStates {
            latest: self.latest.clone(),
            lengths: self.lengths.iter().map(of_length).collect(),
        }
    }
}

impl UnitHistory {
    /// What it may hold within the length, once, from the oldest to the latest.
    fn may_hold(&self, length: &Length, len: usize) -> Vec<Arc<[u8]>> {
        let is_done = |version: &Version| version.is_cut && version.since <= length.since;
        let first = self.versions.iter().rposition(is_done).unwrap_or(0);
        let later = self.versions[first + 1..].iter().filter(|version| !version.is_cut);
        let mut different: Vec<Arc<[u8]>> = Vec::new();
        for version in std::iter::once(&self.versions[first]).chain(later) {
            let bytes = &version.bytes[..len.min(version.bytes.len())];
            // The latest place counts, so that the last is what a process saw last.
            different.retain(|other| &other[..] != bytes);
            different.push(bytes.into());
        }
        different
    }
}

/// All that may be left of a file. They are numbered.
#[derive(Clone, Debug)]
pub struct FileStates {
    /// What a process saw last.
    pub latest: Bytes,
    lengths: Vec<OfLength>,
}

/// What may be left if this is the length.
#[derive(Clone, Debug)]
struct OfLength {
    len: usize,
    /// By offset; what the unit may hold. Never empty.
    units: Vec<(usize, Vec<Arc<[u8]>>)>,
}

impl OfLength {
    fn count(&self) -> u128 {
        self.units
            .iter()
            .fold(1, |count, (_, versions)| count.saturating_mul(versions.len() as u128))
    }

    fn state(&self, latest: &Bytes, mut choose: impl FnMut(usize) -> usize) -> Bytes {
        if self.units.is_empty() && self.len == latest.len() {
            return latest.clone();
        }
        let mut bytes = latest[..self.len.min(latest.len())].to_vec();
        resize(&mut bytes, self.len);
        for (offset, versions) in &self.units {
            let version = &versions[choose(versions.len())];
            bytes[*offset..*offset + version.len()].copy_from_slice(version);
        }
        bytes.into()
    }
}

impl FileStates {
    /// How many; `u128::MAX` if that is not enough.
    ///
    /// Where a file was cut and grew again, a state may be counted more than once.
    pub fn count(&self) -> u128 {
        self.lengths.iter().fold(0, |count, of_length| count.saturating_add(of_length.count()))
    }

    /// The state of this number, less than [`count`](Self::count). In the first, nothing is kept.
    pub fn state(&self, mut number: u128) -> Bytes {
        for of_length in &self.lengths {
            let count = of_length.count();
            if number < count {
                return of_length.state(&self.latest, |choices| {
                    let choice = number % choices as u128;
                    number /= choices as u128;
                    choice as usize
                });
            }
            number -= count;
        }
        panic!("no state has this number");
    }

    /// One of them. Of 16 units, so many are as they were last; the others hold something before that.
    pub fn draw(&self, keep: usize, random: &mut Random) -> Bytes {
        let of_length = match random.of_16(keep) {
            true => self.lengths.last().expect("a file has a length"),
            false => &self.lengths[random.below(self.lengths.len())],
        };
        of_length.state(&self.latest, |choices| match choices > 1 && !random.of_16(keep) {
            true => random.below(choices - 1),
            false => choices - 1,
        })
    }
}
