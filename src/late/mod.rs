//! Late threads are skipped, so that a thread that is suspended delays nobody.
//!
//! An owner that is suspended between its claim and its commit would stop the other side at its
//! slot. Instead the others *skip* the position: they mark the slot's late word and move their
//! counter past it, lap after lap, until the owner comes back. Nobody touches the value of a slot
//! that a late thread owns; it costs one slot of capacity for as long as it sleeps.
//!
//! - **T1** The late word of a slot is `HELD` only while the owner that it is about has not left
//!   the slot: it became so when the mark was still the one that the owner was told its turn by,
//!   behind a heavy fence, and only the owner ends it.
//! - **T2** An owner that was skipped through lap `k` leaves the slot to the producer of lap
//!   `k + 1`. A skipped producer keeps its value, a skipped consumer has its own.
//! - **T3** The watch of a sector, and that of the ring, counts a late word before it is set and until
//!   after it is clear.
//! - **T4** A counter passes a position without a claim only if the position was skipped, which
//!   stays so for ever.
//!
//! After Morrison and Afek (2013), Arnautov et al. (2017) and Nikolaev (2019); the asymmetric
//! fences are those of userspace read-copy-update. docs/DESIGN.md has the argument.

mod calm;
mod fence;
#[cfg(not(ringway_modelled))]
pub use fence::choose_portable;
#[cfg(ringway_modelled)]
pub use fence::{set_careful, set_patient};
mod sight;
mod skip;
mod watch;
mod word;

pub(crate) use fence::is_patient;
#[cfg(feature = "std")]
pub(crate) use fence::{heavy_at, is_free as is_fence_free, light_at};
pub(crate) use sight::is_ours;
pub(crate) use skip::{
    Step, await_turn, give_up, is_ready_or_skipped, next_step, settle, settle_at,
};
pub(crate) use watch::{Lates, SECTORS, STRIPE, Watch, has_sectors};
#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
pub(crate) use word::Tag;

#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
mod tests;
