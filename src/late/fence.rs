//! The two fences of the asymmetric pair.
//!
//! An owner that commits and a thread that means to skip it each write one word and then read the
//! other's: at least one of them must see what the other wrote. That takes a full fence on both
//! sides, or, since skipping is rare, a *heavy* fence on the side of the skipper that makes every
//! other thread of the process pass one too, and nothing on the side of the owner.
//!
//! On Linux the heavy fence is the system call `membarrier`, and the light one holds back the
//! compiler alone. Where the call is missing or refused, which is asked once for a process, both
//! are full fences; so they are where the process has chosen that before anybody asked.

#[cfg(not(ringway_modelled))]
pub use native::choose_portable;
#[cfg(not(ringway_modelled))]
pub(crate) use native::{between_looks, heavy, is_free, light, light_if_free};
#[cfg(all(feature = "std", not(ringway_modelled)))]
pub(crate) use native::{heavy_at, light_at};

#[cfg(ringway_modelled)]
pub(crate) use modelled::{
    heavy, heavy_at, is_free, is_patient, light, light as between_looks, light as light_if_free,
    light_at,
};
#[cfg(ringway_modelled)]
pub use modelled::{set_careful, set_patient};

/// In models both fences are full ones, or, where nobody is ever skipped, none: then the models
/// show what the orderings do without their help.
#[cfg(ringway_modelled)]
mod modelled {
    use core::cell::Cell;

    use crate::sync::edge::Edge;

    std::thread_local! {
        /// Whether nobody is ever skipped. A model runs on one thread of the system.
        static PATIENT: Cell<bool> = const { Cell::new(true) };

        /// Whether the light fence is none.
        static CAREFUL: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether nobody is ever skipped.
    pub(crate) fn is_patient() -> bool {
        PATIENT.get()
    }

    /// Chooses for the models of this thread.
    pub fn set_patient(patient: bool) {
        PATIENT.set(patient);
    }

    /// The owner's side.
    pub(crate) fn light() {
        if !is_patient() {
            light_at(crate::sync::edge::LIGHT_FENCE);
        }
    }

    /// The side of those who do it often: a full fence, or none where the other side is modelled to
    /// ask for care.
    pub(crate) fn light_at(edge: Edge) {
        if !is_free() {
            crate::sync::full_fence(edge);
        }
    }

    /// The side of those who do it rarely.
    pub(crate) fn heavy_at(edge: Edge) -> bool {
        crate::sync::full_fence(edge);
        true
    }

    /// Whether the light fence is none.
    pub(crate) fn is_free() -> bool {
        CAREFUL.get()
    }

    /// Chooses for the models of this thread whether those who wait in channels have asked all others
    /// to take care: then these pass no light fence, and a full one where they are asked.
    pub fn set_careful(careful: bool) {
        CAREFUL.set(careful);
    }

    /// The skipper's side.
    pub(crate) fn heavy() -> bool {
        heavy_at(crate::sync::edge::HEAVY_FENCE)
    }
}

/// Whether nobody is ever skipped: only in models.
#[cfg(not(ringway_modelled))]
pub(crate) const fn is_patient() -> bool {
    false
}

#[cfg(not(ringway_modelled))]
mod native {
    use crate::sync::{CHOICE, compiler_fence, edge, edge::Edge, full_fence};

    /// Nobody has asked yet.
    const UNKNOWN: u8 = 0;
    /// Both fences are full ones.
    const PORTABLE: u8 = 1;
    /// The light fence is free, the heavy one a system call.
    const ASYMMETRIC: u8 = 2;

    /// The owner's side: what it wrote before is seen by a skipper, or the skipper's word is seen
    /// after.
    pub(crate) fn light() {
        light_at(edge::LIGHT_FENCE);
    }

    /// The side of those who do it often: what they wrote before is seen by the others, or they
    /// see after it what the others wrote.
    #[inline(always)]
    pub(crate) fn light_at(edge: Edge) {
        if is_free() {
            compiler_fence();
        } else {
            full_fence(edge);
        }
    }

    /// The owner's side for those who act upon what they see after it only if the light fence is
    /// known to be free.
    #[inline(always)]
    pub(crate) fn light_if_free() {
        compiler_fence();
    }

    /// Between two reads, in turn, of a mark and of a late word: nothing, since they are in turn.
    #[inline(always)]
    pub(crate) const fn between_looks() {}

    /// Whether the light fence is free in this process.
    #[inline]
    pub(crate) fn is_free() -> bool {
        choose() == ASYMMETRIC
    }

    /// The skipper's side. False if the system refuses the fence that it once granted: then the
    /// skipper has proved nothing and may not skip.
    pub(crate) fn heavy() -> bool {
        heavy_at(edge::HEAVY_FENCE)
    }

    /// The side of those who do it rarely. False if the system refuses the fence that it once
    /// granted: then nothing is proved.
    pub(crate) fn heavy_at(edge: Edge) -> bool {
        full_fence(edge);
        choose() == PORTABLE || system::barrier()
    }

    /// What this process uses; the first to ask decides for all.
    #[inline]
    fn choose() -> u8 {
        match CHOICE.get() {
            UNKNOWN => choose_first(),
            chosen => chosen,
        }
    }

    /// Chooses the portable fences, unless the others are chosen. False if they are.
    pub fn choose_portable() -> bool {
        CHOICE.set_once(PORTABLE) == PORTABLE
    }

    /// Asks the system.
    #[cold]
    fn choose_first() -> u8 {
        let wish = if system::register() { ASYMMETRIC } else { PORTABLE };
        CHOICE.set_once(wish)
    }

    #[cfg(all(target_os = "linux", not(miri), not(ringway_portable)))]
    mod system {
        use rustix::thread::{MembarrierCommand, membarrier};

        /// Asks for the right to use [`barrier`].
        pub(super) fn register() -> bool {
            membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
        }

        /// Makes every running thread of the process pass a full fence.
        pub(super) fn barrier() -> bool {
            let barrier = || membarrier(MembarrierCommand::PrivateExpedited).is_ok();
            // A process that was forked may have to ask again.
            barrier() || (register() && barrier())
        }
    }

    #[cfg(not(all(target_os = "linux", not(miri), not(ringway_portable))))]
    mod system {
        /// There is no such call here.
        pub(super) fn register() -> bool {
            false
        }

        /// There is no such call here.
        pub(super) fn barrier() -> bool {
            false
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_choice_is_made_once() {
            let first = choose();
            assert_ne!(first, UNKNOWN);
            assert_eq!(CHOICE.set_once(UNKNOWN), first);
            assert_eq!(choose_portable(), first == PORTABLE);
            assert_eq!(choose(), first);
            assert!(heavy());
        }
    }
}
