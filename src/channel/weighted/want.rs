//! What one wants of a budget who may have to wait for it.

use core::ops::Deref;

use super::Weighed;
use super::hold::give_back;
use crate::channel::attempt::Attempt;
use crate::channel::budget::weights::{Lacking, Load};
use crate::channel::core::End;
use crate::channel::list::{Asks, Rest, Who};
use crate::sync::Arc;

/// By what one holds the channel: by reference, or counted.
pub(super) trait Hold: Deref<Target = Weighed<Self::Message>> + Clone {
    /// What goes through it.
    type Message;
}

impl<T> Hold for &Weighed<T> {
    type Message = T;
}

impl<T> Hold for Arc<Weighed<T>> {
    type Message = T;
}

/// So often was one told in vain at most before it lays a claim.
const VAIN: u32 = 2;

/// So many turns one has who has laid a claim and could act, before another breaks the claim: as who sleeps gives to
/// those it has notified.
const TURNS_OF_A_TASK: u32 = if cfg!(ringway_modelled) { 2 } else { 256 };
const TURNS_OF_A_THREAD: u32 = 2;

/// What one wants. Dropped, it gives up its claim.
pub(super) struct Want<H: Hold> {
    pub(super) core: H,
    wanted: Load,
    /// What was lacking at the last look.
    lacking: Lacking,
    /// How often it was told in vain.
    vain: u32,
    /// How many turns it has given to another that has laid a claim.
    turns: u32,
    has_claim: bool,
}

impl<H: Hold> Want<H> {
    pub(super) fn of(core: H, wanted: Load) -> Self {
        Self { core, wanted, lacking: Lacking::Room, vain: 0, turns: 0, has_claim: false }
    }

    /// Where it waits.
    pub(super) fn end(&self) -> End {
        if self.has_claim { End::Claiming } else { End::Sending }
    }

    /// Takes what is wanted, if there is room.
    pub(super) fn take(&mut self) -> bool {
        let taken = self.core.budget.take(self.wanted, self.has_claim);
        self.note(taken).is_some()
    }

    /// Takes as many of these in a row as there is room for.
    pub(super) fn take_most(
        &mut self,
        weights: impl Iterator<Item = Load> + Clone,
    ) -> Option<usize> {
        if !self.has_claim {
            self.wanted = weights.clone().next()?;
        }
        let taken = self.core.budget.take_most(weights, self.has_claim);
        self.note(taken)
    }

    /// What came of it.
    fn note<R>(&mut self, taken: Result<R, Lacking>) -> Option<R> {
        match taken {
            Ok(taken) => {
                self.end_claim();
                (self.vain, self.turns) = (0, 0);
                Some(taken)
            }
            Err(lacking) => {
                self.lacking = lacking;
                None
            }
        }
    }

    /// Gives back what it has taken and could not use.
    pub(super) fn give_back(&self) {
        give_back(&self.core, self.wanted);
    }

    /// Gives up its claim, if it has one.
    fn end_claim(&mut self) {
        if self.has_claim {
            self.has_claim = false;
            self.core.budget.end_claim(self.wanted);
        }
    }

    /// An attempt to do something with it.
    pub(super) fn trying<F>(&mut self, act: F) -> Trying<'_, H, F> {
        Trying { want: self, act }
    }
}

impl<H: Hold> Drop for Want<H> {
    fn drop(&mut self) {
        if self.has_claim {
            self.end_claim();
            // There may be room for others, who left it.
            self.core.let_senders_look(1, Asks::Passing);
        }
    }
}

/// Something to try with what is wanted.
pub(super) struct Trying<'w, H: Hold, F> {
    want: &'w mut Want<H>,
    act: F,
}

impl<R, H: Hold, F: FnMut(&mut Want<H>) -> Option<R>> Attempt<R> for Trying<'_, H, F> {
    fn attempt(&mut self) -> Option<R> {
        (self.act)(self.want)
    }

    /// It lays a claim where there was some room that was too little, or where it is not the first time: else those who
    /// want less would always be faster.
    ///
    /// Where it lays none, or has lost its own, the next may be able to do what it is not: it wants less, or waits behind one that
    /// has broken the claim and is gone. So the next is told, once for each wait.
    fn told_in_vain(&mut self, _: End) -> End {
        let Want { core, wanted, lacking, vain, has_claim, .. } = &mut *self.want;
        if *has_claim {
            // Where it was broken, those go first for whom that was done.
            *has_claim = core.budget.has_claim(*wanted);
            *vain = 0;
            if !*has_claim {
                core.let_senders_look(1, Asks::Passing);
            }
            return self.want.end();
        }
        *vain += 1;
        if *lacking == Lacking::More || *vain >= VAIN {
            *has_claim = core.budget.lay_claim(*wanted);
        }
        if *vain == 1 && !*has_claim && !matches!(lacking, Lacking::Claimed(_)) {
            core.let_senders_look(1, Asks::Passing);
        }
        self.want.end()
    }

    /// Where it leaves room for one that has laid a claim and could act, it gives that one a turn, and breaks the claim
    /// then: it may be that of a task that nobody polls. The same where the channel is empty, so that
    /// nothing is freed that it could wait for but what permits and envelopes keep.
    fn rest(&mut self, who: Who) -> Rest {
        let Want { core, lacking, turns, .. } = &mut *self.want;
        let Lacking::Claimed(claim) = *lacking else {
            *turns = 0;
            return Rest::Sleep;
        };
        if !core.budget.has_room_for(claim) && core.len() > 0 {
            return Rest::Sleep;
        }
        let most = if who == Who::Task { TURNS_OF_A_TASK } else { TURNS_OF_A_THREAD };
        if *turns < most {
            *turns += 1;
            return Rest::Turn;
        }
        *turns = 0;
        core.budget.end_claim(claim);
        Rest::No
    }
}
