//! The atomic word, with each access named by its [`Edge`].
//!
//! Under loom every access first touches one global scheduling atomic. loom lets threads take
//! turns only at accesses that it believes can conflict, and it overlooks that a load followed by
//! a read-modify-write of the same atomic is such a place (tokio-rs/loom issues 166 and 392): a
//! model of a compare-and-swap loop then explores a single execution. A relaxed store to a
//! shared atomic is a turn for the scheduler and orders nothing.

use super::edge::Edge;
use crate::position::Word;

#[cfg(not(all(target_has_atomic = "64", not(ringway_narrow))))]
use atomics::AtomicU32 as Plain;
#[cfg(all(target_has_atomic = "64", not(ringway_narrow)))]
use atomics::AtomicU64 as Plain;
#[cfg(target_has_atomic = "ptr")]
use core::sync::atomic as atomics;
#[cfg(not(target_has_atomic = "ptr"))]
use portable_atomic as atomics;

#[cfg(ringway_modelled)]
use super::explorer::sync::atomic::AtomicU64 as Inner;
#[cfg(not(ringway_modelled))]
use Plain as Inner;

/// An atomic word.
#[derive(Debug)]
#[repr(transparent)]
pub struct Atomic(Inner);

impl Atomic {
    const_unless_loom! {
        /// An atomic that holds `value`.
        pub(crate) fn new(value: Word) -> Self {
            Self(Inner::new(value))
        }
    }

    /// Reads the word.
    #[inline(always)]
    pub(crate) fn load(&self, edge: Edge) -> Word {
        branch();
        self.0.load(edge.ordering())
    }

    /// Reads the word, and whoever reads two words so reads the second no earlier than the first,
    /// as seen by those who pass a full fence between a write and a read.
    ///
    /// loom takes a sequentially consistent load for an acquiring one: the models put a fence
    /// between the two (`late::fence::between_looks`).
    #[inline(always)]
    pub(crate) fn load_in_turn(&self, edge: Edge) -> Word {
        branch();
        #[cfg(not(ringway_modelled))]
        let _ = edge;
        #[cfg(not(ringway_modelled))]
        return self.0.load(core::sync::atomic::Ordering::SeqCst);
        #[cfg(ringway_modelled)]
        return self.0.load(edge.ordering());
    }

    /// Writes the word and passes a full fence, before whatever is read by
    /// [`load_in_turn`](Self::load_in_turn) after it.
    #[inline(always)]
    pub(crate) fn store_and_fence(&self, value: Word, edge: Edge) {
        #[cfg(not(ringway_modelled))]
        {
            // An exchange costs half of what a store and a fence cost.
            let _ = edge;
            super::hook::fenced();
            self.0.swap(value, core::sync::atomic::Ordering::SeqCst);
        }
        #[cfg(ringway_modelled)]
        {
            self.store(value, edge);
            fence(super::edge::LIGHT_FENCE);
        }
    }

    /// Writes the word.
    #[inline(always)]
    pub(crate) fn store(&self, value: Word, edge: Edge) {
        branch();
        self.0.store(value, edge.ordering());
    }

    /// Replaces `current` by `new`, or returns what stood there instead. A failure orders nothing.
    #[inline(always)]
    pub(crate) fn compare_exchange(
        &self,
        current: Word,
        new: Word,
        edge: Edge,
    ) -> Result<Word, Word> {
        branch();
        self.0.compare_exchange(current, new, edge.ordering(), Edge::RELAXED.ordering())
    }

    /// Adds to the word and returns what it was.
    #[inline(always)]
    pub(crate) fn fetch_add(&self, value: Word, edge: Edge) -> Word {
        branch();
        self.0.fetch_add(value, edge.ordering())
    }

    /// Writes the word and returns what it was.
    #[cfg(feature = "std")]
    pub(crate) fn swap(&self, value: Word, edge: Edge) -> Word {
        branch();
        self.0.swap(value, edge.ordering())
    }

    /// Sets bits of the word.
    #[cfg(feature = "std")]
    pub(crate) fn fetch_or(&self, bits: Word, edge: Edge) {
        branch();
        self.0.fetch_or(bits, edge.ordering());
    }

    /// Subtracts from the word and returns what it was.
    #[inline(always)]
    pub(crate) fn fetch_sub(&self, value: Word, edge: Edge) -> Word {
        branch();
        self.0.fetch_sub(value, edge.ordering())
    }
}

/// A word of which any value that was ever stored there will do: whoever reads it finds out whether
/// it is right. It orders nothing, and its accesses are no turns for the scheduler of models.
#[derive(Debug)]
#[repr(transparent)]
pub struct Hint(Plain);

impl Hint {
    /// A word that holds `value`.
    pub(crate) const fn new(value: Word) -> Self {
        Self(Plain::new(value))
    }

    /// Reads the word.
    #[inline(always)]
    pub(crate) fn load(&self) -> Word {
        self.0.load(core::sync::atomic::Ordering::Relaxed)
    }

    /// Writes the word.
    #[inline(always)]
    pub(crate) fn store(&self, value: Word) {
        self.0.store(value, core::sync::atomic::Ordering::Relaxed);
    }
}

/// Numbers for the asking, each once in a process. They order nothing.
#[cfg(feature = "metrics")]
pub(crate) struct Serial(core::sync::atomic::AtomicUsize);

#[cfg(feature = "metrics")]
impl Serial {
    /// Begins at 0.
    pub(crate) const fn new() -> Self {
        Self(core::sync::atomic::AtomicUsize::new(0))
    }

    /// The next number.
    pub(crate) fn next(&self) -> usize {
        self.0.fetch_add(1, core::sync::atomic::Ordering::Relaxed)
    }
}

/// A point at which another thread may be scheduled: under shuttle each access is one by itself.
#[cfg(not(ringway_loom))]
#[inline(always)]
fn branch() {}

/// A point at which another thread may be scheduled.
#[cfg(ringway_loom)]
fn branch() {
    loom::lazy_static! {
        static ref BRANCH: Inner = Inner::new(0);
    }
    BRANCH.store(0, Edge::RELAXED.ordering());
}

/// A full fence, and a point at which another thread may be scheduled: without one loom would take
/// a store and the fence after it for one step.
#[inline(always)]
pub(crate) fn fence(edge: Edge) {
    branch();
    #[cfg(not(ringway_modelled))]
    core::sync::atomic::fence(edge.ordering());
    // A fence that is weakened is none: there is no relaxed one.
    #[cfg(ringway_modelled)]
    if edge.ordering() != Edge::RELAXED.ordering() {
        super::explorer::sync::atomic::fence(edge.ordering());
    }
}

/// Holds back the compiler alone.
#[cfg(not(ringway_modelled))]
#[inline(always)]
pub(crate) fn compiler_fence() {
    core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
}

/// A choice that the whole process shares and that is made once.
#[cfg(not(ringway_modelled))]
pub(crate) struct Choice(atomics::AtomicU8);

#[cfg(not(ringway_modelled))]
impl Choice {
    /// What was chosen, 0 if nothing yet.
    #[inline(always)]
    pub(crate) fn get(&self) -> u8 {
        self.0.load(Edge::RELAXED.ordering())
    }

    /// Chooses, unless something was chosen before, and returns what holds.
    pub(crate) fn set_once(&self, choice: u8) -> u8 {
        let relaxed = Edge::RELAXED.ordering();
        self.0
            .compare_exchange(0, choice, relaxed, relaxed)
            .map_or_else(|chosen| chosen, |_| choice)
    }
}

/// Which fences this process uses (`late::fence`).
#[cfg(not(ringway_modelled))]
pub(crate) static CHOICE: Choice = Choice(atomics::AtomicU8::new(0));
