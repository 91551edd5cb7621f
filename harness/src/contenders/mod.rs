//! The contenders, and the list of them.

pub mod bounds;
pub mod channels;
pub mod claim_publish;
pub mod copy_limit;
pub mod gil;
pub mod heapless;
pub mod mutexes;
pub mod nexus;
pub mod ringway;
pub mod shared;
pub mod slots;
pub mod spsc;

use crate::axes::Policy;
use crate::registry::Entry;

/// The reference where all wait the same way: all ratios of a group are to this contender.
pub const REFERENCE: &str = "ringway-mpmc";

/// The reference once more. The two differ by noise alone, so their spread is the noise floor.
pub const REFERENCE_AGAIN: &str = "ringway-mpmc-aa";

/// The reference where each queue waits by itself.
const OWN_REFERENCE: &str = "ringway-channel";

/// The same once more.
const OWN_REFERENCE_AGAIN: &str = "ringway-channel-aa";

/// The two contenders that the ratios of a group rest on.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The reference.
    pub key: &'static str,
    /// The reference once more.
    pub again: &'static str,
}

/// The references of groups with that wait policy.
pub const fn reference(policy: Policy) -> Reference {
    match policy {
        Policy::Each | Policy::Common => Reference { key: REFERENCE, again: REFERENCE_AGAIN },
        Policy::Own => Reference { key: OWN_REFERENCE, again: OWN_REFERENCE_AGAIN },
    }
}

/// Everyone who takes part.
pub static ENTRIES: [Entry; 39] = [
    Entry::batching::<ringway::Spsc>(),
    Entry::batching::<ringway::Mpsc>(),
    Entry::batching::<ringway::Spmc>(),
    Entry::batching::<ringway::Mpmc>(),
    Entry::batching::<ringway::Mpmc>().again_as(REFERENCE_AGAIN),
    Entry::batching::<ringway::Queue>(),
    Entry::single::<shared::CrossbeamQueue>(),
    Entry::single::<shared::Concurrent>(),
    Entry::single::<shared::Lfqueue>(),
    Entry::single::<shared::Parkring>(),
    Entry::single::<shared::ParkringScq>(),
    Entry::single::<heapless::Heapless>(),
    Entry::single::<gil::Mpmc>(),
    Entry::waiting::<channels::RingwayChannel>(),
    Entry::waiting::<channels::RingwayChannel>().again_as(OWN_REFERENCE_AGAIN),
    Entry::waiting::<channels::CrossbeamChannel>(),
    Entry::waiting::<channels::Kanal>(),
    Entry::waiting::<channels::Crossfire>(),
    Entry::waiting::<channels::Flume>(),
    Entry::waiting::<channels::StdSync>(),
    Entry::waiting::<channels::AsyncChannel>(),
    Entry::waiting::<channels::TokioMpsc>(),
    Entry::waiting::<channels::Parkring>(),
    Entry::waiting::<slots::ThingbufChannel>(),
    Entry::single::<slots::Thingbuf>(),
    Entry::single::<slots::Disruptor>(),
    Entry::single::<nexus::Mpsc>(),
    Entry::batching::<spsc::Rtrb>(),
    Entry::batching::<spsc::Ringbuf>(),
    Entry::batching::<spsc::Fq>(),
    Entry::batching::<gil::Spsc>(),
    Entry::single::<nexus::Spsc>(),
    Entry::batching::<mutexes::MutexVecDeque>(),
    Entry::batching::<mutexes::ParkingLot>(),
    Entry::waiting::<mutexes::MutexCondvar>(),
    Entry::single::<claim_publish::ClaimPublish>(),
    Entry::batching::<copy_limit::CopyLimit>(),
    Entry::bound::<bounds::FetchAdd>(),
    Entry::bound::<bounds::EmptyLoop>(),
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
        for policy in [Policy::Each, Policy::Common, Policy::Own] {
            let reference = reference(policy);
            assert!(keys.contains(&reference.key) && keys.contains(&reference.again));
        }
    }
}
