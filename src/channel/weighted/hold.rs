//! What is in use of a budget without being in a slot.

use super::Weighed;
use super::want::Hold;
use crate::channel::budget::Budget;
use crate::channel::budget::weights::Load;
use crate::channel::list::Asks;

/// So much of a budget. Dropped, it gives that back.
pub(super) struct Held<H: Hold> {
    pub(super) core: H,
    pub(super) load: Load,
}

impl<H: Hold> Drop for Held<H> {
    fn drop(&mut self) {
        give_back(&self.core, self.load);
    }
}

/// Frees so much, and tells those who wait for it.
pub(super) fn give_back<T>(core: &Weighed<T>, load: Load) {
    if load != Load::NONE {
        core.budget.let_go(load);
        core.budget.tell(&core.not_full, load.number().max(1));
        // Nobody is told beside a claim that cannot be met, but one who looks breaks it where nothing is queued.
        if core.not_full.len() > 0 && core.len() == 0 {
            core.let_senders_look(1, Asks::Passing);
        }
    }
}
