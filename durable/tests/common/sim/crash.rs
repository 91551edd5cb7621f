//! What a loss of power may leave of a disk.

use std::sync::Arc;

use super::Unit;
use super::disk::SimDisk;
use super::file_states::{Bytes, FileHistory, FileStates};
use super::names::{NameChange, NameOrder, NameStates, Names};
use super::random::Random;
use super::state::{Image, Limits, Operation};

/// A run of a [`SimDisk`], to be interrupted anywhere.
#[derive(Clone, Debug)]
pub struct Crashes {
    pub(super) base: Arc<Image>,
    pub(super) log: Vec<Operation>,
    pub(super) unit: Unit,
    pub(super) order: NameOrder,
    /// The disk whose limits those that are left have.
    pub(super) limits: Limits,
}

impl Crashes {
    /// The last position: how many calls were logged.
    pub fn last_position(&self) -> usize {
        self.log.len()
    }

    /// What may be left at this position: after so many calls.
    pub fn at(&self, position: usize) -> CrashPoint {
        let mut replay = Replay::new(self);
        for (done, operation) in self.log[..position].iter().enumerate() {
            replay.apply(done + 1, operation);
        }
        replay.point(self, position)
    }

    /// Each position, from 0 to the last.
    pub fn points(&self) -> impl Iterator<Item = CrashPoint> + '_ {
        let mut replay = Replay::new(self);
        (0..=self.log.len()).map(move |position| {
            if position > 0 {
                replay.apply(position, &self.log[position - 1]);
            }
            replay.point(self, position)
        })
    }

    /// A position at random. It is not free: draw several states of it.
    pub fn draw_point(&self, random: &mut Random) -> CrashPoint {
        self.at(random.below(self.log.len() + 1))
    }
}

/// The histories of the files and names up to a position.
struct Replay {
    files: Vec<FileHistory>,
    names: NameStates,
    unit: usize,
}

impl Replay {
    fn new(crashes: &Crashes) -> Self {
        let unit = crashes.unit.bytes();
        let base = &crashes.base;
        Self {
            files: base.files.iter().map(|bytes| FileHistory::new(bytes.clone(), unit)).collect(),
            names: NameStates::new(base.names.clone()),
            unit,
        }
    }

    fn apply(&mut self, position: usize, operation: &Operation) {
        match operation {
            Operation::Write { file, offset, bytes } => {
                self.files[*file].write(position, bytes, *offset)
            }
            Operation::SetLen { file, len } => self.files[*file].set_len(position, *len),
            Operation::Sync { file } => self.files[*file].sync(position),
            Operation::Name(change) => {
                if matches!(change, NameChange::Create { .. }) {
                    self.files.push(FileHistory::new(Arc::default(), self.unit));
                }
                self.names.change(change.clone());
            }
            Operation::SyncNames => self.names.sync(),
            Operation::ForgetUnsynced => {
                self.files.iter_mut().for_each(FileHistory::forget_unsynced)
            }
        }
    }

    fn point(&self, crashes: &Crashes, position: usize) -> CrashPoint {
        CrashPoint {
            position,
            names: self.names.clone(),
            files: self.files.iter().map(FileHistory::states).collect(),
            order: crashes.order,
            limits: crashes.limits,
        }
    }
}

/// All that a disk may hold if power is lost at one position.
#[derive(Clone, Debug)]
pub struct CrashPoint {
    position: usize,
    names: NameStates,
    files: Vec<FileStates>,
    order: NameOrder,
    limits: Limits,
}

impl CrashPoint {
    /// How many calls were done.
    pub fn position(&self) -> usize {
        self.position
    }

    /// How many states there are; `u128::MAX` if that is not enough.
    ///
    /// All are different, but where a file was cut and grew again.
    pub fn count(&self) -> u128 {
        let directories = self.names.list(self.order);
        directories.iter().fold(0, |count, names| count.saturating_add(self.count_with(names)))
    }

    /// Each state.
    pub fn states(&self) -> impl Iterator<Item = SimDisk> + '_ {
        self.names.list(self.order).into_iter().flat_map(move |names| {
            let count = self.count_with(&names);
            assert!(count < u128::MAX, "too many states to list: draw them instead");
            (0..count).map(move |number| self.state(&names, number))
        })
    }

    /// A state at random: each of them may come, and those in which almost all or almost nothing is kept often do.
    pub fn draw(&self, random: &mut Random) -> SimDisk {
        let keep = [0, 1, 8, 15, 16][random.below(5)];
        let names = self.names.draw(self.order, keep, random);
        self.disk(&names, |states| states.draw(keep, random))
    }

    /// The state in which nothing is kept that was not synced.
    pub fn nothing_kept(&self) -> SimDisk {
        self.disk(&self.names.durable, |states| states.state(0))
    }

    /// The state in which all is kept: what the processes saw last.
    pub fn all_kept(&self) -> SimDisk {
        self.disk(&self.names.latest(), |states| states.latest.clone())
    }

    fn count_with(&self, names: &Names) -> u128 {
        names.values().fold(1, |count, &file| count.saturating_mul(self.files[file].count()))
    }

    fn state(&self, names: &Names, mut number: u128) -> SimDisk {
        self.disk(names, |states| {
            let of_file = number % states.count();
            number /= states.count();
            states.state(of_file)
        })
    }

    fn disk(&self, names: &Names, mut choose: impl FnMut(&FileStates) -> Bytes) -> SimDisk {
        let files = names.iter().map(|(name, &file)| (name.clone(), choose(&self.files[file])));
        SimDisk::with_image(Image::new(files), self.limits)
    }
}
