//! Which of several is attempted first.

#[cfg(not(ringway_modelled))]
use crate::sync::{Atomic, edge::Edge};

/// Shuffles them: each comes first as often as the others, also among some of them while the rest have nothing to
/// do.
pub(in crate::channel) fn shuffle<E>(all: &mut [E]) {
    let mut turn = next_turn();
    for i in 0..all.len() {
        let left = (all.len() - i) as u64;
        all.swap(i, i + ((u64::from(turn) * left) >> 32) as usize);
        turn = (turn ^ (turn >> 16)).wrapping_mul(0x85eb_ca6b);
    }
}

/// A number for each select of a thread. The steps are those of the golden ratio, so that each
/// choice is the first as often as the others also where a thread selects from several sets by
/// turns; and from thread to thread, each of which may select once.
#[cfg(not(ringway_modelled))]
fn next_turn() -> u32 {
    const STEP: u32 = 0x9e37_79b9;
    static THREADS: Atomic = Atomic::new(0);
    std::thread_local! {
        static TURN: core::cell::Cell<Option<u32>> = const { core::cell::Cell::new(None) };
    }
    let begin = || (THREADS.fetch_add(1, Edge::RELAXED) as u32).wrapping_mul(STEP);
    let turn = TURN.get().unwrap_or_else(begin);
    TURN.set(Some(turn.wrapping_add(STEP)));
    turn
}

/// In a model the first choice is the first.
#[cfg(ringway_modelled)]
fn next_turn() -> u32 {
    0
}
