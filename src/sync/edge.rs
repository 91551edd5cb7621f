//! The edges: orderings stronger than relaxed, each with its partner and why it is needed.
//!
//! They are all that the protocols of rings and channels have, but for what a model cannot weaken.
//! Two accesses are sequentially consistent, as no model can show that they have to be
//! (`Atomic::load_in_turn`, `Atomic::store_and_fence`); in models a fence that is an edge stands in
//! their place. And a `Select` asleep is woken by a flag of its own, a pair of acquire and release that
//! models have a lock for (`park`).
//!
//! An edge names one place of the protocol. The release of an edge *synchronizes with* the
//! acquire of its partner: what the releasing thread did before is seen by the acquiring thread
//! after. Under loom the environment variable `RINGWAY_WEAKEN` turns the edge of that name into
//! a relaxed access; `loom-tests` does so for each and requires that a model fails.

use core::sync::atomic::Ordering;

/// The ordering of one named place.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Its name in the table.
    pub name: &'static str,
    /// The name of the edge on the other end, empty for a relaxed access.
    pub partner: &'static str,
    ordering: Ordering,
}

impl Edge {
    /// A place that orders nothing: exclusion comes from the read-modify-write itself, or the
    /// value is checked again by a stronger access before anything depends on it.
    pub(crate) const RELAXED: Self =
        Self { name: "RELAXED", partner: "", ordering: Ordering::Relaxed };

    /// The ordering to use.
    #[cfg(not(ringway_loom))]
    #[inline(always)]
    pub(crate) const fn ordering(self) -> Ordering {
        self.ordering
    }

    /// The ordering to use, relaxed if this edge is the one that the environment weakens.
    #[cfg(ringway_loom)]
    pub(crate) fn ordering(self) -> Ordering {
        use std::sync::LazyLock;
        static WEAKENED: LazyLock<Option<std::string::String>> =
            LazyLock::new(|| std::env::var("RINGWAY_WEAKEN").ok());
        if WEAKENED.as_deref() == Some(self.name) { Ordering::Relaxed } else { self.ordering }
    }
}

/// Declares the edges and the table of all of them.
macro_rules! edges {
    ($($(#[doc = $reason:literal])+ $name:ident: $ordering:ident with $partner:ident;)+) => {
        $(
            $(#[doc = $reason])+
            #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "those of channels"))]
            pub(crate) const $name: Edge = Edge {
                name: stringify!($name),
                partner: stringify!($partner),
                ordering: Ordering::$ordering,
            };
        )+

        /// Every edge of the crate.
        #[cfg(any(test, ringway_modelled))]
        pub const TABLE: &[Edge] = &[$($name),+];
    };
}

edges! {
    /// A producer marks a slot filled: the write of the value comes first.
    FILLED_COMMIT: Release with FILLED_READY;
    /// A consumer that sees the mark of a producer reads the value of that slot.
    FILLED_READY: Acquire with FILLED_COMMIT;
    /// A consumer marks a slot emptied: the read of the value comes first, or the next value
    /// would be written under it.
    EMPTIED_COMMIT: Release with EMPTIED_READY;
    /// A producer that sees the mark of a consumer writes over the value of that slot.
    EMPTIED_READY: Acquire with EMPTIED_COMMIT;
    /// A side of one handle, across from another such, says how far it has come: what it did with the slots
    /// comes first.
    LONE_COMMIT: Release with LONE_LOOK;
    /// The other side finds out how far that has come, and takes the slots before for ready.
    LONE_LOOK: Acquire with LONE_COMMIT;
    /// A handle claims, or a lone one has moved values: what was done before comes first, also through
    /// the other side.
    COUNTER_CLAIM: Release with COUNTER_LOOK;
    /// Who finds its counter where it took it to be, or asks for the length, reads that of the other
    /// side after: it sees no older one than whoever has claimed, or it would find the ring empty, or
    /// full, that never was. And who counts values sees what was done before they went in.
    COUNTER_LOOK: Acquire with COUNTER_CLAIM;
    /// A late word is clear again, or the ring is found calm: the mark that a late owner left comes first,
    /// so that who sees the watch quiet does not take what was skipped.
    WATCH_LOWER: Release with WATCH_LOOK;
    /// A handle that finds the watch quiet sees the marks that late owners left.
    WATCH_LOOK: Acquire with WATCH_LOWER;
    /// A late word changes: what its changer knew of the slot comes first.
    LATE_CHANGE: AcqRel with LATE_LOOK;
    /// Whoever sees a late word sees the mark that it was raised against, and no older one.
    LATE_LOOK: Acquire with LATE_CHANGE;
    /// An owner has stored its mark, or a handle has read one, and looks at the watch: it sees the
    /// intent of a skipper, or the skipper sees that mark.
    LIGHT_FENCE: SeqCst with HEAVY_FENCE;
    /// A skipper has raised its intent and looks at the mark.
    HEAVY_FENCE: SeqCst with LIGHT_FENCE;
    /// A message went in, or came out, or the consumers' counter was moved past a skipped position,
    /// which makes room as well: whoever is about to wait sees that, or is seen to wait. Everybody
    /// passes it before looking for those who wait, also who has found the channel empty: an
    /// exchange of the counter alone would let the look come first on Arm.
    WAKE_FENCE: SeqCst with PARK_FENCE;
    /// A thread or task is counted as waiting, has joined the list, and looks once more; also for what is owed, as
    /// by `PAID_FENCE`.
    PARK_FENCE: SeqCst with WAKE_FENCE;
    /// A notification is left to whoever holds the list of those who wait, which is tried once more: who let it
    /// go before that is seen to have done so, or sees the notification.
    OWED_FENCE: SeqCst with PAID_FENCE;
    /// Whoever has let the list go looks for what is owed; and who has found something sees what it tells of.
    PAID_FENCE: SeqCst with OWED_FENCE;
    /// A receiver frees what it has received, which gave the slot back before; or a sender has seen that, or has taken by what it
    /// saw: others see no less.
    BUDGET_FREED: Release with FREED_SEEN;
    /// Who sees that there is room finds the slot; and who reads what is taken sees as much of what is freed as who took
    /// that. (In models the fences for those who wait carry the latter.)
    FREED_SEEN: Acquire with BUDGET_FREED;
    /// A channel is closed: what was done before comes first.
    CLOSE: Release with CLOSED;
    /// Whoever learns that a channel is closed sees what was done before, also where it never slept.
    CLOSED: Acquire with CLOSE;
    /// A handle stops to count for its side: all that was done through it comes first. The last one, which may
    /// close a channel, sees what the others did.
    HANDLE_LEAVES: AcqRel with HANDLES_LEFT;
    /// Whoever counts the handles of a side, or sees that it has none, sees all that was done through those
    /// that are gone: a value that was pushed before is there to pop.
    HANDLES_LEFT: Acquire with HANDLE_LEAVES;
    /// A handle is gone: what the last of its side did comes first.
    HANDLE_GONE: Release with FIRST_PAIR;
    /// The first handles of a ring begin where those before them stopped.
    FIRST_PAIR: Acquire with HANDLE_GONE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_has_a_partner_that_names_it_back() {
        for edge in TABLE {
            let partner = TABLE.iter().find(|other| other.name == edge.partner);
            let partner = partner.unwrap_or_else(|| panic!("{} has no partner", edge.name));
            assert_eq!(partner.partner, edge.name);
            let is_fence = edge.ordering == Ordering::SeqCst;
            let is_like = partner.ordering == edge.ordering;
            assert_eq!(is_like, is_fence, "{} pairs with {}", edge.name, partner.name);
        }
    }
}
