//! The contenders, and the list of them.

pub mod channels;
pub mod claim_publish;
pub mod copy_limit;
pub mod mutexes;
pub mod ringway;
pub mod shared;
pub mod spsc;

use crate::registry::Entry;

/// The reference: all ratios of a cell are to this contender in the same topology and batch.
pub const REFERENCE: &str = "ringway-mpmc";

/// The reference once more. The two differ by noise alone, so their spread is the noise floor.
pub const REFERENCE_AGAIN: &str = "ringway-mpmc-aa";

/// Everyone who takes part.
pub static ENTRIES: [Entry; 22] = [
    Entry::batching::<ringway::Spsc>(),
    Entry::batching::<ringway::Mpsc>(),
    Entry::batching::<ringway::Spmc>(),
    Entry::batching::<ringway::Mpmc>(),
    Entry::batching::<ringway::Mpmc>().under(REFERENCE_AGAIN),
    Entry::batching::<ringway::Queue>(),
    Entry::single::<shared::CrossbeamQueue>(),
    Entry::single::<shared::Concurrent>(),
    Entry::single::<shared::Lfqueue>(),
    Entry::waiting::<channels::RingwayChannel>(),
    Entry::waiting::<channels::CrossbeamChannel>(),
    Entry::waiting::<channels::Kanal>(),
    Entry::waiting::<channels::Crossfire>(),
    Entry::waiting::<channels::Flume>(),
    Entry::waiting::<channels::StdSync>(),
    Entry::batching::<spsc::Rtrb>(),
    Entry::batching::<spsc::Ringbuf>(),
    Entry::batching::<mutexes::MutexVecDeque>(),
    Entry::batching::<mutexes::ParkingLot>(),
    Entry::waiting::<mutexes::MutexCondvar>(),
    Entry::single::<claim_publish::ClaimPublish>(),
    Entry::batching::<copy_limit::CopyLimit>(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_there_once() {
        let mut keys: Vec<_> = ENTRIES.iter().map(|entry| entry.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ENTRIES.len());
        assert!(keys.contains(&REFERENCE) && keys.contains(&REFERENCE_AGAIN));
    }
}
