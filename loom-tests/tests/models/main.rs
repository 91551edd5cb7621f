//! The models, and the test that each edge is needed by one.
#![cfg(ringway_modelled)]

mod batches;
mod beside;
mod calm;
mod channel;
#[cfg(ringway_loom)]
mod edges;
mod in_place;
mod late;
mod observations;
mod ownership;
mod pairs;
mod races;
#[cfg(ringway_shuttle)]
mod random;
mod scheduling;
mod shared;

/// Where a batch lies: the capacity, the index of the first slot, and how many there are.
type Place = (usize, usize, usize);

/// Over the end of a small ring.
const OVER_THE_END: Place = (3, 2, 3);

/// In two groups of slots, of four each, and over the end.
const IN_TWO_GROUPS: Place = (5, 3, 3);

/// A whole group of slots.
const WHOLE_GROUP: Place = (4, 0, 4);

/// In two groups of slots, of six each as between lone sides, and over the end.
const IN_TWO_SIXES: Place = (8, 4, 5);
