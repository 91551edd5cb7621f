//! Values that are dropped where they lie.

use core::marker::PhantomData;

use crate::buffer;
use crate::sequencer::{Claim, Cursor, Emptying, Protocol, Track, commit_many};
use crate::slots::Group;

/// Drops the values of a claim in place and commits it. Should the drop of a value panic, the
/// others are dropped all the same, and the claim is committed.
///
/// # Safety
///
/// The caller owns `claim` as the only consumer there is, so that nobody is held up meanwhile.
pub(super) unsafe fn release<K: Protocol, O: Protocol, G: Group>(
    track: &Track<'_, G>,
    cursor: &mut Cursor,
    claim: Claim,
) {
    let slots = track.slots;
    let values = Claim { from: claim.from, to: claim.to, len: claim.len };
    let _commit = Commit::<K, O, G> { track, cursor, claim: Some(claim), kinds: PhantomData };
    // SAFETY: the slots are the caller's and hold values; whether or not a drop panics, they are
    // committed as empty.
    unsafe { buffer::drop_values(slots, &values) };
}

/// Commits a claim when it is dropped, also on the way of a panic.
struct Commit<'a, 'b, K: Protocol, O: Protocol, G: Group> {
    track: &'a Track<'b, G>,
    cursor: &'a mut Cursor,
    claim: Option<Claim>,
    kinds: PhantomData<(K, O)>,
}

impl<K: Protocol, O: Protocol, G: Group> Drop for Commit<'_, '_, K, O, G> {
    fn drop(&mut self) {
        if let Some(claim) = self.claim.take() {
            commit_many::<Emptying, K, O, _>(self.track, self.cursor, claim, |_, _| ());
        }
    }
}
