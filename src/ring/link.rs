//! How a handle holds its ring: counted on the heap, or borrowed.

use super::Store;
use super::core::Ring;
use crate::sequencer::Sequencer;

/// What a handle holds its ring by: an `Arc` to a ring on the heap, or a reference to one that
/// stands elsewhere.
pub trait Link: Hold + Clone {}

/// What a handle asks of its [`Link`].
pub trait Hold {
    /// The kind of the producers.
    type Producers: Sequencer;
    /// The kind of the consumers.
    type Consumers: Sequencer;
    /// Where the slots are.
    type Store: Store<Item = Self::Item>;
    /// The type of the values.
    type Item;

    /// The ring.
    fn ring(&self) -> &Ring<Self::Producers, Self::Consumers, Self::Store>;
}

#[cfg(feature = "alloc")]
impl<P: Sequencer, C: Sequencer, S: Store> Link for crate::sync::Arc<Ring<P, C, S>> {}

#[cfg(feature = "alloc")]
impl<P: Sequencer, C: Sequencer, S: Store> Hold for crate::sync::Arc<Ring<P, C, S>> {
    type Producers = P;
    type Consumers = C;
    type Store = S;
    type Item = S::Item;

    #[inline(always)]
    fn ring(&self) -> &Ring<P, C, S> {
        self
    }
}

impl<P: Sequencer, C: Sequencer, S: Store> Link for &Ring<P, C, S> {}

impl<P: Sequencer, C: Sequencer, S: Store> Hold for &Ring<P, C, S> {
    type Producers = P;
    type Consumers = C;
    type Store = S;
    type Item = S::Item;

    #[inline(always)]
    fn ring(&self) -> &Ring<P, C, S> {
        self
    }
}
