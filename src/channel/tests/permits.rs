//! Those who have a permit and find no slot: they have room, and nobody who tells of room knows of them.

use std::sync::Arc;
use std::thread;
use std::vec::Vec;

use super::room::{Bell, Stopped, poll};
use super::{finishes, until};
use crate::channel::{WaitStrategy, reserving};

/// A slot is held, and those behind it, which a batch has left, are free when the held one is passed. Another claims more than
/// permits leave.
#[test]
fn a_permit_finds_a_slot_beside_a_claim_that_cannot_be_met() {
    finishes(|| {
        let (sender, receiver) = reserving::<u64>(24);
        let sender = sender.with_wait_strategy(WaitStrategy::Park);
        let theirs = sender.clone();
        let away = Stopped::of(move || theirs.try_send(300));
        let theirs = sender.clone();
        let batch = Stopped::of(move || {
            let mut sending = theirs.send_slice_async(&[100; 19]);
            assert!(poll(&mut sending, &Arc::default()).is_pending(), "its positions were skipped");
            assert_eq!(sending.unsent(), [100; 8]);
        });
        let permit = sender.clone().reserve_owned(1).unwrap();
        let others: Vec<_> = (0..2).map(|_| sender.reserve(1).unwrap()).collect();
        // To the end of the first lap, and past the slots that are held in the next.
        for message in 0..12 {
            sender.try_send(message).unwrap();
            assert_eq!(receiver.try_recv(), Ok(message));
        }
        sender.try_send(12).unwrap();
        batch.release();
        let bell = Arc::<Bell>::default();
        let mut claims = sender.reserve_async(24);
        assert!(poll(&mut claims, &bell).is_pending());
        drop(others);
        assert!(bell.rings() > 0 && poll(&mut claims, &bell).is_pending(), "it claims");
        let core = Arc::clone(&sender.inner.core);
        let sends = thread::spawn(move || permit.send(200).is_ok());
        until(|| core.not_full.places() > 0, "there is no slot for it");
        (0..1000).for_each(|_| thread::yield_now());
        assert_eq!(receiver.recv(), Ok(12));
        assert!(sends.join().unwrap());
        assert!(receiver.try_iter().eq([100; 11].into_iter().chain([200])));
        assert!(away.release().is_ok());
    });
}
