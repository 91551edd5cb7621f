//! How many handles each end of a channel has.

use core::cell::Cell;
use core::fmt;

use super::budget::weights::Weights;
use super::budget::{Budget, Unbudgeted};
use crate::position::Position;
use crate::ring::{Sequencer, Shared, Solo};
use crate::sequencer::{Protocol, Side, Track};

/// How many handles an end has: [`Shared`], any number, or [`Solo`], one.
pub trait Kind: Sequencer + fmt::Debug {
    /// `()` where threads may share a receiver, and what is not `Sync` where they may not.
    #[doc(hidden)]
    type Sharing: fmt::Debug + Send;

    /// What bounds the channel besides its slots.
    #[doc(hidden)]
    type Budget<T>: Budget<T>;
}

impl Kind for Shared {
    type Sharing = ();
    type Budget<T> = Unbudgeted;
}

impl Kind for Solo {
    type Sharing = Cell<()>;
    type Budget<T> = Unbudgeted;
}

/// Any number of receivers, as [`Shared`], of a channel that is bounded by weight
/// ([`weighted`](fn@super::weighted)).
#[derive(Debug)]
pub enum Weighted {}

impl Sequencer for Weighted {}

impl Kind for Weighted {
    type Sharing = ();
    type Budget<T> = Weights<T>;
}

impl Protocol for Weighted {
    const SHARED: bool = true;

    #[inline(always)]
    fn latest<D: Side, G>(track: &Track<'_, G>, guess: Position) -> Position {
        Shared::latest::<D, G>(track, guess)
    }

    #[inline(always)]
    fn claim<D: Side, G>(
        track: &Track<'_, G>,
        from: Position,
        to: Position,
    ) -> Result<(), Position> {
        Shared::claim::<D, G>(track, from, to)
    }

    #[inline(always)]
    fn committed<D: Side, G>(track: &Track<'_, G>, to: Position) {
        Shared::committed::<D, G>(track, to);
    }
}
