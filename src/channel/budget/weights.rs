//! The budget of a channel that is bounded by weight.
//!
//! Two totals that only grow: what senders have taken, and what receivers have freed. Their difference is what is
//! in use: queued, promised by a permit, kept by an envelope, or being sent. Each has a cache line of its own. Beside the first lies what
//! senders last saw of the second, which they read again only where that does not suffice: so a message costs no line
//! that both ends write.
//!
//! Weight and number are one word, the number above the weight, so that one compare-and-swap takes both; and as
//! they are added up as one number, differences are right also where the sum of all weights has long run over.
//!
//! - **B1** What is in use never weighs more than the limit, nor are there more messages than the capacity: whoever
//!   takes does so by a compare-and-swap from a total for which there was room, and what is freed only makes more.
//! - **B2** What senders have seen of what is freed only grows, and who reads a total of what is taken sees no less than who
//!   took that: so the difference of the two is one that there was, and no weight runs over into the number.
//!
//! Small messages would starve a large one that waits: each bit of weight that is freed is enough for one of them. So who was
//! told that there is room and finds too little, or was told in vain twice, lays a *claim*: others leave
//! room for it from then on. The claimant waits in a list of its own, and is told when it has room.
//! Nothing depends on a claim but the order: it may be broken at any time, and B1 does not know of it.

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::boxed::Box;

use crossbeam_utils::CachePadded;

use super::Budget;
use crate::channel::waiters::{Ends, Waiters};
use crate::position::Word;
use crate::sync::{Arc, Atomic, Panics, edge, edge::Edge, full_fence, hook, retry};

/// The bits of the weight; those above are the number.
const SHIFT: u32 = if cfg!(ringway_modelled) {
    8
} else if Word::BITS == 64 {
    39
} else {
    21
};

/// The bits of the weight.
const WEIGHT: Word = (1 << SHIFT) - 1;

/// The largest limit, and the largest capacity: three of either, what is in use, wanted and claimed, do not run over.
const MOST_WEIGHT: Word = 1 << (SHIFT - 2);
const MOST: Word = 1 << (Word::BITS - SHIFT - 2);

/// Who spins until there is room waits for such a part of all.
const FEW: usize = 16;

/// How a message is weighed.
pub(in crate::channel) enum Scale<T> {
    /// Each weighs 1.
    One,
    /// By a function.
    By(Box<dyn Fn(&T) -> usize + Send + Sync>),
}

/// A number of messages and what they weigh together, or the totals of such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) struct Load(Word);

impl Load {
    /// Nothing.
    pub(in crate::channel) const NONE: Self = Self(0);

    /// So many messages of this weight each, which is no more than the limit.
    pub(in crate::channel) const fn of(n: usize, weight: usize) -> Self {
        Self(((n as Word) << SHIFT).wrapping_add((n as Word).wrapping_mul(weight as Word)))
    }

    /// Weight alone.
    pub(in crate::channel) const fn weight_of(weight: usize) -> Self {
        Self(weight as Word)
    }

    pub(in crate::channel) const fn number(self) -> usize {
        (self.0 >> SHIFT) as usize
    }

    pub(in crate::channel) const fn weight(self) -> usize {
        (self.0 & WEIGHT) as usize
    }

    pub(in crate::channel) const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    pub(in crate::channel) const fn less(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }
}

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) enum Lacking {
    /// There is no room at all, or none that is left beside a claim.
    Room,
    /// There is some, and it is too little.
    More,
    /// There is enough, and it is claimed by another.
    Claimed(Load),
}

/// The budget.
pub struct Weights<T> {
    taken: CachePadded<Atomic>,
    beside: CachePadded<Beside>,
    freed: CachePadded<Atomic>,
    /// What one wants who waits before all others; nothing where nobody does.
    claim: CachePadded<Atomic>,
    /// In the list of those who have laid a claim, which is that of senders, there is one, or more for a moment.
    claimants: Arc<Ends>,
    /// Whether a message that weighs nothing was ever refused.
    has_weightless: Atomic,
    bounds: Load,
    admits_heavy: bool,
    scale: Scale<T>,
}

/// What senders write beside the total.
struct Beside {
    /// The total as it was left by one of them. A processor reads a word late that it has just changed by a locked
    /// instruction (`sequencer::counter`).
    guess: Atomic,
    /// What was seen of what is freed.
    seen: Atomic,
}

impl<T> Weights<T> {
    /// Nothing is in use.
    #[track_caller]
    pub(in crate::channel) fn new(
        capacity: usize,
        limit: usize,
        admits_heavy: bool,
        scale: Scale<T>,
    ) -> Self {
        assert!(
            limit > 0,
            "a channel with a limit of 0 would take no message that weighs anything"
        );
        assert!(
            limit as u128 <= MOST_WEIGHT as u128 && capacity as u128 <= MOST as u128,
            "a limit of {limit} with a capacity of {capacity} is too large: at most {MOST_WEIGHT} and {MOST}"
        );
        Self {
            taken: CachePadded::new(Atomic::new(0)),
            beside: CachePadded::new(Beside { guess: Atomic::new(0), seen: Atomic::new(0) }),
            freed: CachePadded::new(Atomic::new(0)),
            claim: CachePadded::new(Atomic::new(0)),
            claimants: Ends::idle(),
            has_weightless: Atomic::new(0),
            bounds: Load(((capacity as Word) << SHIFT) | limit as Word),
            admits_heavy,
            scale,
        }
    }

    /// How many messages there may be.
    pub(in crate::channel) fn capacity(&self) -> usize {
        self.bounds.number()
    }

    /// How much they may weigh.
    pub(in crate::channel) fn limit(&self) -> usize {
        self.bounds.weight()
    }

    /// What a message counts for; none where it weighs more than the limit and is not admitted. One that is counts for all
    /// of it, and is alone by that.
    #[inline(always)]
    pub(in crate::channel) fn weigh(&self, message: &T) -> Option<Load> {
        let weight = match &self.scale {
            Scale::One => 1,
            Scale::By(weigh) => weigh(message),
        };
        if weight <= self.limit() {
            Some(Load::of(1, weight))
        } else {
            self.admits_heavy.then(|| Load::of(1, self.limit()))
        }
    }

    /// What a message counts for that has gone in.
    #[inline(always)]
    pub(in crate::channel) fn counted(&self, message: &T) -> Load {
        self.weigh(message).unwrap_or(Load::of(1, self.limit()))
    }

    /// What is in use.
    pub(in crate::channel) fn used(&self) -> Load {
        let freed = self.freed();
        let used = self.taken().less(freed);
        // Between the two looks much may have been taken, and freed too.
        let number = used.number().min(self.capacity());
        Load(((number as Word) << SHIFT) | used.weight().min(self.limit()) as Word)
    }

    fn taken(&self) -> Load {
        Load(self.taken.load(edge::FREED_SEEN))
    }

    fn freed(&self) -> Load {
        Load(self.freed.load(edge::FREED_SEEN))
    }

    /// Whether there is room for so much.
    #[inline(always)]
    fn holds(&self, all: Load) -> bool {
        all.weight() <= self.limit() && all.number() <= self.capacity()
    }

    /// Takes so much, if there is room by what was seen of what is freed (B1).
    ///
    /// The guess says no more than the total did once, and less than that costs another look: the compare-and-swap decides.
    ///
    /// Where that does not suffice, who can wait passes some time before it looks: else it would look for
    /// each message that comes out, and take the line away from those who free.
    #[inline(always)]
    pub(in crate::channel) fn take_at_once(&self, wanted: Load) -> bool {
        let mut total = Load(self.beside.guess.load(edge::FREED_SEEN));
        loop {
            let seen = Load(self.beside.seen.load(edge::FREED_SEEN));
            let next = total.plus(wanted);
            let is_room = self.holds(next.less(seen).plus(self.claim()));
            if is_room && self.go_on(total, next) {
                return true;
            }
            let latest = self.taken();
            if latest == total && !is_room {
                return false;
            }
            total = latest;
            retry();
        }
    }

    /// Takes so much, if there is room (B1). Who has laid the claim need not leave room for it.
    pub(in crate::channel) fn take(&self, wanted: Load, has_claim: bool) -> Result<(), Lacking> {
        if wanted == Load::NONE {
            // No claim stands in the way of that.
            return Ok(());
        }
        loop {
            let total = self.taken();
            let freed = self.see();
            let next = total.plus(wanted);
            let claim = if has_claim { Load::NONE } else { self.claim() };
            let used = next.less(freed);
            if self.holds(used.plus(claim)) {
                if self.go_on(total, next) {
                    return Ok(());
                }
            } else if self.taken() == total {
                // So it was when it saw what is freed.
                return Err(self.lacking(total.less(freed), wanted, claim));
            }
            retry();
        }
    }

    /// Why there is no room for so much.
    fn lacking(&self, used: Load, wanted: Load, claim: Load) -> Lacking {
        if wanted.weight() == 0 {
            self.has_weightless.store(1, Edge::RELAXED);
        }
        if self.holds(used.plus(wanted)) {
            return Lacking::Claimed(claim);
        }
        let has_some = used.number() < self.capacity() && used.weight() < self.limit();
        if has_some { Lacking::More } else { Lacking::Room }
    }

    /// Moves the total of what is taken; whether nobody was faster.
    #[inline(always)]
    fn go_on(&self, total: Load, next: Load) -> bool {
        let is_taken = self.taken.compare_exchange(total.0, next.0, edge::BUDGET_FREED).is_ok();
        if is_taken {
            self.beside.guess.store(next.0, edge::BUDGET_FREED);
        }
        is_taken
    }

    /// Reads what is freed, for others to see as well (B2).
    ///
    /// What was seen is read first: so it is no more than what is freed, whatever this thread has missed since, and
    /// nothing has to be compared that may have come round meanwhile. Whoever was faster may have seen less.
    fn see(&self) -> Load {
        loop {
            let seen = self.beside.seen.load(edge::FREED_SEEN);
            hook::at(hook::Point::Looked);
            let freed = self.freed();
            let is_seen = freed.0 == seen
                || self.beside.seen.compare_exchange(seen, freed.0, edge::BUDGET_FREED).is_ok();
            if is_seen {
                return freed;
            }
            retry();
        }
    }

    /// Takes for as many of these weights in a row as there is room for, the first at least; how
    /// many.
    pub(in crate::channel) fn take_most(
        &self,
        weights: impl Iterator<Item = Load> + Clone,
        has_claim: bool,
    ) -> Result<usize, Lacking> {
        loop {
            let total = self.taken();
            let freed = self.see();
            let claim = if has_claim { Load::NONE } else { self.claim() };
            let beside = total.less(freed).plus(claim);
            let (mut n, mut all) = (0, Load::NONE);
            for weight in weights.clone() {
                if !self.holds(beside.plus(all).plus(weight)) {
                    break;
                }
                (n, all) = (n + 1, all.plus(weight));
            }
            let is_taken = n > 0 && self.go_on(total, total.plus(all));
            if is_taken {
                return Ok(n);
            }
            if n == 0 && self.taken() == total {
                let first = weights.clone().next().unwrap_or(Load::NONE);
                return Err(self.lacking(total.less(freed), first, claim));
            }
            retry();
        }
    }

    /// So much is in use no more. Who waits is to be told.
    #[inline(always)]
    pub(in crate::channel) fn let_go(&self, load: Load) {
        self.freed.fetch_add(load.0, edge::BUDGET_FREED);
    }

    /// Lets go of several. Where one cannot be weighed it is that one alone that stays taken.
    fn free_many(&self, messages: &[T]) {
        let (mut all, mut panics) = (Load::NONE, Panics::default());
        for message in messages {
            panics.catch(|| all = all.plus(self.counted(message)));
        }
        self.let_go(all);
        panics.resume();
    }

    /// What is claimed.
    #[inline(always)]
    fn claim(&self) -> Load {
        Load(self.claim.load(Edge::RELAXED))
    }

    /// Lays a claim to so much, unless there is one.
    pub(in crate::channel) fn lay_claim(&self, wanted: Load) -> bool {
        self.claim.compare_exchange(0, wanted.0, Edge::RELAXED).is_ok()
    }

    /// Whether there is a claim to so much.
    pub(in crate::channel) fn has_claim(&self, wanted: Load) -> bool {
        self.claim() == wanted
    }

    /// Takes a claim away, if it is still there. Those who have laid one look for themselves.
    pub(in crate::channel) fn end_claim(&self, wanted: Load) {
        if self.claim.compare_exchange(wanted.0, 0, Edge::RELAXED).is_ok() {
            // Who frees after this sees no claim, or what it has freed is seen by who looks next.
            full_fence(edge::WAKE_FENCE);
            self.tell_claimants();
        }
    }

    /// Tells all who have laid a claim. As a rule it is one; where claims are broken there may be several for a moment, and the
    /// first of them may be a task that nobody polls.
    fn tell_claimants(&self) {
        self.claimants.not_full.notify(usize::MAX);
    }

    /// Whether one who has laid this claim would have room now.
    pub(in crate::channel) fn has_room_for(&self, claim: Load) -> bool {
        let freed = self.freed();
        self.holds(self.taken().less(freed).plus(claim))
    }

    /// The same as [`Budget::tell`] where somebody waits.
    #[inline(never)]
    fn tell_with_care(&self, not_full: &Waiters, mut n: usize) {
        // Whoever lays a claim, or ends it, and looks after that sees what was freed, or is seen.
        full_fence(edge::WAKE_FENCE);
        let has_claimant = self.claimants.not_full.has_any();
        let claim = self.claim();
        if claim != Load::NONE {
            // Nobody else may act either.
            if !self.has_room_for(claim) {
                return;
            }
            // Another waits for its turn, should the claimant not act, or has room beside it. So it is also where the claimant
            // was told before.
            n = 1;
        }
        let mut panics = Panics::default();
        if has_claimant {
            panics.catch(|| self.tell_claimants());
        }
        panics.catch(|| not_full.notify(n));
        panics.resume();
    }
}

impl<T> Budget<T> for Weights<T> {
    /// Late threads cost slots, and who has taken from the budget is to find one.
    const SPARE: usize = if cfg!(ringway_modelled) { 0 } else { 8 };

    const SEES: bool = true;

    #[inline(always)]
    fn free(&self, messages: &[T]) {
        match messages {
            [] => {}
            [message] => self.let_go(self.counted(message)),
            _ => self.free_many(messages),
        }
    }

    #[inline(always)]
    fn tell(&self, not_full: &Waiters, n: usize) {
        if Waiters::any_of(not_full, &self.claimants.not_full) {
            self.tell_with_care(not_full, n);
        }
    }

    /// Enough for some messages, or who spins would look again for each.
    #[inline(always)]
    fn seems_free(&self) -> bool {
        let freed = self.freed();
        let used = self.taken().less(freed);
        let enough = |most: usize, used: usize| most.saturating_sub(used) >= (most / FEW).max(1);
        enough(self.capacity(), used.number()) && enough(self.limit(), used.weight())
    }

    fn room(&self) -> usize {
        let used = self.used();
        let is_heavy =
            used.weight() == self.limit() && self.has_weightless.load(Edge::RELAXED) == 0;
        if is_heavy { 0 } else { self.capacity() - used.number() }
    }

    #[cfg(feature = "metrics")]
    fn weight_and_limit(&self) -> Option<(usize, usize)> {
        Some((self.used().weight(), self.limit()))
    }

    fn claimants(&self) -> Option<&Arc<Ends>> {
        Some(&self.claimants)
    }
}

// Where the function panics that weighs a message, the totals are as they were, or that message stays in use.
impl<T> UnwindSafe for Weights<T> {}
impl<T> RefUnwindSafe for Weights<T> {}

impl<T> fmt::Debug for Weights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("used", &self.used())
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests;
