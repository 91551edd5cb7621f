//! A disk that loses what was not synced, and a storage that fails when told to.
//!
//! # Losing power
//!
//! [`SimDisk`] is a [`Storage`] in memory. Clones are the same disk. It logs each call that changes it and each sync; a
//! *position* is how many calls were logged. After the run, [`SimDisk::crashes`] gives for every position a [`CrashPoint`]:
//! all that the disk may hold if power is lost there. Each such state is a disk of its own, which holds what it holds: it
//! can be recovered, driven on, and crashed again, also in the middle of the recovery.
//!
//! ```ignore
//! let disk = SimDisk::new();
//! let queue = Queue::open_in(Arc::new(disk.clone()), options)?;
//! queue.publish("paid")?.wait()?;
//! let resolved = disk.position(); // whoever crashes here or later must find it
//! drop(queue);
//!
//! // All states of each position: for short logs. `count` says how many.
//! for point in disk.crashes(Unit::Page, NameOrder::Kept).points() {
//!     for crashed in point.states() {
//!         let queue = Queue::open_in(Arc::new(crashed.clone()), options)?;
//!         // check, with point.position() >= resolved; then, for crashes inside the recovery:
//!         for again in crashed.crashes(Unit::Page, NameOrder::Kept).points() { … }
//!     }
//! }
//!
//! // Some states out of very many. Print the seed where the test fails: the same seed gives the same disks.
//! let mut random = Random::new(seed);
//! for point in disk.crashes(Unit::Sector, NameOrder::Free).points() {
//!     let crashed = point.draw(&mut random);
//! }
//! ```
//!
//! What a loss of power may leave:
//! - Of a file, each [`Unit`] that was written since the last sync holds what it held before, or what it held after any of
//!   the writes since; for every unit separately. Its length is any that it has had since. A unit that was kept does not
//!   make a file longer whose new length was lost; a length that was kept does not keep what was written: zeroes are there.
//! - A cut goes with the length: where the new length was lost, what was cut off is still there, and where it was kept,
//!   nothing of what was there before is.
//! - Of the names, see [`NameOrder`]. A rename is kept or lost as a whole. A sync of a file does not keep its name.
//! - What was synced stays.
//!
//! Not simulated: a unit that is half written, and synced bytes that decay. For the latter there are [`SimDisk::files`] and
//! [`SimDisk::with_files`], to change bytes by hand.
//!
//! # Failing calls
//!
//! [`FaultyStorage`] stands before any storage and fails chosen calls; see there. A sync that failed may have thrown away
//! what it could not write; [`SimDisk::forget_unsynced`] does that.
//!
//! # Space
//!
//! With [`SimDisk::set_capacity`] the disk is full when the lengths of its files, in whole pages, come to so many bytes. The
//! length counts, written or not. A removed file takes no space, even while it is open.

mod crash;
mod disk;
mod faulty;
mod file;
mod file_states;
mod names;
mod random;
mod state;

pub use self::crash::{CrashPoint, Crashes};
pub use self::disk::SimDisk;
pub use self::faulty::{Call, Fault, FaultyStorage};
pub use self::names::NameOrder;
pub use self::random::Random;
pub use self::state::Operation;

/// What the disk writes as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 512 bytes.
    Sector,
    /// 4096 bytes. Each state is one of [`Sector`](Self::Sector), too; there are far fewer of them.
    Page,
}

impl Unit {
    /// How many bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::Sector => 512,
            Self::Page => 4096,
        }
    }
}
