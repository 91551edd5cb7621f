//! Whether an operation could be done, which is not done.

use super::Store;
use super::core::Ring;
use crate::late::{Step, is_patient, next_step};
use crate::sequencer::{Protocol, Sequencer, Side, Tally, Tracked, is_ready_beside_late};
use crate::sync::{hook, retry};

impl<P: Sequencer, C: Sequencer, S: Store> Ring<P, C, S> {
    /// Whether the position is ready at which side `D` stands, of kind `K` and across from one of kind `O`. Those that
    /// are skipped are passed before, as by a pop or a push; `freed` counts them.
    pub(crate) fn is_ready<D: Side, K: Protocol, O: Protocol>(
        &self,
        freed: &mut impl Tally,
    ) -> bool {
        let track = &self.track();
        let mut from = self.cursor::<D>().next;
        let mut passed = 0;
        loop {
            hook::at(hook::Point::Asking);
            if is_ready_beside_late::<D, _>(track, &track.slots.only(from)) {
                return true;
            }
            from = match K::latest::<D, _>(track, from) {
                latest if latest != from => latest,
                _ if is_patient() => return false,
                _ => match next_step::<D, K, O, _>(self, from, &mut passed, freed, false) {
                    Step::Again(next) => next,
                    Step::Blocked => return false,
                },
            };
            retry();
        }
    }
}
